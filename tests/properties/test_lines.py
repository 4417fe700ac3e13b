"""The plain and the fast codec read and write the same values, and `bulk` gives the same results as `resolve`."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from attrs import evolve
from hypothesis import example, given, strategies as st

from paramcore import Assumptions, Project, bulk
from paramcore.bulk import PreviewEncoder, RequestReader, Route, preview_lines
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.codec import PLAIN, Codec, FastCodec
from paramcore.files.reader import Line
from paramcore.model.tasks import ROUTING_NAMES, read_task_request
from paramcore.testing import flat_requests, json_values, projects, task_params
from paramcore.values import freeze, same

CODECS: list[Codec] = [PLAIN]
try:
    FAST: Codec = FastCodec()
    CODECS.append(FAST)
except ImportError:
    FAST = PLAIN

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "a": [1], "b": None})
BOXES = BOXES.patch_params({"instruction": "Box \u00e9verything \U0001f600."})

NOTATIONS: list[dict[str, Any]] = [
    {},
    {"separators": (",", ":")},
    {"separators": (" , ", " : ")},
    {"ensure_ascii": False},
    {"ensure_ascii": False, "separators": (",", ":")},
]

#: Lines on which JSON parsers may disagree, and other unusual lines.
ODD_LINES = [
    b'{"a": 1, "a": 1}',
    b'{"a": {"b": 1, "b": 2}}',
    b'{"a": 1, "\\u0061": 2}',
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": 1e999}',
    b'{"a": [-1e999, null]}',
    b'{"a": 1e308, "b": 1e-999}',
    b'{"a": ' + b"9" * 309 + b".0}",
    b'{"a": "\\ud800"}',
    b'{"\\ud800": 1}',
    b'{"a": "\\uD800"}',
    b'{"a": "\\uDc00"}',
    b'{"\\uDfff": 1}',
    b'{"a": "\\ud83d\\ude00"}',
    b'{"a": "\xff"}',
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": 1} {}',
    b'{"a": 1}\n\n',
    b'\x0c{"a": 1}',
    b'{"a": "\x01"}',
    b'{"a": "\\x"}',
    b'{"a": 01}',
    b'{"a": 1.}',
    b'{"a": .5}',
    b'{"a": +1}',
    b'{"a": -0}',
    b'{"a": -0.0}',
    b'{"a": 1E5}',
    b'{"a": ' + b"[" * 99 + b"]" * 99 + b"}",
    b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}",
    b'{"a": ' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}",
    b'{"a": "' + b"[" * 101 + b'"}',
    b'{"a": [' + b"[]," * 150 + b"[]]}",
    b'{"a": ' + b"9" * 4_300 + b"}",
    b'{"a": ' + b"9" * 4_301 + b"}",
    b'{"a": 18446744073709551615, "b": -9223372036854775808}',
    b'{"a": 18446744073709551616}',
    b'{"a": -9223372036854775809}',
    b'{"a": "null", "b": null}',
    b'{"a": "' + b"x" * 1_000_000 + b'"}',
    b"[]",
    b"[1e999]",
    b"7",
    b"null",
    b"",
]


def exact_text(value: object) -> str:
    """Return a text that is equal only for values with the same types, signs and order."""
    return repr(value)


def damage(draw: st.DrawFn, line: bytes) -> bytes:
    """Return the line with one piece removed, repeated, inserted or replaced."""
    start, end = sorted(draw(st.tuples(st.integers(0, len(line)), st.integers(0, len(line)))))
    pieces = [b"", line[start:end] * 2, b'"a": 1, "a": 1', b"\\ud800", b"NaN", b"1e999", b" ", b'\\u0022":', b"\xff"]
    return (line[:start] + draw(st.sampled_from(pieces)) + line[end:]).replace(b"\n", b" ")


@st.composite
def any_lines(draw: st.DrawFn) -> bytes:
    """Draw a line of JSON in any notation, damaged or not, or any bytes."""
    text = json.dumps(draw(task_params(max_size=6) | json_values()), **draw(st.sampled_from(NOTATIONS)))
    line = text.encode("utf-8", "surrogatepass")
    return draw(st.sampled_from([line, damage(draw, line), draw(st.binary(max_size=20))]))


@given(line=any_lines() | st.sampled_from(ODD_LINES))
def test_both_codecs_decode_the_same(line: bytes) -> None:
    """For any bytes, both codecs return None, or both return the value that `Line.document` returns."""
    plain = PLAIN.decode_object(line)
    assert exact_text(FAST.decode_object(line)) == exact_text(plain)
    if plain is not None:
        assert exact_text(Line(1, "tasks", line).document().value) == exact_text(plain)
        assert same(freeze(plain), plain)


@pytest.mark.parametrize("line", ODD_LINES, ids=range(len(ODD_LINES)))
def test_both_codecs_decode_odd_lines_the_same(line: bytes) -> None:
    """For each odd line, both codecs return the same value, or both return None."""
    assert exact_text(FAST.decode_object(line)) == exact_text(PLAIN.decode_object(line))


@given(value=json_values() | st.dictionaries(st.text(max_size=3), st.floats(allow_nan=False, allow_infinity=False)))
@example(value={"a": 2**64, "b": [-(2**63) - 1, 10**400]})
@example(value=[1e16, 1e22, 5e-324, -0.0, 0.1])
def test_both_codecs_encode_the_same(value: Any) -> None:
    """Both codecs write JSON in UTF-8, on one line, that decodes to the original value."""
    for codec in CODECS:
        encoded = codec.encode(freeze(value))
        assert exact_text(json.loads(encoded.decode())) == exact_text(value)
        assert b"\n" not in encoded


def resolve_line(project: Project, line: bytes, overrides: dict[str, Any]) -> dict[str, Any] | str:
    """Return the result of `resolve` for a line, as JSON, or the code of the error."""
    try:
        request = evolve(read_task_request(Line(1, "tasks", line).document().value), **overrides)
        return {"line": 1, "unique_id": request.unique_id, **project.resolve(request).to_json()}
    except ParamcoreError as error:
        return error.code


def preview_line(project: Project, line: bytes, overrides: dict[str, Any], codec: Codec) -> dict[str, Any] | str:
    """Preview a line twice with `bulk`, and assert that the results are equal. Return a preview or an error code."""
    reader, encoder = (
        RequestReader(lambda request: Route.of(project, request), overrides, codec=codec),
        PreviewEncoder(codec),
    )
    answers = []
    for _ in range(2):
        try:
            answers.append(encoder.encode(reader.read(Line(1, "tasks", line))))
        except DocumentError as error:
            # The error for a blank line has no line number. Users never see this error,
            # because `preview_lines` skips blank lines.
            assert (error.source, error.line) == ("tasks", 1 if line.strip() else None)
            answers.append(error.code)
    assert answers[0] == answers[1]
    return answers[0] if isinstance(answers[0], str) else json.loads(answers[0])


def preview_all(project: Project, lines: list[bytes], codec: Codec) -> list[bytes | DocumentError]:
    """Return all previews and errors that `preview_lines` yields with a codec."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "choose_codec", lambda: codec)
        return list(preview_lines(project, lines))


