"""Violations in our own words: one sentence for each thing that jsonschema finds."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from paramcore.text import describe_type, describe_value, format_value
from paramcore.validation.finding import Finding, Severity, listed
from paramcore.validation.names import nearest
from paramcore.values.frozen import freeze, same
from paramcore.values.pointer import join_pointer

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["worded"]

_TYPES = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "an array",
    "object": "an object",
    "null": "null",
}

_RANGES = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
}

#: Keyword -> what is counted, and how it is asked for.
_SIZES = {
    "minLength": ("characters", "at least {}"),
    "maxLength": ("characters", "at most {}"),
    "minItems": ("elements", "at least {}"),
    "maxItems": ("elements", "at most {}"),
    "minProperties": ("names", "at least {}"),
    "maxProperties": ("names", "at most {}"),
}


#: Keywords that may know names which a schema does not list itself.
_ELSEWHERE = {"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "additionalProperties"}


def worded(error: ValidationError) -> Iterator[Finding]:
    """Yield what an error of jsonschema tells: most often one violation, for several names of an object several."""
    severity: Severity = "warning" if getattr(error, "only_warns", False) else "error"
    place = join_pointer(*error.absolute_path)
    value, keyword = error.instance, str(error.validator)
    for code, where, found, wanted, suggestion in _told(error, keyword, value):
        kind = describe_type(value) if found is None else ""
        yield Finding(code, severity, place + where, found or describe_value(value), wanted, suggestion, kind=kind)


#: Code, further path, what was found (`None`: the value itself), what is wanted, the one fix.
_Telling = tuple[str, str, str | None, str, str | None]


def _told(error: ValidationError, keyword: str, value: Any) -> Iterator[_Telling]:
    asked: Any = error.validator_value
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    if keyword == "required":
        yield from _missing(asked, value)
    elif keyword == "dependentRequired":
        for name, needed in asked.items():
            if name in value:
                yield from _missing(needed, value, f", for `{name}` is there")
    elif keyword == "type":
        types = [asked] if isinstance(asked, str) else list(asked)
        yield "param_type", "", None, listed([_TYPES[one] for one in types]), _retyped(value, types)
    elif keyword in ("enum", "const"):
        choices = asked if keyword == "enum" else [asked]
        yield (
            "param_choice",
            "",
            None,
            listed([format_value(one, limit=40) for one in choices]),
            _choice(value, choices),
        )
    elif keyword in _RANGES:
        yield "param_range", "", None, _RANGES[keyword].format(format_value(asked)), None
    elif keyword in _SIZES:
        what, wanted = _SIZES[keyword]
        least = "not empty" if keyword.startswith("min") and asked == 1 else f"{wanted.format(asked)} {what}"
        found = f"{describe_type(value)} of {len(value):,} {what}"
        yield "param_size", "", found, least, None
    elif keyword == "pattern":
        yield "param_pattern", "", None, f"text that matches {format_value(asked)}", None
    elif keyword == "uniqueItems":
        yield "param_repeated", "", "an element that stands twice", "each once", None
    elif asked is False and (keyword == "additionalProperties" or _lists_all(schema, keyword)):
        known, patterns = list(schema.get("properties", {})), schema.get("patternProperties", ())
        for name in value:
            if name not in known and not any(re.search(one, name) for one in patterns):
                yield (
                    "param_unknown",
                    join_pointer(name),
                    f"the name {format_value(name)}",
                    "a known one",
                    nearest(name, known),
                )
    elif keyword == "not" and asked == {}:
        yield "param_conflict", "", None, "no value there", None
    else:
        yield from _of_several(error, schema, keyword)


def _lists_all(schema: Mapping[str, Any], keyword: str) -> bool:
    """Whether a schema that takes no unevaluated names lists those that it takes, and leaves none to other schemas."""
    return keyword == "unevaluatedProperties" and not _ELSEWHERE & schema.keys()


def _missing(names: Any, value: Any, why: str = "") -> Iterator[_Telling]:
    for name in names:
        if name not in value:
            # A name that is nearly there was meant: the unknown one is told as such, beside this.
            yield "param_missing", "", f"no `{name}`{why}", f"`{name}`", None


def _of_several(error: ValidationError, schema: Mapping[str, Any], keyword: str) -> Iterator[_Telling]:
    """Tell what is wrong with a choice of schemas: in the words of the schema, or as the branch that was meant."""
    said = schema.get("description")
    asks_for_names = bool(error.context) and all(one.validator == "required" for one in error.context)
    if said and (asks_for_names or keyword == "not"):
        yield ("param_missing" if asks_for_names else "param_conflict"), "", _is_there(asks_for_names), str(said), None
        return
    if error.context:
        meant = _meant(error)
        place = join_pointer(*meant.relative_path)
        for code, where, found, wanted, suggestion in _told(meant, str(meant.validator), meant.instance):
            yield code, place + where, found or describe_value(meant.instance), wanted, suggestion
        return
    asked = f"what the schema asks by `{keyword}`: {format_value(error.validator_value, limit=100)}"
    yield "param_conflict", "", None, asked, None


def _is_there(asks_for_names: bool) -> str | None:
    return "none of them" if asks_for_names else None


def _meant(error: ValidationError) -> ValidationError:
    """Return the error of the branch that came nearest: the one that went wrong deepest, and not over its very kind."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415  (it doubles the time of an import)

    branches: dict[Any, list[ValidationError]] = {}
    for one in error.context:
        branches.setdefault(one.relative_schema_path[0], []).append(one)

    def distance(errors: list[ValidationError]) -> tuple[bool, int]:
        wrong_kind = any(one.validator in ("type", "const", "enum") and not one.relative_path for one in errors)
        return wrong_kind, len(errors)

    nearest_branch = min(branches.values(), key=distance)
    found = best_match(nearest_branch)
    return found if found is not None else nearest_branch[0]


def _retyped(value: Any, types: list[str]) -> str | None:
    """Return the value as it was meant, where a text holds it or a list was left out."""
    if isinstance(value, str) and {"integer", "number", "boolean"} & {*types} and len(value) < 40:
        try:
            meant = freeze(json.loads(value))
        except ValueError:
            return None
        kinds = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}.get(type(meant), set())
        return json.dumps(meant) if kinds & {*types} else None
    return None


def _choice(value: Any, choices: list[Any]) -> str | None:
    if not isinstance(value, str):
        return None
    folded = [one for one in choices if isinstance(one, str) and same(one.casefold(), value.strip().casefold())]
    name = folded[0] if folded else nearest(value, [one for one in choices if isinstance(one, str)])
    return None if name is None else json.dumps(name)
