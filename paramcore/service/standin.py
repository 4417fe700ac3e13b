"""A stand-in for the API: its URLs and keys, with projects and tasks in memory."""

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

#: Bytes. The stand-in rejects a longer request body.
MAX_BODY_SIZE = 16 * 2**20
_BASE_PATH = "/v1"


class StandIn:
    """The service as its clients see it: URLs below `/v1`, and an API key.

    Live and test keys see separate worlds, `live` and `test`, which begin with
    the same projects.  Each world is a `MemoryService`, so a `Client` can use it as
    its transport.  The callbacks and `reserved_names` are those of `MemoryService`.

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
        worlds = [
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
        self.live: MemoryService = worlds[0]
        self.test: MemoryService = worlds[1]

    def __repr__(self) -> str:
        live, test = len(self.live.projects), len(self.test.projects)
        return f"<StandIn: {format_count(live, 'live project')}, {format_count(test, 'test project')}>"

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer an HTTP request: the raw `target`, `headers` by lower-case name."""
        key = _read_key(headers.get("authorization", ""))
        if not key:
            return build_error_reply(401, "No valid API key provided.")
        # Without a host, a target such as `//projects` would be read as one.
        parts = urlsplit(f"//host{target}" if target.startswith("/") else target)
        if not parts.path.startswith(f"{_BASE_PATH}/"):
            return build_error_reply(404, f"Cannot {method} {parts.path}")
        if len(body) > MAX_BODY_SIZE:
            return build_error_reply(413, "request entity too large")
        # Test keys see a world of their own (E7).
        world = self.test if key.startswith("test_") else self.live
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            # The official SDK sends a list by repeating the name.
            query[name] = f"{query[name]},{value}" if name in query else value
        return world.send(Request(method, parts.path[len(_BASE_PATH) :], query, body or None))  # type: ignore[arg-type]

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """Answer a request as a WSGI application.

        A project name with a slash works only if the server passes on the raw
        target, as `REQUEST_URI` or `RAW_URI`.
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
    """Return the API key of HTTP Basic or of a bearer token, or an empty text."""
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return credentials.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(credentials, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
