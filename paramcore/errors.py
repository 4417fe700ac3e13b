"""Every error that paramcore raises on purpose.

::

    ParamcoreError          the root, never raised itself
    ├── NotJSON             ValueError   a value that JSON cannot hold, or that exceeds the limits
    ├── InvalidParams       ValueError   JSON that is not params: a reserved name, an instruction that is a number
    ├── InvalidSetting      ValueError   an argument beside the params: a name, a flag, an assumption
    ├── NoSuchVersion       LookupError  a version that the project does not have
    ├── WrongProject        ValueError   a task request for another project, or of another type
    ├── MalformedPayload    ValueError   JSON that the API neither sends nor accepts
    ├── InvalidSchema       ValueError   a schema that cannot validate anything
    ├── InvalidUpdate       ValueError   an update with errors in it, stopped before it was sent
    ├── WouldDrop           ValueError   an update that would drop params, stopped before it was sent
    ├── NotDone             RuntimeError nothing was changed, for certain: refused, or never sent
    ├── OutcomeUnknown      RuntimeError sent, and no response says whether it was done
    ├── InvalidKey          ValueError   text that is no API key; it is never shown
    └── DocumentError       ValueError   a file or a stream that cannot be read, by line and column

All compare by value and pickle.  `code` is stable, for programs; the text of
`str()` is for people and may change.
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
    "InvalidUpdate",
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
    """The root of the tree.

    Example:
        >>> try:
        ...     Patch({"version": 3})
        ... except ParamcoreError as error:
        ...     type(error).__name__, error.code, error.path
        ('InvalidParams', 'param_name', '/version')
    """

    #: A stable code, for programs.
    code: str
    #: The JSON Pointer of the value that is wrong; `""` is the whole, `None` where there is no such place.
    path: str | None
    #: What is wrong.
    found: str
    #: What to do.
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
        # The default would set the fields of a frozen object.
        return type(self), self._fields()

    def _fields(self) -> tuple[Any, ...]:
        return attrs.astuple(self, recurse=False)

    def within(self, prefix: str) -> Self:
        """Return the same error with `prefix` before its path."""
        return attrs.evolve(self, path=prefix + (self.path or ""))


# Classes that have no fields of their own need no decorator: the root freezes them.
class NotJSON(ParamcoreError, ValueError):
    """A value that JSON cannot hold, or that exceeds the limits.

    Codes: `value_type`, `key_type`, `value_number`, `value_text`, `too_deep`,
    `too_large`, `cycle`, `changed_during_call`.
    """


class InvalidParams(ParamcoreError, ValueError):
    """JSON that is not params.

    Codes: `params_type` (not an object), `instruction_type` (U11), `param_name`
    (U9, U10, T10: a name that the API reserves).
    """


class InvalidSetting(ParamcoreError, ValueError):
    """An argument beside the params.

    Codes: `project_name`, `task_type`, `routing_type`, `flag_type`,
    `created_at_type`, `update_type`, `separator_type`, `assumption_value`,
    `assumption_name`, `argument_type`, `history_moved`, `code_name`
    (of a finding); for the service `pipeline`, `base_url`, `base_type`,
    `port`.
    """


class NoSuchVersion(ParamcoreError, LookupError):
    """A version that the project does not have (T7).

    Codes: `version_type` (not a whole number), `version_unknown` (out of range).
    """


class WrongProject(ParamcoreError, ValueError):
    """A task request for another project or type.

    Codes: `wrong_project` (T15), `wrong_type` (T12).
    """


class MalformedPayload(ParamcoreError, ValueError):
    """JSON that the API neither sends nor accepts.

    Codes: `project_type`, `history_type`, `history_order`, `history_version`,
    `request_type`, `reply_type`; `update_is_project`, `update_is_version`,
    `update_is_task`, `update_is_error`, `request_is_project`, `request_is_task`,
    `request_is_page`, `request_is_error`, `request_is_update`, `project_is_task`,
    `project_is_page`, `project_is_error` (another document of the API in place of
    an update, a request or a project), `update_is_answer` (an answer of paramcore).
    """


class InvalidSchema(ParamcoreError, ValueError):
    """A schema that cannot validate anything; `path` is a place in the schema.

    Codes: `schema_invalid` (not JSON Schema 2020-12), `schema_ref` (a reference
    that leaves the schema, leads nowhere or goes in a circle), `schema_pattern`
    (not a regular expression of Python's), `schema_failed` (it failed on a value).
    """


@frozen(slots=False, eq=False)
class InvalidUpdate(ParamcoreError, ValueError):
    """An update with errors in it, stopped before it was sent.

    Code: `invalid_update`.
    """

    #: What `Validator.update` found, warnings included.
    findings: tuple[Any, ...]


@frozen(slots=False, eq=False)
class WouldDrop(ParamcoreError, ValueError):
    """An update that would drop params, stopped before it was sent (U2).

    Code: `would_drop`.
    """

    #: The names of the params.
    dropped: tuple[str, ...]


@frozen(slots=False, eq=False)
class NotDone(ParamcoreError, RuntimeError):
    """Nothing was changed, for certain: the service refused, or nothing was sent.

    Codes: `not_sent`, `certificate` (not sent, and never retried),
    `refused` (400 and the like), `unauthorized` (401, 403), `not_found` (404),
    `conflict` (409), `too_many_requests` (429), `history_moved` (the project has
    changed since the update was planned).
    """

    #: The HTTP status; `None` where there is none.
    status: int | None = None


@frozen(slots=False, eq=False)
class OutcomeUnknown(ParamcoreError, RuntimeError):
    """Something was sent, and no response says whether it was done.

    Codes: `no_reply` (the connection broke), `deadline`, `reply_status`
    (500 and the like, a redirect), `reply_encoding`, `reply_size`,
    `wrong_project`, `not_seen` (not in the history yet), and the codes of a
    malformed reply (`json_syntax`, `history_order`, ...).
    """

    #: The HTTP status; `None` where there is none.
    status: int | None = None


class InvalidKey(ParamcoreError, ValueError):
    """Text that is no API key.  The text itself is never shown.

    Codes: `credentials_missing`, `credentials_format`.
    """


@frozen(slots=False, eq=False)
class DocumentError(ParamcoreError, ValueError):
    """A file or a stream that cannot be read or written.

    Codes: `json_syntax`, `json_encoding`, `json_number`,
    `json_duplicate_key`, `json_depth`, `yaml_syntax`, `yaml_feature` (a feature
    that JSON lacks), `too_large`, `unreadable`, `unwritable`; `setting_name`
    (in `pyproject.toml`); `wrong_project` (a project twice, or none); `update_is_lines`
    (a file of tasks in place of an update).
    """

    #: The path, or `<stdin>`.
    source: str
    #: The line, from 1; `None` where the error is about the whole file.
    line: int | None
    #: The column, from 1, in characters.
    column: int | None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return escape_unprintable(f"{place}: {super().__str__()}")
