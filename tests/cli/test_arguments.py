"""The files that arguments may name, the order of arguments, and the errors about wrong arguments."""

import io
import json
import os
import shlex
import shutil
import subprocess
import sys

import pytest
from running import EXAMPLES, command, environment, run, shell

from paramcore.cli.exit_codes import FINDINGS, REFUSED
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
def test_files_of_validate_have_any_order(place, arguments, inputs):
    """`validate` reads a file without projects as TASKS, in any position. `--tasks` may name this file, too."""
    ran = run("validate", *arguments, cwd=place)
    assert ran.out.splitlines()[-1].endswith(f"in {inputs}")
    assert ran.err == ""


def test_standard_input_is_recognized(place):
    """`-` is read as projects or as tasks, depending on the content of standard input."""
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
        (("docks.json", "task.json", "tasks.jsonl"), "name one file of tasks, or put all of them in a directory"),
        (("docks.json", "update.json"), "pass `--update update.json`"),
        (("tasks.jsonl",), "tasks.jsonl is JSONL, so it is read as tasks; name a .json or .yaml file of projects too"),
        (("task.json",), "`param_history` is missing"),
        (("task.json", "update.json"), "`param_history` is missing"),
        (("docks.json", "task.json", "--tasks", "tasks.jsonl"), "`param_history` is missing"),
        (("docks.json", "--project-version", "-1"), "--project-version is about tasks, but no file of tasks is named"),
        (("projects", "--type", "imageannotation"), "name one, or omit --type"),
        (("projects", "--lines"), "name one, or omit --lines"),
        (("projects", "--update", "update.json", "--lines"), "name one, or omit --lines"),
    ],
)
def test_wrong_files_for_validate(place, arguments, error):
    """`validate` rejects two files of tasks, an update as TASKS, and tasks without a project.

    Without tasks, `validate` also rejects an option about tasks, such as `--lines`.
    """
    ran = run("validate", *arguments, cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    assert error in ran.err


@pytest.mark.parametrize(
    "line", ['{"padding": }', '{"instruction": 1}', '{"project": "other"}', "[]", '{"a": 1, "a": 2}']
)
@pytest.mark.parametrize(
    "command_name", ["preview", "impact", "slim", "audit", "validate", "extract", "explain", "report"]
)
def test_keep_going_is_suggested_only_if_the_command_has_it(place, command_name, line):
    """An error about a line suggests `--keep-going`, unless the command lacks this option."""
    (place / "bad.jsonl").write_text(f"{line}\n")
    arguments = {
        "impact": ("docks.json", "update.json", "bad.jsonl"),
        "extract": ("bad.jsonl", "--name", "a", "--type", "b"),
        "report": ("docks.json", "bad.jsonl", "--output", "page.html"),
    }.get(command_name, ("docks.json", "bad.jsonl"))
    ran = run(command_name, *arguments, cwd=place)
    if "--keep-going" in ran.err:
        assert run(command_name, *arguments, "--keep-going", cwd=place).status == 1
    assert ("--keep-going" in ran.err) is (ran.status == 2 and command_name not in ("explain", "report"))


@pytest.mark.parametrize("name", ["-update.json", "new update.json", "--update"])
def test_the_suggested_update_can_be_pasted_into_a_shell(place, name):
    """The error for an update in place of TASKS suggests `--update` with the file, quoted for a shell."""
    (place / name).write_text('{"patch": true, "padding": 4}')
    ran = run("validate", "docks.json", "--", name, cwd=place)
    suggested = ran.err.partition("; pass `")[2].removesuffix("`\n")
    assert run("validate", "docks.json", *shlex.split(suggested), cwd=place).err == ""


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
def test_a_project_in_another_position_is_named(place, arguments):
    """If PROJECT contains no project, but another argument does, the remedy is to swap the two arguments."""
    ran = run(*arguments, cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    swapped = "projects" if "projects" in arguments else "docks.json"
    assert ran.err.endswith(f"swap it with {swapped}, which contains projects\n")
    assert ran.err.startswith(f"error: {arguments[1]}:")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, "cannot read the file"),
        (b"", "the document is empty"),
        (b'{"name": }', "invalid JSON"),
        (b"\x00\x01", "UTF-16"),
        (b"\xff{}", "UTF-8"),
        (b'{"a": 1, "a": 2}', "twice"),
    ],
)
def test_a_project_that_cannot_be_read_is_not_swapped(place, content, error):
    """If the file of PROJECT is missing or broken, the error says so, even if UPDATE contains a project."""
    if content is not None:
        (place / "other.json").write_bytes(content)
    ran = run("plan", "other.json", "docks.json", cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    assert "swap" not in ran.err
    assert error in ran.err


@pytest.mark.parametrize("arguments", [("log", "docks.json"), ("explain", "docks.json", "task.json")])
@pytest.mark.parametrize("name", ["update.json", "tasks.jsonl", "task.yaml", "./update.JSON"])
def test_a_file_is_no_param(place, arguments, name):
    """`log` and `explain` reject a file in place of PARAM, but not a file name that the project has as a param.

    The error names `preview` for JSONL, which `plan` rejects, and `plan` for other files.
    """
    (place / name).write_text("{}")
    ran = run(*arguments, "padding", name, cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    other = "preview" if name == "tasks.jsonl" else "plan"
    assert f"error: {name} is a file, not the name of a param; omit it, or pass it to `{other}`\n" in ran.err
    assert run(*arguments, "padding", "missing.json", cwd=place).status == 0
    history = [{"version": 0, name: 1}]
    project = {"name": "docks", "type": "imageannotation", "param_history": history}
    (place / "docks.json").write_text(json.dumps(project))
    assert run(*arguments, "padding", name, cwd=place).status == 0


@pytest.mark.parametrize("content", [json.dumps(TASK), "[", ""])
@pytest.mark.parametrize("arguments", [("preview", "pipe", "docks.json"), ("log", "pipe", "docks.json")])
def test_a_pipe_without_a_project_is_read_once(place, arguments, content):
    """If PROJECT is a pipe, the error comes without a second read, which would wait for another writer."""
    os.mkfifo(place / "pipe")
    (place / "content").write_text(content)
    # If the command does not open the pipe, the writer waits until it is killed.
    writer = subprocess.Popen(["sh", "-c", "exec cat content > pipe"], cwd=place)
    try:
        done = subprocess.run(
            command(*arguments), capture_output=True, text=True, cwd=place, env=environment(), timeout=60, check=False
        )
    finally:
        writer.kill()
        writer.wait()
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: pipe:")


def test_a_malformed_project_is_not_swapped(place):
    """The error for a malformed project says what is wrong, even if UPDATE contains a project."""
    (place / "broken.json").write_text('{"name": "x", "type": "t"}')
    assert "`param_history` is missing" in run("plan", "broken.json", "docks.json", cwd=place).err


def test_swapped_updates_and_tasks_are_named(place):
    """A file of tasks in place of UPDATE, or an update in place of TASKS, is an error with a remedy."""
    ran = run("impact", "docks.json", "tasks.jsonl", "update.json", cwd=place)
    assert (ran.status, "pass a .json file with one update" in ran.err) == (2, True)
    for verb in (
        ("impact", "docks.json", "task.json"),
        ("preview", "docks.json"),
        ("preview", "docks.json", "--lines"),
    ):
        ran = run(*verb, "update.json", cwd=place)
        assert ran.status == 2
        assert "name UPDATE before TASKS" in ran.err


@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        *(
            (("preview", "docks.json", "tasks.jsonl"), option)
            for option in ("--output", "--jobs", "--width", "--assume")
        ),
        *((("validate", "docks.json"), option) for option in ("--tasks", "--schema", "--ignore", "--format")),
        *((("serve",), option) for option in ("--port", "--save")),
        *((("fetch",), option) for option in ("--all", "--deadline", "--base-url")),
        (("reconcile", "docks", "--base", "1"), "--digest"),
        (("preview", "docks.json", "tasks.jsonl"), "--explain"),
    ],
)
def test_dashes_are_no_value(place, arguments, option):
    """`--` as the value of an option is an error, because `--` usually marks the end of the options."""
    ran = run(*arguments, f"{option}=--", cwd=place)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"error: {option} needs a value, got `--`; to name a file `--`, pass `./--`\n"
    # After `--`, every argument is a file or a name.
    assert "needs a value" not in run("preview", "docks.json", "--", f"{option}=--", cwd=place).err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("preview", "", "tasks.jsonl"), '"": cannot read the file: no such file or directory'),
        (("validate", "docks.json", "--tasks", ""), '"": cannot read the file: no such file or directory'),
        (("serve", "--save", ""), '"": cannot create the directory: no such file or directory'),
        (("preview", "docks.json", "tasks.jsonl", "--output", ""), "the value of --output is empty; name a file"),
        (("slim", "docks.json", "task.json", "--output="), "the value of --output is empty; name a file"),
        (("fetch", "docks", "--base-url", ""), 'the base URL "" is not an `https` URL with a host'),
    ],
)
def test_an_empty_argument_is_named(place, arguments, message):
    """An empty argument, as from an unset shell variable, is an error, and does not mean a default."""
    ran = run(*arguments, cwd=place, SCALE_API_KEY="k" * 20)
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(f"error: {message}")


