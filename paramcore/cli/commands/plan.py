"""The command that shows what an update would change: plan."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator

from paramcore.analysis import Plan
from paramcore.cli.exit_codes import FINDINGS, FINE, REFUSED
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.params import read_params, read_update_file
from paramcore.cli.projects import ProjectFiles
from paramcore.text import format_value


def plan(options: Namespace) -> Pieces:
    """Show what an update would change in a project, dropped params first."""
    if (options.update is None) == (options.wanted is None):
        print_message("usage: paramcore plan: wanted either UPDATE or --wanted FILE[@N]")
        raise SystemExit(REFUSED)
    projects = ProjectFiles(options.project, options.assumptions)
    plans = list(_iter_plans(projects, options))
    dropping = [plan for plan in plans if plan.needs_consent]
    if options.format == "json":
        yield format_document(projects.join_answers([plan.to_json() for plan in plans]))
        return FINDINGS if dropping else FINE
    if projects.many:
        names = ", ".join(format_value(plan.project.name) for plan in dropping)
        yield f"{len(dropping)} of {len(plans)} projects would lose params{': ' if names else ''}{names}\n\n"
    yield "\n\n".join(map(str, [*dropping, *(plan for plan in plans if not plan.needs_consent)])) + "\n"
    return FINDINGS if dropping else FINE


def _iter_plans(projects: ProjectFiles, options: Namespace) -> Iterator[Plan]:
    if options.wanted is not None:
        wanted = read_params(options.wanted)
        for project in projects:
            with wanted.document.locate_errors():
                yield Plan.to(project, wanted.params)
        return
    update = read_update_file(options.update)
    for project in projects:
        yield Plan.of(project, update)
