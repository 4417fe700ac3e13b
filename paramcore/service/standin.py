"""A stand-in for the real service: addresses and keys as there, projects and tasks in memory."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from paramcore.model.project import Project
from paramcore.service.memory import MemoryService, refused
from paramcore.service.requests import Request, Response

__all__ = ["LARGEST_BODY", "StandIn"]

#: Bytes of a request that are read.
LARGEST_BODY = 16 * 2**20
#: What addresses begin with.
_BASE = "/v1"


class StandIn:
    """
    The service as its clients see it: below `/v1`, with a key, live and test apart.

    Both worlds begin with the same projects.  Further options are those of
    `MemoryService`.  It can be asked in three ways: as values (`handle`), as a
    WSGI application (`StandIn.wsgi`), and as the transport of one world
    (`StandIn.live`, `StandIn.test`).
    """

    def __init__(self, projects: Iterable[Project] = (), **options: Any) -> None:
        several = tuple(projects)
        self.live = MemoryService(several, **options)
        self.test = MemoryService(several, **options)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Answer a request: `target` as it stands in the request's first line, `headers` by their names in lower case."""
        key = _key(headers.get("authorization", ""))
        if not key:
            return refused(401, "No valid API key provided.")
        parts = urlsplit(f"//host{target}" if target.startswith("/") else target)
        if not parts.path.startswith(f"{_BASE}/"):
            return refused(404, f"Cannot {method} {parts.path}")
        if len(body) > LARGEST_BODY:
            return refused(413, "request entity too large")
        # A test key sees a world of its own (E7).
        world = self.test if key.startswith("test_") else self.live
        query: dict[str, str] = {}
        for name, value in parse_qsl(parts.query, keep_blank_values=True):
            # The official SDK says a list by saying the name again.
            query[name] = f"{query[name]},{value}" if name in query else value
        return world.send(Request(method, parts.path[len(_BASE) :], query, body or None))  # type: ignore[arg-type]

    def wsgi(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        """
        Answer as a WSGI application.

        A slash inside a name is told from one between names only where the
        server passes the target on as it came (`REQUEST_URI` or `RAW_URI`).
        """
        target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
        if target is None:
            path = quote((environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")).encode("latin-1"))
            target = f"{path}?{environ.get('QUERY_STRING', '')}"
        length = environ.get("CONTENT_LENGTH") or "0"
        size = min(int(length), LARGEST_BODY + 1) if length.isascii() and length.isdigit() else 0
        body = environ["wsgi.input"].read(size) if size else b""
        headers = {"authorization": environ.get("HTTP_AUTHORIZATION", "")}
        response = self.handle(environ["REQUEST_METHOD"], target, headers, body)
        sent = [*response.headers.items(), ("content-length", str(len(response.body)))]
        start_response(f"{response.status} {HTTPStatus(response.status).phrase}", sent)
        return [response.body]


def _key(authorization: str) -> str:
    """Return the key of a request: as user name with an empty password, or as a bearer token."""
    kind, _, rest = authorization.partition(" ")
    if kind.lower() == "bearer":
        return rest.strip()
    if kind.lower() != "basic":
        return ""
    try:
        return base64.b64decode(rest, validate=True).decode("ascii").partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
