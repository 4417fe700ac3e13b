"""Read the task requests that a command line names, and report invalid lines."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from attrs import evolve

from paramcore.bulk import RawTask, RequestReader, Route, RoutedRequest
from paramcore.cli.hidden_values import select_error
from paramcore.cli.output import print_message
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.project_files import check_entry, list_directory
from paramcore.errors import DocumentError, MalformedPayload, ParamcoreError
from paramcore.files.document import TASKS_DEPTH
from paramcore.files.mistakes import MERGE_CONFLICT
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    PROJECT_SIZE,
    Line,
    has_suffix,
    read_document,
    read_lines,
)
from paramcore.model import TaskRequest, read_task_request
from paramcore.report.document import Cell
from paramcore.report.verdicts import UserText
from paramcore.text import format_count, format_path
from paramcore.validation.names import find_look_alike


class BadLines:
    """Reports and counts invalid lines, or raises their errors."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        # Some commands, such as `explain`, have no option `--keep-going`.
        keep_going: bool | None = getattr(options, "keep_going", None)
        self._keeps_going = bool(keep_going)
        has_lines = is_jsonl(options) or bool(options.task_files)
        self._can_keep_going = keep_going is not None and has_lines
        self._noun = "invalid line" if has_lines else "invalid task"
        self.count: int = 0

    def report(self, error: DocumentError) -> DocumentError:
        """With `--keep-going`, print and count the error of an invalid line; otherwise, raise it.

        Return the error that was printed.  An error that belongs to no line is always raised.
        """
        error = select_error(error, self._options)
        # An error without a line is about an option, so skipping a line would not help.
        if error.line is None:
            raise error
        if not self._keeps_going:
            # Do not suggest `--keep-going` for a merge conflict.  The option would skip only the conflict markers, and
            # read the lines of both sides.
            if self._can_keep_going and error.problem != MERGE_CONFLICT:
                skip = "pass --keep-going to skip invalid lines"
                raise evolve(error, remedy=f"{error.remedy}, or {skip}" if error.remedy else skip)
            raise error
        print_message(f"error: {error}")
        self.count += 1
        return error

    def report_count(self) -> None:
        """Report the number of invalid lines or tasks, if any."""
        if self.count:
            print_message(format_count(self.count, self._noun))


def is_jsonl(options: Namespace) -> bool:
    """Return whether TASKS is JSONL, with one task on each line."""
    return options.lines or (not options.task_files and has_suffix(options.tasks or "", JSONL_SUFFIXES))


def list_task_files(directory: str) -> list[str]:
    """Return the sorted paths of the JSON, JSONL and YAML files in a directory and its subdirectories.

    Hidden files and directories are skipped.

    Raises:
        DocumentError: `unreadable`, if the directory contains no such file, if an entry such as `night.json` is a pipe
            or a broken link, or if the system cannot list a directory.
    """
    paths: list[str] = []
    waiting = [directory]
    while waiting:
        parent = waiting.pop()
        for name in list_directory(parent):
            path = os.path.join(parent, name)
            if name.startswith("."):
                continue
            # A link to a directory may lead to a directory above, so do not follow it.
            if os.path.isdir(path) and not os.path.islink(path):
                waiting.append(path)
            elif has_suffix(name, (*DOCUMENT_SUFFIXES, *JSONL_SUFFIXES)):
                check_entry(path)
                paths.append(path)
    if not paths:
        problem, remedy = "the directory has no .json, .jsonl or .yaml files", "name a directory that contains tasks"
        raise DocumentError("unreadable", None, problem, remedy, format_path(directory), None, None)
    return sorted(paths)


def is_one_of_many(task: RawTask) -> bool:
    """Return whether a task is a line of JSONL or an element of an array."""
    return isinstance(task, Line) or task.is_element


def describe_place(request: RoutedRequest) -> str:
    """Return the line of a request, such as `line 3`, and for an element of an array also its column."""
    if not isinstance(request.source, Line) and request.source.is_element:
        # A whole array may be on one line.
        position = request.source.locate("")
        return f"line {position.line}, column {position.column}"
    return f"line {request.line}"


