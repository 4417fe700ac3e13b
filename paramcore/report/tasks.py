"""Documents about tasks: their effective params, and why each param has its value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paramcore.model import EffectiveParams, Explanation
from paramcore.model.explanation import TASK_LAYER, list_notes
from paramcore.report.cells import format_pretty, format_value_cell, is_cut
from paramcore.report.document import Blocks, Cell, Code, Document, Paragraph, Part, Rank, Row, RowCollector, Table
from paramcore.report.verdicts import Phrase, UserText, get_verdict

PREVIEW_COLUMNS = ("param", "from", "value")
EXPLAIN_COLUMNS = ("param", "what", "layer", "value", "note")


def build_preview_document(effective: EffectiveParams, command: str = "") -> Document:
    """Report the effective params of a task."""
    rows = tuple(iter_preview_rows(effective))
    codes = tuple(
        Code((UserText(name),), "json", format_pretty(value))
        for name, value in effective.params.items()
        if is_cut(value)
    )
    parts: list[Part] = [Table(PREVIEW_COLUMNS, rows)] if rows else []
    if effective.rests_on:
        parts.append(Blocks((Paragraph((f"Assumed rules: {', '.join(effective.rests_on)}.",)),)))
    if codes:
        parts.append(Blocks(codes, "Full values"))
    return Document(("preview", effective.project), get_verdict(effective), tuple(parts), command)


def build_explanation_document(
    explanations: Iterable[Explanation], verdict: Phrase, command: str = "", *, marker: tuple[str, ...]
) -> Document:
    """Report why params have their values."""
    explanations = tuple(explanations)
    rows = tuple(row for explanation in explanations for row in iter_explanation_rows(explanation))
    reasons = tuple(map(_make_reason, explanations))
    codes = tuple(
        Code((UserText(explanation.param),), "json", format_pretty(explanation.value))
        for explanation in explanations
        if is_cut(explanation.value)
    )
    parts: list[Part] = [Table(EXPLAIN_COLUMNS, rows)] if rows else []
    parts += [Blocks(reasons)] if reasons else []
    parts += [Blocks(codes, "Full values")] if codes else []
    return Document(marker, verdict, tuple(parts), command)


def build_tasks_document(
    marker: tuple[str, ...], verdict: Phrase, columns: tuple[str, ...], rows: RowCollector, command: str
) -> Document:
    """Report on many tasks in one table, whose first column is the task."""
    parts = [Table(("task", *columns), tuple(rows.rows), omitted=rows.omitted)] if rows.rows else []
    return Document(marker, verdict, tuple(parts), command)


def iter_preview_rows(effective: EffectiveParams, first: tuple[Cell, ...] = ()) -> Iterator[Row]:
    """Yield a row for each effective param: the cells in `first`, then the param, its source and its value."""
    version = "" if effective.inherited_from is None else f"version {effective.inherited_from.number}"
    layers = {"task": TASK_LAYER, "project": version, "both": f"{TASK_LAYER} + {version}"}
    sources = effective.sources
    for name, value in effective.params.items():
        yield Row((*first, (UserText(name),), (layers[sources[name]],), format_value_cell(value)), Rank.CHANGED)


def iter_explanation_rows(explanation: Explanation, first: tuple[Cell, ...] = ()) -> Iterator[Row]:
    """Yield a row for each candidate of a param: the cells in `first`, then the columns of `EXPLAIN_COLUMNS`."""
    for candidate in explanation.candidates:
        value: Cell = () if candidate.status == "UNSET" else format_value_cell(candidate.value)
        cells: tuple[Cell, ...] = (
            (UserText(explanation.param),),
            (candidate.status,),
            (candidate.layer,),
            value,
            ("; ".join(list_notes(candidate)),),
        )
        yield Row((*first, *cells), Rank.CHANGED)


def _make_reason(explanation: Explanation) -> Paragraph:
    assumed = f" (assumed rules: {', '.join(explanation.rests_on)})" if explanation.rests_on else ""
    text = f": {explanation.reason}, {explanation.describe_reason()}{assumed}"
    return Paragraph((UserText(explanation.param), text), Rank.KEPT)
