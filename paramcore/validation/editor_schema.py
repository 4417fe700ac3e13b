"""Schemas of whole files, for editors: a project object, a task request, the body of an update."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Literal

from paramcore.validation.schema import Schema, read_schema_file
from paramcore.validation.subschemas import map_schemas
from paramcore.validation.user_schema import DIALECT

#: Root keywords that concern one param at a time.  The others need the params of both layers.
_PER_PARAM = ("type", "properties", "$defs", "definitions")


def make_editor_schema(schema: Schema, purpose: Literal["project", "task", "update"]) -> dict[str, Any]:
    """Return the JSON Schema of a file that holds params of a type.

    It requires no param: the project or the task may bring it (T13).
    """
    per_param = {name: schema.document[name] for name in _PER_PARAM if name in schema.document}
    per_param = {"$schema": DIALECT, **per_param}
    if purpose == "project":
        document = _make_project_schema(schema, per_param)
    else:
        fields = read_schema_file("request" if purpose == "task" else "update")["properties"]
        title = f"{schema.type} {purpose}"
        document = {**per_param, "title": title, "properties": {**fields, **schema.params}}
    # Editors complain about keywords that they do not know.
    cleaned: dict[str, Any] = map_schemas(document, _drop_own_keywords)
    # Validators keep `schema.document`, so nothing of it is handed out.
    return deepcopy(cleaned)


def _make_project_schema(schema: Schema, per_param: dict[str, Any]) -> dict[str, Any]:
    bookkeeping = {
        "version": {"title": "Version", "description": "Its place in the history, from 0 on.", "type": "integer"},
        "created_at": {"title": "Made", "description": "When the service made it.", "type": ["string", "null"]},
    }
    version = {"type": "object", "required": ["version"], "properties": {**bookkeeping, **schema.params}}
    properties = {
        "type": {"title": "Task type", "description": "Of all tasks of the project.", "const": schema.type},
        "name": {"title": "Name", "description": "As in the project's address.", "type": "string"},
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
