"""The engine agrees with a reference model that shares no code with it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy

from paramcore import Assumptions, Project, TaskRequest
from paramcore.errors import ParamcoreError
from paramcore.testing import (
    LOOKALIKES,
    RESERVED_PROJECT_NAMES,
    json_values,
    params,
    project_names,
    projects,
    task_params,
    task_types,
)
from paramcore.values.frozen import freeze
from tests import reference
from tests.reference import DEFAULTS, equal, find_value_faults, model, spell
from tests.reference_run import ask_engine, ask_model, compare_histories, iter_disagreements, run

NO_VALUES = (float("nan"), float("-inf"), b"", {1, 2}, {1: 2}, {None: 1}, "\ud800", 10**4300, -(10**4300), object(), 1j)
NO_VERSIONS = (True, False, 0.0, 1.0, -1.0, "0", "latest", [], {}, 3, 4, -2, -3, 10**400, -(10**400))
wrong_values = st.sampled_from(NO_VALUES) | st.lists(st.sampled_from(NO_VALUES), min_size=1, max_size=2)


def often(strategy: SearchStrategy[Any], *, wrong: SearchStrategy[Any]) -> SearchStrategy[Any]:
    return strategy | strategy | strategy | wrong


def faulty_params(right: SearchStrategy[dict[str, Any]]) -> SearchStrategy[Any]:
    """Draw params that usually have a fault: an invalid value, name or instruction. Some are not even an object."""
    by_name = st.sampled_from(sorted(RESERVED_PROJECT_NAMES))
    by_value = st.builds(lambda own, value: {**own, "b": value}, right, wrong_values)
    by_own_name = st.builds(lambda own, name: {**own, name: 1}, right, by_name)
    by_instruction = st.builds(lambda own, value: {**own, "instruction": value}, right, st.sampled_from(LOOKALIKES))
    return by_value | by_own_name | by_instruction | st.none() | st.lists(st.integers())


def flat_requests() -> SearchStrategy[Any]:
    """Draw requests. Some have an invalid value for a routing name, or invalid params."""
    routing: dict[str, SearchStrategy[Any]] = {
        "project_version": often(st.sampled_from((None, -1, 0, 1, 2)), wrong=st.sampled_from(NO_VERSIONS)),
        "project": often(st.sampled_from((None, "boxes")), wrong=project_names() | st.sampled_from(("", 5, "\n", []))),
        "batch": often(st.sampled_from((None, "monday")), wrong=json_values()),
        "unique_id": often(st.sampled_from((None, "u-1")), wrong=json_values()),
        "clear_unique_id_on_error": often(st.sampled_from((None, True)), wrong=json_values()),
    }
    right = st.builds(lambda own, where: {**own, **where}, task_params(), st.fixed_dictionaries({}, optional=routing))
    return often(right, wrong=faulty_params(task_params()))


kinds = often(st.sampled_from((None, "imageannotation")), wrong=task_types() | json_values())


class TestAgainstTheModel:
    """The engine gives the same results and errors as the reference model."""

    @given(project=projects(), flat=flat_requests(), kind=kinds)
    def test_all_ways_to_resolve_agree(self, project: Project, flat: Any, kind: Any) -> None:
        """Every way to resolve a request gives the result or the error of the model."""
        named = Project("boxes", type="imageannotation", versions=project.versions, assumptions=project.assumptions)
        assert list(iter_disagreements(named, model(named), flat, kind)) == []

    @given(project=projects(), flats=st.lists(flat_requests(), max_size=4))
    def test_resolving_many_equals_resolving_each(self, project: Project, flats: list[Any]) -> None:
        """`resolve_many` gives the results of `resolve` until the first rejected task."""
        answers, many = [], project.resolve_many(flats)
        try:
            answers.extend(many)
            raised = None
        except ParamcoreError as error:
            raised = error
        alone = [ask_engine(project, flat, None)["resolve flat"] for flat in flats]
        refused = [place for place, one in enumerate(alone) if isinstance(one, str)]
        assert len(answers) == (refused[0] if refused else len(flats))
        assert raised is None if not refused else raised.code == alone[refused[0]]
        for answer, one in zip(answers, alone, strict=False):
            assert spell(answer.params) == spell(one["params"])

    @given(
        updates=st.lists(
            st.tuples(st.sampled_from(("patch", "replace")), often(params(), wrong=faulty_params(params()))), max_size=4
        )
    )
    def test_every_history_agrees(self, updates: list[tuple[str, Any]]) -> None:
        """After updates, some of them rejected, the project has the same history as the model."""
        assert list(compare_histories(Project("boxes", type="imageannotation"), [], updates)) == []

    @given(
        value=json_values() | wrong_values | st.lists(json_values() | wrong_values) | st.builds(dict, x=wrong_values)
    )
    def test_freezing_agrees(self, value: Any) -> None:
        """`freeze` returns an equal value for JSON, and rejects any other value with an error code of the model."""
        expected = find_value_faults(value)
        try:
            frozen = freeze(value)
        except ParamcoreError as error:
            assert error.code in expected
        else:
            assert not expected
            assert equal(frozen, value)


class TestTheModel:
    """The reference model gives the results that the documentation promises."""

    @pytest.mark.parametrize(
        ("own", "inherited", "expected"),
        [
            ({}, {}, {}),
            ({"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}),
            ({"a": None}, {"a": 2}, {"a": None}),
            ({"a": {"x": 1}}, {"a": {"y": 1}}, {"a": {"x": 1}}),
            ({"instruction": "Night."}, {"instruction": "Box."}, {"instruction": "Night.\nBox."}),
            ({"instruction": ""}, {"instruction": "Box."}, {"instruction": "Box."}),
            ({"instruction": None}, {"instruction": ""}, {"instruction": None}),
            ({}, {"instruction": ""}, {"instruction": ""}),
        ],
    )
    def test_it_follows_the_rules(
        self, own: dict[str, Any], inherited: dict[str, Any], expected: dict[str, Any]
    ) -> None:
        """In each example, the model gives the params that the rules require."""
        assert equal(reference.merge(own, inherited, dict(DEFAULTS)), expected)

    def test_it_distinguishes_lookalikes(self) -> None:
        """In the model, two lookalikes are equal only if they are equal numbers or objects with equal numbers."""
        equals = [(one, two) for one in LOOKALIKES for two in LOOKALIKES if equal(one, two)]
        assert all(type(one) is type(two) or {type(one), type(two)} == {int, float} for one, two in equals)
        # The equal pairs are: each value with itself; 6 pairs of 0, 0.0 and -0.0; 2 pairs of 1 and 1.0;
        # 2 pairs of 2**53 and its float; and 2 pairs of objects with 1 and 1.0.
        assert len(equals) == len(LOOKALIKES) + 6 + 2 + 2 + 2

    @pytest.mark.parametrize("asked", NO_VERSIONS, ids=lambda asked: str(asked)[:20])
    def test_it_refuses_other_versions(self, asked: Any) -> None:
        """The model rejects versions that do not exist or are not whole numbers."""
        with pytest.raises(reference.Refused):
            reference.find_inherited_version([{}, {}, {}], asked)

    def test_a_disagreement_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The comparison reports a disagreement if the history or the code of the model is wrong."""
        project = Project("boxes", type="imageannotation", params={"instruction": "i", "a": True})
        flat = {"instruction": "t"}
        assert not list(iter_disagreements(project, model(project), flat))
        for wrong in ({"a": 1, "instruction": "i"}, {"a": True, "instruction": "j"}, {"a": True}):
            assert list(iter_disagreements(project, {**model(project), "history": [wrong]}, flat))
        assert (
            list(iter_disagreements(project, model(project), {**flat, "project_version": 0, "project": "other"})) == []
        )
        monkeypatch.setattr(reference, "find_inherited_version", lambda _history, _asked: None)
        assert list(iter_disagreements(project, model(project), flat))
        assert ask_model(model(project), {"project": 5}, None) == {"project_name"}


def test_a_short_run_finds_nothing() -> None:
    """A short run of the comparison finds no disagreement, with accepted and with rejected requests."""
    disagreeing, refused = run(2_000, seed=1)
    assert disagreeing == 0
    assert 200 < refused < 1_000


@given(settings=st.builds(Assumptions))
def test_the_model_has_the_same_defaults(settings: Assumptions) -> None:
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS
    assert TaskRequest({}).project_version is None
