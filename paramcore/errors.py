"""The exceptions of paramcore, all subclasses of `ParamcoreError`.

Each subclass also has a built-in base class: `LookupError` for `NoSuchVersion`,
`RuntimeError` for `NotDone` and `OutcomeUnknown`, and `ValueError` for the others.
Exceptions are compared by value and can be pickled.  In programs, check `code`, not `str()`.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
from attrs import frozen

from paramcore.text import escape_unprintable, join_message

__all__ = [
    "DocumentError",
    "InexactRequest",
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

    `str()` returns the path, the problem and the remedy.

    Example:
        >>> try:
        ...     Patch({"version": 3})
        ... except ParamcoreError as error:
        ...     type(error).__name__, error.code, error.path
        ('InvalidParams', 'param_name', '/version')
    """

    #: A stable code for programs, such as `param_name`.
    code: str
    #: The JSON Pointer of the wrong value, or `None` if no JSON value is wrong.  `""` points to the whole value.
    path: str | None
    #: What is wrong: `padding must be a whole number, got the text '20'`.
    problem: str
    #: What to do: `write 20`.  Empty if there is no advice.
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
        return type(self), self._fields()  # The default `__reduce__` sets fields, which a frozen class forbids.

    def _fields(self) -> tuple[Any, ...]:
        return attrs.astuple(self, recurse=False)

    def within(self, prefix: str) -> Self:
        """Return a copy of the error with a longer path: `prefix`, then the path of this error."""
        return attrs.evolve(self, path=prefix + (self.path or ""))


# A subclass that adds no fields needs no decorator, because it inherits from a frozen class.
class NotJSON(ParamcoreError, ValueError):
    """A value that is not JSON, that exceeds the limits, or that cannot be read.

    Codes:
        value_type: a value whose type does not exist in JSON, such as a set.
        key_type: a key that is not a string.
        value_number: NaN, an infinity, or an integer with too many digits.
        value_text: a string with a lone surrogate.
        too_deep: more than 100 levels of objects and arrays.
        too_large: more than a million members and elements in total.
        cycle: an object or array that contains itself.
        changed_during_call: an object or array that raised an error or changed while paramcore read it.
    """


class InvalidParams(ParamcoreError, ValueError):
    """Invalid params.

    Codes:
        params_type: not an object.
        instruction_type: an `instruction` that is neither text nor null (U11).
        param_name: a name that the API reserves (U9, U10, T10), or that is not a string.
    """


class InvalidSetting(ParamcoreError, ValueError):
    """An invalid argument other than params.

    Codes:
        project_name: a name that no project can have.
        task_type: an invalid, missing or contradictory task type, a type without a schema, or an invalid `--schema`.
        routing_type: a routing name or `dataset_id` whose value has the wrong type.
        flag_type: a flag that is neither true nor false.
        created_at_type: a time that is not a string, or a stand-in's time that is not in ISO 8601 format.
        update_type: an update that is neither a `Patch` nor a `Replace`, or a plan that needs no update.
        separator_type: an instruction separator that is not a string.
        assumption_value: a setting with an invalid value, no value or two values, or `assumptions` of the wrong type.
        assumption_name: a setting that does not exist.
        argument_type: an argument of the wrong type or with an invalid value, or two arguments that exclude each other.
        history_moved: another project or type than the plan's, or a history that does not begin with the plan's versions.
        code_name: a code that no finding has.
        pipeline: an unknown pipeline, or a `pipeline` or `consensus_attempts` that the project cannot have.
        base_url: a URL without a host or path, with a user, query or fragment, or without `https` (except on loopback).
        base_type: an `Outcome.base` that is not a whole number of at least 0.
        port: a port on which the stand-in cannot listen.
        fault: a fault that the stand-in cannot simulate.
    """


class NoSuchVersion(ParamcoreError, LookupError):
    """A version that the project does not have (T7), or whose number is not its index (P3).

    Codes:
        version_type: not a whole number.
        version_unknown: a number that no version has, or a version whose number is not its index in the history.
    """


class WrongProject(ParamcoreError, ValueError):
    """A wrong or missing project, or a wrong task type.

    Codes:
        wrong_project: a missing or different project (T15), or several projects where only one is allowed.
        wrong_type: a request whose task type differs from the project's (T12).
    """


