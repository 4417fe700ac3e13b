"""The project files of a command line, other files in their directory, and the settings in `pyproject.toml`."""

import json
import os
import sys

import pytest
from running import run

from paramcore.cli import project_files, pyproject
from paramcore.cli.main import main
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.errors import DocumentError
from paramcore.files import reader

PROJECT = {"name": "docks", "type": "imageannotation", "param_history": [{"version": 0, "padding": 3}]}


NAME_ANOTHER = "name a directory that contains projects\n"


@pytest.fixture
def place(tmp_path):
    (tmp_path / "docks.json").write_text(json.dumps(PROJECT))
    return tmp_path


def test_hidden_files_are_skipped(place):
    """Hidden files of a directory are not read, for example a `._docks.json` that macOS wrote."""
    (place / "._docks.json").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X")
    (place / ".cache.yaml").write_text("{{{")
    ran = run("validate", place)
    assert (ran.out, ran.err, ran.status) == ("0 errors, 0 warnings in 1 project\n", "", 0)


def test_a_directory_of_hidden_files_holds_no_project(tmp_path):
    """A directory with only hidden files is an error."""
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
    """In a directory, a file that contains no project is reported once on standard error."""
    (place / "update.json").write_text(json.dumps(value))
    ran = run(verb, place)
    remedy = "; if it contains tasks, pass it or its directory with --tasks" if verb == "validate" else ""
    assert (ran.err, ran.status) == (f"skipped {place}/update.json, because it contains no project{remedy}\n", 0)


OTHER_YAML = {
    "an anchor, an alias and a merge key": "x: &base\n  name: a\nservices:\n  a:\n    <<: *base\n",
    "a tag": "site_name: x\nname: a\nemoji: !!python/name:a.b\n",
    "two documents": "---\nkind: A\nname: a\n---\nkind: B\ntype: b\n",
    "a directive": "%YAML 1.2\n---\ntype: a\n",
    "an alias as an element": "- &x {name: a}\n- *x\n",
    "an alias as a name": "x: &base name\n*base : a\n",
    "an object as a name": "version: {{ version }}\ntype: a\n",
    "two objects as names": "{a: b}: 1\n{a: {b: [c]}}: 2\n",
    "an array as a name": "? [a, b]\n: name\n",
    "an empty name": ": a\nname: b\n",
    "comments only": "# name: a\n\n# type: b\n",
    "comments after a byte order mark": "\ufeff# a\n",
    "a line separator": 'name: "a\u2028b"\n',
    "a second byte order mark": "---\nname: a\n---\n\ufefftype: b\n",
    "a service": "kind: &k Service\nmetadata:\n  name: a\nspec:\n  type: ClusterIP\n",
    "an unclosed array": "a: &a 1\nb: [\n",
    "many explicit keys": "? " * 9_999,
    "a deep explicit key": "? " + "[a, [b, " * 999 + "]]" * 999 + ": c",
    "a template": "{% if x %}\nname: a\n{% endif %}\n",
    "many names": "".join(f"n{number}: x\n" for number in range(60_000)),
    "a large file": "packages:\n" + "  name: a\n  type: b\n" * 40_000,
}


@pytest.mark.parametrize("text", OTHER_YAML.values(), ids=OTHER_YAML)
def test_yaml_of_another_tool_is_skipped(place, text):
    """In a directory, YAML without a project is skipped, even if it is invalid, large or has features that JSON lacks."""
    (place / "other.yml").write_text(text, "utf-8")
    ran = run("log", place)
    assert (ran.err, ran.status) == (f"skipped {place}/other.yml, because it contains no project\n", 0)


