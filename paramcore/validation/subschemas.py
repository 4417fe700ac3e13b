"""Visit or change the schemas inside a JSON Schema, and resolve its references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from paramcore.values import join_pointer, resolve_pointer

#: Keywords whose value is one schema.
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
#: Keywords whose value is a list of schemas.
_WITH_LIST = ("allOf", "anyOf", "oneOf", "prefixItems")
#: Keywords whose value is an object with schemas as members.
_WITH_NAMES = ("dependentSchemas", "properties", "patternProperties", "$defs", "definitions")

#: Keywords whose schemas describe the value itself, without `not`. The value may match only some of these schemas.
DESCRIBING = ("if", "then", "else", "x-warn", "allOf", "anyOf", "oneOf", "dependentSchemas")

#: `map_schemas` does not change `true` or `false` in these keywords. `messages` recognizes `false`, and reports each
#: rejected name.
CLOSING = ("additionalProperties", "unevaluatedProperties")


def list_subschemas(node: Mapping[str, Any], keywords: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each schema in these keywords with its pointer, such as `("/allOf/0", {...})`."""
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
    """Yield a schema and the schemas inside it with their pointers, outer schemas first.

    The schemas `true` and `false` are skipped.
    """
    if not isinstance(node, dict):
        return
    yield pointer, node
    for below, schema in list_subschemas(node, node):
        yield from walk_schemas(schema, pointer + below)


def map_schemas(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a copy with `change` applied to each schema, inner schemas first.

    The schemas `true` and `false` stay unchanged in the keywords that `CLOSING` lists.
    """
    if not isinstance(node, dict):
        return change(node)
    members = {}
    for keyword, value in node.items():
        members[keyword] = value
        if keyword in _WITH_SCHEMA and not (keyword in CLOSING and isinstance(value, bool)):
            members[keyword] = map_schemas(value, change)
        elif keyword in _WITH_LIST:
            members[keyword] = [map_schemas(schema, change) for schema in value]
        elif keyword in _WITH_NAMES:
            members[keyword] = {name: map_schemas(schema, change) for name, schema in value.items()}
    return change(members)


def read_reference(reference: str) -> str:
    """Return the JSON Pointer of a `$ref`, such as `/$defs/a b` for `#/$defs/a%20b`.

    Raises:
        LookupError: if the reference leads to another document, or is an anchor.
    """
    if reference not in ("", "#") and not reference.startswith("#/"):
        raise LookupError(reference)
    return unquote(reference.removeprefix("#"))


def make_reference(pointer: str) -> str:
    """Return the `$ref` of a JSON Pointer, such as `#/$defs/a%20b` for `/$defs/a b`."""
    return f"#{quote(pointer, safe='/~$')}"


def resolve_reference(document: Mapping[str, Any], reference: str) -> Any:
    """Return the schema that a `$ref` such as `#/$defs/box` refers to.

    Raises:
        LookupError: if there is no such schema in the document, or the reference is an anchor.
    """
    return resolve_pointer(document, read_reference(reference))


def list_describing(document: Mapping[str, Any], nodes: Iterable[Any]) -> Iterator[dict[str, Any]]:
    """Yield the schemas in `nodes`, and the schemas for the same value in `DESCRIBING` keywords or behind a `$ref`."""
    for node in nodes:
        if isinstance(node, dict):
            yield node
            branches = [branch for _, branch in list_subschemas(node, DESCRIBING)]
            if "$ref" in node:
                branches.append(resolve_reference(document, node["$ref"]))
            yield from list_describing(document, branches)


def list_described_names(document: Mapping[str, Any], nodes: Iterable[Any]) -> list[str]:
    """Return the names that these schemas describe or require in one object."""
    names: dict[str, None] = {}
    for node in list_describing(document, nodes):
        names |= dict.fromkeys([*node.get("properties", ()), *node.get("required", ())])
        for name, required in node.get("dependentRequired", {}).items():
            names |= dict.fromkeys([name, *required])
        names |= dict.fromkeys(node.get("dependentSchemas", ()))
        allowed = node.get("propertyNames", {}).get("enum", ())
        names |= dict.fromkeys(name for name in allowed if isinstance(name, str))
    return list(names)
