"""Mistakes that a user's type checker must catch, on each line marked `# E`.  Type checkers read this file; nothing runs it."""

from paramcore import Diff, Patch, Plan, Project, Replace, TaskRequest, read_project, read_projects
from paramcore.model import ParamVersion

project = Project("boxes", type="imageannotation", params={"padding": 3})

Project("boxes")  # E: a project has a type
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
TaskRequest({}, "boxes")  # E: routing is by keyword
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
