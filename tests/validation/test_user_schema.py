"""Schemas of users: invalid schemas are rejected, and validation neither fetches a document nor loops forever."""

import re
import sys
from typing import Any

import pytest

from paramcore import Assumptions, Project
from paramcore.errors import InvalidSchema
from paramcore.validation import known_names, schema_rules
from paramcore.validation.known_names import map_mistakes
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator
from paramcore.values import join_pointer
from tests.validation.helpers import BOTH, validate_own

CHAIN = {**{f"a{i}": {"$ref": f"#/$defs/a{i + 1}"} for i in range(3_000)}, "a3000": {}}
DOUBLING = {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}


def nested(levels):
    schema = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


REJECTED = {
    "an array": ([], "schema_invalid", ""),
    "a value that is not JSON": ({"minimum": float("nan")}, "schema_invalid", "/minimum"),
    "a dict that contains itself": (lambda: _loop(), "schema_invalid", None),
    "an unknown type": ({"properties": {"a": {"type": "text"}}}, "schema_invalid", "/properties/a/type"),
    "a name that is required twice": ({"required": ["a", "a"]}, "schema_invalid", "/required"),
    "a name that `dependentRequired` lists twice": (
        {"properties": {"a": {"dependentRequired": {"b": ["c", "c"]}}}},
        "schema_invalid",
        "/properties/a/dependentRequired/b",
    ),
    "a type twice": ({"properties": {"a": {"type": ["null", "null"]}}}, "schema_invalid", "/properties/a/type"),
    "a misspelt type": ({"properties": {"a": {"type": ["null", "strin"]}}}, "schema_invalid", "/properties/a/type/1"),
    "a number in quotes": ({"properties": {"a": {"minLength": "5"}}}, "schema_invalid", "/properties/a/minLength"),
    "a length below 0": ({"properties": {"a": {"minLength": -1}}}, "schema_invalid", "/properties/a/minLength"),
    "an empty `anyOf`": ({"properties": {"a": {"anyOf": []}}}, "schema_invalid", "/properties/a/anyOf"),
    "another dialect": ({"$schema": "http://json-schema.org/draft-04/schema#"}, "schema_invalid", "/$schema"),
    "300 levels": (nested(300), "schema_invalid", None),
    "a remote reference": ({"$ref": "http://127.0.0.1:9/x"}, "schema_ref", "/$ref"),
    "a file reference": ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "schema_ref", "/properties/a/$ref"),
    "a relative reference": ({"$ref": "other.json#/$defs/a"}, "schema_ref", "/$ref"),
    "an unknown shared definition": ({"$ref": "definitions.json#/$defs/nothing"}, "schema_ref", "/$ref"),
    "a reference to nothing": ({"$ref": "#/$defs/a"}, "schema_ref", "/$ref"),
    "a reference to no schema": ({"$ref": "#/properties", "properties": {}}, "schema_ref", "/$ref"),
    "a warning that is no schema": (
        {"properties": {"a": {"x-warn": {"type": "text"}}}},
        "schema_invalid",
        "/properties/a/x-warn/type",
    ),
    "a warning that would decide whether a branch of `anyOf` applies": (
        {"properties": {"a": {"anyOf": [{"items": {"$ref": "#/$defs/b"}}]}}, "$defs": {"b": {"x-warn": {}}}},
        "schema_invalid",
        "/properties/a/anyOf/0",
    ),
    **{
        f"a warning inside `{keyword}`": (
            {"properties": {"a": {keyword: [inner] if keyword in ("anyOf", "oneOf") else inner}}},
            "schema_invalid",
            f"/properties/a/{keyword}" + ("/0" if keyword in ("anyOf", "oneOf") else ""),
        )
        for keyword in ("anyOf", "oneOf", "not", "if", "contains", "unevaluatedItems", "unevaluatedProperties")
        for inner in [{"properties": {"b": {"x-warn": {}}}}]
    },
    **{
        f"a circle through `{keyword}`": (
            {"$ref": "#/$defs/x", "$defs": {"x": {"if": {}, keyword: {"$ref": "#/$defs/x"}}}},
            "schema_ref",
            None,
        )
        for keyword in ("not", "if", "then", "else", "x-warn")
    },
    **{
        f"a circle through `{keyword}`": (
            {"$ref": "#/$defs/x", "$defs": {"x": {keyword: [{"$ref": "#/$defs/x"}]}}},
            "schema_ref",
            None,
        )
        for keyword in ("allOf", "anyOf", "oneOf")
    },
    "a circle through `dependentSchemas`": (
        {"$ref": "#/$defs/x", "$defs": {"x": {"dependentSchemas": {"a": {"$ref": "#/$defs/x"}}}}},
        "schema_ref",
        None,
    ),
    **{
        f"a bad pattern inside `{keyword}`": (
            {"properties": {"a": {keyword: {"pattern": "("}}}},
            "schema_pattern",
            f"/properties/a/{keyword}/pattern",
        )
        for keyword in (
            *("not", "if", "then", "else", "items", "additionalProperties", "contains", "propertyNames"),
            *("unevaluatedItems", "unevaluatedProperties"),
        )
    },
    **{
        f"a bad pattern inside `{keyword}`": (
            {"properties": {"a": {keyword: [{"pattern": "("}]}}},
            "schema_pattern",
            f"/properties/a/{keyword}/0/pattern",
        )
        for keyword in ("allOf", "anyOf", "oneOf", "prefixItems")
    },
    **{
        f"a bad pattern inside `{keyword}`": (
            {keyword: {"a": {"pattern": "("}}},
            "schema_pattern",
            f"/{keyword}/a/pattern",
        )
        for keyword in ("dependentSchemas", "properties", "patternProperties", "$defs", "definitions")
    },
    "an `x-mistaken` that is not an array": (
        {"properties": {"a": {"x-mistaken": 5}}},
        "schema_invalid",
        "/properties/a/x-mistaken",
    ),
    "an anchor as the reference of the root": ({"$ref": "#a"}, "schema_ref", None),
    "a reference to itself": ({"$ref": "#"}, "schema_ref", None),
    "a circle": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}},
        "schema_ref",
        None,
    ),
    "references that double": ({"$ref": "#/$defs/a0", "$defs": {**DOUBLING, "a40": {}}}, "schema_ref", None),
    "a dynamic reference": ({"$dynamicRef": "#a"}, "schema_ref", "/$dynamicRef"),
    "an anchor": ({"$defs": {"a": {"$anchor": "b"}}}, "schema_ref", "/$defs/a/$anchor"),
    "an id inside": ({"$defs": {"a": {"$id": "https://example.com/a.json"}}}, "schema_ref", "/$defs/a/$id"),
    "another document": (
        {"$id": "https://example.com/a.json", "$ref": "https://example.com/b.json#/$defs/a", "$defs": {"a": {}}},
        "schema_ref",
        None,
    ),
    "another dialect inside": (
        {"properties": {"a": {"$schema": "http://json-schema.org/draft-04/schema#"}}},
        "schema_invalid",
        "/properties/a/$schema",
    ),
    "a keyword of older dialects": (
        {"properties": {"a": {"dependencies": {"b": ["c"]}}}},
        "schema_invalid",
        "/properties/a/dependencies",
    ),
    "a negative index in a reference": ({"$ref": "#/allOf/-1", "allOf": [{}]}, "schema_ref", "/$ref"),
    "a leading zero in an index": ({"$ref": "#/allOf/00", "allOf": [{}]}, "schema_ref", "/$ref"),
    "an anchor as a reference": ({"properties": {"a": {"$ref": "#x"}}}, "schema_ref", "/properties/a/$ref"),
    "a long chain of references": ({"$ref": "#/$defs/a0", "$defs": CHAIN}, "schema_ref", None),
    "a pattern that `re` cannot compile": (
        {"properties": {"a": {"pattern": "\\p{L}"}}},
        "schema_pattern",
        "/properties/a/pattern",
    ),
    "too large a repeat": (
        {"properties": {"a": {"pattern": "a{99999999999}"}}},
        "schema_pattern",
        "/properties/a/pattern",
    ),
    "500 nested groups": (
        {"properties": {"a": {"items": {"pattern": "(" * 500 + ")" * 500}}}},
        "schema_pattern",
        "/properties/a/items/pattern",
    ),
    "a pattern in a warning": (
        {"properties": {"a": {"x-warn": {"pattern": "("}}}},
        "schema_pattern",
        "/properties/a/x-warn/pattern",
    ),
    "a pattern of names that `re` cannot compile": (
        {"patternProperties": {"a/(": {}}},
        "schema_pattern",
        "/patternProperties/a~1(",
    ),
    "too large a repeat in a pattern of names": (
        {"patternProperties": {"a{99999999999}": {}}},
        "schema_pattern",
        "/patternProperties/a{99999999999}",
    ),
    "500 nested groups in a pattern of names": (
        {"properties": {"a": {"patternProperties": {"(" * 500 + ")" * 500: {}}}}},
        "schema_pattern",
        f"/properties/a/patternProperties/{'(' * 500}{')' * 500}",
    ),
}


