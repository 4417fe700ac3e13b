"""`paramcore schema`: JSON Schemas for editors."""

import pytest

from tests.cli.running import run


def test_it_lists_the_types():
    """Without a type it lists all types."""
    listed = run("schema").out.split()
    assert len(listed) == 33
    assert "imageannotation" in listed


@pytest.mark.parametrize(("purpose", "name"), [("task", "project_version"), ("update", "patch")])
def test_it_prints_a_schema(purpose, name):
    """A schema for an editor knows the params and the other fields of such a file."""
    document = run("schema", "imageannotation", "--for", purpose).document
    assert {"geometries", "instruction", name} <= document["properties"].keys()
    assert "required" not in document


def test_it_prints_that_of_a_project():
    """The schema of a project file knows the params in each version."""
    document = run("schema", "imageannotation", "--for", "project").document
    entry = document["properties"]["param_history"]["items"]
    assert {"version", "created_at", "geometries"} <= entry["properties"].keys()
    assert document["properties"]["type"] == {"title": "Task type", "description": "Of all tasks of the project.",
                                              "const": "imageannotation"}  # fmt: skip


def test_an_unknown_type():
    """A type without a schema is an error that says how to list the types."""
    ran = run("schema", "imageanotation")
    assert ran.err == ('error: found the task type "imageanotation", wanted one that `paramcore schema` lists\n')
    assert ran.status == 2


def test_an_unknown_purpose():
    """A schema is for a project, a task or an update; any other purpose is a usage error."""
    ran = run("schema", "imageannotation", "--for", "tasks")
    assert (ran.status, ran.out) == (2, "")
    assert "--for" in ran.err
