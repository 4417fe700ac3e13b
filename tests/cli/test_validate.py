"""`validate` as text, JSON and annotations."""

import json
import os
import re
import signal
import subprocess
import time

import pytest

from paramcore.validation.finding import CODES
from tests.cli.running import EXAMPLES, command, environment, restore_signals, run

PROJECT = """\
{
  "type": "imageannotation",
  "name": "boxes",
  "param_history": [
    {"version": 0, "instruction": "Box every forklift.", "padding": 5},
    {
      "version": 1,
      "instruction": "Box every forklift.",
      "padding": 5,
      "geometries": {
        "box": {"objects_to_annotate": ["Forklift"], "min_widht": 10, "min_height": "10"}
      }
    },
    {"version": 2, "instruction": "Box every forklift.", "padding": 6,
     "geometries": {"box": {"objects_to_annotate": ["Forklift"], "min_widht": 10, "min_height": "10"}}},
    {"version": 3, "instruction": "Box every forklift.", "padding": 7,
     "geometries": {"box": {"objects_to_annotate": ["Forklift"], "min_widht": 10, "min_height": "10"}}}
  ]
}
"""

TASK = """\
{
  "project": "boxes",
  "attachment": "https://example.com/a.jpg",
  "priority": "high"
}
"""

FINDINGS_SINCE_VERSION_1 = """\
boxes.json:11:85: error param_type at /geometries/box/min_height
  in version 3 of "boxes", unchanged since version 1
  11 |         "box": {"objects_to_annotate": ["Forklift"], "min_widht": 10, "min_height": "10"}
     |                                                                                     ^^^^

boxes.json:11:54: warning param_unknown at /geometries/box/min_widht
  in version 3 of "boxes", unchanged since version 1
  11 |         "box": {"objects_to_annotate": ["Forklift"], "min_widht": 10, "min_height": "10"}
     |                                                      ^^^^^^^^^^^

"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "boxes.json").write_text(PROJECT)
    (tmp_path / "task.json").write_text(TASK)
    return tmp_path


def drop_messages(text):
    """Return the output of `validate` without the messages. The snapshots of screens check the messages."""
    return re.sub(r"(?m)^(\S+:\d+:\d+: .*\n)  .*\n", r"\1", text)


def fine(place):
    """Write a valid project, and return the name of its file."""
    good = {"version": 0, "geometries": {"box": {"objects_to_annotate": ["Forklift"]}}}
    document = {"type": "imageannotation", "name": "boxes", "param_history": [good]}
    (place / "fine.json").write_text(json.dumps(document))
    return "fine.json"


def test_a_bad_value_is_shown_where_it_was_first_set(place):
    """A bad value of a project is shown with its line in the file, and with the version that first set the value."""
    ran = run("validate", "boxes.json", cwd=place)
    assert drop_messages(ran.out) == FINDINGS_SINCE_VERSION_1 + "1 error, 1 warning in 1 project\n"
    assert (ran.err, ran.status) == ("", 1)


def test_a_task_that_inherits_a_bad_value(place):
    """A finding on a task is located in the task's file, and a finding on the project in the project file."""
    ran = run("validate", "boxes.json", "task.json", cwd=place)
    assert drop_messages(ran.out) == FINDINGS_SINCE_VERSION_1 + (
        "task.json:4:15: error param_choice at /priority\n"
        '  4 |   "priority": "high"\n'
        "    |               ^^^^^^\n"
        "\n"
        "2 errors, 1 warning in 1 project and 1 task\n"
    )


def test_json(place):
    """The JSON document contains every finding and its location."""
    ran = run("validate", "boxes.json", "task.json", "--format", "json", cwd=place)
    assert [finding["code"] for finding in ran.document["findings"]] == ["param_type", "param_unknown", "param_choice"]
    sentences = {name: ran.document["findings"][0][name] for name in ("message", "problem", "remedy")}
    assert sentences["message"].startswith(f"{sentences['problem']}; ")
    assert ran.document["findings"][0] == {
        **sentences,
        "code": "param_type",
        "severity": "error",
        "pointer": "/geometries/box/min_height",
        "layer": "project version 3",
        "version": 3,
        "first_set_in": 1,
        "suggestion": "10",
        "project": "boxes",
        "file": "boxes.json",
        "line": 11,
        "column": 85,
    }


