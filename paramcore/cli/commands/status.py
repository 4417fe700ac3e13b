"""The command `status`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.analysis import Drift
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.client import create_client
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.errors import NotDone
from paramcore.model import Project
from paramcore.service.client import Client
from paramcore.text import format_value


def status(options: Namespace) -> Pieces:
    """Compare project files with the service, and show which side is ahead."""
    projects = read_project_argument(options, quiet=True)
    client = create_client(options)
    documents: list[dict[str, Any]] = []
    for project in projects:
        text, document = _compare(project, client)
        documents.append(document)
        yield "" if options.format == "json" else f"{text}\n"
    if options.format == "json":
        yield format_document(projects.unwrap_single(documents))
    return FINE if all(document["state"] == "in sync" for document in documents) else FINDINGS


def _compare(project: Project, client: Client) -> tuple[str, dict[str, Any]]:
    """Return the comparison of a project with the service, as text and as JSON."""
    try:
        drift = Drift.between(project, client.get_project(project.name))
    except NotDone as error:
        if error.code != "not_found":
            raise
        return f"{format_value(project.name)}: not there", {"project": project.name, "state": "not there"}
    return str(drift), drift.to_json()
