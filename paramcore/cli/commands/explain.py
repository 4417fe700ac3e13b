"""The command `explain`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.cli.arguments import read_project_argument
from paramcore.cli.output import Pieces
from paramcore.cli.requests import read_raw_tasks
from paramcore.cli.task_output import TaskFormatter, write_outputs
from paramcore.model import EffectiveParams, Explanation


def explain(options: Namespace) -> Pieces:
    """Explain why each param has its value, and list the values that did not apply."""

    def explain_params(effective: EffectiveParams) -> list[Explanation]:
        return [effective.explain(param) for param in options.params] or list(effective.explain_all())

    def as_text(effective: EffectiveParams) -> str:
        return "\n\n".join(map(str, explain_params(effective)))

    def as_json(effective: EffectiveParams) -> dict[str, Any]:
        explanations = [explanation.to_json() for explanation in explain_params(effective)]
        return {"project": effective.project, "explanations": explanations}

    formatter = TaskFormatter(options, read_project_argument(options), as_text, as_json)
    return write_outputs(formatter.format_tasks(read_raw_tasks(options, prints=not options.output)), options)
