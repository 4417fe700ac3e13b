"""Findings: their codes and layers, and how param values in their messages are hidden."""

import json
import re
from pathlib import Path

import pytest

from paramcore import Patch, Project
from paramcore.cli.located_finding import locate_finding
from paramcore.validation import Schemas, Validator
from paramcore.validation.finding import CODES
from paramcore.validation.lint import lint_task
from tests.validation.helpers import ROUTING, make_boxes, validate
from tests.validation.test_schemas import mutations


def test_without_values():
    """`without_values` hides every value in a finding."""
    secret = {"priority": "sk_live_123", "padding": "5", "tags": ["sk_live_123"] * 6, "callback_url": "sk_live_123"}
    findings = validate(make_boxes(geometries={"polygon": {"min_vertices": "77"}}), {"attachment": "a", **secret})
    hidden = [finding.without_values() for finding in findings]
    assert len(hidden) == 5
    values = ("sk_live", "77", "'5'", '"5"', "`5`")
    assert [value for value in values if value in join_texts(findings)] == [*values]
    assert [value for value in values if value in join_texts(hidden)] == []


def join_texts(findings):
    return json.dumps([finding.to_json() for finding in findings]) + "".join(map(str, findings))


def test_without_values_of_two_limits():
    """If two limits contradict each other, `without_values` hides both."""
    geometries = {"polygon": {"min_vertices": 77, "max_vertices": 55}}
    (finding,) = validate(make_boxes(geometries=geometries), {"attachment": "a"})
    assert finding.code == "param_range"
    assert [limit in str(finding) for limit in ("77", "55")] == [True, True]
    assert [limit in str(finding.without_values()) for limit in ("77", "55")] == [False, False]


@pytest.mark.parametrize("type_", ["imageannotaton", "no such type", "mine"])
def test_the_layer_of_a_finding_on_the_type(type_):
    """A finding on a task type has the layer `project`. A finding on a value has the layer that sets the value."""
    project = Project("boxes", type=type_, params={"paddding": 1})
    (finding, *_) = Validator(project).list_findings()
    assert (finding.code, finding.layer, finding.to_json()["layer"]) == ("type_unknown", "project", "project")
    assert str(finding).endswith("[project]")
    layers = {finding.layer for finding in validate(make_boxes(paddding=1), {"atachment": "a"})}
    assert layers == {"task request", "project version 0"}


def test_every_code_is_listed():
    """Every code of the findings on random tasks is in `CODES`."""
    seen = set()
    for name, params in mutations(6, 1_500):
        task = {key: value for key, value in params.items() if key not in (*ROUTING, "instruction")}
        seen |= {finding.code for finding in validate(Project("boxes", type=name), task)}
    assert seen <= CODES.keys()
    assert len(seen) >= 8


def test_every_code_has_a_section():
    """`docs/findings.md` has a section for each code, in the order of `CODES`."""
    page = (Path(__file__).parents[2] / "docs" / "findings.md").read_text("utf-8")
    assert re.findall(r"^## (\w+)$", page, re.MULTILINE) == list(CODES)


def test_an_expected_value_is_hidden():
    """If the expected value in a message comes from the params, `without_values` hides it, too."""
    fields = [{"field_id": "b", "type": "SECRET", "title": "b"}]
    hypothesis = {"annotations": {"b": {"field_id": "b", "type": "number", "response": [1]}}}
    findings = validate(Project("forms", type="textcollection"), {"fields": fields, "hypothesis": hypothesis})
    (finding,) = (finding for finding in findings if finding.pointer == "/hypothesis/annotations/b/type")
    assert "SECRET" in str(finding)
    assert "SECRET" not in str(finding.without_values())


@pytest.mark.parametrize("name", ["a\nb", "a\r", "\x1b[31m", "\u202ea", "\u2028", "\x7f"])
def test_a_name_is_escaped_in_the_text(name):
    """The text of a finding escapes an unprintable name of a param; `finding.message` has the name as it is."""
    other = f"other {name}"
    schema = {
        "required": [f"required {name}"],
        "properties": {name: {"type": "string"}},
        "dependentRequired": {name: [other]},
        "not": {"description": f"rule {name}", "required": [name]},
        "description": f"rule {name}",
    }
    project = Project("boxes", type="mine", params={name: 1, f"required {name}": 1})
    validator = Validator(project, Schemas().with_schema("mine", schema))
    tasks = [
        project.resolve(request) for request in ({name: 1}, {"project_version": -1}, {"project_version": -1, name: 1})
    ]
    findings = [
        finding for task in tasks for finding in (*validator.task(task), *lint_task(task, validator.schema.required))
    ]
    findings += validator.update(Patch({name: None}))
    assert len({finding.code for finding in findings}) > 5
    assert [str(finding) for finding in findings if not str(finding).isprintable()] == []
    located = [locate_finding(finding, "boxes", None, None) for finding in findings]
    # The text of a located finding has two lines, and a third line if the finding is on a version.
    lines = [line for each in located for line in (*str(each).split("\n", 2), each.format_annotation())]
    assert [line for line in lines if not line.isprintable()] == []
    missing = [finding for finding in findings if finding.code == "param_missing"]
    assert {finding.to_json()["message"] for finding in missing if other in finding.message} == {
        f"`{other}` is missing, but `{name}` requires it"
    }