def test_a_name_and_an_update_are_swapped(place):
    """For `apply UPDATE NAME`, the remedy is to swap the arguments."""
    ran = run("apply", "update.json", "docks", cwd=place, SCALE_API_KEY="k" * 20)
    assert (ran.status, ran.err) == (2, "error: NAME must precede UPDATE: swap update.json and docks\n")


@pytest.mark.parametrize("name", ["docks", "north docks", "update"])
@pytest.mark.parametrize("update", ["updat.json", "no-folder/update.yaml", "UPDATE.JSON"])
def test_a_missing_update_is_not_swapped_with_the_name(place, name, update):
    """If a file is named like the project, a missing UPDATE is still reported as missing."""
    (place / name).write_text(write_project(name))
    ran = run("apply", name, update, cwd=place, SCALE_API_KEY="k" * 20)
    assert (ran.status, ran.err) == (2, f"error: {update}: cannot read the file: no such file or directory\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "docks.json", "task.json"),
        ("preview", "projects", "tasks.jsonl"),
        ("impact", "docks.json", "update.json", "task.json"),
        ("audit", "docks.json", "finished.jsonl"),
        ("validate", "docks.json", "task.json", "--update", "update.json"),
        ("validate", "docks.json", "--tasks", "tasks.jsonl", "--schema", "mine=schema.json"),
        ("validate", "projects"),
    ],
)
def test_an_answer_replaces_no_input(place, arguments, monkeypatch, capsys):
    """`--output` rejects a file that the command reads, also by another path or through a link."""
    monkeypatch.chdir(place)
    (place / "schema.json").write_text("{}")
    (place / "finished.jsonl").write_text(json.dumps({"project": "docks", "project_param_version": 0, "params": TASK}))
    (place / "link.json").symlink_to("docks.json")
    names = [name.partition("=")[2] or name for name in arguments[1:] if not name.startswith("--")]
    for name in ["projects/a.json" if name == "projects" else name for name in names]:
        before = (place / name).read_bytes()
        for output in (name, f"./{name}", str(place / name), *(["link.json"] if name == "docks.json" else [])):
            assert main([*arguments, "--output", output]) == 2
            assert capsys.readouterr().err.startswith(f"error: --output {output} is a file ")
        assert (place / name).read_bytes() == before
    assert main([*arguments, "--output", "-"]) == 2
    assert not (place / "-").exists()
    assert main([*arguments, "--output", "answer"]) != 2
    assert (place / "answer").exists()


