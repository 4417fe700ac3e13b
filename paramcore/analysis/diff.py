"""Compare two params objects by JSON equality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from attrs import field, frozen

from paramcore.text import ROW_LIMIT, format_change, format_name, format_value, is_long
from paramcore.values import (
    JSONObject,
    equality_key,
    freeze_params,
    join_pointer,
    resolve_pointer,
    same,
    thaw,
    wrap_frozen,
)


@frozen
class Diff:
    """The params that differ between `before` and `after`.

    Values are compared by JSON equality: `1` equals `1.0`, `True` does not equal
    `1`, and the order of members does not matter.

    Example:
        >>> diff = Diff.between({"a": 1, "b": 1}, {"a": 2, "c": 3})
        >>> diff.changed, diff.added, diff.removed
        ({'a': 2}, {'c': 3}, {'b': 1})
    """

    before: Mapping[str, Any] = field(converter=freeze_params)
    after: Mapping[str, Any] = field(converter=freeze_params)

    @classmethod
    def between(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
        """Compare two params objects.

        Raises:
            InvalidParams: if an argument is not a params object.
            NotJSON: for values that are not JSON.
        """
        return cls(before, after)

    @property
    def added(self) -> Mapping[str, Any]:
        """The params that only `after` has, with their values."""
        return wrap_frozen({name: value for name, value in self.after.items() if name not in self.before})

    @property
    def removed(self) -> Mapping[str, Any]:
        """The params that only `before` has, with their values."""
        return wrap_frozen({name: value for name, value in self.before.items() if name not in self.after})

    @property
    def changed(self) -> Mapping[str, Any]:
        """The params whose values differ, with their values in `after`."""
        common = (name for name in self.before if name in self.after)
        return wrap_frozen({name: self.after[name] for name in common if not same(self.before[name], self.after[name])})

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the params that have the same value before and after."""
        return tuple(name for name in self.before if name in self.after and same(self.before[name], self.after[name]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the params that differ: removed, then changed, then added."""
        return (*self.removed, *self.changed, *self.added)

    @property
    def lost(self) -> tuple[str, ...]:
        """JSON Pointers to the values in `before` that changed objects and arrays lose.

        An object loses a member whose name does not exist in the same object of
        `after`.  An array loses an element that equals no element of the array in
        `after`.  If both arrays have an object, or both have an array, at the index of
        such an element, the contents of the two are compared instead.  A changed value
        is not lost.
        """
        return tuple(
            join_pointer(*difference.parts)
            for name, value in self.changed.items()
            for difference in _iter_differences((name,), self.before[name], value)
            if difference.label == "lost"
        )

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Apply the changes to `params`; the result for `before` is `after`."""
        kept = {name: value for name, value in freeze_params(params).items() if name not in self.removed}
        return wrap_frozen({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `added`, `removed`, `changed` and `lost`.

        `added` and `removed` map names to values.  `changed` maps each name to
        `{"before": ..., "after": ...}`.  `lost` is a list of JSON Pointers.
        """
        changed = {
            name: {"before": thaw(self.before[name]), "after": thaw(value)} for name, value in self.changed.items()
        }
        return {"added": thaw(self.added), "removed": thaw(self.removed), "changed": changed, "lost": list(self.lost)}

    def __repr__(self) -> str:
        counts = f"{len(self.removed)} removed, {len(self.changed)} changed, {len(self.added)} added"
        return f"<Diff: {counts}, {len(self.kept)} kept>"

    def __str__(self) -> str:
        return "\n".join(self.format_rows(removed="removed")) or "nothing differs"

    def format_rows(self, *, removed: str) -> list[str]:
        """Format a line for each difference; `removed` is the label of removed params."""
        rows = [
            *((removed, name, _format_row_value(value)) for name, value in self.removed.items()),
            *(row for name, value in self.changed.items() for row in _iter_rows(name, self.before[name], value)),
            *(("lost", path, _format_row_value(resolve_pointer(self.before, path))) for path in self.lost),
            *(("added", name, _format_row_value(value)) for name, value in self.added.items()),
        ]
        width = max((len(format_name(name)) for name in self.names), default=0)
        return [f"  {label:<7}  {format_name(place):<{width}}  {text}" for label, place, text in rows]


def find_overwritten_params(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the params that another writer changed and that an update overwrites.

    `base` are the params before both updates.  `theirs` are the params after the
    other writer's update.  `ours` are the params after our update of `theirs`.

    Raises:
        InvalidParams, NotJSON: if an argument is not a params object.

    Example:
        >>> find_overwritten_params({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 2})
        ('a',)
    """
    overwritten = Diff.between(theirs, ours).names
    return tuple(name for name in Diff.between(base, theirs).names if name in overwritten)


class _Difference(NamedTuple):
    """A difference inside two values; `parts` are the names and indexes of its path.

    `before` is `None` for an added value.  `after` is `None` for a lost value.
    """

    label: Literal["lost", "changed", "added"]
    parts: tuple[str | int, ...]
    before: Any
    after: Any


def _iter_differences(parts: tuple[str | int, ...], before: Any, after: Any) -> Iterator[_Difference]:
    """Yield the differences between two values, including differences inside them."""
    if _are_alike(before, after):
        unmatched, others, common = _match(before, after)
        for part in unmatched:
            if part in common:
                yield from _iter_differences((*parts, part), before[part], after[part])
            else:
                yield _Difference("lost", (*parts, part), before[part], None)
        for part in others:
            if part not in common:
                yield _Difference("added", (*parts, part), None, after[part])
    elif not same(before, after):
        yield _Difference("changed", parts, before, after)
        # If another value replaces an object or array, all its contents are lost.
        if isinstance(before, (dict, list)):
            for part in before if isinstance(before, dict) else range(len(before)):
                yield _Difference("lost", (*parts, part), before[part], None)


def _match(before: Any, after: Any) -> tuple[list[Any], list[Any], set[Any]]:
    """Return the parts that may differ in each value, and the parts to compare further."""
    if isinstance(before, dict):
        return list(before), list(after), set(before) & set(after)
    unmatched, others = _find_unmatched(before, after), _find_unmatched(after, before)
    return unmatched, others, {i for i in set(unmatched) & set(others) if _are_alike(before[i], after[i])}


def _find_unmatched(elements: Sequence[Any], others: Sequence[Any]) -> list[int]:
    """Return the indexes of the elements that have no equal element in `others`."""
    unused = Counter(map(equality_key, others))
    unmatched = []
    for index, element in enumerate(elements):
        if unused[equality_key(element)] > 0:
            unused[equality_key(element)] -= 1
        else:
            unmatched.append(index)
    return unmatched


def _are_alike(before: Any, after: Any) -> bool:
    """Return whether both values are objects or both are arrays."""
    return any(isinstance(before, container) and isinstance(after, container) for container in (dict, list))


def _iter_rows(name: str, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Yield rows of label, place and text for a changed param.

    A short value has one row.  A long object or array also has a row for each value
    that changed or was added inside it; `Diff.lost` contains the lost values.
    """
    if not _are_alike(before, after) or not (is_long(before) or is_long(after)):
        yield "changed", name, format_change(before, after)
        return
    yield "changed", name, "inside:"
    for label, parts, old, new in _iter_differences((name,), before, after):
        if label == "changed":
            yield label, join_pointer(*parts), format_change(old, new)
        elif label == "added":
            yield label, join_pointer(*parts), _format_row_value(new)


def _format_row_value(value: Any) -> str:
    return format_value(value, limit=ROW_LIMIT)
