"""No web page of another site can read or change the stand-in."""

import io
import json

import pytest
from hypothesis import given, strategies as st

from paramcore import Project
from paramcore.service.standin.admission import check_request
from paramcore.service.standin.calls import RejectedCall
from paramcore.service.standin.stand_in import StandIn
from paramcore.wire import write_project

JSON = "application/json"
CREATE = b'{"name": "new", "type": "comparison"}'
FORM = (
    b'--b\r\nContent-Disposition: form-data; name="project_name"\r\n\r\nboxes\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--b--\r\n'
)


def find_status(method="GET", target="/v1/projects", **headers):
    """Return the status with which a request is rejected, or None if it is accepted."""
    try:
        check_request(method, target, {name.replace("_", "-"): value for name, value in headers.items()})
    except RejectedCall as error:
        assert str(error)
        return error.status
    return None


@pytest.mark.parametrize("port", ["", ":80", ":8080", ":65535", ":"])
@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost", "localhost.", "127.0.0.1", "127.0.0.1.", "127.1.2.3", "127.255.255.255", "[::1]"],
)
def test_loopback_hosts_are_accepted(host, port):
    """Loopback hosts are accepted with any port, in upper or lower case, in the header and in the target."""
    assert find_status(host=host + port) is None
    assert find_status(target=f"http://{host}{port}/v1/projects", host="localhost") is None


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "", "localhost.evil.example", "127.0.0.1.evil.example", "evil-localhost", "xlocalhost"),
        *("localhosts", "localhost..", "127.0.0", "127.0.0.256", "128.0.0.1", "10.127.0.0.1", "0.0.0.0", "[::]"),
        *(
            "[::2]",
            "::1",
            "[::1].",
            "[::1]x",
            "localhost:80:80",
            "localhost:x",
            "localhost:-1",
            "localhost, evil.example",
        ),
        *("user@localhost", "localhost@evil.example", "localhost:80@evil.example", "localhost/", "localhost\n", "a:b"),
        *(
            "127x0x0x1",
            "\u0661\u0662\u0667.0.0.1",
            "localhost:\u0661",
            "localhos\u0074\u0307",
            "localho\u017ft",
            "local",
        ),
    ],
)
def test_other_hosts_are_refused(host):
    """A malformed or non-loopback host gets status 421, because a site can resolve its own name to this machine."""
    assert find_status(host=host) == 421
    assert find_status("POST", host=host, content_type=JSON) == 421
    if host.isascii() and host.isprintable() and "/" not in host and " " not in host:
        assert find_status(target=f"http://{host}/v1/projects", host="localhost") == 421


def test_a_request_may_have_no_host():
    """`check_request` accepts a request without `Host`, because HTTP/1.0 has no such header. Browsers send `Host`."""
    assert find_status() is None


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("http://localhost:8080", "localhost:8080", None),
        ("HTTP://LOCALHOST:8080", "localhost:8080", None),
        ("http://localhost:8080", "LOCALHOST:8080", None),
        ("https://127.0.0.1", "127.0.0.1", None),
        ("http://[::1]:1", "[::1]:1", None),
        ("null", "localhost:8080", 403),
        ("", "localhost:8080", 403),
        ("http://localhost:3000", "localhost:8080", 403),
        ("http://localhost", "localhost:8080", 403),
        ("http://127.0.0.1:8080", "localhost:8080", 403),
        ("http://localhost:8080.evil.example", "localhost:8080", 403),
        ("https://evil.example", "localhost:8080", 403),
        ("file://", "localhost:8080", 403),
        ("http://localhost:8080, https://evil.example", "localhost:8080", 403),
        ("chrome-extension://localhost:8080", "localhost:8080", 403),
        ("localhost:8080", "localhost:8080", 403),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "DELETE", "PUT"])
def test_only_the_own_origin_is_accepted(method, origin, host, status):
    """A request from an origin other than the stand-in's own gets status 403, even if only the port differs."""
    assert find_status(method, origin=origin, host=host, content_type=JSON) == status


