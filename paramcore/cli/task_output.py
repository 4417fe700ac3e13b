"""Resolve each task of a command and print the result."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from attrs import evolve, frozen

from paramcore.bulk import PreviewEncoder, RawTask, RoutedRequest
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import (
    BadLines,
    BadTask,
    describe_look_alikes,
    describe_place,
    is_jsonl,
    is_one_of_many,
    make_place_cell,
    read_requests,
)
from paramcore.cli.summary import report_document
from paramcore.errors import DocumentError
from paramcore.files.codec import choose_codec
from paramcore.model import EffectiveParams
from paramcore.report.document import Cell, Document, Row, RowCollector
from paramcore.report.tasks import build_tasks_document
from paramcore.report.verdicts import UserText
from paramcore.text import format_count, format_value
from paramcore.text.rows import Line, Piece


class Message(NamedTuple):
    """A line for standard error."""

    text: str


class TaskRows(NamedTuple):
    """A task in Markdown: rows for a task in JSONL or in an array, and a document for any other task."""

    rows: list[Row]
    document: Document | None


#: An output: text or a JSON document (`str`), a line of JSON (`bytes`), a task in Markdown, a message, or the error of
#: an invalid line.
Output: TypeAlias = str | bytes | TaskRows | Message | DocumentError


@frozen
class DocumentFormat:
    """Builds the rows or the document that show a task in Markdown.  Instances can be pickled."""

    columns: tuple[str, ...]
    make_rows: Callable[[EffectiveParams, tuple[Cell, ...]], Iterable[Row]]
    make_document: Callable[[EffectiveParams], Document]
    #: What a document about many tasks shows.  Its heading contains these words, such as `effective params`.
    contents: str

    def report(self, request: RoutedRequest) -> TaskRows:
        """Return the rows or the document of a task."""
        effective = request.resolve()
        if not is_one_of_many(request.source):
            return TaskRows([], self.make_document(effective))
        return TaskRows(list(self.make_rows(effective, (make_place_cell(request),))), None)


def _list_pieces(_request: RoutedRequest, effective: EffectiveParams) -> list[Piece]:
    return effective.list_pieces()


@frozen
class TaskFormatter:
    """Formats the effective params of tasks.

    Instances can be pickled, so other processes can use them.  With `--format json`, the
    output is JSONL for JSONL tasks, and an array for an array of tasks.  In every format,
    the output for a task in JSONL or in an array begins with the line number and the
    `unique_id`.  If the task has no `unique_id`, JSON contains null, and other formats omit it.
    For a task in an array, text and Markdown also show the column.
    """

    options: Namespace
    projects: ProjectFiles
    as_document: DocumentFormat
    as_pieces: Callable[[RoutedRequest, EffectiveParams], list[Piece]] = _list_pieces
    #: Converts effective params to JSON; `None` means `EffectiveParams.to_json`.
    as_json: Callable[[RoutedRequest, EffectiveParams], dict[str, Any]] | None = None

    def format_tasks(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        """Yield the outputs for the tasks, in order."""
        if self.options.format == "markdown":
            return self._format_as_rows(raw_tasks)
        if self.options.format == "text":
            return self._format_as_text(raw_tasks)
        return self._format_as_lines(raw_tasks) if is_jsonl(self.options) else self._format_as_document(raw_tasks)

    def _format_as_rows(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        for request in self._read(raw_tasks):
            yield self.as_document.report(request) if isinstance(request, RoutedRequest) else request

    def _format_as_text(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        for request in self._read(raw_tasks):
            if not isinstance(request, RoutedRequest):
                yield request
                continue
            pieces = self.as_pieces(request, request.resolve())
            identity = [Line(_format_identity(request))] if is_one_of_many(request.source) else []
            yield f"{self.options.screen.render([*identity, *pieces])}\n"

    def _format_as_lines(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        codec = choose_codec()
        encode_preview = PreviewEncoder(codec).encode
        for request in self._read(raw_tasks):
            if not isinstance(request, RoutedRequest):
                yield request
            elif self.as_json is None and self.options.values:
                yield encode_preview(request) + b"\n"
            else:
                yield codec.encode({**_identify(request), **self._make_answer(request)}) + b"\n"

    def _format_as_document(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        raw_tasks = list(raw_tasks)
        # Without raw tasks, the input was an empty array.
        is_array = not raw_tasks or any(map(is_one_of_many, raw_tasks))
        answers = []
        for request in self._read(raw_tasks):
            if isinstance(request, RoutedRequest):
                identity = _identify(request) if is_array else {}
                answers.append({**identity, **self._make_answer(request)})
            else:
                yield request
        if is_array or answers:
            yield format_document(answers if is_array else answers[0])

    def _make_answer(self, request: RoutedRequest) -> Any:
        effective = request.resolve()
        return select_values(self.as_json(request, effective) if self.as_json else effective.to_json(), self.options)

    def _read(self, raw_tasks: Iterable[RawTask]) -> Iterator[RoutedRequest | TaskRows | Message | DocumentError]:
        for request in read_requests(self.options, self.projects.find_route, raw_tasks):
            if isinstance(request, BadTask):
                yield request.error
                continue
            yield from map(Message, describe_look_alikes(request))
            if self.options.summary and self.options.format != "markdown":
                yield self.as_document.report(request)
            yield request


def _format_identity(request: RoutedRequest) -> str:
    unique_id = "" if request.unique_id is None else f", unique_id {format_value(request.unique_id)}"
    return f"{describe_place(request)}{unique_id}"


def _identify(request: RoutedRequest) -> dict[str, Any]:
    return {"line": request.line, "unique_id": request.unique_id}


def write_outputs(outputs: Iterable[Output], formatter: TaskFormatter) -> Pieces:
    """Yield the text and JSON among the outputs, print the messages, and report the tasks in Markdown.

    A blank line separates texts.  `BadLines.report` prints or raises the errors.  Return the
    exit code.
    """
    options = formatter.options
    bad_lines = BadLines(options)
    collected = _CollectedTasks(formatter)
    separator = ""
    for output in outputs:
        if isinstance(output, bytes):
            yield output
        elif isinstance(output, str):
            yield separator + output
            separator = "\n"
        elif isinstance(output, TaskRows):
            collected.add(output)
        elif isinstance(output, Message):
            print_message(output.text)
        else:
            bad_lines.report(output)
    yield from report_document(options, collected.build_document)
    bad_lines.report_count()
    return FINDINGS if bad_lines.count else FINE


class _CollectedTasks:
    """Collects the rows of many tasks, or the document of the only task."""

    def __init__(self, formatter: TaskFormatter) -> None:
        self._formatter = formatter
        self._rows = RowCollector()
        self._tasks = 0
        self._document: Document | None = None

    def add(self, task: TaskRows) -> None:
        self._tasks += 1
        self._document = task.document
        for row in task.rows:
            self._rows.add(row)

    def build_document(self, command: str) -> Document:
        if self._document is not None:
            return evolve(self._document, command=command)
        report, subject = self._formatter.as_document, self._formatter.projects.paths
        verdict = (f"{report.contents} of {format_count(self._tasks, 'task')}: ", UserText(subject))
        name = self._formatter.options.command.__name__
        return build_tasks_document((name, subject), verdict, report.columns, self._rows, command)
