"""A task's params override the params of at most one version. The other versions have no effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore import Patch, Project, TaskRequest
from paramcore.errors import NoSuchVersion
from paramcore.model.effective import EffectiveParams
from paramcore.model.updates import Update
from paramcore.testing import histories, json_values, param_names, params, projects, task_params, updates
from tests.reference import equal, plain, spell

NOT_VERSIONS = (True, False, 0.0, 1.0, -1.0, "0", "1", "-1", "latest", "", [], [0], {}, {"version": 0})


def resolve(project: Project, own: Mapping[str, Any], version: Any = None) -> EffectiveParams:
    return project.resolve(TaskRequest(own, project_version=version))


def with_versions(history: list[dict[str, Any]]) -> Project:
    project = Project("boxes", type="imageannotation")
    for version in history:
        project = project.replace_params(version)
    return project


def bare(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in params.items() if name != "instruction"}


some_versions = histories(min_size=1)


class TestWhichVersion:
    """A task inherits the latest version, a pinned version or nothing."""

    @given(project=projects(min_versions=1), own=task_params())
    def test_no_version_is_the_latest(self, project: Project, own: dict[str, Any]) -> None:
        """A task without `project_version` gets the same params as a task that names the latest version."""
        latest = project.latest.number
        assert equal(resolve(project, own).params, resolve(project, own, latest).params)
        assert resolve(project, own).inherited_from is project.latest

    @given(project=projects(), own=task_params())
    def test_minus_one_inherits_nothing(self, project: Project, own: dict[str, Any]) -> None:
        """With `project_version: -1`, the effective params are the task's own params."""
        answer = resolve(project, own, -1)
        assert spell(answer.params) == spell(own)
        assert answer.inherited_from is None
        assert answer.project_param_version == -1

    @given(project=projects(min_versions=1), own=task_params(), data=st.data())
    def test_only_the_chosen_version_matters(self, project: Project, own: dict[str, Any], data: st.DataObject) -> None:
        """Of all versions, only the inherited version affects the effective params."""
        version = data.draw(st.sampled_from(project.versions))
        alone = Project("boxes", type=project.type, params=version.params, assumptions=project.assumptions)
        assert spell(resolve(project, own, version.number).params) == spell(resolve(alone, own, 0).params)
        assert resolve(project, own, version.number).inherited_from is version

    @given(project=projects(min_versions=1), later=st.lists(updates(), max_size=2), own=task_params())
    def test_pinned_params_never_change(self, project: Project, later: list[Update], own: dict[str, Any]) -> None:
        """Later updates change neither the effective params of a pinned task nor its inherited version."""
        grown = project
        for update in later:
            grown = grown.update(update)
        for version in project.versions:
            before, after = resolve(project, own, version.number), resolve(grown, own, version.number)
            assert spell(before.params) == spell(after.params)
            assert before.inherited_from == after.inherited_from

    @given(own=task_params())
    def test_an_empty_history_gives_nothing(self, own: dict[str, Any]) -> None:
        """In a project without versions, a task gets its own params, and `project_param_version` is None."""
        answer = resolve(Project("boxes", type="imageannotation"), own)
        assert spell(answer.params) == spell(own)
        assert answer.inherited_from is None
        assert answer.project_param_version is None


class TestNoSuchVersion:
    """A version that is not a whole number, or does not exist, is rejected."""

    @given(project=projects(), own=task_params(), beyond=st.integers(0, 3) | st.just(2**63) | st.just(10**4299))
    def test_a_version_that_does_not_exist_is_refused(self, project: Project, own: dict[str, Any], beyond: int) -> None:
        """A number after the latest version, or below -1, is rejected."""
        for asked in (len(project.versions) + beyond, -2 - beyond):
            with pytest.raises(NoSuchVersion) as refused:
                resolve(project, own, asked)
            assert refused.value.code == "version_unknown"

    @given(project=projects(), own=task_params(), asked=st.sampled_from(NOT_VERSIONS) | st.floats(allow_nan=False))
    def test_a_version_that_is_not_a_whole_number_is_refused(
        self, project: Project, own: dict[str, Any], asked: Any
    ) -> None:
        """Values such as `True`, `1.0` and `"1"` are rejected for their type, whatever versions exist."""
        for ask in (lambda: project.inheritance(asked), lambda: project.version(asked)):
            with pytest.raises(NoSuchVersion) as refused:
                ask()
            assert refused.value.code == "version_type"


