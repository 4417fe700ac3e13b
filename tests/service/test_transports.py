"""Every transport keeps the contract, and a check of the contract notices who does not."""

import http.client
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests
import scaleapi
import urllib3

from paramcore import Patch, Plan
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.client import Client
from paramcore.service.replies import read_error_text
from paramcore.service.requests import Request, Response, get_project
from paramcore.testing import check_transport
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from paramcore.transport.scaleapi import ScaleApiTransport
from tests.service.faults import KEY, NAME, Server

pytestmark = pytest.mark.slow


def over_httpx(url):
    return HttpTransport(ApiKey(KEY), base_url=url)


def over_scaleapi(url):
    return ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url))


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_a_shipped_transport_keeps_the_contract(make):
    """What a transport must do, ours do."""
    check_transport(make)


class Naive:
    """A transport as somebody writes it on a Monday; `twice` and the rest make it worse."""

    def __init__(self, url, **flaws):
        self.parts = urlsplit(url)
        self.key = flaws.pop("key", None)
        for flaw in ("twice", "swallow", "follow", "upper", "lenient", "rewrite", "tell", "strip"):
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
        connection = http.client.HTTPConnection(self.parts.hostname, self.parts.port, timeout=request.timeout or 5)
        try:
            given = {"Authorization": f"Bearer {self.key}"} if self.key else {}
            connection.request(request.method, path, request.body, given)
            reply = connection.getresponse()
            try:
                body = reply.read()
            except http.client.IncompleteRead as error:
                if not self.lenient:
                    raise
                body = error.partial
            if self.follow and 300 <= reply.status < 400:
                return self.once(request, urlsplit(reply.headers["Location"]).path)
            headers = {name if self.upper else name.lower(): value for name, value in reply.headers.items()}
            if self.rewrite:
                body = body.replace(self.key.encode(), b"<API key>")
            if self.strip:
                body = body.strip()
            return Response(reply.status, body, headers, read_error_text(body) if self.tell else None)
        finally:
            connection.close()


def test_a_plain_transport_passes():
    """A transport of one's own needs no more than the contract."""
    check_transport(Naive)
    check_transport(lambda url: Naive(url, key=KEY))
    check_transport(lambda url: Naive(url, key="any", tell=True))


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("twice", "a POST sent once"),
        ("swallow", "OutcomeUnknown"),
        ("upper", "names in lower case"),
        ("lenient", "OutcomeUnknown"),
        ("rewrite", "the body unchanged"),
        ("strip", "the body unchanged"),
        ("tell", "without the key"),
    ],
)
def test_a_broken_transport_is_noticed(flaw, said):
    """The check says what the transport did and what it must do."""
    with pytest.raises(AssertionError, match=said) as noticed:
        check_transport(lambda url: Naive(url, key=KEY, **{flaw: True}))
    assert KEY not in str(noticed.value)


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
def test_the_sdks_client_can_carry_a_safe_update(fault):
    """Over a client that one has, an update is posted once, and its outcome is what the service did."""
    with Server("thief") as thief, Server(fault, elsewhere=thief) as server:
        client = Client(over_scaleapi(server.url), deadline=2.5)
        outcome = client.apply(Plan.of(client.get_project(NAME), Patch({"b": 3})))
        assert outcome.state == ("not done" if fault == "400" else "unknown"), str(outcome)
        assert server.posts == 1
        assert thief.stolen == []
        again = client.reconcile(outcome)
        assert again.state == ("done" if server.commits else "unknown")
        assert KEY not in f"{outcome!r} {again} {client!r}"


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_the_environment_changes_no_request(make, monkeypatch, tmp_path):
    """Neither a proxy nor a password that the environment names gets a request: only the settings do."""
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
    """Return a transport's answer to a request that is answered with this status and body."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(65536)
            self.wfile.write(b"HTTP/1.1 %d Status\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body))

    def send(make):
        with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            return make(f"http://127.0.0.1:{server.server_address[1]}/v1").send(get_project("boxes"))

    return send


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@pytest.mark.parametrize(
    ("status", "message"), [(200, None), (201, "no <API key>"), (299, "no <API key>"), (404, "no <API key>")]
)
def test_a_reply_that_is_no_success_has_its_text_without_the_key(make, status, message):
    """Any status but 200 is an error reply, other statuses of success included."""
    response = answering(status, b'{"error": "no %s"}' % KEY.encode())(make)
    assert (response.status, response.message) == (status, message)


@pytest.mark.parametrize(
    "make",
    [
        lambda url: HttpTransport(ApiKey(KEY), base_url=url, max_response_size=1_000),
        lambda url: ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url), max_response_size=1_000),
    ],
)
def test_a_reply_may_be_as_long_as_the_limit(make):
    """A body of just `max_response_size` bytes arrives whole, and one byte more is an unknown outcome."""
    body = b"x" * 1_000
    assert answering(200, body)(make).body == body
    with pytest.raises(OutcomeUnknown) as refused:
        answering(200, body + b"x")(make)
    assert (refused.value.code, refused.value.status) == ("reply_size", 200)
    assert str(refused.value) == "found a reply of more than 1,000 bytes, wanted a smaller one"


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnothing\r\n",
        b"NewConnectionError\r\n\r\n",
    ],
)
def test_a_broken_reply_is_unknown_at_once(make, answer):
    """A reply that ends early or is no HTTP is a broken connection, whatever its text."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.request.recv(65536)
            self.wfile.write(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        with pytest.raises(OutcomeUnknown) as refused:
            make(f"http://127.0.0.1:{server.server_address[1]}/v1").send(get_project("boxes"))
    assert refused.value.code == "no_reply"


def test_both_transports_say_that_nothing_was_sent():
    """Where nothing listens, the error says so in the same words over each transport."""
    errors = set()
    for make in (over_httpx, over_scaleapi):
        with pytest.raises(NotDone) as refused:
            make("http://127.0.0.1:1/v1").send(get_project("boxes"))
        errors.add((refused.value.code, str(refused.value)))
    assert errors == {("not_sent", "found no connection to the service, wanted a connection (nothing was sent)")}


def test_nothing_is_sent_without_the_proxy():
    """Where the proxy of the settings does not listen, nothing was sent, and the service got no request."""
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


def test_an_error_of_tls_after_sending_is_unknown(monkeypatch):
    """Only an invalid certificate proves that nothing was sent."""
    reason = urllib3.exceptions.SSLError(ssl.SSLEOFError("EOF occurred in violation of protocol"))
    error = requests.exceptions.SSLError(urllib3.exceptions.MaxRetryError(None, "/", reason))
    monkeypatch.setattr("requests.Session.request", lambda *_, **__: (_ for _ in ()).throw(error))
    with pytest.raises(OutcomeUnknown) as refused:
        over_scaleapi("https://127.0.0.1/v1").send(get_project("boxes"))
    assert refused.value.code == "no_reply"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    """Make a certificate for the loopback address that is its own authority."""
    place = tmp_path_factory.mktemp("tls")
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(place / "key.pem"), "-out", str(place / "cert.pem")]
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with openssl")
    made = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names, *files]
    subprocess.run(made, check=True, capture_output=True, timeout=60)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "cert.pem", place / "key.pem")
    return context, str(place / "cert.pem")


