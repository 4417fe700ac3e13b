"""Code that type checkers must reject on each line marked `# E`.  Type checkers read this file; nothing runs it."""

from paramcore import Diff, Patch, Plan, Project, Replace, TaskRequest, read_project, read_projects
from paramcore.model import ParamVersion
from paramcore.service import Client, MemoryService, Request, StandIn, run_server
from paramcore.testing import check_transport, projects, task_requests
from paramcore.transport import ApiKey, HttpTransport
from paramcore.validation import Schemas, Validator

project = Project("boxes", type="imageannotation", params={"padding": 3})

Project("boxes")  # E: `type` is required
Project(7, type="imageannotation")  # E
Project("boxes", type=None)  # E
Project("boxes", type="imageannotation", params=[("padding", 3)])  # E
Project("boxes", type="imageannotation", assumptions={"instruction_rule": "override"})  # E

Patch(7)  # E
Patch({1: "a name is text"})  # E
Replace("padding")  # E
project.update({"padding": 3})  # E: a dict is neither a patch nor a replace
project.patch_params(None)  # E
project.patch_params({"padding": 3}, created_at=1709543561)  # E
project.version("0")  # E

project.params["x"] = 1  # E: a project is frozen
del project.params["padding"]  # E
project.latest.params.update({"x": 1})  # E
project.params = {}  # E
project.name = "other"  # E

TaskRequest({}, project_version="1")  # E
TaskRequest({}, project_version=1.0)  # E
TaskRequest({}, project=7)  # E
TaskRequest({}, clear_unique_id_on_error="yes")  # E
TaskRequest({}, "boxes")  # E: routing names are keyword arguments
TaskRequest({}).project_version = 1  # E
project.resolve(7)  # E
project.resolve_many([7])  # E
project.resolve({}).params["x"] = 1  # E
project.resolve({}).explain(7)  # E
project.inheritance("1")  # E

Plan.of(project, {"padding": 3})  # E
Plan.to(project, None)  # E
read_project("boxes.json")  # E
read_project(None)  # E
read_projects("boxes.json")  # E
ParamVersion(0, 7)  # E
Diff.between(7, {})  # E

Validator(7)  # E
Validator({"name": "boxes"})  # E: not a `Project`
Validator(project, {"imageannotation": {}})  # E: not a `Schemas`
Validator(project).project("0")  # E
Validator(project).task({"padding": 3})  # E: not the effective params of a task
Schemas().with_schema(7, {})  # E
Schemas().with_schema("mine", "schema.json")  # E
Validator(project).project()[0].severity = "warning"  # E

Client(7)  # E
Client(MemoryService(), deadline="10")  # E
Client(MemoryService(), 10)  # E: `deadline` is a keyword argument
Client(MemoryService()).get_project(7)  # E
Client(MemoryService()).create_project("boxes")  # E
Client(MemoryService()).create_task({"padding": 3})  # E
Client(MemoryService()).apply(Patch({}))  # E: not a `Plan`
Client(MemoryService()).reconcile(None)  # E
MemoryService([7])  # E
MemoryService(on_validate=lambda effective: None)  # E
Request("DELETE", "/projects/boxes")  # E
StandIn("boxes")  # E
run_server("x")  # E
run_server(StandIn(), port="80")  # E

ApiKey(7)  # E
HttpTransport("live_0123")  # E: not an `ApiKey`
HttpTransport(ApiKey("live_0123"), base_url=None)  # E

task_requests(5)  # E
projects(min_versions="1")  # E
projects(True)  # E: `min_versions` is a keyword argument
check_transport(MemoryService())  # E: not a function that makes a transport for a URL
