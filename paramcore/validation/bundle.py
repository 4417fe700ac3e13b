"""Read the schema files of the package, and bundle a schema with the shared definitions that it refers to."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from paramcore.errors import InvalidSchema
from paramcore.text import describe_value
from paramcore.validation.subschemas import map_schemas

#: Files that hold definitions for the schemas of several types.
_SHARED = ("common", "definitions")
#: Files that are not the schema of a task type.
_NO_TYPES = {*_SHARED, "request", "update"}


def list_schema_files() -> tuple[str, ...]:
    """Return the task types that the package has a schema file for."""
    names = {entry.name.removesuffix(".json") for entry in files(__package__).joinpath("schemas").iterdir()}
    return tuple(sorted(names - _NO_TYPES))


@cache
def read_schema_file(name: str) -> Any:
    """Return the content of `schemas/NAME.json`."""
    return json.loads(files(__package__).joinpath("schemas", f"{name}.json").read_text("utf-8"))


def bundle_schema(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that refers to nothing outside itself.

    The definitions of `common.json` and `definitions.json` that it uses are
    copied into its `$defs`, as `common.tags` and `definitions.box`.

    Raises:
        InvalidSchema: `schema_ref`, for any other reference to a file or an address.
    """
    definitions: dict[str, Any] = {}

    def relink(schema: Any, file: str) -> Any:
        def relink_node(node: Any) -> Any:
            reference = node.get("$ref") if isinstance(node, dict) else None
            return {**node, "$ref": copy_definition(reference, file)} if isinstance(reference, str) else node

        return map_schemas(schema, relink_node)

    def copy_definition(reference: str, file: str) -> str:
        target, _, pointer = reference.partition("#")
        target = target.removesuffix(".json") or file
        if not target:
            return reference
        name = pointer.removeprefix("/$defs/")
        shared = read_schema_file(target)["$defs"] if target in _SHARED and pointer.startswith("/$defs/") else None
        if shared is None:
            wanted = "`#/...`, `common.json#/$defs/...` or `definitions.json#/$defs/...`: nothing is fetched"
            raise InvalidSchema("schema_ref", None, f"the reference {describe_value(reference)}", wanted)
        if name not in shared:
            found, wanted = f"the reference {describe_value(reference)}", "the name of a shared definition"
            raise InvalidSchema("schema_ref", None, found, wanted)
        key = f"{target}.{name}"
        if key not in definitions:
            # Reserve the place first: a definition may refer to itself.
            definitions[key] = None
            definitions[key] = relink(shared[name], target)
        return f"#/$defs/{key}"

    document: dict[str, Any] = relink(schema, "")
    return {**document, "$defs": {**document.get("$defs", {}), **definitions}} if definitions else document
