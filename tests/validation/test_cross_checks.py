"""Checks of one value against another."""

import pytest

from paramcore import Project
from tests.validation.helpers import GEOMETRIES, validate

CASES = [
    ("imageannotation", {"geometries": {"polygon": {"min_vertices": 5, "max_vertices": 3}}},
     ("error", "/geometries/polygon/max_vertices", "found 3 as `max_vertices`, wanted at least 5, as `min_vertices` says")),
    ("imageannotation", {"geometries": {"line": {"max_vertices": 0}}},
     ("error", "/geometries/line/max_vertices", "found 0 as `max_vertices`, wanted at least 1")),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "number", "description": "n", "min": 5, "max": 1}}},
     ("error", "/annotation_attributes/n/max", "found 1 as `max`, wanted at least 5, as `min` says")),
    ("imageannotation", {"geometries": GEOMETRIES, "annotation_attributes": {
        "n": {"type": "text", "description": "n", "conditions": {"label_condition": {"label": ["car", "truk"]}}}}},
     ("warning", "/annotation_attributes/n/conditions/label_condition/label/1",
      "found the text 'truk', wanted a label of the geometries")),
    ("imageannotation", {"geometries": GEOMETRIES, "callback_url": "example.com/done"},
     ("warning", "/callback_url", "found the text 'example.com/done', wanted an address that begins with `https://` or"
      " `http://`, or an e-mail address")),
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "x" * 10_300}},
     ("warning", "/metadata", "found an object of 10,308 bytes, wanted at most 10,240 bytes")),
    # Characters of four bytes, the most that a character takes: the quick estimate must not pass them.
    ("imageannotation", {"geometries": GEOMETRIES, "metadata": {"a": "\U0001f600" * 2_559}},
     ("warning", "/metadata", "found an object of 10,244 bytes, wanted at most 10,240 bytes")),
    ("categorization", {"instruction": "a", "attachment_type": "text", "categories": ["yes", "no"],
                        "category_ids": {"1": "Yes"}},
     ("error", "/category_ids/1", 'found the text \'Yes\', wanted one of the categories (write `"yes"`)')),
    ("namedentityrecognition", {"text": "a", "labels": [{"name": "PERSON", "children": [{"name": "CHILD"}]}],
                                "relationships": [{"name": "r", "source_label": "CHILD", "target_label": "PERSN"}]},
     ("error", "/relationships/0/target_label",
      'found the text \'PERSN\', wanted the name of one of the labels (write `"PERSON"`)')),
    ("textcollection", {"attachments": [], "fields": [
        {"type": "text", "field_id": "a", "title": "A", "max_responses_required": 0},
        {"type": "field_set", "field_id": "b", "title": "B", "fields": [{"type": "text", "field_id": "a", "title": "A"}]}]},
     ("error", "/fields/1/fields/0/field_id", "found the field id 'a' for the second time, wanted each id once")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "params", "expected"), CASES, ids=lambda it: it if isinstance(it, str) else "")
def test_a_check(name, params, expected):
    """A value is checked against another value where the documentation says so."""
    findings = validate(Project("boxes", type=name), {"attachment": "x", **params})
    assert expected in [(finding.severity, finding.pointer, finding.message) for finding in findings]
