"""Findings on rules that the schemas cannot express. For example, `max` must not be less than `min`."""

import pytest

from paramcore import Project
from tests.validation.helpers import GEOMETRIES, summarize, validate

CASES = [
    ("imageannotation", {"geometries": {"polygon": {"min_vertices": 5, "max_vertices": 3}}},
     ("param_range", "error", "/geometries/polygon/max_vertices", None)),
    ("imageannotation", {"geometries": {"line": {"max_vertices": 0}}},
     ("param_range", "error", "/geometries/line/max_vertices", None)),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "number", "description": "n", "min": 5, "max": 1}}},
     ("param_range", "error", "/annotation_attributes/n/max", None)),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "text", "description": "n", "conditions": {"label_condition": {"label": ["car", "truk"]}}}}},
     ("param_choice", "warning", "/annotation_attributes/n/conditions/label_condition/label/1", None)),
    ("imageannotation", {"geometries": GEOMETRIES, "callback_url": "example.com/done"},
     ("param_pattern", "warning", "/callback_url", None)),
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "x" * 10_300}},
     ("param_size", "warning", "/metadata", None)),
    # Each character has four bytes in UTF-8. A fast estimate of the size must not be too low for them.
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "\U0001f600" * 2_559}},
     ("param_size", "warning", "/metadata", None)),
    ("categorization", {"instruction": "a", "attachment_type": "text", "categories": ["yes", "no"],
                        "category_ids": {"1": "Yes"}},
     ("param_choice", "error", "/category_ids/1", '"yes"')),
    ("namedentityrecognition", {"text": "a", "labels": [{"name": "PERSON", "children": [{"name": "CHILD"}]}],
                                "relationships": [{"name": "r", "source_label": "CHILD", "target_label": "PERSN"}]},
     ("param_choice", "error", "/relationships/0/target_label", '"PERSON"')),
    ("textcollection", {"attachments": [], "fields": [
        {"type": "text", "field_id": "a", "title": "A", "max_responses_required": 0},
        {"type": "field_set", "field_id": "b", "title": "B", "fields": [{"type": "text", "field_id": "a", "title": "A"}]}]},
     ("param_repeated", "error", "/fields/1/fields/0/field_id", None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "expected"), CASES, ids=lambda it: it if isinstance(it, str) else "")
def test_a_rule_that_the_schemas_cannot_express(name, params, expected):
    """A value causes a finding if it contradicts another value, is too large, or has the wrong form."""
    findings = validate(Project("boxes", type=name), {"attachment": "x", **params})
    assert expected in summarize(findings)


def list_range_findings(name, params):
    """Return the pointers of the findings on limits."""
    findings = validate(Project("boxes", type=name), {"attachment": "x", **params})
    return [finding.pointer for finding in findings if finding.code == "param_range"]


def field(**members):
    return (
        "textcollection",
        {"attachments": [], "fields": [{"type": "number", "field_id": "a", "title": "A", **members}]},
    )


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("imageannotation", {"geometries": {"polygon": {"min_vertices": 3, "max_vertices": 3}}}),
        ("imageannotation", {"geometries": {"line": {"max_vertices": 1}}}),
        ("imageannotation", {"annotation_attributes": {"n": {"type": "number", "min": 1, "max": 1.0}}}),
        ("imageannotation", {"annotation_attributes": {"n": {"type": "number", "min": True, "max": 0}}}),
        ("imageannotation", {"annotation_attributes": {"n": {"type": "number", "min": 1, "max": False}}}),
        ("imageannotation", {"annotation_attributes": {"n": {"type": "number", "min": 5, "max": "1"}}}),
        ("imageannotation", {"annotation_attributes": {"n": {"type": "number", "min": 5, "max": None}}}),
        field(min=5, max=5),
        field(max=-5),
        field(min_choices=2, max_choices=2),
        field(max_choices=0),
        field(min_responses_required=1, max_responses_required=1),
        field(max_responses_required=1),
    ],
)  # fmt: skip
def test_limits_that_do_not_contradict_each_other(name, params):
    """An upper limit may equal the lower limit, or be set alone. A limit that is not a number is not compared."""
    assert list_range_findings(name, params) == []


@pytest.mark.parametrize(
    ("name", "params", "pointer"),
    [
        (*field(min=5, max=4.5), "/fields/0/max"),
        (*field(min_choices=2, max_choices=1), "/fields/0/max_choices"),
        (*field(max_choices=-1), "/fields/0/max_choices"),
        (*field(min_responses_required=2, max_responses_required=1), "/fields/0/max_responses_required"),
        (*field(max_responses_required=0), "/fields/0/max_responses_required"),
        ("imageannotation", {"geometries": {"line": {"min_vertices": 2, "max_vertices": 1}}},
         "/geometries/line/max_vertices"),
        ("imageannotation", {"global_attributes": {"n": {"type": "number", "min": 1, "max": 0}}},
         "/global_attributes/n/max"),
        ("categorization", {"taxonomies": {"n": {"type": "number", "min": -1, "max": -2}}}, "/taxonomies/n/max"),
    ],
)  # fmt: skip
def test_an_upper_limit_below_the_lower_one(name, params, pointer):
    """An upper limit causes a finding if it is below the lower limit, or below the default of a missing lower limit."""
    assert list_range_findings(name, params) == [pointer]


@pytest.mark.parametrize(("size", "is_too_long"), [(10_240, False), (10_241, True)])
def test_metadata_may_be_as_long_as_the_limit(size, is_too_long):
    """Metadata may have at most 10,240 bytes as compact JSON in UTF-8."""
    text = "\u00e9" * ((size - len('{"a":""}')) // 2) + "x" * (size % 2)
    findings = validate(Project("boxes", type="imageannotation"), {"attachment": "x", "metadata": {"a": text}})
    assert ("param_size" in [finding.code for finding in findings]) is is_too_long
