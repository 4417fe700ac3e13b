"""Read JSON, YAML and JSONL from files and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import BinaryIO, TextIO

from attrs import define, field

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.document import TASK_DEPTH, Document, decode_document, decode_json
from paramcore.files.encoding import BOM, convert_utf16
from paramcore.files.line_stream import open_lines
from paramcore.files.yaml import decode_yaml, locate_yaml
from paramcore.text import describe_os_error, format_path

#: Bytes of a task request, of an update, or of a line of JSONL.
TASK_SIZE = 16 * 2**20

#: Bytes of a file of projects.
PROJECT_SIZE = 256 * 2**20

#: Bytes of any YAML file: its reader is much slower than that of JSON.
YAML_SIZE = 2**19

#: The suffixes of files with one JSON document on each line.
JSONL_SUFFIXES = (".jsonl", ".ndjson")

#: The suffixes of YAML files.
YAML_SUFFIXES = (".yaml", ".yml")

#: The suffixes of the files of a directory that may hold projects.
DOCUMENT_SUFFIXES = (".json", *YAML_SUFFIXES)


def has_suffix(path: str, suffixes: tuple[str, ...]) -> bool:
    """Return whether a path ends with one of these suffixes, in upper or lower case."""
    return path.lower().endswith(suffixes)


# A file has millions of lines, and frozen objects are slower to make.
@define
class Line:
    """A line of JSONL, not decoded yet: a reader can continue after a bad line."""

    number: int
    source: str
    data: bytes = field(repr=False)
    limit: int = field(default=TASK_SIZE, repr=False)

    def document(self) -> Document:
        """Decode the line.

        Raises:
            DocumentError: with the number of the line; `too_large` for more
                than `limit` bytes.
        """
        if len(self.data) > self.limit:
            raise _too_large_error(self.source, self.number, self.limit)
        if self.number > 1 and self.data.startswith(BOM):
            wanted = "one at the start of the file only"
            raise DocumentError("json_syntax", None, "a BOM", wanted, self.source, self.number, 1)
        # Without its line feed, so that an error at the end is reported in this line and not in the next.
        data = self.data.removesuffix(b"\n")
        decode = partial(decode_json, is_line=True)
        return decode_document(data, self.source, TASK_DEPTH, first_line=self.number, decode=decode)


def read_document(source: str, *, limit: int = TASK_SIZE, depth: int = TASK_DEPTH) -> Document:
    """Read one document from a file, or from standard input for `-`.

    A file whose name ends with `.yaml` or `.yml` is YAML, any other is JSON.

    Raises:
        DocumentError: `unreadable`, `too_large` for more than `limit` bytes,
            or an error of the content, with line and column.
    """
    is_yaml = has_suffix(source, YAML_SUFFIXES)
    limit = min(limit, YAML_SIZE) if is_yaml else limit
    with _open_source(source) as (stream, label):
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large_error(label, None, limit)
    data = convert_utf16(data, label)
    if not is_yaml:
        return decode_document(data, label, depth)
    try:
        return decode_document(data, label, depth, decode=decode_yaml, make_locator=locate_yaml)
    except ImportError:
        wanted = "`pip install ruamel.yaml`, or the same as JSON"
        raise DocumentError("unreadable", None, "YAML, and nothing to read it", wanted, label, None, None) from None


def read_lines(source: str, *, limit: int = TASK_SIZE, on_read: Callable[[int], None] | None = None) -> Iterator[Line]:
    """Yield the lines of a JSONL file, or of standard input, in constant memory.

    Only a line feed ends a line.  Blank lines are skipped, and so is a BOM at the
    start; a UTF-16 file needs it.  A line over the limit is cut, and
    `Line.document` rejects it.  `on_read` is called with the number of bytes of each read.

    Raises:
        DocumentError: `unreadable`; `json_encoding` for compressed data.
    """
    with _open_source(source) as (stream, label):
        lines = open_lines(stream, label)
        number = 0
        while data := lines.readline(limit + 1):
            number += 1
            if on_read is not None:
                on_read(len(data))
            if len(data) > limit or (data.removeprefix(BOM) if number == 1 else data).strip(_BLANK):
                yield Line(number, label, data, limit)
            while len(data) > limit and not data.endswith(b"\n"):
                # Skip the rest of a line that is too long.
                data = lines.readline(limit + 1)
                if on_read is not None:
                    on_read(len(data))


@contextmanager
def _open_source(source: str) -> Iterator[tuple[BinaryIO, str]]:
    label = format_path(source)
    if source == "-" and sys.stdin is None:
        raise DocumentError("unreadable", None, "a closed standard input", "an open one", label, None, None)
    try:
        if source == "-":
            with _block_on_read(sys.stdin):
                yield sys.stdin.buffer, label
        else:
            with open(source, "rb") as stream:
                yield stream, label
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        reason = describe_os_error(error)
        raise DocumentError("unreadable", None, reason, "a file that can be read", label, None, None) from error


@contextmanager
def _block_on_read(stream: TextIO) -> Iterator[None]:
    """Make reads of a stream wait for more input.

    A process that shares the stream may have made it non-blocking, and then reads
    would lose lines.
    """
    try:
        is_blocking = os.get_blocking(stream.fileno())
    except (OSError, ValueError, AttributeError):
        # The stream has no file descriptor, or the system has no such setting.
        is_blocking = True
    if is_blocking:
        yield
        return
    os.set_blocking(stream.fileno(), True)
    try:
        yield
    finally:
        os.set_blocking(stream.fileno(), False)


def _too_large_error(label: str, line: int | None, limit: int) -> DocumentError:
    found, wanted = f"more than {limit:,} bytes", f"at most {limit:,}"
    return DocumentError("too_large", None, found, wanted, label, line, None)


_BLANK = b" \t\r\n"
