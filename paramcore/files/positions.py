"""Locate values in a text of JSON or YAML, on demand, by line and column."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from paramcore.values import split_pointer


@frozen
class Position:
    """A line and a column, both from 1, in characters; only a line feed ends a line."""

    line: int
    column: int


@frozen(slots=False)
class Problem(Exception):
    """What is wrong with a text, and the offset where it begins; `None` is the whole text."""

    code: str
    offset: int | None
    found: str
    wanted: str


class Token(NamedTuple):
    """A name, or the first token of a value, in a text of JSON or YAML.

    `content` is its text in JSON; in YAML it is the decoded name or value, empty
    for an object or array.  `trail` holds the names and indexes that lead to it,
    outermost first; that of a name ends with the name.  It changes with the next
    token.
    """

    offset: int
    content: Any
    is_name: bool
    trail: list[str | int]


#: A string, a punctuation mark, or a run of other characters: a number or a keyword, valid or not.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the names and values of a JSON text in order, without recursion."""
    trail: list[str | int] = []
    expects_name = False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == ",":
            expects_name = advance_trail(trail)
        elif piece in ("}", "]"):
            trail.pop()
            expects_name = False
        elif piece == ":":
            expects_name = False
        elif expects_name:
            trail[-1] = json.loads(piece, strict=False)
            yield Token(match.start(), piece, is_name=True, trail=trail)
        else:
            yield Token(match.start(), piece, is_name=False, trail=trail)
            if piece in ("{", "["):
                trail.append("" if piece == "{" else 0)
                expects_name = piece == "{"


def advance_trail(trail: list[str | int]) -> bool:
    """Move to the next member or element, and return whether a name follows."""
    last = trail[-1]
    if isinstance(last, int):
        trail[-1] = last + 1
        return False
    return True


class JSONLocator:
    """Finds the values of a JSON text.

    Values that the path does not lead through are skipped with the decoder of
    `json`, which is much faster than a walk over all tokens.  The offsets of
    members are cached, so that many lookups read the text once, in any order.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        # By the offset of each object or array: the members read so far, and those that are left.
        self._members: dict[int, dict[str, tuple[int, int]]] = {}
        self._unread: dict[int, Iterator[tuple[str, tuple[int, int]]]] = {}

    def find(self, path: str) -> tuple[int, int]:
        """Return the offsets of the name and of the value at a JSON Pointer.

        For an element of an array, both are the offset of the value.  Where there
        is no such value, both are the offset of the innermost value around it.
        """
        start = at = _skip_space(self._text, 0)
        for part in split_pointer(path):
            if self._text[at] not in "{[":
                return at, at
            found = self._find_member(at, part)
            if found is None:
                return at, at
            start, at = found
        return start, at

    def _find_member(self, at: int, part: str) -> tuple[int, int] | None:
        members = self._members.setdefault(at, {})
        if part not in members:
            for name, offsets in self._unread.setdefault(at, _iter_members(self._text, at)):
                members[name] = offsets
                if name == part:
                    break
        return members.get(part)


class TokenLocator:
    """Finds the values of a text of any notation, from one pass over its tokens."""

    def __init__(self, tokens: Iterable[Token]) -> None:
        self._offsets: dict[tuple[str, ...], tuple[int, int]] = {}
        name_at: int | None = None
        for token in tokens:
            if token.is_name:
                name_at = token.offset
            else:
                trail = tuple(map(str, token.trail))
                self._offsets[trail] = token.offset if name_at is None else name_at, token.offset
                name_at = None

    def find(self, path: str) -> tuple[int, int]:
        """Return the offsets of the name and of the value; see `JSONLocator.find`."""
        parts = split_pointer(path)
        if parts in self._offsets:
            return self._offsets[parts]
        while parts not in self._offsets:
            parts = parts[:-1]
        _, nearest = self._offsets[parts]
        return nearest, nearest


Locator: TypeAlias = JSONLocator | TokenLocator


def _iter_members(text: str, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the name or index of each member of an object or array, and the offsets of its name and value."""
    indexes = count()
    is_object = text[start] == "{"
    at = _skip_space(text, start + 1)
    while text[at] not in "}]":
        name_at = at
        if is_object:
            name, at = _decode_value(text, at)
            at = _skip_space(text, _skip_space(text, at) + 1)
        else:
            name = str(next(indexes))
        yield name, (name_at, at)
        _value, at = _decode_value(text, at)
        at = _skip_space(text, at)
        at = _skip_space(text, at + 1) if text[at] == "," else at


_decode_value = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _skip_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


class Lines:
    """The lines of one text.

    Lookups mostly go forward, so each continues from the position of the last.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._rewind()

    def _rewind(self) -> None:
        # A line, its offset, and the offset up to which it is known not to end.
        self._line, self._start, self._known = 1, 0, 0

    def position(self, offset: int) -> Position:
        """Return the line and column of the character at an offset."""
        if offset < self._start:
            self._rewind()
        line_feeds = self._text.count("\n", self._known, offset)
        if line_feeds:
            self._line, self._start = self._line + line_feeds, self._text.rfind("\n", self._known, offset) + 1
        self._known = max(self._known, offset)
        return Position(self._line, offset - self._start + 1)

    def line_slice(self, number: int, start: int, most: int) -> str:
        """Return at most `most` characters of a line, from the column `start` (from 0)."""
        if number < self._line:
            self._rewind()
        while self._line < number:
            self._start = self._known = self._text.index("\n", self._known) + 1
            self._line += 1
        begin = self._start + start
        # A line may be as long as the file, so its end is searched in the slice only.
        end = self._text.find("\n", begin, begin + most)
        return self._text[begin : begin + most if end < 0 else end].removesuffix("\r")