def check_agreement(project: Project, line: bytes, overrides: dict[str, Any] | None = None) -> None:
    """Assert that `bulk`, with each codec, gives the result of `resolve`: the same values, types and order."""
    expected = exact_text(thawed(resolve_line(project, line, overrides or {})))
    for codec in CODECS:
        assert exact_text(preview_line(project, line, overrides or {}, codec)) == expected


def thawed(value: Any) -> Any:
    """Return a result as plain dicts and lists, to compare it with decoded JSON. Return an error code unchanged."""
    return value if isinstance(value, str) else json.loads(json.dumps(value))


PROJECTS = projects()


@st.composite
def projects_and_lines(draw: st.DrawFn) -> tuple[Project, bytes]:
    """Draw a project and a request in any JSON notation; most requests can be resolved with the project."""
    project = draw(PROJECTS)
    text = json.dumps(draw(flat_requests(project) | task_params(max_size=6)), **draw(st.sampled_from(NOTATIONS)))
    return project, text.encode("utf-8", "surrogatepass") + draw(st.sampled_from([b"", b"\n", b"\r\n", b" \n"]))


OVERRIDES = st.sampled_from([{}, {}, {"project_version": -1}, {"project_version": 0}, {"type": "imageannotation"}])


@given(both=projects_and_lines(), overrides=OVERRIDES)
def test_bulk_agrees_with_resolve(both: tuple[Project, bytes], overrides: dict[str, Any]) -> None:
    """For any project, request, notation and assumptions, `bulk` gives the result or the error of `resolve`."""
    check_agreement(*both, overrides)


