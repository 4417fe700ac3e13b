"""The command `explain`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from attrs import frozen

from paramcore.bulk import RoutedRequest
from paramcore.cli.arguments import check_params, read_project_argument
from paramcore.cli.output import Pieces
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import read_raw_tasks
from paramcore.cli.task_output import DocumentFormat, TaskFormatter, write_outputs
from paramcore.files.document import Document
from paramcore.model import EffectiveParams, Explanation
from paramcore.model.explanation import Candidate
from paramcore.report.document import Cell, Document as ReportDocument, Row
from paramcore.report.tasks import EXPLAIN_COLUMNS, build_explanation_document, iter_explanation_rows
from paramcore.report.verdicts import get_verdict
from paramcore.text.rows import Line, Piece
from paramcore.values import join_pointer

#: The place of a layer that does not set the param.
_UNKNOWN_PLACE = dict.fromkeys(("file", "line", "column"))


def explain(options: Namespace) -> Pieces:
    """Explain why each param has its value, and list the values that the task does not get."""
    projects = read_project_argument(options)
    check_params(options.params, projects)
    explainer = Explainer(projects, options.params)
    report = DocumentFormat(EXPLAIN_COLUMNS, explainer.make_rows, explainer.make_document, "explained params")
    formatter = TaskFormatter(options, projects, report, explainer.list_pieces, explainer.build_json)
    return write_outputs(formatter.format_tasks(read_raw_tasks(options, prints=not options.output)), formatter)


@frozen
class Explainer:
    """Explains params of tasks; text and JSON show the file and line at which each layer sets a param."""

    projects: ProjectFiles
    #: The params to explain.  If the list is empty, all params of the task and of the project are explained.
    params: list[str]

    def list_pieces(self, request: RoutedRequest, effective: EffectiveParams) -> list[Piece]:
        """Return the explanations as text."""
        pieces: list[Piece] = []
        for explanation in self._explain(effective):
            places = [
                "" if found is None else found[0].format_location(found[1])
                for found in self._find_layers(request, explanation)
            ]
            pieces += [*([Line("")] if pieces else []), *explanation.list_pieces(places)]
        return pieces

    def build_json(self, request: RoutedRequest, effective: EffectiveParams) -> dict[str, Any]:
        """Return the explanations as JSON; each candidate has the keys `file`, `line` and `column`."""
        explanations = []
        for explanation in self._explain(effective):
            candidates = [
                {**candidate.to_json(), **(_UNKNOWN_PLACE if found is None else _locate(*found))}
                for candidate, found in zip(
                    explanation.candidates, self._find_layers(request, explanation), strict=True
                )
            ]
            explanations.append({**explanation.to_json(), "candidates": candidates})
        return {"project": effective.project, "explanations": explanations}

    def make_rows(self, effective: EffectiveParams, first: tuple[Cell, ...]) -> Iterator[Row]:
        """Yield the rows that explain one task, for a document about many tasks."""
        for explanation in self._explain(effective):
            yield from iter_explanation_rows(explanation, first)

    def make_document(self, effective: EffectiveParams) -> ReportDocument:
        """Return the explanations of the only task as a document."""
        explanations = self._explain(effective)
        verdict = get_verdict(explanations[0] if len(explanations) == 1 else effective)
        marker = ("explain", effective.project, *self.params)
        return build_explanation_document(explanations, verdict, marker=marker)

    def _explain(self, effective: EffectiveParams) -> Sequence[Explanation]:
        return [effective.explain(param) for param in self.params] or effective.explain_all(unset=True)

    def _find_layers(self, request: RoutedRequest, explanation: Explanation) -> Iterator[tuple[Document, str] | None]:
        """Yield the document and the JSON Pointer of each candidate, or `None` if the layer does not set the param."""
        for candidate in explanation.candidates:
            yield self._find_layer(request, candidate, explanation.param) if candidate.status != "UNSET" else None

    def _find_layer(self, request: RoutedRequest, candidate: Candidate, param: str) -> tuple[Document, str]:
        if candidate.version is None:
            return request.read_document(), join_pointer(param)
        document, pointer = self.projects.locate_project(request.route.project)
        return document, pointer + join_pointer("param_history", candidate.version, param)


def _locate(document: Document, pointer: str) -> dict[str, Any]:
    position = document.locate(pointer)
    return {"file": document.source, "line": position.line, "column": position.column}
