"""Suggest how to convert a Python object to the JSON value that was expected."""

from __future__ import annotations

from enum import Enum
from typing import Any

#: The names of types that are often passed by mistake, each with the call that converts a value to JSON.
#: The call also converts values of subclasses, such as `numpy.memmap` and `geopandas.GeoSeries`.
_CONVERSIONS = {
    **dict.fromkeys(["set", "frozenset", "range", "generator", "dict_keys", "dict_values"], "list()"),
    **dict.fromkeys(["bytes", "bytearray"], ".decode()"),
    **dict.fromkeys(["datetime", "date"], ".isoformat()"),
    **dict.fromkeys(["Decimal", "Fraction"], "float()"),
    **dict.fromkeys(["UUID", "PosixPath", "WindowsPath", "datetime64", "timedelta64"], "str()"),
    **dict.fromkeys(["Timestamp"], ".isoformat()"),
    **dict.fromkeys(["ndarray"], ".tolist()"),
    # Both pandas and polars have `to_list`, but polars has no `tolist`.
    **dict.fromkeys(["Series", "Index"], ".to_list()"),
}

#: Methods and attributes of classes, each with the call that converts an object of such a class to a dict.
_OBJECT_CONVERSIONS = {
    "as_dict": ".as_dict()",  # the official SDK
    "model_dump": ".model_dump()",  # Pydantic
    "_asdict": "._asdict()",  # named tuples
    "__dataclass_fields__": "dataclasses.asdict()",
    "__attrs_attrs__": "attrs.asdict()",
}

#: The call that converts a table of pandas to a list of its rows.
_RECORDS = ".to_dict('records')"
#: For polars, Spark and Dask: a method that only tables of this library have, and the call that returns their rows.
_TABLE_CONVERSIONS = {
    "to_dicts": ".to_dicts()",
    "toPandas": f".toPandas(){_RECORDS}",
    "compute": f".compute(){_RECORDS}",
}

#: If the type of a value is a subclass of one of these types, the error names the base class.
_BASES = (str, int, float, list, tuple)

#: The names of the pandas types of missing values.
_MISSING = frozenset({"NAType", "NaTType"})

MISSING_REMEDY = "pass `None` for a missing value (pandas: `df.astype(object).where(df.notna(), None)`)"


def find_base(value_type: type) -> type | None:
    """Return the first type in `_BASES` that is `value_type` or one of its base classes, or `None`."""
    return next((base for base in _BASES if issubclass(value_type, base)), None)


def has_base(value_type: type, name: str) -> bool:
    """Return whether a type or one of its base classes has this name."""
    return any(base.__name__ == name for base in value_type.__mro__)


def suggest_json(value_type: type) -> str:
    """Return what to do with a value of a type that does not exist in JSON."""
    base = find_base(value_type)
    if value_type.__name__ in _MISSING:
        return MISSING_REMEDY
    if has_base(value_type, "DataFrame"):
        return suggest_rows(value_type)
    if conversion := _find_conversion(value_type):
        return f"convert it with `{conversion}`"
    # Check numpy before `base`, because `float64` is a subclass of `float`.
    if value_type.__module__.partition(".")[0] == "numpy":
        return "convert it with `.item()`"
    # Check `Enum` before `base`: for a member of `class Label(str, Enum)`, `str()` returns "Label.CAR", not the value.
    if issubclass(value_type, Enum):
        return "convert it with `.value`"
    if base is not None:
        return f"convert it, for example with `{base.__name__}()`"
    return _suggest_dict(value_type) or "pass None, a bool, a number, a string, a list, a tuple or a Mapping"


def suggest_rows(table_type: type) -> str:
    """Return how to convert a table of pandas, polars, Spark or Dask to a list of its rows."""
    found = (call for name, call in _TABLE_CONVERSIONS.items() if hasattr(table_type, name))
    return f"convert it with `{next(found, _RECORDS)}`"


def suggest_text(value: Any, default: str = "") -> str:
    """Return the remedy for a value where text is expected; `default` if no conversion is known."""
    value_type = type(value)
    if isinstance(value, (Enum, bytes, bytearray)):
        return suggest_json(value_type)
    # A plain Python number may come from a JSON file, where `str()` is no remedy, so return the default.
    has_text = _find_conversion(value_type) == "str()" or value_type.__module__ == "numpy"
    is_subclass = isinstance(value, str) and value_type is not str
    return "convert it with `str()`" if has_text or is_subclass else default


def suggest_object(value: Any, default: str) -> str:
    """Return the remedy for a value where a JSON object is expected; `default` if no conversion is known."""
    value_type = type(value)
    if issubclass(value_type, (str, bytes, bytearray)):
        opening = "{" if isinstance(value, str) else b"{"
        return "decode it with `json.loads()`" if value.lstrip()[:1] == opening else default
    # A series of pandas has `to_dict`, but a series of polars does not.
    if has_base(value_type, "Series"):
        return "convert it with `.to_dict()`" if hasattr(value_type, "to_dict") else default
    # Recognize the reply of an HTTP client, such as `requests.Response`.
    if hasattr(value_type, "raise_for_status") and hasattr(value_type, "json"):
        return "decode it with `.json()`"
    return _suggest_dict(value_type) or default


def _find_conversion(value_type: type) -> str:
    """Return the call in `_CONVERSIONS` for a type or the closest of its base classes; `""` if there is none."""
    return next((_CONVERSIONS[base.__name__] for base in value_type.__mro__ if base.__name__ in _CONVERSIONS), "")


def _suggest_dict(value_type: type) -> str:
    """Return how to convert an object of a class to a dict, or `""`; always `""` for the classes of paramcore."""
    if value_type.__module__.partition(".")[0] == __name__.partition(".")[0]:
        return ""
    found = (call for name, call in _OBJECT_CONVERSIONS.items() if hasattr(value_type, name))
    call = next(found, "")
    return f"convert it with `{call}`" if call else ""