def test_the_absolute_form_decides_the_own_origin():
    """The host of a target in absolute form overrides the Host header, as HTTP requires."""
    target = "http://localhost:1/v1/projects"
    assert find_status(target=target, host="localhost:2", origin="http://localhost:1") is None
    assert find_status(target=target, host="localhost:2", origin="http://localhost:2") == 403


def test_an_origin_needs_a_host():
    """A request with an Origin but without a Host gets status 403."""
    assert find_status(origin="http://localhost") == 403


@pytest.mark.parametrize(
    ("site", "status"),
    [("none", None), ("same-origin", None), ("same-site", 403), ("cross-site", 403), ("", 403), ("None", 403)],
)
def test_the_site_header_decides_alone(site, status):
    """`Sec-Fetch-Site` is checked even without an Origin.

    If an API call has this header, its value must be `none` or `same-origin`.
    """
    assert find_status(sec_fetch_site=site, host="localhost") == status
    assert find_status("POST", sec_fetch_site=site, host="localhost", content_type=JSON) == status


@pytest.mark.parametrize(
    ("method", "target", "mode", "destination", "status"),
    [
        ("GET", "/", "navigate", "document", None),
        ("GET", "/projects/boxes?every=2", "navigate", "document", None),
        ("GET", "http://localhost/", "navigate", "document", None),
        ("GET", "http://localhost", "navigate", "document", None),
        ("GET", "/v1/projects", "navigate", "document", 403),
        ("GET", "http://localhost/v1/projects", "navigate", "document", 403),
        ("GET", "/", "navigate", "iframe", 403),
        ("GET", "/", "no-cors", "document", 403),
        ("GET", "/", "cors", "empty", 403),
        ("HEAD", "/", "navigate", "document", 403),
        ("POST", "/", "navigate", "document", 403),
    ],
)
def test_a_link_to_a_page_works(method, target, mode, destination, status):
    """A link on another site may open a page of the stand-in, but not call the API. No other site can embed a page."""
    headers = {"sec_fetch_site": "cross-site", "sec_fetch_mode": mode, "sec_fetch_dest": destination}
    assert find_status(method, target, host="localhost", content_type=JSON, **headers) == status


#: Content types other than JSON. A page can send most of them without a preflight request.
SIMPLE_TYPES = [
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "text/plain", "text/plain;charset=UTF-8"),
    *("TEXT/PLAIN", "text/plain; application/json", "text/plain, application/json", "", "application/jsonp"),
]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("content_type", [None, *SIMPLE_TYPES])
def test_a_simple_body_is_not_accepted_from_a_browser(method, content_type):
    """If a browser sends a form, text, or a body without a type, the status is 415. Other clients may send these."""
    headers = {} if content_type is None else {"content_type": content_type}
    assert find_status(method, host="localhost", **headers) is None
    assert find_status(method, host="localhost", sec_fetch_site="none", **headers) == 415
    assert find_status(method, host="localhost", sec_fetch_site="same-origin", **headers) == 415
    assert find_status(method, host="localhost", origin="http://localhost", **headers) == 415


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_accepted_from_the_own_page(content_type):
    """JSON is accepted from the stand-in's own origin."""
    headers = {"host": "localhost", "origin": "http://localhost", "sec_fetch_site": "same-origin"}
    assert find_status("POST", content_type=content_type, **headers) is None


def test_node_sends_only_the_mode():
    """The `fetch` of Node.js is accepted. It sends `Sec-Fetch-Mode`, but no other header that only browsers send."""
    assert find_status("POST", host="localhost", sec_fetch_mode="cors", content_type="text/plain") is None


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "", "GET ", "X" * 10_000])
def test_other_methods_are_refused(method):
    """A method that the stand-in does not offer gets status 501 and a short message."""
    assert find_status(method, host="localhost") == 501
    with pytest.raises(RejectedCall) as caught:
        check_request(method, "/", {})
    assert len(str(caught.value)) < 200


