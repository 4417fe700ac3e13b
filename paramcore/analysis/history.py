"""
What a project's history tells: what each version changed, and since when each value holds.

A history holds snapshots, not updates: that a version was made by a replace is
certain only where something was dropped, and nothing more is claimed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidParams
from paramcore.model.project import Project
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value, format_name, format_value
from paramcore.values.frozen import equality_key, same, thaw, wrap_frozen

__all__ = ["TWIN_SECONDS", "History", "Lifetime", "Step"]

#: A version equal to the one before and at most this much younger is probably a retried request (E8).
TWIN_SECONDS = 60


@frozen
class Step:
    """
    One version, seen from the one before it.

    `returns` names the params that came back to a value that they had before
    the last one, with the version that had it last.
    """

    version: ParamVersion
    diff: Diff
    returns: Mapping[str, int]
    seconds: float | None

    @property
    def must_be_replace(self) -> bool:
        """Whether only a replace can have made it: a patch cannot drop a param (U3)."""
        return bool(self.diff.removed)

    @property
    def restated(self) -> tuple[str, ...]:
        """The params that were certainly sent again with the value that they had: what a replace kept."""
        return self.diff.kept if self.must_be_replace else ()

    @property
    def is_noop(self) -> bool:
        """Whether nothing differs from the version before."""
        return self.version.number > 0 and not self.diff

    @property
    def is_probable_twin(self) -> bool:
        """Whether it looks like the same request, sent twice (E8): equal params, seconds apart."""
        return self.is_noop and self.seconds is not None and 0 <= self.seconds <= TWIN_SECONDS

    def to_json(self) -> dict[str, Any]:
        """Return the step as plain JSON."""
        return {
            "version": self.version.number,
            "created_at": self.version.created_at,
            **self.diff.to_json(),
            "must_be_replace": self.must_be_replace,
            "restated": list(self.restated),
            "noop": self.is_noop,
            "probable_twin": self.is_probable_twin,
            "returns": dict(self.returns),
        }

    def __str__(self) -> str:
        at = f"  {format_name(self.version.created_at)}" if self.version.created_at else ""
        return "\n".join([f"version {self.version.number}{at}  {self._kind()}", *self._rows()])

    def _kind(self) -> str:
        if self.version.number == 0:
            return "the first"
        if self.is_probable_twin:
            return f"changes nothing, {self.seconds:.0f} s after the one before: probably one request, sent twice"
        if self.is_noop:
            return "changes nothing"
        return "by replace, for it dropped params" if self.must_be_replace else "by patch or by replace"

    def _rows(self) -> Iterator[str]:
        yield from self.diff.format_rows(removed="dropped")
        for name, number in self.returns.items():
            yield f"  returns  {format_name(name)} to what it was in version {number}"


@frozen
class Lifetime:
    """
    Versions in a row in which a param has one value, or is not set.

    Both numbers are the first and the last of them.
    """

    first: int
    last: int
    is_set: bool
    value: Any = field(eq=equality_key)

    def to_json(self) -> dict[str, Any]:
        """Return `first last set`, and `value` where it is set."""
        value = {"value": thaw(self.value)} if self.is_set else {}
        return {"first": self.first, "last": self.last, "set": self.is_set, **value}


@frozen
class History:
    """The versions of a project as steps; made by `History.of`."""

    project: Project
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, project: Project) -> History:
        """Read the history of a project."""
        return cls(project, tuple(_steps(project.versions)))

    def lifetimes(self, param: str) -> tuple[Lifetime, ...]:
        """
        Return since when to when a param had which value, oldest first, the gaps included.

        Raises:
            InvalidParams: `param_name` for what is no text.

        """
        if type(param) is not str:
            raise InvalidParams("param_name", None, describe_value(param), "the name of a param, as text")
        lives: list[Lifetime] = []
        for version in self.project.versions:
            is_set, value = param in version.params, version.params.get(param)
            if lives and lives[-1].is_set == is_set and same(lives[-1].value, value):
                lives[-1] = Lifetime(lives[-1].first, version.number, is_set, value)
            else:
                lives.append(Lifetime(version.number, version.number, is_set, value))
        return tuple(lives)

    def format_lifetimes(self, param: str) -> str:
        """Return the lifetimes of a param as text."""
        lives = self.lifetimes(param)
        spans = [str(one.first) if one.first == one.last else f"{one.first}-{one.last}" for one in lives]
        width = max(map(len, spans), default=0)
        rows = [
            f"  {span:<{width}}  {format_value(one.value, limit=100) if one.is_set else 'not set'}"
            for span, one in zip(spans, lives, strict=True)
        ]
        return "\n".join([format_name(param), *rows])

    def to_json(self) -> dict[str, Any]:
        """Return `project` and `versions`."""
        return {"project": self.project.name, "versions": [step.to_json() for step in self.steps]}

    def __str__(self) -> str:
        name = format_value(self.project.name)
        if not self.steps:
            return f"{name} has no versions yet"
        count = len(self.steps)
        headline = f"{name}: {count} version{'s' if count > 1 else ''}"
        return "\n\n".join([headline, *map(str, self.steps)])


def _steps(versions: tuple[ParamVersion, ...]) -> Iterator[Step]:
    # Per param, the values that it had, each with the version that had it last: what a value can return to.
    had: dict[str, list[tuple[Any, int]]] = {}
    before: ParamVersion | None = None
    for version in versions:
        diff = Diff.between(before.params if before else {}, version.params)
        yield Step(version, diff, wrap_frozen(_returns(diff, had)), _seconds_between(before, version))
        _remember(version, had)
        before = version


def _returns(diff: Diff, had: dict[str, list[tuple[Any, int]]]) -> dict[str, int]:
    back = {}
    for name, value in {**diff.changed, **diff.added}.items():
        older = [number for old, number in had.get(name, ()) if same(old, value)]
        if older:
            back[name] = older[0]
    return back


def _remember(version: ParamVersion, had: dict[str, list[tuple[Any, int]]]) -> None:
    for name, value in version.params.items():
        others = [(old, number) for old, number in had.get(name, ()) if not same(old, value)]
        had[name] = [*others, (value, version.number)]


_TIME = re.compile(
    r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d):([0-5]\d(?:\.\d+)?)Z", re.ASCII
)


def _seconds_between(before: ParamVersion | None, after: ParamVersion) -> float | None:
    """Return how much later a version was made; `None` where the times are not both in the service's form (P7)."""
    earlier = _seconds(before.created_at) if before else None
    later = _seconds(after.created_at)
    return None if earlier is None or later is None else round(later - earlier, 3)


def _seconds(created_at: str | None) -> float | None:
    match = _TIME.fullmatch(created_at or "")
    if match is None:
        return None
    year, month, day, hour, minute = map(int, match.groups()[:5])
    # Days since a fixed one, by the calendar's own rule: a year that begins in March ends with its leap day.
    shifted, march = (year, month - 3) if month > 2 else (year - 1, month + 9)
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * march + 2) // 5 + day
    return ((days * 24 + hour) * 60 + minute) * 60 + float(match[6])