@given(both=projects_and_lines(), data=st.data())
def test_bulk_agrees_with_resolve_on_damaged_lines(both: tuple[Project, bytes], data: st.DataObject) -> None:
    """For a line with a missing, added or repeated piece, `bulk` gives the result or the error of `resolve`."""
    check_agreement(both[0], damage(data.draw, both[1]))


@given(value=json_values(), name=st.sampled_from([*ROUTING_NAMES, "instruction"]))
def test_bulk_agrees_with_resolve_on_any_routing_value(value: Any, name: str) -> None:
    """For any JSON value of a routing name or `instruction`, `bulk` gives the result or the error of `resolve`."""
    check_agreement(BOXES, json.dumps({name: value, "c": 1}).encode())


@pytest.mark.parametrize("line", [line for line in ODD_LINES if line], ids=lambda line: line[:20])
def test_bulk_agrees_with_resolve_on_odd_lines(line: bytes) -> None:
    """For each odd line that is not empty, `bulk` gives the result or the error of `resolve`."""
    check_agreement(BOXES, line)


#: Requests whose results rest on different assumed rules.
REQUESTS: list[dict[str, Any]] = [{}, {"instruction": "i"}, {"instruction": ""}, {"c": 1}, {"instruction": None}]
REQUESTS += [{"b": None}, {"a": None, "instruction": "i"}, {"project_version": -1, "a": None}]


@given(project=projects(min_versions=1), data=st.data())
def test_earlier_lines_do_not_matter(project: Project, data: st.DataObject) -> None:
    """The preview of a line does not depend on the lines before it."""
    requests = st.one_of(flat_requests(project), task_params(max_size=4), st.sampled_from(REQUESTS))
    nulls = st.dictionaries(st.sampled_from([*project.params, "instruction", "c"]), st.none())
    drawn = data.draw(st.lists(st.tuples(requests, nulls), min_size=2, max_size=8))
    lines = [json.dumps({**request, **null}).encode() for request, null in drawn]
    for codec in CODECS:
        answers = [
            answer.code if isinstance(answer, DocumentError) else {**json.loads(answer), "line": 1}
            for answer in preview_all(project, lines, codec)
        ]
        assert answers == [resolve_line(project, line, {}) for line in lines]


@pytest.mark.parametrize("under", [{}, {"empty_instruction": "join"}, {"instruction_rule": "override"}])
@pytest.mark.parametrize("order", [REQUESTS, REQUESTS[::-1]])
def test_each_request_rests_on_its_own_rules(under: dict[str, Any], order: list[dict[str, Any]]) -> None:
    """Each preview lists the assumed rules of its own request, whatever requests came before."""
    project = BOXES.with_assumptions(Assumptions(**under, instruction_separator=' "\n\u00e9'))
    lines = [json.dumps(request).encode() for request in order]
    for codec in CODECS:
        rests_on = [json.loads(answer)["rests_on"] for answer in preview_all(project, lines, codec)]
        assert rests_on == [list(project.resolve(request).rests_on) for request in order]


