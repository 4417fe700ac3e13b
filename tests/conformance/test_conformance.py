"""The conformance cases, run against the engine; other implementations can run the same data."""

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
    kind = test.get("type")
    effective = project.resolve(TaskRequest.from_flat(test["task"], type=kind) if kind else test["task"])
    explained = {name: effective.explain(name) for name in test.get("reasons", {})}
    version = effective.inherited_from
    return {
        "params": effective.params,
        "inherited_version": None if version is None else version.number,
        "project_param_version": effective.project_param_version,
        "sources": {name: effective.sources[name] for name in test.get("sources", {})},
        "reasons": {name: one.reason for name, one in explained.items()},
        "rests_on": list(effective.rests_on),
    }


def of_update(project, test):
    plan = Plan.of(project, update_of(test["update"]))
    version = project.update(plan.update).latest
    return {"params": version.params, "version": version.number, "dropped": list(plan.dropped), "request": plan.request}


def answer(case, test):
    """Return the engine's results for a test, under the names in the test."""
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
    """The engine gives the results of the case, or an error with its code and path."""
    run = partial(answer, case, test)
    if "error" in test:
        with pytest.raises(ParamcoreError) as refused:
            run()
        assert refused.value.code == test["error"]
        assert (refused.value.path or "") == test.get("path", refused.value.path or "")
        return
    given = {"written": test["read"], **test} if "read" in test else test
    result = run()
    names = [name for name in given if name in result]
    assert names, "the test has an expected result"
    for name in names:
        assert same(result[name], given[name]), f"{name}: {result[name]!r}"
    if "written" in names:
        assert json.dumps(result["written"]) == json.dumps(given["written"])


@pytest.mark.parametrize("rule", FILES)
def test_a_file_holds_the_cases_of_its_rule(rule):
    """Each case is valid under the schema, and is in the file of its rule."""
    SCHEMA.validate(FILES[rule])
    assert {case["rule"] for case in FILES[rule]} == {rule}
