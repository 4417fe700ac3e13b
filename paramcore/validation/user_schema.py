"""Check that a user's schema is valid JSON Schema 2020-12, and that its references lead to schemas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

from paramcore.errors import InvalidSchema, ParamcoreError
from paramcore.model import ROUTING_TYPES
from paramcore.text import MESSAGE_LIMIT, describe_value, format_value
from paramcore.validation.messages import explain_errors
from paramcore.validation.patterns import compile_pattern
from paramcore.validation.subschemas import list_subschemas, read_reference, resolve_reference, walk_schemas
from paramcore.values import freeze, join_pointer, thaw

DIALECT = "https://json-schema.org/draft/2020-12/schema"

#: The maximum number of schemas that may apply to one value. Without a limit, references could multiply them.
_MAX_SCHEMAS = 10_000

#: Keywords whose schemas must not contain `x-warn`, because a warning must not decide whether a value is valid.
_DECIDING = ("anyOf", "oneOf", "not", "if", "contains", "unevaluatedItems", "unevaluatedProperties")

#: Keywords whose schemas apply to the value itself, not to its members or elements.
_SAME_VALUE = ("not", "if", "then", "else", "x-warn", "allOf", "anyOf", "oneOf", "dependentSchemas")

#: Keywords that jsonschema does not validate, but that also show that an object is a schema.
_OTHER_KEYWORDS = {
    *("title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "then", "else"),
    *("minContains", "maxContains", "contentEncoding", "contentMediaType", "contentSchema"),
    *("definitions", "dependencies", "x-warn"),
}

#: Keywords for references and identifiers that user schemas must not contain.
#: (`read_user_schema` has already removed the `$id` of the root.)
_REFERENCES = ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor", "$id")

_PATH_REMEDY = "write `$ref` with a path: `#/$defs/...`"


def read_user_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Check the keywords and patterns of a schema, and return the schema as plain JSON.

    Raises:
        InvalidSchema: `schema_invalid` or `schema_pattern`; `path` is the place in the schema.
    """
    try:
        plain = thaw(freeze(schema))
    except ParamcoreError as error:
        raise InvalidSchema("schema_invalid", error.path, error.problem, error.remedy) from None
    if not isinstance(plain, dict):
        raise InvalidSchema("schema_invalid", "", f"the schema must be an object, got {describe_value(plain)}", "")
    # Check the dialect first, because a schema of another dialect has other errors too.
    _check_dialect_name(plain, "")
    _check_dialect(plain)
    _check_has_keyword(plain)
    for pointer, node in walk_schemas(plain):
        _check_dialect_name(node, pointer)
        if "dependencies" in node:
            problem = "JSON Schema 2020-12 ignores `dependencies`"
            remedy = "write `dependentRequired` or `dependentSchemas`"
            raise InvalidSchema("schema_invalid", f"{pointer}/dependencies", problem, remedy)
        _check_own_keywords(node, pointer)
        _check_patterns(node, pointer)
    _drop_id(plain)
    return plain


def check_references(document: dict[str, Any]) -> None:
    """Check that each reference leads to a schema, and limit the number of schemas that apply to one value.

    A schema may refer to itself to describe a member or an element of its value, but not to describe the same value.

    Raises:
        InvalidSchema: `schema_ref`, or `schema_invalid` for a misplaced `x-warn` or a required routing name.
    """
    pointers = {pointer for pointer, _ in walk_schemas(document)}
    for pointer, node in walk_schemas(document):
        _check_target(node, pointer, pointers)
    for pointer, node in walk_schemas(document):
        _check_warnings(document, node, pointer)
    _check_count(document)
    _check_required(document, document, "")


def _check_dialect_name(node: dict[str, Any], pointer: str) -> None:
    name = node.get("$schema", DIALECT)
    # Many tools write an empty fragment after the name of the dialect.
    if name not in (DIALECT, f"{DIALECT}#"):
        problem = f"the dialect must be JSON Schema 2020-12, got {describe_value(name)}"
        remedy = f"write `{DIALECT}`, or remove `$schema`"
        raise InvalidSchema("schema_invalid", f"{pointer}/$schema", problem, remedy)


def _drop_id(schema: dict[str, Any]) -> None:
    """Remove `$id` from the root, and from references: with the id `ID`, `ID#/$defs/a` becomes `#/$defs/a`.

    A reference may be relative to the id: with the id `https://example.com/a.json`, `a.json#/$defs/a` becomes
    `#/$defs/a`, too.
    """
    document_id = schema.pop("$id", "").removesuffix("#")
    for _, node in walk_schemas(schema):
        target, _, fragment = node.get("$ref", "").partition("#")
        if target and document_id in (target, _join_url(document_id, target)):
            node["$ref"] = f"#{fragment}"


