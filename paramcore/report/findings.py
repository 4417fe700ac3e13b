"""Documents about the findings of validation, and about audits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from paramcore.analysis import Audit, Contradiction
from paramcore.analysis.contradictions import format_settings
from paramcore.analysis.plan import PlanFinding
from paramcore.report.document import Blocks, Cell, Document, Paragraph, Part, Rank, Row, RowCollector, Table, Verbatim
from paramcore.report.verdicts import Phrase, UserText, get_verdict
from paramcore.text import format_count

FINDING_COLUMNS = ("finding", "code", "pointer", "message", "where")


def make_finding_row(finding: PlanFinding) -> Row:
    """Return a row with the severity, the code, the pointer, the message and the place of a finding."""
    fields = finding.to_json()
    where = fields["layer"]
    if fields.get("file") is not None:
        where = ":".join(str(fields[name]) for name in ("file", "line", "column") if fields[name] is not None)
    cells: tuple[Cell, ...] = (
        (finding.severity,),
        (Verbatim(fields["code"]),),
        (UserText(fields["pointer"] or "/"),),
        (Verbatim(fields["message"]),),
        (Verbatim(where),),
    )
    return Row(cells, Rank.ERRORS if finding.severity == "error" else Rank.CHANGED)


def build_findings_table(findings: Iterable[PlanFinding]) -> Iterator[Table]:
    """Yield the table of findings, errors first; without findings, yield nothing."""
    # The plans of several projects repeat the findings of their common update, so list equal findings once.
    rows = sorted(dict.fromkeys(map(make_finding_row, findings)), key=lambda row: row.rank)
    if rows:
        yield Table(FINDING_COLUMNS, tuple(rows), header=1)


def build_validation_document(verdict: Phrase, findings: RowCollector, command: str, *, subject: str) -> Document:
    """Report findings; `findings` contains their rows, and `subject` names the validated projects."""
    rows = sorted(findings.rows, key=lambda row: row.rank)
    parts = [Table(FINDING_COLUMNS, tuple(rows), header=1, omitted=findings.omitted)] if rows else []
    return Document(("validate", subject), verdict, tuple(parts), command)


def build_audit_document(audits: Sequence[Audit], command: str, *, subject: str = "") -> Document:
    """Report the finished tasks that contradict the history of their project."""
    parts = [
        part for audit in sorted(audits, key=lambda audit: -audit.impossible) for part in _build_audit_parts(audit)
    ]
    return Document(("audit", subject or audits[0].project.name), _get_audits_verdict(audits), tuple(parts), command)


def _get_audits_verdict(audits: Sequence[Audit]) -> Phrase:
    if len(audits) == 1:
        return get_verdict(audits[0])
    impossible = sum(audit.impossible for audit in audits)
    total = format_count(sum(audit.possible + audit.impossible for audit in audits), "task")
    projects = format_count(len(audits), "project")
    verb = "contradicts" if impossible == 1 else "contradict"
    return (f"{impossible:,} of {total} of {projects} {verb} the history",)


def _build_audit_parts(audit: Audit) -> Iterator[Part]:
    if audit.findings:
        rows = tuple(map(_make_contradiction_row, audit.findings[: RowCollector.LIMIT]))
        columns = ("task", "rule", "pointer", "expected", "actual", "possible with")
        yield Table(columns, rows, omitted=len(audit.findings) - len(rows))
    settings = tuple(Paragraph((Verbatim(line.strip(), is_value=True),)) for line in audit.format_calibration())
    if settings:
        title = Paragraph(("Settings for ", UserText(audit.project.name), ":"))
        yield Blocks(
            (title, *(Paragraph(block.text, Rank.DETAILS) for block in settings)),
            "What these tasks show about the settings",
        )


def _make_contradiction_row(finding: Contradiction) -> Row:
    ways = " or ".join(map(format_settings, finding.vanishes_under))
    cells: tuple[Cell, ...] = (
        () if finding.task_id is None else (UserText(finding.task_id),),
        (finding.rule,),
        (UserText(finding.path),),
        (Verbatim(finding.expected, is_value=True),),
        (Verbatim(finding.actual, is_value=True),),
        (Verbatim(ways, is_value=True),) if ways else (),
    )
    return Row(cells, Rank.ERRORS)
