"""Documents about updates: plans, diffs, and the impact on task requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from paramcore.analysis import Diff, Effect, Impact, Plan
from paramcore.analysis.impact import WHY_TEXTS
from paramcore.model import Patch
from paramcore.report.cells import build_full_values, format_pretty, format_value_cell, iter_change_rows
from paramcore.report.document import (
    Blocks,
    Cell,
    Code,
    Document,
    Paragraph,
    Part,
    Rank,
    Row,
    RowCollector,
    Table,
    Verbatim,
)
from paramcore.report.findings import build_findings_table
from paramcore.report.verdicts import Phrase, UserText, get_plans_verdict, get_verdict
from paramcore.text import format_count

CHANGE_COLUMNS = ("what", "param", "before", "after")


def build_plan_document(plans: Sequence[Plan], command: str, *, subject: str = "") -> Document:
    """Report what an update would do to one or more projects.

    `subject` is the user's name for several projects, such as their directory.
    """
    if len(plans) == 1:
        [plan] = plans
        parts: list[Part] = [
            *build_findings_table(plan.findings),
            *_build_change_table(plan.diff, removed="dropped"),
            *_build_keeping_patch(plans),
            *_build_details(plan.diff, removed="dropped"),
        ]
        return Document(("plan", plan.project.name), get_verdict(plan), tuple(parts), command)
    ordered = sorted(plans, key=_rank_plan)
    parts = [
        *_build_counts(ordered),
        *build_findings_table(finding for plan in ordered for finding in plan.findings),
        *_build_joint_table(ordered),
        *_build_keeping_patch(ordered),
        *build_full_values(
            (((UserText(plan.project.name), ": "), change) for plan in ordered for change in plan.diff.changes),
            removed="dropped",
        ),
    ]
    return Document(("plan", subject), get_plans_verdict(plans), tuple(parts), command)


def build_diff_document(diff: Diff, command: str, *, subjects: tuple[str, ...] = ()) -> Document:
    """Report the differences between two params objects; `subjects` are the user's names for the objects."""
    parts = [*_build_change_table(diff, removed="removed"), *_build_details(diff, removed="removed")]
    return Document(("diff", *subjects), get_verdict(diff), tuple(parts), command)


def build_impact_document(
    impacts: Sequence[Impact],
    command: str,
    *,
    subject: str = "",
    effects: RowCollector | None = None,
) -> Document:
    """Report which requests an update affects; `effects` contains a row for each of them."""
    plans = [impact.plan for impact in impacts]
    is_many = len(impacts) > 1
    verdict = _get_impacts_verdict(impacts)
    ordered = sorted(impacts, key=lambda impact: -impact.affected)
    rows = tuple(row for impact in ordered for row in _iter_param_rows(impact, is_many=is_many))
    columns = (*(["project"] if is_many else []), "param", "what", "affected", "overriding it")
    parts: list[Part] = [
        *([Table(columns, rows)] if rows else []),
        *_build_reasons(impacts),
        *_build_keeping_patch(plans),
        *_build_effects(effects),
        *([] if is_many else _build_change_details(plans[0].diff)),
    ]
    return Document(("impact", subject or plans[0].project.name), verdict, tuple(parts), command)


def make_effect_row(place: Cell, effect: Effect) -> Row:
    """Return a row with an affected request: its place, the params that differ, and the params that it overrides."""
    return Row((place, _list_names(effect.params), _list_names(effect.overridden)), Rank.DETAILS)


def _build_effects(effects: RowCollector | None) -> Iterator[Table]:
    if effects is not None and effects.rows:
        columns = ("request", "differs", "overrides")
        yield Table(columns, tuple(effects.rows), "Affected requests", omitted=effects.omitted)


def _rank_plan(plan: Plan) -> tuple[bool, bool, bool]:
    """Return the sort key of a plan: plans that drop params come first, then losses inside params, then errors."""
    return not plan.dropped, not plan.diff.lost, not plan.errors


def _build_change_table(diff: Diff, *, removed: str) -> Iterator[Table]:
    rows = tuple(iter_change_rows(diff.changes, removed=removed))
    if rows:
        yield Table(CHANGE_COLUMNS, rows, header=1)


def _build_joint_table(plans: Iterable[Plan]) -> Iterator[Table]:
    rows = [
        row
        for plan in plans
        for row in iter_change_rows(plan.diff.changes, removed="dropped", first=((UserText(plan.project.name),),))
    ]
    if rows:
        yield Table(("project", *CHANGE_COLUMNS), tuple(sorted(rows, key=lambda row: row.rank)))


