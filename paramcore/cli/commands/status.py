"""The command `status`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from typing import Any

from paramcore.analysis import Drift
from paramcore.cli.annotations import annotate_errors, format_annotation, limit_annotations
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.client import create_client
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.summary import report_document
from paramcore.errors import NotDone
from paramcore.model import Project
from paramcore.report.histories import build_status_document
from paramcore.service.client import Client
from paramcore.text import format_value
from paramcore.text.rows import Line


def status(options: Namespace) -> Pieces:
    """Compare project files with the service, and show which side is ahead."""
    return (yield from annotate_errors(_status(options), options))


def _status(options: Namespace) -> Pieces:
    projects = read_project_argument(options, quiet=True)
    client = create_client(options)
    drifts: list[Drift | Project] = []
    for project in projects:
        drifts.append(_compare(project, client))
        line = Line(_format_text(drifts[-1]))
        yield f"{options.screen.render([line])}\n" if options.format == "text" else ""
    if options.format == "json":
        yield format_document(projects.unwrap_single(list(map(_build_json, drifts))))
    elif options.format == "github":
        yield from limit_annotations(_iter_annotations(projects, drifts), options)
    yield from report_document(
        options, lambda command: build_status_document(drifts, command, subject=projects.subject)
    )
    return FINE if all(isinstance(drift, Drift) and drift.state == "in sync" for drift in drifts) else FINDINGS


def _compare(project: Project, client: Client) -> Drift | Project:
    """Return the comparison of a project with the service, or the project itself if the service lacks it."""
    try:
        return Drift.between(project, client.get_project(project.name))
    except NotDone as error:
        if error.code != "not_found":
            raise
        return project


def _format_text(drift: Drift | Project) -> str:
    return str(drift) if isinstance(drift, Drift) else f"{format_value(drift.name)}: not there"


def _build_json(drift: Drift | Project) -> dict[str, Any]:
    return drift.to_json() if isinstance(drift, Drift) else {"project": drift.name, "state": "not there"}


def _iter_annotations(projects: ProjectFiles, drifts: Sequence[Drift | Project]) -> Iterator[str]:
    """Yield an annotation for each project that is not in sync, with the project's file and line."""
    for project, drift in zip(projects, drifts, strict=True):
        state = drift.state if isinstance(drift, Drift) else "not there"
        if state == "in sync":
            continue
        # A file may be ahead on purpose until its update is sent, so `local ahead` is only a warning.
        severity = "warning" if state == "local ahead" else "error"
        document, pointer = projects.locate_project(project)
        position = document.locate(pointer)
        title = f"drift: {state}"
        yield format_annotation(severity, title, _format_text(drift), document.source, position.line, position.column)
