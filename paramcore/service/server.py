"""An HTTP server on a loopback port for the stand-in."""

from __future__ import annotations

import io
import socket
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from typing import Any

from attrs import frozen

from paramcore.errors import InvalidSetting, OutcomeUnknown
from paramcore.service.connections import Connections
from paramcore.service.http_reader import Body, RequestLine, read_headers, read_request_line
from paramcore.service.requests import Response
from paramcore.service.standin.admission import require_host
from paramcore.service.standin.calls import RejectedCall, build_error_reply, build_failure_reply
from paramcore.service.standin.stand_in import StandIn
from paramcore.text import describe_value
from paramcore.values import check_argument

_HOST = "127.0.0.1"
#: The maximum number of seconds that a connection waits for its next request.
_IDLE_TIME = 10.0
#: The maximum number of seconds for reading a whole request, and for writing a whole reply.
_REQUEST_TIME = 30.0
#: The maximum number of seconds for which the server reads after the last reply on a connection.
_DRAIN_TIME = 2.0
#: The maximum number of bytes that the server reads after the last reply on a connection.
_DRAIN_SIZE = 32 * 2**20
#: The request line for the log if the first line cannot be read.
_UNKNOWN = RequestLine("?", "?", "HTTP/1.0")


@frozen
class Server:
    """A stand-in that `run_server` serves at a URL.

    Example:
        >>> with run_server(StandIn([Project("docks", type="imageannotation")])) as server:
        ...     server.url, server.stand_in
        ('http://127.0.0.1:.../v1', <StandIn: 1 live project, 1 test project>)
    """

    #: The stand-in, for assertions about its projects and tasks.
    stand_in: StandIn
    #: The base URL, which ends with `/v1`.
    url: str


@contextmanager
def run_server(stand_in: StandIn, *, port: int = 0) -> Iterator[Server]:
    """Serve a stand-in on a loopback port inside a `with` block; port 0 picks a free port.

    Raises:
        OSError: if the port is not available.
        InvalidSetting: `argument_type`, if `stand_in` is not a `StandIn`, or the port is not a
            whole number from 0 to 65535.

    Example:
        >>> with run_server(StandIn()) as server:
        ...     print(server.url)
        http://127.0.0.1:.../v1
    """
    check_argument("stand_in", stand_in, StandIn)
    if type(port) is not int or not 0 <= port <= 65535:
        problem = f"`port` must be a whole number from 0 to 65535, got {describe_value(port)}"
        raise InvalidSetting("argument_type", None, problem, "leave it out to use a free port")
    with _HTTPServer((_HOST, port), _Handler) as http_server:
        http_server.stand_in = stand_in
        thread = threading.Thread(target=http_server.serve_until_closed, daemon=True)
        try:
            thread.start()
            yield Server(stand_in, f"http://{_HOST}:{http_server.server_address[1]}/v1")
        finally:
            # In a forked process, the server thread does not run, so a wait for its end would last forever.
            if thread.is_alive():
                http_server.connections.close()
                http_server.shutdown()
                thread.join()


class _HTTPServer(socketserver.ThreadingTCPServer):
    # The shutdown does not wait for daemon threads, so a half-open connection does not delay the shutdown.
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    stand_in: StandIn

    def __init__(self, *arguments: Any) -> None:
        self.connections = Connections()
        super().__init__(*arguments)

    def serve_until_closed(self) -> None:
        """Handle connections until another thread calls `shutdown`."""
        try:
            self.serve_forever(poll_interval=0.05)
        except ValueError:
            # If a signal interrupted `run_server` while this thread started, the socket is already closed.  Then the
            # error is expected.
            if self.fileno() >= 0:
                raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a connection."""
        self.connections.add()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        super().shutdown_request(request)
        self.connections.remove(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore all errors, for example after the client has closed the connection."""


