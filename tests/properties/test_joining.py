"""The project's instruction is appended to the task's instruction. Elsewhere, `instruction` is an ordinary param."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore import Assumptions, Patch, Project, Replace, TaskRequest
from paramcore.errors import InvalidParams
from paramcore.testing import LOOKALIKES, assumptions, instructions, params, projects, task_params, texts
from tests.reference import spell

some_text = texts().filter(bool)
separators = st.sampled_from(("\n", "", " ", "%s", "\\1", "\\g<0>", "{}", "{0}", "\\n", "\u2028", "\n\n")) | texts()
NO_TEXT: list[dict[str, Any]] = [{}, {"instruction": None}, {"instruction": ""}]


def joined(own: dict[str, Any], inherited: dict[str, Any], **settings: Any) -> Any:
    project = Project("boxes", type="imageannotation", params=inherited, assumptions=Assumptions(**settings))
    return project.resolve(own).params.get("instruction", "no instruction")


class TestJoining:
    """The result is the task's text, the separator and the project's text."""

    @given(task=some_text, inherited=some_text, separator=separators)
    def test_the_projects_text_follows_the_tasks(self, task: str, inherited: str, separator: str) -> None:
        """The task's text comes first, then the separator once, then the project's text. No character is special."""
        instruction = joined({"instruction": task}, {"instruction": inherited}, instruction_separator=separator)
        assert instruction == task + separator + inherited

    @given(text=some_text)
    def test_the_default_separator_is_one_newline(self, text: str) -> None:
        """By default, one newline joins two texts, even equal texts."""
        assert joined({"instruction": text}, {"instruction": text}) == text + "\n" + text

    @pytest.mark.parametrize("odd", [" a ", "a\n", "\na", "\r\n", "e\u0301", "\u00e9", "\u2028", "%s{}", " ", "\x00"])
    def test_nothing_is_trimmed_or_normalised(self, odd: str) -> None:
        """White space, line ends and code points do not change."""
        assert joined({"instruction": odd}, {"instruction": odd}) == odd + "\n" + odd


class TestOneSide:
    """By default, a single text gets no separator. Under `append`, the project's text is never lost."""

    @given(text=some_text)
    @pytest.mark.parametrize("none", NO_TEXT, ids=repr)
    def test_a_single_text_gets_no_separator(self, none: dict[str, Any], text: str) -> None:
        """By default, no separator is added if only the task or only the project has text."""
        assert joined(none, {"instruction": text}) == text
        assert joined({"instruction": text}, none) == text

    @pytest.mark.parametrize("own", NO_TEXT, ids=repr)
    @pytest.mark.parametrize("inherited", NO_TEXT, ids=repr)
    @pytest.mark.parametrize("empty", ["leave out", "join"])
    def test_without_any_text_the_task_decides(
        self, own: dict[str, Any], inherited: dict[str, Any], empty: str
    ) -> None:
        """If neither side has text, the task's instruction applies if it is set, or else the project's instruction."""
        expected = {**inherited, **own}.get("instruction", "no instruction")
        assert joined(own, inherited, empty_instruction=empty) == expected

    @given(project=projects(min_versions=1), own=task_params(), settings=assumptions())
    def test_the_projects_text_is_never_lost(
        self, project: Project, own: dict[str, Any], settings: Assumptions
    ) -> None:
        """Under `append`, the result ends with the project's text."""
        text = project.params.get("instruction")
        answer = project.with_assumptions(settings).resolve(TaskRequest(own)).params
        if text and settings.instruction_rule == "append":
            assert answer["instruction"].endswith(text)


class TestWhereItIsOrdinary:
    """In a history, and after an opt-out, the instruction is an ordinary param."""

    @given(first=instructions(), second=instructions(), own=instructions())
    def test_older_texts_are_not_inherited(self, first: str | None, second: str | None, own: str | None) -> None:
        """An update replaces the old instruction, and a task inherits only the instruction of the inherited version."""
        project = Project("boxes", type="imageannotation", params={"instruction": first, "padding": 1})
        for after in (
            project.update(Patch({"instruction": second})),
            project.update(Replace({"instruction": second})),
        ):
            assert after.params["instruction"] == second
            alone = Project("boxes", type="imageannotation", params={"instruction": second})
            task = {"instruction": own}
            assert after.resolve(task).params["instruction"] == alone.resolve(task).params["instruction"]

    @given(project=projects(), own=task_params(), settings=assumptions())
    def test_minus_one_inherits_no_text(self, project: Project, own: dict[str, Any], settings: Assumptions) -> None:
        """Under any assumptions, a task with `project_version: -1` has only its own instruction."""
        answer = project.with_assumptions(settings).resolve(TaskRequest(own, project_version=-1)).params
        assert ("instruction" in answer) == ("instruction" in own)
        assert answer.get("instruction") == own.get("instruction")


