"""What differs between two params objects, param by param, by JSON equality."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from paramcore.values import JSONObject, freeze_params, same, sealed, shown, thaw

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

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return len(self.kept) != len(self.before) or len(self.before) != len(self.after)

    def applied_to(self, params: Mapping[str, Any]) -> JSONObject:
        """Return `params` with this difference made to it: `before` becomes `after`."""
        kept = {name: value for name, value in freeze_params(params).items() if name not in self.removed}
        return sealed({**kept, **self.added, **self.changed})

    def to_json(self) -> dict[str, Any]:
        """Return `added` and `removed` (values by name) and `changed` (`before` and `after` by name)."""
        changed = {
            name: {"before": thaw(self.before[name]), "after": thaw(value)} for name, value in self.changed.items()
        }
        return {"added": thaw(self.added), "removed": thaw(self.removed), "changed": changed}

    def __str__(self) -> str:
        rows = [*self.rows(removed="removed")]
        return "\n".join(rows) if rows else "nothing differs"

    def rows(self, *, removed: str) -> list[str]:
        """Return a line of text per param that differs, those that go first, called by the word `removed`."""
        width = max((len(shown(name, quoted=False)) for name in {**self.before, **self.after}), default=0)

        def row(word: str, name: str, text: str) -> str:
            return f"  {word:<7}  {shown(name, quoted=False):<{width}}  {text}"

        return [
            *(row(removed, name, shown(value, most=100)) for name, value in self.removed.items()),
            *(
                row("changed", name, f"{shown(self.before[name], most=100)} -> {shown(value, most=100)}")
                for name, value in self.changed.items()
            ),
            *(row("added", name, shown(value, most=100)) for name, value in self.added.items()),
        ]
