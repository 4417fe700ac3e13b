"""A stand-in for the API, with URLs, keys, and projects and tasks in memory."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from paramcore.model import Assumptions, EffectiveParams, Project
from paramcore.service.memory import MemoryService, build_error_reply
from paramcore.service.requests import Request, Response
from paramcore.text import format_count

#: The maximum number of bytes of a request body; the stand-in rejects a longer body.
MAX_BODY_SIZE = 16 * 2**20
_BASE_PATH = "/v1"


class StandIn:
    """A stand-in for the API, with URLs below `/v1` and API keys.

    Live and test keys use separate services, `live` and `test`, which start with
    the same projects.  Each is a `MemoryService`, so a `Client` can use it as its
    transport.  The callbacks and `reserved_names` work as in `MemoryService`.

    Example:
        >>> StandIn([Project("docks", type="imageannotation")])
        <StandIn: 1 live project, 1 test project>
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
        initial, reserved = tuple(projects), frozenset(reserved_names)
        services = [
            MemoryService(
                initial,
                assumptions=assumptions,
                created_at=created_at,
                on_validate=on_validate,
                on_event=on_event,
                reserved_names=reserved,
            )
            for _ in range(2)
        ]
        #: The service for live keys, and for all keys that are not test keys.
        self.live: MemoryService = services[0]
        #: The service for test keys.
        self.test: MemoryService = services[1]

    def __repr__(self) -> str:
        live, test = len(self.live.projects), len(self.test.projects)
        return f"<StandIn: {format_count(live, 'live project')}, {format_count(test, 'test project')}>"

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Handle an HTTP request and return the reply.

        `target` is the raw target of the request line; header names are lower case.
        """
        key = _read_key(headers.get("authorization", ""))
        if not key:
            return build_error_reply(401, "No valid API key provided.")
        # Add a host, because `urlsplit` would otherwise parse `//projects` as a host.
        parts = urlsplit(f"//host{target}" if target.startswith("/") else target)
        if not parts.path.startswith(f"{_BASE_PATH}/"):
            return build_error_reply(404, f"Cannot {method} {parts.path}")
        if len(body) > MAX_BODY_SIZE:
            return build_error_reply(413, "request entity too large")
        # Live and test keys see different projects (E7).
        service = self.test if key.startswith("test_") else self.live
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            # The official SDK sends a list as repeated query parameters.
            query[name] = f"{query[name]},{value}" if name in query else value
        return service.send(Request(method, parts.path[len(_BASE_PATH) :], query, body or None))  # type: ignore[arg-type]

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Handle a request as a WSGI application.

        A project name with a slash works only if the server provides the raw
        target as `REQUEST_URI` or `RAW_URI`.
        """
        target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
        if target is None:
            path = quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"))
            target = f"{path}?{environ.get('QUERY_STRING', '')}"
        length = environ.get("CONTENT_LENGTH") or "0"
        size = min(int(length), MAX_BODY_SIZE + 1) if length.isascii() and length.isdigit() else 0
        body = environ["wsgi.input"].read(size) if size else b""
        headers = {"authorization": environ.get("HTTP_AUTHORIZATION", "")}
        response = self.handle(environ["REQUEST_METHOD"], target, headers, body)
        response_headers = [*response.headers.items(), ("content-length", str(len(response.body)))]
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", response_headers)
        return [response.body]


def _read_key(authorization: str) -> str:
    """Return the API key from HTTP Basic or a bearer token; `""` if there is no key."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
