"""Checks that JSON Schema cannot express: one value against another, or a size in bytes.

Each is documented for the types that it names.  A check ignores values of the
wrong type: the schema reports them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from paramcore.text import describe_type, describe_value, format_value
from paramcore.validation.finding import Finding, Severity
from paramcore.validation.names import suggest_name
from paramcore.values import join_pointer

CheckFunction: TypeAlias = Callable[[Mapping[str, Any]], Iterator[Finding]]


@frozen
class CrossCheck:
    """A check of one param by itself, or of several effective params."""

    function: CheckFunction
    #: The params that the check reads; it runs where all of them are set.
    params: tuple[str, ...]
    #: The task types that it is for; empty for all types.
    types: tuple[str, ...] = ()


def _check_limits(
    value: Any, pointer: str, lower: str, upper: str, severity: Severity, *, least: int | None = None
) -> Iterator[Finding]:
    """Check that the `upper` limit of an object is not below its `lower` limit, which is `least` by default."""
    maximum, minimum = _get_number(value, upper), _get_number(value, lower)
    bound = least if minimum is None else minimum
    if maximum is not None and bound is not None and maximum < bound:
        found = f"{format_value(maximum)} as `{upper}`"
        wanted = f"at least {format_value(bound)}" + ("" if minimum is None else f", as `{lower}` says")
        yield Finding(
            "param_range",
            severity,
            pointer + join_pointer(upper),
            found,
            wanted,
            found_without_value=f"a smaller `{upper}`",
            wanted_without_value=f"at least `{lower}`",
        )


def _check_shapes(params: Mapping[str, Any]) -> Iterator[Finding]:
    for shape in ("polygon", "line"):
        value, pointer = _get_member(params["geometries"], shape), join_pointer("geometries", shape)
        yield from _check_limits(value, pointer, "min_vertices", "max_vertices", "error", least=1)


def _check_fields(params: Mapping[str, Any]) -> Iterator[Finding]:
    ids: set[str] = set()
    for field, pointer in _walk_nested(params["fields"], "/fields", "fields"):
        yield from _check_limits(field, pointer, "min_responses_required", "max_responses_required", "error", least=1)
        yield from _check_limits(field, pointer, "min_choices", "max_choices", "warning", least=0)
        field_id = field.get("field_id")
        if isinstance(field_id, str) and field_id in ids:
            found = f"the field id {describe_value(field_id).removeprefix('the text ')} for the second time"
            at, hidden = f"{pointer}/field_id", "an id given twice"
            yield Finding("param_repeated", "error", at, found, "each id once", found_without_value=hidden)
        elif isinstance(field_id, str):
            ids.add(field_id)


def _check_attributes(params: Mapping[str, Any]) -> Iterator[Finding]:
    for name, attribute in _list_members(params["annotation_attributes"]):
        yield from _check_limits(attribute, join_pointer("annotation_attributes", name), "min", "max", "warning")


#: The service documents 10 KB, and not whether that is 10,000 bytes or 10,240.
_MAX_METADATA = 10_240
_encode_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _check_metadata(params: Mapping[str, Any]) -> Iterator[Finding]:
    # A character takes at most four bytes, and `repr` is faster than an encoder.
    if 4 * len(repr(params["metadata"])) <= _MAX_METADATA:
        return
    size = len(_encode_compact(params["metadata"]).encode())
    if size > _MAX_METADATA:
        found, wanted = f"an object of {size:,} bytes", f"at most {_MAX_METADATA:,} bytes"
        yield Finding("param_size", "warning", "/metadata", found, wanted)


def _check_callback(params: Mapping[str, Any]) -> Iterator[Finding]:
    value = params["callback_url"]
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")) and "@" not in value:
        found, hidden = describe_value(value), describe_type(value)
        wanted = "an address that begins with `https://` or `http://`, or an e-mail address"
        yield Finding("param_pattern", "warning", "/callback_url", found, wanted, found_without_value=hidden)


def _check_context_attachments(params: Mapping[str, Any]) -> Iterator[Finding]:
    attachment = params["attachment"]
    for index, context in enumerate(_list_elements(params["context_attachments"])):
        if isinstance(attachment, str) and _get_member(context, "attachment") == attachment:
            pointer = join_pointer("context_attachments", index, "attachment")
            yield Finding("param_conflict", "error", pointer, "the task's own attachment", "another image beside it")


def _check_relationships(params: Mapping[str, Any]) -> Iterator[Finding]:
    names = (label.get("name") for label, _ in _walk_nested(params["labels"], "", "children"))
    # A dict keeps the order of the file: of two names that are equally near, the first is always suggested.
    labels = dict.fromkeys(name for name in names if isinstance(name, str))
    for index, relationship in enumerate(_list_elements(params["relationships"])):
        for end in ("source_label", "target_label"):
            name = _get_member(relationship, end)
            if labels and isinstance(name, str) and name not in labels:
                pointer = join_pointer("relationships", index, end)
                yield _make_choice_finding("error", pointer, name, "the name of one of the labels", labels)


def _check_category_ids(params: Mapping[str, Any]) -> Iterator[Finding]:
    categories = [category for category in _list_elements(params["categories"]) if isinstance(category, str)]
    for key, name in _list_members(params["category_ids"]):
        if categories and isinstance(name, str) and name not in categories:
            pointer = join_pointer("category_ids", key)
            yield _make_choice_finding("error", pointer, name, "one of the categories", categories)


def _check_conditions(params: Mapping[str, Any]) -> Iterator[Finding]:
    labels = dict.fromkeys(label for _, shape in _list_members(params["geometries"]) for label in _list_labels(shape))
    for name, attribute in _list_members(params["annotation_attributes"]):
        pointer = join_pointer("annotation_attributes", name, "conditions", "label_condition", "label")
        condition = _get_member(_get_member(attribute, "conditions"), "label_condition")
        value = _get_member(condition, "label")
        # `label` is one label, or an array of labels.
        conditions = [(join_pointer(index), label) for index, label in enumerate(_list_elements(value))]
        for below, label in conditions or [("", value)]:
            if labels and isinstance(label, str) and label not in labels:
                yield _make_choice_finding("warning", pointer + below, label, "a label of the geometries", labels)


def _list_labels(shape: Any) -> Iterator[str]:
    waiting = [_get_member(shape, "objects_to_annotate")]
    while waiting:
        for label in _list_elements(waiting.pop()):
            name = _get_member(label, "choice") if isinstance(label, dict) else label
            if isinstance(name, str):
                yield name
            waiting.append(_get_member(label, "subchoices"))


def _make_choice_finding(severity: Severity, pointer: str, name: str, wanted: str, known: Iterable[str]) -> Finding:
    suggestion = suggest_name(name, known)
    fix = None if suggestion is None else format_value(suggestion)
    found, hidden = describe_value(name), describe_type(name)
    return Finding("param_choice", severity, pointer, found, wanted, fix, found_without_value=hidden)


def _walk_nested(value: Any, pointer: str, below: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the objects of an array and, outermost first, of the arrays called `below` in them, with pointers."""
    waiting = [(value, pointer)]
    while waiting:
        array, start = waiting.pop()
        objects = [
            (element, start + join_pointer(index))
            for index, element in enumerate(_list_elements(array))
            if isinstance(element, dict)
        ]
        yield from objects
        waiting.extend((element[below], f"{at}/{below}") for element, at in reversed(objects) if below in element)


def _get_number(value: Any, name: str) -> int | float | None:
    number = _get_member(value, name)
    return number if type(number) in (int, float) else None


def _get_member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _list_members(value: Any) -> Iterable[tuple[str, Any]]:
    return value.items() if isinstance(value, dict) else ()


def _list_elements(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else ()


_IMAGES = ("imageannotation", "segmentannotation", "lidartopdown")

#: Every check, in any order: findings are sorted.
CROSS_CHECKS = (
    CrossCheck(_check_shapes, ("geometries",)),
    CrossCheck(_check_fields, ("fields",), ("textcollection",)),
    CrossCheck(_check_attributes, ("annotation_attributes",)),
    CrossCheck(_check_metadata, ("metadata",)),
    CrossCheck(_check_callback, ("callback_url",)),
    CrossCheck(_check_context_attachments, ("attachment", "context_attachments"), _IMAGES),
    CrossCheck(_check_relationships, ("labels", "relationships"), ("namedentityrecognition",)),
    CrossCheck(_check_category_ids, ("categories", "category_ids"), ("categorization",)),
    CrossCheck(_check_conditions, ("annotation_attributes", "geometries")),
)
