"""Read the API's JSON into the model, and write the model as the API's JSON.

Readers accept decoded JSON, in which an object may be any `Mapping`.  Writers return
plain dicts, which the caller may change.  Only `read_update` chooses between `Patch` and
`Replace` by the API's flag `patch`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from attrs import evolve

from paramcore.errors import InvalidSetting, MalformedPayload, ParamcoreError
from paramcore.model import Assumptions, ParamVersion, Patch, Project, Replace, TaskRequest, Update, check_update
from paramcore.text import describe_value
from paramcore.values import (
    JSONArray,
    check_argument,
    freeze,
    freeze_params,
    join_pointer,
    read_once,
    suggest_object,
    thaw,
)
from paramcore.wrong_documents import (
    PROJECT_REMEDY,
    reject_other_than_project,
    reject_other_than_update,
)

_T = TypeVar("_T")
_ARRAYS = (list, tuple, JSONArray)


def read_project(obj: Mapping[str, Any], *, assumptions: Assumptions = Assumptions()) -> Project:
    """Read a project object that `GET /projects/{name}` returned.

    The project keeps unknown fields and the order of names, so that
    `write_project` can restore them (P8, P9).

    Raises:
        MalformedPayload: `project_type`, `project_is_error`, `project_is_task` or
            `project_is_page` for a value that is not a project; `history_type` for a
            missing or invalid `param_history`; `history_version` or `history_order` if
            its entries are not numbered 0, 1, 2, ... in this order.
        InvalidParams: for an entry with invalid params.
        InvalidSetting: for an invalid name, type or time, or for invalid `assumptions`.
        NotJSON: for values that are not JSON.

    Example:
        >>> history = [{"version": 0, "created_at": "2026-11-24T08:00:00Z", "padding": 3}]
        >>> read_project({"type": "imageannotation", "name": "docks", "param_history": history}).params
        {'padding': 3}
    """
    if not issubclass(type(obj), Mapping):
        problem = f"a project must be an object, got {describe_value(obj)}"
        remedy = suggest_object(obj, PROJECT_REMEDY)
        if isinstance(obj, Project):
            problem, remedy = (
                "the argument is already a `Project`",
                "use it directly (`write_project` returns its JSON)",
            )
        raise MalformedPayload("project_type", "", problem, remedy)
    members = read_once(obj)
    history: Any = members.get("param_history")
    # P9: an object without a list of versions is rejected, because it does not show what tasks inherit.
    if type(history) not in _ARRAYS:
        if "param_history" not in members:
            reject_other_than_project(members)
            raise MalformedPayload("history_type", "/param_history", "`param_history` is missing", PROJECT_REMEDY)
        problem = f"`param_history` must be a list of versions, got {describe_value(history)}"
        raise MalformedPayload(
            "history_type", "/param_history", problem, "list the versions oldest first, as the API does"
        )
    versions = [_read_version(index, entry) for index, entry in enumerate(tuple(history))]
    # P8: unknown fields are kept; a placeholder keeps the position of `param_history`.
    fields = freeze({**members, "param_history": None})
    try:
        return Project(
            members.get("name"),  # type: ignore[arg-type]
            type=members.get("type"),  # type: ignore[arg-type]
            versions=versions,
            assumptions=assumptions,
            fields=fields,
            field_order=tuple(fields),
        )
    except InvalidSetting as error:
        name = {"project_name": "name", "task_type": "type"}.get(error.code)
        if name is None:
            raise
        if name not in members:
            error = evolve(error, problem=f"`{name}` is missing", remedy=PROJECT_REMEDY)
        raise error.within(join_pointer(name)) from None


def read_projects(
    obj: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, assumptions: Assumptions = Assumptions()
) -> tuple[Project, ...]:
    """Read a project object, or the array that `GET /projects` returns (E2).

    Raises:
        ParamcoreError: the errors of `read_project`; in an array, `path` begins
            with the index of the project.

    Example:
        >>> read_projects([{"type": "imageannotation", "name": "docks", "param_history": []}])
        (<Project 'docks': imageannotation, 0 versions>,)
    """
    # E2: the API returns one project as an object, and all projects as a bare array.
    if type(obj) not in _ARRAYS:
        return (read_project(obj, assumptions=assumptions),)  # type: ignore[arg-type]
    read = partial(read_project, assumptions=assumptions)
    return tuple(_read_within(join_pointer(index), read, element) for index, element in enumerate(obj))


def _read_version(index: int, entry: object) -> ParamVersion:
    path = join_pointer("param_history", index)
    if not issubclass(type(entry), Mapping):
        problem = f"entry {index} must be an object with the params of a version, got {describe_value(entry)}"
        raise MalformedPayload("history_type", path, problem, "")
    # The limits apply to each version, not to the whole history, so freeze each entry alone.
    frozen = _read_within(path, freeze, entry)
    number = frozen.get("version")
    if type(number) is not int:
        problem = f"`version` of entry {index} must be a whole number, got {describe_value(number)}"
        if "version" not in frozen:
            problem = f"`version` is missing in entry {index}"
        raise MalformedPayload("history_version", f"{path}/version", problem, f'write "version": {index}')
    if number != index:
        problem = f"`version` of entry {index} must be {index}, got {describe_value(number)}"
        remedy = (
            "list the versions oldest first, numbered 0, 1, 2, ...; if one is missing or repeated, get the project "
            "from the API again, because pinned tasks name these numbers"
        )
        raise MalformedPayload("history_order", f"{path}/version", problem, remedy)
    return _read_within(path, ParamVersion.from_entry, index, frozen)


def write_project(project: Project) -> dict[str, Any]:
    """Return the project object, including the unknown fields that were read.

    Example:
        >>> write_project(Project("docks", type="imageannotation", params={"padding": 3}))
        {'type': 'imageannotation', 'name': 'docks', 'param_history': [{'version': 0, 'padding': 3}]}
    """
    check_argument("project", project, Project)
    history = [write_version(version) for version in project.versions]
    members = {"type": project.type, "name": project.name, "param_history": history, **thaw(project.fields)}
    return {name: members[name] for name in dict.fromkeys([*project.field_order, *members]) if name in members}


def write_version(version: ParamVersion) -> dict[str, Any]:
    """Return the flat entry of a version in `param_history`."""
    if version.raw_entry is not None:
        return dict(thaw(version.raw_entry))
    created_at = {} if version.created_at is None else {"created_at": version.created_at}
    return {"version": version.number, **created_at, **thaw(version.params)}


def write_new_project(project: Project) -> dict[str, Any]:
    """Return the body of the request that creates a project with the latest params of `project` (E1).

    Example:
        >>> write_new_project(Project("docks", type="imageannotation", params={"padding": 3}))
        {'type': 'imageannotation', 'name': 'docks', 'params': {'padding': 3}}
    """
    params = {"params": dict(thaw(project.params))} if project.versions else {}
    return {"type": project.type, "name": project.name, **params}


def write_task_request(task: TaskRequest) -> dict[str, Any]:
    """Return the flat body of a task request.

    Example:
        >>> write_task_request(TaskRequest({"padding": 8}, project_version=1))
        {'project_version': 1, 'padding': 8}
    """
    check_argument("task", task, TaskRequest)
    return dict(thaw(task.flat))


def read_update(body: Mapping[str, Any] | None) -> Update:
    """Read the body of a setParams request.

    Raises:
        MalformedPayload: for another document of the API or of paramcore:
            `update_is_project`, `update_is_answer`, `update_is_version`,
            `update_is_task`, `update_is_error`.
        InvalidSetting: `flag_type` if `patch` is not a bool.
        InvalidParams: for a body that is not an object, or for params that a project cannot have.
        NotJSON: for values that are not JSON.

    Example:
        >>> read_update({"patch": True, "padding": 8}), read_update({"padding": 8})
        (<Patch of 1 param>, <Replace by 1 param>)
    """
    # U12: the official SDK sends no body for an update without params.
    params = dict(freeze_params({} if body is None else body))
    reject_other_than_update(params)
    patch = params.pop("patch", False)
    if type(patch) is not bool:
        problem = f"`patch` must be true or false, got {describe_value(patch)}"
        remedy = "write true to keep the other params, because the API drops them if `patch` is false or missing"
        raise InvalidSetting("flag_type", "/patch", problem, remedy)
    return Patch(params) if patch else Replace(params)


def write_update(update: Update) -> dict[str, Any]:
    """Return the body of a setParams request.

    Example:
        >>> write_update(Patch({"padding": 8}))
        {'patch': True, 'padding': 8}
    """
    check_update(update)
    return dict(thaw(update.body))


def _read_within(path: str, read: Callable[..., _T], *arguments: Any) -> _T:
    """Read a part of a document; the path of an error begins with `path`."""
    try:
        return read(*arguments)
    except ParamcoreError as error:
        raise error.within(path) from None
