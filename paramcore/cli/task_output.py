"""Resolve each task of a command and print the result."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from paramcore.bulk import PreviewEncoder, RawTask, RoutedRequest
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadLines, BadTask, describe_look_alikes, is_jsonl, is_one_of_many, read_requests
from paramcore.errors import DocumentError
from paramcore.files.codec import choose_codec
from paramcore.model import EffectiveParams
from paramcore.text import format_value
from paramcore.text.rows import Line, Piece


class Message(NamedTuple):
    """A line for standard error."""

    text: str


#: What a task becomes: text, a line of JSON, a message, or the error of a bad line.
Output: TypeAlias = str | bytes | Message | DocumentError


def _list_pieces(_request: RoutedRequest, effective: EffectiveParams) -> list[Piece]:
    return effective.list_pieces()


@frozen
class TaskFormatter:
    """Formats the effective params of tasks.  It can be pickled, so other processes can run it.

    As JSON, the output for lines is lines, and the output for an array is an array.
    The output for each of many tasks begins with its line and its `unique_id`.
    """

    options: Namespace
    projects: ProjectFiles
    as_pieces: Callable[[RoutedRequest, EffectiveParams], list[Piece]] = _list_pieces
    #: `None` is the JSON of `EffectiveParams`.
    as_json: Callable[[RoutedRequest, EffectiveParams], dict[str, Any]] | None = None

    def format_tasks(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        """Yield what each task becomes, in order."""
        if self.options.format == "text":
            return self._format_as_text(raw_tasks)
        return self._format_as_lines(raw_tasks) if is_jsonl(self.options) else self._format_as_document(raw_tasks)

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
        # An empty array has no elements.
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

    def _read(self, raw_tasks: Iterable[RawTask]) -> Iterator[RoutedRequest | Message | DocumentError]:
        for request in read_requests(self.options, self.projects, raw_tasks):
            if isinstance(request, BadTask):
                yield request.error
                continue
            yield from map(Message, describe_look_alikes(request))
            yield request


def _format_identity(request: RoutedRequest) -> str:
    unique_id = "" if request.unique_id is None else f", unique_id {format_value(request.unique_id)}"
    return f"line {request.line}{unique_id}"


def _identify(request: RoutedRequest) -> dict[str, Any]:
    """Return the line of a task and its `unique_id`, by which a program finds the task of an answer."""
    return {"line": request.line, "unique_id": request.unique_id}


def print_outputs(outputs: Iterable[Output], options: Namespace) -> Pieces:
    """Yield the answers among the outputs, with a blank line between texts; report messages and bad lines."""
    bad_lines = BadLines(options)
    separator = ""
    for output in outputs:
        if isinstance(output, bytes):
            yield output
        elif isinstance(output, str):
            yield separator + output
            separator = "\n"
        elif isinstance(output, Message):
            print_message(output.text)
        else:
            bad_lines.report(output)
    bad_lines.report_count()
    return FINDINGS if bad_lines.count else FINE
