"""The transports of paramcore keep the contract of `Transport`; `check_transport` rejects transports that break it."""

import _thread
import base64
import http.client
import re
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
import requests
import scaleapi
import urllib3

from paramcore import Patch, Plan
from paramcore.cli.exit_codes import NOT_DONE
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.client import Client
from paramcore.service.replies import read_error_text
from paramcore.service.requests import DEFAULT_TIMEOUT, Request, Response, get_project
from paramcore.testing import check_transport
from paramcore.transport import http as http_transport, scaleapi as scaleapi_transport
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from paramcore.transport.scaleapi import ScaleApiTransport
from tests.cli.running import run
from tests.service.faults import KEY, NAME, Server

pytestmark = pytest.mark.slow


def over_httpx(url):
    return HttpTransport(ApiKey(KEY), base_url=url)


def over_scaleapi(url):
    return ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url))


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_the_shipped_transports_keep_the_contract(make):
    """`HttpTransport` and `ScaleApiTransport` pass the check."""
    check_transport(make)


class Naive:
    """A minimal transport. Each flaw makes it break one rule of the contract."""

    def __init__(self, url, **flaws):
        self.parts = urlsplit(url)
        self.key = flaws.pop("key", None)
        self.connection = self.authorization = None
        for flaw in ("twice", "swallow", "follow", "upper", "lenient", "rewrite", "tell", "strip", "reuse", "empty"):
            setattr(self, flaw, flaws.pop(flaw, False))
        assert not flaws

    def send(self, request):
        query = "?" + "&".join(f"{name}={value}" for name, value in request.query.items()) if request.query else ""
        path = self.parts.path + request.path + query
        try:
            response = self.once(request, path)
            if self.twice and response.status >= 500:
                response = self.once(request, path)
        except ConnectionRefusedError:
            raise NotDone("not_sent", None, "a", "b") from None
        except (OSError, http.client.HTTPException):
            if self.swallow:
                raise NotDone("not_sent", None, "a", "b") from None
            raise OutcomeUnknown("no_reply", None, "a", "b") from None
        return response

    def once(self, request, path):
        connection = self.connection
        if connection is None or not self.reuse:
            connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=request.timeout or 5)
        try:
            given = {"Authorization": self.authorization or f"Bearer {self.key}"} if self.key else {}
            connection.request(request.method, path, request.body, given)
            reply = connection.getresponse()
            try:
                body = reply.read()
            except http.client.IncompleteRead as error:
                if not self.lenient:
                    raise
                body = error.partial
            if self.follow and 300 <= reply.status < 400:
                self.follow = False
                return self.once(request, urlsplit(reply.headers["Location"]).path)
            headers = {name if self.upper else name.lower(): value for name, value in reply.headers.items()}
            if self.rewrite:
                body = body.replace(self.key.encode(), b"<API key>")
            if self.strip:
                body = body.strip()
            if self.empty and 300 <= reply.status < 400:
                body = b""
            return Response(reply.status, body, headers, read_error_text(body) if self.tell else None)
        finally:
            self.connection = connection
            if not self.reuse:
                connection.close()


def test_a_plain_transport_passes():
    """A minimal transport passes the check, with and without a key. The check allows a very short key in `message`."""
    check_transport(Naive)
    check_transport(lambda url: Naive(url, key=KEY))
    check_transport(lambda url: Naive(url, key="any", tell=True))


@pytest.mark.parametrize(
    ("flaw", "duty"),
    [
        ("twice", "send a POST exactly once"),
        ("swallow", "raise OutcomeUnknown"),
        ("upper", "names in lower case"),
        ("lenient", "raise OutcomeUnknown"),
        ("rewrite", "the body of a reply unchanged"),
        ("strip", "the body of a reply unchanged"),
        ("tell", "keep the key out"),
        ("follow", "followed the redirect"),
        ("empty", "the body of a redirect unchanged"),
        ("reuse", "open a new connection for each POST"),
    ],
)
def test_a_broken_transport_is_rejected(flaw, duty):
    """The error says what the transport must do, and does not contain the key."""
    transports = []

    def make(url):
        transports.append(Naive(url, key=KEY, **{flaw: True}))
        return transports[-1]

    with pytest.raises(AssertionError, match=duty) as rejected:
        check_transport(make)
    for transport in transports:
        transport.connection.close()
    assert KEY not in str(rejected.value)


