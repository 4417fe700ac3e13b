"""A user's own schemas: rejected where they cannot be used; nothing is fetched, and validation ends."""

import pytest

from paramcore import Project
from paramcore.errors import InvalidSchema
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

CHAIN = {**{f"a{i}": {"$ref": f"#/$defs/a{i + 1}"} for i in range(3_000)}, "a3000": {}}
DOUBLING = {f"a{i}": {"allOf": [{"$ref": f"#/$defs/a{i + 1}"}] * 2} for i in range(40)}


def nested(levels):
    schema = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


REJECTED = {
    "an array": ([], "schema_invalid", ""),
    "no JSON": ({"minimum": float("nan")}, "schema_invalid", "/minimum"),
    "a loop of Python's": (lambda: _loop(), "schema_invalid", None),
    "a type that is none": ({"properties": {"a": {"type": "text"}}}, "schema_invalid", "/properties/a/type"),
    "another dialect": ({"$schema": "http://json-schema.org/draft-04/schema#"}, "schema_invalid", "/$schema"),
    "300 levels": (nested(300), "schema_invalid", None),
    "a remote reference": ({"$ref": "http://127.0.0.1:9/x"}, "schema_ref", None),
    "a file reference": ({"properties": {"a": {"$ref": "file:///etc/passwd"}}}, "schema_ref", None),
    "a relative reference": ({"$ref": "other.json#/$defs/a"}, "schema_ref", None),
    "a shared definition that is none": ({"$ref": "definitions.json#/$defs/nothing"}, "schema_ref", None),
    "a reference to nothing": ({"$ref": "#/$defs/a"}, "schema_ref", "/$ref"),
    "a reference to no schema": ({"$ref": "#/properties", "properties": {}}, "schema_ref", "/$ref"),
    "a warning that is no schema": (
        {"properties": {"a": {"x-warn": {"type": "text"}}}},
        "schema_invalid",
        "/properties/a/x-warn/type",
    ),
    "a warning that would decide": (
        {"properties": {"a": {"anyOf": [{"items": {"$ref": "#/$defs/b"}}]}}, "$defs": {"b": {"x-warn": {}}}},
        "schema_invalid",
        "/properties/a/anyOf/0",
    ),
    "mistaken names that are none": (
        {"properties": {"a": {"x-mistaken": 5}}},
        "schema_invalid",
        "/properties/a/x-mistaken",
    ),
    "a reference to no place": ({"$ref": "#a"}, "schema_ref", None),
    "itself": ({"$ref": "#"}, "schema_ref", None),
    "a circle": (
        {"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"not": {"$ref": "#/$defs/a"}}}},
        "schema_ref",
        None,
    ),
    "references that double": ({"$ref": "#/$defs/a0", "$defs": {**DOUBLING, "a40": {}}}, "schema_ref", None),
    "a dynamic reference": ({"$dynamicRef": "#a"}, "schema_ref", "/$dynamicRef"),
    "an anchor": ({"$defs": {"a": {"$anchor": "b"}}}, "schema_ref", "/$defs/a/$anchor"),
    "an id": ({"$id": "https://example.com/a.json"}, "schema_ref", "/$id"),
    "an anchor as a reference": ({"properties": {"a": {"$ref": "#x"}}}, "schema_ref", "/properties/a/$ref"),
    "a long chain of references": ({"$ref": "#/$defs/a0", "$defs": CHAIN}, "schema_ref", None),
    "no pattern": ({"properties": {"a": {"pattern": "\\p{L}"}}}, "schema_pattern", "/properties/a/pattern"),
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
    "no pattern of names": ({"patternProperties": {"a/(": {}}}, "schema_pattern", "/patternProperties/a~1("),
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
    """A bad schema is rejected when it is added, with a code and its place in the schema."""
    schema, code, path = REJECTED[name]
    with pytest.raises(InvalidSchema) as rejected:
        Schemas().with_schema("mine", schema() if callable(schema) else schema)
    assert rejected.value.code == code
    assert path is None or rejected.value.path == path


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        ({"properties": {"a": True}}, []),
        ({"properties": {"a": False}}, [("/a", "found the number 1, wanted no value there")]),
        ({"properties": {"a": {"anyOf": [False]}}}, [("/a", "found the number 1, wanted no value there")]),
        ({"properties": {"a": {"enum": []}}}, [("/a", "found the number 1, wanted nothing: none is possible")]),
        (
            {"properties": {"a": {"$ref": "#/definitions/text"}}, "definitions": {"text": {"type": "string"}}},
            [("/a", "found the number 1, wanted text")],
        ),
        (
            {"patternProperties": {"^a": {}}, "additionalProperties": False},
            [("/b", 'found the name "b", wanted a known one')],
        ),
        (
            {"allOf": [{"properties": {"a": {}}}], "unevaluatedProperties": False},
            [("/b", 'found the name "b", wanted a known one')],
        ),
        (
            {"properties": {"a": {}}, "unevaluatedProperties": False},
            [("/b", 'found the name "b", wanted a known one')],
        ),
        ({"type": ["array", "null"]}, [("", "found an object, wanted an array or null")]),
    ],
)
def test_rare_keywords(schema, expected):
    """True, false and empty schemas, names that a pattern allows, a root that accepts no object."""
    schemas = Schemas().with_schema("mine", schema)
    project = Project("boxes", type="mine")
    findings = Validator(project, schemas).task(project.resolve({"a": 1, "b": 2}))
    assert [(finding.pointer, finding.message) for finding in findings if finding.severity == "error"] == expected


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
def test_patterns_are_used_as_they_are(pattern):
    """Every pattern that `re` can compile is accepted: a slow pattern is the user's own choice."""
    for schema in ({"pattern": pattern}, {"patternProperties": {pattern: {}}}):
        Schemas().with_schema("mine", {"properties": {"a": schema}})


def test_a_reference_is_decoded():
    """A `$ref` is a URI fragment: `%20` is a space."""
    schema = {"properties": {"a": {"$ref": "#/$defs/two%20words"}}, "$defs": {"two words": {"type": "string"}}}
    schemas = Schemas().with_schema("mine", schema)
    project = Project("boxes", type="mine", params={"a": 1})
    assert [finding.pointer for finding in Validator(project, schemas).project()] == ["/a"]


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
def test_a_hostile_value_ends_in_findings_or_in_our_error(schema, value):
    """Huge numbers, long arrays and deep trees are validated, or the schema is reported as failing on them."""
    if value is None:
        for _ in range(97):
            value = {"below": value}
    tree = {"type": ["object", "null"], "properties": {"below": {"$ref": "#/$defs/tree"}}}
    schemas = Schemas().with_schema("mine", {"properties": {"a": schema}, "$defs": {"tree": tree}})
    project = Project("boxes", type="mine", params={"a": value})
    # With the extra `fast`, where it is installed, and without it.
    for fast in (None, False):
        try:
            Validator(project, schemas, fast=fast).project()
        except InvalidSchema as error:
            assert error.code == "schema_failed"


def test_what_is_added_is_a_copy():
    """A later change of the dict does not change the schema that was added."""
    schema = {"properties": {"a": {"type": "string"}}}
    schemas = Schemas().with_schema("mine", schema)
    schema["properties"]["a"]["type"] = "integer"
    project = Project("boxes", type="mine", params={"a": "x"})
    assert Validator(project, schemas).project() == ()
