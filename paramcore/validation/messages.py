"""Convert the errors of jsonschema to findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from attrs import evolve

from paramcore.errors import InvalidSchema
from paramcore.text import describe_type, describe_value, format_count, format_value
from paramcore.validation.check_parts import get_verb
from paramcore.validation.finding import Finding
from paramcore.validation.names import MOST_NAMES, suggest_name
from paramcore.validation.schema_errors import (
    get_limit,
    get_rule,
    list_alternatives,
    list_choices,
    list_missing,
    list_shared_missing,
    list_tag_errors,
    select_branch_error,
)
from paramcore.validation.subschemas import CLOSING
from paramcore.values import freeze, join_pointer

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_TYPES = {
    "integer": ["a whole number"],
    "number": ["a number"],
    "string": ["text"],
    "boolean": ["true", "false"],
    "array": ["an array"],
    "object": ["an object"],
    "null": ["null"],
}

_RANGES = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
}

#: For each keyword, the noun for what the keyword counts, and the words before the limit.
_SIZES = {
    "minLength": ("character", "at least"),
    "maxLength": ("character", "at most"),
    "minItems": ("element", "at least"),
    "maxItems": ("element", "at most"),
    "minProperties": ("member", "at least"),
    "maxProperties": ("member", "at most"),
}

#: A message lists at most this number of choices, and counts the others.  If only one other remains, it is listed, too.
_MAX_LISTED = 12


def explain_errors(errors: Iterable[ValidationError], param: str | None = None) -> Iterator[Finding]:
    """Yield the findings for errors of jsonschema; if all are about one param, `param` is its name.

    Raises:
        InvalidSchema: `schema_failed` if the schema cannot validate a value.
    """
    explained: set[Any] = set()
    try:
        for error in errors:
            # jsonschema yields an error for each missing name.  `_explain` reports all missing names for the first of
            # these errors, so skip the others.  The schema path omits `$ref`, so the schema itself is in the key.
            if error.validator in ("required", "dependentRequired"):
                key = (*error.absolute_path,), error.validator, id(error.schema), _is_warning(error)
                if key in explained:
                    continue
                explained.add(key)
            for finding in _explain(error):
                yield evolve(finding, severity="warning") if _is_warning(error) else finding
    except (RecursionError, ArithmeticError, ValueError) as error:
        path = "" if param is None else join_pointer("properties", param)
        problem = f"the schema cannot validate a value ({type(error).__name__})"
        remedy = "use a simpler schema, or a simpler value"
        raise InvalidSchema("schema_failed", path, problem, remedy) from None


def _explain(error: ValidationError) -> Iterator[Finding]:
    value: Any = error.instance
    keyword, limit = str(error.validator), get_limit(error)
    if keyword == "required":
        yield from _explain_required(error, limit)
    elif keyword == "dependentRequired":
        for name, names in limit.items():
            if name in value:
                yield from _explain_required(error, names, f", but `{name}` requires it")
    elif keyword == "type":
        types = [limit] if isinstance(limit, str) else limit
        words = [word for name in types for word in _TYPES[name]]
        choices = _join_choices(words, len(words))
        yield _make_value_finding(error, "param_type", f"{_get_verb(error)} be {choices}", _convert_text(value, types))
    elif keyword in ("enum", "const"):
        yield _explain_enum(error, _get_choices(error))
    elif keyword == "pattern":
        yield _make_value_finding(error, "param_pattern", f"{_get_verb(error)} match {format_value(limit)}")
    elif keyword == "uniqueItems":
        problem = f"{_get_verb(error)} not contain an element more than once"
        yield _make_finding(error, "param_repeated", problem, "remove the duplicates")
    elif keyword in _RANGES:
        yield _explain_range(error, _RANGES[keyword].format(format_value(limit)))
    elif keyword in _SIZES:
        yield _make_finding(error, "param_size", f"{_get_verb(error)} {_describe_size(keyword, limit, len(value))}")
    elif keyword in CLOSING and limit is False:
        # The functions in `keywords` add `unknown_names` and `known_names` to the error.
        details: Any = error
        yield from _explain_unknown_names(error, details.unknown_names, details.known_names)
    elif keyword == "not" and limit == {} and get_rule(error) is None:
        yield _make_value_finding(error, "param_conflict", "no value is allowed here")
    else:
        yield from _explain_choice(error)


def _make_finding(
    error: ValidationError,
    code: str,
    problem: str,
    remedy: str = "",
    *,
    hidden: str = "",
    suggested: Any = None,
) -> Finding:
    """Return a finding for an error; `hidden` is the problem without param values."""
    pointer = join_pointer(*error.absolute_path)
    suggestion = None if suggested is None else json.dumps(suggested)
    if _is_about_name(error):
        code, hidden = "param_unknown", ""
        # Only text can be a name, and a suggested name is not encoded.
        suggestion = suggested if isinstance(suggested, str) else None
        problem = f"the name {format_value(error.instance)} is not allowed: {problem}"
    return Finding(code, "error", pointer, problem, remedy, suggestion, problem_without_value=hidden)


def _make_value_finding(error: ValidationError, code: str, expectation: str, suggested: Any = None) -> Finding:
    """Return a finding that shows the value, such as `must be text, got the number 5`."""
    if _is_about_name(error):
        return _make_finding(error, code, expectation, suggested=suggested)
    shown, hidden = (f"{expectation}, got {describe(error.instance)}" for describe in (describe_value, describe_type))
    return _make_finding(error, code, shown, hidden=hidden, suggested=suggested)


def _is_warning(error: ValidationError) -> bool:
    return getattr(error, "is_warning", False)


def _get_verb(error: ValidationError) -> str:
    # A value that violates only `x-warn` is still valid, so the value need not change.
    return get_verb("warning" if _is_warning(error) else "error")


def _is_about_name(error: ValidationError) -> bool:
    return getattr(error, "is_about_name", False)


def _explain_enum(error: ValidationError, choices: list[Any]) -> Finding:
    expectation = f"{_get_verb(error)} be {_format_choices(choices)}" if choices else "no value is allowed here"
    return _make_value_finding(error, "param_choice", expectation, _suggest_choice(error.instance, choices))


def _get_choices(error: ValidationError) -> list[Any]:
    limit = get_limit(error)
    return list(limit) if error.validator == "enum" else [limit]


def _format_choice(choice: Any) -> str:
    return format_value(choice, limit=40)


def _format_choices(choices: list[Any]) -> str:
    # An enum may have thousands of values, so format only those that the message lists.
    return _join_choices([*map(_format_choice, choices[: _MAX_LISTED + 1])], len(choices))


def _explain_range(error: ValidationError, limit: str) -> Finding:
    number = describe_value(error.instance).removeprefix("the number ")
    hidden = f"{_get_verb(error)} be {limit}"
    return _make_finding(error, "param_range", f"{hidden}, got {number}", hidden=hidden)


def _describe_size(keyword: str, limit: int, size: int) -> str:
    noun, bound = _SIZES[keyword]
    if bound == "at least" and limit == 1:
        return "not be empty"
    return f"have {bound} {format_count(limit, noun)}, but has {size:,}"


def _explain_required(error: ValidationError, names: Iterable[str], reason: str = "") -> Iterator[Finding]:
    value: Any = error.instance
    for name in names:
        if name not in value:
            yield _make_finding(error, "param_missing", f"`{name}` is missing{reason}")


def _explain_unknown_names(error: ValidationError, names: list[str], known: list[str]) -> Iterator[Finding]:
    for name in names:
        pointer = join_pointer(*error.absolute_path, name)
        problem = f"the schema does not allow the name {format_value(name)}"
        yield Finding("param_unknown", "error", pointer, problem, suggestion=suggest_name(name, known))


def _explain_choice(error: ValidationError) -> Iterator[Finding]:
    """Explain an error of a keyword that `_explain` does not handle itself, such as `anyOf` or `not`."""
    description = get_rule(error)
    branch_errors = error.context or ()
    is_about_names = bool(branch_errors) and all(branch.validator == "required" for branch in branch_errors)
    if description and is_about_names:
        yield _make_finding(error, "param_missing", str(description))
    elif description and error.validator == "not":
        yield _make_finding(error, "param_conflict", str(description))
    elif tag_errors := list_tag_errors(branch_errors):
        tag_error: Any = tag_errors[0]
        tag_error.is_warning = _is_warning(error)
        yield _explain_enum(tag_error, [choice for each in tag_errors for choice in _get_choices(each)])
    elif alternatives := list_alternatives(branch_errors):
        yield _explain_alternatives(error, alternatives)
    elif names := list_shared_missing(branch_errors):
        yield from _explain_required(error, names)
    elif branch_errors:
        branch_error: Any = select_branch_error(branch_errors)
        # A branch may reject a name by `propertyNames`, even if the error is about the value.
        branch_error.is_about_name = _is_about_name(error) or _is_about_name(branch_error)
        branch_error.is_warning = _is_warning(error)
        yield from _explain(branch_error)
    elif error.validator == "not" and (choices := list_choices(get_limit(error))) is not None:
        expectation = f"{_get_verb(error)} not be {_format_choices(choices)}"
        yield _make_value_finding(error, "param_conflict", expectation)
    else:
        limit = format_value(get_limit(error), limit=100)
        yield _make_value_finding(error, "param_conflict", f"{_get_verb(error)} satisfy `{error.validator}: {limit}`")


def _explain_alternatives(error: ValidationError, alternatives: Sequence[ValidationError]) -> Finding:
    if alternatives[0].validator == "required":
        names = list(dict.fromkeys(f"`{name}`" for branch in alternatives for name in list_missing(branch)))
        return _make_finding(error, "param_missing", f"{_join_choices(names, len(names))} is missing")
    choices: list[Any] = []
    types: list[str] = []
    for branch in alternatives:
        limit = get_limit(branch)
        if branch.validator == "type":
            types += [limit] if isinstance(limit, str) else limit
        else:
            choices += _get_choices(branch)
    if not types:
        return _explain_enum(error, choices)
    words = [*map(_format_choice, choices), *(word for name in dict.fromkeys(types) for word in _TYPES[name])]
    suggested = _convert_text(error.instance, types)
    if suggested is None:
        suggested = _suggest_choice(error.instance, choices)
    code = "param_choice" if choices else "param_type"
    return _make_value_finding(error, code, f"{_get_verb(error)} be {_join_choices(words, len(words))}", suggested)


def _join_choices(choices: Sequence[str], count: int) -> str:
    """Return choices as text, such as `1, 2 or 3`.

    A long list is truncated.  `count` is the number of all choices, even if `choices`
    contains only the first of them.
    """
    is_long = count > _MAX_LISTED + 1
    listed = [*choices[:_MAX_LISTED], f"one of {count - _MAX_LISTED} other values"] if is_long else choices
    return f"{', '.join(listed[:-1])} or {listed[-1]}" if len(listed) > 1 else "".join(listed)


def _convert_text(value: Any, types: list[str]) -> Any:
    """Return the number or boolean that a short string contains.

    Return `None` if the string contains neither, or if `types` does not allow its type.
    """
    if not isinstance(value, str) or len(value) >= 40:
        return None
    try:
        converted = freeze(json.loads(value))
    except ValueError:
        return None
    fitting = {bool: {"boolean"}, int: {"integer", "number"}, float: {"number"}}.get(type(converted), set())
    return None if fitting.isdisjoint(types) else converted


def _suggest_choice(value: Any, choices: list[Any]) -> Any:
    if not isinstance(value, str) or len(choices) > MOST_NAMES:
        return None
    # A number or a boolean in quotes is probably meant without quotes.
    for choice in choices:
        if isinstance(choice, (bool, int, float)) and json.dumps(choice) == value.strip():
            return choice
    texts = [choice for choice in choices if isinstance(choice, str)]
    equal = [text for text in texts if text.casefold() == value.strip().casefold()]
    return equal[0] if equal else suggest_name(value, texts)
