"""A guard around the client that somebody has."""

import copy
import pickle

import pytest

from paramcore.errors import ParamcoreError, WouldDrop
from paramcore.transport.guard import GuardedClient

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
def test_who_says_so_is_not_asked(said, sent):
    """With `allow_drop=True`, or by a patch, the project is not even read."""
    client = Client()
    GuardedClient(client).update_project("boxes", a=3, **said)
    assert client.calls == [("update", "boxes", {**sent, "a": 3})]


def test_a_patch_flag_that_is_not_true_is_no_patch():
    """What is no bool is refused before it is sent, since the service might take it for either."""
    client = Client()
    with pytest.raises(ParamcoreError):
        GuardedClient(client).update_project("boxes", a=3, patch="true")
    assert client.calls == [("get", "boxes")]


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
