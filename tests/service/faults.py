"""A loopback server with the faults that a service and its proxies can have."""

import json
import socket
import struct
import threading
import time
from contextlib import suppress
from urllib.parse import unquote

from paramcore import Patch, Project, Replace
from paramcore.service.memory import MemoryService
from paramcore.service.requests import Request, update_project
from paramcore.wire import write_project

NAME = "boxes"
KEY = "live_0123456789abcdef"


def make_project():
    return Project(NAME, type="imageannotation", params={"a": 1, "b": 1}).patch_params({"b": 2})


def reply(body=b"", status="200 OK", headers=(), *, length=None):
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body


class Server:
    """A server that answers GET normally, and POST with a fault.

    With the fault `thief`, the server records each request, and answers none.
    """

    def __init__(self, fault=None, *, elsewhere=None, tls=None, times=None):
        self.service = MemoryService([make_project()])
        self.fault = fault
        #: The server to which the redirects lead.
        self.elsewhere = elsewhere
        #: The number of POSTs that get the fault, or None for all POSTs.  The faults `refuse_before_read` and `thief`
        #: ignore this number.
        self.times = times
        self.posts = 0
        self.reads = 0
        self.stolen = []
        self.closing = threading.Event()
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def project(self):
        return self.service.projects[NAME]

    @property
    def commits(self):
        return len(self.project.versions) - len(make_project().versions)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with self._tls.wrap_socket(connection, server_side=True) if self._tls else connection as stream:
                self._answer(stream)
        except OSError:
            pass

    def _answer(self, stream):
        stream.settimeout(10)
        data = b""
        while b"\r\n\r\n" not in data:
            piece = stream.recv(65536)
            if not piece:
                return
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *headers = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        names = {name.lower(): value for name, _, value in (line.partition(": ") for line in headers)}
        if self.fault == "thief":
            self.stolen.append((names.get("authorization"), body))
            return
        if method == "POST":
            self.posts += 1
        if method == "POST" and self.fault == "refuse_before_read":
            reset(stream)
            return
        while len(body) < int(names.get("content-length", 0)):
            body += stream.recv(65536)
        request = Request(method, unquote(target.removeprefix("/v1")), body=body or None)
        if method == "GET":
            self.reads += 1
        action = (
            FAULTS[self.fault] if self.fault and method == "POST" and self.posts <= (self.times or self.posts) else None
        )
        if action is None:
            answer = self.service.send(request)
            stream.sendall(reply(answer.body, f"{answer.status} Status"))
        else:
            action(self, stream, request)

    def commit(self, request):
        return self.service.send(request).body

    def rival(self, update):
        self.service.send(update_project(NAME, update))

    def wait(self, seconds):
        self.closing.wait(seconds)


def reset(stream):
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def error(text="no"):
    return json.dumps({"status_code": 400, "error": text}).encode()


def before(status, body=b"", headers=()):
    """Send a reply without applying the update."""
    return lambda server, stream, request: stream.sendall(reply(body, status, headers))


def after(status, body=b"", headers=(), *, length=None):
    """Apply the update, then send a reply."""

    def act(server, stream, request):
        server.commit(request)
        stream.sendall(reply(body, status, headers, length=length))

    return act


def changed(change):
    """Apply the update, and send what `change` returns for the project object: another object, or bytes."""

    def act(server, stream, request):
        obj = json.loads(server.commit(request))
        made = change(obj)
        stream.sendall(reply(made if isinstance(made, bytes) else json.dumps(made).encode()))

    return act


def raw(make):
    """Apply the update, and send the bytes that `make` returns for the normal body."""

    def act(server, stream, request):
        stream.sendall(make(server.commit(request)))

    return act


def drop_after_commit(server, stream, request):
    server.commit(request)


def reset_after_commit(server, stream, request):
    server.commit(request)
    reset(stream)


def hang_before_commit(server, stream, request):
    server.wait(5)


def hang_after_commit(server, stream, request):
    server.commit(request)
    server.wait(5)


def commit_after_timeout(server, stream, request):
    server.wait(1.5)
    server.commit(request)


def trickle(server, stream, request):
    for byte in reply(server.commit(request)):
        stream.sendall(bytes([byte]))
        time.sleep(0.03)


def trickle_headers(server, stream, request):
    server.commit(request)
    stream.sendall(b"HTTP/1.1 200 OK\r\n")
    while not server.closing.is_set():
        stream.sendall(b"X: y\r\n")
        time.sleep(0.03)


def too_many(*headers):
    def act(server, stream, request):
        if server.posts == 1:
            stream.sendall(reply(error("slow down"), "429 Too Many Requests", headers))
        else:
            stream.sendall(reply(server.commit(request)))

    return act


def endless(server, stream, request):
    server.commit(request)
    stream.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not server.closing.is_set():
        stream.sendall(b" " * 65536)


def redirect(status):
    def act(server, stream, request):
        location = f"Location: http://127.0.0.1:{server.elsewhere.port}/v1/projects"
        stream.sendall(reply(b"", status, [location]))

    return act


