"""Locate values in JSON or YAML text by line and column."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from paramcore.values import split_pointer


@frozen
class Position:
    """A line and a column in characters, both counted from 1; only a line feed ends a line."""

    line: int
    column: int


@frozen(slots=False)
class SyntaxProblem(Exception):
    """A syntax error at an offset; the offset is `None` for an empty JSON text."""

    code: str
    offset: int | None
    problem: str
    remedy: str


class ForeignNotation(SyntaxProblem):
    """Notation that JSON lacks, but other tools accept in JSON files, such as a comment."""


class Token(NamedTuple):
    """A name, or the first token of a value, in JSON or YAML text.

    In JSON, `content` is the text of the token.  In YAML, `content` is the decoded name or
    scalar; for an object or an array, it is an empty dict or list.

    `trail` is the path to the token: names and indexes, outermost first.  The trail of a name
    includes that name.  All tokens share one trail, so copy the list before you read the next
    token.
    """

    offset: int
    content: Any
    is_name: bool
    trail: list[str | int]


#: Matches a string, a punctuation mark, or a run of other characters, such as `1.5` or `true`.
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the names and values in JSON text in order, without recursion."""
    trail: list[str | int] = []
    next_is_name = False
    for match in _TOKEN.finditer(text):
        piece = match[0]
        if piece == ",":
            advance_trail(trail)
            next_is_name = isinstance(trail[-1], str)
        elif piece in ("}", "]"):
            trail.pop()
            next_is_name = False
        elif piece == ":":
            next_is_name = False
        elif next_is_name:
            trail[-1] = json.loads(piece, strict=False)
            yield Token(match.start(), piece, is_name=True, trail=trail)
        else:
            yield Token(match.start(), piece, is_name=False, trail=trail)
            if piece in ("{", "["):
                trail.append("" if piece == "{" else 0)
                next_is_name = piece == "{"


def advance_trail(trail: list[str | int]) -> None:
    """Move a trail to the next element of an array; in an object, the caller sets the next name."""
    last = trail[-1]
    if isinstance(last, int):
        trail[-1] = last + 1


class Offsets(NamedTuple):
    """The offsets of a member's name and value; for an array element, they are equal."""

    name_at: int
    value_at: int


class JSONLocator:
    """Finds values in JSON text.

    To skip a value, `find` decodes the value with `json`, because reading all its tokens is
    much slower.  `find` caches the offsets of members, so that many lookups, in any order,
    read the members of each object or array once.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        # The keys of both dicts are the offsets of objects and arrays.
        self._members: dict[int, dict[str, Offsets]] = {}
        self._remaining_members: dict[int, Iterator[tuple[str, Offsets]]] = {}

    def find(self, path: str) -> Offsets:
        """Return the offsets of the value at a JSON Pointer.

        If the value does not exist, both offsets are that of the innermost existing value
        on the path: for `/a/b`, the offset of the value at `/a`.
        """
        start = _skip_space(self._text, 0)
        offsets = Offsets(start, start)
        for part in split_pointer(path):
            at = offsets.value_at
            member = self._find_member(at, part) if self._text[at] in "{[" else None
            if member is None:
                return Offsets(at, at)
            offsets = member
        return offsets

    def _find_member(self, at: int, part: str) -> Offsets | None:
        members = self._members.setdefault(at, {})
        if part not in members:
            for name, offsets in self._remaining_members.setdefault(at, _iter_members(self._text, at)):
                members[name] = offsets
                if name == part:
                    break
        return members.get(part)


class TokenLocator:
    """Finds values in JSON or YAML text, with one pass over its tokens."""

    def __init__(self, tokens: Iterable[Token] = ()) -> None:
        # Each value of the text has a number, and the number of the root is 0.  This dict maps the number of an object
        # or array, and the name or index of a member, to the number and the offsets of the member.  Whole paths as keys
        # would need too much memory.
        self._members: dict[tuple[int, str], tuple[int, Offsets]] = {}
        self._root = Offsets(0, 0)
        # The numbers of the last value and of the containers around it, outermost first.
        self._holders: list[int] = []
        self._name_at: int | None = None
        for token in tokens:
            self.add(token)

    def add(self, token: Token) -> None:
        """Add the next token of the text."""
        if token.is_name:
            self._name_at = token.offset
            return
        offsets = Offsets(token.offset if self._name_at is None else self._name_at, token.offset)
        number = len(self._members) + 1 if token.trail else 0
        del self._holders[len(token.trail) :]
        if token.trail:
            self._members[self._holders[-1], str(token.trail[-1])] = number, offsets
        else:
            self._root = offsets
        self._holders.append(number)
        self._name_at = None

    def find(self, path: str) -> Offsets:
        """Return the offsets of the value at a JSON Pointer.

        If the value does not exist, both offsets are that of the innermost existing value
        on the path: for `/a/b`, the offset of the value at `/a`.
        """
        number, offsets = 0, self._root
        for part in split_pointer(path):
            if (number, part) not in self._members:
                return Offsets(offsets.value_at, offsets.value_at)
            number, offsets = self._members[number, part]
        return offsets


Locator: TypeAlias = JSONLocator | TokenLocator


def _iter_members(text: str, start: int) -> Iterator[tuple[str, Offsets]]:
    """Yield the name and the offsets of each member; in an array, the name is the index as text."""
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
        yield name, Offsets(name_at, at)
        _value, at = _decode_value(text, at)
        at = _skip_space(text, at)
        at = _skip_space(text, at + 1) if text[at] == "," else at


_decode_value = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _skip_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


class Lines:
    """The lines of a text."""

    def __init__(self, text: str, block_size: int = 4096) -> None:
        self._text = text
        self._block_size = block_size
        # For each block of `block_size` characters: the number and the offset of the line in which the block starts.
        # Lookups may be in any order.  With the blocks, each lookup counts the line feeds of at most one block.
        self._blocks = [(1, 0)]

    def position(self, offset: int) -> Position:
        """Return the line and column of the character at an offset."""
        index = offset // self._block_size
        while len(self._blocks) <= index:
            self._add_block()
        line, start = self._find_line(index, offset)
        return Position(line, offset - start + 1)

    def line_slice(self, number: int, start: int, max_length: int) -> str:
        """Return at most `max_length` characters of a line, from the column `start` (counted from 0)."""
        while self._blocks[-1][0] < number and len(self._blocks) * self._block_size < len(self._text):
            self._add_block()
        # Find the last block that starts in an earlier line, because the line begins in this block.  Line 1 begins in
        # the first block.
        index = max(bisect_left(self._blocks, (number, 0)) - 1, 0)
        line, begin = self._blocks[index]
        searched = index * self._block_size
        while line < number:
            line, begin = line + 1, self._text.index("\n", searched) + 1
            searched = begin
        begin += start
        # A line may be as long as the file, so search for its end only within the slice, and directly after it.
        # Include one more character, so that `removesuffix` removes a carriage return only if it ends the line.
        stop = begin + max_length + 1
        end = self._text.find("\n", begin, stop)
        return self._text[begin : stop if end < 0 else end].removesuffix("\r")[:max_length]

    def _add_block(self) -> None:
        index = len(self._blocks)
        self._blocks.append(self._find_line(index - 1, index * self._block_size))

    def _find_line(self, index: int, offset: int) -> tuple[int, int]:
        """Return the number and the start of the line at `offset`, which must be in block `index` or at its end."""
        line, start = self._blocks[index]
        begin = index * self._block_size
        line_feeds = self._text.count("\n", begin, offset)
        return (line + line_feeds, self._text.rfind("\n", begin, offset) + 1) if line_feeds else (line, start)
