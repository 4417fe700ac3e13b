"""Decode one JSON document strictly, and locate values in it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from functools import cached_property
from math import isinf
from typing import Any, NoReturn

from attrs import field, frozen

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.positions import JSONLocator, Lines, Locator, Position, Token, iter_tokens, locate_offset
from paramcore.text import truncate
from paramcore.values.frozen import MAX_DEPTH, MAX_NODES
from paramcore.values.pointer import join_pointer
from paramcore.values.scalars import MAX_DIGITS

__all__ = ["BOM", "PROJECT_DEPTH", "TASK_DEPTH", "Document", "decode_document", "decode_plain_object", "decode_text"]


#: Characters of the text that an error shows.
_SHOWN = 64
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
    _read_places: Callable[[str], Locator] = field(default=JSONLocator, repr=False)

    def locate(self, path: str, *, name: bool = False) -> Position:
        """Return the line and column, from 1, of the value at a JSON Pointer, or of the nearest around it; or of its name."""
        name_at, value_at = self._places.find(path)
        position = self._lines.position(name_at if name else value_at)
        return Position(position.line + self._first_line - 1, position.column)

    @cached_property
    def _places(self) -> Locator:
        return self._read_places(self._text)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._text)

    def format_location(self, path: str) -> str:
        """Return `source:line:column` of the value at a JSON Pointer."""
        position = self.locate(path)
        return f"{self.source}:{position.line}:{position.column}"

    def line_slice(self, line: int, start: int, most: int) -> str:
        """Return at most so many characters of a line, by its number in the file, from one of its columns (from 0) on."""
        return self._lines.line_slice(line - self._first_line + 1, start, most)

    def locate_error(self, error: ParamcoreError) -> DocumentError:
        """Return an error about this document with its line and column."""
        position = self.locate(error.path or "")
        return DocumentError(
            error.code, error.path, error.found, error.wanted, self.source, position.line, position.column
        )


BOM = b"\xef\xbb\xbf"


def decode_document(data: bytes, source: str, depth: int, *, first_line: int = 1) -> Document:
    """
    Decode one JSON document.

    Raises:
        DocumentError: for whatever is wrong.

    """
    text = decode_text(data, source, first_line)

    def fault(code: str, offset: int, found: str, wanted: str) -> NoReturn:
        at = locate_offset(text, offset)
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
        fault(
            "json_duplicate_key",
            name.offset,
            f"the name {truncate(name.text, _SHOWN)} for the second time",
            "each name once",
        )
    except RecursionError:
        fault("json_depth", 0, "more levels than the stack has room for", f"at most {depth} levels, and room for them")
    except ValueError:
        # What Python's own decoder takes or chokes on: NaN, Infinity, 1e400, integers of more digits than it converts.
        number = _first_bad_number(text)
        fault(
            "json_number",
            number.offset,
            truncate(number.text, _SHOWN),
            f"a finite number of at most {MAX_DIGITS:,} digits",
        )
    return Document(value, source, text, first_line)


def decode_plain_object(data: bytes) -> dict[str, Any] | None:
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


def decode_text(data: bytes, source: str, first_line: int) -> str:
    body = data.removeprefix(BOM)
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
    for token in iter_tokens(text):
        if token.is_name:
            # `tokens` goes through a trail in place, hence the path as text.
            path = join_pointer(*token.trail)
            if path in seen:
                return token
            seen.add(path)
    raise AssertionError("the decoder found a name twice")


def _first_bad_number(text: str) -> Token:
    for token in iter_tokens(text):
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
    return f"`{truncate(line, _SHOWN)}`"
