"""What an update of a project would do, drops first, before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from paramcore.analysis.conflicts import find_overwritten_params
from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidSetting
from paramcore.model.project import Project
from paramcore.model.updates import Patch, Replace, Update
from paramcore.text import format_name, format_value
from paramcore.values.frozen import thaw

__all__ = ["Moved", "Plan"]


@frozen
class Plan:
    """
    An update of a project, looked at before it is sent; made by `Plan.of` or `Plan.to`.

    What it shows is what it sends: `after` is what `project.update(update)`
    holds, and `request` is the body that asks for it.  `update` and `request`
    are `None` where there is nothing to do.
    """

    project: Project
    update: Update | None
    after: Mapping[str, Any]

    @classmethod
    def of(cls, project: Project, update: Update) -> Plan:
        """
        Plan one update.

        Raises:
            InvalidSetting: `update_type`.

        """
        return cls(project, update, project.update(update).params)

    @classmethod
    def to(cls, project: Project, wanted: Mapping[str, Any]) -> Plan:
        """
        Plan the smallest update after which the project holds just the `wanted` params.

        That is none where it holds them already, a patch with exactly the params
        that differ, or a replace where a param must go, since no patch can
        remove one (U3).

        Raises:
            InvalidParams, NotJSON: for what a project cannot hold.

        """
        diff = Diff.between(project.params, Replace(wanted).params)
        if not diff:
            return cls(project, None, project.params)
        if diff.removed:
            return cls.of(project, Replace(diff.after))
        return cls.of(project, Patch({**diff.changed, **diff.added}))

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
    def request(self) -> Mapping[str, Any] | None:
        """The exact body of the setParams request."""
        return None if self.update is None else self.update.body

    @property
    def keeping(self) -> Patch:
        """The smallest patch that makes the same changes and drops none."""
        diff = self.diff
        return Patch({**diff.changed, **diff.added})

    def on(self, now: Project) -> Moved:
        """
        Say whether the plan still means the same on a history that has moved on since.

        Raises:
            InvalidSetting: `history_moved` where `now` is no later state of the
                project that was planned on.

        """
        known = len(self.project.versions)
        if now.name != self.project.name or now.versions[:known] != self.project.versions:
            found = f"a history of {format_value(now.name)} that does not go on from version {known - 1} as it was planned on"
            raise InvalidSetting("history_moved", "/param_history", found, "the same history, or a later state of it")
        ours = self.after if self.update is None else self.update.applied_to(now.params)
        return Moved(self, now, find_overwritten_params(self.before, now.params, ours))

    def to_json(self) -> dict[str, Any]:
        """Return `project version before after dropped diff request needs_consent`."""
        return {
            "project": self.project.name,
            "version": None if self.update is None else len(self.project.versions),
            "before": thaw(self.before),
            "after": thaw(self.after),
            "dropped": list(self.dropped),
            "diff": self.diff.to_json(),
            "request": thaw(self.request),
            "needs_consent": self.needs_consent,
        }

    def __str__(self) -> str:
        if self.update is None:
            return f"nothing to do: {format_value(self.project.name)} holds just these params"
        return "\n".join([self._headline(), *self.diff.rows(removed="dropped"), *self._summary()])

    def _headline(self) -> str:
        number = len(self.project.versions)
        since = f"version {number - 1} -> {number}" if number else "version 0, its first"
        verb = "replace, which drops what it does not name" if isinstance(self.update, Replace) else "patch"
        return f"update of {format_value(self.project.name)}: {since}, by {verb}"

    def _summary(self) -> list[str]:
        diff = self.diff
        counts = (
            f"{len(self.dropped)} dropped, {len(diff.changed)} changed, {len(diff.added)} added, {len(diff.kept)} kept"
        )
        if not self.needs_consent:
            return [counts]
        if not self.after:
            return [counts, "it names no param at all, so it drops them all"]
        if not self.keeping.params:
            return [counts, "only a replace can drop them, and it does nothing else"]
        return [counts, f"only a replace can drop them; to keep them, send {format_value(self.keeping.body)}"]


@frozen
class Moved:
    """
    A plan, held against a later state of its project; made by `Plan.on`.

    Without `conflicts` everything that was changed since stays, and the plan's
    own changes are made as planned.  Each of `conflicts` was changed by somebody
    else, and the update would undo that.
    """

    plan: Plan
    now: Project
    conflicts: tuple[str, ...]

    @property
    def since(self) -> tuple[int, ...]:
        """The numbers of the versions made since."""
        return tuple(range(len(self.plan.project.versions), len(self.now.versions)))

    @property
    def means_the_same(self) -> bool:
        """Whether nothing conflicts."""
        return not self.conflicts

    def to_json(self) -> dict[str, Any]:
        """Return `since conflicts`."""
        return {"since": list(self.since), "conflicts": list(self.conflicts)}

    def __str__(self) -> str:
        if not self.since:
            return "the history has not moved"
        versions = ", ".join(map(str, self.since))
        moved = f"the history has moved on (version{'s' if len(self.since) > 1 else ''} {versions})"
        if self.means_the_same:
            return f"{moved}, and the plan still means the same"
        names = ", ".join(format_name(name) for name in self.conflicts)
        return f"{moved}, and the plan would undo what was done to: {names}"
