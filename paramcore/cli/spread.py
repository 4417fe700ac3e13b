"""Spread values over several lines: pretty-printed JSON, and word diffs of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from paramcore.cli.cells import measure, measure_by_character
from paramcore.report.words import Run, diff_words
from paramcore.text import format_name, format_start, format_value
from paramcore.text.rows import Label

#: The minimum number of lines to show before a value is truncated.
_MIN_LINES = 16
#: The minimum number of characters to show before a value is truncated, even if they need more than `_MIN_LINES`
#: lines.  Spaces do not count.
_MIN_CHARACTERS = 200
#: The number of characters that a truncated text shows.  Texts inside objects and arrays are not truncated.
_MAX_TEXT = 800
#: The number of characters to show at each end of a text that both values contain.
_CONTEXT = 120


@frozen
class Block:
    """A line of a value; a layout wraps it if it is too long."""

    spans: tuple[str, ...]
    #: The indent of continuation lines, in columns.
    indent: int = 0
    #: Whether the value on the line is a string, which may be wrapped at its escaped line breaks.
    is_text: bool = False


def list_value_blocks(values: Sequence[Any], width: int, *, full: bool) -> list[Block]:
    """Return the lines of one value, or of the values before and after a change."""
    if len(values) == 1:
        return _list_blocks(values[0], width, full=full)
    before, after = values
    change = f"{format_value(before)} -> {format_value(after)}"
    if measure(change) <= width:
        return [Block((change,))]
    if isinstance(before, str) and isinstance(after, str):
        return [_format_word_diff(before, after, full=full)]
    blocks = []
    for mark, style, value in (("-", "removed", before), ("+", "added", after)):
        label = Label(mark, style)
        lines = _list_blocks(value, width - 2, full=full)
        for number, block in enumerate(lines):
            spans = (" " if number else label, " ", *block.spans)
            blocks.append(Block(spans, block.indent + 2, block.is_text))
    return blocks


def _list_blocks(value: Any, width: int, *, full: bool) -> list[Block]:
    if isinstance(value, str):
        return [Block((format_value(value, limit=None if full else _MAX_TEXT),), is_text=True)]
    return _truncate(list(_iter_blocks(value, "", width)), full=full)


def _iter_blocks(value: Any, prefix: str, width: int, suffix: str = "", depth: int = 0) -> Iterator[Block]:
    """Yield a value as JSON; an object or array that fits on one line gets one line."""
    indent = "  " * min(depth, width // 8)
    is_container = isinstance(value, (dict, list)) and value
    # Each level of a deep value contains all levels below it, so formatting each whole level would be slow.  So first
    # measure only the start of the level.
    if not is_container or measure_by_character(format_start(value, 2 * width)) <= width:
        text = f"{indent}{prefix}{format_value(value)}{suffix}"
        if not is_container or measure(text) <= width:
            yield Block((text,), len(indent) + 2 * bool(prefix), isinstance(value, str))
            return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield Block((f"{indent}{prefix}{opening}",), len(indent) + 2)
    members = (
        [(f"{format_value(name)}: ", member) for name, member in value.items()]
        if opening == "{"
        else [("", element) for element in value]
    )
    for number, (name, member) in enumerate(members, 1):
        yield from _iter_blocks(member, name, width, "," if number < len(members) else "", depth + 1)
    yield Block((f"{indent}{closing}{suffix}",), len(indent))


def _truncate(blocks: list[Block], *, full: bool) -> list[Block]:
    """Return the first blocks, and a remark with the number of the others; with `full`, return all blocks."""
    characters = shown = 0
    for block in blocks:
        if shown >= _MIN_LINES and characters >= _MIN_CHARACTERS:
            break
        characters += sum(len(span.replace(" ", "")) for span in block.spans)
        shown += 1
    # A remark about a single omitted line would need a line, too.
    if full or len(blocks) <= shown + 1:
        return blocks
    return [*blocks[:shown], Block((f"... {len(blocks) - shown:,} more lines; --full shows them",))]


def _format_word_diff(before: str, after: str, *, full: bool) -> Block:
    """Format two texts as one, with `[-removed-]` and `{+added+}` words."""
    runs = diff_words(before, after)
    spans = ['"', *(span for number, run in enumerate(runs) for span in _format_run(run, number, runs, full=full)), '"']
    return Block(tuple(spans), is_text=True)


def _format_run(run: Run, number: int, runs: Sequence[Run], *, full: bool) -> list[str]:
    text = format_name(run.text)
    if run.kind == "removed":
        return [Label(f"[-{text}-]", "removed")]
    if run.kind == "added":
        return [Label(f"{{+{text}+}}", "added")]
    if full or len(run.text) <= 2 * _CONTEXT + _CONTEXT // 2:
        return [text]
    # Before the first difference, show only the end of the text; after the last difference, only the start.
    head = "" if number == 0 else format_name(run.text[:_CONTEXT])
    tail = "" if number == len(runs) - 1 else format_name(run.text[-_CONTEXT:])
    hidden = len(run.text) - _CONTEXT * (bool(head) + bool(tail))
    return [head, f" ... {hidden:,} equal characters; --full shows them ... ", tail]
