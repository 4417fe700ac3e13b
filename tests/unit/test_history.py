"""Histories: what versions prove about the updates that made them, and what stays uncertain."""

import pytest

from paramcore import Project
from paramcore.analysis.history import History
from paramcore.errors import InvalidParams
from paramcore.wire import read_project


def project_of(*entries):
    history = [{"version": number, **entry} for number, entry in enumerate(entries)]
    return read_project({"name": "boxes", "type": "comparison", "param_history": history})


def at(second, **params):
    return {"created_at": f"2024-03-04T09:12:{second}Z", **params}


STORY = project_of(
    at("00.000", instruction="Box it.", padding=3),
    at("01.000", instruction="Box it.", padding=4),
    at("02.500", instruction="Box it.", padding=4),
    {"padding": 4, "new": [1]},
    {"padding": 3, "new": [1], "instruction": "Box it."},
    {"padding": 3, "new": [1], "instruction": "Box it."},
)


def test_a_history_in_text():
    """Each version has a heading and its changes, drops first. The heading says what is known about the update."""
    assert str(History.of(STORY)) == (
        '"boxes": 6 versions\n'
        "\n"
        "version 0  2024-03-04T09:12:00.000Z  the first version\n"
        '  added    instruction  "Box it."\n'
        "  added    padding      3\n"
        "\n"
        "version 1  2024-03-04T09:12:01.000Z  by patch or replace\n"
        "  changed  padding  3 -> 4\n"
        "\n"
        "version 2  2024-03-04T09:12:02.500Z  changes nothing; created 2 s after the previous version, so probably by a retried request\n"
        "\n"
        "version 3  by replace, because it drops params\n"
        '  dropped  instruction  "Box it."\n'
        "  added    new          [1]\n"
        "\n"
        "version 4  by patch or replace\n"
        "  changed  padding      4 -> 3\n"
        '  added    instruction  "Box it."\n'
        "  returns  padding to its value in version 0\n"
        "  returns  instruction to its value in version 2\n"
        "\n"
        "version 5  changes nothing"
    )


def test_a_history_as_json():
    """The JSON has the changes of each version, and what these changes prove about the update."""
    document = History.of(STORY).to_json()
    assert document["project"] == "boxes"
    assert document["versions"][3] == {
        "version": 3,
        "created_at": None,
        "added": {"new": [1]},
        "removed": {"instruction": "Box it."},
        "changed": {},
        "lost": [],
        "changes": [
            {
                "kind": "removed",
                "pointer": "/instruction",
                "after_pointer": None,
                "identity": None,
                "before": "Box it.",
            },
            {"kind": "added", "pointer": "/new", "after_pointer": "/new", "identity": None, "after": [1]},
        ],
        "must_be_replace": True,
        "restated": ["padding"],
        "noop": False,
        "probable_twin": False,
        "returns": {},
    }
    assert [one["noop"] for one in document["versions"]] == [False, False, True, False, False, True]
    assert [one["probable_twin"] for one in document["versions"]] == [False, False, True, False, False, False]
    assert document["versions"][4]["returns"] == {"padding": 0, "instruction": 2}


def test_short_histories():
    """The text of a history without versions says so. The first version is never a no-op, even without params."""
    assert str(History.of(Project("bare", type="comparison"))) == '"bare" has no versions yet'
    assert str(History.of(project_of({}))) == '"boxes": 1 version\n\nversion 0  the first version'
    assert not History.of(project_of({})).steps[0].is_noop


@pytest.mark.parametrize(
    ("first", "second", "seconds", "twin"),
    [
        ("2024-03-04T09:12:00Z", "2024-03-04T09:13:00Z", 60, True),
        ("2024-03-04T09:12:00Z", "2024-03-04T09:13:00.001Z", 60.001, False),
        ("2024-03-04T09:12:00.0000Z", "2024-03-04T09:12:00.1234Z", 0.123, True),
        ("2024-03-04T23:59:59.9Z", "2024-03-05T00:00:00.1Z", 0.2, True),
        ("2024-02-28T23:59:59Z", "2024-02-29T00:00:00Z", 1, True),
        ("2024-02-29T23:59:59Z", "2024-03-01T00:00:00Z", 1, True),
        ("2023-02-28T23:59:59Z", "2023-03-01T00:00:00Z", 1, True),
        ("1900-02-28T00:00:00Z", "1900-03-01T00:00:00Z", 86_400, False),
        ("2000-02-28T00:00:00Z", "2000-03-01T00:00:00Z", 172_800, False),
        ("2023-12-31T23:59:59Z", "2024-01-01T00:00:00Z", 1, True),
        ("2024-03-04T09:12:01Z", "2024-03-04T09:12:00Z", -1, False),
        ("2024-03-04T09:12:01Z", "2024-03-04T09:12:01Z", 0, True),
        ("yesterday", "2024-03-04T09:12:00Z", None, False),
        ("2024-03-04T09:12:00Z", None, None, False),
        ("2024-03-04T09:12:00+01:00", "2024-03-04T09:12:01Z", None, False),
        ("2024-03-04T09:12:0\u0661Z", "2024-03-04T09:12:01Z", None, False),
    ],
)
def test_twins_need_both_times(first, second, seconds, twin):
    """A version is probably a retried request if the previous version is equal and at most one minute older.

    Both versions must have a time in UTC, and the times must be in order.
    """
    entries = [{"created_at": moment} if moment else {} for moment in (first, second)]
    step = History.of(project_of(*entries)).steps[1]
    assert (step.seconds, step.is_probable_twin, step.is_noop) == (seconds, twin, True)


