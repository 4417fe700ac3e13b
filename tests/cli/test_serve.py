"""`serve` runs the stand-in on the command line."""

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


def test_each_request_is_printed(tmp_path):
    """Each request prints a line that names the dropped params, and projects are saved as files."""
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


def test_it_starts_empty():
    """Without PROJECT, the stand-in has no projects."""
    with started() as (_, url):
        assert scaleapi.ScaleClient("any", api_instance_url=url).projects() == []


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
    """A second stand-in on the same port is an error on one line."""
    with started() as (_, url):
        port = url.rsplit(":", 1)[1].partition("/")[0]
        ran = run("serve", "--port", port)
        assert ran.status == 2
        assert ran.err.startswith(f"error: cannot listen on port {port}: ")


@pytest.mark.parametrize(
    "arguments",
    [
        *(("--port", "99999"), ("--port", "x"), ("nothing.json",), ("--save", "/dev/null/x")),
        ("warehouse-boxes.json", "warehouse-boxes.json"),
    ],
)
def test_wrong_arguments_are_reported_at_once(arguments):
    """A wrong port, a missing file or a duplicate project ends the command before it listens."""
    assert run("serve", *arguments).status == 2
