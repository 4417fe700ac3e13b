"""A guard around an existing client."""

import copy
import pickle

import pytest

from paramcore.errors import InvalidSetting, InvalidUpdate, MalformedPayload, ParamcoreError, WouldDrop
from paramcore.transport.guard import GuardedClient
from paramcore.validation import Schemas

BOXES = {"name": "boxes", "type": "comparison", "param_history": [{"version": 0, "a": 1, "b": 2}]}
THREE = {**BOXES, "param_history": [{"version": 0, "a": 1, "b": 2, "c\n": 3}]}


class Client:
    """A client that records its calls."""

    def __init__(self, project=BOXES):
        self.project = project
        self.calls = []
        self.timeout = 5

    def get_project(self, project_name):
        self.calls.append(("get", project_name))
        return self.project

    def update_project(self, project_name, **params):
        self.calls.append(("update", project_name, params))
        return "updated"

    def __repr__(self):
        return "Client()"


class SDKProject:
    """A project as the official SDK returns it."""

    def as_dict(self):
        return BOXES


def test_an_update_that_would_drop_params_is_stopped():
    """If an update would drop params, the guard does not send it, and the error names the params."""
    client = Client()
    with pytest.raises(WouldDrop) as refused:
        GuardedClient(client).update_project("boxes", a=3)
    assert refused.value.dropped == ("b",)
    assert client.calls == [("get", "boxes")]


@pytest.mark.parametrize("project", [BOXES, SDKProject()])
def test_an_update_without_drops_is_sent(project):
    """If a replace names every param, the guard passes the update to the client, and returns the client's reply."""
    client = Client(project)
    assert GuardedClient(client).update_project("boxes", a=3, b=None) == "updated"
    assert client.calls == [("get", "boxes"), ("update", "boxes", {"a": 3, "b": None})]


@pytest.mark.parametrize(("allowed", "sent"), [({"allow_drop": True}, {}), ({"patch": True}, {"patch": True})])
def test_allowed_drops_are_sent(allowed, sent):
    """With `allow_drop=True`, an update that drops params is sent. A patch drops nothing, so it is sent, too."""
    client = Client()
    GuardedClient(client).update_project("boxes", a=3, **allowed)
    assert client.calls == [("get", "boxes"), ("update", "boxes", {**sent, "a": 3})]


def test_the_project_is_not_read_if_drops_and_errors_are_allowed():
    """With `allow_drop` and `allow_errors`, the guard passes the update on without reading the project."""
    client = Client()
    GuardedClient(client).update_project("boxes", a=3, pathc=True, allow_drop=True, allow_errors=True)
    assert client.calls == [("update", "boxes", {"a": 3, "pathc": True})]


def test_a_patch_flag_must_be_a_bool():
    """If the flag `patch` is not a bool, the guard rejects the update and sends nothing."""
    client = Client()
    with pytest.raises(InvalidSetting) as refused:
        GuardedClient(client).update_project("boxes", a=3, patch="true")
    assert (refused.value.code, client.calls) == ("flag_type", [])


def test_all_other_attributes_are_those_of_the_client():
    """Attributes other than `update_project` are read from and set on the client. A missing attribute is an error."""
    client = Client()
    wrapped = GuardedClient(client)
    wrapped.timeout = 9
    assert (client.timeout, wrapped.timeout, wrapped.get_project("x")) == (9, 9, BOXES)
    assert repr(wrapped) == "GuardedClient(Client())"
    with pytest.raises(AttributeError, match="no_such"):
        _ = wrapped.no_such


@pytest.mark.parametrize("reply", [{"error": "no"}, None, "docks", [], 7, object()])
def test_a_reply_that_is_no_project_is_rejected(reply):
    """If the client does not return a project, the guard raises `ParamcoreError` and does not send the update."""
    client = Client(reply)
    with pytest.raises(ParamcoreError):
        GuardedClient(client).update_project("boxes", a=3)
    assert client.calls == [("get", "boxes")]


def test_a_guarded_client_copies_and_pickles():
    """A copied or unpickled guard still stops updates that drop params."""
    for again in (copy.copy(GuardedClient(Client())), pickle.loads(pickle.dumps(GuardedClient(Client())))):
        with pytest.raises(WouldDrop):
            again.update_project("boxes", a=3)


