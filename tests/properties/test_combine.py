"""Overlaid params have all names of both layers, and the upper layer's values override whole values."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import given, strategies as st

from paramcore import Patch, Project, Replace
from paramcore.testing import NAMES, json_values, param_names, params
from paramcore.values.frozen import freeze
from tests.reference import equal, plain, spell


def overlay(below: Mapping[str, Any], above: Mapping[str, Any]) -> Mapping[str, Any]:
    """Overlay params with a patch and with `then`, and assert that the results are equal byte for byte."""
    project = Project("boxes", type="imageannotation", params=below)
    combined = project.patch_params(above).params
    for update in (Patch(below).then(Patch(above)), Replace(below).then(Patch(above))):
        assert json.dumps(update.params) == json.dumps(combined)
    return combined


class TestMonoid:
    """An empty object is neutral, grouping does not matter, and repetition changes nothing."""

    @given(a=params())
    def test_empty_params_change_nothing_on_either_side(self, a: dict[str, Any]) -> None:
        """`{}` as the upper or the lower layer changes nothing."""
        assert equal(overlay({}, a), a)
        assert equal(overlay(a, {}), a)

    @given(a=params(), b=params(), c=params())
    def test_grouping_does_not_matter(self, a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
        assert equal(overlay(overlay(a, b), c), overlay(a, overlay(b, c)))

    @given(a=params())
    def test_a_layer_over_itself_is_the_layer(self, a: dict[str, Any]) -> None:
        assert equal(overlay(a, a), a)

    @given(a=params(), b=params())
    def test_repeating_a_layer_changes_nothing(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        """If a layer occurs twice, only its upper occurrence counts."""
        assert equal(overlay(overlay(a, b), b), overlay(a, b))
        assert equal(overlay(a, overlay(a, b)), overlay(a, b))
        assert equal(overlay(overlay(a, b), a), overlay(b, a))


class TestRightWins:
    """A value of the upper layer overrides the whole value of the lower layer."""

    @given(a=params(), b=params())
    def test_the_upper_layer_is_in_the_result(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        """The result has each value of the upper layer, with the same types."""
        combined = overlay(a, b)
        assert {name: spell(combined[name]) for name in b} == {name: spell(b[name]) for name in b}

    @given(a=params(), b=params())
    def test_the_order_matters_only_for_names_that_disagree(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        """The order of two layers does not matter if and only if their common names have equal values."""
        agree = all(equal(a[name], b[name]) for name in a if name in b)
        assert equal(overlay(a, b), overlay(b, a)) == agree

    @given(name=param_names(), below=json_values(), above=json_values())
    def test_values_are_never_merged(self, name: str, below: Any, above: Any) -> None:
        """Objects and arrays are replaced as a whole."""
        for old, new in ((below, above), ({"x": below}, {"y": above}), ([below], [above])):
            assert spell(overlay({name: old}, {name: new})[name]) == spell(new)

    @given(a=params(), name=param_names(), inner=json_values())
    def test_null_is_a_value(self, a: dict[str, Any], name: str, inner: Any) -> None:
        """A null in the upper layer overrides the lower value, and a null inside a value is kept."""
        combined = overlay(a, {name: None})
        assert name in combined
        assert combined[name] is None
        assert spell(overlay(a, {name: {"x": None, "y": [None, inner]}})[name]) == spell(
            {"x": None, "y": [None, inner]}
        )


class TestNames:
    """The result has all names of the two layers, and all names are treated alike."""

    @given(a=params(), b=params())
    def test_the_names_are_those_of_both(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        """The result has each name of either layer, and no others."""
        assert set(overlay(a, b)) == set(a) | set(b)

    @given(a=params(), b=params(), some=st.sets(param_names() | st.just("instruction")))
    def test_each_name_is_independent(self, a: dict[str, Any], b: dict[str, Any], some: set[str]) -> None:
        """Selecting some names before or after overlaying gives the same result."""

        def only(params: Mapping[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in params.items() if name in some}

        assert equal(only(overlay(a, b)), overlay(only(a), only(b)))

    @given(a=params(), b=params(), order=st.permutations(NAMES))
    def test_no_name_is_special(self, a: dict[str, Any], b: dict[str, Any], order: list[str]) -> None:
        """Renaming names one-to-one before or after overlaying gives the same result."""
        exchanged = dict(zip(NAMES, order, strict=True))

        def renamed(params: Mapping[str, Any]) -> dict[str, Any]:
            # All names outside `NAMES`, such as `instruction`, get a prefix, so they stay distinct from `NAMES`.
            return {exchanged.get(name, f"_{name}"): value for name, value in params.items()}

        assert equal(renamed(overlay(a, b)), overlay(renamed(a), renamed(b)))


FUNCTIONS: tuple[Callable[[Any], Any], ...] = (
    lambda _: None,
    lambda _: False,
    lambda value: [value],
    lambda value: {"x": value},
    spell,
)


class TestParametric:
    """Overlaying never inspects a value, so a function may change all values before or after it."""

    @given(a=params(), b=params())
    def test_overlaying_never_inspects_a_value(self, a: dict[str, Any], b: dict[str, Any]) -> None:
        """Applying a function to all values before or after overlaying gives the same result."""
        for function in FUNCTIONS:

            def changed(params: Mapping[str, Any], function: Callable[[Any], Any] = function) -> dict[str, Any]:
                # An instruction must be text or null, so the prefix turns it into an ordinary param.
                return {f"_{name}": function(plain(value)) for name, value in params.items()}

            assert equal(changed(overlay(a, b)), overlay(changed(a), changed(b)))


@given(a=params(), b=params())
def test_the_operator_on_frozen_params_overlays(a: dict[str, Any], b: dict[str, Any]) -> None:
    """`|` overlays frozen and plain params, and returns frozen params."""
    expected = spell(overlay(a, b))
    for combined in (freeze(a) | freeze(b), freeze(a) | b, a | freeze(b)):
        assert spell(combined) == expected
        assert type(combined) is type(freeze({}))
