"""Decode one document strictly, and locate values in it.

A document must be UTF-8.  The names in each object must be unique, and numbers must be finite.
The number of digits of an integer and the depth of nesting are limited.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from math import isinf
from typing import Any, NoReturn

from attrs import evolve, field, frozen

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.encoding import decode_text
from paramcore.files.mistakes import (
    describe_decoder_message,
    describe_depth,
    describe_duplicate,
    describe_number,
    find_foreign_notation,
    find_mistake,
)
from paramcore.files.positions import (
    ForeignNotation,
    JSONLocator,
    Lines,
    Locator,
    Position,
    SyntaxProblem,
    Token,
    iter_tokens,
)
from paramcore.text import MESSAGE_LIMIT, truncate
from paramcore.values import MAX_DEPTH, join_pointer

#: The maximum depth of a task request or an update, whose params are at the top level.
TASK_DEPTH = MAX_DEPTH

#: The maximum depth of a file that may contain an array of task requests.
TASKS_DEPTH = MAX_DEPTH + 1

#: The maximum depth of a file of projects, in which params may be inside three levels: an array, a project, a history.
PROJECT_DEPTH = MAX_DEPTH + 3


@frozen(eq=False)
class Document:
    """A decoded value and its source text.

    `value` is plain JSON: dicts, lists and scalars.  `source` is the name of the file in
    messages.
    """

    value: Any = field(repr=False)
    source: str
    _text: str = field(repr=False)
    _first_line: int = 1
    _make_locator: Callable[[str], Locator] = field(default=JSONLocator, repr=False)
    #: The document of the array that contains this document; `None` if this document is not an element.
    _array: Document | None = field(default=None, repr=False)
    #: The JSON Pointer of this document in `_array`; `""` if this document is not an element.
    _pointer: str = ""

    @property
    def is_element(self) -> bool:
        """Whether this document is an element of an array."""
        return self._array is not None

    def list_elements(self) -> list[Document]:
        """Return a document for each element of the array `value`, with positions in the whole file."""
        return [
            evolve(self, value=element, array=self, pointer=join_pointer(index))
            for index, element in enumerate(self.value)
        ]

    def locate(self, path: str, *, name: bool = False) -> Position:
        """Return the position of the value at a JSON Pointer; with `name`, the position of its name.

        If the value does not exist, return the position of the innermost existing value
        on the path: for `/a/b`, the position of the value at `/a`.
        """
        offsets = self.locator.find(self._pointer + path)
        position = self.lines.position(offsets.name_at if name else offsets.value_at)
        return Position(position.line + self._first_line - 1, position.column)

    @cached_property
    def locator(self) -> Locator:
        """The locator of the source text."""
        # Elements share the locator of their array, so that many lookups read the text once.
        return self._make_locator(self._text) if self._array is None else self._array.locator

    @cached_property
    def lines(self) -> Lines:
        """The lines of the source text."""
        return Lines(self._text) if self._array is None else self._array.lines

    def format_location(self, path: str, *, name: bool = False) -> str:
        """Return `source:line:column` of the value at a JSON Pointer; with `name`, of its name."""
        position = self.locate(path, name=name)
        return f"{self.source}:{position.line}:{position.column}"

    def line_slice(self, line: int, start: int, max_length: int) -> str:
        """Return at most `max_length` characters of a line, from the column `start` (counted from 0)."""
        return self.lines.line_slice(line - self._first_line + 1, start, max_length)

    def locate_error(self, error: ParamcoreError) -> DocumentError:
        """Return the error with the file, line and column of the value at `error.path`."""
        position = self.locate(error.path or "")
        return DocumentError(
            error.code, error.path, error.problem, error.remedy, self.source, position.line, position.column
        )

    @contextmanager
    def locate_errors(self, path: str = "") -> Iterator[None]:
        """Add the file, line and column to an error that the `with` block raises.

        `path` is the JSON Pointer of the value that the block reads.  The path of an error in
        the block must be relative to this value; the `DocumentError` has the whole path.

        Raises:
            DocumentError: instead of any other `ParamcoreError`.
        """
        try:
            yield
        except DocumentError:
            raise
        except ParamcoreError as error:
            raise self.locate_error(error.within(path)) from None


def decode_json(text: str, depth: int, *, is_line: bool = False, has_line_feed: bool = False) -> Any:
    """Decode a JSON text strictly.

    With `is_line`, the messages of errors are about a line of JSONL.  `has_line_feed` is true if a line feed, which is
    not in the text, ends this line.

    Raises:
        SyntaxProblem: `json_syntax`, `json_number`, `json_duplicate_key` or `json_depth`.
    """
    if not text.strip(" \t\r\n"):
        raise SyntaxProblem("json_syntax", None, "invalid JSON: the document is empty", "")
    too_deep = find_too_deep(text, depth)
    decoded = text[:too_deep]
    try:
        return STRICT_DECODER.decode(decoded)
    except json.JSONDecodeError as error:
        # Text that is not JSON, such as JSON with color codes, may have many brackets.  So report the depth only if the
        # decoder found no error before the offset `too_deep`.
        if too_deep is not None and error.pos >= len(decoded.rstrip(" \t\r\n")):
            raise SyntaxProblem("json_depth", too_deep, *describe_depth(depth)) from None
        # Inside a string, text such as `//` is no mistake, so do not search for mistakes there.
        is_in_string = error.msg.startswith(("Invalid", "Unterminated"))
        if not is_in_string and (foreign := find_foreign_notation(text, error.pos, is_line=is_line)):
            raise ForeignNotation("json_syntax", *foreign) from None
        if not is_in_string and (
            mistake := find_mistake(text, error.pos, is_line=is_line, has_line_feed=has_line_feed)
        ):
            raise SyntaxProblem("json_syntax", *mistake) from None
        raise SyntaxProblem("json_syntax", *_describe_json_error(text, error)) from None
    except DuplicateName:
        name = _find_duplicate_name(text)
        raise SyntaxProblem("json_duplicate_key", name.offset, *describe_duplicate(name.content)) from None
    except RecursionError:
        problem = "the document is nested too deeply for the remaining Python stack"
        raise SyntaxProblem("json_depth", 0, problem, "call paramcore with fewer Python calls on the stack") from None
    except ValueError:
        # NaN, Infinity, 1e400, or an integer with more digits than Python converts.
        number = _find_bad_number(text)
        raise SyntaxProblem("json_number", number.offset, *describe_number(number.content)) from None


def decode_document(
    data: bytes,
    source: str,
    depth: int,
    *,
    first_line: int = 1,
    decode: Callable[[str, int], Any] = decode_json,
    make_locator: Callable[[str], Locator] = JSONLocator,
) -> Document:
    """Decode one document that is at most `depth` levels deep.

    Raises:
        DocumentError: `json_encoding`, or the code of the `SyntaxProblem` that
            `decode` raises.  The error for an empty JSON document has no line and column.
    """
    text = decode_text(data, source, first_line)
    try:
        value = decode(text, depth)
    except SyntaxProblem as problem:
        line = column = None
        if problem.offset is not None:
            at = Lines(text).position(problem.offset)
            line, column = at.line + first_line - 1, at.column
        raise DocumentError(problem.code, None, problem.problem, problem.remedy, source, line, column) from None
    return Document(value, source, text, first_line, make_locator)


#: Matches a string or a bracket.  An unterminated string matches up to the end of the text, so the search stays linear.
_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[{}\[\]]', re.DOTALL)


def find_too_deep(text: str, depth: int) -> int | None:
    """Return the offset of the first opening bracket deeper than `depth` levels, or `None`."""
    # Counting the brackets is much faster than the loop below, and is enough for most texts.
    if text.count("[") + text.count("{") <= depth:
        return None
    level = 0
    for match in _BRACKET.finditer(text):
        if match[0] in "[{":
            level += 1
            if level > depth:
                return match.start()
        elif match[0] in "]}":
            level -= 1
    return None


#: Matches a number, or a constant that Python accepts as a number: `NaN`, `Infinity` or `-Infinity`.
_NUMBER = re.compile(r"NaN|-?(?:Infinity|(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)")


class DuplicateName(Exception):
    """An object contains the same name twice."""


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateName
    return members


def _parse_finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError(text)
    return number


def _reject_constant(text: str) -> NoReturn:
    raise ValueError(text)


#: Decodes JSON; raises `ValueError` for a number that is not finite, and `DuplicateName` for a duplicate name.
STRICT_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object, parse_float=_parse_finite, parse_constant=_reject_constant
)


def _find_duplicate_name(text: str) -> Token:
    # For the level of each open object, the names that were already read.
    names: dict[int, set[str | int]] = {}
    for token in iter_tokens(text):
        level = len(token.trail)
        if not token.is_name:
            if token.content == "{":
                names[level + 1] = set()
        elif token.trail[-1] in names[level]:
            return token
        else:
            names[level].add(token.trail[-1])
    raise AssertionError("the text has no duplicate name")


def _find_bad_number(text: str) -> Token:
    for token in iter_tokens(text):
        # The token may contain more text after the number, such as a comment.
        number = None if token.is_name else _NUMBER.match(token.content)
        if number:
            try:
                STRICT_DECODER.decode(number[0])
            except ValueError:
                return token._replace(content=number[0])
    raise AssertionError("the text has no invalid number")


def _describe_json_error(text: str, error: json.JSONDecodeError) -> tuple[int, str, str]:
    """Return the offset, the problem and the remedy of an error that is not a common mistake."""
    meaning = describe_decoder_message(error.msg)
    end = len(text.rstrip(" \t\r\n"))
    if error.pos >= end:
        problem = f"invalid JSON: the document ends too early, after {_format_line(text, end - 1)}: {meaning}"
        return end, problem, "write or download the whole document again"
    return error.pos, f"invalid JSON: {meaning} at {_format_line(text, error.pos)}", ""


def _format_line(text: str, offset: int) -> str:
    start = text.rfind("\n", 0, offset) + 1
    end = text.find("\n", offset)
    line = text[start : None if end < 0 else end].strip(" \t\r\n")
    return f"`{truncate(line, MESSAGE_LIMIT)}`"
