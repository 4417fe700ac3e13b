"""The command `explain`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from paramcore.cli.arguments import read_project_argument
from paramcore.cli.output import Pieces
from paramcore.cli.requests import read_raw_tasks
from paramcore.cli.task_output import DocumentFormat, TaskFormatter, write_outputs
from paramcore.model import EffectiveParams, Explanation
from paramcore.report.document import Cell, Document, Row
from paramcore.report.tasks import EXPLAIN_COLUMNS, build_explanation_document, iter_explanation_rows
from paramcore.report.verdicts import get_verdict


def explain(options: Namespace) -> Pieces:
    """Explain why each param has its value, and list the values that did not apply."""

    def explain_params(effective: EffectiveParams) -> list[Explanation]:
        return [effective.explain(param) for param in options.params] or list(effective.explain_all())

    def as_text(effective: EffectiveParams) -> str:
        return "\n\n".join(map(str, explain_params(effective)))

    def as_json(effective: EffectiveParams) -> dict[str, Any]:
        explanations = [explanation.to_json() for explanation in explain_params(effective)]
        return {"project": effective.project, "explanations": explanations}

    def make_rows(effective: EffectiveParams, first: tuple[Cell, ...]) -> Iterator[Row]:
        for explanation in explain_params(effective):
            yield from iter_explanation_rows(explanation, first)

    def make_document(effective: EffectiveParams) -> Document:
        marker = ("explain", effective.project, *options.params)
        explanations = explain_params(effective)
        verdict = get_verdict(explanations[0] if len(explanations) == 1 else effective)
        return build_explanation_document(explanations, verdict, marker=marker)

    report = DocumentFormat(EXPLAIN_COLUMNS, make_rows, make_document, "explained params")
    formatter = TaskFormatter(options, read_project_argument(options), report, as_text, as_json)
    return write_outputs(formatter.format_tasks(read_raw_tasks(options, prints=not options.output)), formatter)
