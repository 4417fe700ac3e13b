"""The command `serve`."""

from __future__ import annotations

import queue
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, exit_on_signals, flush_output
from paramcore.cli.project_files import make_directory, write_project_file
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, InvalidSetting
from paramcore.model import EffectiveParams, Project
from paramcore.service.server import run_server
from paramcore.service.standin import StandIn
from paramcore.text import describe_os_error, format_path, format_value
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator


def serve(options: Namespace) -> Pieces:
    """Run a stand-in for the API on this machine, and print what each request does."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    stand_in = StandIn(
        _read_projects(options),
        assumptions=options.assumptions,
        created_at=_format_now,
        on_validate=_find_error if options.validate else lambda _project, _effective: None,
        on_event=events.put,
    )
    save = _create_saver(stand_in, options.save)
    with ExitStack() as stack:
        stack.enter_context(exit_on_signals())
        save()
        try:
            server = stack.enter_context(run_server(stand_in, port=options.port))
        except OSError as error:
            found = f"the port {options.port}: {describe_os_error(error)}"
            raise InvalidSetting("port", None, found, "a free port, or no `--port` to take any") from None
        try:
            yield f"listening on this machine only: {server.url}\n"
            yield f"for example: ScaleClient('any key', api_instance_url='{server.url}')\n"
            while True:
                flush_output()
                event = events.get()
                save()
                yield f"{event}\n"
        except KeyboardInterrupt:
            save()
        except SystemExit:
            save()
            raise
    return FINE


def _read_projects(options: Namespace) -> list[Project]:
    projects: dict[str, Project] = {}
    for path in options.projects:
        for project in ProjectFiles([path], options.assumptions):
            if project.name in projects:
                found, wanted = f"a second project {format_value(project.name)}", "each project once"
                raise DocumentError("wrong_project", None, found, wanted, format_path(path), None, None)
            projects[project.name] = project
    return list(projects.values())


def _find_error(project: Project, effective: EffectiveParams) -> str | None:
    """Return the first error in the effective params of a task."""
    findings = Validator(project, Schemas()).task(effective)
    return next((str(finding) for finding in findings if finding.severity == "error"), None)


def _create_saver(stand_in: StandIn, directory: str | None) -> Callable[[], None]:
    """Return a function that writes the projects changed since its last call."""
    saved: dict[str, Project] = {}

    def save() -> None:
        if directory is None:
            return
        make_directory(directory)
        for name, project in stand_in.live.projects.items():
            if saved.get(name) is not project:
                write_project_file(directory, project)
                saved[name] = project

    return save


def _format_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
