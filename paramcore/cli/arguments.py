"""Tell the file arguments of a command line apart by what they hold."""

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
from paramcore.files.reader import DOCUMENT_SUFFIXES, JSONL_SUFFIXES, PROJECT_SIZE, has_suffix, read_document
from paramcore.text import format_path, quote_for_shell


def check_output(options: Namespace) -> None:
    """Reject an `--output` that would replace a file that the command reads.

    Raises:
        SystemExit: also for `-`, which would be a file of this name.
    """
    output = options.output
    if output == "-":
        exit_with_usage("leave out --output to print the answer; a file of this name is `./-`")
    if output is None or not os.path.isfile(output):
        return
    for path in _list_inputs(options):
        is_in_directory = os.path.isdir(path) and os.path.samefile(path, os.path.dirname(output) or ".")
        if is_in_directory and has_suffix(output, DOCUMENT_SUFFIXES):
            exit_with_usage(
                f"--output {format_path(output)} is a file of {format_path(path)}, which is read: name another"
            )
        if os.path.exists(path) and os.path.samefile(path, output):
            exit_with_usage(f"--output {format_path(output)} is a file that is read: name another")


def _list_inputs(options: Namespace) -> list[str]:
    # The answer of `preview` has all that is in TASKS, and may replace it.
    names = ("project", "update") if options.command.__name__ == "preview" else ("project", "update", "tasks")
    single = [getattr(options, name, None) for name in names]
    schemas = [argument.partition("=")[2] for argument in getattr(options, "schema", ())]
    return [path for path in [*single, *getattr(options, "files", ()), *schemas] if path]


def read_project_argument(options: Namespace, *, quiet: bool = False) -> ProjectFiles:
    """Read PROJECT; where another argument holds the project in its place, the error names it.

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
        wanted = f"the project first: {format_path(swapped)} holds projects, so swap the two"
        raise evolve(error, code="wrong_project", found="no project", wanted=wanted) from None


def _may_hold_projects(path: str) -> bool:
    """Return whether a path is a directory, or a file with a project in it."""
    if not os.path.isfile(path) or has_suffix(path, JSONL_SUFFIXES):
        return os.path.isdir(path)
    with suppress(DocumentError):
        return holds_projects(_read(path).value)
    return False


def assign_files(options: Namespace) -> ProjectFiles:
    """Read the projects among FILE, and make the other file TASKS, unless `--tasks` names it.

    `tasks` and `tasks_document` of the options are set: the file of tasks, and its
    document if it was read to recognize it.

    Raises:
        DocumentError: as `ProjectFiles`.
        SystemExit: for several files of tasks, or an update among the files.
    """
    documents: dict[str, Document] = {}
    if options.tasks is None:
        tasks = _find_tasks(options, documents)
        options.projects = [path for path in options.files if path not in tasks]
        if not options.projects:
            # Without any project, the error says what is wrong with the first file.
            options.projects = tasks[:1]
            if has_suffix(tasks[0], JSONL_SUFFIXES):
                exit_with_usage(f"{format_path(tasks[0])} holds tasks; name a project, too")
        elif len(tasks) > 1:
            names = " and ".join(map(format_path, tasks))
            exit_with_usage(f"name one file of tasks, or join the lines of several with `cat`; got {names}")
        elif tasks:
            options.tasks = tasks[0]
            options.tasks_document = documents.get(tasks[0])
            _reject_update(options)
    else:
        options.projects = options.files
    return ProjectFiles(options.projects, options.assumptions, quiet=True, documents=documents)


def _find_tasks(options: Namespace, documents: dict[str, Document]) -> list[str]:
    """Return the files that hold no projects, and keep the documents that were read."""
    tasks = [path for path in options.files if has_suffix(path, JSONL_SUFFIXES) and not os.path.isdir(path)]
    if options.lines and not tasks and len(options.files) > 1:
        # `--lines` makes TASKS of any file, and TASKS comes last.
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
        exit_with_usage(f"{shown} is an update, as its `patch` says; pass `--update {quote_for_shell(options.tasks)}`")


def _read(path: str) -> Document:
    return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
