"""Checks over a loopback server that a transport keeps the contract."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError
from paramcore.service.requests import Request, Response, Transport

#: Seconds.
_TIMEOUT = 1.0
#: Seconds that the server waits for a request, or holds back a reply.
_SERVER_TIMEOUT = 10


def check_transport(create: Callable[[str], Transport]) -> None:
    """Check a transport against the contract of `paramcore.service.Transport`.

    `create` gets the base URL of a loopback server, with its `/v1`, and returns
    the transport.

    Raises:
        AssertionError: with what the transport did, and what it must do.
    """
    for check in (
        _check_replies,
        _check_single_post,
        _check_redirects,
        _check_broken_replies,
        _check_timeout,
        _check_refused_connection,
    ):
        with _LoopbackServer() as server:
            check(create(server.url), server)


def _check_replies(transport: Transport, server: _LoopbackServer) -> None:
    for status, body in ((200, b'{"a": 1}'), (404, b"no"), (200, b"")):
        server.answer = _build_reply(status, body, "X-Odd: Yes")
        request = Request("POST", "/projects/a%20b%2Fc/setParams", {"archived": "true"}, b'{"patch": true}')
        response = transport.send(request)
        _require(
            response.status == status and response.body == body,
            f"{response!r}",
            f"status {status} with the body {body!r}",
        )
        _require(response.headers.get("x-odd") == "Yes", f"the headers {dict(response.headers)}", "names in lower case")
    line, body = server.requests[-1]
    wanted = "POST /v1/projects/a%20b%2Fc/setParams?archived=true HTTP/1.1"
    _require(
        line == wanted and body == b'{"patch": true}', f"{line} with {body!r}", f"{wanted} with the body unchanged"
    )


def _check_single_post(transport: Transport, server: _LoopbackServer) -> None:
    for status in (500, 502, 503, 408, 429):
        server.requests.clear()
        server.answer = _build_reply(status, b"", "Retry-After: 0")
        transport.send(Request("POST", "/projects", body=b"{}"))
        _require(
            len(server.requests) == 1, f"{len(server.requests)} requests after a status {status}", "a POST sent once"
        )
    server.answer = _build_reply(200, b"{}")
    before = server.connections
    for _ in range(2):
        transport.send(Request("POST", "/projects", body=b"{}"))
    _require(server.connections == before + 2, "a POST on a connection that was used before", "one of its own")


def _check_redirects(transport: Transport, server: _LoopbackServer) -> None:
    for status in (301, 302, 303, 307, 308):
        server.requests.clear()
        server.answer = _build_reply(status, b"", f"Location: {server.url}/elsewhere")
        response = transport.send(Request("POST", "/projects", body=b"{}"))
        _require(
            response.status == status and len(server.requests) == 1,
            "a redirect that was followed",
            f"the status {status}",
        )


def _check_broken_replies(transport: Transport, server: _LoopbackServer) -> None:
    for name, answer in (
        ("closed", b""),
        ("cut off", _build_reply(200, b"{}")[:-1]),
        ("garbled", b"HTTP/9 what\r\n\r\n"),
    ):
        server.requests.clear()
        server.answer = answer
        error = _send(transport, Request("POST", "/projects", body=b"{}"))
        _require(isinstance(error, OutcomeUnknown), f"{error!r} for a connection that was {name}", "OutcomeUnknown")
        _require(len(server.requests) == 1, f"{len(server.requests)} requests on a connection that was {name}", "one")


def _check_timeout(transport: Transport, server: _LoopbackServer) -> None:
    server.answer = None
    start = time.monotonic()
    error = _send(transport, Request("POST", "/projects", body=b"{}", timeout=_TIMEOUT))
    _require(isinstance(error, OutcomeUnknown), f"{error!r} for a reply that never comes", "OutcomeUnknown")
    seconds = time.monotonic() - start
    _require(seconds < _TIMEOUT + 1, f"{seconds:.1f} seconds of a timeout of {_TIMEOUT}", "an end in time")


def _check_refused_connection(transport: Transport, server: _LoopbackServer) -> None:
    server.close()
    error = _send(transport, Request("POST", "/projects", body=b"{}", timeout=_TIMEOUT))
    _require(isinstance(error, NotDone), f"{error!r} where nobody listens", "NotDone")


def _send(transport: Transport, request: Request) -> ParamcoreError | Response:
    try:
        return transport.send(request)
    except (NotDone, OutcomeUnknown) as error:
        return error


def _require(condition: bool, found: str, wanted: str) -> None:
    if not condition:
        raise AssertionError(f"found {found}, wanted {wanted}")


def _build_reply(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


class _LoopbackServer:
    """A server that answers each request with raw bytes, or never for None."""

    def __init__(self) -> None:
        self.answer: bytes | None = b""
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0
        self._closed = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._closed.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        with suppress(OSError), stream:
            stream.settimeout(_SERVER_TIMEOUT)
            head, body = b"", b""
            while b"\r\n\r\n" not in head:
                chunk = stream.recv(65536)
                if not chunk:
                    return
                head += chunk
            head, _, body = head.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            while len(body) < length:
                body += stream.recv(65536)
            self.requests.append((head.split(b"\r\n")[0].decode("latin-1"), body))
            if self.answer is None:
                self._closed.wait(_SERVER_TIMEOUT)
            else:
                stream.sendall(self.answer)