@pytest.mark.slow
def test_the_log_of_serve_is_no_project_file(place):
    """If the output of `serve` is redirected to one of its project files, that is an error. The file does not change."""
    (place / "docks.json").write_text(json.dumps({"name": "docks", "type": "a", "param_history": []}))
    before = (place / "docks.json").read_bytes()
    ran = shell(f"cd {place}; timeout 20 $paramcore serve docks.json --port 0 >> docks.json")
    assert ran.err == "error: standard output is docks.json, which the command reads; redirect it to another file\n"
    assert (place / "docks.json").read_bytes() == before


@pytest.mark.parametrize("redirection", [">> projects/docks.json", "> projects/new.json"])
def test_a_file_of_a_directory_is_no_output(place, redirection):
    """If the output of a command is redirected to a file in a directory that the command reads, that is an error."""
    (place / "projects").mkdir(exist_ok=True)
    document = json.dumps({"name": "docks", "type": "a", "param_history": []})
    (place / "projects" / "docks.json").write_text(document)
    ran = shell(f"cd {place}; $paramcore log projects {redirection}")
    name = redirection.split()[1]
    assert ran.err == f"error: standard output is {name}, which the command reads; redirect it to another file\n"
    assert (place / "projects" / "docks.json").read_text() == document


@pytest.mark.parametrize("redirection", ["> tasks.jsonl", ">> tasks.jsonl", "< tasks.jsonl >> tasks.jsonl"])
@pytest.mark.parametrize("name", ["preview", "validate", "slim", "impact"])
def test_output_is_no_input(place, name, redirection):
    """Redirecting the output of a command to its input is an error, because the command would read its own output."""
    tasks = "-" if redirection.startswith("<") else "tasks.jsonl"
    inputs = ["docks.json", *(["update.json"] if name == "impact" else []), tasks, "--lines"]
    before = (place / "tasks.jsonl").read_text()
    ran = shell(f"cd {place}; $paramcore {name} {' '.join(inputs)} {redirection}")
    shown = "<stdin>" if tasks == "-" else tasks
    problem = f"error: standard output is {shown}, which the command reads; redirect it to another file\n"
    assert (ran.status, ran.err) == (2, problem)
    assert (place / "tasks.jsonl").read_text() == ("" if redirection.startswith("> ") else before)


