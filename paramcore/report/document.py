"""The content of a report, and the rules that cut it to a maximum size.

A `Document` has a verdict and parts.  Each form of output renders the parts as groups
of pieces, and `fit` selects as many pieces as the size allows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from attrs import evolve, frozen

from paramcore.report.verdicts import UserText


class Rank(IntEnum):
    """How important a piece is; the last ranks are cut first."""

    VITAL = 0
    COUNTS = 1
    ERRORS = 2
    DROPPED = 3
    PATCH = 4
    CHANGED = 5
    ADDED = 6
    KEPT = 7
    DETAILS = 8


class Verbatim(NamedTuple):
    """Text on one line for a code span, such as a value as JSON, a command, or the code of a finding."""

    text: str
    #: Whether the text contains a value of a param.  `without_values` hides such text.
    is_value: bool = False


#: Parts of a line: plain text of paramcore, and text that each form of output must mark or escape.
Cell: TypeAlias = tuple[str | UserText | Verbatim, ...]


@frozen
class Row:
    """A row of a table."""

    cells: tuple[Cell, ...]
    rank: Rank = Rank.VITAL


@frozen
class Table:
    """A table, which is folded if it has a summary."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    summary: str = ""
    #: The index of the column with the row headers.
    header: int = 0
    #: The number of further rows, which are counted but not shown.
    omitted: int = 0


class RowCollector:
    """Collects the first rows of each rank, and counts the others, in constant memory."""

    #: The maximum number of rows of each rank to collect.
    LIMIT = 20_000

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.omitted: int = 0
        self._counts: Counter[Rank] = Counter()

    def add(self, row: Row) -> None:
        """Add a row; if there are already `LIMIT` rows of its rank, only count it."""
        self._counts[row.rank] += 1
        if self._counts[row.rank] <= self.LIMIT:
            self.rows.append(row)
        else:
            self.omitted += 1


@frozen
class Code:
    """Lines of text below a title, such as a JSON document or a diff."""

    title: Cell
    language: str
    text: str
    rank: Rank = Rank.DETAILS
    is_value: bool = True


@frozen
class Paragraph:
    """A paragraph."""

    text: Cell
    rank: Rank = Rank.VITAL


@frozen
class Blocks:
    """Paragraphs and code, which are folded if they have a summary."""

    items: tuple[Code | Paragraph, ...]
    summary: str = ""
    #: The number of further items, which are counted but not shown.
    omitted: int = 0


Part: TypeAlias = Table | Blocks


@frozen
class Document:
    """A report: its marker, its verdict, its parts, and the command that prints everything."""

    #: The name of the command, and its subjects: `("plan", "warehouse boxes")`.
    marker: tuple[str, ...]
    verdict: Cell
    parts: tuple[Part, ...]
    #: The command that prints the report without a maximum size.
    command: str

    def without_values(self) -> Document:
        """Return the document without the values of params."""
        return evolve(self, verdict=_hide(self.verdict), parts=tuple(map(_hide_values, self.parts)))


def _hide(cell: Cell) -> Cell:
    return tuple("(hidden)" if isinstance(part, Verbatim) and part.is_value else part for part in cell)


def _hide_values(part: Part) -> Part:
    if isinstance(part, Table):
        return evolve(part, rows=tuple(evolve(row, cells=tuple(map(_hide, row.cells))) for row in part.rows))
    shown = (item for item in part.items if isinstance(item, Paragraph) or not item.is_value)
    items = (evolve(item, text=_hide(item.text)) if isinstance(item, Paragraph) else item for item in shown)
    return evolve(part, items=tuple(items))


class Piece(NamedTuple):
    """A rendered row, paragraph or block of code."""

    rank: Rank
    text: str


class Group(NamedTuple):
    """Pieces, and the text around them; if no piece fits, this text is left out, too."""

    opening: str
    pieces: Sequence[Piece]
    closing: str
    #: The number of further pieces, which are counted but not shown.
    omitted: int = 0
    #: The name of the pieces in the note about left-out pieces: `Full values` in `12 more (Full values)`.
    name: str = ""


