"""The command `fetch`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.client import create_client
from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, exit_on_signals, exit_with_usage, format_document, print_message
from paramcore.cli.project_directory import ProjectDirectory
from paramcore.wire import write_project


def fetch(options: Namespace) -> Pieces:
    """Fetch a project and print it, or write all projects to a directory."""
    if (options.name is None) == (options.all is None):
        exit_with_usage("pass either NAME or --all DIR")
    # Read the directory first, so that a malformed project file is reported before any request is sent.
    directory = None
    if options.all is not None:
        directory = ProjectDirectory(
            options.all, options.assumptions, on_skip=lambda _path, message: print_message(message)
        )
    client = create_client(options)
    if directory is None:
        yield format_document(write_project(client.get_project(options.name)))
        return FINE
    with exit_on_signals():
        for path in directory.write(client.list_projects()):
            yield f"{path}\n"
    return FINE
