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

from paramcore.assumptions import Assumptions
from paramcore.documents import TASK_DEPTH, decoded
from paramcore.errors import NoSuchVersion, ParamcoreError
from paramcore.project import Project
from paramcore.service.requests import Request, Response
from paramcore.tasks import TaskRequest
from paramcore.values import thaw
from paramcore.wire import read_update, write_project

__all__ = ["MemoryService"]


class _Refusal(Exception):
    """What the service refuses, by status and in its words."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class MemoryService:
    """
    A service that holds projects and tasks, and answers requests one at a time.

    `created_at` gives the time of what is made, as text.
    """

    def __init__(
        self,
        projects: Iterable[Project] = (),
        *,
        assumptions: Assumptions = Assumptions(),
        created_at: Callable[[], str | None] = lambda: None,
    ) -> None:
        self.assumptions = assumptions
        self.created_at = created_at
        self._projects = {project.name: project for project in projects}
        self._tasks: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

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

    def send(self, request: Request) -> Response:
        """Answer a request; whatever comes, a reply comes back."""
        with self._lock:
            try:
                return _reply(200, self._answer(request))
            except _Refusal as refusal:
                return _refused(refusal.status, str(refusal))
            except ParamcoreError as error:
                return _refused(404 if isinstance(error, NoSuchVersion) and error.path is None else 400, str(error))

    def _answer(self, request: Request) -> Any:
        parts = [unquote(part) for part in request.path.strip("/").split("/")]
        match (request.method, *parts):
            case ("GET", "projects"):
                return self._listed(request.query.get("archived"))
            case ("POST", "projects"):
                return self._create_project(_object(request))
            case ("GET", "projects", name):
                return write_project(self._project(name))
            case ("POST", "projects", name, "setParams"):
                return self._update(name, request)
            case ("POST", "task", kind):
                return self._create_task(kind, _object(request))
            case ("GET", "task", task_id) if task_id in self._tasks:
                return self._tasks[task_id]
            case _:
                raise _Refusal(404, f"Cannot {request.method} {request.path}")

    def _project(self, name: str) -> Project:
        if name not in self._projects:
            raise _Refusal(404, f"Project not found: {name}")
        return self._projects[name]

    def _listed(self, archived: str | None) -> list[Any]:
        several = [write_project(project) for project in self._projects.values()]
        return [one for one in several if archived is None or bool(one.get("archived")) == (archived == "true")]

    def _create_project(self, body: dict[str, Any]) -> Any:
        name = body.get("name")
        if isinstance(name, str) and name in self._projects:
            raise _Refusal(409, f"Project already exists: {name}")
        project = Project(
            name,  # type: ignore[arg-type]
            type=body.get("type"),  # type: ignore[arg-type]
            params=body.get("params"),
            created_at=self.created_at(),
            assumptions=self.assumptions,
        )
        self._projects[project.name] = project
        return write_project(project)

    def _update(self, name: str, request: Request) -> Any:
        project = self._project(name)
        # The official SDK sends no body for an update without params (U12).
        update = read_update(_object(request) if request.body else None)
        self._projects[name] = project.update(update, created_at=self.created_at())
        return write_project(self._projects[name])

    def _create_task(self, kind: str, body: dict[str, Any]) -> Any:
        task = TaskRequest.from_flat(body, type=kind)
        task_id = f"{len(self._tasks) + 1:024x}"
        if task.project is None:
            created = {"type": kind, "params": thaw(task.params)}
        else:
            created = thaw(self._project(task.project).resolve(task).as_task())
        created_at = self.created_at()
        own = {"task_id": task_id, **({} if created_at is None else {"created_at": created_at}), "status": "pending"}
        self._tasks[task_id] = {**own, **created}
        return self._tasks[task_id]


def _object(request: Request) -> dict[str, Any]:
    value = decoded(request.body or b"{}", "the body", TASK_DEPTH + 1).value
    if not isinstance(value, dict):
        raise _Refusal(400, "The body must be a JSON object")
    return value


def _reply(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"content-type": "application/json"})


def _refused(status: int, text: str) -> Response:
    return _reply(status, {"status_code": status, "error": text})
