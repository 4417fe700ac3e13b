"""The exceptions of paramcore.

::

    ParamcoreError          the root of the tree, never raised itself
    ├── NotJSON             ValueError   a value that JSON cannot hold, or that exceeds the limits
    ├── InvalidParams       ValueError   invalid params: a reserved name, an instruction that is not text
    ├── InvalidSetting      ValueError   an invalid argument other than params: a name, a flag, an assumption
    ├── NoSuchVersion       LookupError  a version that the project does not have
    ├── WrongProject        ValueError   a task request for another project, or of another type
    ├── MalformedPayload    ValueError   JSON that the API neither sends nor accepts
    ├── InvalidSchema       ValueError   an invalid schema
    ├── InvalidUpdate       ValueError   an update with errors, which was not sent
    ├── WouldDrop           ValueError   an update that would drop params, which was not sent
    ├── NotDone             RuntimeError the service certainly changed nothing
    ├── OutcomeUnknown      RuntimeError a request was sent, but its outcome is unknown
    ├── InvalidKey          ValueError   text that is not an API key; the error never shows it
    └── DocumentError       ValueError   a file or a stream that cannot be read, with line and column

Errors compare by value and can be pickled.  Programs can rely on `code`; the text
of `str()` may change.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
from attrs import frozen

from paramcore.text import escape_unprintable, join_message

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
    """The base class of all errors of paramcore.

    `str()` returns the path, the problem and the remedy::

        at /patch: the API reserves the name `patch`; choose another name for the param
    """

    #: A stable code for programs, such as `param_name`.
    code: str
    #: The JSON Pointer of the wrong value: `""` is the whole value; `None` if the error is not about JSON.
    path: str | None
    #: What is wrong: `padding must be a whole number, got the text '20'`.
    problem: str
    #: What to do: `write 20`; empty if the problem already shows it.
    remedy: str

    def __str__(self) -> str:
        place = f"at {self.path}: " if self.path else ""
        return escape_unprintable(place + join_message(self.problem, self.remedy))

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return self._fields() == other._fields()

    def __hash__(self) -> int:
        return hash((type(self), self._fields()))

    def __reduce__(self) -> tuple[Any, ...]:
        # The default implementation sets fields, which a frozen class forbids.
        return type(self), self._fields()

    def _fields(self) -> tuple[Any, ...]:
        return attrs.astuple(self, recurse=False)

    def within(self, prefix: str) -> Self:
        """Return a copy of the error with `prefix` before its path."""
        return attrs.evolve(self, path=prefix + (self.path or ""))


# A subclass without new fields inherits `frozen` from the base class.
class NotJSON(ParamcoreError, ValueError):
    """A value that JSON cannot hold, or that exceeds the limits.

    Codes: `value_type`, `key_type`, `value_number`, `value_text`, `too_deep`,
    `too_large`, `cycle`, `changed_during_call`.
    """


class InvalidParams(ParamcoreError, ValueError):
    """Invalid params.

    Codes: `params_type` (not an object), `instruction_type` (U11), `param_name`
    (U9, U10, T10: a name that the API reserves).
    """


class InvalidSetting(ParamcoreError, ValueError):
    """An invalid argument other than params.

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
    """An invalid schema; `path` is a JSON Pointer into the schema.

    Codes: `schema_invalid` (not JSON Schema 2020-12), `schema_ref` (a reference
    to another document, without a target or in a circle), `schema_pattern`
    (not a regular expression of Python), `schema_failed` (it failed on a value).
    """


@frozen(slots=False, eq=False)
class InvalidUpdate(ParamcoreError, ValueError):
    """An update with errors, which was not sent.

    Code: `invalid_update`.
    """

    #: The findings of `Validator.update`, warnings included.
    findings: tuple[Any, ...]


@frozen(slots=False, eq=False)
class WouldDrop(ParamcoreError, ValueError):
    """An update that would drop params, which was not sent (U2).

    Code: `would_drop`.
    """

    #: The names of the params that it would drop.
    dropped: tuple[str, ...]


@frozen(slots=False, eq=False)
class NotDone(ParamcoreError, RuntimeError):
    """The service certainly changed nothing: it refused, or nothing was sent.

    Codes: `not_sent`, `certificate` (not sent, and never retried),
    `refused` (400 and the like), `unauthorized` (401, 403), `not_found` (404),
    `conflict` (409), `too_many_requests` (429), `history_moved` (the project has
    changed since the update was planned).
    """

    #: The HTTP status of the response; `None` without a response.
    status: int | None = None


@frozen(slots=False, eq=False)
class OutcomeUnknown(ParamcoreError, RuntimeError):
    """A request was sent, and no response shows whether the service carried it out.

    Codes: `no_reply` (the connection broke), `deadline`, `reply_status`
    (500 and the like, a redirect), `reply_encoding`, `reply_size`,
    `wrong_project`, `not_seen` (not in the history yet), and the codes of a
    malformed reply (`json_syntax`, `history_order`, ...).
    """

    #: The HTTP status of the response; `None` without a response.
    status: int | None = None


class InvalidKey(ParamcoreError, ValueError):
    """Text that is not an API key; the error never shows the text.

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
    #: The line, from 1; `None` if the error is about the whole file.
    line: int | None
    #: The column, from 1, in characters.
    column: int | None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return escape_unprintable(f"{place}: {super().__str__()}")
