"""Lifelines show when each value of each param applied. The most recently changed param comes first.

A run is a series of versions in which a param has the same value, or is not set.
"""

from hypothesis import given

from paramcore.analysis.history import History
from paramcore.analysis.lifelines import list_lifelines
from paramcore.testing import projects
from paramcore.wire import read_project


def list_runs(*entries):
    history = [{"version": number, **entry} for number, entry in enumerate(entries)]
    project = read_project({"name": "boxes", "type": "comparison", "param_history": history})
    return {
        line.param: [(life.first, life.last, life.value if life.is_set else "-") for life in line.lifetimes]
        for line in list_lifelines(History.of(project))
    }


def test_the_last_changed_param_comes_first():
    """The param with the newest change comes first.

    Params that last changed in the same version keep the order in which they first appeared.
    """
    runs = list_runs({"b": 1, "a": 1, "c": 1}, {"b": 1, "a": 1, "c": 2}, {"b": 1, "a": 1, "c": 2})
    assert runs == {"c": [(1, 2, 2), (0, 0, 1)], "b": [(0, 2, 1)], "a": [(0, 2, 1)]}
    assert list(runs) == ["c", "b", "a"]


def test_a_param_that_is_dropped_and_set_again():
    """If a param is dropped and set again, the versions without the param are a run, even between equal values."""
    assert list_runs({"a": None}, {}, {"a": None}) == {"a": [(2, 2, None), (1, 1, "-"), (0, 0, None)]}


def test_a_param_that_appears_later():
    """The versions before a param is first set are a run."""
    assert list_runs({}, {}, {"a": 1}, {"a": 1}) == {"a": [(2, 3, 1), (0, 1, "-")]}


def test_equal_numbers_are_one_run():
    """Runs follow JSON equality: `1.0` equals `1`, but `true` does not."""
    assert list_runs({"a": 1}, {"a": 1.0}, {"a": True}) == {"a": [(2, 2, True), (0, 1, 1)]}


def test_the_runs_since_a_version():
    """`since` returns the runs that end at or after a version, even if they began before it."""
    history = [{"version": number, "a": value} for number, value in enumerate([1, 1, 2, 3])]
    project = read_project({"name": "boxes", "type": "comparison", "param_history": history})
    [line] = list_lifelines(History.of(project))
    assert [[life.first for life in line.since(version)] for version in range(5)] == [
        *([3, 2, 0], [3, 2, 0], [3, 2], [3], []),
    ]
    assert repr(line) == "<Lifeline of 'a': 3 lifetimes>"


def test_a_project_without_versions():
    """A project without versions has no lifelines."""
    assert list_runs() == {}


@given(projects())
def test_lifelines_are_the_lifetimes_of_all_params(project):
    """A lifeline has the runs of `History.lifetimes`, newest first. Each param of any version has a lifeline."""
    history = History.of(project)
    lines = list_lifelines(history)
    assert {line.param for line in lines} == {name for version in project.versions for name in version.params}
    for line in lines:
        assert line.lifetimes == tuple(reversed(history.lifetimes(line.param)))
        assert line.latest == line.lifetimes[0]
