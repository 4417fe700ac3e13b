"""The nested changes of a diff are complete, and their pointers are correct."""

from hypothesis import given, strategies as st

from paramcore.analysis import Diff
from paramcore.analysis.changes import count_leaves, count_unchanged, iter_leaves
from paramcore.testing.strategies import json_values, params
from paramcore.values import resolve_pointer, same, thaw

ELEMENTS = st.recursive(
    st.sampled_from([1, 2, True, "a", None]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "label", "value", "x", "y"]), inner, max_size=3)
    ),
    max_leaves=8,
)
NESTED = st.dictionaries(st.sampled_from(["a", "b", "c/d"]), st.lists(ELEMENTS, max_size=4) | ELEMENTS, max_size=3)
PAIRS = (
    st.tuples(NESTED, NESTED)
    | st.tuples(params(), params())
    | st.tuples(NESTED, NESTED).map(lambda pair: (pair[0],) * 2)
)


def build_after(value, changes, parts=(), after_parts=()):
    """Return `value` after the changes.

    In the old params, `value` is at `parts`. In the new params, the result is at `after_parts`.
    """
    for change in changes:
        if change.kind in ("changed", "moved") and change.parts == parts:
            return thaw(change.after)
    if not isinstance(value, (dict, list)):
        return value
    gone = {change.parts for change in changes if change.kind in ("removed", "lost")}
    added = {
        change.after_parts[-1]: thaw(change.after)
        for change in changes
        if change.kind == "added" and change.after_parts[:-1] == after_parts
    }
    if isinstance(value, dict):
        kept = {name: member for name, member in value.items() if (*parts, name) not in gone}
        built = {
            name: build_after(member, changes, (*parts, name), (*after_parts, name)) for name, member in kept.items()
        }
        return {**built, **added}
    survivors = iter([index for index in range(len(value)) if (*parts, index) not in gone])
    result = []
    left = len(value) - sum((*parts, index) in gone for index in range(len(value)))
    for index in range(left + len(added)):
        if index in added:
            result.append(added[index])
        else:
            old = next(survivors)
            result.append(build_after(value[old], changes, (*parts, old), (*after_parts, index)))
    return result


@given(PAIRS)
def test_applying_the_changes_gives_the_params_after(pair):
    """Applying the changes of a diff to the old params gives the new params."""
    before, after = pair
    assert same(build_after(before, Diff.between(before, after).changes), after)


@given(PAIRS)
def test_each_pointer_resolves_to_its_value(pair):
    """`pointer` leads to the value before a change, and `after_pointer` to the value after the change."""
    diff = Diff.between(*pair)
    for change in diff.changes:
        if change.kind != "added":
            assert same(resolve_pointer(diff.before, change.pointer), change.before)
        if change.after_parts is not None:
            assert same(resolve_pointer(diff.after, change.after_pointer), change.after)
        if change.kind in ("changed", "moved"):
            assert not same(change.before, change.after)


@given(PAIRS)
def test_the_changes_agree_with_the_names(pair):
    """A param has changes if and only if the diff lists the param as removed, added or changed."""
    diff = Diff.between(*pair)
    assert [change.param for change in diff.changes if change.kind == "removed"] == list(diff.removed)
    assert [change.param for change in diff.changes if change.kind == "added" and len(change.parts) == 1] == list(
        diff.added
    )
    inside = {change.param for change in diff.changes} - {*diff.removed, *diff.added}
    assert inside == set(diff.changed)


@given(st.lists(ELEMENTS, max_size=6), st.randoms(use_true_random=False))
def test_another_order_alone_only_moves_elements(elements, random):
    """If two arrays differ only in the order of their elements, the only change is a move."""
    shuffled = list(elements)
    random.shuffle(shuffled)
    kinds = [change.kind for change in Diff.between({"a": elements}, {"a": shuffled}).changes]
    assert kinds == ([] if same(elements, shuffled) else ["moved"])


@given(PAIRS)
def test_unchanged_values_are_counted(pair):
    """`count_unchanged` counts the scalars of the old params that are neither removed, lost nor changed."""
    before, after = pair
    changes = Diff.between(before, after).changes
    without_added = build_after(before, [change for change in changes if change.kind not in ("added", "moved")])
    marked = [change for change in changes if change.kind == "changed"]
    scalars = sum(not isinstance(leaf, (dict, list)) for _parts, leaf in iter_leaves(without_added))
    scalars -= sum(not isinstance(leaf, (dict, list)) for change in marked for _, leaf in iter_leaves(change.after))
    assert count_unchanged(before, changes) == scalars


@given(json_values())
def test_every_leaf_is_counted(value):
    """`count_leaves` counts the scalars and the empty containers of a value."""

    def count(inner):
        members = inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
        return sum(map(count, members)) or 1

    assert count_leaves(value) == count(value)