@pytest.mark.parametrize("directory", ["projects", "./projects/", "missing", "./-", "-"])
@pytest.mark.parametrize("name", ["docks.json", "new.json", "new.YML"])
def test_the_list_of_fetched_files_is_no_project_file(place, directory, name, monkeypatch, capsys):
    """`fetch --all DIR` rejects an `--output` in DIR with the suffix of a project file, such as `.json`."""
    monkeypatch.chdir(place)
    output = f"./{directory.removesuffix('/')}/{name}"
    assert main(["fetch", "--all", directory, "--output", output]) == 2
    shown = "./-" if directory == "-" else directory
    assert capsys.readouterr().err.startswith(f"error: --output {output} is a file in {shown}, which is an input")
    monkeypatch.delenv("SCALE_API_KEY", raising=False)
    for allowed in ("projects/new.txt", "new.json"):
        assert main(["fetch", "--all", "projects", "--output", allowed]) == 2
        assert capsys.readouterr().err.startswith("error: the API key is missing")


@pytest.mark.parametrize("output", ["projects/new.json", "projects/new.YML", "./projects/new.yaml"])
def test_an_answer_is_no_new_input(place, output, monkeypatch, capsys):
    """`--output` rejects a new file in an input directory if the next run would read this file."""
    monkeypatch.chdir(place)
    assert main(["validate", "projects", "--output", output]) == 2
    assert capsys.readouterr().err.startswith(f"error: --output {output} is a file in projects, which is an input")
    assert not (place / output).exists()
    for allowed in ("projects/new.txt", "projects/.new.json", "new.json"):
        assert main(["validate", "projects", "--output", allowed]) != 2
        assert (place / allowed).exists()


def test_an_answer_replaces_no_settings(place, monkeypatch, capsys):
    """`--output` rejects the `pyproject.toml` that the command reads."""
    (place / "pyproject.toml").write_text("[tool.paramcore]\nignore = []\n")
    (place / "below").mkdir()
    monkeypatch.chdir(place / "below")
    for output in ("../pyproject.toml", str(place / "pyproject.toml")):
        assert main(["validate", "../docks.json", "--output", output]) == 2
        assert capsys.readouterr().err.startswith(f"error: --output {output} is a file that the command reads")
    assert (place / "pyproject.toml").read_text() == "[tool.paramcore]\nignore = []\n"
    assert main(["validate", "../docks.json", "--output", "pyproject.toml"]) != 2
    # `preview` does not read `pyproject.toml`.
    assert main(["preview", "../docks.json", "../task.json", "--output", "../pyproject.toml"]) == 0


