"""
Checks that JSON Schema cannot say: a value against another one.

Each is documented for the types that it names.  A value of the wrong kind is
passed over here, since the schema tells it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from paramcore.text import describe_type, describe_value, format_value
from paramcore.validation.finding import Finding, Severity
from paramcore.validation.names import nearest
from paramcore.values.pointer import join_pointer

__all__ = ["CHECKS", "Check", "Judging"]

Judging: TypeAlias = Callable[[Mapping[str, Any]], Iterator[Finding]]

_ALL: tuple[str, ...] = ()


@frozen
class Check:
    """
    A named check: the params that it reads, the types that it is for (none: all), and what it does.

    One that reads a single param is judged with that param, others on the
    effective params.
    """

    params: tuple[str, ...]
    types: tuple[str, ...]
    judge: Judging


def _more_than_the_most(low: str, high: str, least: int, severity: Severity) -> Callable[[Any, str], Iterator[Finding]]:
    """Make a check of an object that has a lower and an upper bound."""

    def check(value: Any, path: str) -> Iterator[Finding]:
        most = _number(value, high, None)
        fewest = _number(value, low, least)
        if most is not None and fewest is not None and most < fewest:
            wanted = f"at least {format_value(fewest)}, as `{low}` says" if low in value else f"at least {least}"
            found = f"{format_value(most)} as `{high}`"
            yield Finding("param_range", severity, f"{path}/{high}", found, wanted, kind=f"a smaller `{high}`")

    return check


def _number(value: Any, name: str, default: int | None) -> int | float | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if type(found) in (int, float) else (default if isinstance(value, dict) else None)


_vertices = _more_than_the_most("min_vertices", "max_vertices", 1, "error")
_responses = _more_than_the_most("min_responses_required", "max_responses_required", 1, "error")
_choices = _more_than_the_most("min_choices", "max_choices", 0, "warning")


def _shapes(params: Mapping[str, Any]) -> Iterator[Finding]:
    for shape in ("polygon", "line"):
        yield from _vertices(_member(params["geometries"], shape), join_pointer("geometries", shape))


def _fields(params: Mapping[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for field, path in _nested(params["fields"], "/fields", "fields"):
        # One response is needed where `min_responses_required` says nothing.
        if "max_responses_required" in field:
            yield from _responses(field, path)
        if "max_choices" in field:
            yield from _choices(field, path)
        name = field.get("field_id")
        if isinstance(name, str) and name in seen:
            found = f"the field id {describe_value(name).removeprefix('the text ')} for the second time"
            yield Finding(
                "param_repeated", "error", f"{path}/field_id", found, "each id once", kind="an id given twice"
            )
        elif isinstance(name, str):
            seen.add(name)


def _nested(value: Any, path: str, below: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the objects of a list and, outermost first, of the lists of the same name in them."""
    waiting = [(value, path)]
    while waiting:
        here, place = waiting.pop()
        found = [
            (one, place + join_pointer(index)) for index, one in enumerate(_elements(here)) if isinstance(one, dict)
        ]
        yield from found
        waiting.extend((one[below], f"{at}/{below}") for one, at in reversed(found) if below in one)


def _attributes(params: Mapping[str, Any]) -> Iterator[Finding]:
    for name, attribute in _members(params["annotation_attributes"]):
        low, high = _number(attribute, "min", None), _number(attribute, "max", None)
        if low is not None and high is not None and high < low:
            path = join_pointer("annotation_attributes", name, "max")
            wanted = f"at least {format_value(low)}, as `min` says"
            yield Finding(
                "param_range", "warning", path, f"{format_value(high)} as `max`", wanted, kind="a smaller `max`"
            )


#: The service documents 10 KB, and not whether that is 10,000 bytes or 10,240.
_METADATA = 10_240
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _metadata(params: Mapping[str, Any]) -> Iterator[Finding]:
    # No character takes more than four times what Python shows of it, and that is found out faster.
    if 4 * len(repr(params["metadata"])) <= _METADATA:
        return
    size = len(_compact(params["metadata"]).encode())
    if size > _METADATA:
        found = f"an object of {size:,} bytes"
        yield Finding("param_size", "warning", "/metadata", found, f"at most {_METADATA:,} bytes")


