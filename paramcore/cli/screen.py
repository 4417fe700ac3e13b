"""Render output as plain text or in the width of a terminal, with or without color."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterable

from attrs import frozen

from paramcore.cli.color import paint_label, wants_color
from paramcore.text.rows import Piece, format_pieces

#: The maximum number of columns of a layout, unless `--width` sets the number.
_MAX_WIDTH = 120
#: The number of columns to assume for a terminal of unknown size.
_DEFAULT_WIDTH = 80
#: The minimum number of columns of a layout.
MIN_WIDTH = 20


@frozen
class Screen:
    """Renders pieces as text.  Instances can be pickled, so other processes can use them."""

    #: The number of columns of the layout; `None` for plain text, for example in a pipe.
    width: int | None = None
    #: Whether to show values, and not only names and types.
    values: bool = True
    #: Whether to show long values in full.
    full: bool = False
    #: Whether to print labels in color.
    color: bool = False

    @classmethod
    def of(cls, options: Namespace) -> Screen:
        """Return the screen for the options, the environment and standard output."""
        is_terminal = options.output is None and sys.stdout is not None and sys.stdout.isatty()
        color = wants_color(options.color, os.environ, is_terminal=is_terminal)
        width = _measure_terminal() if is_terminal and options.width is None else options.width
        return cls(width, options.values, options.full, color)

    def render(self, pieces: Iterable[Piece]) -> str:
        """Return pieces as text."""
        paint = paint_label if self.color else str
        if self.width is None:
            return format_pieces(pieces, values=self.values, full=self.full, paint=paint)
        # Import the layout only if it is needed, because most output goes to pipes and files.
        from paramcore.cli.layout import Layout  # noqa: PLC0415

        return Layout(self.width, self.values, self.full, paint).format(pieces)


def _measure_terminal() -> int:
    """Return the number of columns that COLUMNS sets, or else the number that the terminal has.

    The result is at least `MIN_WIDTH` and at most `_MAX_WIDTH`.
    """
    columns = os.environ.get("COLUMNS", "")
    width = int(columns) if columns.isascii() and columns.isdecimal() and len(columns) < 6 else 0
    try:
        # A terminal reports 0 columns if it does not know its size.
        width = width or os.get_terminal_size(sys.stdout.fileno()).columns or _DEFAULT_WIDTH
    except (OSError, ValueError):
        width = _DEFAULT_WIDTH
    return max(MIN_WIDTH, min(width, _MAX_WIDTH))