@pytest.mark.parametrize(
    "text",
    [
        '{\n  // see https://aka.ms/tsconfig\n  "compilerOptions": {"strict": true}\n}\n',
        '{"name": "x", # c\n "extends": "./a.json"}',
        '{"files": ["a.ts",],}',
        "{'extends': 'a'}",
        '[{"loss": NaN}, {"loss": -Infinity}]',
        '{"loss": 1e400}',
        '{ extends: "./a.json" }',
        '{"a": 1, $b-c: 2}',
        '{"x": .5}',
        '{"x": [1, -.5]}',
        '{"x": 5.}',
        '{"x": +1, "y": 2}',
        '{"x": 0xFF}',
        '{"exclude": ["src/type/*", "src/name/*"],}',
        '{"type": "object", "required": ["name" /* c */], }',
        '{"type": "x", "id": "a",} // the name # 1',
    ],
)
def test_json_of_another_tool_is_skipped(place, text):
    """In a directory, a file without a project is skipped, even if it contains NaN or common JSON5 syntax."""
    (place / "other.json").write_text(text, "utf-8")
    ran = run("log", place)
    assert (ran.err, ran.status) == (f"skipped {place}/other.json, because it contains no project\n", 0)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"name": "x", "type": "y", // c\n}', "comments"),
        ('{\n  name: "x",\n  type: "y",\n  /* c */\n}', "the name `name` must be in double quotes"),
        ('{\n  // c\n  name: "x",\n  type: "y"\n}', "comments"),
        ('[{"param_history": [],}]', "a trailing comma"),
        ('{"paramHistory": [], "a": NaN}', "JSON has no `NaN`"),
        ("{'name' : 'x', 'type' : 'y'}", "single quotes"),
        ('{"name" /* c */ : "x", "type" : "y"}', "comments"),
        ('{"name" // c\n : "x", "type"\n # c\n : "y"}', "comments"),
        ('{"name" /* a */ /* b */: "x", "type" /**/ : "y"}', "comments"),
        ('{name: "x", type: .5}', "the name `name` must be in double quotes"),
        ('{"name": "x", "type": 0xFF}', "does not allow the number `0xFF`"),
        ('{"a": 1 "b": 2}', "expected a comma"),
        ("<html></html>", "HTML or XML"),
        (".5,1", "CSV"),
        ("", "the document is empty"),
        ('{"a": 1', "the document ends too early"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_invalid_json_that_may_contain_a_project_is_an_error(place, text, problem, encoding):
    """In a directory, invalid JSON is an error if it may contain a project, is empty, or ends too early."""
    (place / "other.json").write_text(text, encoding)
    ran = run("log", place)
    assert (ran.err.startswith(f"error: {place}/other.json:"), problem in ran.err, ran.status) == (True, True, 2)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: x\ntype: &t y\n", "the anchor `&t`"),
        ("kind: A\n---\nname: x\nparam_histroy: []\n", "a second YAML document"),
        ("- kind: A\n- param_history: !x []\n", "the tag `!x`"),
        ("%YAML 1.2\n---\nname: x\ntype: y\n", "directives"),
        ("name: x\ntype: y\n<<: &a {}\n", "the merge key `<<`"),
        ("[a]: b\nname: x\ntype: y\n", "a name must be text"),
        ("{{ a }}: b\nparam_history: []\n", "a name must be text"),
        (": a\nname: x\ntype: y\n", "the name before the colon is missing"),
        ("x: &a\n  b: 1\n---\n- {type: x, name: y, param_history: []}\n", "the anchor `&a`"),
        ("- <<: &base {type: x, param_history: []}\n  name: docks\n", "the merge key `<<`"),
        ("--- [{name: a, type: x, param_history: []}]\n--- [{name: b, type: x, param_history: []}]\n", "a second"),
        ("b: {{ a }}\nparamHistory: []\n", "a name must be text"),
        ("", "the document is empty"),
        (" \n\n", "the document is empty"),
    ],
)
def test_invalid_yaml_that_may_contain_a_project_is_an_error(place, text, problem):
    """In a directory, YAML that paramcore rejects is an error if it may contain a project, or is empty."""
    (place / "other.yml").write_text(text)
    ran = run("log", place)
    assert (ran.err[: len(f"error: {place}/other.yml:")], ran.status) == (f"error: {place}/other.yml:", 2)
    assert problem in ran.err


def test_a_yaml_project_in_utf_16_is_an_error(place):
    """In a directory, YAML in UTF-16 with an anchor is also an error if it may contain a project."""
    (place / "other.yml").write_bytes("a: &a 1\nparam_history: []\n".encode("utf-16"))
    ran = run("log", place)
    assert (ran.err.startswith(f"error: {place}/other.yml:1:"), ran.status) == (True, 2)


