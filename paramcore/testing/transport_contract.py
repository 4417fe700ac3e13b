"""Check a transport against its contract, with a loopback server."""

from __future__ import annotations

import socketserver
import threading
import time
from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from http.client import parse_headers
from urllib.parse import quote

from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError
from paramcore.service.requests import Request, Response, Transport
from paramcore.text import describe_python_type
from paramcore.transport.key import MIN_SECRET_LENGTH

#: The timeout of the requests of `_check_timeout` and `_check_refused_connection`, in seconds.
_TIMEOUT = 1.0
#: The maximum number of seconds that the server waits for a request, or keeps a connection open without a reply.
_SERVER_TIMEOUT = 10


def check_transport(create: Callable[[str], Transport]) -> None:
    """Check a transport against the contract of `paramcore.service.Transport`.

    `create` receives the base URL of a loopback server, such as
    `http://127.0.0.1:8080/v1`, and returns the transport to check.

    Raises:
        AssertionError: if the transport breaks the contract.  The message states what
            the transport must do and what it did.
        Exception: any unexpected error that the transport raises.

    Example:
        >>> from paramcore.transport import ApiKey, HttpTransport
        >>> check_transport(lambda url: HttpTransport(ApiKey("test_0123456"), base_url=url))
    """
    for check in (
        _check_replies,
        _check_unchanged_bodies,
        _check_single_post,
        _check_redirects,
        _check_broken_replies,
        _check_timeout,
        _check_refused_connection,
    ):
        with _LoopbackServer() as server:
            check(_CheckedTransport(create(server.url)), server)


class _CheckedTransport:
    """Wraps a transport, and checks that it has `send`, and that `send` returns a `Response`."""

    def __init__(self, transport: Transport) -> None:
        has_send = callable(getattr(transport, "send", None))
        _require(has_send, "have the method `send`", f"is {describe_python_type(type(transport))}")
        self._transport = transport

    def send(self, request: Request) -> Response:
        """Send a request, and check the type of the result."""
        response = self._transport.send(request)
        returned = f"returned {describe_python_type(type(response))}"
        _require(isinstance(response, Response), "return a `Response`", returned)
        return response


def _check_replies(transport: Transport, server: _LoopbackServer) -> None:
    request = Request("POST", "/projects/a%20b%2Fc/setParams", {"archived": "true"}, b'{"patch": true}')
    for status, body in ((200, b'{"a": 1}'), (404, b"no"), (200, b"")):
        server.answer = _build_reply(status, body, "X-Odd: Yes")
        response = transport.send(request)
        is_same = (response.status, response.body) == (status, body)
        returned = f"returned status {response.status} with the body {response.body!r}"
        _require(is_same, f"return status {status} with the body {body!r}", returned)
        is_lower = response.headers.get("x-odd") == "Yes"
        _require(is_lower, "return header names in lower case", f"returned {dict(response.headers)}")
    line, body = server.requests[-1]
    expected_line = "POST /v1/projects/a%20b%2Fc/setParams?archived=true HTTP/1.1"
    is_same = (line, body) == (expected_line, request.body)
    _require(is_same, f"send `{expected_line}` with the body {request.body!r}", f"sent `{line}` with {body!r}")


def _check_unchanged_bodies(transport: Transport, server: _LoopbackServer) -> None:
    # Read the key from the first request.  Two of the bodies below repeat the key; the third begins like gzip.
    server.answer = _build_reply(200, b"{}")
    transport.send(Request("GET", "/projects"))
    scheme, _, sent = server.authorization.partition(" ")
    key = _decode_basic(sent) if scheme.lower() == "basic" else sent
    repeated = f"{key} {key}: {server.authorization} {quote(key, safe='')}".encode()
    for body in (b'{"error": "a %s b"}' % repeated, b"\xef\xbb\xbf\x00\xff\r\n\n <p>%s \n" % repeated, b"\x1f\x8b\x08"):
        for status in (200, 401, 503):
            server.answer = _build_reply(status, body, "Content-Type: text/html; charset=utf-16")
            response = transport.send(Request("GET", "/projects"))
            # Do not show the body, because it repeats the key.
            is_same = response.body == body
            returned = f"returned a different body of {len(response.body)} bytes"
            _require(is_same, "return the body of a reply unchanged", returned)
            hides = len(key) < MIN_SECRET_LENGTH or response.message is None or key not in response.message
            _require(hides, "keep the key out of `message`", "returned a `message` that contains the key")


def _decode_basic(sent: str) -> str:
    try:
        return b64decode(sent).decode("latin-1").partition(":")[0]
    except ValueError:
        return sent


