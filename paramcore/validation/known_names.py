"""Which names a schema knows inside a value: what `properties` say, references and branches followed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from paramcore.validation.schema import Schema

__all__ = ["Shape"]


class Shape:
    """
    What the schemas of one value say of the names in it.

    `names` are those of an object, or `None` where any name may stand: where the
    schema knows none, or says what all others are.  Shapes are made on use, and
    each once: a schema may go round for ever, a value does not.
    """

    def __init__(self, schema: Schema, nodes: Sequence[Any]) -> None:
        self._schema = schema
        self._each = list(_in_all(schema, nodes))
        known = {name: one for node in self._each for name, one in node.get("properties", {}).items()}
        is_open = any("additionalProperties" in node or "patternProperties" in node for node in self._each)
        self.names: Mapping[str, Any] | None = known if known and not is_open else None
        self._members: dict[str | None, Shape | None] = {}

    @property
    def goes_deeper(self) -> bool:
        """Whether anything is said of what is inside a value."""
        inside = ("properties", "additionalProperties", "items")
        return any(name in node for node in self._each for name in inside)

    def member(self, name: str) -> Shape | None:
        """Return the shape of a member; `None` where the schema says nothing of what is inside it."""
        if name not in self._members:
            found = (node.get("properties", {}).get(name, node.get("additionalProperties")) for node in self._each)
            self._members[name] = self._below(found)
        return self._members[name]

    @property
    def element(self) -> Shape | None:
        """The shape of the elements of an array."""
        if None not in self._members:
            self._members[None] = self._below(node.get("items") for node in self._each)
        return self._members[None]

    def _below(self, found: Iterator[Any]) -> Shape | None:
        nodes = [node for node in found if isinstance(node, dict)]
        return Shape(self._schema, nodes) if nodes else None

    def meant_by(self, name: str) -> str | None:
        """Return the known name for which this one is known to stand by mistake."""
        for right, node in (self.names or {}).items():
            if isinstance(node, dict) and name in node.get("x-mistaken", ()):
                return right
        return None


def _in_all(schema: Schema, nodes: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """Yield these schemas and all that say what the same value should be: `not` and `if` say nothing of that."""
    for node in nodes:
        if not isinstance(node, dict):
            continue
        yield node
        below = [node[name] for name in ("then", "else", "x-warn") if name in node]
        below += [one for name in ("allOf", "anyOf", "oneOf") for one in node.get(name, ())]
        if "$ref" in node:
            below.append(schema.at(node["$ref"]))
        yield from _in_all(schema, below)