def _loop():
    schema = {}
    schema["not"] = schema
    return schema


@pytest.mark.parametrize("name", REJECTED)
def test_a_bad_schema_is_rejected(name):
    """`with_schema` rejects a bad schema. The error has a code, and the place of the mistake in the schema."""
    schema, code, path = REJECTED[name]
    with pytest.raises(InvalidSchema) as rejected:
        Schemas().with_schema("mine", schema() if callable(schema) else schema)
    assert rejected.value.code == code
    assert path is None or rejected.value.path == path


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"properties": {"a": True}}, []),
        ({"properties": {"a": False}}, [("param_conflict", "/a")]),
        ({"properties": {"a": {"anyOf": [False]}}}, [("param_conflict", "/a")]),
        ({"properties": {"a": {"enum": []}}}, [("param_choice", "/a")]),
        (
            {"properties": {"a": {"$ref": "#/definitions/text"}}, "definitions": {"text": {"type": "string"}}},
            [("param_type", "/a")],
        ),
        (
            {"patternProperties": {"^a": {}}, "additionalProperties": False},
            [("param_unknown", "/b")],
        ),
        (
            {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
            [("param_unknown", "/b")],
        ),
        (
            {"properties": {"a": {}}, "unevaluatedProperties": False},
            [("param_unknown", "/b")],
        ),
        ({"type": ["array", "null"]}, [("param_type", "")]),
    ],
)
def test_rare_keywords(schema, expected):
    """Boolean schemas, empty choices, patterns of names and a root that accepts no object are allowed."""
    schemas = Schemas().with_schema("mine", schema)
    project = Project("boxes", type="mine")
    findings = Validator(project, schemas).task(project.resolve({"a": 1, "b": 2}))
    assert [(finding.code, finding.pointer) for finding in findings if finding.severity == "error"] == expected


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]+$",
        r"^\d{4}-\d{2}$",
        "^(jpg|png|gif)$",
        "^(yes|no){1,3}$",
        "^a?b?c?d?e?$",
        "^(a+)+$",
        "^(a|aa)+$",
        "a*a*a*a*b",
        "(?:(?=(x*))y)*",
    ],
)
def test_patterns_are_not_restricted(pattern):
    """Every pattern that `re` can compile is accepted, even if matching is slow."""
    for schema in ({"pattern": pattern}, {"patternProperties": {pattern: {}}}):
        Schemas().with_schema("mine", {"properties": {"a": schema}})


