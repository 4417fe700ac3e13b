"""Decode and encode lines of JSON, faster if the packages of the extra `fast` are installed.

`JSONCodec` uses `json` of the standard library.  `FastCodec` decodes with `jiter` and encodes with
`orjson`.  Both decode a line to the same value.  They may encode a number in different notations,
such as `1e-07` and `1e-7`.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import Any, Protocol

from paramcore.files.document import STRICT_DECODER, TASK_DEPTH, DuplicateName, find_too_deep
from paramcore.values import MAX_DIGITS, MAX_NODES, encode_compact


class Codec(Protocol):
    """Decodes and encodes lines of JSON."""

    def decode_object(self, line: bytes) -> dict[str, Any] | None:
        """Return the object in a line, or `None` for a line that this method does not decode.

        `freeze` accepts each object that this method returns.  After `None`, call
        `Line.document`, which decodes the line or raises an error.
        """
        ...

    def encode(self, value: Any) -> bytes:
        """Return compact JSON in UTF-8."""
        ...


class JSONCodec:
    """The codec of the standard library."""

    def decode_object(self, line: bytes) -> dict[str, Any] | None:
        """Return the object in a line, or `None`; see `Codec.decode_object`."""
        # Decode only what `freeze` accepts.  A line of fewer than MAX_NODES bytes cannot have too many values.  Python
        # rejects integers with too many digits, unless Python's own limit is higher or off.
        if len(line) >= MAX_NODES or not 0 < sys.get_int_max_str_digits() <= MAX_DIGITS:
            return None
        try:
            text = line.decode()
            if find_too_deep(text, TASK_DEPTH) is not None:
                return None
            value = STRICT_DECODER.decode(text)
            if "\\u" in text:
                # An escape may be a lone surrogate, for which `encode` raises `UnicodeEncodeError`.
                self.encode(value)
        except (ValueError, RecursionError, DuplicateName):
            return None
        return value if type(value) is dict else None

    def encode(self, value: Any) -> bytes:
        """Return compact JSON in UTF-8."""
        return encode_compact(value).encode()


class FastCodec:
    """The codec of `jiter` and `orjson`."""

    def __init__(self) -> None:
        # `orjson` imports `dataclasses`, and crashes if a signal interrupts that import, so import `dataclasses` first.
        import dataclasses  # noqa: F401, PLC0415

        # These packages may be missing, because only the extra `fast` installs them.
        from jiter import from_json  # noqa: PLC0415
        from orjson import dumps  # noqa: PLC0415

        self._decode = partial(from_json, catch_duplicate_keys=True, allow_inf_nan=False)
        self._encode = dumps

    def decode_object(self, line: bytes) -> dict[str, Any] | None:
        """Return the object in a line, or `None`; see `Codec.decode_object`."""
        try:
            value = self._decode(line)
            # Leave lines with `null` to `PLAIN`: `jiter` decodes 1e400 to infinity, which `orjson` encodes as null.
            # Leave lines with many brackets or bytes to `PLAIN`: `freeze` limits the depth and the number of values.
            if (
                type(value) is dict
                and line.count(b"[") + line.count(b"{") <= TASK_DEPTH
                and len(line) < MAX_NODES
                and b"null" not in self._encode(value)
            ):
                return value
        except (ValueError, TypeError):
            pass
        return PLAIN.decode_object(line)

    def encode(self, value: Any) -> bytes:
        """Return compact JSON in UTF-8."""
        try:
            return self._encode(value)
        except TypeError:
            # `orjson` rejects integers of more than 64 bits.
            return PLAIN.encode(value)


PLAIN: Codec = JSONCodec()


def choose_codec() -> Codec:
    """Return the fast codec if its packages are installed, otherwise `PLAIN`."""
    try:
        return FastCodec()
    except ImportError:
        return PLAIN