def header_flood(server, stream, request):
    server.commit(request)
    stream.sendall(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y%s\r\n" % (n, b"y" * 50) for n in range(5_000)) + b"\r\n")


def rival_before(update):
    def act(server, stream, request):
        server.rival(update)
        stream.sendall(reply(server.commit(request)))

    return act


def rival_after(server, stream, request):
    server.commit(request)
    server.rival(Patch({"rival": 1}))
    stream.sendall(reply(json.dumps(write_project(server.project)).encode()))


def applied_twice(server, stream, request):
    server.commit(request)
    stream.sendall(reply(server.commit(request)))


def renumbered(number):
    def change(obj):
        for place, entry in enumerate(obj["param_history"]):
            entry["version"] = number(place)
        return obj

    return changed(change)


def prefix_changed(obj):
    obj["param_history"][0]["a"] = 9
    return obj


def without_versions(obj):
    for entry in obj["param_history"]:
        del entry["version"]
    return obj


def stale(server, stream, request):
    stream.sendall(reply(json.dumps(write_project(server.project)).encode()))


def chunked(body):
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n" % (len(body), body)


#: Faults of the table in `docs/faults.md`, each with a short name. `Server` itself handles `refuse_before_read`.
FAULTS = {
    "refuse_before_read": None,
    "drop_before_commit": lambda server, stream, request: None,
    "drop_after_commit": drop_after_commit,
    "reset_after_commit": reset_after_commit,
    "hang_before_commit": hang_before_commit,
    "hang_after_commit": hang_after_commit,
    "commit_after_timeout": commit_after_timeout,
    "trickle": trickle,
    "trickle_headers": trickle_headers,
    "500_before_commit": before("500 Internal Server Error", error()),
    "500_after_commit": after("500 Internal Server Error", error()),
    "502_html": after("502 Bad Gateway", b"<html><body>" + b"Bad gateway " * 999),
    "503_retry_after": before("503 Service Unavailable", b"", ["Retry-After: 1"]),
    "504_after_commit": after("504 Gateway Timeout"),
    "408": before("408 Request Timeout"),
    "429_seconds": too_many("Retry-After: 1"),
    "429_bad_header": too_many("Retry-After: -5"),
    "429_text_header": too_many("Retry-After: soon"),
    "429_huge_header": too_many("Retry-After: 999999999"),
    "400": before("400 Bad Request", error("padding must be a number")),
    "401": before("401 Unauthorized", error(f"the key {KEY} is invalid")),
    "403": before("403 Forbidden", error()),
    "404": before("404 Not Found", error()),
    "409": before("409 Conflict", error()),
    "error_is_a_list": before("400 Bad Request", b'["no"]'),
    "error_is_an_object": before("400 Bad Request", b'{"error": {"a": 1}, "status_code": "400"}'),
    "truncated_json": changed(lambda obj: json.dumps(obj).encode()[:-20]),
    "short_body": raw(lambda body: reply(body, length=len(body) + 50)),
    "chunked_no_end": raw(chunked),
    "200_empty": after("200 OK"),
    "204": raw(lambda body: b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    "200_ok_text": after("200 OK", b"OK"),
    "200_html_no_commit": before("200 OK", b"<html>Log in to the airport's network</html>"),
    "200_list": after("200 OK", b"[]"),
    "200_null": after("200 OK", b"null"),
    "200_other_project": changed(lambda obj: {**obj, "name": "other"}),
    "200_stale_no_commit": stale,
    "200_prefix_changed": changed(prefix_changed),
    "200_reversed": changed(lambda obj: {**obj, "param_history": obj["param_history"][::-1]}),
    "200_gap": renumbered(lambda place: place if place < 2 else 7),
    "200_duplicate_number": renumbered(lambda place: 0),
    "200_version_text": renumbered(str),
    "200_version_bool": renumbered(bool),
    "200_version_missing": changed(without_versions),
    "200_extra_fields": changed(lambda obj: {**obj, "newField": {"a": [1]}}),
    "200_duplicate_keys": changed(lambda obj: json.dumps(obj).encode()[:-1] + b', "name": "boxes"}'),
    "200_nan": changed(lambda obj: {**obj, "score": float("nan")}),
    "200_deep": changed(
        lambda obj: json.dumps(obj).encode()[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    ),
    "200_bom": changed(lambda obj: b"\xef\xbb\xbf" + json.dumps(obj).encode()),
    "200_latin1": changed(lambda obj: json.dumps({**obj, "x": "\xe9"}, ensure_ascii=False).encode("latin-1")),
    "200_gzip": after("200 OK", b"\x1f\x8b" + b"\0" * 999, ["Content-Encoding: gzip"]),
    "200_endless": endless,
    "200_extra_bytes": raw(lambda body: reply(body) + reply(b'{"name": "other"}')),
    "1xx_first": raw(lambda body: b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + reply(body)),
    "bad_status_line": raw(lambda body: b"HTTP/9 OK\r\n\r\n" + body),
    "header_flood": header_flood,
    "301_other_host": redirect("301 Moved Permanently"),
    "302_other_host": redirect("302 Found"),
    "303_other_host": redirect("303 See Other"),
    "307_other_host": redirect("307 Temporary Redirect"),
    "308_other_host": redirect("308 Permanent Redirect"),
    "set_cookie": raw(lambda body: reply(body, headers=["Set-Cookie: a=b"])),
    "rival_patch_before": rival_before(Patch({"rival": 1})),
    "rival_replace_before": rival_before(Replace({"rival": 1})),
    "rival_same_name_before": rival_before(Patch({"b": 7})),
    "rival_after": rival_after,
    "applied_twice": applied_twice,
}
