"""Errors of jsonschema become findings, with a suggestion if the intended value is clear."""

import pytest

from paramcore import Project
from paramcore.validation import Schemas, Validator
from tests.validation.helpers import GEOMETRIES, make_boxes, summarize, validate, validate_own

OWN = {
    "type": "object",
    "properties": {
        "shape": {"anyOf": [{"type": "string"}, {"type": "object", "required": ["kind"], "properties": {
            "kind": {"enum": ["circle", "square"]}}}]},
        "ids": {"type": "array", "uniqueItems": True},
        "code": {"type": "string", "pattern": "^[a-z]+$"},
        "tree": {"$ref": "#/$defs/tree"},
        "closed": {"properties": {"width": {}}, "additionalProperties": False},
    },
    "$defs": {"tree": {"type": "object", "properties": {"below": {"$ref": "#/$defs/tree"}}}},
}  # fmt: skip


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"priority": "high"}, ("param_choice", "error", "/priority", None)),
        ({"priority": " 30"}, ("param_choice", "error", "/priority", "30")),
        ({"priority": "5"}, ("param_choice", "error", "/priority", None)),
        ({"padding": "20"}, ("param_type", "error", "/padding", "20")),
        ({"padding": 1.5}, ("param_type", "error", "/padding", None)),
        ({"tags": list("abcdef")}, ("param_size", "error", "/tags", None)),
        ({"attachment": ""}, ("param_size", "warning", "/attachment", None)),
        ({"can_add_base_annotations": "true"}, ("param_type", "error", "/can_add_base_annotations", "true")),
        ({"geometries": [1]}, ("param_type", "error", "/geometries", None)),
    ],
)
def test_an_error(params, expected):
    """The violated keyword decides the code of a finding. If the intended value is clear, the finding suggests it."""
    findings = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", **params})
    assert expected in summarize(findings)


def test_the_nearest_branch_explains_a_choice():
    """If every branch of `anyOf` rejects the value, the finding is about the branch that fits best."""
    assert validate_own({"shape": {"kind": "circel"}}, OWN) == [("param_choice", "error", "/shape/kind", '"circle"')]


def test_rarer_keywords():
    """Repeated elements, text that breaks a pattern, wrong types behind a `$ref`, and forbidden names are reported."""
    params = {"ids": [1, 1.0], "code": "a1", "tree": {"below": {"below": 5}}, "closed": {"widht": 1}}
    assert validate_own(params, OWN) == [
        ("param_unknown", "error", "/closed/widht", "width"),
        ("param_pattern", "error", "/code", None),
        ("param_repeated", "error", "/ids", None),
        ("param_type", "error", "/tree/below/below", None),
    ]


def test_elements_are_compared_as_json():
    """Under `uniqueItems`, `1`, `true` and `"1"` are different elements."""
    assert validate_own({"ids": [1, True, "1"]}, OWN) == []


def test_a_closed_root():
    """A schema that forbids other params still validates the values of its own params."""
    schema = {"properties": {"a": {"type": "integer"}}, "additionalProperties": False}
    findings = validate_own({"a": "x", "b": 1}, schema)
    assert findings == [("param_type", "error", "/a", None), ("param_unknown", "error", "/b", None)]


def test_a_rule_against_every_value_has_its_description():
    """The message on a violated `not` is the schema's description, even if the schema rejects every value."""
    for rule in ({}, {"type": "integer"}):
        schema = {"properties": {"old": {"not": rule, "description": "old is retired; write new"}}}
        [finding] = Validator(
            Project("boxes", type="mine", params={"old": 1}), Schemas().with_schema("mine", schema)
        ).project()
        assert (finding.code, finding.problem) == ("param_conflict", "old is retired; write new")


def test_a_choice_inside_a_choice():
    """If `anyOf` contains `anyOf`, the pointer leads to the wrong value, and `without_values` hides this value."""
    inner = {"anyOf": [{"type": "object", "properties": {"c": {"type": "integer"}}}, {"type": "null"}]}
    outer = {"anyOf": [{"type": "object", "properties": {"b": inner}}, {"type": "null"}]}
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": outer}})
    (finding,) = Validator(project, schemas).task(project.resolve({"a": {"b": {"c": "sk_live"}}}))
    assert (finding.code, finding.pointer) == ("param_type", "/a/b/c")
    assert "sk_live" in finding.message
    assert "sk_live" not in finding.without_values().message


