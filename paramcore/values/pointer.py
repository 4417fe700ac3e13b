"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

import re
from typing import Any

#: An index that an array may have: no sign, no leading zero.
_INDEX = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)
#: A tilde is followed by 0 or 1 only.
_BAD_ESCAPE = re.compile("~(?![01])")


def join_pointer(*parts: str | int) -> str:
    """Return the JSON Pointer that leads through these names and indexes: `join_pointer("a/b", 0)` is `/a~1b/0`."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Return the names and indexes of a JSON Pointer, as text."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def resolve_pointer(value: Any, pointer: str) -> Any:
    """Return the value that a JSON Pointer leads to: `resolve_pointer({"a": [5]}, "/a/0")` is 5.

    Raises:
        LookupError: where there is no such value. `/00` and `/-1` are no indexes.
    """
    if (pointer and not pointer.startswith("/")) or _BAD_ESCAPE.search(pointer):
        raise LookupError(pointer)
    for part in split_pointer(pointer):
        if isinstance(value, dict):
            value = value[part]
        elif isinstance(value, list) and _INDEX.fullmatch(part):
            value = value[int(part)]
        else:
            raise LookupError(pointer)
    return value
