"""An explanation shows the value that a task gets, its source, and the values that it overrides."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy

from paramcore import Plan, Project, TaskRequest
from paramcore.errors import ParamcoreError
from paramcore.model.effective import EffectiveParams
from paramcore.model.updates import Update
from paramcore.testing import NAMES, params, projects, task_params, updates
from tests.reference import equal, first_set_in, model, plain, reason, source, spell

STATUSES = {"WON", "LOST", "UNSET", "APPENDED", "IGNORED"}
REASONS = {
    "TASK_OVERRIDE",
    "INHERITED_HEAD",
    "INHERITED_PINNED",
    "INSTRUCTION_APPENDED",
    "INSTRUCTION_TASK_ONLY",
    "INSTRUCTION_PROJECT_ONLY",
    "INHERITANCE_OFF",
    "NO_HISTORY",
    "ABSENT",
}


def answers(*, min_versions: int = 0) -> SearchStrategy[EffectiveParams]:
    """Draw a result of `resolve`, for the latest version, a pinned version or an opt-out."""

    def asked(project: Project, own: dict[str, Any], version: int | None) -> EffectiveParams:
        there = version is None or version < len(project.versions)
        return project.resolve(TaskRequest(own, project_version=version if there else None))

    versions = st.sampled_from((None, -1, 0, 0, 1, 1, 2))
    return st.builds(asked, projects(min_versions=min_versions), task_params(), versions)


def project_of(answer: EffectiveParams) -> Project:
    """Return the project of a result."""
    settings = answer.inheritance.assumptions
    return Project(answer.project, type=answer.type, versions=answer.versions, assumptions=settings)


def to_model(answer: EffectiveParams) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the project and the request of a result in the form of the reference model."""
    return model(project_of(answer)), {
        "params": plain(answer.task.params),
        "project_version": answer.task.project_version,
    }


class TestComplete:
    """`explain_all` explains exactly the effective params, with their values."""

    @given(answer=answers())
    def test_every_param_is_explained_with_its_value(self, answer: EffectiveParams) -> None:
        """The explanations have the same names, order and values as the effective params."""
        explained = answer.explain_all()
        assert [one.param for one in explained] == list(answer.params) == list(answer.sources)
        for one in explained:
            assert one.is_set
            assert spell(one.value) == spell(answer.params[one.param])

    @given(answer=answers())
    def test_a_missing_param_is_explained_as_not_set(self, answer: EffectiveParams) -> None:
        """The explanation of a missing param says that the param is not set. Its JSON has no `value`."""
        for name in {*NAMES, "nowhere", "instruction"} - set(answer.params):
            one = answer.explain(name)
            assert not one.is_set
            assert "value" not in one.to_json()
            assert "is not set" in str(one)

    @given(answer=answers())
    def test_the_params_that_a_task_does_not_get(self, answer: EffectiveParams) -> None:
        """`unset_params` lists each param that a version sets, but that the task does not get."""
        names = {name for version in answer.versions for name in version.params}
        assert sorted(answer.unset_params) == sorted(names - set(answer.params))

    @given(answer=answers())
    def test_statuses_and_reasons_are_from_closed_lists(self, answer: EffectiveParams) -> None:
        """Statuses and reasons are from fixed lists. The task is the first candidate."""
        for name in [*answer.params, "nowhere"]:
            one = answer.explain(name)
            assert one.reason in REASONS
            assert {candidate.status for candidate in one.candidates} <= STATUSES
            assert [candidate.version for candidate in one.candidates].index(None) == 0


class TestTrue:
    """Reasons, sources and candidates agree with the values that they explain."""

    @given(answer=answers())
    def test_reasons_and_sources_equal_those_of_the_reference_model(self, answer: EffectiveParams) -> None:
        project, task = to_model(answer)
        for name in answer.params:
            assert answer.explain(name).reason == reason(project, task, name)
            assert answer.sources[name] == source(project, task, name)
        assert answer.explain("nowhere").reason == reason(project, task, "nowhere")

    @given(answer=answers(min_versions=1))
    def test_the_value_is_that_of_its_source(self, answer: EffectiveParams) -> None:
        """The value comes from the layer that `sources` names. Only an instruction can have the source `both`."""
        inherited = {} if answer.inherited_from is None else answer.inherited_from.params
        settings = answer.inheritance.assumptions
        for name, where in answer.sources.items():
            value = answer.params[name]
            if where == "task":
                assert spell(value) == spell(answer.task.params[name])
            elif where == "both":
                assert name == "instruction"
                assert value == answer.task.params[name] + settings.instruction_separator + inherited[name]
            elif name != "instruction":
                assert spell(value) == spell(inherited[name])
                assert name not in answer.task.params
            else:
                assert not answer.task.params.get(name)
                assert value in (inherited[name], f"{settings.instruction_separator}{inherited[name]}")

    @given(answer=answers())
    def test_the_candidates_give_the_value(self, answer: EffectiveParams) -> None:
        """One candidate is WON and gives the value, or two are APPENDED: the task's, and then the version's."""
        separator = answer.inheritance.assumptions.instruction_separator
        for one in answer.explain_all():
            won = [candidate for candidate in one.candidates if candidate.status in ("WON", "APPENDED")]
            if one.reason == "INSTRUCTION_APPENDED":
                assert [candidate.status for candidate in won] == ["APPENDED", "APPENDED"]
                assert separator.join(candidate.value for candidate in won) == one.value
            else:
                (winner,) = won
                assert winner.status == "WON"
                assert equal(winner.value, one.value) or one.value == separator + winner.value


