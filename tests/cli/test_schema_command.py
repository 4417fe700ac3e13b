"""`paramcore schema` prints JSON Schemas for editors."""

import pytest

from tests.cli.running import run


def test_the_types_are_listed():
    """Without TYPE, the command lists all types."""
    listed = run("schema").out.split()
    assert len(listed) == 33
    assert "imageannotation" in listed


@pytest.mark.parametrize("more", [(), ("--for", "task"), ("--for", "project")])
def test_the_types_are_listed_as_json(more):
    """Without TYPE, `--format json` prints an array of the types. With TYPE, `--format json` changes nothing."""
    assert run("schema", "--format", "json", *more).document == run("schema").out.split()
    shown = run("schema", "imageannotation", *more)
    assert run("schema", "imageannotation", "--format", "json", *more) == shown


@pytest.mark.parametrize(("purpose", "name"), [("task", "project_version"), ("update", "patch")])
def test_a_schema_is_printed(purpose, name):
    """The editor schema for a task or an update has the params and the other fields, and requires none of them."""
    document = run("schema", "imageannotation", "--for", purpose).document
    assert {"geometries", "instruction", name} <= document["properties"].keys()
    assert "required" not in document


def test_a_schema_for_projects_is_printed():
    """The editor schema for project files has the params of each version."""
    document = run("schema", "imageannotation", "--for", "project").document
    entry = document["properties"]["param_history"]["items"]
    assert {"version", "created_at", "geometries"} <= entry["properties"].keys()
    assert document["properties"]["type"] == {"title": "Task type", "description": "The type of all tasks of the project.",
                                              "const": "imageannotation"}  # fmt: skip


def test_an_unknown_type():
    """The error for an unknown type names the command that lists the types."""
    ran = run("schema", "imageanotation")
    assert '"imageanotation"' in ran.err
    assert (ran.status, ran.err.endswith("choose a type that `paramcore schema` lists\n")) == (2, True)


def test_an_unknown_purpose():
    """`--for` accepts `project`, `task` and `update`. Any other purpose is a usage error."""
    ran = run("schema", "imageannotation", "--for", "tasks")
    assert (ran.status, ran.out) == (2, "")
    assert "--for" in ran.err
