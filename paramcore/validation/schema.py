"""
The schemas of the task types: those of the package, and a user's own.

All are JSON Schema 2020-12, each bundled into one document that refers to
nothing outside itself, so that nothing is ever fetched.  Three words are ours,
and any validator passes over them: `x-warn` holds a schema whose violations are
warnings, `x-basis` says how sure a param is, and `x-coverage` how much of the
type is public: `full`, `partly`, or `common` where only the params are known
that every type takes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from paramcore.errors import InvalidSchema, ParamcoreError
from paramcore.text import describe_value
from paramcore.validation.patterns import check_pattern
from paramcore.values.frozen import freeze, thaw
from paramcore.values.pointer import join_pointer, split_pointer

__all__ = ["Purpose", "Schema", "Schemas", "mapped"]

Purpose: TypeAlias = Literal["project", "task", "update"]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SHARED = ("common", "definitions")
_NO_TYPES = {*_SHARED, "request", "update"}

#: What judges each param by itself; all else at the root asks for several at once.
_EACH = ("$schema", "type", "properties", "$defs", "definitions")

#: More parts than this, references followed, and judging one value might not end.
_MOST_PARTS = 10_000

#: Keywords that hold schemas for the same value: one, some in a row, some by name.
_ONE = ("not", "if", "then", "else", "x-warn")
_ROW = ("allOf", "anyOf", "oneOf")
_NAMED = ("dependentSchemas",)

#: Keywords that hold schemas for what is inside the value.
_ONE_INSIDE = (
    "items",
    "additionalProperties",
    "contains",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
)
_ROW_INSIDE = ("prefixItems",)
_NAMED_INSIDE = ("properties", "patternProperties", "$defs", "definitions")

#: Keywords that ask whether a value fits a schema and go on from there: a warning would decide in them.
_DECIDING = ("not", "if", "contains", "unevaluatedItems", "unevaluatedProperties")
_DECIDING_ROW = ("anyOf", "oneOf")

#: Where `false` is told by the names that it keeps out.
_CLOSES = ("additionalProperties", "unevaluatedProperties")


@frozen(eq=False)
class Schema:
    """
    The schema of one task type.

    `document` is plain JSON, bundled: it holds all that it refers to.
    """

    type: str
    document: dict[str, Any] = field(repr=False)

    @property
    def coverage(self) -> str:
        """`full` where every param of the type is known, `partly`, or `common`; a user's own is `full` unless it says."""
        return str(self.document.get("x-coverage", "full"))

    @property
    def params(self) -> Mapping[str, Any]:
        """The schemas of the params, by name."""
        found = self.document.get("properties", {})
        return found if isinstance(found, dict) else {}

    @property
    def required(self) -> tuple[str, ...]:
        """The params that the effective params of every task need."""
        return tuple(self.document.get("required", ()))

    def at(self, reference: str) -> Any:
        """Return what a reference of this document refers to."""
        node: Any = self.document
        for part in split_pointer(reference.removeprefix("#")):
            node = node[int(part)] if isinstance(node, list) else node[part]
        return node

    def published(self, purpose: Purpose) -> dict[str, Any]:
        """
        Return a schema of a whole file for an editor: a project object, a task request, or the body of an update.

        It asks for no param, since the other half may bring it (T13).
        """
        one = {name: self.document[name] for name in _EACH if name in self.document}
        if purpose == "project":
            return _plain(_project_object(self, one))
        beside = _data(f"{'request' if purpose == 'task' else 'update'}.json")["properties"]
        return _plain({**one, "title": f"{self.type} {purpose}", "properties": {**beside, **self.params}})


def _project_object(schema: Schema, one: Mapping[str, Any]) -> dict[str, Any]:
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
    required = ["type", "name", "param_history"]
    defs = {name: one[name] for name in ("$defs", "definitions") if name in one}
    title = f"{schema.type} project"
    return {
        "$schema": DIALECT,
        "title": title,
        "type": "object",
        "required": required,
        "properties": properties,
        **defs,
    }


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """Leave out our own words, for editors that complain of words they do not know."""

    def plain(node: Any) -> Any:
        is_schema = isinstance(node, dict)
        return {name: value for name, value in node.items() if not name.startswith("x-")} if is_schema else node

    published: dict[str, Any] = mapped(schema, plain)
    return published


