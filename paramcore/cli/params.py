"""Read the updates and the params (`FILE[@N]`) that the command line names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from paramcore.cli.output import exit_with_usage
from paramcore.errors import DocumentError, InvalidParams, NoSuchVersion, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import JSONL_SUFFIXES, PROJECT_SIZE, has_suffix, read_document
from paramcore.model import Patch, Replace, Update
from paramcore.text import format_path
from paramcore.values import freeze_params, join_pointer
from paramcore.wire import read_projects, read_update
from paramcore.wrong_documents import reject_other_than_update

#: The maximum number of digits of N in `FILE@N`, because `int` raises an error for thousands of digits.
_MAX_VERSION_DIGITS = 20


@frozen
class UpdateFile:
    """An update and its source document."""

    update: Update
    document: Document
    #: The JSON Pointer of the params in the document.
    pointer: str = ""


@frozen
class ParamsFile:
    """Params and their source document."""

    params: Mapping[str, Any]
    document: Document
    #: The JSON Pointer of the params in the document.
    pointer: str = ""


def read_update_file(path: str, *, patch: bool = False) -> UpdateFile:
    """Read the body of a setParams request; with `patch`, make the update a `Patch`."""
    if has_suffix(path, JSONL_SUFFIXES):
        problem = "the lines of a JSONL file are tasks, not an update"
        remedy = "pass a .json file with one update (with `impact`: before TASKS)"
        raise DocumentError("update_is_lines", None, problem, remedy, format_path(path), None, None)
    document = read_document(path)
    with document.locate_errors():
        # `read_update` would accept null as an update without params (U12).  But in a file, null is a mistake, such as
        # the `request` of a plan without an update.  So let `freeze_params` reject null.
        update = read_update(freeze_params(document.value))
    return UpdateFile(Patch(update.params) if patch else update, document)


def read_params(spec: str) -> ParamsFile:
    """Read the params of `FILE` or `FILE@N`.

    FILE contains a params object, a project, or an array of one project.  For a project,
    read version N, or the latest version by default.
    """
    path, number = split_spec(spec)
    document = _read_params_document(path)
    value = document.value
    with document.locate_errors():
        if number is None and isinstance(value, dict) and "param_history" not in value:
            reject_other_than_update(value, expected="a params object", advice="write only the params")
            if "patch" in value:
                problem = "this is an update, not a params object, because it contains `patch`"
                raise InvalidParams(
                    "param_name", "/patch", problem, "remove `patch`, or run `paramcore plan PROJECT UPDATE`"
                )
            return ParamsFile(Replace(value).params, document)
        projects = read_projects(value)
        if len(projects) != 1:
            problem = f"cannot read params from {len(projects)} projects"
            raise WrongProject("wrong_project", "", problem, "name a file with one project")
        project = projects[0]
    if number is None and not project.versions:
        return ParamsFile(project.params, document)
    try:
        version = project.latest if number is None else project.version(number)
    except NoSuchVersion as error:
        # N is from the command line, so the error names the argument, and not a line of the file.
        raise DocumentError(error.code, None, error.problem, error.remedy, format_path(spec), None, None) from None
    pointer = join_pointer("param_history", version.number)
    return ParamsFile(version.params, document, f"/0{pointer}" if isinstance(value, list) else pointer)


def _read_params_document(path: str) -> Document:
    try:
        return read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    except DocumentError as error:
        if error.code != "json_syntax" or not has_suffix(path, JSONL_SUFFIXES):
            raise
        # JSON contains only one document, so the decoder probably stopped at the second line of JSONL.
        problem = "the file contains JSONL, not a params object or a project"
        raise evolve(error, problem=problem, remedy="name a .json file with one params object or project") from None


def split_spec(spec: str) -> tuple[str, int | None]:
    """Return the path and the version number of `FILE[@N]`; if a file `FILE@N` exists, return its path and `None`."""
    path, mark, number = spec.rpartition("@")
    if not (mark and path and number.isascii() and number.isdigit()) or os.path.exists(spec):
        return spec, None
    if len(number) > _MAX_VERSION_DIGITS:
        exit_with_usage(f"the version number in {format_path(spec)} has more than {_MAX_VERSION_DIGITS} digits")
    return path, int(number)
