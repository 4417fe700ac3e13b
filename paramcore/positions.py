"""Where in a text of JSON or YAML a value stands, looked up when somebody needs to know and not before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from attrs import frozen

from paramcore.values import pointer_parts

__all__ = ["Find", "Position", "Token", "find", "find_among", "position_at", "tokens"]


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


#: Tells where in a text the name and the value at a JSON Pointer begin: `find` for JSON.
Find: TypeAlias = Callable[[str, str], tuple[int, int]]

#: A string, a mark, or a run of what is neither: a number or a word, right or wrong.
_PIECE = re.compile(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)


def tokens(text: str) -> Iterator[Token]:
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
            # Decoding is for names with escapes: the others stand there as they are.
            trail[-1] = json.loads(mark, strict=False) if "\\" in mark else mark[1:-1]
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


def find(text: str, path: str) -> tuple[int, int]:
    """
    Return where in a JSON text the name and the value at a JSON Pointer begin.

    Where it has no name, that is where the value begins; where there is no such
    value, where the innermost value around it does.
    """
    at = _after_space(text, 0)
    start = at
    for part in pointer_parts(path):
        for name_at, name, value_at in _inside(text, at):
            if name == part:
                start, at = name_at, value_at
                break
        else:
            return at, at
    return start, at


def find_among(found: Iterable[Token], path: str) -> tuple[int, int]:
    """Return what `find` does, from the tokens of a text: one after the other, so that any notation will do."""
    wanted = pointer_parts(path)
    start: int | None = None
    nearest = 0
    for token in found:
        trail, depth = token.trail, len(token.trail)
        # The last part differs most often.
        if depth and (depth > len(wanted) or str(trail[-1]) != wanted[depth - 1]):
            continue
        if tuple(map(str, trail)) != wanted[:depth]:
            continue
        if token.is_name:
            start = token.offset
        elif depth == len(wanted):
            return token.offset if start is None else start, token.offset
        else:
            nearest, start = token.offset, None
    return nearest, nearest


def _inside(text: str, at: int) -> Iterator[tuple[int, str, int]]:
    """Yield where the name begins, the name or index, and where the value begins, of each value in the one at an offset."""
    if text[at] not in "{[":
        return
    is_object = text[at] == "{"
    at = _after_space(text, at + 1)
    index = 0
    while text[at] not in "}]":
        name_at, name = at, str(index)
        if is_object:
            name, at = _decoded(text, at)
            at = _after_space(text, _after_space(text, at) + 1)
        yield name_at, name, at
        # Decoded to be passed over: many times as fast as a walk through all that is in it.
        _value, at = _decoded(text, at)
        at = _after_space(text, at)
        at = _after_space(text, at + 1) if text[at] == "," else at
        index += 1


_decoded = json.JSONDecoder().raw_decode
_SPACE = re.compile(r"[ \t\r\n]*")


def _after_space(text: str, at: int) -> int:
    return _SPACE.match(text, at).end()  # type: ignore[union-attr]


def position_at(text: str, offset: int) -> Position:
    """Return the line and column of a character."""
    return Position(text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))
