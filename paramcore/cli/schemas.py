"""Read the schemas that `--schema` names."""

from __future__ import annotations

from collections.abc import Iterable

from paramcore.errors import InvalidSetting
from paramcore.files.reader import read_document
from paramcore.text import MESSAGE_LIMIT, format_name, format_value
from paramcore.validation.schema import Schemas


def read_schemas(arguments: Iterable[str]) -> Schemas:
    """Return the schemas of the package; each `--schema TYPE=FILE` adds or replaces the schema of a type."""
    schemas = Schemas()
    types: set[str] = set()
    for argument in arguments:
        task_type, _, path = argument.partition("=")
        if not (task_type and path):
            problem = f"--schema needs a type and a file, got `{format_name(argument, limit=MESSAGE_LIMIT)}`"
            raise InvalidSetting("task_type", None, problem, "write `--schema TYPE=FILE`")
        if task_type in types:
            problem = f"--schema names two files for {format_value(task_type, limit=MESSAGE_LIMIT)}"
            raise InvalidSetting("task_type", None, problem, "name one file for each type")
        types.add(task_type)
        document = read_document(path)
        with document.locate_errors():
            schemas = schemas.with_schema(task_type, document.value)
    return schemas