def test_yaml_that_cannot_be_read_is_an_error(place, monkeypatch):
    """In a directory, a YAML file is an error if it cannot be read, or if `ruamel.yaml` is not installed."""
    (place / "other.yml").write_text("a: &a 1\n")
    with monkeypatch.context() as context:
        context.setattr(project_files, "open", lambda *_: os.stat("/none"), raising=False)
        assert main(["log", str(place)]) == 2
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    assert main(["log", str(place)]) == 2


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (["tasks.jsonl"], "tasks.jsonl"),
        (["b.NDJSON", "a.jsonl"], "a.jsonl and 1 more file of JSONL"),
        (["a.jsonl", "b.jsonl", "c.ndjson"], "a.jsonl and 2 more files of JSONL"),
    ],
)
def test_jsonl_in_a_directory_is_reported(place, names, shown):
    """Without TASKS, `validate` reports the JSONL files in a directory, except hidden files."""
    for name in names:
        (place / name).write_text('{"padding": "20"}\n')
    (place / "._a.jsonl").write_text("")
    ran = run("validate", place)
    it = "one" if names[1:] else "it"
    remedy = f"because JSONL contains no project; to read {it} as tasks, pass it too"
    assert (ran.err, ran.status) == (f"skipped {place}/{shown}, {remedy}\n", 0)
    assert run("validate", place, place / names[0]).err == ""
    assert run("log", place).err == ""


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (["a/x.json"], "skipped {0}/a, because subdirectories are not read; if it contains projects, pass it too\n"),
        (
            ["b/c/x.yaml", "a/x.json", "a/y.json"],
            "skipped {0}/a and 1 more subdirectory, because subdirectories are not read; "
            "if one contains projects, pass it too\n",
        ),
        (
            ["b/c/x.YML"],
            "skipped {0}/b/c, because subdirectories are not read; if it contains projects, pass it too\n",
        ),
        (["a/x.txt", "a/tasks.jsonl", ".git/x.json", "b/.cache/x.json", "b/._x.json"], ""),
    ],
)
def test_a_subdirectory_is_reported(place, files, message):
    """`validate DIR` reports the subdirectories of DIR that contain project files, at any depth."""
    for name in files:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text((place / "docks.json").read_text().replace("docks", name))
    ran = run("validate", place)
    assert (ran.err, ran.status) == (message.format(place), 0)
    assert run("log", place).err == ""


@pytest.mark.parametrize(
    "text", ['{"note": "param_history"}', '["param_history"]', "- see param_history\n", '{"a": "my_param_history: 1"}']
)
def test_a_text_about_histories_is_no_history(place, text):
    """A file with the word `param_history` in a value does not count as a project file of a subdirectory."""
    (place / "sub").mkdir()
    (place / "sub" / "note.yaml").write_text(text)
    ran = run("validate", place, "--strict")
    assert (ran.err, ran.status) == ("", 0)


@pytest.mark.parametrize(
    ("files", "named"),
    [
        (["a/x.json"], ["a"]),
        (["a/x.json", "a/y.json"], ["a"]),
        (["a/x.json", "a/y.json"], ["a/x.json", "a/y.json"]),
        (["a/b/x.json"], ["a/b"]),
        (["a/b/x.json", "b/y.json"], ["a/b", "b/y.json"]),
    ],
)
def test_a_named_subdirectory_is_not_reported(place, files, named):
    """A subdirectory is not reported if the command line names the subdirectory, or each project file in it."""
    for name in files:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text((place / "docks.json").read_text().replace("docks", name))
    ran = run("validate", ".", *named, "--strict", cwd=place)
    assert (ran.err, ran.status) == ("", 0)
    assert ran.out.endswith(f" in {len(files) + 1} projects\n")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_subdirectory_is_reported_in_any_encoding(place, encoding):
    """A subdirectory is also reported if its project file is in UTF-16, as PowerShell writes it."""
    (place / "a").mkdir()
    mark = "\ufeff" if encoding[-3:] in ("-le", "-be") else ""
    text = mark + (place / "docks.json").read_text().replace("docks", "boats")
    (place / "a" / "x.json").write_bytes(text.encode(encoding))
    ran = run("validate", place, "--strict")
    assert (ran.status, ran.err.startswith(f"skipped {place}/a, ")) == (1, True)
    assert run("validate", place, place / "a", "--strict").status == 0


