"""
JSON, YAML and JSONL from files, JSON and JSONL from standard input, read strictly; and files written whole or not at all.

What a file is follows from its name: `.yaml` and `.yml` are YAML, all else is JSON.

What is wrong comes out as a `DocumentError` with source, line and column, and
nothing else comes out.
"""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import sys
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from math import isinf
from typing import Any, BinaryIO, NoReturn, TextIO

from attrs import define, field, frozen

from paramcore.errors import SHOWN, DocumentError, ParamcoreError
from paramcore.positions import JSONPlaces, Lines, Places, Position, Token, position_at, tokens
from paramcore.values import MAX_DEPTH, MAX_DIGITS, MAX_NODES, pointer
from paramcore.yaml import YAMLFault, yaml_places, yaml_value

__all__ = [
    "PROJECT_DEPTH",
    "PROJECT_SIZE",
    "TASK_DEPTH",
    "TASK_SIZE",
    "YAML_SIZE",
    "YAML_SUFFIXES",
    "Document",
    "Line",
    "decoded",
    "plain_object",
    "read_document",
    "read_lines",
    "write_whole",
]

#: Bytes of a task request, of an update, or of a line of JSONL.
TASK_SIZE = 16 * 2**20
#: Bytes of a file of projects.
PROJECT_SIZE = 256 * 2**20
#: Bytes of any YAML file: its reader is some sixty times slower than that of JSON.
YAML_SIZE = 2**20
#: What the name of a YAML file ends with.
YAML_SUFFIXES = (".yaml", ".yml")
#: Levels of a task request or an update: the params stand at the top.
TASK_DEPTH = MAX_DEPTH
#: Levels of a file of projects: array, project, history, and then the params.
PROJECT_DEPTH = MAX_DEPTH + 3


@frozen(eq=False)
class Document:
    """
    Decoded JSON that knows where it stands.

    `value` is plain: dicts, lists and scalars; what is no params is for others
    to refuse, and `located` tells where.
    """

    value: Any
    source: str
    _text: str = field(repr=False)
    _first_line: int = 1
    _read_places: Callable[[str], Places] = field(default=JSONPlaces, repr=False)

    def locate(self, path: str, *, name: bool = False) -> Position:
        """Return the line and column, from 1, of the value at a JSON Pointer, or of the nearest around it; or of its name."""
        name_at, value_at = self._places.find(path)
        position = self._lines.position(name_at if name else value_at)
        return Position(position.line + self._first_line - 1, position.column)

    @cached_property
    def _places(self) -> Places:
        return self._read_places(self._text)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._text)

    def place(self, path: str) -> str:
        """Return `source:line:column` of the value at a JSON Pointer."""
        position = self.locate(path)
        return f"{self.source}:{position.line}:{position.column}"

    def piece(self, line: int, start: int, most: int) -> str:
        """Return at most so many characters of a line, by its number in the file, from one of its columns (from 0) on."""
        return self._lines.piece(line - self._first_line + 1, start, most)

    def located(self, error: ParamcoreError) -> DocumentError:
        """Return an error about this document with its line and column."""
        position = self.locate(error.path or "")
        return DocumentError(
            error.code, error.path, error.found, error.wanted, self.source, position.line, position.column
        )


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
        if self.number > 1 and self.data.startswith(_BOM):
            wanted = "one at the start of the file only"
            raise DocumentError("json_syntax", None, "a BOM", wanted, self.source, self.number, 1)
        # Without its end, so that what is missing is missed in this line and not in the next.
        return decoded(self.data.removesuffix(b"\n"), self.source, TASK_DEPTH, first_line=self.number)


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
    return _decoded_yaml(data, label, depth) if is_yaml else decoded(data, label, depth)


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
            if len(data) > limit or (data.removeprefix(_BOM) if number == 1 else data).strip(_BLANK):
                yield Line(number, label, data, limit)
            while len(data) > limit and not data.endswith(b"\n"):
                # The rest of a line that is too long.
                data = stream.readline(limit + 1)
                if on_read is not None:
                    on_read(len(data))


