"""Advice for the engineer who wants to send an update."""

from __future__ import annotations

from collections.abc import Iterator

from paramcore.analysis import Plan
from paramcore.model import Patch
from paramcore.report.error_changes import ErrorChanges
from paramcore.report.verdicts import Phrase
from paramcore.text import format_count


def find_keeping_patch(plan: Plan) -> Patch | None:
    """Return the patch to recommend for keeping the dropped params, or `None` if there is none."""
    return plan.keeping if plan.dropped and plan.keeping.params else None


def iter_advice(plan: Plan, keeping: Patch | None, errors: ErrorChanges) -> Iterator[Phrase]:
    """Yield the advice about an update; `keeping` must be the result of `find_keeping_patch`."""
    if keeping is not None:
        yield (_recommend_patch(plan, errors),)
    elif plan.dropped:
        yield ("This update only drops params. To keep them, do not send it.",)
    if any(change.kind == "lost" for change in plan.diff.changes):
        yield (
            "Objects or arrays would lose values. To keep the values, add them to the update. A patch alone does not keep them.",
        )
    if keeping is None and errors.caused:
        causes = f"causes {format_count(errors.caused, 'error')}."
        yield (f"It {causes}" if plan.dropped else f"This update {causes} Correct it before you send it.",)
    elif not plan.diff.lost and not plan.dropped:
        yield (_describe_safety(errors),)
    if today := errors.describe_today(with_patch=keeping is not None):
        yield today


def _recommend_patch(plan: Plan, errors: ErrorChanges) -> str:
    keeps = f"keeps the {format_count(len(plan.dropped), 'param')}"
    caused, by_patch = errors.caused, errors.caused_by_patch
    if by_patch:
        causes = f" It causes {format_count(caused, 'error')}." if caused else ""
        also = f"but the patch itself causes {format_count(by_patch, 'error')}"
        return f"Correct the update before you send it.{causes} The patch below {keeps}, {also}."
    effects = {0: "causes no errors", 1: "does not cause the 1 error of this update"}
    effect = effects.get(caused, f"causes none of the {format_count(caused, 'error')} of this update")
    return f"Send the patch below instead: it {keeps} and {effect}."


def _describe_safety(errors: ErrorChanges) -> str:
    if errors.count(after=True):
        return "Nothing is lost, and this update causes no errors."
    return "Nothing is lost. The update can be sent as it is."