@pytest.mark.parametrize(("number", "listed"), [(1, 1), (2, 2), (12, 12), (13, 13), (14, 12), (20, 12)])
def test_a_long_choice_is_cut(number, listed):
    """A message lists up to 13 choices. If there are more, it lists 12 and counts the others."""
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": {"enum": [f"<{n}>" for n in range(number)]}}})
    (finding,) = Validator(project, schemas).task(project.resolve({"a": "x"}))
    assert finding.message.count("<") == listed
    assert (f"one of {number - listed} other values" in finding.message) is (listed < number)


@pytest.mark.slow
def test_thousands_of_choices():
    """Each of a thousand wrong values is a finding, even if there are 20,000 choices."""
    choices = [f"value number {number} of many" for number in range(20_000)]
    project = Project("boxes", type="mine")
    validator = Validator(project, Schemas().with_schema("mine", {"additionalProperties": {"enum": choices}}))
    params = {f"p{number}": f"valu number {number} of many" for number in range(1_000)}
    findings = validator.task(project.resolve(params))
    assert {(finding.code, finding.suggestion) for finding in findings} == {("param_choice", None)}
    assert len(findings) == 1_000


@pytest.mark.slow
@pytest.mark.parametrize("keyword", ["required", "dependentRequired"])
def test_thousands_of_missing_names(keyword):
    """An object that lacks two thousand names has one finding for each name."""
    names = [f"name {number}" for number in range(2_000)]
    schema = {keyword: names if keyword == "required" else {"a": names, "b": names}}
    project = Project("boxes", type="mine")
    validator = Validator(project, Schemas().with_schema("mine", {"properties": {"p": schema}}))
    findings = validator.task(project.resolve({"p": {"a": 1}, "q": {"a": 1}}))
    missing = [finding for finding in findings if finding.code == "param_missing"]
    assert (len(missing), {finding.pointer for finding in missing}) == (2_000, {"/p"})


@pytest.mark.parametrize("text", ["false", "0", "0.0", "true", "2.5"])
@pytest.mark.parametrize(
    "schema",
    [
        {"type": ["boolean", "number"]},
        {"enum": [False, 0, 0.0, True, 2.5]},
        {"anyOf": [{"type": ["boolean", "number"]}, {"const": None}]},
        {"anyOf": [{"enum": [False, 0, 0.0, True, 2.5]}, {"type": "array"}]},
    ],
)
def test_a_value_in_quotes_is_suggested_without_quotes(schema, text):
    """If an allowed number or boolean is in quotes, the finding suggests it without quotes, even 0 or `false`."""
    assert [found[3] for found in validate_own({"a": text}, {"properties": {"a": schema}})] == [text]


MISSING = [("a", "error"), ("b", "error"), ("c", "error")]
BASE = {"$ref": "#/$defs/base"}


