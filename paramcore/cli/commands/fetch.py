"""The command `fetch`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.client import create_client
from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, exit_on_signals, exit_with_usage, format_document
from paramcore.cli.project_files import make_directory, write_project_file
from paramcore.wire import write_project


def fetch(options: Namespace) -> Pieces:
    """Fetch a project from the API and print it, or write all projects to a directory."""
    if (options.name is None) == (options.all is None):
        exit_with_usage("pass either NAME or --all DIR")
    client = create_client(options)
    if options.name is not None:
        yield format_document(write_project(client.get_project(options.name)))
        return FINE
    projects = client.list_projects()
    make_directory(options.all)
    with exit_on_signals():
        for project in projects:
            yield f"{write_project_file(options.all, project)}\n"
    return FINE
