"""What the schema of a task type requires: of each param by itself, and of all params together.

Keywords at the root of a schema are independent of each other.  `properties`
concerns one param at a time, so its findings on a version are cached, and for a
task only its own params are validated.  The other keywords need the effective
params.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Any

from attrs import frozen

from paramcore.text import format_value
from paramcore.validation.cross_checks import CROSS_CHECKS, CheckFunction
from paramcore.validation.finding import Finding
from paramcore.validation.json_schema import (
    has_fast_validator,
    make_fast_validator,
    make_validator,
    suits_fast_validator,
)
from paramcore.validation.known_names import KnownNames
from paramcore.validation.messages import explain_errors
from paramcore.validation.names import load_misplaced_names, suggest_name
from paramcore.validation.schema import Schema, Schemas
from paramcore.validation.subschemas import walk_schemas
from paramcore.values import join_pointer

#: Root keywords that depend on which params are listed elsewhere: the schema cannot be split then.
_WHOLE_ROOT = {"additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames"}

#: A task may bring any name: how many are remembered, and how long they may be.
_CACHED_NAMES = 4_096
_CACHED_LENGTH = 256


class SchemaRules:
    """The rules of one task type, prepared so that each part is validated only as often as it must be."""

    def __init__(self, schema: Schema, *, fast: bool) -> None:
        self._schema = schema
        self._is_full = schema.coverage == "full"
        document = schema.document
        is_split = not (_WHOLE_ROOT & document.keys()) and _refers_to_definitions(document)
        self._params: Mapping[str, Any] = document.get("properties", {}) if is_split else {}
        dropped = {"properties", "required"} if is_split else {"required"}
        if document.get("type") == "object":
            # Params are always an object.
            dropped.add("type")
        together = {keyword: value for keyword, value in document.items() if keyword not in dropped}
        self._validator = make_validator(document)
        self._together_validator = make_validator(together)
        # `VALIDATORS` are the keywords that require something.
        self._has_together = not together.keys().isdisjoint(self._together_validator.VALIDATORS)
        self._is_fast = fast and is_split and suits_fast_validator(document)
        self._definitions = {"$defs": document["$defs"]} if "$defs" in document else {}
        each = {"properties": self._params, **self._definitions}
        self._is_valid_each = make_fast_validator(each, fast=self._is_fast)
        self._is_valid_together = make_fast_validator(together, fast=self._is_fast and self._has_together)
        checks = [check for check in CROSS_CHECKS if not check.types or schema.type in check.types]
        self._param_checks = {check.params[0]: check.function for check in checks if len(check.params) == 1}
        #: The checks of several params, with the names of these.
        self.cross_checks: list[tuple[frozenset[str], CheckFunction]] = [
            (frozenset(check.params), check.function) for check in checks if len(check.params) > 1
        ]
        # Every type takes the common params, also a type whose schema a user wrote.
        self._known_params = dict.fromkeys((*schema.params, *Schemas().of("common").params))
        #: The rules of a param by its name, cached.
        self.cached_param_rules: Callable[[str], ParamRules] = lru_cache(maxsize=_CACHED_NAMES)(self._make_param_rules)

    def validate_each(self, params: Mapping[str, Any]) -> list[Finding]:
        """Return the findings on each of these params by itself."""
        # One call for all params is faster than a call for each.
        fits_schema = self._is_valid_each(params)
        findings: list[Finding] = []
        for name, value in params.items():
            make_rules = self.cached_param_rules if len(name) <= _CACHED_LENGTH else self._make_param_rules
            findings += make_rules(name).validate(value, fits_schema=fits_schema)
        return findings

    def validate_together(self, effective: Mapping[str, Any]) -> Iterator[Finding]:
        """Yield what the schema, apart from `cross_checks`, finds wrong with effective params as a whole."""
        for name in self._schema.required:
            if name not in effective:
                wanted = f"`{name}`, from the task or its project"
                yield Finding("param_missing", "error", "", f"no `{name}`", wanted)
        if self._has_together and not self._is_valid_together(effective):
            yield from explain_errors(self._together_validator.iter_errors(effective))

    def _make_param_rules(self, name: str) -> ParamRules:
        schema = self._params.get(name, {})
        # The definitions take long to compile, and a name without a schema needs none.
        document = {**schema, **self._definitions} if schema else {}
        return ParamRules(
            name,
            name_findings=() if name in self._known_params else tuple(self._explain_unknown(name)),
            iter_errors=partial(self._validator.descend, schema=schema, path=name, schema_path=name),
            is_valid=make_fast_validator(document, fast=self._is_fast),
            known_names=KnownNames(self._schema, [schema]),
            check=self._param_checks.get(name),
        )

    def _explain_unknown(self, name: str) -> Iterator[Finding]:
        pointer = join_pointer(name)
        misplaced = load_misplaced_names().get(name)
        if misplaced is not None:
            wanted, replacement = misplaced.wanted, misplaced.replacement
            yield Finding("param_misplaced", "warning", pointer, f"`{name}`", wanted, replacement)
            return
        suggestion = suggest_name(name, self._known_params, strict=not self._is_full)
        # Of a type that is partly known, only a misspelt name is certainly unknown.
        if self._is_full or (suggestion is not None and name not in list_all_params()):
            found, wanted = f"the name {format_value(name)}", f"a param of {self._schema.type}"
            yield Finding("param_unknown", "warning", pointer, found, wanted, suggestion)


@frozen
class ParamRules:
    """What a schema requires of one param, whatever the other params are."""

    name: str
    #: What is wrong with the name.
    name_findings: tuple[Finding, ...]
    #: Yields the errors of jsonschema for a value.
    iter_errors: Callable[[Any], Iterable[Any]]
    #: Whether `iter_errors` certainly yields nothing for a value.
    is_valid: Callable[[Any], bool]
    known_names: KnownNames
    #: A check that JSON Schema cannot express.
    check: CheckFunction | None

    def validate(self, value: Any, *, fits_schema: bool) -> list[Finding]:
        """Return the findings on a value; `fits_schema`: the caller knows that its schema finds nothing."""
        findings = [*self.name_findings]
        if not (fits_schema or self.is_valid(value)):
            findings += explain_errors(self.iter_errors(value), self.name)
        if self.known_names.has_parts and isinstance(value, (dict, list)):
            self.known_names.add_unknown(value, (self.name,), findings)
        if self.check is not None:
            findings += self.check({self.name: value})
        return findings


# Projects share a type, and to prepare its rules takes thousands of times as long as to validate a task.
@lru_cache(maxsize=64)
def get_schema_rules(schema: Schema, *, fast: bool | None) -> SchemaRules:
    """Return the rules of a schema; `fast=None` uses jsonschema-rs where it is installed."""
    return SchemaRules(schema, fast=has_fast_validator() if fast is None else fast)


@cache
def list_all_params() -> frozenset[str]:
    """Return the params that the schema of any type in the package knows."""
    schemas = Schemas()
    return frozenset(name for type_ in schemas.types for name in schemas.of(type_).params)


def _refers_to_definitions(document: Mapping[str, Any]) -> bool:
    """Return whether every reference leads to a definition: a reference to another part forbids to split the schema."""
    return all(schema.get("$ref", "#/$defs/").startswith("#/$defs/") for _, schema in walk_schemas(document))
