"""Hide values in JSON answers and errors for `--no-values`; names and types remain."""

from __future__ import annotations

from argparse import Namespace
from typing import Any, TypeVar

from attrs import evolve

from paramcore.errors import DocumentError, NotDone, OutcomeUnknown, ParamcoreError
from paramcore.model import ROUTING_TYPES

_Error = TypeVar("_Error", bound=ParamcoreError)

#: The keys of members that contain values of params.
_VALUE_KEYS = frozenset(
    {"value", "before", "after", "params", "added", "removed", "changed", "identity", "request", "cut"}
)
#: The keys in `_VALUE_KEYS` for which null means that there is no value.
_OPTIONAL_KEYS = frozenset({"identity", "request", "cut"})
#: The keys of members that are a sentence with values.
_SENTENCE_KEYS = frozenset({"expected", "actual"})
#: The keys of members that contain further objects with the keys above, such as each change in `changes`.
_ANSWER_KEYS = frozenset({"plan", "diff", "changes", "versions", "explanations", "candidates", "findings", "stays"})


def select_values(answer: Any, options: Namespace) -> Any:
    """Return an answer; with `--no-values`, replace the values in it.

    Each scalar in params becomes the name of its JSON type, and each sentence with values becomes null.
    """
    return answer if options.values else _hide(answer)


def select_error(error: _Error, options: Namespace) -> _Error:
    """Return an error; with `--no-values`, replace its problem and remedy if they may contain a value."""
    is_about_value = isinstance(error, DocumentError) and error.line is not None
    # The service may repeat a value in its reply.
    is_reply = isinstance(error, (NotDone, OutcomeUnknown)) and error.status is not None
    if options.values or not (is_about_value or is_reply):
        return error
    return evolve(error, problem=f"the error is `{error.code}`", remedy="omit --no-values to see why")


def _hide(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_hide(element) for element in answer]
    return (
        {key: _hide_member(key, member, answer) for key, member in answer.items()}
        if isinstance(answer, dict)
        else answer
    )


def _hide_member(key: str, member: Any, answer: dict[str, Any]) -> Any:
    if key in _ANSWER_KEYS:
        return _hide(member)
    if key == "lifetimes":
        return {param: _hide(lifetimes) for param, lifetimes in member.items()}
    # In an answer of `extract`, a null `value` beside a null `extra_bytes` means that there is no value.
    is_absent = key in _OPTIONAL_KEYS or answer.get("extra_bytes", 0) is None
    if key in _SENTENCE_KEYS or (member is None and is_absent):
        return None
    if key == "request" and isinstance(member, dict):
        # Show the values of a task's routing names, and of an update's flag `patch`.
        is_task = "why" in answer or "blocked" in answer
        shown = ROUTING_TYPES if is_task else {"patch"}
        return {name: value if name in shown else describe_types(value) for name, value in member.items()}
    # In an answer of `impact --list`, `params` is a list of names, not of values.
    is_names = key == "params" and isinstance(member, list)
    return describe_types(member) if key in _VALUE_KEYS and not is_names else member


def describe_types(value: Any) -> Any:
    """Replace each scalar in a value by the name of the scalar's JSON type.

    Example:
        >>> describe_types({"box": {"names": ["car", 1]}, "label": None})
        {'box': {'names': ['string', 'number']}, 'label': 'null'}
    """
    if isinstance(value, dict):
        return {name: describe_types(member) for name, member in value.items()}
    if isinstance(value, list):
        return [describe_types(element) for element in value]
    if value is None:
        return "null"
    return "boolean" if isinstance(value, bool) else "string" if isinstance(value, str) else "number"
