"""Compute the changes of each version and the values of each param.

A history contains the params after each update, but not the update itself.  If a version
lacks a param of the previous version, a replace created this version, because only a replace
drops params.  A patch or a replace may have created any other version after the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from attrs import field, frozen

from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidParams
from paramcore.model import ParamVersion, Project
from paramcore.text import (
    NotebookReprs,
    describe_value,
    format_count,
    format_name,
    format_repr,
    format_value,
    is_long,
)
from paramcore.text.rows import Label, Line, Piece, Row, Table, format_pieces
from paramcore.values import check_argument, equality_key, same_member, thaw, wrap_frozen

#: If a version changes nothing and is at most this many seconds newer than the previous version, a retried request
#: probably created it (E8).
TWIN_SECONDS = 60


@frozen
class Step:
    """A version, compared with the previous version.

    `returns` contains the params whose new value is one that they had before.  It maps each
    name to the number of the last earlier version with this value.  `seconds` is the time
    since the previous version, or `None` if one of the two times is unknown.
    """

    version: ParamVersion
    diff: Diff
    returns: Mapping[str, int]
    seconds: float | None

    @property
    def must_be_replace(self) -> bool:
        """Whether the version drops a param, so only a replace can have created it (U6)."""
        return bool(self.diff.removed)

    @property
    def restated(self) -> tuple[str, ...]:
        """The names of the unchanged params that the update must have sent, because it was a replace.

        Empty if the update may have been a patch.
        """
        return self.diff.kept if self.must_be_replace else ()

    @property
    def is_noop(self) -> bool:
        """Whether the version has the same params as the previous version."""
        return self.version.number > 0 and not self.diff

    @property
    def is_probable_twin(self) -> bool:
        """Whether a retried request probably created the version (E8).

        Such a version changes nothing, and is at most `TWIN_SECONDS` newer than the previous
        version.
        """
        return self.is_noop and self.seconds is not None and 0 <= self.seconds <= TWIN_SECONDS

    @property
    def how(self) -> str:
        """How the version was created, such as `by patch or replace`."""
        if self.version.number == 0:
            return "the first version"
        if self.is_probable_twin:
            return f"changes nothing; created {self.seconds:.0f} s after the previous version, so probably by a retried request"
        if self.is_noop:
            return "changes nothing"
        return "by replace, because it drops params" if self.must_be_replace else "by patch or replace"

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `version`, `created_at`, the keys of `Diff.to_json`,
        `must_be_replace`, `restated`, `noop`, `probable_twin` and `returns`.
        """
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

    def __repr__(self) -> str:
        return f"<Step to version {self.version.number}: {self.diff!r}>"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def list_pieces(self) -> list[Piece]:
        """Return the pieces of `str()`."""
        time = f"  {format_name(self.version.created_at)}" if self.version.created_at else ""
        headline = f"version {self.version.number}{time}  {self.how}"
        returns = (
            Row((Label("returns"),), text=f"{format_name(name)} to its value in version {n}")
            for name, n in self.returns.items()
        )
        return [Line(headline), self.diff.make_table(removed="dropped"), Table(tuple(returns), (7,))]


@frozen
class Lifetime:
    """A run of consecutive versions that have the same value of a param, or that all lack the param.

    `first` and `last` are the numbers of the first and the last version.  `created_at`
    is the time of the first version, or `None` if the time is unknown.  The lifetimes of a
    `Lifeline` have no `created_at`.
    """

    first: int
    last: int
    is_set: bool
    value: Any = field(eq=equality_key, repr=False)
    created_at: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `first`, `last`, `created_at`, `set` and `value` (only if it is set)."""
        value = {"value": thaw(self.value)} if self.is_set else {}
        versions = {"first": self.first, "last": self.last, "created_at": self.created_at}
        return {**versions, "set": self.is_set, **value}

    @property
    def span(self) -> str:
        """The numbers of the versions: `2`, or `2-4`."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


