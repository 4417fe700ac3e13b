"""The project files of a command line, and other files in their directory."""

import json

import pytest
from running import run

PROJECT = {"name": "docks", "type": "imageannotation", "param_history": [{"version": 0, "padding": 3}]}


@pytest.fixture
def place(tmp_path):
    (tmp_path / "docks.json").write_text(json.dumps(PROJECT))
    return tmp_path


def test_hidden_files_are_skipped(place):
    """AppleDouble files and other hidden files of a directory are not read."""
    (place / "._docks.json").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    (place / ".cache.yaml").write_text("{{{")
    ran = run("validate", place)
    assert (ran.out, ran.err, ran.status) == ("0 errors, 0 warnings in 1 project\n", "", 0)


def test_a_directory_of_hidden_files_holds_no_project(tmp_path):
    """A directory in which every file is skipped is an error."""
    (tmp_path / ".docks.json").write_text(json.dumps(PROJECT))
    assert run("validate", tmp_path).status == 2


@pytest.mark.parametrize(
    "value",
    [
        {"patch": True, "padding": 4},
        {"instruction": "Box."},
        {"name": "x"},
        {"type": "object", "properties": {}},
        [{"attachment": "a"}],
        [],
        7,
    ],
)
@pytest.mark.parametrize("verb", ["validate", "log"])
def test_a_file_without_a_project_is_skipped(place, value, verb):
    """A file without a project in a directory is named once on standard error."""
    (place / "update.json").write_text(json.dumps(value))
    ran = run(verb, place)
    assert (ran.err, ran.status) == (f"skipped {place}/update.json: it holds no project\n", 0)


BROKEN = [
    {"name": "x", "type": "t"},
    {"name": "x", "param_history": []},
    {"type": "t", "param_history": []},
    {"name": "x", "type": "t", "param_histroy": []},
    {"param_histroy": []},
    {"paramHistory": []},
    {"param_history": 3},
]


@pytest.mark.parametrize(
    "value", [*BROKEN, *([{"name": "a", "type": "t", "param_history": []}, each] for each in BROKEN)]
)
def test_a_malformed_project_is_not_skipped(place, value):
    """A file with a history, or with two of a project's names, is read as a project."""
    (place / "other.json").write_text(json.dumps(value))
    for arguments in ((place,), (place / "other.json",)):
        ran = run("validate", *arguments)
        assert (ran.out, ran.status) == ("", 2)
        assert ran.err.startswith(f"error: {place}/other.json:1:")


def test_a_misspelt_history_is_named(place):
    """The remedy is to rename the misspelt name, in a project and in an array of projects."""
    for value in ({"name": "x", "type": "t", "param_histroy": []}, [PROJECT, {"name": "x", "param_histroy": []}]):
        (place / "other.json").write_text(json.dumps(value))
        ran = run("log", place / "other.json")
        assert ran.err.endswith("rename `param_histroy` to `param_history`\n")


def test_a_file_argument_is_never_skipped(place):
    """A file that the command line names is read, also if it is hidden or holds no project."""
    (place / "update.json").write_text('{"padding": 4}')
    ran = run("validate", place / "update.json")
    assert (ran.out, ran.status) == ("", 2)
    (place / ".hidden.json").write_text(json.dumps(PROJECT))
    assert run("validate", place / ".hidden.json").status == 0


def test_an_invalid_file_is_an_error(place):
    """Invalid JSON in a directory is an error, since the file may be a project."""
    (place / "other.json").write_text('{"name": ')
    assert run("validate", place).status == 2


def test_both_files_of_a_project_are_named(place):
    """Where two files of a directory hold one project, the error names the place in the second, and the first."""
    (place / "other.json").write_text(json.dumps([{**PROJECT, "name": "cranes"}, PROJECT]))
    ran = run("log", place)
    assert (ran.out, ran.status) == ("", 2)
    assert ran.err == (
        f'error: {place}/other.json:1:107: at /1/name: found a second project "docks", '
        f"wanted each project once: it is in {place}/docks.json, too\n"
    )