def _join_url(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        # For example, `https://[` is not a URL.
        return url


def _check_dialect(schema: Any) -> None:
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415  (slow to import)
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        # Disable formats, because the formats that jsonschema supports depend on the installed packages.
        Draft202012Validator.check_schema(schema, format_checker=FormatChecker(formats=()))
    except SchemaError as error:
        # A `SchemaError` has the attributes of a `ValidationError`, but not its type.
        details: Any = error
        finding = next(explain_errors([details]))
        problem = f"in JSON Schema 2020-12, this value {finding.problem}"
        remedy = finding.remedy if finding.suggestion is None else f"write `{finding.suggestion}`"
        raise InvalidSchema("schema_invalid", finding.pointer, problem, remedy) from None


def _check_has_keyword(schema: dict[str, Any]) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    # JSON Schema ignores unknown keywords, so a task request that is passed as a schema would accept any value.
    keywords = Draft202012Validator.VALIDATORS.keys() | _OTHER_KEYWORDS
    if schema and not any(name in keywords or name.startswith("$") for name in schema):
        problem, remedy = (
            "the schema contains no keyword of JSON Schema",
            "write a schema, for example with `properties`",
        )
        raise InvalidSchema("schema_invalid", "", problem, remedy)


def _check_required(document: dict[str, Any], schema: Any, pointer: str) -> None:
    """Check that a schema of the params requires no routing name, directly or by `allOf` or `$ref`."""
    if not isinstance(schema, dict):
        return
    # Params never contain a routing name, so a schema that requires a routing name would reject every task.
    for index, name in enumerate(schema.get("required", ())):
        if name in ROUTING_TYPES:
            problem = f"`{name}` is a routing name, and the schema validates only params"
            remedy = f"remove `{name}` from `required`"
            raise InvalidSchema("schema_invalid", f"{pointer}/required/{index}", problem, remedy)
    for below, part in list_subschemas(schema, ["allOf"]):
        _check_required(document, part, pointer + below)
    if "$ref" in schema:
        _check_required(document, resolve_reference(document, schema["$ref"]), read_reference(schema["$ref"]))


def _check_own_keywords(node: dict[str, Any], pointer: str) -> None:
    """Check `x-mistaken` and `x-warn`, which JSON Schema does not define."""
    mistaken = node.get("x-mistaken", [])
    if not isinstance(mistaken, list) or not all(isinstance(name, str) for name in mistaken):
        problem = f"`x-mistaken` must be an array of names, got {describe_value(mistaken)}"
        raise InvalidSchema("schema_invalid", f"{pointer}/x-mistaken", problem, "")
    if "x-warn" in node:
        try:
            _check_dialect(node["x-warn"])
        except InvalidSchema as error:
            raise error.within(f"{pointer}/x-warn") from None


def _check_patterns(node: dict[str, Any], pointer: str) -> None:
    patterns = [(join_pointer("pattern"), node["pattern"])] if "pattern" in node else []
    patterns += [(join_pointer("patternProperties", name), name) for name in node.get("patternProperties", ())]
    for below, pattern in patterns:
        try:
            compile_pattern(pattern)
        except (re.error, OverflowError, RecursionError):
            problem = f"Python's `re` cannot compile {describe_value(pattern)} as a regular expression"
            raise InvalidSchema("schema_pattern", pointer + below, problem, "") from None


def _check_target(node: dict[str, Any], pointer: str, pointers: set[str]) -> None:
    for keyword in _REFERENCES:
        if keyword in node:
            problem = f"`{keyword}` is not supported"
            raise InvalidSchema("schema_ref", pointer + join_pointer(keyword), problem, _PATH_REMEDY)
    if "$ref" in node:
        try:
            leads_to_schema = read_reference(node["$ref"]) in pointers
        except LookupError:
            leads_to_schema = False
        if not leads_to_schema:
            is_anchor = not node["$ref"].startswith("#/")
            reason = "is an anchor, which is not supported" if is_anchor else "does not lead to a schema"
            problem = f"the reference {format_value(node['$ref'], limit=MESSAGE_LIMIT)} {reason}"
            raise InvalidSchema("schema_ref", f"{pointer}/$ref", problem, _PATH_REMEDY if is_anchor else "")


def _check_warnings(document: dict[str, Any], node: dict[str, Any], pointer: str) -> None:
    """Reject `x-warn` in the keywords of `_DECIDING`, and in the schemas that these keywords refer to."""
    for below, choice in list_subschemas(node, _DECIDING):
        seen: set[int] = set()
        waiting = [choice]
        while waiting:
            for _, schema in walk_schemas(waiting.pop()):
                if "x-warn" in schema:
                    problem = "the result of this keyword would depend on `x-warn`, which must only warn"
                    remedy = f"move `x-warn` out of {', '.join(f'`{keyword}`' for keyword in _DECIDING)}"
                    raise InvalidSchema("schema_invalid", pointer + below, problem, remedy)
                if "$ref" in schema and id(schema) not in seen:
                    seen.add(id(schema))
                    waiting.append(resolve_reference(document, schema["$ref"]))


def _check_count(document: dict[str, Any]) -> None:
    """Check that at most `_MAX_SCHEMAS` schemas apply to one value.

    References may form a circle, or double the number of schemas at each step.
    """
    #: The count for each schema by its `id()`; `None` while the schema is being counted.
    counts: dict[int, int | None] = {}

    def count_schemas(node: dict[str, Any], pointer: str) -> int:
        if id(node) not in counts:
            counts[id(node)] = None
            schemas = [schema for _, schema in list_subschemas(node, _SAME_VALUE)]
            if "$ref" in node:
                schemas.append(resolve_reference(document, node["$ref"]))
            counts[id(node)] = min(1 + sum(count_schemas(schema, pointer) for schema in schemas), _MAX_SCHEMAS + 1)
        count = counts[id(node)]
        if count is None:
            raise InvalidSchema("schema_ref", pointer, "the references form a circle and never end", "")
        return count

    for pointer, node in walk_schemas(document):
        try:
            count = count_schemas(node, pointer)
        except RecursionError:
            problem = "the chain of references is too long to follow"
            raise InvalidSchema("schema_ref", pointer, problem, "") from None
        if count > _MAX_SCHEMAS:
            problem = (
                f"more than {_MAX_SCHEMAS:,} schemas apply to one value, including the schemas that references lead to"
            )
            raise InvalidSchema("schema_ref", pointer, problem, "use fewer references")