@pytest.mark.parametrize("password", ["", "x", "a:b"])
def test_a_key_with_a_password_is_kept_out_of_messages(password):
    """If a transport sends a password beside the key, the check still finds the key in a message."""

    class Leaky(Naive):
        def once(self, request, path):
            reply = super().once(request, path)
            return reply if reply.status == 200 else Response(reply.status, reply.body, reply.headers, f"no {KEY}")

    def make(url):
        transport = Leaky(url, key=KEY)
        transport.authorization = f"Basic {base64.b64encode(f'{KEY}:{password}'.encode()).decode()}"
        return transport

    with pytest.raises(AssertionError, match="keep the key out") as rejected:
        check_transport(make)
    assert KEY not in str(rejected.value)


@pytest.mark.parametrize("reply", [None, (200, b""), b"", object()])
def test_an_object_of_another_type_is_rejected(reply):
    """A transport is rejected if it has no `send`, or if its `send` does not return a `Response`."""
    with pytest.raises(AssertionError, match="return a `Response`"):
        check_transport(lambda _url: SimpleNamespace(send=lambda _request: reply))
    with pytest.raises(AssertionError, match="have the method `send`"):
        check_transport(lambda _url: reply)


FAULTS = (
    "500_after_commit",
    "drop_after_commit",
    "hang_after_commit",
    "trickle",
    "short_body",
    "302_other_host",
    "400",
)


