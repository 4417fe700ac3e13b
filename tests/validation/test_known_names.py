"""A name is known if a part of the schema describes it, such as a branch of `anyOf`.

An unknown name is reported once.
"""

import pytest
from jsonschema.validators import extend

from paramcore import Project
from paramcore.validation import Schemas, Validator, keywords
from tests.validation.helpers import BOTH, validate_own

#: A schema that describes the name `alpha`.
A = {"properties": {"alpha": {"type": "integer"}}}

#: Schemas that describe or allow the name `alpha`.
KNOWING = {
    "properties": A,
    "allOf": {"allOf": [A]},
    "anyOf": {"anyOf": [A, {"required": ["beta"]}]},
    "oneOf": {"oneOf": [A, False]},
    "if": {"if": A},
    "then": {"if": {}, "then": A},
    "else": {"if": {}, "else": A},
    "x-warn": {"x-warn": A},
    "a reference": {"$ref": "#/$defs/all", "$defs": {"all": A}},
    "a reference in a branch": {"allOf": [{"$ref": "#/definitions/all"}], "definitions": {"all": A}},
    "dependentSchemas": {"dependentSchemas": {"beta": A}},
    "the name of dependentSchemas": {"dependentSchemas": {"alpha": {}}},
    "dependentRequired": {"dependentRequired": {"beta": ["alpha"]}},
    "the name of dependentRequired": {"dependentRequired": {"alpha": []}},
    "required": {"required": ["alpha"]},
    "patternProperties": {"patternProperties": {"^al": {}}},
    "patternProperties in a branch": {"allOf": [{"patternProperties": {"^al": {}}}]},
    "propertyNames": {"propertyNames": {"enum": ["alpha", "beta", 5]}},
    "additionalProperties": {"additionalProperties": {"type": "integer"}},
    "unevaluatedProperties": {"unevaluatedProperties": True},
}


@BOTH
@pytest.mark.parametrize("name", KNOWING)
def test_a_name_is_known(name, fast):
    """If a schema describes or allows the name `alpha`, the name is known in a task and in a project."""
    schema = {**KNOWING[name], "properties": {"beta": {}, **KNOWING[name].get("properties", {})}}
    assert validate_own({"alpha": 1, "beta": 1}, schema, fast=fast) == []
    project = Project("boxes", type="mine", params={"alpha": 1})
    assert Validator(project, Schemas().with_schema("mine", schema), fast=fast).project() == ()


@pytest.mark.parametrize(
    "schema",
    [
        {"not": A},
        {"properties": {"beta": A}},
        {"allOf": [{"properties": {"beta": {}}}]},
        {"patternProperties": {"^be": {}}},
    ],
)
def test_a_name_is_unknown(schema):
    """A name is reported if the schema does not describe it, or describes it only in `not` or inside another param."""
    findings = validate_own({"alpha": "x"}, schema)
    assert [(severity, pointer) for _, severity, pointer, _ in findings] == [("warning", "/alpha")]


@BOTH
@pytest.mark.parametrize(
    "schema",
    [
        {"additionalProperties": False},
        {"unevaluatedProperties": False},
        {"allOf": [{"additionalProperties": False}], "additionalProperties": False},
        {"propertyNames": {"enum": ["width", "height"]}},
        {"propertyNames": {"maxLength": 3}},
        {"propertyNames": False},
    ],
)
@pytest.mark.parametrize("layer", ["task", "project"])
def test_a_rejected_name_is_reported_once(schema, layer, fast):
    """A name that a schema rejects is reported as one error, even if several parts of the schema reject it."""
    schema = {"properties": {"width": {}}, **schema}
    project = Project("boxes", type="mine", params={"widht": 1} if layer == "project" else None)
    validator = Validator(project, Schemas().with_schema("mine", schema), fast=fast)
    task = project.resolve({"widht": 1} if layer == "task" else {})
    for findings in [validator.task(task), *([validator.project()] if layer == "project" else [])]:
        (finding,) = findings
        assert (finding.severity, finding.code, finding.pointer) == ("error", "param_unknown", "/widht")
        assert finding.version == (0 if layer == "project" else None)


@pytest.mark.parametrize("names", [["width", "zzz"], ["zzz", "width"]])
def test_the_finding_with_a_suggestion_is_kept(names):
    """Of several findings on a name, one with a suggestion is reported."""
    schema = {"allOf": [{"properties": {name: {}}, "additionalProperties": False} for name in names]}
    assert validate_own({"widht": 1}, schema) == [("param_unknown", "error", "/widht", "width")]


#: For each part of a schema, whether it evaluates the name `alpha`.
EVALUATED = {
    "properties": (A, True),
    "patternProperties": ({"patternProperties": {"^al": {}}}, True),
    "additionalProperties": ({"additionalProperties": {}}, True),
    "unevaluatedProperties": ({"unevaluatedProperties": {}}, True),
    "a reference": ({"$ref": "#/$defs/all"}, True),
    "a branch of anyOf that fits": ({"anyOf": [A, {}]}, True),
    "a branch of anyOf that does not fit": ({"anyOf": [{**A, "required": ["z"]}, {}]}, False),
    "a branch of oneOf that fits": ({"oneOf": [A, False]}, True),
    "a branch of oneOf that does not fit": ({"oneOf": [{**A, "required": ["z"]}, {}]}, False),
    "an if that fits": ({"if": A}, True),
    "an if that does not fit": ({"if": {**A, "required": ["z"]}}, False),
    "then": ({"if": {}, "then": A}, True),
    "then after an if that does not fit": ({"if": False, "then": A}, False),
    "else": ({"if": False, "else": A}, True),
    "else after an if that fits": ({"if": {}, "else": A}, False),
    "dependentSchemas": ({"dependentSchemas": {"alpha": A}}, True),
    "dependentSchemas of another name": ({"dependentSchemas": {"z": A}}, False),
    "not": ({"not": {"not": A}}, False),
    "required": ({"required": ["alpha"]}, False),
}


