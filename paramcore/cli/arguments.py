"""Check the files that a command line names, and recognize projects and tasks by their content."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress

from attrs import evolve

from paramcore.cli.contents import holds_projects
from paramcore.cli.output import exit_with_usage
from paramcore.cli.params import split_spec
from paramcore.cli.project_files import list_subdirectories, list_visible_paths, mentions_history
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.pyproject import find_settings_file
from paramcore.cli.summary import SUMMARY_VARIABLE, find_summary_path
from paramcore.errors import DocumentError
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    PROJECT_SIZE,
    has_suffix,
    is_directory,
    name_same_file,
    read_document,
    resolve_path,
)
from paramcore.text import format_count, format_option, format_path

#: The options that name a file to write.  The keys are attributes of the `Namespace`.
_OUTPUTS = {"output": "--output", "requests_output": "--output", "project_output": "--project-output"}


def check_output(options: Namespace) -> None:
    """Reject an output file in these cases.

    - The file is an input or another output.
    - The file would become an input.  For example, it is a new JSON file in the directory PROJECT.
    - Its name is empty, or is `-`, which does not mean standard output here.

    Also reject a redirection of standard output to an input.

    Raises:
        SystemExit: for a rejected output.
    """
    _check_redirection(options)
    outputs = {path: option for name, option in _OUTPUTS.items() if (path := getattr(options, name, None)) is not None}
    for path, option in outputs.items():
        _check_output_name(path, option)
        _check_output_file(options, path, option)
    names_two = None not in (getattr(options, "requests_output", None), getattr(options, "project_output", None))
    if names_two and name_same_file(options.requests_output, options.project_output):
        exit_with_usage("--output and --project-output name the same file; name two files")
    summary = find_summary_path(options)
    if summary:
        _check_output_file(options, summary, SUMMARY_VARIABLE)
        for path, option in outputs.items():
            if name_same_file(path, summary):
                exit_with_usage(f"{option} and {SUMMARY_VARIABLE} name the same file; name two files")


def _check_redirection(options: Namespace) -> None:
    """Reject a redirection of standard output to an input, because the command would read its own output."""
    try:
        output = os.fstat(1)
    except OSError:
        return
    if not stat.S_ISREG(output.st_mode):
        return
    for path in _list_inputs(options):
        with suppress(OSError, ValueError):
            entries = list_visible_paths(path) if is_directory(path) else [path]
            for entry in entries:
                if os.path.samestat(os.stat(0 if entry == "-" else entry), output):
                    exit_with_usage(
                        f"standard output is {format_path(entry)}, which the command reads; redirect it to another file"
                    )


def _check_output_name(output: str, option: str) -> None:
    if output == "-":
        exit_with_usage(f"to print to standard output, omit {option}; to write to a file named `-`, pass `./-`")
    if not output:
        exit_with_usage(f"the value of {option} is empty; name a file")


def _check_output_file(options: Namespace, output: str, option: str) -> None:
    for path in _list_inputs(options):
        if path == "-":
            continue
        if _is_input_in(output, path):
            exit_with_usage(
                f"{option} {format_path(output)} is a file in {format_path(path)}, which is an input; name another file"
            )
        if os.path.isfile(output) and os.path.exists(path) and os.path.samefile(path, output):
            exit_with_usage(f"{option} {format_path(output)} is a file that the command reads; name another file")


def check_standard_input(options: Namespace) -> None:
    """Reject a command line that would read standard input more than once.

    Each `-` in place of an input reads standard input, and so does `--key-from-stdin`.

    Raises:
        SystemExit: for a rejected command line.
    """
    if _list_inputs(options).count("-") + getattr(options, "key_from_stdin", False) > 1:
        exit_with_usage("standard input can be read only once; name a file in place of one `-`")


def _is_input_in(path: str, directory: str) -> bool:
    """Return whether a command that reads `directory` would also read `path`, once `path` exists."""
    parent, name = os.path.split(path)
    if name.startswith(".") or not has_suffix(name, DOCUMENT_SUFFIXES):
        return False
    parent = parent or os.curdir
    if os.path.isdir(directory):
        return os.path.isdir(parent) and os.path.samefile(directory, parent)
    # `fetch --all` creates a missing directory, so compare the paths.
    return not os.path.exists(directory) and resolve_path(directory) == resolve_path(parent)


def _list_used(options: Namespace) -> list[str]:
    """Return the paths of the inputs, except `-` and directories."""
    return [path for path in _list_inputs(options) if path != "-" and not is_directory(path)]


def _list_inputs(options: Namespace) -> list[str]:
    single = [getattr(options, name, None) for name in ("project", "update", "tasks")]
    # In `fetch --all -`, the `-` is the name of a directory.  Elsewhere, it means standard input.
    directory = "./-" if getattr(options, "all", None) == "-" else getattr(options, "all", None)
    specs = [split_spec(getattr(options, name, None) or "")[0] for name in ("wanted", "before", "after")]
    schemas = [argument.partition("=")[2] for argument in getattr(options, "schema", ())]
    settings = find_settings_file() if hasattr(options, "ignore") else None
    several = [*getattr(options, "files", ()), *getattr(options, "projects", ())]
    return [path for path in [*single, directory, *specs, *several, *schemas, settings] if path]


def read_project_argument(options: Namespace, *, quiet: bool = False) -> ProjectFiles:
    """Read PROJECT.

    If only a later argument contains projects, the error says to swap PROJECT with it.

    Raises:
        DocumentError: the errors of `ProjectFiles`.
    """
    path = options.project
    try:
        return ProjectFiles([path], options.assumptions, quiet=quiet, used=_list_used(options))
    except DocumentError as error:
        # If PROJECT cannot be read, it may still be a project, so do not suggest swapping it with UPDATE or TASKS.
        # A PARAM should be a name.  If it is the path of a project, always suggest swapping it with PROJECT.
        named = [getattr(options, name, None) for name in ("update", "tasks") if _can_be_read(path)]
        others = [other for other in [*named, *getattr(options, "params", ())] if other and other != path]
        swapped = None if _may_hold_projects(path) else next(filter(_may_hold_projects, others), None)
        if swapped is None:
            raise
        remedy = f"swap it with {format_path(swapped)}, which contains projects"
        raise evolve(error, code="wrong_project", problem="PROJECT contains no project", remedy=remedy) from None


def _can_be_read(path: str) -> bool:
    """Return whether a path is a JSONL file, or a file that `_read` can read."""
    # Do not read standard input or a pipe again: the command would wait for more input.
    if path == "-" or not os.path.isfile(path):
        return False
    if has_suffix(path, JSONL_SUFFIXES):
        return True
    try:
        _read(path)
    except DocumentError:
        return False
    return True


def _may_hold_projects(path: str) -> bool:
    """Return whether a path is a JSON or YAML file that contains a project, or a directory that may contain one."""
    with suppress(DocumentError):
        if is_directory(path):
            return any(map(mentions_history, list_visible_paths(path)))
        if os.path.isfile(path) and not has_suffix(path, JSONL_SUFFIXES):
            return holds_projects(_read(path).value)
    return False


def assign_files(options: Namespace) -> ProjectFiles:
    """Read the projects among the FILE arguments, and use the remaining file, if any, as TASKS.

    With `--tasks`, every FILE must contain projects.  Set `options.projects` to the paths
    of the projects, and `options.tasks` to the path of TASKS.  If this function reads TASKS
    to find out what it contains, set `options.tasks_document` to the document.

    Raises:
        DocumentError: the errors of `ProjectFiles`.
        SystemExit: in these cases:

            - Some files contain projects, and several files do not.
            - No file contains a project, and one is JSONL.
            - TASKS is an update, because it contains the flag `patch`.
            - An option is about tasks, but there is no TASKS.
    """
    documents: dict[str, Document] = {}
    if options.tasks is None:
        tasks = _find_tasks(options, documents)
        options.projects = [path for path in options.files if path not in tasks]
        if not options.projects:
            # Treat the first file as a project, so that `ProjectFiles` reports what is wrong with this file.
            options.projects = tasks[:1]
            if has_suffix(tasks[0], JSONL_SUFFIXES):
                shown = format_path(tasks[0])
                exit_with_usage(f"{shown} is JSONL, so it is read as tasks; name a .json or .yaml file of projects too")
        elif len(tasks) > 1:
            names = " and ".join(map(format_path, tasks))
            exit_with_usage(f"{names} contain no projects; name one file of tasks at a time, or join JSONL with `cat`")
        elif tasks:
            options.tasks = tasks[0]
            options.tasks_document = documents.get(tasks[0])
            _reject_update(options)
    else:
        options.projects = options.files
    projects = ProjectFiles(
        options.projects,
        options.assumptions,
        quiet=True,
        documents=documents,
        used=_list_used(options),
        skip_remedy="if it contains tasks, pass it too" if options.tasks is None else "",
    )
    if options.tasks is None:
        reject_options_for_tasks(options)
        _report_lines(options.projects, projects)
    _report_subdirectories(options, projects)
    return projects


def reject_options_for_tasks(options: Namespace) -> None:
    """Raise `SystemExit` for `--project-version`, `--type` and `--lines`, which have no effect without TASKS."""
    given = {
        "--project-version": options.project_version is not None,
        "--type": options.type is not None,
        "--lines": options.lines,
    }
    for option, is_given in given.items():
        if is_given:
            exit_with_usage(f"{option} is about tasks, but no file of tasks is named; name one, or omit {option}")


def _find_tasks(options: Namespace, documents: dict[str, Document]) -> list[str]:
    """Return the files that may be TASKS; `documents` receives the documents of the files that are read."""
    tasks = [path for path in options.files if has_suffix(path, JSONL_SUFFIXES) and not is_directory(path)]
    if options.lines and not tasks and len(options.files) > 1:
        # With `--lines`, TASKS may have any suffix. If no FILE has a JSONL suffix, TASKS is the last FILE.
        return [options.files[-1]]
    for path in options.files:
        if path in tasks or path in documents or is_directory(path):
            continue
        documents[path] = _read(path)
        if not holds_projects(documents[path].value):
            tasks.append(path)
    return tasks


def _report_lines(paths: Sequence[str], projects: ProjectFiles) -> None:
    """Report the skipped JSONL files in directories of projects."""
    for directory in filter(is_directory, paths):
        found = list_visible_paths(directory, JSONL_SUFFIXES)
        if found:
            more = f" and {format_count(len(found) - 1, 'more file')} of JSONL" if found[1:] else ""
            it = "one" if found[1:] else "it"
            path = format_path(found[0])
            message = f"skipped {path}{more}, because JSONL contains no project; to read {it} as tasks, pass it too"
            projects.report_skip(path, message, len(found))


def _report_subdirectories(options: Namespace, projects: ProjectFiles) -> None:
    """Report the skipped subdirectories that contain projects."""
    for directory in filter(is_directory, options.projects):
        found = list_subdirectories(directory, used=[*options.projects, *_list_used(options)])
        if found:
            more = f" and {format_count(len(found) - 1, 'more subdirectory')}" if found[1:] else ""
            remedy = f"if {'one' if found[1:] else 'it'} contains projects, pass it too"
            path = format_path(found[0])
            message = f"skipped {path}{more}, because subdirectories are not read; {remedy}"
            projects.report_skip(path, message, len(found), "subdirectory")


def _reject_update(options: Namespace) -> None:
    value = None if options.tasks_document is None else options.tasks_document.value
    if isinstance(value, dict) and isinstance(value.get("patch"), bool):
        shown = format_path(options.tasks)
        option = format_option("--update", options.tasks)
        exit_with_usage(f"{shown} is an update, not tasks, because it contains `patch`; pass `{option}`")


def _read(path: str) -> Document:
    return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
