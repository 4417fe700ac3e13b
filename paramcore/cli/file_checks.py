"""Reject a command line that would overwrite an input, or read standard input twice."""

from __future__ import annotations

import os
import stat
from argparse import Namespace
from contextlib import suppress

from paramcore.cli.output import exit_with_usage
from paramcore.cli.params import split_spec
from paramcore.cli.project_files import list_visible_paths
from paramcore.cli.pyproject import find_settings_file
from paramcore.cli.requests import list_task_files
from paramcore.cli.summary import SUMMARY_VARIABLE, find_summary_path
from paramcore.files.reader import (
    DOCUMENT_SUFFIXES,
    JSONL_SUFFIXES,
    has_suffix,
    is_directory,
    name_same_file,
    resolve_path,
)
from paramcore.text import format_path

#: The options that name a file to write.  The keys are attributes of the `Namespace`.
_OUTPUTS = {"output": "--output", "requests_output": "--output", "project_output": "--project-output"}


def check_output(options: Namespace) -> None:
    """Reject an output file in these cases.

    - The file is an input or another output.
    - The file would become an input.  For example, it is a new JSON file in the directory PROJECT.
    - Its name is empty, or is `-`, which does not mean standard output here.

    Also reject a redirection of standard output to an input.

    Raises:
        SystemExit: for a rejected output.
    """
    _check_redirection(options)
    outputs = {path: option for name, option in _OUTPUTS.items() if (path := getattr(options, name, None)) is not None}
    for path, option in outputs.items():
        _check_output_name(options, path, option)
        _check_output_file(options, path, option)
    names_two = None not in (getattr(options, "requests_output", None), getattr(options, "project_output", None))
    if names_two and name_same_file(options.requests_output, options.project_output):
        exit_with_usage("--output and --project-output name the same file; name two files")
    summary = find_summary_path(options)
    if summary:
        _check_output_file(options, summary, SUMMARY_VARIABLE)
        for path, option in outputs.items():
            if name_same_file(path, summary):
                exit_with_usage(f"{option} and {SUMMARY_VARIABLE} name the same file; name two files")


def _check_redirection(options: Namespace) -> None:
    """Reject a redirection of standard output to an input, because the command would read its own output."""
    try:
        output = os.fstat(1)
    except OSError:
        return
    if not stat.S_ISREG(output.st_mode):
        return
    for path in list_inputs(options):
        with suppress(OSError, ValueError):
            for entry in _list_files(options, path):
                if os.path.samestat(os.stat(0 if entry == "-" else entry), output):
                    exit_with_usage(
                        f"standard output is {format_path(entry)}, which the command reads; redirect it to another file"
                    )


def _check_output_name(options: Namespace, output: str, option: str) -> None:
    if output == "-":
        # The page of `report`, and the requests and the project of `slim` and `extract`, are only written to files.
        if options.output != "-" or not hasattr(options, "format"):
            exit_with_usage(
                f"{option} cannot write to standard output; name a file, or pass `./-` for a file named `-`"
            )
        exit_with_usage(f"to print to standard output, omit {option}; to write to a file named `-`, pass `./-`")
    if not output:
        exit_with_usage(f"the value of {option} is empty; name a file")


def _check_output_file(options: Namespace, output: str, option: str) -> None:
    for path in list_inputs(options):
        if path == "-":
            continue
        lines = JSONL_SUFFIXES if path == getattr(options, "tasks", None) else ()
        if _is_input_in(output, path, (*DOCUMENT_SUFFIXES, *lines)):
            exit_with_usage(
                f"{option} {format_path(output)} is a file in {format_path(path)}, which is an input; name another file"
            )
        files = _list_files(options, path) if os.path.isfile(output) else []
        if any(os.path.exists(file) and os.path.samefile(file, output) for file in files):
            exit_with_usage(f"{option} {format_path(output)} is a file that the command reads; name another file")


def check_standard_input(options: Namespace) -> None:
    """Reject a command line that would read standard input more than once.

    Each `-` in place of an input reads standard input, and so does `--key-from-stdin`.

    Raises:
        SystemExit: for a rejected command line.
    """
    if list_inputs(options).count("-") + getattr(options, "key_from_stdin", False) > 1:
        exit_with_usage("standard input can be read only once; name a file in place of one `-`")


def _list_files(options: Namespace, path: str) -> list[str]:
    """Return the files that the command reads for an input: those in a directory, or the file itself."""
    if not is_directory(path):
        return [path]
    return list_task_files(path) if path == getattr(options, "tasks", None) else list_visible_paths(path)


def _is_input_in(path: str, directory: str, suffixes: tuple[str, ...]) -> bool:
    """Return whether a command that reads the files with `suffixes` in `directory` would also read a file at `path`."""
    parent, name = os.path.split(path)
    if name.startswith(".") or not has_suffix(name, suffixes):
        return False
    parent = parent or os.curdir
    if os.path.isdir(directory):
        return os.path.isdir(parent) and os.path.samefile(directory, parent)
    # `fetch --all` creates a missing directory, so compare the paths.
    return not os.path.exists(directory) and resolve_path(directory) == resolve_path(parent)


def list_inputs(options: Namespace) -> list[str]:
    """Return the paths of the inputs of a command, including `pyproject.toml` if it is read; `-` is standard input."""
    single = [getattr(options, name, None) for name in ("project", "update", "tasks")]
    # In `fetch --all -`, the `-` is the name of a directory.  Elsewhere, it means standard input.
    directory = "./-" if getattr(options, "all", None) == "-" else getattr(options, "all", None)
    specs = [split_spec(getattr(options, name, None) or "")[0] for name in ("wanted", "before", "after")]
    schemas = [argument.partition("=")[2] for argument in getattr(options, "schema", ())]
    settings = find_settings_file() if hasattr(options, "ignore") else None
    several = [*getattr(options, "files", ()), *getattr(options, "projects", ())]
    return [path for path in [*single, directory, *specs, *several, *schemas, settings] if path]
