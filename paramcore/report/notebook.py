"""Results in notebooks: HTML of plain semantic tags, and short Markdown.

The HTML has no style, class, id or script, so the theme of the notebook applies, and
no sanitizer removes a part of the HTML.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from functools import singledispatch

from paramcore.analysis import Audit, Diff, Drift, Extraction, History, Impact, Plan
from paramcore.model import EffectiveParams, Explanation, Project
from paramcore.report.document import Blocks, Cell, Code, Document, Group, Paragraph, Part, Piece, Row, Size, Table, fit
from paramcore.report.findings import build_audit_document
from paramcore.report.histories import build_log_document, build_project_document, build_status_document
from paramcore.report.inverses import build_extraction_document
from paramcore.report.markdown import format_part, render_markdown
from paramcore.report.tasks import build_explanation_document, build_preview_document
from paramcore.report.updates import build_diff_document, build_impact_document, build_plan_document
from paramcore.report.verdicts import get_verdict


def _count_bytes(text: str) -> int:
    return len(text.encode())


#: The maximum size of an output.  It is small, because a notebook stores each output.
NOTEBOOK_SIZE = Size(16_000, _count_bytes, max_pieces=30, drops_are_whole=False)

#: The command that an output names if it omits something.
_COMMAND = "print(...)"


def render_short_markdown(result: object) -> str:
    """Render a result as Markdown of at most 16 kB."""
    return render_markdown(build_document(result), NOTEBOOK_SIZE)


def render_html(result: object) -> str:
    """Render a result as HTML of at most 16 kB."""
    document = build_document(result)
    verdict = f"<strong>{_format_cell(document.verdict)}</strong>"
    first = document.parts[0] if document.parts else None
    command = html.escape(document.command)

    def render(caption: str) -> str:
        groups = [_render_part(part, "" if index else caption) for index, part in enumerate(document.parts)]
        start = "" if caption else f"<p>{verdict}</p>\n"
        return fit(
            start, groups, "", NOTEBOOK_SIZE, lambda count: f"<p>{count}; run <code>{command}</code> to see all</p>\n"
        )

    page = render(verdict if isinstance(first, Table) and not first.summary else "")
    # If no row of the first table fits, the table and its caption are left out.  Then write the verdict as a paragraph.
    return page if verdict in page else render("")


@singledispatch
def build_document(result: object) -> Document:
    """Build the document of a result.

    Raises:
        TypeError: for an object that is not a result.
    """
    raise TypeError(f"`{type(result).__name__}` has no document")


@build_document.register
def _build_plan(plan: Plan) -> Document:
    return build_plan_document([plan], _COMMAND)


@build_document.register
def _build_diff(diff: Diff) -> Document:
    return build_diff_document(diff, _COMMAND)


@build_document.register
def _build_impact(impact: Impact) -> Document:
    return build_impact_document([impact], _COMMAND)


@build_document.register
def _build_extraction(extraction: Extraction) -> Document:
    return build_extraction_document(extraction, _COMMAND)


@build_document.register
def _build_audit(audit: Audit) -> Document:
    return build_audit_document([audit], _COMMAND)


@build_document.register
def _build_drift(drift: Drift) -> Document:
    return build_status_document([drift], _COMMAND)


@build_document.register
def _build_history(history: History) -> Document:
    return build_log_document([history], _COMMAND)


@build_document.register
def _build_project(project: Project) -> Document:
    return build_project_document(project, _COMMAND)


@build_document.register
def _build_effective(effective: EffectiveParams) -> Document:
    return build_preview_document(effective, _COMMAND)


@build_document.register
def _build_explanation(explanation: Explanation) -> Document:
    return build_explanation_document(
        [explanation], get_verdict(explanation), _COMMAND, marker=("explain", explanation.param)
    )


def _format_cell(cell: Cell) -> str:
    return "".join(
        html.escape(part) if isinstance(part, str) else f"<code>{html.escape(format_part(part))}</code>"
        for part in cell
    )


def _render_part(part: Part, caption: str) -> Group:
    if isinstance(part, Blocks):
        opening, closing = (
            (f"<details><summary>{part.summary}</summary>\n", "</details>\n") if part.summary else ("", "")
        )
        return Group(opening, list(_iter_blocks(part)), closing, part.omitted, part.summary)
    headers = "".join(f'<th scope="col">{column}</th>' for column in part.columns)
    caption = f"<caption>{caption or part.summary}</caption>\n" if caption or part.summary else ""
    opening = f"<table>\n{caption}<thead><tr>{headers}</tr></thead>\n<tbody>\n"
    closing = "</tbody>\n</table>\n"
    if part.summary:
        opening, closing = f"<details><summary>{part.summary}</summary>\n{opening}", f"{closing}</details>\n"
    pieces = [Piece(row.rank, _format_row(row, part.header)) for row in part.rows]
    return Group(opening, pieces, closing, part.omitted, part.summary)


def _format_row(row: Row, header: int) -> str:
    cells = [
        f'<th scope="row">{_format_cell(cell)}</th>' if index == header else f"<td>{_format_cell(cell)}</td>"
        for index, cell in enumerate(row.cells)
    ]
    return f"<tr>{''.join(cells)}</tr>\n"


def _iter_blocks(blocks: Blocks) -> Iterator[Piece]:
    for item in blocks.items:
        if isinstance(item, Paragraph):
            yield Piece(item.rank, f"<p>{_format_cell(item.text)}</p>\n")
        # Omit diffs, because plain HTML without `<pre>` would show a diff on one line.
        elif item.language != "diff":
            yield Piece(item.rank, _format_code(item))


def _format_code(code: Code) -> str:
    return f"<p>{_format_cell(code.title)} <code>{html.escape(code.text)}</code></p>\n"
