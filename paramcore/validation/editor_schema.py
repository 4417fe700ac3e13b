"""Make schemas that editors use to check whole files: projects, tasks and updates."""

from __future__ import annotations

from typing import Any, Literal

from paramcore.validation.schema import Schema, read_schema_file
from paramcore.validation.subschemas import map_schemas
from paramcore.validation.user_schema import DIALECT
from paramcore.values import thaw

#: Root keywords to keep. Other root keywords may need the effective params, which an editor does not have.
_PER_PARAM = ("type", "properties", "$defs", "definitions")


def make_editor_schema(schema: Schema, purpose: Literal["project", "task", "update"]) -> dict[str, Any]:
    """Return a JSON Schema for the project files, task files or update files of a task type.

    The schema requires no params, because a task may inherit a required param or set it itself (T13).
    """
    per_param = {name: schema.document[name] for name in _PER_PARAM if name in schema.document}
    per_param = {"$schema": DIALECT, **per_param}
    if purpose == "project":
        document = _make_project_schema(schema, per_param)
    else:
        fields = read_schema_file("request" if purpose == "task" else "update")["properties"]
        title = f"{schema.type} {purpose}"
        document = {**per_param, "title": title, "properties": {**fields, **schema.params}}
    # Editors warn about unknown keywords, so drop the keywords of this package.
    cleaned: dict[str, Any] = map_schemas(document, _drop_own_keywords)
    # The caller may change the result, but `schema.document` is frozen, so return a copy.
    copy: dict[str, Any] = thaw(cleaned)
    return copy


def _make_project_schema(schema: Schema, per_param: dict[str, Any]) -> dict[str, Any]:
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
    version = {"type": "object", "required": ["version"], "properties": {**bookkeeping, **schema.params}}
    properties = {
        "type": {"title": "Task type", "description": "The type of all tasks of the project.", "const": schema.type},
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
        "title": f"{schema.type} project",
        "type": "object",
        "required": ["type", "name", "param_history"],
        "properties": properties,
        **{name: per_param[name] for name in ("$defs", "definitions") if name in per_param},
    }


def _drop_own_keywords(node: Any) -> Any:
    is_schema = isinstance(node, dict)
    return {name: value for name, value in node.items() if not name.startswith("x-")} if is_schema else node