@pytest.mark.parametrize("fault", ["500_after_commit", "drop_after_commit"])
def test_the_sdks_own_retries_double_an_update(authority, fault, monkeypatch):
    """What the table of faults says of the official SDK is so: it sends again, and reports success."""
    context, certificate = authority
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificate)
    with Server(fault, tls=context, times=1) as server:
        client = scaleapi.ScaleClient(KEY, api_instance_url=server.url, verify=certificate)
        client.update_project(project_name=NAME, patch=True, b=3)
        assert (server.posts, server.commits) == (2, 2)


@pytest.mark.parametrize("fault", ["500_after_commit", "drop_after_commit"])
def test_ours_do_not(authority, fault):
    """Over the same client, and over httpx, the same fault leads to one version that is found again."""
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


def test_a_certificate_that_does_not_hold_is_never_passed_over(authority):
    """Nothing is sent to a host whose certificate nobody vouches for, and nothing is tried again."""
    context, _ = authority
    for make in (over_httpx, over_scaleapi):
        with Server(tls=context) as server:
            with pytest.raises(NotDone) as refused:
                Client(make(server.url), deadline=5).get_project(NAME)
            assert (refused.value.code, server.reads) == ("certificate", 0)


class TestDeadlines:
    @pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
    def test_a_byte_before_the_deadline_gives_no_more_time(self, make):
        """The deadline is that of the whole exchange, however late a byte comes."""
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
    def test_a_name_that_nobody_answers_for_takes_no_more_time(self, make, monkeypatch):
        """A slow look-up of the name counts as well."""
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
    def test_plain_http_goes_to_loopback(self, url):
        """A key goes in the clear to this machine only."""
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
        ],
    )
    def test_other_addresses_are_rejected(self, url):
        """Not those of other machines, and none with a query or a fragment, though it is empty."""
        with pytest.raises(InvalidSetting) as refused:
            over_httpx(url)
        assert refused.value.code == "base_url"

    def test_localhost_counts_only_where_it_is_this_machine(self, monkeypatch):
        """A `localhost` that leads elsewhere is another machine."""
        monkeypatch.setattr("paramcore.transport.http.getaddrinfo", lambda *_: [(0, 0, 0, "", ("10.0.0.1", 0))])
        with pytest.raises(InvalidSetting):
            over_httpx("http://localhost/v1")


def test_the_keys_of_a_connection_are_not_written(tmp_path, monkeypatch):
    """`SSLKEYLOGFILE` would let others read what was sent, the API key included."""
    log = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    with pytest.raises((NotDone, OutcomeUnknown)):
        over_httpx("https://127.0.0.1:1/v1").send(Request("GET", "/projects", timeout=2))
    assert not log.exists()
