"""The server of the stand-in answers malformed, unusual and slow requests."""

import random
import select
import socket
import threading
import time
from urllib.parse import urlsplit

import httpx2
import pytest

from paramcore import Project
from paramcore.errors import InvalidSetting
from paramcore.service import connections, server
from paramcore.service.http_reader import MAX_HEADER_COUNT, MAX_HEADER_SIZE, MAX_LINE_SIZE
from paramcore.service.server import run_server
from paramcore.service.standin.calls import MAX_BODY_SIZE
from paramcore.service.standin.stand_in import StandIn
from tests.service.fuzz_requests import create_request
from tests.service.raw_requests import GOOD, Reply, ask, connect, exchange

CREATE = '{"name": "new", "type": "comparison"}'


@pytest.fixture
def served():
    with run_server(StandIn([Project("boxes", type="imageannotation", params={"a": 1})])) as server_:
        yield server_


def assert_alive(served):
    reply = httpx2.get(f"{served.url}/projects", headers={"Authorization": "Bearer any"})
    assert reply.status_code == 200


def post(body, headers="", *, path="/v1/projects", version="1.1"):
    return f"POST {path} HTTP/{version}\r\n{GOOD}{headers}\r\n{body}"


def post_sized(body, headers="", **options):
    return post(body, f"Content-Length: {len(body)}\r\n{headers}", **options)


def post_chunked(*pieces, headers="", **options):
    return post("".join(pieces), f"Transfer-Encoding: chunked\r\n{headers}", **options)


def chunk(text):
    return f"{len(text):x}\r\n{text}\r\n"


GET = f"GET /v1/projects HTTP/1.1\r\n{GOOD}"

