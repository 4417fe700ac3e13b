"""Projects, task requests and updates from files, and what is wrong with them by file and line."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from attrs import evolve, field, frozen

from paramcore.cli.output import say
from paramcore.cli.progress import OnRead
from paramcore.errors import DocumentError, MalformedPayload, NoSuchVersion, ParamcoreError, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import PROJECT_SIZE, YAML_SUFFIXES, Line, read_document, read_lines
from paramcore.model.assumptions import Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.model.project import Project
from paramcore.model.tasks import TaskRequest
from paramcore.model.updates import Replace, Update
from paramcore.text import format_name, format_value
from paramcore.validation.names import find_look_alikes
from paramcore.values.pointer import join_pointer
from paramcore.wire import read_projects, read_task_request, read_update

__all__ = [
    "BadLines",
    "BadTask",
    "Params",
    "Projects",
    "Task",
    "blaming",
    "read_params",
    "read_task_objects",
    "read_tasks",
    "read_update_file",
    "request_overrides",
]


_Known = TypeVar("_Known")


@contextmanager
def blaming(document: Document, path: str = "") -> Iterator[None]:
    """Tell what is wrong with the content of a document, or with a part of it, by its line and column."""
    try:
        yield
    except DocumentError:
        raise
    except ParamcoreError as error:
        raise document.locate_error(error.within(path)) from None


class Projects:
    """The projects of a file, or of all `.json` and `.yaml` files of a directory, by name."""

    def __init__(self, path: str, assumptions: Assumptions, *, quiet: bool = False) -> None:
        self.path = path
        self._quiet = quiet
        #: Whether PROJECT may hold more than one, so that an answer is a list.
        self.many = os.path.isdir(path)
        self._by_name: dict[str, Project] = {}
        self._places: dict[str, tuple[Document, str]] = {}
        for source in _project_files(path):
            document = read_document(source, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
            self.many = self.many or isinstance(document.value, list)
            with blaming(document):
                self._take(read_projects(document.value, assumptions=assumptions), document)

        if not self._by_name:
            found, wanted = "no project in it", "a project, or several"
            raise DocumentError("wrong_project", None, found, wanted, format_name(path), None, None)

    def __iter__(self) -> Iterator[Project]:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def _take(self, projects: Iterable[Project], document: Document) -> None:
        for index, project in enumerate(projects):
            path = join_pointer(index) if isinstance(document.value, list) else ""
            if project.name in self._by_name:
                found, wanted = f"a second project {format_value(project.name)}", "each project once"
                raise DocumentError("wrong_project", f"{path}/name", found, wanted, document.source, None, None)
            self._by_name[project.name] = project
            self._places[project.name] = (document, path)
            if not self._quiet:
                _warn_of_kept_names(project, document, path)

    def place_of(self, project: Project) -> tuple[Document, str]:
        """Return the document that a project stands in, and its path there."""
        return self._places[project.name]

    def of(self, task: TaskRequest) -> Project:
        """
        Return the project that a task request goes to: the one it names, or the only one there is.

        Raises:
            WrongProject: where it names none of them.

        """
        if task.project in self._by_name:
            return self._by_name[task.project]
        if len(self) == 1:
            # Where the request names another, the project itself says what is wrong with it (T15).
            return next(iter(self))
        found = "no `project`" if task.project is None else f"the project {format_value(task.project)}"
        wanted = f"the name of one of the {len(self)} projects in {self.path}"
        path = "" if task.project is None else "/project"
        raise WrongProject("wrong_project", path, found, wanted)


@frozen
class Task:
    """A task request, the document that it stands in, and what the command line asks for all tasks."""

    request: TaskRequest
    document: Document
    asked: Mapping[str, Any] = field(factory=dict)

    def resolved(self, projects: Projects) -> EffectiveParams:
        """
        Say what the task will get.

        Raises:
            DocumentError: with the line of what is wrong.

        """
        try:
            return projects.of(self.request).resolve(self.request)
        except ParamcoreError as error:
            raise self.blamed(error) from None

    def blamed(self, error: ParamcoreError) -> DocumentError:
        """Return what is wrong with the request by its line, or by the option that asked for it."""
        located = self.document.locate_error(error)
        option = "project_version" if error.path == "/project_version" else "type" if error.code == "wrong_type" else ""
        if option in self.asked:
            return evolve(located, path=None, source=f"--{option.replace('_', '-')}", line=None, column=None)
        return located


@frozen
class BadTask:
    """A task request that cannot be read; `document` is there where only what it says is wrong."""

    error: DocumentError
    document: Document | None


class BadLines:
    """Bad lines: told and counted where the command is to go on, and the end of it elsewhere."""

    def __init__(self, *, keep_going: bool) -> None:
        self._keep_going = keep_going
        self.count = 0

    def tell(self, error: DocumentError) -> None:
        """
        Tell of a bad line.

        Raises:
            DocumentError: that very one, where the command is not to go on.

        """
        if not self._keep_going:
            raise error
        say(f"error: {error}")
        self.count += 1

    def tell_count(self) -> None:
        """Tell how many there were, if any."""
        if self.count:
            say(f"{self.count:,} bad {'line' if self.count == 1 else 'lines'}")


def read_tasks(
    path: str,
    *,
    lines: bool,
    settings: Mapping[str, Any],
    quiet: bool = False,
    first: Callable[[Line], _Known | None] | None = None,
    on_read: OnRead | None = None,
) -> Iterator[Task | BadTask | _Known]:
    """
    Yield the task request of a document, or those of a `.jsonl` one, line by line.

    Names that do nothing in a task request (T14) are warned about, unless `quiet`.
    Where `first` knows all that is asked of a line, that is yielded in its place.

    Raises:
        DocumentError: for a file that cannot be read, or is no document at all.

    """
    if not (lines or path.endswith(".jsonl")):
        yield _task(read_document(path), settings, quiet=quiet)
        return
    for line in read_lines(path, on_read=on_read):
        known = None if first is None else first(line)
        if known is not None:
            yield known
            continue
        try:
            document = line.document()
        except DocumentError as error:
            yield BadTask(error, None)
        else:
            yield _task(document, settings, quiet=quiet)


def _task(document: Document, settings: Mapping[str, Any], *, quiet: bool) -> Task | BadTask:
    try:
        if isinstance(document.value, list):
            wanted = "one task request: several stand one a line in a `.jsonl` file"
            raise MalformedPayload("request_type", "", "an array", wanted)
        request = read_task_request(document.value)
        request = evolve(request, **settings) if settings else request
    except ParamcoreError as error:
        return BadTask(document.locate_error(error), document)
    for one in () if quiet else find_look_alikes(request.params):
        say(f"warning: {document.format_location(one.path)}: {one}")
    return Task(request, document, settings)


def read_update_file(path: str) -> Update:
    """
    Read the body of a setParams request.

    Raises:
        DocumentError: with file, line and column.

    """
    document = read_document(path)
    with blaming(document):
        return read_update(document.value)


@frozen
class Params:
    """Params, and the document that they stand in."""

    params: Mapping[str, Any]
    document: Document


def read_params(spec: str) -> Params:
    """
    Read params from `FILE` or `FILE@N`: version N or the latest of a project, or an object that holds just params.

    Raises:
        DocumentError: with file, line and column.

    """
    path, number = _spec(spec)
    document = read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    value = document.value
    with blaming(document):
        if number is None and isinstance(value, dict) and "param_history" not in value:
            return Params(Replace(value).params, document)
        projects = read_projects(value)
        if len(projects) != 1:
            raise WrongProject("wrong_project", "", f"{len(projects)} projects", "one, to take params from")
        project = projects[0]
        if number is None:
            return Params(project.params, document)
    try:
        return Params(project.version(number).params, document)
    except NoSuchVersion as error:
        # What is wrong stands on the command line, not in the file.
        raise DocumentError(error.code, None, error.found, error.wanted, format_name(spec), None, None) from None


def _spec(spec: str) -> tuple[str, int | None]:
    path, mark, number = spec.rpartition("@")
    if mark and path and number.isascii() and number.isdigit() and not os.path.exists(spec):
        return path, int(number[:20])
    return spec, None


def read_task_objects(
    path: str, *, lines: bool, on_read: OnRead | None = None
) -> Iterator[tuple[Document, str, Any] | BadTask]:
    """
    Yield task objects, as `GET /tasks` returns them: one, an array, a page of them (`docs`), or one a line (.jsonl).

    Each comes with its document and its path in it, but for a bad line.

    Raises:
        DocumentError: with file, line and column.

    """
    if lines or path.endswith(".jsonl"):
        for line in read_lines(path, on_read=on_read):
            try:
                document = line.document()
            except DocumentError as error:
                yield BadTask(error, None)
            else:
                yield document, "", document.value
        return
    document = read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    value, within = document.value, ""
    if isinstance(value, dict) and isinstance(value.get("docs"), list):
        value, within = value["docs"], "/docs"
    if not isinstance(value, list):
        yield document, "", value
        return
    for index, one in enumerate(value):
        yield document, within + join_pointer(index), one


def _project_files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    try:
        names = sorted(name for name in os.listdir(path) if name.endswith((".json", *YAML_SUFFIXES)))
    except OSError as error:
        found, wanted = (error.strerror or "it failed").lower(), "a directory that can be read"
        raise DocumentError("unreadable", None, found, wanted, format_name(path), None, None) from None
    if not names:
        raise DocumentError(
            "unreadable", None, "a directory without `.json` or `.yaml` files", "project files in it", path, None, None
        )
    return [os.path.join(path, name) for name in names]


def _warn_of_kept_names(project: Project, document: Document, path: str) -> None:
    # Such names (U10) are kept, not inherited, and told; it is enough to hear it of the newest version that has them.
    for version in reversed(project.versions):
        if version.not_inherited:
            names = ", ".join(f"`{name}`" for name in version.not_inherited)
            place = document.format_location(path + join_pointer("param_history", version.number))
            say(f"warning: {place}: version {version.number} holds {names}, which no task inherits")
            return


def request_overrides(options: Namespace) -> dict[str, Any]:
    """Return the fields that the command line sets for every request: `project_version` and `type`."""
    return {
        name: getattr(options, name) for name in ("project_version", "type") if getattr(options, name, None) is not None
    }