@BOTH
@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("#/$defs/two%20words", "two words"),
        ("#/$defs/two words", "two words"),
        ("#/%24defs/two%20words", "two words"),
        ("#/$defs/a%25b", "a%b"),
        ("#/$defs/a%b", "a%b"),
        ("#/$defs/a%2525b", "a%25b"),
        ("#/$defs/a~1b~0c", "a/b~c"),
        ("#/$defs/a~1b~0c%7E1", "a/b~c/"),
        ("#/$defs/%C3%A9", "\u00e9"),
        ("#/$defs/\u00e9", "\u00e9"),
        ("#/$defs/a#b", "a#b"),
        ("#/$defs/a^b|c", "a^b|c"),
        ("#/$defs/a+b", "a+b"),
    ],
)
def test_a_reference_is_decoded(reference, name, fast):
    """A `$ref` may contain special characters, such as spaces, or their percent-encoded forms, such as `%20`."""
    schema = {"properties": {"a": {"$ref": reference}}, "$defs": {name: {"type": "string"}}}
    assert [pointer for _, _, pointer, _ in validate_own({"a": 1}, schema, fast=fast)] == ["/a"]
    assert validate_own({"a": "x"}, schema, fast=fast) == []


@BOTH
@pytest.mark.parametrize(
    ("document_id", "address"),
    [
        ("https://example.com/a.json", "https://example.com/a.json"),
        ("https://example.com/a.json#", "a.json"),
        ("https://example.com/b/a.json", "./a.json"),
        ("https://example.com/b/a.json", "/b/a.json"),
        ("a.json", "./a.json"),
        ("urn:example:a", "urn:example:a"),
        ("https://[", "https://["),
    ],
)
def test_the_id_of_the_document(document_id, address, fast):
    """A reference that begins with the schema's `$id`, or is relative to this `$id`, leads into the same schema."""
    properties = {"a": {"$ref": f"{address}#/$defs/text"}, "b": {"$ref": "#/$defs/text"}, "c": {"$ref": address}}
    schema = {"$id": document_id, "properties": properties, "$defs": {"text": {"type": "string"}}}
    params = {"a": 1, "b": 1, "c": {"a": 1}}
    assert [pointer for _, _, pointer, _ in validate_own(params, schema, fast=fast)] == ["/a", "/b", "/c/a"]


