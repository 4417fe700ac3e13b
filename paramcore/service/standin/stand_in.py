"""A stand-in for the API, with URLs, keys, and two services in memory."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from paramcore.errors import OutcomeUnknown
from paramcore.model import Assumptions, EffectiveParams, Project
from paramcore.service.memory import MemoryService
from paramcore.service.requests import Response
from paramcore.service.standin.account import Account, Result
from paramcore.service.standin.admission import check_request, check_size
from paramcore.service.standin.callbacks import check_times
from paramcore.service.standin.calls import Context, RejectedCall, read_task_types
from paramcore.service.standin.clock import Clock
from paramcore.service.standin.faults import Fault, Faults
from paramcore.service.standin.ledger import Journal, Ledger
from paramcore.service.standin.pages import Pages
from paramcore.service.standin.records import RecoveredState
from paramcore.service.standin.request_log import LoggedRequest, RequestLog
from paramcore.service.standin.state import State
from paramcore.service.standin.wsgi import read_body, read_headers, read_target
from paramcore.text import escape_unprintable, format_count
from paramcore.validation.schema import Schemas
from paramcore.values import check_argument, check_function, check_iterable

_BASE_PATH = "/v1"
#: The names of the services for live and for test keys.
WORLDS = ("live", "test")
#: The reason for refusing a request whose `Authorization` header contains no valid key.
_INVALID_AUTHORIZATION = (
    "the header `Authorization` has no valid API key; send any ASCII key as `Bearer KEY`, "
    "or as the user name of HTTP Basic"
)


class StandIn:
    """A stand-in for the API, with URLs below `/v1`, API keys, and pages for a browser at `/`.

    Live and test keys use separate services, `live` and `test`, which start with
    the same projects.  Each service is a `MemoryService`, which can be the transport of a
    `Client`.  The service for test keys completes each task at once.

    `on_validate` works as in `MemoryService`.  `on_event` receives a line about each request
    that is added to `requests`.  `task_types` are the known task types, by default those of
    `paramcore schema`.  If `created_at` is set, it returns the time of each request, and
    `clock` has no effect.  `paramcore serve --save` passes `journal` and `recovered` to
    keep data after a restart.

    Raises:
        InvalidSetting: `argument_type` for an argument of the wrong type, or for two projects
            with the same name; `task_type` for an element of `task_types` that is no task type.

    Example:
        >>> StandIn([Project("docks", type="imageannotation")])
        <StandIn: 1 live project, 1 test project>
    """

    def __init__(
        self,
        projects: Iterable[Project] = (),
        *,
        assumptions: Assumptions = Assumptions(),
        created_at: Callable[[], str | None] | None = None,
        on_validate: Callable[[Project, EffectiveParams], str | None] = lambda _project, _effective: None,
        on_event: Callable[[str], None] = lambda _event: None,
        task_types: Collection[str] | None = None,
        journal: Journal | None = None,
        recovered: Mapping[str, RecoveredState] = {},
    ) -> None:
        check_argument("assumptions", assumptions, Assumptions)
        known_types = frozenset(Schemas().types) if task_types is None else read_task_types(task_types)
        check_function("on_validate", on_validate)
        check_function("on_event", on_event)
        #: The clock, which a test can set.
        self.clock: Clock = Clock()
        self._created_at = self.clock if created_at is None else check_times(created_at)
        self._on_event = on_event
        self._log = RequestLog()
        self._faults = Faults()
        check_iterable("projects", projects)
        initial = tuple(projects)
        # The states of both services, by name; hold `ledger.lock` while you read them.
        self.states: dict[str, State] = {world: _restore(initial, recovered.get(world)) for world in WORLDS}
        self.ledger: Ledger = Ledger(self.states, journal)
        self._pages = Pages(self.states, self.ledger, self._log.list_requests)
        self._accounts = {
            world: Account(
                world,
                Context(state, assumptions, known_types, on_validate, completes_tasks=world == "test"),
                self.ledger,
                self._faults,
                self._created_at,
                time.sleep,
            )
            for world, state in self.states.items()
        }
        #: The service for live keys, which are all keys that do not begin with `test_`.
        self.live: MemoryService = MemoryService(account=self._accounts["live"])
        #: The service for test keys, which begin with `test_`.
        self.test: MemoryService = MemoryService(account=self._accounts["test"])

    def __repr__(self) -> str:
        live, test = len(self.live.projects), len(self.test.projects)
        return f"<StandIn: {format_count(live, 'live project')}, {format_count(test, 'test project')}>"

    @property
    def requests(self) -> tuple[LoggedRequest, ...]:
        """The last 200 HTTP requests, oldest first, with the reason for each reply.

        Requests through the transports `live` and `test`, and requests that got a page for a
        browser, are not included.
        """
        return self._log.list_requests()

    def fail_next(
        self,
        fault: str,
        *,
        times: int = 1,
        method: Literal["GET", "POST", "PUT", "DELETE"] | None = None,
    ) -> None:
        """Simulate a fault of the service in the next `times` calls.

        `fault` is `error`, `drop`, `throttle=SECONDS` or `slow=SECONDS`.  `error` sends
        status 500 and `drop` sends no reply, both after the change is made.  `throttle`
        changes nothing and sends status 429 with `Retry-After`.  `slow` delays the reply.
        With `method`, the fault applies only to calls with this method.  If several faults
        apply to a call, the call gets only the fault that was set first.

        Raises:
            InvalidSetting: `fault`; `argument_type` for an invalid `times` or `method`.
        """
        self._faults.arm(Fault.parse(fault), times, method)

    def handle(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes | Callable[[], bytes]
    ) -> Response:
        """Handle an HTTP request and return the reply.

        `target` is the raw target of the request line; header names must be lower case.
        `body` may be a function that returns the body.  `handle` does not call this function for a
        request that it refuses before it needs the body, such as a request from a page of another site.

        Raises:
            OutcomeUnknown: `no_reply`, if a fault drops the reply; the caller must then
                close the connection.
            Exception: any error of `on_event` or `created_at`; the caller must then reply with status 500.
        """
        world, content = None, b""
        try:
            check_request(method, target, headers)
            content = body if isinstance(body, bytes) else body()
            check_size(len(content))
            page = self._pages.answer(method, target, headers)
            if page is not None:
                return page
            world, result = self._answer(method, target, headers, content)
        except RejectedCall as error:
            result = Result.refuse(error.status, str(error))
        self.log(method, target, content, result.response, result.reason, world=world)
        if result.response is None:
            raise OutcomeUnknown("no_reply", None, "the service closed the connection without a reply", "")
        return result.response

    def log(
        self,
        method: str,
        target: str,
        body: bytes,
        response: Response | None,
        reason: str,
        *,
        world: str | None = None,
    ) -> None:
        """Add a request to `requests`, and report it to `on_event`."""
        time_ = self._created_at()
        logged = self._log.add(method, target, body, response, reason, world=world, time=time_)
        path = target.partition("?")[0]
        if path.startswith(f"{_BASE_PATH}/"):
            path = path.removeprefix(_BASE_PATH)
        self._on_event(escape_unprintable(f"{method} {path} {logged.outcome}  {reason}"))

    def _answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> tuple[str | None, Result]:
        authorization = headers.get("authorization", "")
        key = _read_key(authorization)
        if not key:
            no_key = "the request has no API key; send any key"
            why = _INVALID_AUTHORIZATION if authorization else no_key
            return None, Result.refuse(401, "No valid API key provided.", why)
        # Live and test keys see different projects (E7).
        world = "test" if key.startswith("test_") else "live"
        # Add a host, because `urlsplit` would otherwise parse `//projects` as a host.
        parts = urlsplit(f"//host{target}" if target.startswith("/") else target)
        if not parts.path.startswith(f"{_BASE_PATH}/"):
            why = f"the path does not begin with `{_BASE_PATH}/`; use the URL that ends with `{_BASE_PATH}`"
            return world, Result.refuse(404, f"Cannot {method} {parts.path}", why)
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            # The official SDK sends a list as repeated query parameters.
            query.setdefault(name, []).append(value)
        path = parts.path[len(_BASE_PATH) :]
        call_method = "GET" if method == "HEAD" else method
        return world, self._accounts[world].handle(call_method, path, query, headers, body)

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Handle a request as a WSGI application.

        A project name with a slash works only if the server provides the raw
        target as `REQUEST_URI` or `RAW_URI`.  With `WSGITransport` of httpx, a name such
        as `é` does not work, because Latin-1 can encode it, but ASCII cannot.

        Raises:
            OutcomeUnknown: `no_reply`, if a fault drops the reply.
        """
        method = environ["REQUEST_METHOD"]
        response = self.handle(method, read_target(environ), read_headers(environ), partial(read_body, environ))
        response_headers = [*response.headers.items(), ("content-length", str(len(response.body)))]
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", response_headers)
        return [] if method == "HEAD" else [response.body]


def _restore(projects: Iterable[Project], recovered: RecoveredState | None) -> State:
    """Return the state that a service starts with."""
    state = State(projects)
    state.mark_saved(state.projects.values())
    if recovered is not None:
        recovered.restore(state)
    return state


def _read_key(authorization: str) -> str:
    """Return the API key from HTTP Basic or a bearer token; `""` if there is no valid key."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip() if credentials.isascii() else ""
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode("ascii").partition(":")[0]
    # The text may be malformed base64, or the decoded key may contain characters outside ASCII.
    except ValueError:
        return ""
