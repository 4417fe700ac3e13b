"""Which params differ between two params objects, by JSON equality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from attrs import field, frozen

from paramcore.text import format_name, format_value
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

    By JSON equality: `1` equals `1.0`, `True` does not equal `1`, and the order
    of members does not matter.

    Example: `Diff.between({"a": 1}, {"a": 2, "b": 3})` has `changed == {"a": 2}`
    and `added == {"b": 3}`.
    """

    before: Mapping[str, Any] = field(converter=freeze_params)
    after: Mapping[str, Any] = field(converter=freeze_params)

    @classmethod
    def between(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
        """Compare two params objects.

        Raises:
            InvalidParams: for objects that are no params.
            NotJSON: for values that are no JSON.
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
        """The params that both have with different values, with the values of `after`."""
        common = (name for name in self.before if name in self.after)
        return wrap_frozen({name: self.after[name] for name in common if not same(self.before[name], self.after[name])})

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the params that both have with the same value."""
        return tuple(name for name in self.before if name in self.after and same(self.before[name], self.after[name]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all params that differ: removed, changed, added."""
        return (*self.removed, *self.changed, *self.added)

    @property
    def lost(self) -> tuple[str, ...]:
        """What changed objects and arrays lose, as JSON Pointers into `before`.

        An object loses a member that `after` does not have in the same place.  An
        array loses an element that equals none of `after`.  Objects or arrays at
        the same index are compared by their content instead.  A changed value is
        not lost.
        """
        return tuple(
            join_pointer(name, *parts)
            for name in self.changed
            for parts in _iter_lost(self.before[name], self.after[name])
        )

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return `params` with the same changes: `before` becomes `after`."""
        kept = {name: value for name, value in freeze_params(params).items() if name not in self.removed}
        return wrap_frozen({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return `added removed changed lost`.

        `added` and `removed` hold values by name, `changed` holds
        `{"before": ..., "after": ...}` by name, and `lost` is a list of JSON Pointers.
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
        """Return a line for each difference; removed params are first, labelled `removed`."""
        rows = [
            *(_Row(removed, name, _format(value)) for name, value in self.removed.items()),
            *(
                row
                for name, value in self.changed.items()
                for row in _iter_changed_rows(name, self.before[name], value)
            ),
            *(_Row("lost", path, _format(resolve_pointer(self.before, path))) for path in self.lost),
            *(_Row("added", name, _format(value)) for name, value in self.added.items()),
        ]
        width = max((len(format_name(name)) for name in self.names), default=0)
        return [f"  {row.label:<7}  {format_name(row.place):<{width}}  {row.text}" for row in rows]


class _Row(NamedTuple):
    """A line of text; `place` is the name of a param, or a JSON Pointer."""

    label: str
    place: str
    text: str


#: The names and indexes that lead to a value.
_Parts: TypeAlias = tuple[str | int, ...]

#: Characters of a value that a row shows.
_SHOWN_CHARACTERS = 100


def _iter_lost(before: Any, after: Any) -> Iterator[_Parts]:
    if isinstance(before, dict):
        yield from _iter_lost_members(before, after if isinstance(after, dict) else {})
    elif isinstance(before, list):
        yield from _iter_lost_elements(before, after if isinstance(after, list) else [])


def _iter_lost_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Parts]:
    for name, value in before.items():
        if name not in after:
            yield (name,)
        else:
            yield from ((name, *parts) for parts in _iter_lost(value, after[name]))


def _iter_lost_elements(before: Sequence[Any], after: Sequence[Any]) -> Iterator[_Parts]:
    matches = _Matches.between(before, after)
    for index in matches.removed:
        if index in matches.edited:
            yield from ((index, *parts) for parts in _iter_lost(before[index], after[index]))
        else:
            yield (index,)


class _Matches(NamedTuple):
    """The elements of two arrays that equal no element of the other array, by index.

    Where both have an object, or both an array, at the same index, it counts as
    edited.
    """

    removed: list[int]
    added: list[int]
    edited: set[int]

    @classmethod
    def between(cls, before: Sequence[Any], after: Sequence[Any]) -> _Matches:
        removed, added = _find_unmatched(before, after), _find_unmatched(after, before)
        common = set(removed) & set(added)
        return cls(removed, added, {index for index in common if _are_alike(before[index], after[index])})


def _find_unmatched(elements: Sequence[Any], others: Sequence[Any]) -> list[int]:
    unused = Counter(map(equality_key, others))
    unmatched = []
    for index, element in enumerate(elements):
        if unused[equality_key(element)] > 0:
            unused[equality_key(element)] -= 1
        else:
            unmatched.append(index)
    return unmatched


def _are_alike(before: Any, after: Any) -> bool:
    """Return whether both are objects or both are arrays."""
    return any(isinstance(before, container) and isinstance(after, container) for container in (dict, list))


def _iter_changed_rows(place: str, before: Any, after: Any) -> Iterator[_Row]:
    """Yield the row of a changed value, or the rows inside it where it is too long."""
    if _is_long(before) or _is_long(after):
        if _are_alike(before, after):
            yield _Row("changed", place, "inside:")
            yield from _iter_inner_rows((place,), before, after)
            return
        if isinstance(before, str) and isinstance(after, str):
            yield _Row("changed", place, " -> ".join(_format_from_difference(before, after)))
            return
    yield _Row("changed", place, f"{_format(before)} -> {_format(after)}")


def _iter_inner_rows(parts: _Parts, before: Any, after: Any) -> Iterator[_Row]:
    """Yield the rows of changes and additions inside; `Diff.lost` has the losses."""
    common: list[Any]
    added: list[Any]
    if isinstance(before, dict):
        common = [name for name in before if name in after]
        added = [name for name in after if name not in before]
    else:
        matches = _Matches.between(before, after)
        common = sorted(matches.edited)
        added = [index for index in matches.added if index not in matches.edited]
    for part in common:
        if _are_alike(before[part], after[part]):
            yield from _iter_inner_rows((*parts, part), before[part], after[part])
        elif not same(before[part], after[part]):
            yield from _iter_changed_rows(join_pointer(*parts, part), before[part], after[part])
    for part in added:
        yield _Row("added", join_pointer(*parts, part), _format(after[part]))


def _format_from_difference(before: str, after: str) -> tuple[str, str]:
    """Return two long texts, each from shortly before their first difference."""
    pairs = enumerate(zip(before, after, strict=False))
    differ_at = next((index for index, (x, y) in pairs if x != y), min(len(before), len(after)))
    start = max(0, differ_at - _SHOWN_CHARACTERS // 3)
    ellipsis = "..." if start else ""
    return ellipsis + _format(before[start:]), ellipsis + _format(after[start:])


def _format(value: Any) -> str:
    return format_value(value, limit=_SHOWN_CHARACTERS)


def _is_long(value: Any) -> bool:
    return _format(value) != format_value(value)
