"""
Requests of the API, as values.

A transport is anything with `send(Request) -> Response`.  It adds the address,
the API key and the headers; neither value holds a key.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, Protocol
from urllib.parse import quote, urlencode

from attrs import field, frozen

from paramcore.errors import InvalidSetting
from paramcore.model.tasks import TaskRequest, check_project_name
from paramcore.model.updates import Replace, Update
from paramcore.text import describe_value
from paramcore.values.frozen import freeze, thaw

__all__ = [
    "LARGEST_REPLY",
    "Request",
    "Response",
    "Transport",
    "create_project",
    "create_task",
    "get_project",
    "list_projects",
    "update_project",
]

#: Bytes of a reply that a transport reads before it gives up.
LARGEST_REPLY = 16 * 2**20

#: What Studio calls its kinds of project.
_PIPELINES = ("standard_task", "consensus_task")


@frozen
class Request:
    """
    One request: `path` stands below the base address and is encoded already, `body` is JSON.

    `timeout` is the seconds that are left for all of it, from the first byte out
    to the last byte in.
    """

    method: Literal["GET", "POST"]
    path: str
    query: Mapping[str, str] = field(factory=dict, hash=False)
    body: bytes | None = None
    timeout: float | None = None

    @property
    def target(self) -> str:
        """What stands below the base address: the path, and the query where there is one."""
        return f"{self.path}?{urlencode(self.query)}" if self.query else self.path


@frozen
class Response:
    """One reply, whole: `headers` by their names in lower case."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(factory=dict, hash=False)


class Transport(Protocol):
    """
    What sends requests.

    `send` sends a request once, follows no redirect, and returns the reply
    whole.  It raises `NotDone` (`not_sent`, `certificate`) where nothing was
    sent, for certain, and `OutcomeUnknown` where anything may have been.
    A POST goes out on a connection of its own, since the service may have
    closed an idle one.
    """

    def send(self, request: Request) -> Response: ...  # noqa: D102


def get_project(name: str) -> Request:
    """
    Ask for one project (E2).

    Raises:
        InvalidSetting: `project_name`.

    """
    return Request("GET", _project(name))


def list_projects(*, archived: bool | None = None) -> Request:
    """Ask for all projects (E2): only the archived ones, only the others, or both."""
    return Request("GET", "/projects", {} if archived is None else {"archived": json.dumps(archived)})


def create_project(
    name: str,
    *,
    type: str,
    params: Mapping[str, Any] | None = None,
    rapid: bool = False,
    studio: bool = False,
    dataset_id: str | None = None,
    pipeline: str | None = None,
    consensus_attempts: int | None = None,
) -> Request:
    """
    Create a project.

    Raises:
        InvalidSetting: `project_name`, `task_type`, `flag_type`,
            `routing_type`, or `pipeline` for what Studio does not take.
        InvalidParams, NotJSON: as `Replace` does.

    """
    # E1: `pipeline` only in Studio, and a number of attempts only where several people answer each task.
    check_project_name(name)
    for flag in (rapid, studio):
        if _kind(flag) is not bool:
            raise InvalidSetting("flag_type", None, describe_value(flag), "true or false")
    if _kind(type) is not str or not type:
        raise InvalidSetting("task_type", "/type", describe_value(type), "a task type, as text")
    if dataset_id is not None and _kind(dataset_id) is not str:
        raise InvalidSetting("routing_type", "/datasetId", describe_value(dataset_id), "the id of a dataset, as text")
    if pipeline is not None and (_kind(pipeline) is not str or pipeline not in _PIPELINES or not studio):
        wanted = "`standard_task` or `consensus_task`, with `studio`"
        raise InvalidSetting("pipeline", "/pipeline", f"{describe_value(pipeline)} as `pipeline`", wanted)
    if consensus_attempts is not None and (
        _kind(consensus_attempts) is not int or consensus_attempts < 1 or pipeline != "consensus_task"
    ):
        found = f"{describe_value(consensus_attempts)} as `consensus_attempts`"
        raise InvalidSetting("pipeline", "/consensus_attempts", found, "a number from 1 on, with `consensus_task`")
    optional = {
        "params": None if params is None else thaw(Replace(params).params),
        "rapid": rapid or None,
        "studio": studio or None,
        "datasetId": dataset_id,
        "pipeline": pipeline,
        "consensus_attempts": consensus_attempts,
    }
    given = {field: value for field, value in optional.items() if value is not None}
    return Request("POST", "/projects", body=_body({"type": type, "name": name, **given}))


def update_project(name: str, update: Update) -> Request:
    """
    Update the params of a project.

    Raises:
        InvalidSetting: `project_name`.

    """
    # E3: what belongs to a project stands below its path.
    return Request("POST", f"{_project(name)}/setParams", body=_body(update.body))


def create_task(task: TaskRequest, *, type: str | None = None) -> Request:
    """
    Create a task; its type stands in the path (T12).

    Raises:
        InvalidSetting: `task_type` where neither the request nor `type` says it.

    """
    kind = task.type if type is None else type
    if _kind(kind) is not str or not kind or (task.type is not None and task.type != kind):
        raise InvalidSetting("task_type", None, describe_value(kind), "the task type of the request")
    return Request("POST", f"/task/{quote(kind, safe='')}", body=_body(task.flat))


def _project(name: str) -> str:
    # E4: the name is encoded whole, so that no part of it is taken for a path or a query.
    check_project_name(name)
    return f"/projects/{quote(name, safe='')}"


def _body(members: Mapping[str, Any]) -> bytes:
    return json.dumps(freeze(members), ensure_ascii=False, allow_nan=False).encode("utf-8")


_kind = type
