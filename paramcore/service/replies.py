"""
Replies of the API, read strictly.

What is wrong with a reply is an error of ours, whatever came: HTML, half a
document, another project.  Whether it means that nothing was done is for the
status to say: a body proves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from paramcore.errors import MalformedPayload, NotDone, OutcomeUnknown, ParamcoreError
from paramcore.files.document import PROJECT_DEPTH, decode_document
from paramcore.model.assumptions import Assumptions
from paramcore.model.project import Project
from paramcore.service.requests import Response
from paramcore.text import describe_value, escape_unprintable, format_value, truncate
from paramcore.wire import read_project, read_projects

__all__ = ["check_status", "project_in", "projects_in", "refusal", "task_in"]

_T = TypeVar("_T")

#: Characters of the service's own words that are shown.
_SHOWN = 80

_CODES = {401: "unauthorized", 403: "unauthorized", 404: "not_found", 409: "conflict", 429: "too_many_requests"}
_WANTED = {
    "unauthorized": "a key that may do this: live and test keys see separate worlds",
    "not_found": "a name that the service knows",
    "conflict": "a name that is still free",
    "too_many_requests": "fewer requests: try again later",
}


def project_in(response: Response, name: str, assumptions: Assumptions = Assumptions()) -> Project:
    """
    Read the reply that holds one project, which must be the one that was asked for.

    Raises:
        NotDone, OutcomeUnknown: as `check_status` does, and OutcomeUnknown for
            a body that is not this project.

    """
    # U8: the reply to an update is the whole project, so its history tells what was done.
    project = _read(response, partial(read_project, assumptions=assumptions))
    if project.name != name:
        found = f"the project {format_value(project.name)}"
        raise OutcomeUnknown(
            "wrong_project", "/name", found, f"{format_value(name)}, which was asked for", response.status
        )
    return project


def projects_in(response: Response, assumptions: Assumptions = Assumptions()) -> tuple[Project, ...]:
    """
    Read the reply that holds all projects: a bare array.

    Raises:
        NotDone, OutcomeUnknown: as `project_in` does.

    """

    def read(value: Any) -> tuple[Project, ...]:
        if not isinstance(value, list):
            raise MalformedPayload("reply_type", "", describe_value(value), "an array of projects")
        return read_projects(value, assumptions=assumptions)

    return _read(response, read)


def task_in(response: Response) -> Mapping[str, Any]:
    """
    Read the reply that holds a created task.

    Raises:
        NotDone, OutcomeUnknown: as `project_in` does.

    """

    def read(value: Any) -> Mapping[str, Any]:
        if not isinstance(value, dict) or not isinstance(value.get("task_id"), str):
            raise MalformedPayload("reply_type", "", describe_value(value), "a task object with its `task_id`")
        return value

    return _read(response, read)


def check_status(response: Response) -> None:
    """
    Check that a reply says that it was done.

    Raises:
        NotDone: for a status by which the service says that it did nothing.
        OutcomeUnknown: for any other but 200.

    """
    # E5: 200 alone is success, also for what was created.
    if response.status != 200:
        raise refusal(response)


def refusal(response: Response) -> NotDone | OutcomeUnknown:
    """Return the error that a reply stands for, with the service's own words, cut and cleaned."""
    status = response.status
    found = f"status {status}{_said(response.body)}"
    # E6: by the status alone; 408 and 5xx may come after it was done, or from something on the way.
    if 400 <= status < 500 and status != 408:
        code = _CODES.get(status, "refused")
        return NotDone(code, None, found, _WANTED.get(code, "a request that the service takes"), status)
    return OutcomeUnknown("reply_status", None, found, "status 200", status)


def _said(body: bytes) -> str:
    text = body[:4096].decode("utf-8", "replace").strip()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict) and isinstance(value.get("error"), str):
        text = value["error"]
    text = escape_unprintable(" ".join(text.split()))
    return f", and it says: {truncate(text, _SHOWN)}" if text else ""


def _read(response: Response, read: Callable[[Any], _T]) -> _T:
    check_status(response)
    encoding = response.headers.get("content-encoding", "identity")
    if encoding.lower() != "identity":
        found = f"a reply encoded as {format_value(encoding, limit=_SHOWN)}"
        raise OutcomeUnknown("reply_encoding", None, found, "one that is not", response.status)
    try:
        return read(decode_document(response.body, "the reply", PROJECT_DEPTH).value)
    except ParamcoreError as error:
        raise OutcomeUnknown(error.code, error.path, error.found, error.wanted, response.status) from None
