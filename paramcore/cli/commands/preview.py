"""The command `preview`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.bulk import RoutedRequest
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.jobs import run_tasks
from paramcore.cli.output import Pieces
from paramcore.cli.task_output import TaskFormatter, print_outputs
from paramcore.model import EffectiveParams
from paramcore.text.rows import Line, Piece


def preview(options: Namespace) -> Pieces:
    """Show the effective params of each task."""
    explained = (_list_explained, _explained_to_json) if options.explain else ()
    formatter = TaskFormatter(options, read_project_argument(options), *explained)
    return print_outputs(run_tasks(formatter.format_tasks, options, prints=not options.output), options)


def _list_explained(_request: RoutedRequest, effective: EffectiveParams) -> list[Piece]:
    explanations = (piece for found in effective.explain_all() for piece in (Line(""), *found.list_pieces()))
    return [Line(effective.headline), *explanations]


def _explained_to_json(_request: RoutedRequest, effective: EffectiveParams) -> dict[str, Any]:
    explanations = [explanation.to_json() for explanation in effective.explain_all()]
    return {**effective.to_json(), "explanations": explanations}
