"""With any schema of a user, `Validator` accepts the same params as jsonschema."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from paramcore import Project
from paramcore.errors import InvalidSchema
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

# Names of params may be keywords of JSON Schema, and data may look like a schema.
NAMES = st.sampled_from(["a", "b", "ab", "x", "instruction", "tags", "\u00e9/~", "x-warn", "$ref", "pattern", "allOf"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 12), st.floats(-3, 12), st.sampled_from(["", "a", "NaN", "5"])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=6,
)
KINDS = ["integer", "number", "string", "boolean", "array", "object", "null"]
SMALL = st.integers(0, 3)
NAMED = st.lists(NAMES, max_size=3, unique=True)


def keywords(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a schema with a few keywords, some of which contain `inner` schemas."""
    by_name = st.dictionaries(NAMES, inner, max_size=3)
    row = st.lists(inner, min_size=1, max_size=3)
    each: dict[str, st.SearchStrategy[Any]] = {
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
        "enum": st.lists(VALUES, max_size=3),
        "const": VALUES,
        "minimum": SMALL,
        "exclusiveMaximum": SMALL,
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "minLength": SMALL,
        "maxLength": SMALL,
        "pattern": st.sampled_from(["^a", "b$", "^[0-9]+$"]),
        "minItems": SMALL,
        "maxItems": SMALL,
        "uniqueItems": st.booleans(),
        "items": inner,
        "prefixItems": row,
        "contains": inner,
        "minContains": SMALL,
        "required": NAMED,
        "minProperties": SMALL,
        "maxProperties": SMALL,
        "properties": by_name,
        "patternProperties": st.dictionaries(st.sampled_from(["^a", "b$"]), inner, max_size=2),
        "additionalProperties": inner,
        "propertyNames": inner,
        "unevaluatedProperties": inner,
        "unevaluatedItems": inner,
        "dependentRequired": st.dictionaries(NAMES, NAMED, max_size=2),
        "dependentSchemas": by_name,
        "allOf": row,
        "anyOf": row,
        "oneOf": row,
        "not": inner,
        "if": inner,
        "then": inner,
        "else": inner,
        "x-warn": inner,
        "x-mistaken": NAMED,
        "description": st.just("words"),
        "$ref": st.sampled_from(["#/$defs/one", "#/$defs/two"]),
    }
    names = st.lists(st.sampled_from(sorted(each)), max_size=4, unique=True)
    return names.flatmap(lambda some: st.fixed_dictionaries({name: each[name] for name in some}))


def schemas(depth: int) -> st.SearchStrategy[Any]:
    """Draw a schema, which may be `true` or `false`."""
    if not depth:
        return st.booleans() | st.sampled_from([{"type": "string"}, {"type": "integer"}, {"const": 1}, {}])
    return st.booleans() | keywords(schemas(depth - 1))