def test_every_dropped_param_is_named():
    """The error lists all params that would be dropped, and its message is one line."""
    with pytest.raises(WouldDrop) as refused:
        GuardedClient(Client(THREE)).update_project("boxes", a=3)
    assert refused.value.dropped == ("b", "c\n")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("params", "codes"),
    [
        ({"pathc": True}, ["update_mode"]),
        ({"patch": True, "Patch": False}, ["update_mode"]),
        ({"patch": True, "params": {"a": 3}}, ["update_wrapper"]),
        ({"patch": True, "task_type": "comparison"}, ["update_argument"]),
        ({"patch": True, "priority": "high"}, ["param_choice"]),
    ],
)
def test_an_update_with_errors_is_stopped(params, codes):
    """A patch or a replace with errors is not sent, even if drops are allowed. `InvalidUpdate` lists the errors."""
    for allowed in ({}, {"allow_drop": True}):
        client = Client()
        with pytest.raises(InvalidUpdate) as refused:
            GuardedClient(client).update_project("boxes", **params, **allowed)
        assert [each.code for each in refused.value.findings if each.severity == "error"] == codes
        assert client.calls == [("get", "boxes")]
        assert pickle.loads(pickle.dumps(refused.value)) == refused.value


def test_allowed_errors_do_not_allow_drops():
    """With `allow_errors=True`, an update with errors is sent, unless it would drop params."""
    client = Client()
    with pytest.raises(WouldDrop):
        GuardedClient(client).update_project("boxes", priority="high", allow_errors=True)
    GuardedClient(client).update_project("boxes", priority="high", patch=True, allow_errors=True)
    assert client.calls == [
        ("get", "boxes"),
        ("get", "boxes"),
        ("update", "boxes", {"priority": "high", "patch": True}),
    ]


def test_warnings_do_not_stop_an_update():
    """A null, or an update without effect, causes only warnings, so the update is sent."""
    assert GuardedClient(Client()).update_project("boxes", patch=True) == "updated"
    assert GuardedClient(Client()).update_project("boxes", patch=True, a=None) == "updated"


def test_the_message_shows_errors_and_drops():
    """The message is one line, with at most three errors and then the drops."""
    names = {"pathc": True, "Patch": True, "isPatch": True, "task_type": "x"}
    with pytest.raises(InvalidUpdate) as refused:
        GuardedClient(Client(THREE)).update_project("boxes", **names)
    text = str(refused.value)
    assert "has 4 errors: error update_mode at /pathc" in text
    assert "task_type" not in text
    assert "; ...; it would also drop a, b, c\\n; " in text
    assert "`allow_errors=True`" in refused.value.remedy
    assert "\n" not in text
    with pytest.raises(InvalidUpdate) as refused:
        GuardedClient(Client()).update_project("boxes", patch=True, pathc=True, Patch=True, isPatch=True)
    assert "; ..." not in str(refused.value)
    with pytest.raises(InvalidUpdate) as refused:
        GuardedClient(Client()).update_project("boxes", patch=True, pathc=True)
    assert "has 1 error: " in str(refused.value)
    assert "would also drop" not in str(refused.value)
    assert "; ..." not in str(refused.value)


def test_an_invalid_update_is_never_sent():
    """An update with a reserved name or a wrong `patch` is rejected before any call, and so is a whole project.

    They are rejected even if drops and errors are allowed.
    """
    client = Client()
    guard = GuardedClient(client)
    for params in ({"version": "x"}, {"patch": "yes"}, {"project": "boxes"}):
        with pytest.raises(ParamcoreError):
            guard.update_project("boxes", **params, allow_drop=True, allow_errors=True)
    with pytest.raises(MalformedPayload):
        guard.update_project("boxes", **BOXES, allow_drop=True, allow_errors=True)
    assert client.calls == []


def test_your_own_schemas_are_used():
    """The guard validates with the given schemas, and so does a copy of the guard."""
    schemas = Schemas().with_schema("comparison", {"properties": {"a": {"type": "integer"}}})
    guard = GuardedClient(Client(), schemas=schemas)
    for again in (guard, copy.copy(guard), pickle.loads(pickle.dumps(guard))):
        with pytest.raises(InvalidUpdate):
            again.update_project("boxes", patch=True, a="x")
    assert GuardedClient(Client()).update_project("boxes", patch=True, a="x") == "updated"