def make_place_cell(request: RoutedRequest) -> Cell:
    """Return a cell with the place and the `unique_id` of a request."""
    unique_id = () if request.unique_id is None else (", ", UserText(request.unique_id))
    return describe_place(request), *unique_id


def read_raw_tasks(options: Namespace, *, prints: bool) -> Iterator[RawTask]:
    """Yield the tasks of TASKS: the lines of JSONL, the elements of an array, or the single document.

    For the progress bar and the meaning of `prints`, see `show_progress`.
    """

    def read(on_read: OnRead | None) -> Iterable[RawTask]:
        return chain.from_iterable(read_file(path, on_read) for path in options.task_files or [options.tasks])

    def read_file(path: str, on_read: OnRead | None) -> Iterable[RawTask]:
        if options.lines or has_suffix(path, JSONL_SUFFIXES):
            return read_lines(path, on_read=on_read)
        document = options.tasks_document or read_document(path, limit=PROJECT_SIZE, depth=TASKS_DEPTH)
        return document.list_elements() if isinstance(document.value, list) else [document]

    return show_progress(read, options.tasks, prints=prints)


class BadTask(NamedTuple):
    """A task that cannot be read or resolved."""

    error: DocumentError
    source: RawTask

    @property
    def is_rejected(self) -> bool:
        """Whether the task is valid JSON, but the request cannot be read or resolved.

        False if `--project-version` or `--type` causes the error.
        """
        return self.error.path is not None and self.error.line is not None


def read_requests(
    options: Namespace, find_route: Callable[[TaskRequest], Route], raw_tasks: Iterable[RawTask]
) -> Iterator[RoutedRequest | BadTask]:
    """Yield the request of each task, or a `BadTask` with the error."""
    overrides = {"project_version": options.project_version, "type": options.type}
    overrides = {name: value for name, value in overrides.items() if value is not None}
    reader = RequestReader(find_route, overrides, read_request=_read_request)
    for raw_task in raw_tasks:
        try:
            yield reader.read(raw_task)
        except DocumentError as error:
            yield BadTask(_blame_option(error, overrides), raw_task)


def _read_request(value: Any) -> TaskRequest:
    if isinstance(value, list):
        remedy = "in JSONL, write one request on each line, and in a .json file, all requests in one array"
        raise MalformedPayload("request_type", "", "a task request must be an object, got an array", remedy)
    if isinstance(value, dict) and type(value.get("patch")) is bool:
        problem = "the document contains `patch`, so it is an update, not a task request"
        remedy = "with `impact`, name UPDATE before TASKS; with `validate` or `report`, pass `--update FILE`"
        raise MalformedPayload("request_is_update", "", problem, remedy)
    return read_task_request(value)


def _blame_option(error: DocumentError, overrides: Mapping[str, Any]) -> DocumentError:
    # `--project-version` is a whole number, so the only error that it can cause is that the version does not exist.
    is_unknown = error.code == "version_unknown" and error.path == "/project_version"
    if is_unknown and "project_version" in overrides:
        return make_version_error(error, "--project-version")
    if error.code == "wrong_type" and "type" in overrides:
        remedy = "pass the type of the project, or omit --type"
        return DocumentError(error.code, None, error.problem, remedy, "--type", None, None)
    return error


def make_version_error(error: ParamcoreError, option: str, place: str = "") -> DocumentError:
    """Return the error for an option that selects an unknown version; `place` precedes the problem."""
    remedy = f"pass an existing version, pass -1 to inherit nothing, or omit {option}"
    return DocumentError(error.code, None, f"{place}{error.problem}", remedy, option, None, None)


def describe_look_alikes(request: RoutedRequest) -> list[str]:
    """Return a warning for each param whose name probably means a routing name or an argument of an SDK (T14)."""
    look_alikes = list(filter(None, map(find_look_alike, request.params)))
    if not look_alikes:
        return []
    document = request.read_document()
    return [f"warning: {document.format_location(name.path, name=True)}: {name}" for name in look_alikes]