def test_a_subdirectory_without_projects_is_not_reported(place):
    """A subdirectory is not reported if it contains only files of tasks, other JSON files, and pipes."""
    (place / "tasks").mkdir()
    (place / "tasks" / "task.json").write_text('{"attachment": "a"}')
    (place / "tasks" / "package.json").write_text('{"name": "x", "type": "module"}')
    os.mkfifo(place / "tasks" / "pipe.json")
    ran = run("validate", place, "--strict")
    assert (ran.err, ran.status) == ("", 0)


def test_a_schema_in_a_subdirectory_is_not_reported(place):
    """A subdirectory with a schema that mentions `param_history` is not reported if `--schema` names the schema."""
    (place / "schemas").mkdir()
    (place / "schemas" / "mine.json").write_text('{"properties": {"param_history": {}}}')
    assert "skipped" in run("validate", place).err
    assert run("validate", place, "--schema", f"mine={place}/schemas/mine.json").err == ""


def test_a_directory_with_projects_only_in_subdirectories(tmp_path):
    """If only subdirectories contain project files, the error says that subdirectories are not read."""
    (tmp_path / "signs").mkdir()
    assert run("log", tmp_path).err == f"error: {tmp_path}: the directory has no .json or .yaml files; {NAME_ANOTHER}"
    (tmp_path / "signs" / "a.json").write_text('{"param_history": []}')
    problem = "the directory has no .json or .yaml files, and subdirectories are not read"
    assert run("log", tmp_path).err == f"error: {tmp_path}: {problem}; {NAME_ANOTHER}"


@pytest.mark.parametrize(
    ("files", "arguments", "count"),
    [
        (["update.json"], ["."], "1 skipped file"),
        (["update.json", "odd.yaml"], ["."], "2 skipped files"),
        (["a.jsonl", "b.ndjson"], ["."], "2 skipped files"),
        (["update.json", "a.jsonl"], [".", "a.jsonl"], "1 skipped file"),
        (["update.json"], [".", "--tasks", "/dev/null", "--lines"], "1 skipped file"),
        (["signs/a.json"], ["."], "1 skipped subdirectory"),
        (["signs/a.json"], [".", "--tasks", "/dev/null", "--lines"], "1 skipped subdirectory"),
        (["b/update.json", "a/deep/down/b.yaml", "c/d.YML", "c/.git/x.json"], ["."], "3 skipped subdirectories"),
        (["update.json", "a/b.json"], ["."], "1 skipped file, 1 skipped subdirectory"),
    ],
)
def test_strict_fails_for_skipped_files(place, files, arguments, count):
    """The last line of the output counts skipped files and subdirectories. With `--strict`, they are errors."""
    for name in files:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        text = (place / "docks.json").read_text().replace("docks", name) if "/" in name else '{"attachment": "a"}\n'
        (place / name).write_text(text)
    lenient, strict = (run("validate", *arguments, *more, cwd=place) for more in ([], ["--strict"]))
    assert lenient.out.splitlines()[-1].endswith(f", {count}")
    assert (lenient.out, lenient.err) == (strict.out, strict.err)
    annotated = run("validate", *arguments, "--strict", "--format", "github", cwd=place)
    skipped = annotated.err.splitlines()
    assert skipped
    for message in skipped:
        name = message.removeprefix("skipped ").split(",")[0].split(" and ")[0]
        assert f"::error file={name},title=skipped::{message}\n" in annotated.out
    assert strict.status == annotated.status == 1
    assert "skipped" not in run("validate", *arguments, "--format", "github", cwd=place).out


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", ".", "./task.json", "--strict"],
        ["validate", ".", "--tasks", "task.json", "--strict"],
        ["validate", ".", "--update", "change.json", "--strict"],
        ["plan", ".", "change.json"],
        ["preview", ".", "task.json"],
    ],
)
def test_a_file_that_the_command_reads_is_not_skipped(place, arguments):
    """TASKS or UPDATE may be a file in the directory of the projects. It is then not reported as skipped."""
    task = {"attachment": "https://e.com/1.jpg", "geometries": {"box": {"objects_to_annotate": ["pallet"]}}}
    name, content = (
        ("change.json", {"patch": True, "padding": 7}) if "change.json" in arguments else ("task.json", task)
    )
    (place / name).write_text(json.dumps(content))
    ran = run(*arguments, cwd=place)
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize("arguments", [["docks.json"], [".", "--ignore", "lint_old_pin"]])
def test_strict_passes_without_skipped_files(place, arguments):
    """Hidden files and files with other suffixes do not fail `--strict`."""
    (place / ".update.json").write_text("{}")
    (place / "notes.txt").write_text("{}")
    assert run("validate", *arguments, "--strict", cwd=place).status == 0


