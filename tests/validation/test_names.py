"""Names that are misplaced, unknown or misspelt."""

import pytest

from paramcore import Project
from paramcore.validation.names import load_misplaced_names
from paramcore.validation.validator import Validator
from tests.validation.helpers import GEOMETRIES, make_boxes, validate


@pytest.mark.parametrize("name", ["project_param_version", "project_name", "task_id", "callback", "force"])
def test_a_misplaced_name(name):
    """A name of a response or of an SDK's argument is a warning that says what to write."""
    (finding,) = validate(make_boxes(geometries=GEOMETRIES), {"attachment": "a", name: 1})
    assert (finding.code, finding.severity, finding.pointer) == ("param_misplaced", "warning", f"/{name}")
    assert finding.suggestion == load_misplaced_names()[name].replacement


def test_unknown_names_pass_through():
    """An unknown name is a warning at most, and stays in the params."""
    project = make_boxes(geometries=GEOMETRIES)
    effective = project.resolve({"attachment": "a", "brand new": {"x": 1}})
    (finding,) = Validator(project).task(effective)
    assert (finding.code, finding.severity, finding.suggestion) == ("param_unknown", "warning", None)
    assert effective.params["brand new"] == {"x": 1}


def test_a_type_that_is_partly_known():
    """For a type without public docs, a new name is no finding, and a misspelt common name is one."""
    project = Project("boxes", type="no such type yet")
    findings = validate(project, {"attachments": [], "fps": 5, "prioriti": 10})
    assert [finding.suggestion for finding in findings] == ["priority"]


def test_names_in_free_places_pass():
    """Where names are the user's own, as in `metadata`, none is a mistake."""
    attributes = {"min_widht": {"type": "text", "description": "x"}}
    task = {"attachment": "a", "metadata": {"insruction": 1}, "annotation_attributes": attributes}
    assert validate(make_boxes(geometries=GEOMETRIES), task) == ()