@pytest.mark.parametrize("fault", FAULTS)
def test_an_update_with_the_sdks_client_is_safe(fault):
    """With a `ScaleClient`, an update is sent once, only to the service, and its outcome agrees with the history."""
    with Server("thief") as thief, Server(fault, elsewhere=thief) as server:
        client = Client(over_scaleapi(server.url), deadline=2.5)
        outcome = client.apply(Plan.of(client.get_project(NAME), Patch({"b": 3})))
        assert outcome.state == ("not done" if fault == "400" else "unknown"), str(outcome)
        assert server.posts == 1
        assert thief.stolen == []
        again = client.reconcile(outcome)
        assert again.state == ("done" if server.commits else outcome.state)
        assert KEY not in f"{outcome!r} {again} {client!r}"


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_the_environment_changes_no_request(make, monkeypatch, tmp_path):
    """The proxies of the environment and the passwords of `.netrc` are ignored."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login somebody password else")
    with Server("thief") as proxy, Server("thief") as service:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            for variable in (name, name.upper()):
                monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
        for variable in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(variable, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        with pytest.raises(OutcomeUnknown):
            make(service.url).send(get_project(NAME))
        assert proxy.stolen == []
        assert [authorization for authorization, _ in service.stolen] == [ApiKey(KEY).authorization]


def answering(status, body):
    """Return a function `send(make)` like that of `replying`. The server replies with this status and body."""
    return replying(b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))


def replying(data):
    """Return a function `send(make)`, which sends a request over the transport that `make` returns for a URL.

    The server at this URL replies with these bytes.
    """

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(65536)
            # The client may close the connection before it has read everything.
            with suppress(OSError):
                self.wfile.write(data)

    def send(make):
        with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            return make(f"http://127.0.0.1:{server.server_address[1]}/v1").send(get_project("boxes"))

    return send


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@pytest.mark.parametrize(
    ("status", "message"), [(200, None), (201, "no <API key>"), (299, "no <API key>"), (404, "no <API key>")]
)
def test_the_text_of_an_error_reply_does_not_contain_the_key(make, status, message):
    """With status 200, `message` is `None`. Otherwise, it is the error text of the reply, with the key redacted."""
    response = answering(status, b'{"error": "no %s"}' % KEY.encode())(make)
    assert (response.status, response.message) == (status, message)


@pytest.mark.parametrize(
    "make",
    [
        lambda url: HttpTransport(ApiKey(KEY), base_url=url, max_response_size=1_000),
        lambda url: ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url), max_response_size=1_000),
    ],
)
def test_a_reply_of_the_maximum_size_is_returned(make):
    """A body of `max_response_size` bytes is returned, and one byte more is an error with a remedy."""
    body = b"x" * 1_000
    assert answering(200, body)(make).body == body
    with pytest.raises(OutcomeUnknown) as refused:
        answering(200, body + b"x")(make)
    assert (refused.value.code, refused.value.status) == ("reply_size", 200)
    assert "1,000 bytes" in refused.value.problem
    # The command line has no option for the limit.
    assert refused.value.remedy == "in Python, pass a larger `max_response_size` to the transport"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["https://example.com/v1", "http://[", ""])
def test_a_redirect_is_returned_with_its_body(status, location):
    """A redirect is returned with its body, even if its location is invalid. A body that is too long is an error."""
    limited = (
        lambda url: HttpTransport(ApiKey(KEY), base_url=url, max_response_size=1_000),
        lambda url: ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url), max_response_size=1_000),
    )
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {location}\r\n".encode()
    for make in limited:
        for body in (b"", b"<p>Moved"):
            response = replying(head + b"Content-Length: %d\r\n\r\n%s" % (len(body), body))(make)
            assert (response.status, response.body) == (status, body)
        with pytest.raises(OutcomeUnknown, match="the reply is longer than 1,000 bytes"):
            replying(head + b"\r\n" + b"x" * 1_001)(make)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x46",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 1000 X\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ],
)
def test_a_reply_that_is_not_http_is_named(answer):
    """If a reply is not valid HTTP, the error says that the reply was incomplete or not valid HTTP."""
    with pytest.raises(OutcomeUnknown, match="the reply was incomplete, or not valid HTTP") as refused:
        replying(answer)(over_httpx)
    assert (refused.value.code, refused.value.remedy) == ("no_reply", "check the base URL and any proxy")


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n",
        b"NewConnectionError\r\n\r\n",
    ],
)
def test_a_broken_reply_is_unknown_without_delay(make, answer):
    """If a reply ends early or is not HTTP, the outcome is unknown, and the call does not wait for its timeout."""
    start = time.monotonic()
    with pytest.raises(OutcomeUnknown) as refused:
        replying(answer)(make)
    assert refused.value.code == "no_reply"
    assert time.monotonic() - start < DEFAULT_TIMEOUT


def test_both_transports_report_that_nothing_was_sent():
    """If there is no connection, both transports raise the same error."""
    errors = set()
    for make in (over_httpx, over_scaleapi):
        with pytest.raises(NotDone) as refused:
            make("http://127.0.0.1:1/v1").send(get_project("boxes"))
        assert "nothing was sent" in refused.value.problem
        errors.add(refused.value)
    assert [error.code for error in errors] == ["not_sent"]


@pytest.mark.parametrize("url", ["127.0.0.1:1/v1", "ftp://127.0.0.1/v1", "http://[::1/v1", "http:///v1", "http://*/v1"])
def test_an_invalid_url_sends_nothing(url):
    """If the client of the SDK has an invalid URL, the error is `not_sent`."""
    with pytest.raises(NotDone) as refused:
        over_scaleapi(url).send(get_project("boxes"))
    assert (refused.value.code, "base URL" in refused.value.remedy) == ("not_sent", True)


def test_a_missing_file_of_certificates_sends_nothing(tmp_path):
    """If the `verify` of the client names a file that does not exist, the error is `not_sent`, and names `verify`."""
    client = scaleapi.ScaleClient(KEY, api_instance_url="https://127.0.0.1:1/v1", verify=str(tmp_path / "none.pem"))
    with pytest.raises(NotDone) as refused:
        ScaleApiTransport(client).send(get_project("boxes"))
    assert (refused.value.code, "`verify`" in refused.value.remedy) == ("not_sent", True)


def test_nothing_is_sent_without_the_proxy():
    """If the configured proxy does not answer, the error is `not_sent`, and the service gets no request."""
    with Server("thief") as service:
        url = service.url
        proxied = scaleapi.ScaleClient(KEY, api_instance_url=url, proxies={"http": "http://127.0.0.1:1"})
        for transport in (
            HttpTransport(ApiKey(KEY), base_url=url, proxy="http://127.0.0.1:1"),
            ScaleApiTransport(proxied),
        ):
            with pytest.raises(NotDone) as refused:
                transport.send(get_project("boxes"))
            assert refused.value.code == "not_sent"
        assert service.stolen == []


def test_a_tls_error_after_sending_is_unknown(monkeypatch):
    """After a TLS error other than an invalid certificate, the outcome is unknown."""
    reason = urllib3.exceptions.SSLError(ssl.SSLEOFError("EOF occurred in violation of protocol"))
    error = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", reason))
    monkeypatch.setattr("requests.Session.request", lambda *_, **__: (_ for _ in ()).throw(error))
    with pytest.raises(OutcomeUnknown) as refused:
        over_scaleapi("https://127.0.0.1/v1").send(get_project("boxes"))
    assert refused.value.code == "no_reply"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Return a server's TLS context with a self-signed certificate for loopback, and the path of the certificate."""
    place = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem")]
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the program openssl, which creates the certificate, is missing")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert.pem", place / "key.pem")
    return context, str(place / "cert.pem")


