"""Errors about values that cannot be frozen, with the JSON Pointers of the values.

`freeze` keeps a `Trail` for each container, because building a pointer for each
value would be slow.  `make_fault` converts the trail to a pointer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from paramcore.errors import NotJSON
from paramcore.text import describe_python_type, describe_value
from paramcore.values.conversions import MISSING_REMEDY, find_base, suggest_json, suggest_text
from paramcore.values.pointer import join_pointer
from paramcore.values.scalars import MAX_DIGITS


class Trail(NamedTuple):
    """The location of a value: the trail of its container, and its name or index in the container.

    `parent` and `place` are `None` for the outermost value.  `source` is the value that
    the caller passed, or `None` for a scalar.
    """

    parent: Trail | None
    place: str | int | None
    source: Any


def make_fault(trail: Trail | None, code: str, problem: str, remedy: str = "") -> NotJSON:
    """Return an error for the value at a trail; `trail` may be `None` for the outermost value."""
    places = [step.place for step in _list_steps(trail) if step.place is not None]
    return NotJSON(code, join_pointer(*places), problem, remedy)


def make_scalar_fault(value: object, trail: Trail | None) -> NotJSON:
    """Return the error for a string or a number that `freeze` rejects."""
    if type(value) is str:
        return make_surrogate_fault(trail, describe_value(value))
    if type(value) is int:
        return make_fault(trail, "value_number", f"an integer can have at most {MAX_DIGITS:,} digits")
    problem = f"{value!r} is not a JSON value, because JSON numbers are finite"
    is_nan = value != value  # noqa: PLR0124
    return make_fault(trail, "value_number", problem, MISSING_REMEDY if is_nan else "")


def make_name_fault(trail: Trail, name: object) -> NotJSON:
    """Return the error for a member name that is not a string."""
    problem = f"a name in an object must be a string, got {describe_value(name)}"
    return make_fault(trail, "key_type", problem, suggest_text(name, "convert it with `str()`"))


def make_surrogate_fault(trail: Trail | None, description: str) -> NotJSON:
    """Return the error for a lone surrogate; `description` describes the value or name."""
    problem = f"{description} contains a lone surrogate, which UTF-8 cannot encode"
    return make_fault(trail, "value_text", problem, "write the whole surrogate pair, or remove the lone surrogate")


def make_limit_fault(trail: Trail, code: str, problem: str) -> NotJSON:
    """Return the error for a value that is too deep or too large.

    The code is `cycle` if an object or array on the trail contains itself.
    """
    sources = set()
    for step in _list_steps(trail):
        if id(step.source) in sources:
            return make_fault(step, "cycle", "the object or array contains itself, but JSON has no cycles")
        sources.add(id(step.source))
    return make_fault(trail, code, problem)


def make_type_fault(trail: Trail | None, value_type: type) -> NotJSON:
    """Return the error for a value whose type does not exist in JSON."""
    problem = f"{describe_python_type(value_type)} is not a JSON value"
    base = find_base(value_type)
    if base is not None:
        problem += f", because its type is a subclass of `{base.__name__}`"
    return make_fault(trail, "value_type", problem, suggest_json(value_type))


def _list_steps(trail: Trail | None) -> list[Trail]:
    """Return the trail and its parents, outermost first."""
    steps: list[Trail] = []
    while trail is not None:
        steps.append(trail)
        trail = trail.parent
    return steps[::-1]
