"""Explain the errors of jsonschema: one finding, in plain words, for each thing that is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from paramcore.errors import InvalidSchema
from paramcore.text import describe_type, describe_value, format_count, format_value
from paramcore.validation.completion import ORIGINAL
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.validation.subschemas import CLOSING
from paramcore.values import freeze, join_pointer

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

#: Choices that a message lists.
_MAX_LISTED = 12


def explain_errors(errors: Iterable[ValidationError], param: str | None = None) -> Iterator[Finding]:
    """Yield the findings of the errors that jsonschema yields, for a param or for all params together.

    Raises:
        InvalidSchema: `schema_failed`, where the schema fails on a value.
    """
    try:
        for error in errors:
            is_warning = getattr(error, "is_warning", False)
            for finding in _explain(error):
                yield evolve(finding, severity="warning") if is_warning else finding
    except (RecursionError, ArithmeticError, ValueError) as error:
        path = "" if param is None else join_pointer("properties", param)
        found = f"a schema that fails on a value ({type(error).__name__})"
        raise InvalidSchema("schema_failed", path, found, "one that can validate every value") from None


def _explain(error: ValidationError) -> Iterator[Finding]:
    findings = _explain_keyword(error)
    if getattr(error, "is_about_name", False):
        found = f"the name {format_value(error.instance)}"
        findings = (
            evolve(finding, code="param_unknown", problem=found, problem_without_value="") for finding in findings
        )
    yield from findings


def _explain_keyword(error: ValidationError) -> Iterator[Finding]:
    keyword = str(error.validator)
    value: Any = error.instance
    wanted = _get_wanted(error)
    if keyword == "required":
        yield from _explain_required(error, value, wanted)
    elif keyword == "dependentRequired":
        for name, names in wanted.items():
            if name in value:
                yield from _explain_required(error, value, names, f", for `{name}` is there")
    elif keyword == "type":
        types = [wanted] if isinstance(wanted, str) else wanted
        expected = _join_choices([_TYPES[name] for name in types])
        yield _make_finding(error, "param_type", expected, suggestion=_convert_text(value, types))
    elif keyword in ("enum", "const"):
        choices = wanted if keyword == "enum" else [wanted]
        expected = _join_choices([format_value(choice, limit=40) for choice in choices])
        yield _make_finding(error, "param_choice", expected, suggestion=_suggest_choice(value, choices))
    elif keyword == "pattern":
        yield _make_finding(error, "param_pattern", f"text that matches {format_value(wanted)}")
    elif keyword == "uniqueItems":
        yield _make_finding(error, "param_repeated", "distinct elements", found="a repeated element")
    elif keyword in _RANGES:
        yield _make_finding(error, "param_range", _RANGES[keyword].format(format_value(wanted)))
    elif keyword in _SIZES:
        noun, bound = _SIZES[keyword]
        found = f"{describe_type(value)} of {format_count(len(value), noun)}"
        yield _make_finding(error, "param_size", f"{bound} {format_count(wanted, noun)}", found=found)
    elif keyword in CLOSING and wanted is False:
        # Our keyword functions know which names there are.
        details: Any = error
        yield from _explain_unknown_names(error, details.unknown_names, details.known_names)
    elif keyword == "not" and wanted == {}:
        yield _make_finding(error, "param_conflict", "no value there")
    else:
        yield from _explain_choice(error)


def _get_wanted(error: ValidationError) -> Any:
    """Return what the keyword of an error holds in the schema that the user wrote."""
    wanted: Any = error.validator_value
    return wanted.get(ORIGINAL, wanted) if error.validator == "not" else wanted


def _make_finding(
    error: ValidationError, code: str, wanted: str, *, found: str = "", suggestion: str | None = None
) -> Finding:
    """Return a finding about a value; `found` describes it without showing it."""
    pointer = join_pointer(*error.absolute_path)
    shown, hidden = (found, "") if found else (describe_value(error.instance), describe_type(error.instance))
    return Finding(code, "error", pointer, shown, wanted, suggestion, problem_without_value=hidden)


def _explain_required(error: ValidationError, value: Any, names: Iterable[str], reason: str = "") -> Iterator[Finding]:
    for name in names:
        if name not in value:
            yield _make_finding(error, "param_missing", f"`{name}`", found=f"no `{name}`{reason}")


def _get_schema(error: ValidationError) -> Mapping[str, Any]:
    return error.schema if isinstance(error.schema, Mapping) else {}


def _explain_unknown_names(error: ValidationError, names: list[str], known: list[str]) -> Iterator[Finding]:
    for name in names:
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
        wanted = f"a value that satisfies `{error.validator}`: {format_value(_get_wanted(error), limit=100)}"
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
    if not isinstance(value, str) or len(value) >= 40:
        return None
    try:
        converted = freeze(json.loads(value))
    except ValueError:
        return None
    fitting = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}.get(type(converted), set())
    return None if fitting.isdisjoint(types) else json.dumps(converted)


def _suggest_choice(value: Any, choices: list[Any]) -> str | None:
    if not isinstance(value, str):
        return None
    # A number or a boolean in quotes.
    if value.strip() in [json.dumps(choice) for choice in choices if isinstance(choice, (bool, int, float))]:
        return value.strip()
    texts = [choice for choice in choices if isinstance(choice, str)]
    equal = [text for text in texts if text.casefold() == value.strip().casefold()]
    suggestion = equal[0] if equal else suggest_name(value, texts)
    return None if suggestion is None else json.dumps(suggestion)
