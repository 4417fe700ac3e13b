"""Fit pieces of output into the width of a terminal.

A row of a table contains cells, followed by values or text.  A value that does not fit
beside the cells goes below them, indented.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from attrs import evolve, frozen

from paramcore.cli.cells import measure, wrap
from paramcore.cli.spread import list_value_blocks
from paramcore.text.rows import Frame, Label, Line, Piece, Row, Table, is_long_change, iter_rows

#: The indent of a continuation line, and of a value below its row.
_INDENT = "    "
#: If fewer columns than this are free beside the cells of a row, its text goes below the cells.
_LEAST_COLUMNS = 24


@frozen
class Layout:
    """Lays out pieces in a number of columns."""

    width: int
    #: Whether to show values, and not only names and types.
    values: bool
    #: Whether to show long values in full.
    full: bool
    paint: Callable[[Label], str]

    def format(self, pieces: Iterable[Piece]) -> str:
        """Return the pieces as text; no line has more than `width` columns."""
        return "\n".join(line for piece in pieces for line in self._iter_lines(piece))

    def _iter_lines(self, piece: Piece) -> Iterator[str]:
        if isinstance(piece, Line):
            text = piece.text
            yield from self._wrap(piece.spans, len(text) - len(text.lstrip(" ")), _INDENT)
        elif isinstance(piece, Table):
            widths = self._measure_columns(piece)
            for row in iter_rows(piece.rows, lambda row: self._is_nested(row, piece, widths)):
                yield from self._iter_row_lines(row, piece, widths)
        elif self.values:
            yield from self._iter_frame_lines(piece)

    def _measure_columns(self, table: Table) -> list[int]:
        # Limit the widths, so that a long name does not move the values of the other rows to the right.
        limit = max(self.width * 2 // 5, 8)
        columns = zip(*(row.cells for row in table.rows), strict=True)
        # A table without rows has widths but no columns, so the lengths may differ.
        return [
            min(max(width, *map(measure, cells)), limit) for width, cells in zip(table.widths, columns, strict=False)
        ]

    def _is_nested(self, row: Row, table: Table, widths: list[int]) -> bool:
        columns = measure("".join(self._list_spans(row, table, widths)))
        return is_long_change(row) or (self.values and columns + measure(self._format_text(row)) > self.width)

    def _format_text(self, row: Row) -> str:
        # Never truncate a value here: a value that does not fit goes below the row.
        return row.format_text(values=self.values, full=True)

    def _list_spans(self, row: Row, table: Table, widths: list[int]) -> list[str]:
        """Return the spans before the value: the indent, and each cell with the spaces after it."""
        spans = [table.indent]
        for cell, width in zip(row.cells, widths, strict=True):
            spans += [cell, " " * (width - measure(cell)), table.gap]
        return spans

    def _iter_row_lines(self, row: Row, table: Table, widths: list[int]) -> Iterator[str]:
        spans = self._list_spans(row, table, widths)
        text, columns = self._format_text(row), measure("".join(spans))
        value = self._format_text(evolve(row, note="", value_note=""))
        if columns + measure(text) <= self.width:
            yield self._paint([*spans, text]).rstrip(" ")
        elif value and columns + measure(value) <= self.width:
            yield self._paint([*spans, value])
            yield from self._iter_note_lines(row, table.indent + _INDENT)
        elif not row.values and self.width - columns >= _LEAST_COLUMNS:
            # A text without values is a sentence, which reads well beside the cells.
            yield from self._wrap([*spans, text], columns, "")
        else:
            indent = table.indent + _INDENT
            # Omit the padding and the gap after the last cell.
            yield from self._wrap(spans[:-2], 2, _INDENT)
            yield from self._iter_value_lines(row, indent)

    def _iter_value_lines(self, row: Row, indent: str) -> Iterator[str]:
        if not (row.values and self.values):
            yield from self._wrap([indent, self._format_text(row)], len(indent), "")
            return
        for block in list_value_blocks(row.values, self.width - len(indent), full=self.full):
            yield from self._wrap([indent, *block.spans], len(indent) + block.indent, "", at_newlines=block.is_text)
        yield from self._iter_note_lines(row, indent)

    def _iter_note_lines(self, row: Row, indent: str) -> Iterator[str]:
        for note in filter(None, (row.note, row.value_note if self.values else "")):
            yield from self._wrap([indent, note], len(indent), "")

    def _iter_frame_lines(self, frame: Frame) -> Iterator[str]:
        """Yield the source line, with carets below the value."""
        number = str(frame.number)
        prefix, rest = f"  {number} | ", f"  {' ' * len(number)} | "
        # A caret may point past the last character, so add a space there.
        text = frame.text + " " * (frame.start == len(frame.text))
        end = frame.start + max(frame.length, 1)
        for line_start, line_end in _cut(text, self.width - len(prefix)):
            yield prefix + frame.text[line_start:line_end]
            prefix = rest
            start, stop = max(frame.start, line_start), min(end, line_end)
            if start < stop:
                before = measure(text[line_start:start])
                yield rest + " " * before + "^" * max(measure(text[start:stop]), 1)

    def _wrap(self, spans: Iterable[str], hanging: int, extra: str, *, at_newlines: bool = False) -> Iterator[str]:
        """Yield spans as lines; indent all lines but the first by `hanging` columns plus the length of `extra`."""
        spans = list(spans)
        text = "".join(spans)
        # A narrow terminal has no room for a deep indent.
        indent = " " * min(hanging + len(extra), self.width // 2)
        lines = wrap(text, self.width - len(indent), first=self.width, at_newlines=at_newlines)
        for start, end in lines:
            line = self._paint(_cut_spans(spans, start, start + len(text[start:end].rstrip(" "))))
            yield line if start == 0 else indent + line

    def _paint(self, spans: Iterable[str]) -> str:
        return "".join(self.paint(span) if isinstance(span, Label) else span for span in spans)


def _cut(text: str, width: int) -> list[tuple[int, int]]:
    """Split a source line into parts of at most `width` columns; return the start and the end of each part."""
    parts, start = [], 0
    for index in range(1, len(text) + 1):
        if index == len(text) or measure(text[start : index + 1]) > width:
            parts.append((start, index))
            start = index
    return parts or [(0, 0)]


def _cut_spans(spans: Iterable[str], start: int, end: int) -> Iterator[str]:
    """Yield the spans between two indexes of their joined text; a label that is cut remains a label."""
    position = 0
    for span in spans:
        part = span[max(start - position, 0) : max(end - position, 0)]
        position += len(span)
        if part:
            yield Label(part, span.style) if isinstance(span, Label) else part
