"""The stand-in on a loopback port."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from attrs import frozen

from paramcore.service.memory import refused
from paramcore.service.requests import Response
from paramcore.service.standin import LARGEST_BODY, StandIn

__all__ = ["Served", "serving"]

#: Seconds that a client may keep a connection open without a word.
_PATIENCE = 10
#: Nobody but this machine.
HOST = "127.0.0.1"


@frozen
class Served:
    """A stand-in that is listening, and its base address, the `/v1` included."""

    stand_in: StandIn
    url: str


@contextmanager
def serving(stand_in: StandIn, *, port: int = 0) -> Iterator[Served]:
    """
    Listen on loopback while the block runs, on a free port unless one is named.

    Raises:
        OSError: where the port is taken.

    """
    server = _Server((HOST, port), _Handler)
    server.stand_in = stand_in
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield Served(stand_in, f"http://{HOST}:{server.server_address[1]}/v1")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Not waited for: a half-open connection would hold up the end.
    block_on_close = False
    request_queue_size = 128
    stand_in: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that went away."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "paramcore"
    timeout = _PATIENCE
    # One write a reply: many small ones would wait for each other.
    wbufsize = 2**16
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        """Answer a GET."""
        self._answer()

    def do_POST(self) -> None:
        """Answer a POST."""
        self._answer()

    do_PUT = do_DELETE = do_POST  # noqa: N815

    def _answer(self) -> None:
        length = self.headers.get("content-length", "0")
        if "transfer-encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(refused(411, "a request has a length"))
            return
        if int(length[:20]) > LARGEST_BODY:
            self._refuse(refused(413, "request entity too large"))
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.stand_in.handle(self.command, self.path, headers, body))

    def _refuse(self, response: Response) -> None:
        # What was not read cannot be told from the next request.
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
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing here: the stand-in tells what each request did."""

    def finish(self) -> None:
        """Close, whatever the client did."""
        try:
            super().finish()
        except (OSError, ValueError):
            self.connection.shutdown(socket.SHUT_RDWR)