def _build_counts(plans: Sequence[Plan]) -> Iterator[Part]:
    """Build a table of the projects that would change or have errors, and a sentence that counts the others."""
    changing = [plan for plan in plans if plan.diff or plan.errors]
    if changing:
        columns = ("project", "dropped", "lost inside", "changed", "added", "errors")
        yield Table(columns, tuple(Row(_count_changes(plan), Rank.COUNTS) for plan in changing))
    unchanged = len(plans) - len(changing)
    if unchanged and changing:
        yield Blocks((Paragraph((f"{format_count(unchanged, 'project')} would not change.",)),))


def _count_changes(plan: Plan) -> tuple[Cell, ...]:
    diff = plan.diff
    counts = (plan.dropped, diff.lost, diff.changed, diff.added, plan.errors)
    return (UserText(plan.project.name),), *((f"{len(names):,}" if names else "",) for names in counts)


def _build_keeping_patch(plans: Sequence[Plan]) -> Iterator[Part]:
    """Build the patch that keeps the dropped params, or a sentence if no single patch is useful."""
    if not any(plan.dropped for plan in plans):
        return
    body = _find_keeping_body(plans)
    if body is None:
        text: Cell = ("To keep the dropped params, send each update as a patch: pass ", Verbatim("--patch"), ".")
        yield Blocks((Paragraph(text),))
    elif body.keys() == {"patch"}:
        what = "only drops params" if plans[0].after else "names no params"
        text = (f"The update {what}, so a patch that keeps the dropped params would change nothing.",)
        yield Blocks((Paragraph(text),))
    else:
        title = ("To keep the dropped params, send this patch instead:",)
        yield Blocks((Code(title, "json", format_pretty(body), Rank.PATCH),))


def _find_keeping_body(plans: Sequence[Plan]) -> Mapping[str, Any] | None:
    """Return the body of the patch that keeps the dropped params, or `None` if the projects need different patches."""
    if len(plans) == 1:
        return plans[0].keeping.body
    params = [plan.update.params for plan in plans if plan.update is not None]
    return Patch(params[0]).body if all(other == params[0] for other in params) else None


def _build_details(diff: Diff, *, removed: str) -> Iterator[Part]:
    yield from build_full_values((((), change) for change in diff.changes), removed=removed)
    kept = tuple(Row(((UserText(name),), format_value_cell(diff.before[name])), Rank.KEPT) for name in diff.kept)
    if kept:
        yield Table(("param", "value"), kept, f"{format_count(len(kept), 'kept param')}")


def _build_change_details(diff: Diff) -> Iterator[Part]:
    rows = tuple(Row(row.cells, Rank.DETAILS) for row in iter_change_rows(diff.changes, removed="dropped"))
    if rows:
        yield Table(CHANGE_COLUMNS, rows, "Changes of the project", header=1)


def _get_impacts_verdict(impacts: Sequence[Impact]) -> Phrase:
    if len(impacts) == 1:
        return get_verdict(impacts[0])
    affected = sum(impact.affected for impact in impacts)
    total = affected + sum(sum(impact.unaffected.values()) for impact in impacts)
    projects = format_count(len(impacts), "project")
    return (f"{affected:,} of {format_count(total, 'request')} for {projects} would get different params",)


def _iter_param_rows(impact: Impact, *, is_many: bool) -> Iterator[Row]:
    diff = impact.plan.diff
    first: tuple[Cell, ...] = ((UserText(impact.plan.project.name),),) if is_many else ()
    for name, counts in impact.by_param.items():
        what, rank = ("changed", Rank.CHANGED)
        if name in diff.removed:
            what, rank = "dropped", Rank.DROPPED
        elif name in diff.added:
            what, rank = "added", Rank.ADDED
        cells: tuple[Cell, ...] = (
            (UserText(name),),
            (what,),
            (f"{counts['affected']:,}",),
            (f"{counts['override']:,}",),
        )
        yield Row((*first, *cells), rank)


def _build_reasons(impacts: Sequence[Impact]) -> Iterator[Part]:
    totals = {why: sum(impact.unaffected[why] for impact in impacts) for why in WHY_TEXTS}
    reasons = [f"{total:,} {WHY_TEXTS[why]}" for why, total in totals.items() if total]
    if reasons:
        yield Blocks((Paragraph((f"Not affected: {', '.join(reasons)}.",)),))


def _list_names(names: Sequence[str]) -> Cell:
    cell: Cell = ()
    for name in names:
        cell = (*cell, *([", "] if cell else []), UserText(name))
    return cell
