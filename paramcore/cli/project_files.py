"""Write project files to a directory, for `fetch --all` and `serve --save`."""

from __future__ import annotations

import os
from urllib.parse import quote

from paramcore.cli.output import format_document
from paramcore.errors import DocumentError
from paramcore.files.writer import write_atomically
from paramcore.model import Project
from paramcore.service.outcome import digest_params
from paramcore.text import describe_os_error, format_path
from paramcore.wire import write_project

#: Characters of a project name in a file name. Most file systems allow 255 bytes.
_MAX_NAME = 180


def make_directory(path: str) -> None:
    """Create a directory unless it exists."""
    try:
        os.makedirs(path, exist_ok=True)
    except (OSError, ValueError) as error:
        problem = f"cannot create the directory: {describe_os_error(error)}"
        raise DocumentError("unwritable", None, problem, "", format_path(path), None, None) from None


def write_project_file(directory: str, project: Project) -> str:
    """Write a project to its own file atomically, and return the path."""
    path = os.path.join(directory, _choose_file_name(project.name))
    write_atomically(path, [format_document(write_project(project))])
    return path


def _choose_file_name(project_name: str) -> str:
    # Encode only what a file name cannot hold, so that names stay readable and unique.
    name = quote(project_name, safe=" ()+,=@")
    if len(name) > _MAX_NAME:
        # Long names may have the same start, so a digest replaces the rest.
        name = f"{name[:_MAX_NAME]}~{digest_params({'name': project_name})}"
    return f"{name}.json"
