"""Print reports as Markdown, or append them to the job summary of GitHub Actions."""

from __future__ import annotations

import errno
import os
from argparse import Namespace
from collections.abc import Callable, Iterator
from io import FileIO

from paramcore.cli.output import exit_with_usage
from paramcore.errors import DocumentError
from paramcore.report.document import Document, Size
from paramcore.report.markdown import render_markdown
from paramcore.text import describe_os_error, format_path, quote_for_shell

#: The environment variable with the path of the file that GitHub Actions shows as the job summary.
SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"

#: The maximum size of a summary in bytes, a little less than GitHub's limit of 1,024 KiB.
SUMMARY_BYTES = 1_000 * 1_024

#: The options that `format_command` omits, because they only affect the output, and whether each takes a value.
_OUTPUT_OPTIONS = {
    "--format": True,
    "--output": True,
    "--summary": False,
    "--color": True,
    "--width": True,
    "--full": False,
}


def find_summary_path(options: Namespace) -> str | None:
    """Return the path of the job summary that `--summary` appends to; `None` without the option or the variable."""
    return (getattr(options, "summary", False) and os.environ.get(SUMMARY_VARIABLE)) or None


def check_summary(options: Namespace) -> None:
    """Reject `--summary` outside GitHub Actions.

    Raises:
        SystemExit: if the variable `GITHUB_STEP_SUMMARY` is empty or not set.
    """
    if options.summary and find_summary_path(options) is None:
        exit_with_usage(
            f"--summary needs {SUMMARY_VARIABLE}, which GitHub Actions sets; elsewhere, pass --format markdown"
        )


def wants_document(options: Namespace) -> bool:
    """Return whether the options request a `Document`: `--format markdown` or `--summary`."""
    return bool(options.format == "markdown" or options.summary)


def report_document(options: Namespace, build: Callable[[str], Document]) -> Iterator[str]:
    """With `--format markdown`, yield the document as Markdown; with `--summary`, append it to the job summary.

    `build` receives the command line without its output options.  With this command, a reader can print the result as
    text.

    Raises:
        DocumentError: if the summary cannot be written.
    """
    if not wants_document(options):
        return
    document = build(format_command(options))
    if not getattr(options, "values", True):
        document = document.without_values()
    if options.format == "markdown":
        yield render_markdown(document)
    summary = find_summary_path(options)
    if summary is not None:
        _append_summary(summary, document)


def format_command(options: Namespace) -> str:
    """Return the command line without the options in `_OUTPUT_OPTIONS`; add `--full` unless it has `--no-values`."""
    words: list[str] = []
    operands: list[str] = []
    arguments = iter(options.arguments)
    for argument in arguments:
        name, mark, _value = argument.partition("=")
        if argument == "--":
            operands = [argument, *arguments]
        elif name not in _OUTPUT_OPTIONS:
            words.append(argument)
        elif _OUTPUT_OPTIONS[name] and not mark:
            next(arguments, None)
    # Markdown that is too large omits long values first, and text without `--full` truncates them.
    full = [] if "--no-values" in words else ["--full"]
    return " ".join(["paramcore", *map(quote_for_shell, [*words, *full, *operands])])


def write_completely(file: FileIO, data: bytes) -> None:
    """Append data to a file; on an error, remove the part that was written, unless other data follows it."""
    written = 0
    try:
        while written < len(data):
            if (count := file.write(data[written:])) is None:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            written += count
    except OSError:
        if written:
            end = file.tell()
            # If another process has appended data in the meantime, remove nothing.
            if os.fstat(file.fileno()).st_size == end:
                file.truncate(end - written)
        raise


def _append_summary(path: str, document: Document) -> None:
    try:
        # Other processes may append to the same file, so append with one write if the system allows it.
        with open(path, "ab", buffering=0, opener=_open_without_waiting) as file:
            start = os.fstat(file.fileno()).st_size
            room = SUMMARY_BYTES - start
            # In Markdown, HTML ends at a blank line. Without it, a heading after `</details>` would be plain text.
            before, after = "\n\n" if start else "", "\n"
            size = Size(room - len(before + after), lambda text: len(text.encode()))
            data = f"{before}{render_markdown(document, size)}{after}".encode()
            if len(data) > room:
                problem = f"the job summary is full: it has {start:,} of at most {SUMMARY_BYTES:,} bytes"
                raise DocumentError("unwritable", None, problem, "omit --summary", format_path(path), None, None)
            write_completely(file, data)
    except OSError as error:
        reason = "it is a pipe without a reader" if error.errno == errno.ENXIO else describe_os_error(error)
        problem = f"cannot append to the job summary: {reason}"
        remedy = f"set {SUMMARY_VARIABLE} to a file, or omit --summary"
        raise DocumentError("unwritable", None, problem, remedy, format_path(path), None, None) from None


def _open_without_waiting(path: str, flags: int) -> int:
    # Opening a pipe without a reader would wait for a reader, so fail instead. Windows has no such pipes.
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    if hasattr(os, "O_NONBLOCK"):
        os.set_blocking(descriptor, True)
    return descriptor
