"""Validate values with jsonschema, and with jsonschema-rs if it is installed.

The `fast` extra installs jsonschema-rs, which quickly decides whether a value has
errors.  jsonschema then finds the errors, so the findings are the same without the extra.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from paramcore.validation.subschemas import map_schemas, walk_schemas

#: Keywords that jsonschema and jsonschema-rs treat differently, or that only one of them supports.
_DIFFERING = {
    "pattern",
    "patternProperties",
    "multipleOf",
    "format",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    # `make_fast_validator` moves `x-warn` into `allOf`, so these keywords would accept names and elements that only
    # `x-warn` describes.
    "unevaluatedItems",
    "unevaluatedProperties",
}


def make_validator(document: Mapping[str, Any]) -> Any:
    """Return a jsonschema validator that sets `is_warning` on the errors of `x-warn`."""
    from paramcore.validation.keywords import make_jsonschema_validator  # noqa: PLC0415  (slow to import)

    return make_jsonschema_validator(document)


def has_fast_validator() -> bool:
    """Return whether jsonschema-rs is installed."""
    # jsonschema-rs imports `decimal` itself, and panics if a signal interrupts this import, so import `decimal` first.
    import decimal  # noqa: F401, PLC0415

    try:
        from jsonschema_rs import Draft202012Validator  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def suits_fast_validator(document: Mapping[str, Any]) -> bool:
    """Return `True` only if jsonschema and jsonschema-rs accept the same values for a schema."""
    return all(_DIFFERING.isdisjoint(schema) for _, schema in walk_schemas(document))


def make_fast_validator(document: Mapping[str, Any], *, fast: bool) -> Callable[[Any], bool]:
    """Return a function that returns `True` only for values that have neither errors nor warnings.

    Without `fast`, the function always returns `False`.
    """
    if not fast:
        return lambda _: False
    from jsonschema_rs import Draft202012Validator  # noqa: PLC0415

    def enforce_warning(node: Any) -> Any:
        if not isinstance(node, dict) or "x-warn" not in node:
            return node
        members = {name: value for name, value in node.items() if name != "x-warn"}
        return {**members, "allOf": [*members.get("allOf", ()), node["x-warn"]]}

    validator = Draft202012Validator(map_schemas(document, enforce_warning))

    def is_valid(value: Any) -> bool:
        try:
            return bool(validator.is_valid(value))
        except (ValueError, OverflowError, RecursionError):
            return False

    return is_valid
