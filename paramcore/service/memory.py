"""An in-memory service for tests and scripts that must not reach the real service."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from paramcore.errors import OutcomeUnknown
from paramcore.model import Assumptions, EffectiveParams, Project
from paramcore.service.requests import Request, Response
from paramcore.service.standin.account import Account
from paramcore.service.standin.callbacks import check_times
from paramcore.service.standin.calls import Context, read_task_types
from paramcore.service.standin.faults import Faults
from paramcore.service.standin.ledger import Ledger
from paramcore.service.standin.state import State
from paramcore.text import escape_unprintable, format_count
from paramcore.values import check_argument, check_function, wrap_frozen


class MemoryService:
    """A service that keeps projects, batches, tasks and files in memory.

    The service calls `created_at` for each request.  `created_at` must return a time in ISO 8601
    format, or None.  `on_event` receives a line about each request.  The service accepts only the task
    types in `task_types`, or all types if `task_types` is None.

    `on_validate` receives the project and the effective params of each new task.  If the task has no
    project, `on_validate` receives a placeholder project without versions.  If `on_validate` returns a
    string, the service rejects the task with this string as the reason.  If it raises an exception, the
    reply has status 500.

    Only `StandIn` passes `account`.  With `account`, the service ignores all other arguments except `on_event`.

    Raises:
        InvalidSetting: `argument_type` for an argument of the wrong type, or for two projects
            with the same name; `task_type` for an element of `task_types` that is no task type.

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
        task_types: Collection[str] | None = None,
        account: Account | None = None,
    ) -> None:
        if account is None:
            check_argument("assumptions", assumptions, Assumptions)
            if task_types is not None:
                task_types = read_task_types(task_types)
            check_function("on_validate", on_validate)
            state = State(projects)
            context = Context(state, assumptions, task_types, on_validate, completes_tasks=False)
            times = check_times(created_at)
            account = Account("live", context, Ledger({"live": state}), Faults(), times, lambda _seconds: None)
        check_function("on_event", on_event)
        self._account = account
        self._on_event = on_event

    @property
    def assumptions(self) -> Assumptions:
        """The assumptions of each project that a request creates."""
        return self._account.context.assumptions

    def __repr__(self) -> str:
        state = self._account.context.state
        projects, tasks = format_count(len(state.projects), "project"), format_count(len(state.tasks), "task")
        return f"<MemoryService: {projects}, {tasks}>"

    @property
    def projects(self) -> Mapping[str, Project]:
        """The current projects, by name."""
        with self._account.ledger.lock:
            return {name: stored.project for name, stored in self._account.context.state.projects.items()}

    @property
    def tasks(self) -> tuple[Mapping[str, Any], ...]:
        """The created tasks, oldest first, as task objects."""
        with self._account.ledger.lock:
            return tuple(wrap_frozen(dict(task.fields)) for task in self._account.context.state.tasks.values())

    def get_effective(self, task_id: str) -> EffectiveParams:
        """Return the effective params of a created task that has a project.

        Raises:
            LookupError: if the task does not exist or has no project, or if the project no longer gives the task the
                same params.  For example, `serve --save` may have restarted with an edited project file.
        """
        with self._account.ledger.lock:
            return self._account.context.state.resolve_task(task_id)

    def send(self, request: Request) -> Response:
        """Handle a request and return the reply, which has an error status if the request is invalid.

        Raises:
            InvalidSetting: `argument_type`, if `request` is not a `Request`; `created_at_type`, if
                `created_at` returns neither a string nor None.
            OutcomeUnknown: `no_reply`, if a fault drops the reply.
        """
        check_argument("request", request, Request)
        query = {name: [str(value)] for name, value in request.query.items()}
        result = self._account.handle(request.method, request.path, query, {}, request.body or b"")
        status = "no reply" if result.response is None else result.response.status
        self._on_event(escape_unprintable(f"{request.method} {request.path} {status}  {result.reason}"))
        if result.response is None:
            raise OutcomeUnknown("no_reply", None, "the service closed the connection without a reply", "")
        return result.response
