"""Recognize wrong documents in place of projects, tasks, task requests or updates.

The errors say what the document is.  Without these checks, paramcore would accept such a
document, or the error would be about only one of its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.errors import MalformedPayload
from paramcore.text import format_value

#: What to copy from a created task into a request.  `params` and `instruction` of a created task also contain what the
#: task inherited from the project, and a request should not repeat this part.
_OWN_PART = "`params` and `instruction`, without what the project adds to them"
_UPDATE_REMEDY = "write `patch` and the params to set"
#: What to do if a document is not a project.
PROJECT_REMEDY = "pass a project object that `GET /projects/{name}` returned"
#: Sets of names that occur together only in a created task.
_TASK_NAMES = (
    *({"task_id", name} for name in ("status", "params", "type", "response", "is_test", "project_param_version")),
    {"status", "params"},
)
#: Each created task has at least one of these names.
_ANY_TASK_NAMES = frozenset({"task_id", "status", "params", "project_param_version"})
#: Sets of names that occur together only in the JSON output of `plan`, `preview`, `explain`, `slim` and `impact`.
_ANSWER_NAMES = (
    {"project", "before", "after"},
    {"project", "params", "inherited_version"},
    {"project", "explanations"},
    {"request", "inherits", "exact_while"},
    {"request", "params", "overridden"},
)
_IS_ANSWER = "this is the JSON output of a paramcore command"
#: E1: the names in the body of a request that creates a project.  `extract --project-output` writes such a body.
_CREATION_NAMES = {"name", "type", "params"}
_IS_CREATION = "this is the body of a request that creates a project"
#: Sets of names that occur together only in a page of `GET /tasks`.
_PAGE_NAMES = ({"docs", "total"}, {"docs", "has_more"})
#: E6, S5: the names in an error reply of the service.
_ERROR_NAMES = {"status_code", "error", "message"}
#: Every document that `reject_other_than_request` rejects has at least one of these names.  The command line recognizes
#: an update in place of a request by the name `patch`.
_SUSPICIOUS_NAMES = frozenset(
    {"patch", "param_history", "task_id", "params", "docs", "status_code", "error"}
    | {"before", "explanations", "exact_while"}
)
#: The `limit` of `format_value` for the service's error text in a message.
_ERROR_LIMIT = 80


def reject_other_than_update(
    members: Mapping[str, Any], *, expected: str = "an update", advice: str = _UPDATE_REMEDY
) -> None:
    """Reject a document that is recognizably not an update.

    In messages, `expected` describes the expected document, and `advice` says what to write.

    Raises:
        MalformedPayload: `update_is_project`, `update_is_answer`, `update_is_version`,
            `update_is_task`, `update_is_error`.
    """
    version, project = members.get("version"), members.get("project")
    if "param_history" in members or (isinstance(project, dict) and "param_history" in project):
        found, use, file = "a whole project object", "use", "FILE"
        if "param_history" not in members:
            found = "an object with a whole project in `project`"
            use, file = "save its `project` with `jq .project FILE > PROJECT`, and use", "PROJECT"
        wanted = f"`plan --wanted {file}` (in Python: `Plan.to`)"
        remedy = f"{advice}, or {use} {wanted} to plan an update that sets the params of {file}"
        raise MalformedPayload("update_is_project", "", f"this is {found}, not {expected}", remedy)
    if _is_creation(members):
        remedy = "pass only its `params`, for example from `jq .params FILE`"
        raise MalformedPayload("update_is_project", "", f"{_IS_CREATION}, not {expected}", remedy)
    if _is_answer(members):
        raise MalformedPayload("update_is_answer", "", f"{_IS_ANSWER}, not {expected}", advice)
    # An object with `version` may be an entry of a history, or an update with the invalid param `version`.  The number
    # of an entry is never negative.  An entry seldom has `patch`, so an object with `patch` is an entry only if it
    # also has `created_at`.
    is_number = type(version) is int and version >= 0
    if is_number and "project" not in members and ("patch" not in members or "created_at" in members):
        wanted = f"`plan --wanted PROJECT@{version}`"
        remedy = f"remove `version` and `created_at`, or use {wanted} to return to version {version}"
        raise MalformedPayload("update_is_version", "", f"this is a version of a project, not {expected}", remedy)
    if is_page(members) or _is_task(members):
        remedy = f"{advice} (a created task has its params in `params` and `instruction`)"
        raise MalformedPayload(
            "update_is_task", "", f"this is a created task or a page of tasks, not {expected}", remedy
        )
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("update_is_error", "", f"{error}, not {expected}", advice)


def reject_other_than_request(members: Mapping[str, Any]) -> None:
    """Reject a document that is recognizably not a task request.

    Raises:
        MalformedPayload: `request_is_project`, `request_is_page`, `request_is_task`,
            `request_is_answer`, `request_is_error`.
    """
    if "param_history" in members:
        problem = "this is a whole project object, not a task request"
        raise MalformedPayload("request_is_project", "", problem, "pass a task request instead")
    if _is_creation(members):
        problem = f"{_IS_CREATION}, not a task request"
        raise MalformedPayload("request_is_project", "", problem, "pass a task request instead")
    if _is_answer(members):
        remedy = "pass the task request that the command read"
        raise MalformedPayload("request_is_answer", "", f"{_IS_ANSWER}, not a task request", remedy)
    if is_page(members):
        remedy = f"pass the requests that created the tasks, or write them with the tasks' {_OWN_PART}"
        raise MalformedPayload("request_is_page", "", "this is a page of created tasks, not a task request", remedy)
    if _is_task(members):
        remedy = f"pass the request that created the task, or write one with the task's {_OWN_PART}"
        raise MalformedPayload("request_is_task", "", "this is a created task, not a task request", remedy)
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("request_is_error", "", f"{error}, not a task request", "repeat the call that failed")


def reject_other_than_task(members: Mapping[str, Any]) -> None:
    """Reject a document that is recognizably not a created task; accept `{}`.

    Raises:
        MalformedPayload: `task_type`.
    """
    remedy = "pass task objects that `GET /tasks` returned"
    if "param_history" in members:
        raise MalformedPayload("task_type", "", "this is a whole project object, not a created task", remedy)
    if _is_creation(members):
        raise MalformedPayload("task_type", "", f"{_IS_CREATION}, not a created task", remedy)
    if _is_answer(members):
        raise MalformedPayload("task_type", "", f"{_IS_ANSWER}, not a created task", remedy)
    if isinstance(members.get("docs"), (list, tuple)):
        # This jq filter also accepts an array of pages.
        command = "jq -c '(arrays[], objects).docs[]' PAGES > TASKS.jsonl"
        remedy = f"pass the tasks in its `docs`, for example with `{command}`"
        raise MalformedPayload("task_type", "", "this is a page of created tasks, not a single task", remedy)
    if isinstance(members.get("task"), Mapping):
        # The body of a callback contains the finished task in the member `task`.
        command = "jq -c '(arrays[], objects).task' CALLBACKS > TASKS.jsonl"
        remedy = f"pass the task in its `task`, for example with `{command}`"
        raise MalformedPayload("task_type", "", "this is the body of a callback, not a created task", remedy)
    error = _describe_error_reply(members)
    if error is not None:
        raise MalformedPayload("task_type", "", f"{error}, not a created task", "repeat the call that failed")
    if members and members.keys().isdisjoint(_ANY_TASK_NAMES):
        problem = (
            "this is not a created task, because it has no `task_id`, `status`, `params` or `project_param_version`"
        )
        raise MalformedPayload("task_type", "", problem, remedy)


def reject_other_than_project(members: Mapping[str, Any]) -> None:
    """Reject a document that is recognizably not a project.

    Raises:
        MalformedPayload: `project_is_page`, `project_is_task`, `project_is_error`.
    """
    if is_page(members):
        raise MalformedPayload("project_is_page", "", "this is a page of created tasks, not a project", PROJECT_REMEDY)
    if _is_task(members):
        raise MalformedPayload("project_is_task", "", "this is a created task, not a project", PROJECT_REMEDY)
    error = _describe_error_reply(members, may_be_from_gateway=True)
    if error is not None:
        raise MalformedPayload("project_is_error", "", f"{error}, not a project", "repeat `GET /projects/{name}`")


def may_be_another_document(members: Mapping[str, Any]) -> bool:
    """Return whether an object may be a document other than a task request, by its names only."""
    return not _SUSPICIOUS_NAMES.isdisjoint(members)


def _is_answer(members: Mapping[str, Any]) -> bool:
    return any(names <= members.keys() for names in _ANSWER_NAMES)


def _is_creation(members: Mapping[str, Any]) -> bool:
    return members.keys() >= _CREATION_NAMES and not _is_task(members)


def _is_task(members: Mapping[str, Any]) -> bool:
    return any(names <= members.keys() for names in _TASK_NAMES)


def is_page(members: Mapping[str, Any]) -> bool:
    """Return whether a document is a page of created tasks."""
    return any(names <= members.keys() for names in _PAGE_NAMES)


def _describe_error_reply(members: Mapping[str, Any], *, may_be_from_gateway: bool = False) -> str | None:
    """Describe an error reply and its error text; return `None` for other documents.

    With `may_be_from_gateway`, an object that has only `message` is also an error reply:
    `{"message": "Forbidden"}`.
    """
    text = members.get("error", members.get("message"))
    is_reply = "status_code" in members or (type(text) is str and ("error" in members or may_be_from_gateway))
    if is_reply and members.keys() <= _ERROR_NAMES:
        shown = f" ({format_value(text, limit=_ERROR_LIMIT)})" if type(text) is str else ""
        return f"this is an error that the service returned{shown}"
    return None