def _check_single_post(transport: Transport, server: _LoopbackServer) -> None:
    for status in (500, 502, 503, 408, 429):
        server.requests.clear()
        server.answer = _build_reply(status, b"", "Retry-After: 0")
        transport.send(Request("POST", "/projects", body=b"{}"))
        count = len(server.requests)
        _require(count == 1, "send a POST exactly once", f"sent {count} requests after status {status}")
    # Keep the connection open, so that the transport could use it again.
    server.keeps_open = True
    server.answer = _build_reply(200, b"{}", connection="keep-alive")
    before = server.connections
    for _ in range(2):
        transport.send(Request("POST", "/projects", body=b"{}"))
    server.keeps_open = False
    is_new = server.connections == before + 2
    _require(is_new, "open a new connection for each POST", "sent a POST on a connection that was used before")


def _check_redirects(transport: Transport, server: _LoopbackServer) -> None:
    for status in (301, 302, 303, 307, 308):
        server.requests.clear()
        server.answer = _build_reply(status, b"<p>Moved", f"Location: {server.url}/elsewhere")
        response = transport.send(Request("POST", "/projects", body=b"{}"))
        is_followed = response.status != status or len(server.requests) != 1
        _require(not is_followed, f"return status {status}", "followed the redirect")
        returned = f"returned {response.body!r}"
        _require(response.body == b"<p>Moved", "return the body of a redirect unchanged", returned)


def _check_broken_replies(transport: Transport, server: _LoopbackServer) -> None:
    for name, answer in (
        ("a connection that closes without a reply", b""),
        ("a reply that ends early", _build_reply(200, b"{}")[:-1]),
        ("a reply that is not HTTP", b"HTTP/9 what\r\n\r\n"),
    ):
        server.requests.clear()
        server.answer = answer
        error = _send(transport, Request("POST", "/projects", body=b"{}"))
        _require_error(OutcomeUnknown, f"for {name}", error)
        count = len(server.requests)
        _require(count == 1, "send a POST exactly once", f"sent {count} requests for {name}")


def _check_timeout(transport: Transport, server: _LoopbackServer) -> None:
    server.answer = None
    start = time.monotonic()
    error = _send(transport, Request("POST", "/projects", body=b"{}", timeout=_TIMEOUT))
    _require_error(OutcomeUnknown, "for a reply that never arrives", error)
    seconds = time.monotonic() - start
    _require(
        seconds < _TIMEOUT + 1, f"raise after the timeout of {_TIMEOUT} seconds", f"raised after {seconds:.1f} seconds"
    )


def _check_refused_connection(transport: Transport, server: _LoopbackServer) -> None:
    server.server_close()
    error = _send(transport, Request("POST", "/projects", body=b"{}", timeout=_TIMEOUT))
    _require_error(NotDone, "for a refused connection", error)


def _send(transport: Transport, request: Request) -> ParamcoreError | Response:
    try:
        return transport.send(request)
    except (NotDone, OutcomeUnknown) as error:
        return error


def _require(condition: bool, duty: str, behavior: str) -> None:
    if not condition:
        raise AssertionError(f"the transport must {duty}, but it {behavior}")


def _require_error(expected: type[ParamcoreError], situation: str, actual: ParamcoreError | Response) -> None:
    behavior = f"returned {actual!r}" if isinstance(actual, Response) else f"raised {actual!r}"
    _require(isinstance(actual, expected), f"raise {expected.__name__} {situation}", behavior)


def _build_reply(status: int, body: bytes, *headers: str, connection: str = "close") -> bytes:
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}", f"Connection: {connection}", "", ""]
    return "\r\n".join(lines).encode() + body


class _LoopbackServer(socketserver.ThreadingTCPServer):
    """Replies to each request with the raw bytes of `answer`; sends nothing if `answer` is None."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: bytes | None = b""
        #: Whether a connection stays open after a reply.
        self.keeps_open = False
        self.requests: list[tuple[str, bytes]] = []
        self.authorization = ""
        self.connections = 0
        self.closed = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def server_close(self) -> None:
        """Stop listening."""
        self.closed.set()
        self.shutdown()
        super().server_close()


class _Handler(socketserver.StreamRequestHandler):
    timeout = _SERVER_TIMEOUT
    server: _LoopbackServer

    def handle(self) -> None:
        self.server.connections += 1
        with suppress(OSError):
            while self._reply():
                pass

    def _reply(self) -> bool:
        """Reply to a request, and return whether the client may send another request on this connection."""
        line = self.rfile.readline().decode("latin-1").strip()
        headers = parse_headers(self.rfile)
        body = self.rfile.read(int(headers.get("content-length", 0)))
        if not line:
            return False
        self.server.requests.append((line, body))
        self.server.authorization = headers.get("authorization", "")
        if self.server.answer is None:
            self.server.closed.wait(_SERVER_TIMEOUT)
            return False
        self.wfile.write(self.server.answer)
        return self.server.keeps_open
