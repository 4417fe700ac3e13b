"""A guard around the client that somebody has."""

import copy
import pickle

import pytest

from paramcore.errors import InvalidUpdate, MalformedPayload, ParamcoreError, WouldDrop
from paramcore.transport.guard import GuardedClient
from paramcore.validation import Schemas

BOXES = {"name": "boxes", "type": "comparison", "param_history": [{"version": 0, "a": 1, "b": 2}]}
THREE = {**BOXES, "param_history": [{"version": 0, "a": 1, "b": 2, "c\n": 3}]}


class Client:
    """A client that writes down what it is asked to do."""

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


class OfTheSDK:
    """A project as the official SDK hands it out."""

    def as_dict(self):
        return BOXES


def test_an_update_that_would_drop_is_stopped():
    """Nothing is sent; the error names what would be dropped."""
    client = Client()
    with pytest.raises(WouldDrop) as refused:
        GuardedClient(client).update_project("boxes", a=3)
    assert refused.value.dropped == ("b",)
    assert client.calls == [("get", "boxes")]


@pytest.mark.parametrize("project", [BOXES, OfTheSDK()])
def test_what_drops_nothing_goes_through(project):
    """A replace that names every param is the client's own call, with its own reply."""
    client = Client(project)
    assert GuardedClient(client).update_project("boxes", a=3, b=None) == "updated"
    assert client.calls == [("get", "boxes"), ("update", "boxes", {"a": 3, "b": None})]


@pytest.mark.parametrize(("said", "sent"), [({"allow_drop": True}, {}), ({"patch": True}, {"patch": True})])
def test_drops_that_are_allowed_are_sent(said, sent):
    """With `allow_drop=True`, or by a patch, the project is read for its type alone."""
    client = Client()
    GuardedClient(client).update_project("boxes", a=3, **said)
    assert client.calls == [("get", "boxes"), ("update", "boxes", {**sent, "a": 3})]


def test_who_allows_both_is_not_asked():
    """Where drops and errors are allowed, the project is not even read."""
    client = Client()
    GuardedClient(client).update_project("boxes", a=3, pathc=True, allow_drop=True, allow_errors=True)
    assert client.calls == [("update", "boxes", {"a": 3, "pathc": True})]


def test_a_patch_flag_that_is_not_true_is_no_patch():
    """What is no bool is refused before it is sent, since the service might take it for either."""
    client = Client()
    with pytest.raises(ParamcoreError):
        GuardedClient(client).update_project("boxes", a=3, patch="true")
    assert client.calls == []


def test_everything_else_is_the_clients_own():
    """Attributes are read, set and missed as on the client itself."""
    client = Client()
    wrapped = GuardedClient(client)
    wrapped.timeout = 9
    assert (client.timeout, wrapped.timeout, wrapped.get_project("x")) == (9, 9, BOXES)
    assert repr(wrapped) == "GuardedClient(Client())"
    with pytest.raises(AttributeError, match="no_such"):
        _ = wrapped.no_such


def test_what_is_no_project_is_told():
    """A client that returns something else gets our error, and nothing is sent."""
    client = Client({"error": "no"})
    with pytest.raises(ParamcoreError):
        GuardedClient(client).update_project("boxes", a=3)
    assert client.calls == [("get", "boxes")]


def test_a_guarded_client_copies_and_pickles():
    """A copy is guarded, too."""
    for again in (copy.copy(GuardedClient(Client())), pickle.loads(pickle.dumps(GuardedClient(Client())))):
        with pytest.raises(WouldDrop):
            again.update_project("boxes", a=3)


def test_every_param_that_would_go_is_named():
    """The error lists them all, its message on one line."""
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
    """Also a patch, and whether drops are allowed or not: nothing is sent, and the error has all findings."""
    for allowed in ({}, {"allow_drop": True}):
        client = Client()
        with pytest.raises(InvalidUpdate) as refused:
            GuardedClient(client).update_project("boxes", **params, **allowed)
        assert [each.code for each in refused.value.findings if each.severity == "error"] == codes
        assert client.calls == [("get", "boxes")]
        assert pickle.loads(pickle.dumps(refused.value)) == refused.value


def test_errors_that_are_allowed_are_sent_and_drops_are_not():
    """The two do not imply each other."""
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
    """Null and an update without an effect are warnings."""
    assert GuardedClient(Client()).update_project("boxes", patch=True) == "updated"
    assert GuardedClient(Client()).update_project("boxes", patch=True, a=None) == "updated"


def test_the_error_names_what_is_wrong_and_what_would_be_dropped():
    """At most three errors are shown, on one line; then the drops."""
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


def test_what_no_project_can_hold_is_never_sent():
    """A reserved name, or another document of the API, is refused before anything, whatever is allowed."""
    client = Client()
    guard = GuardedClient(client)
    for params in ({"version": "x"}, {"patch": "yes"}, {"project": "boxes"}):
        with pytest.raises(ParamcoreError):
            guard.update_project("boxes", **params, allow_drop=True, allow_errors=True)
    with pytest.raises(MalformedPayload):
        guard.update_project("boxes", **BOXES, allow_drop=True, allow_errors=True)
    assert client.calls == []


def test_schemas_of_your_own_decide():
    """The guard takes the schemas that a validator takes, and a copy keeps them."""
    schemas = Schemas().with_schema("comparison", {"properties": {"a": {"type": "integer"}}})
    guard = GuardedClient(Client(), schemas=schemas)
    for again in (guard, copy.copy(guard), pickle.loads(pickle.dumps(guard))):
        with pytest.raises(InvalidUpdate):
            again.update_project("boxes", patch=True, a="x")
    assert GuardedClient(Client()).update_project("boxes", patch=True, a="x") == "updated"
