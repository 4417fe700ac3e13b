"""Recognize by suffix and content which arguments of a command line are projects, and which are tasks."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from attrs import evolve

from paramcore.cli.contents import holds_projects
from paramcore.cli.file_checks import list_inputs
from paramcore.cli.output import exit_with_usage
from paramcore.cli.project_files import NO_PROJECT, list_subdirectories, list_visible_paths, mentions_history
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import list_task_files
from paramcore.errors import DocumentError
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    PROJECT_SIZE,
    has_suffix,
    is_directory,
    read_document,
    resolve_path,
)
from paramcore.model import Project
from paramcore.text import format_count, format_option, format_path

_INPUT_SUFFIXES = (*DOCUMENT_SUFFIXES, *JSONL_SUFFIXES)


def read_project_argument(options: Namespace, *, quiet: bool = False) -> ProjectFiles:
    """Read PROJECT.

    If PROJECT contains no project, but a later argument contains projects, the error may say
    to swap the two.

    Raises:
        DocumentError: the errors of `ProjectFiles`.
    """
    path = options.project
    try:
        return ProjectFiles([path], options.assumptions, quiet=quiet, used=_list_used(options))
    except DocumentError as error:
        # If PROJECT cannot be read, it may still be a project, so do not suggest swapping it with UPDATE or TASKS.
        # A PARAM is a name, so the path of a project in its place is a swap, even if PROJECT cannot be read.
        named = [getattr(options, name, None) for name in ("update", "tasks") if _can_be_read(path)]
        others = [other for other in [*named, *getattr(options, "params", ())] if other and other != path]
        swapped = None if _may_hold_projects(path) else next(filter(_may_hold_projects, others), None)
        if swapped is None:
            raise
        remedy = f"swap it with {format_path(swapped)}, which contains projects"
        raise evolve(error, code="wrong_project", problem="PROJECT contains no project", remedy=remedy) from None


def check_params(params: Iterable[str], projects: Iterable[Project]) -> None:
    """Reject a PARAM that is the path of a file.

    Otherwise, the answer would be that the param is not set.  A name such as `night.json` is
    a PARAM if a version of a project contains it.

    Raises:
        SystemExit: for such a path.
    """
    known = {name for project in projects for version in project.versions for name in version.params}
    for param in params:
        if param not in known and has_suffix(param, _INPUT_SUFFIXES) and os.path.isfile(param):
            remedy = "if it contains an update, pass it to `plan`; otherwise, omit it"
            exit_with_usage(f"{format_path(param)} is a file, not the name of a param; {remedy}")


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


def _list_used(options: Namespace) -> list[str]:
    """Return the paths of the inputs, except `-` and directories."""
    return [path for path in list_inputs(options) if path != "-" and not is_directory(path)]


def assign_files(options: Namespace) -> ProjectFiles:
    """Read the projects among the FILE arguments, and use the remaining file, if any, as TASKS.

    With `--tasks`, every FILE must contain projects.  Set `options.projects` to the paths
    of the projects, and `options.tasks` to the path of TASKS.  If this function reads TASKS
    to find out what it contains, set `options.tasks_document` to the document.  If TASKS is
    a directory, set `options.task_files` to the files that `_select_tasks` returns.

    Raises:
        DocumentError: the errors of `ProjectFiles`.  Also `unreadable`, if TASKS is a
            directory without files of tasks.
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
            remedy = "name one file of tasks, or put all of them in a directory and pass it with --tasks"
            exit_with_usage(f"{names} contain no projects; {remedy}")
        elif tasks:
            options.tasks = tasks[0]
            options.tasks_document = documents.get(tasks[0])
            _reject_update(options)
    else:
        options.projects = options.files
        # Only this function accepts a directory as TASKS.  Other commands reject a directory as unreadable.
        if is_directory(options.tasks):
            options.task_files = list_task_files(options.tasks)
    projects = _read_projects(options, documents)
    if options.task_files:
        options.task_files = _select_tasks(options, projects)
    if options.tasks is None:
        reject_options_for_tasks(options)
        _report_lines(options.projects, projects)
    _report_subdirectories(options, projects)
    return projects


def _read_projects(options: Namespace, documents: Mapping[str, Document]) -> ProjectFiles:
    """Read `options.projects`; the messages about files without a project suggest `--tasks`, unless TASKS is known."""
    try:
        return ProjectFiles(
            options.projects,
            options.assumptions,
            quiet=True,
            documents=documents,
            used=[*_list_used(options), *options.task_files],
            skip_remedy="if it contains tasks, pass it or its directory with --tasks" if options.tasks is None else "",
        )
    except DocumentError as error:
        if error.problem != NO_PROJECT or options.tasks is not None:
            raise
        remedy = "if it contains tasks, pass it with --tasks; otherwise, omit it"
        raise evolve(error, remedy=remedy) from None


def _select_tasks(options: Namespace, projects: ProjectFiles) -> list[str]:
    """Return the files in the directory TASKS, except those that the command reads as projects, updates or schemas."""
    others = {*projects.real_paths, *map(resolve_path, _list_used(options))}
    files = [path for path in options.task_files if resolve_path(path) not in others]
    if not files:
        problem, remedy = "the directory contains no tasks", "omit --tasks, or name a directory of tasks"
        raise DocumentError("unreadable", None, problem, remedy, format_path(options.tasks), None, None)
    return files


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
    """Report the skipped subdirectories that may contain projects."""
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
