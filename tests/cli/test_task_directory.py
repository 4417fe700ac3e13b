"""`validate FILE --tasks DIR` validates all tasks in a directory."""

import json
import os

import pytest

from tests.cli.running import EXAMPLES, run, run_process, shell

BOXES = json.loads((EXAMPLES / "warehouse-boxes.json").read_text())
FINE = {"attachment": "https://example.com/a.jpg"}
WRONG = {**FINE, "padding": "4"}


@pytest.fixture
def place(tmp_path):
    """Return a directory with the project `p.json`, and an empty directory `tasks`."""
    (tmp_path / "p.json").write_text(json.dumps(BOXES))
    (tmp_path / "tasks").mkdir()
    return tmp_path


def write(place, files):
    for name, content in files.items():
        path = place / "tasks" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))


def validate(place, *options):
    return run("validate", "p.json", "--tasks", "tasks", *options, cwd=place)


def test_each_file_is_read_as_its_suffix_says(place):
    """JSON, arrays, JSONL and YAML are read at any depth, in the order of their paths, and each error has its place."""
    lines = f"{json.dumps(FINE)}\n{json.dumps(WRONG)}\n"
    files = {
        "b.json": WRONG,
        "a/x.json": [FINE, WRONG],
        "a/b/y.jsonl": lines,
        "c.NDJSON": lines,
        "d.yaml": "padding: '4'\nattachment: a\n",
        "z.yml": "attachment: a\n",
    }
    write(place, files)
    ran = validate(place, "--format", "json")
    assert (ran.err, ran.status) == ("", 1)
    found = [(finding["file"], finding["line"], finding["pointer"]) for finding in ran.document["findings"]]
    assert found == [
        ("tasks/a/b/y.jsonl", 2, "/padding"),
        ("tasks/a/x.json", 1, "/padding"),
        ("tasks/b.json", 1, "/padding"),
        ("tasks/c.NDJSON", 2, "/padding"),
        ("tasks/d.yaml", 1, "/padding"),
    ]
    assert validate(place).out.endswith("5 errors, 0 warnings in 1 project and 9 tasks\n")


@pytest.mark.parametrize("name", [".hidden.json", ".git/x.json", "._a.json", "README.md", "a.txt", "a.json.bak"])
def test_hidden_entries_and_other_suffixes_are_not_tasks(place, name):
    """Hidden entries, and files with suffixes other than those of JSON, JSONL and YAML, are ignored without a message."""
    write(place, {"a.json": FINE, name: "no JSON"})
    ran = validate(place, "--strict")
    assert (ran.out, ran.err, ran.status) == ("0 errors, 0 warnings in 1 project and 1 task\n", "", 0)


@pytest.mark.parametrize("options", [["--strict"], []])
def test_one_directory_may_contain_projects_and_tasks(tmp_path, options):
    """If the directory of the projects is also that of the tasks, each file is read once, and none is skipped."""
    for name, value in {"p.json": BOXES, "a.json": FINE, "b.json": [WRONG, FINE]}.items():
        (tmp_path / name).write_text(json.dumps(value))
    ran = run("validate", ".", "--tasks", ".", *options, cwd=tmp_path)
    assert ran.out.endswith("1 error, 0 warnings in 1 project and 3 tasks\n")
    assert (ran.err, ran.status) == ("", 1)


def test_an_update_or_a_schema_in_the_directory_is_no_task(tmp_path):
    """A file in the directory of tasks is not read as a task if the command reads it as an update or a schema."""
    update = {"patch": True, "padding": 6}
    for name, value in {"p.json": BOXES, "t.json": FINE, "u.json": update, "s.json": {"type": "object"}}.items():
        (tmp_path / name).write_text(json.dumps(value))
    options = ["--update", "u.json", "--schema", "imageannotation=s.json"]
    for directory in (".", tmp_path):
        ran = run("validate", "p.json", "--tasks", directory, *options, cwd=tmp_path)
        assert ran.out.endswith("in 1 project after the update and 1 task\n")
        assert (ran.err, ran.status) == ("", 0)


@pytest.mark.parametrize("value", [{**BOXES, "name": "other"}, [BOXES], {"patch": True, "padding": 3}])
def test_a_file_that_is_neither_task_nor_known_project_is_an_error(place, value):
    """In the directory of tasks, an update, or a project file other than PROJECT, is an error with its location."""
    write(place, {"a.json": FINE, "b.json": value})
    ran = validate(place)
    assert ran.out.startswith("tasks/b.json:1:")
    assert "error request_refused" in ran.out
    assert ran.status == 1


@pytest.mark.parametrize(
    ("name", "content", "position"), [("b.json", "{", "1:2"), ("b.jsonl", "{}\n{", "2:2"), ("b.yaml", "a: [", "1:5")]
)
def test_a_broken_file_ends_the_check(place, name, content, position):
    """A syntax error ends the check with exit code 2 and a location. `--keep-going` skips an invalid line of JSONL."""
    write(place, {"a.json": FINE, name: content, "c.json": WRONG})
    ran = validate(place)
    assert ran.status == 2
    assert f"error: tasks/{name}:{position}: " in ran.err
    going = validate(place, "--keep-going")
    is_line = name.endswith(".jsonl")
    assert going.status == (1 if is_line else 2)
    assert ("pass --keep-going" in ran.err, "1 invalid line" in going.out) == (is_line, is_line)


def test_a_directory_without_tasks_is_an_error(place):
    """A directory without a file of tasks is an error, so that no check succeeds by mistake."""
    ran = validate(place)
    error = "the directory has no .json, .jsonl or .yaml files; name a directory that contains tasks"
    assert (ran.out, ran.err, ran.status) == ("", f"error: tasks: {error}\n", 2)
    ran = run("validate", "p.json", "--tasks", ".", cwd=place)
    error = "the directory contains no tasks; omit --tasks, or name a directory of tasks"
    assert (ran.out, ran.err, ran.status) == ("", f"error: .: {error}\n", 2)


