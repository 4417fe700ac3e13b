"""Normal use, as a user's type checker must accept it.  Type checkers read this file; nothing runs it."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_type

from paramcore import (
    Assumptions,
    Audit,
    Diff,
    History,
    Impact,
    Patch,
    Plan,
    Project,
    Replace,
    TaskRequest,
    read_project,
    read_projects,
    read_task_request,
    read_update,
    thaw,
    write_project,
    write_task_request,
    write_update,
)
from paramcore.errors import NotJSON, ParamcoreError
from paramcore.validation import Finding, Validator

# A project, its versions and its updates.
project = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3})
empty = Project("boxes", type="imageannotation", assumptions=Assumptions(instruction_rule="override"))
assert_type(project.patch_params({"padding": 4}), Project)
assert_type(project.replace_params({"padding": 4}, created_at="2024-03-04T09:12:41.643Z"), Project)
assert_type(project.update(Patch({"padding": 4})), Project)
assert_type(project.update(Replace({})), Project)
assert_type(project.name, str)
assert_type(project.latest.number, int)
assert_type(project.version(0).created_at, str | None)
assert_type(project.params["padding"], Any)
assert_type(Patch({"padding": 4}).then(Replace({})), Patch | Replace)
params: Mapping[str, Any] = project.version(0).params

# Requests and what they get.
request = TaskRequest({"attachment": "a.jpg"}, project="boxes", project_version=-1, unique_id="u-1")
unpinned = TaskRequest({}, project_version=None, batch=None, clear_unique_id_on_error=True, type="imageannotation")
assert_type(request.project_version, int | None)
effective = project.resolve(request)
assert_type(project.resolve({"attachment": "a.jpg"}).params["attachment"], Any)
assert_type(effective.project_param_version, int | None)
assert_type(effective.rests_on, tuple[str, ...])
assert_type(effective.sources["padding"], str)
reason: str = effective.explain("padding").reason
assert_type(effective.to_json(), dict[str, Any])
results = project.resolve_many([request, {"attachment": "b.jpg"}])
iterator: Iterator[Any] = results
merged: Mapping[str, Any] = project.inheritance(project_version=0)({"padding": 5})

# Questions.
plan = Plan.of(project, Replace({"instruction": "Box it."}))
assert_type(plan, Plan)
assert_type(plan.dropped, tuple[str, ...])
assert_type(plan.needs_consent, bool)
assert_type(Validator(project).update(Patch({"padding": 4})), tuple[Finding, ...])
assert_type(plan.with_findings(Validator(project).update(Replace({}))), Plan)
severities: list[str] = [finding.severity for finding in plan.findings]
assert_type(plan.diff, Diff)
assert_type(Plan.to(project, {"padding": 5}), Plan)
assert_type(Diff.between(project.params, {"padding": 5}), Diff)
assert_type(History.of(project), History)
assert_type(Impact.of(plan, [request, {"attachment": "b.jpg"}]), Impact)
assert_type(Audit.of(project, [{"params": {}}]), Audit)
assert_type(str(plan), str)

# The JSON of the API.
assert_type(read_project({"name": "boxes", "type": "imageannotation", "param_history": []}), Project)
assert_type(read_projects([]), tuple[Project, ...])
assert_type(write_project(project), dict[str, Any])
assert_type(read_task_request({"attachment": "a.jpg"}), TaskRequest)
assert_type(write_task_request(request), dict[str, Any])
assert_type(read_update({"patch": True, "padding": 5}), Patch | Replace)
assert_type(write_update(Patch({})), dict[str, Any])
copy: Any = thaw(project.params)


def describe(error: ParamcoreError) -> str:
    """Errors have a code and a path."""
    assert_type(error.code, str)
    assert_type(error.path, str | None)
    return "no JSON" if isinstance(error, NotJSON) else str(error)