class TestNames:
    """The result has the names of the task and of the version, each resolved independently."""

    @given(history=some_versions, own=task_params())
    def test_the_names_are_the_tasks_and_the_versions(self, history: list[dict[str, Any]], own: dict[str, Any]) -> None:
        """The result has each name of the task or of the inherited version, and no others."""
        for number, version in enumerate(history):
            assert set(resolve(with_versions(history), own, number).params) == set(version) | set(own)

    @given(version=params(), own=task_params(), name=param_names(), value=json_values())
    def test_another_name_changes_no_other(
        self, version: dict[str, Any], own: dict[str, Any], name: str, value: Any
    ) -> None:
        """Setting one param in the task or the project changes no other param. The instruction is not compared."""
        plainly = bare(resolve(with_versions([version]), own).params)
        for more in (
            resolve(with_versions([{**version, name: value}]), own).params,
            resolve(with_versions([version]), {**own, name: value}).params,
        ):
            assert set(more) >= set(plainly)
            others = {other: more[other] for other in plainly if other != name}
            assert equal(others, {other: plainly[other] for other in plainly if other != name})

    @given(version=params(), own=task_params(), name=param_names(), value=json_values())
    def test_a_new_param_adds_exactly_itself(
        self, version: dict[str, Any], own: dict[str, Any], name: str, value: Any
    ) -> None:
        """If the project gets a param that the task does not set, the task gets exactly this param in addition."""
        version, own = ({other: v for other, v in one.items() if other != name} for one in (version, own))
        before = resolve(with_versions([version]), own).params
        after = resolve(with_versions([{**version, name: value}]), own).params
        assert spell(after) == spell({**before, name: value})

    @given(version=params(), own=task_params(), some=st.sets(param_names()))
    def test_each_name_is_independent(self, version: dict[str, Any], own: dict[str, Any], some: set[str]) -> None:
        """Selecting some names before or after resolving gives the same result."""

        def only(params: Mapping[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in params.items() if name in some or name == "instruction"}

        whole = resolve(with_versions([version]), own).params
        assert equal(only(whole), resolve(with_versions([only(version)]), only(own)).params)


class TestWhoWins:
    """A value of the task overrides the whole inherited value."""

    @given(version=params(), own=task_params())
    def test_the_task_overrides_each_name_that_it_sets(self, version: dict[str, Any], own: dict[str, Any]) -> None:
        """Each param except the instruction has the task's value if the task sets it, or else the version's value."""
        expected = {**bare(version), **bare(own)}
        assert spell(bare(resolve(with_versions([version]), own).params)) == spell(expected)

    @given(name=param_names(), value=json_values())
    @pytest.mark.parametrize("empty", [None, False, 0, 0.0, "", [], {}], ids=repr)
    def test_an_empty_value_is_set(self, empty: Any, name: str, value: Any) -> None:
        """An empty value in the task overrides the project's value. An empty value in the project is inherited."""
        assert spell(resolve(with_versions([{name: value}]), {name: empty}).params) == spell({name: empty})
        assert spell(resolve(with_versions([{name: empty}]), {}).params) == spell({name: empty})

    @given(name=param_names(), old=params(), new=params())
    def test_nothing_is_merged_below_the_top(self, name: str, old: dict[str, Any], new: dict[str, Any]) -> None:
        """An object overrides a whole object, and a nested `instruction` is an ordinary member."""
        for below, above in ((old, new), ([old], [new])):
            answer = resolve(with_versions([{name: below}]), {name: above}).params
            assert spell(answer) == spell({name: above})

    @given(version=params(), own=task_params())
    def test_resolving_never_inspects_a_value(self, version: dict[str, Any], own: dict[str, Any]) -> None:
        """Applying a function to all values but the instruction, before or after resolving, gives the same result."""
        for function in (lambda _: None, lambda value: [value], lambda value: {"instruction": plain(value)}):
            changed = [{name: function(value) for name, value in bare(one).items()} for one in (version, own)]
            answer = bare(resolve(with_versions([version]), own).params)
            expected = {name: function(value) for name, value in answer.items()}
            assert spell(resolve(with_versions(changed[:1]), changed[1]).params) == spell(expected)

    @given(project=projects(), own=params())
    def test_without_an_instruction_resolving_equals_a_patch(self, project: Project, own: dict[str, Any]) -> None:
        """Without an instruction, a task gets the params that a patch with the task's params would give the project."""
        own = bare(own)
        without = project.replace_params(bare(project.params))
        assert spell(resolve(without, own).params) == spell(without.update(Patch(own)).params)


class TestNeutral:
    """A task or a version without params adds nothing, and resolving changes neither project nor request."""

    @given(project=projects(min_versions=1), own=task_params())
    def test_an_empty_side_gives_the_other_side(self, project: Project, own: dict[str, Any]) -> None:
        """A task without params gets the version's params. From a version without params, a task inherits nothing."""
        default = project.with_assumptions(type(project.assumptions)())
        for version in project.versions:
            assert spell(resolve(default, {}, version.number).params) == spell(version.params)
        assert spell(resolve(with_versions([{}]), own).params) == spell(own)

    @given(project=projects(), own=task_params(), data=st.data())
    def test_a_result_sent_with_minus_one_gives_the_same_params(
        self, project: Project, own: dict[str, Any], data: st.DataObject
    ) -> None:
        """A task from the request of `as_request` gets the same effective params, even after later updates."""
        asked = data.draw(st.sampled_from([None, -1, *range(len(project.versions))]))
        answer = resolve(project, own, asked)
        frozen = answer.as_request()
        assert spell(project.resolve(frozen).params) == spell(answer.params)
        assert spell(project.replace_params({"instruction": "new", "b": 1}).resolve(frozen).params) == spell(
            answer.params
        )

    @given(version=params(), own=task_params())
    def test_a_result_sent_without_minus_one_repeats_only_the_instruction(
        self, version: dict[str, Any], own: dict[str, Any]
    ) -> None:
        """If effective params are sent without an opt-out, only the instruction changes: the project's is appended again."""
        project = with_versions([version])
        once = resolve(project, own).params
        assert equal(resolve(project, once).params, once) == (not version.get("instruction"))
        assert equal(bare(resolve(project, once).params), bare(once))

    @given(project=projects(), own=task_params())
    def test_resolving_changes_nothing(self, project: Project, own: dict[str, Any]) -> None:
        """Repeated calls give equal results, and change neither the project nor the request."""
        before = spell([own, [version.params for version in project.versions]])
        answers = [resolve(project, own) for _ in range(3)]
        assert spell([own, [version.params for version in project.versions]]) == before
        assert answers[0] == answers[1] == answers[2]
        assert len({spell(answer.params) for answer in answers}) == 1
