"""JSON values stay unchanged, and are compared as JSON: `true` does not equal 1, but 1 equals 1.0."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from paramcore import Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.model.versions import ParamVersion
from paramcore.testing import HUGE_INTEGERS, LOOKALIKES, json_values, params, texts
from paramcore.values import freeze, same, thaw
from tests.reference import equal, spell

VALUES = (
    *LOOKALIKES,
    *HUGE_INTEGERS,
    [1],
    [True],
    {"x": [1]},
    {"x": [True]},
    [0, 1],
    [1, 0],
    {"a": 1, "b": 2},
    {"b": 2, "a": 1},
)
PAIRS = tuple(product(VALUES, VALUES))


def holding(value: Any) -> Project:
    return Project("boxes", type="imageannotation", params={"x": value})


def written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


class TestEveryPair:
    """No value is confused with another, in any part of the model."""

    def test_equality_is_that_of_json(self) -> None:
        """`same` follows JSON equality, also inside arrays and objects. So do `==` and `!=` for frozen values."""
        for one, two in PAIRS:
            expected = equal(one, two)
            assert same(one, two) is expected
            for left, right in (([one], [two]), ({"k": one}, {"k": two}), ({"k": [one]}, {"k": [two]})):
                assert (freeze(left) == freeze(right)) is expected
                assert (freeze(left) == right) is expected
                assert (left == freeze(right)) is expected
                assert (freeze(left) != freeze(right)) is not expected
                assert (left != freeze(right)) is not expected

    def test_equal_values_have_equal_hashes(self) -> None:
        """A set of two frozen values has one element if they are equal, and two if they differ."""
        for one, two in PAIRS:
            left, right = freeze({"k": one}), freeze({"k": two})
            assert len({left, right}) == (1 if equal(one, two) else 2)
            assert len({freeze([one]), freeze([two])}) == (1 if equal(one, two) else 2)

    def test_an_update_sets_the_new_value(self) -> None:
        """A patch and a replace set the new value, byte for byte."""
        for old, new in PAIRS:
            for update in (Patch({"x": new}), Replace({"x": new})):
                after = holding(old).update(update)
                assert written(after.params) == written({"x": new})
                assert written(after.version(0).params) == written({"x": old})

    def test_a_task_gets_its_own_value(self) -> None:
        """A task's value overrides any other value, and any value is inherited unchanged."""
        for inherited, own in PAIRS:
            assert written(holding(inherited).resolve({"x": own}).params) == written({"x": own})
            assert written(holding(inherited).resolve({}).params) == written({"x": inherited})

    def test_a_diff_follows_json_equality(self) -> None:
        """A diff is empty if and only if the values are equal."""
        for before, after in PAIRS:
            diff, plan = Diff.between({"x": before}, {"x": after}), Plan.of(holding(before), Patch({"x": after}))
            differ = not equal(before, after)
            assert bool(diff) is bool(plan.diff) is differ
            assert written(diff.changed) == written({"x": after} if differ else {})
            assert diff.kept == (() if differ else ("x",))

    @pytest.mark.parametrize(
        "made",
        [
            pytest.param(lambda value: Patch({"x": value}), id="patch"),
            pytest.param(lambda value: Replace({"x": value}), id="replace"),
            pytest.param(lambda value: TaskRequest({"x": value}), id="task_request"),
            pytest.param(lambda value: ParamVersion(0, {"x": value}), id="version"),
            pytest.param(holding, id="project"),
            pytest.param(lambda value: holding(value).resolve({}).inheritance, id="inheritance"),
            pytest.param(lambda value: holding(value).resolve({}), id="effective"),
            pytest.param(lambda value: holding(value).resolve({}).explain("x"), id="explanation"),
            pytest.param(lambda value: holding(value).resolve({}).explain("x").candidates[1], id="candidate"),
            pytest.param(lambda value: Diff.between({}, {"x": value}), id="diff"),
            pytest.param(lambda value: Plan.of(holding(None), Patch({"x": value})), id="plan"),
        ],
    )
    def test_model_objects_follow_json_equality(self, made: Any) -> None:
        """Model objects are equal if and only if their values are equal JSON. Equal objects have equal hashes."""
        for one, two in PAIRS:
            left, right = made(one), made(two)
            assert (left == right) is equal(one, two), (one, two)
            if equal(one, two):
                assert hash(left) == hash(right)


class TestNumbersOfVersions:
    """The versions `True`, `1` and `1.0` make different requests."""

    def test_requests_for_lookalike_versions_differ(self) -> None:
        """Two requests are different if their versions differ, even if only the types of the versions differ."""
        asked = [0, False, 0.0, 1, True, 1.0, -1, None, "1", "", [], [True], [1]]
        requests = [TaskRequest({}, project_version=version) for version in asked]
        assert len(set(requests)) == len(asked)


class TestUnchanged:
    """Integers of up to 4,300 digits, finite floats and texts stay unchanged."""

    @given(value=json_values())
    def test_a_value_does_not_change(self, value: Any) -> None:
        """No part of the model changes a value or the order of its members."""
        expected = written({"x": value})
        project = holding(None).patch_params({"x": value})
        for out in (
            project.params,
            project.resolve({}).params,
            Project("boxes", type="imageannotation").resolve({"x": value}).params,
            project.inheritance()({}),
            freeze({"x": value}),
            thaw(freeze({"x": value})),
        ):
            assert written(out) == expected

    @given(text=texts(max_size=20))
    def test_text_is_not_normalised(self, text: str) -> None:
        """Texts and names keep their code points, and are not escaped."""
        answer = holding(text).resolve({f"_{text}": text}).params
        assert list(map(ord, answer["x"])) == list(map(ord, text))
        assert list(map(ord, list(answer)[1][1:])) == list(map(ord, text))


class TestAgainstJSONSchema:
    """`same` agrees with the keyword `const` of JSON Schema."""

    def test_every_pair_of_lookalikes_agrees(self) -> None:
        for one, two in PAIRS:
            assert same(one, two) is jsonschema.Draft202012Validator({"const": one}).is_valid(two)

    @given(one=json_values(), two=json_values())
    def test_any_two_values_agree(self, one: Any, two: Any) -> None:
        """`same` and `const` agree on any two values, and on each value with itself."""
        for left, right in ((one, two), (two, one), (one, one), ([one, two], [two, one])):
            assert same(left, right) is jsonschema.Draft202012Validator({"const": left}).is_valid(right)
            assert same(left, right) is equal(left, right)


class TestEquality:
    """Equality is symmetric, and independent of the order of members and of freezing."""

    @given(one=params(), two=params())
    def test_equality_is_symmetric_and_ignores_order(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        """Swapping two values, reordering their members or freezing them does not change whether they are equal."""
        expected = equal(one, two)
        turned = dict(reversed(two.items()))
        for left, right in product((freeze(one), one), (freeze(two), freeze(turned), two, turned)):
            assert same(left, right) is same(right, left) is expected
        assert (freeze(one) == two) is (two == freeze(one)) is (freeze(turned) == one) is expected

    @given(value=json_values())
    def test_a_tuple_is_an_array(self, value: Any) -> None:
        """A tuple equals a list with the same elements, before and after freezing."""
        assert same((value,), [value])
        assert freeze({"x": (value,)}) == {"x": [value]}
        assert spell(freeze((value,))) == spell([value])