def test_an_anchor_is_named():
    """The error for a reference to an anchor says that anchors are not supported."""
    schema = {"properties": {"a": {"$ref": "#text"}}, "$defs": {"text": {"$anchor": "text"}}}
    with pytest.raises(InvalidSchema, match="is an anchor, which is not supported"):
        validate_own({}, schema)


@BOTH
@pytest.mark.parametrize("fragment", ["", "#"])
def test_a_schema_that_names_its_dialect(fragment, fast):
    """Naming the 2020-12 dialect in `$schema` does not change the findings."""
    dialect = f"https://json-schema.org/draft/2020-12/schema{fragment}"
    schema = {"$schema": dialect, "properties": {"a": {"$ref": "#"}}, "x-warn": {"required": ["c"]}}
    assert [
        (severity, pointer) for _, severity, pointer, _ in validate_own({"a": {"c": 1}, "c": 1}, schema, fast=fast)
    ] == []
    assert [(severity, pointer) for _, severity, pointer, _ in validate_own({"a": {}, "c": 1}, schema, fast=fast)] == [
        ("warning", "/a")
    ]


def test_a_definition_named_like_a_shared_one():
    """A user's definition `common.tags` does not collide with the shared definition `tags` of `common.json`."""
    schema = {
        "properties": {"a": {"$ref": "#/$defs/common.tags"}, "b": {"$ref": "common.json#/$defs/tags"}},
        "$defs": {"common.tags": {"type": "integer"}},
    }
    assert [pointer for _, _, pointer, _ in validate_own({"a": [], "b": 5}, schema)] == ["/a", "/b"]
    assert validate_own({"a": 5, "b": []}, schema) == []


@BOTH
@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[[a]", "a", "b"),
        ("a||b", "a", None),
        ("[a||b]", "b", "c"),
        (r"^\w$", "\u00e9", "-"),
        (r"^\d$", "\u07c0", "a"),
        ("(?i)^x", "X", "y"),
        (r"^(a)(?P<n>b)\1$", "aba", "abb"),
        (r"\Aa\Z", "a", "a\n"),
        ("a$", "a\n", "b"),
    ],
)
def test_patterns_run_in_python(pattern, good, bad, fast):
    """In every keyword, a pattern means what it means in Python's `re`, with and without `fast`.

    No pattern causes a Python warning.
    """
    schema = {
        "properties": {
            "text": {"pattern": pattern},
            "names": {"patternProperties": {"^zz$": {}, pattern: {"type": "integer"}}, "additionalProperties": False},
            "rest": {"patternProperties": {"^(zz)$": {}, pattern: {"type": "integer"}}, "unevaluatedProperties": False},
        }
    }
    re.purge()
    fine = {"text": good, "names": {good: 1}, "rest": {good: 1}}
    assert validate_own(fine, schema, fast=fast) == []
    wrong = {"names": {good: "x"}, "rest": {good: "x"}}
    assert [pointer for _, _, pointer, _ in validate_own(wrong, schema, fast=fast)] == [
        join_pointer("names", good),
        join_pointer("rest", good),
    ]
    if bad is not None:
        unknown = {"text": bad, "names": {bad: 1}, "rest": {bad: 1}}
        assert [pointer for _, _, pointer, _ in validate_own(unknown, schema, fast=fast)] == [
            join_pointer("names", bad),
            join_pointer("rest", bad),
            "/text",
        ]