def _callback(params: Mapping[str, Any]) -> Iterator[Finding]:
    value = params["callback_url"]
    if isinstance(value, str) and value and not value.startswith(("http://", "https://")) and "@" not in value:
        wanted = "an address that begins with `https://` or `http://`, or an e-mail address"
        yield Finding(
            "param_pattern", "warning", "/callback_url", describe_value(value), wanted, kind=describe_type(value)
        )


def _context(params: Mapping[str, Any]) -> Iterator[Finding]:
    own = params["attachment"]
    for index, one in enumerate(_elements(params["context_attachments"])):
        if isinstance(own, str) and _member(one, "attachment") == own:
            path = join_pointer("context_attachments", index, "attachment")
            yield Finding("param_conflict", "error", path, "the task's own attachment", "another image beside it")


def _relationships(params: Mapping[str, Any]) -> Iterator[Finding]:
    named = (one.get("name") for one, _ in _nested(params["labels"], "", "children"))
    # In the order of the file, so that of two names that are as near the same one is always suggested.
    labels = dict.fromkeys(name for name in named if isinstance(name, str))
    for index, one in enumerate(_elements(params["relationships"])):
        for end in ("source_label", "target_label"):
            name = _member(one, end)
            if labels and isinstance(name, str) and name not in labels:
                path = join_pointer("relationships", index, end)
                yield _no_such("error", path, name, "the name of one of the labels", nearest(name, labels))


def _category_ids(params: Mapping[str, Any]) -> Iterator[Finding]:
    categories = [one for one in _elements(params["categories"]) if isinstance(one, str)]
    for key, name in _members(params["category_ids"]):
        if categories and isinstance(name, str) and name not in categories:
            path = join_pointer("category_ids", key)
            yield _no_such("error", path, name, "one of the categories", nearest(name, categories))


def _conditions(params: Mapping[str, Any]) -> Iterator[Finding]:
    labels = dict.fromkeys(label for _, shape in _members(params["geometries"]) for label in _labels(shape))
    for name, attribute in _members(params["annotation_attributes"]):
        path = join_pointer("annotation_attributes", name, "conditions", "label_condition", "label")
        asked = _member(_member(_member(attribute, "conditions"), "label_condition"), "label")
        each = [("", asked)] if isinstance(asked, str) else enumerate(_elements(asked))
        for index, label in each:
            if labels and isinstance(label, str) and label not in labels:
                place = path if index == "" else path + join_pointer(index)
                yield _no_such("warning", place, label, "a label of the geometries", nearest(label, labels))


def _labels(shape: Any) -> Iterator[str]:
    waiting = [_member(shape, "objects_to_annotate")]
    while waiting:
        for one in _elements(waiting.pop()):
            name = _member(one, "choice") if isinstance(one, dict) else one
            if isinstance(name, str):
                yield name
            waiting.append(_member(one, "subchoices"))


def _no_such(severity: Severity, path: str, name: str, wanted: str, meant: str | None) -> Finding:
    fix = None if meant is None else format_value(meant)
    return Finding("param_choice", severity, path, describe_value(name), wanted, fix, kind=describe_type(name))


def _member(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    yield from value.items() if isinstance(value, dict) else ()


def _elements(value: Any) -> Iterator[Any]:
    yield from value if isinstance(value, (list, tuple)) else ()


_IMAGES = ("imageannotation", "segmentannotation", "lidartopdown")

#: Every check, in no order that matters: findings are sorted.
CHECKS: tuple[Check, ...] = (
    Check(("geometries",), _ALL, _shapes),
    Check(("fields",), ("textcollection",), _fields),
    Check(("annotation_attributes",), _ALL, _attributes),
    Check(("metadata",), _ALL, _metadata),
    Check(("callback_url",), _ALL, _callback),
    Check(("attachment", "context_attachments"), _IMAGES, _context),
    Check(("labels", "relationships"), ("namedentityrecognition",), _relationships),
    Check(("categories", "category_ids"), ("categorization",), _category_ids),
    Check(("annotation_attributes", "geometries"), _ALL, _conditions),
)