@pytest.mark.parametrize("is_last", [False, True])
@pytest.mark.parametrize(
    ("base", "keywords", "expected"),
    [
        ({"required": ["a", "b"]}, {"required": ["c"]}, MISSING),
        ({"required": ["a", "b"]}, {"required": ["c"], "dependentRequired": {"x": ["d"]}}, [*MISSING, ("d", "error")]),
        ({"required": ["a", "b"]}, {"dependentRequired": {"x": ["c"]}}, MISSING),
        ({"dependentRequired": {"x": ["a", "b"]}}, {"dependentRequired": {"x": ["c"]}}, MISSING),
        ({"required": ["b"], "$ref": "#/$defs/inner"}, {"required": ["c"]}, MISSING),
        ({"required": ["a"]}, {"x-warn": {"required": ["b"]}}, [("a", "error"), ("b", "warning")]),
        ({"required": ["a"]}, {"x-warn": {"required": ["b"], **BASE}}, [("a", "error"), ("b", "warning")]),
    ],
)
@pytest.mark.parametrize("place", ["", "/p", "/p/0"])
def test_missing_names_beside_a_reference(place, base, keywords, expected, is_last):
    """Every missing name that a schema or the schema behind its `$ref` requires is reported.

    The finding is a warning if only `x-warn` requires the name. Otherwise, it is an error.
    """
    schema = {**keywords, **BASE} if is_last else {**BASE, **keywords}
    value = {"x": 1}
    for step in reversed(place.split("/")[1:]):
        schema, value = ({"items": schema}, [value]) if step == "0" else ({"properties": {step: schema}}, {step: value})
    schema = {**schema, "$defs": {"base": base, "inner": {"required": ["a"]}}}
    project = Project("boxes", type="mine")
    findings = Validator(project, Schemas().with_schema("mine", schema)).task(project.resolve(value))
    missing = {
        (finding.problem.split("`")[1], finding.severity)
        for finding in findings
        if (finding.code, finding.pointer) == ("param_missing", place)
    }
    assert missing >= {*expected}


@pytest.mark.parametrize(
    ("choices", "value", "is_known"),
    [
        (["1", "a"], "1", True),
        ([1, "a"], "1", False),
        (["1"], 1, False),
        ([1], 1.0, True),
        ([1], True, False),
        ([True], True, True),
        ([None, "x"], None, True),
        ([[1, "a"]], [1.0, "a"], True),
        ([{"a": 1}], {"a": True}, False),
        ([], "a", False),
    ],
)
def test_a_choice_is_an_equal_json_value(choices, value, is_known):
    """A value is allowed if it is the same JSON value as one of the choices."""
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": {"enum": choices}}})
    assert (not Validator(project, schemas).task(project.resolve({"a": value}))) is is_known


@pytest.mark.parametrize("value", ["square", "Square", " SQUARE\n"])
def test_a_choice_with_another_case_or_whitespace_is_suggested(value):
    """If a text differs from a choice only in letter case or in whitespace around it, the choice is suggested."""
    expected = [] if value == "square" else [("param_choice", "error", "/shape/kind", '"square"')]
    assert validate_own({"shape": {"kind": value}}, OWN) == expected


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": ["integer", "null"], "x-warn": {"type": "integer"}}, "20", "must be a whole number or null, "),
        ({"type": ["integer", "null"], "x-warn": {"type": "integer"}}, None, "should be a whole number, "),
        ({"type": ["string", "null"], "x-warn": {"enum": ["a", "b"]}}, 5, "must be text or null, "),
        ({"type": ["string", "null"], "x-warn": {"enum": ["a", "b"]}}, "c", 'should be "a" or "b", '),
        ({"enum": [10, 20, None], "x-warn": {"type": "integer"}}, "x", "must be 10, 20 or null, "),
        ({"enum": [10, 20, None], "x-warn": {"type": "integer"}}, None, "should be a whole number, "),
        (
            {"x-warn": {"anyOf": [{"type": "integer"}, {"type": "array"}]}},
            None,
            "should be a whole number or an array, ",
        ),
        ({"x-warn": {"maximum": 2}}, 3, "should be at most 2, "),
        ({"x-warn": {"maxLength": 2}}, "abc", "should have at most 2 characters, "),
        ({"x-warn": {"minItems": 1}}, [], "should not be empty"),
        ({"x-warn": {"pattern": "^b"}}, "a", 'should match "^b", '),
        ({"x-warn": {"uniqueItems": True}}, [1, 1], "should not contain an element more than once; "),
        ({"x-warn": {"contains": {"const": 1}}}, [2], "should satisfy `contains: "),
        (
            {"x-warn": {"anyOf": [{"maxItems": 1, "items": {}}, {"maxItems": 2}]}},
            [1] * 3,
            "should have at most 1 element",
        ),
        ({"maximum": 2, "x-warn": {"maximum": 1}}, 2, "should be at most 1, "),
    ],
)
def test_a_value_that_is_only_a_warning_should_change(schema, value, expected):
    """The message says `must` if the schema rejects the value, and `should` if only `x-warn` rejects it."""
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": schema}})
    (finding,) = Validator(project, schemas).task(project.resolve({"a": value}))
    assert finding.message.startswith(expected)
    assert finding.severity == ("error" if expected.startswith("must") else "warning")


