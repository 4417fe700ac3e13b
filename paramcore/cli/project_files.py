"""Read the project files and directories that a command line names."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain

from attrs import evolve, frozen

from paramcore.cli.contents import find_misspelt_history, holds_projects
from paramcore.errors import DocumentError, MalformedPayload, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.positions import ForeignNotation
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    PROJECT_SIZE,
    TASK_SIZE,
    YAML_SUFFIXES,
    has_suffix,
    is_directory,
    read_document,
    resolve_path,
)
from paramcore.model import Assumptions, Project
from paramcore.text import MESSAGE_LIMIT, describe_os_error, format_name, format_path, format_value
from paramcore.values import join_pointer, split_pointer
from paramcore.wire import read_projects

#: The problem of a directory without a project.
NO_PROJECT = "the directory contains no project"

#: Matches `param_history` as a name in JSON or YAML.
_EXACT_NAME = re.compile(rb"""\bparam_history["']?\s*:""")
#: Matches the name `param_history`, also with most misspellings.
_HISTORY_NAME = re.compile(rb"param\w{0,3}hist", re.IGNORECASE)
#: Matches the key `name` or `type`, which each project has, at the root of a YAML document.
_ROOT_NAME = re.compile(rb"""^["']?(name|type)["']?[ \t]*:""", re.MULTILINE)
#: Matches the key `name` or `type` anywhere in JSON, or in text like JSON. Short comments may come before the colon.
_ANY_NAME = re.compile(rb"""\b(name|type)["']?\s*(?:(?:/\*[^*]{0,200}\*/|(?://|#)[^\n]{0,200}\n)\s*)*:""")
#: Matches the start of the next document in a YAML file.
_NEXT_DOCUMENT = re.compile(rb"^---", re.MULTILINE)
#: The number of bytes at the start of a file in which `mentions_history` searches.
_PREVIEW_SIZE = 64 * 1024


@frozen
class ProjectFile:
    """A file that contains a project or an array of projects."""

    path: str
    document: Document
    projects: tuple[Project, ...]

    @property
    def is_array(self) -> bool:
        """Whether the file contains an array, even if the array has a single project."""
        return isinstance(self.document.value, list)

    def locate_element(self, index: int) -> str:
        """Return the JSON Pointer of the project at an index."""
        return join_pointer(index) if self.is_array else ""


def read_project_files(
    paths: Sequence[str],
    assumptions: Assumptions,
    *,
    documents: Mapping[str, Document] = {},
    used: Iterable[str] = (),
    on_skip: Callable[[str, str], None] = lambda _path, _message: None,
) -> list[ProjectFile]:
    """Read the projects in files, and in the JSON and YAML files of directories.

    `documents` contains the documents of files that were already read, by path.  `used`
    contains the files that the command reads for another purpose, such as TASKS or UPDATE.

    In a directory, skip hidden files and files without a project.  For each skipped file that
    is neither hidden nor in `used`, call `on_skip` with the path and a message.

    Raises:
        DocumentError: `wrong_project` for two projects with the same name, for JSONL with
            several lines, or for a directory without a project if another path has one.
            `unreadable` for a directory without JSON or YAML files, or for an entry such as
            `docks.json` that is a subdirectory, a pipe or a broken link.  Also the errors of
            `read_document` and `read_projects`.
    """
    files: list[ProjectFile] = []
    locations: dict[str, str] = {}
    # A shell pattern may match both a directory and a file in the directory, so read each file once.
    by_real_path: dict[str, str] = {}
    listed = {path: _list_files(path) for path in paths}
    for path in chain.from_iterable(listed.values()):
        # Standard input is not the file that is named `-`.
        real_path = path if path == "-" else resolve_path(path)
        # A file that the command line names is never skipped, so the path on the command line takes precedence.
        if path in paths or real_path not in by_real_path:
            by_real_path[real_path] = path
    used_paths = set(map(resolve_path, used))
    for real_path, path in by_real_path.items():
        document = documents.get(path) or (_read_document(path) if path in paths else _read_entry(path))
        if document is None or (path not in paths and not holds_projects(document.value)):
            if real_path not in used_paths:
                on_skip(format_path(path), f"skipped {format_path(path)}, because it contains no project")
            continue
        with document.locate_errors():
            file = ProjectFile(path, document, _read_projects(document, assumptions))
            _reject_duplicates(file, locations)
        files.append(file)
    if files:
        _reject_useless_directories(listed, used_paths | {resolve_path(file.path) for file in files})
    return files


def _reject_useless_directories(listed: Mapping[str, Sequence[str]], read_paths: set[str]) -> None:
    """Reject a directory without a project.

    `listed` contains the files of each argument.  `read_paths` are the files with projects,
    and those that the command reads for another purpose.
    """
    for path, files in listed.items():
        if is_directory(path) and read_paths.isdisjoint(map(resolve_path, files)):
            remedy = "omit it, or name one of its files"
            raise DocumentError("wrong_project", None, NO_PROJECT, remedy, format_path(path), None, None)


