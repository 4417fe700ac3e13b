"""Measure text in columns of a terminal, and wrap it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache

#: A word with the space or the escaped line break that ends it, if any.
_WORD = re.compile(r"(?:\\[^n]|[^\\ ])*(?:\\n| |\\?$)")


def measure(text: str) -> int:
    """Return the number of columns of a printable text; a character has up to two columns."""
    # Each printable ASCII character has one column.
    return len(text) if text.isascii() else _load_measure()(text)


@cache
def _load_measure() -> Callable[[str], int]:
    # `wcwidth` is in an extra, and few texts need it, so import it on first use.
    try:
        from wcwidth import wcswidth  # noqa: PLC0415
    except ImportError:
        return measure_by_character
    return lambda text: max(wcswidth(text), measure_by_character(text))


def measure_by_character(text: str) -> int:
    """Return the sum of the columns of all characters of a text."""
    return sum(map(_measure_character, text))


def _measure_character(character: str) -> int:
    if character == "\ufe0f":
        # This variation selector makes the character before it an emoji, which has a second column.
        return 1
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def wrap(text: str, width: int, *, first: int | None = None, at_newlines: bool = False) -> list[tuple[int, int]]:
    r"""Wrap a text, and return the indexes of the start and the end of each line.

    A line has at most `width` columns, and the first line has at most `first`.  The space
    at the end of a line does not count.  A character that is too wide is a line by itself.

    A line ends after a space or an escaped line break (`\n`).  A word that is too long for a
    line is cut.  With `at_newlines`, a line ends after every escaped line break.
    """
    lines: list[tuple[int, int]] = []
    # Keep the spaces at the start of the text on the line of the first word, even if the word is then cut.
    indent = len(text) - len(text.lstrip(" "))
    start = end = 0
    room = width if first is None else first
    for found in _WORD.finditer(text):
        word_start, word_end = found.span()
        shown_end = word_end - text.endswith(" ", 0, word_end)
        if end > max(start, indent) and _is_wider(text, start, shown_end, room):
            lines.append((start, end))
            start, room = end, width
        while _is_wider(text, start, shown_end, room):
            cut = _find_cut(text, start, word_end, room)
            lines.append((start, cut))
            start, room = cut, width
        end = word_end
        if at_newlines and text[word_start:word_end].endswith("\\n") and end < len(text):
            lines.append((start, end))
            start, room = end, width
    if start < len(text) or not lines:
        lines.append((start, len(text)))
    return lines


def _find_cut(text: str, start: int, end: int, room: int) -> int:
    """Return the end of the longest line that begins at `start` and has at most `room` columns."""
    # `measure` returns at least the sum of the columns of all characters, so the line cannot end after `last`.
    cut, last = start + 1, _find_overflow(text, start, end, room)
    while cut < last:
        middle = (cut + last + 1) // 2
        if measure(text[start:middle]) <= room:
            cut = middle
        else:
            last = middle - 1
    # A combining mark stays with the character before it, even if the mark itself does not fit.
    while cut > start + 1 and cut < end and _is_mark(text[cut]):
        cut -= 1
    while cut < end and _is_mark(text[cut]):
        cut += 1
    return cut


def _is_mark(character: str) -> bool:
    return measure(character) == 0 or character == "\ufe0f"


def _is_wider(text: str, start: int, end: int, width: int) -> bool:
    """Return whether a part of a text has more than `width` columns."""
    # A long word may fill many lines.  Measuring the whole word for each line is slow, so stop after `width` columns.
    is_long = end - start > width
    if is_long and (text[start : start + width + 1].isascii() or _find_overflow(text, start, end, width) < end):
        return True
    return measure(text[start:end]) > width


def _find_overflow(text: str, start: int, end: int, width: int) -> int:
    """Return the index of the first character that does not fit in `width` columns, or `end` if all fit."""
    columns = 0
    for index in range(start, end):
        columns += _measure_character(text[index])
        if columns > width:
            return index
    return end