@BOTH
@pytest.mark.parametrize("keyword", ["anyOf", "oneOf"])
def test_a_rejected_name_is_not_suggested(fast, keyword):
    """A finding never suggests the name that it rejects, even if a branch that does not apply describes this name."""
    branches = [{"properties": {"kind": {"const": kind}, name: {}}} for kind, name in ((1, "colour"), (2, "count"))]
    schema = {"properties": {"a": {keyword: branches, "unevaluatedProperties": False}}}
    findings = validate_own({"a": {"kind": 2, "colour": 1, "coun": 1}}, schema, fast=fast)
    assert [(pointer, suggestion) for _, _, pointer, suggestion in findings] == [
        ("/a/colour", None),
        ("/a/coun", "count"),
    ]


@BOTH
@pytest.mark.parametrize("rest", [{}, {"propertyNames": {"maxLength": 40}}, {"patternProperties": {"^x-": {}}}])
def test_a_mistaken_name_is_known_under_any_keyword(fast, rest):
    """If a param lists a name in `x-mistaken`, the finding on this name suggests the param.

    Other keywords of the schema do not matter.
    """
    schema = {"properties": {"padding": {"x-mistaken": ["gap"]}, "free": True}, **rest}
    assert ("param_unknown", "warning", "/gap", "padding") in validate_own({"gap": 1}, schema, fast=fast)


@BOTH
@pytest.mark.parametrize(
    ("own", "inherited", "expected"),
    [
        ("yyyyyy", "xxxxxx", [("/instruction", None)]),
        ("y", "xxxxxx", []),
        ("yyyyyyyyyyyy", None, [("/instruction", None)]),
        (None, "xxxxxxxxxxxx", [("/instruction", 0)]),
        ("", "xxxxxxxxxxxx", [("/instruction", 0)]),
        ("y", "xxxxxxxxxxxx", [("/instruction", None)]),
        (..., "xxxxxxxxxxxx", [("/instruction", 0)]),
    ],
)
def test_the_joined_instruction_is_validated(fast, own, inherited, expected):
    """A schema for `instruction` applies to the effective instruction of a task."""
    schemas = Schemas().with_schema("mine", {"properties": {"instruction": {"maxLength": 10}}})
    project = Project("boxes", type="mine", params={} if inherited is None else {"instruction": inherited})
    task = project.resolve({} if own is ... else {"instruction": own})
    findings = Validator(project, schemas, fast=fast).task(task)
    assert [(finding.pointer, finding.version) for finding in findings] == expected


@pytest.mark.parametrize("keyword", ["properties", "allOf"])
def test_an_instruction_that_overrides_is_like_any_param(keyword):
    """Under `instruction_rule="override"`, a wrong instruction of the project is a warning if the task overrides it."""
    properties = {"properties": {"instruction": {"maxLength": 5}}}
    schemas = Schemas().with_schema("mine", properties if keyword == "properties" else {"allOf": [properties]})
    assumptions = Assumptions(instruction_rule="override")
    project = Project("boxes", type="mine", params={"instruction": "123456"}, assumptions=assumptions)
    (finding,) = Validator(project, schemas).task(project.resolve({"instruction": "y"}))
    assert (finding.severity, finding.overridden, finding.version) == ("warning", True, 0)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"properties": {"b": {}}, "x-warn": {"required": ["c"]}}], "unevaluatedProperties": False},
        {"allOf": [{"items": {}, "x-warn": {"minItems": 5}}], "unevaluatedItems": False},
    ],
)
def test_a_warning_does_not_decide_what_is_evaluated(schema):
    """If a value violates `x-warn`, the names and elements that the schema describes still count as evaluated."""
    value = {"b": 1} if "unevaluatedProperties" in schema else [1]
    findings = validate_own({"a": value}, {"properties": {"a": schema}})
    assert [(severity, pointer) for _, severity, pointer, _ in findings] == [("warning", "/a")]


