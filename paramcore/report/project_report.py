"""The report about projects: one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from paramcore import __version__
from paramcore.report.html import render_page
from paramcore.report.project_views import ProjectReport, view_phrase, view_project
from paramcore.report.verdicts import Phrase, format_phrase, get_plans_verdict
from paramcore.text import format_count, format_name


@frozen
class Commands:
    """The commands that a page shows."""

    #: The command that makes the page.
    report: str
    #: The command that lists all versions.
    log: str
    #: The command that lists all changes of the update; empty without an update.
    plan: str
    #: The command that lists all affected requests; empty without an update or without tasks.
    impact: str
    #: The command that lists the effective params of all tasks; empty without tasks.
    preview: str
    #: The command that lists all findings.
    validate: str


@frozen
class IndexRow:
    """A project in the index of a page about several projects."""

    #: The prefix of the ids of the project's HTML elements.
    prefix: str
    name: str
    #: The number in each column, by the label of the column.
    counts: Mapping[str, int]


def render_report(reports: Sequence[ProjectReport], commands: Commands, *, many: bool, values: bool) -> str:
    """Render the page about projects; `many` adds an index.

    Projects whose update needs consent come first.  Without `values`, the page shows the
    names of params and the kinds of changes, but no values of params.
    """
    ordered = sorted(reports, key=lambda report: not (report.plan and report.plan.needs_consent))
    prefixes = [f"p{number}-" for number in range(1, len(ordered) + 1)]
    verdict = _get_verdict(ordered)
    return render_page(
        "report.html",
        title=format_phrase(verdict),
        verdict=view_phrase(verdict),
        projects=[
            view_project(report, prefix, values=values) for report, prefix in zip(ordered, prefixes, strict=True)
        ],
        index=[_view_index_row(report, prefix) for report, prefix in zip(ordered, prefixes, strict=True)]
        if many
        else [],
        commands=commands,
        values=values,
        version=__version__,
    )


def _view_index_row(report: ProjectReport, prefix: str) -> IndexRow:
    diff = None if report.plan is None else report.plan.diff
    impact = None if report.tasks is None else report.tasks.impact
    counts: dict[str, int] = {}
    if diff is not None:
        counts |= {"Dropped": len(diff.removed), "Lost inside": len(diff.lost)}
        counts |= {"Changed": len(diff.changed), "Added": len(diff.added)}
    if impact is not None:
        counts["Tasks that change"] = impact.affected
    counts |= {"Errors": report.errors, "Warnings": report.warnings}
    return IndexRow(prefix, format_name(report.project.name), counts)


def _get_verdict(reports: Sequence[ProjectReport]) -> Phrase:
    if len(reports) == 1:
        return reports[0].verdict
    plans = [report.plan for report in reports if report.plan is not None]
    if plans:
        return get_plans_verdict(plans)
    errors = format_count(sum(report.errors for report in reports), "error")
    warnings = format_count(sum(report.warnings for report in reports), "warning")
    return (f"{errors}, {warnings} in {format_count(len(reports), 'project')}",)
