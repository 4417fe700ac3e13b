"""The command that stands in for the service: serve."""

from __future__ import annotations

import os
import queue
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime

from paramcore.cli.commands.service import file_name, make_directory
from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, flush, format_document
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, InvalidSetting
from paramcore.files.writer import write_atomically
from paramcore.model.effective import EffectiveParams
from paramcore.model.project import Project
from paramcore.service.server import serving
from paramcore.service.standin import StandIn
from paramcore.text import format_name, format_value
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator
from paramcore.wire import write_project

__all__ = ["serve"]


def serve(options: Namespace) -> Pieces:
    """Stand in for the service on a loopback port, and tell what each request did."""
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    stand_in = StandIn(
        _projects(options),
        assumptions=options.assumptions,
        created_at=_now,
        judge=_objection if options.validate else lambda _effective: None,
        told=said.put,
    )
    save = _saver(stand_in, options.save)
    save()
    with ExitStack() as stack:
        try:
            served = stack.enter_context(serving(stand_in, port=options.port))
        except OSError as error:
            found = f"the port {options.port}: {error.strerror or error}"
            raise InvalidSetting("port", None, found, "one that is free, or none to take any") from None
        try:
            yield f"listening on this machine only: {served.url}\n"
            yield f"for example: ScaleClient('any key', api_instance_url='{served.url}')\n"
            while True:
                flush()
                sentence = said.get()
                save()
                yield f"{sentence}\n"
        except KeyboardInterrupt:
            save()
    return FINE


def _projects(options: Namespace) -> list[Project]:
    several = [(path, project) for path in options.projects for project in ProjectFiles(path, options.assumptions)]
    names = [project.name for _, project in several]
    for number, (path, project) in enumerate(several):
        if project.name in names[:number]:
            found, wanted = f"a second project {format_value(project.name)}", "each project once"
            raise DocumentError("wrong_project", None, found, wanted, format_name(path), None, None)
    return [project for _, project in several]


def _objection(effective: EffectiveParams) -> str | None:
    errors = [one for one in Validator(effective.project, Schemas()).task(effective) if one.severity == "error"]
    return str(errors[0]) if errors else None


def _saver(stand_in: StandIn, directory: str | None) -> Callable[[], None]:
    """Return what writes the projects that have changed since it was last called."""
    kept: dict[str, Project] = {}

    def save() -> None:
        if directory is None:
            return
        make_directory(directory)
        for name, project in stand_in.live.projects.items():
            if kept.get(name) is not project:
                write_atomically(os.path.join(directory, file_name(project)), [format_document(write_project(project))])
                kept[name] = project

    return save


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
