"""The command `preview`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from paramcore.bulk import RoutedRequest
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.jobs import run_tasks
from paramcore.cli.output import Pieces
from paramcore.cli.task_output import DocumentFormat, TaskFormatter, write_outputs
from paramcore.model import EffectiveParams
from paramcore.report.document import Cell, Document, Row
from paramcore.report.tasks import (
    EXPLAIN_COLUMNS,
    PREVIEW_COLUMNS,
    build_explanation_document,
    build_preview_document,
    iter_explanation_rows,
    iter_preview_rows,
)
from paramcore.report.verdicts import get_verdict
from paramcore.text.rows import Line, Piece


def preview(options: Namespace) -> Pieces:
    """Show the effective params of each task."""
    report = _EXPLAINED_REPORT if options.explain else _REPORT
    explained = (_list_explained, _explained_to_json) if options.explain else ()
    formatter = TaskFormatter(options, read_project_argument(options), report, *explained)
    return write_outputs(run_tasks(formatter.format_tasks, options, prints=not options.output), formatter)


def _list_explained(_request: RoutedRequest, effective: EffectiveParams) -> list[Piece]:
    explanations = (piece for found in effective.explain_all(unset=True) for piece in (Line(""), *found.list_pieces()))
    return [Line(effective.headline), *explanations]


def _explained_to_json(_request: RoutedRequest, effective: EffectiveParams) -> dict[str, Any]:
    explanations = [explanation.to_json() for explanation in effective.explain_all(unset=True)]
    return {**effective.to_json(), "explanations": explanations}


def _iter_explained_rows(effective: EffectiveParams, first: tuple[Cell, ...]) -> Iterator[Row]:
    for explanation in effective.explain_all(unset=True):
        yield from iter_explanation_rows(explanation, first)


def _build_explained_document(effective: EffectiveParams) -> Document:
    explanations = effective.explain_all(unset=True)
    return build_explanation_document(explanations, get_verdict(effective), marker=("preview", effective.project))


_REPORT = DocumentFormat(PREVIEW_COLUMNS, iter_preview_rows, build_preview_document, "effective params")
_EXPLAINED_REPORT = DocumentFormat(
    EXPLAIN_COLUMNS, _iter_explained_rows, _build_explained_document, "explained effective params"
)
