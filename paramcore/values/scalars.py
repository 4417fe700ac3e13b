"""Checks of JSON scalars: finite floats, digits of integers, lone surrogates."""

from __future__ import annotations

from math import isfinite
from typing import Any

#: The maximum number of digits of an integer; by default, Python cannot format an integer with more digits.
MAX_DIGITS = 4_300

SCALAR_TYPES = frozenset({str, int, float, bool, type(None)})

_UPPER_BOUND = 10**MAX_DIGITS
_LOWER_BOUND = -_UPPER_BOUND


def is_json_scalar(value: Any) -> bool:
    """Return whether a value whose type is in `SCALAR_TYPES` is a JSON value."""
    value_type = type(value)
    if value_type is str:
        return not has_surrogate(value)
    if value_type is int:
        return bool(_LOWER_BOUND < value < _UPPER_BOUND)
    return value_type is not float or isfinite(value)


def has_surrogate(text: str) -> bool:
    """Return whether a string contains a lone surrogate, which UTF-8 cannot encode."""
    # Fast path: most text is ASCII.
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
