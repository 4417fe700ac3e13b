"""`validate` reports the same findings with and without the fast path for JSONL lines."""

import json

import pytest
from attrs import evolve
from test_schemas import CASES, base, change_once

from paramcore.bulk import FastTaskReader
from paramcore.cli.commands.validate import ReportedFindings
from paramcore.cli.main import main
from paramcore.files.reader import Line
from paramcore.validation.finding import Finding

#: What the tasks set besides: routing names, bad values, and names that leave the fast path.
ASIDE = [
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
    """Write a project with half of a payload, and tasks with the rest, each changed once; return both paths."""
    whole = base(name, {})
    tasks = [whole, *(change_once(base(name, case), case["change"])[0] for case in CASES[name]["cases"])]
    held = dict(list(whole.items())[::2])
    project, lines = folder / "project.json", folder / "tasks.jsonl"
    history = [{"version": 0, "instruction": "Look."}, {"version": 1, **held, "instruction": "Look twice."}]
    if flawed:
        history[1] |= {"paddingZ": 1, "callback_url": 7}
    project.write_text(json.dumps({"name": "boxes", "type": name, "param_history": history}))
    own = [{key: value for key, value in task.items() if held.get(key) != value or key == "tags"} for task in tasks]
    requests = [{**task, **ASIDE[number % len(ASIDE)]} for number, task in enumerate([*own, *own, *own])]
    lines.write_text("".join(f"{json.dumps(request)}\n" for request in requests))
    return str(project), str(lines)


@pytest.mark.parametrize("arguments", [(), ("--format", "json"), ("--ignore", "param_unknown"), ("--type", "x")])
@pytest.mark.parametrize("flawed", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_the_slow_path_finds_no_more(name, flawed, arguments, tmp_path, capsys, monkeypatch):
    """The fast path misses no finding."""
    files = write_files(tmp_path, name, flawed=flawed)
    status = main(["validate", *files, *arguments])
    output = capsys.readouterr()
    monkeypatch.setattr(FastTaskReader, "read", lambda *_: None)
    assert main(["validate", *files, *arguments]) == status
    assert capsys.readouterr() == output


@pytest.mark.parametrize("flaw", [{}, {"paddingZ": 1}])
def test_usual_tasks_need_no_document(flaw, tmp_path, capsys, monkeypatch):
    """The fast path handles tasks without findings, and tasks whose findings were reported for the project."""
    held = {"geometries": {"box": {"objects_to_annotate": ["car"]}}, **flaw}
    project, lines = tmp_path / "project.json", tmp_path / "tasks.jsonl"
    history = [{"version": 0, **held}]
    project.write_text(json.dumps({"name": "boxes", "type": "imageannotation", "param_history": history}))
    lines.write_text("".join(f'{{"attachment": "https://example.com/{number}.jpg"}}\n' for number in range(10)))
    monkeypatch.setattr(Line, "document", lambda line: pytest.fail(str(line)))
    assert main(["validate", str(project), str(lines)]) == 0
    assert capsys.readouterr().out.endswith(" in 1 project and 10 tasks\n")


def test_findings_on_tasks_are_not_kept(tmp_path, capsys):
    """Findings on tasks are not kept in memory; only findings on a project are."""
    project, lines = tmp_path / "project.json", tmp_path / "tasks.jsonl"
    history = [{"version": 0, "geometries": {"box": {"objects_to_annotate": ["car"]}}}]
    project.write_text(json.dumps({"name": "boxes", "type": "imageannotation", "param_history": history}))
    lines.write_text("".join(f'{{"attachment": "https://e.com/a", "unknown_{n}": 1}}\n' for n in range(50)))
    assert main(["validate", str(project), str(lines), "--no-values"]) == 0
    assert "0 errors, 50 warnings" in capsys.readouterr().out

    reported = ReportedFindings()
    on_task = Finding("param_unknown", "warning", "/a", "the name", "another")
    on_project = evolve(on_task, version=0, first_set_in=0)
    assert [reported.add(finding, "boxes") for finding in (on_task, on_task)] == [True, True]
    assert len(reported) == 0
    assert [reported.add(finding, "boxes") for finding in (on_project, on_project)] == [True, False]
    assert reported.add(on_project, "other")
    assert len(reported) == 2
