"""The command `serve`."""

from __future__ import annotations

import queue
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, exit_on_signals, flush_output, print_message
from paramcore.cli.project_directory import ProjectDirectory
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.saved_directory import open_saved_directory
from paramcore.cli.schemas import read_schemas
from paramcore.cli.signals import ignore_signals
from paramcore.errors import InvalidSetting
from paramcore.files.reader import name_same_file
from paramcore.model import Project
from paramcore.service.server import Server, run_server
from paramcore.service.standin.stand_in import StandIn
from paramcore.text import describe_os_error
from paramcore.validation.error_finder import make_error_finder

#: The maximum number of lines that wait to be printed; while that many wait, new lines are discarded.
_MAX_LINES = 10_000
#: The maximum number of seconds of a single wait for a line.
_MAX_WAIT = 0.5


def serve(options: Namespace) -> Pieces:
    """Run a stand-in for the API on this machine, and print the effect of each request."""
    events: queue.Queue[str] = queue.Queue(_MAX_LINES)
    problems: queue.SimpleQueue[str] = queue.SimpleQueue()
    with ExitStack() as stack:
        stack.enter_context(exit_on_signals())
        stack.callback(_print_problems, problems)
        try:
            server = _start_server(options, stack, events, problems)
            with suppress(KeyboardInterrupt):
                yield from _print_events(server, events, problems)
        finally:
            # After a signal, later signals are already ignored.  After an error, ignore signals, too, so that none
            # interrupts the stack while the stack saves the projects and removes the lock.
            ignore_signals()
    return FINE


def _print_events(server: Server, events: queue.Queue[str], problems: queue.SimpleQueue[str]) -> Iterator[str]:
    yield f"open in a browser: {server.url.removesuffix('v1')}\n"
    yield f"listening on this machine only: {server.url}\n"
    yield f"for example: ScaleClient('any key', api_instance_url='{server.url}')\n"
    while True:
        flush_output()
        _print_problems(problems)
        # A signal that arrives directly before the wait does not end it, so limit the wait.
        with suppress(queue.Empty):
            yield f"{events.get(timeout=_MAX_WAIT)}\n"


def _print_problems(problems: queue.SimpleQueue[str]) -> None:
    """Print the messages of other threads, which must not wait if nobody reads standard error."""
    while not problems.empty():
        print_message(problems.get())


def _start_server(
    options: Namespace, stack: ExitStack, events: queue.Queue[str], problems: queue.SimpleQueue[str]
) -> Server:
    """Start the server; closing the stack stops the server and, with `--save`, then saves the projects."""
    schemas, projects, directory = read_schemas(options.schema), _read_projects(options), None
    if options.save is not None:
        opened = open_saved_directory(options.save, options.assumptions, options.projects, projects)
        directory = stack.enter_context(opened)
        projects = directory.projects
    stand_in = StandIn(
        projects.values(),
        assumptions=options.assumptions,
        on_validate=make_error_finder(schemas) if options.validate else lambda _project, _effective: None,
        on_event=_create_reporter(events),
        task_types=schemas.types,
        journal=None if directory is None else directory.journal,
        recovered={} if directory is None else directory.recovered,
    )
    if directory is not None:
        stack.enter_context(directory.keep_saved(stand_in, problems.put))
    try:
        return stack.enter_context(run_server(stand_in, port=options.port))
    except OSError as error:
        problem = f"cannot listen on port {options.port}: {describe_os_error(error)}"
        remedy = "pass another port, or omit --port to use a free one" if options.port else ""
        raise InvalidSetting("port", None, problem, remedy) from None


def _read_projects(options: Namespace) -> dict[str, Project]:
    paths = [
        path
        for path in options.projects
        # Omit the directory of `--save` if it is new or has no projects, because `ProjectFiles` would reject it.
        if options.save is None or path == "-" or not name_same_file(path, options.save) or _has_projects(options)
    ]
    return {project.name: project for project in ProjectFiles(paths, options.assumptions)} if paths else {}


def _has_projects(options: Namespace) -> bool:
    return bool(ProjectDirectory(options.save, options.assumptions).projects)


def _create_reporter(events: queue.Queue[str]) -> Callable[[str], None]:
    """Return a function that adds a line about a request to the queue of lines to print."""

    def report(event: str) -> None:
        # The queue is full if nobody reads standard output.  Then discard the line, because a request must not wait.
        with suppress(queue.Full):
            events.put_nowait(event)

    return report
