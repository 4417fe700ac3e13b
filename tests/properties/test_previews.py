"""Laws V: the fast path answers a line of JSONL exactly as the checking path does, or not at all."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from paramcore import Assumptions, Project
from paramcore.bulk import FastTaskReader, PreviewEncoder
from paramcore.errors import ParamcoreError
from paramcore.files.reader import Line
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.testing import flat_requests, json_values, projects, task_params
from paramcore.wire import read_task_request

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "a": [1], "b": None})
BOXES = BOXES.patch_params({"instruction": "Box \u00e9verything \U0001f600."})


def check_line(project: Project, line: bytes, settings: dict[str, Any]) -> str | None:
    """Return the preview of a line by the checking path; `None` where it rejects the line."""
    try:
        request = evolve(read_task_request(Line(1, "tasks", line).document().value), **settings)
        return json.dumps({"line": 1, "unique_id": request.unique_id, **project.resolve(request).to_json()})
    except ParamcoreError:
        return None


def encode_line(project: Project, line: bytes, settings: dict[str, Any] | None = None) -> str | None:
    """Return the preview of a line by the fast path, which gives the same twice."""
    reader, encoder = FastTaskReader(lambda _: project, settings or {}), PreviewEncoder()
    preview, repeated = ((request := reader.read(line)) and encoder.encode(*request, 1) for _ in range(2))
    assert preview == repeated
    return preview


def check_paths_agree(project: Project, line: bytes, settings: dict[str, Any] | None = None) -> None:
    """Assert that the fast path returns the right preview or none."""
    preview = encode_line(project, line, settings)
    assert preview is None or preview == check_line(project, line, settings or {})


def is_fast(project: Project, line: bytes) -> bool:
    """Return whether the fast path returns a preview, which must be the right one."""
    check_paths_agree(project, line)
    return encode_line(project, line) is not None


NOTATIONS: list[dict[str, Any]] = [
    {},
    {"separators": (",", ":")},
    {"separators": (" , ", " : ")},
    {"ensure_ascii": False},
    {"ensure_ascii": False, "separators": (",", ":")},
]


@st.composite
def projects_and_lines(draw: st.DrawFn) -> tuple[Project, bytes]:
    """Draw a project and the line of a request, mostly for that project, in some notation of JSON."""
    project = draw(projects())
    request = draw(flat_requests(project) | task_params(max_size=6))
    text = json.dumps(request, **draw(st.sampled_from(NOTATIONS)))
    return project, text.encode("utf-8", "surrogatepass") + draw(st.sampled_from([b"", b"\n", b"\r\n", b" \n"]))


SETTINGS = st.sampled_from([{}, {}, {"project_version": -1}, {"project_version": 0}, {"type": "imageannotation"}])


@given(both=projects_and_lines(), settings=SETTINGS)
def test_both_paths_agree(both: tuple[Project, bytes], settings: dict[str, Any]) -> None:
    """Both paths give the same text for any project, request, notation and assumptions."""
    project, line = both
    check_paths_agree(project, line, settings)


@given(project=projects(min_versions=1), data=st.data())
def test_earlier_lines_do_not_matter(project: Project, data: st.DataObject) -> None:
    """A line gets the same preview after any other lines."""
    reader, encoder = FastTaskReader(lambda _: project, {}), PreviewEncoder()
    requests = st.one_of(flat_requests(project), task_params(max_size=4), st.sampled_from(REQUESTS))
    nulls = st.dictionaries(st.sampled_from([*project.params, "instruction", "c"]), st.none())
    for request, null in data.draw(st.lists(st.tuples(requests, nulls), min_size=2, max_size=8)):
        line = json.dumps({**request, **null}).encode()
        read = reader.read(line)
        preview = None if read is None else encoder.encode(*read, 1)
        assert preview is None or preview == check_line(project, line, {})


#: Requests that rest on different assumed rules.
REQUESTS: list[dict[str, Any]] = [{}, {"instruction": "i"}, {"instruction": ""}, {"c": 1}]


@pytest.mark.parametrize("order", [REQUESTS, REQUESTS[::-1]])
@pytest.mark.parametrize(
    ("project", "rules"),
    [
        (BOXES, {("T5",)}),
        (BOXES.with_assumptions(Assumptions(instruction_rule="override")), {("T6",), ()}),
    ],
)
def test_each_request_rests_on_its_own_rules(
    project: Project, rules: set[tuple[str, ...]], order: list[dict[str, Any]]
) -> None:
    """An instruction, an empty one and none rest on different rules, in any order of lines."""
    reader, encoder = FastTaskReader(lambda _: project, {}), PreviewEncoder()
    found = set()
    for request in order:
        line = json.dumps(request).encode()
        read = reader.read(line)
        assert read is not None
        preview = encoder.encode(*read, 1)
        assert preview is not None
        assert preview == check_line(project, line, {})
        found.add(tuple(json.loads(preview)["rests_on"]))
    assert found == rules


@pytest.mark.parametrize("request_of", [{"a": None}, {"c": None}, {"instruction": None}, {"a": 1, "c": None}])
def test_a_null_takes_the_checking_path(request_of: dict[str, Any]) -> None:
    """The fast path does not know which rules a null rests on."""
    assert encode_line(BOXES, json.dumps(request_of).encode()) is None


@given(both=projects_and_lines(), data=st.data())
def test_both_paths_agree_on_damaged_lines(both: tuple[Project, bytes], data: st.DataObject) -> None:
    """A line that lost, gained or repeats a piece gets the right preview or none."""
    project, line = both
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(line)), st.integers(0, len(line)))))
    pieces = [b"", line[start:end] * 2, b'"a": 1, "a": 1', b"\\ud800", b"NaN", b"1e999", b" ", b'\\u0022":', b"\xff"]
    check_paths_agree(project, line[:start] + data.draw(st.sampled_from(pieces)) + line[end:])


@given(value=json_values(), name=st.sampled_from(["project", "project_version", "batch", "unique_id", "instruction"]))
def test_both_paths_agree_on_any_routing_value(value: Any, name: str) -> None:
    """A routing field may hold any JSON value."""
    check_paths_agree(BOXES, json.dumps({name: value, "c": 1}).encode())


@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    "request_of",
    [
        {},
        {"c": 1},
        {"instruction": "Night.", "c": [{"d": 1.5}], "unique_id": "u", "batch": None},
        {"instruction": "\u00e9\n\U0001f600"},
        {"unique_id": None, "a": [None]},
        {"instruction": "", "project": "boxes"},
        {"project_version": 0, "clear_unique_id_on_error": True},
        {"project_version": -1, "a": "https://example.com/a.jpg"},
        {"a": '": "', "b": "\\", "c/": True, 'd"': False},
    ],
)
def test_usual_lines_are_answered(request_of: dict[str, Any], notation: dict[str, Any]) -> None:
    """The fast path reads what people write, in every usual notation of JSON."""
    line = json.dumps(request_of, **notation).encode()
    # A lone surrogate takes the checking path, and so does a pair that is written as escapes.
    assert is_fast(BOXES, line) is (b"\\ud" not in line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": [1e999]}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\uD800"}',
        b'{"a": "\\uDc00"}',
        b'{"\\uDfff": 1}',
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
        b'{"a": 1} {}',
        b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
        b'{"a": ' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}",
        b'{"a": ' + b"9" * 4_301 + b"}",
        b'{"a": "' + b"x" * 1_000_000 + b'"}',
        b"[]",
        b"7",
        b"",
        b'{"instruction": 5}',
        b'{"instruction": ["a"]}',
        b'{"project": 5}',
        b'{"project": "others"}',
        b'{"project_version": true}',
        b'{"project_version": 9}',
        b'{"unique_id": 5}',
        b'{"clear_unique_id_on_error": 1}',
    ],
)
def test_unusual_lines_take_the_checking_path(line: bytes) -> None:
    """The fast path leaves every line that may be rejected, or is not plain JSON in UTF-8."""
    assert FastTaskReader(lambda _: BOXES, {}).read(line) is None


@pytest.mark.parametrize(("number", "boolean"), [(b"0", b"false"), (b"1", b"true")])
def test_a_boolean_is_no_version_whatever_came_before(number: bytes, boolean: bytes) -> None:
    """`true` takes the checking path, which rejects it, also after a line with version 1."""
    reader = FastTaskReader(lambda _: BOXES.patch_params({"padding": 9}), {})
    assert reader.read(b'{"project_version": %s}' % number) is not None
    assert reader.read(b'{"project_version": %s}' % boolean) is None


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a": ', "}")])
def test_the_limit_of_levels(opens: str, closes: str) -> None:
    """The fast path reads a hundred levels, the params included, and not one more."""
    for levels, is_answered in ((100, True), (101, False)):
        text = '{"a": ' + opens * (levels - 1) + ("1" if closes == "}" else "") + closes * (levels - 1) + "}"
        assert is_fast(BOXES, text.encode()) is is_answered
        assert (check_line(BOXES, text.encode(), {}) is not None) is is_answered


def test_deep_values_are_answered() -> None:
    """The fast path reads deep values."""
    deep: Any = 1
    for _ in range(40):
        deep = [{"a": deep}]
    assert is_fast(BOXES, json.dumps({"a": deep}).encode())


@pytest.mark.parametrize("name", ROUTING_NAMES)
def test_routing_names_are_no_params(name: str) -> None:
    """The fast path takes each routing name out of the params."""
    values = {"project": "boxes", "project_version": 0, "clear_unique_id_on_error": True}
    read = FastTaskReader(lambda _: BOXES, {}).read(json.dumps({name: values.get(name, "x"), "c": 1}).encode())
    assert read is not None
    assert read[0] == {"c": 1}


def test_without_the_limit_of_digits_there_is_no_fast_path() -> None:
    """Where Python reads integers of any length, only the checking path rejects long ones."""
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(0)
        assert encode_line(BOXES, b'{"a": 1}') is None
    finally:
        sys.set_int_max_str_digits(before)
    assert encode_line(BOXES, b'{"a": 1}') is not None


@pytest.mark.parametrize("under", [{"empty_instruction": "join"}, {"instruction_rule": "override"}])
@pytest.mark.parametrize("own", [{}, {"instruction": None}, {"instruction": ""}, {"instruction": "i"}])
def test_assumptions_apply(under: dict[str, Any], own: dict[str, Any]) -> None:
    """The settings decide on the instruction as they do on the checking path."""
    project = BOXES.with_assumptions(Assumptions(**under, instruction_separator=' "\n\u00e9'))
    assert is_fast(project, json.dumps(own).encode()) is (own != {"instruction": None})
