"""Derive the schema of a project alone, whose tasks complete it with further params.

A project is wrong only where no added param could make it right.  Two schemas
are derived from each schema that applies to the params as a whole:

- `possible` accepts an object that some completion may make valid.
- `certain` accepts an object of which every completion is valid.

Each needs the other, because `not` turns one into the other.  For example,
`{"required": ["a"]}` is possible for every object, and certain for one with `a`.

Keywords are derived one by one, so `possible` may accept an object that no
completion makes valid.  It never rejects one that some completion makes valid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from paramcore.validation.subschemas import list_subschemas, make_reference, read_reference
from paramcore.values import join_pointer, resolve_pointer

_Schema: TypeAlias = dict[str, Any]
#: `enforced` is `possible` without `x-warn`, for places where a warning would decide.
_Purpose: TypeAlias = Literal["possible", "enforced", "certain"]

_REJECT_ALL: _Schema = {"not": {}}

#: Keywords that a completion may satisfy, and keywords that are derived with others or hold definitions.
_DROPPED = {"required", "minProperties", "dependentRequired", "then", "else", "$defs", "definitions"}

#: Keywords that reject a name: a completion may bring it.
_CLOSING = ("additionalProperties", "patternProperties", "propertyNames", "unevaluatedProperties")

#: The root keyword that holds the derived schemas, where references to the original stay what they are.
_DERIVED = "x-derived"

#: Holds the schema of the original that a message shows in place of a derived one.
ORIGINAL = "x-original"


def derive_completion(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a larger document, and a schema in it of the objects that some completion may make valid."""
    completion = _Completion(document)
    return {**document, _DERIVED: completion.derived}, completion.root


class _Completion:
    """The schemas that are derived from one document, by names such as `possible /allOf/0`."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.derived: dict[str, Any] = {}
        self._waiting: list[tuple[str, _Purpose, str]] = []
        #: The schema that is derived from the whole document.
        self.root = self._refer("possible", "")
        # A queue, and no recursion: a chain of references may be long.
        while self._waiting:
            name, purpose, pointer = self._waiting.pop()
            schema = resolve_pointer(document, pointer)
            if purpose == "certain":
                self.derived[name] = self._certain(schema, pointer)
            else:
                self.derived[name] = self._possible(schema, pointer, purpose)

    def _refer(self, purpose: _Purpose, pointer: str) -> _Schema:
        """Return a reference to what is derived from the schema at a pointer."""
        name = f"{purpose} {pointer}"
        if name not in self.derived:
            self.derived[name] = None
            self._waiting.append((name, purpose, pointer))
        return {"$ref": make_reference(join_pointer(_DERIVED, name))}

    def _refer_each(self, purpose: _Purpose, schema: _Schema, pointer: str, keyword: str) -> list[_Schema]:
        """Return a reference for each schema that a keyword holds."""
        return [self._refer(purpose, pointer + below) for below, _ in list_subschemas(schema, [keyword])]

    def _possible(self, schema: _Schema, pointer: str, purpose: _Purpose) -> _Schema:
        kept: _Schema = {}
        parts: list[_Schema] = []
        for keyword, value in schema.items():
            if keyword == "allOf":
                parts += self._refer_each(purpose, schema, pointer, keyword)
            elif keyword == "anyOf":
                kept[keyword] = self._refer_each(purpose, schema, pointer, keyword)
            elif keyword == "oneOf":
                parts.append(self._select_one(schema, pointer, purpose, "certain"))
            elif keyword == "not":
                kept[keyword] = {**self._refer("certain", f"{pointer}/not"), ORIGINAL: value}
            elif keyword == "if":
                parts.append(self._choose(schema, pointer, purpose))
            elif keyword == "dependentSchemas":
                names = {name: pointer + join_pointer(keyword, name) for name in value}
                kept[keyword] = {name: self._refer(purpose, below) for name, below in names.items()}
                # A completion may bring the name: its schema may then allow names that are there.
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
            # The message of a choice is the description beside it.
            parts = [{"description": schema["description"], **part} for part in parts]
        return {**kept, "allOf": parts} if parts else kept

    def _choose(self, schema: _Schema, pointer: str, purpose: _Purpose) -> _Schema:
        """Return what is possible by `if`, `then` and `else`: a completion may decide the condition."""
        possible_condition = self._refer("enforced", f"{pointer}/if")

        def refer_branch(keyword: str, purpose: _Purpose) -> _Schema:
            return self._refer(purpose, f"{pointer}/{keyword}") if keyword in schema else {}

        undecided = {"anyOf": [refer_branch("then", "enforced"), refer_branch("else", "enforced")]}
        return {
            "if": self._refer("certain", f"{pointer}/if"),
            # The condition is here again because names that it describes are evaluated.
            "then": {"allOf": [possible_condition, refer_branch("then", purpose)]},
            "else": {"if": possible_condition, "then": undecided, "else": refer_branch("else", purpose)},
        }

    def _certain(self, schema: _Schema, pointer: str) -> _Schema:
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
                parts.append(self._select_one(schema, pointer, "certain", "enforced"))
            elif keyword == "not":
                parts.append({keyword: self._refer("enforced", f"{pointer}/not")})
            elif keyword == "if":
                parts.append(self._choose_certain(schema, pointer))
            elif keyword == "$ref":
                parts.append(self._refer("certain", read_reference(value)))
        return {"allOf": parts} if parts else {}

    def _choose_certain(self, schema: _Schema, pointer: str) -> _Schema:
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

    def _select_one(self, schema: _Schema, pointer: str, accepts: _Purpose, excludes: _Purpose) -> _Schema:
        """Return a schema that accepts one schema of `oneOf`, and excludes each other one."""
        accepted = self._refer_each(accepts, schema, pointer, "oneOf")
        excluded = self._refer_each(excludes, schema, pointer, "oneOf")
        others = [
            {"not": {**other, ORIGINAL: original}} for other, original in zip(excluded, schema["oneOf"], strict=True)
        ]
        choices = [{"allOf": [choice, *others[:index], *others[index + 1 :]]} for index, choice in enumerate(accepted)]
        return {"anyOf": choices}


def _make_part_schema(value: Mapping[str, Any]) -> _Schema:
    """Return a schema of the objects that further names may complete to this value."""
    return {
        "properties": {name: {"const": member} for name, member in value.items()},
        "additionalProperties": False,
    }
