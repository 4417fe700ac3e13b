"""`validate` reports the same findings with and without the fast path for JSONL lines."""

import json
import pickle
from argparse import Namespace

import pytest
from attrs import evolve
from test_schemas import CASES, change_once, get_payload_params

from paramcore import Assumptions, Project, write_project
from paramcore.bulk import RequestReader
from paramcore.cli.main import main
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.screen import Screen
from paramcore.cli.task_validator import FindingReporter, ReportedKeys
from paramcore.files.reader import Line
from paramcore.validation.finding import Finding

#: Members to add to the tasks, such as routing names, wrong values and long values.
ADDITIONS = [
    {},
    {},
    {"unique_id": "u-1"},
    {"project": "boxes", "batch": "monday"},
    {"project_version": 0},
    {"project_version": 1},
    {"project_version": -1},
    {"project_version": 7},
    {"instruction": 5},
    {"instruction": "Hurry.\nLook twice.\n"},
    {"metadata": {"note": "x" * 11_000}},
    {"metadata": {"note": "\u00e9" * 5_000}},
    {"project_param_version": 1},
    {"unique_id": "\U0001f600"},
]


def write_files(folder, name, *, flawed=False):
    """Write a project file and a file with tasks of the project, and return both paths.

    The latest version of the project has half of the params of the payload `name`. Each task is this payload, or the
    payload with one mistake. Except for `tags`, a task leaves out the params for which the project has the same value.
    Each task also has the members of an entry of `ADDITIONS`.
    """
    whole = get_payload_params(name, {})
    tasks = [whole, *(change_once(get_payload_params(name, case), case["change"])[0] for case in CASES[name]["cases"])]
    held = dict(list(whole.items())[::2])
    project, lines = folder / "project.json", folder / "tasks.jsonl"
    history = [{"version": 0, "instruction": "Look."}, {"version": 1, **held, "instruction": "Look twice."}]
    if flawed:
        history[1] |= {"paddingZ": 1, "callback_url": 7}
    project.write_text(json.dumps({"name": "boxes", "type": name, "param_history": history}))
    # `tags` stays, so that some tasks set the value that they would inherit.
    own = [{key: value for key, value in task.items() if held.get(key) != value or key == "tags"} for task in tasks]
    requests = [{**task, **ADDITIONS[number % len(ADDITIONS)]} for number, task in enumerate([*own, *own, *own])]
    lines.write_text("".join(f"{json.dumps(request)}\n" for request in requests))
    return str(project), str(lines)


@pytest.mark.parametrize(
    "arguments", [(), ("--format", "json"), ("--ignore", "param_unknown"), ("--project-version", "0")]
)
@pytest.mark.parametrize("flawed", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_the_fast_path_misses_no_finding(name, flawed, arguments, tmp_path, capsys, monkeypatch):
    """`validate` prints the same findings, with and without the fast path."""
    files = write_files(tmp_path, name, flawed=flawed)
    assert main(["validate", *files, *arguments]) == 1
    output = capsys.readouterr()
    monkeypatch.setattr(RequestReader, "_read_fast", lambda *_: None)
    assert main(["validate", *files, *arguments]) == 1
    assert capsys.readouterr() == output


@pytest.mark.parametrize("flaw", [{}, {"paddingZ": 1}])
def test_tasks_without_findings_need_no_document(flaw, tmp_path, capsys, monkeypatch):
    """After the first task, `validate` creates no `Document` for a task without findings of its own."""
    held = {"geometries": {"box": {"objects_to_annotate": ["car"]}}, **flaw}
    project, lines = tmp_path / "project.json", tmp_path / "tasks.jsonl"
    history = [{"version": 0, **held}]
    project.write_text(json.dumps({"name": "boxes", "type": "imageannotation", "param_history": history}))
    lines.write_text("".join(f'{{"attachment": "https://example.com/{number}.jpg"}}\n' for number in range(10)))
    numbers, read = [], Line.document
    monkeypatch.setattr(Line, "document", lambda line: numbers.append(line.number) or read(line))
    assert main(["validate", str(project), str(lines)]) == 0
    assert set(numbers) == {1}
    assert capsys.readouterr().out.endswith(" in 1 project and 10 tasks\n")


def test_findings_on_tasks_are_not_remembered(tmp_path):
    """A finding on a project is reported once. A finding on a task is not remembered, so it is reported each time."""
    project = Project("boxes", type="imageannotation", params={"geometries": {"box": {"objects_to_annotate": ["car"]}}})
    path = tmp_path / "project.json"
    path.write_text(json.dumps(write_project(project)))
    options = Namespace(summary=False, format="text", values=True, lines=False, tasks=None, screen=Screen())
    reporter = FindingReporter(options, ProjectFiles([str(path)], Assumptions()), {}, ())
    reported = ReportedKeys()
    size = len(pickle.dumps(reported))
    on_task = Finding("param_unknown", "warning", "/a", "the name `a` is unknown here")
    on_project = evolve(on_task, version=0, first_set_in=0)
    assert [len(reporter.report([finding], project, reported=reported)) for finding in (on_task, on_task)] == [1, 1]
    assert len(pickle.dumps(reported)) == size
    assert [len(reporter.report([finding], project, reported=reported)) for finding in (on_project, on_project)] == [
        1,
        0,
    ]
    assert len(pickle.dumps(reported)) > size