# The values of headers, and the calls, that the tests below combine. None means that the header is missing.
ORIGINS = st.sampled_from([None, "null", "http://localhost", "http://localhost:3000", "https://evil.example", ""])
SITES = st.sampled_from([None, "none", "same-origin", "same-site", "cross-site", ""])
HOSTS = st.sampled_from(["localhost", "localhost:8080", "127.0.0.1", "evil.example", "[::1]"])
CALLS = st.sampled_from(
    [
        ("POST", "/v1/projects", CREATE),
        ("POST", "/v1/projects/boxes/setParams", b'{"a": 2}'),
        ("POST", "/v1/projects/boxes/setParams", b""),
        ("POST", "/v1/task/imageannotation", b'{"project": "boxes", "attachment": "https://a.example/1.jpg"}'),
        ("POST", "/v1/batches", b'{"project": "boxes", "name": "b"}'),
        ("POST", "/v1/files/upload", FORM),
        ("POST", "http://localhost/v1/projects", CREATE),
        ("GET", "/v1/projects", b""),
        ("HEAD", "/v1/projects", b""),
        ("DELETE", "/v1/task/0/unique_id", b""),
    ]
)


def describe_state(stand_in):
    states = stand_in.states.values()
    tables = [{**state.projects, **state.tasks, **state.batches, **state.files} for state in states]
    return [repr(sorted(table)) for table in tables], [write_project(p) for p in stand_in.live.projects.values()]


def is_foreign(target, host, origin, site):
    own_origin = "http://localhost" if target.startswith("http://localhost/") else f"http://{host}"
    return origin not in (None, own_origin) or site not in (None, "none", "same-origin")


def send_by_wsgi(stand_in, method, target, headers, body, changes={}):
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    environ |= {"REQUEST_METHOD": method, "REQUEST_URI": target, "SERVER_PROTOCOL": "HTTP/1.1"}
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    started = []
    pieces = stand_in.wsgi(environ | changes, lambda status, fields: started.append((int(status[:3]), dict(fields))))
    (status, fields), content = started[0], b"".join(pieces)
    assert not [name for name in fields if name.lower().startswith("access-control")]
    return status, content


@given(CALLS, HOSTS, ORIGINS, SITES, st.sampled_from([None, *SIMPLE_TYPES]), st.booleans())
def test_a_page_never_changes_anything(call, host, origin, site, content_type, by_wsgi):
    """A browser's request without the content type JSON changes no state, and uses up no fault of `fail_next`."""
    method, target, body = call
    headers = {"host": host, "origin": origin, "sec-fetch-site": site, "content-type": content_type}
    headers = {name: value for name, value in headers.items() if value is not None}
    key = {"authorization": "Bearer k"}
    is_rejected = is_foreign(target, host, origin, site) or host == "evil.example"
    is_simple_change = method in ("POST", "DELETE") and (origin or site)
    for has_fault in (False, True):
        stand_in = StandIn([Project("boxes", type="imageannotation", params={"a": 1})])
        before = describe_state(stand_in)
        if has_fault:
            stand_in.fail_next("throttle=1", method="POST")
        if by_wsgi:
            status, _content = send_by_wsgi(stand_in, method, target, headers | key, body)
        else:
            status = stand_in.handle(method, target, headers | key, body).status
        if is_rejected:
            assert status in (403, 421)
        elif is_simple_change:
            assert status == 415
        if is_rejected or is_simple_change or method in ("GET", "HEAD"):
            assert describe_state(stand_in) == before
            next_status = stand_in.handle("POST", "/v1/projects", {"host": "localhost"} | key, CREATE).status
            assert next_status == (429 if has_fault else 200)


@given(CALLS, HOSTS, ORIGINS, SITES)
def test_another_page_reads_nothing_even_with_json(call, host, origin, site):
    """A request from another site reads nothing and changes nothing, even if its content type is JSON."""
    method, target, body = call
    headers = {
        "host": host,
        "origin": origin,
        "sec-fetch-site": site,
        "content-type": JSON,
        "authorization": "Bearer k",
    }
    headers = {name: value for name, value in headers.items() if value is not None}
    stand_in = StandIn([Project("boxes", type="imageannotation", params={"a": 1})])
    before = describe_state(stand_in)
    response = stand_in.handle(method, target, headers, body)
    if host == "evil.example":
        assert response.status == 421
    elif is_foreign(target, host, origin, site):
        assert response.status == 403
    if response.status in (403, 421):
        assert describe_state(stand_in) == before
        assert b"boxes" not in response.body


