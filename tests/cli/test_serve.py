"""`serve` runs the stand-in on the command line."""

import json
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest
import scaleapi
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from paramcore.cli.signals import END_SIGNALS
from tests.cli.running import EXAMPLES, command, environment, restore_signals, run
from tests.waiting import wait_until


@contextmanager
def started(*arguments, ends_with=(signal.SIGINT, 0)):
    process = subprocess.Popen(
        command("serve", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=restore_signals,
    )
    with process:
        page = process.stdout.readline()
        url = process.stdout.readline().split()[-1]
        assert page == f"open in a browser: {url.removesuffix('v1')}\n"
        assert process.stdout.readline().startswith("for example: ScaleClient(")
        try:
            yield process, url
        finally:
            process.send_signal(ends_with[0])
            process.wait(20)
        assert process.stderr.read() == ""
        assert process.returncode == ends_with[1]


def test_each_request_is_printed(tmp_path):
    """For each request, the server prints a line that names dropped params. `--save` saves changed projects."""
    with started("projects", "--save", str(tmp_path)) as (process, url):
        client = scaleapi.ScaleClient("any", api_instance_url=url)
        client.update_project("north docks", instruction="Box every crane.")
        assert process.stdout.readline() == (
            "POST /projects/north%20docks/setParams 200  version 5 by replace: dropped padding, because `patch` was not "
            "sent; 1 changed, 0 added\n"
        )
        client.create_task(TaskType.ImageAnnotation, project="north docks", attachment="a")
        assert process.stdout.readline() == (
            'POST /task/imageannotation 200  created: task for "north docks": inherits version 5 (the latest)\n'
        )
    kept = json.loads((tmp_path / "north docks.json").read_text())
    assert kept["param_history"][5]["instruction"] == "Box every crane."
    assert run("log", str(tmp_path)).status == 0


def list_texts(directory):
    return {path.name: path.read_text() for path in directory.iterdir()}


@pytest.fixture
def projects(tmp_path):
    """Return a directory with two example projects and a file without a project."""
    directory = tmp_path / "projects"
    shutil.copytree(EXAMPLES / "projects", directory)
    (directory / "update.json").write_text('{"padding": 9}')
    return directory


def test_a_project_goes_back_to_its_file(projects):
    """If `--save` names the served directory, its files keep their names, and only changed files are rewritten."""
    before = list_texts(projects)
    process = subprocess.Popen(
        command("serve", projects, "--save", projects),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        preexec_fn=restore_signals,
    )
    with process:
        process.stdout.readline()
        client = scaleapi.ScaleClient("any", api_instance_url=process.stdout.readline().split()[-1])
        client.update_project("north docks", instruction="Box every crane.")
        client.create_project("North Docks", TaskType.ImageAnnotation, params={"padding": 1})
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        assert process.stderr.read() == f"skipped {projects}/update.json, because it contains no project\n"
    after = list_texts(projects)
    assert after.keys() - before.keys() == {"North Docks.json"}
    assert {name for name in before if before[name] != after[name]} == {"north-docks.json"}
    assert json.loads(after["north-docks.json"])["param_history"][5]["instruction"] == "Box every crane."


def test_the_projects_of_the_directory_continue(projects, tmp_path):
    """A project in the directory of `--save` is served, and takes precedence over a PROJECT with the same name."""
    project = {"name": "south docks", "type": "imageannotation", "param_history": [{"version": 0, "padding": 7}]}
    (tmp_path / "mine.json").write_text(json.dumps(project))
    (tmp_path / "new.json").write_text(json.dumps({**project, "name": "new"}))
    before = list_texts(projects)
    process = subprocess.Popen(
        command("serve", tmp_path / "mine.json", tmp_path / "new.json", "--save", projects),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        preexec_fn=restore_signals,
    )
    with process:
        process.stdout.readline()
        client = scaleapi.ScaleClient("any", api_instance_url=process.stdout.readline().split()[-1])
        assert {project.name for project in client.projects()} == {"north docks", "south docks", "new"}
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        continues = (
            f'the project "south docks" on the command line differs from {projects}/south-docks.json; '
            "the project in the file is served\n"
        )
        assert process.stderr.read() == continues
    after = list_texts(projects)
    assert json.loads(after.pop("new.json")) == {**project, "name": "new"}
    assert after == before


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("docks.yaml", "name: docks\ntype: x\nparam_history: []\n", "does not rewrite YAML"),
        ("broken.json", '{"name": "x", "type": "y"}', "broken.json:1:1"),
        ("twice.json", '{"name": "north docks", "type": "y", "param_history": []}', "two projects have the name"),
    ],
)
def test_a_directory_that_cannot_be_saved_is_reported_before_the_server_starts(projects, tmp_path, name, text, message):
    """A YAML project, a malformed project or a duplicate project in the directory is an error. No file is written."""
    (tmp_path / "docks.json").write_text('{"name": "docks", "type": "x", "param_history": []}')
    (projects / name).write_text(text)
    before = list_texts(projects)
    ran = run("serve", tmp_path / "docks.json", "--save", projects)
    assert (ran.status, ran.out) == (2, "")
    assert message in ran.err
    assert list_texts(projects) == before


