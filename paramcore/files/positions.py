"""Where in a text of JSON or YAML a value stands, looked up when somebody needs to know and not before."""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple, Protocol

from attrs import frozen

from paramcore.values.pointer import split_pointer

__all__ = ["JSONLocator", "Lines", "Locator", "Position", "Token", "TokenLocator", "iter_tokens", "locate_offset"]


@frozen
class Position:
    """A place in a text: line and column, both from 1, in characters; lines end with a line feed only."""

    line: int
    column: int


class Token(NamedTuple):
    """
    A name, or the beginning of a value, in a JSON text.

    `trail` is the way to it, names and indexes from the outermost in; that of a
    name ends with the name.
    """

    offset: int
    text: str
    is_name: bool
    trail: list[str | int]


#: A string, a mark, or a run of what is neither: a number or a word, right or wrong.
_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the names and values of a JSON text in order, in one walk without recursion."""
    trail: list[str | int] = []
    expects_name = False
    for piece in _PIECE.finditer(text):
        mark = piece[0]
        if mark == ",":
            expects_name = _step(trail)
        elif mark in ("}", "]"):
            trail.pop()
            expects_name = False
        elif mark == ":":
            expects_name = False
        elif expects_name:
            trail[-1] = json.loads(mark, strict=False)
            yield Token(piece.start(), mark, is_name=True, trail=trail)
        else:
            yield Token(piece.start(), mark, is_name=False, trail=trail)
            if mark in ("{", "["):
                trail.append("" if mark == "{" else 0)
                expects_name = mark == "{"


def _step(trail: list[str | int]) -> bool:
    """Go on to the next member or element, and tell whether a name comes now."""
    place = trail[-1]
    if isinstance(place, int):
        trail[-1] = place + 1
        return False
    return True


class Locator(Protocol):
    """Tells where in one text the values are."""

    def find(self, path: str) -> tuple[int, int]:
        """
        Return where the name and the value at a JSON Pointer begin.

        Where it has no name, that is where the value begins; where there is no such
        value, where the innermost value around it does.
        """


class JSONLocator:
    """
    The places of a JSON text.

    What is not on the way is decoded and forgotten, many times as fast as a walk
    through all that is in it.  Where the members of an object or array begin is
    remembered as far as it was read, so that thousands of findings, in any order,
    take no longer than one at the end.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        #: By where an object or array begins.
        self._members: dict[int, _Members] = {}

    def find(self, path: str) -> tuple[int, int]:
        """Return what every one of `Places` does."""
        at = _after_space(self._text, 0)
        start = at
        for part in split_pointer(path):
            if self._text[at] not in "{[":
                return at, at
            if at not in self._members:
                self._members[at] = _Members(self._text, at)
            found = self._members[at].find(part)
            if found is None:
                return at, at
            start, at = found
        return start, at


class _Members:
    """Where the members of one object or array begin, as far as somebody wanted to know."""

    def __init__(self, text: str, around: int) -> None:
        self._unread = _inside(text, around)
        self._is_array = text[around] == "["
        self._named: dict[str, tuple[int, int]] = {}
        # An array may have a million elements, hence eight bytes for each.
        self._in_row = array("Q")

    def find(self, part: str) -> tuple[int, int] | None:
        """Return where the name and the value of a member begin; `None` where there is none."""
        return self._element(part) if self._is_array else self._member(part)

    def _member(self, name: str) -> tuple[int, int] | None:
        if name not in self._named:
            for name_at, one, value_at in self._unread:
                self._named[one] = name_at, value_at
                if one == name:
                    break
        return self._named.get(name)

    def _element(self, index: str) -> tuple[int, int] | None:
        if not _INDEX.fullmatch(index):
            return None
        number = int(index)
        for _, _, value_at in islice(self._unread, max(0, number + 1 - len(self._in_row))):
            self._in_row.append(value_at)
        return (self._in_row[number],) * 2 if number < len(self._in_row) else None


#: An index that an array may have.
_INDEX = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


class TokenLocator:
    """The places of a text of any notation, from its tokens, which are gone through once."""

    def __init__(self, found: Iterable[Token]) -> None:
        self._found: dict[tuple[str, ...], tuple[int, int]] = {}
        name_at: int | None = None
        for token in found:
            if token.is_name:
                name_at = token.offset
            else:
                trail = tuple(map(str, token.trail))
                self._found[trail] = token.offset if name_at is None else name_at, token.offset
                name_at = None

    def find(self, path: str) -> tuple[int, int]:
        """Return what every one of `Places` does."""
        parts = split_pointer(path)
        if parts in self._found:
            return self._found[parts]
        while parts not in self._found:
            parts = parts[:-1]
        _, nearest = self._found[parts]
        return nearest, nearest


def _inside(text: str, around: int) -> Iterator[tuple[int, str, int]]:
    """Yield where the name begins, the name (none in an array), and where the value begins, of each member."""
    is_object = text[around] == "{"
    at = _after_space(text, around + 1)
    while text[at] not in "}]":
        name_at, name = at, ""
        if is_object:
            name, at = _decoded(text, at)
            at = _after_space(text, _after_space(text, at) + 1)
        yield name_at, name, at
        _value, at = _decoded(text, at)
        at = _after_space(text, at)
        at = _after_space(text, at + 1) if text[at] == "," else at


_decoded = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _after_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


class Lines:
    """
    The lines of one text.

    As places are, they are mostly asked for in order, so that the way goes on
    from where it was last.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._go_back()

    def _go_back(self) -> None:
        # A line, from 1, where it begins, and up to where it is known to go on.
        self._line, self._start, self._known = 1, 0, 0

    def position(self, offset: int) -> Position:
        """Return the line and column of a character."""
        if offset < self._start:
            self._go_back()
        passed = self._text.count("\n", self._known, offset)
        if passed:
            self._line, self._start = self._line + passed, self._text.rfind("\n", self._known, offset) + 1
        self._known = max(self._known, offset)
        return Position(self._line, offset - self._start + 1)

    def line_slice(self, number: int, start: int, most: int) -> str:
        """Return at most so many characters of a line, from one of its columns (from 0) on, without the line's end."""
        if number < self._line:
            self._go_back()
        while self._line < number:
            self._start = self._known = self._text.index("\n", self._known) + 1
            self._line += 1
        begin = self._start + start
        # A line may be a whole file long.
        end = self._text.find("\n", begin, begin + most)
        return self._text[begin : begin + most if end < 0 else end].removesuffix("\r")


def locate_offset(text: str, offset: int) -> Position:
    """Return the line and column of a character, where only one is asked for."""
    return Lines(text).position(offset)