def test_github(place):
    """Each finding is an annotation with its file, line and column."""
    (place / "a,b%.json").write_text(TASK)
    ran = run("validate", "boxes.json", "a,b%.json", "--format", "github", cwd=place)
    assert [line.rpartition(": ")[0] for line in ran.out.splitlines()] == [
        "::error file=boxes.json,line=11,col=85,title=param_type::/geometries/box/min_height",
        "::warning file=boxes.json,line=11,col=54,title=param_unknown::/geometries/box/min_widht",
        "::error file=a%2Cb%25.json,line=4,col=15,title=param_choice::/priority",
    ]
    layers = [line.rpartition(" [")[1:] for line in ran.out.splitlines()]
    since = (" [", 'project version 3 of "boxes", unchanged since version 1]')
    assert layers == [since, since, layers[2]]
    assert "project version" not in layers[2][1]


@pytest.mark.parametrize("name", ["a\x01", "a\x1b[31m", "a\t", "a\u202eb", "a\x7f", "a\u2028", "a\r\nb"])
def test_an_annotation_has_no_control_characters(name, place):
    """Control characters and marks of the writing direction in the name of a param are escaped in an annotation."""
    (place / "odd.json").write_text(json.dumps({name: 1}))
    ran = run("validate", "boxes.json", "odd.json", "--format", "github", cwd=place)
    [annotation] = [line for line in ran.out.split("\n") if "file=odd.json" in line and "param_unknown" in line]
    assert annotation.isprintable()
    assert f"::/{json.dumps(name)[1:-1]}: ".replace("%", "%25") in annotation


@pytest.mark.parametrize(
    ("name", "text", "annotation"),
    [
        (
            "a,b.json",
            '{"name": "b",\n}',
            "::error file=a%2Cb.json,line=1,col=13,title=json_syntax::JSON ",
        ),
        (
            "c.json",
            '{"name": "c", "type": "t"}',
            "::error file=c.json,line=1,col=1,title=history_type::/param_history: ",
        ),
        ("d.json", "\xff", "::error file=d.json,line=1,col=1,title=json_"),
        ("none.json", None, "::error file=none.json,title=unreadable::cannot read the file"),
    ],
)
def test_a_broken_file_is_annotated(place, name, text, annotation):
    """An invalid or missing file is reported as an annotation, and the exit code is 2.

    If the file can be read, the annotation has a line and a column.
    """
    if text is not None:
        (place / name).write_text(text, encoding="latin-1")
    ran = run("validate", "boxes.json", name, "--format", "github", cwd=place)
    assert (ran.status, ran.out.startswith(annotation), ran.out.count("\n")) == (2, True, 1), ran.out
    assert name in ran.err
    assert run("validate", "boxes.json", name, cwd=place).out == ""


def test_an_annotation_is_one_line_whatever_its_text(place):
    """In file names and messages, characters that would end the line or a property of an annotation are escaped."""
    (place / "a:b,c%d.json").write_text('{"attachment": "a", "n%0A\\r\\n,:": 1}')
    ran = run("validate", fine(place), "a:b,c%d.json", "--format", "github", cwd=place)
    location = "file=a%3Ab%2Cc%25d.json,line=1,col=21,title=param_unknown"
    assert ran.out.startswith(f"::warning {location}::/n%250A\\r\\n,:: ")
    assert ran.out.count("\n") == 1


@pytest.mark.parametrize("form", ["text", "json", "github"])
def test_no_values(place, form):
    """With `--no-values`, text, JSON and annotations show no value and no source line."""
    secret = {"attachment": "sk_live_1", "priority": "sk_live_2", "callback_url": "sk_live_3", "padding": "4711"}
    (place / "task.json").write_text(json.dumps({"project": "boxes", "geometries": {}, **secret}))
    ran = run("validate", "boxes.json", "task.json", "--no-values", "--format", form, cwd=place)
    assert "param_choice" in ran.out
    assert "sk_live" not in ran.out
    assert "4711" not in ran.out


