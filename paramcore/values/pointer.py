"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

from typing import Any


def join_pointer(*parts: str | int) -> str:
    """Return the JSON Pointer that leads through these names and indexes: `join_pointer("a/b", 0)` is `/a~1b/0`."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Return the names and indexes of a JSON Pointer, as text."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def resolve_pointer(value: Any, pointer: str) -> Any:
    """Return the value that a JSON Pointer leads to.

    Raises:
        LookupError: where there is no such value.
    """
    for part in split_pointer(pointer):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value
