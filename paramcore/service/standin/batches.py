"""The API calls for batches (S3)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall, require_text
from paramcore.service.standin.projects import get_stored_project
from paramcore.service.standin.query import (
    Filter,
    build_filters,
    has_status,
    is_at_least,
    is_at_most,
    is_one_of,
    read_page,
    select_newest,
)
from paramcore.service.standin.state import Change, State
from paramcore.text import describe_value, format_count, format_value

#: The filters of `GET /batches`. A batch of the stand-in is never completed or audited, so the filters
#: for completed and audited batches match nothing.
_FILTERS: Mapping[str, Filter] = {
    "project": is_one_of("project"),
    "status": has_status("status", ("staging", "in_progress", "completed")),
    "start_time": is_at_least("created_at"),
    "end_time": is_at_most("created_at"),
    **{f"{name}_after": is_at_least(f"{name}_at") for name in ("completed", "audited")},
    **{f"{name}_before": is_at_most(f"{name}_at") for name in ("completed", "audited")},
}
_FLAGS = ("calibration_batch", "self_label_batch")


def get_batch_fields(state: State, name: object) -> Mapping[str, Any]:
    """Return a batch; reject an unknown name."""
    if not isinstance(name, str) or name not in state.batches:
        raise RejectedCall(404, f"Batch with that name not found: {name}")
    return state.batches[name]


def needs_finalizing(state: State, project_name: str) -> bool:
    """Return whether a batch of this project starts in `staging`, and must be finalized (S3)."""
    settings = state.settings.get(project_name, {})
    return bool(settings.get("rapid") or settings.get("studio"))


def takes_tasks(state: State, batch: Mapping[str, Any]) -> bool:
    """Return whether new tasks may join a batch (S3)."""
    return batch["status"] == "staging" or not needs_finalizing(state, batch["project"])


def create_batch(context: Context, call: Call) -> Answer:
    """Create a batch."""
    state, body = context.state, call.read_object()
    name, project_name = require_text(body, "name"), require_text(body, "project")
    get_stored_project(state, project_name)
    if name in state.batches:
        raise RejectedCall(409, "A batch with that name already exists.")
    metadata = {} if body.get("metadata") is None else body["metadata"]
    if not isinstance(metadata, dict):
        raise RejectedCall(400, f"`metadata` must be an object, got {describe_value(metadata)}")
    # S3: a batch of an ordinary project starts in progress.
    status = "staging" if needs_finalizing(state, project_name) else "in_progress"
    time = {} if call.time is None else {"created_at": call.time}
    flags = {flag: body.get(flag) or False for flag in _FLAGS}
    fields: dict[str, Any] = {"name": name, "project": project_name, "status": status, **time}
    fields |= {"callback": body.get("callback") or "", **flags, "metadata": metadata}
    reason = f"created the batch {format_value(name)} of {format_value(project_name)}: {status}"
    return Answer.of(fields, reason, Change.of("batches", name, fields))


def get_batch(context: Context, _call: Call, name: str) -> Answer:
    """Answer with a batch."""
    batch = get_batch_fields(context.state, name)
    return Answer.of(batch, f"a batch: {batch['status']}")


def list_batches(context: Context, call: Call) -> Answer:
    """Answer with a page of the batches that match all filters, newest first."""
    call.check_query((*_FILTERS, "exclude_archived", "limit", "offset"))
    # A batch of the stand-in is never archived, so this flag has no effect, but its value must be valid.
    call.get_flag("exclude_archived")
    page, batches = read_page(call), context.state.batches
    names = select_newest(context.state, "batches", call, build_filters(call, _FILTERS), batches.__getitem__)
    documents = [batches[name] for name in names[page.offset : page.offset + page.limit]]
    # The Python client reads `totalDocs`, and the Node client reads `total`.
    totals = {"totalDocs": len(names), "total": len(names)}
    has_more = page.offset + page.limit < len(names)
    listing = {"docs": documents, **totals, "limit": page.limit, "offset": page.offset, "has_more": has_more}
    counted = "1 batch" if len(names) == 1 else f"{len(names):,} batches"
    return Answer.of(listing, f"{len(documents):,} of {counted}")


def get_batch_status(context: Context, _call: Call, name: str) -> Answer:
    """Answer with the status of a batch, and the number of its tasks in each task status."""
    status = get_batch_fields(context.state, name)["status"]
    tasks = context.state.tasks.values()
    counts = Counter(task.fields["status"] for task in tasks if task.fields.get("batch") == name)
    reason = f"{status}, with {format_count(counts.total(), 'task')}"
    return Answer.of({"status": status, **counts}, reason)


def finalize_batch(context: Context, _call: Call, name: str) -> Answer:
    """Finalize a batch in `staging`; do nothing for any other batch (S3)."""
    batch = get_batch_fields(context.state, name)
    if batch["status"] != "staging":
        return Answer.of(batch, f"did nothing, because the batch is already {batch['status']}")
    return _update(name, {**batch, "status": "in_progress"}, "finalized")


def set_batch_metadata(context: Context, call: Call, name: str) -> Answer:
    """Replace the metadata of a batch."""
    batch = get_batch_fields(context.state, name)
    return _update(name, {**batch, "metadata": call.read_object()}, "set metadata")


def _update(name: str, fields: Mapping[str, Any], reason: str) -> Answer:
    return Answer.of(fields, reason, Change.of("batches", name, fields))
