"""Read the projects that the command line names."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from attrs import evolve, frozen

from paramcore.bulk import Route
from paramcore.cli.contents import find_misspelt_history, holds_projects
from paramcore.cli.output import print_message
from paramcore.errors import DocumentError, MalformedPayload, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    PROJECT_SIZE,
    has_suffix,
    read_document,
    resolve_path,
)
from paramcore.model import Assumptions, Project, TaskRequest, Update
from paramcore.text import MESSAGE_LIMIT, describe_os_error, format_name, format_path, format_value
from paramcore.values import join_pointer, split_pointer
from paramcore.wire import read_projects

_T = TypeVar("_T")


@frozen
class ProjectFile:
    """A file that contains a project or an array of projects."""

    path: str
    document: Document
    projects: tuple[Project, ...]

    @property
    def is_array(self) -> bool:
        """Whether the file is an array, even with a single project."""
        return isinstance(self.document.value, list)

    def locate_element(self, index: int) -> str:
        """Return the JSON Pointer of a project by its index."""
        return join_pointer(index) if self.is_array else ""


def read_project_files(
    paths: Sequence[str],
    assumptions: Assumptions,
    *,
    documents: Mapping[str, Document] = {},
    on_skip: Callable[[str], None] = lambda _message: None,
) -> list[ProjectFile]:
    """Read the projects in files, and in the JSON and YAML files of directories.

    `documents` contains the documents of files that were already read, by path.  In a
    directory, skip hidden files silently.  Also skip files without a project, and call
    `on_skip` with a message for each.

    Raises:
        DocumentError: `wrong_project` for two projects with the same name, or for JSONL;
            `unreadable` for a directory without JSON or YAML files, or for an entry of a
            directory that cannot be read as a file; or an error of `read_document` or
            `read_project`.
    """
    files: list[ProjectFile] = []
    locations: dict[str, str] = {}
    # A shell pattern may match both a directory and a file in the directory, so read each file once.
    by_real_path: dict[str, str] = {}
    for path in chain.from_iterable(map(_list_files, paths)):
        real_path = resolve_path(path)
        # A file that is named is never skipped, so its own path has precedence.
        if path in paths or real_path not in by_real_path:
            by_real_path[real_path] = path
    for path in by_real_path.values():
        document = documents.get(path) or (_read_document(path) if path in paths else _read_entry(path))
        if path not in paths and not holds_projects(document.value):
            on_skip(f"skipped {document.source}, because it contains no project")
            continue
        with document.locate_errors():
            file = ProjectFile(path, document, _read_projects(document, assumptions))
            _reject_duplicates(file, locations)
        files.append(file)
    return files


def _reject_duplicates(file: ProjectFile, locations: dict[str, str]) -> None:
    """Reject a project whose name is in `locations`; add the location of any other project."""
    for index, project in enumerate(file.projects):
        path = f"{file.locate_element(index)}/name"
        if project.name in locations:
            problem = f"two projects have the name {format_value(project.name, limit=MESSAGE_LIMIT)}"
            remedy = f"remove one of them (the first is at {locations[project.name]})"
            raise WrongProject("wrong_project", path, problem, remedy)
        locations[project.name] = file.document.format_location(path)


class ProjectFiles:
    """The projects that a command line names, by file or by directory.

    If a file in a directory contains no project, a message on standard error reports
    the file.  Without `quiet`, messages also report names that no task inherits.
    `documents` contains the documents of files that were already read, by path.

    `many` is true for a directory, an array of projects, or several files.  Commands
    then print a list of results instead of a single result.

    Raises:
        DocumentError: `wrong_project` if there is no project, or an error of
            `read_project_files`.
    """

    def __init__(
        self,
        paths: Sequence[str],
        assumptions: Assumptions,
        *,
        quiet: bool = False,
        documents: Mapping[str, Document] = {},
    ) -> None:
        self.paths: str = ", ".join(map(format_path, paths))
        files = read_project_files(paths, assumptions, documents=documents, on_skip=print_message)
        self.many: bool = len(paths) > 1 or any(map(os.path.isdir, paths)) or any(file.is_array for file in files)
        self._by_name: dict[str, Project] = {}
        self._locations: dict[str, tuple[Document, str]] = {}
        for file in files:
            for index, project in enumerate(file.projects):
                self._by_name[project.name] = project
                self._locations[project.name] = (file.document, file.locate_element(index))
        if not self._by_name:
            problem, remedy = "the input contains no project", "name a file with a project or an array of projects"
            raise DocumentError("wrong_project", None, problem, remedy, self.paths, None, None)
        if not quiet:
            for project in self:
                self._warn_of_ignored_names(project)

    def __iter__(self) -> Iterator[Project]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def apply_update(self, update: Update) -> None:
        """Apply an update to each project."""
        self.apply_updates(dict.fromkeys(self._by_name, update))

    def apply_updates(self, updates: Mapping[str, Update]) -> None:
        """Apply updates by the name of the project; other projects do not change."""
        self._by_name = {
            name: project.update(updates[name]) if name in updates else project
            for name, project in self._by_name.items()
        }

    def _warn_of_ignored_names(self, project: Project) -> None:
        document, path = self._locations[project.name]
        # Tasks never inherit names that are not params (U10).
        # Warn only about the newest version that contains such names.
        for version in reversed(project.versions):
            if version.not_inherited:
                names = ", ".join(f"`{name}`" for name in version.not_inherited)
                location = document.format_location(path + join_pointer("param_history", version.number))
                print_message(f"warning: {location}: version {version.number} contains {names}, which no task inherits")
                return

    def locate_project(self, project: Project) -> tuple[Document, str]:
        """Return the document that contains a project, and the JSON Pointer of the project."""
        return self._locations[project.name]

    def find_route(self, task: TaskRequest) -> Route:
        """Return the route of a task request; raise the errors of `find_project` and `Project.resolve`."""
        return Route.of(self.find_project(task), task)

    def find_project(self, task: TaskRequest) -> Project:
        """Return the project that a task request names, or the only project.

        Raises:
            WrongProject: if there are several projects, and the request names none of them.
        """
        if task.project in self._by_name:
            return self._by_name[task.project]
        if len(self) == 1:
            # If the request names another project, resolving the request raises the error (T15).
            return next(iter(self))
        remedy = f"write the name of one of the {len(self)} projects in {self.paths}"
        if task.project is None:
            raise WrongProject("wrong_project", "", "`project` is missing", remedy)
        raise WrongProject(
            "wrong_project",
            "/project",
            f"there is no project {format_value(task.project, limit=MESSAGE_LIMIT)}",
            remedy,
        )

    @property
    def subject(self) -> str:
        """The paths, as the name of several projects in a report; empty for a single project."""
        return self.paths if self.many else ""

    def unwrap_single(self, results: list[_T]) -> list[_T] | _T:
        """Return the list of results, or the only result if `many` is false."""
        return results if self.many else results[0]


def _read_projects(document: Document, assumptions: Assumptions) -> tuple[Project, ...]:
    try:
        return read_projects(document.value, assumptions=assumptions)
    except MalformedPayload as error:
        broken = (
            document.value[int(split_pointer(error.path or "")[0])]
            if isinstance(document.value, list)
            else document.value
        )
        misspelt = find_misspelt_history(broken)
        if error.code != "history_type" or misspelt is None:
            raise
        remedy = f"rename `{format_name(misspelt)}` to `param_history`"
        raise evolve(error, problem="`param_history` is missing", remedy=remedy) from None


def list_visible_paths(directory: str, suffixes: tuple[str, ...] = DOCUMENT_SUFFIXES) -> list[str]:
    """Return the paths of the files in a directory with these suffixes, except hidden files."""
    # Skip hidden files, because macOS writes a `._docks.json` for each `docks.json` on some disks.
    return [
        os.path.join(directory, name)
        for name in list_directory(directory)
        if has_suffix(name, suffixes) and not name.startswith(".")
    ]


def list_directory(path: str) -> list[str]:
    """Return the sorted names of all entries of a directory.

    Raises:
        DocumentError: `unreadable`.
    """
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        problem = f"cannot read the directory: {describe_os_error(error)}"
        raise DocumentError("unreadable", None, problem, "", format_path(path), None, None) from None


def _read_document(path: str) -> Document:
    try:
        return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    except DocumentError as error:
        if error.code != "json_syntax" or not has_suffix(path, JSONL_SUFFIXES):
            raise
        # Probably, the syntax error is the second line: in JSONL, each line is a document, but JSON allows only one.
        problem, remedy = (
            "the file contains JSONL, not a project",
            "name a .json file with a project or an array of projects",
        )
        raise evolve(error, code="wrong_project", problem=problem, remedy=remedy) from None


def _read_entry(path: str) -> Document:
    """Read a file in a directory that the command line names."""
    _check_entry(path)
    try:
        return _read_document(path)
    except DocumentError as error:
        if error.code != "unreadable" or error.remedy:
            raise
        # Another process may have removed the file.
        fix = "make it readable, or move it out of the directory" if os.path.lexists(path) else "run the command again"
        raise evolve(error, remedy=fix) from None


def _check_entry(path: str) -> None:
    """Reject a directory entry that is not a file.

    A subdirectory or a broken link may stand for a project, and reading a pipe may never
    end.
    """
    if os.path.isdir(path):
        problem = "this is a directory, not a file"
        remedy = "rename it or move it; to read its projects, name it on the command line"
    elif os.path.islink(path) and not os.path.exists(path):
        problem, remedy = "this is a link to a file that does not exist", "remove the link, or restore the file"
    elif os.path.exists(path) and not os.path.isfile(path):
        problem, remedy = "this is a pipe, a socket or a device, not a file", "remove it from the directory"
    else:
        return
    raise DocumentError("unreadable", None, problem, remedy, format_path(path), None, None)


def _list_files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    paths = list_visible_paths(path)
    if not paths:
        problem, remedy = "the directory has no .json or .yaml files", "name a directory that contains projects"
        raise DocumentError("unreadable", None, problem, remedy, format_path(path), None, None)
    return paths