@BOTH
@pytest.mark.parametrize(
    "schema",
    [
        {"patternProperties": {"": False}},
        {"additionalProperties": False},
        {"additionalProperties": {"type": "null"}},
        {"unevaluatedProperties": False},
        {"unevaluatedProperties": {"type": "null"}},
        {"propertyNames": False},
        {"required": ["b"]},
        {"dependentRequired": {"b": ["c"]}},
        {"minProperties": 5},
        {"uniqueItems": True},
        {"minItems": 5},
        {"contains": False},
        {"unevaluatedItems": False},
        {"pattern": "^$"},
        {"minLength": 5},
        {"minimum": 50},
        {"multipleOf": 7},
    ],
)
@pytest.mark.parametrize("value", [None, True, 3, "aa", [1, 1], {"b": 1, "c": 1}])
def test_a_keyword_ignores_values_of_other_types(schema, value, fast):
    """A keyword for one type ignores values of other types."""
    (keyword,) = schema
    kinds = {dict: ("Properties", "propertyNames", "required", "dependentRequired"), list: ("Items", "contains")}
    kinds |= {str: ("pattern", "Length"), int: ("minimum", "multipleOf")}
    is_meant = keyword.endswith(kinds.get(type(value), ())) if type(value) in kinds else False
    has_it_all = keyword in ("required", "dependentRequired")
    findings = validate_own({"a": value}, {"properties": {"a": schema}}, fast=fast)
    assert bool(findings) is (is_meant and not has_it_all), findings


@pytest.mark.slow
@pytest.mark.parametrize(("others", "is_accepted"), [(9_999, True), (10_000, False)])
def test_ten_thousand_schemas_may_apply_to_one_value(others, is_accepted):
    """A schema is rejected if more than 10,000 schemas would apply to one value."""
    schema = {"properties": {"a": {"allOf": [{}] * others}}}
    if is_accepted:
        Schemas().with_schema("mine", schema)
    else:
        with pytest.raises(InvalidSchema) as rejected:
            Schemas().with_schema("mine", schema)
        assert (rejected.value.code, rejected.value.path) == ("schema_ref", "/properties/a")


@pytest.mark.parametrize(
    ("divisor", "value", "is_multiple"),
    [
        (0.01, 0.07, True), (0.01, 1.13, True), (0.1, 0.3, True), (0.01, 19.99, True), (0.01, 19.995, False),
        (0.1, 0.35, False), (1e-8, 12391239123, True), (0.123456789, 1e308, False), (2, 4.0, True), (2, 5, False),
        (0.5, 10**400, True), (3, True, True), (1.5, -3, True), (0.1, 0.0, True),
    ],
)  # fmt: skip
def test_multiples_are_decimal(divisor, value, is_multiple):
    """`multipleOf` uses decimal arithmetic, so 0.07 is a multiple of 0.01."""
    findings = validate_own({"a": value}, {"properties": {"a": {"multipleOf": divisor}}})
    assert findings == ([] if is_multiple else [("param_range", "error", "/a", None)])


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"multipleOf": 0.5}, 10**400),
        ({"type": "integer", "maximum": 5}, 10**4299),
        ({"uniqueItems": True}, list(range(100_000))),
        ({"$ref": "#/$defs/tree"}, None),
        ({"pattern": "^a+$"}, "a" * 1_000_000),
        ({"const": 1e300}, 10**300),
    ],
)
def test_a_hostile_value_is_validated_or_an_error(schema, value):
    """Validating huge numbers, long arrays or deep trees either succeeds or raises `schema_failed`."""
    if value is None:
        for _ in range(97):
            value = {"below": value}
    tree = {"type": ["object", "null"], "properties": {"below": {"$ref": "#/$defs/tree"}}}
    schemas = Schemas().with_schema("mine", {"properties": {"a": schema}, "$defs": {"tree": tree}})
    project = Project("boxes", type="mine", params={"a": value})
    # With the extra `fast`, if it is installed, and without the extra.
    for fast in (None, False):
        try:
            Validator(project, schemas, fast=fast).project()
        except InvalidSchema as error:
            assert error.code == "schema_failed"


def test_a_value_too_deep_for_the_stack_is_an_error():
    """If validation needs more stack than Python has left, the error points to the param in the schema."""
    tree = {"type": ["object", "null"], "properties": {"below": {"$ref": "#/$defs/tree"}}}
    value = None
    for _ in range(97):
        value = {"below": value}
    schemas = Schemas().with_schema("mine", {"properties": {"a": {"$ref": "#/$defs/tree"}}, "$defs": {"tree": tree}})
    validator = Validator(Project("boxes", type="mine", params={"a": value}), schemas, fast=False)

    def validate_below(frames):
        return validate_below(frames - 1) if frames else validator.project()

    used = 0
    frame = sys._getframe()
    while frame is not None:
        used, frame = used + 1, frame.f_back
    with pytest.raises(InvalidSchema) as failed:
        validate_below(sys.getrecursionlimit() - used - 200)
    assert (failed.value.code, failed.value.path) == ("schema_failed", "/properties/a")
    assert failed.value.remedy == "use a simpler schema, or a simpler value"
    assert validator.project() == ()


