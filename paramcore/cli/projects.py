"""Read the projects that a command line names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from attrs import evolve

from paramcore.cli.contents import find_misspelt_history, holds_projects
from paramcore.cli.output import print_message
from paramcore.errors import DocumentError, MalformedPayload, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import DOCUMENT_SUFFIXES, JSONL_SUFFIXES, PROJECT_SIZE, has_suffix, read_document
from paramcore.model import Assumptions, Project, TaskRequest, Update
from paramcore.text import describe_os_error, format_name, format_path, format_value
from paramcore.values import join_pointer, split_pointer
from paramcore.wire import read_projects

_T = TypeVar("_T")


class ProjectFiles:
    """The projects of files, or of all `.json` and `.yaml` files of directories.

    `documents` holds files that were read already, by their paths.

    Hidden files of a directory are skipped, and those that are no project are named
    on standard error.

    `many` is whether an answer is a list: for a directory, for an array of projects
    and for several files.

    Raises:
        DocumentError: `wrong_project` where there is no project, or two of the
            same name; else as `read_document` and `read_project`.
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
        self.many: bool = len(paths) > 1 or any(map(os.path.isdir, paths))
        self._by_name: dict[str, Project] = {}
        self._locations: dict[str, tuple[Document, str]] = {}
        # A pattern of a shell may name a file that is in a directory, too.
        sources = {os.path.realpath(source): source for path in paths for source in _list_files(path)}
        for source in sources.values():
            if source not in paths:
                _reject_endless(source)
            document = documents.get(source) or _read_document(source)
            if source not in paths and not holds_projects(document.value):
                print_message(f"skipped {document.source}: it is no project")
                continue
            self.many = self.many or isinstance(document.value, list)
            with document.locate_errors():
                self._add(_read_projects(document, assumptions), document)
        if not self._by_name:
            found, wanted = "no project in it", "a project, or several"
            raise DocumentError("wrong_project", None, found, wanted, self.paths, None, None)
        if not quiet:
            for project in self:
                self._warn_of_ignored_names(project)

    def __iter__(self) -> Iterator[Project]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def apply_update(self, update: Update) -> None:
        """Replace each project by what it is after an update."""
        self._by_name = {name: project.update(update) for name, project in self._by_name.items()}

    def _add(self, projects: Iterable[Project], document: Document) -> None:
        for index, project in enumerate(projects):
            path = join_pointer(index) if isinstance(document.value, list) else ""
            if project.name in self._by_name:
                first, first_path = self._locations[project.name]
                found = f"a second project {format_value(project.name)}"
                wanted = f"each project once: the first is at {first.format_location(first_path + '/name')}"
                raise document.locate_error(WrongProject("wrong_project", f"{path}/name", found, wanted))
            self._by_name[project.name] = project
            self._locations[project.name] = (document, path)

    def _warn_of_ignored_names(self, project: Project) -> None:
        document, path = self._locations[project.name]
        # U10 keeps such names without inheriting them; one warning, for the newest version that has them, is enough.
        for version in reversed(project.versions):
            if version.not_inherited:
                names = ", ".join(f"`{name}`" for name in version.not_inherited)
                location = document.format_location(path + join_pointer("param_history", version.number))
                print_message(f"warning: {location}: version {version.number} holds {names}, which no task inherits")
                return

    def locate_project(self, project: Project) -> tuple[Document, str]:
        """Return the document of a project, and the JSON Pointer of the project in it."""
        return self._locations[project.name]

    def find_project(self, task: TaskRequest) -> Project:
        """Return the project that a task request names, or the only one; raise `WrongProject` for neither."""
        if task.project in self._by_name:
            return self._by_name[task.project]
        if len(self) == 1:
            # Where the request names another project, resolving it raises the error (T15).
            return next(iter(self))
        found = "no `project`" if task.project is None else f"the project {format_value(task.project)}"
        wanted = f"the name of one of the {len(self)} projects in {self.paths}"
        path = "" if task.project is None else "/project"
        raise WrongProject("wrong_project", path, found, wanted)

    def join_answers(self, answers: list[_T]) -> list[_T] | _T:
        """Return the list of answers, or the only answer where `many` is false."""
        return answers if self.many else answers[0]


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
        found = f"`{format_name(misspelt)}`, and no `param_history`"
        raise evolve(error, found=found, wanted="`param_history`: rename it") from None


def _read_document(path: str) -> Document:
    try:
        return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    except DocumentError as error:
        if error.code != "json_syntax" or not has_suffix(path, JSONL_SUFFIXES):
            raise
        # Its second line is an error only in place of a project.
        found, wanted = "a file of lines in place of a project", "a project, or an array of projects, in a `.json` file"
        raise evolve(error, code="wrong_project", found=found, wanted=wanted) from None


def _reject_endless(path: str) -> None:
    """Reject a pipe or a device in a directory: reading it may never end."""
    # A pipe that the command line names is read: shells have `<(...)`.
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        found, wanted = "a pipe, a socket or a device", "files only in a directory of projects"
        raise DocumentError("unreadable", None, found, wanted, format_path(path), None, None)


def _list_files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    source = format_path(path)
    try:
        # Hidden files belong to the system; on foreign disks, macOS writes `._docks.json` beside `docks.json`.
        names = sorted(
            name for name in os.listdir(path) if has_suffix(name, DOCUMENT_SUFFIXES) and not name.startswith(".")
        )
    except OSError as error:
        reason, wanted = describe_os_error(error), "a directory that can be read"
        raise DocumentError("unreadable", None, reason, wanted, source, None, None) from None
    if not names:
        found, wanted = "a directory without `.json` or `.yaml` files", "project files in it"
        raise DocumentError("unreadable", None, found, wanted, source, None, None)
    return [os.path.join(path, name) for name in names]
