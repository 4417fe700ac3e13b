"""An in-memory service for tests and scripts that must not reach the real service.

The service handles the requests that `service.requests` builds.  `Project.resolve`
decides the params of a created task.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from paramcore.analysis import Plan
from paramcore.errors import ParamcoreError
from paramcore.files.document import TASK_DEPTH, decode_document
from paramcore.model import Assumptions, EffectiveParams, Project, TaskRequest
from paramcore.service.requests import Request, Response
from paramcore.text import format_count, format_name, format_value
from paramcore.values import thaw
from paramcore.wire import read_update, write_project

#: The task types that have templates (E3).
_TEMPLATE_TYPES = ("textcollection", "chat")
#: The default number of tasks on a page, and the maximum `limit` of a request.
_PAGE_SIZE, _MAX_PAGE_SIZE = 100, 1_000


class _RejectedRequest(Exception):
    """A request that the service rejects with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class MemoryService:
    """A service that keeps projects, batches and tasks in memory.

    `created_at` returns the time of each new object in ISO 8601 format, or None.
    `on_validate` receives the project and the effective params of each new task.  If
    it returns a string, the service rejects the task with this string as the reason.
    `on_event` receives a line about each request.  The service rejects a new project
    whose name is in `reserved_names`.

    Example:
        >>> service = MemoryService([Project("docks", type="imageannotation")], on_event=print)
        >>> service.send(Request("GET", "/projects/docks")).status
        GET /projects/docks 200  no versions
        200
    """

    def __init__(
        self,
        projects: Iterable[Project] = (),
        *,
        assumptions: Assumptions = Assumptions(),
        created_at: Callable[[], str | None] = lambda: None,
        on_validate: Callable[[Project, EffectiveParams], str | None] = lambda _project, _effective: None,
        on_event: Callable[[str], None] = lambda _event: None,
        reserved_names: Iterable[str] = (),
    ) -> None:
        #: The assumptions of the projects that requests create.
        self.assumptions = assumptions
        self._created_at = created_at
        self._on_validate = on_validate
        self._on_event = on_event
        self._reserved_names = frozenset(reserved_names)
        self._projects = {project.name: project for project in projects}
        self._batches: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, dict[str, Any]] = {}
        self._task_ids: dict[str, str] = {}
        self._effective: dict[str, EffectiveParams] = {}
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        projects, tasks = format_count(len(self._projects), "project"), format_count(len(self._tasks), "task")
        return f"<MemoryService: {projects}, {tasks}>"

    @property
    def projects(self) -> Mapping[str, Project]:
        """The current projects, by name."""
        with self._lock:
            return dict(self._projects)

    @property
    def tasks(self) -> tuple[Mapping[str, Any], ...]:
        """The created tasks, oldest first, as task objects."""
        with self._lock:
            return tuple(self._tasks.values())

    def get_effective(self, task_id: str) -> EffectiveParams:
        """Return the effective params of a created task that has a project.

        Raises:
            LookupError: if the task does not exist or has no project.
        """
        with self._lock:
            return self._effective[task_id]

    def send(self, request: Request) -> Response:
        """Handle a request and return the reply, which has an error status if it is invalid."""
        with self._lock:
            try:
                value, event = self._handle(request)
                response = _build_reply(200, value)
            except (_RejectedRequest, ParamcoreError) as error:
                status, event = error.status if isinstance(error, _RejectedRequest) else 400, str(error)
                response = build_error_reply(status, event)
            self._on_event(f"{request.method} {request.path} {response.status}  {event}")
            return response

    def _handle(self, request: Request) -> tuple[Any, str]:
        """Return the JSON value of the reply, and the text for `on_event`."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match (request.method, *parts):
            case ("GET", "projects"):
                projects = self._list_projects(request.query.get("archived"))
                return projects, format_count(len(projects), "project")
            case ("POST", "projects"):
                return self._create_project(_decode_object(request))
            case ("GET", "projects", name):
                project = self._get_project(name)
                event = f"version {project.latest.number}" if project.versions else "no versions"
                return write_project(project), event
            case ("POST", "projects", name, "setParams"):
                return self._update_project(name, request)
            case ("GET", "projects", name, "taskTemplates"):
                return self._get_template(name)
            case ("POST", "projects", name, "setOntology"):
                return write_project(self._get_project(name)), "ignored the ontology, because it changes no params"
            case ("POST", "task", task_type):
                return self._create_task(task_type, _decode_object(request))
            case ("GET", "task", task_id):
                return self._get_task(task_id), "a task"
            case ("GET", "tasks"):
                return self._list_tasks(request.query)
            case ("POST", "batches"):
                return self._create_batch(_decode_object(request))
            case ("GET", "batches", name):
                return self._get_batch(name), "a batch"
            case ("GET", "batches", name, "status"):
                count = sum(task.get("batch") == name for task in self._tasks.values())
                return {"status": self._get_batch(name)["status"], "tasks_pending": count}, "the status of a batch"
            case ("POST", "batches", name, "finalize"):
                self._get_batch(name)["status"] = "in_progress"
                return self._get_batch(name), "finalized"
            case _:
                raise _RejectedRequest(404, f"Cannot {request.method} {request.path}")

    def _get_project(self, name: object) -> Project:
        if not isinstance(name, str) or name not in self._projects:
            raise _RejectedRequest(404, f"Project with that name not found: {name}")
        return self._projects[name]

    def _get_batch(self, name: object) -> dict[str, Any]:
        if not isinstance(name, str) or name not in self._batches:
            raise _RejectedRequest(404, f"Batch with that name not found: {name}")
        return self._batches[name]

    def _get_task(self, task_id: str) -> dict[str, Any]:
        if task_id not in self._tasks:
            raise _RejectedRequest(404, "Task with that ID not found.")
        return self._tasks[task_id]

    def _list_projects(self, archived: str | None) -> list[Any]:
        projects = [write_project(project) for project in self._projects.values()]
        if archived is None:
            return projects
        return [project for project in projects if bool(project.get("archived")) == (archived == "true")]

    def _create_project(self, body: dict[str, Any]) -> tuple[Any, str]:
        name = body.get("name")
        if isinstance(name, str) and name in self._projects:
            raise _RejectedRequest(409, "A project with that name already exists.")
        if isinstance(name, str) and name in self._reserved_names:
            raise _RejectedRequest(409, "A project with that name already exists, but is not served.")
        project = Project(
            name,  # type: ignore[arg-type]
            type=body.get("type"),  # type: ignore[arg-type]
            params=body.get("params"),
            created_at=self._created_at(),
            assumptions=self.assumptions,
        )
        self._projects[project.name] = project
        params = format_count(len(project.params), "param")
        return write_project(project), f"created {format_value(project.name)} with {params}"

    def _update_project(self, name: str, request: Request) -> tuple[Any, str]:
        project = self._get_project(name)
        # The official SDK sends no body for an update without params (U12).
        update = read_update(_decode_object(request) if request.body else None)
        plan = Plan.of(project, update)
        updated = project.update(update, created_at=self._created_at())
        self._projects[name] = updated
        dropped = ", ".join(format_name(name) for name in plan.dropped) or "nothing"
        return write_project(updated), (
            f"version {updated.latest.number} by {type(update).__name__.lower()}: dropped {dropped}; "
            f"{len(plan.diff.changed)} changed, {len(plan.diff.added)} added"
        )

    def _get_template(self, name: str) -> tuple[Any, str]:
        project = self._get_project(name)
        if project.type not in _TEMPLATE_TYPES:
            raise _RejectedRequest(400, f"Task templates are not supported for projects of type {project.type}.")
        template = {"id": "0" * 24, "version": 1, "template_variables": {}, "response_schema": None}
        return {**template, **self._creation_time()}, "a task template"

    def _create_task(self, task_type: str, body: dict[str, Any]) -> tuple[Any, str]:
        task = TaskRequest.from_flat(body, type=task_type)
        self._check_unique_id(task.unique_id)
        name = task.project
        if name is None and task.batch is not None:
            # A request that names only a batch belongs to the project of the batch (T11).
            name = self._get_batch(task.batch)["project"]
        if name is None:
            created = self._store_task(task, {"type": task_type, "params": thaw(task.params)})
            return created, "created, without a project"
        project = self._get_project(name)
        effective = project.resolve(task)
        objection = self._on_validate(project, effective)
        if objection is not None:
            raise _RejectedRequest(400, f"Parameter is invalid, reason: {objection}")
        created = self._store_task(task, thaw(effective.as_task()))
        self._effective[created["task_id"]] = effective
        return created, f"created: {effective.headline}"

    def _store_task(self, task: TaskRequest, created: dict[str, Any]) -> dict[str, Any]:
        task_id = f"{len(self._tasks) + 1:024x}"
        self._tasks[task_id] = {"task_id": task_id, **self._creation_time(), "status": "pending", **created}
        if task.unique_id is not None:
            self._task_ids[task.unique_id] = task_id
        return self._tasks[task_id]

    def _check_unique_id(self, unique_id: str | None) -> None:
        task_id = None if unique_id is None else self._task_ids.get(unique_id)
        if task_id is not None:
            text = f'The unique_id ("{unique_id}") is already used for a different task ({task_id}).'
            raise _RejectedRequest(409, text)

    def _list_tasks(self, query: Mapping[str, str]) -> tuple[Any, str]:
        fields = ("project", "batch", "type", "status", "unique_id")
        filters = {field: query[field].split(",") for field in fields if field in query}
        tags = set(query["tags"].split(",")) if "tags" in query else None
        tasks = [
            task
            for task in self._tasks.values()
            if all(task.get(field) in values for field, values in filters.items())
            and (tags is None or tags & set(task.get("tags") or ()))
        ]
        limit = min(_parse_number(query.get("limit"), _PAGE_SIZE), _MAX_PAGE_SIZE)
        offset = _parse_number(query.get("next_token"), 0)
        page = tasks[offset : offset + limit]
        has_more = offset + limit < len(tasks)
        listing = {"docs": page, "total": len(tasks), "limit": limit, "offset": offset, "has_more": has_more}
        token = {"next_token": str(offset + limit)} if has_more else {}
        return {**listing, **token}, f"{len(page):,} of {format_count(len(tasks), 'task')}"

    def _create_batch(self, body: dict[str, Any]) -> tuple[Any, str]:
        project, name = self._get_project(body.get("project")), body.get("name")
        if not isinstance(name, str) or not name:
            raise _RejectedRequest(400, "Parameter is invalid, reason: the name of a batch must be a non-empty string")
        if name in self._batches:
            raise _RejectedRequest(409, "A batch with that name already exists.")
        fields = {"name": name, "project": project.name, "status": "staging", **self._creation_time()}
        self._batches[name] = {**body, **fields}
        return self._batches[name], f"created the batch {format_value(name)} of {format_value(project.name)}"

    def _creation_time(self) -> dict[str, Any]:
        created_at = self._created_at()
        return {} if created_at is None else {"created_at": created_at}


def build_error_reply(status: int, text: str) -> Response:
    """Return an error reply in the form of the service (E6)."""
    return _build_reply(status, {"status_code": status, "error": text})


def _decode_object(request: Request) -> dict[str, Any]:
    value = decode_document(request.body or b"{}", "the body", TASK_DEPTH + 1).value
    if not isinstance(value, dict):
        raise _RejectedRequest(400, "The body must be a JSON object")
    return value


def _parse_number(text: str | None, default: int) -> int:
    return int(text[:9]) if text and text.isascii() and text.isdigit() else default


def _build_reply(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"content-type": "application/json"})
