"""An HTTP server on a loopback port for the stand-in."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import frozen

from paramcore.errors import OutcomeUnknown
from paramcore.service.requests import Response
from paramcore.service.standin.calls import build_error_reply
from paramcore.service.standin.stand_in import MAX_BODY_SIZE, StandIn

_HOST = "127.0.0.1"


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
        OSError: if the port is in use.

    Example:
        >>> with run_server(StandIn()) as server:
        ...     print(server.url)
        http://127.0.0.1:.../v1
    """
    http_server = _HTTPServer((_HOST, port), _Handler)
    http_server.stand_in = stand_in
    thread = threading.Thread(target=http_server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Server(stand_in, f"http://{_HOST}:{http_server.server_address[1]}/v1")
    finally:
        http_server.shutdown()
        http_server.server_close()
        thread.join()


class _HTTPServer(ThreadingHTTPServer):
    # The shutdown does not wait for daemon threads, so a half-open connection does not delay it.
    daemon_threads = True
    request_queue_size = 128
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "paramcore"
    #: The maximum number of seconds that a connection may be idle.
    timeout = 10
    # Send each buffered reply in one write, because small writes wait for acknowledgements.
    wbufsize = 2**16
    disable_nagle_algorithm = True
    server: _HTTPServer

    def do_GET(self) -> None:
        """Handle a request with any method."""
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._reject(build_error_reply(411, "the request has no valid Content-Length"))
            return
        if int(length[:20]) > MAX_BODY_SIZE:
            self._reject(build_error_reply(413, "request entity too large"))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            response = self.server.stand_in.handle(self.command, self.path, headers, body)
        except OutcomeUnknown:
            # A fault drops the reply.
            self.close_connection = True
            return
        self._send(response)

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815

    def _reject(self, response: Response) -> None:
        # Close the connection, because the unread body would be parsed as the next request.
        self.close_connection = True
        self._send(response)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(response.body)))
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log, because the stand-in reports each request to `on_event`."""

    def finish(self) -> None:
        """Close the connection, even if the client has already closed it."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.connection.shutdown(socket.SHUT_RDWR)