#: Malformed or rejected requests, their status, and words of the error.
REFUSED = {
    # The request line
    "one word": ("nonsense\r\n\r\n", 400, "METHOD TARGET"),
    "HTTP/0.9": ("GET /v1/projects\r\n", 400, "METHOD TARGET"),
    "two spaces": (f"GET  /v1/projects HTTP/1.1\r\n{GOOD}\r\n", 400, "METHOD TARGET"),
    "a space in the target": (f"GET /v1/a b HTTP/1.1\r\n{GOOD}\r\n", 400, "METHOD TARGET"),
    "lower-case version": (f"GET / http/1.1\r\n{GOOD}\r\n", 400, "METHOD TARGET"),
    "only empty lines": ("\r\n\r\n\r\n\r\n", 400, "METHOD TARGET"),
    "HTTP/9.9": (f"GET / HTTP/9.9\r\n{GOOD}\r\n", 400, "HTTP/9.9"),
    "HTTP/1.2": (f"GET / HTTP/1.2\r\n{GOOD}\r\n", 400, "use HTTP/1.1"),
    "the preface of HTTP/2": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "HTTP/2.0"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "http://"),
    "NUL first": (b"\0" * 50, 400, "0x00"),
    "binary": (b"\xff\xfe\x00", 400, "0xff"),
    "a long target": ("GET /" + "x" * MAX_LINE_SIZE + " HTTP/1.1\r\n\r\n", 414, "request line"),
    "a long method": ("X" * (MAX_LINE_SIZE + 2), 414, "request line"),
    "cut off in the request line": ("GET /v1/pro", 400, "cut off"),
    "only the end of a line": ("\r\n", 400, "cut off"),
    # Methods
    **{
        method: (f"{method} /v1/projects HTTP/1.1\r\n{GOOD}\r\n", 501, method)
        for method in ("PATCH", "TRACE", "OPTIONS", "MADEUP", "get", "P!")
    },
    "OPTIONS *": (f"OPTIONS * HTTP/1.1\r\n{GOOD}\r\n", 501, "OPTIONS"),
    "CONNECT": (f"CONNECT localhost:80 HTTP/1.1\r\n{GOOD}\r\n", 501, "CONNECT"),
    "an unknown method with a body": (f"PATCH / HTTP/1.1\r\n{GOOD}Content-Length: 5\r\n\r\nabcde", 501, "PATCH"),
    # Targets
    "an asterisk": (f"GET * HTTP/1.1\r\n{GOOD}\r\n", 400, "not a URL path"),
    "no slash": (f"GET v1/projects HTTP/1.1\r\n{GOOD}\r\n", 400, "not a URL path"),
    "another scheme": (f"GET ftp://localhost/v1/projects HTTP/1.1\r\n{GOOD}\r\n", 400, "not a URL path"),
    "absolute, of another host": (f"GET http://evil.example/v1/projects HTTP/1.1\r\n{GOOD}\r\n", 421, "evil.example"),
    "absolute, with a user name": (f"GET http://localhost@evil.example/ HTTP/1.1\r\n{GOOD}\r\n", 421, "evil.example"),
    "absolute, with a bracket": (f"GET http://[::1/v1/projects HTTP/1.1\r\n{GOOD}\r\n", 421, "[::1"),
    "a fragment": (f"GET /v1/projects#a HTTP/1.1\r\n{GOOD}\r\n", 400, "percent-encode"),
    "NUL in the path": (f"GET /v1/projects/\0 HTTP/1.1\r\n{GOOD}\r\n", 400, "METHOD TARGET"),
    "bytes in the path": (f"GET /v1/projects/\xff HTTP/1.1\r\n{GOOD}\r\n", 400, "METHOD TARGET"),
    "not UTF-8 in the path": (f"GET /v1/projects/%ff HTTP/1.1\r\n{GOOD}\r\n", 400, "UTF-8"),
    "not UTF-8 in the query": (f"GET /v1/tasks?project=%c3 HTTP/1.1\r\n{GOOD}\r\n", 400, "UTF-8"),
    "an incomplete escape": (f"GET /v1/projects/%4 HTTP/1.1\r\n{GOOD}\r\n", 400, "percent-encode"),
    "an invalid escape": (f"GET /v1/projects/%zz HTTP/1.1\r\n{GOOD}\r\n", 400, "percent-encode"),
    "dots": (f"GET /v1/../etc/passwd HTTP/1.1\r\n{GOOD}\r\n", 404, "Cannot GET"),
    "encoded dots": (f"GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\n{GOOD}\r\n", 404, "Cannot GET"),
    "encoded dots as a name": (f"GET /v1/projects/%2e%2e HTTP/1.1\r\n{GOOD}\r\n", 404, "not found"),
    "encoded NUL": (f"GET /v1/projects/%00 HTTP/1.1\r\n{GOOD}\r\n", 404, "not found"),
    "a repeated query parameter": (f"GET /v1/tasks?limit=1&limit=2 HTTP/1.1\r\n{GOOD}\r\n", 400, "repeated"),
    "an empty query parameter": (f"GET /v1/tasks?=&&=1 HTTP/1.1\r\n{GOOD}\r\n", 400, "unknown"),
    # Headers
    "no colon": (f"{GET}nonsense\r\n\r\n", 400, "malformed"),
    "no name": (f"{GET}: x\r\n\r\n", 400, "malformed"),
    "a space before the colon": (f"{GET}X : y\r\n\r\n", 400, "malformed"),
    "a folded line": (f"{GET}X: y\r\n z\r\n\r\n", 400, "malformed"),
    "NUL in a header": (f"{GET}X: \0\r\n\r\n", 400, "malformed"),
    "CR in a header": (f"{GET}X: a\rb\r\n\r\n", 400, "malformed"),
    "too many headers": (GET + "X: y\r\n" * (MAX_HEADER_COUNT - 1) + "\r\n", 431, "more than 100"),
    "a long header": (f"{GET}X: {'y' * MAX_HEADER_SIZE}\r\n\r\n", 431, "the headers must have at most 65,536 bytes"),
    "long headers": (GET + f"X: {'y' * 20_000}\r\n" * 4 + "\r\n", 431, "the headers must have at most 65,536 bytes"),
    "a compressed body": (post("\x1f\x8b", "Content-Encoding: gzip\r\nContent-Length: 2\r\n"), 415, "uncompressed"),
    "a header without end": (f"{GET}X: {'y' * 2 * MAX_HEADER_SIZE}", 431, "headers"),
    "cut off in the headers": (GET, 400, "cut off"),
    "cut off in a header": (f"{GET}X: y", 400, "cut off"),
    # Hosts and keys
    "no Host": ("GET /v1/projects HTTP/1.1\r\nAuthorization: Bearer k\r\n\r\n", 400, "`Host` is missing"),
    "two Hosts": (f"{GET}Host: localhost\r\n\r\n", 400, "`Host` is repeated"),
    "another Host": ("GET /v1/projects HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421, "evil.example"),
    "an empty Host": ("GET /v1/projects HTTP/1.1\r\nHost:\r\n\r\n", 421, '""'),
    "no key": ("GET /v1/projects HTTP/1.1\r\nHost: localhost\r\n\r\n", 401, "API key"),
    "another origin": (f"{GET}Origin: https://evil.example\r\n\r\n", 403, "evil.example"),
    "an upgrade": (
        f"{GET}Connection: Upgrade\r\nUpgrade: websocket\r\nOrigin: http://evil.example\r\n\r\n",
        403,
        "evil.example",
    ),
    "a preflight": (
        f"OPTIONS /v1/projects HTTP/1.1\r\n{GOOD}Origin: https://evil.example\r\n"
        "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Private-Network: true\r\n\r\n",
        501,
        "OPTIONS",
    ),
    "no content type": (post_sized("a=1", "Sec-Fetch-Site: none\r\n"), 415, "missing"),
    "a text type": (post_sized("a=1", "Sec-Fetch-Site: none\r\nContent-Type: text/plain\r\n"), 415, "text/plain"),
    # The length of the body
    "a negative length": (post("", "Content-Length: -1\r\n"), 400, "Content-Length"),
    "a signed length": (post("{}", "Content-Length: +2\r\n"), 400, "Content-Length"),
    "a text as length": (post("{}", "Content-Length: two\r\n"), 400, "Content-Length"),
    "an empty length": (post("{}", "Content-Length:\r\n"), 400, "Content-Length"),
    "a fraction as length": (post("{}", "Content-Length: 2.0\r\n"), 400, "Content-Length"),
    "a superscript as length": (post("{}", "Content-Length: \xb2\r\n"), 400, "Content-Length"),
    "two lengths": (post("{}", "Content-Length: 2\r\nContent-Length: 2\r\n"), 400, "Content-Length"),
    "two lengths in a header": (post("{}", "Content-Length: 2, 2\r\n"), 400, "Content-Length"),
    "a length over the limit": (post("", f"Content-Length: {MAX_BODY_SIZE + 1}\r\n"), 413, "16,777,216"),
    "a huge length": (post("", f"Content-Length: {'9' * 5000}\r\n"), 413, "16,777,216"),
    "a body that is cut off": (post("{}", "Content-Length: 10\r\n"), 400, "8 bytes are missing"),
    "invalid JSON": (post_sized("{]"), 400, "invalid JSON"),
    "a JSON array": (post_sized("[]"), 400, "JSON object"),
    # Chunked bodies
    "length and chunks": (post_sized("0\r\n\r\n", "Transfer-Encoding: chunked\r\n"), 400, "Transfer-Encoding"),
    "chunks in HTTP/1.0": (post_chunked("0\r\n\r\n", version="1.0"), 400, "Transfer-Encoding"),
    "compressed chunks": (post("", "Transfer-Encoding: gzip, chunked\r\n"), 501, "gzip"),
    "chunked twice": (post("", "Transfer-Encoding: chunked\r\n" * 2), 501, "chunked, chunked"),
    "an unknown coding": (post("", "Transfer-Encoding: xchunked\r\n"), 501, "xchunked"),
    "no size of a chunk": (post_chunked("\r\n\r\n"), 400, "malformed size"),
    "a size that is no number": (post_chunked("xyz\r\n\r\n"), 400, "malformed size"),
    "a negative size": (post_chunked("-1\r\n\r\n"), 400, "malformed size"),
    "a size with a prefix": (post_chunked("0x2\r\n{}\r\n0\r\n\r\n"), 400, "malformed size"),
    "a huge size": (post_chunked("fffffffff\r\n"), 400, "malformed size"),
    "a size over the limit": (post_chunked(f"{MAX_BODY_SIZE + 1:x}\r\n"), 413, "16,777,216"),
    "chunks over the limit": (post_chunked(chunk(CREATE), f"{MAX_BODY_SIZE:x}\r\n"), 413, "16,777,216"),
    "a chunk longer than its size": (post_chunked("1\r\n{}\r\n0\r\n\r\n"), 400, "must end with CRLF after the 1 bytes"),
    "a chunk that is cut off": (post_chunked("5\r\n{"), 400, "4 bytes are missing"),
    "no last chunk": (post_chunked(chunk("{}")), 400, "cut off"),
    "malformed trailers": (post_chunked(chunk("{}"), "0\r\nnonsense\r\n\r\n"), 400, "malformed"),
    "trailers without end": (post_chunked(chunk("{}"), "0\r\nX: y\r\n"), 400, "cut off"),
    "a long line of a chunk": (post_chunked("1;" + "x" * MAX_LINE_SIZE), 400, "65,536"),
}


