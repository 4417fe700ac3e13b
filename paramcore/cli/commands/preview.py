"""The command `preview`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.cli.arguments import read_project_argument
from paramcore.cli.jobs import run_tasks
from paramcore.cli.output import Pieces
from paramcore.cli.task_output import TaskFormatter, write_outputs
from paramcore.model import EffectiveParams


def preview(options: Namespace) -> Pieces:
    """Show the effective params of each task."""
    explained = (_format_explained, _explained_to_json) if options.explain else ()
    formatter = TaskFormatter(options, read_project_argument(options), *explained)
    return write_outputs(run_tasks(formatter.format_tasks, options, prints=not options.output), options)


def _format_explained(effective: EffectiveParams) -> str:
    return "\n\n".join([effective.headline, *map(str, effective.explain_all())])


def _explained_to_json(effective: EffectiveParams) -> dict[str, Any]:
    explanations = [explanation.to_json() for explanation in effective.explain_all()]
    return {**effective.to_json(), "explanations": explanations}