ALTERNATIVES = {
    "choices": ({"anyOf": [{"enum": ["a"]}, {"const": "b"}]}, "c", 'must be "a" or "b", got the text \'c\''),
    "titled choices": (
        {"oneOf": [{"const": "fast", "title": "F"}, {"const": "slow", "title": "S"}]},
        "Slow",
        'must be "fast" or "slow", got the text \'Slow\'; write `"slow"`',
    ),
    "types": ({"anyOf": [{"type": "string"}, {"type": "array"}]}, 1, "must be text or an array, got the number 1"),
    "null": (
        {"oneOf": [{"type": "integer"}, {"type": "null"}]},
        "5",
        "must be a whole number or null, got the text '5'; write `5`",
    ),
    "a reference": (
        {"anyOf": [{"$ref": "#/$defs/word"}, {"type": "null"}]},
        5,
        "must be text or null, got the number 5",
    ),
    "a choice and a type": (
        {"anyOf": [{"const": "auto"}, {"type": "integer"}]},
        "aut",
        'must be "auto" or a whole number, got the text \'aut\'; write `"auto"`',
    ),
    "a choice with a type": (
        {"anyOf": [{"type": "string", "enum": ["auto"]}, {"type": "integer"}]},
        True,
        'must be "auto" or a whole number, got true',
    ),
    "a choice in a choice": (
        {"anyOf": [{"oneOf": [{"type": "object"}, {"type": "array"}]}, {"type": "null"}]},
        3,
        "must be an object, an array or null, got the number 3",
    ),
    "names": ({"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, {}, "`a` or `b` is missing"),
    "a description of the names": (
        {"description": "set a or b", "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {},
        "set a or b",
    ),
    "a forbidden choice": ({"not": {"const": 3}}, 3, "must not be 3, got the number 3"),
    "forbidden choices": ({"not": {"enum": [3, "x"]}}, "x", "must not be 3 or \"x\", got the text 'x'"),
    "a description of the rule": ({"description": "3 is out of use", "not": {"const": 3}}, 3, "3 is out of use"),
}


@pytest.mark.parametrize(("schema", "value", "message"), ALTERNATIVES.values(), ids=ALTERNATIVES)
def test_a_message_names_every_alternative(schema, value, message):
    """The message names the alternatives of all branches, or all forbidden values.

    If the rule has a description, the message is the description.
    """
    project = Project("boxes", type="mine")
    document = {"properties": {"a": schema}, "$defs": {"word": {"type": "string"}}}
    (finding,) = Validator(project, Schemas().with_schema("mine", document)).task(project.resolve({"a": value}))
    assert finding.message == message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"kind": "square", "points": []}, 'must be "circle", "poly" or "line", got the text \'square\''),
        ({"kind": "Circle"}, 'must be "circle", "poly" or "line", got the text \'Circle\'; write `"circle"`'),
        ({"kind": "circle"}, "`r` is missing"),
        ({}, "`kind` is missing"),
        ({"points": 3}, "`kind` is missing"),
        ({"kind": "circle", "points": []}, "`r` is missing"),
        ({"kind": "poly", "r": 3}, "`points` is missing"),
    ],
)
def test_branches_with_a_tag(value, expected):
    """If no branch allows the `kind` of a value, the message names the kinds of all branches.

    If a branch allows the `kind`, the message is about this branch. If `kind` is missing, the message says so.
    """
    branches = [
        {"properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}, "required": ["kind", "r"]},
        {
            "properties": {"kind": {"enum": ["poly", "line"]}, "points": {"type": "array"}},
            "required": ["kind", "points"],
        },
    ]
    project = Project("boxes", type="mine")
    for document in (
        {"properties": {"shape": {"oneOf": branches}}},
        {"properties": {"shape": {"oneOf": [*branches, {"type": "null"}]}}},
        {"properties": {"shape": {"anyOf": [{"oneOf": branches}, {"type": "null"}]}}},
        {
            "properties": {"shape": {"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]}},
            "$defs": dict(zip("ab", branches, strict=True)),
        },
    ):
        findings = Validator(project, Schemas().with_schema("mine", document)).task(project.resolve({"shape": value}))
        errors = [finding for finding in findings if finding.severity == "error"]
        assert [finding.message for finding in errors] == [expected]
        assert errors[0].pointer == ("/shape" if "missing" in expected else "/shape/kind")


@pytest.mark.parametrize("keywords", [{"title": "Level"}, {"type": "integer"}])
def test_the_description_of_a_value_is_not_a_message(keywords):
    """If a schema has a title or a type, its description is about the value, so the message is not the description."""
    project = Project("boxes", type="mine")
    level = {"description": "How hard the task is.", "not": {"const": 3}, **keywords}
    schemas = Schemas().with_schema("mine", {"properties": {"level": level}})
    (finding,) = Validator(project, schemas).task(project.resolve({"level": 3}))
    assert finding.message == "must not be 3, got the number 3"


def test_the_description_of_a_schema_is_not_a_message():
    """The description of the root schema does not say which param is missing, so the message is not the description."""
    project = Project("boxes", type="mine")
    document = {
        "description": "Params of our tasks.",
        "properties": {"a": {}, "b": {}},
        "anyOf": [{"required": ["a"]}, {"required": ["b"]}],
    }
    (finding,) = Validator(project, Schemas().with_schema("mine", document)).task(project.resolve({}))
    assert (finding.code, finding.message) == ("param_missing", "`a` or `b` is missing")


@pytest.mark.parametrize(
    ("type_", "params", "message"),
    [
        ("annotation", {"min_width": "12px"}, "must be a whole number of pixels, as a number or as a string of digits"),
        (
            "namedentityrecognition",
            {"global_attributes": {"tone": {"type": "linked", "description": "Tone"}}},
            'must not be "angle", "x_line", "y_line" or "linked", got the text \'linked\'',
        ),
    ],
)
def test_a_message_of_the_package_says_what_is_wrong(type_, params, message):
    """With the package's schemas, a message says what is wrong. It does not repeat the description of the param."""
    findings = Validator(Project("boxes", type=type_, params=params)).project()
    assert [finding.message for finding in findings if finding.severity == "error"] == [message]


@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
@pytest.mark.parametrize(
    "rule", [{"pattern": "^a"}, {"maxLength": 2}, {"not": {"const": "long"}}, {"enum": ["a", "b"]}]
)
def test_a_branch_that_rejects_a_name(keyword, rule):
    """If a branch rejects a name by `propertyNames`, the finding is about the name, not about the member's value."""
    schema = {"properties": {"a": {keyword: [{"propertyNames": rule}, {"type": "null"}]}}}
    project = Project("boxes", type="mine", params={"a": {"long": 1}})
    (finding,) = Validator(project, Schemas().with_schema("mine", schema)).project()
    assert (finding.code, finding.severity, finding.pointer) == ("param_unknown", "error", "/a/long")
    assert finding.problem.startswith('the name "long" is not allowed: ')
    assert "got" not in finding.problem


@pytest.mark.parametrize(
    ("rule", "name", "suggestion"),
    [
        ({"enum": ["alpha", "beta"]}, "alpah", "alpha"),
        ({"enum": ["alpha", "beta"]}, "Beta", "beta"),
        ({"const": 'a "quoted" name'}, 'a "qoted" name', 'a "quoted" name'),
        ({"enum": ["alpha", 5]}, "5", None),
        ({"type": "integer"}, "5", None),
    ],
)
def test_a_suggested_name_is_not_json(rule, name, suggestion):
    """If `propertyNames` rejects a name, the suggestion is a name without quotation marks, not a value."""
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": {"propertyNames": rule}}})
    (finding,) = Validator(project, schemas).task(project.resolve({"a": {name: 1}}))
    assert (finding.code, finding.suggestion) == ("param_unknown", suggestion)
