"""Collect the names that a schema describes for a value and its members."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from paramcore.text import format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.validation.patterns import matches_any
from paramcore.validation.schema import Schema
from paramcore.validation.subschemas import (
    DESCRIBING,
    list_described_names,
    list_describing,
    list_subschemas,
    resolve_reference,
)
from paramcore.values import join_pointer

#: The keywords whose schemas describe members or elements.
_WITH_PARTS = {"properties", "patternProperties", "additionalProperties", "items", "prefixItems"}


def map_mistakes(schemas: Mapping[str, Any]) -> dict[str, str]:
    """Return the correct name for each mistaken name.

    `schemas` are the schemas of the members, by name.  Each may list mistaken names in
    `x-mistaken`.
    """
    members = [(name, schema) for name, schema in schemas.items() if isinstance(schema, dict)]
    # If several members list the same mistake, the first member counts.  A later entry of a dict overwrites an earlier
    # one, so go through the members in reverse.
    return {mistake: name for name, schema in reversed(members) for mistake in schema.get("x-mistaken", ())}


class KnownNames:
    """The names that schemas describe in one value and in its members or elements.

    The names inside members and elements are collected on first use, because a schema may
    refer to itself.
    """

    def __init__(self, schema: Schema, nodes: Iterable[Any], validator: Any) -> None:
        self._schema = schema
        #: The validator of the whole schema. It is reused, because creating a validator is slow.
        self._validator = validator
        self._roots = list(nodes)
        self._nodes = list(list_describing(schema.document, self._roots))
        keywords = {keyword for node in self._nodes for keyword in node}
        #: Whether the schemas describe members or elements.
        self.has_parts: bool = not keywords.isdisjoint(_WITH_PARTS)
        #: The names that the schemas describe or require, except by a pattern.
        self.names: dict[str, None] = dict.fromkeys(list_described_names(schema.document, self._nodes))
        self._patterns = list(dict.fromkeys(name for node in self._nodes for name in node.get("patternProperties", ())))
        #: Whether a schema explicitly allows members that it does not describe.
        self._allows_others = any(
            node.get(keyword, False) is not False
            for node in self._nodes
            for keyword in ("additionalProperties", "unevaluatedProperties")
        )
        # A keyword in `closing` decides which unknown names are errors, so do not warn.
        closing = {"additionalProperties", "patternProperties", "unevaluatedProperties"}
        self._lists_all = "properties" in keywords and keywords.isdisjoint(closing)
        #: The length of the longest `prefixItems`.
        self._prefix = max((len(node.get("prefixItems", ())) for node in self._nodes), default=0)
        self._parts: dict[tuple[str | int | None, ...], KnownNames] = {}

    def allows(self, name: str) -> bool:
        """Return whether the schemas describe a name, or explicitly allow other names."""
        return self._allows_others or name in self.names or matches_any(self._patterns, name)

    def append_unknown(self, value: Any, trail: tuple[str | int, ...], findings: list[Finding]) -> None:
        """Append the findings on unknown names inside the value at `trail`.

        If the task type is not fully public, an unknown name causes a finding only if there is a suggestion for it.
        """
        if isinstance(value, list):
            for index, element in enumerate(value):
                if isinstance(element, (dict, list)):
                    part = self._get_element(index)
                    if part.has_parts:
                        part.append_unknown(element, (*trail, index), findings)
            return
        suggest: Callable[[str], str | None] | None = None
        for name, member in value.items():
            if self._lists_all and name not in self.names:
                suggest = suggest or self._make_suggest(value)
                self._append_unknown_name(name, suggest(name), trail, findings)
            elif isinstance(member, (dict, list)):
                part = self.get_part(name)
                if part.has_parts:
                    part.append_unknown(member, (*trail, name), findings)

    def _make_suggest(self, value: Mapping[str, Any]) -> Callable[[str], str | None]:
        """Return a function that suggests a correct name for an unknown name in `value`."""
        # Suggest only names that apply to this value. For example, `min` is for number fields, not for text fields.
        nodes = self._list_applicable(self._roots, value)
        known = {key: node for each in nodes for key, node in each.get("properties", {}).items()}
        mistakes = map_mistakes(known)
        return lambda name: mistakes.get(name) or suggest_name(name, known)

    def _append_unknown_name(
        self, name: str, suggestion: str | None, trail: tuple[str | int, ...], findings: list[Finding]
    ) -> None:
        if self._schema.coverage == "full" or suggestion is not None:
            pointer, problem = join_pointer(*trail, name), f"the name {format_value(name)} is unknown here"
            findings.append(Finding("param_unknown", "warning", pointer, problem, suggestion=suggestion))

    def _list_applicable(self, nodes: Iterable[Any], value: Any) -> Iterator[dict[str, Any]]:
        """Yield the schemas in `nodes`, and those of their subschemas that may apply to a value."""
        for node in nodes:
            if not isinstance(node, dict):
                continue
            yield node
            skipped = ""
            if "if" in node:
                fits = self._validator.evolve(schema=node["if"]).is_valid(value)
                skipped = "else" if fits else "then"
            branches = [branch for _, branch in list_subschemas(node, [key for key in DESCRIBING if key != skipped])]
            if "$ref" in node:
                branches.append(resolve_reference(self._schema.document, node["$ref"]))
            yield from self._list_applicable(branches, value)

    def get_part(self, name: str) -> KnownNames:
        """Return the names that the schemas describe inside the member `name`."""
        # For an unknown name, the cache key has only the matching patterns.  Keys with unknown names could fill the memory.
        matching = [pattern for pattern in self._patterns if matches_any([pattern], name)]
        key: tuple[str | None, ...] = ("member", name if name in self.names else None, *matching)
        if key not in self._parts:
            self._parts[key] = KnownNames(self._schema, self._list_member_schemas(name), self._validator)
        return self._parts[key]

    def _list_member_schemas(self, name: str) -> list[Any]:
        schemas: list[Any] = []
        for node in self._nodes:
            patterns = node.get("patternProperties", {})
            own = [schema for pattern, schema in patterns.items() if matches_any([pattern], name)]
            if name in node.get("properties", ()):
                own.append(node["properties"][name])
            schemas += own or [node.get("additionalProperties")]
        return schemas

    def _get_element(self, index: int) -> KnownNames:
        """Return the names that the schemas describe inside the element at `index` of an array."""
        # All elements after the longest prefix have the same schemas.
        index = min(index, self._prefix)
        key = ("element", index)
        if key not in self._parts:
            schemas = []
            for node in self._nodes:
                prefix = node.get("prefixItems", ())
                schemas.append(prefix[index] if index < len(prefix) else node.get("items"))
            self._parts[key] = KnownNames(self._schema, schemas, self._validator)
        return self._parts[key]
