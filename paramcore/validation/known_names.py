"""The names that a schema knows inside a value: its `properties`, with references and branches followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paramcore.text import format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.validation.schema import Schema
from paramcore.validation.subschemas import resolve_reference
from paramcore.values import join_pointer


class KnownNames:
    """The names that schemas know in one value and in its parts.

    Parts are made on use, each once: a schema may refer to itself for ever, a
    value ends.
    """

    def __init__(self, schema: Schema, nodes: Sequence[Any]) -> None:
        self._schema = schema
        self._nodes = list(_list_applicable(schema, nodes))
        names = {name: node for each in self._nodes for name, node in each.get("properties", {}).items()}
        is_open = any("additionalProperties" in node or "patternProperties" in node for node in self._nodes)
        #: The schemas of an object's members; `None` where any name is allowed, or none is listed.
        self._names: Mapping[str, Any] | None = names if names and not is_open else None
        self._parts: dict[str | None, KnownNames | None] = {}

    @property
    def has_parts(self) -> bool:
        """Whether the schemas say anything about the inside of a value."""
        inside = ("properties", "additionalProperties", "items")
        return any(keyword in node for node in self._nodes for keyword in inside)

    def add_unknown(self, value: Any, trail: tuple[str | int, ...], findings: list[Finding]) -> None:
        """Add a finding for each unknown name inside an object or array, which is at `trail` in the params."""
        if isinstance(value, list):
            known = self._of_elements()
            for index, element in enumerate(value):
                if known is not None and isinstance(element, (dict, list)):
                    known.add_unknown(element, (*trail, index), findings)
            return
        for name, member in value.items():
            if self._names is not None and name not in self._names:
                self._add_unknown_name(name, trail, findings)
            elif isinstance(member, (dict, list)):
                known = self._of_member(name)
                if known is not None:
                    known.add_unknown(member, (*trail, name), findings)

    def _add_unknown_name(self, name: str, trail: tuple[str | int, ...], findings: list[Finding]) -> None:
        names = self._names or {}
        is_full = self._schema.coverage == "full"
        suggestion = self._correct(name) or suggest_name(name, names, strict=not is_full)
        if is_full or suggestion is not None:
            pointer = join_pointer(*trail, name)
            findings.append(make_unknown_finding(pointer, name, "a name that is known here", suggestion))

    def _correct(self, name: str) -> str | None:
        """Return the known name whose `x-mistaken` lists this one."""
        for known, node in (self._names or {}).items():
            if isinstance(node, dict) and name in node.get("x-mistaken", ()):
                return known
        return None

    def _of_member(self, name: str) -> KnownNames | None:
        if name not in self._parts:
            nodes = (node.get("properties", {}).get(name, node.get("additionalProperties")) for node in self._nodes)
            self._parts[name] = self._make_part(nodes)
        return self._parts[name]

    def _of_elements(self) -> KnownNames | None:
        if None not in self._parts:
            self._parts[None] = self._make_part(node.get("items") for node in self._nodes)
        return self._parts[None]

    def _make_part(self, nodes: Iterator[Any]) -> KnownNames | None:
        schemas = [node for node in nodes if isinstance(node, dict)]
        return KnownNames(self._schema, schemas) if schemas else None


def make_unknown_finding(pointer: str, name: str, wanted: str, suggestion: str | None) -> Finding:
    """Return the warning about a name that a schema does not know."""
    return Finding("param_unknown", "warning", pointer, f"the name {format_value(name)}", wanted, suggestion)


def _list_applicable(schema: Schema, nodes: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield these schemas and all that describe the same value.  `not` and `if` do not describe it."""
    for node in nodes:
        if not isinstance(node, dict):
            continue
        yield node
        branches = [node[keyword] for keyword in ("then", "else", "x-warn") if keyword in node]
        branches += [branch for keyword in ("allOf", "anyOf", "oneOf") for branch in node.get(keyword, ())]
        if "$ref" in node:
            branches.append(resolve_reference(schema.document, node["$ref"]))
        yield from _list_applicable(schema, branches)
