"""The projects that a command line names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from paramcore.bulk import Route
from paramcore.cli.output import print_message
from paramcore.cli.project_files import read_project_files
from paramcore.errors import DocumentError, WrongProject
from paramcore.files.document import Document
from paramcore.files.reader import is_directory, resolve_path
from paramcore.model import Assumptions, Project, TaskRequest, Update
from paramcore.text import MESSAGE_LIMIT, format_path, format_value, join_message
from paramcore.values import join_pointer

_T = TypeVar("_T")


class Skipped(NamedTuple):
    """A message about skipped entries of a directory."""

    #: The path of the first skipped entry.
    path: str
    message: str
    #: The number of skipped entries.
    entries: int
    #: `file` or `subdirectory`.
    kind: str


class ProjectFiles:
    """The projects that a command line names, by file or by directory.

    In a directory, a visible JSON or YAML file without a project is skipped, and a message
    on standard error names the file.  Without `quiet`, a message also warns of names in
    the history that are not params.

    `documents` contains the documents of files that were already read, by path.
    `used` contains files that the command reads for another purpose, such as TASKS.
    These files are not reported as skipped.  `skip_remedy` is appended to the message
    about a skipped file.

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
        used: Iterable[str] = (),
        skip_remedy: str = "",
    ) -> None:
        self.paths: str = ", ".join(map(format_path, paths))
        #: The messages about skipped entries of directories.
        self.skipped: list[Skipped] = []

        def report_skip(path: str, message: str) -> None:
            self.report_skip(path, join_message(message, skip_remedy))

        files = read_project_files(paths, assumptions, documents=documents, used=used, on_skip=report_skip)
        self.many: bool = len(paths) > 1 or any(map(is_directory, paths)) or any(file.is_array for file in files)
        #: The real paths of the files that contain projects.
        self.real_paths: frozenset[str] = frozenset(resolve_path(file.path) for file in files)
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

    def report_skip(self, path: str, message: str, count: int = 1, kind: str = "file") -> None:
        """Report on standard error that entries of a directory were skipped, and add the message to `skipped`."""
        print_message(message)
        self.skipped.append(Skipped(path, message, count, kind))

    def apply_update(self, update: Update) -> None:
        """Apply an update to each project."""
        self.apply_updates(dict.fromkeys(self._by_name, update))

    def apply_updates(self, updates: Mapping[str, Update]) -> None:
        """Apply an update to each project whose name is a key of `updates`."""
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
            # If the request names another project, resolving the request raises an error (T15).
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
        """The paths, for the title of a report about many projects; empty if `many` is false."""
        return self.paths if self.many else ""

    def unwrap_single(self, results: list[_T]) -> list[_T] | _T:
        """Return the list of results, or the only result if `many` is false."""
        return results if self.many else results[0]