@pytest.mark.parametrize("arguments", [("log", "tasks.jsonl"), ("preview", "tasks.jsonl", "task.json")])
def test_lines_in_place_of_a_project_are_named(place, arguments, monkeypatch, capsys):
    """The error for JSONL in place of a project says that the file contains JSONL."""
    monkeypatch.chdir(place)
    assert main([*arguments]) == 2
    assert capsys.readouterr().err.startswith("error: tasks.jsonl:2:1: the file contains JSONL, not a project")


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "-", "-"),
        ("impact", "docks.json", "-", "-"),
        ("plan", "-", "--wanted", "-"),
        ("plan", "-", "--wanted=-@0"),
        ("plan", "-", "--wanted", "-@0"),
        ("diff", "-", "-"),
        ("diff", "--", "-", "-@0"),
        ("diff", "-@0", "-@1"),
        ("validate", "-", "-"),
        ("validate", "-", "--tasks", "-"),
        ("validate", "-", "--update", "-"),
        ("validate", "-", "--schema", "mine=-"),
        ("validate", "docks.json", "--schema", "mine=-", "--schema", "yours=-"),
        ("serve", "-", "-"),
        ("apply", "docks", "-", "--key-from-stdin"),
        ("status", "-", "--key-from-stdin"),
    ],
)
def test_standard_input_is_named_once(place, arguments):
    """A command line that names standard input twice is rejected, because the second read would be empty."""
    ran = run(*arguments, cwd=place, stdin=(place / "docks.json").read_text(), SCALE_API_KEY="k" * 20)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == "error: standard input can be read only once; name a file in place of one `-`\n"


@pytest.mark.parametrize("directory", ["-", "./-", "new"])
def test_the_key_may_be_on_standard_input_beside_any_directory(place, directory):
    """`fetch --all -` names a directory, so `--key-from-stdin` can still read the key."""
    url = "http://127.0.0.1:9/v1"
    ran = run("fetch", "--all", directory, "--key-from-stdin", "--base-url", url, cwd=place, stdin="k" * 20)
    assert (ran.status, ran.err.startswith("error: no connection to the service")) == (3, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("diff", "-@0", "docks.json"),
        ("diff", "docks.json", "-@00"),
        ("plan", "docks.json", "--wanted", "-@0"),
        ("plan", "--wanted", "-@0", "docks.json"),
    ],
)
def test_a_version_of_standard_input(place, arguments):
    """`-@N` is version N of the project on standard input, also without `--` before it."""
    ran = run(*arguments, cwd=place, stdin=(place / "docks.json").read_text())
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize("body", [{"patch": True, "padding": 4}, {"patch": False}, {"padding": 4, "patch": None}])
@pytest.mark.parametrize("arguments", [("plan", "docks.json", "--wanted"), ("diff", "docks.json")])
def test_an_update_in_place_of_params_is_named(place, arguments, body):
    """The body of an update in place of a params object is rejected; the remedy works on the command line."""
    (place / "body.json").write_text(json.dumps(body))
    ran = run(*arguments, "body.json", cwd=place)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.endswith(
        ": at /patch: this is an update, not a params object, because it contains `patch`; remove `patch`, "
        "or run `paramcore plan PROJECT UPDATE`\n"
    )


@pytest.mark.parametrize("spec", ["tasks.jsonl", "tasks.jsonl@0"])
@pytest.mark.parametrize("arguments", [("plan", "docks.json", "--wanted"), ("diff", "docks.json")])
def test_jsonl_is_no_params_object(place, arguments, spec):
    """The error for JSONL in place of params suggests a .json file, and does not suggest an option."""
    ran = run(*arguments, spec, cwd=place)
    remedy = "name a .json file with one params object or project"
    problem = "error: tasks.jsonl:2:1: the file contains JSONL, not a params object or a project"
    assert (ran.status, ran.err) == (2, f"{problem}; {remedy}\n")


