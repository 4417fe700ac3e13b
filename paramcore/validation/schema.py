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

from collections.abc import Mapping
from functools import cache
from typing import Any

from attrs import field, frozen

from paramcore.validation.bundle import bundle_schema, list_schema_files, read_schema_file
from paramcore.validation.user_schema import check_user_schema


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
        properties = self.document.get("properties", {})
        return properties if isinstance(properties, dict) else {}

    @property
    def required(self) -> tuple[str, ...]:
        """The params that the effective params of every task need."""
        return tuple(self.document.get("required", ()))


@frozen(eq=False)
class Schemas:
    """The schemas of all task types.

    `Schemas()` holds those of the package.  A type without a schema is validated
    by the params that every type takes.  Add or override a schema so::

        schemas = Schemas().with_schema("my type", {"properties": {"padding": {"type": "integer"}}})
    """

    user_schemas: Mapping[str, Schema] = field(factory=dict)

    def with_schema(self, type: str, schema: Mapping[str, Any]) -> Schemas:
        """Return these schemas with a schema for a type, which may refer to `common.json` and `definitions.json`.

        Raises:
            InvalidSchema: where it is no JSON Schema 2020-12; `path` is the place in the schema.
        """
        return Schemas({**self.user_schemas, type: Schema(type, check_user_schema(schema))})

    def of(self, type: str) -> Schema:
        """Return the schema of a type."""
        return self.user_schemas.get(type) or _load_schema(type)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that have a schema."""
        return tuple(sorted({*list_schema_files(), *self.user_schemas}))


@cache
def _load_schema(type: str) -> Schema:
    file = type if type in list_schema_files() else "common"
    return Schema(type, bundle_schema(read_schema_file(file)))
