"""`serve`: the stand-in as a person starts it."""

import json
import signal
import subprocess
from contextlib import contextmanager

import pytest
import scaleapi
from scaleapi.exceptions import ScaleInvalidRequest
from scaleapi.tasks import TaskType

from tests.cli.running import EXAMPLES, command, environment, heed_interrupts, run


@contextmanager
def started(*arguments):
    process = subprocess.Popen(
        command("serve", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=heed_interrupts,
    )
    with process:
        url = process.stdout.readline().split()[-1]
        assert process.stdout.readline().startswith("for example: ScaleClient(")
        try:
            yield process, url
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(20)
        assert process.stderr.read() == ""
        assert process.returncode == 0


def test_it_tells_what_a_script_does(tmp_path):
    """Each request has a line, drops are named, and the projects are kept as files."""
    with started("projects", "--save", str(tmp_path)) as (process, url):
        client = scaleapi.ScaleClient("any", api_instance_url=url)
        client.update_project("north docks", instruction="Box every crane.")
        assert process.stdout.readline() == (
            "POST /projects/north%20docks/setParams 200  version 5 by replace: dropped padding; 1 changed, 0 added\n"
        )
        client.create_task(TaskType.ImageAnnotation, project="north docks", attachment="a")
        assert process.stdout.readline() == (
            'POST /task/imageannotation 200  created: task for "north docks": inherits version 5 (the latest)\n'
        )
    kept = json.loads((tmp_path / "north docks.json").read_text())
    assert kept["param_history"][5]["instruction"] == "Box every crane."
    assert run("log", str(tmp_path)).status == 0


def test_ignored_names_are_warned_about(tmp_path):
    """A routing name in the history of a project is reported before anything is served (U10)."""
    (tmp_path / "p.json").write_text('{"type": "t", "name": "n", "param_history": [{"version": 0, "project": "x"}]}')
    ran = run("serve", tmp_path / "p.json", "missing.json")
    assert ran.status == 2
    assert "version 0 holds `project`, which no task inherits" in ran.err


def test_only_changed_projects_are_saved(tmp_path):
    """A request writes the file of the project that it changed, and leaves the other files alone."""
    with started("projects", "--save", str(tmp_path)) as (process, url):
        files = {file.name: file for file in tmp_path.iterdir()}
        assert len(files) > 1
        for file in files.values():
            file.write_text("edited")
        scaleapi.ScaleClient("any", api_instance_url=url).update_project("north docks", patch=True, padding=9)
        process.stdout.readline()
        changed = {name for name, file in files.items() if file.read_text() != "edited"}
        assert changed == {"north docks.json"}


def test_it_begins_with_nothing():
    """Without a project it is empty."""
    with started() as (_, url):
        assert scaleapi.ScaleClient("any", api_instance_url=url).projects() == []


def test_it_may_judge():
    """With `--validate` a task with an error is refused, as the service might."""
    with started("projects", "--validate") as (_, url):
        client = scaleapi.ScaleClient("any", api_instance_url=url)
        with pytest.raises(ScaleInvalidRequest, match="/priority"):
            shapes = {"box": {"objects_to_annotate": ["Ship"]}}
            client.create_task(
                TaskType.ImageAnnotation, project="north docks", attachment="a", geometries=shapes, priority="high"
            )


def test_a_port_that_is_taken_is_told():
    """A second one on the same port says so in one line."""
    with started() as (_, url):
        port = url.rsplit(":", 1)[1].partition("/")[0]
        ran = run("serve", "--port", port)
        assert ran.status == 2
        assert ran.err.startswith(f"error: found the port {port}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        *(("--port", "99999"), ("--port", "x"), ("nothing.json",), ("--save", "/dev/null/x")),
        ("warehouse-boxes.json", "warehouse-boxes.json"),
    ],
)
def test_what_is_wrong_is_told_before_it_listens(arguments):
    """A port that is none, or a file that is not there, ends it at once."""
    assert run("serve", *arguments).status == 2
