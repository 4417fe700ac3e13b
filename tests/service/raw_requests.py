"""Raw requests to the stand-in's server, and their replies."""

import json
import socket
from urllib.parse import urlsplit

#: The headers that a request needs to be accepted.
GOOD = "Host: localhost\r\nAuthorization: Bearer k\r\n"


class Reply:
    """A parsed reply; the body must be JSON or a page of the stand-in."""

    def __init__(self, raw, *, has_body=True):
        head, separator, rest = raw.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
        assert separator, raw[:200]
        line, *lines = head.decode("ascii").split("\r\n")
        version, status, reason = line.split(" ", 2)
        assert version == "HTTP/1.1" and reason, line
        self.status = int(status)
        self.headers = dict(line.split(": ", 1) for line in lines)
        size = int(self.headers["content-length"]) if has_body else 0
        self.body, self.rest = rest[:size], rest[size:]
        assert len(self.body) == size, raw[:200]
        is_page = "content-security-policy" in self.headers
        assert self.headers["content-type"] == ("text/html; charset=utf-8" if is_page else "application/json")
        assert not [name for name in self.headers if name.startswith("access-control")]
        self.value = json.loads(self.body) if has_body and not is_page else None
        if has_body and is_page:
            assert self.status in (200, 404) and self.body.startswith(b"<!doctype html>")
        elif has_body and self.status != 200:
            # E6: the body of an error has the status and a text.
            assert self.value["status_code"] == self.status and self.value["error"], self.value
            assert self.value.keys() == {"status_code", "error"}
            assert "Traceback" not in self.value["error"]


def connect(served, timeout=5):
    return socket.create_connection(("127.0.0.1", urlsplit(served.url).port), timeout=timeout)


def exchange(served, raw, *, half_close=True, timeout=5):
    """Send bytes, and return all bytes that the server sends until it closes the connection."""
    with connect(served, timeout) as stream:
        received = b""
        try:
            stream.sendall(raw if isinstance(raw, bytes) else raw.encode("latin-1"))
            if half_close:
                stream.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            while piece := stream.recv(2**16):
                received += piece
        except ConnectionResetError:
            pass
        return received


def ask(served, raw, **options):
    """Send a request, and return its reply, which must be the only one."""
    reply = Reply(exchange(served, raw, **options))
    assert reply.rest == b"", reply.rest[:200]
    return reply
