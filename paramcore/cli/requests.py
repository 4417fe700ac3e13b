"""Read the task requests that a command line names, and report those that cannot be read."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from paramcore.cli.output import print_message
from paramcore.cli.progress import OnRead
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, MalformedPayload, ParamcoreError
from paramcore.files.document import Document
from paramcore.files.reader import Line, read_document, read_lines
from paramcore.model import EffectiveParams, TaskRequest
from paramcore.text import format_count
from paramcore.validation.names import find_look_alikes
from paramcore.wire import read_task_request

_Known = TypeVar("_Known")


@frozen
class Task:
    """A task request and its document.

    `overrides` holds the fields that the command line sets for all requests.
    """

    request: TaskRequest
    document: Document
    overrides: Mapping[str, Any] = field(factory=dict)

    def resolve(self, projects: ProjectFiles) -> EffectiveParams:
        """Resolve the request against its project.

        Raises:
            DocumentError: with the line and column of the request.
        """
        try:
            return projects.find_project(self.request).resolve(self.request)
        except ParamcoreError as error:
            raise self.locate_error(error) from None

    def locate_error(self, error: ParamcoreError) -> DocumentError:
        """Return an error with its line and column, or with the option that caused it."""
        located = self.document.locate_error(error)
        option = "project_version" if error.path == "/project_version" else "type" if error.code == "wrong_type" else ""
        if option in self.overrides:
            return evolve(located, path=None, source=f"--{option.replace('_', '-')}", line=None, column=None)
        return located


@frozen
class BadTask:
    """A task request that cannot be read; without `document` where it is no JSON."""

    error: DocumentError
    document: Document | None


class BadLines:
    """Reports and counts bad lines, or raises their errors."""

    def __init__(self, *, keep_going: bool) -> None:
        self._keep_going = keep_going
        self.count = 0

    def report(self, error: DocumentError) -> None:
        """Report a bad line on standard error.

        Raises:
            DocumentError: the error itself, where the command does not keep going.
        """
        if not self._keep_going:
            raise error
        print_message(f"error: {error}")
        self.count += 1

    def report_count(self) -> None:
        """Report the number of bad lines, if any."""
        if self.count:
            print_message(format_count(self.count, "bad line"))


def request_overrides(options: Namespace) -> dict[str, Any]:
    """Return the fields of requests that the command line sets."""
    values = {name: getattr(options, name, None) for name in ("project_version", "type")}
    return {name: value for name, value in values.items() if value is not None}


def read_tasks(
    path: str,
    *,
    lines: bool,
    settings: Mapping[str, Any],
    quiet: bool = False,
    first: Callable[[Line], _Known | None] | None = None,
    on_read: OnRead | None = None,
) -> Iterator[Task | BadTask | _Known]:
    """Yield the task request of a document, or those of a `.jsonl` file, line by line.

    Unless `quiet`, warn about names that have no effect in a task request (T14).
    Where `first` returns a result for a line, yield that result instead.

    Raises:
        DocumentError: for a file that cannot be read, or a document that cannot be decoded.
    """
    if not (lines or path.endswith(".jsonl")):
        yield _read_task(read_document(path), settings, quiet=quiet)
        return
    for line in read_lines(path, on_read=on_read):
        known = None if first is None else first(line)
        if known is not None:
            yield known
            continue
        try:
            document = line.document()
        except DocumentError as error:
            yield BadTask(error, None)
        else:
            yield _read_task(document, settings, quiet=quiet)


def _read_task(document: Document, overrides: Mapping[str, Any], *, quiet: bool) -> Task | BadTask:
    try:
        if isinstance(document.value, list):
            wanted = "one task request: several stand one a line in a `.jsonl` file"
            raise MalformedPayload("request_type", "", "an array", wanted)
        request = read_task_request(document.value)
        request = evolve(request, **overrides) if overrides else request
    except ParamcoreError as error:
        return BadTask(document.locate_error(error), document)
    if not quiet:
        for name in find_look_alikes(request.params):
            print_message(f"warning: {document.format_location(name.path)}: {name}")
    return Task(request, document, overrides)
