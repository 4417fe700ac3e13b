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
from paramcore.files.reader import PROJECT_SIZE, YAML_SUFFIXES, read_document
from paramcore.model import Assumptions, Project, TaskRequest, Update
from paramcore.text import describe_os_error, format_name, format_path, format_value
from paramcore.values import join_pointer, split_pointer
from paramcore.wire import read_projects

_T = TypeVar("_T")


class ProjectFiles:
    """The projects of files, or of all `.json` and `.yaml` files of directories.

    In a directory, skip hidden files, and report and skip files without a project.
    `documents` holds the documents that were read already, by path.

    `many` is whether an answer is a list: for a directory, for an array of projects
    and for several files.

    Raises:
        DocumentError: `wrong_project` for no project, or for two projects of the
            same name; the errors of `read_document` and `read_project`.
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
        # A shell pattern may match a directory and also a file in it.
        sources = {os.path.realpath(source): source for path in paths for source in _list_files(path)}
        for source in sources.values():
            document = documents.get(source) or read_document(source, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
            if source not in paths and not holds_projects(document.value):
                print_message(f"skipped {document.source}: it holds no project")
                continue
            self.many = self.many or isinstance(document.value, list)
            with document.locate_errors():
                self._add(_read_projects(document, assumptions), document)
        if not self._by_name:
            problem, remedy = "the input holds no project", "name a file with a project or an array of projects"
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
        self._by_name = {name: project.update(update) for name, project in self._by_name.items()}

    def _add(self, projects: Iterable[Project], document: Document) -> None:
        for index, project in enumerate(projects):
            path = join_pointer(index) if isinstance(document.value, list) else ""
            if project.name in self._by_name:
                problem = f"two projects have the name {format_value(project.name)}"
                raise DocumentError(
                    "wrong_project", f"{path}/name", problem, "remove one of them", document.source, None, None
                )
            self._by_name[project.name] = project
            self._locations[project.name] = (document, path)

    def _warn_of_ignored_names(self, project: Project) -> None:
        document, path = self._locations[project.name]
        # Tasks never inherit such names (U10). Warn only about the newest version that has them.
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
        """Return the project that a task request names, or the only project.

        Raises:
            WrongProject: if there are several projects and it names none of them.
        """
        if task.project in self._by_name:
            return self._by_name[task.project]
        if len(self) == 1:
            # Where the request names another project, resolving it raises the error (T15).
            return next(iter(self))
        remedy = f"write the name of one of the {len(self)} projects in {self.paths}"
        if task.project is None:
            raise WrongProject("wrong_project", "", "`project` is missing", remedy)
        raise WrongProject("wrong_project", "/project", f"there is no project {format_value(task.project)}", remedy)

    def join_answers(self, answers: list[_T]) -> list[_T] | _T:
        """Return the list of answers, or the only answer if `many` is false."""
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
        remedy = f"rename `{format_name(misspelt)}` to `param_history`"
        raise evolve(error, problem="`param_history` is missing", remedy=remedy) from None


def _list_files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    source = format_path(path)
    try:
        # Skip hidden files: on foreign disks, macOS writes a `._docks.json` for each `docks.json`.
        names = sorted(
            name for name in os.listdir(path) if name.endswith((".json", *YAML_SUFFIXES)) and not name.startswith(".")
        )
    except OSError as error:
        problem = f"cannot read the directory: {describe_os_error(error)}"
        raise DocumentError("unreadable", None, problem, "", source, None, None) from None
    if not names:
        problem = "the directory has no .json or .yaml files"
        raise DocumentError("unreadable", None, problem, "", source, None, None)
    return [os.path.join(path, name) for name in names]
