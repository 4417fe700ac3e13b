"""Strict readers for the API's replies.

Each reader raises `NotDone` if the status shows that the service did nothing.
It raises `OutcomeUnknown` for any other status except 200.  It also raises
`OutcomeUnknown` for an unexpected body, such as HTML, a truncated document or a
different project.

A reply may repeat the API key.  So an exception quotes at most one text of an error reply: the
member `error` or `message`.  The transport must remove the key from this text.  Without such a
text, the exception shows the status, media type and size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from attrs import evolve

from paramcore.errors import MalformedPayload, NotDone, OutcomeUnknown, ParamcoreError
from paramcore.files.document import PROJECT_DEPTH, decode_document
from paramcore.model import Assumptions, Project
from paramcore.service.requests import Response
from paramcore.text import escape_unprintable, format_value, truncate
from paramcore.values import join_pointer
from paramcore.wire import read_project, read_projects

_T = TypeVar("_T")
_Error = TypeVar("_Error", bound=ParamcoreError)

#: An exception shows at most this many characters of the service's error text.
_MAX_SHOWN = 80
#: The maximum number of bytes of an error reply; `read_error_text` ignores longer bodies.
_MAX_ERROR_SIZE = 2**16

#: Matches a JSON Pointer up to the first name that this pattern does not list.  Such a name may come from the reply,
#: which may repeat the API key.
_KNOWN_PLACE = re.compile(
    r"(?:/[0-9]{1,9})?(?:/(?:name|type|param_history(?:/[0-9]{1,9}(?:/(?:version|created_at|instruction))?)?))?(?=/|$)"
)

_CODES = {401: "unauthorized", 403: "unauthorized", 404: "not_found", 409: "conflict", 429: "too_many_requests"}
_REMEDIES = {
    "unauthorized": "use a key that has access; live and test keys see different projects",
    "not_found": "check the name and the key; live and test keys see different projects",
    "conflict": "choose a name or `unique_id` that is not in use",
    "too_many_requests": "try again later, with fewer requests",
}
_REPLY_REMEDY = "check the base URL and any proxy"
_ENCODING_REMEDY = "turn off compression in the transport and in any proxy"


def read_project_reply(response: Response, name: str, assumptions: Assumptions = Assumptions()) -> Project:
    """Read a reply that must contain the project `name`."""
    # U8: the reply to an update is the whole project, so its history shows the effect of the update.
    project = _read_body(response, "a project", partial(read_project, assumptions=assumptions))
    if project.name != name:
        problem = f"the reply contains a project other than {format_value(name)}: {response.summary}"
        raise OutcomeUnknown("wrong_project", "/name", problem, _REPLY_REMEDY, response.status)
    return project


def read_projects_reply(response: Response, assumptions: Assumptions = Assumptions()) -> tuple[Project, ...]:
    """Read a reply that must contain an array of projects with different names."""

    def read(value: Any) -> tuple[Project, ...]:
        if not isinstance(value, list):
            raise MalformedPayload("reply_type", "", "must be an array of projects", "")
        return read_projects(value, assumptions=assumptions)

    projects = _read_body(response, "an array of projects", read)
    names: set[str] = set()
    for index, project in enumerate(projects):
        if project.name in names:
            problem = f"the reply contains two projects with the same name: {response.summary}"
            path = join_pointer(index, "name")
            raise OutcomeUnknown("wrong_project", path, problem, _REPLY_REMEDY, response.status)
        names.add(project.name)
    return projects


def read_task_reply(response: Response) -> Mapping[str, Any]:
    """Read a reply that must contain a created task."""

    def read(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not isinstance(value.get("task_id"), str):
            raise MalformedPayload("reply_type", "", "must be a task object with its `task_id`", "")
        return value

    return _read_body(response, "a task with its `task_id`", read)


def check_status(response: Response) -> None:
    """Raise an error unless the status is 200; the message quotes the service's error text."""
    status = response.status
    # E5: only 200 means success.  Requests that create an object get 200, too, not 201.
    if status == 200:
        return
    text = read_error_text(response.body) if response.message is None else response.message
    text = truncate(escape_unprintable(" ".join(text.split())), _MAX_SHOWN)
    problem = f"the service returned {f'status {status}: {text}' if text else response.summary}"
    # E6: only the status is reliable.  After 4xx (except 408), the service did nothing.  Otherwise, it may have acted.
    if 400 <= status < 500 and status != 408:
        code = _CODES.get(status, "refused")
        raise NotDone(code, None, problem, _REMEDIES.get(code, ""), status)
    remedy = "check the base URL, because redirects are not followed" if 300 <= status < 400 else ""
    raise OutcomeUnknown("reply_status", None, problem, remedy, status)


def read_error_text(body: bytes) -> str:
    """Return the `error` or `message` text of an error reply; `""` if it has neither.

    The result is also `""` for a body of more than 65,536 bytes.  A transport must remove its
    key from the text, and set the result as `Response.message`.

    Example:
        >>> read_error_text(b'{"status_code": 404, "error": "no such project"}')
        'no such project'
    """
    if len(body) > _MAX_ERROR_SIZE:
        return ""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    # S5: an error body contains its text in `error` or `message`.
    texts = [value.get(name) for name in ("error", "message")] if isinstance(value, dict) else []
    return next((text for text in texts if isinstance(text, str) and text.strip()), "")


def hide_reply(error: _Error, problem: str, remedy: str) -> _Error:
    """Return a copy of the error with another problem and remedy, because its own may quote a reply.

    The path is truncated before the first name that is not in `_KNOWN_PLACE`, because
    such a name may come from the reply.
    """
    place = _KNOWN_PLACE.match(error.path or "")
    return evolve(error, path=place[0] if place else "", problem=problem, remedy=remedy)


def _read_body(response: Response, expected: str, read: Callable[[Any], _T]) -> _T:
    check_status(response)
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        problem = f"the reply has a content encoding: {response.summary}"
        raise OutcomeUnknown("reply_encoding", None, problem, _ENCODING_REMEDY, response.status)
    try:
        return read(decode_document(response.body, "the reply", PROJECT_DEPTH).value)
    except ParamcoreError as error:
        problem = f"the reply cannot be read as {expected} ({error.code}): {response.summary}"
        hidden = hide_reply(error, problem, _REPLY_REMEDY)
        raise OutcomeUnknown(hidden.code, hidden.path, hidden.problem, hidden.remedy, response.status) from None
