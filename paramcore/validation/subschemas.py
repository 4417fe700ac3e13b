"""Walk through the schemas inside a JSON Schema: visit them all, change them all, follow a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from paramcore.values import join_pointer, resolve_pointer

#: Keywords that hold one schema, a list of schemas, or schemas by name.
_WITH_SCHEMA = (
    "not",
    "if",
    "then",
    "else",
    "x-warn",
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_WITH_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
_WITH_NAMES = ("dependentSchemas", "properties", "patternProperties", "$defs", "definitions")

#: Keywords whose schemas apply to the value itself, and not to a part of it.
_SAME_VALUE = ("not", "if", "then", "else", "x-warn", "allOf", "anyOf", "oneOf", "dependentSchemas")

#: Keywords where `false` stays as it is: the message about it names the rejected names.
_CLOSING = ("additionalProperties", "unevaluatedProperties")


def list_subschemas(keyword: str, value: Any) -> list[tuple[str, Any]]:
    """Return the schemas that a keyword holds, each with its pointer: `("/allOf/0", {...})`."""
    if keyword in _WITH_SCHEMA:
        return [(join_pointer(keyword), value)]
    if keyword in _WITH_LIST and isinstance(value, list):
        return [(join_pointer(keyword, index), schema) for index, schema in enumerate(value)]
    if keyword in _WITH_NAMES and isinstance(value, dict):
        return [(join_pointer(keyword, name), schema) for name, schema in value.items()]
    return []


def list_same_value_schemas(node: Mapping[str, Any]) -> list[Any]:
    """Return the schemas that a schema applies to the same value, without following `$ref`."""
    return [
        schema for keyword in _SAME_VALUE if keyword in node for _, schema in list_subschemas(keyword, node[keyword])
    ]


def walk_schemas(node: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a schema and every schema inside it, the outermost first, each with its pointer."""
    if not isinstance(node, dict):
        return
    yield pointer, node
    for keyword, value in node.items():
        for below, schema in list_subschemas(keyword, value):
            yield from walk_schemas(schema, pointer + below)


def map_schemas(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a copy of a schema with `change` applied to each schema in it, the innermost first; data stays as it is."""
    if not isinstance(node, dict):
        return change(node)
    members = {}
    for keyword, value in node.items():
        members[keyword] = value
        if keyword in _WITH_SCHEMA and not (keyword in _CLOSING and isinstance(value, bool)):
            members[keyword] = map_schemas(value, change)
        elif keyword in _WITH_LIST:
            members[keyword] = [map_schemas(schema, change) for schema in value]
        elif keyword in _WITH_NAMES:
            members[keyword] = {name: map_schemas(schema, change) for name, schema in value.items()}
    return change(members)


def resolve_reference(document: Mapping[str, Any], reference: str) -> Any:
    """Return what a `$ref` such as `#/$defs/box` refers to in its own document.

    Raises:
        LookupError: where it leads nowhere, or names an anchor.
    """
    if reference not in ("", "#") and not reference.startswith("#/"):
        raise LookupError(reference)
    return resolve_pointer(document, unquote(reference.removeprefix("#")))
