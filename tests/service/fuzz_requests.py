"""Send random requests to a stand-in: `python -m tests.service.fuzz_requests SECONDS [SEED]`.

The command prints the number of replies by status.  It reports a failure for a malformed reply,
and for 5 seconds without a reply.  A status of 500 or more, except 501 and 507, is a failure, too.
"""

import random
import sys
import threading
import time
from collections import Counter

from paramcore import Project
from paramcore.service.server import run_server
from paramcore.service.standin.stand_in import StandIn
from tests.service.raw_requests import Reply, exchange

METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FOO", "get", "G\0T", ""]
TARGETS = [
    *("/", "/v1", "/v1/projects", "/v1/projects/boxes", "/v1/projects/boxes/setParams", "/v1/tasks", "/v1/batches"),
    *("/v1/task/imageannotation", "/v1/task/0/cancel", "/v1/task/0/unique_id", "/v1/task/0/tags", "/v1/files/upload"),
    *("/v1/files/import", "/v1/projects/boxes/setOntology", "/v1/batches/b/finalize", "/v1/teams", "/v1/%2e%2e/x"),
    *("http://localhost/v1/projects", "http://evil.example/", "*", "/v1/projects/%ff", "/v1/projects/%00", "/%", "//"),
    *("/v1/tasks?limit=1&limit=2", "/v1/tasks?limit=-1", "/v1/tasks?next_token=%00", "/v1/tasks?created_after=x"),
    *("/v1/projects?archived=2", "/v1/tasks?" + "a=b&" * 500, "/v1/projects/" + "x" * 70_000, "/v1/ta sks", "/\xff"),
]
VERSIONS = ["HTTP/1.1"] * 40 + ["HTTP/1.0", "HTTP/2.0", "HTTP/1.", "http/1.1", "", "HTTP/1.1 x", "HTTP/0.9"]
HEADERS = [
    *("Host: localhost", "Host: evil.example", "Host:", "Authorization: Basic !", "Authorization: Basic YTo="),
    *("Origin: null", "Origin: http://localhost", "Origin: https://evil.example", "Sec-Fetch-Site: cross-site"),
    *("Content-Type: application/json", "Content-Type: multipart/form-data; boundary=b", "Content-Type: text/plain"),
    *("Content-Length: -1", "Content-Length: 3", "Content-Length: 99999999999999999999", "Content-Length: x"),
    *("Transfer-Encoding: chunked", "Transfer-Encoding: gzip", "Expect: 100-continue", "Connection: close", "X:y"),
    *("Connection: keep-alive", "Upgrade: h2c", "Idempotency-Key: k", "Cookie: a=b", " folded", "no colon", ": x"),
    *("X: " + "y" * 70_000, "X : y", "X: \0", "X: \xff", "\xe9: x"),
]
BODIES = [
    *("", "{}", "[]", "null", "{", '"x"', '{"name": "new", "type": "comparison"}', '{"patch": true, "a": 1}', "\0"),
    *("--b\r\n\r\n--b--", '--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\nx\r\n--b--\r\n'),
    *('{"a": 1e999}', "[" * 100_000, "\xff\xfe", '{"project": "boxes", "attachment": "https://a.example/1.jpg"}'),
    *('{"name": "b", "project": "boxes"}', '["tag"]', '{"unique_id": "u"}', '{"params": {"a": NaN}}'),
    *(
        "0\r\n\r\n",
        "2\r\n{}\r\n0\r\n\r\n",
        "5\r\nabc",
        "zz\r\n",
        "ffffffff\r\n",
        "1;x=y\r\n{\r\n1\r\n}\r\n0\r\nA: b\r\n\r\n",
    ),
]
#: Calls that the stand-in offers, with valid bodies.
CALLS = [
    ("GET", "/v1/projects", ""),
    ("GET", "/v1/tasks?limit=2&offset=1", ""),
    ("POST", "/v1/projects", '{"name": "new", "type": "comparison"}'),
    ("POST", "/v1/projects/boxes/setParams", '{"patch": true, "a": [1, {"b": null}]}'),
    ("POST", "/v1/task/imageannotation", '{"project": "boxes", "attachment": "https://a.example/1.jpg"}'),
    ("POST", "/v1/batches", '{"name": "b", "project": "boxes"}'),
    ("POST", "/v1/files/import", '{"file_url": "https://a.example/1.jpg", "project_name": "boxes"}'),
    ("POST", "/v1/task/000000000000000000000001/setMetadata", '{"a": 1}'),
    ("PUT", "/v1/task/000000000000000000000001/tags", '["tag"]'),
    ("DELETE", "/v1/task/000000000000000000000001/unique_id", ""),
]


def create_request(source):
    """Return one or more requests, each of them malformed with some probability."""
    kind = source.random()
    if kind < 0.05:
        return source.randbytes(source.randrange(1, 500))
    method = source.choice(METHODS[:4] if source.random() < 0.8 else METHODS)
    target, body = source.choice(TARGETS), source.choice(BODIES)
    if source.random() < 0.5:
        method, target, body = source.choice(CALLS)
    lines = ["Host: localhost", "Authorization: Bearer k"] if source.random() < 0.95 else []
    lines += source.choices(HEADERS, k=source.choice([0, 0, 0, 0, 1, 1, 1, 2, 5]))
    if body and source.random() < 0.95:
        lines.append(f"Content-Length: {len(body)}")
    request = f"{method} {target} {source.choice(VERSIONS)}"
    raw = "\r\n".join([request, *lines, "", body]).encode("latin-1")
    if kind < 0.2:
        raw = mutate(source, raw)
    return raw if kind < 0.9 else raw + create_request(source)


def mutate(source, raw):
    """Change, remove, insert or repeat a few bytes."""
    changed = bytearray(raw)
    for _ in range(source.randrange(1, 6)):
        at = source.randrange(len(changed) + 1)
        match source.randrange(4):
            case 0:
                changed[at : at + 1] = source.randbytes(1)
            case 1:
                del changed[at : at + source.randrange(1, 20)]
            case 2:
                changed[at:at] = source.choice([b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b"\xff", b"%"])
            case 3:
                changed[at:at] = changed[at : at + source.randrange(1, 50)]
    return bytes(changed)


def main():
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns()
    counts, failures, slowest = Counter(), [], [0.0]
    end = time.monotonic() + seconds

    def send(source):
        while time.monotonic() < end:
            raw = create_request(source)
            start = time.monotonic()
            try:
                received = exchange(served, raw)
                counts["requests"] += 1
                counts["no reply"] += not received
                while received:
                    reply = Reply(received)
                    counts[reply.status] += 1
                    # A long run fills the stand-in, so 507 is no failure.
                    if reply.status >= 500 and reply.status not in (501, 507):
                        failures.append((raw[:300], reply.value))
                    received = reply.rest
            except (AssertionError, ValueError, KeyError, OSError) as error:
                failures.append((raw[:300], repr(error)[:300]))
            slowest[0] = max(slowest[0], time.monotonic() - start)

    with run_server(StandIn([Project("boxes", type="imageannotation", params={"a": 1})])) as served:
        threads = [threading.Thread(target=send, args=(random.Random(seed + number),)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lines = [f"seed {seed}, slowest {slowest[0]:.2f} s"]
    lines += [f"{name}: {count:,}" for name, count in sorted(counts.items(), key=str)]
    lines += [f"FAILED {failure}" for failure in failures[:20]]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