def test_an_added_schema_is_a_copy():
    """Changing the user's dict after `with_schema` does not change the added schema."""
    schema = {"properties": {"a": {"type": "string"}}}
    schemas = Schemas().with_schema("mine", schema)
    schema["properties"]["a"]["type"] = "integer"
    project = Project("boxes", type="mine", params={"a": "x"})
    assert Validator(project, schemas).project() == ()


@pytest.mark.parametrize("schema", [{"padding": 3}, {"attachment": "a", "instruction": "b"}, {"param_history": []}])
def test_a_document_without_keywords_is_rejected(schema):
    """A schema with only unknown keywords would accept every value, so it is rejected."""
    with pytest.raises(InvalidSchema, match="no keyword of JSON Schema; write a schema") as caught:
        Schemas().with_schema("mine", schema)
    assert (caught.value.code, caught.value.path) == ("schema_invalid", "")


@pytest.mark.parametrize(
    "schema",
    [
        {},
        *({name: "anything"} for name in ("title", "description", "$comment", "contentEncoding", "contentMediaType")),
        *({name: True} for name in ("default", "deprecated", "readOnly", "writeOnly", "then", "else", "contentSchema")),
        *({"examples": [1]}, {"minContains": 1}, {"maxContains": 1}),
        {"x-warn": {"required": ["a"]}},
        {"padding": 3, "required": []},
    ],
)
def test_a_schema_may_be_empty_or_have_unknown_keywords(schema):
    """An empty schema is accepted. A schema with unknown keywords is accepted if it also has a known keyword."""
    assert Schemas().with_schema("mine", schema)


@pytest.mark.parametrize("name", ["project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"])
def test_a_schema_cannot_require_a_routing_name(name):
    """A schema that requires a routing name is rejected, because no task has a param with this name."""
    remedy = f"; remove `{name}` from `required`"
    with pytest.raises(InvalidSchema, match=f"`{name}` is a routing name, .*{remedy}") as caught:
        Schemas().with_schema("mine", {"required": ["a", name]})
    assert (caught.value.code, caught.value.path) == ("schema_invalid", "/required/1")
    for schema, path in [
        ({"allOf": [{}, {"required": [name]}]}, "/allOf/1/required/0"),
        ({"$ref": "#/$defs/own", "$defs": {"own": {"required": [name]}}}, "/$defs/own/required/0"),
        (
            {"allOf": [{"$ref": "#/$defs/a b"}], "$defs": {"a b": {"allOf": [{"required": ["x", name]}]}}},
            "/$defs/a b/allOf/0/required/1",
        ),
    ]:
        with pytest.raises(InvalidSchema, match=remedy) as caught:
            Schemas().with_schema("mine", schema)
        assert (caught.value.code, caught.value.path) == ("schema_invalid", path)
    # Inside a value, the name is no routing name. A branch of `anyOf` need not apply, so it may require the name.
    Schemas().with_schema("mine", {"properties": {"a": {"required": [name]}}, "anyOf": [{}, {"required": [name]}]})


@pytest.mark.parametrize("param", [None, "a"])
def test_many_unknown_names(param, monkeypatch):
    """The `x-mistaken` lists of a schema are read once, however many names are unknown."""
    names: dict[str, Any] = {f"p{index}": {"type": "integer"} for index in range(100)}
    unknown: dict[str, Any] = {f"q{index}": 1 for index in range(100)}
    schema = {"properties": names if param is None else {param: {"properties": names}}}
    calls: list[int] = []
    for module in (known_names, schema_rules):
        monkeypatch.setattr(module, "map_mistakes", lambda schemas: calls.append(len(schemas)) or map_mistakes(schemas))
    findings = validate_own(unknown if param is None else {param: unknown}, schema)
    assert (len(findings), calls) == (100, [100])


@pytest.mark.parametrize("param", [None, "a"])
def test_a_mistake_that_two_params_list(param):
    """If two params list the same name in `x-mistaken`, the first param is suggested."""
    names = {name: {"x-mistaken": ["third"]} for name in ("first", "second")}
    schema = {"properties": names if param is None else {param: {"properties": names}}}
    findings = validate_own({"third": 1} if param is None else {param: {"third": 1}}, schema)
    assert [suggestion for _, _, _, suggestion in findings] == ["first"]