@pytest.mark.parametrize("ends_with", [*END_SIGNALS.items(), (signal.SIGINT, 0)], ids=str)
def test_an_update_before_a_signal_is_saved(tmp_path, ends_with):
    """If a signal ends the server after an update, the update is saved, and only project files are left."""
    with started("projects", "--save", str(tmp_path), ends_with=ends_with) as (_, url):
        scaleapi.ScaleClient("any", api_instance_url=url).update_project("north docks", instruction="Box every crane.")
    kept = json.loads((tmp_path / "north docks.json").read_text())
    assert kept["param_history"][-1]["instruction"] == "Box every crane."
    assert {path.suffix for path in tmp_path.iterdir()} == {".json"}


def test_ignored_names_are_warned_about(tmp_path):
    """A routing name in the history of a project is reported before the server starts (U10)."""
    (tmp_path / "p.json").write_text('{"type": "t", "name": "n", "param_history": [{"version": 0, "project": "x"}]}')
    ran = run("serve", tmp_path / "p.json", "--save", "/dev/null/x")
    assert ran.status == 2
    assert "version 0 contains `project`, which no task inherits" in ran.err


def test_only_changed_projects_are_saved(tmp_path):
    """A request rewrites only the file of the project that it changes."""
    with started("projects", "--save", str(tmp_path)) as (process, url):
        files = {file.name: file for file in tmp_path.glob("*.json")}
        assert len(files) > 1
        for file in files.values():
            file.write_text("edited")
        scaleapi.ScaleClient("any", api_instance_url=url).update_project("north docks", patch=True, padding=9)
        wait_until(lambda: files["north docks.json"].read_text() != "edited")
        changed = {name for name, file in files.items() if file.read_text() != "edited"}
        assert changed == {"north docks.json"}


def test_it_starts_empty():
    """Without PROJECT, the stand-in has no projects."""
    with started() as (_, url):
        assert scaleapi.ScaleClient("any", api_instance_url=url).projects() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("projects", "projects/north-docks.json"),
        ("projects/north-docks.json", "projects"),
        ("projects", "./projects"),
        ("projects/north-docks.json", "projects/../projects/north-docks.json", "projects/south-docks.json"),
    ],
)
def test_a_file_that_several_arguments_name_is_read_once(arguments):
    """If several arguments name a file, or the directory that contains the file, the file is read once."""
    with started(*arguments) as (_, url):
        client = scaleapi.ScaleClient("any", api_instance_url=url)
        assert sorted(project.name for project in client.projects()) == ["north docks", "south docks"]


def test_projects_with_the_same_name_are_located(tmp_path):
    """Two projects with the same name are rejected, and the error names the place of the first project."""
    copy = shutil.copy(EXAMPLES / "projects" / "north-docks.json", tmp_path / "copy.json")
    ran = run("serve", "projects", str(copy), cwd=EXAMPLES)
    assert ran.status == 2
    assert 'two projects have the name "north docks"; remove one of them (the first is at projects/' in ran.err


def test_it_may_validate_tasks():
    """With `--validate`, a task with an error is rejected."""
    with started("projects", "--validate") as (_, url):
        client = scaleapi.ScaleClient("any", api_instance_url=url)
        with pytest.raises(ScaleInvalidRequest, match="/priority"):
            shapes = {"box": {"objects_to_annotate": ["Ship"]}}
            client.create_task(
                TaskType.ImageAnnotation, project="north docks", attachment="a", geometries=shapes, priority="high"
            )


def test_a_port_in_use_is_reported():
    """A port that is in use is an error."""
    with started() as (_, url):
        port = url.rsplit(":", 1)[1].partition("/")[0]
        ran = run("serve", "--port", port)
        assert ran.status == 2
        assert ran.err.startswith(f"error: cannot listen on port {port}: ")


@pytest.mark.parametrize(
    "arguments",
    [("--port", "99999"), ("--port", "x"), ("nothing.json",), ("--save", "/dev/null/x")],
)
def test_wrong_arguments_are_reported_at_once(arguments):
    """A wrong port, a missing file or an invalid directory is an error."""
    assert run("serve", *arguments).status == 2
