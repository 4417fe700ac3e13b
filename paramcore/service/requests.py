"""API requests and responses as values, and the protocol of a transport.

A request contains no API key; the transport adds the base URL, the key and the
headers.  The functions that build requests raise `InvalidSetting` for an
invalid name, type or field.  `create_project` may also raise `InvalidParams`.
`create_project` and `create_task` may also raise `NotJSON`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

from attrs import Attribute, field, frozen

from paramcore.errors import InvalidSetting
from paramcore.model import Project, TaskRequest, Update, check_project_name, check_task_type
from paramcore.text import describe_python_type, describe_value, format_count, format_repr, format_value
from paramcore.values import freeze_field
from paramcore.wire import write_new_project

#: The default maximum number of bytes of a response body; a transport rejects a longer body.
MAX_RESPONSE_SIZE = 16 * 2**20
#: The timeout in seconds of a request that sets no timeout.
DEFAULT_TIMEOUT = 30.0
#: The maximum timeout of a request, in seconds.  Threads and sockets reject an infinite timeout.
MAX_TIMEOUT = 86_400.0

#: The media types that `Response.summary` shows.
_MEDIA_TYPES = frozenset(
    {
        *("application/json", "application/problem+json", "application/octet-stream", "application/xml"),
        *("application/xhtml+xml", "text/html", "text/plain", "text/xml"),
    }
)

_STUDIO_PIPELINES = ("standard_task", "consensus_task")


def _must_be(description: str, *types: type) -> Callable[[object, Attribute[Any], object], None]:
    """Return an attrs validator that requires one of these types."""

    def check(owner: object, attribute: Attribute[Any], value: object) -> None:
        if not isinstance(value, types) or isinstance(value, bool):
            # Show only the type, because the value may contain the API key.
            got = describe_python_type(type(value))
            problem = f"`{attribute.name}` of a `{type(owner).__name__}` must be {description}, got {got}"
            raise InvalidSetting("argument_type", None, problem, "")

    return check


def _check_timeout(_request: object, _attribute: Attribute[Any], value: object) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    # NaN is not in the range.
    if value is not None and not (is_number and 0 <= value <= MAX_TIMEOUT):  # type: ignore[operator]
        problem = f"`timeout` of a `Request` must be a number of seconds from 0 to {MAX_TIMEOUT:,.0f}"
        raise InvalidSetting("argument_type", None, f"{problem}, got {describe_value(value)}", "")


def _check_headers(response: object, attribute: Attribute[Any], value: Any) -> None:
    _must_be("a Mapping", Mapping)(response, attribute, value)
    for text in (*value.keys(), *value.values()):
        _must_be("a Mapping of strings to strings", str)(response, attribute, text)


def _copy_bytes(body: Any) -> Any:
    # A `bytearray` may change later, and some HTTP libraries reject it.
    return bytes(body) if isinstance(body, bytearray) else body


@frozen
class Request:
    """A request to the API.

    Raises:
        InvalidSetting: `argument_type` for a path, query or body of the wrong type, or for a `timeout` that is not a
            number of seconds from 0 to 86,400.

    Example:
        >>> Request("GET", "/projects/north%20docks", {"archived": "true"}).target
        '/projects/north%20docks?archived=true'
    """

    #: The HTTP method.
    method: Literal["GET", "POST"]
    #: The path below the base URL, percent-encoded.
    path: str = field(validator=_must_be("a string", str), repr=format_repr)
    #: The query parameters, not encoded.
    query: Mapping[str, str] = field(factory=dict, validator=_must_be("a Mapping", Mapping), hash=False)
    #: The JSON body, encoded as UTF-8.
    body: bytes | None = field(
        default=None, converter=_copy_bytes, validator=_must_be("bytes or `None`", bytes, type(None)), repr=format_repr
    )
    #: The maximum number of seconds of the whole exchange: connecting, sending, and reading the response.
    #: `None` means `DEFAULT_TIMEOUT`.
    timeout: float | None = field(default=None, validator=_check_timeout)

    @property
    def target(self) -> str:
        """The path with the encoded query: the part of the URL after the base URL."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@frozen(repr=False)
