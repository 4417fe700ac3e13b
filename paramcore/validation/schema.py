"""The schemas of the task types, from the package or from users.

All schemas are JSON Schema 2020-12.  Each schema is bundled into one document without
references to other documents, so nothing is ever fetched.  This package adds four
keywords, which other validators ignore:

- `x-warn` is a schema whose violations are warnings.
- `x-mistaken` lists names that are often written instead of the right name.
- `x-basis` is the evidence for a param, such as `documented`.
- `x-coverage` states how much of the type is public: `full`, `partly`, or `common`
  if only the params that all types share are known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from attrs import field, frozen

from paramcore.errors import InvalidSchema
from paramcore.model import check_task_type
from paramcore.text import MESSAGE_LIMIT, format_value
from paramcore.validation.subschemas import make_reference, map_schemas, walk_schemas
from paramcore.validation.user_schema import check_references, read_user_schema
from paramcore.values import check_argument, freeze_object, join_pointer, split_pointer, wrap_frozen

#: Files with definitions for the schemas of several types.
_SHARED = ("common", "definitions")
#: Files that are not the schema of a task type.
_NO_TYPES = {*_SHARED, "request", "update"}


@frozen(eq=False)
class Schema:
    """The schema of one task type."""

    #: The name of the task type.
    type: str
    #: The schema as frozen JSON, without references to other documents.
    document: Mapping[str, Any] = field(repr=False, converter=freeze_object)

    @property
    def coverage(self) -> str:
        """How much of the type is public: the value of `x-coverage`, or `full` by default."""
        return str(self.document.get("x-coverage", "full"))

    @property
    def params(self) -> Mapping[str, Any]:
        """The schemas of the params, by name."""
        properties: Mapping[str, Any] = self.document.get("properties", {})
        return properties

    @property
    def required(self) -> tuple[str, ...]:
        """The params that every task must get, from its request or from a version."""
        return tuple(self.document.get("required", ()))


def _copy_user_schemas(user_schemas: Mapping[str, Schema]) -> Mapping[str, Schema]:
    check_argument("user_schemas", user_schemas, Mapping)
    for name, schema in user_schemas.items():
        check_argument(f"user_schemas[{name!r}]", schema, Schema)
    return wrap_frozen(dict(user_schemas))


@frozen(eq=False)
class Schemas:
    """The schemas of all task types.

    `Schemas()` contains the schemas of the package.  For a type without a schema,
    only the params that all types share are validated.  `with_schema` adds or
    overrides a schema.

    Example:
        >>> schemas = Schemas().with_schema("my type", {"required": ["padding"]})
        >>> schemas.of("my type").required
        ('padding',)
    """

    #: The added schemas, by task type.
    user_schemas: Mapping[str, Schema] = field(factory=dict, converter=_copy_user_schemas)

    def with_schema(self, type: str, schema: Mapping[str, Any]) -> Schemas:
        """Return a copy of these schemas with a new schema for a type.

        The schema must be JSON Schema 2020-12, and may refer to `common.json` and `definitions.json`.

        Raises:
            InvalidSchema: if the schema is not valid; `path` is the location in the schema.
            InvalidSetting: `task_type`, if the type is empty or not a string.
        """
        check_task_type(type)
        plain = read_user_schema(schema)
        _check_shared_references(plain)
        document = _bundle_schema(plain)
        check_references(document)
        return Schemas({**self.user_schemas, type: Schema(type, document)})

    def of(self, type: str) -> Schema:
        """Return the schema of a type; for an unknown type, the schema of the params that all types share.

        Raises:
            InvalidSetting: `task_type`, if the type is empty or not a string.
        """
        check_task_type(type)
        return self.user_schemas.get(type) or _load_schema(type)

    @property
    def types(self) -> tuple[str, ...]:
        """The task types that have a schema, sorted."""
        return tuple(sorted({*_list_schema_files(), *self.user_schemas}))


# Anybody can choose the name of an unknown type, so limit the cache.
@lru_cache(maxsize=256)
def _load_schema(type: str) -> Schema:
    file = type if type in _list_schema_files() else "common"
    return Schema(type, _bundle_schema(read_schema_file(file)))


@cache
def _list_schema_files() -> tuple[str, ...]:
    """Return the task types with a schema file in the package."""
    names = {entry.name.removesuffix(".json") for entry in files(__package__).joinpath("schemas").iterdir()}
    return tuple(sorted(names - _NO_TYPES))


@cache
def read_schema_file(name: str) -> Any:
    """Return the content of `schemas/NAME.json`."""
    return json.loads(files(__package__).joinpath("schemas", f"{name}.json").read_text("utf-8"))


def _split_reference(reference: str) -> tuple[str, str]:
    """Return the file of a reference, without `.json`, and the JSON Pointer; the schema itself has the file `""`."""
    file, _, fragment = reference.partition("#")
    return file.removesuffix(".json"), unquote(fragment)


def _check_shared_references(schema: dict[str, Any]) -> None:
    """Check that each reference to another document leads to a definition in a file of `_SHARED`."""
    for pointer, node in walk_schemas(schema):
        file, place = _split_reference(node.get("$ref", ""))
        if not file:
            continue
        shown = format_value(node["$ref"], limit=MESSAGE_LIMIT)
        if file not in _SHARED or not place.startswith("/$defs/"):
            problem = f"the reference {shown} leads to another document, which is never fetched"
            remedy = "write `#/...`, `common.json#/$defs/...` or `definitions.json#/$defs/...`"
            raise InvalidSchema("schema_ref", f"{pointer}/$ref", problem, remedy)
        if place.removeprefix("/$defs/") not in read_schema_file(file)["$defs"]:
            problem = f"`{file}.json` does not contain the definition of the reference {shown}"
            raise InvalidSchema("schema_ref", f"{pointer}/$ref", problem, "")


def _bundle_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without references to other files.

    Replace the schemas `true` and `false` by `{}` and `{"not": {}}`, except in the keywords
    that `CLOSING` lists.  Copy the definitions that the schema uses from `common.json` and
    `definitions.json` into `$defs`, with names such as `common.tags` and `definitions.box`.
    """
    definitions: dict[str, Any] = {}
    own_definitions = schema.get("$defs", {})

    def relink(schema: Any, file: str) -> Any:
        def relink_node(node: Any) -> Any:
            if isinstance(node, bool):
                return {} if node else {"not": {}}
            # Inside a schema with `$schema`, jsonschema ignores the keywords of this package, so drop `$schema`.
            members = {keyword: value for keyword, value in node.items() if keyword != "$schema"}
            return {**members, "$ref": copy_definition(node["$ref"], file)} if "$ref" in node else members

        return map_schemas(schema, relink_node)

    def copy_definition(reference: str, file: str) -> str:
        target, pointer = _split_reference(reference)
        target = target or file
        if not target:
            # Normalize a pointer, but keep an anchor, because `check_references` rejects anchors later.
            return make_reference(join_pointer(*split_pointer(pointer))) if pointer.startswith("/") else reference
        name = pointer.removeprefix("/$defs/")
        key = f"{target}.{name}"
        while key in own_definitions:
            key += "_"
        if key not in definitions:
            # Reserve the key first, because a definition may refer to itself.
            definitions[key] = None
            definitions[key] = relink(read_schema_file(target)["$defs"][name], target)
        return make_reference(join_pointer("$defs", key))

    document: dict[str, Any] = relink(schema, "")
    return {**document, "$defs": {**document.get("$defs", {}), **definitions}} if definitions else document