@pytest.mark.parametrize("wrong", [{"error": "no"}, {"task_id": "a", "params": {}}, {"version": 0, "padding": 1}])
@pytest.mark.parametrize("arguments", [("plan", "docks.json", "--wanted"), ("diff", "docks.json")])
def test_another_document_is_no_params_object(place, arguments, wrong):
    """If a file has a reply, a task or a history entry in place of params, the error does not mention updates."""
    (place / "wrong.json").write_text(json.dumps(wrong))
    ran = run(*arguments, "wrong.json", cwd=place)
    assert (ran.status, ran.out) == (2, "")
    assert ", not a params object; " in ran.err
    assert "an update" not in ran.err
    assert "`patch`" not in ran.err


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not delete a working directory")
@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("validate", "a.json"), "error: a.json: cannot read the file: "),
        (("preview", "a.json", "b.json"), "error: a.json: cannot read the file: "),
        (("plan", "a.json", "b.json"), "error: a.json: cannot read the file: "),
        (("audit", "a.json", "b.json"), "error: a.json: cannot read the file: "),
        (("extract", "a", "--name=b", "--type=c", "--output=d", "--project-output=e"), "error: a: cannot read"),
    ],
)
def test_a_deleted_working_directory(tmp_path, arguments, error):
    """In a deleted working directory, the error names the file, not standard output."""
    script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"'
    ran = subprocess.run(["sh", "-c", script, "sh", *command(*arguments)], cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(error)


@pytest.mark.parametrize("text", ["latest", "-2", "1.0", ""])
def test_the_versions_of_slim(place, text):
    """The error for a wrong `--to` names each form of value that the option accepts."""
    ran = run("slim", "docks.json", "task.json", f"--to={text}", cwd=place)
    assert ran.status == 2
    assert "argument --to: must be the number of a version, -1, or the word `any`, got " in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("validate", "docks.json", "--tasks", "tasks.jsonl", "--tasks", "task.json"),
        ("validate", "docks.json", "--tasks=tasks.jsonl", "--tasks=tasks.jsonl"),
        ("validate", "docks.json", "--update", "update.json", "--update", "update.json"),
        ("report", "docks.json", "--update", "update.json", "--update", "update.json", "--output", "page.html"),
        ("plan", "docks.json", "--wanted", "docks.json@0", "--wanted", "docks.json"),
    ],
)
def test_an_input_is_named_once(place, arguments):
    """`--tasks`, `--update` and `--wanted` must not occur twice, because the first file would be ignored."""
    ran = run(*arguments, cwd=place)
    option = next(argument.partition("=")[0] for argument in arguments if argument.startswith("--"))
    assert (ran.out, ran.err, ran.status) == ("", f"error: {option} occurs twice; name one file\n", 2)


def test_a_dash_as_a_param_is_not_standard_input(place):
    """`-` as the name of a param does not mean standard input."""
    text = (place / "docks.json").read_text()
    assert run("log", "-", "-", cwd=place, stdin=text).status == 0
    assert run("explain", "-", "task.json", "-", cwd=place, stdin=text).status == 0


def test_standard_input_is_not_a_file_named_by_a_dash(place, monkeypatch, capsys):
    """`-` as an input means standard input, so `--output ./-` may replace a file named `-`."""
    (place / "-").write_text("old")
    monkeypatch.chdir(place)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"{}")))
    assert main(["preview", "docks.json", "-", "--output", "./-"]) == 0, capsys.readouterr().err
    assert (place / "-").read_text() != "old"


def make_dash_directory(place):
    (place / "-").mkdir()
    (place / "-" / "docks.json").write_text(write_project("in the directory"))


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("log", "-"), "1 version"),
        (("log", "-", "--format", "json"), '"project": "on standard input"'),
        (("plan", "-", "update.json"), "1 changed"),
        (("preview", "-", "task.json"), "on standard input"),
        (("preview", "-", "task.json", "--output", "./-/new.json"), ""),
        (("validate", "-"), "1 project"),
        (("validate", "-", "task.json"), "1 project and 1 task"),
        (("validate", "./-", "-"), "2 projects"),
        (("validate", "-", "docks.json"), "2 projects"),
    ],
)
def test_standard_input_is_not_a_directory_named_by_a_dash(place, arguments, shown):
    """`-` as PROJECT means standard input, even if a directory is named `-`. `./-` means the directory."""
    make_dash_directory(place)
    ran = run(*arguments, cwd=place, stdin=write_project("on standard input"))
    assert ran.err == ""
    assert shown in ran.out
    if "json" in arguments:
        assert isinstance(ran.document, dict)


def test_extract_reads_no_directory_named_by_a_dash(place):
    """`extract -` means standard input, even if a directory is named `-`.

    The command rejects standard input, because it reads TASKS three times.
    """
    make_dash_directory(place)
    ran = run("extract", "-", "--name", "x", "--type", "imageannotation", cwd=place)
    assert "can be read only once" in ran.err