BELOW = schemas(2)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a schema of a task type: an object with two definitions that have no references."""
    plain = st.sampled_from([True, False, {}, {"type": "integer"}, {"properties": {"a": {"type": "string"}}}])
    root = draw(keywords(BELOW))
    each = draw(st.dictionaries(NAMES, BELOW, max_size=3))
    held = {"properties": {**root.get("properties", {}), **each}} if each else {}
    return {**root, **held, "$defs": {"one": draw(plain), "two": draw(plain)}}


def is_valid(document: Mapping[str, Any], params: Mapping[str, Any]) -> bool:
    """Return whether jsonschema accepts the params."""
    return Draft202012Validator(document, registry=Registry()).is_valid(params)


def replace_instruction(params: dict[str, Any]) -> dict[str, Any]:
    """Replace any instruction with text, because an instruction must be text or null."""
    return {**params, "instruction": "Box."} if "instruction" in params else params


FAST = [False, *([True] if find_spec("jsonschema_rs") else [])]


@given(document=documents(), params=st.dictionaries(NAMES, VALUES, max_size=4))
def test_it_agrees_with_jsonschema(document: dict[str, Any], params: dict[str, Any]) -> None:
    """`Validator` reports an error if and only if jsonschema reports one, with and without `fast`."""
    params = replace_instruction(params)
    try:
        added = Schemas().with_schema("mine", document)
    except InvalidSchema:
        # `with_schema` rejects a schema in which `x-warn` would decide whether a value is valid.
        assert "x-warn" in str(document)
        return
    project = Project("boxes", type="mine")
    effective = project.resolve(params)
    findings, *others = [Validator(project, added, fast=fast).task(effective) for fast in FAST]
    assert all(other == findings for other in others)
    errors = [finding for finding in findings if finding.severity == "error"]
    assert bool(errors) is not is_valid(document, params), (errors, params)
    assert all(finding.problem for finding in findings)


@given(document=documents(), data=st.data())
def test_the_layer_makes_no_difference(document: dict[str, Any], data: st.DataObject) -> None:
    """The same params have the same findings, whether the project or the task sets them."""
    params = data.draw(st.dictionaries(NAMES.filter(lambda name: name != "instruction"), VALUES, max_size=4))
    try:
        added = Schemas().with_schema("mine", document)
    except InvalidSchema:
        return
    whole = Project("boxes", type="mine")
    names = data.draw(st.sets(st.sampled_from(sorted(params)))) if params else set()
    halved = whole.replace_params({name: params[name] for name in names})
    alone = Validator(whole, added).task(whole.resolve(params))
    shared = Validator(halved, added).task(
        halved.resolve({name: value for name, value in params.items() if name not in names})
    )
    assert [(finding.code, finding.pointer, finding.message) for finding in alone] == [
        (finding.code, finding.pointer, finding.message) for finding in shared
    ]


def find_errors(document: Mapping[str, Any], params: Mapping[str, Any]) -> list[str]:
    """Return the errors on the params of a project, and check that `fast` does not change the findings."""
    project = Project("boxes", type="mine", params=params)
    added = Schemas().with_schema("mine", document)
    findings, *others = [Validator(project, added, fast=fast).project() for fast in FAST]
    assert all(other == findings for other in others)
    return [str(finding) for finding in findings if finding.severity == "error"]


@given(document=documents(), whole=st.dictionaries(NAMES, VALUES, max_size=3))
def test_a_part_of_valid_params_has_no_error(document: dict[str, Any], whole: dict[str, Any]) -> None:
    """A project with some of the params of a valid request has no error, because a task may set the others."""
    whole = replace_instruction(whole)
    assume(is_valid(document, whole))
    try:
        Schemas().with_schema("mine", document)
    except InvalidSchema:
        return
    for size in range(len(whole) + 1):
        for part in combinations(whole, size):
            assert find_errors(document, {name: whole[name] for name in part}) == [], part


@given(document=documents(), params=st.dictionaries(NAMES, VALUES, max_size=3))
def test_no_completion_of_a_wrong_project_is_valid(document: dict[str, Any], params: dict[str, Any]) -> None:
    """If the params of a project have an error, they stay invalid whatever params a task adds."""
    params = replace_instruction(params)
    try:
        errors = find_errors(document, params)
    except InvalidSchema:
        return
    names = [name for name in ["a", "b", "ab", "x", "tags", "x-warn"] if name not in params]
    if errors:
        for size in range(3):
            for added in combinations(names, size):
                for values in product([None, 1, "a", {}], repeat=size):
                    assert not is_valid(document, {**params, **dict(zip(added, values, strict=True))}), errors


@pytest.mark.parametrize(
    ("schema", "value", "is_wrong"),
    [
        ({"const": {"x-warn": 5}}, {"allOf": [5]}, True),
        ({"const": {"x-warn": 5}}, {"x-warn": 5}, False),
        ({"const": {"$ref": "common.json#/$defs/instruction"}}, {"$ref": "common.json#/$defs/instruction"}, False),
        ({"const": {"$ref": "x"}}, {"$ref": "x"}, False),
        ({"enum": [{"items": True}]}, {"items": True}, False),
        ({"properties": {"x-warn": {"type": "integer"}}}, {"x-warn": "a"}, True),
        ({"properties": {"x-warn": {"type": "integer"}}}, {"x-warn": 1}, False),
        ({"x-warn": {"properties": {"q": {}}}, "unevaluatedProperties": False}, {"q": 1}, True),
        ({"x-warn": {"prefixItems": [{}]}, "unevaluatedItems": False}, [1], True),
    ],
)
@pytest.mark.parametrize("fast", FAST)
def test_data_that_looks_like_a_schema(schema: Any, value: Any, is_wrong: bool, fast: bool) -> None:
    """A value in `const` or `enum` is not a schema, even if it looks like a schema.

    A param may be called `x-warn`, like the keyword. `x-warn` never decides which names and elements are evaluated.
    """
    project = Project("boxes", type="mine")
    added = Schemas().with_schema("mine", {"properties": {"a": schema, "x-warn": {"type": "integer"}}})
    findings = Validator(project, added, fast=fast).task(project.resolve({"a": value, "x-warn": 1}))
    assert [finding.severity for finding in findings] == ["error"] * is_wrong
    (of_the_param,) = Validator(project, added, fast=fast).task(project.resolve({"x-warn": "1"}))
    assert (of_the_param.severity, of_the_param.pointer) == ("error", "/x-warn")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", "-Infinity"])
def test_every_suggestion_is_json(value: str) -> None:
    """For a text such as `NaN` or `1e999`, no number is suggested, because the number would not be finite."""
    project = Project("boxes", type="mine")
    added = Schemas().with_schema("mine", {"properties": {"a": {"type": "number"}}})
    (finding,) = Validator(project, added).task(project.resolve({"a": value}))
    assert finding.suggestion is None