def write_whole(path: str, pieces: Iterable[str]) -> None:
    """
    Write a text file whole, or leave what is there as it is.

    The pieces go to a new file beside it, which then takes its place and its
    mode.  A symbolic link is replaced, not followed.

    Raises:
        DocumentError: `unwritable`.

    """
    label = _label(path)
    try:
        mode = _mode(path)
        # Its name is as long whatever the other's is, which may be as long as a name can be.
        beside = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
        with open(beside, "x", encoding="utf-8", newline="") as stream:
            try:
                _write(stream, pieces, mode)
                os.replace(beside, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(beside)
                raise
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        raise DocumentError("unwritable", None, _reason(error), "a file to write", label, None, None) from error


def _write(stream: Any, pieces: Iterable[str], mode: int | None) -> None:
    # A million short pieces are written as some thousand long ones.
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _WRITTEN_AT_ONCE:
            stream.write("".join(held))
            held.clear()
            size = 0
    stream.write("".join(held))
    stream.flush()
    os.fsync(stream.fileno())
    if mode is not None:
        os.fchmod(stream.fileno(), mode)


def _mode(path: str) -> int | None:
    """Return the mode of the file that will be replaced; a device or a pipe is none to replace."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        # A link is replaced, but not one to a device, and not `/dev/stdout`, wherever it leads: it is the whole machine's.
        if os.path.exists(path):
            if not os.path.isfile(path):
                raise OSError(errno.EINVAL, "it is there and is a link to no regular file")
            if _leads_to_open(path):
                raise OSError(errno.EINVAL, "it is there and is a link to what is open already")
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is there and is no regular file")
    return stat.S_IMODE(found.st_mode)


def _leads_to_open(path: str) -> bool:
    """Return whether a link leads to a file by way of what a process has open, as `/dev/stdout` does."""
    while os.path.islink(path):
        directory = os.path.realpath(os.path.dirname(path))
        if directory.startswith("/proc/"):
            return True
        path = os.path.join(directory, os.readlink(path))
    return False


@contextmanager
def _opened(source: str) -> Iterator[tuple[BinaryIO, str]]:
    label = _label(source)
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
        raise DocumentError("unreadable", None, _reason(error), "a file that can be read", label, None, None) from error


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


def _label(source: str) -> str:
    # A name that is no text is shown by its bytes; a line feed in a name would break the message.
    name = "<stdin>" if source == "-" else source.encode("utf-8", "backslashreplace").decode()
    return name if name.isprintable() else ascii(name)[1:-1]


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower().removeprefix("is ")


def _too_large(label: str, line: int | None, limit: int) -> DocumentError:
    found, wanted = f"more than {limit:,} bytes", f"at most {limit:,}"
    return DocumentError("too_large", None, found, wanted, label, line, None)


#: Characters.
_WRITTEN_AT_ONCE = 2**18
_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"


def decoded(data: bytes, source: str, depth: int, *, first_line: int = 1) -> Document:
    """
    Decode one JSON document.

    Raises:
        DocumentError: for whatever is wrong.

    """
    text = _text(data, source, first_line)

    def fault(code: str, offset: int, found: str, wanted: str) -> NoReturn:
        at = position_at(text, offset)
        raise DocumentError(code, None, found, wanted, source, at.line + first_line - 1, at.column)

    if not text.strip(" \t\r\n"):
        raise DocumentError("json_syntax", None, "nothing: it is empty", "a JSON document", source, None, None)
    too_deep = _first_too_deep(text, depth)
    if too_deep is not None:
        fault("json_depth", too_deep, f"more than {depth} levels", f"at most {depth} levels")
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        fault("json_syntax", error.pos, f"{error.msg[0].lower()}{error.msg[1:]} in {_line_at(text, error.pos)}", "JSON")
    except _DuplicateName:
        name = _second_name(text)
        fault("json_duplicate_key", name.offset, f"the name {name.text[:SHOWN]} for the second time", "each name once")
    except RecursionError:
        fault("json_depth", 0, "more levels than the stack has room for", f"at most {depth} levels, and room for them")
    except ValueError:
        # What Python's own decoder takes or chokes on: NaN, Infinity, 1e400, integers of more digits than it converts.
        number = _first_bad_number(text)
        fault(
            "json_number", number.offset, f"{number.text[:SHOWN]}", f"a finite number of at most {MAX_DIGITS:,} digits"
        )
    return Document(value, source, text, first_line)


def plain_object(data: bytes) -> dict[str, Any] | None:
    """
    Return the object that a line holds, plain; `None` where there is anything odd about the line.

    What comes out, `decoded` would decode as well, and `freeze` would take as it
    is.  What is wrong with another line, or only seems so, is for those two to tell.
    """
    if len(data) >= MAX_NODES or not 0 < sys.get_int_max_str_digits() <= MAX_DIGITS:
        return None
    try:
        text = data.decode()
        # Half of a surrogate pair can only be written with an escape, and a level takes a bracket.
        if ("\\" in text and ("\\ud" in text or "\\uD" in text)) or text.count("[") + text.count("{") > TASK_DEPTH:
            return None
        value = _DECODER.decode(text)
    except (ValueError, RecursionError, _DuplicateName):
        return None
    return value if type(value) is dict else None


def _decoded_yaml(data: bytes, source: str, depth: int) -> Document:
    text = _text(data, source, 1)
    try:
        value = yaml_value(text, depth)
    except YAMLFault as fault:
        at = position_at(text, fault.offset)
        raise DocumentError(fault.code, None, fault.found, fault.wanted, source, at.line, at.column) from None
    except ImportError:
        wanted = "`pip install ruamel.yaml`, or the same as JSON"
        raise DocumentError("unreadable", None, "YAML, and nothing to read it", wanted, source, None, None) from None
    return Document(value, source, text, 1, yaml_places)


def _text(data: bytes, source: str, first_line: int) -> str:
    body = data.removeprefix(_BOM)
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        before = body[: error.start]
        line = before.count(b"\n") + first_line
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1
        found = f"bytes that are no UTF-8, at byte {error.start + len(data) - len(body)}"
        raise DocumentError("json_encoding", None, found, "UTF-8", source, line, column) from None


#: A string (not looked into; one that nothing ends goes to the end, so that no quote is looked at twice), or a bracket.
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.DOTALL)


def _first_too_deep(text: str, depth: int) -> int | None:
    """Return the offset of the bracket that opens one level too many."""
    # So few brackets cannot, which is found out some twenty times as fast.
    if text.count("[") + text.count("{") <= depth:
        return None
    level = 0
    for piece in _BRACKET.finditer(text):
        if piece[0] in "[{":
            level += 1
            if level > depth:
                return piece.start()
        elif piece[0] in "]}":
            level -= 1
    return None


class _DuplicateName(Exception):
    """A name stands twice in an object."""


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _DuplicateName
    return members


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(text)
    return number


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=_finite, parse_constant=_no_number)


def _second_name(text: str) -> Token:
    seen: set[str] = set()
    for token in tokens(text):
        if token.is_name:
            # `tokens` goes through a trail in place, hence the path as text.
            path = pointer(*token.trail)
            if path in seen:
                return token
            seen.add(path)
    raise AssertionError("the decoder found a name twice")


def _first_bad_number(text: str) -> Token:
    for token in tokens(text):
        if not token.is_name and not _is_fine(token.text):
            return token
    raise AssertionError("the decoder found a bad number")


def _is_fine(word: str) -> bool:
    if word[0] in '"{[tfn':
        return True
    try:
        _DECODER.decode(word)
    except ValueError:
        return False
    return True


def _line_at(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : None if end < 0 else end].strip()
    return f"`{line[: SHOWN - 3]}...`" if len(line) > SHOWN else f"`{line}`"
