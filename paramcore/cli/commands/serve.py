"""The command `serve`."""

from __future__ import annotations

import queue
from argparse import Namespace
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, exit_on_signals, flush_output
from paramcore.cli.project_directory import ProjectDirectory
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, InvalidSetting
from paramcore.model import EffectiveParams, Project
from paramcore.service.server import run_server
from paramcore.service.standin.stand_in import StandIn
from paramcore.text import describe_os_error, format_path, format_value
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator


def serve(options: Namespace) -> Pieces:
    """Run a stand-in for the API on this machine, and print the effect of each request."""
    events: queue.SimpleQueue[str] = queue.SimpleQueue()
    projects = _read_projects(options)
    directory = _open_directory(options, projects)
    stand_in = StandIn(
        projects.values(),
        assumptions=options.assumptions,
        created_at=_format_now,
        on_validate=_find_error if options.validate else lambda _project, _effective: None,
        on_event=events.put,
    )
    save = _create_saver(stand_in, directory)
    with ExitStack() as stack:
        stack.enter_context(exit_on_signals())
        save()
        try:
            server = stack.enter_context(run_server(stand_in, port=options.port))
        except OSError as error:
            problem = f"cannot listen on port {options.port}: {describe_os_error(error)}"
            raise InvalidSetting("port", None, problem, "pass another port, or omit --port to use a free one") from None
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


def _read_projects(options: Namespace) -> dict[str, Project]:
    projects: dict[str, Project] = {}
    for path in options.projects:
        for project in ProjectFiles([path], options.assumptions):
            if project.name in projects:
                problem = f"two projects have the name {format_value(project.name)}"
                raise DocumentError("wrong_project", None, problem, "remove one of them", format_path(path), None, None)
            projects[project.name] = project
    return projects


def _open_directory(options: Namespace, projects: Mapping[str, Project]) -> ProjectDirectory | None:
    """Read the directory of `--save`; check that it can store updates of each project."""
    if options.save is None:
        return None
    directory = ProjectDirectory(options.save, options.assumptions, sources=options.projects)
    directory.check_writable(projects)
    return directory


def _find_error(project: Project, effective: EffectiveParams) -> str | None:
    """Return the first error in the effective params of a task."""
    findings = Validator(project, Schemas()).task(effective)
    return next((str(finding) for finding in findings if finding.severity == "error"), None)


def _create_saver(stand_in: StandIn, directory: ProjectDirectory | None) -> Callable[[], None]:
    """Return a function that writes the projects changed since its last call."""
    saved: dict[str, Project] = {}

    def save() -> None:
        if directory is None:
            return
        projects = stand_in.live.projects
        directory.write(project for name, project in projects.items() if saved.get(name) is not project)
        saved.update(projects)

    return save


def _format_now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
