"""The keywords that this package adds to jsonschema, or validates differently from jsonschema."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend
from referencing import Registry

from paramcore.validation.patterns import compile_pattern, matches_any
from paramcore.validation.subschemas import list_described_names, resolve_reference
from paramcore.values import equality_key, freeze


def make_jsonschema_validator(document: Mapping[str, Any]) -> Any:
    """Return a jsonschema validator with the keywords of this module."""
    # The default registry fetches references; an empty registry does not.
    registry: Registry[Any] = Registry()
    keywords = {
        "multipleOf": _validate_multiple,
        "enum": _validate_enum,
        "uniqueItems": _validate_unique,
        "pattern": _validate_pattern,
        "patternProperties": _validate_pattern_properties,
        "additionalProperties": _validate_additional,
        "propertyNames": _validate_names,
    }
    # A violated `x-warn` must not change which names and elements count as evaluated, so `lenient` ignores `x-warn`.
    lenient = extend(Draft202012Validator, keywords)(document, registry=registry)  # type: ignore[no-untyped-call]
    unevaluated = {
        "unevaluatedItems": lambda _, *rest: lenient.VALIDATORS["unevaluatedItems"](lenient, *rest),
        "unevaluatedProperties": _make_unevaluated_keyword(document, lenient),
    }
    keywords |= {**unevaluated, "x-warn": _validate_warning}
    return extend(Draft202012Validator, keywords)(document, registry=registry)  # type: ignore[no-untyped-call]


def _validate_warning(validator: Any, schema: Any, value: Any, _: Any) -> Iterator[Any]:
    for error in validator.descend(value, schema):
        error.is_warning = True
        yield error


def _validate_multiple(validator: Any, divisor: float, value: Any, _: Any) -> Iterator[Any]:
    # jsonschema divides floats, and 0.07 / 0.01 is not exactly 7, so divide fractions.
    if validator.is_type(value, "number") and _read_decimal(value) % _read_decimal(divisor):
        yield ValidationError("not a multiple")


def _read_decimal(number: float) -> Fraction:
    """Return the exact value of a number's JSON text, such as 7/100 for `0.07`."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def _validate_enum(validator: Any, choices: list[Any], value: Any, schema: Any) -> Iterator[Any]:
    # jsonschema compares the choices one by one in Python, which is slow for thousands of them, so use `in` for text.
    if not isinstance(value, str):
        yield from Draft202012Validator.VALIDATORS["enum"](validator, choices, value, schema)
    elif value not in choices:
        yield ValidationError("not one of the choices")


def _validate_unique(_: Any, is_unique: Any, value: Any, __: Any) -> Iterator[Any]:
    # If the elements cannot be sorted, jsonschema compares each pair, which is too slow for a long array.  Equal
    # elements have equal keys, so count the distinct keys.
    if is_unique and isinstance(value, list):
        keys = {equality_key(freeze(element)) for element in value}
        if len(keys) < len(value):
            yield ValidationError("repeated element")


def _validate_pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[Any]:
    if isinstance(value, str) and not compile_pattern(pattern).search(value):
        yield ValidationError("no match")


def _validate_pattern_properties(validator: Any, schemas: Any, value: Any, _: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for pattern, schema in schemas.items():
            for name, member in value.items():
                if compile_pattern(pattern).search(name):
                    yield from validator.descend(member, schema, path=name, schema_path=pattern)


def _validate_names(validator: Any, schema: Any, value: Any, _: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name in value:
            for error in validator.descend(name, schema, path=name):
                error.is_about_name = True
                yield error


def _validate_additional(validator: Any, allowed: Any, value: Any, schema: Any) -> Iterator[Any]:
    # jsonschema joins the patterns, which changes the meaning of groups and flags, so match each pattern by itself.
    if isinstance(value, dict):
        described, patterns = schema.get("properties", {}), schema.get("patternProperties", ())
        names = [name for name in value if name not in described and not matches_any(patterns, name)]
        yield from _validate_rest(validator, allowed, value, names, [*described])


def _validate_rest(
    validator: Any, allowed: Any, value: Mapping[str, Any], names: list[str], known_names: list[str]
) -> Iterator[Any]:
    """Validate the members in `names` against the schema `allowed`.

    If `allowed` is `False`, the error contains `names` and `known_names`.
    """
    if allowed is False:
        if names:
            error: Any = ValidationError("unknown names")
            # A branch that does not apply may describe one of `names`, so do not suggest `names`.
            error.unknown_names, error.known_names = names, [name for name in known_names if name not in names]
            yield error
    else:
        for name in names:
            yield from validator.descend(value[name], allowed, path=name)


def _make_unevaluated_keyword(document: Mapping[str, Any], lenient: Any) -> Callable[..., Iterator[Any]]:
    """Return a function for `unevaluatedProperties` that adds the unknown names to its error."""

    def validate_unevaluated(validator: Any, allowed: Any, value: Any, schema: Any) -> Iterator[Any]:
        if isinstance(value, dict):
            others = {keyword: member for keyword, member in schema.items() if keyword != "unevaluatedProperties"}
            evaluated = {*list_evaluated(others, value)}
            names = [name for name in value if name not in evaluated]
            yield from _validate_rest(validator, allowed, value, names, list_described_names(document, [others]))

    def list_evaluated(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[str]:
        """Yield the names that a schema evaluates, even if the schema rejects the value."""
        if "additionalProperties" in schema or "unevaluatedProperties" in schema:
            yield from value
            return
        patterns = schema.get("patternProperties", ())
        yield from (name for name in value if name in schema.get("properties", ()) or matches_any(patterns, name))
        for branch in list_branches(schema, value):
            yield from list_evaluated(branch, value)

    def list_branches(schema: Mapping[str, Any], value: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if "$ref" in schema:
            yield resolve_reference(document, schema["$ref"])
        yield from schema.get("allOf", ())
        yield from (branch for name, branch in schema.get("dependentSchemas", {}).items() if name in value)
        for keyword in ("anyOf", "oneOf"):
            yield from (branch for branch in schema.get(keyword, ()) if is_valid(branch, value))
        if "if" in schema:
            fits = is_valid(schema["if"], value)
            if fits:
                yield schema["if"]
            yield schema.get("then" if fits else "else", {})

    def is_valid(schema: Mapping[str, Any], value: Mapping[str, Any]) -> bool:
        return next(lenient.descend(value, schema), None) is None

    return validate_unevaluated