def test_a_named_file_is_read_also_beside_its_directory(place):
    """A file without a project on the command line is an error, even if its directory is on the command line, too."""
    (place / "update.json").write_text('{"padding": 4}')
    (place / "tasks.jsonl").write_text("")
    for order in (("update.json", "."), (".", "update.json"), ("./update.json", str(place))):
        ran = run("validate", *order, "--tasks", "tasks.jsonl", cwd=place)
        assert (ran.out, ran.status) == ("", 2)
        assert "update.json:1:1" in ran.err


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
    """A file with `param_history`, even misspelt, is read as a project. So is a file with both `name` and `type`."""
    (place / "other.json").write_text(json.dumps(value))
    for arguments in ((place,), (place / "other.json",)):
        ran = run("validate", *arguments)
        assert (ran.out, ran.status) == ("", 2)
        assert ran.err.startswith(f"error: {place}/other.json:1:")


def test_a_misspelt_history_is_named(place):
    """The remedy for a misspelt `param_history` is to rename it, even if the project is in an array."""
    for value in ({"name": "x", "type": "t", "param_histroy": []}, [PROJECT, {"name": "x", "param_histroy": []}]):
        (place / "other.json").write_text(json.dumps(value))
        ran = run("log", place / "other.json")
        assert ran.err.endswith("rename `param_histroy` to `param_history`\n")


def test_a_file_argument_is_never_skipped(place):
    """A file that the command line names is read, even if it is hidden or contains no project."""
    (place / "update.json").write_text('{"padding": 4}')
    ran = run("validate", place / "update.json")
    assert (ran.out, ran.status) == ("", 2)
    (place / ".hidden.json").write_text(json.dumps(PROJECT))
    assert run("validate", place / ".hidden.json").status == 0


def test_an_invalid_file_is_an_error(place):
    """Incomplete JSON in a directory is an error, because the file may contain a project."""
    (place / "other.json").write_text('{"name": ')
    assert run("validate", place).status == 2


@pytest.mark.parametrize("suffix", ["JSON", "Json", "YAML", "YML"])
def test_a_suffix_in_upper_case_counts(tmp_path, suffix):
    """The case of a suffix does not matter, in a directory or on the command line."""
    text = json.dumps(PROJECT) if suffix.lower() == "json" else "name: docks\ntype: t\nparam_history: []\n"
    (tmp_path / f"a.{suffix}").write_text(text)
    for path in (tmp_path, tmp_path / f"a.{suffix}"):
        assert run("log", path).out.startswith('"docks"')
    (tmp_path / "other.json").write_text(json.dumps({**PROJECT, "name": "other"}))
    assert run("validate", tmp_path).out.endswith("in 2 projects\n")


@pytest.mark.parametrize("suffix", ["JSONL", "NDJSON"])
def test_lines_in_upper_case_are_lines(place, suffix):
    """The suffixes .JSONL and .NDJSON mean JSONL. `plan` rejects such a file in place of UPDATE."""
    (place / f"tasks.{suffix}").write_text('{"padding": 1}\n{"padding": 2}\n')
    assert len(run("preview", place, f"{place}/tasks.{suffix}", "--format", "json").lines) == 2
    assert run("validate", place, f"{place}/tasks.{suffix}").out.endswith("and 2 tasks\n")
    assert "the lines of a JSONL file are tasks, not an update" in run("plan", place, f"{place}/tasks.{suffix}").err


