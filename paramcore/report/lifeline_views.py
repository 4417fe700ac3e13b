"""Lifelines as a page shows them: a grid of the latest versions, and a list of runs for each param."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from paramcore.analysis.changes import Change, iter_changes
from paramcore.analysis.history import History, Lifetime
from paramcore.analysis.lifelines import Lifeline, list_lifelines
from paramcore.model import ParamVersion
from paramcore.report.value_views import (
    MAX_PARAMS,
    ChangeView,
    TimeView,
    ValueView,
    compare_texts,
    view_changes,
    view_time,
    view_value,
)
from paramcore.text import format_count, format_name, quote_for_shell

#: The maximum number of versions in the grid.
GRID_VERSIONS = 12
#: The number of newest runs of a param that a page always lists.  The templates fold the older runs.
VISIBLE_RUNS = 3
#: The maximum number of runs of a param on a page.
MAX_RUNS = 20
#: The maximum number of characters in the values of all folded runs of a project.
MAX_OLDER_TEXT = 200_000
#: The maximum number of changes that a page lists for one value.
MAX_CHANGES = 20
#: The number of characters to which the grid truncates a long name.
_GRID_NAME = 40


@frozen
class RunView:
    """A run of consecutive versions that have the same value of a param, or that all lack the param."""

    #: The number of the first version.
    first: int
    #: `version 3`, or `versions 3 to 7`.
    versions: str
    #: The number of versions of this run that the grid shows.
    columns: int
    #: The time of the first version of the run.
    time: TimeView | None
    is_set: bool
    #: Whether the first version of the run drops the param.
    is_dropped: bool
    is_latest: bool
    #: The value; `None` if the param is not set, or if values are hidden.
    value: ValueView | None
    #: The previous and the new text, compared word by word.  `None` if a value is not text, if both texts are short, or
    #: if values are hidden.
    words: ValueView | None = None
    #: The changes inside the value since the previous value.
    changes: tuple[ChangeView, ...] = ()
    #: The number of changes that the page leaves out.
    omitted_changes: int = 0

    @property
    def size(self) -> int:
        """The number of characters of the values that the run shows."""
        shown = [self.words or self.value]
        for change in self.changes:
            shown += [change.words] if change.words else [change.before, change.after]
        return sum(value.size for value in shown if value)

    @property
    def change_count(self) -> str:
        """The number of changes inside the value: `2 changes`; empty if there are none."""
        return format_count(len(self.changes) + self.omitted_changes, "change") if self.changes else ""


@frozen
class LifelineView:
    """A param with its runs, newest first."""

    param: str
    #: The name as the grid shows it.
    short_param: str
    #: The name as an argument of a command, quoted for a shell.
    quoted_param: str
    #: The id of the HTML element with the runs.
    anchor: str
    #: The runs that the grid shows.
    grid: tuple[RunView, ...]
    runs: tuple[RunView, ...]
    #: The number of older runs that the page leaves out.
    omitted: int

    @property
    def is_unchanged(self) -> bool:
        """Whether the param is the same in all versions of the grid."""
        return len(self.grid) == 1


@frozen
class ColumnView:
    """A version in the header of the grid."""

    number: int
    time: TimeView | None


@frozen
class LifelinesView:
    """The lifelines of a project."""

    columns: tuple[ColumnView, ...]
    changed: tuple[LifelineView, ...]
    unchanged: tuple[LifelineView, ...]
    #: The listed lifelines, both changed and unchanged, most recently changed first.
    lines: tuple[LifelineView, ...]
    #: The number of params that the page leaves out.
    omitted: int


def view_lifelines(history: History, *, prefix: str, values: bool) -> LifelinesView:
    """Return the view of the lifelines of a project; the ids of the HTML elements begin with `prefix`."""
    versions = history.project.versions
    first = max(0, len(versions) - GRID_VERSIONS)
    columns = tuple(ColumnView(version.number, view_time(version.created_at)) for version in reversed(versions[first:]))
    all_lifelines = list_lifelines(history)
    lifelines = all_lifelines[:MAX_PARAMS]
    budget = MAX_OLDER_TEXT // max(1, len(lifelines))
    lines = tuple(
        _view_line(line, versions, first, f"{prefix}{index}", values=values, budget=budget)
        for index, line in enumerate(lifelines)
    )
    changed = tuple(line for line in lines if not line.is_unchanged)
    unchanged = tuple(line for line in lines if line.is_unchanged)
    return LifelinesView(columns, changed, unchanged, lines, len(all_lifelines[MAX_PARAMS:]))


def _view_line(
    line: Lifeline, versions: Sequence[ParamVersion], first: int, anchor: str, *, values: bool, budget: int
) -> LifelineView:
    in_grid = len(line.since(first))
    runs: list[RunView] = []
    for life, before in zip(line.lifetimes[:MAX_RUNS], [*line.lifetimes[1:], None], strict=False):
        runs.append(_view_run(line.param, life, before, versions, first, values=values))
    listed = _count_listed(runs, budget)
    return LifelineView(
        format_name(line.param),
        format_name(line.param, limit=_GRID_NAME),
        # After `--`, a name that begins with a dash is not an option.
        f"{'-- ' if line.param.startswith('-') else ''}{quote_for_shell(line.param)}",
        anchor,
        tuple(runs[:in_grid]),
        tuple(runs[:listed]),
        len(line.lifetimes) - listed,
    )


def _count_listed(runs: Sequence[RunView], budget: int) -> int:
    """Return how many runs a page lists: `VISIBLE_RUNS`, and the older runs that fit in a budget of characters."""
    for index in range(VISIBLE_RUNS, len(runs)):
        budget -= runs[index].size
        if budget < 0:
            return index
    return len(runs)


def _view_run(
    param: str, life: Lifetime, before: Lifetime | None, versions: Sequence[ParamVersion], first: int, *, values: bool
) -> RunView:
    numbers = f"version {life.first}" if life.first == life.last else f"versions {life.first} to {life.last}"
    replaced = before if before is not None and before.is_set and life.is_set else None
    words = _compare_texts(replaced, life) if values and replaced else None
    changes = _list_changes(param, replaced, life) if replaced else []
    return RunView(
        life.first,
        numbers,
        max(0, life.last - max(life.first, first) + 1),
        view_time(versions[life.first].created_at),
        life.is_set,
        not life.is_set and before is not None,
        life.last == len(versions) - 1,
        view_value(life.value) if values and life.is_set else None,
        words,
        view_changes(changes[:MAX_CHANGES], values=values),
        len(changes[MAX_CHANGES:]),
    )


def _compare_texts(before: Lifetime, life: Lifetime) -> ValueView | None:
    """Compare two values word by word; return `None` if either is not text, or if both are short."""
    if not (isinstance(life.value, str) and isinstance(before.value, str)):
        return None
    is_short = view_value(life.value).is_short and view_value(before.value).is_short
    return None if is_short else compare_texts(before.value, life.value)


def _list_changes(param: str, before: Lifetime, life: Lifetime) -> list[Change]:
    """Return the changes inside a value; an empty list unless both values are objects or arrays."""
    is_nested = all(isinstance(value, (dict, list)) for value in (before.value, life.value))
    return list(iter_changes({param: before.value}, {param: life.value})) if is_nested else []
