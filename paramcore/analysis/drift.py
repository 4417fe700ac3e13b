"""Whether a project that somebody keeps is still the one that the service holds."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.analysis.conflicts import find_overwritten_params
from paramcore.analysis.diff import Diff
from paramcore.model.project import Project
from paramcore.text import format_name, format_value
from paramcore.values.frozen import same

__all__ = ["Drift", "DriftState"]

#: How two histories of one project stand to each other.
DriftState: TypeAlias = Literal["in sync", "local ahead", "remote ahead", "both moved"]


@frozen
class Drift:
    """
    Two histories of one project, compared by the params of their versions; made by `Drift.between`.

    `common` is the number of versions, from the first on, that hold the same.
    """

    local: Project
    remote: Project
    common: int

    @classmethod
    def between(cls, local: Project, remote: Project) -> Drift:
        """Compare the history that somebody keeps with the service's."""
        pairs = zip(local.versions, remote.versions, strict=False)
        common = 0
        for one, two in pairs:
            if not same(one.params, two.params):
                break
            common += 1
        return cls(local, remote, common)

    @property
    def state(self) -> DriftState:
        """How they stand to each other."""
        here, there = len(self.local.versions) > self.common, len(self.remote.versions) > self.common
        if here and there:
            return "both moved"
        return "local ahead" if here else "remote ahead" if there else "in sync"

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The params that both changed since, to different values."""
        before = self.local.versions[self.common - 1].params if self.common else {}
        merged = Diff.between(before, self.local.params).applied_to(self.remote.params)
        return find_overwritten_params(before, self.remote.params, merged)

    def to_json(self) -> dict[str, Any]:
        """Return `project state common local remote conflicts`, the versions as numbers of them."""
        return {
            "project": self.local.name,
            "state": self.state,
            "common": self.common,
            "local": len(self.local.versions),
            "remote": len(self.remote.versions),
            "conflicts": list(self.conflicts),
        }

    def __str__(self) -> str:
        name = format_value(self.local.name)
        here, there = len(self.local.versions) - self.common, len(self.remote.versions) - self.common
        if self.state == "in sync":
            return f"{name}: in sync, {_versions(self.common)}"
        if self.state == "both moved":
            names = ", ".join(format_name(one) for one in self.conflicts)
            verdict = f"in conflict on {names}" if names else "without overlap"
            return f"{name}: both moved, {_versions(here)} here and {_versions(there)} there, {verdict}"
        return f"{name}: {self.state} by {_versions(here or there)}"


def _versions(count: int) -> str:
    return f"{count} version{'' if count == 1 else 's'}"