class TestLosers:
    """A value of the inherited version is LOST if and only if the task overrides it."""

    @given(answer=answers(min_versions=1))
    def test_an_overridden_value_is_shown(self, answer: EffectiveParams) -> None:
        version = answer.inherited_from
        for name in [*answer.params, "nowhere"]:
            candidates = answer.explain(name).candidates
            used = [one for one in candidates if version is not None and one.version == version.number]
            lost = [one.value for one in used if one.status == "LOST"]
            overridden = (
                version is not None
                and name in version.params
                and name in answer.task.params
                and answer.sources[name] == "task"
            )
            assert [spell(value) for value in lost] == ([spell(version.params[name])] if overridden else [])

    @given(answer=answers(min_versions=1))
    def test_a_newer_value_that_is_not_inherited_is_shown(self, answer: EffectiveParams) -> None:
        """If a task does not inherit the latest version, the value of the latest version is IGNORED."""
        latest = answer.versions[-1]
        for name in {*latest.params, "nowhere"}:
            ignored = [one for one in answer.explain(name).candidates if one.status == "IGNORED"]
            expected = [latest.number] if latest is not answer.inherited_from and name in latest.params else []
            assert [one.version for one in ignored] == expected


class TestSince:
    """`first_set_in` is the oldest version since which the value has not changed."""

    @given(answer=answers(min_versions=1))
    def test_first_set_in_of_an_inherited_value(self, answer: EffectiveParams) -> None:
        """`first_set_in` is the version that the reference model finds, and None for a value of the task."""
        project, task = to_model(answer)
        for one in answer.explain_all():
            if answer.inherited_from is None or source(project, task, one.param) == "task":
                assert one.first_set_in is None
            else:
                used = answer.inherited_from.number
                assert one.first_set_in == first_set_in(project["history"], used, one.param)

    @given(answer=answers(min_versions=1))
    def test_first_set_in_of_every_candidate(self, answer: EffectiveParams) -> None:
        """`first_set_in` is correct for each candidate that has a version and a value."""
        history = model(project_of(answer))["history"]
        for name in [*answer.params, *NAMES]:
            for candidate in answer.explain(name).candidates:
                if candidate.version is None or candidate.status == "UNSET":
                    assert candidate.first_set_in is None
                else:
                    assert candidate.first_set_in == first_set_in(history, candidate.version, name)
                    assert spell(candidate.value) == spell(history[candidate.version][name])

    @given(answer=answers(min_versions=1))
    def test_an_earlier_value_is_shown(self, answer: EffectiveParams) -> None:
        """Of the versions before the inherited version, only the version that `superseded` returns is a candidate."""
        project, _ = to_model(answer)
        history, version = project["history"], answer.inherited_from
        for name in [*answer.params, *NAMES]:
            before = None if version is None else superseded(history, version.number, name)
            shown = [
                one.version
                for one in answer.explain(name).candidates
                if version is not None and one.version is not None and one.version < version.number
            ]
            assert shown == ([] if before is None else [before])


def superseded(history: list[dict[str, Any]], used: int, name: str) -> int | None:
    """Return the latest version before `used` in which a param has another value than in `used`, or None.

    The search goes back from `used`. If `used` sets the param, the search ends at the first version without the param.
    """
    for number in reversed(range(used)):
        holds, held = name in history[number], name in history[used]
        if holds and not (held and equal(history[number][name], history[used][name])):
            return number
        if held and not holds:
            return None
    return None


class TestTextAndJSON:
    """The text and the JSON of an explanation agree with its values."""

    @given(answer=answers())
    def test_text_and_json_agree(self, answer: EffectiveParams) -> None:
        """The text has lines for the value, each candidate and the reason. The JSON has the value and the statuses."""
        for one in answer.explain_all():
            lines = str(one).split("\n")
            assert len(lines) == len(one.candidates) + 2
            assert " = " in lines[0]
            assert one.reason in lines[-1]
            document = one.to_json()
            assert spell(document["value"]) == spell(one.value)
            assert [candidate["status"] for candidate in document["candidates"]] == [c.status for c in one.candidates]

    @given(answer=answers())
    def test_equal_projects_have_equal_explanations(self, answer: EffectiveParams) -> None:
        """A project with the same versions gives the same explanations."""
        again = project_of(answer).resolve(answer.task)
        assert again.explain_all() == answer.explain_all()
        assert str(again) == str(answer)


class TestPlan:
    """A plan shows the effect of its update, and fails if the update fails."""

    @given(project=projects(), update=updates(), own=task_params())
    def test_a_plan_shows_the_params_of_the_updated_project(
        self, project: Project, update: Update, own: dict[str, Any]
    ) -> None:
        """The planned params equal those of the updated project, and the project is unchanged."""
        before = spell([version.params for version in project.versions])
        plan, after = Plan.of(project, update), project.update(update)
        assert spell(plan.after) == spell(after.params)
        planned = Project("boxes", type="imageannotation", params=plan.after, assumptions=project.assumptions)
        assert spell(planned.resolve(own).params) == spell(after.resolve(TaskRequest(own)).params)
        assert spell([version.params for version in project.versions]) == before

    @given(wrong=params() | st.none() | st.text() | st.lists(st.integers()), project=projects())
    def test_a_plan_fails_if_the_update_would(self, wrong: Any, project: Project) -> None:
        """A plan and an update raise the same error for an update that is neither a `Patch` nor a `Replace`."""
        errors = []
        for attempt in (lambda: Plan.of(project, wrong), lambda: project.update(wrong)):
            with pytest.raises(ParamcoreError) as refused:
                attempt()
            errors.append(refused.value)
        assert errors[0] == errors[1]
