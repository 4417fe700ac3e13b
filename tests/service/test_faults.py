"""E8: after any fault, the reported outcome of an update agrees with the history."""

import base64
import logging
import time

import pytest

from paramcore import Patch, Plan
from paramcore.errors import NotDone
from paramcore.service.client import Client
from paramcore.service.outcome import Outcome
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from tests.service.faults import FAULTS, KEY, NAME, Server

pytestmark = pytest.mark.slow

DEADLINE = 6.0
#: Faults that make a client wait until its deadline. With these faults, the client has a short deadline.
HANGS = {"hang_before_commit", "hang_after_commit", "commit_after_timeout", "trickle", "trickle_headers"}
SHORT = 1.2

#: The faults after which `apply` reports *not done* or *done*. After other faults, except `applied_twice`,
#: `apply` reports *unknown*.
NOT_DONE = {"400", "401", "403", "404", "409", "error_is_a_list", "error_is_an_object", "429_huge_header"}
DONE = {
    *("429_seconds", "429_bad_header", "429_text_header", "200_prefix_changed", "200_extra_fields", "200_bom"),
    *("200_extra_bytes", "1xx_first", "set_cookie", "rival_patch_before", "rival_replace_before"),
    *("rival_same_name_before", "rival_after"),
}
#: The faults after which `apply` reports *unknown*, and no version contains the update.
NEVER_SEEN = {
    *("refuse_before_read", "drop_before_commit", "hang_before_commit", "500_before_commit", "503_retry_after", "408"),
    *("200_html_no_commit", "200_stale_no_commit"),
    *("301_other_host", "302_other_host", "303_other_host", "307_other_host", "308_other_host"),
}
#: The error codes of some faults.
CODES = {
    "400": "refused",
    "401": "unauthorized",
    "403": "unauthorized",
    "404": "not_found",
    "409": "conflict",
    "429_huge_header": "too_many_requests",
    "trickle": "deadline",
    "trickle_headers": "deadline",
    "hang_before_commit": "deadline",
    "hang_after_commit": "deadline",
    "200_other_project": "wrong_project",
    "200_stale_no_commit": "not_seen",
    "200_reversed": "history_order",
    "200_gap": "history_order",
    "200_duplicate_number": "history_order",
    "200_version_text": "history_version",
    "200_version_bool": "history_version",
    "200_version_missing": "history_version",
    "200_duplicate_keys": "json_duplicate_key",
    "200_nan": "json_number",
    "200_deep": "json_depth",
    "200_latin1": "json_encoding",
    "200_gzip": "reply_encoding",
    "200_endless": "reply_size",
    "502_html": "reply_status",
    "301_other_host": "reply_status",
}


def client_of(server, **options):
    transport = HttpTransport(ApiKey(KEY), base_url=server.url, max_response_size=2**20)
    return Client(transport, **{"deadline": DEADLINE, "jitter": lambda: 0.0, **options})


def planned(client, update=Patch({"b": 3})):
    return Plan.of(client.get_project(NAME), update)


def show_all(*values):
    return "\n".join(text for value in values for text in (str(value), repr(value)))


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault(fault, caplog):
    """The outcome agrees with the history, and no text contains the key.

    `apply` ends at most half a second after its deadline.
    """
    caplog.set_level(logging.DEBUG)
    with Server("thief") as thief, Server(fault, elsewhere=thief) as server:
        deadline = SHORT if fault in HANGS else DEADLINE
        client = client_of(server, deadline=deadline)
        plan = planned(client)
        began = time.monotonic()
        outcome = client.apply(plan)
        took = time.monotonic() - began
        at_once = "not done" if fault in NOT_DONE else "done" if fault in DONE else "unknown"
        assert outcome.state == ("repeated" if fault == "applied_twice" else at_once), str(outcome)
        assert took < deadline + 0.5
        assert server.posts == (2 if fault in ("429_seconds", "429_bad_header", "429_text_header") else 1)
        assert thief.stolen == []
        if fault in CODES:
            assert outcome.error.code == CODES[fault]
        if fault == "commit_after_timeout":
            assert client.reconcile(outcome).state == "unknown"
            time.sleep(1)
        again = client.reconcile(outcome)
        seen = {0: "not done" if outcome.state == "not done" else "unknown", 1: "done", 2: "repeated"}
        ours = server.commits - (1 if fault.startswith("rival") else 0)
        assert again.state == seen[ours], str(again)
        if fault in NEVER_SEEN:
            assert (again.error.code, server.commits) == ("not_seen", 0)
        if outcome.state == "done":
            assert outcome.version == again.version
            assert outcome.now.version(outcome.version).params == server.project.version(outcome.version).params
        secrets = (KEY, base64.b64encode(f"{KEY}:".encode()).decode(), base64.b64encode(KEY.encode()).decode())
        shown = show_all(outcome, again, outcome.error, outcome.to_json(), client, client.transport) + caplog.text
        assert not [secret for secret in secrets if secret in shown]
        assert all(len(line) < 400 for line in str(outcome).splitlines())


def test_without_a_fault_it_is_done():
    """Without a fault, the update is done, and there are no concurrent changes."""
    with Server() as server:
        client = client_of(server)
        outcome = client.apply(planned(client))
        assert str(outcome) == 'done: version 2 of "boxes"'
        assert (outcome.version, outcome.base_moved, outcome.concurrent_versions, outcome.overwritten) == (
            2,
            False,
            (),
            (),
        )
        assert (server.posts, server.commits) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "text", "overwritten"),
    [
        ("rival_patch_before", "other writers added version 2 before this update", ()),
        ("rival_same_name_before", "this update overwrote params that another writer changed concurrently: b", ("b",)),
        ("rival_after", "other writers added version 3 after this update", ()),
        ("200_prefix_changed", "the service now reports version 0 differently", ()),
        ("applied_twice", "applied more than once: versions 2, 3", ()),
    ],
)
def test_concurrent_changes_are_reported(fault, text, overwritten):
    """The outcome reports concurrent, altered and repeated versions, and the params that the update overwrote."""
    with Server(fault) as server:
        client = client_of(server)
        outcome = client.apply(planned(client))
        assert text in str(outcome)
        assert outcome.overwritten == overwritten


def test_an_outcome_can_be_found_by_base_and_digest():
    """The base and the digest are enough for another process to find the outcome of an update."""
    with Server("500_after_commit") as server:
        client = client_of(server)
        outcome = client.apply(planned(client))
        assert f"paramcore reconcile boxes --base 2 --digest {outcome.digest}" in str(outcome)
        known = Outcome("unknown", NAME, outcome.base, outcome.digest)
        assert client.reconcile(known).version == 2


def test_a_changed_project_is_not_updated():
    """If the project has changed since the plan, no update is sent."""
    with Server() as server:
        client = client_of(server)
        plan = planned(client)
        server.rival(Patch({"b": 9}))
        outcome = client.apply(plan)
        assert (outcome.state, outcome.error.code, server.posts) == ("not done", "history_moved", 0)


def test_a_refused_connection_is_not_sent():
    """If no server listens, the error says that nothing was sent."""
    with Server() as server:
        client = client_of(server)
        plan = planned(client)
    client = client_of(server, sleep=lambda seconds: None)
    with pytest.raises(NotDone) as refused:
        client.apply(plan)
    assert refused.value.code == "not_sent"
