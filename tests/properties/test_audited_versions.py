"""An audit that checks only the versions from its index finds the same contradictions as a check of all versions."""

import pytest
from hypothesis import example, given, strategies as st

from paramcore import Project
from paramcore.analysis import contradictions
from paramcore.analysis.audit import Auditor, _list_candidates
from paramcore.analysis.contradictions import TaskCheck
from paramcore.analysis.version_index import VersionIndex
from paramcore.model import Assumptions

TEXTS = ("", "a", "b", "ab", "a\nb", "b\nab", "\na", "\n\nb", " ")
INSTRUCTIONS = st.none() | st.sampled_from(TEXTS)
NAMES = ("padding", "labels", "metadata", "x")


def any_params(*, others):
    return st.fixed_dictionaries({}, optional={"instruction": INSTRUCTIONS, **dict.fromkeys(NAMES, others)})


TASKS = st.fixed_dictionaries(
    {"params": any_params(others=st.just(1)), "project_param_version": st.integers(0, 5)},
    optional={"instruction": INSTRUCTIONS | st.just(5), "metadata": st.just({}), "type": st.sampled_from("ab")},
)


class AllVersions:
    """A substitute for `VersionIndex` that selects all versions up to the given number."""

    def __init__(self, versions):
        self.versions = versions

    def list_candidates(self, _task, number):
        return self.versions[: number + 1]


@example([{"instruction": text} for text in "abx"], {"params": {}, "project_param_version": 2, "instruction": "q\nb"})
@example([{"padding": 1}, {"x": 1}, {"x": 1, "padding": 1}], {"params": {"x": 1}, "project_param_version": 2})
@given(st.lists(any_params(others=st.just(1)), min_size=1, max_size=6), TASKS)
def test_the_index_omits_no_version_that_explains_a_task(history, task):
    """The versions that the index selects give the same contradictions as all versions.

    The test tries the assumptions that an audit tries.
    """
    project = Project("p", type="a", params=history[0])
    for params in history[1:]:
        project = project.replace_params(params)
    versions = project.versions
    fast = TaskCheck(project, VersionIndex(versions), task)
    slow = TaskCheck(project, AllVersions(versions), task)
    for assumptions in _list_candidates(Assumptions()):
        assert fast.find_contradictions(assumptions) == slow.find_contradictions(assumptions)


@pytest.mark.parametrize(
    "params", [{"instruction": "Box {}."}, {"name {}": 1}, {"name {}": 1, "instruction": "Box {}."}]
)
def test_an_audit_does_not_check_every_version(params, monkeypatch):
    """The number of checks for a task does not grow with the history.

    The versions differ in their instruction, in a param that the task lacks, or in both.
    """

    def count_checks(length):
        project = Project("p", type="a", params={})
        for number in range(length):
            own = {name.format(number): str(value).format(number) for name, value in params.items()}
            project = project.replace_params(own)
        checked = []
        check = contradictions._check_version
        monkeypatch.setattr(contradictions, "_check_version", lambda *rest: checked.append(1) or check(*rest))
        task = {"project": "p", "project_param_version": length, "params": {}, "instruction": "Box all."}
        auditor = Auditor(project)
        auditor.check_task(task)
        assert auditor.build_audit().impossible + auditor.build_audit().possible == 1
        monkeypatch.undo()
        return len(checked)

    assert count_checks(400) <= count_checks(4)
