"""Laws L: a place in a document is the same, however it is looked for."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, strategies as st

from paramcore.positions import find, find_among, tokens
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
)
def test_values_are_found_by_jumping_as_by_walking(
    value: Any, indent: Any, separators: Any, ascii: bool, around: str
) -> None:
    """Every value, every name, and the nearest of what is not there."""
    text = around + json.dumps(value, indent=indent, separators=separators, ensure_ascii=ascii) + around
    for path in pointers(value):
        for one in (path, f"{path}/nowhere", f"{path}/0", f"{path}/a/b"):
            assert find(text, one) == find_among(tokens(text), one)
