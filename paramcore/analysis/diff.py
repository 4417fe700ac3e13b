"""Compare two params objects by JSON equality."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from paramcore.analysis.changes import CHANGE_ORDER, Change, iter_changes
from paramcore.text import ROW_LIMIT, NotebookReprs, format_name, format_value
from paramcore.text.rows import Label, Line, Piece, Row, Table, format_pieces
from paramcore.values import JSONObject, freeze_params, same, thaw, wrap_frozen


@frozen
class Diff(NotebookReprs):
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
    def changes(self) -> tuple[Change, ...]:
        """Every change, down to single values: removed, lost, changed, moved, then added.

        Example:
            >>> diff = Diff.between({"box": {"min": 1, "max": 9}, "b": 1}, {"box": {"min": 2}})
            >>> [(change.kind, change.pointer) for change in diff.changes]
            [('removed', '/b'), ('lost', '/box/max'), ('changed', '/box/min')]
        """
        return tuple(sorted(iter_changes(self.before, self.after), key=lambda change: CHANGE_ORDER[change.kind]))

    @property
    def lost(self) -> tuple[str, ...]:
        """JSON Pointers to the members and elements of `before` that are lost inside changed params.

        A member of an object is lost if the new object has no member with this name.  An
        element of an array is lost if the new array has no counterpart of it.  Counterparts are:

        - an equal element
        - for an object: the object with the same identifying member, such as `"name": "car"`
        - for an object: an object at the same index
        - for an array: an array at the same index

        An element of the new array is the counterpart of at most one element.

        A changed value is not lost.  But if a value of another type replaces an object or
        array, all its members or elements are lost.
        """
        return tuple(change.pointer for change in iter_changes(self.before, self.after) if change.kind == "lost")

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Apply the changes to `params`; `diff.applied_to(diff.before)` equals `diff.after`."""
        removed = self.removed
        kept = {name: value for name, value in freeze_params(params).items() if name not in removed}
        return wrap_frozen({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `added`, `removed`, `changed`, `lost` and `changes`.

        `added` and `removed` map names to values.  `changed` maps each name to
        `{"before": ..., "after": ...}`.  `lost` is a list of JSON Pointers.  `changes`
        lists each `Change`.
        """
        changed = {
            name: {"before": thaw(self.before[name]), "after": thaw(value)} for name, value in self.changed.items()
        }
        return {
            "added": thaw(self.added),
            "removed": thaw(self.removed),
            "changed": changed,
            "lost": list(self.lost),
            "changes": [change.to_json() for change in self.changes],
        }

    def __repr__(self) -> str:
        counts = f"{len(self.removed)} removed, {len(self.changed)} changed, {len(self.added)} added"
        return f"<Diff: {counts}, {len(self.kept)} kept>"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def list_pieces(self) -> list[Piece]:
        """Return the pieces of `str()`."""
        return [self.make_table(removed="removed")] if self else [Line("nothing differs")]

    def make_table(self, *, removed: str) -> Table:
        """Return a table with a row for each differing param and each lost value.

        `removed` is the label of removed params.
        """
        by_param: dict[str, list[Change]] = {}
        for change in iter_changes(self.before, self.after):
            by_param.setdefault(change.param, []).append(change)
        lost = [change for name in self.changed for change in by_param[name] if change.kind == "lost"]
        rows = [
            *(Row((Label(removed), format_name(name)), (value,)) for name, value in self.removed.items()),
            *(_make_row(name, self.before[name], value, by_param[name]) for name, value in self.changed.items()),
            *(_make_change_row(change) for change in lost),
            *(Row((Label("added"), format_name(name)), (value,)) for name, value in self.added.items()),
        ]
        width = max((len(format_name(name)) for name in self.names), default=0)
        return Table(tuple(rows), (7, width))


def find_overwritten_params(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the names of the params that another writer changed and that an update overwrites.

    `base` are the params before both updates.  `theirs` are the params after the
    other writer's update.  `ours` are the params after our update of `theirs`.

    Raises:
        InvalidParams, NotJSON: if an argument is not a params object.

    Example:
        >>> find_overwritten_params({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 2})
        ('a',)
    """
    overwritten = set(Diff.between(theirs, ours).names)
    return tuple(name for name in Diff.between(base, theirs).names if name in overwritten)


def _make_row(name: str, before: Any, after: Any, changes: Sequence[Change]) -> Row:
    """Return the row of a changed param.

    Its inner rows show what changed, moved or was added inside the value.  The text of a
    diff shows the inner rows in place of a long value.  `make_table` adds a row for each
    lost value.
    """
    is_nested = all(len(change.parts) > 1 or change.kind == "moved" for change in changes)
    inside = (_make_change_row(change) for change in changes if change.kind != "lost")
    return Row((Label("changed"), format_name(name)), (before, after), inside=tuple(inside) if is_nested else None)


def _make_change_row(change: Change) -> Row:
    cells = Label(change.kind), format_name(change.pointer)
    if change.kind == "moved":
        return Row(cells, text="its elements have another order")
    values = {"changed": (change.before, change.after), "lost": (change.before,), "added": (change.after,)}[change.kind]
    return Row(cells, values, value_note=_format_identity(change, values))


def _format_identity(change: Change, values: Iterable[Any]) -> str:
    """Format the member that identifies the array element of a change, as in `(name "car")`.

    Return `""` if there is no such member, or if the row already shows the member.
    """
    if change.identity is None:
        return ""
    name, value = change.identity
    if change.parts[-1] == name or any(isinstance(shown, dict) and shown.get(name) == value for shown in values):
        return ""
    return f"({format_name(name)} {format_value(value, limit=ROW_LIMIT)})"
