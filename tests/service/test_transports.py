"""Every transport keeps the contract, and a check of the contract notices who does not."""

import http.client
from urllib.parse import urlsplit

import pytest
import scaleapi

from paramcore import Patch, Plan
from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.client import Client
from paramcore.service.requests import Response
from paramcore.testing import check_transport
from paramcore.transport.httpx import HttpxTransport
from paramcore.transport.key import ApiKey
from paramcore.transport.scaleapi import ScaleApiTransport
from tests.service.faults import KEY, NAME, Server


def over_httpx(url):
    return HttpxTransport(ApiKey(KEY), base_url=url)


def over_scaleapi(url):
    return ScaleApiTransport(scaleapi.ScaleClient(KEY, api_instance_url=url))


@pytest.mark.parametrize("make", [over_httpx, over_scaleapi])
def test_a_shipped_transport_keeps_the_contract(make):
    """What a transport must do, ours do."""
    check_transport(make)


class Naive:
    """A transport as somebody writes it on a Monday; `twice` and the rest make it worse."""

    def __init__(self, url, *, twice=False, swallow=False, follow=False, upper=False, lenient=False):
        self.parts = urlsplit(url)
        self.twice, self.swallow, self.follow, self.upper, self.lenient = twice, swallow, follow, upper, lenient

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
            connection.request(request.method, path, request.body)
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
            return Response(reply.status, body, headers)
        finally:
            connection.close()


def test_a_plain_transport_passes():
    """A transport of one's own needs no more than the contract."""
    check_transport(Naive)


@pytest.mark.parametrize(
    ("flaw", "said"),
    [
        ("twice", "a POST sent once"),
        ("swallow", "OutcomeUnknown"),
        ("upper", "names in lower case"),
        ("lenient", "OutcomeUnknown"),
    ],
)
def test_a_broken_transport_is_noticed(flaw, said):
    """The check says what the transport did and what it must do."""
    with pytest.raises(AssertionError, match=said):
        check_transport(lambda url: Naive(url, **{flaw: True}))


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
        client = Client(over_scaleapi(server.url), deadline=1.2)
        outcome = client.apply(Plan.of(client.get_project(NAME), Patch({"b": 3})))
        assert outcome.state == ("not done" if fault == "400" else "unknown"), str(outcome)
        assert server.posts == 1
        assert thief.stolen == []
        again = client.reconcile(outcome)
        assert again.state == ("done" if server.commits else "unknown")
        assert KEY not in f"{outcome!r} {again} {client!r}"
