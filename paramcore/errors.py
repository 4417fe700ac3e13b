"""
Every error that paramcore raises on purpose.

::

    ParamcoreError          the root, never raised itself
    ├── NotJSON             ValueError   a value that is no JSON, or is past the limits
    ├── InvalidParams       ValueError   JSON, but no params: a reserved name, an instruction that is no text
    ├── InvalidSetting      ValueError   an argument beside the params: a name, a flag, an assumption
    ├── NoSuchVersion       LookupError  a version that the project does not have
    ├── WrongProject        ValueError   a task request for another project, or of another type
    ├── MalformedPayload    ValueError   JSON that is not what the API sends or takes
    ├── InvalidSchema       ValueError   a schema that is none, or that would not end
    ├── WouldDrop           ValueError   an update that would drop params, stopped before it was sent
    ├── NotDone             RuntimeError nothing was changed, for certain: it was refused, or never sent
    ├── OutcomeUnknown      RuntimeError it was sent, and no answer says what became of it
    ├── InvalidKey          ValueError   what is no API key; it is never shown
    └── DocumentError       ValueError   a file or a stream that cannot be read, by line and column

All compare by value and pickle.  `code` is stable and meant for programs; the
sentence that `str()` gives is meant for people and may be reworded.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
from attrs import frozen

from paramcore.text import escape_unprintable

__all__ = [
    "DocumentError",
    "InvalidKey",
    "InvalidParams",
    "InvalidSchema",
    "InvalidSetting",
    "MalformedPayload",
    "NoSuchVersion",
    "NotDone",
    "NotJSON",
    "OutcomeUnknown",
    "ParamcoreError",
    "WouldDrop",
    "WrongProject",
]


@frozen(slots=False, eq=False)
class ParamcoreError(Exception):
    """
    The root of the tree.

    `path` is the JSON Pointer (RFC 6901) of the place inside what was handed
    in: `""` is the whole of it, `None` means that there is no such place.
    """

    code: str
    path: str | None
    found: str
    wanted: str

    def __str__(self) -> str:
        place = f"at {self.path}: " if self.path else ""
        return escape_unprintable(f"{place}found {self.found}, wanted {self.wanted}")

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), self._fields()))

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception's own way would set the fields of a frozen object.
        return type(self), self._fields()

    def _fields(self) -> tuple[Any, ...]:
        return attrs.astuple(self, recurse=False)

    def within(self, prefix: str) -> Self:
        """Return the same error, its path seen from further out."""
        return attrs.evolve(self, path=prefix + (self.path or ""))


# Classes that have no fields of their own need no decorator: the root freezes them.
class NotJSON(ParamcoreError, ValueError):
    """
    A value that is no JSON, or one past the limits.

    Codes: `value_type`, `key_type`, `value_number`, `value_text`, `too_deep`,
    `too_large`, `cycle`, `changed_during_call`.
    """


class InvalidParams(ParamcoreError, ValueError):
    """
    JSON, but not params.

    Codes: `params_type` (no object), `instruction_type` (U11), `param_name`
    (U9, U10, T10: a name that the API uses for something else).
    """


class InvalidSetting(ParamcoreError, ValueError):
    """
    An argument beside the params.

    Codes: `project_name`, `task_type`, `routing_type`, `flag_type`,
    `created_at_type`, `update_type`, `separator_type`, `assumption_value`,
    `assumption_name`, `argument_type`, `history_moved`, `code_name`
    (of a finding); for the service `pipeline`, `base_url`, `base_type`,
    `port`.
    """


class NoSuchVersion(ParamcoreError, LookupError):
    """
    A version that the project does not have (T7).

    Codes: `version_type` (no whole number), `version_unknown` (out of range).
    """


class WrongProject(ParamcoreError, ValueError):
    """
    A task request that belongs elsewhere.

    Codes: `wrong_project` (T15), `wrong_type` (T12).
    """


class MalformedPayload(ParamcoreError, ValueError):
    """
    JSON that is not what the API sends or takes.

    Codes: `project_type`, `history_type`, `history_order`, `history_version`,
    `request_type`, `reply_type`.
    """


class InvalidSchema(ParamcoreError, ValueError):
    """
    A schema for a task type that cannot judge anything; `path` is a place in the schema.

    Codes: `schema_invalid` (no JSON Schema 2020-12), `schema_ref` (a reference
    that leads out of the schema, nowhere or round in a circle),
    `schema_pattern` (no regular expression that Python can compile),
    `schema_failed` (it failed on a value).
    """


@frozen(slots=False, eq=False)
class WouldDrop(ParamcoreError, ValueError):
    """
    An update that would drop params, stopped before it was sent (U2).

    `dropped` names them.  Code: `would_drop`.
    """

    dropped: tuple[str, ...]


@frozen(slots=False, eq=False)
class NotDone(ParamcoreError, RuntimeError):
    """
    Nothing was changed, for certain: the service refused, or nothing was sent.

    `status` is the HTTP status, `None` where there is none.

    Codes: `not_sent`, `certificate` (not sent either, and never tried again),
    `refused` (400 and the like), `unauthorized` (401, 403), `not_found` (404),
    `conflict` (409), `too_many_requests` (429), `history_moved` (the project is
    not what it was when the update was planned).
    """

    status: int | None = None


@frozen(slots=False, eq=False)
class OutcomeUnknown(ParamcoreError, RuntimeError):
    """
    Something was sent, and no answer says what became of it.

    `status` is the HTTP status, `None` where there is none.

    Codes: `no_reply` (the connection broke), `deadline`, `reply_status`
    (500 and the like, a redirect), `reply_encoding`, `reply_size`,
    `wrong_project`, `not_seen` (in the history, yet), and those of what is
    wrong with a reply (`json_syntax`, `history_order`, ...).
    """

    status: int | None = None


class InvalidKey(ParamcoreError, ValueError):
    """
    What is no API key.  What was found is never shown.

    Codes: `credentials_missing`, `credentials_format`.
    """


@frozen(slots=False, eq=False)
class DocumentError(ParamcoreError, ValueError):
    """
    A file or a stream that cannot be read.

    `line` and `column` count from 1, in characters; both are `None` where the
    fault is the file's as a whole.

    Codes: `json_syntax`, `json_encoding`, `json_number`,
    `json_duplicate_key`, `json_depth`, `yaml_syntax`, `yaml_feature` (what
    JSON cannot say), `too_large`, `unreadable`, `unwritable`; `setting_name`
    (in `pyproject.toml`); `wrong_project` (a project twice, or none).
    """

    source: str
    line: int | None
    column: int | None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return escape_unprintable(f"{place}: {super().__str__()}")
