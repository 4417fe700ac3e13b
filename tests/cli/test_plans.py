"""`plan` and `assumptions`."""

import json

import pytest
from running import EXAMPLES, run

from paramcore.cli.exit_codes import FINDINGS, FINE, REFUSED

PROJECT = "warehouse-boxes.json"


def test_drops_come_first():
    """If a plan drops params, they are listed first, and the exit code is FINDINGS."""
    ran = run("plan", PROJECT, "reword.json")
    assert ran.status == FINDINGS
    assert [line.split()[0] for line in ran.out.splitlines()[1:5]] == ["dropped", "dropped", "dropped", "changed"]


def test_json_has_the_fixed_keys():
    """The JSON of a plan has the keys that programs rely on."""
    document = run("plan", PROJECT, "reword.json", "--format", "json").document
    assert {"before", "after", "dropped", "diff", "request", "needs_consent"} <= set(document)
    assert document["dropped"] == ["geometries", "padding", "annotation_attributes"]
    assert document["request"] == {"patch": False, **json.loads((EXAMPLES / "reword.json").read_text())}
    assert document["needs_consent"] is True


def test_a_patch_drops_nothing():
    """If a plan drops nothing and has no errors, the exit code is FINE."""
    ran = run("plan", PROJECT, "-", stdin='{"patch": true, "padding": 6}')
    assert (ran.status, ran.out.splitlines()) == (
        FINE,
        [
            'update of "warehouse boxes": version 2 -> 3, by patch',
            "  changed  padding  5 -> 6",
            "0 dropped, 1 changed, 0 added, 3 kept",
        ],
    )


def test_the_flag_is_a_bool():
    """`patch` as a string is an error, because the service might treat any string as true."""
    ran = run("plan", PROJECT, "-", stdin='{\n"patch": "false"}')
    assert ran.status == REFUSED
    assert ran.err.startswith("error: <stdin>:2:10: at /patch: ")


def test_bookkeeping_names_are_rejected():
    """A history entry in place of an update is rejected because of its `version`."""
    ran = run("plan", PROJECT, "-", stdin='{"version": 2, "instruction": "x"}')
    assert ran.status == REFUSED
    assert "`version`" in ran.err


def test_many_projects_begin_with_a_summary(tmp_path):
    """For a directory, the first line has the number and the names of the projects that would lose params."""
    project = {"type": "t", "param_history": [{"version": 0, "a": 1}]}
    (tmp_path / "n.json").write_text(json.dumps({**project, "name": "north"}))
    (tmp_path / "s.json").write_text(json.dumps({**project, "name": "south", "param_history": []}))
    ran = run("plan", tmp_path, "-", stdin='{"b": 1}')
    assert (ran.status, ran.out.splitlines()[0]) == (FINDINGS, '1 of 2 projects would lose params: "north"')
    documents = run("plan", tmp_path, "-", "--format", "json", stdin='{"b": 1}').document
    assert [plan["project"] for plan in documents] == ["north", "south"]


def test_a_setting_that_is_set_twice():
    """A setting that `--assume` sets twice is an error, because only one of the values could apply."""
    ran = run("assumptions", "--assume", "empty_instruction=join", "--assume", "empty_instruction=leave out")
    assert (ran.status, ran.err) == (2, "error: --assume sets `empty_instruction` twice; set it once\n")


@pytest.mark.parametrize(
    ("value", "separator"),
    [
        ('"\\n\\n"', "\n\n"),
        (r"\n\n", "\n\n"),
        ("\n\n", "\n\n"),
        (r"\t", "\t"),
        (r"\u00a0", "\u00a0"),
        ("\\", "\\"),
        (r"\x", r"\x"),
        (r'\n"', r'\n"'),
        (" ", " "),
        ("", ""),
    ],
)
def test_an_assumption_may_contain_escapes(value, separator):
    """`--assume` decodes the escapes in a value that `audit` prints, with or without the quotes around the value."""
    rules = run("assumptions", "--format", "json", "--assume", f"instruction_separator={value}").document
    [settings] = [rule["settings"] for rule in rules if "instruction_separator" in rule["settings"]]
    assert settings["instruction_separator"] == separator


def test_assumptions_are_listed():
    """A changed setting is listed with its default, and the JSON contains assumed rules such as T5."""
    ran = run("assumptions", "--assume", "empty_instruction=join")
    assert '     empty_instruction = "join"  (default: "leave out")' in ran.out.splitlines()
    assert {rule["rule"] for rule in run("assumptions", "--format", "json").document} >= {"T5", "T6", "T8", "U6"}


@pytest.mark.parametrize("suffix", ["json", "yaml"])
def test_null_is_no_update(suffix, tmp_path):
    """A file with null is an error, not an update that drops all params.

    If a plan has nothing to do, its JSON has null as `request`. A script may write this null to a file.
    """
    plan = run("plan", PROJECT, "--wanted", PROJECT, "--format", "json").document
    file = tmp_path / f"request.{suffix}"
    file.write_text(json.dumps(plan["request"]))
    for arguments in (("plan", PROJECT, file), ("validate", PROJECT, "--update", file)):
        ran = run(*arguments)
        assert (ran.status, ran.out) == (REFUSED, "")
        assert ran.err.startswith(f"error: {file}:1:1: params must be an object, got null; ")
    file.write_text("{}")
    assert run("plan", PROJECT, file).status == FINDINGS


@pytest.mark.parametrize(("count", "end"), [(20, '"p19"'), (21, '"p19", ...'), (1_000, '"p19", ...')])
def test_the_summary_names_twenty_projects(tmp_path, count, end):
    """For many projects, the first lines name the first 20 projects that would lose params or have errors."""
    projects = [
        {"name": f"p{number}", "type": "comparison", "param_history": [{"version": 0, "a": 1}]}
        for number in range(count)
    ]
    (tmp_path / "projects.json").write_text(json.dumps(projects))
    (tmp_path / "update.json").write_text('{"merge": true}')
    ran = run("plan", "projects.json", "update.json", cwd=tmp_path)
    losing, invalid, blank = ran.out.splitlines()[:3]
    assert losing.startswith(f'{count} of {count} projects would lose params: "p0", "p1", ')
    assert invalid.startswith(f'{count} of {count} projects would have errors: "p0", "p1", ')
    assert (losing.endswith(end), invalid.endswith(end), blank) == (True, True, "")
