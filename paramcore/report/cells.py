"""Cells and rows that show params and their changes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from paramcore.analysis.changes import Change, ChangeKind, count_leaves
from paramcore.report.document import Blocks, Cell, Code, Rank, Row, Verbatim
from paramcore.report.verdicts import UserText
from paramcore.report.words import diff_lines
from paramcore.text import count_common_ends, escape_unprintable, format_count, format_value, truncate

#: The number of characters to which a cell truncates a long value.
CELL_LIMIT = 60
#: The number of unchanged characters to show on each side of a change inside a long value.
CONTEXT = 15

#: The maximum number of full values that `build_full_values` includes; further values are only counted.
MAX_FULL_VALUES = 5_000

_RANKS: dict[ChangeKind, Rank] = {
    "removed": Rank.DROPPED,
    "lost": Rank.DROPPED,
    "changed": Rank.CHANGED,
    "moved": Rank.CHANGED,
    "added": Rank.ADDED,
}
_ESCAPE_OR_TEXT = re.compile(r"\\.|[^\\]+")


def format_value_cell(value: Any) -> Cell:
    """Return a cell with a value, truncated to `CELL_LIMIT`."""
    return (Verbatim(truncate(format_value(value), CELL_LIMIT), is_value=True),)


def is_cut(value: Any) -> bool:
    """Return whether a cell truncates a value."""
    return format_value_cell(value)[0] != Verbatim(format_value(value), is_value=True)


def format_change_cells(change: Change) -> tuple[Cell, Cell]:
    """Return the cells with the values before and after a change.

    If one of two values is long, both cells show only the part that differs, with some context.
    """
    if change.kind == "added":
        return (), format_value_cell(change.after)
    if change.after_parts is None:
        return format_value_cell(change.before), ()
    before, after = cut_outside(format_value(change.before), format_value(change.after))
    return (Verbatim(before, is_value=True),), (Verbatim(after, is_value=True),)


def cut_outside(before: str, after: str) -> tuple[str, str]:
    """Shorten two texts to the part that differs, with some context, if one exceeds `CELL_LIMIT`.

    Example:
        >>> cut_outside("a" * 99 + "b", "a" * 99 + "c")
        ('...aaaaaaaaaaaaaaab', '...aaaaaaaaaaaaaaac')
    """
    if max(len(before), len(after)) <= CELL_LIMIT:
        return before, after
    head, tail = count_common_ends(before, after)
    return _cut_ends(before, head, tail), _cut_ends(after, head, tail)


def _cut_ends(text: str, head: int, tail: int) -> str:
    start = head - CONTEXT if head > CONTEXT + 3 else 0
    end = len(text) - tail + CONTEXT if tail > CONTEXT + 3 else len(text)
    middle = truncate(text[start:end], CELL_LIMIT, len(text))
    return f"{'...' if start else ''}{middle}{'...' if end < len(text) else ''}"


def format_place(change: Change) -> Cell:
    """Return a cell with the name of a param, or with the pointer of a value inside it."""
    if len(change.parts) == 1:
        return (UserText(change.param),)
    if change.identity is None:
        return (UserText(change.pointer),)
    name, value = change.identity
    return UserText(change.pointer), " (", UserText(name), " is ", *format_value_cell(value), ")"


def format_kind(kind: ChangeKind, *, removed: str) -> str:
    """Return the word for a kind of change; `removed` is the word for removed params."""
    return removed if kind == "removed" else kind


def iter_change_rows(changes: Iterable[Change], *, removed: str, first: tuple[Cell, ...] = ()) -> Iterator[Row]:
    """Yield a row for each change: the cells in `first`, then what happened, where, the old value, the new value."""
    for change in changes:
        what = format_kind(change.kind, removed=removed)
        inside = count_leaves(change.before) if change.after_parts is None else 1
        if inside > 1:
            what += f", {format_count(inside, 'value')} inside"
        yield Row((*first, (what,), format_place(change), *format_change_cells(change)), _RANKS[change.kind])


def build_full_values(changes: Iterable[tuple[Cell, Change]], *, removed: str) -> Iterator[Blocks]:
    """Build folded blocks with the full values of changes whose cells are truncated.

    `changes` are pairs of a title prefix and a change.
    """
    cut = [(prefix, change) for prefix, change in changes if _is_cut(change)]
    if cut:
        codes = (_format_full_value(change, prefix, removed) for prefix, change in cut[:MAX_FULL_VALUES])
        yield Blocks(tuple(codes), "Full values", omitted=max(0, len(cut) - MAX_FULL_VALUES))


def _is_cut(change: Change) -> bool:
    sides = zip(format_change_cells(change), (change.before, change.after), strict=True)
    return any(cell and cell != (Verbatim(format_value(value), is_value=True),) for cell, value in sides)


def _format_full_value(change: Change, prefix: Cell, removed: str) -> Code:
    title = (*prefix, f"{format_kind(change.kind, removed=removed)} ", *format_place(change))
    if change.kind == "added":
        return Code(title, "json", format_pretty(change.after))
    if change.after_parts is None:
        return Code(title, "json", format_pretty(change.before))
    return Code(title, "diff", format_diff(change.before, change.after))


def format_pretty(value: Any) -> str:
    """Format a value as JSON on several lines, and escape unprintable characters."""
    return "\n".join(map(escape_unprintable, json.dumps(value, ensure_ascii=False, indent=2).split("\n")))


def format_diff(before: Any, after: Any) -> str:
    r"""Format two values as JSON, line by line.

    `-` marks a line that only `before` has, and `+` a line that only `after` has.  In a long
    string, a new line starts after each `\n`, except after a `\n` at the end of the string.
    """
    marks = {"kept": " ", "removed": "-", "added": "+"}
    runs = diff_lines(_split_strings(format_pretty(before)), _split_strings(format_pretty(after)))
    return "\n".join(f"{marks[run.kind]} {line}" for run in runs for line in run.text.removesuffix("\n").split("\n"))


def _split_strings(text: str) -> str:
    r"""Break long lines of JSON after each `\n` in a string."""
    return "\n".join(_split_line(line) if len(line) > CELL_LIMIT else line for line in text.split("\n")) + "\n"


def _split_line(line: str) -> str:
    parts = _ESCAPE_OR_TEXT.findall(line)
    # Do not break after a `\n` at the end of the string, because the closing quote would be alone on its line.
    breaks = (part == "\\n" and not parts[index + 1].startswith('"') for index, part in enumerate(parts))
    return "".join(part + "\n" * is_break for part, is_break in zip(parts, breaks, strict=True))