class TestSettings:
    """T5, T6: settings change the instruction, and no other param."""

    @given(task=instructions(), inherited=instructions())
    def test_under_override_the_instruction_is_ordinary(self, task: str | None, inherited: str | None) -> None:
        """Under `override`, a task gets its own instruction if it sets one, even null. Otherwise, it gets the project's."""
        rule = {"instruction_rule": "override"}
        assert joined({"instruction": task}, {"instruction": inherited}, **rule) == task
        assert joined({}, {"instruction": inherited}, **rule) == inherited

    @given(text=some_text, separator=separators)
    @pytest.mark.parametrize("none", NO_TEXT, ids=repr)
    def test_under_join_the_separator_is_always_added(self, none: dict[str, Any], text: str, separator: str) -> None:
        """Under `join`, the separator is before the project's text, even if the task has no text.

        If the project has no text, there is no separator.
        """
        settings = {"empty_instruction": "join", "instruction_separator": separator}
        assert joined(none, {"instruction": text}, **settings) == separator + text
        assert joined({"instruction": text}, none, **settings) == text

    @given(project=projects(), own=task_params(), one=assumptions(), two=assumptions())
    def test_a_setting_affects_the_instruction_only(
        self, project: Project, own: dict[str, Any], one: Assumptions, two: Assumptions
    ) -> None:
        """Under any two sets of assumptions, all params except the instruction are the same."""
        answers = [dict(project.with_assumptions(settings).resolve(TaskRequest(own)).params) for settings in (one, two)]
        for answer in answers:
            answer.pop("instruction", None)
        assert spell(answers[0]) == spell(answers[1])

    @given(project=projects(min_versions=1), own=task_params(), data=st.data())
    def test_a_result_lists_the_rules_that_it_rests_on(
        self, project: Project, own: dict[str, Any], data: st.DataObject
    ) -> None:
        """If changing a setting, except `instruction_rule`, changes the result, `rests_on` lists the setting's rule."""
        asked = data.draw(st.sampled_from([None, -1, *range(len(project.versions))]))
        task = TaskRequest(own, project_version=asked)
        answer = project.resolve(task)
        mine = project.assumptions
        for setting, values, rule in (
            ("instruction_separator", ("<other>",), "T5"),
            ("empty_instruction", ("leave out", "join"), "T5"),
            ("pinned_param_version", ("used", "latest"), "T8"),
        ):
            for value in values:
                others = {
                    "instruction_rule": mine.instruction_rule,
                    "instruction_separator": mine.instruction_separator,
                }
                others |= {
                    "empty_instruction": mine.empty_instruction,
                    "pinned_param_version": mine.pinned_param_version,
                }
                other = project.with_assumptions(Assumptions(**{**others, setting: value})).resolve(task)
                if (answer.params, answer.project_param_version) != (other.params, other.project_param_version):
                    assert rule in answer.rests_on


class TestRefusals:
    """An instruction that is neither text nor null is rejected everywhere."""

    @given(project=projects(), own=params(), data=st.data())
    def test_only_text_and_null_are_instructions(
        self, project: Project, own: dict[str, Any], data: st.DataObject
    ) -> None:
        """A number, bool, array or object as the instruction is rejected everywhere, with the path `/instruction`."""
        bad = data.draw(
            st.sampled_from([value for value in LOOKALIKES if value is not None and type(value) is not str])
        )
        wrong = {**own, "instruction": bad}
        for call in (
            Patch,
            Replace,
            TaskRequest,
            project.patch_params,
            project.replace_params,
            project.resolve,
            project.inheritance(),
            lambda params: Project("boxes", type="imageannotation", params=params),
        ):
            with pytest.raises(InvalidParams) as refused:
                call(wrong)
            assert (refused.value.code, refused.value.path) == ("instruction_type", "/instruction")
