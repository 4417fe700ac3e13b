"""Derive a schema for the params of a project, to which tasks add params.

The params of a project are invalid only if no task can make them valid by adding params.  A
completion of an object is the object with zero or more added params.  From the
schema of a task type, this module derives two schemas:

- `possible`, which accepts every object that has a valid completion;
- `certain`, which accepts an object only if every completion of it is valid.

For example, for the schema `{"required": ["a"]}`, `possible` accepts every object, and
`certain` accepts only objects with `a`.  `not` exchanges the two schemas: for
`{"not": {"required": ["a"]}}`, `possible` accepts only objects without `a`, and `certain`
accepts no object.

Both schemas are approximate, because this module derives each keyword separately.  `possible` may
accept an object that has no valid completion.  `certain` may reject an object whose
completions are all valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from paramcore.validation.subschemas import list_subschemas, make_reference, read_reference
from paramcore.values import join_pointer, resolve_pointer

_Schema: TypeAlias = dict[str, Any]
#: `enforced` is `possible` without `x-warn`, which only causes warnings.  `enforced` is used inside keywords such as
#: `not`, where a violated `x-warn` would count as a mismatch.
_Purpose: TypeAlias = Literal["possible", "enforced", "certain"]

_REJECT_ALL: _Schema = {"not": {}}

#: Keywords that a `possible` schema omits, because a completion may satisfy them, or `_derive_condition` handles them,
#: or they contain only definitions.
_DROPPED = {"required", "minProperties", "dependentRequired", "then", "else", "$defs", "definitions"}

#: Keywords that can reject a name that a completion adds.
_CLOSING = ("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties")

#: The root keyword that contains the derived schemas. The original schemas stay in place, so references to them are
#: still valid.
_DERIVED = "x-derived"

#: The keyword that contains the original of a derived schema, because messages show the original.
ORIGINAL = "x-original"


def derive_completion(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the document with all derived schemas, and the `possible` schema of its root."""
    completion = _Completion(document)
    return {**document, _DERIVED: completion.derived}, completion.root


