"""The lines, tables and frames that make up the text of a result.

`str()` of a result formats these pieces as plain text, one row on each line.  The command
line fits the same pieces into the width of the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeAlias

from attrs import frozen

from paramcore.text import ROW_LIMIT, describe_type, format_change, format_value, is_long


class Label(str):
    """A short text that states what happened, such as `dropped`; a terminal may show it in color.

    `style` is a name that determines the color.  The default is the text of the label.
    """

    __slots__ = ("style",)

    style: str

    def __new__(cls, text: str, style: str = "") -> Self:
        """Create a label."""
        label = super().__new__(cls, text)
        label.style = style or text
        return label


#: Formats a label, for example in color.
Paint: TypeAlias = Callable[[Label], str]


@frozen(init=False)
class Line:
    """A line of text; some of its spans may be labels."""

    spans: tuple[str, ...]

    def __init__(self, *spans: str) -> None:
        self.__attrs_init__(spans)

    @property
    def text(self) -> str:
        """The line as one string."""
        return "".join(self.spans)


@frozen
class Frame:
    """A line of a source file, with carets under a value."""

    number: int
    text: str
    #: The number of characters before the value.
    start: int
    #: The number of characters of the value.
    length: int


@frozen
class Row:
    """A row of a table: cells, such as a label and a name, followed by values or text."""

    cells: tuple[str, ...]
    #: No value, one value, or the values before and after a change.
    values: tuple[Any, ...] = ()
    #: The text to print if there are no values.
    text: str = ""
    #: A remark after the values.
    note: str = ""
    #: A remark that contains a value.  It is left out if values are not shown.
    value_note: str = ""
    #: The changes inside the values, which can be printed in place of the values; `None` to always print the values.
    inside: tuple[Row, ...] | None = None

    def format_text(self, *, values: bool = True, full: bool = False) -> str:
        """Format the part of the row after its cells, as one line.

        Without `values`, show the types of the values, and no `value_note`.  With `full`, do
        not truncate values.
        """
        notes = [self.note, self.value_note] if values else [self.note]
        text = self._format_values(values=values, full=full) if self.values else self.text
        return "  ".join(part for part in (text, *notes) if part)

    def _format_values(self, *, values: bool, full: bool) -> str:
        if not values:
            return " -> ".join(dict.fromkeys(map(describe_type, self.values)))
        if len(self.values) == 1:
            return format_value(self.values[0], limit=None if full else ROW_LIMIT)
        return " -> ".join(map(format_value, self.values)) if full else format_change(*self.values)


@frozen
class Table:
    """Rows, and the minimum width of each column."""

    rows: tuple[Row, ...]
    widths: tuple[int, ...]
    indent: str = "  "
    gap: str = "  "

    @classmethod
    def of(cls, rows: Iterable[Row], widths: tuple[int, ...] | None = None, *, indent: str = "  ") -> Table:
        """Return a table; by default, each column is as wide as its widest cell."""
        rows = tuple(rows)
        columns = zip(*(row.cells for row in rows), strict=True)
        return cls(rows, widths or tuple(max(map(len, column)) for column in columns), indent)


#: A part of the text of a result.
Piece: TypeAlias = Line | Table | Frame


def format_pieces(pieces: Iterable[Piece], *, values: bool = True, full: bool = False, paint: Paint = str) -> str:
    """Format pieces as plain text, one row on each line.

    Without `values`, show the types of the values, and no frames.  With `full`, do not
    truncate values.
    """
    return "\n".join(_iter_lines(pieces, values=values, full=full, paint=paint))


def _iter_lines(pieces: Iterable[Piece], *, values: bool, full: bool, paint: Paint) -> Iterator[str]:
    for piece in pieces:
        if isinstance(piece, Line):
            yield "".join(paint(span) if isinstance(span, Label) else span for span in piece.spans)
        elif isinstance(piece, Table):
            for row in iter_rows(piece.rows, is_long_change):
                cells = (_pad(cell, width, paint) for cell, width in zip(row.cells, piece.widths, strict=True))
                yield piece.indent + piece.gap.join([*cells, row.format_text(values=values, full=full)]).rstrip(" ")
        elif values:
            number = str(piece.number)
            yield f"  {number} | {piece.text}"
            yield f"  {' ' * len(number)} | {' ' * piece.start}{'^' * piece.length}"


def iter_rows(rows: Iterable[Row], is_nested: Callable[[Row], bool]) -> Iterator[Row]:
    """Yield the rows; for some rows, yield the changes inside in place of the values.

    If a row has `inside`, and `is_nested` returns true for the row, yield the row without its
    values, and then the rows in `inside`.
    """
    for row in rows:
        if row.inside is not None and is_nested(row):
            yield Row(row.cells, text="inside:", note=row.note)
            yield from row.inside
        else:
            yield row


def is_long_change(row: Row) -> bool:
    """Return whether plain text would truncate a value of a row."""
    return any(map(is_long, row.values))


def _pad(cell: str, width: int, paint: Paint) -> str:
    return (paint(cell) if isinstance(cell, Label) else cell) + " " * (width - len(cell))
