"""The command `extract`."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from typing import NoReturn

from paramcore.analysis import Extractor, FlatTask, build_extraction
from paramcore.bulk import RawTask, Route, RoutedRequest
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, exit_on_signals, exit_with_usage, flush_output, format_document, print_message
from paramcore.cli.request_writer import RequestWriter
from paramcore.cli.requests import BadLines, BadTask, is_jsonl, is_one_of_many, read_raw_tasks, read_requests
from paramcore.cli.signals import ignore_signals
from paramcore.cli.summary import report_document
from paramcore.errors import DocumentError
from paramcore.files.chunks import get_file_state, make_change_error
from paramcore.files.codec import choose_codec
from paramcore.files.reader import is_directory
from paramcore.files.writer import open_atomically
from paramcore.model import Project, TaskRequest
from paramcore.report.inverses import build_extraction_document
from paramcore.text import format_name, format_option, format_path
from paramcore.validation.names import suggest_name
from paramcore.wire import write_new_project

#: To find repeated `unique_id`s, keep at most this many of them in memory.
_MAX_IDS = 100_000


def extract(options: Namespace) -> Pieces:
    """Find the params that requests have in common, to move them to a new project."""
    if is_directory(options.tasks):
        exit_with_usage(f"{format_path(options.tasks)} is a directory; name a file of tasks")
    if options.tasks == "-" or (os.path.exists(options.tasks) and not os.path.isfile(options.tasks)):
        exit_with_usage(
            f"extract reads TASKS three times, but {format_path(options.tasks)} can be read only once; name a file"
        )
    run = _ExtractRun(options)
    run.decide()
    with ExitStack() as stack:
        writer = RequestWriter.open(options.requests_output, stack, as_lines=is_jsonl(options))
        run.write_requests(writer)
        extraction = build_extraction(run.extractor)
        if options.format != "markdown":
            answer = select_values(extraction.to_json(), options)
            text = f"{options.screen.render(extraction.list_pieces())}\n"
            yield format_document(answer) if options.format == "json" else text
        yield from report_document(options, partial(build_extraction_document, extraction))
        # If standard output or a file cannot be written, or if a signal arrives, leave both output files unchanged.
        flush_output()
        writer.sync()
        if options.project_output is not None:
            stack.enter_context(exit_on_signals())
            project_file = stack.enter_context(open_atomically(options.project_output))
            project_file.write(format_document(write_new_project(extraction.project)).encode())
        ignore_signals()
    run.bad_lines.report_count()
    return FINDINGS if run.bad_lines.count or extraction.set_aside or not extraction.moved else FINE


class _ExtractRun:
    """Reads TASKS three times; reports bad lines only the first time."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._has_lines = is_jsonl(options)
        # The requests in TASKS inherit nothing, so read them with a project without versions.
        self._route = Route.of(Project(options.name, type=options.task_type), TaskRequest({}))
        self.extractor: Extractor = Extractor(
            options.name,
            type=options.task_type,
            keep=options.keep,
            move=options.move,
            assumptions=options.assumptions,
        )
        self.bad_lines: BadLines = BadLines(options)
        self._is_array = True
        #: The result of `get_file_state` at the start, or `None` if TASKS does not exist.
        self._file_state = self._get_file_state()

    def decide(self) -> None:
        """Read TASKS twice and choose the params of the project; report bad lines and repeated `unique_id`s."""
        ids: dict[str, int] = {}
        missing = {*self._options.keep, *self._options.move}
        for request in self._read_requests(self.bad_lines.report):
            self.extractor.count_values(_flatten(request))
            missing.difference_update(request.params if missing else ())
            unique_id = request.unique_id
            if unique_id in ids:
                location = request.read_document().format_location("/unique_id")
                first = f"the same `unique_id` as line {ids[unique_id]}"
                print_message(f"warning: {location}: {first}; the service rejects the second task")
            elif unique_id is not None and len(ids) < _MAX_IDS:
                ids[unique_id] = request.line
        if missing:
            self._reject_missing_name(missing)
        for request in self._read_requests():
            self.extractor.count_groups(_flatten(request))
        self.extractor.decide()

    def _reject_missing_name(self, missing: set[str]) -> NoReturn:
        option, name = next(
            (option, name) for option in ("keep", "move") for name in getattr(self._options, option) if name in missing
        )
        meant = suggest_name(name, self.extractor.names)
        option = f"--{option}"
        remedy = (
            f"leave out `{format_option(option, name)}`" if meant is None else f"write `{format_option(option, meant)}`"
        )
        tasks = format_path(self._options.tasks)
        exit_with_usage(f"no task request in {tasks} has the param `{format_name(name)}`; {remedy}")

    def write_requests(self, writer: RequestWriter) -> None:
        """Read TASKS again, and write the request to send for each task."""
        encode = choose_codec().encode
        for index, request in enumerate(self._read_requests()):
            writer.write(encode(self.extractor.extract(_flatten(request), index, request.line)))
        writer.finish(is_array=self._is_array)

    def _read_requests(
        self, on_error: Callable[[DocumentError], object] = lambda _error: None
    ) -> Iterator[RoutedRequest]:
        raw_tasks: Iterable[RawTask] = read_raw_tasks(self._options, prints=False)
        if not self._has_lines:
            raw_tasks = list(raw_tasks)
            # Without raw tasks, the input was an empty array.
            self._is_array = not raw_tasks or any(map(is_one_of_many, raw_tasks))
        for request in read_requests(self._options, lambda _request: self._route, raw_tasks):
            if isinstance(request, BadTask):
                on_error(request.error)
            else:
                yield request
        if self._get_file_state() != self._file_state:
            raise make_change_error(format_path(self._options.tasks), "extract from a copy of it")

    def _get_file_state(self) -> tuple[int, ...] | None:
        with suppress(OSError):
            return get_file_state(self._options.tasks)
        return None


def _flatten(request: RoutedRequest) -> FlatTask:
    return FlatTask(request.params, request.routing)
