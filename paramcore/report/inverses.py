"""Documents about shortened requests and extractions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from paramcore.analysis import Extraction
from paramcore.report.cells import format_pretty, format_value_cell
from paramcore.report.document import Blocks, Cell, Code, Document, Paragraph, Part, Rank, Row, Table
from paramcore.report.verdicts import Phrase, UserText, get_verdict
from paramcore.text import format_count


class Total(NamedTuple):
    """A total over many shortened requests, such as the number of requests that inherit a param."""

    #: `inherited`, `appended`, `opted out` (-1 was requested) or `impossible` (inheritance would change a param).
    label: str
    #: The param; `None` if the total is not about a single param.
    param: str | None
    #: The number of requests, with the reason if there is one.
    text: str
    rank: Rank = Rank.KEPT


def build_slim_document(
    subject: str, verdict: Phrase, totals: Iterable[Total], notes: Iterable[Phrase], command: str
) -> Document:
    """Report what requests can leave out; the totals `opted out` and `impossible` come first."""
    rows = tuple(
        Row(((total.label,), () if total.param is None else (UserText(total.param),), (total.text,)), total.rank)
        for total in sorted(totals, key=lambda total: total.rank)
    )
    parts: list[Part] = [Table(("what", "param", "requests"), rows, header=1)] if rows else []
    paragraphs = tuple(Paragraph(note, Rank.KEPT) for note in notes)
    parts += [Blocks(paragraphs)] if paragraphs else []
    return Document(("slim", subject), verdict, tuple(parts), command)


def build_extraction_document(extraction: Extraction, command: str) -> Document:
    """Report what moves to a new project, what stays in the requests, and which tasks opt out."""
    rows = tuple(_iter_rows(extraction))
    parts: list[Part] = [Table(("what", "param", "tasks"), rows, header=1)] if rows else []
    notes = tuple(Paragraph((line,), Rank.COUNTS) for line in extraction.format_end())
    parts.append(Blocks(notes))
    if extraction.params:
        title: Cell = ("The params of the new project:",)
        parts.append(Blocks((Code(title, "json", format_pretty(extraction.params), Rank.PATCH),)))
    return Document(("extract", extraction.project.name), get_verdict(extraction), tuple(parts), command)


def _iter_rows(extraction: Extraction) -> Iterator[Row]:
    for reason in extraction.opted_out:
        yield Row((("opt out",), (UserText(reason.param),), (str(reason),)), Rank.ERRORS)
    for aside in extraction.set_aside:
        yield Row((("set aside",), (), (str(aside),)), Rank.ERRORS)
    for moved in extraction.moved:
        value = (*format_value_cell(extraction.params[moved.param]), ": ")
        yield Row((("moves",), (UserText(moved.param),), (*value, str(moved))), Rank.CHANGED)
    for stay in extraction.stays:
        shared = (*format_value_cell(stay.value), ": ") if stay.code == "some_lack_it" else ()
        yield Row((("stays",), (UserText(stay.param),), (*shared, stay.describe())), Rank.KEPT)


def get_slim_verdict(requests: int, shorter: int, fell_back: int) -> Phrase:
    """Return the verdict of shortened requests: `2 of 24 requests must opt out`, where `fell_back` is 2."""
    total = format_count(requests, "request")
    if fell_back:
        return (f"{fell_back:,} of {total} must opt out",)
    return (f"{shorter:,} of {total} can be shorter" if shorter else f"{total}, none can be shorter",)