class Response:
    """A complete response.

    The body or a header may repeat the API key, so `repr` shows only the status, a known media type and the size.

    Raises:
        InvalidSetting: `argument_type` for a field of the wrong type.

    Example:
        >>> Response(503, b"<html>", {"content-type": "text/html; charset=utf-8"})
        <Response: status 503 (text/html, 6 bytes)>
    """

    #: The HTTP status code.
    status: int = field(validator=_must_be("a whole number", int))
    #: The unchanged bytes of the body.
    body: bytes = field(default=b"", converter=_copy_bytes, validator=_must_be("bytes", bytes))
    #: The headers, by lower-case name.
    headers: Mapping[str, str] = field(factory=dict, validator=_check_headers, hash=False)
    #: The result of `read_error_text` for the body, without the API key.
    #: If `message` is `None`, error messages quote the error text of the body, even if that text contains the key.
    message: str | None = field(default=None, validator=_must_be("a string or `None`", str, type(None)))

    @property
    def summary(self) -> str:
        """The status, media type and size: `status 503 (text/html, 6 bytes)`."""
        media_type = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        # An unknown media type may be any text, even the API key, so do not show it.
        known = media_type if media_type in _MEDIA_TYPES else "unknown media type" if media_type else "no media type"
        return f"status {self.status} ({known}, {format_count(len(self.body), 'byte')})"

    def __repr__(self) -> str:
        return f"<Response: {self.summary}>"


class Transport(Protocol):
    """Any object with a `send` method, which sends a request and returns the response.

    Each implementation must follow these rules.  `send` must not send a request twice or
    follow a redirect, and must return the whole body unchanged.  If it receives no complete
    reply, it must raise an error: `NotDone` (`not_sent` or `certificate`) if it certainly
    sent nothing, otherwise `OutcomeUnknown`.  Over a network, it must open a new connection
    for each POST.  If the service closes an old connection, the outcome of a POST on that
    connection is unknown.  A transport that sends a key must set `Response.message` for error
    replies.

    Example:
        >>> class EmptyService:
        ...     def send(self, request: Request) -> Response:
        ...         return Response(200, b"[]", {"content-type": "application/json"})
        >>> from paramcore.service import Client
        >>> Client(EmptyService()).list_projects()
        ()
    """

    def send(self, request: Request) -> Response: ...  # noqa: D102


def check_response_size(size: object) -> None:
    """Check the `max_response_size` of a transport.

    Raises:
        InvalidSetting: `argument_type`.
    """
    if type(size) is not int or size <= 0:
        problem = f"`max_response_size` must be a whole number of bytes above 0, got {describe_value(size)}"
        raise InvalidSetting("argument_type", None, problem, "leave it out for the default limit")


def get_project(name: str) -> Request:
    """Build the request that reads one project (E2)."""
    return Request("GET", _encode_project_path(name))


def list_projects(*, archived: bool | None = None) -> Request:
    """Build the request that lists all projects, only the archived projects, or only the others (E2)."""
    if archived is not None and type(archived) is not bool:
        problem = f"`archived` must be true or false, got {describe_value(archived)}"
        raise InvalidSetting("flag_type", None, problem, "leave it out to list all projects")
    return Request("GET", "/projects", {} if archived is None else {"archived": json.dumps(archived)})


