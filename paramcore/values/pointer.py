"""JSON Pointers (RFC 6901)."""

from __future__ import annotations

import re
from typing import Any

#: An array index of at most 18 digits, without a sign or leading zeros.
_INDEX = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)
#: An invalid escape: a tilde that is not followed by 0 or 1.
_BAD_ESCAPE = re.compile("~(?![01])")


def join_pointer(*parts: str | int) -> str:
    """Join names and indexes into a JSON Pointer: `join_pointer("a/b", 0)` is `/a~1b/0`."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def split_pointer(pointer: str) -> tuple[str, ...]:
    """Split a JSON Pointer into its names and indexes, all as strings."""
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


def resolve_pointer(value: Any, pointer: str) -> Any:
    """Return the value at a JSON Pointer: `resolve_pointer({"a": [5]}, "/a/0")` is 5.

    Raises:
        LookupError: if the pointer is invalid, or the value does not exist.  `/00` and `/-1` are not
            array indexes.
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
