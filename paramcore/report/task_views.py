"""Tasks as a page shows them: the effective params of one task, or the impact of an update on many tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import field, frozen

from paramcore.analysis import Impact
from paramcore.analysis.changes import CHANGE_ORDER, Change, iter_changes
from paramcore.model import EffectiveParams, Explanation
from paramcore.model.explanation import TASK_LAYER, Candidate, list_notes
from paramcore.report.value_views import MAX_PARAMS, ChangeView, ValueView, view_changes, view_value
from paramcore.text import format_name

#: The maximum number of affected tasks that a page lists.
MAX_AFFECTED = 50
#: The maximum number of effects in the summary.
MAX_EFFECTS = 10


@frozen
class AffectedTask:
    """A task that an update affects."""

    #: The file, the line and the column of the request.
    location: str
    unique_id: str | None
    #: The names of the params that differ.
    params: tuple[str, ...]


@frozen
class Tasks:
    """The tasks of a project in a report."""

    total: int = 0
    #: How many requests inherit each version, by version number.  The key `None` is for requests that inherit nothing.
    inherited: Mapping[int | None, int] = field(factory=dict)
    #: The number of requests that cannot be read or resolved.
    rejected: int = 0
    #: If there is only one task and it is not rejected, the effective params of this task.
    only: EffectiveParams | None = None
    #: The effective params of the same task after the update, if there is an update.
    only_after: EffectiveParams | None = None
    impact: Impact | None = None
    affected: tuple[AffectedTask, ...] = ()
    #: The ids of the assumed rules that the tasks depend on.
    rests_on: frozenset[str] = frozenset()


@frozen
class CandidateView:
    """A layer that can set a param, and what happened to the value of the layer."""

    status: str
    layer: str
    #: The value of the layer; `None` if the status is `WON` or `UNSET`, or if values are hidden.
    value: ValueView | None
    note: str


@frozen
class ExplanationView:
    """A param of a task, with the reason for its value."""

    param: str
    value: ValueView | None
    #: The reason, in a sentence.
    reason: str
    candidates: tuple[CandidateView, ...]


@frozen
class EffectiveView:
    """The effective params of a task."""

    headline: str
    params: tuple[ExplanationView, ...]
    #: The number of params that the page leaves out.
    omitted: int
    #: What an update changes for the task; `None` without an update.
    changes: tuple[ChangeView, ...] | None
    #: The number of changes that the page leaves out.
    omitted_changes: int


def view_effective(effective: EffectiveParams, after: EffectiveParams | None, *, values: bool) -> EffectiveView:
    """Return the view of the effective params of a task; `after` are its effective params after an update."""
    differing: list[Change] = []
    if after is not None:
        differing = sorted(iter_changes(effective.params, after.params), key=lambda change: CHANGE_ORDER[change.kind])
    changes = None if after is None else view_changes(differing[:MAX_PARAMS], values=values)
    explanations = effective.explain_all()
    params = tuple(view_explanation(explanation, values=values) for explanation in explanations[:MAX_PARAMS])
    omitted, omitted_changes = len(explanations[MAX_PARAMS:]), len(differing[MAX_PARAMS:])
    return EffectiveView(effective.headline, params, omitted, changes, omitted_changes)


def view_explanation(explanation: Explanation, *, values: bool) -> ExplanationView:
    """Return the view of an explanation."""
    candidates = tuple(_view_candidate(candidate, values=values) for candidate in explanation.candidates)
    value = view_value(explanation.value) if values and explanation.is_set else None
    return ExplanationView(
        format_name(explanation.param), value, _make_sentence(explanation.describe_reason()), candidates
    )


def _make_sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _view_candidate(candidate: Candidate, *, values: bool) -> CandidateView:
    shows = values and candidate.status in ("LOST", "APPENDED", "IGNORED")
    value = view_value(candidate.value) if shows else None
    layer = "task" if candidate.layer == TASK_LAYER else candidate.layer
    return CandidateView(candidate.status, layer, value, "; ".join(list_notes(candidate)))


@frozen
class ImpactView:
    """The numbers of tasks that an update affects, and of tasks that it does not affect."""

    affected: int
    total: int
    #: Each reason why tasks are unaffected, with the number of these tasks.
    unaffected: tuple[tuple[str, int], ...]
    #: Each changed param, with the number of affected tasks, and the number of tasks that override it.
    params: tuple[tuple[str, int, int], ...]
    #: The number of changed params that the page leaves out.
    omitted_params: int
    tasks: tuple[AffectedTask, ...]
    #: The number of affected tasks that the page leaves out.
    omitted: int
    #: The effects on tasks, losses first.  Each effect is a text such as `would lose`, a param, and a number of tasks.
    effects: tuple[tuple[str, str, int], ...]

    @property
    def short_effects(self) -> tuple[tuple[str, str, int], ...]:
        """The first effects, for a summary."""
        return self.effects[:MAX_EFFECTS]


_UNAFFECTED: Mapping[str, str] = {
    "override": "overriding every changed param",
    "pinned": "pinned to a version",
    "opted_out": "opted out: inheriting nothing (project_version -1)",
    "same": "unaffected, because the update changes nothing",
}


def view_impact(impact: Impact, affected: tuple[AffectedTask, ...]) -> ImpactView:
    """Return the view of an impact; `affected` are the first affected tasks."""
    counts: Mapping[str, Any] = impact.unaffected
    params = list(impact.by_param.items())
    return ImpactView(
        impact.affected,
        impact.affected + sum(impact.unaffected.values()),
        tuple((text, counts[why]) for why, text in _UNAFFECTED.items() if counts[why]),
        tuple((format_name(name), of["affected"], of["override"]) for name, of in params[:MAX_PARAMS]),
        len(params[MAX_PARAMS:]),
        affected[:MAX_AFFECTED],
        impact.affected - len(affected[:MAX_AFFECTED]),
        tuple(_iter_effects(impact)),
    )


def _iter_effects(impact: Impact) -> Iterator[tuple[str, str, int]]:
    diff = impact.plan.diff
    kinds = ("would lose", diff.removed), ("would get another value of", diff.changed), ("would get", diff.added)
    for text, params in kinds:
        for name in params:
            # A task with its own instruction loses or gets only the appended part (T4).
            whose = " the project's" if name == "instruction" and name not in diff.changed else ""
            if count := impact.by_param[name]["affected"]:
                yield f"{text}{whose}", format_name(name), count
