"""Check that values refer to labels, shapes, attributes and fields that exist.

The API documentation describes these references.  No known reply of the service rejects
a wrong reference, so every finding is a warning.

A project may be incomplete (T13), so a check reports nothing if the params that
define the names are missing or empty.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, partial
from typing import Any

from attrs import evolve

from paramcore.validation.addresses import check_callback
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
)
from paramcore.validation.finding import Finding
from paramcore.validation.form_references import FORM_CHECKS
from paramcore.values import join_pointer

#: The params that define labels. `geometries` must be the first, because `_list_labels` reads it separately.
_LABELS = ("geometries", "labels", "objects_to_annotate", "instance_labels")


def _list_names(labels: Any) -> Iterator[str]:
    """Yield the names of labels or choices, including nested names."""
    waiting = [labels]
    while waiting:
        for label in list_elements(waiting.pop()):
            # Labels of shapes have `choice` and `subchoices`. Entities in text have `name` and `children`.
            names = (get_member(label, "choice"), get_member(label, "name")) if isinstance(label, dict) else (label,)
            yield from (name for name in names if isinstance(name, str))
            waiting += [get_member(label, "subchoices"), get_member(label, "children")]


def _list_shapes(params: Mapping[str, Any]) -> dict[str, dict[str, None]]:
    """Return the labels of each shape that `geometries` sets, in the order of `geometries`."""
    shapes = list_members(params.get("geometries"))
    labels = {name: _list_names(get_member(shape, "objects_to_annotate")) for name, shape in shapes if shape}
    return {name: dict.fromkeys(names) for name, names in labels.items()}


def _list_labels(params: Mapping[str, Any]) -> dict[str, None]:
    labels = {label: None for names in _list_shapes(params).values() for label in names}
    return labels | dict.fromkeys(name for param in _LABELS[1:] for name in _list_names(params.get(param)))


def _name_labels(params: Mapping[str, Any]) -> str:
    return "a label of the geometries" if params.get("geometries") else "one of the labels"


def _check_labels(value: Any, pointer: str, known: Collection[str], expected: str) -> Iterator[Finding]:
    """Check one label, or each label of an array."""
    for label, at in list_leaves(value, pointer):
        if known and isinstance(label, str) and label not in known:
            yield make_choice_finding("warning", at, label, expected, known)


def _check_attributes(params: Mapping[str, Any], param: str) -> Iterator[Finding]:
    labels, attributes = _list_labels(params), params[param]
    read_choices = _make_choice_reader(attributes)
    for name, attribute in list_members(attributes):
        pointer = join_pointer(param, name)
        allowed = get_member(attribute, "allowed_labels")
        yield from _check_labels(allowed, f"{pointer}/allowed_labels", labels, _name_labels(params))
        conditions = get_member(attribute, "conditions")
        for condition, at in list_leaves(conditions, f"{pointer}/conditions"):
            yield from _check_label_condition(condition, at, labels, params)
            listed = list_elements(get_member(condition, "attribute_conditions"))
            for index, values in enumerate(listed):
                yield from _check_answers(values, f"{at}/attribute_conditions/{index}", attributes, read_choices)


def _check_label_condition(
    condition: Any, pointer: str, labels: dict[str, None], params: Mapping[str, Any]
) -> Iterator[Finding]:
    value = get_member(condition, "label_condition", "label")
    events = dict.fromkeys(_list_names(params.get("events_to_annotate")))
    # In a global condition, the label is an event of a video.  If the events are unknown, accept any label, because
    # the task may set the events.
    is_global = get_member(condition, "is_global") is True
    known = events if is_global else labels and labels | events
    expected = "an event of `events_to_annotate`" if is_global else _name_labels(params)
    yield from _check_labels(value, f"{pointer}/label_condition/label", known, expected)


def _make_choice_reader(attributes: Mapping[str, Any]) -> Callable[[str], Choices]:
    """Return a function that takes the name of an attribute and returns the choices of this attribute."""

    def read_choices(name: str) -> Choices:
        is_category = get_member(attributes[name], "type") in (None, "category")
        choices = get_member(attributes[name], "choices") if is_category else None
        known = dict.fromkeys(_list_names(choices))
        return known, make_plain_keys([*known, *list_elements(choices)]) if known else None

    # Many annotations may have the same attribute, so read the choices of each attribute once.
    return cache(read_choices)


def _check_answers(
    answers: Any, pointer: str, attributes: Mapping[str, Any], read_choices: Callable[[str], Choices]
) -> Iterator[Finding]:
    """Check that each name in `answers` is an attribute, and that the value of a category is one of its choices."""
    for name, value in list_members(answers if attributes else None):
        at = pointer + join_pointer(name)
        if name not in attributes:
            yield make_choice_finding("warning", at, name, "the name of an attribute", attributes)
        else:
            yield from check_choices(value, at, read_choices(name), f"a choice of `{name}`")


def _check_links(params: Mapping[str, Any]) -> Iterator[Finding]:
    labels = _list_labels(params)
    for name, link in list_members(params["links"]):
        for end in ("from_allowed_labels", "to_allowed_labels"):
            pointer = join_pointer("links", name, end)
            yield from _check_labels(get_member(link, end), pointer, labels, _name_labels(params))


def _check_connections(params: Mapping[str, Any]) -> Iterator[Finding]:
    points = _list_shapes(params).get("point", {})
    attributes = params.get("annotation_attributes")
    linked = {name: None for name, attribute in list_members(attributes) if get_member(attribute, "type") == "linked"}
    for index, connection in enumerate(list_elements(get_member(params["geometries"], "point", "connections"))):
        pointer = join_pointer("geometries", "point", "connections", index)
        yield from _check_labels(
            get_member(connection, "pair"), f"{pointer}/pair", points, "a label of the shape `point`"
        )
        for key in ("connection_attribute", "connections_attribute"):
            name = get_member(connection, key)
            if attributes and isinstance(name, str) and name not in linked:
                expected = "the name of a linked attribute"
                yield make_choice_finding("warning", f"{pointer}/{key}", name, expected, linked)


def _check_annotations(params: Mapping[str, Any], param: str) -> Iterator[Finding]:
    """Check the labels, shapes and attributes of pre-made annotations."""
    shapes, labels = _list_shapes(params), _list_labels(params)
    events = dict.fromkeys(_list_names(params.get("events_to_annotate")))
    if shapes and events:
        shapes, labels = {**shapes, "event": events}, labels | events
    attributes = params.get("annotation_attributes")
    attributes = attributes if isinstance(attributes, dict) else {}
    read_choices = _make_choice_reader(attributes)
    annotations = get_member(params[param], "annotations")
    # Annotations are an array, or an object with their ids as keys.
    each = list_members(annotations) if isinstance(annotations, dict) else enumerate(list_elements(annotations))
    for key, annotation in each:
        pointer = join_pointer(param, "annotations", key)
        shape = get_member(annotation, "type")
        name = "type"
        if shape is None:
            # Annotations of a video have `geometry` instead of `type`.
            shape, name = get_member(annotation, "geometry"), "geometry"
        # If no events are known, accept the shape `event`, because the task may set `events_to_annotate`.
        if events or shape != "event":
            yield from _check_labels(shape, f"{pointer}/{name}", shapes, "a shape of `geometries`")
            drawn = shapes.get(shape) if isinstance(shape, str) else None
            expected = f"a label of `{shape}`" if drawn else _name_labels(params)
            yield from _check_labels(get_member(annotation, "label"), f"{pointer}/label", drawn or labels, expected)
        answers = get_member(annotation, "attributes")
        yield from _check_answers(answers, f"{pointer}/attributes", attributes, read_choices)
    answers = get_member(params[param], "global_attributes")
    yield from _check_answers(answers, f"/{param}/global_attributes", attributes, read_choices)


def _check_masks(params: Mapping[str, Any]) -> Iterator[Finding]:
    labels = _list_labels(params)
    for name, _ in list_members(get_member(params["hypothesis"], "labelMapping")):
        pointer = join_pointer("hypothesis", "labelMapping", name)
        yield from _check_labels(name, pointer, labels, _name_labels(params))


def _check_features(params: Mapping[str, Any]) -> Iterator[Finding]:
    features = [feature for feature in list_elements(params["features"]) if isinstance(feature, dict)]
    names = [feature.get(key) for feature in features for key in ("label", "title")]
    known = dict.fromkeys(name for name in names if isinstance(name, str))
    geometry = params.get("geometry")
    annotations = list_elements(get_member(params["hypothesis"], "annotations"))
    for index, annotation in enumerate(annotations):
        pointer = join_pointer("hypothesis", "annotations", index)
        yield from _check_labels(get_member(annotation, "label"), f"{pointer}/label", known, "a label of the features")
        shape = get_member(annotation, "location", "type")
        shapes = [geometry] if isinstance(geometry, str) else []
        yield from _check_labels(shape, f"{pointer}/location/type", shapes, "the shape that `geometry` names")


def _check_follow_ups(params: Mapping[str, Any]) -> Iterator[Finding]:
    """Apply `_FOLLOW_UP_CHECKS` to each follow-up task, with only the params that it sets itself."""
    for index, task in enumerate(list_elements(get_member(params["dependents"], "defs"))):
        for check in _FOLLOW_UP_CHECKS:
            if isinstance(task, dict) and all(name in task for name in check.params):
                for finding in check.function(task):
                    yield evolve(finding, pointer=f"/dependents/defs/{index}{finding.pointer}")


_ANNOTATION_PARAMS = (*_LABELS, "events_to_annotate", "annotation_attributes")

_FOLLOW_UP_CHECKS = (
    CrossCheck(
        partial(_check_attributes, param="annotation_attributes"),
        ("annotation_attributes",),
        optional=(*_LABELS, "events_to_annotate"),
    ),
    CrossCheck(_check_links, ("links",), optional=_LABELS),
    CrossCheck(_check_connections, ("geometries",), optional=("annotation_attributes",)),
    CrossCheck(check_callback, ("callback_url",)),
)

REFERENCE_CHECKS = (
    # Omit `check_callback`, which is already in `ADDRESS_CHECKS`.
    *_FOLLOW_UP_CHECKS[:-1],
    CrossCheck(
        partial(_check_attributes, param="global_attributes"),
        ("global_attributes",),
        optional=(*_LABELS, "events_to_annotate"),
    ),
    CrossCheck(partial(_check_annotations, param="hypothesis"), ("hypothesis",), optional=_ANNOTATION_PARAMS),
    CrossCheck(
        partial(_check_annotations, param="base_annotations"), ("base_annotations",), optional=_ANNOTATION_PARAMS
    ),
    CrossCheck(_check_masks, ("hypothesis",), optional=_LABELS),
    CrossCheck(_check_features, ("features", "hypothesis"), ("documenttranscription",), ("geometry",)),
    CrossCheck(_check_follow_ups, ("dependents",), ("lidarannotation",)),
    *FORM_CHECKS,
)
