"""The source line that is shown below a finding, and the carets below the wrong value."""

import json

import pytest

from paramcore.cli.located_finding import LocatedFinding
from paramcore.files.document import TASK_DEPTH, decode_document
from paramcore.text import ROW_LIMIT
from paramcore.validation.finding import Finding


def frame(text, pointer):
    """Return the source line of a value and the line with carets, both without the gutter."""
    document = decode_document(text.encode(), "a.json", TASK_DEPTH)
    at = document.locate(pointer)
    finding = Finding("param_type", "error", pointer, "problem", "remedy")
    line, caret = str(LocatedFinding(finding, "boxes", document, at.line, at.column)).split("\n")[-2:]
    begin = line.index("|") + 2
    return line[begin:], caret[begin:]


def make_line(before, after):
    """Return a line of JSON with `before` letters, a value and `after` letters; also return the value."""
    value = '"<value>"'
    return f'{{"a": "{"x" * before}", "b": {value}, "c": "{"y" * after}"}}', value


@pytest.mark.parametrize("before", [0, 100, 3_000])
@pytest.mark.parametrize("after", [0, 100, 3_000])
def test_the_caret_is_under_the_value(before, after):
    """For a line of any length, the frame shows the value, with carets exactly below it."""
    text, value = make_line(before, after)
    line, caret = frame(text, "/b")
    assert len(line) <= ROW_LIMIT
    assert line[caret.index("^") : len(caret)] == value
    assert caret.strip() == "^" * len(value)


@pytest.mark.parametrize(("length", "is_whole"), [(ROW_LIMIT - 1, True), (ROW_LIMIT, True), (ROW_LIMIT + 1, False)])
def test_a_line_that_fits_is_shown_whole(length, is_whole):
    """A line up to the limit is shown in full. Of a longer line, only the part around the value is shown."""
    text, _ = make_line(length - len(make_line(0, 0)[0]), 0)
    assert len(text) == length
    line, _ = frame(text, "/b")
    assert (line == text) is is_whole


@pytest.mark.parametrize("start", [0, 1, ROW_LIMIT - 1, ROW_LIMIT, ROW_LIMIT + 1])
def test_a_carriage_return_inside_a_line_is_part_of_it(start):
    """Only a carriage return at the end of a line is omitted, so the caret stays under the value."""
    text = "\r" * start + json.dumps({"a": "x" * 300, "b": 5}).replace(" ", "\r")
    for end in ("", "\r\n"):
        line, caret = frame(text + end, "/b")
        assert (len(line), line[caret.index("^") :]) == (ROW_LIMIT // 2 + 2, "5}")


@pytest.mark.parametrize("length", [ROW_LIMIT - 1, ROW_LIMIT])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_line_end_is_not_part_of_the_line(length, end):
    """A line up to the limit is shown in full, whatever ends it."""
    text, _ = make_line(length - len(make_line(0, 0)[0]), 0)
    assert frame(text + end, "/b")[0] == text


def test_the_frame_shows_what_can_be_printed():
    """Each character that cannot be printed is shown as one space, so the caret stays under the value."""
    text = json.dumps({"a\u200b": "\u202e\x85", "b": 5}, ensure_ascii=False)
    line, caret = frame(text, "/b")
    assert line == '{"a ": "  ", "b": 5}'
    assert line[caret.index("^")] == "5"


@pytest.mark.parametrize(
    ("text", "pointer", "underlined"),
    [
        ('{"b": -1.5e3}', "/b", "-1.5e3"),
        ('{"b": "a\\"b"}', "/b", '"a\\"b"'),
        ('{"b": [1, 2]}', "/b", "[1"),
        ('{"b":{"c": 1}}', "/b", "{"),
        ('{"b": null , "c": 1}', "/b", "null"),
        ('{"b": true}', "/b", "true"),
    ],
)
def test_the_beginning_of_the_value_is_underlined(text, pointer, underlined):
    """A string, a number, a boolean or null is underlined whole. Of an array or object, the beginning is underlined."""
    line, caret = frame(text, pointer)
    assert line[caret.index("^") : len(caret)] == underlined
