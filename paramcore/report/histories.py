"""Documents about projects, their histories, and their drift from the service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from paramcore.analysis import Drift, History
from paramcore.analysis.history import Step
from paramcore.model import Project
from paramcore.report.cells import build_full_values, format_value_cell, iter_change_rows
from paramcore.report.document import Blocks, Cell, Document, Paragraph, Part, Rank, Row, Table
from paramcore.report.verdicts import Phrase, UserText, get_verdict
from paramcore.text import format_count

_STEP_COLUMNS = ("version", "created", "dropped", "lost inside", "changed", "added", "note")
_CHANGE_COLUMNS = ("version", "what", "param", "before", "after")


def build_project_document(project: Project, command: str) -> Document:
    """Report the latest params of a project."""
    params = tuple(Row(((UserText(name),), format_value_cell(value))) for name, value in project.params.items())
    parts: list[Part] = [Table(("param", "value"), params)] if params else []
    return Document(("project", project.name), get_verdict(project), tuple(parts), command)


def build_log_document(histories: Sequence[History], command: str, *, subject: str = "") -> Document:
    """Report what each version changed, newest first."""
    parts = [part for history in histories for part in _build_history_parts(history, titled=len(histories) > 1)]
    subject = subject or histories[0].project.name
    return Document(("log", subject), _get_histories_verdict(histories), tuple(parts), command)


def build_lifetimes_document(
    histories: Sequence[History], params: Sequence[str], command: str, *, subject: str = ""
) -> Document:
    """Report when each value of the params applied, newest first."""
    is_many = len(histories) > 1
    rows = tuple(row for history in histories for param in params for row in _iter_lifetimes(history, param))
    columns = ("project", "param", "versions", "since", "value")
    table = Table(columns, rows) if is_many else Table(columns[1:], tuple(Row(row.cells[1:], row.rank) for row in rows))
    subject = subject or histories[0].project.name
    return Document(("log", subject, *params), _get_histories_verdict(histories), (table,) if rows else (), command)


def build_status_document(drifts: Sequence[Drift | Project], command: str, *, subject: str = "") -> Document:
    """Report how project files differ from the service.

    A `Project` in `drifts` is a project that the service does not have.
    """
    out_of_sync = [drift for drift in drifts if isinstance(drift, Project) or drift.state != "in sync"]
    rows = tuple(Row(_make_drift_cells(drift), Rank.COUNTS) for drift in sorted(out_of_sync, key=_rank_drift))
    columns = ("project", "state", "new versions locally", "new versions in the service", "conflicts")
    parts: list[Part] = [Table(columns, rows)] if rows else []
    in_sync = len(drifts) - len(rows)
    if in_sync and rows:
        parts.append(Blocks((Paragraph((f"In sync: {format_count(in_sync, 'project')}.",)),)))
    return Document(("status", subject or _get_name(drifts[0])), _get_drifts_verdict(drifts), tuple(parts), command)


def _get_histories_verdict(histories: Sequence[History]) -> Phrase:
    if len(histories) == 1:
        return get_verdict(histories[0])
    versions = format_count(sum(len(history.steps) for history in histories), "version")
    dropping = sum(step.must_be_replace for history in histories for step in history.steps)
    drops = f"{dropping:,} of them dropped params" if dropping else "none of them dropped params"
    return (f"{format_count(len(histories), 'project')}: {versions}, {drops}",)


def _build_history_parts(history: History, *, titled: bool) -> Iterator[Part]:
    steps = history.steps[::-1]
    if titled:
        yield Blocks((Paragraph(get_verdict(history)),))
    if steps:
        yield Table(_STEP_COLUMNS, tuple(Row(_make_step_cells(step), Rank.COUNTS) for step in steps))
    rows = [row for step in steps for row in _iter_step_rows(step)]
    dropped = tuple(row for row in rows if row.rank == Rank.DROPPED)
    others = tuple(row for row in rows if row.rank != Rank.DROPPED)
    if dropped:
        yield Table(_CHANGE_COLUMNS, dropped)
    if others:
        yield Table(_CHANGE_COLUMNS, others, "Changed and added params")
    titled_changes = (((f"version {step.version.number}: ",), change) for step in steps for change in step.diff.changes)
    yield from build_full_values(titled_changes, removed="dropped")


def _make_step_cells(step: Step) -> tuple[Cell, ...]:
    diff = step.diff
    counts = (f"{len(names):,}" if names else "" for names in (diff.removed, diff.lost, diff.changed, diff.added))
    note: Cell = ()
    if step.is_probable_twin:
        note = ("probably a retried request",)
    elif step.is_noop:
        note = ("changes nothing",)
    elif step.returns:
        note = ("returns to earlier values: ", *_list_returns(step))
    created = step.version.created_at
    return (str(step.version.number),), (UserText(created),) if created else (), *((count,) for count in counts), note


def _list_returns(step: Step) -> Cell:
    cell: Cell = ()
    for name, number in step.returns.items():
        cell = (*cell, *([", "] if cell else []), UserText(name), f" (version {number})")
    return cell


def _iter_step_rows(step: Step) -> Iterator[Row]:
    return iter_change_rows(step.diff.changes, removed="dropped", first=((str(step.version.number),),))


def _iter_lifetimes(history: History, param: str) -> Iterator[Row]:
    for lifetime in reversed(history.lifetimes(param)):
        span = str(lifetime.first) if lifetime.first == lifetime.last else f"{lifetime.first}-{lifetime.last}"
        created = history.project.versions[lifetime.first].created_at
        cells: tuple[Cell, ...] = (
            (UserText(history.project.name),),
            (UserText(param),),
            (span,),
            (UserText(created),) if created else (),
            format_value_cell(lifetime.value) if lifetime.is_set else ("not set",),
        )
        yield Row(cells, Rank.CHANGED)


def _get_name(drift: Drift | Project) -> str:
    return drift.name if isinstance(drift, Project) else drift.local.name


def _rank_drift(drift: Drift | Project) -> int:
    states = ("other type", "both moved", "remote ahead", "local ahead")
    return len(states) if isinstance(drift, Project) else states.index(drift.state)


def _make_drift_cells(drift: Drift | Project) -> tuple[Cell, ...]:
    name: Cell = (UserText(_get_name(drift)),)
    if isinstance(drift, Project):
        return name, ("not there",), (f"{len(drift.versions):,}",), (), ()
    conflicts: Cell = ()
    for conflict in drift.conflicts if drift.state == "both moved" else ():
        conflicts = (*conflicts, *([", "] if conflicts else []), UserText(conflict))
    new = (len(project.versions) - drift.common for project in (drift.local, drift.remote))
    return name, (drift.state,), *((f"{count:,}" if count else "",) for count in new), conflicts


def _get_drifts_verdict(drifts: Sequence[Drift | Project]) -> Phrase:
    if len(drifts) == 1:
        [drift] = drifts
        if isinstance(drift, Project):
            return "not in the service: ", UserText(drift.name)
        return get_verdict(drift)
    in_sync = sum(isinstance(drift, Drift) and drift.state == "in sync" for drift in drifts)
    others = len(drifts) - in_sync
    verb = "is" if others == 1 else "are"
    return (f"{others:,} of {format_count(len(drifts), 'project')} {verb} not in sync",)
