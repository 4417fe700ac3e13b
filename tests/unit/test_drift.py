"""Drift between a local project and the service."""

import pytest
from hypothesis import given, strategies as st

from paramcore import Project
from paramcore.analysis.drift import Drift
from paramcore.testing import projects, updates

BASE = Project("boxes", type="comparison", params={"a": 1, "b": 1})


@pytest.mark.parametrize(
    ("local", "remote", "state", "conflicts", "text"),
    [
        (BASE, BASE, "in sync", (), '"boxes": in sync, 1 version'),
        (BASE.patch_params({"a": 2}), BASE, "local ahead", (), '"boxes": local ahead by 1 version'),
        (BASE, BASE.patch_params({}).patch_params({}), "remote ahead", (), '"boxes": remote ahead by 2 versions'),
        (
            BASE.patch_params({"a": 2}),
            BASE.patch_params({"b": 2}).patch_params({"c": 1}),
            "both moved",
            (),
            '"boxes": both moved, 1 new version locally and 2 new versions in the service; no conflicts',
        ),
        (
            BASE.patch_params({"a": 2, "b": 7}),
            BASE.replace_params({"a": 3, "b": 7}),
            "both moved",
            ("a",),
            '"boxes": both moved, 1 new version locally and 1 new version in the service; conflicts: a',
        ),
        (
            BASE.patch_params({"a": 2, "b": 2}),
            BASE.patch_params({"a": 3, "b": 3}),
            "both moved",
            ("a", "b"),
            '"boxes": both moved, 1 new version locally and 1 new version in the service; conflicts: a, b',
        ),
        (
            BASE.patch_params({"a": 2}),
            BASE.replace_params({"b": 1}),
            "both moved",
            ("a",),
            '"boxes": both moved, 1 new version locally and 1 new version in the service; conflicts: a',
        ),
        (
            Project("boxes", type="comparison"),
            Project("boxes", type="comparison"),
            "in sync",
            (),
            '"boxes": in sync, 0 versions',
        ),
        (
            Project("boxes", type="imageannotation", versions=BASE.versions),
            BASE,
            "other type",
            (),
            '"boxes": other type, "imageannotation" locally and "comparison" in the service',
        ),
    ],
)
def test_two_histories(local, remote, state, conflicts, text):
    """The drift between two histories has a state, the conflicting params, and one line of text."""
    drift = Drift.between(local, remote)
    assert (drift.state, drift.conflicts, str(drift)) == (state, conflicts, text)


AGREED = BASE.patch_params({"a": 2})


def test_a_conflict_is_seen_from_the_last_common_version():
    """Only changes after the last common version can conflict."""
    drift = Drift.between(AGREED.patch_params({"b": 2}), AGREED.patch_params({"a": 3}))
    assert (drift.common, drift.conflicts) == (2, ())
    drift = Drift.between(AGREED.patch_params({"a": 1}), AGREED.patch_params({"a": 3}))
    assert (drift.common, drift.conflicts) == (2, ("a",))


def test_nothing_is_common_after_a_difference():
    """Equal versions after the first difference are not counted as common."""
    drift = Drift.between(
        BASE.patch_params({"a": 2}).patch_params({"a": 9}),
        BASE.patch_params({"a": 3, "c": 1}).replace_params({"a": 9, "b": 1}),
    )
    assert (drift.common, drift.state) == (1, "both moved")


def test_drift_follows_json_equality():
    """`True` differs from 1, so two histories that differ only in these values are not in sync."""
    assert Drift.between(BASE, Project("boxes", type="comparison", params={"a": True, "b": 1})).state == "both moved"


def test_times_do_not_matter():
    """Times are not compared: a local history without times can be in sync with the service's history."""
    assert (
        Drift.between(BASE, Project("boxes", type="comparison", params={"b": 1, "a": 1.0}, created_at="noon")).state
        == "in sync"
    )


def test_a_drift_as_json():
    """The JSON has the state, the counts and the conflicts."""
    assert Drift.between(BASE.patch_params({"a": 2}), BASE.patch_params({"a": 3})).to_json() == {
        "project": "boxes",
        "state": "both moved",
        "common": 1,
        "local": 2,
        "remote": 2,
        "conflicts": ["a"],
    }


def test_a_drift_has_a_short_repr():
    """The `repr` has the project and the state."""
    assert repr(Drift.between(BASE, BASE)) == "<Drift of 'boxes': in sync>"


@given(projects(), st.lists(updates(), max_size=2), st.lists(updates(), max_size=2))
def test_drift_is_symmetric(project, here, there):
    """If the two projects are swapped, the conflicts stay the same, and "local ahead" becomes "remote ahead"."""
    local, remote = project, project
    for update in here:
        local = local.update(update)
    for update in there:
        remote = remote.update(update)
    one, two = Drift.between(local, remote), Drift.between(remote, local)
    swap = {"local ahead": "remote ahead", "remote ahead": "local ahead"}
    assert two.state == swap.get(one.state, one.state)
    assert set(one.conflicts) == set(two.conflicts)
    assert one.common >= len(project.versions)
