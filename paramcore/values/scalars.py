"""JSON scalars: exact types, finite floats, limited digits, no lone surrogates."""

from __future__ import annotations

from math import isfinite
from typing import Any

#: Digits of an integer; Python raises an error if it converts more digits to text.
MAX_DIGITS = 4_300

SCALAR_TYPES = frozenset({str, int, float, bool, type(None)})

_UPPER_BOUND = 10**MAX_DIGITS
_LOWER_BOUND = -_UPPER_BOUND


def is_json_scalar(value: Any) -> bool:
    """Return whether JSON can hold a value with one of `SCALAR_TYPES`."""
    value_type = type(value)
    if value_type is str:
        return not has_surrogate(value)
    if value_type is int:
        return bool(_LOWER_BOUND < value < _UPPER_BOUND)
    return value_type is not float or isfinite(value)


def has_surrogate(text: str) -> bool:
    """Return whether text has a lone surrogate, which UTF-8 cannot encode."""
    # Fast path: most text is ASCII.
    if text.isascii():
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False