@frozen
class Size:
    """The maximum size of a rendered document."""

    limit: int
    #: Measures text in characters (`len`) or in bytes.
    measure: Callable[[str], int] = len
    #: The maximum number of pieces of a group.
    max_pieces: int | None = None
    #: Whether to leave out all dropped params and lost values if some of them do not fit.
    drops_are_whole: bool = True


def fit(start: str, groups: Sequence[Group], end: str, size: Size, format_more: Callable[[str], str]) -> str:
    """Join the pieces that fit; after each group, a note counts the pieces that are left out.

    The most important pieces are selected first.  If a piece does not fit, no piece of a
    less important rank is included, except a patch that fits.  If the notes could take more
    than half of the space, one note at the end replaces them.
    """
    # A note is longest if no piece of its group fits, so reserve space for this note.
    longest = [_describe_cut([piece.rank for piece in group.pieces], group.omitted, group.name) for group in groups]
    reserved = sum(size.measure(format_more(text)) for text in longest)
    room = size.limit - size.measure(start + end)
    has_one_note = reserved > room // 2
    omitted = sum(group.omitted for group in groups)
    if has_one_note:
        all_ranks = [piece.rank for group in groups for piece in group.pieces]
        reserved = size.measure(format_more(_describe_cut(all_ranks, omitted, "")))
    included = _select(groups, room - reserved, size)
    rendered = [start]
    all_cut: list[Rank] = []
    for number, group in enumerate(groups):
        kept = [piece.text for index, piece in enumerate(group.pieces) if (number, index) in included]
        cut = [piece.rank for index, piece in enumerate(group.pieces) if (number, index) not in included]
        all_cut += cut
        rendered += [group.opening, *kept, group.closing] if kept else []
        if (cut or group.omitted) and not has_one_note:
            rendered.append(format_more(_describe_cut(cut, group.omitted, group.name)))
    if (all_cut or omitted) and has_one_note:
        rendered.append(format_more(_describe_cut(all_cut, omitted, "")))
    return "".join([*rendered, end])


def _describe_cut(cut: Sequence[Rank], omitted: int, name: str) -> str:
    """Describe pieces that are left out: `12 more, 3 of them dropped or lost`."""
    names = {Rank.ERRORS: "errors", Rank.DROPPED: "dropped or lost"}
    parts = [f", {cut.count(rank):,} of them {text}" for rank, text in names.items() if rank in cut]
    return f"{len(cut) + omitted:,} more{f' ({name})' if name else ''}{''.join(parts)}"


def _select(groups: Sequence[Group], room: int, size: Size) -> set[tuple[int, int]]:
    """Return the pieces to include, each as the index of its group and its index inside the group."""
    included: set[tuple[int, int]] = set()
    # The text around a group counts with its first included piece.
    opened: set[int] = set()
    around = [size.measure(group.opening + group.closing) for group in groups]
    is_full = False
    for rank in Rank:
        # A short patch may still fit.  Only the patch shows how to keep dropped params whose rows do not fit.
        if is_full and rank != Rank.PATCH:
            continue
        places = [
            (number, index)
            for number, group in enumerate(groups)
            for index in _list_first(group, size.max_pieces)
            if group.pieces[index].rank == rank
        ]
        costs = [size.measure(groups[number].pieces[index].text) for number, index in places]
        is_whole = sum(costs) + sum(around[number] for number in {place[0] for place in places} - opened) <= room
        is_full = is_full or not is_whole
        if not is_whole and rank == Rank.DROPPED and size.drops_are_whole:
            continue
        for (number, index), cost in zip(places, costs, strict=True):
            needed = cost + (0 if number in opened else around[number])
            if needed <= room:
                included.add((number, index))
                opened.add(number)
                room -= needed
    return included


def _list_first(group: Group, count: int | None) -> list[int]:
    """Return the indexes of the `count` most important pieces of a group; `None` means all pieces."""
    return sorted(range(len(group.pieces)), key=lambda index: group.pieces[index].rank)[:count]
