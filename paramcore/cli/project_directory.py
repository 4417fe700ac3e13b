"""The directory of project files that `fetch --all` and `serve --save` write."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from paramcore.cli.file_names import choose_file_names, fold_file_name
from paramcore.cli.output import format_document
from paramcore.cli.project_files import ProjectFile, list_directory, list_visible_paths, read_project_files
from paramcore.cli.project_text import ProjectText
from paramcore.errors import DocumentError
from paramcore.files.reader import YAML_SUFFIXES, has_suffix, resolve_path
from paramcore.files.writer import write_atomically
from paramcore.model import Assumptions, Project
from paramcore.text import describe_os_error, format_path, format_value
from paramcore.wire import write_project


class ProjectDirectory:
    """The project files in a directory.

    A file contains one project or an array of projects.  No project is in two files.

    `read_project_files` reads the directory at the start.  If `write` gets new
    projects, `write` also reads the files that were added later.  The directory need not
    exist yet.

    `sources` are the PROJECT arguments of the command.  If one of these files is in the
    directory, it counts as a project file, even if it is hidden, or if its suffix is not
    .json, .yaml or .yml.  `on_skip` is the argument of `read_project_files`.

    Raises:
        DocumentError: the errors of `read_project_files`.
    """

    def __init__(
        self,
        path: str,
        assumptions: Assumptions,
        *,
        sources: Iterable[str] = (),
        on_skip: Callable[[str, str], None] = lambda _path, _message: None,
    ) -> None:
        self._path = path
        self._assumptions = assumptions
        #: The paths that `_find_added` skips: those of the files at the start, and those of files that `write` wrote.
        #: `_find_added` still reads a written array if `_paths` lacks one of the projects in the array.
        self._known = set(list_visible_paths(path)) if os.path.isdir(path) else set()
        arguments = [source for source in sources if _is_file_in(source, path)]
        if self._known:
            arguments.append(path)
        #: The path of each project's file, by the project's name.  A project that another process added is missing
        #: until `write` gets this project.
        self._paths: dict[str, str] = {}
        #: The projects of each file, by path and then by name, in the order of the file.
        self._files: dict[str, Mapping[str, Project]] = {}
        self._arrays: set[str] = set()
        self._texts: dict[str, ProjectText] = {}
        for file in read_project_files(arguments, assumptions, on_skip=on_skip):
            self._add_file(file)
            self._paths.update(dict.fromkeys(self._files[file.path], file.path))

    @property
    def projects(self) -> Mapping[str, Project]:
        """The projects in the directory, by name."""
        return {name: project for projects in self._files.values() for name, project in projects.items()}

    def get_path(self, project_name: str) -> str | None:
        """Return the path of a project's file; `None` if the project was neither read at the start nor written later."""
        return self._paths.get(project_name)

    def check_writable(self, project_names: Iterable[str]) -> None:
        """Reject a project that is in a YAML file, because paramcore does not rewrite YAML.

        Raises:
            DocumentError: `unwritable`, if a YAML file contains one of the projects.
        """
        for name in project_names:
            path = self._paths.get(name, "")
            if has_suffix(path, YAML_SUFFIXES):
                problem = f"the file contains the project {format_value(name)}, and paramcore does not rewrite YAML"
                remedy = "convert the file to JSON, or name another directory"
                raise DocumentError("unwritable", None, problem, remedy, format_path(path), None, None)

    def write(self, projects: Iterable[Project], *, sync: bool = True) -> list[str]:
        """Write each project to the file that contains it, or to a new file; return the paths.

        Each file is written completely or not at all.  A file whose projects are
        unchanged is not written, but its path is returned too.  Without `sync`, a file may
        be lost if the machine loses power.

        Raises:
            DocumentError: `unwritable` if the system cannot create the directory or write a
                file, and `unreadable` if it cannot list the directory.

                Also `unwritable`, before any file is written, in these cases:

                - `check_writable` rejects a changed project.
                - The file name that is chosen for a new project belongs to another file.
                - Another program has written a new project with different content.
        """
        by_name = {project.name: project for project in projects}
        new_paths = self._choose_paths([project for project in by_name.values() if project.name not in self._paths])
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
        make_directory(self._path)
        # Set the paths first: if Ctrl-C interrupts this method after a write, the next call must know the new file.
        self._paths = paths
        for path, contents in changed.items():
            # Keep a symbolic link, and replace its target.
            write_atomically(resolve_path(path), [self._format(path, contents)], sync=sync)
            self._files[path] = contents
            if contents.keys() <= paths.keys():
                self._known.add(path)
        return list(updates)

    def _choose_paths(self, projects: Sequence[Project]) -> dict[str, str]:
        """Return the path of each new project's file, by project name.

        Raise an error if a chosen file already exists and does not contain the project.
        """
        exists = bool(projects) and os.path.isdir(self._path)
        # List the directory before `_find_added` reads it.  In the opposite order, a file that another process adds in
        # between would be in `taken`, and its project would get a second file.
        entries = list_directory(self._path) if exists else []
        paths = self._find_added(projects) if exists else {}
        added = set(map(os.path.basename, paths.values()))
        taken = [entry for entry in entries if entry not in added]
        folded = set(map(fold_file_name, entries))
        # Another process that writes the same projects must choose the same file names.  If file names collide,
        # `choose_file_names` adds digests.  So pass the names of all new projects, including those in `paths`: both
        # processes then find the same collisions.
        for name, file_name in choose_file_names([project.name for project in projects], taken).items():
            if name in paths:
                continue
            path = os.path.join(self._path, file_name)
            if fold_file_name(file_name) in folded:
                problem = (
                    f"the project {format_value(name)} needs this file name, but the file does not contain the project"
                )
                raise DocumentError("unwritable", None, problem, "rename the file", format_path(path), None, None)
            paths[name] = path
        return paths

    def _find_added(self, projects: Iterable[Project]) -> dict[str, str]:
        """Find the projects that another process, such as a second `fetch --all`, has written to new files."""
        by_name = {project.name: project for project in projects}
        paths: dict[str, str] = {}
        for path in list_visible_paths(self._path):
            # Opening a pipe would wait for a writer.
            if path in self._known or not os.path.isfile(path):
                continue
            try:
                (file,) = read_project_files([path], self._assumptions)
            except DocumentError:
                # The entry cannot be read as projects.  `choose_file_names` avoids its name.
                continue
            found = {project.name: project for project in file.projects}
            for name in found.keys() & by_name.keys():
                if found[name] != by_name[name]:
                    problem = f"another program has written the project {format_value(name)} with different content"
                    remedy = "run the command again"
                    raise DocumentError("unwritable", None, problem, remedy, format_path(path), None, None)
                self._add_file(file)
                paths[name] = path
        return paths

    def _add_file(self, file: ProjectFile) -> None:
        self._files[file.path] = {project.name: project for project in file.projects}
        if file.is_array:
            self._arrays.add(file.path)

    def _format(self, path: str, projects: Mapping[str, Project]) -> str:
        if path in self._arrays:
            return format_document([write_project(project) for project in projects.values()])
        (project,) = projects.values()
        return self._texts.setdefault(path, ProjectText()).format(project)


def _is_file_in(source: str, directory: str) -> bool:
    parent = os.path.dirname(source) or os.curdir
    return source != "-" and os.path.isfile(source) and resolve_path(parent) == resolve_path(directory)


def make_directory(path: str) -> None:
    """Create a directory, unless it exists.

    Raises:
        DocumentError: `unwritable`, if the system cannot create the directory.
    """
    try:
        os.makedirs(path, exist_ok=True)
    except (OSError, ValueError) as error:
        problem = f"cannot create the directory: {describe_os_error(error)}"
        raise DocumentError("unwritable", None, problem, "", format_path(path), None, None) from None
