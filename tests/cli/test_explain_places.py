"""`explain` names the file, line and column of each value."""

import json

import pytest
from running import EXAMPLES, run

PROJECT, TASK = "warehouse-boxes.json", "night-shift.json"


def read_value(text, line, column):
    """Return the JSON value at a line and column of a text."""
    start = sum(map(len, text.splitlines(keepends=True)[: line - 1])) + column - 1
    return json.JSONDecoder().raw_decode(text, start)[0]


@pytest.mark.parametrize("tasks", [TASK, "night-shift.jsonl"])
def test_each_place_has_the_value(tasks):
    """The file, line and column of a candidate lead to its value. A layer without the param has no location."""
    done = run("explain", PROJECT, tasks, "--format", "json")
    answers = [done.document] if tasks == TASK else done.lines
    candidates = [one for answer in answers for found in answer["explanations"] for one in found["candidates"]]
    assert {candidate["file"] for candidate in candidates} == {PROJECT, tasks, None}
    for candidate in candidates:
        place = candidate["file"], candidate["line"], candidate["column"]
        if candidate["status"] == "UNSET":
            assert place == (None, None, None)
        else:
            assert candidate["file"] == (tasks if candidate["version"] is None else PROJECT)
            assert read_value((EXAMPLES / place[0]).read_text("utf-8"), *place[1:]) == candidate["value"]


def test_the_text_has_the_places_of_json():
    """The line of each candidate with a value ends with its location, as `file:line:column`."""
    explanation = run("explain", PROJECT, TASK, "padding", "--format", "json").document["explanations"][0]
    lines = run("explain", PROJECT, TASK, "padding").out.splitlines()[1:]
    for line, candidate in zip(lines, explanation["candidates"], strict=False):
        assert line.endswith(f"{candidate['file']}:{candidate['line']}:{candidate['column']})")


def test_params_that_the_task_does_not_get_come_last():
    """Without PARAM, `explain` first explains the params of the task, then those that only other versions set."""
    ran = run("explain", PROJECT, "-", stdin='{"project_version": 0, "padding": 1}')
    names = [line.split(" ")[0] for line in ran.out.splitlines() if line and not line.startswith(" ")]
    assert names == ["instruction", "geometries", "padding", "annotation_attributes"]
    assert "annotation_attributes is not set\n" in ran.out


def test_elements_of_arrays_have_places(tmp_path):
    """In an array of projects or tasks, each location has the line of the right element."""
    project = {"type": "comparison", "name": "docks", "param_history": [{"version": 0, "a/b": 1}]}
    other = {**project, "name": "other"}
    (tmp_path / "all.json").write_text(json.dumps([other, project], indent=1))
    (tmp_path / "tasks.json").write_text(json.dumps([{"project": "other"}, {"project": "docks", "a/b": 2}], indent=1))
    answers = run("explain", "all.json", "tasks.json", "a/b", "--format", "json", cwd=tmp_path).document
    own, inherited = answers[1]["explanations"][0]["candidates"]
    assert (own["file"], own["line"]) == ("tasks.json", 7)
    assert (inherited["file"], inherited["line"]) == ("all.json", 18)
    assert answers[0]["explanations"][0]["candidates"][0]["file"] is None
    assert answers[0]["explanations"][0]["candidates"][1]["line"] == 8
