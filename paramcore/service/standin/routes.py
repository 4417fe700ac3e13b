"""The calls that the stand-in offers, and those that it leaves out."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from paramcore.service.standin import batches, projects, task_updates, tasks
from paramcore.service.standin.calls import Answer, Call, Context, RejectedCall

#: The first path segments of the API's calls that the stand-in leaves out.
_LEFT_OUT = frozenset({"teams", "studio", "evaluation_tasks", "training_tasks", "quality"})


def answer_call(context: Context, call: Call) -> Answer:
    """Return the answer to a call.

    Raises:
        RejectedCall: if the call is invalid, or if the stand-in does not offer it.
        ParamcoreError: if a value in the call is invalid.
    """
    match (call.method, *call.parts):
        case (_, "projects", *rest):
            answer = _answer_project_call(context, call, rest)
        case (_, "task", *rest):
            answer = _answer_task_call(context, call, rest)
        case ("GET", "tasks"):
            answer = tasks.list_tasks(context, call)
        case (_, "batches", *rest):
            answer = _answer_batch_call(context, call, rest)
        case ("POST", "files", "upload"):
            answer = _load_uploads().upload_file(context, call)
        case ("POST", "files", "import"):
            answer = _load_uploads().import_file(context, call)
        case (_, name, *_) if name in _LEFT_OUT:
            raise RejectedCall(501, f"the stand-in does not offer this: {call.method} {call.path}")
        case _:
            answer = None
    if answer is None:
        raise RejectedCall(404, f"Cannot {call.method} {call.path}")
    return answer


def _load_uploads() -> Any:
    # Import late: most scripts upload no file, and `email`, which reads forms, is slow to import.
    return import_module("paramcore.service.standin.uploads")


def _answer_project_call(context: Context, call: Call, parts: list[str]) -> Answer | None:
    match (call.method, *parts):
        case ("GET",):
            return projects.list_projects(context, call)
        case ("POST",):
            return projects.create_project(context, call)
        case ("GET", name):
            return projects.get_project(context, call, name)
        case ("POST", name, "setParams"):
            return projects.update_project(context, call, name)
        case ("GET", name, "taskTemplates"):
            return projects.get_template(context, call, name)
        case ("POST", name, "setOntology"):
            return projects.set_ontology(context, call, name)
    return None


def _answer_task_call(context: Context, call: Call, parts: list[str]) -> Answer | None:
    match (call.method, *parts):
        case ("POST", task_type):
            return tasks.create_task(context, call, task_type)
        case ("GET", task_id):
            return tasks.get_task(context, call, task_id)
        case ("POST", task_id, "cancel"):
            return task_updates.cancel_task(context, call, task_id)
        case ("POST", task_id, "audit"):
            return task_updates.audit_task(context, call, task_id)
        case ("POST", task_id, "setMetadata"):
            return task_updates.set_metadata(context, call, task_id)
        case ("POST", task_id, "unique_id"):
            return task_updates.set_unique_id(context, call, task_id)
        case ("DELETE", task_id, "unique_id"):
            return task_updates.clear_unique_id(context, call, task_id)
        case ("POST", task_id, "tags"):
            return task_updates.set_tags(context, call, task_id)
        case ("PUT", task_id, "tags"):
            return task_updates.add_tags(context, call, task_id)
        case ("DELETE", task_id, "tags"):
            return task_updates.delete_tags(context, call, task_id)
    return None


def _answer_batch_call(context: Context, call: Call, parts: list[str]) -> Answer | None:
    match (call.method, *parts):
        case ("GET",):
            return batches.list_batches(context, call)
        case ("POST",):
            return batches.create_batch(context, call)
        case ("GET", name):
            return batches.get_batch(context, call, name)
        case ("GET", name, "status"):
            return batches.get_batch_status(context, call, name)
        case ("POST", name, "finalize"):
            return batches.finalize_batch(context, call, name)
        case ("POST", name, "setMetadata"):
            return batches.set_batch_metadata(context, call, name)
    return None