@frozen(eq=False)
class Schemas:
    """
    The schemas of all task types.

    `Schemas()` holds those of the package; `adding` gives one with more, or with
    others in their place.  A type that nobody knows is judged by the params that
    every type takes.
    """

    own: Mapping[str, Schema] = field(factory=dict)

    def adding(self, type: str, schema: Mapping[str, Any]) -> Schemas:
        """
        Return these schemas and one for a type, which may refer to `common.json` and `definitions.json`.

        Raises:
            InvalidSchema: see there; `path` is a place in the schema.

        """
        return Schemas({**self.own, type: Schema(type, _checked(schema))})

    def of(self, type: str) -> Schema:
        """Return the schema of a type; each is read once per process, when it is first asked for."""
        return self.own.get(type) or _built_in(type)

    @property
    def types(self) -> tuple[str, ...]:
        """The types that have a schema of their own."""
        names = (entry.name.removesuffix(".json") for entry in files(__package__).joinpath("schemas").iterdir())
        return tuple(sorted({*names, *self.own} - _NO_TYPES))


@cache
def _built_in(type: str) -> Schema:
    known = type in Schemas().types
    return Schema(type, _bundled(_data(f"{type if known else 'common'}.json")))


@cache
def _data(name: str) -> Any:
    return json.loads(files(__package__).joinpath("schemas", name).read_text("utf-8"))


def _bundled(schema: dict[str, Any]) -> dict[str, Any]:
    """Take in the shared definitions that a schema refers to, and let its references lead to them."""
    wanted: dict[str, Any] = {}

    def moved(schema: Any, home: str) -> Any:
        def relinked(node: Any) -> Any:
            reference = node.get("$ref") if isinstance(node, dict) else None
            return {**node, "$ref": led(reference, home)} if isinstance(reference, str) else node

        return mapped(schema, relinked)

    def led(reference: str, home: str) -> str:
        file, _, path = reference.partition("#")
        target = file.removesuffix(".json") if file else home
        if not target:
            return reference
        if target not in _SHARED or not path.startswith("/$defs/"):
            wanted_form = "`#/...`, `common.json#/$defs/...` or `definitions.json#/$defs/...`: nothing is fetched"
            raise InvalidSchema("schema_ref", None, f"the reference {describe_value(reference)}", wanted_form)
        name = path.removeprefix("/$defs/")
        key = f"{target}.{name}"
        if key not in wanted:
            definitions = _data(f"{target}.json")["$defs"]
            if name not in definitions:
                raise InvalidSchema(
                    "schema_ref", None, f"the reference {describe_value(reference)}", "one that leads somewhere"
                )
            wanted[key] = None
            wanted[key] = moved(definitions[name], target)
        return f"#/$defs/{key}"

    document: dict[str, Any] = moved(schema, "")
    return {**document, "$defs": {**document.get("$defs", {}), **wanted}} if wanted else document


def _checked(schema: Mapping[str, Any]) -> dict[str, Any]:
    try:
        plain = thaw(freeze(schema))
    except ParamcoreError as error:
        raise InvalidSchema("schema_invalid", error.path, error.found, error.wanted) from None
    if not isinstance(plain, dict):
        raise InvalidSchema("schema_invalid", "", describe_value(plain), "a schema, as an object")
    if plain.get("$schema", DIALECT) != DIALECT:
        raise InvalidSchema("schema_invalid", "/$schema", describe_value(plain["$schema"]), f"`{DIALECT}`, or none")
    _check_dialect(plain)
    for path, node in _nodes(plain, ""):
        _check_own_words(node, path)
    document = _bundled(_spelled(plain))
    result = Schema("", document)
    nodes = {id(node) for _, node in _nodes(document, "")}
    for path, node in _nodes(document, ""):
        _check_node(result, node, path, nodes)
    for path, node in _nodes(document, ""):
        _check_warnings(result, node, path)
    _Weight(result).check()
    return document


def _check_dialect(schema: Any) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (it doubles the time of an import)
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        path = join_pointer(*error.absolute_path)
        if error.validator == "format":
            wanted = "a Python regular expression"
            raise InvalidSchema("schema_pattern", path, describe_value(error.instance), wanted) from None
        raise InvalidSchema(
            "schema_invalid", path, describe_value(error.instance), "JSON Schema 2020-12 there"
        ) from None


def _check_own_words(node: dict[str, Any], path: str) -> None:
    """Check what the JSON Schema of JSON Schema passes over, before what is below it is looked at."""
    mistaken = node.get("x-mistaken", [])
    if not isinstance(mistaken, list) or not all(isinstance(one, str) for one in mistaken):
        raise InvalidSchema(
            "schema_invalid", f"{path}/x-mistaken", describe_value(mistaken), "names, as an array of text"
        )
    if "x-warn" in node:
        try:
            _check_dialect(node["x-warn"])
        except InvalidSchema as error:
            raise error.within(f"{path}/x-warn") from None


