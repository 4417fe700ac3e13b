"""Check references to the fields of a `textcollection` form, and to the choices of these fields."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from paramcore.text import format_name
from paramcore.validation.check_parts import (
    Choices,
    CrossCheck,
    check_choices,
    get_member,
    list_elements,
    list_leaves,
    list_members,
    make_choice_finding,
    make_plain_keys,
    walk_nested,
)
from paramcore.validation.finding import Finding
from paramcore.values import join_pointer

_FIELD = "the `field_id` of a field"


def _list_fields(params: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the fields of a form by `field_id`, including nested fields."""
    fields = [field for field, _ in walk_nested(params["fields"], "", "fields")]
    return {field["field_id"]: field for field in fields if isinstance(field.get("field_id"), str)}


def _check_forms(params: Mapping[str, Any]) -> Iterator[Finding]:
    fields = _list_fields(params)
    for index, attachment in enumerate(list_elements(params["attachments"])):
        for form, pointer in list_leaves(get_member(attachment, "forms"), f"/attachments/{index}/forms"):
            if fields and isinstance(form, str) and form not in fields:
                yield make_choice_finding("warning", pointer, form, _FIELD, fields)


def _check_conditions(params: Mapping[str, Any]) -> Iterator[Finding]:
    fields = _list_fields(params)
    read_values = _make_value_reader(fields)
    for field, pointer in walk_nested(params["fields"], "/fields", "fields"):
        waiting = [(field.get("conditions"), f"{pointer}/conditions")]
        while waiting:
            rule, at = waiting.pop()
            if isinstance(rule, (list, tuple)):
                waiting += list_leaves(rule, at)
            for name, answers in list_members(rule):
                place = at + join_pointer(name)
                if name == "not":
                    waiting.append((answers, place))
                elif name in fields:
                    yield from _check_answers(answers, place, name, read_values)
                elif fields:
                    yield make_choice_finding("warning", place, name, _FIELD, fields)


def _make_value_reader(fields: Mapping[str, Mapping[str, Any]]) -> Callable[[str], Choices]:
    """Return a function that takes a `field_id` and returns the values of this field's choices."""

    def read_values(field_id: str) -> Choices:
        choices = walk_nested(fields.get(field_id, {}).get("choices"), "", "subchoices")
        values = [choice["value"] for choice, _ in choices if "value" in choice]
        return [value for value in values if isinstance(value, str)], make_plain_keys(values) if values else None

    # A form may have many answers to a field, so read the choices of each field once.
    return cache(read_values)


def _check_answers(
    answers: Any, pointer: str, field_id: str, read_values: Callable[[str], Choices]
) -> Iterator[Finding]:
    """Check the answers to a field: one answer, an array of answers, or `{"not": answers}`."""
    while isinstance(answers, dict) and "not" in answers:
        answers, pointer = answers["not"], f"{pointer}/not"
    expected = f"the `value` of a choice of `{format_name(field_id)}`"
    yield from check_choices(answers, pointer, read_values(field_id), expected)


def _check_hypothesis(params: Mapping[str, Any]) -> Iterator[Finding]:
    fields = _list_fields(params)
    read_values = _make_value_reader(fields)
    for name, answer in list_members(get_member(params["hypothesis"], "annotations")):
        pointer = join_pointer("hypothesis", "annotations", name)
        if name not in fields and fields:
            yield make_choice_finding("warning", pointer, name, _FIELD, fields)
            continue
        field_id = get_member(answer, "field_id")
        if isinstance(field_id, str) and field_id != name:
            expected = f"`{format_name(name)}`, the key of the answer"
            yield make_choice_finding("warning", f"{pointer}/field_id", field_id, expected, [name])
        answer_type, field_type = get_member(answer, "type"), get_member(fields, name, "type")
        if isinstance(answer_type, str) and isinstance(field_type, str) and answer_type != field_type:
            hidden = "the type of the field"
            expected, at = f"`{format_name(field_type)}`, {hidden}", f"{pointer}/type"
            yield make_choice_finding("warning", at, answer_type, expected, [field_type], expected_without_value=hidden)
        for response, at in list_leaves(get_member(answer, "response"), f"{pointer}/response"):
            yield from _check_answers(response, at, name, read_values)


_FORM = ("textcollection",)

FORM_CHECKS = (
    CrossCheck(_check_forms, ("attachments", "fields"), _FORM),
    CrossCheck(_check_conditions, ("fields",), _FORM),
    CrossCheck(_check_hypothesis, ("fields", "hypothesis"), _FORM),
)
