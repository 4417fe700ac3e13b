"""Resolve each task of a command and print the result."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from paramcore.bulk import PreviewEncoder, RawTask, RoutedRequest
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadLines, BadTask, describe_look_alikes, is_jsonl, is_one_of_many, read_requests
from paramcore.errors import DocumentError
from paramcore.files.codec import choose_codec
from paramcore.model import EffectiveParams
from paramcore.text import format_value


class Message(NamedTuple):
    """A line for standard error."""

    text: str


#: An output: text or a JSON document (`str`), a line of JSON (`bytes`), a message, or the error of an invalid line.
Output: TypeAlias = str | bytes | Message | DocumentError


@frozen
class TaskFormatter:
    """Formats the effective params of tasks.

    Instances can be pickled, so other processes can use them.  With `--format json`, the
    output is JSONL for JSONL tasks, and an array for an array of tasks.  If there are
    several tasks, each output begins with the line and the `unique_id` of its task.
    """

    options: Namespace
    projects: ProjectFiles
    as_text: Callable[[EffectiveParams], str] = str
    #: Converts effective params to JSON; `None` means `EffectiveParams.to_json`.
    as_json: Callable[[EffectiveParams], dict[str, Any]] | None = None

    def format_tasks(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        """Yield the outputs for each task, in order."""
        if self.options.format == "text":
            return self._format_as_text(raw_tasks)
        return self._format_as_lines(raw_tasks) if is_jsonl(self.options) else self._format_as_document(raw_tasks)

    def _format_as_text(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        for request in self._read(raw_tasks):
            if not isinstance(request, RoutedRequest):
                yield request
                continue
            text = f"{self.as_text(request.resolve())}\n"
            yield f"{_format_identity(request)}\n{text}" if is_one_of_many(request.source) else text

    def _format_as_lines(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        codec = choose_codec()
        encode_preview = PreviewEncoder(codec).encode
        for request in self._read(raw_tasks):
            if not isinstance(request, RoutedRequest):
                yield request
            elif self.as_json is None:
                yield encode_preview(request) + b"\n"
            else:
                yield codec.encode({**_identify(request), **self.as_json(request.resolve())}) + b"\n"

    def _format_as_document(self, raw_tasks: Iterable[RawTask]) -> Iterator[Output]:
        as_json = self.as_json or EffectiveParams.to_json
        raw_tasks = list(raw_tasks)
        # Without raw tasks, the input was an empty array.
        is_array = not raw_tasks or any(map(is_one_of_many, raw_tasks))
        answers = []
        for request in self._read(raw_tasks):
            if isinstance(request, RoutedRequest):
                identity = _identify(request) if is_array else {}
                answers.append({**identity, **as_json(request.resolve())})
            else:
                yield request
        if is_array or answers:
            yield format_document(answers if is_array else answers[0])

    def _read(self, raw_tasks: Iterable[RawTask]) -> Iterator[RoutedRequest | Message | DocumentError]:
        for request in read_requests(self.options, self.projects.find_route, raw_tasks):
            if isinstance(request, BadTask):
                yield request.error
                continue
            yield from map(Message, describe_look_alikes(request))
            yield request


def _format_identity(request: RoutedRequest) -> str:
    unique_id = "" if request.unique_id is None else f", unique_id {format_value(request.unique_id)}"
    return f"line {request.line}{unique_id}"


def _identify(request: RoutedRequest) -> dict[str, Any]:
    """Return the line and the `unique_id` of a task, which identify it in the output."""
    return {"line": request.line, "unique_id": request.unique_id}


def write_outputs(outputs: Iterable[Output], options: Namespace) -> Pieces:
    """Yield the text and JSON among the outputs, and print messages and errors.

    A blank line separates texts.  Return the exit code.
    """
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
