"""The verdict of each result: one sentence, for headings, captions and first lines.

A verdict is a `Phrase`: text of paramcore, and text of the user.  Each form of output
marks or escapes the text of the user in its own way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import NamedTuple, Protocol, TypeAlias

from paramcore.analysis import Audit, Diff, Drift, Extraction, History, Impact, Plan
from paramcore.model import EffectiveParams, Explanation, Patch, Project
from paramcore.text import format_count, format_name


class UserText(NamedTuple):
    """A name or a value of the user, as opposed to the text of paramcore."""

    text: str


#: A sentence that may contain text of the user.
Phrase: TypeAlias = tuple[str | UserText, ...]


class HasSeverity(Protocol):
    """A finding, such as a `paramcore.validation.Finding`."""

    @property
    def severity(self) -> str:
        """Return `error` or `warning`."""


def format_phrase(phrase: Phrase) -> str:
    """Format a phrase as plain text on one line.

    Example:
        >>> format_phrase(("nothing would change: ", UserText("docks")))
        'nothing would change: docks'
    """
    return "".join(format_name(part.text) if isinstance(part, UserText) else part for part in phrase)


@singledispatch
def get_verdict(result: object) -> Phrase:
    """Return the verdict of a result.

    Raises:
        TypeError: for an object that is not a result.

    Example:
        >>> plan = Plan.of(Project("docks", type="comparison", params={"a": 1}), Patch({"a": 2}))
        >>> format_phrase(get_verdict(plan))
        '1 param would change, none would be dropped: docks, version 0 -> 1 (patch)'
    """
    raise TypeError(f"`{type(result).__name__}` has no verdict")


@get_verdict.register
def _get_plan_verdict(plan: Plan) -> Phrase:
    if plan.update is None:
        return "nothing to do, because the project already has these params: ", UserText(plan.project.name)
    number = len(plan.project.versions)
    versions = f"version {number - 1} -> {number}" if number else "version 0, its first"
    how = "patch" if isinstance(plan.update, Patch) else "replace"
    errors = f"{format_count(len(plan.errors), 'error')}; " if plan.errors else ""
    effect = _describe_effect(plan.diff, would="would ", be="would be ", removed="dropped")
    return f"{errors}{effect}: ", UserText(plan.project.name), f", {versions} ({how})"


@get_verdict.register
def _get_diff_verdict(diff: Diff) -> Phrase:
    return (_describe_effect(diff, would="", be="", removed="removed"),)


def _describe_effect(diff: Diff, *, would: str, be: str, removed: str) -> str:
    """Describe the worst effect of a diff: `2 params would change, none would be dropped`."""
    if not diff:
        return f"nothing {would}change" if would else "nothing differs"
    changed, added = format_count(len(diff.changed), "param"), format_count(len(diff.added), "param")
    losing = format_count(len({change.param for change in diff.changes if change.kind == "lost"}), "param")
    lost = f"{format_count(len(diff.lost), 'value')} {be}lost inside {losing}" if diff.lost else ""
    if diff.removed:
        also = f", and {lost}" if lost else ""
        return f"{format_count(len(diff.removed), 'param')} {be}{removed}{also}"
    if lost:
        return f"{lost}, no param {be}{removed}"
    parts = [f"{changed} {would}{'change' if would else 'changed'}"] if diff.changed else []
    parts += [f"{added} {be}added"] if diff.added else []
    return f"{', '.join(parts)}, none {be}{removed}"


@get_verdict.register
def _get_project_verdict(project: Project) -> Phrase:
    versions = format_count(len(project.versions), "version")
    params = f", the latest with {format_count(len(project.params), 'param')}" if project.versions else ""
    return UserText(project.name), " (", UserText(project.type), f"): {versions}{params}"


@get_verdict.register
def _get_history_verdict(history: History) -> Phrase:
    dropping = sum(step.must_be_replace for step in history.steps)
    versions = format_count(len(history.steps), "version")
    if not history.steps:
        return UserText(history.project.name), ": no versions yet"
    drops = f"{dropping:,} of them dropped params" if dropping else "none of them dropped params"
    if len(history.steps) == 1:
        drops = "which dropped no params"
    return UserText(history.project.name), f": {versions}, {drops}"


@get_verdict.register
def _get_impact_verdict(impact: Impact) -> Phrase:
    total = impact.affected + sum(impact.unaffected.values())
    requests = f"{impact.affected:,} of {format_count(total, 'request')}"
    return f"{requests} would get different params: ", UserText(impact.plan.project.name)


@get_verdict.register
def _get_extraction_verdict(extraction: Extraction) -> Phrase:
    if not extraction.moved:
        return "nothing is worth moving: ", UserText(extraction.project.name)
    moved = f"{format_count(len(extraction.moved), 'param')} would move to "
    return moved, UserText(extraction.project.name), f"; {extraction.headline}"


@get_verdict.register
def _get_audit_verdict(audit: Audit) -> Phrase:
    judged = audit.possible + audit.impossible
    verb = "contradicts" if audit.impossible == 1 else "contradict"
    result = f"{audit.impossible:,} of {format_count(judged, 'task')} {verb} the history"
    skipped = f" ({audit.not_judged:,} not judged)" if audit.not_judged else ""
    return f"{result}: ", UserText(audit.project.name), skipped


@get_verdict.register
def _get_drift_verdict(drift: Drift) -> Phrase:
    ours, theirs = len(drift.local.versions) - drift.common, len(drift.remote.versions) - drift.common
    if drift.state == "in sync":
        return "in sync: ", UserText(drift.local.name), f", {format_count(drift.common, 'version')}"
    if drift.state == "other type":
        types = (UserText(drift.local.type), " locally, ", UserText(drift.remote.type), " in the service")
        return "other type: ", UserText(drift.local.name), ", ", *types
    if drift.state == "both moved":
        conflicts = format_count(len(drift.conflicts), "conflict")
        new = f"{format_count(ours, 'new version')} locally, {format_count(theirs, 'new version')} in the service"
        return f"both moved, {conflicts}: ", UserText(drift.local.name), f", {new}"
    return f"{drift.state} by {format_count(ours or theirs, 'version')}: ", UserText(drift.local.name)


@get_verdict.register
def _get_effective_verdict(effective: EffectiveParams) -> Phrase:
    params = format_count(len(effective.params), "param")
    version = effective.inherited_from
    if version is None:
        why = "project_version -1" if effective.task.inherits_nothing else "the project has no versions yet"
        return f"{params}, nothing inherited ({why}): task for ", UserText(effective.project)
    latest = effective.versions[-1].number
    which = "the latest" if version.number == latest else f"the latest is {latest}"
    inherited = f"{params}, inherits version {version.number} ({which}): task for "
    return inherited, UserText(effective.project)


@get_verdict.register
def _get_explanation_verdict(explanation: Explanation) -> Phrase:
    layers = [candidate.layer for candidate in explanation.candidates if candidate.status in ("WON", "APPENDED")]
    if not explanation.is_set:
        return UserText(explanation.param), " is not a param" if explanation.is_routing_name else " is not set"
    return UserText(explanation.param), f" comes from {' and '.join(layers)}"


def get_plans_verdict(plans: Sequence[Plan]) -> Phrase:
    """Return the verdict of the plans of one update: `2 of 14 projects would lose params`."""
    if len(plans) == 1:
        return get_verdict(plans[0])
    projects = format_count(len(plans), "project")
    dropping = sum(bool(plan.dropped) for plan in plans)
    losing = sum(bool(plan.diff.lost) for plan in plans)
    invalid = sum(bool(plan.errors) for plan in plans)
    changing = sum(bool(plan.diff) for plan in plans)
    errors = f"{invalid:,} would have errors; " if invalid else ""
    if dropping:
        return (f"{errors}{dropping:,} of {projects} would lose params",)
    if losing:
        return (f"{errors}{losing:,} of {projects} would lose values inside params, none would lose params",)
    if changing:
        return (f"{errors}{changing:,} of {projects} would change, none would lose params",)
    return (f"{errors}none of {projects} would change",)


def get_findings_verdict(findings: Iterable[HasSeverity], inputs: str) -> Phrase:
    """Return the verdict of findings: `2 errors, 1 warning in 1 project`, where `inputs` is `1 project`."""
    severities = [finding.severity for finding in findings]
    errors, warnings = (format_count(severities.count(name), name) for name in ("error", "warning"))
    return (f"{errors}, {warnings} in {inputs}",)
