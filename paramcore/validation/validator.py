"""
The judge of one project's params and tasks.

The root of a JSON Schema is a row of demands of which each stands alone: those
on one param depend on its value only, so that of a version they are judged once,
and for a task only on what the task itself sets.  What asks for several params
at once is judged on the effective params, each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Protocol

from attrs import evolve, field, frozen

from paramcore.errors import InvalidSchema
from paramcore.model.effective import EffectiveParams
from paramcore.model.inheritance import Inheritance
from paramcore.model.project import Project
from paramcore.model.versions import ParamVersion
from paramcore.text import format_value
from paramcore.validation.cross_checks import CHECKS, Judging
from paramcore.validation.finding import Finding
from paramcore.validation.known_names import Shape
from paramcore.validation.messages import worded
from paramcore.validation.names import misplaced, nearest
from paramcore.validation.schema import Schema, Schemas, mapped
from paramcore.values.frozen import equality_key, freeze
from paramcore.values.pointer import join_pointer, split_pointer

__all__ = ["Validator"]

#: Root keywords that depend on which params are named elsewhere: then nothing is judged apart.
_NOT_APART = {"additionalProperties", "patternProperties", "unevaluatedProperties", "propertyNames"}


class Validator:
    """
    Judges the tasks of one project, and its own params.

    Make one and keep it: what does not change is judged once.  With the extra
    `fast`, jsonschema-rs says whether there is anything to tell, and jsonschema
    tells it; `fast=False` goes without.
    """

    def __init__(self, project: Project, schemas: Schemas = Schemas(), *, fast: bool | None = None) -> None:
        self.project = project
        self.schema = schemas.of(project.type)
        self._rules = _rules_of(self.schema, fast)
        self._judged: dict[int, _Judged] = {}
        #: Since which version each param of a version has stood that there was something to tell of.
        self._since: dict[tuple[int, str], int | None] = {}

    def own(self, number: int | None = None) -> tuple[Finding, ...]:
        """
        Judge the params of a version, the latest by default: each by itself, for the task brings the rest.

        Raises:
            NoSuchVersion: as `Project.version` does; a project without versions has nothing to judge.
            InvalidSchema: `schema_failed` where a user's own schema breaks down over a value.

        """
        if number is None and not self.project.versions:
            return ()
        version = self.project.latest if number is None else self.project.version(number)
        return _sorted(one for found in self._of(version).each.values() for one in found)

    def task(self, effective: EffectiveParams) -> tuple[Finding, ...]:
        """
        Judge what a task will get.

        Raises:
            InvalidSchema: `schema_failed`, as above.

        """
        return self.params(effective.task.params, effective.inheritance)

    def params(self, own: Mapping[str, Any], inheritance: Inheritance) -> tuple[Finding, ...]:
        """
        Judge what a task with these params gets, which may be plain JSON that would pass the door.

        Raises:
            InvalidSchema: `schema_failed`, as above.

        """
        params, version = inheritance.merge(own), inheritance.version
        rules = self._rules
        found = rules.of_own(own)
        inherited = _NOTHING if version is None else self._of(version)
        for name, violations in inherited.each.items():
            if name not in own:
                found += violations
            elif name != "instruction":
                # What the task overrides does no harm today: it waits for a task that does not.
                found += [
                    evolve(one, severity="warning", overridden=True) for one in violations if one.severity == "error"
                ]
        # T13: what is required is judged on the effective params, with all that asks for several of them.
        several = [*rules.of_all(params)]
        for names, judge in rules.across:
            if names <= params.keys():
                several += inherited.across[names] if names.isdisjoint(own) else judge(params)
        for one in several:
            mine = not one.pointer or one.version is not None or split_pointer(one.pointer)[0] in own
            found.append(one if mine else self._blamed(version, one))
        return _sorted(found) if found else ()

    def _of(self, version: ParamVersion) -> _Judged:
        judged = self._judged.get(version.number)
        if judged is None:
            each = {}
            for name, value in version.params.items():
                if found := tuple(self._blamed(version, one) for one in self._rules.of_one(name)(value)):
                    each[name] = found
            params = version.params
            across = {
                names: tuple(self._blamed(version, one) for one in judge(params))
                for names, judge in self._rules.across
                if names <= params.keys()
            }
            judged = self._judged[version.number] = _Judged(each, across)
        return judged

    def _blamed(self, version: ParamVersion | None, one: Finding) -> Finding:
        if version is None or not one.pointer:
            return one
        name = split_pointer(one.pointer)[0]
        place = version.number, name
        if place not in self._since:
            # A task that sets nothing inherits all: its explanation knows since when each value has stood.  It walks
            # through the history, for each param once and not for each task.
            effective = self.project.resolve({"project_version": version.number})
            self._since[place] = effective.explain(name).first_set_in
        return evolve(one, version=version.number, first_set_in=self._since[place])


def _sorted(found: Iterable[Finding]) -> tuple[Finding, ...]:
    each = dict.fromkeys(found)
    wrong = {one.pointer for one in each if one.severity == "error" and not one.overridden}
    vague = ("param_type", "param_choice")
    return tuple(
        sorted(
            (one for one in each if one.severity == "error" or one.code not in vague or one.pointer not in wrong),
            key=lambda one: one.rank,
        )
    )


@frozen
class _Judged:
    """What is wrong with the params of a version: of each by itself, and by each check of several of them."""

    each: Mapping[str, tuple[Finding, ...]]
    across: Mapping[frozenset[str], tuple[Finding, ...]]


_NOTHING = _Judged({}, {})


class _Validator(Protocol):
    """What both validators can do."""

    def is_valid(self, instance: Any) -> bool: ...


class _Rules:
    """What a schema asks, taken apart: of each param, and of several."""

    def __init__(self, schema: Schema, *, fast: bool) -> None:
        self.schema = schema
        document = schema.document
        self._apart = not (_NOT_APART & document.keys()) and _is_self_contained(document)
        self._each = document["properties"] if self._apart and "properties" in document else {}
        left_out = {"properties", "required"} if self._apart else {"required"}
        several = {name: value for name, value in document.items() if name not in left_out}
        self._required = schema.required
        self._asks_of_several = not _takes_objects(several) or any(name not in _SAYS for name in several)
        self._whole = _warned(document)
        self._several = _warned(several)
        self._fast = fast and self._apart and _agreed(document)
        self._fast_several = _fast_one(several) if self._fast and self._asks_of_several else None
        self._fast_whole = _fast_one({"properties": self._each, **_defs(schema)}) if self._fast else None
        self._ones: dict[str, _One] = {}
        checks = [one for one in CHECKS if not one.types or schema.type in one.types]
        self._checks = {one.params[0]: one.judge for one in checks if len(one.params) == 1}
        self.across = [(frozenset(one.params), one.judge) for one in checks if len(one.params) > 1]
        # Every type takes the common params, also one whose schema a user wrote.
        self._known = dict.fromkeys((*self.schema.params, *Schemas().of("common").params))
        self._known_elsewhere = frozenset() if self._is_full else _all_names()

    @property
    def _is_full(self) -> bool:
        return self.schema.coverage == "full"

    def of_own(self, own: Mapping[str, Any]) -> list[Finding]:
        """Return what is wrong with each param of a task by itself."""
        # Asked of all at once, which takes less time than asking it of each.
        fits = self._fast_whole is not None and _passes(self._fast_whole, own)
        found: list[Finding] = []
        for name, value in own.items():
            one = self.of_one(name)
            # Of many params the schema asks all that is asked.
            if not fits or one.asks_more:
                found += one(value, fits=fits)
        return found

    def of_one(self, name: str) -> _One:
        """Return the judge of one param by itself."""
        one = self._ones.get(name)
        if one is None:
            one = self._made(name)
            if len(name) <= _LONGEST_NAME:
                if len(self._ones) >= _MOST_NAMES:
                    self._ones.clear()
                self._ones[name] = one
        return one

    def _made(self, name: str) -> _One:
        schema = self._each.get(name)
        if schema is None:
            unknown = tuple(self._unknown(name)) if name not in self._known else ()
            return _One(name, unknown, None, None, None, self._checks.get(name), full=self._is_full)
        fast = _fast_one({**schema, **_defs(self.schema)}) if self._fast else None
        slow = partial(self._whole.descend, schema=schema, path=name, schema_path=name)
        shape = Shape(self.schema, [schema])
        return _One(name, (), fast, slow, shape, self._checks.get(name), full=self._is_full)

    def of_all(self, params: Mapping[str, Any]) -> Iterator[Finding]:
        """Yield what the schema finds wrong with the effective params together."""
        for name in self._required:
            if name not in params:
                yield Finding("param_missing", "error", "", f"no `{name}`", f"`{name}`, from the task or its project")
        if self._asks_of_several and not (self._fast_several is not None and _passes(self._fast_several, params)):
            yield from _told(self._several.iter_errors(params), "")

    def _unknown(self, name: str) -> Iterator[Finding]:
        path = join_pointer(name)
        if name in misplaced():
            one = misplaced()[name]
            yield Finding("param_misplaced", "warning", path, f"`{name}`", one.wanted, one.use)
            return
        meant = nearest(name, self._known, surely=not self._is_full)
        if self._is_full or (meant is not None and name not in self._known_elsewhere):
            yield _unknown_name(path, name, f"a param of {self.schema.type}", meant)


#: Names that tasks may bring before what is known of them is forgotten: a task may bring any.
_MOST_NAMES = 4_096
_LONGEST_NAME = 256


@frozen
class _One:
    """What is asked of one param."""

    name: str
    unknown: tuple[Finding, ...]
    fast: _Validator | None
    slow: Callable[[Any], Iterable[Any]] | None
    shape: Shape | None
    check: Judging | None
    full: bool = field(kw_only=True)

    #: Whether a value that fits the schema may still have something wrong with it.
    asks_more: bool = field(init=False)

    @asks_more.default
    def _asks_more(self) -> bool:
        return bool(self.unknown) or self.check is not None or (self.shape is not None and self.shape.goes_deeper)

    def __call__(self, value: Any, *, fits: bool = False) -> Sequence[Finding]:
        """Return what is wrong with a value of the param; of one that `fits` the schema, what else is wrong."""
        found: list[Finding] = [*self.unknown]
        if not fits and self.slow is not None and (self.fast is None or not _passes(self.fast, value)):
            found += _told(self.slow(value), self.name)
        if self.shape is not None and isinstance(value, (dict, list)):
            self._add_unknown(self.shape, value, (self.name,), found)
        if self.check is not None:
            found += self.check({self.name: value})
        return found

    def _add_unknown(self, shape: Shape, value: Any, trail: tuple[str | int, ...], found: list[Finding]) -> None:
        """Add the unknown names inside a value, where the schema knows the names that there are."""
        if isinstance(value, list):
            below = shape.element
            for index, element in enumerate(value):
                if below is not None and isinstance(element, (dict, list)):
                    self._add_unknown(below, element, (*trail, index), found)
            return
        known = shape.names
        for name, member in value.items():
            if known is not None and name not in known:
                meant = shape.meant_by(name) or nearest(name, known, surely=not self.full)
                if self.full or meant is not None:
                    found.append(_unknown_name(join_pointer(*trail, name), name, "a name that is known here", meant))
            elif isinstance(member, (dict, list)):
                below = shape.member(name)
                if below is not None:
                    self._add_unknown(below, member, (*trail, name), found)


def _unknown_name(path: str, name: str, wanted: str, meant: str | None) -> Finding:
    return Finding("param_unknown", "warning", path, f"the name {format_value(name)}", wanted, meant)


@lru_cache(maxsize=1)
def _all_names() -> frozenset[str]:
    schemas = Schemas()
    return frozenset(name for one in schemas.types for name in schemas.of(one).params)


#: Root keywords that ask nothing of the params together.
_SAYS = frozenset(
    {
        "$schema",
        "$defs",
        "definitions",
        "$comment",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "type",
        "x-coverage",
    }
)


def _takes_objects(document: Mapping[str, Any]) -> bool:
    kinds = document.get("type", "object")
    return "object" in ([kinds] if isinstance(kinds, str) else kinds)


def _told(errors: Iterable[Any], name: str) -> Iterator[Finding]:
    try:
        for error in errors:
            yield from worded(error)
    except (RecursionError, OverflowError, ArithmeticError, ValueError) as error:
        found = f"a schema that breaks down over a value ({type(error).__name__})"
        raise InvalidSchema(
            "schema_failed", join_pointer("properties", name) if name else "", found, "one that judges"
        ) from None


def _passes(validator: _Validator, value: Any) -> bool:
    try:
        return validator.is_valid(value)
    except (ValueError, OverflowError, RecursionError):
        return False


# Projects share a type, and taking its schema apart takes thousands of times as long as a task.
@lru_cache(maxsize=64)
def _rules_of(schema: Schema, fast: bool | None) -> _Rules:
    return _Rules(schema, fast=_has_fast() if fast is None else fast)


def _has_fast() -> bool:
    try:
        import jsonschema_rs  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


@lru_cache(maxsize=1)
def _warned_class() -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  (it doubles the time of an import)
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    def warn(validator: Any, schema: Any, value: Any, _: Any) -> Iterator[Any]:
        for error in validator.descend(value, schema):
            error.only_warns = True
            yield error

    def unique(_: Any, asked: Any, value: Any, __: Any) -> Iterator[Any]:
        # jsonschema compares each with each; on a long array that never ends.
        if asked and isinstance(value, list) and len({equality_key(freeze(one)) for one in value}) < len(value):
            yield ValidationError("an element stands twice")

    return extend(Draft202012Validator, {"x-warn": warn, "uniqueItems": unique})  # type: ignore[no-untyped-call]


def _warned(document: Mapping[str, Any]) -> Any:
    from referencing import Registry  # noqa: PLC0415

    # An empty registry: the default one fetches what a reference names.
    return _warned_class()(document, registry=Registry())


def _fast_one(document: Mapping[str, Any]) -> _Validator:
    import jsonschema_rs  # noqa: PLC0415

    validator: _Validator = jsonschema_rs.Draft202012Validator(_hoisted(document))
    return validator


def _hoisted(schema: Any) -> Any:
    """Return a schema with its warnings as errors: what passes it has nothing to tell."""

    def hoisted(node: Any) -> Any:
        if not isinstance(node, dict) or "x-warn" not in node:
            return node
        members = {name: value for name, value in node.items() if name != "x-warn"}
        return {**members, "allOf": [*members.get("allOf", ()), node["x-warn"]]}

    return mapped(schema, hoisted)


def _defs(schema: Schema) -> dict[str, Any]:
    return {"$defs": schema.document["$defs"]} if "$defs" in schema.document else {}


def _is_self_contained(node: Any) -> bool:
    """Whether every reference leads to a definition, and none to a part that is judged apart."""
    if isinstance(node, dict):
        reference = node.get("$ref", "#/$defs/")
        return str(reference).startswith("#/$defs/") and all(map(_is_self_contained, node.values()))
    return all(map(_is_self_contained, node)) if isinstance(node, list) else True


#: Keywords on which the two validators differ, or that only one of them reads.
_DIFFER = {
    "pattern",
    "patternProperties",
    "multipleOf",
    "format",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    # A warning that becomes one more `allOf` would evaluate names for these.
    "unevaluatedItems",
    "unevaluatedProperties",
}


def _agreed(node: Any) -> bool:
    if isinstance(node, dict):
        return not (_DIFFER & node.keys()) and all(map(_agreed, node.values()))
    return all(map(_agreed, node)) if isinstance(node, list) else True
