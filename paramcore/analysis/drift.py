"""Compare a local copy of a project with the project in the service."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.analysis.diff import Diff, find_overwritten_params
from paramcore.model import Project
from paramcore.text import NotebookReprs, format_count, format_name, format_repr, format_value
from paramcore.values import same

#: Which history has versions that the other history lacks.  If the types differ, the state is always `other type`.
DriftState: TypeAlias = Literal["in sync", "local ahead", "remote ahead", "both moved", "other type"]


@frozen
class Drift(NotebookReprs):
    """A comparison of two histories of a project, by the params of their versions.

    `common` is the number of equal versions at the start of both histories.

    Example:
        >>> local = Project("docks", type="imageannotation", params={"padding": 3})
        >>> Drift.between(local, local.patch_params({"padding": 4})).state
        'remote ahead'
    """

    local: Project
    remote: Project
    common: int

    @classmethod
    def between(cls, local: Project, remote: Project) -> Drift:
        """Compare a local project with the same project in the service."""
        common = 0
        for ours, theirs in zip(local.versions, remote.versions, strict=False):
            if not same(ours.params, theirs.params):
                break
            common += 1
        return cls(local, remote, common)

    @property
    def state(self) -> DriftState:
        """The result of the comparison: which history is ahead, or `other type` if the types differ."""
        # An update cannot change a project's type. So if the types differ, the two are different projects.
        if self.local.type != self.remote.type:
            return "other type"
        local_ahead, remote_ahead = len(self.local.versions) > self.common, len(self.remote.versions) > self.common
        if local_ahead and remote_ahead:
            return "both moved"
        return "local ahead" if local_ahead else "remote ahead" if remote_ahead else "in sync"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The names of the params that both histories changed differently after the common versions."""
        before = self.local.versions[self.common - 1].params if self.common else {}
        merged = Diff.between(before, self.local.params).applied_to(self.remote.params)
        return find_overwritten_params(before, self.remote.params, merged)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `project`, `state`, `common`, `local`, `remote` and `conflicts`.
        `common`, `local` and `remote` count versions.
        """
        return {
            "project": self.local.name,
            "state": self.state,
            "common": self.common,
            "local": len(self.local.versions),
            "remote": len(self.remote.versions),
            "conflicts": list(self.conflicts),
        }

    def __repr__(self) -> str:
        return f"<Drift of {format_repr(self.local.name)}: {self.state}>"

    def __str__(self) -> str:
        name = format_value(self.local.name)
        ours, theirs = len(self.local.versions) - self.common, len(self.remote.versions) - self.common
        if self.state == "other type":
            types = f"{format_value(self.local.type)} locally and {format_value(self.remote.type)} in the service"
            return f"{name}: other type, {types}"
        if self.state == "in sync":
            return f"{name}: in sync, {format_count(self.common, 'version')}"
        if self.state == "both moved":
            names = ", ".join(format_name(conflict) for conflict in self.conflicts)
            verdict = f"conflicts: {names}" if names else "no conflicts"
            here, there = format_count(ours, "new version"), format_count(theirs, "new version")
            return f"{name}: both moved, {here} locally and {there} in the service; {verdict}"
        return f"{name}: {self.state} by {format_count(ours or theirs, 'version')}"