class _SocketStream(io.RawIOBase):
    """The bytes that a client sends, up to a deadline."""

    def __init__(self, connection: socket.socket, connections: Connections) -> None:
        self._connection = connection
        self._connections = connections
        self.deadline = 0.0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read bytes, or raise `TimeoutError` at the deadline."""
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self._connection.settimeout(remaining)
        with self._connections.wait(self._connection):
            return self._connection.recv_into(buffer)


class _Handler(socketserver.BaseRequestHandler):
    server: _HTTPServer
    request: socket.socket

    def setup(self) -> None:
        """Prepare to read requests."""
        # Small writes would otherwise wait for acknowledgements.
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._raw = _SocketStream(self.request, self.server.connections)
        self._stream = io.BufferedReader(self._raw, 2**16)

    def handle(self) -> None:
        """Handle the requests of a connection, one after another."""
        # `OSError` means that the connection was closed, or that a time limit has passed.
        with suppress(OSError):
            while self._wait_for_request() and self._handle_request():
                pass

    def _wait_for_request(self) -> bool:
        self._raw.deadline = time.monotonic() + _IDLE_TIME
        is_open = bool(self._stream.peek(1))
        self._raw.deadline = time.monotonic() + _REQUEST_TIME
        return is_open

    def _handle_request(self) -> bool:
        """Handle a request; return whether the connection stays open."""
        line = _UNKNOWN
        try:
            line = read_request_line(self._stream)
            headers = read_headers(self._stream)
            require_host(headers, line.version)
            body = Body(self._stream, headers, line.version)
        except RejectedCall as error:
            self._reject(line, error.status, str(error))
            return False
        except TimeoutError:
            self._reject(line, 408, f"the request did not arrive within {_REQUEST_TIME:.0f} seconds")
            return False
        return self._answer(line, headers, body)

    def _answer(self, line: RequestLine, headers: dict[str, str], body: Body) -> bool:
        def read_body() -> bytes:
            expects_100 = line.version == "HTTP/1.1" and headers.get("expect", "").lower() == "100-continue"
            if expects_100 and body.is_unread:
                self._write(b"HTTP/1.1 100 Continue\r\n\r\n")
            try:
                return body.read()
            except TimeoutError:
                text = f"the body did not arrive within {_REQUEST_TIME:.0f} seconds"
                raise RejectedCall(408, text) from None

        try:
            response = self.server.stand_in.handle(line.method, line.target, headers, read_body)
        except OutcomeUnknown:
            # A fault drops the reply.
            return False
        # `on_event` and `created_at` may raise anything, so reply with the error.
        except Exception as error:  # noqa: BLE001
            response = build_failure_reply(error)
        connection = headers.get("connection", "").lower().replace(" ", "").split(",")
        stays_open = line.version == "HTTP/1.1" and "close" not in connection and not body.is_unread
        self._send(line, response, stays_open=stays_open)
        return stays_open

    def _reject(self, line: RequestLine, status: int, text: str) -> None:
        """Answer a request that cannot be read, and close the connection."""
        response = build_error_reply(status, text)
        try:
            self.server.stand_in.log(line.method, line.target, b"", response, f"refused: {text}")
        # `on_event` and `created_at` may raise anything, so reply with the error.
        except Exception as error:  # noqa: BLE001
            response = build_failure_reply(error)
        self._send(line, response, stays_open=False)

    def _send(self, line: RequestLine, response: Response, *, stays_open: bool) -> None:
        lines = [
            f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}",
            *(f"{name}: {value}" for name, value in response.headers.items()),
            f"content-length: {len(response.body)}",
            *(() if stays_open else ("connection: close",)),
        ]
        head = "\r\n".join([*lines, "\r\n"]).encode("latin-1")
        self._write(head if line.method == "HEAD" else head + response.body)
        if not stays_open:
            self._drain()

    def _write(self, content: bytes) -> None:
        self.request.settimeout(_REQUEST_TIME)
        self.request.sendall(content)

    def _drain(self) -> None:
        """Read and discard what the client still sends, because the client may lose the reply if bytes stay unread."""
        self.request.shutdown(socket.SHUT_WR)
        self._raw.deadline = time.monotonic() + _DRAIN_TIME
        size = 0
        while size < _DRAIN_SIZE and (piece := self._stream.read1()):
            size += len(piece)
