"""Errors about values that cannot be frozen, with the JSON Pointer of the place.

`freeze` keeps a `Trail` for each container that it walks through.  Only an error
turns a trail into a pointer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from paramcore.errors import NotJSON
from paramcore.text import describe_value
from paramcore.values.pointer import join_pointer
from paramcore.values.scalars import MAX_DIGITS


class Trail(NamedTuple):
    """The way to a value, which is in the container at `parent`, under the name or index `place`.

    The outermost value has neither; `source` is the object or array as the caller passed it.
    """

    parent: Trail | None
    place: str | int | None
    source: Any


#: Types that people hand in by mistake, and the call that makes JSON of a value.
_CONVERSIONS = {
    **dict.fromkeys(["set", "frozenset", "range", "generator", "dict_keys", "dict_values"], "list()"),
    **dict.fromkeys(["bytes", "bytearray"], ".decode()"),
    **dict.fromkeys(["datetime", "date"], ".isoformat()"),
    **dict.fromkeys(["Decimal", "Fraction"], "float()"),
    **dict.fromkeys(["UUID", "PosixPath", "WindowsPath", "datetime64", "timedelta64"], "str()"),
    **dict.fromkeys(["Timestamp"], ".isoformat()"),
    **dict.fromkeys(["ndarray", "Series", "Index"], ".tolist()"),
    **dict.fromkeys(["DataFrame"], ".to_dict('records')"),
}

#: The missing values of pandas.
_MISSING = frozenset({"NAType", "NaTType"})

_WRITE_NONE = "`None` where a value is missing (pandas: `df.astype(object).where(df.notna(), None)`)"


def make_fault(trail: Trail | None, code: str, found: str, wanted: str) -> NotJSON:
    """Return an error about the value at the end of a trail; no trail is the outermost value."""
    places = [step.place for step in _list_steps(trail) if step.place is not None]
    return NotJSON(code, join_pointer(*places), found, wanted)


def make_scalar_fault(value: object, trail: Trail | None) -> NotJSON:
    """Return the error about text, an integer, a float or anything else that JSON cannot hold."""
    if type(value) is str:
        return make_fault(trail, "value_text", describe_value(value), "text without lone surrogates")
    if type(value) is int:
        found = f"more than {MAX_DIGITS:,} digits"
        return make_fault(trail, "value_number", found, "an integer of fewer digits")
    found = describe_value(value)
    wanted = "a finite number: JSON has no NaN and no Infinity"
    is_nan = value != value  # noqa: PLR0124
    return make_fault(trail, "value_number", found, f"{wanted}; pass {_WRITE_NONE}" if is_nan else wanted)


def make_limit_fault(trail: Trail, code: str, found: str, wanted: str) -> NotJSON:
    """Return the error about a value that is too deep or too large; a value that holds itself is a `cycle`."""
    sources = set()
    for step in _list_steps(trail):
        if id(step.source) in sources:
            return make_fault(step, "cycle", "an object or array that holds itself", "a value that ends")
        sources.add(id(step.source))
    return make_fault(trail, code, found, wanted)


def suggest_conversion(value_type: type) -> str:
    """Return what JSON takes, and how to convert a value of this type."""
    wanted = "null, a bool, a number, text, an array (list, tuple) or an object (Mapping)"
    if value_type.__name__ in _MISSING:
        return f"{wanted}: pass {_WRITE_NONE}"
    if value_type.__name__ in _CONVERSIONS:
        return f"{wanted}: convert it with `{_CONVERSIONS[value_type.__name__]}`"
    # The objects of the official SDK have `as_dict`.
    if callable(getattr(value_type, "as_dict", None)):
        return f"{wanted}: convert it with `.as_dict()`"
    # The scalars of numpy; `float64` is a subclass of `float`.
    if value_type.__module__.partition(".")[0] == "numpy":
        return f"{wanted}: convert it with `.item()`"
    if issubclass(value_type, (str, int, float)):
        return f"{wanted}, of exactly that type: convert it, for example with `.value` or `str()`"
    return wanted


def _list_steps(trail: Trail | None) -> list[Trail]:
    """Return the trails of the containers around a value and its own, outermost first."""
    steps: list[Trail] = []
    while trail is not None:
        steps.append(trail)
        trail = trail.parent
    return steps[::-1]
