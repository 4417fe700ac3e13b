"""`JSONLocator` and `TokenLocator` find the same positions in a document, and repeated lookups are fast."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore.files import positions
from paramcore.files.positions import JSONLocator, Lines, Position, TokenLocator, iter_tokens
from paramcore.testing import json_values
from paramcore.values.pointer import join_pointer


def pointers(value: Any, *trail: str | int) -> list[str]:
    """Return the JSON Pointers of a value and of all values inside it."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [join_pointer(*trail), *(one for place, inner in inside for one in pointers(inner, *trail, place))]


@given(
    value=json_values(),
    indent=st.sampled_from([None, 0, 2, "\t"]),
    separators=st.sampled_from([None, (",", ":"), (" , ", " : ")]),
    ascii=st.booleans(),
    around=st.sampled_from(["", " ", "\r\n"]),
    data=st.data(),
)
def test_both_locators_find_the_same_positions(
    value: Any, indent: Any, separators: Any, ascii: bool, around: str, data: st.DataObject
) -> None:
    """In any order of lookups, both locators find the same offsets of values, names and missing values."""
    text = around + json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii) + around
    paths = [one for path in pointers(value) for one in (path, f"{path}/nowhere", f"{path}/0", f"{path}/a/b")]
    jumping, walking = JSONLocator(text), TokenLocator(iter_tokens(text))
    for path in data.draw(st.permutations(paths) | st.just(paths)):
        assert jumping.find(path) == walking.find(path) == JSONLocator(text).find(path)


@pytest.mark.parametrize("order", ["text order", "backwards", "by name", "missing members"])
@pytest.mark.parametrize("kind", ["array", "object"])
def test_a_member_is_decoded_only_a_few_times(kind: str, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locating many members of an array or object decodes each member only a few times."""
    held: Any = [{"a": number} for number in range(2_000)]
    held = held if kind == "array" else {str(number): one for number, one in enumerate(held)}
    places = JSONLocator(json.dumps({"held": held}))
    parts = [str(number) for number in range(2_000)]
    parts = {"backwards": parts[::-1], "by name": sorted(parts), "missing members": ["x", "01", "-1"] * 500}.get(
        order, parts
    )
    decoded = []
    plain = positions._decode_value
    monkeypatch.setattr(positions, "_decode_value", lambda text, at: decoded.append(at) or plain(text, at))
    for part in parts:
        name_at, value_at = places.find(f"/held/{part}")
        # Both offsets of a missing member are the offset of its container, which is 9.
        assert (name_at, value_at) == (9, 9) or places.find(f"/held/{part}/a")[1] > value_at
    assert len(decoded) <= 2 * 3 * 2_000 + 10


def test_a_position_is_found_without_reading_the_whole_text():
    """`Lines` counts the line feeds of each block once. Each later lookup counts the line feeds of only one block."""
    counted = []

    class Text(str):
        def count(self, part, start=0, end=None):
            counted.append((len(self) if end is None else end) - start)
            return super().count(part, start, end)

    text = Text("ab\n" * 100_000)
    lines = Lines(text)
    for offset in [len(text) - 1, 0] * 100:
        assert lines.position(offset).line == offset // 3 + 1
        assert lines.line_slice(offset // 3 + 1, 0, 9) == "ab"
    assert sum(counted) < 2 * len(text)


@given(text=st.text("a\n\r\u00e9", max_size=40), data=st.data())
def test_lines_are_those_of_the_text(text: str, data: st.DataObject) -> None:
    """Only a line feed ends a line. Positions and slices can be requested in any order.

    A slice omits a carriage return at the end of the line.
    """
    lines = Lines(text, data.draw(st.integers(1, 5)))
    for offset in data.draw(st.lists(st.integers(0, len(text)))):
        before = text[:offset].split("\n")
        assert lines.position(offset) == Position(len(before), len(before[-1]) + 1)
        number = data.draw(st.integers(1, text.count("\n") + 1))
        line = text.split("\n")[number - 1]
        start = data.draw(st.integers(0, len(line)))
        for length in (1, 2, len(text) + 1):
            assert lines.line_slice(number, start, length) == line[start:].removesuffix("\r")[:length]
