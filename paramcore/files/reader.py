"""Read JSON, YAML and JSONL from files and standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, TextIO

from attrs import define, field

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.document import BOM, TASK_DEPTH, Document, decode_document, decode_text
from paramcore.files.positions import locate_offset
from paramcore.files.yaml import YAMLProblem, decode_yaml, locate_yaml

__all__ = [
    "PROJECT_SIZE",
    "TASK_SIZE",
    "YAML_SIZE",
    "YAML_SUFFIXES",
    "Line",
    "error_reason",
    "read_document",
    "read_lines",
    "source_label",
]


#: Bytes of a task request, of an update, or of a line of JSONL.
TASK_SIZE = 16 * 2**20

#: Bytes of a file of projects.
PROJECT_SIZE = 256 * 2**20

#: Bytes of any YAML file: its reader is some sixty times slower than that of JSON.
YAML_SIZE = 2**20

#: What the name of a YAML file ends with.
YAML_SUFFIXES = (".yaml", ".yml")


# One is made for each line of a million: where nobody can set a field, that takes more than twice as long.
@define
class Line:
    """One line of JSONL, still to be decoded, so that a reader can go on after a bad one."""

    number: int
    source: str
    data: bytes = field(repr=False)
    limit: int = field(default=TASK_SIZE, repr=False)

    def document(self) -> Document:
        """
        Decode the line.

        Raises:
            DocumentError: with the line's number; `too_large` for a line of more bytes than `limit`.

        """
        if len(self.data) > self.limit:
            raise _too_large(self.source, self.number, self.limit)
        if self.number > 1 and self.data.startswith(BOM):
            wanted = "one at the start of the file only"
            raise DocumentError("json_syntax", None, "a BOM", wanted, self.source, self.number, 1)
        # Without its end, so that what is missing is missed in this line and not in the next.
        return decode_document(self.data.removesuffix(b"\n"), self.source, TASK_DEPTH, first_line=self.number)


def read_document(source: str, *, limit: int = TASK_SIZE, depth: int = TASK_DEPTH) -> Document:
    """
    Read one document from a file, or from standard input for `-`.

    Never more than `limit` bytes are read, and one to tell that there are more.

    Raises:
        DocumentError: for whatever is wrong.

    """
    is_yaml = source.endswith(YAML_SUFFIXES)
    limit = min(limit, YAML_SIZE) if is_yaml else limit
    with _opened(source) as (stream, label):
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise _too_large(label, None, limit)
    return _decoded_yaml(data, label, depth) if is_yaml else decode_document(data, label, depth)


def read_lines(source: str, *, limit: int = TASK_SIZE, on_read: Callable[[int], None] | None = None) -> Iterator[Line]:
    """
    Yield the lines of a JSONL file, or of standard input for `-`, in constant memory; blank ones are passed over.

    Lines end with a line feed and nothing else; one BOM may stand at the start.
    Of a line over the limit only the beginning is kept, and decoding it tells.
    `on_read` is told how many bytes were read.

    Raises:
        DocumentError: `unreadable`.

    """
    with _opened(source) as (stream, label):
        number = 0
        while data := stream.readline(limit + 1):
            number += 1
            if on_read is not None:
                on_read(len(data))
            if len(data) > limit or (data.removeprefix(BOM) if number == 1 else data).strip(_BLANK):
                yield Line(number, label, data, limit)
            while len(data) > limit and not data.endswith(b"\n"):
                # The rest of a line that is too long.
                data = stream.readline(limit + 1)
                if on_read is not None:
                    on_read(len(data))


@contextmanager
def _opened(source: str) -> Iterator[tuple[BinaryIO, str]]:
    label = source_label(source)
    if source == "-" and sys.stdin is None:
        raise DocumentError("unreadable", None, "a closed standard input", "an open one", label, None, None)
    try:
        if source == "-":
            with _waiting(sys.stdin):
                yield sys.stdin.buffer, label
        else:
            with open(source, "rb") as stream:
                yield stream, label
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        raise DocumentError(
            "unreadable", None, error_reason(error), "a file that can be read", label, None, None
        ) from error


@contextmanager
def _waiting(stream: TextIO) -> Iterator[None]:
    """Let a stream wait for what is still to come: whoever shares it may have told it not to, and lines would be lost."""
    try:
        waits = os.get_blocking(stream.fileno())
    except (OSError, ValueError, AttributeError):
        # It is no file of the system's, or of a system that does not tell.
        waits = True
    if waits:
        yield
        return
    os.set_blocking(stream.fileno(), True)
    try:
        yield
    finally:
        os.set_blocking(stream.fileno(), False)


def source_label(source: str) -> str:
    # A name that is no text is shown by its bytes; a line feed in a name would break the message.
    name = "<stdin>" if source == "-" else source.encode("utf-8", "backslashreplace").decode()
    return name if name.isprintable() else ascii(name)[1:-1]


def error_reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower().removeprefix("is ")


def _too_large(label: str, line: int | None, limit: int) -> DocumentError:
    found, wanted = f"more than {limit:,} bytes", f"at most {limit:,}"
    return DocumentError("too_large", None, found, wanted, label, line, None)


_BLANK = b" \t\r\n"


def _decoded_yaml(data: bytes, source: str, depth: int) -> Document:
    text = decode_text(data, source, 1)
    try:
        value = decode_yaml(text, depth)
    except YAMLProblem as fault:
        at = locate_offset(text, fault.offset)
        raise DocumentError(fault.code, None, fault.found, fault.wanted, source, at.line, at.column) from None
    except ImportError:
        wanted = "`pip install ruamel.yaml`, or the same as JSON"
        raise DocumentError("unreadable", None, "YAML, and nothing to read it", wanted, source, None, None) from None
    return Document(value, source, text, 1, locate_yaml)
