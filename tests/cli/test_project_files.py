"""The project files of a command line, and files beside them."""

import json

import pytest
from running import run

from paramcore.cli.pyproject import read_ignored_codes
from paramcore.errors import DocumentError

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
    """A directory is no success where every file is skipped."""
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
def test_a_file_that_is_no_project_is_skipped(place, value, verb):
    """Such a file in a directory is named once on standard error."""
    (place / "update.json").write_text(json.dumps(value))
    ran = run(verb, place)
    assert (ran.err, ran.status) == (f"skipped {place}/update.json: it is no project\n", 0)


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
def test_a_broken_project_is_no_other_file(place, value):
    """A file with two of the names of a project, or with a history, is a project: in a directory and by itself."""
    (place / "other.json").write_text(json.dumps(value))
    for arguments in ((place,), (place / "other.json",)):
        ran = run("validate", *arguments)
        assert (ran.out, ran.status) == ("", 2)
        assert ran.err.startswith(f"error: {place}/other.json:1:")


def test_a_misspelt_history_is_named(place):
    """The error has the name that was written, in a file and in an array."""
    for value in ({"name": "x", "type": "t", "param_histroy": []}, [PROJECT, {"name": "x", "param_histroy": []}]):
        (place / "other.json").write_text(json.dumps(value))
        ran = run("log", place / "other.json")
        assert ran.err.endswith("found `param_histroy`, and no `param_history`, wanted `param_history`: rename it\n")


def test_a_file_argument_is_never_skipped(place):
    """A file that the command line names is read, also if it is hidden or no project."""
    (place / "update.json").write_text('{"padding": 4}')
    ran = run("validate", place / "update.json")
    assert (ran.out, ran.status) == ("", 2)
    (place / ".hidden.json").write_text(json.dumps(PROJECT))
    assert run("validate", place / ".hidden.json").status == 0


def test_a_file_that_is_no_json_is_an_error(place):
    """What a damaged file held is unknown, so it is not skipped."""
    (place / "other.json").write_text('{"name": ')
    assert run("validate", place).status == 2


@pytest.mark.parametrize(("levels", "status"), [(99, 0), (100, 2)])
def test_params_of_a_hundred_levels_are_read(levels, status, tmp_path):
    """The params of a project may have 100 levels, wherever the file holds the project, and not one more."""
    value = None
    for _ in range(levels):
        value = [value]
    history = [{"version": 0, "a": value}]
    (tmp_path / "docks.json").write_text(json.dumps([{**PROJECT, "param_history": history}]))
    for arguments in (("log", "docks.json"), ("log", "."), ("validate", "docks.json")):
        ran = run(*arguments, cwd=tmp_path)
        assert ran.status == status, ran.err


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[tool.paramcore]\nignroe = []", "setting_name"),
        ("[tool.paramcore]\nignore = 5", "setting_name"),
        ("[tool]\nparamcore = 5", "setting_name"),
        ('[tool.paramcore]\nignore = ["nope"]', "code_name"),
        ("[tool", "unreadable"),
    ],
)
def test_a_bad_setting_has_a_code(text, code, tmp_path, monkeypatch):
    """An error in pyproject.toml has its code, and names the file."""
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentError) as refused:
        read_ignored_codes([])
    assert refused.value.code == code
    assert refused.value.source.endswith("pyproject.toml")