@frozen
class History(NotebookReprs):
    """The versions of a project, each as a `Step`.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3, "with_labels": True})
        >>> for step in History.of(project.replace_params({"padding": 4})).steps:
        ...     print(step.version.number, step.diff.names, step.must_be_replace)
        0 ('padding', 'with_labels') False
        1 ('with_labels', 'padding') True
    """

    project: Project
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, project: Project) -> History:
        """Compare each version of a project with the previous version.

        Raises:
            InvalidSetting: `argument_type`, if `project` is not a `Project`.
        """
        check_argument("project", project, Project)
        return cls(project, tuple(_iter_steps(project.versions)))

    def lifetimes(self, param: str) -> tuple[Lifetime, ...]:
        """Return the runs of versions with the same value of a param, oldest first.

        Consecutive versions that lack the param are a run, too.

        Raises:
            InvalidParams: `param_name`, if `param` is not a string.
        """
        if type(param) is not str:
            problem = f"the name of a param must be a string, got {describe_value(param)}"
            raise InvalidParams("param_name", None, problem, "")
        return tuple(_iter_lifetimes(self.project.versions, param))

    def format_lifetimes(self, param: str) -> str:
        """Format the lifetimes of a param.

        Raises:
            InvalidParams: the errors of `lifetimes`.
        """
        return format_pieces(self.list_lifetime_pieces(param))

    def list_lifetime_pieces(self, param: str) -> list[Piece]:
        """Return the lifetimes of a param as pieces.

        If one of two successive values is too long for a row, a table of their differences
        follows.  Only two texts, two objects or two arrays have such a table.

        Raises:
            InvalidParams: the errors of `lifetimes`.
        """
        lifetimes = self.lifetimes(param)
        times = [format_name(lifetime.created_at or "") for lifetime in lifetimes]
        columns = [[lifetime.span for lifetime in lifetimes], *([times] if any(times) else [])]
        widths = tuple(max(map(len, column), default=0) for column in columns)
        pieces: list[Piece] = [Line(format_name(param))]
        before: Lifetime | None = None
        for lifetime, *cells in zip(lifetimes, *columns, strict=True):
            values, text = ((lifetime.value,), "") if lifetime.is_set else ((), "not set")
            pieces.append(Table((Row(tuple(cells), values, text),), widths))
            if before is not None and before.is_set and lifetime.is_set:
                pieces += _list_long_changes(param, before.value, lifetime.value)
            before = lifetime
        return pieces

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `project` and `versions`."""
        return {"project": self.project.name, "versions": [step.to_json() for step in self.steps]}

    def __repr__(self) -> str:
        return f"<History of {format_repr(self.project.name)}: {format_count(len(self.steps), 'version')}>"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def list_pieces(self) -> list[Piece]:
        """Return the pieces of `str()`."""
        name = format_value(self.project.name)
        if not self.steps:
            return [Line(f"{name} has no versions yet")]
        steps = (piece for step in self.steps for piece in (Line(""), *step.list_pieces()))
        return [Line(f"{name}: {format_count(len(self.steps), 'version')}"), *steps]


def _list_long_changes(param: str, before: Any, after: Any) -> list[Piece]:
    """Return a table of the changes between two texts, objects or arrays, if a row would truncate one of them."""
    if not (is_long(before) or is_long(after)):
        return []
    changed, *lost = Diff.between({param: before}, {param: after}).make_table(removed="removed").rows
    if changed.inside is not None:
        return [Table((*changed.inside, *lost), (7, 0), indent="    ")]
    are_texts = isinstance(before, str) and isinstance(after, str)
    return [Table((Row((Label("changed"),), changed.values),), (7,), indent="    ")] if are_texts else []


def _iter_steps(versions: Sequence[ParamVersion]) -> Iterator[Step]:
    # Maps a param and its value to the newest version so far that has this value.
    last_versions: dict[tuple[str, Any], int] = {}
    before: ParamVersion | None = None
    for version in versions:
        diff = Diff.between(before.params if before else {}, version.params)
        values = ((name, equality_key(value)) for name, value in {**diff.changed, **diff.added}.items())
        returns = {value[0]: last_versions[value] for value in values if value in last_versions}
        yield Step(version, diff, wrap_frozen(returns), _seconds_between(before, version))
        for name, value in version.params.items():
            last_versions[name, equality_key(value)] = version.number
        before = version


def _iter_lifetimes(versions: Sequence[ParamVersion], param: str) -> Iterator[Lifetime]:
    changes = (
        after.number for before, after in pairwise(versions) if not same_member(before.params, after.params, param)
    )
    for first, end in pairwise([0, *changes, len(versions)] if versions else []):
        params = versions[end - 1].params
        yield Lifetime(first, end - 1, param in params, params.get(param), versions[first].created_at)


def _seconds_between(before: ParamVersion | None, after: ParamVersion) -> float | None:
    """Return the seconds between two versions; `None` if a time is unknown (P7)."""
    earlier = parse_utc_time(before.created_at) if before else None
    later = parse_utc_time(after.created_at)
    return None if earlier is None or later is None else round((later - earlier).total_seconds(), 3)


def parse_utc_time(created_at: str | None) -> datetime | None:
    """Parse an ISO 8601 time that ends with `Z`; return `None` for any other text."""
    if created_at is None or not created_at.endswith("Z"):
        return None
    try:
        return datetime.fromisoformat(created_at)
    except ValueError:
        return None
