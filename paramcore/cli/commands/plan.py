"""The command `plan`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from paramcore.analysis import Plan
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.planner import Planner
from paramcore.text import format_value
from paramcore.text.rows import Line


def plan(options: Namespace) -> Pieces:
    """Show what an update would drop and change in a project, and the errors in the update."""
    # Read PROJECT before UPDATE, so that an error names swapped arguments.
    projects = read_project_argument(options, quiet=True)
    planner = Planner.read(options)
    plans = [planner.plan(project, projects.locate_project(project)) for project in projects]
    status = FINDINGS if any(plan.needs_consent for plan in plans) else FINE
    if options.format == "json":
        yield format_document(projects.join_answers([select_values(plan.to_json(), options) for plan in plans]))
        return status
    if projects.many:
        losing = [plan for plan in plans if plan.dropped]
        invalid = [plan for plan in plans if plan.errors]
        summary = [_summarize(losing, plans, "would lose params")]
        summary += [_summarize(invalid, plans, "would get errors")] if invalid else []
        yield f"{options.screen.render(summary)}\n\n"
    in_order = sorted(plans, key=lambda plan: not plan.needs_consent)
    yield "\n\n".join(options.screen.render(plan.list_pieces()) for plan in in_order) + "\n"
    return status


def _summarize(affected: Sequence[Plan], plans: Sequence[Plan], effect: str) -> Line:
    names = ", ".join(format_value(plan.project.name) for plan in affected)
    return Line(f"{len(affected)} of {len(plans)} projects {effect}{': ' if names else ''}{names}")