@pytest.mark.parametrize("fault", ["500_after_commit", "drop_after_commit"])
def test_the_sdks_retries_apply_an_update_twice(authority, fault, monkeypatch):
    """After these faults, the official SDK sends the update twice and reports success, as `docs/faults.md` says."""
    context, certificate = authority
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with Server(fault, tls=context, times=1) as server:
        client = scaleapi.ScaleClient(KEY, api_instance_url=server.url, verify=certificate)
        client.update_project(project_name=NAME, patch=True, b=3)
        assert (server.posts, server.commits) == (2, 2)


@pytest.mark.parametrize("fault", ["500_after_commit", "drop_after_commit"])
def test_our_transports_apply_an_update_once(authority, fault):
    """With each of these faults, our transports add one version, and `reconcile` finds it."""
    context, certificate = authority
    trusting = ssl.create_default_context(cafile=certificate)
    for make in (
        lambda url: HttpTransport(ApiKey(KEY), base_url=url, verify=trusting),
        lambda url: ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url, verify=certificate)),
    ):
        with Server(fault, tls=context, times=1) as server:
            client = Client(make(server.url), deadline=5)
            outcome = client.apply(Plan.of(client.get_project(NAME), Patch({"b": 3})))
            assert (outcome.state, server.posts, server.commits) == ("unknown", 1, 1)
            assert client.reconcile(outcome).state == "done"


