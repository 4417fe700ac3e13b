"""Read JSON, YAML and JSONL from files and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from io import BufferedReader
from typing import BinaryIO

from attrs import define, field

from paramcore.errors import DocumentError, InvalidSetting, ParamcoreError
from paramcore.files.document import TASK_DEPTH, Document, decode_document, decode_json
from paramcore.files.encoding import BOM, convert_utf16
from paramcore.files.line_stream import LineStream, open_lines
from paramcore.files.waiting import wait_on_read
from paramcore.files.yaml import YAMLDecoder
from paramcore.text import describe_import_error, describe_os_error, describe_value, format_path

#: The maximum size, in bytes, of an update, a schema, or a line of JSONL including the line feed.
TASK_SIZE = 16 * 2**20

#: The maximum size, in bytes, of a file of projects, params or tasks. JSONL files may be larger.
PROJECT_SIZE = 256 * 2**20

#: The maximum size, in bytes, of a YAML file. YAML is much slower to parse than JSON.
YAML_SIZE = 2**19

#: The suffixes of files with one JSON document on each line.
JSONL_SUFFIXES = (".jsonl", ".ndjson")

#: The suffixes of YAML files.
YAML_SUFFIXES = (".yaml", ".yml")

#: In a directory of projects, paramcore reads the files with these suffixes.
DOCUMENT_SUFFIXES = (".json", *YAML_SUFFIXES)


#: The maximum number of bytes that `_read_up_to` reads at once.
_PIECE_SIZE = 2**20


def has_suffix(path: str, suffixes: tuple[str, ...]) -> bool:
    """Return whether a path ends with one of these suffixes, in upper or lower case."""
    return path.lower().endswith(suffixes)


# Not frozen, because a file may have millions of lines, and frozen objects are slower to create.
@define
class Line:
    """A line of JSONL, not yet decoded.  If `document` raises an error, the caller can continue with the next line."""

    number: int
    source: str
    data: bytes = field(repr=False)
    limit: int = field(default=TASK_SIZE, repr=False)

    def document(self) -> Document:
        """Decode the line.

        Raises:
            DocumentError: `too_large` for more than `limit` bytes, or the code of an
                error in the content.  The error contains the line number.
        """
        if len(self.data) > self.limit:
            problem = f"the line exceeds the limit of {self.limit:,} bytes"
            raise DocumentError("too_large", None, problem, "", self.source, self.number, None)
        if self.number > 1 and self.data.startswith(BOM):
            problem = "the line begins with a byte order mark (BOM)"
            remedy = "remove it, because only the first line may begin with a BOM"
            raise DocumentError("json_syntax", None, problem, remedy, self.source, self.number, 1)
        # Remove the line feed, so that an error at the end of the line has this line number.
        data = self.data.removesuffix(b"\n")
        decode = partial(decode_json, is_line=True, has_line_feed=self.data.endswith(b"\n"))
        return decode_document(data, self.source, TASK_DEPTH, first_line=self.number, decode=decode)


def read_document(source: str, *, limit: int = TASK_SIZE, depth: int = TASK_DEPTH) -> Document:
    """Read one document from a file, or from standard input for `-`.

    A file whose name ends with `.yaml` or `.yml` is YAML; any other file is JSON.

    Raises:
        DocumentError: `unreadable`, also if the package that reads YAML is missing;
            `too_large` for more than `limit` bytes, or more than `YAML_SIZE` bytes of YAML;
            or the code of an error in the content.  An error in the content has a line and a
            column, except for an empty JSON document.
    """
    is_yaml = has_suffix(source, YAML_SUFFIXES)
    limit = min(limit, YAML_SIZE) if is_yaml else limit
    with open_source(source) as (stream, label):
        data = _read_up_to(stream, limit + 1)
    if len(data) > limit:
        problem = f"the file exceeds the limit of {limit:,} bytes"
        remedy = "convert it to JSON, which may be larger" if is_yaml else ""
        raise DocumentError("too_large", None, problem, remedy, label, None, None)
    data = convert_utf16(data, label)
    if not is_yaml:
        return decode_document(data, label, depth)
    decoder = YAMLDecoder()
    try:
        return decode_document(data, label, depth, decode=decoder.decode, make_locator=decoder.make_locator)
    except ImportError as error:
        problem, remedy = describe_import_error(error, "ruamel.yaml", "reads YAML", "pip install ruamel.yaml")
        remedy = f"{remedy}, or write the file as JSON"
        raise DocumentError("unreadable", None, problem, remedy, label, None, None) from None


def _read_up_to(stream: BinaryIO, size: int) -> bytes:
    """Return the content of a stream, truncated at `size` bytes."""
    # `stream.read(size)` would allocate `size` bytes, even for a short file.
    pieces = []
    while size > 0 and (piece := stream.read(min(size, _PIECE_SIZE))):
        pieces.append(piece)
        size -= len(piece)
    return b"".join(pieces)


def read_lines(source: str, *, limit: int = TASK_SIZE, on_read: Callable[[int], None] | None = None) -> Iterator[Line]:
    """Yield the lines of a JSONL file, or of standard input for `-`, in constant memory.

    Only a line feed ends a line.  Blank lines are skipped.  The first line may begin with a
    BOM; a UTF-16 file must begin with a BOM.  A line that exceeds the limit is truncated,
    and `Line.document` rejects it.  After each read, `on_read` is called with the number of
    bytes that were read, counted in UTF-8.

    Raises:
        DocumentError: `unreadable`, or `json_encoding` for binary data or invalid UTF-16.
    """
    with open_source(source) as (stream, label):
        yield from split_lines(open_lines(stream, label), label, limit=limit, on_read=on_read)


def split_lines(
    stream: LineStream,
    source: str,
    *,
    first_line: int = 1,
    size: int | None = None,
    limit: int = TASK_SIZE,
    on_read: Callable[[int], None] | None = None,
) -> Iterator[Line]:
    """Yield the lines of a stream by the rules of `read_lines`.

    The first line has the number `first_line`.  With `size`, yield only the lines that begin in
    the next `size` bytes.
    """
    return number_lines(_truncate_lines(stream, size, limit, on_read), source, first_line=first_line, limit=limit)


def _truncate_lines(
    stream: LineStream, size: int | None, limit: int, on_read: Callable[[int], None] | None
) -> Iterator[bytes]:
    """Yield each line, but only the start of a line that exceeds the limit."""
    bytes_read = 0

    def read_line() -> bytes:
        nonlocal bytes_read
        data = stream.readline(limit + 1)
        bytes_read += len(data)
        if on_read is not None:
            on_read(len(data))
        return data

    while (size is None or bytes_read < size) and (data := read_line()):
        yield data
        while len(data) > limit and not data.endswith(b"\n"):
            # Skip the rest of a line that is too long.
            data = read_line()


def number_lines(lines: Iterable[bytes], source: str, *, first_line: int = 1, limit: int = TASK_SIZE) -> Iterator[Line]:
    """Yield a `Line` for each line that is not blank; blank lines count in the line numbers.

    Raises:
        InvalidSetting: `argument_type`, if a line is not `bytes`.
    """
    for number, data in enumerate(lines, first_line):
        if not isinstance(data, bytes):
            problem = f"a line must be bytes, got {describe_value(data)}"
            remedy = 'open the file with the mode "rb"'
            if isinstance(data, Mapping):
                remedy = "pass decoded requests to `Project.resolve_many`"
            elif isinstance(data, (bytearray, memoryview)):
                remedy = "convert it with `bytes()`"
            raise InvalidSetting("argument_type", None, problem, remedy)
        # The start of a truncated line may be blank.  Yield the line anyway, so that `Line.document` rejects it.
        if len(data) > limit or (data.removeprefix(BOM) if number == 1 else data).strip(_BLANK):
            yield Line(number, source, data, limit)


def is_directory(source: str) -> bool:
    """Return whether a source is a directory; `-` is standard input, even if a directory has this name."""
    return source != "-" and os.path.isdir(source)


def resolve_path(path: str) -> str:
    """Return the real path of a file, or `path` itself if the working directory was deleted or cannot be read."""
    try:
        return os.path.realpath(path)
    except OSError:
        return path


def name_same_file(path: str, other: str) -> bool:
    """Return whether two paths name the same file, which may not exist yet."""
    (parent, name), (other_parent, other_name) = os.path.split(path), os.path.split(other)
    with suppress(OSError, ValueError):
        # In a container, two volumes with different real paths may be the same directory.
        if name == other_name and os.path.samefile(parent or os.curdir, other_parent or os.curdir):
            return True
    return resolve_path(path) == resolve_path(other)


@contextmanager
def open_source(source: str, label: str | None = None) -> Iterator[tuple[BufferedReader, str]]:
    """Open a file, or standard input for `-`; yield the stream, and the name that messages use for it.

    `label` is the name in messages; the default is the path, or `<stdin>`.

    Raises:
        DocumentError: `unreadable`, also if a read of the open file fails.
    """
    label = label or format_path(source)
    if source == "-" and sys.stdin is None:
        problem, remedy = "standard input is closed", "name a file instead of `-`"
        raise DocumentError("unreadable", None, problem, remedy, label, None, None)
    try:
        with _open_buffer(source) as buffer, wait_on_read(buffer) as stream:
            yield stream, label
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        problem, remedy = f"cannot read the file: {describe_os_error(error)}", ""
        if isinstance(error, IsADirectoryError):
            problem, remedy = "this is a directory, not a file", "name a file"
        raise DocumentError("unreadable", None, problem, remedy, label, None, None) from error


@contextmanager
def _open_buffer(source: str) -> Iterator[BinaryIO]:
    if source == "-":
        yield sys.stdin.buffer
        return
    file = open(source, "rb")  # noqa: SIM115  (closed below)
    try:
        yield file
    finally:
        # Some network disks report an error at the close, but the data that was read is valid.
        with suppress(OSError):
            file.close()


_BLANK = b" \t\r\n"
