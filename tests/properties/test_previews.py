"""Laws V: lines of JSONL are answered at a first look exactly as they are at a second, or not at all."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, strategies as st

from paramcore import Assumptions, Project
from paramcore.errors import ParamcoreError
from paramcore.files.reader import Line
from paramcore.first_look import FirstLook
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.previews import Previews
from paramcore.testing import flat_requests, json_values, projects, task_params
from paramcore.wire import read_task_request

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "a": [1], "b": None})
BOXES = BOXES.patch_params({"instruction": "Box \u00e9verything \U0001f600."})


def second_look(project: Project, line: bytes, settings: dict[str, Any]) -> str | None:
    """Return what a line comes to by way of a document and a request; `None` where it is refused."""
    try:
        request = evolve(read_task_request(Line(1, "tasks", line).document().value), **settings)
        return json.dumps(project.resolve(request).to_json())
    except ParamcoreError:
        return None


def first_look(project: Project, line: bytes, settings: dict[str, Any] | None = None) -> str | None:
    """Return what a first look makes of a line, whatever was asked before."""
    first, previews = FirstLook(lambda _: project, settings or {}), Previews()
    once, again = ((seen := first.at(line)) and previews.answer(*seen) for _ in range(2))
    assert once == again
    return once


def agreed(project: Project, line: bytes, settings: dict[str, Any]) -> bool:
    """Check that there is no answer or the right one; tell whether there is one."""
    answer = first_look(project, line, settings)
    assert answer is None or answer == second_look(project, line, settings)
    return answer is not None


NOTATIONS: list[dict[str, Any]] = [
    {},
    {"separators": (",", ":")},
    {"separators": (" , ", " : ")},
    {"ensure_ascii": False},
    {"ensure_ascii": False, "separators": (",", ":")},
]


@st.composite
def projects_and_lines(draw: st.DrawFn) -> tuple[Project, bytes]:
    """Draw a project, and a request that is mostly for it, in some notation of JSON."""
    project = draw(projects())
    request = draw(flat_requests(project) | task_params(max_size=6))
    text = json.dumps(request, **draw(st.sampled_from(NOTATIONS)))
    return project, text.encode("utf-8", "surrogatepass") + draw(st.sampled_from([b"", b"\n", b"\r\n", b" \n"]))


SETTINGS = st.sampled_from([{}, {}, {"project_version": -1}, {"project_version": 0}, {"type": "imageannotation"}])


@given(both=projects_and_lines(), settings=SETTINGS)
def test_both_looks_agree(both: tuple[Project, bytes], settings: dict[str, Any]) -> None:
    """Whatever the project, the request, its notation and the assumptions: the same text, or none."""
    project, line = both
    agreed(project, line, settings)


@given(project=projects(min_versions=1), data=st.data())
def test_what_was_asked_before_does_not_matter(project: Project, data: st.DataObject) -> None:
    """One after the other, lines of every kind come out as they would alone."""
    first, previews = FirstLook(lambda _: project, {}), Previews()
    requests = st.one_of(flat_requests(project), task_params(max_size=4), st.sampled_from(KINDS))
    nulls = st.dictionaries(st.sampled_from([*project.params, "instruction", "c"]), st.none())
    for request, null in data.draw(st.lists(st.tuples(requests, nulls), min_size=2, max_size=8)):
        line = json.dumps({**request, **null}).encode()
        seen = first.at(line)
        answer = None if seen is None else previews.answer(*seen)
        assert answer is None or answer == second_look(project, line, {})


#: What decides on what is said beside the params.
KINDS: list[dict[str, Any]] = [{}, {"instruction": "i"}, {"instruction": ""}, {"c": 1}]


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1]])
@pytest.mark.parametrize(
    ("project", "rules"),
    [
        (BOXES, {("T5",)}),
        (BOXES.assuming(Assumptions(instruction_rule="override")), {("T6",), ()}),
    ],
)
def test_every_kind_of_line_rests_on_its_own_rules(
    project: Project, rules: set[tuple[str, ...]], order: list[dict[str, Any]]
) -> None:
    """An instruction, an empty one and none are told apart, whichever comes first."""
    first, previews = FirstLook(lambda _: project, {}), Previews()
    found = set()
    for request in order:
        line = json.dumps(request).encode()
        seen = first.at(line)
        assert seen is not None
        answer = previews.answer(*seen)
        assert answer is not None
        assert answer == second_look(project, line, {})
        found.add(tuple(json.loads(answer)["rests_on"]))
    assert found == rules


@pytest.mark.parametrize("request_of", [{"a": None}, {"c": None}, {"instruction": None}, {"a": 1, "c": None}])
def test_a_null_needs_a_second_look(request_of: dict[str, Any]) -> None:
    """What a null hides, and which rules it rests on, a first look does not say."""
    assert first_look(BOXES, json.dumps(request_of).encode()) is None


@given(both=projects_and_lines(), data=st.data())
def test_both_looks_agree_on_what_was_damaged(both: tuple[Project, bytes], data: st.DataObject) -> None:
    """Lines that lost, gained or repeat a piece are answered as they stand, or not at all."""
    project, line = both
    start, end = sorted(data.draw(st.tuples(st.integers(0, len(line)), st.integers(0, len(line)))))
    pieces = [b"", line[start:end] * 2, b'"a": 1, "a": 1', b"\\ud800", b"NaN", b"1e999", b" ", b'\\u0022":', b"\xff"]
    agreed(project, line[:start] + data.draw(st.sampled_from(pieces)) + line[end:], {})


@given(value=json_values(), name=st.sampled_from(["project", "project_version", "batch", "unique_id", "instruction"]))
def test_both_looks_agree_on_odd_routing(value: Any, name: str) -> None:
    """What stands where a task goes may be anything."""
    agreed(BOXES, json.dumps({name: value, "c": 1}).encode(), {})


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
    """A first look is enough for what people write, in every usual notation of JSON."""
    line = json.dumps(request_of, **notation).encode()
    # Half of a surrogate pair needs a second look, and so does a whole one that is written like it.
    assert agreed(BOXES, line, {}) is (b"\\ud" not in line)


@pytest.mark.parametrize(
    "line",
    [
        b'{"a": 1, "a": 1}',
        b'{"a": {"b": 1, "b": 2}}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"a": [1e999]}',
        b'{"a": "\\ud800"}',
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
        b'{"look_alike": 1}',
    ],
)
def test_what_is_odd_is_left(line: bytes) -> None:
    """What may be refused, or is more than a line of JSON in UTF-8, has no answer at a first look."""
    assert FirstLook(lambda _: BOXES, {}, {"look_alike"}).at(line) is None


@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a": ', "}")])
def test_as_many_levels_as_there_may_be(opens: str, closes: str) -> None:
    """A hundred levels, the params among them, are answered at a first look, and one more is none."""
    for levels, is_answered in ((100, True), (101, False)):
        text = '{"a": ' + opens * (levels - 1) + ("1" if closes == "}" else "") + closes * (levels - 1) + "}"
        assert agreed(BOXES, text.encode(), {}) is is_answered
        assert (second_look(BOXES, text.encode(), {}) is not None) is is_answered


def test_deep_values_are_answered() -> None:
    """As many levels as there may be are no more than a first look, whatever the texts hold."""
    deep: Any = 1
    for _ in range(40):
        deep = [{"a": deep}]
    assert agreed(BOXES, json.dumps({"a": deep}).encode(), {})


@pytest.mark.parametrize("name", ROUTING_NAMES)
def test_no_routing_name_passes_for_a_param(name: str) -> None:
    """Whatever says where a task goes is not among the params of a first look."""
    values = {"project": "boxes", "project_version": 0, "clear_unique_id_on_error": True}
    seen = FirstLook(lambda _: BOXES, {}).at(json.dumps({name: values.get(name, "x"), "c": 1}).encode())
    assert seen is not None
    assert seen[0] == {"c": 1}


def test_without_the_limit_of_digits_there_is_no_first_look() -> None:
    """Where Python reads integers of any length, only the second look refuses long ones."""
    before = sys.get_int_max_str_digits()
    try:
        sys.set_int_max_str_digits(0)
        assert first_look(BOXES, b'{"a": 1}') is None
    finally:
        sys.set_int_max_str_digits(before)
    assert first_look(BOXES, b'{"a": 1}') is not None


@pytest.mark.parametrize("under", [{"empty_instruction": "join"}, {"instruction_rule": "override"}])
@pytest.mark.parametrize("own", [{}, {"instruction": None}, {"instruction": ""}, {"instruction": "i"}])
def test_assumptions_are_heeded(under: dict[str, Any], own: dict[str, Any]) -> None:
    """The settings decide over the instruction as they do elsewhere."""
    project = BOXES.assuming(Assumptions(**under, instruction_separator=' "\n\u00e9'))
    assert agreed(project, json.dumps(own).encode(), {}) is (own != {"instruction": None})
