"""Read the task requests that a command line names, and report bad lines."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import evolve, frozen

from paramcore.cli.output import print_message
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, MalformedPayload, ParamcoreError
from paramcore.files.document import TASKS_DEPTH, Document
from paramcore.files.reader import JSONL_SUFFIXES, PROJECT_SIZE, Line, has_suffix, read_document, read_lines
from paramcore.model import EffectiveParams, TaskRequest
from paramcore.text import format_count
from paramcore.validation.names import find_look_alike
from paramcore.wire import read_task_request

#: A task that is not read yet: a line of JSONL, or a document.
RawTask: TypeAlias = Line | Document


@frozen
class Task:
    """A task request and its document.

    `overrides` are the fields that the command line sets for all requests.
    """

    request: TaskRequest
    document: Document
    overrides: Mapping[str, Any]

    def resolve(self, projects: ProjectFiles) -> EffectiveParams:
        """Resolve the request; raise `DocumentError` with the location of an error."""
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


class BadLines:
    """Reports and counts bad lines, or raises their errors."""

    def __init__(self, options: Namespace) -> None:
        self._keep_going: bool = options.keep_going
        self._can_keep_going = is_jsonl(options)
        self.count: int = 0

    def report(self, error: DocumentError) -> None:
        """Report a bad line on standard error with `--keep-going`, else raise the error."""
        if not self._keep_going:
            # An error without a line is about an option, so every other line has it too.
            if self._can_keep_going and error.line is not None:
                skip = "pass --keep-going to skip bad lines"
                raise evolve(error, remedy=f"{error.remedy}, or {skip}" if error.remedy else skip)
            raise error
        print_message(f"error: {error}")
        self.count += 1

    def report_count(self) -> None:
        """Report the number of bad lines, if any."""
        if self.count:
            print_message(format_count(self.count, "bad line"))


def is_jsonl(options: Namespace) -> bool:
    """Return whether TASKS holds one task on each line."""
    return options.lines or has_suffix(options.tasks or "", JSONL_SUFFIXES)


def read_raw_tasks(options: Namespace, *, prints: bool) -> Iterator[RawTask]:
    """Yield the lines of JSONL, the elements of an array, or the document.

    Show the progress; `prints` is that of `show_progress`.
    """

    def read(on_read: OnRead | None) -> Iterable[RawTask]:
        if is_jsonl(options):
            return read_lines(options.tasks, on_read=on_read)
        document = options.tasks_document or read_document(options.tasks, limit=PROJECT_SIZE, depth=TASKS_DEPTH)
        return document.list_elements() if isinstance(document.value, list) else [document]

    return show_progress(read, options.tasks, prints=prints)


def decode_task(raw_task: RawTask) -> Document:
    """Return the document of a task; raise `DocumentError` for a bad line."""
    return raw_task.document() if isinstance(raw_task, Line) else raw_task


def get_overrides(options: Namespace) -> dict[str, Any]:
    """Return the fields of requests that the command line sets."""
    overrides = {"project_version": options.project_version, "type": options.type}
    return {name: value for name, value in overrides.items() if value is not None}


def read_task(document: Document, overrides: Mapping[str, Any], *, quiet: bool = False) -> Task:
    """Read a task request; unless `quiet`, warn about names without effect (T14)."""
    try:
        if isinstance(document.value, list):
            remedy = "write all requests in one array, or one on each line"
            raise MalformedPayload("request_type", "", "a task request must be an object, got an array", remedy)
        if isinstance(document.value, dict) and type(document.value.get("patch")) is bool:
            problem = "the document is an update, not a task request: it has `patch`"
            remedy = "name UPDATE before TASKS, or with `validate`, pass `--update FILE`"
            raise MalformedPayload("request_is_update", "", problem, remedy)
        request = read_task_request(document.value)
        request = evolve(request, **overrides) if overrides else request
    except ParamcoreError as error:
        raise document.locate_error(error) from None
    if not quiet:
        for name in filter(None, map(find_look_alike, request.params)):
            print_message(f"warning: {document.format_location(name.path)}: {name}")
    return Task(request, document, overrides)
