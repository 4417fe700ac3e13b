"""What differs between two params objects, param by param, by JSON equality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from attrs import field, frozen

from paramcore.text import format_name, format_value
from paramcore.values.frozen import JSONObject, equality_key, same, thaw, wrap_frozen
from paramcore.values.params import freeze_params
from paramcore.values.pointer import join_pointer, resolve_pointer

__all__ = ["Diff"]


@frozen
class Diff:
    """
    The params that differ between `before` and `after`; made by `Diff.between`.

    `1` and `1.0` are one number, `True` and `1` are two values, and the order of
    members does not matter.
    """

    before: Mapping[str, Any] = field(converter=freeze_params)
    after: Mapping[str, Any] = field(converter=freeze_params)

    @classmethod
    def between(cls, before: Mapping[str, Any], after: Mapping[str, Any]) -> Diff:
        """
        Compare two params objects.

        Raises:
            InvalidParams, NotJSON: for what are no params.

        """
        return cls(before, after)

    @property
    def added(self) -> Mapping[str, Any]:
        """The params that only `after` has, by name."""
        return wrap_frozen({name: value for name, value in self.after.items() if name not in self.before})

    @property
    def removed(self) -> Mapping[str, Any]:
        """The params that only `before` has, by name."""
        return wrap_frozen({name: value for name, value in self.before.items() if name not in self.after})

    @property
    def changed(self) -> Mapping[str, Any]:
        """The params of both that differ, by name, with the values of `after`; `to_json` says both."""
        both = (name for name in self.before if name in self.after)
        return wrap_frozen({name: self.after[name] for name in both if not same(self.before[name], self.after[name])})

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the params that stay as they are."""
        return tuple(name for name in self.before if name in self.after and same(self.before[name], self.after[name]))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all params that differ: removed, changed, added."""
        return (*self.removed, *self.changed, *self.added)

    @property
    def lost(self) -> tuple[str, ...]:
        """
        What is lost inside objects and arrays that are replaced whole, as JSON Pointers into `before`.

        A member is lost that `after` no longer has in its place, an element that
        is equal to none that is left; elements that stand in the same place and
        differ are looked into.  What only changes its value is not lost.
        """
        return tuple(
            join_pointer(name, *parts) for name in self.changed for parts in _lost(self.before[name], self.after[name])
        )

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return `params` with this difference made to it: `before` becomes `after`."""
        kept = {name: value for name, value in freeze_params(params).items() if name not in self.removed}
        return wrap_frozen({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return `added`, `removed` (values by name), `changed` (`before` and `after` by name), `lost` (pointers)."""
        changed = {
            name: {"before": thaw(self.before[name]), "after": thaw(value)} for name, value in self.changed.items()
        }
        return {"added": thaw(self.added), "removed": thaw(self.removed), "changed": changed, "lost": list(self.lost)}

    def __str__(self) -> str:
        rows = self.rows(removed="removed")
        return "\n".join(rows) if rows else "nothing differs"

    def rows(self, *, removed: str) -> list[str]:
        """Return a line of text per param that differs, those that go first, called by the word `removed`."""
        several = [
            *((removed, name, _shown(value)) for name, value in self.removed.items()),
            *(row for name, value in self.changed.items() for row in _changed(name, self.before[name], value)),
            *(("lost", path, _shown(resolve_pointer(self.before, path))) for path in self.lost),
            *(("added", name, _shown(value)) for name, value in self.added.items()),
        ]
        width = max((len(format_name(name)) for name in self.names), default=0)
        return [f"  {word:<7}  {format_name(name):<{width}}  {text}" for word, name, text in several]


#: The names and indexes that lead into a value.
_Way: TypeAlias = tuple[str | int, ...]

#: Characters of a value that are shown.
_MOST = 100


def _lost(before: Any, after: Any) -> Iterator[_Way]:
    if isinstance(before, dict):
        yield from _lost_members(before, after if isinstance(after, dict) else {})
    elif isinstance(before, list):
        yield from _lost_elements(before, after if isinstance(after, list) else [])


def _lost_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[_Way]:
    for name, value in before.items():
        if name not in after:
            yield (name,)
        else:
            yield from ((name, *way) for way in _lost(value, after[name]))


def _lost_elements(before: Sequence[Any], after: Sequence[Any]) -> Iterator[_Way]:
    gone, _came, edited = _matched(before, after)
    for index in gone:
        if index in edited:
            yield from ((index, *way) for way in _lost(before[index], after[index]))
        else:
            yield (index,)


def _matched(before: Sequence[Any], after: Sequence[Any]) -> tuple[list[int], list[int], set[int]]:
    """Return which elements are equal to none of the other array, in either, and which of these are the same one, edited."""
    gone, came = _without_twin(before, after), _without_twin(after, before)
    # Where both have an object, or an array, in one place, it is the same one, edited.
    return gone, came, {index for index in gone if index in came and _alike(before[index], after[index])}


def _without_twin(some: Sequence[Any], others: Sequence[Any]) -> list[int]:
    left = Counter(map(equality_key, others))
    alone = []
    for index, element in enumerate(some):
        if left[equality_key(element)] > 0:
            left[equality_key(element)] -= 1
        else:
            alone.append(index)
    return alone


def _alike(one: Any, two: Any) -> bool:
    return any(isinstance(one, kind) and isinstance(two, kind) for kind in (dict, list))


def _changed(name: str, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of one param: its values, or where they are too long to be shown, what differs inside."""
    if _is_cut(before) or _is_cut(after):
        if _alike(before, after):
            yield "changed", name, "inside:"
            yield from _inside((name,), before, after)
            return
        if isinstance(before, str) and isinstance(after, str):
            yield "changed", name, " -> ".join(_windows(before, after))
            return
    yield "changed", name, f"{_shown(before)} -> {_shown(after)}"


def _inside(way: _Way, before: Any, after: Any) -> Iterator[tuple[str, str, str]]:
    """Yield the rows of what is changed or added inside; what is lost is told of the param as a whole."""
    if isinstance(before, dict):
        both = [name for name in before if name in after]
        came: list[Any] = [name for name in after if name not in before]
    else:
        _gone, came, edited = _matched(before, after)
        both = sorted(edited)
        came = [index for index in came if index not in edited]
    for place in both:
        if _alike(before[place], after[place]):
            yield from _inside((*way, place), before[place], after[place])
        elif not same(before[place], after[place]):
            yield from _changed(join_pointer(*way, place), before[place], after[place])
    for place in came:
        yield "added", join_pointer(*way, place), _shown(after[place])


def _windows(one: str, two: str) -> tuple[str, str]:
    """Show two long texts from shortly before the place where they begin to differ."""
    pairs = enumerate(zip(one, two, strict=False))
    differ_at = next((index for index, (x, y) in pairs if x != y), min(len(one), len(two)))
    start = max(0, differ_at - _MOST // 3)
    before = "..." if start else ""
    return before + _shown(one[start:]), before + _shown(two[start:])


def _shown(value: Any) -> str:
    return format_value(value, limit=_MOST)


def _is_cut(value: Any) -> bool:
    return _shown(value) != format_value(value)
