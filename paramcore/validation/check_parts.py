"""Helpers for the checks that JSON Schema cannot express; they accept values of any JSON type."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from attrs import Factory, field, frozen

from paramcore.text import describe_type, describe_value, format_value
from paramcore.validation.finding import Finding, Severity
from paramcore.validation.names import suggest_name
from paramcore.values import equality_key, join_pointer

CheckFunction: TypeAlias = Callable[[Mapping[str, Any]], Iterator[Finding]]

#: The choices that are text, and the equality keys of all choices that are neither objects nor arrays.  The keys are
#: `None` if any answer is allowed.
Choices: TypeAlias = tuple[Collection[str], set[Any] | None]


@frozen(eq=False)
class CrossCheck:
    """A check that JSON Schema cannot express.  It reads one or more params."""

    function: CheckFunction
    #: The params that the check needs; the check runs if all of them are set.
    params: tuple[str, ...]
    #: The task types that the check applies to; empty for all types.
    types: tuple[str, ...] = ()
    #: The params that the check also reads if they are set.
    optional: tuple[str, ...] = ()
    #: `params` as a set.
    needed: frozenset[str] = field(init=False, default=Factory(lambda self: frozenset(self.params), takes_self=True))
    #: `params` and `optional` as a set.
    reads: frozenset[str] = field(
        init=False, default=Factory(lambda self: frozenset((*self.params, *self.optional)), takes_self=True)
    )

    @property
    def reads_several(self) -> bool:
        """Whether the check reads more than one param."""
        return len(self.reads) > 1


def get_verb(severity: Severity) -> str:
    """Return the verb of a message about a value: `must` for an error, `should` for a warning."""
    return "must" if severity == "error" else "should"


def make_choice_finding(
    severity: Severity,
    pointer: str,
    value: Any,
    expected: str,
    known: Iterable[str],
    *,
    expected_without_value: str = "",
) -> Finding:
    """Return a finding about an unknown name; suggest the most similar known name, if there is one.

    If `expected` contains a param value, `expected_without_value` is the same text without the value.
    """
    name = suggest_name(value if isinstance(value, str) else format_value(value), known)
    suggestion = None if name is None else format_value(name)
    verb = get_verb(severity)
    shown = f"{verb} be {expected}, got {describe_value(value)}"
    hidden = f"{verb} be {expected_without_value or expected}, got {describe_type(value)}"
    return Finding("param_choice", severity, pointer, shown, suggestion=suggestion, problem_without_value=hidden)


def make_plain_keys(choices: Iterable[Any]) -> set[Any]:
    """Return the equality keys of the choices that are neither objects nor arrays."""
    return {equality_key(choice) for choice in choices if not isinstance(choice, (dict, list, tuple))}


def check_choices(answers: Any, pointer: str, choices: Choices, expected: str) -> Iterator[Finding]:
    """Check that an answer, or each answer of an array, is one of the choices.

    Ignore answers that are neither text nor numbers nor booleans.
    """
    known, keys = choices
    for answer, at in list_leaves(answers, pointer):
        if keys is not None and isinstance(answer, (str, int, float)) and equality_key(answer) not in keys:
            yield make_choice_finding("warning", at, answer, expected, known)


def walk_nested(value: Any, pointer: str, below: str) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Yield the objects of an array, and of nested arrays, with their pointers.

    `below` is the name of the member that contains a nested array, such as `children`.  An object
    precedes the objects inside it.
    """
    waiting = [(value, pointer)]
    while waiting:
        array, start = waiting.pop()
        objects = [
            (element, start + join_pointer(index))
            for index, element in enumerate(list_elements(array))
            if isinstance(element, dict)
        ]
        yield from objects
        waiting.extend((element[below], f"{at}/{below}") for element, at in reversed(objects) if below in element)


def list_leaves(value: Any, pointer: str) -> Iterator[tuple[Any, str]]:
    """Yield each element of an array with its pointer; for any other value, yield the value and `pointer`."""
    if isinstance(value, (list, tuple)):
        yield from ((element, pointer + join_pointer(index)) for index, element in enumerate(value))
    else:
        yield value, pointer


def get_member(value: Any, *names: str) -> Any:
    """Return the value at a path of names, or `None` if a name is missing."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def get_number(value: Any, name: str) -> int | float | None:
    """Return a member if it is a number, else `None`."""
    number = get_member(value, name)
    return number if type(number) in (int, float) else None


def list_members(value: Any) -> Iterable[tuple[str, Any]]:
    """Return the members of an object, or an empty tuple if the value is not an object."""
    return value.items() if isinstance(value, dict) else ()


def list_elements(value: Any) -> Iterable[Any]:
    """Return the elements of an array, or an empty tuple if the value is not an array."""
    return value if isinstance(value, (list, tuple)) else ()