class _Completion:
    """The schemas derived from one document, with names such as `possible /allOf/0`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.derived: dict[str, Any] = {}
        self._waiting: list[tuple[str, _Purpose, str]] = []
        #: The `possible` schema of the whole document.
        self.root = self._refer("possible", "")
        # A chain of references may be too long for recursion, so derive the schemas in a loop.
        while self._waiting:
            name, purpose, pointer = self._waiting.pop()
            schema = resolve_pointer(document, pointer)
            if purpose == "certain":
                self.derived[name] = self._derive_certain(schema, pointer)
            else:
                self.derived[name] = self._derive_possible(schema, pointer, purpose)

    def _refer(self, purpose: _Purpose, pointer: str) -> _Schema:
        """Return a reference to the schema that is derived from the schema at a pointer."""
        name = f"{purpose} {pointer}"
        if name not in self.derived:
            self.derived[name] = None
            self._waiting.append((name, purpose, pointer))
        return {"$ref": make_reference(join_pointer(_DERIVED, name))}

    def _refer_each(self, purpose: _Purpose, schema: _Schema, pointer: str, keyword: str) -> list[_Schema]:
        """Return references to the schemas that are derived from the schemas in a keyword."""
        return [self._refer(purpose, pointer + below) for below, _ in list_subschemas(schema, [keyword])]

    def _derive_possible(self, schema: _Schema, pointer: str, purpose: _Purpose) -> _Schema:
        kept: _Schema = {}
        parts: list[_Schema] = []
        for keyword, value in schema.items():
            if keyword == "allOf":
                parts += self._refer_each(purpose, schema, pointer, keyword)
            elif keyword == "anyOf":
                kept[keyword] = self._refer_each(purpose, schema, pointer, keyword)
            elif keyword == "oneOf":
                parts.append(self._derive_one_of(schema, pointer, purpose, "certain"))
            elif keyword == "not":
                kept[keyword] = {**self._refer("certain", f"{pointer}/not"), ORIGINAL: value}
            elif keyword == "if":
                parts.append(self._derive_condition(schema, pointer, purpose))
            elif keyword == "dependentSchemas":
                names = {name: pointer + join_pointer(keyword, name) for name in value}
                kept[keyword] = {name: self._refer(purpose, below) for name, below in names.items()}
                # If a completion adds the name, its schema applies, and `unevaluatedProperties` must accept all names
                # that this schema describes.  In an `anyOf` with `{}`, the schema has this effect, but rejects nothing.
                parts += [{"anyOf": [{}, self._refer("enforced", below)]} for below in names.values()]
            elif keyword == "x-warn":
                if purpose == "possible":
                    kept[keyword] = self._refer(purpose, f"{pointer}/x-warn")
            elif keyword == "$ref":
                parts.append(self._refer(purpose, read_reference(value)))
            elif keyword == "const" and isinstance(value, dict):
                parts.append(_make_part_schema(value))
            elif keyword == "enum" and any(isinstance(choice, dict) for choice in value):
                parts.append({"anyOf": [_make_part_schema(choice) for choice in value if isinstance(choice, dict)]})
            elif keyword not in _DROPPED:
                kept[keyword] = value
        if "description" in schema:
            # A message shows the description beside the violated keyword, so copy it to each part.
            parts = [{"description": schema["description"], **part} for part in parts]
        return {**kept, "allOf": parts} if parts else kept

    def _derive_condition(self, schema: _Schema, pointer: str, purpose: _Purpose) -> _Schema:
        """Return the schema derived from `if`; added params may change whether the condition is true."""
        possible_condition = self._refer("enforced", f"{pointer}/if")

        def refer_branch(keyword: str, purpose: _Purpose) -> _Schema:
            return self._refer(purpose, f"{pointer}/{keyword}") if keyword in schema else {}

        undecided = {"anyOf": [refer_branch("then", "enforced"), refer_branch("else", "enforced")]}
        return {
            "if": self._refer("certain", f"{pointer}/if"),
            # Repeat the condition in `then`, because `unevaluatedProperties` accepts the names that it describes.
            "then": {"allOf": [possible_condition, refer_branch("then", purpose)]},
            "else": {"if": possible_condition, "then": undecided, "else": refer_branch("else", purpose)},
        }

    def _derive_certain(self, schema: _Schema, pointer: str) -> _Schema:
        parts: list[_Schema] = []
        for keyword, value in schema.items():
            if keyword in ("type", "required", "minProperties"):
                parts.append({keyword: value})
            elif keyword == "dependentRequired":
                parts += [{"required": names} for names in value.values()]
            elif keyword == "properties":
                parts += [{"required": [name], keyword: {name: inner}} for name, inner in value.items() if inner]
            elif keyword in _CLOSING:
                inners = value.values() if keyword == "patternProperties" else [value]
                parts += [_REJECT_ALL for inner in inners if inner not in ({}, True)]
            elif keyword in ("const", "enum", "maxProperties"):
                parts.append(_REJECT_ALL)
            elif keyword in ("allOf", "dependentSchemas"):
                parts += self._refer_each("certain", schema, pointer, keyword)
            elif keyword == "anyOf":
                parts.append({keyword: self._refer_each("certain", schema, pointer, keyword)})
            elif keyword == "oneOf":
                parts.append(self._derive_one_of(schema, pointer, "certain", "enforced"))
            elif keyword == "not":
                parts.append({keyword: self._refer("enforced", f"{pointer}/not")})
            elif keyword == "if":
                parts.append(self._derive_certain_condition(schema, pointer))
            elif keyword == "$ref":
                parts.append(self._refer("certain", read_reference(value)))
        return {"allOf": parts} if parts else {}

    def _derive_certain_condition(self, schema: _Schema, pointer: str) -> _Schema:
        certain = {
            keyword: self._refer("certain", f"{pointer}/{keyword}") if keyword in schema else {}
            for keyword in ("if", "then", "else")
        }
        impossible = {"not": self._refer("enforced", f"{pointer}/if")}
        return {
            "anyOf": [
                {"allOf": [certain["if"], certain["then"]]},
                {"allOf": [impossible, certain["else"]]},
                {"allOf": [certain["then"], certain["else"]]},
            ]
        }

    def _derive_one_of(self, schema: _Schema, pointer: str, accepts: _Purpose, excludes: _Purpose) -> _Schema:
        """Return the schema derived from `oneOf`, where exactly one branch must match."""
        accepted = self._refer_each(accepts, schema, pointer, "oneOf")
        excluded = self._refer_each(excludes, schema, pointer, "oneOf")
        others = [
            {"not": {**other, ORIGINAL: original}} for other, original in zip(excluded, schema["oneOf"], strict=True)
        ]
        choices = [{"allOf": [choice, *others[:index], *others[index + 1 :]]} for index, choice in enumerate(accepted)]
        return {"anyOf": choices}


def _make_part_schema(value: Mapping[str, Any]) -> _Schema:
    """Return a schema that accepts an object if adding members can turn the object into `value`."""
    return {
        "properties": {name: {"const": member} for name, member in value.items()},
        "additionalProperties": False,
    }
