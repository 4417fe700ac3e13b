"""`plan` and `assumptions`."""

import json

from running import EXAMPLES, run

PROJECT = "warehouse-boxes.json"


def test_drops_come_first():
    """A plan that drops says so before anything else, and fails until somebody consents."""
    ran = run("plan", PROJECT, "reword.json")
    assert ran.status == 1
    assert [line.split()[0] for line in ran.out.splitlines()[1:5]] == ["dropped", "dropped", "dropped", "changed"]


def test_json_has_the_fixed_keys():
    """The JSON of a plan holds what it shows and what it sends."""
    document = run("plan", PROJECT, "reword.json", "--format", "json").document
    assert {"before", "after", "dropped", "diff", "request", "needs_consent"} <= set(document)
    assert document["dropped"] == ["geometries", "padding", "annotation_attributes"]
    assert document["request"] == {"patch": False, **json.loads((EXAMPLES / "reword.json").read_text())}
    assert document["needs_consent"] is True


def test_a_patch_drops_nothing():
    """A plan that drops nothing is fine."""
    ran = run("plan", PROJECT, "-", stdin='{"patch": true, "padding": 6}')
    assert (ran.status, ran.out.splitlines()) == (
        0,
        [
            'update of "warehouse boxes": version 2 -> 3, by patch',
            "  changed  padding  5 -> 6",
            "0 dropped, 1 changed, 0 added, 3 kept",
        ],
    )


def test_the_flag_is_a_bool():
    """`patch` as text is refused with its line, since the service would take any text for true."""
    ran = run("plan", PROJECT, "-", stdin='{\n"patch": "false"}')
    assert ran.status == 2
    assert ran.err.startswith("error: <stdin>:2:10: at /patch: ")


def test_bookkeeping_names_are_refused():
    """An entry of the history, sent back as an update, is refused by the name that gives it away."""
    ran = run("plan", PROJECT, "-", stdin='{"version": 2, "instruction": "x"}')
    assert ran.status == 2
    assert "`version`" in ran.err


def test_many_projects_are_summed_up_first(tmp_path):
    """Over a directory the first line says how many projects would lose params, and which."""
    one = {"type": "t", "param_history": [{"version": 0, "a": 1}]}
    (tmp_path / "n.json").write_text(json.dumps({**one, "name": "north"}))
    (tmp_path / "s.json").write_text(json.dumps({**one, "name": "south", "param_history": []}))
    ran = run("plan", tmp_path, "-", stdin='{"b": 1}')
    assert (ran.status, ran.out.splitlines()[0]) == (1, '1 of 2 projects would lose params: "north"')
    documents = run("plan", tmp_path, "-", "--format", "json", stdin='{"b": 1}').document
    assert [one["project"] for one in documents] == ["north", "south"]


def test_assumptions_are_listed():
    """Each assumed rule is listed with its settings, and what was set is told from the default."""
    ran = run("assumptions", "--assume", "empty_instruction=join")
    assert '     empty_instruction = "join"  (default: "leave out")' in ran.out.splitlines()
    assert {rule["rule"] for rule in run("assumptions", "--format", "json").document} >= {"T5", "T6", "T8", "U6"}
