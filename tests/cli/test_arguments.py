"""File arguments are told apart by what they hold, and swapped arguments are named."""

import json

import pytest
from running import run

from paramcore.cli.main import main

TASK = {"attachment": "https://e.com/1.jpg", "padding": 1}


def write_project(name):
    return json.dumps({"name": name, "type": "imageannotation", "param_history": [{"version": 0, "padding": 3}]})


@pytest.fixture
def place(tmp_path):
    (tmp_path / "projects").mkdir()
    for name in ("a", "b"):
        (tmp_path / "projects" / f"{name}.json").write_text(write_project(name))
    (tmp_path / "docks.json").write_text(write_project("docks"))
    (tmp_path / "task.json").write_text(json.dumps(TASK))
    (tmp_path / "tasks.json").write_text(json.dumps([TASK, TASK]))
    (tmp_path / "tasks.jsonl").write_text(f"{json.dumps({**TASK, 'project': 'a'})}\n" * 3)
    (tmp_path / "update.json").write_text('{"patch": true, "padding": 4}')
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "inputs"),
    [
        (("projects/a.json", "projects/b.json"), "2 projects"),
        (("projects/a.json", "projects/b.json", "tasks.jsonl"), "2 projects and 3 tasks"),
        (("tasks.jsonl", "projects/a.json", "projects/b.json"), "2 projects and 3 tasks"),
        (("projects", "tasks.jsonl"), "2 projects and 3 tasks"),
        (("tasks.jsonl", "projects"), "2 projects and 3 tasks"),
        (("projects", "projects/a.json", "docks.json"), "3 projects"),
        (("docks.json", "task.json"), "1 project and 1 task"),
        (("task.json", "docks.json"), "1 project and 1 task"),
        (("docks.json", "tasks.json"), "1 project and 2 tasks"),
        (("docks.json", "--tasks", "tasks.json"), "1 project and 2 tasks"),
        (("docks.json", "projects/a.json", "--tasks", "tasks.jsonl"), "2 projects and 3 tasks"),
        (("docks.json", "--update", "update.json"), "1 project after the update"),
        (("docks.json", "task.json", "--update", "update.json"), "1 project after the update and 1 task"),
    ],
)
def test_files_of_validate_stand_in_any_order(place, arguments, inputs):
    """A file that holds no project is TASKS, wherever it stands; `--tasks` says it outright."""
    ran = run("validate", *arguments, cwd=place)
    assert ran.out.splitlines()[-1].endswith(f"in {inputs}")
    assert ran.err == ""


