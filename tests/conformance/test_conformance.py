"""The conformance cases, run against the engine: each is data that another implementation can run as well."""

import json
from functools import partial
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from paramcore import Assumptions, Project, TaskRequest
from paramcore.analysis.plan import Plan
from paramcore.errors import ParamcoreError
from paramcore.model.updates import Patch, Replace
from paramcore.values.frozen import same
from paramcore.wire import read_project, read_update, write_project

HERE = Path(__file__).parent
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((HERE / "cases").glob("*.json"))}
SCHEMA = Draft202012Validator(json.loads((HERE / "case.schema.json").read_text("utf-8")))
TESTS = [
    pytest.param(case, test, id=f"{rule}: {case['description']}: {test['description']}")
    for rule, cases in FILES.items()
    for case in cases
    for test in case["tests"]
]


def update_of(data):
    return {"patch": Patch, "replace": Replace, "body": read_update}[next(iter(data))](next(iter(data.values())))


def project_of(case):
    assumptions = Assumptions(**case.get("assumptions", {}))
    if "project" in case:
        return read_project(case["project"], assumptions=assumptions)
    project = Project("conformance", type="imageannotation", params=case.get("params"), assumptions=assumptions)
    for update in case.get("updates", []):
        project = project.update(update_of(update))
    return project


def of_task(project, test):
    effective = project.resolve(TaskRequest.from_flat(test["task"], type=test.get("type")))
    version = effective.inherited_from
    return {
        "params": effective.params,
        "inherited_version": None if version is None else version.number,
        "project_param_version": effective.project_param_version,
        "sources": {name: effective.sources[name] for name in test.get("sources", {})},
        "reasons": {name: effective.explain(name).reason for name in test.get("reasons", {})},
        "rests_on": list(effective.rests_on),
    }


def of_update(project, test):
    plan = Plan.of(project, update_of(test["update"]))
    version = project.update(plan.update).latest
    return {"params": version.params, "version": version.number, "dropped": list(plan.dropped), "request": plan.request}


def answer(case, test):
    """Return what the engine answers to a test, under the names that a test asks by."""
    if "read" in test:
        return {"written": write_project(read_project(test["read"]))}
    project = project_of(case)
    if "task" in test:
        return of_task(project, test)
    if "update" in test:
        return of_update(project, test)
    return {"history": [version.params for version in project.versions], "written": write_project(project)}


@pytest.mark.parametrize(("case", "test"), TESTS)
def test_case(case, test):
    """The engine answers as the case says, or refuses with its code at its path."""
    ask = partial(answer, case, test)
    if "error" in test:
        with pytest.raises(ParamcoreError) as refused:
            ask()
        assert refused.value.code == test["error"]
        assert (refused.value.path or "") == test.get("path", refused.value.path or "")
        return
    given = {"written": test["read"], **test} if "read" in test else test
    found = ask()
    asked = [name for name in given if name in found]
    assert asked, "the test asks for something"
    for name in asked:
        assert same(found[name], given[name]), f"{name}: {found[name]!r}"
    if "written" in asked:
        assert json.dumps(found["written"]) == json.dumps(given["written"])


@pytest.mark.parametrize("rule", FILES)
def test_a_file_holds_the_cases_of_its_rule(rule):
    """Every case has the form that its schema describes, and stands in the file of its rule."""
    SCHEMA.validate(FILES[rule])
    assert {case["rule"] for case in FILES[rule]} == {rule}
