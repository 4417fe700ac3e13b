"""Walk through the schemas inside a JSON Schema: visit them all, change them all, follow a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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

#: Keywords where `false` stays as it is: the message about it names the rejected names.
_CLOSING = ("additionalProperties", "unevaluatedProperties")


def list_subschemas(node: Mapping[str, Any], keywords: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield the schemas that these keywords of a schema hold, each with its pointer: `("/allOf/0", {...})`."""
    for keyword in keywords:
        if keyword not in node:
            continue
        value = node[keyword]
        if keyword in _WITH_SCHEMA:
            yield join_pointer(keyword), value
        elif keyword in _WITH_LIST:
            yield from ((join_pointer(keyword, index), schema) for index, schema in enumerate(value))
        elif keyword in _WITH_NAMES:
            yield from ((join_pointer(keyword, name), schema) for name, schema in value.items())


def walk_schemas(node: Any, pointer: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a schema and every schema inside it, the outermost first, each with its pointer."""
    if not isinstance(node, dict):
        return
    yield pointer, node
    for below, schema in list_subschemas(node, node):
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
