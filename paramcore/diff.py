"""What differs between two params objects, param by param, by JSON equality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from paramcore.values import JSONObject, as_key, freeze_params, pointer, same, sealed, shown, thaw, value_at

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
        return sealed({name: value for name, value in self.after.items() if name not in self.before})

    @property
    def removed(self) -> Mapping[str, Any]:
        """The params that only `before` has, by name."""
        return sealed({name: value for name, value in self.before.items() if name not in self.after})

    @property
    def changed(self) -> Mapping[str, Any]:
        """The values that params of both have in `after` where they differ, by name."""
        both = (name for name in self.before if name in self.after)
        return sealed({name: self.after[name] for name in both if not same(self.before[name], self.after[name])})

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
            pointer(name, *parts) for name in self.changed for parts in _lost(self.before[name], self.after[name])
        )

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return `params` with this difference made to it: `before` becomes `after`."""
        kept = {name: value for name, value in freeze_params(params).items() if name not in self.removed}
        return sealed({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return `added`, `removed` (values by name), `changed` (`before` and `after` by name), `lost` (pointers)."""
        changed = {
            name: {"before": thaw(self.before[name]), "after": thaw(value)} for name, value in self.changed.items()
        }
        return {"added": thaw(self.added), "removed": thaw(self.removed), "changed": changed, "lost": list(self.lost)}

    def __str__(self) -> str:
        rows = [*self.rows(removed="removed")]
        return "\n".join(rows) if rows else "nothing differs"

    def _nested_rows(self, width: int) -> Iterator[str]:
        for path in self.lost:
            yield f"  {'lost':<7}  {shown(path, quoted=False):<{width}}  {shown(value_at(self.before, path), most=100)}"

    def rows(self, *, removed: str) -> list[str]:
        """Return a line of text per param that differs, those that go first, called by the word `removed`."""
        width = max((len(shown(name, quoted=False)) for name in self.names), default=0)

        def row(word: str, name: str, text: str) -> str:
            return f"  {word:<7}  {shown(name, quoted=False):<{width}}  {text}"

        return [
            *(row(removed, name, shown(value, most=100)) for name, value in self.removed.items()),
            *(
                row("changed", name, f"{shown(self.before[name], most=100)} -> {shown(value, most=100)}")
                for name, value in self.changed.items()
            ),
            *self._nested_rows(width),
            *(row("added", name, shown(value, most=100)) for name, value in self.added.items()),
        ]


def _lost(before: Any, after: Any) -> Iterator[tuple[str | int, ...]]:
    if isinstance(before, dict):
        yield from _lost_members(before, after if isinstance(after, dict) else {})
    elif isinstance(before, list):
        yield from _lost_elements(before, after if isinstance(after, list) else [])


def _lost_members(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str | int, ...]]:
    for name, value in before.items():
        if name not in after:
            yield (name,)
        else:
            yield from ((name, *parts) for parts in _lost(value, after[name]))


def _lost_elements(before: Sequence[Any], after: Sequence[Any]) -> Iterator[tuple[str | int, ...]]:
    left = Counter(map(as_key, after))
    gone = []
    for index, element in enumerate(before):
        if left[as_key(element)] > 0:
            left[as_key(element)] -= 1
        else:
            gone.append(index)
    for index in gone:
        # Where both have an object, or an array, in one place, it is the same one, edited.
        if index < len(after) and left[as_key(after[index])] > 0 and _alike(before[index], after[index]):
            yield from ((index, *parts) for parts in _lost(before[index], after[index]))
        else:
            yield (index,)


def _alike(one: Any, two: Any) -> bool:
    return any(isinstance(one, kind) and isinstance(two, kind) for kind in (dict, list))