def test_a_line_for_each_task(place):
    """For JSONL, the JSON output has a line for the projects, one for each task, and one for all tasks together."""
    geometries = {"box": {"objects_to_annotate": ["Pallet"]}}
    lines = [{"attachment": "a", "padding": 1}, {"attachment": "b", "padding": 2, "geometries": geometries}]
    (place / "tasks.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ran = run("validate", "boxes.json", "tasks.jsonl", "--format", "json", cwd=place)
    keys = ("code", "severity", "file", "line")
    findings = [[tuple(finding[key] for key in keys) for finding in line["findings"]] for line in ran.lines]
    inherited = [("param_type", "error", "boxes.json", 11), ("param_unknown", "warning", "boxes.json", 11)]
    overridden = [("param_type", "warning", "boxes.json", 11)]
    assert findings == [inherited, inherited, overridden, [("lint_unused_default", "warning", "boxes.json", 16)]]


@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("project", ["boxes.json", "fine.json"])
@pytest.mark.parametrize(
    ("tasks", "data", "options"),
    [
        ("none.jsonl", None, ()),
        ("packed.jsonl", b"\x1f\x8b", ()),
        ("bad.jsonl", b'\n{"attachment": }\n', ()),
        ("none.jsonl", None, ("--jobs", "2")),
        ("utf16.jsonl", "{}\n".encode("utf-16"), ("--jobs", "2")),
        ("task.json", b"{}", ("--jobs", "2")),
        ("folder", "", ("--lines",)),
        ("-", "", ("--lines", "--jobs", "2")),
    ],
)
def test_nothing_is_printed_before_an_error(place, tasks, data, options, project, output_format):
    """If the tasks cannot be read, nothing is printed to standard output, not even findings on the projects."""
    fine(place)
    if data is None or tasks == "-":
        pass
    elif tasks == "folder":
        (place / tasks).mkdir()
    else:
        (place / tasks).write_bytes(data)
    ran = run("validate", project, "--tasks", tasks, "--format", output_format, *options, cwd=place)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("error: ")


def test_an_interrupt_before_the_first_task(place):
    """If Ctrl-C arrives before the first task, the findings on the projects are printed."""
    (place / "pipe").unlink(missing_ok=True)
    os.mkfifo(place / "pipe")
    process = subprocess.Popen(
        command("validate", "boxes.json", "--tasks", "pipe", "--lines"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=place,
        env=environment(),
        preexec_fn=restore_signals,
    )
    # `open` waits until the command opens the other end of the pipe.
    with process, open(place / "pipe", "wb"):
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert drop_messages(out.decode()) == FINDINGS_SINCE_VERSION_1 + "1 error, 1 warning in 1 project and 0 tasks\n"
    assert (process.returncode, err.decode()) == (130, "interrupted: the findings are incomplete\n")


def test_many_tasks_that_inherit_a_bad_value(place):
    """For thousands of tasks, a finding on an inherited value is printed once, before a task's own finding."""
    lines = [{"attachment": "a", "unique_id": f"u-{number}"} for number in range(3_000)]
    lines.append({"attachment": "a", "priority": 11})
    (place / "tasks.jsonl").write_text("\n".join(map(json.dumps, lines)))
    ran = run("validate", "boxes.json", "tasks.jsonl", cwd=place)
    assert drop_messages(ran.out) == FINDINGS_SINCE_VERSION_1 + (
        "tasks.jsonl:3001:33: error param_choice at /priority\n"
        '  3001 | {"attachment": "a", "priority": 11}\n'
        "       |                                 ^^\n"
        "\n"
        "2 errors, 1 warning in 1 project and 3,001 tasks\n"
    )


class TestExitCodes:
    def test_fine(self, place):
        """The exit code for valid files is 0."""
        ran = run("validate", fine(place), "-", stdin='{"attachment": "a"}', cwd=place)
        assert (ran.out, ran.err, ran.status) == ("0 errors, 0 warnings in 1 project and 1 task\n", "", 0)

    def test_warnings(self, place):
        """The exit code for warnings is 0, or 1 with `--strict`."""
        arguments = ("validate", fine(place), "-", "--format", "github")
        for extra, status in (((), 0), (("--strict",), 1)):
            ran = run(*arguments, *extra, stdin='{"attachment": "a", "colour": 1}', cwd=place)
            assert ran.out.startswith("::warning file=<stdin>,line=1,col=21,title=param_unknown::/colour: ")
            assert ran.status == status
        assert run("validate", fine(place), "--strict", cwd=place).status == 0

    def test_unreadable(self, place):
        """The exit code for a missing file, a file without a project, or invalid JSON is 2."""
        assert run("validate", "nothing.json", cwd=place).status == 2
        assert run("validate", "task.json", cwd=place).status == 2
        ran = run("validate", fine(place), "-", stdin='{"project": }', cwd=place)
        assert ran.err.startswith("error: <stdin>:1:13: invalid JSON: expected a value")
        assert ran.status == 2

    def test_keep_going_annotates_invalid_lines(self, place):
        """With `--keep-going --format github`, each invalid line has an annotation, even with several processes."""
        (place / "cut.jsonl").write_text('{"x": 1}\n{"x": \n{"project_version": 99}\n[]\n')
        for more in ((), ("--jobs", "2")):
            arguments = (fine(place), "cut.jsonl", "--keep-going", "--format", "github", *more)
            ran = run("validate", *arguments, cwd=place)
            assert "::error file=cut.jsonl,line=2,col=7,title=json_syntax::" in ran.out
            assert "::error file=cut.jsonl,line=4,col=1,title=request_refused::" in ran.out
            assert (ran.status, ran.err.count("error: cut.jsonl:2:7: ")) == (1, 1)

    @pytest.mark.parametrize("lines", [(), ("--jobs", "2")])
    @pytest.mark.parametrize(("option", "value"), [("--type", "other"), ("--type", "a,b"), ("--project-version", "99")])
    def test_an_error_about_an_option_has_no_file(self, place, option, value, lines):
        """With `--format github`, the annotation for an error about an option names no file."""
        (place / "one.jsonl").write_text('{"attachment": "a"}\n')
        ran = run("validate", fine(place), "one.jsonl", option, value, *lines, "--format", "github", cwd=place)
        assert re.match(f"::error title=(wrong_type|version_unknown)::{option}: ", ran.out)
        assert f"omit {option}\n" in ran.out
        assert ran.status == 2

    @pytest.mark.parametrize("name", ["--x.json", "--type.yaml", "x.json"])
    def test_the_annotation_for_a_missing_file_names_it(self, place, name):
        """With `--format github`, the annotation for a missing file names the file, whatever its name."""
        ran = run("validate", "--format", "github", "--", fine(place), name, cwd=place)
        assert ran.out.startswith("::error ")
        assert name in ran.out
        assert ran.status == 2

    def test_keep_going(self, place):
        """With `--keep-going`, invalid lines are reported and counted, and the other lines are validated."""
        text = '{"attachment": "a"}\n{"attachment": }\n{"project": "other"}\n{"attachment": "b"}\n'
        ran = run("validate", fine(place), "-", "--lines", "--keep-going", stdin=text, cwd=place)
        assert ran.out.startswith("<stdin>:3:13: error request_refused at /project")
        assert ran.out.endswith("\n1 error, 0 warnings in 1 project and 3 tasks, 1 invalid line\n")
        assert [line.split(": ")[1] for line in ran.err.splitlines()] == ["<stdin>:2:16"]
        assert ran.status == 1


class TestIgnoring:
    def test_on_the_command_line(self, place):
        """Findings with an ignored code are neither printed nor counted, even errors."""
        ran = run("validate", "boxes.json", "--ignore", "param_type", "--ignore", "param_unknown", cwd=place)
        assert (ran.out, ran.status) == ("0 errors, 0 warnings in 1 project\n", 0)

    def test_in_pyproject(self, place):
        """Findings with a code that the nearest `pyproject.toml` ignores are not printed."""
        (place / "pyproject.toml").write_text('[tool.paramcore]\nignore = ["param_type", "param_unknown"]\n')
        below = place / "below"
        below.mkdir()
        assert run("validate", "../boxes.json", cwd=below).out == "0 errors, 0 warnings in 1 project\n"

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ('[tool.paramcore]\nignore = ["nope"]', "got the text 'nope'; write one of param_missing,"),
            ("[tool.paramcore]\nignore = 5", "`ignore` must be an array of codes, got the number 5"),
            ("[tool.paramcore]\nignroe = []", '[tool.paramcore] has unknown keys: "ignroe"'),
            ("[tool]\nparamcore = 5", "`tool.paramcore` must be a table, got the number 5"),
            ("[tool", "invalid TOML: "),
        ],
    )
    def test_an_unknown_setting(self, place, text, message):
        """A wrong setting in `pyproject.toml` is an error."""
        (place / "pyproject.toml").write_text(text)
        ran = run("validate", "boxes.json", cwd=place)
        assert ran.err.startswith("error: pyproject.toml: ")
        assert message in ran.err
        assert ran.status == 2

    @pytest.mark.parametrize(
        "key",
        [
            "a" + ".a" * 1_001,
            "a" + " . a" * 1_001,
            "[" + "'a'." * 1_001 + "a]",
            "a" + ".a" * 50,
            "[[" + '"a\\"b".' * 50 + "a]]",
            "a = {b = '''x''''', " + "c\t.\t" * 50 + 'd = 1, e = "f"}  # g',
        ],
    )
    def test_a_key_with_many_parts(self, place, key):
        """A key with more than 50 parts is rejected, because reading many such keys could fill the memory."""
        (place / "pyproject.toml").write_text(f'[tool.other]  # it\'s "a\na = """\nb"\n"""\n{key} = 1\n')
        ran = run("validate", "boxes.json", cwd=place)
        assert ran.err == "error: pyproject.toml:5:1: a key has more than 50 parts; shorten the key\n"
        assert ran.status == 2

    @pytest.mark.parametrize(
        "text",
        [
            "dependencies = [" + ", ".join(f'"a{number}==1.2.3"' for number in range(999)) + "]",
            "line = '" + "." * 9_999 + "'",
            'line = "' + "a." * 9_999 + '\\"a."',
            "lines = '''\n" + "a." * 9_999 + "\n'''''",
            'lines = """\n' + "a." * 9_999 + '\\""" a.b"""""',
            "# it's " + "a." * 9_999,
            "a" + ".a" * 49 + " = 1",
        ],
        ids=["dependencies", "dots", "string", "literal lines", "lines", "comment", "key"],
    )
    def test_a_line_with_many_dots(self, place, text):
        """Dots in strings and comments do not count as parts of a key. A key may have 50 parts."""
        (place / "pyproject.toml").write_text(f'[tool.paramcore]\nignore = ["param_type"]\n[tool.other]\n{text}\n')
        ran = run("validate", "boxes.json", cwd=place)
        assert (ran.err, ran.status) == ("", 0)

    def test_unreadable_settings(self, place):
        """An unreadable `pyproject.toml` is reported with the message of the system, not as invalid TOML."""
        # This file can be opened, but its first bytes cannot be read.
        (place / "pyproject.toml").symlink_to("/proc/self/mem")
        ran = run("validate", "boxes.json", cwd=place)
        assert (
            ran.err
            == "error: pyproject.toml: cannot read the file: input/output error; make it readable, or run in another directory\n"
        )
        assert ran.status == 2

    def test_an_unknown_code(self, place):
        """A misspelt code is an error that lists all codes."""
        ran = run("validate", "boxes.json", "--ignore", "param_typ", cwd=place)
        assert ran.err.endswith(f"got the text 'param_typ'; write one of {', '.join(CODES)}\n")
        assert ran.status == 2


