"""Lifelines: for each param, the runs of versions with the same value."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from paramcore.analysis.history import History, Lifetime
from paramcore.text import format_count, format_repr


@frozen(repr=False)
class Lifeline:
    """A param and its lifetimes, newest first.

    The lifetimes cover all versions of the project.
    """

    #: The name of the param.
    param: str
    lifetimes: tuple[Lifetime, ...]

    @property
    def latest(self) -> Lifetime:
        """The lifetime that includes the latest version."""
        return self.lifetimes[0]

    def since(self, version: int) -> tuple[Lifetime, ...]:
        """Return the lifetimes that include `version` or a later version, newest first."""
        return tuple(lifetime for lifetime in self.lifetimes if lifetime.last >= version)

    def __repr__(self) -> str:
        return f"<Lifeline of {format_repr(self.param)}: {format_count(len(self.lifetimes), 'lifetime')}>"


def list_lifelines(history: History) -> tuple[Lifeline, ...]:
    """Return the lifeline of each param that any version sets, most recently changed first.

    If several params last changed in the same version, they keep the order in which they
    first appeared.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3, "with_labels": True})
        >>> for line in list_lifelines(History.of(project.patch_params({"with_labels": False}))):
        ...     print(line.param, [(life.first, life.last, life.value) for life in line.lifetimes])
        with_labels [(1, 1, False), (0, 0, True)]
        padding [(0, 1, 3)]
    """
    starts: dict[str, list[tuple[int, bool, Any]]] = {}
    for step in history.steps:
        number, diff = step.version.number, step.diff
        for name in diff.removed:
            starts[name].append((number, False, None))
        for name, value in {**diff.changed, **diff.added}.items():
            missing = [(0, False, None)] if number else []
            starts.setdefault(name, missing).append((number, True, value))
    lines = [Lifeline(name, _build_lifetimes(runs, len(history.steps))) for name, runs in starts.items()]
    return tuple(sorted(lines, key=lambda line: -line.latest.first))


def _build_lifetimes(starts: list[tuple[int, bool, Any]], end: int) -> tuple[Lifetime, ...]:
    ends = [*(first - 1 for first, _is_set, _value in starts[1:]), end - 1]
    lifetimes = [
        Lifetime(first, last, is_set, value) for (first, is_set, value), last in zip(starts, ends, strict=True)
    ]
    return tuple(reversed(lifetimes))
