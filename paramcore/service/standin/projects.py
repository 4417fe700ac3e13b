"""The API calls for projects."""

from __future__ import annotations

from typing import Any

from paramcore.analysis import Plan
from paramcore.model import Patch, Project, Update
from paramcore.service.requests import check_studio_fields
from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall, require, require_text
from paramcore.service.standin.state import Change, State, StoredProject
from paramcore.text import format_count, format_name, format_value
from paramcore.wire import read_update

#: The task types that have templates.
_TEMPLATE_TYPES = ("textcollection", "chat")


def get_stored_project(state: State, name: object) -> StoredProject:
    """Return a project; reject an unknown name."""
    if not isinstance(name, str) or name not in state.projects:
        raise RejectedCall(404, f"Project with that name not found: {name}")
    return state.projects[name]


def list_projects(context: Context, call: Call) -> Answer:
    """Answer with all projects, only the archived projects, or only the others (E2)."""
    call.check_query(("archived",))
    archived = call.get_flag("archived")
    stored = [
        project
        for project in context.state.projects.values()
        if archived is None or bool(project.project.fields.get("archived")) == archived
    ]
    # The list is a bare array (E2).
    text = f"[{', '.join(project.text for project in stored)}]"
    return Answer(text, format_count(len(stored), "project"))


def create_project(context: Context, call: Call) -> Answer:
    """Create a project (E1)."""
    body = call.read_object()
    name, task_type = require_text(body, "name"), require_text(body, "type")
    context.check_task_type(task_type)
    if name in context.state.projects:
        raise RejectedCall(409, "A project with that name already exists.")
    settings = _read_settings(body)
    # A created project has a `created_at` (S1).
    fields = {} if call.time is None else {"created_at": call.time}
    params = body.get("params")
    created_at = None if params is None else call.time
    project = Project(name, type=task_type, params=params, created_at=created_at, assumptions=context.assumptions)
    project = Project(name, type=task_type, versions=project.versions, assumptions=context.assumptions, fields=fields)
    stored = StoredProject.of(project)
    changes = [Change.of("projects", name, stored)]
    # If somebody removed the file of an earlier project, the state still has the settings of that project.
    if settings != context.state.settings.get(name, {}):
        changes.append(Change.of("settings", name, settings))
    params_count = format_count(len(project.params), "param")
    return Answer(stored.text, f"created {format_value(name)} with {params_count}", changes)


def _read_settings(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of the body that the project object lacks, such as `rapid`."""
    # The official SDK sends null or false for each field that is not set (E1).
    names = ("rapid", "studio", "datasetId", "pipeline", "consensus_attempts")
    values = [body.get(name) for name in names]
    rapid, studio = values[0] is not None and values[0], values[1] is not None and values[1]
    check_studio_fields(rapid, studio, *values[2:])
    return {name: value for name, value in zip(names, values, strict=True) if value}


def get_project(context: Context, _call: Call, name: str) -> Answer:
    """Answer with a project (E2)."""
    stored = get_stored_project(context.state, name)
    versions = stored.project.versions
    return Answer(stored.text, f"version {versions[-1].number}" if versions else "no versions")


def update_project(context: Context, call: Call, name: str) -> Answer:
    """Append a version to a project (U1 to U12)."""
    stored = get_stored_project(context.state, name)
    # The official SDK sends no body for an update without params (U12).
    body = call.read_object() if call.body else None
    update = read_update(body)
    plan = Plan.of(stored.project, update)
    updated = stored.update(update, call.time)
    patch_flag = None if body is None else body.get("patch")
    reason = f"version {updated.project.latest.number} {_describe_update(plan, update, patch_flag)}"
    # The reply is the whole project (U8).
    return Answer(updated.text, reason, [Change.of("projects", name, updated)])


def _describe_update(plan: Plan, update: Update, patch_flag: object) -> str:
    """Describe what an update did, and why: `by replace: dropped padding, because ...`."""
    dropped = ", ".join(format_name(param) for param in plan.dropped) or "nothing"
    if plan.dropped:
        dropped += f", because `patch` {'was not sent' if patch_flag is None else 'is false'}"
    mode, diff = "patch" if isinstance(update, Patch) else "replace", plan.diff
    losses = [change for change in diff.changes if change.kind == "lost"] if diff.changed else []
    lost = ""
    if losses:
        names = ", ".join(dict.fromkeys(format_name(change.param) for change in losses))
        why = "because an update replaces the whole value of a param"
        lost = f"; lost {format_count(len(losses), 'value')} inside {names}, {why}"
    return f"by {mode}: dropped {dropped}{lost}; {len(diff.changed)} changed, {len(diff.added)} added"


def get_template(context: Context, call: Call, name: str) -> Answer:
    """Answer with the task template of a project (E3, S9)."""
    project = get_stored_project(context.state, name).project
    if project.type not in _TEMPLATE_TYPES:
        raise RejectedCall(400, f"Task templates are not supported for projects of type {project.type}.")
    # S9: the official SDK requires `created_at` and `updated_at`.
    created_at = project.fields.get("created_at", call.time)
    times = {} if created_at is None else {"created_at": created_at, "updated_at": created_at}
    template = {"id": "0" * 24, "version": 1, **times, "template_variables": {}, "response_schema": None}
    return Answer.of(template, "a task template without variables")


def set_ontology(context: Context, call: Call, name: str) -> Answer:
    """Accept and ignore an ontology, because it changes no params."""
    stored = get_stored_project(context.state, name)
    if not isinstance(require(call.read_object(), "ontology"), list):
        raise RejectedCall(400, "`ontology` must be an array")
    return Answer(stored.text, "ignored the ontology, because it changes no params")
