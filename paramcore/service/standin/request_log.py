"""The last requests to a stand-in, with the reason for each reply."""

from __future__ import annotations

import threading
from collections import deque

from attrs import frozen

from paramcore.service.requests import Response
from paramcore.text import truncate

#: The maximum number of requests that a log keeps.
MAX_REQUESTS = 200
#: The maximum number of bytes of a body that a log keeps.
MAX_BODY_EXCERPT = 4096


@frozen
class LoggedRequest:
    """A request to a stand-in, and what the stand-in did.

    Example:
        >>> from paramcore.service import StandIn
        >>> stand_in = StandIn()
        >>> stand_in.handle("GET", "/v1/projects", {}, b"").status
        401
        >>> stand_in.requests[0].status, stand_in.requests[0].reason
        (401, 'refused: the request has no API key; send any key')
    """

    #: The time of the request; `None` if `created_at` of the stand-in returned `None`.
    time: str | None
    #: The HTTP method.
    method: str
    #: The target of the request line, encoded, and truncated if it is very long.
    target: str
    #: `live` or `test`; `None` if the request has no valid key, or was refused before its key was read.
    world: str | None
    #: The status of the reply; `None` if a fault dropped the reply.
    status: int | None
    #: What the request did, or why it was refused; truncated if it is very long.
    reason: str
    #: The first 4,096 bytes of the body of the request.
    request_body: bytes
    #: The first 4,096 bytes of the body of the reply.
    reply_body: bytes

    @property
    def outcome(self) -> str:
        """The status of the reply, or `no reply`."""
        return "no reply" if self.status is None else str(self.status)


class RequestLog:
    """The last 200 requests, oldest first."""

    def __init__(self) -> None:
        self._requests: deque[LoggedRequest] = deque(maxlen=MAX_REQUESTS)
        self._lock = threading.Lock()

    def add(
        self,
        method: str,
        target: str,
        body: bytes,
        response: Response | None,
        reason: str,
        *,
        world: str | None = None,
        time: str | None = None,
    ) -> LoggedRequest:
        """Add a request with its reply; `response` is `None` if no reply was sent."""
        status, reply = (None, b"") if response is None else (response.status, response.body)
        excerpts = body[:MAX_BODY_EXCERPT], reply[:MAX_BODY_EXCERPT]
        texts = [truncate(text, MAX_BODY_EXCERPT) for text in (target, reason)]
        logged = LoggedRequest(time, method, texts[0], world, status, texts[1], *excerpts)
        with self._lock:
            self._requests.append(logged)
        return logged

    def list_requests(self) -> tuple[LoggedRequest, ...]:
        """Return the requests, oldest first."""
        with self._lock:
            return tuple(self._requests)
