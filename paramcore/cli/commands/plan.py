"""The command that shows what an update would change: plan."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.params import read_planner
from paramcore.cli.projects import ProjectFiles
from paramcore.text import format_value


def plan(options: Namespace) -> Pieces:
    """Show what an update would change in a project, dropped params first."""
    plan_update = read_planner(options)
    projects = ProjectFiles(options.project, options.assumptions)
    plans = [plan_update(project) for project in projects]
    dropping = [plan for plan in plans if plan.needs_consent]
    if options.format == "json":
        yield format_document(projects.join_answers([plan.to_json() for plan in plans]))
        return FINDINGS if dropping else FINE
    if projects.many:
        names = ", ".join(format_value(plan.project.name) for plan in dropping)
        yield f"{len(dropping)} of {len(plans)} projects would lose params{': ' if names else ''}{names}\n\n"
    yield "\n\n".join(map(str, sorted(plans, key=lambda plan: not plan.needs_consent))) + "\n"
    return FINDINGS if dropping else FINE
