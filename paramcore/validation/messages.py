"""Explain the errors of jsonschema: one finding, in plain words, for each thing that is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from paramcore.text import describe_type, describe_value, format_count, format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.values import freeze, join_pointer, same

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

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

#: What a keyword counts, and how its limit is worded.
_SIZES = {
    "minLength": ("character", "at least"),
    "maxLength": ("character", "at most"),
    "minItems": ("element", "at least"),
    "maxItems": ("element", "at most"),
    "minProperties": ("name", "at least"),
    "maxProperties": ("name", "at most"),
}

#: Keywords that may allow names beside the `properties` of a schema.
_NAMING = {"$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas", "additionalProperties"}

#: Choices that a message lists.
_MAX_LISTED = 12


def explain_error(error: ValidationError) -> Iterator[Finding]:
    """Yield the findings of an error: one, or several where it is about several names."""
    is_warning = getattr(error, "is_warning", False)
    for finding in _explain(error):
        yield evolve(finding, severity="warning") if is_warning else finding


def _explain(error: ValidationError) -> Iterator[Finding]:
    keyword, wanted, value = str(error.validator), error.validator_value, error.instance
    if keyword in _EXPLAIN:
        yield from _EXPLAIN[keyword](error, wanted, value)
    elif keyword in _RANGES:
        yield _make_finding(error, "param_range", _RANGES[keyword].format(format_value(wanted)))
    elif keyword in _SIZES:
        yield _explain_size(error, wanted, value)
    elif wanted is False and (keyword == "additionalProperties" or _lists_all_names(error)):
        yield from _explain_unknown_names(error, value)
    elif keyword == "not" and wanted == {}:
        yield _make_finding(error, "param_conflict", "no value there")
    else:
        yield from _explain_choice(error)


def _make_finding(
    error: ValidationError, code: str, wanted: str, *, found: str = "", suggestion: str | None = None
) -> Finding:
    """Return a finding about a value; `found` describes it without showing it."""
    pointer = join_pointer(*error.absolute_path)
    shown, hidden = (found, "") if found else (describe_value(error.instance), describe_type(error.instance))
    return Finding(code, "error", pointer, shown, wanted, suggestion, found_without_value=hidden)


def _explain_required(error: ValidationError, names: Any, value: Any, reason: str = "") -> Iterator[Finding]:
    for name in names:
        if name not in value:
            yield _make_finding(error, "param_missing", f"`{name}`", found=f"no `{name}`{reason}")


def _explain_dependent_required(error: ValidationError, dependencies: Any, value: Any) -> Iterator[Finding]:
    for name, names in dependencies.items():
        if name in value:
            yield from _explain_required(error, names, value, f", for `{name}` is there")


def _explain_type(error: ValidationError, types: Any, value: Any) -> Iterator[Finding]:
    types = [types] if isinstance(types, str) else types
    wanted = _join_choices([_TYPES[name] for name in types])
    yield _make_finding(error, "param_type", wanted, suggestion=_convert_text(value, types))


def _explain_enum(error: ValidationError, choices: Any, value: Any) -> Iterator[Finding]:
    wanted = _join_choices([format_value(choice, limit=40) for choice in choices])
    yield _make_finding(error, "param_choice", wanted, suggestion=_suggest_choice(value, choices))


def _explain_const(error: ValidationError, constant: Any, value: Any) -> Iterator[Finding]:
    yield from _explain_enum(error, [constant], value)


def _explain_size(error: ValidationError, limit: Any, value: Any) -> Finding:
    noun, bound = _SIZES[str(error.validator)]
    found = f"{describe_type(value)} of {format_count(len(value), noun)}"
    return _make_finding(error, "param_size", f"{bound} {format_count(limit, noun)}", found=found)


def _explain_pattern(error: ValidationError, pattern: Any, _: Any) -> Iterator[Finding]:
    yield _make_finding(error, "param_pattern", f"text that matches {format_value(pattern)}")


def _explain_unique(error: ValidationError, *_: Any) -> Iterator[Finding]:
    yield _make_finding(error, "param_repeated", "distinct elements", found="a repeated element")


#: The explanation of a keyword, from an error, the keyword's value and the rejected value.
_EXPLAIN: Mapping[str, Callable[[ValidationError, Any, Any], Iterator[Finding]]] = {
    "required": _explain_required,
    "dependentRequired": _explain_dependent_required,
    "type": _explain_type,
    "enum": _explain_enum,
    "const": _explain_const,
    "pattern": _explain_pattern,
    "uniqueItems": _explain_unique,
}


def _lists_all_names(error: ValidationError) -> bool:
    """Return whether the `properties` beside `unevaluatedProperties` are all the names that are allowed."""
    return error.validator == "unevaluatedProperties" and not _NAMING & _get_schema(error).keys()


def _get_schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _explain_unknown_names(error: ValidationError, value: Any) -> Iterator[Finding]:
    schema = _get_schema(error)
    known, patterns = list(schema.get("properties", {})), schema.get("patternProperties", ())
    for name in value:
        if name not in known and not any(re.search(pattern, name) for pattern in patterns):
            found, suggestion = f"the name {format_value(name)}", suggest_name(name, known)
            pointer = join_pointer(*error.absolute_path, name)
            yield Finding("param_unknown", "error", pointer, found, "a known one", suggestion)


def _explain_choice(error: ValidationError) -> Iterator[Finding]:
    """Explain a choice of schemas: by the description of the schema, or by the branch that was probably meant."""
    description = _get_schema(error).get("description")
    branch_errors = error.context or ()
    is_about_names = bool(branch_errors) and all(branch.validator == "required" for branch in branch_errors)
    if description and is_about_names:
        yield _make_finding(error, "param_missing", str(description), found="none of them")
    elif description and error.validator == "not":
        yield _make_finding(error, "param_conflict", str(description))
    elif branch_errors:
        yield from _explain(_select_branch_error(branch_errors))
    else:
        wanted = f"a value that satisfies `{error.validator}`: {format_value(error.validator_value, limit=100)}"
        yield _make_finding(error, "param_conflict", wanted)


def _select_branch_error(branch_errors: Sequence[ValidationError]) -> ValidationError:
    """Return the error of the branch that came nearest: of the right type, and with the fewest errors."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415  (it doubles the time of an import)

    branches: dict[Any, list[ValidationError]] = {}
    for error in branch_errors:
        branches.setdefault(error.relative_schema_path[0], []).append(error)

    def measure_distance(errors: list[ValidationError]) -> tuple[bool, int]:
        is_other_type = any(
            error.validator in ("type", "const", "enum") and not error.relative_path for error in errors
        )
        return is_other_type, len(errors)

    nearest = min(branches.values(), key=measure_distance)
    return best_match(nearest) or nearest[0]


def _join_choices(choices: Sequence[str]) -> str:
    """Return `1, 2 or 3`, with a long list cut."""
    if not choices:
        return "nothing: none is possible"
    cut = len(choices) > _MAX_LISTED + 1
    listed = [*choices[:_MAX_LISTED], f"{len(choices) - _MAX_LISTED} more"] if cut else list(choices)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"


def _convert_text(value: Any, types: list[str]) -> str | None:
    """Return the number or boolean that a text holds, as JSON, where one of these types is wanted."""
    if isinstance(value, str) and {"integer", "number", "boolean"} & {*types} and len(value) < 40:
        try:
            converted = freeze(json.loads(value))
        except ValueError:
            return None
        fits = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}.get(type(converted), set())
        return json.dumps(converted) if fits & {*types} else None
    return None


def _suggest_choice(value: Any, choices: list[Any]) -> str | None:
    if not isinstance(value, str):
        return None
    texts = [choice for choice in choices if isinstance(choice, str)]
    equal = [text for text in texts if same(text.casefold(), value.strip().casefold())]
    suggestion = equal[0] if equal else suggest_name(value, texts)
    return None if suggestion is None else json.dumps(suggestion)
