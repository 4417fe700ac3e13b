"""The command `plan`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from paramcore.analysis import Plan
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.planner import Planner
from paramcore.text import format_value


def plan(options: Namespace) -> Pieces:
    """Show what an update would drop and change in a project, and the errors in the update."""
    # Read PROJECT first, because its reader detects that PROJECT and UPDATE are swapped.
    projects = read_project_argument(options, quiet=True)
    planner = Planner.read(options)
    plans = [planner.plan(project, projects.locate_project(project)) for project in projects]
    status = FINDINGS if any(plan.needs_consent for plan in plans) else FINE
    if options.format == "json":
        yield format_document(projects.unwrap_single([plan.to_json() for plan in plans]))
        return status
    if projects.many:
        yield _summarize([plan for plan in plans if plan.dropped], plans, "would lose params")
        invalid = [plan for plan in plans if plan.errors]
        yield _summarize(invalid, plans, "would have errors") if invalid else ""
        yield "\n"
    yield "\n\n".join(map(str, sorted(plans, key=lambda plan: not plan.needs_consent))) + "\n"
    return status


def _summarize(affected: Sequence[Plan], plans: Sequence[Plan], effect: str) -> str:
    names = ", ".join(format_value(plan.project.name) for plan in affected)
    return f"{len(affected)} of {len(plans)} projects {effect}{': ' if names else ''}{names}\n"
