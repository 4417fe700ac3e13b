"""Read the API's JSON into the model, and write the model as the API's JSON.

Readers take decoded JSON, with any `Mapping` as an object.  Writers return plain
dicts, which may be changed.  Only this module maps the API's `patch` flag to
`Patch` and `Replace`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from paramcore.errors import InvalidSetting, MalformedPayload, ParamcoreError
from paramcore.model import Assumptions, ParamVersion, Patch, Project, Replace, TaskRequest, Update
from paramcore.text import describe_value, format_value
from paramcore.values import JSONArray, freeze, freeze_params, join_pointer, read_once, thaw

_T = TypeVar("_T")
_ARRAYS = (list, tuple, JSONArray)

_FLAT_PARAMS = "the params to set, beside `patch`"
#: Names that occur together only on a created task.
_TASK_NAMES = (
    *({"task_id", name} for name in ("status", "params", "type", "response", "is_test", "project_param_version")),
    {"status", "params"},
)
#: Names that occur together only in what `paramcore plan` and `paramcore preview` print.
_ANSWER_NAMES = ({"project", "before", "after"}, {"project", "params", "inherited_version"})
#: Names that occur together only on a page of `GET /tasks`.
_PAGE_NAMES = ({"docs", "total"}, {"docs", "has_more"})
#: E6, S5: the names in an error of the service.
_ERROR_NAMES = {"status_code", "error", "message"}
#: Any document that is rejected in place of a request has one of these names; `patch` is that of an update.
_SUSPICIOUS_NAMES = frozenset({"patch", "param_history", "task_id", "params", "docs", "status_code", "error"})
#: Characters of the service's error text that a message shows.
_SHOWN_ERROR = 80


def read_project(obj: Mapping[str, Any], *, assumptions: Assumptions = Assumptions()) -> Project:
    """Read a project object, as `GET /projects/{name}` returns it.

    Unknown fields and the order of names are kept, so that `write_project` can
    restore them (P8, P9).

    Raises:
        MalformedPayload: for an object that is no project, such as an error reply
            (`project_is_error`, `project_is_task`, `project_is_page`).  A history whose
            entries are not numbered 0, 1, 2, ... in this order is rejected.
        InvalidParams: for an entry whose params are no params.
        InvalidSetting: for a name, a type or a time that no project can have.
        NotJSON: for values that are no JSON.

    Example:
        >>> history = [{"version": 0, "created_at": "2026-11-24T08:00:00Z", "padding": 3}]
        >>> read_project({"type": "imageannotation", "name": "docks", "param_history": history}).params
        {'padding': 3}
    """
    if not issubclass(type(obj), Mapping):
        wanted = "a project object, as `GET /projects/{name}` returns it"
        if isinstance(obj, Project):
            wanted = "that object itself: it is read already, and `write_project` returns its JSON"
        elif callable(getattr(type(obj), "as_dict", None)):
            wanted += ": convert it with `.as_dict()`"
        raise MalformedPayload("project_type", "", describe_value(obj), wanted)
    members = read_once(obj)
    history: Any = members.get("param_history")
    # P9: without a list of versions, what a task inherits is unknown, so the object is rejected.
    if type(history) not in _ARRAYS:
        if "param_history" not in members:
            _reject_in_place_of_project(members)
        found = describe_value(history) if "param_history" in members else "no `param_history`"
        wanted = "a list of versions, oldest first, as the API returns it"
        raise MalformedPayload("history_type", "/param_history", found, wanted)
    versions: list[ParamVersion] = []
    for index, entry in enumerate(tuple(history)):
        versions.append(_read_version(index, entry, versions))
    # P8: unknown fields are kept; a placeholder remembers where `param_history` stood.
    fields = freeze({**members, "param_history": None})
    try:
        return Project(
            members.get("name"),  # type: ignore[arg-type]
            type=members.get("type"),  # type: ignore[arg-type]
            versions=versions,
            assumptions=assumptions,
            fields=fields,
            field_order=fields,
        )
    except InvalidSetting as error:
        paths = {"project_name": "/name", "task_type": "/type"}
        raise error.within(paths.get(error.code, "")) from None


def read_projects(
    obj: Mapping[str, Any] | Sequence[Mapping[str, Any]], *, assumptions: Assumptions = Assumptions()
) -> tuple[Project, ...]:
    """Read a project object, or an array as `GET /projects` returns it (E2).

    Raises:
        ParamcoreError: as `read_project`, with the index of the project in `path`.

    Example:
        >>> read_projects([{"type": "imageannotation", "name": "docks", "param_history": []}])
        (<Project 'docks': imageannotation, 0 versions>,)
    """
    # E2: the API returns one project as an object, and all projects as a bare array.
    if type(obj) not in _ARRAYS:
        return (read_project(obj, assumptions=assumptions),)  # type: ignore[arg-type]
    read = partial(read_project, assumptions=assumptions)
    return tuple(_read_within(join_pointer(index), read, element) for index, element in enumerate(obj))


def _read_version(index: int, entry: object, earlier: list[ParamVersion]) -> ParamVersion:
    path = join_pointer("param_history", index)
    if not issubclass(type(entry), Mapping):
        raise MalformedPayload("history_type", path, describe_value(entry), "an object with the params of a version")
    # Freeze each entry by itself, because the limits apply to each version, not to the whole history.
    frozen = _read_within(path, freeze, entry)
    number = frozen.get("version")
    if type(number) is not int:
        found = describe_value(number) if "version" in frozen else "no `version`"
        raise MalformedPayload(
            "history_version", f"{path}/version", f"{found} in entry {index}", f"the whole number {index}"
        )
    if number != index:
        previous = f", after entry {index - 1} with version {earlier[-1].number}" if earlier else ""
        found = f"version {number} in entry {index}{previous}"
        wanted = f"version {index} there: entries stand oldest first, numbered by their place from 0 on"
        raise MalformedPayload("history_order", f"{path}/version", found, wanted)
    return _read_within(path, ParamVersion.from_entry, index, frozen)


def write_project(project: Project) -> dict[str, Any]:
    """Return the project object, with the fields that were read and all versions.

    Example:
        >>> write_project(Project("docks", type="imageannotation", params={"padding": 3}))
        {'type': 'imageannotation', 'name': 'docks', 'param_history': [{'version': 0, 'padding': 3}]}
    """
    history = [_write_version(version) for version in project.versions]
    members = {"type": project.type, "name": project.name, "param_history": history, **thaw(project.fields)}
    return {name: members[name] for name in dict.fromkeys([*project.field_order, *members]) if name in members}


def _write_version(version: ParamVersion) -> dict[str, Any]:
    if version.raw_entry is not None:
        return dict(thaw(version.raw_entry))
    created_at = {} if version.created_at is None else {"created_at": version.created_at}
    return {"version": version.number, **created_at, **thaw(version.params)}


def read_task_request(obj: Mapping[str, Any], *, type: str | None = None) -> TaskRequest:
    """Read the flat body of a task request; the body does not hold the `type` (T12).

    Raises:
        MalformedPayload: for another document of the API: `request_is_project`,
            `request_is_task`, `request_is_page`, `request_is_error`.
        ParamcoreError: as `TaskRequest.from_flat`.

    Example:
        >>> task = read_task_request({"attachment": "https://example.com/a.jpg", "project_version": 1})
        >>> task.params, task.project_version
        ({'attachment': 'https://example.com/a.jpg'}, 1)
    """
    if isinstance(obj, Mapping) and may_be_another_document(obj):
        _reject_in_place_of_request(obj)
    return TaskRequest.from_flat(obj, type=type)


def write_task_request(task: TaskRequest) -> dict[str, Any]:
    """Return the flat body of a task request.

    Example:
        >>> write_task_request(TaskRequest({"padding": 8}, project_version=1))
        {'project_version': 1, 'padding': 8}
    """
    return dict(thaw(task.flat))


def read_update(body: Mapping[str, Any] | None) -> Update:
    """Read the body of a setParams request.

    Raises:
        MalformedPayload: as `reject_other_documents` does.
        InvalidSetting: `flag_type` where `patch` is no bool.
        InvalidParams: for params that a project cannot hold.
        NotJSON: for values that are no JSON.

    Example:
        >>> read_update({"patch": True, "padding": 8}), read_update({"padding": 8})
        (<Patch of 1 param>, <Replace by 1 param>)
    """
    # U12: the official SDK sends no body for an update without params.
    params = dict(freeze_params({} if body is None else body))
    reject_other_documents(params)
    patch = params.pop("patch", False)
    if type(patch) is not bool:
        wanted = "true or false: the API replaces where it is left out"
        raise InvalidSetting("flag_type", "/patch", f"{describe_value(patch)} as `patch`", wanted)
    return Patch(params) if patch else Replace(params)


def reject_other_documents(members: Mapping[str, Any]) -> None:
    """Reject what the API or paramcore returns for other calls.

    An error about its first reserved name would not say what it is.

    Raises:
        MalformedPayload: `update_is_project`, `update_is_answer`, `update_is_version`,
            `update_is_task`, `update_is_error`.
    """
    version, project = members.get("version"), members.get("project")
    if "param_history" in members or (isinstance(project, dict) and "param_history" in project):
        wanted = f"{_FLAT_PARAMS}; `plan --wanted FILE`, or `Plan.to`, leads to the params of a project"
        raise MalformedPayload("update_is_project", "", "a whole project object", wanted)
    if any(names <= members.keys() for names in _ANSWER_NAMES):
        wanted = f"{_FLAT_PARAMS}, such as the file that `plan` was given"
        raise MalformedPayload("update_is_answer", "", "an answer of `paramcore plan` or `paramcore preview`", wanted)
    # `version` beside `patch` is a name that no project holds; an entry of a history has no `patch`.
    if type(version) is int and "project" not in members and ("patch" not in members or "created_at" in members):
        wanted = f"its params without `version` and `created_at`, or `plan --wanted PROJECT@{version}`"
        raise MalformedPayload("update_is_version", "", "a version of a project's history", wanted)
    if _is_page(members) or _is_task(members):
        wanted = f"{_FLAT_PARAMS}: a task has them in `params` and `instruction`"
        raise MalformedPayload("update_is_task", "", "a created task, or a list of them", wanted)
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("update_is_error", "", error, _FLAT_PARAMS)


def _reject_in_place_of_request(members: Mapping[str, Any]) -> None:
    if "param_history" in members:
        wanted = "a task request: projects come before tasks"
        raise MalformedPayload("request_is_project", "", "a whole project object", wanted)
    if _is_page(members):
        wanted = "task requests: a finished task has the params of its request in `params` and `instruction`"
        raise MalformedPayload("request_is_page", "", "a page of created tasks", wanted)
    if _is_task(members):
        wanted = "the request that made it: its `params`, with `instruction`, `metadata` and the like beside them"
        raise MalformedPayload("request_is_task", "", "a created task, not a request", wanted)
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("request_is_error", "", error, "a task request: repeat the call that failed")


def _reject_in_place_of_project(members: Mapping[str, Any]) -> None:
    wanted = "a project object, as `GET /projects/{name}` returns it"
    if _is_page(members):
        raise MalformedPayload("project_is_page", "", "a page of created tasks", wanted)
    if _is_task(members):
        raise MalformedPayload("project_is_task", "", "a created task", wanted)
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("project_is_error", "", error, f"{wanted}: repeat the call that failed")


def may_be_another_document(members: Mapping[str, Any]) -> bool:
    """Return whether an object may be rejected in place of a task request; quick, for hot loops."""
    return not _SUSPICIOUS_NAMES.isdisjoint(members)


def _is_task(members: Mapping[str, Any]) -> bool:
    return any(names <= members.keys() for names in _TASK_NAMES)


def _is_page(members: Mapping[str, Any]) -> bool:
    return any(names <= members.keys() for names in _PAGE_NAMES)


def _describe_error_reply(members: Mapping[str, Any]) -> str | None:
    """Return what a message says of an error reply, with its text; `None` for anything else."""
    text = members.get("error", members.get("message"))
    if members.keys() <= _ERROR_NAMES and ("status_code" in members or ("error" in members and type(text) is str)):
        said = f", which says: {format_value(text, limit=_SHOWN_ERROR)}" if type(text) is str else ""
        return f"an error that the service returned{said}"
    return None


def write_update(update: Update) -> dict[str, Any]:
    """Return the body of a setParams request.

    Example:
        >>> write_update(Patch({"padding": 8}))
        {'patch': True, 'padding': 8}
    """
    return dict(thaw(update.body))


def _read_within(path: str, read: Callable[..., _T], *arguments: Any) -> _T:
    """Read a part of a document, and put its `path` before that of each error."""
    try:
        return read(*arguments)
    except ParamcoreError as error:
        raise error.within(path) from None
