"""What an update of a project would do, drops first, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from paramcore.diff import Diff
from paramcore.project import Project
from paramcore.updates import Patch, Replace, Update
from paramcore.values import shown, thaw

__all__ = ["Plan"]


@frozen
class Plan:
    """
    An update of a project, looked at before it is sent; made by `Plan.of`.

    What it shows is what it sends: `after` is what `project.update(update)`
    holds, and `request` is the body that asks for it.
    """

    project: Project
    update: Update
    after: Mapping[str, Any]

    @classmethod
    def of(cls, project: Project, update: Update) -> Plan:
        """
        Plan one update.

        Raises:
            InvalidSetting: `update_type`.

        """
        return cls(project, update, project.update(update).params)

    @property
    def before(self) -> Mapping[str, Any]:
        """The project's latest params."""
        return self.project.params

    @property
    def diff(self) -> Diff:
        """What differs between `before` and `after`."""
        return Diff.between(self.before, self.after)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The params that the API would drop without a word (U2)."""
        return tuple(self.diff.removed)

    @property
    def needs_consent(self) -> bool:
        """Whether somebody should say yes first: the update drops params."""
        return bool(self.dropped)

    @property
    def request(self) -> Mapping[str, Any]:
        """The exact body of the setParams request."""
        return self.update.body

    @property
    def keeping(self) -> Patch:
        """The patch that sets the same params and drops none."""
        return Patch(self.update.params)

    def to_json(self) -> dict[str, Any]:
        """Return `project version before after dropped diff request needs_consent`."""
        return {
            "project": self.project.name,
            "version": len(self.project.versions),
            "before": thaw(self.before),
            "after": thaw(self.after),
            "dropped": list(self.dropped),
            "diff": self.diff.to_json(),
            "request": thaw(self.request),
            "needs_consent": self.needs_consent,
        }

    def __str__(self) -> str:
        return "\n".join([self._headline(), *self.diff.rows(removed="dropped"), *self._summary()])

    def _headline(self) -> str:
        number = len(self.project.versions)
        since = f"version {number - 1} -> {number}" if number else "version 0, its first"
        verb = "replace, which drops what it does not name" if isinstance(self.update, Replace) else "patch"
        return f"update of {shown(self.project.name)}: {since}, by {verb}"

    def _summary(self) -> list[str]:
        diff = self.diff
        counts = (
            f"{len(self.dropped)} dropped, {len(diff.changed)} changed, {len(diff.added)} added, {len(diff.kept)} kept"
        )
        if not self.needs_consent:
            return [counts]
        if not self.update.params:
            return [counts, "it names no param at all, so it drops them all"]
        return [counts, f"to keep them, send {shown(self.keeping.body)}"]