def test_each_of_several_twins_is_compared_with_the_previous():
    """Each retry is compared with the version before it, not with the first version."""
    times = ("2024-03-04T09:12:00Z", "2024-03-04T09:12:50Z", "2024-03-04T09:13:40Z")
    steps = History.of(project_of(*({"created_at": time} for time in times))).steps
    assert [(step.seconds, step.is_probable_twin) for step in steps] == [(None, False), (50, True), (50, True)]


def test_versions_that_differ_are_no_twins():
    """Versions with different params are never a retry."""
    assert not History.of(project_of(at("00"), at("01", a=1))).steps[1].is_probable_twin


def test_only_a_version_that_drops_params_restates_the_others():
    """If a version dropped params, `restated` lists the params that it kept. Otherwise, `restated` is empty."""
    steps = History.of(project_of({"a": 1, "b": 1}, {"a": 1}, {"a": 1, "c": 1})).steps
    assert [step.restated for step in steps] == [(), ("a",), ()]
    assert [step.must_be_replace for step in steps] == [False, True, False]


def test_a_value_returns_from_the_last_version_that_had_it():
    """If a changed or added param gets a value that it had before, `returns` has the last version with this value.

    `True` is not the value 1.
    """
    steps = History.of(project_of({"a": 1}, {"a": 2}, {"a": 1.0}, {"a": True}, {}, {"a": 1})).steps
    assert [dict(step.returns) for step in steps] == [{}, {}, {"a": 0}, {}, {}, {"a": 2}]


def test_the_life_of_a_param():
    """Lifetimes list each value of a param, and each gap without the param, with the first and last version."""
    history = History.of(STORY)
    assert history.format_lifetimes("instruction") == (
        'instruction\n  0-2  2024-03-04T09:12:00.000Z  "Box it."\n  3                              not set\n'
        '  4-5                            "Box it."'
    )
    times = [version.created_at for version in STORY.versions]
    assert times[0] is not None
    assert [life.to_json() for life in history.lifetimes("padding")] == [
        {"first": 0, "last": 0, "created_at": times[0], "set": True, "value": 3},
        {"first": 1, "last": 3, "created_at": times[1], "set": True, "value": 4},
        {"first": 4, "last": 5, "created_at": times[4], "set": True, "value": 3},
    ]
    [never] = history.lifetimes("none")
    assert never.to_json() == {"first": 0, "last": 5, "created_at": times[0], "set": False}
    assert History.of(Project("bare", type="comparison")).format_lifetimes("a") == "a"


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        (3, "x" * 200, []),
        ("x" * 200, ["x"], []),
        ("short", "words", []),
        ([1, 2], [1, 3], []),
        ("x" * 200 + "a", "x" * 200 + "b", [f'    changed  ..."{"x" * 33}a" -> ..."{"x" * 33}b"']),
        (
            {"box": {"min": 1, "note": "y" * 120}},
            {"box": {"min": 2, "note": "y" * 120}},
            ["    changed  /a/box/min  1 -> 2"],
        ),
        (
            {"note": "y" * 120, "old": 1},
            {"note": "y" * 120, "new": 2},
            ["    added    /a/new  2", "    lost     /a/old  1"],
        ),
    ],
)
def test_the_changes_of_a_long_value_follow_the_row_of_the_later_value(before, after, changes):
    """If two long values differ, the changes inside the value follow the row of the later value."""
    rows = History.of(project_of({"a": before}, {"a": after})).format_lifetimes("a").split("\n")
    assert rows[3:] == changes


def test_changes_need_two_values():
    """If a param is dropped and set again, no changes inside its value are listed."""
    rows = History.of(project_of({"a": "x" * 200}, {}, {"a": "y" * 200})).format_lifetimes("a").split("\n")
    assert [row.split()[0] for row in rows] == ["a", "0", "1", "2"]


def test_null_is_no_gap():
    """A param with the value null is set, so its lifetime is no gap."""
    assert [life.is_set for life in History.of(project_of({"a": None}, {})).lifetimes("a")] == [True, False]


@pytest.mark.parametrize("param", [None, 7, b"padding", ["padding"], {}])
def test_the_name_of_a_param_is_text(param):
    """Asking for the lifetimes of a name that is not text is an error."""
    for ask in (History.of(STORY).lifetimes, History.of(STORY).format_lifetimes):
        with pytest.raises(InvalidParams) as refused:
            ask(param)
        assert refused.value.code == "param_name"


def test_a_history_has_a_short_repr():
    """The `repr` has counts and no values."""
    history = History.of(STORY)
    assert repr(history) == "<History of 'boxes': 6 versions>"
    assert repr(history.steps[1]) == "<Step to version 1: <Diff: 0 removed, 1 changed, 0 added, 1 kept>>"


def test_a_step_as_text():
    """The text of a history contains the text of its first step."""
    step = History.of(Project("docks", type="imageannotation", params={"padding": 3})).steps[0]
    assert str(step) in str(History.of(Project("docks", type="imageannotation", params={"padding": 3})))
    assert "padding" in str(step)