@pytest.mark.parametrize(("raw", "status", "words"), REFUSED.values(), ids=REFUSED.keys())
def test_a_malformed_request_is_refused(served, raw, status, words):
    """Each request of `REFUSED` gets one JSON reply with an error status and a reason, and changes nothing."""
    reply = ask(served, raw)
    assert reply.status == status, reply.value
    assert words in reply.value["error"]
    assert list(served.stand_in.live.projects) == ["boxes"]
    assert served.stand_in.requests[-1].status == status
    assert_alive(served)


#: Unusual requests that are valid, so the server must accept them.
ACCEPTED = {
    "HTTP/1.0 without Host": "GET /v1/projects HTTP/1.0\r\nAuthorization: Bearer k\r\n\r\n",
    "an empty line first": f"\r\n{GET}\r\n",
    "lines without CR": f"GET /v1/projects HTTP/1.1\n{GOOD}\n".replace("\r", ""),
    "spaces around a value": f"{GET}X: \t y \t\r\n\r\n",
    "a header without a value": f"{GET}X:\r\n\r\n",
    "a repeated header": f"{GET}X: a\r\nx: b\r\n\r\n",
    "as many headers as allowed": GET + "X: y\r\n" * (MAX_HEADER_COUNT - 2) + "\r\n",
    "the absolute form": f"GET http://127.0.0.1:80/v1/projects?archived=false HTTP/1.1\r\n{GOOD}\r\n",
    "a body": post_sized(CREATE),
    "a body with zeros before its length": post(CREATE, f"Content-Length: {'0' * 50}{len(CREATE)}\r\n"),
    "a chunked body": post_chunked(chunk(CREATE[:10]), chunk(CREATE[10:]), "0\r\n\r\n"),
    "chunks with extensions and trailers": post_chunked(
        f"{len(CREATE):X} ;a=b\r\n{CREATE}\r\n", "000;c\r\nX: y\r\nContent-Length: 1\r\n\r\n"
    ),
    "an upper-case header name": post(f"{chunk(CREATE)}0\r\n\r\n", "TRANSFER-ENCODING: Chunked\r\n"),
    "the coding `identity`": post(CREATE, f"Content-Encoding: identity\r\nContent-Length: {len(CREATE)}\r\n"),
    "a body of GET": f"{GET}Content-Length: 2\r\n\r\n[]",
}


