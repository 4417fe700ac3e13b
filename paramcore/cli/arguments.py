"""Recognize the file arguments of a command line by their content."""

from __future__ import annotations

import os
from argparse import Namespace
from contextlib import suppress

from attrs import evolve

from paramcore.cli.contents import holds_projects
from paramcore.cli.output import exit_with_usage
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import JSONL_SUFFIXES, PROJECT_SIZE, read_document
from paramcore.text import format_path, quote_for_shell


def read_project_argument(options: Namespace, *, quiet: bool = False) -> ProjectFiles:
    """Read PROJECT; if another argument holds projects instead, the error names it.

    Raises:
        DocumentError: as `ProjectFiles`.
    """
    path = options.project
    try:
        return ProjectFiles([path], options.assumptions, quiet=quiet)
    except DocumentError as error:
        named = [getattr(options, name, None) for name in ("update", "tasks")]
        others = [other for other in [*named, *getattr(options, "params", ())] if other and other != path]
        swapped = None if _may_hold_projects(path) else next(filter(_may_hold_projects, others), None)
        if swapped is None:
            raise
        remedy = f"swap it with {format_path(swapped)}, which holds projects"
        raise evolve(error, code="wrong_project", problem="PROJECT holds no project", remedy=remedy) from None


def _may_hold_projects(path: str) -> bool:
    """Return whether a path is a directory, or a file with a project in it."""
    if not os.path.isfile(path) or path.endswith(JSONL_SUFFIXES):
        return os.path.isdir(path)
    with suppress(DocumentError):
        return holds_projects(_read(path).value)
    return False


def assign_files(options: Namespace) -> ProjectFiles:
    """Read the projects among FILE, and use the other file as TASKS.

    With `--tasks`, every FILE is a file of projects.  Set two options: `tasks` to
    the path of TASKS, and `tasks_document` to its document if it was read.

    Raises:
        DocumentError: as `ProjectFiles`.
        SystemExit: for several files of tasks, or an update among the files.
    """
    documents: dict[str, Document] = {}
    if options.tasks is None:
        tasks = _find_tasks(options, documents)
        options.projects = [path for path in options.files if path not in tasks]
        if not options.projects:
            # Read the first file as a project, so that the error describes it.
            options.projects = tasks[:1]
            if tasks[0].endswith(JSONL_SUFFIXES):
                exit_with_usage(f"{format_path(tasks[0])} holds tasks; name a project too")
        elif len(tasks) > 1:
            names = " and ".join(map(format_path, tasks))
            exit_with_usage(f"{names} hold no projects; name only one file of tasks, or join JSONL files with `cat`")
        elif tasks:
            options.tasks = tasks[0]
            options.tasks_document = documents.get(tasks[0])
            _reject_update(options)
    else:
        options.projects = options.files
    return ProjectFiles(options.projects, options.assumptions, quiet=True, documents=documents)


def _find_tasks(options: Namespace, documents: dict[str, Document]) -> list[str]:
    """Return the files without projects; add each document read to `documents`."""
    tasks = [path for path in options.files if path.endswith(JSONL_SUFFIXES) and not os.path.isdir(path)]
    if options.lines and not tasks and len(options.files) > 1:
        # With `--lines`, TASKS may have any suffix; it comes last.
        return [options.files[-1]]
    for path in options.files:
        if path in tasks or path in documents or os.path.isdir(path):
            continue
        documents[path] = _read(path)
        if not holds_projects(documents[path].value):
            tasks.append(path)
    return tasks


def _reject_update(options: Namespace) -> None:
    value = None if options.tasks_document is None else options.tasks_document.value
    if isinstance(value, dict) and isinstance(value.get("patch"), bool):
        shown = format_path(options.tasks)
        option = f"--update {quote_for_shell(options.tasks)}"
        exit_with_usage(f"{shown} is an update, not tasks: it has `patch`; pass `{option}`")


def _read(path: str) -> Document:
    return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
