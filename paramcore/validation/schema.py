"""The schemas of the task types: those of the package, and a user's own.

All are JSON Schema 2020-12.  Each is bundled into one document that refers to
nothing outside itself, so nothing is ever fetched.  Four keywords are our own,
and other validators ignore them:

- `x-warn` holds a schema whose violations are warnings.
- `x-mistaken` lists names that are often written for the name of this schema.
- `x-basis` says how well a param is documented.
- `x-coverage` says how much of the type is public: `full`, `partly`, or
  `common` where only the params of every type are known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

from attrs import field, frozen

from paramcore.errors import InvalidSchema
from paramcore.text import describe_value
from paramcore.validation.subschemas import make_reference, map_schemas
from paramcore.validation.user_schema import check_references, read_user_schema
from paramcore.values import join_pointer, split_pointer

#: Files that hold definitions for the schemas of several types.
_SHARED = ("common", "definitions")
#: Files that are not the schema of a task type.
_NO_TYPES = {*_SHARED, "request", "update"}


@frozen(eq=False)
class Schema:
    """The schema of one task type.

    `document` is plain JSON and holds all that it refers to.
    """

    type: str
    document: dict[str, Any] = field(repr=False)

    @property
    def coverage(self) -> str:
        """`full`, `partly` or `common`; a user's own schema is `full` unless it has `x-coverage`."""
        return str(self.document.get("x-coverage", "full"))

    @property
    def params(self) -> Mapping[str, Any]:
        """The schemas of the params, by name."""
        properties: Mapping[str, Any] = self.document.get("properties", {})
        return properties

    @property
    def required(self) -> tuple[str, ...]:
        """The params that the effective params of every task need."""
        return tuple(self.document.get("required", ()))


@frozen(eq=False)
class Schemas:
    """The schemas of all task types.

    `Schemas()` holds those of the package.  A type without a schema is validated
    by the params that every type takes.  `with_schema` adds or overrides a schema.

    Example:
        >>> schemas = Schemas().with_schema("my type", {"required": ["padding"]})
        >>> schemas.of("my type").required
        ('padding',)
    """

    user_schemas: Mapping[str, Schema] = field(factory=dict)

    def with_schema(self, type: str, schema: Mapping[str, Any]) -> Schemas:
        """Return these schemas with a schema for a type, which may refer to `common.json` and `definitions.json`.

        Raises:
            InvalidSchema: where it is no JSON Schema 2020-12; `path` is the place in the schema.
        """
        document = _bundle_schema(read_user_schema(schema))
        check_references(document)
        return Schemas({**self.user_schemas, type: Schema(type, document)})

    def of(self, type: str) -> Schema:
        """Return the schema of a type."""
        return self.user_schemas.get(type) or _load_schema(type)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that have a schema."""
        return tuple(sorted({*_list_schema_files(), *self.user_schemas}))


@cache
def _load_schema(type: str) -> Schema:
    file = type if type in _list_schema_files() else "common"
    return Schema(type, _bundle_schema(read_schema_file(file)))


def _list_schema_files() -> tuple[str, ...]:
    """Return the task types that the package has a schema file for."""
    names = {entry.name.removesuffix(".json") for entry in files(__package__).joinpath("schemas").iterdir()}
    return tuple(sorted(names - _NO_TYPES))


@cache
def read_schema_file(name: str) -> Any:
    """Return the content of `schemas/NAME.json`."""
    return json.loads(files(__package__).joinpath("schemas", f"{name}.json").read_text("utf-8"))


def _bundle_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that refers to nothing outside itself, with an object for each boolean schema.

    It has no `$schema`: the dialect is 2020-12.
    The definitions of `common.json` and `definitions.json` that it uses are
    copied into its `$defs`, as `common.tags` and `definitions.box`.
    """
    definitions: dict[str, Any] = {}
    own_definitions = schema.get("$defs", {})

    def relink(schema: Any, file: str) -> Any:
        def relink_node(node: Any) -> Any:
            if isinstance(node, bool):
                return {} if node else {"not": {}}
            # jsonschema leaves our keywords out wherever it meets `$schema`.
            members = {keyword: value for keyword, value in node.items() if keyword != "$schema"}
            return {**members, "$ref": copy_definition(node["$ref"], file)} if "$ref" in node else members

        return map_schemas(schema, relink_node)

    def copy_definition(reference: str, file: str) -> str:
        target, _, fragment = reference.partition("#")
        target, pointer = target.removesuffix(".json") or file, unquote(fragment)
        if not target:
            # An anchor stays as it is: `check_references` rejects it.
            return make_reference(join_pointer(*split_pointer(pointer))) if pointer.startswith("/") else reference
        found, name = f"the reference {describe_value(reference)}", pointer.removeprefix("/$defs/")
        if target not in _SHARED or not pointer.startswith("/$defs/"):
            wanted = "`#/...`, `common.json#/$defs/...` or `definitions.json#/$defs/...`: nothing is fetched"
            raise InvalidSchema("schema_ref", None, found, wanted)
        shared = read_schema_file(target)["$defs"]
        if name not in shared:
            raise InvalidSchema("schema_ref", None, found, "the name of a shared definition")
        key = f"{target}.{name}"
        while key in own_definitions:
            key += "_"
        if key not in definitions:
            # Reserve the place first: a definition may refer to itself.
            definitions[key] = None
            definitions[key] = relink(shared[name], target)
        return make_reference(join_pointer("$defs", key))

    document: dict[str, Any] = relink(schema, "")
    return {**document, "$defs": {**document.get("$defs", {}), **definitions}} if definitions else document