def create_project(
    name: str,
    *,
    type: str,
    params: Mapping[str, Any] | None = None,
    rapid: bool = False,
    studio: bool = False,
    dataset_id: str | None = None,
    pipeline: Literal["standard_task", "consensus_task"] | None = None,
    consensus_attempts: int | None = None,
) -> Request:
    """Build the request that creates a project; the body omits unset fields."""
    project = Project(name, type=type, params=params)
    check_studio_fields(rapid, studio, dataset_id, pipeline, consensus_attempts)
    optional = {
        "rapid": rapid or None,
        "studio": studio or None,
        "datasetId": dataset_id,
        "pipeline": pipeline,
        "consensus_attempts": consensus_attempts,
    }
    given = {field: freeze_field(field, value) for field, value in optional.items() if value is not None}
    return Request("POST", "/projects", body=_encode_body({**write_new_project(project), **given}))


def update_project(name: str, update: Update) -> Request:
    """Build the request that updates the params of a project."""
    # E3: `setParams` is below the path of the project.
    return Request("POST", f"{_encode_project_path(name)}/setParams", body=_encode_body(update.body))


def create_task(task: TaskRequest, *, type: str | None = None) -> Request:
    """Build the request that creates a task; the path names the task type (T12).

    The task type is `type` or the type of `task`.  If both are set, they must be equal.
    """
    task_type = task.type if type is None else type
    if task_type is None:
        problem = "the task request has no type"
        raise InvalidSetting("task_type", None, problem, "pass `type`, such as 'imageannotation'")
    check_task_type(task_type)
    if task.type not in (None, task_type):
        problem = f"the task request has the type {format_value(task.type)}, but `type` is {format_value(task_type)}"
        raise InvalidSetting("task_type", None, problem, "leave out `type`, or pass the same type")
    return Request("POST", f"/task/{quote(task_type, safe='')}", body=_encode_body(task.flat))


def check_studio_fields(
    rapid: object, studio: object, dataset_id: object, pipeline: object, consensus_attempts: object
) -> None:
    """Check the Rapid and Studio fields of a new project (E1).

    Raises:
        InvalidSetting: `flag_type`, `routing_type` or `pipeline`.
    """
    # Require exact types: reject subclasses of `str`, and `True` in place of a number.
    for name, flag in (("rapid", rapid), ("studio", studio)):
        if type(flag) is not bool:
            raise InvalidSetting("flag_type", None, f"`{name}` must be true or false, got {describe_value(flag)}", "")
    if dataset_id is not None and type(dataset_id) is not str:
        problem = f"`dataset_id` must be a string, got {describe_value(dataset_id)}"
        raise InvalidSetting("routing_type", "/datasetId", problem, "pass the id of a dataset")
    # E1: only Studio has pipelines, and only its consensus pipeline has a number of attempts.
    if pipeline is not None and not (type(pipeline) is str and pipeline in _STUDIO_PIPELINES):
        problem = f"`pipeline` must be `standard_task` or `consensus_task`, got {describe_value(pipeline)}"
        raise InvalidSetting("pipeline", "/pipeline", problem, "")
    if pipeline is not None and not studio:
        raise InvalidSetting("pipeline", "/pipeline", "`pipeline` needs `studio`", "set `studio` to true")
    attempts = consensus_attempts
    if attempts is not None and not (type(attempts) is int and attempts > 0):
        problem = f"`consensus_attempts` must be a whole number of at least 1, got {describe_value(attempts)}"
        raise InvalidSetting("pipeline", "/consensus_attempts", problem, "")
    if attempts is not None and pipeline != "consensus_task":
        problem = "`consensus_attempts` needs the pipeline `consensus_task`"
        raise InvalidSetting("pipeline", "/consensus_attempts", problem, "set `pipeline` to `consensus_task`")


def _encode_project_path(name: str) -> str:
    # E4: encode the whole name, so that no part of the name becomes a path or a query.
    check_project_name(name)
    return f"/projects/{quote(name, safe='')}"


def _encode_body(members: Mapping[str, Any]) -> bytes:
    # All members are frozen already.  Do not freeze the body: in the body of a new project, params are one level deeper,
    # so params of the maximum depth would be rejected.
    return json.dumps(members, ensure_ascii=False, allow_nan=False).encode("utf-8")
