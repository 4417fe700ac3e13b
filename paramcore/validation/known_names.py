"""The names that a schema knows in a value, with references, branches and patterns followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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

#: Keywords that describe the members of an object, or the elements of an array.
_WITH_PARTS = {"properties", "patternProperties", "additionalProperties", "items"}


class KnownNames:
    """The names that schemas know in one value and in its parts.

    Parts are made on use, each once: a schema may refer to itself for ever, a
    value ends.
    """

    def __init__(self, schema: Schema, nodes: Iterable[Any], validator: Any) -> None:
        self._schema = schema
        #: The validator of the whole schema; a new one takes longer than the search for a name.
        self._validator = validator
        self._roots = list(nodes)
        self._nodes = list(list_describing(schema.document, self._roots))
        keywords = {keyword for node in self._nodes for keyword in node}
        #: Whether the schemas say anything about the inside of a value.
        self.has_parts: bool = not keywords.isdisjoint(_WITH_PARTS)
        #: The names that the schemas list.
        self.names: list[str] = list_described_names(schema.document, self._nodes)
        self._patterns = list(dict.fromkeys(name for node in self._nodes for name in node.get("patternProperties", ())))
        #: Whether the schemas say what any other member must be.
        self._allows_others = any(
            node.get(keyword, False) is not False
            for node in self._nodes
            for keyword in ("additionalProperties", "unevaluatedProperties")
        )
        # Where the schemas are closed, an unknown name is an error already.
        closing = {"additionalProperties", "patternProperties", "unevaluatedProperties"}
        self._lists_all = "properties" in keywords and keywords.isdisjoint(closing)
        self._parts: dict[tuple[str | None, ...], KnownNames] = {}

    def allows(self, name: str) -> bool:
        """Return whether the schemas know a name, or allow any other name."""
        return self._allows_others or name in self.names or matches_any(self._patterns, name)

    def add_unknown(self, value: Any, trail: tuple[str | int, ...], findings: list[Finding]) -> None:
        """Add a finding for each unknown name inside an object or array, which is at `trail` in the params."""
        if isinstance(value, list):
            elements = self._get_elements()
            for index, element in enumerate(value):
                if elements.has_parts and isinstance(element, (dict, list)):
                    elements.add_unknown(element, (*trail, index), findings)
            return
        for name, member in value.items():
            if self._lists_all and name not in self.names:
                self._add_unknown_name(name, value, trail, findings)
            elif isinstance(member, (dict, list)):
                part = self.get_part(name)
                if part.has_parts:
                    part.add_unknown(member, (*trail, name), findings)

    def _add_unknown_name(
        self, name: str, value: Mapping[str, Any], trail: tuple[str | int, ...], findings: list[Finding]
    ) -> None:
        # Only names that fit here are suggested: `min` is for fields of type number, not for a text.
        nodes = self._list_applicable(self._roots, value)
        known = {key: node for each in nodes for key, node in each.get("properties", {}).items()}
        corrected = (key for key, node in known.items() if name in node.get("x-mistaken", ()))
        suggestion = next(corrected, None) or suggest_name(name, known)
        if self._schema.coverage == "full" or suggestion is not None:
            pointer, found = join_pointer(*trail, name), f"the name {format_value(name)}"
            wanted = "a name that is known here"
            findings.append(Finding("param_unknown", "warning", pointer, found, wanted, suggestion))

    def _list_applicable(self, nodes: Iterable[Any], value: Any) -> Iterator[dict[str, Any]]:
        """Yield these schemas and all that describe this value; of a condition, the branch that applies."""
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
        """Return the names in a member called `name`."""
        # Keyed by what describes the member: values may have any number of names.
        matching = [pattern for pattern in self._patterns if matches_any([pattern], name)]
        key = ("member", name if name in self.names else None, *matching)
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

    def _get_elements(self) -> KnownNames:
        """Return the names in the elements of an array."""
        if ("element",) not in self._parts:
            schemas = [node.get("items") for node in self._nodes]
            self._parts["element",] = KnownNames(self._schema, schemas, self._validator)
        return self._parts["element",]