def _reject_duplicates(file: ProjectFile, locations: dict[str, str]) -> None:
    """Reject a project whose name is in `locations`; add the location of each accepted project."""
    for index, project in enumerate(file.projects):
        path = f"{file.locate_element(index)}/name"
        if project.name in locations:
            problem = f"two projects have the name {format_value(project.name, limit=MESSAGE_LIMIT)}"
            remedy = f"remove one of them (the first is at {locations[project.name]})"
            raise WrongProject("wrong_project", path, problem, remedy)
        locations[project.name] = file.document.format_location(path)


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
    """Return the paths of the entries with one of these suffixes in a directory, except hidden entries."""
    return [os.path.join(directory, name) for name in list_directory(directory) if _is_visible(name, suffixes)]


def _is_visible(name: str, suffixes: tuple[str, ...]) -> bool:
    # Skip hidden files, because macOS writes a `._docks.json` for each `docks.json` on some disks.
    return has_suffix(name, suffixes) and not name.startswith(".")


def list_subdirectories(directory: str, used: Iterable[str] = ()) -> list[str]:
    """Return the subdirectories, at any depth, that directly contain a project file; see `mentions_history`.

    Ignore hidden entries and the files in `used`.  Omit the directories in `used`, but not
    their subdirectories.
    """
    used_paths = set(map(resolve_path, used))
    found: list[str] = []
    # `os.walk` skips subdirectories that cannot be read.
    for path, subdirectories, names in os.walk(directory):
        subdirectories[:] = sorted(name for name in subdirectories if not name.startswith("."))
        documents = (os.path.join(path, name) for name in names if _is_visible(name, DOCUMENT_SUFFIXES))
        unused = (document for document in documents if resolve_path(document) not in used_paths)
        if path != directory and resolve_path(path) not in used_paths and any(map(mentions_history, unused)):
            found.append(path)
    return found


def mentions_history(path: str) -> bool:
    """Return whether the name `param_history`, which each project has, is in the first 64 KiB of a file."""
    # Opening a pipe would wait for a writer, so open only regular files.
    if os.path.isfile(path):
        with suppress(OSError), open(path, "rb") as file:
            # In UTF-16, each ASCII letter has a zero byte beside it, so remove the zero bytes.
            return _EXACT_NAME.search(file.read(_PREVIEW_SIZE).replace(b"\0", b"")) is not None
    return False


def list_directory(path: str) -> list[str]:
    """Return the sorted names of all entries of a directory.

    Raises:
        DocumentError: `unreadable`, if the system cannot list the directory.
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
        # JSON contains only one document, so the decoder probably stopped at the second line of JSONL.
        problem, remedy = (
            "the file contains JSONL, not a project",
            "name a .json file with a project or an array of projects",
        )
        raise evolve(error, code="wrong_project", problem=problem, remedy=remedy) from None


def _read_entry(path: str) -> Document | None:
    """Read an entry of a directory on the command line; return `None` if it seems to be a file of another tool."""
    check_entry(path)
    try:
        return _read_document(path)
    except DocumentError as error:
        # Files of other tools often have features that paramcore rejects, such as anchors in YAML, or comments in JSON.
        is_yaml = error.code != "unreadable" and has_suffix(path, YAML_SUFFIXES)
        # Other tools accept numbers such as NaN or 1e400.
        is_foreign = error.code == "json_number" or isinstance(error.__context__, ForeignNotation)
        if (is_yaml or is_foreign) and not _may_contain_projects(path):
            return None
        if error.code != "unreadable" or error.remedy:
            raise
        fix = "make it readable, or move it out of the directory"
        if isinstance(error.__cause__, FileNotFoundError):
            # Another process may have removed the file.
            fix = "run the command again"
        elif not os.access(os.path.dirname(path), os.X_OK):
            fix = "permit yourself to search the directory, for example with `chmod u+x`"
        raise evolve(error, remedy=fix) from None


def _may_contain_projects(path: str) -> bool:
    """Return whether a rejected file is empty, or seems to contain a project, perhaps with a misspelt history."""
    name = _ROOT_NAME if has_suffix(path, YAML_SUFFIXES) else _ANY_NAME
    with suppress(OSError), open(path, "rb") as file:
        # In UTF-16, each ASCII letter has a zero byte beside it.
        text = file.read(TASK_SIZE).replace(b"\0", b"")
        has_two_names = any(len(set(name.findall(part))) > 1 for part in _NEXT_DOCUMENT.split(text))
        return not text.strip() or has_two_names or _HISTORY_NAME.search(text) is not None
    return True


def check_entry(path: str) -> None:
    """Reject a directory entry that is not a file, but has a name like `docks.json`.

    Do not skip such an entry, because a user may expect that paramcore reads it.  Do not read a pipe either,
    because this may never end.
    """
    if os.path.isdir(path):
        problem, remedy = (
            "this is a directory, not a file",
            "rename it or move it; to read its projects, name it on the command line",
        )
    elif os.path.islink(path) and not os.path.exists(path):
        problem, remedy = "this is a link to a file that does not exist", "remove the link, or restore the file"
    elif os.path.exists(path) and not os.path.isfile(path):
        problem, remedy = "this is a pipe, a socket or a device, not a file", "remove it from the directory"
    else:
        return
    raise DocumentError("unreadable", None, problem, remedy, format_path(path), None, None)


def _list_files(path: str) -> list[str]:
    if not is_directory(path):
        return [path]
    paths = list_visible_paths(path)
    if not paths:
        problem, remedy = "the directory has no .json or .yaml files", "name a directory that contains projects"
        if list_subdirectories(path):
            problem += ", and subdirectories are not read"
        raise DocumentError("unreadable", None, problem, remedy, format_path(path), None, None)
    return paths