@BOTH
@pytest.mark.parametrize("name", EVALUATED)
def test_unevaluated_names(name, fast):
    """`unevaluatedProperties` rejects a name unless another keyword evaluates it."""
    part, is_evaluated = EVALUATED[name]
    document = {"properties": {"a": {"allOf": [part], "unevaluatedProperties": False}}, "$defs": {"all": A}}
    errors = [pointer for _, _, pointer, _ in validate_own({"a": {"alpha": 1}}, document, fast=fast)]
    assert errors == ([] if is_evaluated else ["/a/alpha"])


def test_a_misplaced_name_that_is_rejected():
    """If a schema rejects a misplaced name, the only finding is an error that suggests the right name."""
    schema = {"properties": {"project_param_versions": {}}, "additionalProperties": False}
    ((_, severity, pointer, suggestion),) = validate_own({"project_param_version": 1}, schema)
    assert (severity, pointer, suggestion) == ("error", "/project_param_version", "project_version")


@BOTH
def test_names_inside_a_param(fast):
    """A name inside a param is known if any keyword at the root describes it, such as `properties` or `allOf`."""
    schema = {
        "properties": {"a": {"properties": {"x": {}}}, "b": {"items": A}},
        "allOf": [{"properties": {"a": {"properties": {"y": {}}}}}],
        "patternProperties": {"^x-": {"properties": {"p": {}}}},
        "additionalProperties": {"properties": {"q": {}}},
    }
    params = {
        "a": {"x": 1, "y": 1, "z": 1},
        "b": [{"alpha": 1, "z": 1}],
        "x-1": {"p": 1, "z": 1},
        "c": {"q": 1, "z": 1},
    }
    findings = validate_own(params, schema, fast=fast)
    assert [(severity, pointer) for _, severity, pointer, _ in findings] == [
        ("warning", "/a/z"),
        ("warning", "/b/0/z"),
        ("warning", "/c/z"),
        ("warning", "/x-1/z"),
    ]


def test_names_inside_a_param_with_patterns():
    """If the schema of a param has `patternProperties`, every name in the param's value is known.

    Inside a member that matches the pattern, a name may still be unknown.
    """
    inner = {"properties": {"x": {}}, "patternProperties": {"^p": {"properties": {"k": {}}}}}
    assert [
        pointer
        for _, _, pointer, _ in validate_own({"a": {"z": 1, "p": {"k": 1, "l": 1}}}, {"properties": {"a": inner}})
    ] == ["/a/p/l"]


@pytest.mark.parametrize(
    "schema", [None, {"properties": {"shapes": {"items": {"if": {"required": ["a"]}, "then": A}}}}]
)
def test_many_unknown_names_need_few_validators(schema, monkeypatch):
    """Many unknown names need few jsonschema validators, even if the schema has conditions."""
    schemas = Schemas() if schema is None else Schemas().with_schema("imageannotation", schema)
    created = []
    monkeypatch.setattr(keywords, "extend", lambda *arguments: created.append(1) or extend(*arguments))
    attribute = {"type": "number", "min": 1, "max": 5, "bad": 1, "other": 2}
    params = {
        "annotation_attributes": {f"attribute {index}": attribute for index in range(100)},
        "shapes": [{"bad": 1} for _ in range(100)],
    }
    findings = Validator(Project("p", type="imageannotation", params=params), schemas).project()
    assert len(findings) >= 100
    assert len(created) < 20


@BOTH
@pytest.mark.parametrize(
    "schema",
    [
        {"prefixItems": [{"properties": {"x": {}}}, {"properties": {"y": {}}}], "items": {"properties": {"z": {}}}},
        {
            "prefixItems": [{"properties": {"x": {}}}],
            "allOf": [{"prefixItems": [True, {"properties": {"y": {}}}]}],
            "items": {"properties": {"y": {}, "z": {}}},
        },
        {"$ref": "#/$defs/list"},
    ],
)
def test_each_element_has_its_own_names(schema, fast):
    """`prefixItems` describes the names in the first elements of an array. `items` describes those in the others."""
    listed = {"prefixItems": [{"properties": {"x": {}}}, {"properties": {"y": {}}}], "items": {"properties": {"z": {}}}}
    document = {"properties": {"a": schema}, "$defs": {"list": listed}}
    assert validate_own({"a": [{"x": 1}, {"y": 1}, {"z": 1}, {"z": 1}]}, document, fast=fast) == []
    unknown = [pointer for _, _, pointer, _ in validate_own({"a": [{"z": 1}, {"x": 1}, {"x": 1}]}, document, fast=fast)]
    assert unknown == ["/a/0/z", "/a/1/x", "/a/2/x"]