def test_an_invalid_certificate_is_never_accepted(authority):
    """If no known authority signed the certificate, no request reaches the server."""
    context, _ = authority
    for make in (over_httpx, over_scaleapi):
        with Server(tls=context) as server:
            with pytest.raises(NotDone) as refused:
                Client(make(server.url), deadline=5).get_project(NAME)
            assert (refused.value.code, server.reads) == ("certificate", 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only OpenSSL reads the variable")
@pytest.mark.parametrize("command", [["fetch", NAME], ["reconcile", NAME, "--base", "0", "--digest", "0" * 32]])
def test_the_command_line_trusts_the_authority_in_ssl_cert_file(authority, command):
    """The error for an invalid certificate names a variable with which each command accepts the certificate."""
    context, certificate = authority
    with Server(tls=context) as server:
        arguments = [*command, "--base-url", server.url, "--deadline", "5"]
        refused = run(*arguments, SCALE_API_KEY=KEY)
        assert (refused.status, server.reads) == (NOT_DONE, 0)
        assert "set `SSL_CERT_FILE` (on Linux) to the file of its certificate" in refused.err
        accepted = run(*arguments, SCALE_API_KEY=KEY, SSL_CERT_FILE=certificate)
        assert (server.reads, "certificate" in accepted.err) == (1, False)


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_nothing_is_sent_without_a_thread(make, monkeypatch):
    """If the system cannot start a thread, the error is `not_sent`."""

    def refuse(_function, _arguments):
        raise RuntimeError("can't start new thread")

    with Server() as server:
        with monkeypatch.context() as patch, pytest.raises(NotDone, match="cannot start a thread") as refused:
            patch.setattr(_thread, "start_new_thread", refuse)
            make(server.url).send(get_project(NAME))
        assert (refused.value.code, server.reads) == ("not_sent", 0)


@pytest.mark.parametrize("error", [MemoryError, RecursionError, ImportError])
@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_an_error_in_the_thread_is_unknown(make, error, monkeypatch, capsys):
    """After an error that no transport expects, the outcome is unknown at once, without a traceback."""

    def fail(_body):
        raise error

    for module in (http_transport, scaleapi_transport):
        monkeypatch.setattr(module, "read_error_text", fail)
    with Server("500_after_commit") as server, pytest.raises(OutcomeUnknown, match=error.__name__) as refused:
        make(server.url).send(Request("POST", f"/projects/{NAME}/setParams", body=b"{}"))
    assert refused.value.code == "no_reply"
    assert capsys.readouterr().err == ""


def test_nothing_is_sent_if_openssl_fails(monkeypatch):
    """If OpenSSL cannot be used, the error is `not_sent`."""

    def fail():
        raise ssl.SSLError("unknown error")

    monkeypatch.setattr(http_transport, "_create_context", fail)
    with Server() as server:
        with pytest.raises(NotDone, match="OpenSSL failed") as refused:
            over_httpx(server.url).send(get_project(NAME))
        assert (refused.value.code, server.reads) == ("not_sent", 0)


class TestDeadlines:
    @pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
    def test_a_late_byte_does_not_extend_the_deadline(self, make):
        """The deadline limits the whole exchange, even if a byte arrives just before the deadline."""
        done = threading.Event()

        def trickle(stream):
            with stream:
                stream.recv(65536)
                done.wait(0.8)
                stream.sendall(b"H")
                done.wait(10)

        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=lambda: trickle(listener.accept()[0]), daemon=True).start()
            began = time.monotonic()
            with pytest.raises(OutcomeUnknown) as late:
                make(f"http://127.0.0.1:{listener.getsockname()[1]}/v1").send(Request("GET", "/projects", timeout=1))
            took = time.monotonic() - began
            done.set()
        assert (late.value.code, took < 1.5) == ("deadline", True)

    @pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
    def test_a_slow_name_look_up_does_not_extend_the_deadline(self, make, monkeypatch):
        """The deadline includes the time to resolve the host name."""
        transport = make("https://api.example.com/v1")
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(3) or [])
        began = time.monotonic()
        with pytest.raises(OutcomeUnknown) as late:
            transport.send(Request("GET", "/projects", timeout=0.5))
        assert (late.value.code, time.monotonic() - began < 1) == ("deadline", True)


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        [
            *("http://127.0.0.1:1/v1", "http://127.8.9.1/v1", "http://[::1]:80/v1", "http://localhost/v1"),
            "https://api.example.com/v1",
        ],
    )
    def test_http_is_allowed_on_loopback(self, url):
        """A URL with `https`, or with `http` on loopback, is accepted."""
        assert over_httpx(url)

    @pytest.mark.parametrize(
        "url",
        [
            *(
                "http://api.example.com/v1",
                "http://0.0.0.0/v1",
                "http://10.0.0.1/v1",
                "http://127.0.0.1.example.com/v1",
            ),
            *("https://api.example.com/v1?", "https://api.example.com/v1#", "https://api.example.com/v1?x#y"),
            *("http://[::]/v1", "http://localhost.example.com/v1", "http:///v1", "ftp://127.0.0.1/v1"),
            *("https://api..example.com/v1", "https://.example.com/v1", "https://api../v1", "https://./v1"),
            *(f"https://{'a' * 64}.com/v1", "https://\u2603.example.com/v1", "https://api.example.com/v1/\udcff"),
        ],
    )
    def test_other_urls_are_rejected(self, url):
        """A URL with another scheme, a query, a fragment, or an invalid host or path is rejected.

        So is a URL with `http` that leads to another machine.
        """
        with pytest.raises(InvalidSetting) as refused:
            over_httpx(url)
        assert refused.value.code == "base_url"

    @pytest.mark.parametrize("host", ["https://api.scale.com", "http://127.0.0.1:8080", "https://[2001:db8::1]:8443"])
    @pytest.mark.parametrize("end", ["", "/", "//"])
    def test_a_url_without_a_path_is_rejected_with_the_url_to_write(self, host, end):
        """The error for a URL without a path shows the URL to write, which ends with `/v1`."""
        with pytest.raises(InvalidSetting, match=re.escape(f"`{host}/v1`")) as refused:
            over_httpx(host + end)
        assert refused.value.code == "base_url"

    def test_localhost_must_resolve_to_loopback(self, monkeypatch):
        """A `localhost` that resolves to another machine is rejected."""
        monkeypatch.setattr("paramcore.transport.http.getaddrinfo", lambda *_: [(0, 0, 0, "", ("10.0.0.1", 0))])
        with pytest.raises(InvalidSetting):
            over_httpx("http://localhost/v1")


def test_the_keys_of_a_tls_connection_are_not_written(tmp_path, monkeypatch):
    """`SSLKEYLOGFILE` is ignored, because the TLS keys in that file could decrypt the API key."""
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with pytest.raises(NotDone):
        over_httpx("https://127.0.0.1:1/v1").send(Request("GET", "/projects", timeout=2))
    assert not log.exists()
