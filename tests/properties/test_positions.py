"""Laws L: a place in a document is the same, however it is looked for."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st

from paramcore.positions import JSONPlaces, Lines, Position, TokenPlaces, tokens
from paramcore.testing import json_values
from paramcore.values import pointer


def pointers(value: Any, *trail: str | int) -> list[str]:
    """Return the JSON Pointers of a value and of all that is in it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer(*trail), *(one for place, inner in inside for one in pointers(inner, *trail, place))]


@given(
    value=json_values(),
    indent=st.sampled_from([None, 0, 2, "\t"]),
    separators=st.sampled_from([None, (",", ":"), (" , ", " : ")]),
    ascii=st.booleans(),
    around=st.sampled_from(["", " ", "\r\n"]),
    data=st.data(),
)
def test_values_are_found_by_jumping_as_by_walking(
    value: Any, indent: Any, separators: Any, ascii: bool, around: str, data: st.DataObject
) -> None:
    """Every value, every name, and the nearest of what is not there, in whatever order they are asked for."""
    text = around + json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii) + around
    paths = [one for path in pointers(value) for one in (path, f"{path}/nowhere", f"{path}/0", f"{path}/a/b")]
    jumping, walking = JSONPlaces(text), TokenPlaces(tokens(text))
    for path in data.draw(st.permutations(paths) | st.just(paths)):
        assert jumping.find(path) == walking.find(path) == JSONPlaces(text).find(path)


@given(text=st.text("a\n\r\u00e9", max_size=40), data=st.data())
def test_lines_are_those_of_the_text(text: str, data: st.DataObject) -> None:
    """Lines end with a line feed and nothing else, in whatever order they are asked for."""
    lines = Lines(text)
    for offset in data.draw(st.lists(st.integers(0, len(text)))):
        before = text[:offset].split("\n")
        assert lines.position(offset) == Position(len(before), len(before[-1]) + 1)
        number = data.draw(st.integers(1, text.count("\n") + 1))
        line = text.split("\n")[number - 1]
        start = data.draw(st.integers(0, len(line)))
        assert lines.piece(number, start, len(text) + 1) == line[start:].removesuffix("\r")
        assert lines.piece(number, start, 1) == line[start : start + 1].removesuffix("\r")
