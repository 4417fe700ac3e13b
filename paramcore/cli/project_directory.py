"""The directory of project files that `fetch --all` and `serve --save` write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Set as AbstractSet
from typing import Any

from paramcore.cli.file_names import choose_file_names, fold_file_name
from paramcore.cli.output import format_document
from paramcore.cli.projects import list_directory, list_project_paths, read_project_files
from paramcore.errors import DocumentError
from paramcore.files.reader import YAML_SUFFIXES, has_suffix
from paramcore.files.writer import write_atomically
from paramcore.model import Assumptions, Project
from paramcore.text import describe_os_error, format_path, format_value
from paramcore.wire import write_project


class ProjectDirectory:
    """The project files in a directory; each project is in one file.

    The directory is read once, in the same way as by other commands.  It need not exist.
    `sources` are the files that projects were read from.  If a source is in the
    directory, it counts as a project file, whatever its name.  `on_skip` is that of
    `read_project_files`.

    Raises:
        DocumentError: the errors of `read_project_files`.
    """

    def __init__(
        self,
        path: str,
        assumptions: Assumptions,
        *,
        sources: Iterable[str] = (),
        on_skip: Callable[[str], None] = lambda _message: None,
    ) -> None:
        self._path = path
        arguments = [source for source in sources if _is_file_in(source, path)]
        if os.path.isdir(path) and list_project_paths(path):
            arguments.append(path)
        #: The path of the file of each project, by the project's name.
        self._paths: dict[str, str] = {}
        #: The projects of each file, by name, in the order of the file.
        self._files: dict[str, Mapping[str, Project]] = {}
        self._arrays: set[str] = set()
        for file in read_project_files(arguments, assumptions, on_skip=on_skip):
            self._files[file.path] = {project.name: project for project in file.projects}
            self._paths.update(dict.fromkeys(self._files[file.path], file.path))
            if file.is_array:
                self._arrays.add(file.path)

    @property
    def project_names(self) -> AbstractSet[str]:
        """The names of the projects in the directory."""
        return self._paths.keys()

    def check_writable(self, project_names: Iterable[str]) -> None:
        """Check that no YAML file contains one of the projects.

        Raises:
            DocumentError: `unwritable`.
        """
        for name in project_names:
            path = self._paths.get(name, "")
            if has_suffix(path, YAML_SUFFIXES):
                problem = f"the file contains the project {format_value(name)}, and paramcore does not rewrite YAML"
                remedy = "convert the file to JSON, or name another directory"
                raise DocumentError("unwritable", None, problem, remedy, format_path(path), None, None)

    def write(self, projects: Iterable[Project]) -> list[str]:
        """Write each project to the file that contains it, or to a new file; return the paths.

        Each file is written completely or not at all.  A file whose projects are
        unchanged is not written.

        Raises:
            DocumentError: `unwritable` if `check_writable` rejects a changed project, or if
                the file names for a new project are taken; then no file is written.
                Also `unwritable` if the system cannot write a file.
        """
        by_name = {project.name: project for project in projects}
        new_paths = self._choose_paths([name for name in by_name if name not in self._paths])
        paths = {**self._paths, **new_paths}
        updates: dict[str, dict[str, Project]] = {}
        for name, project in by_name.items():
            updates.setdefault(paths[name], {})[name] = project
        changed: dict[str, Mapping[str, Project]] = {}
        for path, update in updates.items():
            before = self._files.get(path, {})
            changed_names = [name for name, project in update.items() if before.get(name) != project]
            if changed_names:
                self.check_writable(changed_names)
                changed[path] = {**before, **update}
        _make_directory(self._path)
        # After a write, an interrupt may arrive before the next line; the next call must still find the file.
        self._paths = paths
        for path, contents in changed.items():
            # Keep a symbolic link, and replace its target.
            write_atomically(os.path.realpath(path), [format_document(self._to_json(path, contents))])
            self._files[path] = contents
        return list(updates)

    def _choose_paths(self, project_names: list[str]) -> dict[str, str]:
        """Return the path of a new file for each project; reject a path that exists."""
        taken = list_directory(self._path) if project_names and os.path.isdir(self._path) else []
        folded = set(map(fold_file_name, taken))
        paths: dict[str, str] = {}
        for name, file_name in choose_file_names(project_names, taken).items():
            paths[name] = os.path.join(self._path, file_name)
            if fold_file_name(file_name) in folded:
                problem = f"the file does not contain the project {format_value(name)}, which needs this file name"
                raise DocumentError(
                    "unwritable", None, problem, "rename the file", format_path(paths[name]), None, None
                )
        return paths

    def _to_json(self, path: str, projects: Mapping[str, Project]) -> Any:
        documents = [write_project(project) for project in projects.values()]
        return documents if path in self._arrays else documents[0]


def _is_file_in(source: str, directory: str) -> bool:
    parent = os.path.dirname(source) or os.curdir
    return source != "-" and os.path.isfile(source) and os.path.realpath(parent) == os.path.realpath(directory)


def _make_directory(path: str) -> None:
    try:
        os.makedirs(path, exist_ok=True)
    except (OSError, ValueError) as error:
        problem = f"cannot create the directory: {describe_os_error(error)}"
        raise DocumentError("unwritable", None, problem, "", format_path(path), None, None) from None
