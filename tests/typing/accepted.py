"""Code that type checkers must accept.  Type checkers read this file; nothing runs it."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_type

from hypothesis import strategies as st

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
from paramcore.service import Client, MemoryService, Outcome, Request, Response, Server, StandIn, Transport, run_server
from paramcore.testing import (
    check_transport,
    flat_requests,
    histories,
    json_values,
    projects,
    task_requests,
    updates,
)
from paramcore.transport import ApiKey, GuardedClient, HttpTransport
from paramcore.validation import Finding, Schemas, Validator

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

# Requests and their effective params.
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

# Plans, differences, histories and audits.
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

# Validation.
schemas = Schemas().with_schema("mine", {"properties": {"padding": {"type": "integer"}}})
assert_type(schemas.types, tuple[str, ...])
validator = Validator(project, schemas, fast=False)
assert_type(Validator(project).project(version=0), tuple[Finding, ...])
assert_type(validator.task(effective), tuple[Finding, ...])
for finding in validator.task(effective):
    assert_type(finding.code, str)
    assert_type(finding.suggestion, str | None)
    assert_type(finding.version, int | None)
    assert_type(finding.to_json(), dict[str, Any])


class Recorder:
    """A transport. Any object with this method `send` is a transport."""

    def send(self, request: Request) -> Response:
        """Return an empty array."""
        return Response(200, b"[]", {"content-type": request.path})


# The service and its transports.
transport: Transport = Recorder()
service = MemoryService([project], on_event=print, on_validate=lambda _project, _effective: None)
client = Client(service, deadline=10.0, assumptions=Assumptions())
for client in (
    client,
    Client(Recorder()),
    Client(HttpTransport(ApiKey("live_0123"), base_url="https://example.com/v1")),
):
    assert_type(client.list_projects(archived=False), tuple[Project, ...])
    assert_type(client.get_project("boxes"), Project)
assert_type(client.create_project("boxes", type="imageannotation", params={"padding": 3}, rapid=False), Project)
task: Mapping[str, Any] = client.create_task(effective, send=effective.as_request())
outcome = client.apply(plan)
assert_type(outcome, Outcome)
assert_type(client.reconcile(outcome).version, int | None)
assert_type(outcome.overwritten, tuple[str, ...])
guarded = GuardedClient(object())
with run_server(StandIn([project]), port=0) as server:
    assert_type(server, Server)
    assert_type(server.url, str)

# Support for tests.
check_transport(lambda _url: Recorder())
assert_type(projects(min_versions=1), st.SearchStrategy[Project])
assert_type(task_requests(project), st.SearchStrategy[TaskRequest])
assert_type(flat_requests(), st.SearchStrategy[dict[str, Any]])
assert_type(updates(), st.SearchStrategy[Patch | Replace])
assert_type(histories(min_size=1), st.SearchStrategy[list[dict[str, Any]]])
assert_type(json_values(), st.SearchStrategy[Any])


def describe(error: ParamcoreError) -> str:
    """Describe an error, which has a code and a path."""
    assert_type(error.code, str)
    assert_type(error.path, str | None)
    return "no JSON" if isinstance(error, NotJSON) else str(error)