@pytest.mark.parametrize(
    ("method", "target", "headers", "body", "changes", "status"),
    [
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {}, 200),
        ("HEAD", "/v1/projects", {"host": "localhost"}, b"", {}, 200),
        ("POST", "/v1/projects", {}, CREATE, {}, 400),
        ("POST", "/v1/projects", {}, CREATE, {"SERVER_PROTOCOL": "HTTP/1.0"}, 200),
        ("POST", "/v1/projects", {"host": "evil.example"}, CREATE, {}, 421),
        ("POST", "/v1/projects", {"host": "localhost", "origin": "null"}, CREATE, {}, 403),
        ("POST", "/v1/projects", {"host": "localhost", "sec-fetch-site": "none"}, CREATE, {}, 415),
        (
            "POST",
            "/v1/projects",
            {"host": "localhost", "sec-fetch-site": "none", "content-type": JSON},
            CREATE,
            {},
            200,
        ),
        ("PATCH", "/v1/projects", {"host": "localhost"}, CREATE, {}, 501),
        ("GET", "/v1/projects/%ff", {"host": "localhost"}, b"", {}, 400),
        ("GET", "/v1/\xff", {"host": "localhost"}, b"", {}, 400),
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {"CONTENT_LENGTH": "-1"}, 400),
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {"CONTENT_LENGTH": "x"}, 400),
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {"CONTENT_LENGTH": "9" * 5000}, 413),
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {"CONTENT_LENGTH": "100"}, 400),
        ("POST", "/v1/projects", {"host": "localhost"}, CREATE, {"CONTENT_LENGTH": ""}, 400),
        (
            "POST",
            "/v1/projects",
            {"host": "localhost", "transfer-encoding": "chunked"},
            CREATE,
            {"CONTENT_LENGTH": ""},
            411,
        ),
        (
            *("POST", "/v1/projects", {"host": "localhost", "transfer-encoding": "chunked"}, CREATE),
            *({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, 200),
        ),
        (
            *("POST", "/v1/projects", {"host": "localhost"}, b" " * (16 * 2**20 + 1)),
            *({"CONTENT_LENGTH": "", "wsgi.input_terminated": True}, 413),
        ),
    ],
)
def test_wsgi_rejects_the_same_requests(method, target, headers, body, changes, status):
    """The WSGI application rejects what the server rejects. It replies in JSON, and logs each request."""
    stand_in = StandIn()
    found, content = send_by_wsgi(stand_in, method, target, headers | {"authorization": "Bearer k"}, body, changes)
    assert found == status
    assert stand_in.requests[-1].status == status
    if method == "HEAD":
        assert content == b""
    elif status != 200:
        assert json.loads(content)["status_code"] == status
        assert list(stand_in.live.projects) == []


def test_a_file_upload_without_a_browser_is_accepted():
    """A form is accepted if no header shows that a browser sent it. The official client uploads files as forms."""
    stand_in = StandIn([Project("boxes", type="imageannotation", params={"a": 1})])
    headers = {"host": "127.0.0.1:8080", "authorization": "Bearer k", "content-type": "multipart/form-data; boundary=b"}
    assert stand_in.handle("POST", "/v1/files/upload", headers, FORM).status == 200


def test_a_form_without_a_project_is_not_called_empty():
    """The reply to a form without `project_name` names the fields that the form has."""
    headers = {"host": "127.0.0.1:8080", "authorization": "Bearer k", "content-type": "multipart/form-data; boundary=b"}
    file = FORM[FORM.index(b'--b\r\nContent-Disposition: form-data; name="file"') :]
    reply = StandIn().handle("POST", "/v1/files/upload", headers, file)
    assert json.loads(reply.body)["error"] == "`project_name` is missing; the request has `file`"
