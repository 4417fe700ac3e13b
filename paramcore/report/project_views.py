"""Projects as a page shows them: the verdict, losses, lifelines, versions, tasks and findings."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import asdict, field, frozen

from paramcore.analysis import History, Plan
from paramcore.analysis.history import Step
from paramcore.model import ASSUMED_RULES, AssumedRule, Assumptions, Patch, Project
from paramcore.report.advice import find_keeping_patch, iter_advice
from paramcore.report.error_changes import ErrorChanges
from paramcore.report.lifeline_views import LifelinesView, view_lifelines
from paramcore.report.task_views import EffectiveView, ImpactView, Tasks, view_effective, view_impact
from paramcore.report.value_views import (
    MAX_PARAMS,
    ChangeView,
    TimeView,
    ValueView,
    view_changes,
    view_time,
    view_value,
)
from paramcore.report.verdicts import Phrase, UserText, get_verdict
from paramcore.text import format_count, format_name, format_value

#: The maximum number of versions that a page lists.
MAX_VERSIONS = 50


@frozen
class FindingRow:
    """A finding as text."""

    severity: str
    code: str
    #: The file, the line and the column.
    location: str
    #: The JSON Pointer of the value.
    pointer: str
    message: str
    #: The version with the value: `in version 3, unchanged since version 1`; empty for a value of a task.
    since: str
    #: Text about the cause of an error, such as `caused by this update`; empty without an update.
    origin: str = ""


@frozen
class ProjectReport:
    """The content of a report about one project."""

    project: Project
    #: The file of the project.
    source: str
    plan: Plan | None = None
    tasks: Tasks | None = None
    #: The findings to list, errors first.
    findings: tuple[FindingRow, ...] = ()
    #: The number of all errors, including those that `findings` leaves out.
    errors: int = 0
    #: The number of all warnings, including those that `findings` leaves out.
    warnings: int = 0
    #: The errors today, after the update, and with the patch that keeps the dropped params.
    changes: ErrorChanges = field(factory=ErrorChanges)

    @property
    def verdict(self) -> Phrase:
        """The verdict of the plan; without a plan, the numbers of errors and warnings."""
        if self.plan is not None:
            return get_verdict(self.plan)
        errors, warnings = format_count(self.errors, "error"), format_count(self.warnings, "warning")
        return f"{errors}, {warnings}: ", UserText(self.project.name), f", {self._count_inputs()}"

    def _count_inputs(self) -> str:
        versions = format_count(len(self.project.versions), "version")
        return versions if self.tasks is None else f"{versions}, {format_count(self.tasks.total, 'task')}"


@frozen
class Part:
    """A part of a phrase."""

    text: str
    #: Whether the text is a name or a value of the user.
    is_user_text: bool


def view_phrase(phrase: Phrase) -> tuple[Part, ...]:
    """Return the view of a phrase."""
    return tuple(
        Part(format_name(part.text), True) if isinstance(part, UserText) else Part(part, False) for part in phrase
    )


@frozen
class PlanView:
    """What an update does to a project."""

    #: The dropped params, and the values that are lost inside params.
    losses: tuple[ChangeView, ...]
    #: The number of losses that the page leaves out.
    omitted_losses: int
    #: The changes that are not losses.
    others: tuple[ChangeView, ...]
    #: The number of changes, other than losses, that the page leaves out.
    omitted_others: int
    #: The names of the dropped params.
    dropped: tuple[str, ...]
    #: The names of the params that lose values inside them.
    losing: tuple[str, ...]
    before_count: int
    kept: int
    #: What to do, in sentences.
    advice: tuple[tuple[Part, ...], ...]
    #: The names of the params in the patch that keeps the dropped params; empty without such a patch.
    patch_names: tuple[str, ...]
    #: The body of the patch that keeps the dropped params; `None` without such a patch, or if values are hidden.
    patch: ValueView | None


def view_plan(plan: Plan, *, values: bool, errors: ErrorChanges = ErrorChanges()) -> PlanView:
    """Return the view of a plan; `errors` counts the errors today, after the update, and with the patch."""
    diff = plan.diff
    losses = [change for change in diff.changes if change.kind in ("removed", "lost")]
    others = [change for change in diff.changes if change.kind not in ("removed", "lost")]
    versions = plan.project.versions
    keeping = find_keeping_patch(plan)
    return PlanView(
        view_changes(losses[:MAX_PARAMS], values=values, versions=versions),
        len(losses[MAX_PARAMS:]),
        view_changes(others[:MAX_PARAMS], values=values, versions=versions),
        len(others[MAX_PARAMS:]),
        tuple(map(format_name, plan.dropped)),
        tuple(dict.fromkeys(format_name(change.param) for change in losses if change.kind == "lost")),
        len(plan.before),
        len(diff.kept),
        tuple(map(view_phrase, iter_advice(plan, keeping, errors))),
        () if keeping is None else tuple(map(format_name, keeping.params)),
        view_value(keeping.body) if keeping and values else None,
    )


@frozen
class VersionView:
    """A version and its changes."""

    number: int
    time: TimeView | None
    how: str
    dropped: tuple[str, ...]
    changed: tuple[str, ...]
    added: tuple[str, ...]
    #: The params whose new value is one that they had in an earlier version, with the number of that version.
    returns: tuple[tuple[str, int], ...]


def view_step(step: Step) -> VersionView:
    """Return the view of a version and its changes."""
    return VersionView(
        step.version.number,
        view_time(step.version.created_at),
        step.how,
        tuple(map(format_name, step.diff.removed)),
        tuple(map(format_name, step.diff.changed)),
        tuple(map(format_name, step.diff.added)),
        tuple((format_name(name), number) for name, number in step.returns.items()),
    )


@frozen
class ProjectView:
    """A project on a page."""

    #: The prefix of the ids of the project's HTML elements.
    prefix: str
    name: str
    type: str
    source: str
    version_count: int
    verdict: tuple[Part, ...]
    plan: PlanView | None
    lifelines: LifelinesView
    #: The latest versions, newest first.
    versions: tuple[VersionView, ...]
    #: The number of older versions that the page leaves out.
    omitted_versions: int
    task_count: int | None
    rejected: int
    #: Descriptions such as `inheriting version 2, the latest` or `inheriting nothing`, each with the number of tasks.
    inherited: tuple[tuple[str, int], ...]
    effective: EffectiveView | None
    impact: ImpactView | None
    findings: tuple[FindingRow, ...]
    errors: int
    warnings: int
    #: The numbers of errors today, `("today", 2)`, and with the patch instead of the update, `("with the patch", 0)`.
    other_errors: tuple[tuple[str, int], ...]
    #: The assumed rules that the report depends on.
    rules: tuple[AssumedRule, ...]
    #: The settings that differ from their defaults, with their values as JSON.
    settings: tuple[tuple[str, str], ...]

    @property
    def omitted_findings(self) -> int:
        """The number of findings that the page leaves out."""
        return self.errors + self.warnings - len(self.findings)


def view_project(report: ProjectReport, prefix: str, *, values: bool) -> ProjectView:
    """Return the view of a project; the ids of the HTML elements begin with `prefix`."""
    project, tasks = report.project, report.tasks or Tasks()
    history = History.of(project)
    steps = history.steps[::-1]
    return ProjectView(
        prefix=prefix,
        name=format_name(project.name),
        type=format_name(project.type),
        source=report.source,
        version_count=len(steps),
        verdict=view_phrase(report.verdict),
        plan=None if report.plan is None else view_plan(report.plan, values=values, errors=report.changes),
        lifelines=view_lifelines(history, prefix=prefix, values=values),
        versions=tuple(map(view_step, steps[:MAX_VERSIONS])),
        omitted_versions=len(steps[MAX_VERSIONS:]),
        task_count=None if report.tasks is None else tasks.total,
        rejected=tasks.rejected,
        inherited=tuple((_describe_inherited(number, project), count) for number, count in tasks.inherited.items()),
        effective=None if tasks.only is None else view_effective(tasks.only, tasks.only_after, values=values),
        impact=None if tasks.impact is None else view_impact(tasks.impact, tasks.affected),
        findings=report.findings,
        errors=report.errors,
        warnings=report.warnings,
        other_errors=tuple(_iter_other_errors(report)),
        rules=_list_rules(report),
        settings=_list_settings(project.assumptions),
    )


def _iter_other_errors(report: ProjectReport) -> Iterator[tuple[str, int]]:
    if report.plan is not None:
        yield "today", report.changes.count(before=True)
        if find_keeping_patch(report.plan) is not None:
            yield "with the patch", report.changes.count(patched=True)


def _describe_inherited(number: int | None, project: Project) -> str:
    if number is None:
        return "inheriting nothing"
    return f"inheriting version {number}{', the latest' if number == project.latest.number else ''}"


def _list_settings(assumptions: Assumptions) -> tuple[tuple[str, str], ...]:
    values, defaults = asdict(assumptions), asdict(Assumptions())
    return tuple((name, format_value(value)) for name, value in values.items() if value != defaults[name])


def _list_rules(report: ProjectReport) -> tuple[AssumedRule, ...]:
    """Return the assumed rules that a report depends on."""
    rules = set() if report.tasks is None else set(report.tasks.rests_on)
    project, plan = report.project, report.plan
    if project.versions and project.latest.not_inherited:
        rules.add("U10")
    if plan is not None and plan.update is not None:
        if not plan.diff:
            rules.add("U5")
        if None in plan.update.params.values():
            rules.add("U6")
        if isinstance(plan.update, Patch) and not project.versions:
            rules.add("U7")
    return tuple(rule for rule in ASSUMED_RULES if rule.rule in rules)
