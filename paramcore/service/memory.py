"""
The service in memory, made of the engine itself: for tests, and for scripts that shall not meet the real one.

It takes and returns the values of `service.requests`; what a created task gets
is what `Project.resolve` says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from paramcore.analysis.plan import Plan
from paramcore.errors import ParamcoreError
from paramcore.files.document import TASK_DEPTH, decode_document
from paramcore.model.assumptions import Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.model.project import Project
from paramcore.model.tasks import TaskRequest
from paramcore.service.requests import Request, Response
from paramcore.text import format_name, format_value
from paramcore.values.frozen import thaw
from paramcore.wire import read_update, write_project

__all__ = ["MemoryService", "refused"]

#: Types of tasks that have templates (E3).
_WITH_TEMPLATES = ("textcollection", "chat")
#: Tasks on a page, unless the request says otherwise.
_PAGE = 100


class _Refusal(Exception):
    """What the service refuses, by status and in its words."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class MemoryService:
    """
    A service that holds projects, batches and tasks, and answers requests one at a time.

    `created_at` gives the time of what is made, as text.  `judge` may object to
    what a task would get, in words.  `told` is called with a sentence on what
    each request did.
    """

    def __init__(
        self,
        projects: Iterable[Project] = (),
        *,
        assumptions: Assumptions = Assumptions(),
        created_at: Callable[[], str | None] = lambda: None,
        judge: Callable[[Project, EffectiveParams], str | None] = lambda _project, _effective: None,
        told: Callable[[str], None] = lambda _sentence: None,
    ) -> None:
        self.assumptions = assumptions
        self._created_at = created_at
        self._judge = judge
        self._told = told
        self._projects = {project.name: project for project in projects}
        self._batches: dict[str, dict[str, Any]] = {}
        self._tasks: dict[str, dict[str, Any]] = {}
        self._unique_ids: dict[str, str] = {}
        self._answers: dict[str, EffectiveParams] = {}
        self._lock = threading.RLock()

    @property
    def projects(self) -> Mapping[str, Project]:
        """The projects as they are now, by name."""
        with self._lock:
            return dict(self._projects)

    @property
    def tasks(self) -> tuple[Mapping[str, Any], ...]:
        """The tasks that were created, oldest first."""
        with self._lock:
            return tuple(self._tasks.values())

    def effective(self, task_id: str) -> EffectiveParams:
        """
        Return what a created task got, and why; for a task of a project.

        Raises:
            LookupError: where there is no such task.

        """
        with self._lock:
            return self._answers[task_id]

    def send(self, request: Request) -> Response:
        """Answer a request; whatever comes, a reply comes back."""
        with self._lock:
            try:
                value, said = self._answer(request)
            except _Refusal as refusal:
                response, said = refused(refusal.status, str(refusal)), str(refusal)
            except ParamcoreError as error:
                response, said = refused(400, str(error)), str(error)
            else:
                response = _reply(200, value)
            self._told(f"{request.method} {request.path} {response.status}  {said}")
            return response

    def _answer(self, request: Request) -> tuple[Any, str]:
        """Return the value of a reply, and what was done."""
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match (request.method, *parts):
            case ("GET", "projects"):
                several = self._listed(request.query.get("archived"))
                return several, f"{len(several)} projects"
            case ("POST", "projects"):
                return self._create_project(_object(request))
            case ("GET", "projects", name):
                return write_project(self._project(name)), f"version {len(self._project(name).versions) - 1}"
            case ("POST", "projects", name, "setParams"):
                return self._update(name, request)
            case ("GET", "projects", name, "taskTemplates"):
                return self._template(name)
            case ("POST", "projects", name, "setOntology"):
                return write_project(self._project(name)), "kept no ontology: it changes no params"
            case ("POST", "task", kind):
                return self._create_task(kind, _object(request))
            case ("GET", "task", task_id):
                return self._task(task_id), "a task"
            case ("GET", "tasks"):
                return self._page(request.query)
            case ("POST", "batches"):
                return self._create_batch(_object(request))
            case ("GET", "batches", name):
                return self._batch(name), "a batch"
            case ("GET", "batches", name, "status"):
                return self._batch_status(name), "the status of a batch"
            case ("POST", "batches", name, "finalize"):
                self._batch(name)["status"] = "in_progress"
                return self._batch(name), "finalized"
            case _:
                raise _Refusal(404, f"Cannot {request.method} {request.path}")

    def _project(self, name: object) -> Project:
        if not isinstance(name, str) or name not in self._projects:
            raise _Refusal(404, f"Project with that name not found: {name}")
        return self._projects[name]

    def _batch(self, name: object) -> dict[str, Any]:
        if not isinstance(name, str) or name not in self._batches:
            raise _Refusal(404, f"Batch with that name not found: {name}")
        return self._batches[name]

    def _task(self, task_id: str) -> dict[str, Any]:
        if task_id not in self._tasks:
            raise _Refusal(404, "Task with that ID not found.")
        return self._tasks[task_id]

    def _listed(self, archived: str | None) -> list[Any]:
        several = [write_project(project) for project in self._projects.values()]
        return [one for one in several if archived is None or bool(one.get("archived")) == (archived == "true")]

    def _create_project(self, body: dict[str, Any]) -> tuple[Any, str]:
        name = body.get("name")
        if isinstance(name, str) and name in self._projects:
            raise _Refusal(409, "A project with that name already exists.")
        project = Project(
            name,  # type: ignore[arg-type]
            type=body.get("type"),  # type: ignore[arg-type]
            params=body.get("params"),
            created_at=self._created_at(),
            assumptions=self.assumptions,
        )
        self._projects[project.name] = project
        return write_project(project), f"created {format_value(project.name)} with {len(project.params)} params"

    def _update(self, name: str, request: Request) -> tuple[Any, str]:
        project = self._project(name)
        # The official SDK sends no body for an update without params (U12).
        plan = Plan.of(project, read_update(_object(request) if request.body else None))
        updated = project.update(plan.update, created_at=self._created_at())  # type: ignore[arg-type]
        self._projects[name] = updated
        verb = type(plan.update).__name__.lower()
        dropped = ", ".join(format_name(one) for one in plan.dropped)
        return write_project(updated), (
            f"version {updated.latest.number} by {verb}: dropped {dropped or 'nothing'}; "
            f"{len(plan.diff.changed)} changed, {len(plan.diff.added)} added"
        )

    def _template(self, name: str) -> tuple[Any, str]:
        project = self._project(name)
        if project.type not in _WITH_TEMPLATES:
            raise _Refusal(400, f"Task templates are not supported for projects of type {project.type}.")
        template = {"id": "0" * 24, "version": 1, "template_variables": {}, "response_schema": None}
        return {**template, **self._made()}, "a task template"

    def _create_task(self, kind: str, body: dict[str, Any]) -> tuple[Any, str]:
        task = TaskRequest.from_flat(body, type=kind)
        self._check_unique(task.unique_id)
        # A request that names only a batch goes to the batch's project (T11).
        name = self._batch(task.batch)["project"] if task.batch is not None and task.project is None else task.project
        if name is None:
            return self._kept(task, {"type": kind, "params": thaw(task.params)}), "created, of no project"
        project = self._project(name)
        effective = project.resolve(task)
        objection = self._judge(project, effective)
        if objection is not None:
            raise _Refusal(400, f"Parameter is invalid, reason: {objection}")
        created = self._kept(task, thaw(effective.as_task()))
        self._answers[created["task_id"]] = effective
        return created, f"created: {effective.headline}"

    def _kept(self, task: TaskRequest, created: dict[str, Any]) -> dict[str, Any]:
        task_id = f"{len(self._tasks) + 1:024x}"
        self._tasks[task_id] = {"task_id": task_id, **self._made(), "status": "pending", **created}
        if task.unique_id is not None:
            self._unique_ids[task.unique_id] = task_id
        return self._tasks[task_id]

    def _check_unique(self, unique_id: str | None) -> None:
        taken = None if unique_id is None else self._unique_ids.get(unique_id)
        if taken is not None:
            raise _Refusal(409, f'The unique_id ("{unique_id}") is already used for a different task ({taken}).')

    def _page(self, query: Mapping[str, str]) -> tuple[Any, str]:
        fields = {
            name: query[name].split(",")
            for name in ("project", "batch", "type", "status", "unique_id")
            if name in query
        }
        fitting = [
            task
            for task in self._tasks.values()
            if all(task.get(name) in wanted for name, wanted in fields.items())
            and ("tags" not in query or set(query["tags"].split(",")) & set(task.get("tags") or ()))
        ]
        limit, offset = _number(query.get("limit"), _PAGE), _number(query.get("next_token"), 0)
        page = fitting[offset : offset + limit]
        has_more = offset + limit < len(fitting)
        listing = {"docs": page, "total": len(fitting), "limit": limit, "offset": offset, "has_more": has_more}
        token = {"next_token": str(offset + limit)} if has_more else {}
        return {**listing, **token}, f"{len(page)} of {len(fitting)} tasks"

    def _create_batch(self, body: dict[str, Any]) -> tuple[Any, str]:
        project, name = self._project(body.get("project")), body.get("name")
        if not isinstance(name, str) or not name:
            raise _Refusal(400, "Parameter is invalid, reason: a batch has a name")
        if name in self._batches:
            raise _Refusal(409, "A batch with that name already exists.")
        own = {"name": name, "project": project.name, "status": "staging", **self._made()}
        self._batches[name] = {**body, **own}
        return self._batches[name], f"created the batch {format_value(name)} of {format_value(project.name)}"

    def _batch_status(self, name: str) -> dict[str, Any]:
        count = sum(task.get("batch") == name for task in self._tasks.values())
        return {"status": self._batch(name)["status"], "tasks_pending": count}

    def _made(self) -> dict[str, Any]:
        created_at = self._created_at()
        return {} if created_at is None else {"created_at": created_at}


def refused(status: int, text: str) -> Response:
    """Return the service's own form of a refusal (E6)."""
    return _reply(status, {"status_code": status, "error": text})


def _object(request: Request) -> dict[str, Any]:
    value = decode_document(request.body or b"{}", "the body", TASK_DEPTH + 1).value
    if not isinstance(value, dict):
        raise _Refusal(400, "The body must be a JSON object")
    return value


def _number(text: str | None, otherwise: int) -> int:
    return min(int(text[:9]), 1_000) if text and text.isascii() and text.isdigit() else otherwise


def _reply(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"content-type": "application/json"})