@pytest.mark.parametrize("kind", ["pipe", "broken link", "link to a directory"])
def test_an_entry_that_is_no_file_is_an_error(place, kind):
    """An entry such as `b.json` that is a pipe, a broken link or a link to a directory is an error, and is not opened."""
    write(place, {"a.json": FINE})
    entry = place / "tasks" / "b.json"
    if kind == "pipe":
        os.mkfifo(entry)
    else:
        entry.symlink_to(place if kind == "link to a directory" else place / "missing.json")
    # In this process, a read of the pipe would never end.
    ran = run_process("validate", "p.json", "--tasks", "tasks", cwd=place)
    assert ran.err.startswith("error: tasks/b.json: this is a ")
    assert (ran.out, ran.status) == ("", 2)


def test_links_to_directories_above_do_not_repeat_tasks(place):
    """Links in DIR to directories are not followed, so a link to DIR does not repeat its tasks.

    DIR itself may be a link.
    """
    write(place, {"a.json": FINE})
    (place / "tasks" / "again").symlink_to(place / "tasks")
    assert validate(place).out == "0 errors, 0 warnings in 1 project and 1 task\n"
    (place / "link").symlink_to(place / "tasks")
    ran = run("validate", "p.json", "--tasks", "link", cwd=place)
    assert ran.out == "0 errors, 0 warnings in 1 project and 1 task\n"


@pytest.mark.parametrize("output", ["tasks/a.json", "tasks/a/b.jsonl", "tasks/new.json", "tasks/new.jsonl"])
def test_a_file_of_the_directory_is_no_output(place, output):
    """`--output` may name neither a file of the directory nor a new file that would become one."""
    write(place, {"a.json": FINE, "a/b.jsonl": json.dumps(FINE)})
    before = {path: path.read_text() for path in place.rglob("*.json*")}
    ran = validate(place, "--output", output)
    assert ran.err.startswith(f"error: --output {output} is a file ")
    assert (ran.out, ran.status) == ("", 2)
    assert {path: path.read_text() for path in place.rglob("*.json*")} == before


@pytest.mark.parametrize("file", ["tasks/a/b.jsonl", "tasks/new.json"])
def test_standard_output_is_no_file_of_the_directory(place, file):
    """Redirecting the output to a file in the directory is an error, because `validate` would read its own output."""
    write(place, {"a/b.jsonl": json.dumps(FINE)})
    ran = shell(f"cd {place}; $paramcore validate p.json --tasks tasks >> {file}")
    error = f"error: standard output is {file}, which the command reads; redirect it to another file\n"
    assert (ran.err, ran.status) == (error, 2)


def test_several_processes_need_a_file(place):
    """`--jobs` rejects a directory."""
    write(place, {"a.jsonl": json.dumps(FINE)})
    ran = validate(place, "--jobs", "2")
    error = "--jobs needs a regular file, but tasks is not one; save the tasks in a .jsonl file, or omit --jobs"
    assert (ran.err, ran.status) == (f"error: {error}\n", 2)


@pytest.mark.parametrize("format", ["json", "text"])
def test_with_lines_each_file_has_lines(place, format):
    """With `--lines`, each file has a task on each line, and the JSON output has an entry for each task.

    The first entry is about the projects, and the last entry is about all tasks together.
    """
    write(place, {"a.json": f"{json.dumps(WRONG)}\n{json.dumps(FINE)}", "b.jsonl": json.dumps(FINE)})
    ran = validate(place, "--lines", "--format", format)
    if format == "json":
        assert [len(line["findings"]) for line in ran.lines] == [0, 1, 0, 0, 0]
    assert (ran.err, ran.status) == ("", 1)


def test_other_commands_reject_a_directory_of_tasks(place):
    """Only `validate` reads a directory of tasks."""
    write(place, {"a.json": FINE})
    for command in (["preview"], ["explain"], ["slim"], ["audit"], ["report", "--output", "r.html"]):
        ran = run(*command[:1], "p.json", *command[1:], "tasks", cwd=place)
        assert ("tasks: this is a directory" in ran.err, ran.status) == (True, 2), command


def test_params_that_all_tasks_override_are_found_across_files(place):
    """A default that every task of the directory overrides is reported once, after all files."""
    write(place, {"a.json": {**FINE, "padding": 4}, "b.jsonl": json.dumps({**FINE, "padding": 3})})
    assert validate(place).out.count("lint_unused_default") == 1
    write(place, {"z.json": FINE})
    assert "lint_unused_default" not in validate(place).out


def test_the_name_of_the_directory_does_not_matter(place):
    """A directory whose name ends with `.jsonl` is read as any other directory, and the output is one JSON document."""
    write(place, {"a.json": WRONG})
    (place / "tasks").rename(place / "tasks.jsonl")
    ran = run("validate", "p.json", "--tasks", "tasks.jsonl", "--format", "json", cwd=place)
    assert [finding["file"] for finding in ran.document["findings"]] == ["tasks.jsonl/a.json"]


@pytest.mark.parametrize("tasks", ["tasks", "tasks/a.json"])
def test_with_tasks_another_directory_must_contain_a_project(place, tasks):
    """Beside `--tasks`, a directory without a project is an error that does not suggest `--tasks`."""
    write(place, {"a.json": FINE, "../others/b.json": FINE})
    ran = run("validate", "p.json", "others", "--tasks", tasks, cwd=place)
    error = "error: others: the directory contains no project; omit it, or name one of its files\n"
    assert (ran.err, ran.status) == (f"skipped others/b.json, because it contains no project\n{error}", 2)
