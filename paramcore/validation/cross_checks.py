"""Check rules that JSON Schema cannot express, about related values and sizes in bytes.

The checks ignore values of the wrong JSON type, because the schema reports such values.
Only the check of the size of `metadata` accepts any type.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from paramcore.text import describe_value, format_value
from paramcore.validation.addresses import ADDRESS_CHECKS
from paramcore.validation.check_parts import (
    CrossCheck,
    get_member,
    get_number,
    get_verb,
    list_elements,
    list_members,
    make_choice_finding,
    walk_nested,
)
from paramcore.validation.finding import Finding, Severity
from paramcore.validation.references import REFERENCE_CHECKS
from paramcore.values import join_pointer


def _check_limits(
    value: Any, pointer: str, lower: str, upper: str, severity: Severity, *, least: int | None = None
) -> Iterator[Finding]:
    """Check that the member named `upper` is not less than the member named `lower`.

    `least` replaces a missing lower limit.
    """
    maximum, minimum = get_number(value, upper), get_number(value, lower)
    bound = least if minimum is None else minimum
    if maximum is not None and bound is not None and maximum < bound:
        limit = format_value(bound) if minimum is None else f"`{lower}`"
        expected = f"{get_verb(severity)} be at least {limit}"
        value_of_lower = "" if minimum is None else f" ({format_value(minimum)})"
        yield Finding(
            "param_range",
            severity,
            pointer + join_pointer(upper),
            f"{expected}{value_of_lower}, got {format_value(maximum)}",
            problem_without_value=expected,
        )


def _check_shapes(params: Mapping[str, Any]) -> Iterator[Finding]:
    for shape in ("polygon", "line"):
        value, pointer = get_member(params["geometries"], shape), join_pointer("geometries", shape)
        yield from _check_limits(value, pointer, "min_vertices", "max_vertices", "error", least=1)


def _check_fields(params: Mapping[str, Any]) -> Iterator[Finding]:
    ids: set[str] = set()
    for field, pointer in walk_nested(params["fields"], "/fields", "fields"):
        yield from _check_limits(field, pointer, "min_responses_required", "max_responses_required", "error", least=1)
        yield from _check_limits(field, pointer, "min_choices", "max_choices", "warning", least=0)
        yield from _check_limits(field, pointer, "min", "max", "warning")
        field_id = field.get("field_id")
        if isinstance(field_id, str) and field_id in ids:
            problem = f"another field has the id {describe_value(field_id).removeprefix('the text ')}"
            remedy, hidden = "give each field its own id", "another field has the same id"
            at = f"{pointer}/field_id"
            yield Finding("param_repeated", "error", at, problem, remedy, problem_without_value=hidden)
        elif isinstance(field_id, str):
            ids.add(field_id)


def _check_numbers(params: Mapping[str, Any], param: str) -> Iterator[Finding]:
    for name, attribute in list_members(params[param]):
        yield from _check_limits(attribute, join_pointer(param, name), "min", "max", "error")


#: The maximum size of metadata. The documented 10 KB may mean 10,000 or 10,240 bytes, so use the larger number.
_MAX_METADATA = 10_240
_encode_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _check_metadata(params: Mapping[str, Any]) -> Iterator[Finding]:
    # UTF-8 uses at most four bytes for a character. So four times the length of `repr`, which is faster than encoding,
    # is an upper bound.
    if 4 * len(repr(params["metadata"])) <= _MAX_METADATA:
        return
    size = len(_encode_compact(params["metadata"]).encode())
    if size > _MAX_METADATA:
        problem = f"should have at most {_MAX_METADATA:,} bytes as JSON, but has {size:,}"
        yield Finding("param_size", "warning", "/metadata", problem)


def _check_context_attachments(params: Mapping[str, Any]) -> Iterator[Finding]:
    attachment = params["attachment"]
    for index, context in enumerate(list_elements(params["context_attachments"])):
        if isinstance(attachment, str) and get_member(context, "attachment") == attachment:
            pointer = join_pointer("context_attachments", index, "attachment")
            problem = "is the same image as `attachment`"
            yield Finding("param_conflict", "error", pointer, problem, "attach another image")


def _check_relationships(params: Mapping[str, Any]) -> Iterator[Finding]:
    names = (label.get("name") for label, _ in walk_nested(params["labels"], "", "children"))
    # A dict keeps the order of insertion, so the choice between equally good suggestions is always the same.
    labels = dict.fromkeys(name for name in names if isinstance(name, str))
    for index, relationship in enumerate(list_elements(params["relationships"])):
        for end in ("source_label", "target_label"):
            name = get_member(relationship, end)
            if labels and isinstance(name, str) and name not in labels:
                pointer = join_pointer("relationships", index, end)
                yield make_choice_finding("error", pointer, name, "the name of one of the labels", labels)


def _check_category_ids(params: Mapping[str, Any]) -> Iterator[Finding]:
    categories = {category: None for category in list_elements(params["categories"]) if isinstance(category, str)}
    for key, name in list_members(params["category_ids"]):
        if categories and isinstance(name, str) and name not in categories:
            pointer = join_pointer("category_ids", key)
            yield make_choice_finding("error", pointer, name, "one of the categories", categories)


_IMAGES = ("imageannotation", "segmentannotation", "lidartopdown")

#: All checks; their order does not matter, because findings are sorted.
CROSS_CHECKS = (
    CrossCheck(_check_shapes, ("geometries",)),
    CrossCheck(_check_fields, ("fields",), ("textcollection",)),
    CrossCheck(partial(_check_numbers, param="annotation_attributes"), ("annotation_attributes",)),
    CrossCheck(partial(_check_numbers, param="global_attributes"), ("global_attributes",)),
    CrossCheck(partial(_check_numbers, param="taxonomies"), ("taxonomies",), ("categorization",)),
    CrossCheck(_check_metadata, ("metadata",)),
    CrossCheck(_check_context_attachments, ("attachment", "context_attachments"), _IMAGES),
    CrossCheck(_check_relationships, ("labels", "relationships"), ("namedentityrecognition",)),
    CrossCheck(_check_category_ids, ("categories", "category_ids"), ("categorization",)),
    *REFERENCE_CHECKS,
    *ADDRESS_CHECKS,
)
