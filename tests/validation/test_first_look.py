"""`validate` tells the same of a line, whether a first look at it is enough or not."""

import json

import pytest
from test_schemas import CASES, base, changed

from paramcore.bulk import FastTaskReader
from paramcore.cli.commands.validate import _Bench
from paramcore.cli.main import main
from paramcore.files.reader import Line

#: What tasks set beside their params, and a value that is the project's, is odd, or goes elsewhere.
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


def written(folder, name, *, flawed=False):
    """Write a project that holds half of a payload and tasks that bring the rest, each changed once; return both paths."""
    whole = base(name, {})
    tasks = [whole, *(changed(base(name, case), case["change"])[0] for case in CASES[name]["cases"])]
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
def test_a_second_look_finds_no_more(name, flawed, arguments, tmp_path, capsys, monkeypatch):
    """What a first look passes over, a look at every document would not have told either."""
    files = written(tmp_path, name, flawed=flawed)
    status = main(["validate", *files, *arguments])
    told = capsys.readouterr()
    monkeypatch.setattr(FastTaskReader, "read", lambda *_: None)
    assert main(["validate", *files, *arguments]) == status
    assert capsys.readouterr() == told


@pytest.mark.parametrize("flaw", [{}, {"paddingZ": 1}])
def test_usual_tasks_need_no_document(flaw, tmp_path, capsys, monkeypatch):
    """Where nothing is wrong with a task, or nothing that was not told of its project, a first look is enough."""
    held = {"geometries": {"box": {"objects_to_annotate": ["car"]}}, **flaw}
    project, lines = tmp_path / "project.json", tmp_path / "tasks.jsonl"
    history = [{"version": 0, **held}]
    project.write_text(json.dumps({"name": "boxes", "type": "imageannotation", "param_history": history}))
    lines.write_text("".join(f'{{"attachment": "https://example.com/{number}.jpg"}}\n' for number in range(10)))
    monkeypatch.setattr(Line, "document", lambda line: pytest.fail(str(line)))
    assert main(["validate", str(project), str(lines)]) == 0
    assert capsys.readouterr().out.endswith(" in 1 project and 10 tasks\n")


def test_what_is_told_of_tasks_is_not_remembered(tmp_path, monkeypatch):
    """A million different findings on tasks leave nothing behind: only what is told of a project is kept."""
    benches = []
    made = _Bench.__init__
    monkeypatch.setattr(_Bench, "__init__", lambda self, options: benches.append(self) or made(self, options))
    project, lines = tmp_path / "project.json", tmp_path / "tasks.jsonl"
    history = [{"version": 0, "geometries": {"box": {"objects_to_annotate": ["car"]}}}]
    project.write_text(json.dumps({"name": "boxes", "type": "imageannotation", "param_history": history}))
    lines.write_text("".join(f'{{"attachment": "https://e.com/a", "unknown_{n}": 1}}\n' for n in range(50)))
    assert main(["validate", str(project), str(lines), "--no-values"]) == 0
    assert benches[0]._counts["warning"] == 50
    assert benches[0]._told == set()