class TestOwnSchemas:
    def test_a_schema_for_an_unknown_type(self, place):
        """`--schema` validates a type that the package does not know."""
        (place / "mine.json").write_text('{"properties": {"padding": {"type": "string"}}, "required": ["shape"]}')
        (place / "own.json").write_text(PROJECT.replace("imageannotation", "my type"))
        ran = run("validate", "own.json", "--schema", "my type=mine.json", "--ignore", "param_unknown", cwd=place)
        assert ran.out.startswith("own.json:16:69: error param_type at /padding\n")

    def test_two_schemas_for_one_type(self, place):
        """Two `--schema` options for one type are an error, because only one of the schemas could apply."""
        (place / "mine.json").write_text("{}")
        ran = run("validate", "boxes.json", "--schema", "a=mine.json", "--schema", "a=mine.json", cwd=place)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == 'error: --schema names two files for "a"; name one file for each type\n'

    def test_two_findings_at_one_place(self, place):
        """Two params that are missing in the same object are both reported."""
        (place / "mine.json").write_text('{"properties": {"geometries": {"required": ["circle", "arc"]}}}')
        ran = run("validate", "boxes.json", "--schema", "imageannotation=mine.json", "--format", "json", cwd=place)
        missing = [each["problem"] for each in ran.document["findings"] if each["code"] == "param_missing"]
        assert missing == ["`arc` is missing", "`circle` is missing"]

    @pytest.mark.parametrize(
        ("argument", "message"),
        [
            ("mine.json", "error: --schema needs a type and a file, got `mine.json`; write `--schema TYPE=FILE`\n"),
            ("a=mine.json", "error: mine.json:2:23: at /properties/a/$ref: "),
            ("a=none.json", "error: none.json: cannot read the file: no such file or directory\n"),
        ],
    )
    def test_a_bad_schema(self, place, argument, message):
        """The error for an invalid `--schema` names the place in the file, or shows how to write the option."""
        (place / "mine.json").write_text('{"properties":\n  {"a":      {"$ref": "file:///x"}}}')
        ran = run("validate", "boxes.json", "--schema", argument, cwd=place)
        assert ran.status == 2
        assert ran.err.startswith(message)


