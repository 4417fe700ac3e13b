"""The command `slim`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from attrs import evolve

from paramcore.bulk import RawTask
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, flush_output, format_document, print_message
from paramcore.cli.request_writer import RequestWriter
from paramcore.cli.requests import (
    BadLines,
    BadTask,
    describe_look_alikes,
    is_jsonl,
    is_one_of_many,
    read_raw_tasks,
    read_requests,
)
from paramcore.cli.slimming import LineSlimmer, SlimLine, SlimSummary
from paramcore.cli.summary import report_document
from paramcore.errors import DocumentError
from paramcore.files.codec import choose_codec
from paramcore.report.document import Document
from paramcore.report.inverses import build_slim_document, get_slim_verdict
from paramcore.report.verdicts import format_phrase
from paramcore.text import format_value
from paramcore.text.rows import Line, Piece

#: Without `--list`, print an entry for each request only if there are at most this many requests.
_MAX_ENTRIES = 20
#: The codes of the errors about a document that contains the effective params of tasks.
_CONTAINS_PARAMS = ("request_is_answer", "request_is_task", "request_is_page")
#: What to pass with `--wanted` in place of such a document.
_PARAMS_REMEDY = (
    "for each task, pass an object with only its effective params: "
    "those in `params`, and those beside it, such as `instruction` and `callback_url`"
)


def slim(options: Namespace) -> Pieces:
    """Find the shortest request that gives each task the same params as now."""
    run = _SlimRun(options)
    with ExitStack() as stack:
        writer = RequestWriter.open(options.requests_output, stack, as_lines=is_jsonl(options))
        yield from run.format(writer)
        writer.finish(is_array=run.is_array)
        yield from report_document(options, run.build_document)
        # If standard output cannot be written, leave the output file unchanged.
        flush_output()
    run.bad_lines.report_count()
    failed = run.bad_lines.count or run.summary.fell_back or (options.exit_code and run.summary.shorter)
    return FINDINGS if failed else FINE


class _SlimRun:
    """Shortens the requests of a command line, and formats the result."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._projects = read_project_argument(options)
        self._slimmer = LineSlimmer(self._projects, options.to, is_wanted=options.is_wanted, pins=options.pin)
        self.bad_lines: BadLines = BadLines(options)
        self.summary: SlimSummary = SlimSummary(options.is_wanted)
        #: True if TASKS is an array or JSONL; false if it is a single request.
        self.is_array = True

    def _slim_requests(self, writer: RequestWriter) -> Iterator[SlimLine]:
        prints = self._options.list and not self._options.requests_output
        raw_tasks: Iterable[RawTask] = read_raw_tasks(self._options, prints=prints)
        if not is_jsonl(self._options):
            raw_tasks = list(raw_tasks)
            # Without raw tasks, the input was an empty array.
            self.is_array = not raw_tasks or any(map(is_one_of_many, raw_tasks))
        for request in read_requests(self._options, self._projects.find_route, raw_tasks):
            try:
                if isinstance(request, BadTask):
                    raise self._select_remedy(request.error)
                line = self._slimmer.slim(request)
            except DocumentError as error:
                self.bad_lines.report(error)
                continue
            for warning in describe_look_alikes(request):
                print_message(warning)
            if line.repeats_instruction:
                print_message(f"warning: {_locate(line, '/instruction')}: {_describe_repetition(line)}")
            self.summary.add(line)
            # Keep the bytes of an unchanged line, so that git shows no change.
            writer.write(line.body, line=line.find_unchanged_line() if writer.keeps_lines else None)
            yield line

    def _select_remedy(self, error: DocumentError) -> DocumentError:
        # The usual remedy is to pass requests, and `--wanted` would read their own params as the effective params.
        is_about_params = self._options.is_wanted and error.code in _CONTAINS_PARAMS
        return evolve(error, remedy=_PARAMS_REMEDY) if is_about_params else error

    def format(self, writer: RequestWriter) -> Iterator[str | bytes]:
        """Shorten the requests; yield the answer as text or JSON, or nothing for `--format markdown`."""
        if self._options.format == "markdown":
            for _line in self._slim_requests(writer):
                pass
        else:
            yield from self.format_json(writer) if self._options.format == "json" else self.format_text(writer)

    def build_document(self, command: str) -> Document:
        """Build the report; call this method after `format`."""
        summary = self.summary
        verdict = get_slim_verdict(summary.requests, summary.shorter, summary.fell_back)
        notes = summary.list_notes(names_projects=self._projects.many)
        subject = self._projects.subject or next(iter(self._projects)).name
        return build_slim_document(subject, verdict, summary.list_totals(), notes, command)

    def format_text(self, writer: RequestWriter) -> Iterator[str]:
        """Yield an entry for each request, then a summary.

        Without `--list`, omit the entries if there are more than `_MAX_ENTRIES` requests.
        """
        entries: list[str] = []
        for line in self._slim_requests(writer):
            if self._options.list:
                yield self._format_entry(line)
            elif self.summary.requests <= _MAX_ENTRIES:
                entries.append(self._format_entry(line))
            else:
                entries.clear()
        yield from entries
        first, *others = map(format_phrase, self.summary.list_notes(names_projects=self._projects.many))
        totals = [] if self._options.list or self.summary.requests <= _MAX_ENTRIES else self.summary.list_pieces()
        yield self._render([Line(first), *totals, *map(Line, others)])

    def _format_entry(self, line: SlimLine) -> str:
        unique_id = line.source.unique_id
        name = "" if unique_id is None else f" unique_id {format_value(unique_id)}:"
        sizes = f"{line.size_before:,} -> {len(line.body):,} bytes"
        headline = f"{_locate(line, '')}:{name} {sizes}, {line.choice}"
        return self._render([Line(headline), *line.choice.list_pieces()])

    def _render(self, pieces: Iterable[Piece]) -> str:
        return f"{self._options.screen.render(pieces)}\n"

    def format_json(self, writer: RequestWriter) -> Iterator[str | bytes]:
        """Yield an object for each request.  Like TASKS, the output is JSONL, an array, or a single object."""
        lines = self._slim_requests(writer)
        answers = (select_values({**_identify(line), **line.as_json()}, self._options) for line in lines)
        if is_jsonl(self._options):
            encode = choose_codec().encode
            yield from (encode(answer) + b"\n" for answer in answers)
            return
        documents = list(answers)
        if not self.is_array:
            documents = [{key: answer[key] for key in answer if key not in _IDENTITY} for answer in documents]
        if self.is_array or documents:
            yield format_document(documents if self.is_array else documents[0])


_IDENTITY = ("line", "unique_id")


def _identify(line: SlimLine) -> dict[str, Any]:
    return {"line": line.source.line, "unique_id": line.source.unique_id}


def _locate(line: SlimLine, path: str) -> str:
    return line.source.read_document().format_location(path)


def _describe_repetition(line: SlimLine) -> str:
    version = line.source.route.inheritance.version
    number = "" if version is None else f" {version.number}"
    problem = f"the task's instruction already contains the text that version{number} appends to it"
    return f"lint_repeated_instruction: {problem}; write only the task's own text"