class MalformedPayload(ParamcoreError, ValueError):
    """A malformed JSON document, or a document of the wrong kind.

    Codes:
        project_type: a project that is not an object.
        history_type: a `param_history` that is missing or not an array of objects.
        history_version: an entry whose `version` is missing or not a whole number.
        history_order: entries that are not numbered 0, 1, 2, ... in this order.
        request_type: an array in place of one task request.
        reply_type: a reply of the service that is not the requested document.
        update_is_project: a project in place of an update.
        update_is_version: an entry of a history in place of an update.
        update_is_task: a created task, or a page of created tasks, in place of an update.
        update_is_error: an error reply in place of an update.
        update_is_answer: JSON output of a paramcore command in place of an update.
        request_is_project: a project in place of a task request.
        request_is_task: a created task in place of a task request.
        request_is_answer: JSON output of a paramcore command in place of a task request.
        request_is_page: a page of created tasks in place of a task request.
        request_is_error: an error reply in place of a task request.
        request_is_update: an update in place of a task request.
        task_type: another document in place of a created task.
        project_is_task: a created task in place of a project.
        project_is_page: a page of created tasks in place of a project.
        project_is_error: an error reply in place of a project.
    """


class InvalidSchema(ParamcoreError, ValueError):
    """An invalid JSON Schema; `path` is a JSON Pointer into this schema.

    Codes:
        schema_invalid: not JSON Schema 2020-12, or a keyword that paramcore does not allow in this place.
        schema_ref: a reference that is unsupported, circular or without a target, or too many references.
        schema_pattern: a regular expression that Python cannot compile.
        schema_failed: a schema that cannot be applied to a value, for example because it recurses too deeply.
    """


@frozen(slots=False, eq=False)
class InvalidUpdate(ParamcoreError, ValueError):
    """An update that has errors and was not sent.

    Codes:
        invalid_update: `findings` contains errors.
    """

    #: The findings of `Validator.update`, including warnings.
    findings: tuple[Any, ...]


class InexactRequest(ParamcoreError, ValueError):
    """A shortened request that would change the params of its task; this is a bug in paramcore.

    Codes:
        request_inexact: the effective params differ from the wanted params.
    """


@frozen(slots=False, eq=False)
class WouldDrop(ParamcoreError, ValueError):
    """An update that would drop params and was not sent (U2).

    Codes:
        would_drop: `dropped` contains the names of the params.
    """

    #: The names of the params that the update would drop.
    dropped: tuple[str, ...]


@frozen(slots=False, eq=False)
class NotDone(ParamcoreError, RuntimeError):
    """The request changed nothing, because it was rejected or never sent.

    Codes:
        not_sent: no connection, no time left, no `httpx2`, no thread, no working OpenSSL, or an invalid SDK setting.
        certificate: an invalid certificate; the request is never retried.
        refused: any 4xx status except 401, 403, 404, 408, 409 and 429.
        unauthorized: status 401 or 403.
        not_found: status 404.
        conflict: status 409.
        too_many_requests: status 429.
        history_moved: the project has changed since the update was planned.
    """

    #: The HTTP status of the response; `None` without a response.
    status: int | None = None


@frozen(slots=False, eq=False)
class OutcomeUnknown(ParamcoreError, RuntimeError):
    """A request may have been sent, and its effect is unknown.

    Codes:
        no_reply: the connection broke, or the request failed in another way.
        deadline: no complete reply before the deadline.
        reply_status: status 408, or a status other than 200 and 4xx.
        reply_encoding: a compressed reply.
        reply_size: a reply that is too large.
        wrong_project: a reply with another project, or with two projects of the same name.
        not_seen: no version contains the update yet.

    For a reply that cannot be read, `code` is the code of the read error, such as `json_syntax`.
    """

    #: The HTTP status of the response; `None` without a response.
    status: int | None = None


class InvalidKey(ParamcoreError, ValueError):
    """Text that is not an API key; the error never shows the text.

    Codes:
        credentials_missing: no key.
        credentials_format: text that cannot be a key.
    """


@frozen(slots=False, eq=False)
class DocumentError(ParamcoreError, ValueError):
    """A file or stream that cannot be read or written.

    Codes:
        json_syntax: not JSON.
        json_encoding: binary data, or text in an unsupported encoding.
        json_number: a number that has too many digits or is not finite.
        json_duplicate_key: a name that occurs twice in an object.
        json_depth: too many levels of objects and arrays.
        yaml_syntax: not YAML.
        yaml_feature: a feature of YAML that JSON lacks.
        too_large: a file, line or `pyproject.toml` key that is too large, or YAML with too many names and values.
        unreadable: a file or directory that cannot be read, or a process of `--jobs` that cannot start or ends early.
        unwritable: a file or directory that cannot be written.
        setting_name: an invalid setting in `pyproject.toml`.
        wrong_project: no project, two with the same name, JSONL, or a file that lacks updates of the `--save` journal.
        update_is_lines: a file of tasks in place of an update.

    For any other error about a document, `code` is the code of that error, such as `params_type`.
    """

    #: The name of the source in messages, such as a path or `<stdin>`.
    source: str
    #: The line, from 1; `None` if the error is about the whole file.
    line: int | None
    #: The column, from 1, in characters; `None` if the error is about a whole line or file.
    column: int | None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.source, self.line, self.column) if part is not None)
        return escape_unprintable(f"{place}: {super().__str__()}")
