"""Read the updates, and the params of `FILE[@N]`, that a command line names."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from paramcore.analysis import Plan
from paramcore.cli.output import exit_with_usage
from paramcore.errors import DocumentError, NoSuchVersion, WrongProject
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import PROJECT_SIZE, read_document
from paramcore.model import Project, Replace, Update
from paramcore.text import format_path
from paramcore.wire import read_projects, read_update


def read_update_file(path: str) -> Update:
    """Read the body of a setParams request."""
    document = read_document(path)
    with document.locate_errors():
        return read_update(document.value)


def read_planner(options: Namespace) -> Callable[[Project], Plan]:
    """Return a function that plans UPDATE for a project, or the smallest update for `--wanted`."""
    if (options.update is None) == (options.wanted is None):
        exit_with_usage("pass either UPDATE or --wanted FILE[@N]")
    if options.wanted is None:
        return partial(Plan.of, update=read_update_file(options.update))
    params, document = read_params(options.wanted)

    def plan_wanted(project: Project) -> Plan:
        with document.locate_errors():
            return Plan.to(project, params)

    return plan_wanted


def read_params(spec: str) -> tuple[Mapping[str, Any], Document]:
    """Read the params of `FILE` or `FILE@N`, and return them with the document.

    FILE holds a project, whose latest version or version N is taken, or an object
    of params.
    """
    path, number = _split_spec(spec)
    document = read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    value = document.value
    with document.locate_errors():
        if number is None and isinstance(value, dict) and "param_history" not in value:
            return Replace(value).params, document
        projects = read_projects(value)
        if len(projects) != 1:
            raise WrongProject("wrong_project", "", f"{len(projects)} projects", "one, to take params from")
        project = projects[0]
        if number is None:
            return project.params, document
    try:
        return project.version(number).params, document
    except NoSuchVersion as error:
        # The number is wrong on the command line, not in the file.
        raise DocumentError(error.code, None, error.found, error.wanted, format_path(spec), None, None) from None


def _split_spec(spec: str) -> tuple[str, int | None]:
    path, mark, number = spec.rpartition("@")
    if mark and path and number.isascii() and number.isdigit() and not os.path.exists(spec):
        return path, int(number[:20])
    return spec, None