def test_a_pipe_in_a_directory_is_not_read(place, capsys):
    """A pipe or a device in a directory is an error, because a command might read it forever."""
    os.mkfifo(place / "pipe.json")
    assert main(["log", str(place)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {place}/pipe.json: this is a pipe")
    os.unlink(place / "pipe.json")
    os.symlink("/dev/zero", place / "zero.json")
    assert main(["validate", str(place)]) == 2
    assert capsys.readouterr().err.startswith(f"error: {place}/zero.json: this is a pipe")


@pytest.mark.parametrize("verb", ["log", "validate"])
@pytest.mark.parametrize("suffix", ["json", "YAML", "yml"])
@pytest.mark.parametrize(
    ("make", "problem", "remedy"),
    [
        (lambda path: path.mkdir(), "this is a directory, not a file", "rename it or move it"),
        (lambda path: path.symlink_to("other"), "this is a directory, not a file", "rename it or move it"),
        (lambda path: path.symlink_to("nowhere"), "this is a link to a file that does not exist", "remove the link"),
        (lambda path: path.symlink_to(path), "this is a link to a file that does not exist", "remove the link"),
    ],
    ids=["a directory", "a link to a directory", "a dangling link", "a loop"],
)
def test_an_entry_that_is_not_a_file_is_an_error(place, make, problem, remedy, verb, suffix):
    """A subdirectory or a broken link with a name such as `old.json` is an error with a remedy."""
    (place / "other").mkdir()
    make(place / f"old.{suffix}")
    ran = run(verb, place)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {place}/old.{suffix}: {problem}; {remedy}")


def test_a_link_to_a_file_is_read(place):
    """A link to a file outside the directory is read like any other file."""
    (place / "projects").mkdir()
    (place / "projects" / "link.json").symlink_to("../docks.json")
    assert run("validate", f"{place}/projects").status == 0


def test_a_directory_that_cannot_be_searched_is_named_as_the_cause(place, monkeypatch, capsys):
    """If a user may list a directory but not search it, no file can be read. The remedy is to permit searching."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reader, "open", refuse, raising=False)
    monkeypatch.setattr(os.path, "lexists", lambda _path: False)
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert main(["log", str(place)]) == 2
    remedy = "permit yourself to search the directory, for example with `chmod u+x`"
    expected = f"error: {place}/docks.json: cannot read the file: permission denied; {remedy}\n"
    assert capsys.readouterr().err == expected


def test_an_entry_that_cannot_be_read_is_named_with_a_remedy(place, monkeypatch, capsys):
    """The error for an unreadable file suggests moving it out of the directory, unless the command line names it."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(reader, "open", refuse, raising=False)
    path = f"{place}/docks.json"
    assert main(["log", str(place)]) == 2
    remedy = "make it readable, or move it out of the directory"
    assert capsys.readouterr().err == f"error: {path}: cannot read the file: permission denied; {remedy}\n"
    assert main(["log", path]) == 2
    assert capsys.readouterr().err == f"error: {path}: cannot read the file: permission denied\n"


def test_a_file_that_is_removed_in_the_meantime_is_reported(place, monkeypatch, capsys):
    """If a file of a directory disappears before it is read, the remedy is to run the command again."""

    def remove(path, *arguments):
        os.unlink(path)
        return open(path, *arguments)

    monkeypatch.setattr(reader, "open", remove, raising=False)
    assert main(["log", str(place)]) == 2
    path = f"{place}/docks.json"
    problem = "cannot read the file: no such file or directory; run the command again"
    assert capsys.readouterr().err == f"error: {path}: {problem}\n"


@pytest.mark.parametrize("arguments", [("preview", "docks.json", "."), ("plan", "docks.json", "."), ("diff", ".", ".")])
def test_a_directory_in_place_of_a_file_is_named(place, arguments):
    """A directory in place of a single file is reported as a directory."""
    ran = run(*arguments, cwd=place)
    assert (ran.status, ran.err) == (2, "error: .: this is a directory, not a file; name a file\n")


def test_a_pipe_that_is_named_is_read(place, capsys):
    """A pipe on the command line is read, because shells pass `<(...)` as the name of a pipe."""
    read_end, write_end = os.pipe()
    os.write(write_end, json.dumps(PROJECT).encode())
    os.close(write_end)
    assert main(["log", f"/dev/fd/{read_end}"]) == 0
    os.close(read_end)


def test_both_places_of_a_repeated_project_are_named(place, capsys):
    """The error for a duplicate project has both locations, in two files or in one array."""
    (place / "other.json").write_text(json.dumps({"type": "t", "name": "docks", "param_history": []}))
    assert main(["log", str(place)]) == 2
    error = capsys.readouterr().err
    assert f"error: {place}/other.json:1:23: at /name: " in error
    assert f"{place}/docks.json:1:10" in error
    (place / "both.json").write_text(f"[{json.dumps(PROJECT)},\n{json.dumps(PROJECT)}]")
    assert main(["log", str(place / "both.json")]) == 2
    error = capsys.readouterr().err
    assert "both.json:2:10: at /1/name: " in error
    assert "both.json:1:11" in error


@pytest.mark.parametrize(("levels", "status"), [(99, 0), (100, 2)])
def test_params_of_a_hundred_levels_are_read(levels, status, tmp_path):
    """In an array of projects too, params may have 100 levels, but not more. The params object is the first level."""
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
    """An error in `pyproject.toml` has a code and the name of the file."""
    (tmp_path / "pyproject.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentError) as refused:
        read_ignored_codes([])
    assert refused.value.code == code
    assert refused.value.source.endswith("pyproject.toml")


def test_a_long_name_is_truncated(tmp_path):
    """An error message truncates a long name."""
    name = "x" * 50_000
    project = {**PROJECT, "name": name}
    (tmp_path / "one.json").write_text(json.dumps(project))
    (tmp_path / "two.json").write_text(json.dumps([project, project]))
    (tmp_path / "type.json").write_text(json.dumps({**project, "type": name}))
    (tmp_path / "task.json").write_text(json.dumps({"project": "docks"}))
    (tmp_path / "other.json").write_text(json.dumps({"project": name}))
    (tmp_path / "many.json").write_text(json.dumps([PROJECT, {**PROJECT, "name": "cranes"}]))
    (tmp_path / "docks.json").write_text(json.dumps(PROJECT))
    for arguments in (
        ("log", "two.json"),
        ("preview", "one.json", "task.json"),
        ("preview", "docks.json", "other.json"),
        ("preview", "many.json", "other.json"),
        ("preview", "type.json", "other.json", "--type", "comparison"),
        ("preview", "type.json", "other.json", "--type", name),
        ("validate", "docks.json", "--schema", name),
        ("log", "docks.json", "--assume", name),
    ):
        ran = run(*arguments, cwd=tmp_path)
        assert (ran.status == 2, len(ran.err) < 500) == (name not in arguments or arguments[0] != "preview", True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_settings_of_windows_are_read(encoding, tmp_path, monkeypatch):
    """`pyproject.toml` may have the encodings and line ends of Windows programs."""
    text = '[tool.paramcore]\r\nignore = ["param_type"]\r\n'
    (tmp_path / "pyproject.toml").write_bytes(text.encode(encoding))
    monkeypatch.chdir(tmp_path)
    assert read_ignored_codes([]) == {"param_type"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a = 1\nb = '\xe9'\n", "pyproject.toml:2:6: invalid UTF-8 at byte 11; encode the text as UTF-8"),
        (b"\xff\xfea", "pyproject.toml:1:1: invalid UTF-16"),
        (b"[tool.paramcore]\n" + b"x" * 9_000 + b" = 1\n", "9,002 characters"),
    ],
)
def test_settings_that_cannot_be_read_are_located(data, message, tmp_path, monkeypatch):
    """The error for a wrong encoding has a line and column. The error for a long key is short."""
    (tmp_path / "pyproject.toml").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentError) as caught:
        read_ignored_codes([])
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


def test_settings_without_permission_are_an_error(tmp_path, monkeypatch):
    """The error for an unreadable `pyproject.toml` contains the message of the system."""

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "pyproject.toml").write_text("")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pyproject, "open", refuse, raising=False)
    with pytest.raises(
        DocumentError, match="^pyproject.toml: cannot read the file: permission denied; make it readable"
    ):
        read_ignored_codes([])
