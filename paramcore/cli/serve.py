"""The command that stands in for the service: serve."""

from __future__ import annotations

import os
import queue
import sys
from argparse import Namespace
from collections.abc import Callable
from datetime import UTC, datetime

from paramcore.cli.commands import FINE, Pieces, as_document
from paramcore.cli.reading import Projects
from paramcore.cli.service import file_name
from paramcore.documents import write_whole
from paramcore.effective import EffectiveParams
from paramcore.errors import InvalidSetting
from paramcore.project import Project
from paramcore.service.serving import serving
from paramcore.service.standin import StandIn
from paramcore.validation.judge import Judge
from paramcore.validation.schemas import Schemas
from paramcore.wire import write_project

__all__ = ["serve"]


def serve(options: Namespace) -> Pieces:
    """Stand in for the service on a loopback port, and tell what each request did."""
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    projects = [project for path in options.projects for project in Projects(path, options.assumptions)]
    stand_in = StandIn(
        projects,
        assumptions=options.assumptions,
        created_at=_now,
        judge=_objection if options.validate else lambda _effective: None,
        told=said.put,
    )
    save = _saver(stand_in, options.save)
    try:
        with serving(stand_in, port=options.port) as served:
            yield f"listening on this machine only: {served.url}\n"
            yield f"for example: ScaleClient('any key', api_instance_url='{served.url}')\n"
            while True:
                _flush()
                sentence = said.get()
                save()
                yield f"{sentence}\n"
    except KeyboardInterrupt:
        save()
        return FINE
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        found = f"the port {options.port}: {error.strerror or error}"
        raise InvalidSetting("port", None, found, "one that is free, or none to take any") from None


def _objection(effective: EffectiveParams) -> str | None:
    errors = [one for one in Judge(effective.project, Schemas()).task(effective) if one.severity == "error"]
    return str(errors[0]) if errors else None


def _saver(stand_in: StandIn, directory: str | None) -> Callable[[], None]:
    """Return what writes the projects that have changed since it was last called."""
    kept: dict[str, Project] = {}

    def save() -> None:
        if directory is None:
            return
        os.makedirs(directory, exist_ok=True)
        for name, project in stand_in.live.projects.items():
            if kept.get(name) is not project:
                write_whole(os.path.join(directory, file_name(project)), [as_document(write_project(project))])
                kept[name] = project

    return save


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()
