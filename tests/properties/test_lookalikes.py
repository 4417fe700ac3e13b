"""Laws J: JSON values are kept as they are, and told apart exactly where JSON tells them apart."""

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
from paramcore.values.frozen import freeze, same, thaw
from tests.reference import equal, spelled

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
    """J1: each value against each other: nothing is taken for something else, nowhere."""

    def test_equality_is_that_of_json(self) -> None:
        """`same`, `==` and `!=` of frozen values agree with JSON for every pair, bare and inside."""
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
        """What is equal is one key of a dict, what is not is two."""
        for one, two in PAIRS:
            left, right = freeze({"k": one}), freeze({"k": two})
            assert len({left, right}) == (1 if equal(one, two) else 2)
            assert len({freeze([one]), freeze([two])}) == (1 if equal(one, two) else 2)

    def test_an_update_sets_what_it_says(self) -> None:
        """Whatever was there, a patch or a replace leaves the new value, spelt as it was given."""
        for old, new in PAIRS:
            for update in (Patch({"x": new}), Replace({"x": new})):
                after = holding(old).update(update)
                assert written(after.params) == written({"x": new})
                assert written(after.version(0).params) == written({"x": old})

    def test_a_task_gets_what_it_sets(self) -> None:
        """Over every other value the task's own comes out, and every value is inherited as it is."""
        for inherited, own in PAIRS:
            assert written(holding(inherited).resolve({"x": own}).params) == written({"x": own})
            assert written(holding(inherited).resolve({}).params) == written({"x": inherited})

    def test_a_difference_is_one_of_json(self) -> None:
        """A diff, and a plan, is empty exactly where the two values are one."""
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
    def test_what_holds_a_value_compares_as_json(self, made: Any) -> None:
        """Values of the model are equal, and hash alike, exactly where the JSON that they hold is equal."""
        for one, two in PAIRS:
            left, right = made(one), made(two)
            assert (left == right) is equal(one, two), (one, two)
            if equal(one, two):
                assert hash(left) == hash(right)


class TestNumbersOfVersions:
    """J1 for what is asked: requests that ask for `True`, `1` and `1.0` are three requests."""

    def test_requests_for_lookalike_versions_differ(self) -> None:
        """A request is equal to another only if the version it asks for is of the same type."""
        asked = [0, False, 0.0, 1, True, 1.0, -1, None, "1", "", [], [True], [1]]
        requests = [TaskRequest({}, project_version=version) for version in asked]
        assert len(set(requests)) == len(asked)


class TestUnchanged:
    """J2: any integer of up to 4,300 digits, any finite float and any text goes through as it is."""

    @given(value=json_values())
    def test_a_value_goes_through_as_it_is(self, value: Any) -> None:
        """Frozen by any call, and thawed again, it is spelt as it was, members in their order."""
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
    def test_text_is_neither_normalised_nor_escaped(self, text: str) -> None:
        """As a value and as a name, code point for code point."""
        answer = holding(text).resolve({f"_{text}": text}).params
        assert list(map(ord, answer["x"])) == list(map(ord, text))
        assert list(map(ord, list(answer)[1][1:])) == list(map(ord, text))


class TestAgainstJSONSchema:
    """JSON equality has an oracle of its own: the keyword `const`."""

    def test_every_pair_of_lookalikes_agrees(self) -> None:
        """For each pair, `same` says what a validator with one as `const` says of the other."""
        for one, two in PAIRS:
            assert same(one, two) is jsonschema.Draft202012Validator({"const": one}).is_valid(two)

    @given(one=json_values(), two=json_values())
    def test_any_two_values_agree(self, one: Any, two: Any) -> None:
        """For any two values as well, and for each with itself."""
        for left, right in ((one, two), (two, one), (one, one), ([one, two], [two, one])):
            assert same(left, right) is jsonschema.Draft202012Validator({"const": left}).is_valid(right)
            assert same(left, right) is equal(left, right)


class TestEquality:
    """Equality is one: reflexive, symmetric, blind to order, and fine with what is not frozen."""

    @given(one=params(), two=params())
    def test_equality_is_symmetric_and_blind_to_order(self, one: dict[str, Any], two: dict[str, Any]) -> None:
        """Neither side, nor the order of the members, nor being frozen makes a difference."""
        expected = equal(one, two)
        turned = dict(reversed(two.items()))
        for left, right in product((freeze(one), one), (freeze(two), freeze(turned), two, turned)):
            assert same(left, right) is same(right, left) is expected
        assert (freeze(one) == two) is (two == freeze(one)) is (freeze(turned) == one) is expected

    @given(value=json_values())
    def test_a_tuple_is_an_array(self, value: Any) -> None:
        """Handed in as tuples, arrays are arrays: equal, and alike once they are in."""
        assert same((value,), [value])
        assert freeze({"x": (value,)}) == {"x": [value]}
        assert spelled(freeze((value,))) == spelled([value])
