"""Calls of the API and answers to them, as values.

A handler reads a `Call` and returns an `Answer`, or raises `RejectedCall` or
`ParamcoreError`.  The answer contains the `Change` values that the call makes; the
handler itself must change nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import field, frozen

from paramcore.files.document import TASK_DEPTH, decode_document
from paramcore.model import Assumptions, EffectiveParams, Project, check_task_type
from paramcore.service.requests import Response
from paramcore.service.standin.state import Change, State
from paramcore.text import ROW_LIMIT, describe_value, format_name, format_repr, format_value, truncate
from paramcore.values import check_iterable

#: The maximum number of bytes of a request body; the stand-in rejects a longer body.
MAX_BODY_SIZE = 16 * 2**20
#: The Ruby client adds this query parameter to every GET request, so ignore it.
_IGNORED_NAMES = frozenset({"callback_url"})


class RejectedCall(Exception):
    """A call that the service rejects with this status and text."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@frozen
class Call:
    """A call of the API, with a decoded path and query."""

    method: str
    #: The raw path below the base URL.
    path: str
    #: The segments of the path, decoded.
    parts: Sequence[str]
    #: The values of each query parameter; a parameter without a value is left out (S2).
    query: Mapping[str, Sequence[str]] = field(factory=dict)
    #: The headers, by lower-case name.
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    #: The time of the call; `None` if `created_at` of the service returned `None`.
    time: str | None = None

    def read_value(self, default: Any) -> Any:
        """Return the JSON value of the body; `default` if there is no body."""
        # Where the body would be `{}` or `[]`, the official SDK sends no body.
        return decode_document(self.body, "the body", TASK_DEPTH + 1).value if self.body else default

    def read_object(self) -> dict[str, Any]:
        """Return the body as a JSON object; `{}` if there is no body."""
        value = self.read_value({})
        if not isinstance(value, dict):
            raise RejectedCall(400, f"the body must be a JSON object, got {describe_value(value)}")
        return value

    def read_strings(self) -> list[str]:
        """Return the body as an array of strings; `[]` if there is no body."""
        value = self.read_value([])
        if not isinstance(value, list) or not all(isinstance(element, str) for element in value):
            raise RejectedCall(400, f"the body must be an array of strings, got {describe_value(value)}")
        return value

    def check_query(self, known_names: Collection[str]) -> None:
        """Reject query parameters whose names are neither known nor ignored."""
        for name in self.query:
            if name not in known_names and name not in _IGNORED_NAMES:
                known = ", ".join(f"`{known}`" for known in sorted(known_names))
                one_of = "one of " if len(known_names) > 1 else ""
                raise RejectedCall(400, f"the query parameter `{format_name(name)}` is unknown; write {one_of}{known}")

    def get_flag(self, name: str) -> bool | None:
        """Return a query parameter that is true or false; `None` if it is not set."""
        text = self.get_text(name)
        if text is None:
            return None
        # Python's `requests` sends `True`, and other clients send `true`.
        if text.lower() not in ("true", "false"):
            raise RejectedCall(400, f"`{name}` must be true or false, got {format_value(text)}")
        return text.lower() == "true"

    def get_text(self, name: str) -> str | None:
        """Return the value of a query parameter, `None` if it is not set; reject a repeated parameter."""
        values = self.query.get(name, ())
        if len(values) > 1:
            raise RejectedCall(400, f"the query parameter `{format_name(name)}` is repeated; send it once")
        return values[0] if values else None


@frozen
class Answer:
    """The answer to a call: JSON text, what the call did, and the changes that it makes."""

    text: str
    reason: str
    changes: Sequence[Change] = ()

    @classmethod
    def of(cls, value: Any, reason: str, *changes: Change) -> Answer:
        """Return an answer whose text is this value as JSON."""
        return cls(json.dumps(value), reason, changes)


@frozen
class Context:
    """The state of a service, and its settings, for the handlers."""

    state: State
    assumptions: Assumptions
    #: The known task types; `None` if every type is accepted.
    task_types: Collection[str] | None
    on_validate: Callable[[Project, EffectiveParams], str | None]
    #: Whether each new task is completed at once, as with a test key of the service (S4).
    completes_tasks: bool

    def check_task_type(self, task_type: str) -> None:
        """Reject a task type that is not known."""
        if self.task_types is not None and task_type not in self.task_types:
            remedy = (
                "`paramcore schema` lists the types, and `paramcore serve --schema TYPE=FILE` adds a type "
                "(in Python: `task_types`)"
            )
            raise RejectedCall(400, f"the task type {format_value(task_type)} is unknown; {remedy}")


def read_task_types(task_types: Iterable[str]) -> frozenset[str]:
    """Check and return the argument `task_types`, which is read once.

    Raises:
        InvalidSetting: `argument_type`, if it is not an iterable; `task_type` for an element that is no task type.
    """
    check_iterable("task_types", task_types)
    types = tuple(task_types)
    for task_type in types:
        check_task_type(task_type)
    return frozenset(types)


def require(body: Mapping[str, Any], name: str) -> Any:
    """Return a field of a body; reject a body in which the field is missing or null."""
    if body.get(name) is None:
        given = ", ".join(f"`{format_name(key)}`" for key, value in body.items() if value is not None)
        sent = f"the request has {truncate(given or 'no other values', ROW_LIMIT)}" if body else "the request is empty"
        raise RejectedCall(400, f"`{name}` is {'null' if name in body else 'missing'}; {sent}")
    return body[name]


def require_text(body: Mapping[str, Any], name: str) -> str:
    """Return a field that must be a non-empty string."""
    value = require(body, name)
    if not isinstance(value, str) or not value:
        raise RejectedCall(400, f"`{name}` must be a non-empty string, got {describe_value(value)}")
    return value


def build_reply(status: int, text: str) -> Response:
    """Return a reply with JSON text as its body."""
    return Response(status, text.encode(), {"content-type": "application/json"})


def build_failure_reply(error: Exception) -> Response:
    """Return the reply to a request after a callback, such as `on_event`, raised this error."""
    return build_error_reply(500, f"the stand-in failed: {format_repr(error)}")


def build_error_reply(status: int, text: str, headers: Mapping[str, str] = {}) -> Response:
    """Return an error reply in the service's format (E6)."""
    body = json.dumps({"status_code": status, "error": text}).encode()
    return Response(status, body, {"content-type": "application/json", **headers})
