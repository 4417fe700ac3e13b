"""What every transport must do, as a check to run on one of your own: over a loopback server, in a few seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError
from paramcore.service.requests import Request, Response, Transport

__all__ = ["check_transport"]

_PATIENCE = 1.0


def check_transport(make: Callable[[str], Transport]) -> None:
    """
    Check a transport against the contract of `service.requests.Transport`.

    `make` is called with the base address of a loopback server, `/v1` included,
    and returns the transport.

    Raises:
        AssertionError: with what the transport did, and what it must do.

    """
    for check in (_replies, _once, _follows_nothing, _tells_what_is_unknown, _keeps_time, _tells_what_was_not_sent):
        with _Loopback() as server:
            check(make(server.url), server)


def _replies(transport: Transport, server: _Loopback) -> None:
    for status, body in ((200, b'{"a": 1}'), (404, b"no"), (200, b"")):
        server.answer = _reply(status, body, "X-Odd: Yes")
        request = Request("POST", "/projects/a%20b%2Fc/setParams", {"archived": "true"}, b'{"patch": true}')
        response = transport.send(request)
        _must(
            response.status == status and response.body == body,
            f"{response!r}",
            f"status {status} with the body {body!r}",
        )
        _must(response.headers.get("x-odd") == "Yes", f"the headers {dict(response.headers)}", "names in lower case")
    first, sent = server.requests[-1]
    wanted = "POST /v1/projects/a%20b%2Fc/setParams?archived=true HTTP/1.1"
    _must(first == wanted and sent == b'{"patch": true}', f"{first} with {sent!r}", f"{wanted} with the body as it is")


def _once(transport: Transport, server: _Loopback) -> None:
    for status in (500, 502, 503, 408, 429):
        server.requests.clear()
        server.answer = _reply(status, b"", "Retry-After: 0")
        transport.send(Request("POST", "/projects", body=b"{}"))
        _must(len(server.requests) == 1, f"{len(server.requests)} requests after a status {status}", "a POST sent once")
    server.answer = _reply(200, b"{}")
    before = server.connections
    for _ in range(2):
        transport.send(Request("POST", "/projects", body=b"{}"))
    _must(server.connections == before + 2, "a POST on a connection that was used before", "one of its own")


def _follows_nothing(transport: Transport, server: _Loopback) -> None:
    for status in (301, 302, 303, 307, 308):
        server.requests.clear()
        server.answer = _reply(status, b"", f"Location: {server.url}/elsewhere")
        response = transport.send(Request("POST", "/projects", body=b"{}"))
        _must(
            response.status == status and len(server.requests) == 1,
            "a redirect that was followed",
            f"the status {status}",
        )


def _tells_what_is_unknown(transport: Transport, server: _Loopback) -> None:
    for name, answer in (("closed", b""), ("cut off", _reply(200, b"{}")[:-1]), ("garbled", b"HTTP/9 what\r\n\r\n")):
        server.requests.clear()
        server.answer = answer
        error = _error(transport, Request("POST", "/projects", body=b"{}"))
        _must(isinstance(error, OutcomeUnknown), f"{error!r} for a connection that was {name}", "OutcomeUnknown")
        _must(len(server.requests) == 1, f"{len(server.requests)} requests on a connection that was {name}", "one")


def _keeps_time(transport: Transport, server: _Loopback) -> None:
    server.answer = None
    began = time.monotonic()
    error = _error(transport, Request("POST", "/projects", body=b"{}", timeout=_PATIENCE))
    _must(isinstance(error, OutcomeUnknown), f"{error!r} for a reply that never comes", "OutcomeUnknown")
    took = time.monotonic() - began
    _must(took < _PATIENCE + 1, f"{took:.1f} seconds of a timeout of {_PATIENCE}", "an end in time")


def _tells_what_was_not_sent(transport: Transport, server: _Loopback) -> None:
    server.close()
    error = _error(transport, Request("POST", "/projects", body=b"{}", timeout=_PATIENCE))
    _must(isinstance(error, NotDone), f"{error!r} where nobody listens", "NotDone")


def _error(transport: Transport, request: Request) -> ParamcoreError | Response:
    try:
        return transport.send(request)
    except (NotDone, OutcomeUnknown) as error:
        return error


def _must(holds: bool, found: str, wanted: str) -> None:
    if not holds:
        raise AssertionError(f"found {found}, wanted {wanted}")


def _reply(status: int, body: bytes, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


class _Loopback:
    """A server that gives every request the same answer, as raw bytes; `None` is no answer."""

    def __init__(self) -> None:
        self.answer: bytes | None = b""
        self.requests: list[tuple[str, bytes]] = []
        self.connections = 0
        self._done = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._done.set()
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
            stream.settimeout(10)
            head, body = b"", b""
            while b"\r\n\r\n" not in head:
                piece = stream.recv(65536)
                if not piece:
                    return
                head += piece
            head, _, body = head.partition(b"\r\n\r\n")
            length = next(
                (int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0
            )
            while len(body) < length:
                body += stream.recv(65536)
            self.requests.append((head.split(b"\r\n")[0].decode("latin-1"), body))
            if self.answer is None:
                self._done.wait(10)
            else:
                stream.sendall(self.answer)
