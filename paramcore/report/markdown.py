"""Render a document as GitHub-flavoured Markdown.

Text of the user appears only in code spans, in fences and in the HTML comment.  So no link,
mention, HTML or emoji shortcode in this text becomes live.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from paramcore.report.document import (
    Blocks,
    Cell,
    Code,
    Document,
    Group,
    Paragraph,
    Part,
    Piece,
    Size,
    Table,
    Verbatim,
    fit,
)
from paramcore.report.verdicts import UserText
from paramcore.text import escape_unprintable, format_name, format_value

#: GitHub rejects comments of more than 65,536 characters.
COMMENT_SIZE = Size(60_000)
#: The number of characters to which a long name is truncated.  A very long name would leave no room for other text.
NAME_LIMIT = 200


def render_markdown(document: Document, size: Size = COMMENT_SIZE) -> str:
    """Render a document, cut to a size.

    The first line is an HTML comment with the marker.  By this marker, a program finds
    the report that it posted earlier on a pull request.
    """
    start = f"{format_marker(document.marker)}\n### {format_cell(document.verdict)}\n"
    command = format_code(document.command)
    groups = [_render_part(part) for part in document.parts]
    return fit(start, groups, "", size, lambda count: f"\n{count}; run {command} to see all\n")


def format_marker(words: tuple[str, ...]) -> str:
    """Format an HTML comment: `<!-- paramcore plan "warehouse boxes" -->`."""
    command, *subjects = words
    # Two hyphens or an angle bracket could end the comment, so JSON escapes replace them.
    quoted = (
        format_value(name, limit=NAME_LIMIT).replace("--", "-\\u002d").replace("<", "\\u003c").replace(">", "\\u003e")
        for name in subjects
    )
    return f"<!-- {' '.join(['paramcore', command, *quoted])} -->"


def format_code(text: str, *, in_table: bool = False) -> str:
    r"""Format text as a code span, which keeps backticks, pipes and spaces.

    Example:
        >>> print(format_code("a`b"), format_code("x|y", in_table=True))
        ``a`b`` `x\|y`
    """
    text = escape_unprintable(text)
    runs = {len(run) for run in re.findall("`+", text)}
    ticks = "`" * next(length for length in range(1, len(runs) + 2) if length not in runs)
    # A space must separate a backtick from the ticks.  If a span begins and ends with a space, Markdown removes both
    # spaces, so pad text with such spaces, too.
    is_padded = text[:1] == "`" or text[-1:] == "`" or (text[:1] == text[-1:] == " " and text.strip(" ") != "")
    padding = " " if is_padded else ""
    span = f"{ticks}{padding}{text}{padding}{ticks}"
    return span.replace("|", "\\|") if in_table else span


def format_fence(language: str, text: str) -> str:
    """Format lines of text as a fenced code block."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(map(escape_unprintable, text.split("\n")))
    return f"{fence}{language}\n{lines}\n{fence}\n"


def format_cell(cell: Cell, *, in_table: bool = False) -> str:
    """Join the parts of a cell: text of paramcore unchanged, other text as code spans."""
    return "".join(
        part if isinstance(part, str) else format_code(format_part(part), in_table=in_table) for part in cell
    )


def format_part(part: UserText | Verbatim) -> str:
    """Return the text of a part of a cell, on one line; an empty name is `""`."""
    if isinstance(part, UserText):
        return format_name(part.text, limit=NAME_LIMIT) or '""'
    return escape_unprintable(part.text)


def _render_part(part: Part) -> Group:
    pieces = list(_iter_rows(part) if isinstance(part, Table) else _iter_blocks(part))
    opening, closing = "\n", ""
    if isinstance(part, Table):
        opening = f"\n| {' | '.join(part.columns)} |\n|{'---|' * len(part.columns)}\n"
    if part.summary:
        # Inside `<details>`, a blank line starts Markdown.
        opening, closing = f"\n<details><summary>{part.summary}</summary>\n{opening}", "\n</details>\n"
    return Group(opening, pieces, closing, part.omitted, part.summary)


def _iter_rows(table: Table) -> Iterator[Piece]:
    for row in table.rows:
        yield Piece(row.rank, f"| {' | '.join(format_cell(cell, in_table=True) for cell in row.cells)} |\n")


def _iter_blocks(blocks: Blocks) -> Iterator[Piece]:
    for index, item in enumerate(blocks.items):
        # Paragraphs and fences are separated by blank lines.
        before = "\n" if index else ""
        text = format_cell(item.text) + "\n" if isinstance(item, Paragraph) else _format_block(item)
        yield Piece(item.rank, before + text)


def _format_block(code: Code) -> str:
    title = f"{format_cell(code.title)}\n\n" if code.title else ""
    return title + format_fence(code.language, code.text)