def test_standard_input_is_recognized(place):
    """`-` is a project or a task request, by what it holds."""
    text = write_project("x")
    assert run("validate", "-", stdin=text, cwd=place).out.endswith("in 1 project\n")
    assert run("validate", "docks.json", "-", stdin=text, cwd=place).out.endswith("in 2 projects\n")
    assert run("validate", "-", "task.json", stdin=text, cwd=place).out.endswith("in 1 project and 1 task\n")
    assert run("validate", "docks.json", "-", stdin=json.dumps([TASK]), cwd=place).out.endswith("and 1 task\n")
    lines = f"{json.dumps(TASK)}\n" * 2
    assert run("validate", "docks.json", "-", "--lines", stdin=lines, cwd=place).out.endswith("and 2 tasks\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("docks.json", "task.json", "tasks.jsonl"), "error: name one file of tasks, "),
        (
            ("docks.json", "update.json"),
            "error: update.json is an update, as its `patch` says; pass `--update update.json`",
        ),
        (("tasks.jsonl",), "error: tasks.jsonl holds tasks; name a project, too"),
        (("task.json",), "error: task.json:1:1: found no `param_history`"),
        (("task.json", "update.json"), "error: task.json:1:1: found no `param_history`"),
        (("docks.json", "task.json", "--tasks", "tasks.jsonl"), "error: task.json:1:1: found no `param_history`"),
    ],
)
def test_files_that_validate_cannot_place(place, arguments, error):
    """Two files of tasks, an update, and no project at all are errors with the way out."""
    ran = run("validate", *arguments, cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    assert error in ran.err.replace("at /param_history: ", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "task.json", "docks.json"),
        ("preview", "tasks.jsonl", "docks.json"),
        ("preview", "task.json", "projects"),
        ("explain", "task.json", "docks.json", "padding"),
        ("plan", "update.json", "docks.json"),
        ("plan", "update.json", "projects"),
        ("impact", "update.json", "docks.json", "task.json"),
        ("impact", "task.json", "update.json", "docks.json"),
        ("audit", "tasks.jsonl", "docks.json"),
        ("log", "padding", "docks.json"),
    ],
)
def test_a_project_in_another_place_is_named(place, arguments):
    """Where PROJECT is no project and another argument is, the error says to swap them."""
    ran = run(*arguments, cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    held = "projects" if "projects" in arguments else "docks.json"
    assert ran.err.endswith(f"found no project, wanted the project first: {held} holds projects, so swap the two\n")
    assert ran.err.startswith(f"error: {arguments[1]}:")


def test_a_broken_project_is_not_swapped(place):
    """The error about a project that is broken stays, whatever the other argument holds."""
    (place / "broken.json").write_text('{"name": "x", "type": "t"}')
    assert "found no `param_history`" in run("plan", "broken.json", "docks.json", cwd=place).err


def test_swapped_updates_and_tasks_are_named(place):
    """`impact` names a file of tasks in place of UPDATE, and an update in place of TASKS."""
    ran = run("impact", "docks.json", "tasks.jsonl", "update.json", cwd=place)
    assert (ran.status, "a file of lines in place of an update" in ran.err) == (2, True)
    for verb in (
        ("impact", "docks.json", "task.json"),
        ("preview", "docks.json"),
        ("preview", "docks.json", "--lines"),
    ):
        ran = run(*verb, "update.json", cwd=place)
        assert ran.status == 2
        assert "found an update, as its `patch` says, wanted a task request" in ran.err


def test_a_name_in_place_of_an_update(place):
    """`apply UPDATE NAME` says to swap the two, before anything is read from the service."""
    ran = run("apply", "update.json", "docks", cwd=place, SCALE_API_KEY="k" * 20)
    assert (ran.status, ran.err) == (2, "error: NAME comes before UPDATE: swap update.json and docks\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "docks.json", "tasks.jsonl"),
        ("preview", "projects", "tasks.jsonl"),
        ("impact", "docks.json", "update.json", "task.json"),
        ("audit", "docks.json", "tasks.jsonl"),
        ("validate", "docks.json", "task.json", "--update", "update.json"),
        ("validate", "docks.json", "--tasks", "tasks.jsonl", "--schema", "mine=schema.json"),
        ("validate", "projects"),
    ],
)
def test_an_answer_replaces_no_input(place, arguments, monkeypatch, capsys):
    """`--output` names no file that the command reads, under any of its names; only TASKS of `preview` may be replaced."""
    monkeypatch.chdir(place)
    (place / "schema.json").write_text("{}")
    (place / "link.json").symlink_to("docks.json")
    names = [name.partition("=")[2] or name for name in arguments[1:] if not name.startswith("--")]
    if arguments[0] == "preview":
        names.remove("tasks.jsonl")
    for name in ["projects/a.json" if name == "projects" else name for name in names]:
        before = (place / name).read_bytes()
        for output in (name, f"./{name}", str(place / name), *(["link.json"] if name == "docks.json" else [])):
            assert main([*arguments, "--output", output]) == 2
            assert capsys.readouterr().err.startswith(f"error: --output {output} is a file ")
        assert (place / name).read_bytes() == before
    assert main([*arguments, "--output", "-"]) == 2
    assert not (place / "-").exists()
    assert main([*arguments, "--output", "answer"]) in (0, 1, 2)


@pytest.mark.parametrize("arguments", [("log", "tasks.jsonl"), ("preview", "tasks.jsonl", "task.json")])
def test_lines_in_place_of_a_project_are_named(place, arguments, monkeypatch, capsys):
    """A file of lines is no project, and is not to be renamed to what it is called already."""
    monkeypatch.chdir(place)
    assert main([*arguments]) == 2
    assert capsys.readouterr().err.startswith("error: tasks.jsonl:2:1: found a file of lines in place of a project")
