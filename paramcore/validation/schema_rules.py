"""Split the schema of a task type into rules for one param and rules for all params together.

At the root of a schema, `properties` applies to one param at a time.  So `Validator` caches
the findings of `properties` on a version, and reuses them for each task that inherits the
version.  For a task, `Validator` then applies `properties` only to the task's own params.
The other root keywords, such as `anyOf`, apply to all effective params together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache, partial
from typing import Any

from attrs import frozen

from paramcore.model import ROUTING_TYPES
from paramcore.text import format_name, format_value
from paramcore.validation.check_parts import CheckFunction, CrossCheck
from paramcore.validation.completion import derive_completion
from paramcore.validation.cross_checks import CROSS_CHECKS
from paramcore.validation.finding import Finding
from paramcore.validation.json_schema import (
    has_fast_validator,
    make_fast_validator,
    make_validator,
    suits_fast_validator,
)
from paramcore.validation.known_names import KnownNames, map_mistakes
from paramcore.validation.messages import explain_errors
from paramcore.validation.names import find_look_alike, load_misplaced_names, suggest_name
from paramcore.validation.schema import Schema, Schemas
from paramcore.validation.schema_errors import ABOUT_VALUES
from paramcore.validation.subschemas import walk_schemas
from paramcore.values import join_pointer, thaw

#: Root keywords that apply to params outside `properties`. A schema with one of them is not split, because `ParamRules`
#: reads only the schemas in `properties`.
_UNSPLITTABLE = {"additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames"}

#: The maximum number of cached names. Without limits, arbitrary names could fill the memory.
_CACHED_NAMES = 4_096
#: The maximum length of a cached name.
_CACHED_LENGTH = 256


class SchemaRules:
    """The rules of one task type, for each param and for all params together."""

    def __init__(self, schema: Schema, *, fast: bool) -> None:
        self._schema = schema
        self._is_full = schema.coverage == "full"
        # `jsonschema_rs` rejects frozen arrays in a schema.
        document = thaw(schema.document)
        can_split = not (_UNSPLITTABLE & document.keys()) and _refers_to_definitions(document)
        self._properties: Mapping[str, Any] = document.get("properties", {})
        self._params = self._properties if can_split else {}
        dropped = {"properties", "required"} if can_split else {"required"}
        if document.get("type") == "object":
            # Params are always an object, so `type` cannot fail.
            dropped.add("type")
        if not ABOUT_VALUES.isdisjoint(document):
            # The description is about the params, so it must not explain an error.
            dropped.add("description")
        self._whole_schema = {keyword: value for keyword, value in document.items() if keyword not in dropped}
        self._validator = make_validator(document)
        self._whole_validator = make_validator(self._whole_schema)
        # `VALIDATORS` contains the keywords that can reject a value.
        self._has_whole_rules = not self._whole_schema.keys().isdisjoint(self._whole_validator.VALIDATORS)
        self._is_fast = fast and can_split and suits_fast_validator(document)
        self._definitions = {"$defs": document["$defs"]} if "$defs" in document else {}
        params_schema = {"properties": self._params, **self._definitions}
        self._are_valid_params = make_fast_validator(params_schema, fast=self._is_fast)
        self._is_valid_whole = make_fast_validator(self._whole_schema, fast=self._is_fast and self._has_whole_rules)
        checks = [check for check in CROSS_CHECKS if not check.types or schema.type in check.types]
        self._param_checks = [check for check in checks if not check.reads_several]
        #: The checks that read several params.
        self.cross_checks: list[CrossCheck] = [check for check in checks if check.reads_several]
        #: The checks that read several params, by the name of each param that they read.
        self.cross_checks_by_param: dict[str, list[CrossCheck]] = {}
        for check in self.cross_checks:
            for param in check.reads:
                self.cross_checks_by_param.setdefault(param, []).append(check)
        self._known_names = KnownNames(schema, [document], self._validator)
        #: The params that the schema describes or requires, and the params that all types share.  The latter are known
        #: even if a user's schema omits them.
        self.known_params: dict[str, None] = dict.fromkeys((*self._known_names.names, *Schemas().of("common").params))
        #: Returns the rules of a param by its name, and caches them.
        self.cached_param_rules: Callable[[str], ParamRules] = lru_cache(maxsize=_CACHED_NAMES)(self._make_param_rules)

    def validate_each(self, params: Mapping[str, Any]) -> list[Finding]:
        """Return the findings of the rules that apply to one param at a time."""
        # One call for all params is faster than a call for each param.
        fits_schema = self._are_valid_params(params)
        findings: list[Finding] = []
        for name, value in params.items():
            make_rules = self.cached_param_rules if len(name) <= _CACHED_LENGTH else self._make_param_rules
            findings += make_rules(name).validate(value, fits_schema=fits_schema)
        return findings

    def validate_whole(self, effective: Mapping[str, Any], *, inherits_latest: bool = True) -> Iterator[Finding]:
        """Yield the findings of the schema on all effective params together.

        `inherits_latest` is whether the task always inherits the latest version.  If it does, setting a missing param
        in the project is a remedy, too.
        """
        for name in self._schema.required:
            if name not in effective:
                remedy = "set it in the task or the project" if inherits_latest else "set it in the task"
                yield Finding("param_missing", "error", "", f"`{name}` is missing", remedy)
        if self._has_whole_rules and not self._is_valid_whole(effective):
            yield from explain_errors(self._whole_validator.iter_errors(effective))

    def validate_completion(self, params: Mapping[str, Any]) -> Iterator[Finding]:
        """Yield the findings on all params of a version together.

        Findings that a task can resolve by adding params are omitted.
        """
        if self._has_whole_rules and not self._is_valid_whole(params):
            yield from explain_errors(self._iter_completion_errors(params))

    @cached_property
    def _iter_completion_errors(self) -> Callable[[Any], Iterable[Any]]:
        document, schema = derive_completion(self._whole_schema)
        return partial(make_validator(document).descend, schema=schema)

    def _make_param_rules(self, name: str) -> ParamRules:
        schema = self._params.get(name, {})
        document = {**schema, **self._definitions}
        return ParamRules(
            name,
            name_findings=tuple(self._explain_unknown(name)),
            iter_errors=partial(self._validator.descend, schema=schema, path=name, schema_path=name),
            # Without a schema, any value is valid.
            is_valid=make_fast_validator(document, fast=self._is_fast) if schema else lambda _: True,
            known_names=self._known_names.get_part(name),
            checks=[check.function for check in self._param_checks if name in check.params],
        )

    def _explain_unknown(self, name: str) -> Iterator[Finding]:
        if name in self.known_params:
            return
        pointer = join_pointer(name)
        suggestion = self._suggest_param(name)
        misplaced = load_misplaced_names().get(name) or (find_look_alike(name) if suggestion is None else None)
        if misplaced is not None:
            code = "param_unknown" if misplaced.is_misspelt else "param_misplaced"
            yield Finding(code, "warning", pointer, misplaced.problem, misplaced.remedy, misplaced.replacement)
        elif self._known_names.allows(name):
            return
        # If a type is not fully public, an unknown name may be valid unless it is a misspelling.
        elif self._is_full or (suggestion is not None and name not in list_all_params()):
            problem = f"{format_name(self._schema.type)} has no param {format_value(name)}"
            yield Finding("param_unknown", "warning", pointer, problem, suggestion=suggestion)

    def _suggest_param(self, name: str) -> str | None:
        nearest = self._params_by_mistake.get(name) or suggest_name(name, self._names_to_suggest)
        return nearest if nearest in self.known_params else None

    @cached_property
    def _params_by_mistake(self) -> dict[str, str]:
        return map_mistakes(self._properties)

    @cached_property
    def _names_to_suggest(self) -> list[str]:
        # A param of another task type is not a misspelling. For example, `attachments` does not mean `attachment`.
        return [*self.known_params, *list_all_params(), *ROUTING_TYPES]


@frozen
class ParamRules:
    """The rules for one param that do not depend on other params."""

    name: str
    #: The findings on the name.
    name_findings: tuple[Finding, ...]
    #: Yields the errors of jsonschema for a value.
    iter_errors: Callable[[Any], Iterable[Any]]
    #: Returns `True` only if `iter_errors` yields nothing for a value.
    is_valid: Callable[[Any], bool]
    known_names: KnownNames
    #: The checks that JSON Schema cannot express.
    checks: Sequence[CheckFunction]

    def validate(self, value: Any, *, fits_schema: bool) -> list[Finding]:
        """Return the findings on a value; with `fits_schema`, skip the schema."""
        findings = [*self.name_findings]
        if not (fits_schema or self.is_valid(value)):
            findings += explain_errors(self.iter_errors(value), self.name)
        if self.known_names.has_parts and isinstance(value, (dict, list)):
            self.known_names.append_unknown(value, (self.name,), findings)
        for check in self.checks:
            findings += check({self.name: value})
        return findings


# Preparing the rules of a type is slow, and many projects have the same type.
@lru_cache(maxsize=64)
def get_schema_rules(schema: Schema, *, fast: bool | None) -> SchemaRules:
    """Return the rules of a schema; `fast=None` uses jsonschema-rs if it is installed.

    Raises:
        ImportError: if `fast` is true, but jsonschema-rs is not installed.
    """
    can_be_fast = fast is not False and has_fast_validator()
    if fast and not can_be_fast:
        problem = "the package `jsonschema-rs`, which `fast=True` needs, is not installed"
        raise ImportError(f"{problem}; run `pip install 'paramcore[fast]'`")
    return SchemaRules(schema, fast=can_be_fast)


@cache
def list_all_params() -> dict[str, None]:
    """Return the params of all task types in the schemas of the package."""
    schemas = Schemas()
    return dict.fromkeys(name for type_ in schemas.types for name in schemas.of(type_).params)


def _refers_to_definitions(document: Mapping[str, Any]) -> bool:
    """Return whether every reference leads into `$defs`, as a split requires."""
    return all(schema.get("$ref", "#/$defs/").startswith("#/$defs/") for _, schema in walk_schemas(document))