@pytest.mark.parametrize("raw", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_an_unusual_request_is_accepted(served, raw):
    """An unusual but valid request gets status 200, and has its normal effect."""
    assert ask(served, raw).status == 200
    assert list(served.stand_in.live.projects) == (["boxes", "new"] if "POST" in raw else ["boxes"])


def test_a_chunked_body_of_the_maximum_size_is_accepted(served):
    """A chunked body of exactly the maximum size is read."""
    body = CREATE.ljust(MAX_BODY_SIZE)
    pieces = [chunk(body[start : start + 2**20]) for start in range(0, len(body), 2**20)]
    assert ask(served, post_chunked(*pieces, "0\r\n\r\n")).status == 200


def test_pipelined_requests_are_answered_in_order(served):
    """Each of several requests in one packet gets a reply, in order. Nothing after a malformed request is read."""
    last_chunk = "0\r\n\r\n"
    raw = f"{GET}\r\n{post_chunked(chunk(CREATE), last_chunk)}"
    raw += f"GET /v1/projects/new HTTP/1.1\r\n{GOOD}\r\nHEAD /v1/projects HTTP/1.1\r\n{GOOD}\r\n"
    received = exchange(served, f"{raw}nonsense\r\n\r\n{post_sized(CREATE.replace('new', 'late'))}")
    listed = Reply(received)
    created = Reply(listed.rest)
    found = Reply(created.rest)
    head = Reply(found.rest, has_body=False)
    refused = Reply(head.rest)
    assert [reply.status for reply in (listed, created, found, head, refused)] == [200, 200, 200, 200, 400]
    assert (found.value["name"], head.headers["content-length"] > "0", refused.rest) == ("new", True, b"")
    assert refused.headers["connection"] == "close"
    assert list(served.stand_in.live.projects) == ["boxes", "new"]


@pytest.mark.parametrize(
    ("raw", "is_closed"),
    [
        (f"{GET}\r\n", False),
        (f"{GET}Connection: keep-alive\r\n\r\n", False),
        (f"{GET}Connection: x, Close\r\n\r\n", True),
        (f"GET /v1/projects HTTP/1.0\r\n{GOOD}\r\n", True),
        (post_sized(CREATE), False),
        (post_sized("{]"), False),
        # The server rejects this request before it reads the body, and closes the connection to ignore the body.
        (f"PATCH / HTTP/1.1\r\n{GOOD}Content-Length: 2\r\n\r\n", True),
        (f"PATCH / HTTP/1.1\r\n{GOOD}\r\n", False),
    ],
)
def test_a_reply_announces_that_the_connection_is_closed(served, raw, is_closed):
    """The server closes the connection after a reply if and only if the reply has `Connection: close`."""
    with connect(served) as stream:
        stream.sendall(raw.encode())
        reply = Reply(stream.recv(2**16))
        assert (reply.headers.get("connection") == "close") is is_closed
        stream.sendall(f"{GET}\r\n".encode())
        assert (stream.recv(2**16) == b"") is is_closed


@pytest.mark.parametrize("headers", ["", "Origin: null\r\n"])
def test_a_client_can_wait_before_it_sends_the_body(served, headers):
    """A request with `Expect: 100-continue` gets status 100 before its body is read.

    If the request is rejected, it gets only the final reply.
    """
    with connect(served) as stream:
        stream.sendall(post("", f"Expect: 100-continue\r\nContent-Length: {len(CREATE)}\r\n{headers}").encode())
        received = stream.recv(2**16)
        if headers:
            assert Reply(received).status == 403
            return
        assert received == b"HTTP/1.1 100 Continue\r\n\r\n"
        stream.sendall(CREATE.encode())
        assert Reply(stream.recv(2**16)).status == 200


def test_a_client_that_sends_a_long_body_gets_the_reply(served):
    """A client that sends a long body before it reads gets the reply that rejects the request."""
    headers = "Origin: https://evil.example\r\n"
    assert ask(served, post_sized("x" * MAX_BODY_SIZE, headers), half_close=False).status == 403
    assert ask(served, post_sized("x" * (MAX_BODY_SIZE + 1)), half_close=False).status == 413


class TestSlowClients:
    """A client that sends nothing, or too slowly, does not keep its connection."""

    @pytest.fixture(autouse=True)
    def _short_times(self, monkeypatch):
        monkeypatch.setattr(server, "_IDLE_TIME", 0.3)
        monkeypatch.setattr(server, "_REQUEST_TIME", 0.6)
        monkeypatch.setattr(server, "_DRAIN_TIME", 0.3)

    @pytest.mark.parametrize("raw", ["G", "GET / HTTP/1.1\r\nHos", f"{GET}", post("{", "Content-Length: 9\r\n")])
    def test_an_incomplete_request_is_status_408(self, served, raw):
        """After a time limit, an incomplete request gets status 408 and the connection is closed."""
        assert ask(served, raw, half_close=False).status == 408
        assert served.stand_in.requests[-1].status == 408

    def test_bytes_do_not_extend_the_time(self, served):
        """A client that sends a byte from time to time gets no extra time."""
        start = time.monotonic()
        with connect(served) as stream:
            stream.settimeout(0.05)
            received = b""
            for byte in f"{GET}X: {'y' * 200}".encode():
                try:
                    stream.sendall(bytes([byte]))
                    received += stream.recv(2**16)
                except TimeoutError:
                    continue
                if received:
                    break
        assert Reply(received).status == 408
        assert 0.5 < time.monotonic() - start < 3

    def test_an_endless_body_does_not_extend_the_time(self, served):
        """A client that sends small chunks without a pause gets no extra time."""
        received, start = b"", time.monotonic()
        with connect(served) as stream:
            stream.sendall(post_chunked().encode())
            while not select.select([stream], [], [], 0)[0] and time.monotonic() < start + 5:
                stream.sendall(b"1\r\n \r\n" * 100)
            stream.shutdown(socket.SHUT_WR)
            while piece := stream.recv(2**16):
                received += piece
        assert Reply(received).status == 408

    def test_an_idle_connection_is_closed(self, served):
        """After a time limit, a connection without a request is closed without a reply."""
        assert exchange(served, b"", half_close=False) == b""
        first = Reply(exchange(served, f"{GET}\r\n", half_close=False))
        assert (first.status, first.rest) == (200, b"")


class TestManyConnections:
    """The number of connections is limited, and idle connections do not block others."""

    @pytest.fixture(autouse=True)
    def _few_connections(self, monkeypatch):
        monkeypatch.setattr(connections, "MAX_CONNECTIONS", 8)

    def test_a_new_connection_replaces_the_longest_waiting_connection(self, served):
        """If the limit is reached, each new connection replaces the connection that has waited longest."""
        opened = []
        for _ in range(20):
            opened.append(connect(served))
            opened[-1].sendall(b"GET /v1/pro")
        assert_alive(served)
        last = opened[-1]
        last.sendall(f"jects HTTP/1.1\r\n{GOOD}\r\n".encode())
        assert Reply(last.recv(2**16)).status == 200
        assert [stream.recv(10) for stream in opened[:10]] == [b""] * 10
        for stream in opened:
            stream.close()

    def test_a_request_in_progress_is_not_replaced(self, served):
        """A connection whose request is being handled stays open."""
        served.stand_in.fail_next("slow=1", method="POST")
        with connect(served) as slow:
            slow.sendall(post_sized(CREATE).encode())
            time.sleep(0.2)
            for _ in range(20):
                assert_alive(served)
                connect(served).close()
            assert Reply(slow.recv(2**16)).status == 200

    def test_after_the_end_no_connection_is_read(self):
        """After `Connections.close`, `wait` raises an error, so data that a connection has received is not handled."""
        first, second = socket.socketpair()
        open_connections = connections.Connections()
        with first, second:
            with pytest.raises(ConnectionAbortedError), open_connections.wait(first):
                open_connections.close()
            with pytest.raises(ConnectionAbortedError), open_connections.wait(first):
                pytest.fail("the server has ended")

    def test_closed_connections_do_not_count(self, served):
        """A client can open any number of connections one after another."""
        for _ in range(30):
            assert_alive(served)


def test_incomplete_requests_block_nothing(served):
    """Connections without a complete request do not delay other requests."""
    opened = [connect(served) for _ in range(20)]
    opened[0].sendall(f"POST /v1/projects HTTP/1.1\r\n{GOOD}Content-Length: 100\r\n\r\n{{".encode())
    opened[1].sendall(b"GET /v1/pro")
    assert_alive(served)
    for stream in opened:
        stream.close()


def test_the_shutdown_closes_open_connections():
    """After the `with` block, all connections are closed."""
    with run_server(StandIn()) as served:
        stream = connect(served)
        stream.sendall(f"{GET}\r\n".encode())
        assert Reply(stream.recv(2**16)).status == 200
    with stream:
        try:
            stream.sendall(f"{GET}\r\n".encode())
            assert stream.recv(2**16) == b""
        except (BrokenPipeError, ConnectionResetError):
            pass
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", urlsplit(served.url).port), timeout=5)


def test_a_callback_that_raises_is_status_500():
    """If `on_validate` raises an exception, the reply names the exception, and the server continues."""

    def fail(_project, _effective):
        raise ZeroDivisionError("by zero")

    with run_server(StandIn(on_validate=fail)) as served:
        reply = ask(served, post_sized('{"attachment": "https://a.example/1.jpg"}', path="/v1/task/imageannotation"))
        assert (reply.status, "ZeroDivisionError" in reply.value["error"]) == (500, True)
        assert_alive(served)


@pytest.mark.parametrize(
    "raw", [b"\x00", b"GET / HTTP/3.0\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET /v1/x HTTP/1.0\r\n\r\n"]
)
@pytest.mark.parametrize("callback", ["on_event", "created_at"])
def test_a_callback_that_raises_for_a_refused_request_is_status_500(raw, callback):
    """If `on_event` or `created_at` raises an exception, the reply names it, even if the request is malformed."""

    def fail(*_arguments):
        raise ZeroDivisionError("by zero")

    with run_server(StandIn(**{callback: fail})) as served:
        reply = ask(served, raw)
        assert (reply.status, "ZeroDivisionError" in reply.value["error"]) == (500, True)


def test_a_reported_request_has_no_control_characters():
    """For each request, `on_event` receives one printable line, whatever the request contains."""
    events = []
    stand_in = StandIn(on_event=events.append)
    stand_in.handle("GET", "/v1/\x1b[2J\u202e\n", {}, b"")
    with run_server(stand_in) as served:
        ask(served, b"\x1b[2J\r\n\r\n")
        ask(served, b"G\x1b[2J\r\n\r\n")
    assert len(events) == 3
    assert all(event.isprintable() for event in events)


@pytest.mark.slow
def test_random_requests_are_answered():
    """Random and mutated requests cause no server error except status 501, and no request hangs."""
    source = random.Random(20261126)
    with run_server(StandIn([Project("boxes", type="imageannotation", params={"a": 1})])) as served:
        threads_before = threading.active_count()
        for _ in range(400):
            raw = create_request(source)
            received = exchange(served, raw)
            while received:
                reply = Reply(received)
                assert reply.status < 500 or reply.status == 501, (raw, reply.value)
                received = reply.rest
        assert_alive(served)
        time.sleep(0.5)
        assert threading.active_count() <= threads_before + 2


@pytest.mark.parametrize("port", [-1, 65536, 10**30, "8080", 80.5, None, True])
def test_a_port_that_does_not_exist_is_rejected(port):
    """`run_server` rejects a port that is not a whole number from 0 to 65535."""
    with pytest.raises(InvalidSetting, match="from 0 to 65535") as refused, run_server(StandIn(), port=port):
        pass
    assert refused.value.code == "argument_type"
