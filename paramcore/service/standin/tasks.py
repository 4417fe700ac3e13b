"""The API calls that create, read and list tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.model import EffectiveParams, Project, TaskRequest
from paramcore.service.standin.batches import get_batch_fields, takes_tasks
from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall
from paramcore.service.standin.projects import get_stored_project
from paramcore.service.standin.query import (
    Filter,
    build_filters,
    contains_any,
    has_status,
    is_at_least,
    is_at_most,
    is_one_of,
    is_one_of_words,
    read_page,
    select_newest,
)
from paramcore.service.standin.state import Change, State, StoredTask
from paramcore.text import describe_python_type, format_count, format_name, format_repr, format_value
from paramcore.values import freeze

#: The task statuses of the service.
_STATUSES = ("pending", "completed", "canceled", "error")
_REVIEW_STATUSES = ("pending", "accepted", "fixed", "commented", "rejected")

#: The filters of `GET /tasks` (S2).
FILTERS: Mapping[str, Filter] = {
    "project": is_one_of("project"),
    "batch": is_one_of("batch"),
    "type": is_one_of_words("type"),
    "status": has_status("status", _STATUSES),
    "unique_id": is_one_of_words("unique_id"),
    "tags": contains_any("tags"),
    "customer_review_status": has_status("customer_review_status", _REVIEW_STATUSES),
    **{f"{name}_after": is_at_least(f"{name}_at") for name in ("created", "updated", "completed")},
    **{f"{name}_before": is_at_most(f"{name}_at") for name in ("created", "updated", "completed")},
    "start_time": is_at_least("created_at"),
    "end_time": is_at_most("created_at"),
}
_PAGE_NAMES = ("limit", "offset", "next_token", "include_attachment_url", "limited_response")
#: The fields of a task in a list with `limited_response`.
_LIMITED_FIELDS = ("task_id", "status", "metadata", "project", "otherVersion")


def get_stored_task(state: State, task_id: str) -> StoredTask:
    """Return a task; reject an unknown id."""
    if task_id not in state.tasks:
        raise RejectedCall(404, "Task with that ID not found.")
    return state.tasks[task_id]


def get_task(context: Context, _call: Call, task_id: str) -> Answer:
    """Answer with a task."""
    task = get_stored_task(context.state, task_id).fields
    return Answer.of(task, f"a task: {task['status']}")


def create_task(context: Context, call: Call, task_type: str) -> Answer:
    """Create a task (T1 to T15)."""
    context.check_task_type(task_type)
    state, request = context.state, TaskRequest.from_flat(call.read_object(), type=task_type)
    key = call.headers.get("idempotency-key")
    # S7: a second request with the same `Idempotency-Key` creates no task.
    if key in state.keys:
        text = f'The Idempotency-Key ("{key}") is already used for a different task ({state.keys[key]}).'
        raise RejectedCall(409, text)
    check_unique_id(state, request.unique_id)
    project_name = _find_project_name(state, request)
    # S8: a task without a project has the same fields as other tasks, except those about the project.  So resolve the
    # request with a placeholder project, and remove the fields about the project below.
    project = Project("-", type=task_type) if project_name is None else get_stored_project(state, project_name).project
    if project_name is None and not (request.project_version is None or request.inherits_nothing):
        raise RejectedCall(400, "`project_version` is set, but the task has no `project`; name the project")
    effective = project.resolve(request)
    try:
        objection = context.on_validate(project, effective)
    # `on_validate` may raise anything, even a `ParamcoreError`, which would otherwise mean that the request is invalid.
    except Exception as error:
        raise RejectedCall(500, f"`on_validate` raised {format_repr(error)}") from error
    if not isinstance(objection, str | None):
        got = describe_python_type(type(objection))
        raise RejectedCall(500, f"`on_validate` must return a string or `None`, got {got}")
    if objection is not None:
        raise RejectedCall(400, f"Parameter is invalid, reason: {objection}")
    fields = {**_start_task(state, call), **effective.as_task()}
    if project_name is None:
        fields = {name: value for name, value in fields.items() if name not in ("project", "project_param_version")}
        task = StoredTask(_finish_task(context, fields), key=key)
    else:
        task = StoredTask(_finish_task(context, fields), request, len(project.versions), key)
    # S4: the reply shows the task before it is completed.
    change = Change.of("tasks", fields["task_id"], task)
    return Answer.of(fields, _describe_creation(project_name, effective), change)


def check_unique_id(state: State, unique_id: str | None) -> None:
    """Reject a `unique_id` that a task already has."""
    task_id = None if unique_id is None else state.unique_ids.get(unique_id)
    if task_id is not None:
        text = f'The unique_id ("{unique_id}") is already used for a different task ({task_id}).'
        raise RejectedCall(409, text)


def _find_project_name(state: State, request: TaskRequest) -> str | None:
    if request.batch is None:
        return request.project
    batch = get_batch_fields(state, request.batch)
    project_name: str = batch["project"]
    # A task belongs to the project of its batch, and a finalized batch takes no more tasks (S3).
    if request.project not in (None, project_name):
        where = f"the project {format_value(project_name)}, not to {format_value(request.project)}"
        raise RejectedCall(400, f"the batch {format_value(request.batch)} belongs to {where}")
    if not takes_tasks(state, batch):
        raise RejectedCall(400, f"the batch {format_value(request.batch)} is finalized; create a new batch")
    # A request that names only a batch belongs to the project of the batch (T11).
    return project_name


def _start_task(state: State, call: Call) -> dict[str, Any]:
    times = {} if call.time is None else {"created_at": call.time, "updated_at": call.time}
    # S1: a task has `metadata`, even if the request has none.
    return {"task_id": f"{len(state.tasks) + 1:024x}", **times, "status": "pending", "metadata": freeze({})}


def _finish_task(context: Context, fields: dict[str, Any]) -> dict[str, Any]:
    if not context.completes_tasks:
        return fields
    completed_at = {"completed_at": fields["created_at"]} if "created_at" in fields else {}
    return {**fields, "status": "completed", **completed_at}


def _describe_creation(project_name: str | None, effective: EffectiveParams) -> str:
    if project_name is None:
        return "created, without a project"
    inherited = {} if effective.inherited_from is None else effective.inherited_from.params
    overridden = ", ".join(
        format_name(name) for name, source in effective.sources.items() if source == "task" and name in inherited
    )
    return f"created: {effective.headline}{f'; overrides {overridden}' if overridden else ''}"


def list_tasks(context: Context, call: Call) -> Answer:
    """Answer with a page of the tasks that match all filters, newest first (S2)."""
    call.check_query((*FILTERS, *_PAGE_NAMES))
    # The stand-in stores no attachments, so this flag has no effect, but its value must be valid.
    call.get_flag("include_attachment_url")
    page = read_page(call)
    filters = build_filters(call, FILTERS)
    tasks = context.state.tasks
    matches = select_newest(context.state, "tasks", call, filters, lambda task_id: tasks[task_id].fields)
    start = page.find_start(matches)
    ids = matches[start : start + page.limit]
    documents: list[Mapping[str, Any]] = [tasks[task_id].fields for task_id in ids]
    if call.get_flag("limited_response"):
        documents = [{name: task[name] for name in _LIMITED_FIELDS if name in task} for task in documents]
    has_more = start + page.limit < len(matches)
    listing = {"docs": documents, "total": len(matches), "limit": page.limit, "offset": start, "has_more": has_more}
    # The token is the id of a task, so new tasks do not shift the next page.
    token = {"next_token": ids[-1]} if has_more else {}
    return Answer.of({**listing, **token}, f"{len(ids):,} of {format_count(len(matches), 'task')}")
