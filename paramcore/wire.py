"""
The API's JSON, read into values and written back.

Objects come in as decoded JSON (any Mapping) and go out as plain dicts to edit
or dump.  The wire's `patch` flag becomes a `Patch` or a `Replace` here and
nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from paramcore.errors import InvalidSetting, MalformedPayload, ParamcoreError
from paramcore.model.assumptions import Assumptions
from paramcore.model.project import Project
from paramcore.model.tasks import TaskRequest
from paramcore.model.updates import Patch, Replace, Update
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value
from paramcore.values.frozen import JSONArray, freeze, read_once, thaw
from paramcore.values.params import freeze_params
from paramcore.values.pointer import join_pointer

__all__ = [
    "read_project",
    "read_projects",
    "read_task_request",
    "read_update",
    "write_project",
    "write_task_request",
    "write_update",
]

_T = TypeVar("_T")
_ARRAYS = (list, tuple, JSONArray)


def read_project(obj: Mapping[str, Any], *, assumptions: Assumptions = Assumptions()) -> Project:
    """
    Read a project object, as `GET /projects/{name}` returns it.

    Unknown fields and the order of all names are kept for `write_project` (P8, P9).

    Raises:
        MalformedPayload: for what is no project: also for a history out of
            order, with gaps or doubles, or numbered by text, bool or float; it
            is never sorted or renumbered.
        InvalidParams, InvalidSetting, NotJSON: for what stands in it.

    """
    if not issubclass(type(obj), Mapping):
        wanted = "a project object, as `GET /projects/{name}` returns it"
        raise MalformedPayload("project_type", "", describe_value(obj), wanted)
    found = read_once(obj)
    history: Any = found.get("param_history")
    # P9: without a list of versions there is nothing to tell what a task would get.
    if type(history) not in _ARRAYS:
        said = describe_value(history) if "param_history" in found else "no `param_history`"
        wanted = "a list of versions, oldest first, as the API returns it"
        raise MalformedPayload("history_type", "/param_history", said, wanted)
    versions: list[ParamVersion] = []
    for place, entry in enumerate(tuple(history)):
        versions.append(_read_version(place, entry, versions))
    # P8: fields that nobody here knows are kept; the history has its place among them.
    fields = freeze({**found, "param_history": None})
    try:
        return Project(
            found.get("name"),  # type: ignore[arg-type]
            type=found.get("type"),  # type: ignore[arg-type]
            versions=versions,
            assumptions=assumptions,
            fields=fields,
        )
    except InvalidSetting as error:
        place_of = {"project_name": "/name", "task_type": "/type"}
        raise error.within(place_of.get(error.code, "")) from None


def read_projects(obj: Any, *, assumptions: Assumptions = Assumptions()) -> tuple[Project, ...]:
    """
    Read one project object, or an array of them, as `GET /projects` returns it (E2).

    Raises:
        ParamcoreError: as `read_project` does.

    """
    # E2: one project comes as an object, all of them as a bare array.
    if type(obj) not in _ARRAYS:
        return (read_project(obj, assumptions=assumptions),)
    read = partial(read_project, assumptions=assumptions)
    return tuple(_within(join_pointer(index), read, one) for index, one in enumerate(obj))


def _read_version(place: int, entry: object, before: list[ParamVersion]) -> ParamVersion:
    path = join_pointer("param_history", place)
    if not issubclass(type(entry), Mapping):
        raise MalformedPayload("history_type", path, describe_value(entry), "an object with the params of a version")
    # Each entry passes the door by itself: its limits are those of one params object.
    frozen = _within(path, freeze, entry)
    number = frozen.get("version")
    if type(number) is not int:
        said = describe_value(number) if "version" in frozen else "no `version`"
        raise MalformedPayload(
            "history_version", f"{path}/version", f"{said} in entry {place}", f"the whole number {place}"
        )
    if number != place:
        previous = f", after entry {place - 1} with version {before[-1].number}" if before else ""
        found = f"version {number} in entry {place}{previous}"
        wanted = f"version {place} there: entries stand oldest first, numbered by their place from 0 on"
        raise MalformedPayload("history_order", f"{path}/version", found, wanted)
    return _within(path, ParamVersion.from_entry, place, frozen)


def write_project(project: Project) -> dict[str, Any]:
    """Return the project object: as it was read, its history with the versions made since."""
    history = [_write_version(version) for version in project.versions]
    members = {"type": project.type, "name": project.name, "param_history": history, **thaw(project.fields)}
    return {name: members[name] for name in dict.fromkeys([*project.field_order, *members])}


def _write_version(version: ParamVersion) -> dict[str, Any]:
    if version.raw_entry is not None:
        return dict(thaw(version.raw_entry))
    created_at = {} if version.created_at is None else {"created_at": version.created_at}
    return {"version": version.number, **created_at, **thaw(version.params)}


def read_task_request(obj: Mapping[str, Any], *, type: str | None = None) -> TaskRequest:
    """
    Read the flat body of a task request; `type` is known beside it only (T12).

    Raises:
        ParamcoreError: as `TaskRequest.from_flat` does.

    """
    return TaskRequest.from_flat(obj, type=type)


def write_task_request(task: TaskRequest) -> dict[str, Any]:
    """Return the flat body of a task request."""
    return dict(thaw(task.flat))


def read_update(body: Mapping[str, Any] | None) -> Update:
    """
    Read the body of a setParams request.

    Raises:
        InvalidSetting: `flag_type` where `patch` is no bool.
        InvalidParams, NotJSON: as `Patch` does.

    """
    # U12: the official SDK sends no body at all for an update without params.
    params = dict(freeze_params({} if body is None else body))
    patch = params.pop("patch", False)
    if type(patch) is not bool:
        wanted = "true or false: the API replaces where it is left out"
        raise InvalidSetting("flag_type", "/patch", f"{describe_value(patch)} as `patch`", wanted)
    return Patch(params) if patch else Replace(params)


def write_update(update: Update) -> dict[str, Any]:
    """Return the body of a setParams request."""
    return dict(thaw(update.body))


def _within(path: str, read: Callable[..., _T], *arguments: Any) -> _T:
    """Read a part; what is wrong with it is told by its path in the whole."""
    try:
        return read(*arguments)
    except ParamcoreError as error:
        raise error.within(path) from None
