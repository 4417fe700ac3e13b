"""The names that a schema knows inside a value: its `properties`, with references and branches followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from paramcore.text import format_value
from paramcore.validation.finding import Finding
from paramcore.validation.json_schema import make_validator
from paramcore.validation.names import suggest_name
from paramcore.validation.schema import Schema
from paramcore.validation.subschemas import list_subschemas, resolve_reference
from paramcore.values import join_pointer

#: Keywords whose schemas describe the value itself; `not` and `if` do not.
_DESCRIBING = ("then", "else", "x-warn", "allOf", "anyOf", "oneOf")


class KnownNames:
    """The names that schemas know in one value and in its parts.

    Parts are made on use, each once: a schema may refer to itself for ever, a
    value ends.
    """

    def __init__(self, schema: Schema, nodes: Iterable[Any]) -> None:
        self._schema = schema
        self._roots = list(nodes)
        self._nodes = list(_list_applicable(schema, self._roots))
        keywords = {keyword for node in self._nodes for keyword in node}
        #: Whether the schemas say anything about the inside of a value.
        self.has_parts: bool = not keywords.isdisjoint({"properties", "additionalProperties", "items"})
        self._properties = {name: node for each in self._nodes for name, node in each.get("properties", {}).items()}
        #: Whether any other name is unknown.
        self._lists_all = bool(self._properties) and keywords.isdisjoint({"additionalProperties", "patternProperties"})
        self._parts: dict[tuple[str, str | None], KnownNames] = {}

    def add_unknown(self, value: Any, trail: tuple[str | int, ...], findings: list[Finding]) -> None:
        """Add a finding for each unknown name inside an object or array, which is at `trail` in the params."""
        if isinstance(value, list):
            elements = self._get_part("items")
            for index, element in enumerate(value):
                if elements.has_parts and isinstance(element, (dict, list)):
                    elements.add_unknown(element, (*trail, index), findings)
            return
        for name, member in value.items():
            if self._lists_all and name not in self._properties:
                self._add_unknown_name(name, value, trail, findings)
            elif isinstance(member, (dict, list)):
                part = self._get_part("additionalProperties", name if name in self._properties else None)
                if part.has_parts:
                    part.add_unknown(member, (*trail, name), findings)

    def _add_unknown_name(
        self, name: str, value: Mapping[str, Any], trail: tuple[str | int, ...], findings: list[Finding]
    ) -> None:
        # Only names that fit here are suggested: `min` is for fields of type number, not for a text.
        nodes = _list_applicable(self._schema, self._roots, value)
        known = {key: node for each in nodes for key, node in each.get("properties", {}).items()}
        corrected = (key for key, node in known.items() if name in node.get("x-mistaken", ()))
        suggestion = next(corrected, None) or suggest_name(name, known)
        if self._schema.coverage == "full" or suggestion is not None:
            pointer, found = join_pointer(*trail, name), f"the name {format_value(name)}"
            wanted = "a name that is known here"
            findings.append(Finding("param_unknown", "warning", pointer, found, wanted, suggestion))

    def _get_part(self, keyword: str, name: str | None = None) -> KnownNames:
        """Return the names in a member called `name`, or in the parts that only `keyword` describes."""
        if (keyword, name) not in self._parts:
            nodes = (node.get("properties", {}).get(name, node.get(keyword)) for node in self._nodes)
            self._parts[keyword, name] = KnownNames(self._schema, nodes)
        return self._parts[keyword, name]


def _list_applicable(schema: Schema, nodes: Iterable[Any], value: Any = None) -> Iterator[dict[str, Any]]:
    """Yield these schemas and all that describe the same value; without a value, both branches of a condition."""
    for node in nodes:
        if not isinstance(node, dict):
            continue
        yield node
        skipped = ""
        if value is not None and "if" in node:
            fits = make_validator(schema.document).evolve(schema=node["if"]).is_valid(value)
            skipped = "else" if fits else "then"
        branches = [branch for _, branch in list_subschemas(node, [key for key in _DESCRIBING if key != skipped])]
        if "$ref" in node:
            branches.append(resolve_reference(schema.document, node["$ref"]))
        yield from _list_applicable(schema, branches, value)
