"""The command `plan`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence

from paramcore.analysis import Plan
from paramcore.cli.annotations import annotate_errors, format_annotation, limit_annotations
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.located_finding import LocatedFinding
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.planner import Planner
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.screen import Screen
from paramcore.cli.summary import report_document
from paramcore.report.updates import build_plan_document
from paramcore.report.verdicts import format_phrase, get_plans_verdict
from paramcore.text import format_count, format_name, format_value
from paramcore.text.rows import Line
from paramcore.values import split_pointer

#: The maximum number of projects that a line of the summary names.
_MOST_NAMES = 20


def plan(options: Namespace) -> Pieces:
    """Show what an update would drop and change in a project, and the errors in the update."""
    return (yield from annotate_errors(_plan(options), options))


def _plan(options: Namespace) -> Pieces:
    # Read PROJECT first, because its reader detects that PROJECT and UPDATE are swapped.
    projects = read_project_argument(options, quiet=True)
    planner = Planner.read(options)
    plans = [planner.plan(project, projects.locate_project(project)) for project in projects]
    if options.format == "json":
        yield format_document(projects.unwrap_single([select_values(plan.to_json(), options) for plan in plans]))
    elif options.format == "text":
        yield from _iter_text(projects, plans, planner, options.screen)
    elif options.format == "github":
        yield from limit_annotations(_iter_annotations(planner, plans), options)
    yield from report_document(options, lambda command: build_plan_document(plans, command, subject=projects.subject))
    return FINDINGS if any(plan.needs_consent for plan in plans) else FINE


def _iter_text(projects: ProjectFiles, plans: Sequence[Plan], planner: Planner, screen: Screen) -> Iterator[str]:
    if projects.many:
        losing = [plan for plan in plans if plan.dropped]
        invalid = [plan for plan in plans if plan.errors]
        summary = [_summarize(losing, plans, "would lose params")]
        summary += [_summarize(invalid, plans, "would have errors")] if invalid else []
        yield f"{screen.render(summary)}\n\n"
    in_order = sorted(plans, key=lambda plan: not plan.needs_consent)
    yield "\n\n".join(screen.render(plan.list_pieces(planner.how_to_keep)) for plan in in_order) + "\n"


def _summarize(affected: Sequence[Plan], plans: Sequence[Plan], effect: str) -> Line:
    names = _list_names([format_value(plan.project.name) for plan in affected], _MOST_NAMES)
    return Line(f"{len(affected)} of {len(plans)} projects {effect}{': ' if names else ''}{names}")


def _iter_annotations(planner: Planner, plans: Sequence[Plan]) -> Iterator[str]:
    """Yield an annotation for each dropped param, each lost value, each finding, and the verdict."""
    dropping: dict[str, list[str]] = {}
    losing: dict[str, list[str]] = {}
    for plan in plans:
        for change in plan.diff.changes:
            if change.kind in ("removed", "lost"):
                affected = dropping if change.kind == "removed" else losing
                affected.setdefault(change.pointer, []).append(format_value(plan.project.name))
    for pointer, projects in dropping.items():
        [name] = split_pointer(pointer)
        dropped = f"the update drops {format_value(name)} of {_list_projects(projects)}"
        text = f"{dropped}; {planner.how_to_keep} to keep it"
        yield format_annotation("error", "param_dropped", text, *planner.locate(pointer))
    for pointer, projects in losing.items():
        text = f"the update loses {format_name(pointer)} of {_list_projects(projects)}"
        yield format_annotation("warning", "value_lost", text, *planner.locate(pointer))
    for finding in (finding for plan in plans for finding in plan.findings):
        if isinstance(finding, LocatedFinding):
            yield finding.format_annotation()
    yield format_annotation("notice", "plan", format_phrase(get_plans_verdict(plans)))


def _list_projects(names: Sequence[str]) -> str:
    """Format at most three names of projects: `"docks"`, or `5 projects: "a", "b", "c", ...`."""
    if len(names) == 1:
        return names[0]
    return f"{format_count(len(names), 'project')}: {_list_names(names, 3)}"


def _list_names(names: Sequence[str], most: int) -> str:
    return ", ".join([*names[:most], *(["..."] if len(names) > most else [])])
