"""Errors about values that cannot be frozen, with the JSON Pointers of the values.

`freeze` keeps a `Trail` for each container, because building a pointer for each
value would be slow.  An error converts the trail to a pointer.
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

from paramcore.errors import NotJSON
from paramcore.text import describe_python_type, describe_value
from paramcore.values.pointer import join_pointer
from paramcore.values.scalars import MAX_DIGITS


class Trail(NamedTuple):
    """The location of a value: the trail of its container, and its key in the container.

    `parent` and `place` are `None` for the outermost value.  `source` is the
    value as the caller passed it; `None` for a scalar.
    """

    parent: Trail | None
    place: str | int | None
    source: Any


#: The names of types that are often passed by mistake, each with the call that converts its values to JSON.
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

#: If the type of a value is a subclass of one of these types, the error names the base class.
_BASES = (str, int, float, list, tuple)

#: The names of the types of pandas for missing values.
_MISSING = frozenset({"NAType", "NaTType"})

_MISSING_REMEDY = "pass `None` for a missing value (pandas: `df.astype(object).where(df.notna(), None)`)"


def make_fault(trail: Trail | None, code: str, problem: str, remedy: str = "") -> NotJSON:
    """Return an error for the value at a trail; `None` means the outermost value."""
    places = [step.place for step in _list_steps(trail) if step.place is not None]
    return NotJSON(code, join_pointer(*places), problem, remedy)


def make_scalar_fault(value: object, trail: Trail | None) -> NotJSON:
    """Return the error for a string or a number that `freeze` rejects."""
    if type(value) is str:
        return make_surrogate_fault(trail, describe_value(value))
    if type(value) is int:
        return make_fault(trail, "value_number", f"an integer can have at most {MAX_DIGITS:,} digits")
    problem = f"{value!r} is not a JSON value, because JSON numbers are finite"
    is_nan = value != value  # noqa: PLR0124
    return make_fault(trail, "value_number", problem, _MISSING_REMEDY if is_nan else "")


def make_name_fault(trail: Trail, name: object) -> NotJSON:
    """Return the error for a member name that is not a string."""
    problem = f"a name in an object must be a string, got {describe_value(name)}"
    conversion = ".value" if isinstance(name, Enum) else "str()"
    return make_fault(trail, "key_type", problem, f"convert it with `{conversion}`")


def make_surrogate_fault(trail: Trail | None, description: str) -> NotJSON:
    """Return the error for a lone surrogate; `description` describes the value or name."""
    problem = f"{description} contains a lone surrogate, which UTF-8 cannot encode"
    return make_fault(trail, "value_text", problem, "write the whole surrogate pair, or remove the lone surrogate")


def make_limit_fault(trail: Trail, code: str, problem: str) -> NotJSON:
    """Return the error for a value that is too deep or too large.

    The code is `cycle` if the value contains itself.
    """
    sources = set()
    for step in _list_steps(trail):
        if id(step.source) in sources:
            return make_fault(step, "cycle", "the object or array contains itself, but JSON has no cycles")
        sources.add(id(step.source))
    return make_fault(trail, code, problem)


def make_type_fault(trail: Trail | None, value_type: type) -> NotJSON:
    """Return the error for a value whose type does not exist in JSON."""
    problem = f"{describe_python_type(value_type)} is not a JSON value"
    base = next((base for base in _BASES if issubclass(value_type, base)), None)
    if base is not None:
        problem += f", because its type is a subclass of `{base.__name__}`"
    return make_fault(trail, "value_type", problem, _suggest_conversion(value_type, base))


def _suggest_conversion(value_type: type, base: type | None) -> str:
    if value_type.__name__ in _MISSING:
        return _MISSING_REMEDY
    if value_type.__name__ in _CONVERSIONS:
        return f"convert it with `{_CONVERSIONS[value_type.__name__]}`"
    # Objects of the official SDK have the method `as_dict`.
    if callable(getattr(value_type, "as_dict", None)):
        return "convert it with `.as_dict()`"
    # Check numpy before `base`, because `float64` is a subclass of `float`.
    if value_type.__module__.partition(".")[0] == "numpy":
        return "convert it with `.item()`"
    # `str()` of a member of `class Label(str, Enum)` is its name, such as "Label.CAR", and not its value.
    if issubclass(value_type, Enum):
        return "convert it with `.value`"
    if base is not None:
        return f"convert it, for example with `{base.__name__}()`"
    return "pass None, a bool, a number, a string, a list, a tuple or a Mapping"


def _list_steps(trail: Trail | None) -> list[Trail]:
    """Return the trail and its parents, outermost first."""
    steps: list[Trail] = []
    while trail is not None:
        steps.append(trail)
        trail = trail.parent
    return steps[::-1]
