"""Helpers for the tests of validation."""

from importlib.util import find_spec

import pytest

from paramcore import Project
from paramcore.validation import Schemas, Validator

NEEDS_FAST = pytest.mark.skipif(find_spec("jsonschema_rs") is None, reason="the extra `fast` is not installed")
#: Run a test with and without jsonschema-rs, because the findings must be the same.
BOTH = pytest.mark.parametrize(
    "fast", [pytest.param(True, marks=NEEDS_FAST, id="fast"), pytest.param(False, id="plain")]
)
ROUTING = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")
GEOMETRIES = {"box": {"objects_to_annotate": ["car"], "min_width": 5}}


def make_boxes(**params):
    """Return a project of type `imageannotation`."""
    return Project("boxes", type="imageannotation", params=params)


def validate(project, task, *, fast=None):
    """Return the findings on a task of a project."""
    return Validator(project, fast=fast).task(project.resolve(task))


def summarize(findings):
    """Return code, severity, pointer and suggestion of each finding.

    `test_finding_messages.py` tests the messages.
    """
    return [(finding.code, finding.severity, finding.pointer, finding.suggestion) for finding in findings]


def validate_own(params, schema, *, fast=None):
    """Validate a task against a user's own schema, and summarize the findings."""
    project = Project("boxes", type="mine")
    validator = Validator(project, Schemas().with_schema("mine", schema), fast=fast)
    return summarize(validator.task(project.resolve(params)))