@pytest.mark.parametrize("paths", [("-", "./-"), ("./-", "-"), ("-", "./-", "docks.json")])
def test_standard_input_and_a_file_named_by_a_dash_are_both_read(place, paths):
    """`-` and `./-` are two inputs, so the projects of both are read."""
    (place / "-").write_text(write_project("in the file"))
    ran = run("validate", *paths, cwd=place, stdin=write_project("on standard input"))
    assert f"in {len(paths)} projects" in ran.out


@pytest.mark.parametrize("shell_name", ["bash", "zsh", "fish"])
def test_a_choice_may_follow_two_dashes(shell_name):
    """`completion` and `help` accept a choice after `--`, too. The error for a wrong choice shows it as typed."""
    assert run("completion", "--", shell_name) == run("completion", shell_name)
    assert run("help", "--", "plan") == run("help", "plan")
    assert "invalid choice: 'tcsh'" in run("completion", "--", "tcsh").err
    assert "invalid choice: '--bash'" in run("completion", "--", "--bash").err


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        *((number, "") for number in ("0", "00", "0" * 20)),
        *((number, "does not exist: the project has only version 0") for number in ("1", "0" * 19 + "1", "9" * 20)),
        *((number, "has more than 20 digits") for number in ("0" * 21, "0" * 20 + "1", "9" * 21, "9" * 5_000)),
    ],
)
def test_a_version_is_read_whole(place, number, problem, capsys):
    """N in `FILE@N` may have leading zeros. More than 20 digits are rejected, not truncated."""
    assert main(["diff", f"{place}/docks.json@{number}", f"{place}/docks.json"]) == (2 if problem else 0)
    assert problem in capsys.readouterr().err


@pytest.mark.parametrize("content", [{}, {"images.json": "[]"}, {"task.json": "{}", "docks.txt": write_project("a")}])
@pytest.mark.parametrize(
    "arguments", [("log", "task.json"), ("explain", "task.json", "task.json"), ("preview", "task.json")]
)
def test_a_directory_without_projects_is_not_suggested(place, arguments, content):
    """The error suggests a swap with a directory only if this directory contains projects.

    A param may have the same name as a directory without projects.
    """
    (place / "instruction").mkdir()
    for name, text in content.items():
        (place / "instruction" / name).write_text(text)
    assert "swap it" not in run(*arguments, "instruction", cwd=place).err
    (place / "instruction" / "docks.json").write_text(write_project("docks"))
    assert "swap it with instruction, which contains projects" in run(*arguments, "instruction", cwd=place).err


@pytest.mark.parametrize(
    ("arguments", "summary", "names"),
    [
        (("extract", "yard-cameras.jsonl", "--name", "a", "--type", "b"), "", "--output and --project-output"),
        (("preview", "warehouse-boxes.json", "night-shift.json"), "b/new", "--output and GITHUB_STEP_SUMMARY"),
        (("extract", "yard-cameras.jsonl", "--name", "a", "--type", "b"), "b/new", "--output and"),
    ],
)
def test_two_volumes_may_be_the_same_directory(arguments, summary, names, tmp_path, monkeypatch):
    """If two outputs are the same new file in a directory with two paths, that is an error."""
    for name in ("yard-cameras.jsonl", "warehouse-boxes.json", "night-shift.json"):
        shutil.copy(EXAMPLES / name, tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to("a")
    # Do not resolve the link, so that `b` is like a second mount of the same directory in a container.
    monkeypatch.setattr("paramcore.files.reader.resolve_path", os.path.abspath)
    project_output = ("--project-output", "b/new") if arguments[0] == "extract" and not summary else ()
    options = ("--output", "a/new", *project_output, *(("--summary",) if summary else ()))
    ran = run(*arguments, *options, cwd=tmp_path, GITHUB_STEP_SUMMARY=summary)
    assert ran.status == REFUSED
    assert names in ran.err
    assert os.listdir(tmp_path / "a") == []


def test_two_outputs_may_have_the_same_name(tmp_path):
    """Two outputs may have the same name in different directories."""
    (tmp_path / "a").mkdir()
    outputs = ("--output", tmp_path / "new.json", "--project-output", tmp_path / "a" / "new.json")
    ran = run("extract", "yard-cameras.jsonl", "--name", "a", "--type", "imageannotation", *outputs)
    assert (ran.status, ran.err) == (FINDINGS, "")
    assert os.listdir(tmp_path / "a") == ["new.json"]
