"""Errors about values that cannot be frozen, with the JSON Pointer of the place.

While `freeze` walks through a value it keeps a trail for each container:
`(trail of the container around it, name or index there, source object)`.  The
outermost container has the trail `(None, None, source)`.  Only an error turns a
trail into a pointer.
"""

from __future__ import annotations

from typing import Any, TypeAlias

from paramcore.errors import NotJSON
from paramcore.text import describe_value
from paramcore.values.pointer import join_pointer
from paramcore.values.scalars import MAX_DIGITS

Trail: TypeAlias = tuple[Any, "str | int | None", Any]

#: Types that people hand in by mistake, and the call that makes JSON of a value.
_CONVERSIONS = {
    "set": "list()",
    "frozenset": "list()",
    "range": "list()",
    "generator": "list()",
    "dict_keys": "list()",
    "dict_values": "list()",
    "bytes": ".decode()",
    "bytearray": ".decode()",
    "datetime": ".isoformat()",
    "date": ".isoformat()",
    "Decimal": "float()",
    "Fraction": "float()",
    "UUID": "str()",
    "PosixPath": "str()",
    "WindowsPath": "str()",
}


def fault_at(trail: Trail | None, code: str, found: str, wanted: str) -> NotJSON:
    """Return an error about the value at the end of a trail; no trail is the outermost value."""
    return NotJSON(code, _pointer(trail), found, wanted)


def scalar_fault(value: object, trail: Trail | None) -> NotJSON:
    """Return the error about text, an integer, a float or anything else that JSON cannot hold."""
    if type(value) is str:
        return fault_at(trail, "value_text", describe_value(value), "text without lone surrogates")
    if type(value) is int:
        found = f"more than {MAX_DIGITS:,} digits"
        return fault_at(trail, "value_number", found, "an integer of fewer digits")
    found = describe_value(value)
    return fault_at(trail, "value_number", found, "a finite number: JSON has no NaN and no Infinity")


def unending_fault(trail: Trail, code: str, found: str, wanted: str) -> NotJSON:
    """Return the error about a value that is too deep or too large; a value that holds itself is a `cycle`."""
    trails: list[Trail] = []
    current: Trail | None = trail
    while current is not None:
        trails.append(current)
        current = current[0]
    sources = set()
    for step in reversed(trails):
        if id(step[2]) in sources:
            return fault_at(step, "cycle", "an object or array that holds itself", "a value that ends")
        sources.add(id(step[2]))
    return fault_at(trail, code, found, wanted)


def conversion_advice(kind: type) -> str:
    """Return what JSON takes, and how to convert a value of this type."""
    wanted = "null, a bool, a number, text, an array (list, tuple) or an object (Mapping)"
    if kind.__name__ in _CONVERSIONS:
        return f"{wanted}: convert it with `{_CONVERSIONS[kind.__name__]}`"
    if issubclass(kind, (str, int, float)):
        return f"{wanted}, of exactly that type: convert it, for example with `.value` or `str()`"
    return wanted


def _pointer(trail: Trail | None) -> str:
    parts: list[str | int] = []
    while trail is not None:
        around, place, _source = trail
        if place is not None:
            parts.append(place)
        trail = around
    return join_pointer(*reversed(parts))
