"""The API calls that change a task: cancel, audit, `unique_id`, metadata and tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall, require, require_text
from paramcore.service.standin.state import Change
from paramcore.service.standin.tasks import check_unique_id, get_stored_task
from paramcore.text import describe_value, format_count, format_value
from paramcore.values import freeze


def cancel_task(context: Context, call: Call, task_id: str) -> Answer:
    """Cancel a pending task, and clear its `unique_id` if the query contains `clear_unique_id=true`."""
    fields = get_stored_task(context.state, task_id).fields
    # A task that is completed or canceled cannot be canceled (S4).
    if fields["status"] != "pending":
        raise RejectedCall(400, f"the task is {fields['status']}, so it cannot be canceled")
    removed = ("unique_id",) if call.get_flag("clear_unique_id") else ()
    reason = "canceled, and cleared its unique_id" if removed else "canceled"
    return _update(context, call, task_id, {"status": "canceled"}, reason, removed)


def audit_task(context: Context, call: Call, task_id: str) -> Answer:
    """Store a customer's audit, which accepts or rejects the task."""
    fields, body = get_stored_task(context.state, task_id).fields, call.read_object()
    accepted = require(body, "accepted")
    if not isinstance(accepted, bool):
        raise RejectedCall(400, f"`accepted` must be true or false, got {describe_value(accepted)}")
    if fields["status"] == "canceled":
        raise RejectedCall(400, "the task is canceled, so it cannot be audited")
    status = "accepted" if accepted else "rejected"
    audit = {"audited_at": call.time, "audit_result": status, "audit_source": "customer"}
    given = {**audit, "comments": body.get("comments")}
    audits = [*fields.get("audits", ()), {name: value for name, value in given.items() if value is not None}]
    return _update(context, call, task_id, {"customer_review_status": status, "audits": audits}, status)


def set_unique_id(context: Context, call: Call, task_id: str) -> Answer:
    """Set the `unique_id` of a task; reject a value that another task has."""
    fields = get_stored_task(context.state, task_id).fields
    unique_id = require_text(call.read_object(), "unique_id")
    if fields.get("unique_id") != unique_id:
        check_unique_id(context.state, unique_id)
    return _update(context, call, task_id, {"unique_id": unique_id}, f"set unique_id to {format_value(unique_id)}")


def clear_unique_id(context: Context, call: Call, task_id: str) -> Answer:
    """Clear the `unique_id` of a task."""
    get_stored_task(context.state, task_id)
    return _update(context, call, task_id, {}, "cleared unique_id", ("unique_id",))


def set_metadata(context: Context, call: Call, task_id: str) -> Answer:
    """Replace the metadata of a task."""
    get_stored_task(context.state, task_id)
    return _update(context, call, task_id, {"metadata": call.read_object()}, "set metadata")


def set_tags(context: Context, call: Call, task_id: str) -> Answer:
    """Replace the tags of a task."""
    get_stored_task(context.state, task_id)
    return _set_tags(context, call, task_id, call.read_strings())


def add_tags(context: Context, call: Call, task_id: str) -> Answer:
    """Add tags to a task; ignore tags that it already has."""
    return _set_tags(context, call, task_id, [*_get_tags(context, task_id), *call.read_strings()])


def delete_tags(context: Context, call: Call, task_id: str) -> Answer:
    """Delete tags of a task; ignore tags that it does not have."""
    removed = frozenset(call.read_strings())
    return _set_tags(context, call, task_id, [tag for tag in _get_tags(context, task_id) if tag not in removed])


def _get_tags(context: Context, task_id: str) -> list[str]:
    tags = get_stored_task(context.state, task_id).fields.get("tags")
    # A task request may set `tags` to any JSON value.
    return [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []


def _set_tags(context: Context, call: Call, task_id: str, tags: list[str]) -> Answer:
    unique = list(dict.fromkeys(tags))
    return _update(context, call, task_id, {"tags": unique}, f"the task has {format_count(len(unique), 'tag')}")


def _update(
    context: Context, call: Call, task_id: str, fields: Mapping[str, Any], reason: str, removed: tuple[str, ...] = ()
) -> Answer:
    """Set some fields of a task and remove other fields; answer with the task."""
    task = get_stored_task(context.state, task_id)
    time = {} if call.time is None else {"updated_at": call.time}
    updated = {**task.fields, **time, **{name: freeze(value) for name, value in fields.items()}}
    updated = {name: value for name, value in updated.items() if name not in removed}
    return Answer.of(updated, reason, Change.of("tasks", task_id, evolve(task, fields=updated)))
