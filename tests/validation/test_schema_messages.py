"""The messages of findings: what was found, what was wanted and, where it is clear, what to write."""

import pytest

from paramcore import Project
from paramcore.validation import Schemas, Validator
from tests.validation.helpers import GEOMETRIES, make_boxes, validate, validate_own

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
    ("params", "message"),
    [
        ({"priority": "high"}, "found the text 'high', wanted 10, 20, 30 or null"),
        ({"padding": "20"}, "found the text '20', wanted a whole number or null (write `20`)"),
        ({"padding": 1.5}, "found the number 1.5, wanted a whole number or null"),
        ({"tags": list("abcdef")}, "found an array of 6 elements, wanted at most 5 elements"),
        ({"attachment": ""}, "found a text of 0 characters, wanted at least 1 character"),
        ({"can_add_base_annotations": "true"}, "found the text 'true', wanted true or false or null (write `true`)"),
        ({"geometries": [1]}, "found an array, wanted an object or null"),
    ],
)
def test_a_message(params, message):
    """Each kind of error has a message."""
    findings = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", **params})
    assert message in [finding.message for finding in findings]


def test_a_choice_is_explained_by_the_branch_that_was_meant():
    """Where every branch fails, the finding is about the nearest branch."""
    assert validate_own({"shape": {"kind": "circel"}}, OWN) == [
        ("error", "/shape/kind", 'found the text \'circel\', wanted "circle" or "square" (write `"circle"`)')
    ]


def test_rarer_keywords():
    """Repeated elements, texts of another form, names that a closed object does not have."""
    params = {"ids": [1, 1.0], "code": "a1", "tree": {"below": {"below": 5}}, "closed": {"widht": 1}}
    assert validate_own(params, OWN) == [
        ("error", "/closed/widht", 'found the name "widht", wanted a known one (write `width`)'),
        ("error", "/code", "found the text 'a1', wanted text that matches \"^[a-z]+$\""),
        ("error", "/ids", "found a repeated element, wanted distinct elements"),
        ("error", "/tree/below/below", "found the number 5, wanted an object"),
    ]


def test_elements_are_compared_as_json():
    """`true` does not repeat `1`."""
    assert validate_own({"ids": [1, True, "1"]}, OWN) == []


def test_a_closed_root_is_validated_as_a_whole():
    """A schema that closes its root is applied to all params together."""
    schema = {"properties": {"a": {"type": "integer"}}, "additionalProperties": False}
    findings = validate_own({"a": "x", "b": 1}, schema)
    assert ("error", "/a", "found the text 'x', wanted a whole number") in findings
    assert ("error", "/b", 'found the name "b", wanted a known one') in findings


def test_a_choice_inside_a_choice():
    """The pointer leads to the value through both choices, and `without_values` hides it."""
    inner = {"anyOf": [{"type": "object", "properties": {"c": {"type": "integer"}}}, {"type": "null"}]}
    outer = {"anyOf": [{"type": "object", "properties": {"b": inner}}, {"type": "null"}]}
    project = Project("boxes", type="mine")
    schemas = Schemas().with_schema("mine", {"properties": {"a": outer}})
    (finding,) = Validator(project, schemas).task(project.resolve({"a": {"b": {"c": "sk_live"}}}))
    assert (finding.pointer, finding.message) == ("/a/b/c", "found the text 'sk_live', wanted a whole number")
    assert finding.without_values().message == "found a text, wanted a whole number"