def _spelled(schema: dict[str, Any]) -> Any:
    """Return a schema in which every schema is an object: `true` asks nothing, `false` takes nothing."""

    def spelled(node: Any) -> Any:
        return node if isinstance(node, dict) else {} if node else {"not": {}}

    return mapped(schema, spelled)


def mapped(node: Any, change: Callable[[Any], Any]) -> Any:
    """Return a schema with a change made to each schema in it, from the innermost out; what is data stays as it is."""
    if not isinstance(node, dict):
        return change(node)
    members = {}
    for name, value in node.items():
        members[name] = value
        if name in _ONE or (name in _ONE_INSIDE and not (name in _CLOSES and isinstance(value, bool))):
            members[name] = mapped(value, change)
        elif name in _ROW or name in _ROW_INSIDE:
            members[name] = [mapped(one, change) for one in value]
        elif name in _NAMED or name in _NAMED_INSIDE:
            members[name] = {key: mapped(one, change) for key, one in value.items()}
    return change(members)


def _nodes(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every schema inside a schema, itself first, with its path."""
    if not isinstance(node, dict):
        return
    yield path, node
    for name, value in node.items():
        here = path + join_pointer(name)
        if name in _ONE or name in _ONE_INSIDE:
            yield from _nodes(value, here)
        elif (name in _ROW or name in _ROW_INSIDE) and isinstance(value, list):
            for index, one in enumerate(value):
                yield from _nodes(one, here + join_pointer(index))
        elif (name in _NAMED or name in _NAMED_INSIDE) and isinstance(value, dict):
            for key, one in value.items():
                yield from _nodes(one, here + join_pointer(key))


def _check_node(schema: Schema, node: dict[str, Any], path: str, nodes: set[int]) -> None:
    for name in ("$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$anchor", "$id"):
        if name in node:
            raise InvalidSchema(
                "schema_ref", path + join_pointer(name), f"`{name}`", "`$ref` with a path: `#/$defs/...`"
            )
    if "$ref" in node:
        try:
            target = schema.at(node["$ref"])
        except (KeyError, IndexError, TypeError, ValueError):
            target = None
        if id(target) not in nodes:
            found = f"the reference {describe_value(node['$ref'])}"
            raise InvalidSchema("schema_ref", f"{path}/$ref", found, "one that leads to a schema")
    patterns = [(f"{path}/pattern", node["pattern"])] if "pattern" in node else []
    patterns += [(path + join_pointer("patternProperties", one), one) for one in node.get("patternProperties", ())]
    for place, pattern in patterns:
        check_pattern(pattern, place)


def _check_warnings(schema: Schema, node: dict[str, Any], path: str) -> None:
    """Refuse a warning inside a choice: there it would not warn, but decide."""
    choices = [(path + join_pointer(name), node[name]) for name in _DECIDING if name in node]
    choices += [
        (path + join_pointer(name, index), one)
        for name in _DECIDING_ROW
        for index, one in enumerate(node.get(name, ()))
    ]
    for place, choice in choices:
        seen: set[int] = set()
        waiting = [choice]
        while waiting:
            for _, one in _nodes(waiting.pop(), ""):
                if "x-warn" in one:
                    wanted = f"it outside of {', '.join(f'`{name}`' for name in (*_DECIDING_ROW, *_DECIDING))}"
                    raise InvalidSchema("schema_invalid", place, "`x-warn` where a value is to fit or not", wanted)
                if "$ref" in one and id(one) not in seen:
                    seen.add(id(one))
                    waiting.append(schema.at(one["$ref"]))


def _in_place(node: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the schemas that a schema applies to the very same value, references left out."""
    for name in _ONE:
        if name in node:
            yield node[name]
    for name in _ROW:
        yield from node.get(name, ())
    for name in _NAMED:
        yield from node.get(name, {}).values()


class _Weight:
    """How many schemas meet at one value: a circle never ends, and doubling at each of many references as good as never."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._known: dict[int, int | None] = {}

    def check(self) -> None:
        for path, node in _nodes(self._schema.document, ""):
            if self._of(node, path) > _MOST_PARTS:
                found = f"more than {_MOST_PARTS:,} parts for one value, references followed"
                raise InvalidSchema("schema_ref", path, found, "a schema that comes to an end")

    def _of(self, node: Any, path: str) -> int:
        if not isinstance(node, dict):
            return 1
        if id(node) in self._known:
            known = self._known[id(node)]
            if known is None:
                raise InvalidSchema("schema_ref", path, "references that go round in a circle", "some that end")
            return known
        self._known[id(node)] = None
        parts = [*_in_place(node), *([self._schema.at(node["$ref"])] if "$ref" in node else [])]
        total = 1 + sum(self._of(part, path) for part in parts)
        self._known[id(node)] = min(total, _MOST_PARTS + 1)
        return total
