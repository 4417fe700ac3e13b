"""The command `schema`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.errors import InvalidSetting
from paramcore.text import MESSAGE_LIMIT, format_value
from paramcore.validation.editor_schema import make_editor_schema
from paramcore.validation.schema import Schemas


def schema(options: Namespace) -> Pieces:
    """Print a JSON Schema of a project, a task request or an update, for editors."""
    schemas = Schemas()
    if options.type is None:
        names = "".join(f"{name}\n" for name in schemas.types)
        yield names if options.format is None else format_document(list(schemas.types))
        return FINE
    if options.type not in schemas.types:
        problem = f"there is no schema for the task type {format_value(options.type, limit=MESSAGE_LIMIT)}"
        raise InvalidSetting("task_type", None, problem, "choose a type that `paramcore schema` lists")
    yield format_document(make_editor_schema(schemas.of(options.type), options.purpose))
    return FINE