def fail_on_document(line: Line) -> None:
    """Fail the test. This function replaces `Line.document`, the strict reader."""
    pytest.fail(str(line))


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize(
    "request_of",
    [
        {},
        {"c": 1},
        {"instruction": "Night.", "c": [{"d": 1.5}], "unique_id": "u", "batch": None},
        {"instruction": "\u00e9\n"},
        {"unique_id": None, "a": [None], "b": None},
        {"instruction": "", "project": "boxes"},
        {"project_version": 0, "clear_unique_id_on_error": True},
        {"project_version": -1, "a": "https://example.com/a.jpg"},
        {"a": '": "', "b": "\\", "c/": True, 'd"': False},
        {"a": [[[[{"b": [number]}]]] for number in range(40)]},
        {"a": 2**70},
    ],
)
def test_usual_lines_need_no_strict_reader(
    request_of: dict[str, Any], notation: dict[str, Any], codec: Codec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If an earlier request had the same `project` and `project_version`, the fast path reads an ordinary request."""
    line = Line(1, "tasks", json.dumps(request_of, **notation).encode())
    reader = RequestReader(lambda request: Route.of(BOXES, request), codec=codec)
    first = reader.read(line)
    monkeypatch.setattr(Line, "document", fail_on_document)
    again = reader.read(line)
    assert (again.params, again.unique_id, again.route) == (first.params, first.unique_id, first.route)


@pytest.mark.parametrize("name", ROUTING_NAMES)
def test_routing_names_are_no_params(name: str) -> None:
    """The params that `RequestReader` returns contain no routing names."""
    values = {"project": "boxes", "project_version": 0, "clear_unique_id_on_error": True}
    for codec in CODECS:
        reader = RequestReader(lambda request: Route.of(BOXES, request), codec=codec)
        line = Line(1, "tasks", json.dumps({name: values.get(name, "x"), "c": 1}).encode())
        assert [reader.read(line).params for _ in range(2)] == [{"c": 1}] * 2


@pytest.mark.parametrize("digits", [0, 640, 10_000])
def test_both_codecs_have_the_same_limit_of_digits(digits: int) -> None:
    """Both codecs read the same integers: up to 4,300 digits, or fewer if Python's own limit is lower."""
    before = sys.get_int_max_str_digits()
    read: list[list[dict[str, Any] | None]] = []
    try:
        sys.set_int_max_str_digits(digits)
        for codec in CODECS:
            reader = RequestReader(lambda request: Route.of(BOXES, request), codec=codec)
            read.append([])
            for length in (10, 640, 641, 4_300, 4_301):
                try:
                    read[-1].append(dict(reader.read(Line(1, "tasks", b'{"a": %b}' % (b"9" * length))).params))
                except DocumentError:
                    read[-1].append(None)
    finally:
        sys.set_int_max_str_digits(before)
    assert read[0] == read[-1]
    assert [value is None for value in read[0]] == [False, False, digits == 640, digits == 640, True]


@pytest.mark.parametrize(("number", "boolean"), [(b"0", b"false"), (b"1", b"true")])
def test_a_boolean_is_never_a_version(number: bytes, boolean: bytes) -> None:
    """`true` and `false` are rejected as versions, even after a line with version 1 or 0."""
    for codec in CODECS:
        lines = [b'{"project_version": %b}' % version for version in (number, boolean)]
        preview, error = preview_all(BOXES, lines, codec)
        assert isinstance(preview, bytes)
        assert isinstance(error, DocumentError)
        assert error.path == "/project_version"


def test_blank_lines_are_counted_and_a_bom_is_skipped() -> None:
    """Line numbers count blank lines. Only the first line may have a byte order mark."""
    lines = [b'\xef\xbb\xbf{"c": 1}\n', b"\n", b" \r\n", b'\xef\xbb\xbf{"c": 2}\n', b'{"c": 3}']
    answers = list(preview_lines(BOXES, lines, source="tasks.jsonl"))
    assert [json.loads(answer)["line"] for answer in answers if isinstance(answer, bytes)] == [1, 5]
    assert [(e.code, e.source, e.line) for e in answers if isinstance(e, DocumentError)] == [
        ("json_syntax", "tasks.jsonl", 4)
    ]


def test_previews_for_many_projects() -> None:
    """The first argument of `preview_lines` may be a function that returns the project of each request."""
    others = {"boxes": BOXES, "ships": Project("ships", type="imageannotation", params={"padding": 1})}
    lines = [json.dumps({"project": name}).encode() for name in ("ships", "boxes", "ships")]
    answers = [json.loads(answer) for answer in preview_lines(lambda request: others[request.project], lines)]
    assert [answer["project"] for answer in answers] == ["ships", "boxes", "ships"]
