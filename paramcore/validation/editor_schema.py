"""Make schemas with which editors check whole files: projects, tasks and updates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from paramcore.validation.schema import Schema, read_schema_file
from paramcore.validation.subschemas import make_reference, map_schemas, read_reference, walk_schemas
from paramcore.validation.user_schema import DIALECT
from paramcore.values import join_pointer, thaw

#: Root keywords to keep. Other root keywords may need the effective params, which an editor does not have.
_PER_PARAM = ("type", "properties", "$defs", "definitions")


def make_editor_schema(schema: Schema, purpose: Literal["project", "task", "update"]) -> dict[str, Any]:
    """Return a JSON Schema for the project files, task files or update files of a task type.

    The schema requires no params, because a task may inherit a required param or set it itself (T13).
    """
    original = _move_references(schema.document)
    per_param = {name: original[name] for name in _PER_PARAM if name in original}
    per_param = {"$schema": DIALECT, **per_param}
    if purpose == "project":
        document = _make_project_schema(schema.type, per_param)
    else:
        fields = read_schema_file("request" if purpose == "task" else "update")["properties"]
        title = f"{schema.type} {purpose}"
        document = {**per_param, "title": title, "properties": {**fields, **per_param.get("properties", {})}}
    # Editors warn about unknown keywords, so drop the keywords of this package.
    cleaned: dict[str, Any] = map_schemas(document, _drop_own_keywords)
    # The caller may change the result, but `schema.document` is frozen, so return a copy.
    copy: dict[str, Any] = thaw(cleaned)
    return copy


def _move_references(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema whose references all lead into `$defs` or `definitions`, which every editor schema has.

    If a reference leads to another place, `$defs` gets a copy of the schema as its target.
    """

    def must_move(node: Any) -> bool:
        is_reference = isinstance(node, dict) and "$ref" in node
        return is_reference and not read_reference(node["$ref"]).startswith(("/$defs/", "/definitions/"))

    def move(node: Any) -> Any:
        return {**node, "$ref": make_reference(target + read_reference(node["$ref"]))} if must_move(node) else node

    if not any(must_move(node) for _, node in walk_schemas(document)):
        return document
    key = "schema"
    while key in document.get("$defs", {}):
        key += "_"
    target = join_pointer("$defs", key)
    moved = map_schemas(document, move)
    copy = {name: value for name, value in moved.items() if name not in ("$defs", "definitions")}
    return {**moved, "$defs": {**moved.get("$defs", {}), key: copy}}


def _make_project_schema(task_type: str, per_param: dict[str, Any]) -> dict[str, Any]:
    bookkeeping = {
        "version": {
            "title": "Version",
            "description": "The number of the version; the first version is 0.",
            "type": "integer",
        },
        "created_at": {
            "title": "Created at",
            "description": "When the service created the version.",
            "type": ["string", "null"],
        },
    }
    version = {
        "type": "object",
        "required": ["version"],
        "properties": {**bookkeeping, **per_param.get("properties", {})},
    }
    properties = {
        "type": {"title": "Task type", "description": "The type of all tasks of the project.", "const": task_type},
        "name": {"title": "Name", "description": "The name of the project.", "type": "string"},
        "param_history": {
            "title": "Versions",
            "description": "The versions of the params, oldest first.",
            "type": "array",
            "items": version,
        },
    }
    return {
        "$schema": DIALECT,
        "title": f"{task_type} project",
        "type": "object",
        "required": ["type", "name", "param_history"],
        "properties": properties,
        **{name: per_param[name] for name in ("$defs", "definitions") if name in per_param},
    }


def _drop_own_keywords(node: Any) -> Any:
    is_schema = isinstance(node, dict)
    return {name: value for name, value in node.items() if not name.startswith("x-")} if is_schema else node