def test_ctrl_c_ends_with_the_findings_so_far(place):
    """After Ctrl-C, a summary of the findings so far is printed."""
    process = subprocess.Popen(
        command("validate", "boxes.json", "-", "--lines"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=place,
        env=environment(PYTHONUNBUFFERED="1"),
        preexec_fn=restore_signals,
    )
    with process:
        process.stdin.write(b'{"attachment": "a", "priority": 11}\n')
        process.stdin.flush()
        seen = []
        while not seen or b"/priority" not in seen[-1]:
            seen.append(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert out.decode().endswith("2 errors, 1 warning in 1 project and 1 task\n")
    assert err.decode() == "interrupted: the findings are incomplete\n"
    assert process.returncode == 130


def test_a_finding_in_yaml_has_its_position(tmp_path):
    """In YAML, too, the caret is under the value or the name."""
    (tmp_path / "signs.yaml").write_bytes((EXAMPLES / "street-signs.yaml").read_bytes())
    (tmp_path / "sign.yml").write_text("project: street signs\nattachment: https://example.com/a.jpg\npriority: high\n")
    ran = run("validate", "signs.yaml", "sign.yml", cwd=tmp_path)
    assert ran.status == 1
    assert "sign.yml:3:11: error param_choice at /priority" in ran.out
    assert "  3 | priority: high\n    |           ^^^^" in ran.out
    assert "min_widht: 8}\n     |                                                 ^^^^^^^^^\n" in ran.out


def test_a_directory_may_contain_json_and_yaml(tmp_path):
    """A directory may contain JSON and YAML files. A project in two files is an error."""
    (tmp_path / "a.yaml").write_text("{name: a, type: comparison, param_history: []}")
    (tmp_path / "b.json").write_text('{"name": "b", "type": "comparison", "param_history": []}')
    assert run("validate", tmp_path).out == "0 errors, 0 warnings in 2 projects\n"
    (tmp_path / "c.yml").write_text("{name: a, type: comparison, param_history: []}")
    ran = run("validate", tmp_path)
    assert ran.status == 2
    assert 'two projects have the name "a"' in ran.err


def test_a_refused_request_is_a_finding(tmp_path):
    """A request that cannot be resolved is an error at its line, and the next requests are validated."""
    lines = ['{"project_version": 9}', '{"project": "other"}', "[]", '{"instruction": 7}', '{"priority": "high"}']
    project = {"name": "boxes", "type": "imageannotation", "param_history": [{"version": 0}]}
    (tmp_path / "boxes.json").write_text(json.dumps(project))
    (tmp_path / "tasks.jsonl").write_text("\n".join(lines))
    ran = run("validate", "boxes.json", "tasks.jsonl", cwd=tmp_path)
    refused = [line for line in ran.out.splitlines() if "request_refused" in line]
    assert refused == [
        "tasks.jsonl:1:21: error request_refused at /project_version",
        "tasks.jsonl:2:13: error request_refused at /project",
        "tasks.jsonl:3:1: error request_refused",
        "tasks.jsonl:4:17: error request_refused at /instruction",
    ]
    assert "tasks.jsonl:5:14: error param_choice at /priority" in ran.out
    assert ran.out.splitlines()[-1].endswith("in 1 project and 5 tasks")
    assert ran.status == 1
    hidden = run("validate", "boxes.json", "tasks.jsonl", "--no-values", cwd=tmp_path).out
    assert "other" not in hidden
    assert hidden.count("  the request cannot be resolved; omit --no-values to see why\n") == 4
    ignored = run("validate", "boxes.json", "tasks.jsonl", "--ignore", "request_refused", cwd=tmp_path).out
    assert "request_refused" not in ignored
    assert "tasks.jsonl:5:14: error param_choice at /priority" in ignored


def test_a_bad_version_of_an_option_is_reported_for_the_option(tmp_path):
    """The error for a wrong `--project-version` names the option, not a file or a field of the requests."""
    for verb in ("preview", "validate"):
        ran = run(verb, "warehouse-boxes.json", "night-shift.json", "--project-version", "9")
        assert ran.status == 2
        assert ran.err == (
            "error: --project-version: version 9 does not exist: the project has versions 0 to 2; "
            "pass an existing version, pass -1 to inherit nothing, or omit --project-version\n"
        )


def test_options_have_any_position():
    """Options may precede, separate or follow the files."""
    command_lines = [
        ("validate", "--strict", "street-signs.json", "sign-17.json"),
        ("validate", "street-signs.json", "--strict", "sign-17.json"),
        ("validate", "street-signs.json", "sign-17.json", "--strict"),
    ]
    answers = [run(*arguments) for arguments in command_lines]
    assert answers[0] == answers[1] == answers[2]
    assert answers[0].status == 1


def test_an_unknown_type(tmp_path):
    """An unknown type is a warning that suggests a known type. A schema for the type prevents the warning."""
    (tmp_path / "p.json").write_text('{"name": "p", "type": "imageannotaton", "param_history": [{"version": 0}]}')
    ran = run("validate", "p.json", "--format", "json", cwd=tmp_path)
    finding = ran.document["findings"][0]
    assert (ran.status, finding["code"], finding["severity"]) == (0, "type_unknown", "warning")
    assert (finding["pointer"], finding["column"], finding["suggestion"]) == ("/type", 23, "imageannotation")
    (tmp_path / "s.json").write_text("{}")
    assert run("validate", "p.json", "--schema", "imageannotaton=s.json", cwd=tmp_path).out.startswith("0 errors, 0")


def test_no_project_is_no_success(tmp_path):
    """`validate`, `log`, `audit` and `plan` reject an input without a project, so that no check succeeds by mistake."""
    (tmp_path / "p.json").write_text("[]")
    for arguments in (("validate", "p.json"), ("log", "p.json"), ("audit", ".", "p.json"), ("plan", "p.json", "-")):
        ran = run(*arguments, cwd=tmp_path, stdin="{}")
        assert (ran.out, ran.status) == ("", 2)
        assert ran.err.endswith("the input contains no project; name a file with a project or an array of projects\n")


@pytest.mark.parametrize(("tasks", "status"), [([{"padding": "4"}], 1), ({"padding": "4"}, 1), ({"patch": True}, 2)])
@pytest.mark.parametrize("order", [("projects", "tasks"), ("tasks", "projects")])
def test_a_directory_of_tasks_is_an_error(tmp_path, tasks, status, order):
    """`validate` rejects a directory without a project, so that tasks in it are not skipped by mistake.

    The file is read as TASKS if the command line names the file, or the directory with `--tasks`.
    """
    for name, value in (("projects/p.json", (EXAMPLES / "warehouse-boxes.json").read_text()), ("tasks/t.json", tasks)):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(value if isinstance(value, str) else json.dumps(value))
    ran = run("validate", *order, cwd=tmp_path)
    assert (ran.out, ran.status) == ("", 2)
    remedy = "if it contains tasks, pass it with --tasks; otherwise, omit it"
    assert ran.err.endswith(f"tasks: the directory contains no project; {remedy}\n")
    assert run("validate", "projects", "tasks/t.json", cwd=tmp_path).status == status
    assert run("validate", "projects", "--tasks", "tasks", cwd=tmp_path).status == (status and 1)
    assert run("validate", "projects", "projects/p.json", cwd=tmp_path).status == 0


def test_a_directory_may_contain_only_the_update(tmp_path):
    """A directory without a project is no error if the command reads its file as the update."""
    (tmp_path / "updates").mkdir()
    (tmp_path / "updates" / "u.json").write_text('{"patch": true, "padding": 3}')
    ran = run("validate", EXAMPLES / "projects", tmp_path / "updates", "--update", tmp_path / "updates" / "u.json")
    assert (ran.err, ran.status) == ("", 0)


def test_pinned_tasks_do_not_count_for_unused_defaults(tmp_path):
    """The check for unused defaults of the latest version ignores tasks that are pinned to an older version."""
    history = [{"version": 0, "padding": 3}, {"version": 1, "padding": 4}]
    (tmp_path / "p.json").write_text(json.dumps({"name": "p", "type": "imageannotation", "param_history": history}))
    pinned = '{"padding": 1, "attachment": "a", "geometries": {"box": {}}, "project_version": 0}\n'
    ran = run("validate", "p.json", "-", "--lines", stdin=pinned * 2, cwd=tmp_path)
    assert "lint_unused_default" not in ran.out
    latest = pinned.replace(', "project_version": 0', "")
    assert "lint_unused_default" in run("validate", "p.json", "-", "--lines", stdin=latest * 2, cwd=tmp_path).out


def test_an_error_in_two_versions_is_reported_twice(tmp_path):
    """If the latest version and the version of a pinned task have the same error, it is reported for each of them."""
    shapes = {"geometries": {"box": {"objects_to_annotate": ["car"]}}}
    values = ("x", 3, "x")
    history = [{"version": number, **shapes, "padding": value} for number, value in enumerate(values)]
    (tmp_path / "p.json").write_text(json.dumps({"name": "p", "type": "imageannotation", "param_history": history}))
    tasks = '{"attachment": "a"}\n{"attachment": "a", "project_version": 0}\n' * 2
    ran = run("validate", "p.json", "-", "--lines", "--format", "github", stdin=tasks, cwd=tmp_path)
    findings = [line for line in ran.out.splitlines() if "param_type" in line]
    assert [line.rpartition("[")[2] for line in findings] == ['project version 2 of "p"]', 'project version 0 of "p"]']


def write_history(place):
    """Write a project whose versions 1, 2 and 3 have findings. Version 3 is the latest."""
    good, bad = {"geometries": {"box": {"objects_to_annotate": ["a"]}}}, {"padding": "5"}
    entries = [{**good, **bad}, {**good, **bad}, {**good, **bad, "batch": "b"}, {**good, **bad}]
    history = [{"version": number, **entry} for number, entry in enumerate(entries)]
    document = {"type": "imageannotation", "name": "boxes", "param_history": history}
    (place / "p.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    ("since", "versions"),
    [
        (0, {1, 2, 3}),
        (1, {1, 2, 3}),
        (2, {2, 3}),
        (3, {3}),
        (9, {3}),
    ],
)
def test_findings_since_a_version(place, since, versions):
    """`--since-version N` omits findings on versions before N. It never omits findings on the latest version."""
    write_history(place)
    ran = run("validate", "p.json", "--since-version", str(since), "--format", "json", cwd=place)
    assert {finding["version"] for finding in ran.document["findings"]} == versions
    assert [finding["first_set_in"] for finding in ran.document["findings"] if finding["code"] == "param_type"] == [0]
    lints = {finding["version"] for finding in ran.document["findings"] if finding["code"].startswith("lint_")}
    assert lints == versions
    assert ran.status == 1


def test_a_task_that_is_pinned_before_that_version(place):
    """With `--since-version`, a finding on a value that a task inherits from an older version is still reported."""
    write_history(place)
    task = {"attachment": "https://e.com/1.jpg", "project_version": 0}
    ran = run("validate", "p.json", "-", "--since-version", "3", "--format", "json", stdin=json.dumps(task), cwd=place)
    assert ("param_type", "/padding") in {(finding["code"], finding["pointer"]) for finding in ran.document["findings"]}


@pytest.mark.parametrize("since", ["-1", "x", "1.0", "\u0661", "9" * 5_000])
def test_a_wrong_version_number(place, since):
    """`--since-version` must be a whole number of at most 18 digits, 0 or more."""
    write_history(place)
    ran = run("validate", "p.json", f"--since-version={since}", cwd=place)
    assert (ran.out, ran.status) == ("", 2)
    assert "--since-version: must be a whole number, 0 or more" in ran.err


OVERRIDING, INHERITING = {"padding": 4}, {}


@pytest.mark.parametrize("options", [(), ("--jobs", "2"), ("--update", "update.json"), ("--since-version", "1")])
@pytest.mark.parametrize(
    ("tasks", "count"),
    [
        ([OVERRIDING, INHERITING], "1 error, 0 warnings"),
        ([INHERITING, OVERRIDING], "1 error, 0 warnings"),
        ([OVERRIDING, OVERRIDING, INHERITING, OVERRIDING, INHERITING], "1 error, 0 warnings"),
        ([OVERRIDING, OVERRIDING], "0 errors, 1 warning"),
    ],
)
def test_an_overridden_error_does_not_hide_the_error(tasks, count, options, tmp_path):
    """An error that a task inherits is reported, whatever the order of the tasks.

    If all tasks override the value, the error becomes a warning.
    """
    history = [{"version": 0, "padding": "x"}, {"version": 1, "padding": 3}]
    project = {"type": "imageannotation", "name": "docks", "param_history": history}
    (tmp_path / "docks.json").write_text(json.dumps(project))
    (tmp_path / "update.json").write_text('{"patch": true, "padding": 6}')
    text = "".join(f"{json.dumps({'project_version': 0, 'attachment': 'a', **task})}\n" for task in tasks)
    (tmp_path / "tasks.jsonl").write_text(text)
    ignored = ("--ignore", "lint_old_pin", "--ignore", "param_missing")
    ran = run("validate", "docks.json", "tasks.jsonl", *options, *ignored, cwd=tmp_path)
    assert ran.status == int(INHERITING in tasks)
    assert ran.out.splitlines()[-1].startswith(count)
    assert ran.out.count("(the task overrides it)") == int("1 warning" in count)
    if not options:
        report = ("report", "docks.json", "tasks.jsonl", "--output", "page.html", "--exit-code", *ignored)
        assert run(*report, cwd=tmp_path).status == int(INHERITING in tasks)
        assert f"{count}: " in re.sub("<[^>]*>", "", (tmp_path / "page.html").read_text())


def test_an_error_that_was_reported_is_not_reported_as_overridden(tmp_path):
    """If an error of the project is reported, the tasks that override the value add no warnings."""
    history = [{"version": 0, "padding": "x"}]
    project = {"type": "imageannotation", "name": "docks", "param_history": history}
    (tmp_path / "docks.json").write_text(json.dumps(project))
    (tmp_path / "tasks.json").write_text(json.dumps([{"padding": 4}, {"padding": 5}]))
    ran = run("validate", "docks.json", "tasks.json", "--ignore", "param_missing", cwd=tmp_path)
    assert ran.out.count("error param_type") == 1
    assert "the task overrides it" not in ran.out
