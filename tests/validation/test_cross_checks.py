"""Checks of one value against another."""

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
    # Characters of four bytes, the longest in UTF-8, must not pass the fast estimate.
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
def test_a_check(name, params, expected):
    """A value is compared with another value if the documentation requires it."""
    findings = validate(Project("boxes", type=name), {"attachment": "x", **params})
    assert expected in summarize(findings)
