"""`paramcore slim` shortens requests, and `paramcore extract` moves shared params to a project."""

import errno
import json
import os
import shlex
import signal

import pytest

from paramcore import Project, read_project
from paramcore.cli import main
from paramcore.cli.commands import extract
from paramcore.cli.exit_codes import INTERRUPTED
from paramcore.cli.signals import END_SIGNALS, interrupt_once
from paramcore.service.requests import create_project
from tests.cli.running import EXAMPLES, run, shell

PROJECT = "warehouse-boxes.json"
TEXT = "Box every forklift, pallet and person."


@pytest.fixture
def tasks(tmp_path):
    """Return a function that writes requests to a file and returns its path."""

    def write(*requests, name="full.jsonl"):
        path = tmp_path / name
        path.write_text("".join(json.dumps(request) + "\n" for request in requests))
        return path

    return write


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def project():
    return read_project(json.loads((EXAMPLES / PROJECT).read_text()))


def test_the_requests_to_send_are_written(tasks, tmp_path, project):
    """`--output` writes the requests in their order, and each task still gets the same params."""
    given = [
        {"unique_id": "a", "attachment": "https://example.com/a.jpg", **project.params, "instruction": "Night."},
        {"attachment": "https://example.com/b.jpg", "padding": 3, "project": None},
        {"attachment": "https://example.com/c.jpg", "project_version": -1, "padding": 5},
        {"attachment": "https://example.com/d.jpg", "project_version": 0, "padding": 5.0},
    ]
    ran = run("slim", PROJECT, tasks(*given), "--output", tmp_path / "slim.jsonl")
    sent = read_lines(tmp_path / "slim.jsonl")
    assert [project.resolve(request).params for request in sent] == [project.resolve(task).params for task in given]
    assert sent == [
        {"unique_id": "a", "attachment": "https://example.com/a.jpg", "instruction": "Night."},
        {"attachment": "https://example.com/b.jpg", "padding": 3},
        given[2],
        {"project_version": 0, "attachment": "https://example.com/d.jpg"},
    ]
    assert ran.status == 0
    assert "  inherited   instruction, geometries, padding  (the project has padding 5)" in ran.out
    assert "4 requests: 2 shorter, 1 as short as before, 1 opted out" in ran.out
    assert "exact while version 2 is the latest; pass --pin" in ran.out


@pytest.mark.parametrize("output_format", ["text", "markdown"])
@pytest.mark.parametrize(
    ("given", "options", "counts"),
    [
        ([{"padding": 5}], ("--pin",), "1 longer"),
        ([{"padding": 5}, {"project_version": 101, "padding": 5}], ("--to", "101", "--pin"), "1 shorter, 1 longer"),
        ([{"padding": 5}, {"x": 99, "padding": 5}], ("--to", "99"), "1 longer, 1 must opt out"),
        ([{"project_version": 101, "padding": 5}], ("--pin",), "1 shorter"),
        # `"project_version": -1` is shorter than `"project_version": 100`, but this request counts as an opt-out.
        ([{"project_version": 100, "padding": 5}], ("--to", "99"), "1 must opt out"),
        ([{"project_version": 100, "padding": 5}], ("--to", "-1"), "1 opted out"),
        ([{"project_version": 100, "a": 5}, {"a": 5}], ("--to", "-1"), "2 opted out"),
        ([{"a": 5}, {"padding": 5}], (), "1 shorter, 1 as short as before"),
    ],
)
def test_each_request_is_counted_once(given, options, counts, output_format, tmp_path, tasks):
    """The summary says how many requests are shorter, longer, or as short as before, and how many opt out."""
    versions = {98: {}, 99: {"x": 99}, 100: {}, 101: {"padding": 5}}
    history = [{"version": number, **versions.get(number, {"padding": 5})} for number in range(102)]
    project = tmp_path / "docks.json"
    project.write_text(json.dumps({"type": "imageannotation", "name": "docks", "param_history": history}))
    out = run("slim", project, tasks(*given), *options, "--format", output_format).out
    total = f"{len(given)} request{'s' * (len(given) > 1)}: {counts}; "
    assert [line for line in out.splitlines() if line.startswith(total)]
    if output_format == "markdown" and "shorter" not in counts and "must" not in counts:
        assert "none can be shorter" in out
    status = run("slim", project, tasks(*given), *options, "--exit-code").status
    assert status == ("shorter" in counts or "must opt out" in counts)


UNCHANGED = [
    '{ "padding": 12,  "unique_id":"\\u00e9" }',
    '{"padding": 5e1, "project_version": 0}\r',
    '{"project_version":-1,   "padding": 5}',
    '{"attachment": "https://example.com/a.jpg", "project": "warehouse boxes"} ',
]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_request_that_does_not_change_keeps_its_line(tmp_path, end):
    """A line whose request does not change keeps its bytes, so that git shows no change."""
    lines = [UNCHANGED[0], '{ "padding": 5 }', *UNCHANGED[1:]]
    (tmp_path / "t.jsonl").write_bytes(("\ufeff" + "\n".join(lines) + end).encode())
    ran = run("slim", PROJECT, tmp_path / "t.jsonl", "--output", tmp_path / "out.jsonl")
    expected = [UNCHANGED[0], "{}", *UNCHANGED[1:]]
    assert (tmp_path / "out.jsonl").read_bytes() == ("\ufeff" + "\n".join(expected) + end).encode()
    assert ": 31 -> 31 bytes, inherits version 2" in ran.out


@pytest.mark.parametrize(
    ("line", "arguments", "written"),
    [
        ('{ "padding": 12, "batch": null }', (), '{"padding":12}'),
        ('{ "padding": 12 }', ("--pin",), '{"project_version":2,"padding":12}'),
        ('{ "padding": null, "b": 1 }', (), '{ "padding": null, "b": 1 }'),
        ('{ "a": true, "padding": 5.0 }', (), '{"a":true}'),
    ],
)
def test_a_request_that_changes_has_a_compact_line(tmp_path, line, arguments, written):
    """A changed request has a compact line.

    `--pin` and null routing names change a request. Null params do not.
    """
    (tmp_path / "t.jsonl").write_text(line + "\n")
    run("slim", PROJECT, tmp_path / "t.jsonl", *arguments, "--output", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == written + "\n"


def test_an_array_becomes_compact_lines(tmp_path):
    """Requests from an array are written to a .jsonl file as compact lines."""
    (tmp_path / "t.json").write_text('[{ "padding": 12 }]')
    run("slim", PROJECT, tmp_path / "t.json", "--output", tmp_path / "out.jsonl")
    assert (tmp_path / "out.jsonl").read_text() == '{"padding":12}\n'


def test_the_order_of_params_stays(tasks, tmp_path):
    """A request that cannot be shorter keeps the order of its params."""
    given = {"padding": 3, "attachment": "https://example.com/b.jpg", "instruction": "Night."}
    run("slim", PROJECT, tasks(given), "--output", tmp_path / "slim.jsonl")
    assert (tmp_path / "slim.jsonl").read_text() == json.dumps(given) + "\n"


def test_wanted_params_that_no_request_gets_opt_out(tasks, project):
    """If a task would inherit a param that is not wanted, its request opts out, and the exit code is 1."""
    wanted = {**project.params, "instruction": f"Night.\n{TEXT}"}
    del wanted["padding"]
    ran = run("slim", PROJECT, tasks(project.params, wanted), "--wanted", "--format", "json")
    inherited, fallen = ran.lines
    assert ran.status == 1
    assert (inherited["request"], inherited["inherits"]) == ({}, 2)
    assert fallen["request"] == {"project_version": -1, **wanted}
    assert fallen["blocked"] == [{"param": "padding", "code": "would_be_inherited"}]


@pytest.mark.parametrize(
    ("version", "sent"),
    [("any", {"project_version": 0}), ("0", {"project_version": 0}), ("-1", {"project_version": -1})],
)
def test_another_version(tasks, project, version, sent):
    """`--to` selects a version by its number, the version with the shortest request (`any`), or no version (-1)."""
    wanted = project.version(0).params
    ran = run("slim", PROJECT, tasks(wanted), "--wanted", "--to", version, "--format", "json")
    [line] = ran.lines
    assert line["request"] == ({**sent, **wanted} if version == "-1" else sent)
    assert ran.status == 0


def test_pin_writes_the_version(tasks):
    """`--pin` writes the inherited version into each request, and keeps a `project_version` that is already there."""
    ran = run("slim", PROJECT, tasks({}, {"project_version": 0}, {"project_version": -1}), "--pin", "--format", "json")
    assert [line["request"] for line in ran.lines] == [{"project_version": v} for v in (2, 0, -1)]
    assert [line["exact_while"] for line in ran.lines] == [None] * 3


def test_exit_code_is_for_ci(tasks):
    """With `--exit-code`, the exit code is 1 if a request can be shorter."""
    assert run("slim", PROJECT, tasks({"padding": 5}), "--exit-code").status == 1
    assert run("slim", PROJECT, tasks({"padding": 3}), "--exit-code").status == 0
    assert run("slim", PROJECT, tasks({"padding": 5})).status == 0


def test_a_repeated_instruction_is_a_warning(tasks):
    """If an instruction repeats the project's text, the task gets the text twice, and a warning says so."""
    path = tasks({}, {"attachment": "https://example.com/a.jpg", "instruction": f"Night.\n{TEXT}"})
    ran = run("slim", PROJECT, path, "--format", "json")
    assert f"{path}:2:60: lint_repeated_instruction: the task's instruction already contains the text" in ran.err
    assert ran.lines[1]["request"]["instruction"] == f"Night.\n{TEXT}"


def test_many_requests_have_a_row_for_each_reason(tasks):
    """For more than 20 requests, totals replace the list of requests, unless `--list` is set."""
    path = tasks(*[{"padding": 5}] * 25, *[{"padding": 5.0}] * 5, *[{"project_version": -1}] * 6)
    short, whole = run("slim", PROJECT, path), run("slim", PROJECT, path, "--list")
    assert "  inherited   padding: 30 requests, 5 spelled differently" in short.out
    assert "  opted out   the request has project_version -1: 6 requests (lines 31, 32, 33, 34, ...)" in short.out
    assert short.out.count("full.jsonl:") == 0
    assert whole.out.count("full.jsonl:") == 36
    assert short.out.splitlines()[0] in whole.out


def test_the_totals_count_appended_instructions(tasks):
    """The totals count the requests that get the project's instruction appended to their own instruction."""
    path = tasks(*[{"instruction": "Night."}] * 3, *[{"padding": 5}] * 20)
    assert "  appended    instruction: 3 requests\n" in run("slim", PROJECT, path).out


@pytest.mark.parametrize("name", ["one.json", "array.json"])
def test_documents_stay_documents(tmp_path, name):
    """In a .json file, a single request stays an object, and an array stays an array.

    In a .jsonl file, each request is a line.
    """
    request = {"padding": 5, "attachment": "https://example.com/a.jpg"}
    (tmp_path / name).write_text(json.dumps([request] if name == "array.json" else request))
    run("slim", PROJECT, tmp_path / name, "--output", tmp_path / "out.json")
    run("slim", PROJECT, tmp_path / name, "--output", tmp_path / "out.jsonl")
    sent = {"attachment": "https://example.com/a.jpg"}
    assert json.loads((tmp_path / "out.json").read_text()) == ([sent] if name == "array.json" else sent)
    assert read_lines(tmp_path / "out.jsonl") == [sent]
    document = run("slim", PROJECT, tmp_path / name, "--format", "json").document
    assert (document[0] if name == "array.json" else document)["request"] == sent


@pytest.mark.parametrize("text", ["[]", ""])
def test_no_requests(tmp_path, text):
    """An empty array and an empty JSONL file are valid."""
    path = tmp_path / ("none.json" if text else "none.jsonl")
    path.write_text(text)
    ran = run("slim", PROJECT, path)
    assert (ran.out, ran.status) == ("0 requests\n", 0)
    out = run("slim", PROJECT, path, "--format", "json").out
    assert out.strip() == text


def test_a_bad_line_leaves_the_output_as_it_was(tasks, tmp_path):
    """An invalid line leaves the output file unchanged. `--keep-going` skips the line, and the exit code is 1."""
    path = tasks({"padding": 5})
    path.write_text(path.read_text() + '{"padding": }\n{"project_version": 9}\n{"padding": 3}\n')
    (tmp_path / "out.jsonl").write_text("old")
    ran = run("slim", PROJECT, path, "--output", tmp_path / "out.jsonl")
    assert (ran.status, (tmp_path / "out.jsonl").read_text()) == (2, "old")
    assert "full.jsonl:2:13: invalid JSON" in ran.err
    assert sorted(os.listdir(tmp_path)) == ["full.jsonl", "out.jsonl"]
    ran = run("slim", PROJECT, path, "--keep-going", "--output", tmp_path / "out.jsonl")
    assert (ran.status, read_lines(tmp_path / "out.jsonl")) == (1, [{}, {"padding": 3}])


@pytest.mark.parametrize(
    ("text", "written"), [('{"project_version": 9}', ""), ('[{"project_version": 9}]', "[\n\n]\n")]
)
def test_an_invalid_single_request_is_not_written(tmp_path, text, written):
    """If the only request is invalid, `--keep-going` writes an empty file. For an array, it writes an empty array."""
    (tmp_path / "task.json").write_text(text)
    ran = run("slim", PROJECT, tmp_path / "task.json", "--keep-going", "--output", tmp_path / "out.json")
    assert (ran.status, (tmp_path / "out.json").read_text()) == (1, written)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ("--to", "9"),
            'error: --to: "warehouse boxes": version 9 does not exist: the project has versions 0 to 2; '
            "pass an existing version, pass -1 to inherit nothing, or omit --to\n",
        ),
        (("--to", "x"), "must be the number of a version, -1, or the word `any`, got"),
        (("--output", "-"), "error: --output cannot write to standard output; name a file, or pass `./-`"),
        (("--output", EXAMPLES / PROJECT), "is a file that the command reads"),
    ],
)
def test_wrong_usage(tasks, arguments, message):
    """The exit code is 2 for a wrong `--to`, and for a wrong `--output`."""
    ran = run("slim", PROJECT, tasks({}), *arguments)
    assert message in ran.err
    assert ran.status == 2


def test_wanted_with_two_versions_is_ambiguous(tasks):
    """With both `--wanted` and `--to`, a request that has a `project_version` is rejected."""
    ran = run("slim", PROJECT, tasks({"project_version": 1}), "--wanted", "--to", "0")
    assert "full.jsonl:1:21: at /project_version: the wanted params have the `project_version`" in ran.err
    assert ran.status == 2


@pytest.mark.parametrize(
    "document",
    [
        {"project": "warehouse boxes", "params": {"padding": 5}, "inherited_version": 2},
        {"task_id": "1", "status": "completed", "instruction": TEXT, "params": {"padding": 5}},
        {"docs": [], "total": 0},
    ],
    ids=["output of preview", "created task", "page of tasks"],
)
def test_wanted_params_inside_another_document_have_their_own_remedy(tasks, document):
    """If the wanted params are inside another document, the error says to pass only the params, not the request."""
    ran = run("slim", PROJECT, tasks(document), "--wanted")
    assert "for each task, pass an object with only its effective params" in ran.err
    assert "request that" not in ran.err
    assert ran.status == 2


def test_a_request_of_another_project_is_an_error(tasks):
    """A request that names another project is rejected (T15)."""
    ran = run("slim", PROJECT, tasks({"project": "street signs"}))
    assert "the task request is for the project" in ran.err
    assert ran.status == 2


def test_a_directory_of_projects(tasks):
    """With a directory of projects, the summary names each project that a request names."""
    ran = run("slim", "projects", tasks({"project": "north docks", "padding": 1}, {"project": "south docks"}))
    assert ran.status == 0
    assert "of north docks is the latest" in ran.out
    assert "of south docks is the latest" in ran.out


# ---- extract ---------------------------------------------------------------


YARD = "yard-cameras.jsonl"
EXTRACT = ("extract", YARD, "--name", "yard", "--type", "imageannotation")


def test_extract_and_use_the_result(tmp_path):
    """With the written project and requests, each task gets the same params as before."""
    ran = run(*EXTRACT, "--project-output", tmp_path / "project.json", "--output", tmp_path / "slim.jsonl")
    body = json.loads((tmp_path / "project.json").read_text())
    assert body == json.loads(create_project("yard", type="imageannotation", params=body["params"]).body)
    project = Project("yard", type="imageannotation", params=body["params"])
    full, sent = read_lines(EXAMPLES / YARD), read_lines(tmp_path / "slim.jsonl")
    assert len(full) == len(sent) == 24
    for task, request in zip(full, sent, strict=True):
        if "project" in task:
            assert request == task
        else:
            params = {name: value for name, value in task.items() if name != "unique_id"}
            assert project.resolve(request).params == params
    assert ran.status == 1
    assert "24 requests: 20 inherit, 3 opt out (project_version -1), 1 set aside" in ran.out
    sizes = sum(len(json.dumps(request, separators=(",", ":"))) for request in sent)
    update = len(json.dumps({"patch": True, **body["params"]}, separators=(",", ":")))
    assert f"-> {sizes + update:,} bytes" in ran.out


def test_extract_ends_with_0_if_all_requests_move(tasks):
    """If params move, and no request is set aside, the exit code is 0. If nothing moves, the exit code is 1."""
    full = [{"attachment": f"https://example.com/{n}.jpg", "padding": 10} for n in range(9)]
    arguments = ("--name", "yard", "--type", "imageannotation")
    assert run("extract", tasks(*full), *arguments).status == 0
    assert run("extract", tasks(full[0]), *arguments).status == 1


@pytest.mark.parametrize("reading", [2, 3])
@pytest.mark.parametrize("change", ["append", "truncate", "malformed", "replace"])
def test_extract_rejects_a_file_that_changes(tasks, tmp_path, change, reading, monkeypatch, capsys):
    """`extract` reads TASKS several times. If the file changes between two reads, nothing is written."""
    path = tasks(*({"attachment": f"https://example.com/{n}.jpg", "padding": 10} for n in range(9)))
    text = path.read_text()
    changes = {"append": text + '{"padding": 9}\n', "truncate": text[:200], "malformed": text[:-2], "replace": text}
    real, readings = extract.read_raw_tasks, []

    def read(*arguments, **options):
        readings.append(arguments)
        if len(readings) == reading:
            (tmp_path / "new.jsonl").write_text(changes[change])
            os.replace(tmp_path / "new.jsonl", path)
        return real(*arguments, **options)

    monkeypatch.setattr(extract, "read_raw_tasks", read)
    outputs = [f"--output={tmp_path}/slim.jsonl", f"--project-output={tmp_path}/project.json"]
    assert main.main(["extract", str(path), "--name", "yard", "--type", "imageannotation", *outputs]) == 2
    error = f"error: {path}: the file changed while it was read; extract from a copy of it\n"
    assert (capsys.readouterr(), os.listdir(tmp_path)) == (("", error), [path.name])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-", "--name", "a", "--type", "b"), "<stdin> can be read only once; name a file"),
        (("/dev/null", "--name", "a", "--type", "b"), "/dev/null can be read only once; name a file"),
        ((".", "--name", "a", "--type", "b"), "error: . is a directory; name a file of tasks"),
        ((YARD, "--type", "b"), "--name"),
        ((YARD, "--name", "a"), "--type"),
        ((YARD, "--name", "", "--type", "b"), "cannot be a project name"),
        ((YARD, "--name", "a", "--type", ""), "a task type must be a non-empty string"),
        ((YARD, "--name", "a", "--type", "b", "--keep", "batch"), "`batch` is a routing name"),
        ((YARD, "--name", "a", "--type", "b", "--move", "tags", "--keep", "tags"), "both `keep` and `move`"),
        ((YARD, "--name", "a", "--type", "b", "--output", "x", "--project-output", "./x"), "the same file"),
        (("no-such.jsonl", "--name", "a", "--type", "b"), "no such file"),
    ],
)
def test_extract_refuses_wrong_usage(arguments, message):
    """The exit code is 2 for wrong arguments, such as a file of tasks that can be read only once."""
    ran = run("extract", *arguments)
    assert message in ran.err
    assert ran.status == 2


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (("--keep", "paddding"), "no task request in tasks.jsonl has the param `paddding`; write `--keep padding`"),
        (("--move", "padding", "--move", "atachment"), "`atachment`; write `--move attachment`"),
        (("--keep", "padding", "--move", "zzz"), "`zzz`; leave out `--move zzz`"),
        (("--keep", "padding.x"), "`padding.x`"),
        (("--move", ""), "leave out `--move ''`"),
    ],
)
def test_extract_rejects_a_name_that_no_request_has(options, advice, tmp_path):
    """`--keep` and `--move` reject a param that no request has. Nothing is written."""
    (tmp_path / "tasks.jsonl").write_text('{"attachment": "a", "padding": 1}\n' * 2)
    outputs = ("--output", "out.jsonl", "--project-output", "project.json")
    ran = run("extract", "tasks.jsonl", "--name", "a", "--type", "imageannotation", *options, *outputs, cwd=tmp_path)
    assert (ran.out, ran.status, ran.err.count("\n")) == ("", 2, 1)
    assert advice in ran.err
    assert os.listdir(tmp_path) == ["tasks.jsonl"]


@pytest.mark.parametrize("option", ["--keep", "--move"])
@pytest.mark.parametrize(
    ("param", "typed"),
    [("box color", "box colr"), ("-padding", "-pading"), ("it's $here", "it's $her"), ("*padding*", "*paddin*")],
)
def test_the_suggested_name_can_be_pasted_into_a_shell(option, param, typed, tmp_path):
    """The error about an unknown name suggests the option with a similar name, quoted for a shell."""
    (tmp_path / "tasks.jsonl").write_text(f"{json.dumps({param: 1})}\n")
    arguments = ("extract", "tasks.jsonl", "--name", "a", "--type", "imageannotation")
    ran = run(*arguments, f"{option}={typed}", cwd=tmp_path)
    suggested = ran.err.partition("; write `")[2].removesuffix("`\n")
    assert run(*arguments, *shlex.split(suggested), cwd=tmp_path).err == ""


@pytest.mark.parametrize("task", ['{"tags": ["a"]}', '{"tags": ["a"], "project": "other"}', '{"tags": null}'])
def test_extract_accepts_a_name_that_one_request_has(task, tmp_path):
    """`--keep` and `--move` accept a param that only one request has, even if this request is set aside."""
    (tmp_path / "tasks.jsonl").write_text('{"attachment": "a"}\n' * 2 + task)
    for option in ("--keep", "--move"):
        ran = run("extract", "tasks.jsonl", "--name", "a", "--type", "imageannotation", option, "tags", cwd=tmp_path)
        assert ran.err == ""


def test_extract_warns_of_equal_ids_in_one_line(tmp_path):
    """Requests with the same `unique_id` are reported even if a whole array is on one line."""
    (tmp_path / "tasks.json").write_text('[{"unique_id": "a"}, {"unique_id": "b"}, {"unique_id": "a"}]')
    ran = run("extract", "tasks.json", "--name", "yard", "--type", "imageannotation", cwd=tmp_path)
    assert ran.err == "warning: tasks.json:1:56: the same `unique_id` as line 1; the service rejects the second task\n"


def test_extract_warns_of_equal_ids(tasks):
    """If two requests have the same `unique_id`, a warning names both lines."""
    path = tasks(*[{"unique_id": "a", "padding": 1}] * 2, {"unique_id": "b"})
    ran = run("extract", path, "--name", "yard", "--type", "imageannotation")
    assert f"warning: {path}:2:15: the same `unique_id` as line 1; the service rejects the second task" in ran.err
    assert ran.err.count("warning") == 1


def test_extract_keeps_going(tasks, tmp_path):
    """If a line is invalid, nothing is written. With `--keep-going`, the line is reported once and skipped."""
    path = tasks(*[{"padding": 10}] * 3)
    path.write_text(path.read_text() + "{]\n")
    arguments = (
        "extract",
        path,
        "--name",
        "yard",
        "--type",
        "imageannotation",
        "--project-output",
        tmp_path / "p.json",
    )
    ran = run(*arguments)
    assert (ran.status, (tmp_path / "p.json").exists()) == (2, False)
    ran = run(*arguments, "--keep-going", "--output", tmp_path / "out.jsonl")
    assert ran.status == 1
    assert ran.err.count("full.jsonl:4:2") == 1
    assert read_lines(tmp_path / "out.jsonl") == [{"project": "yard"}] * 3


def test_both_outputs_or_none(tasks, tmp_path):
    """If the project cannot be written, the requests are not written either."""
    missing = tmp_path / "no such directory" / "p.json"
    ran = run(*EXTRACT, "--project-output", missing, "--output", tmp_path / "out.jsonl")
    assert ran.status == 2
    assert "cannot write the file" in ran.err
    assert os.listdir(tmp_path) == []


@pytest.fixture
def old_files(tasks, tmp_path, monkeypatch):
    """Return the arguments of `extract`, and a function that lists the output files that were replaced."""
    path = tasks(*({"attachment": f"https://example.com/{n}.jpg", "padding": 10} for n in range(9)))
    directory = tmp_path / "out"
    directory.mkdir()
    outputs = [directory / "p.json", directory / "out.jsonl"]
    for output in outputs:
        output.write_text("old")

    def list_new():
        assert sorted(os.listdir(directory)) == ["out.jsonl", "p.json"]
        return [output.name for output in outputs if output.read_text() != "old"]

    options = ("--name", "yard", "--type", "imageannotation")
    return ("extract", path, *options, "--project-output", outputs[0], "--output", outputs[1]), list_new


@pytest.mark.parametrize("count", [1, 2])
def test_a_full_disk_leaves_both_files_unchanged(old_files, monkeypatch, count):
    """If the disk is full when either file is synced, neither file is replaced."""
    arguments, list_new = old_files
    real, calls = os.fsync, []

    def fsync(descriptor):
        calls.append(descriptor)
        if len(calls) == count:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    ran = run(*arguments)
    assert (ran.status, list_new()) == (2, [])
    assert f"{('out.jsonl', 'p.json')[count - 1]}: cannot write the file: " in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("step", ["fsync", "replace"])
@pytest.mark.parametrize("count", [1, 2])
def test_a_signal_leaves_both_files_or_none(old_files, monkeypatch, number, step, count):
    """If a signal arrives while the two files are completed, either both files are replaced, or neither."""
    arguments, list_new = old_files
    real, calls = getattr(os, step), []

    def send(*given):
        real(*given)
        calls.append(given)
        if len(calls) == count:
            signal.raise_signal(number)

    monkeypatch.setattr(os, step, send)
    before = signal.signal(signal.SIGINT, interrupt_once)
    try:
        ran = run(*arguments)
    finally:
        signal.signal(signal.SIGINT, before)
        for other in END_SIGNALS:
            signal.signal(other, signal.SIG_DFL)
    if step == "fsync" and count == 1:
        assert (ran.status, list_new()) == ({signal.SIGINT: INTERRUPTED, **END_SIGNALS}[number], [])
    else:
        assert (ran.status, list_new()) == (0, ["p.json", "out.jsonl"])


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="the system has no /dev/full")
@pytest.mark.parametrize("stdout", ["/dev/full", "&-"])
@pytest.mark.parametrize("options", ["", "--format json", "--format markdown"])
@pytest.mark.parametrize("arguments", [f"slim {PROJECT} {YARD} --keep-going", f"{' '.join(EXTRACT)}"])
def test_no_file_if_the_report_is_lost(tmp_path, arguments, options, stdout):
    """If standard output cannot be written, the exit code is 2, and the file of `--output` does not change."""
    path = tmp_path / "out.jsonl"
    path.write_text("old")
    ran = shell(f"$paramcore {arguments} {options} --output {path} >{stdout}")
    assert ran.status == 2
    assert "cannot write to standard output" in ran.err
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["out.jsonl"]


def test_extract_writes_an_array_for_an_array(tmp_path):
    """Requests from a JSON array are written as a JSON array."""
    (tmp_path / "full.json").write_text(json.dumps([{"padding": 10}, {"padding": 10}]))
    run("extract", tmp_path / "full.json", "--name", "y", "--type", "t", "--output", tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text()) == [{"project": "y"}] * 2


# ---- Markdown --------------------------------------------------------------


def test_slim_as_markdown(tasks):
    """The heading is the verdict. The rows say why requests opt out, or which params they inherit."""
    path = tasks({"padding": 5}, {"attachment": "https://example.com/a.jpg"})
    ran = run("slim", PROJECT, path, "--wanted", "--format", "markdown")
    lines = ran.out.splitlines()
    assert lines[:2] == ['<!-- paramcore slim "warehouse boxes" -->', "### 2 of 2 requests must opt out"]
    assert lines[5].startswith("| impossible |")
    assert ran.status == 1
    short = run("slim", PROJECT, tasks({"padding": 5}), "--format", "markdown").out
    assert "### 1 of 1 request can be shorter" in short
    assert "| inherited | `padding` | 1 request |" in short
    assert "### 1 request, none can be shorter" in run("slim", PROJECT, tasks({}), "--format", "markdown").out


def test_names_of_projects_are_not_markup(tmp_path, tasks):
    """In Markdown, a project's name is in a code span, so that no character of the name is markup."""
    name = "<b>@you</b> | [a](b)"
    for number in (1, 2):
        project = {"name": f"{name}{number}", "type": "t", "param_history": [{"version": 0, "padding": 5}]}
        (tmp_path / f"{number}.json").write_text(json.dumps(project))
    path = tasks({"project": f"{name}1", "padding": 5}, name="all.jsonl")
    out = run("slim", tmp_path, path, "--format", "markdown").out
    assert f"exact while version 0 of `{name}1` is the latest" in out


def test_extract_as_markdown(tmp_path):
    """The Markdown lists opt-outs first and params last. `--summary` appends the Markdown to the job summary."""
    (tmp_path / "summary.md").write_text("before\n")
    ran = run(*EXTRACT, "--format", "markdown", "--summary", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    assert "### 4 params would move to `yard`; 24 requests: 20 inherit, 3 opt out" in ran.out
    labels = [line.split(" | ")[0] for line in ran.out.splitlines() if line.startswith("| ")][1:]
    assert labels == sorted(labels, key=["| opt out", "| set aside", "| moves", "| stays"].index)
    assert "```json" in ran.out
    assert (tmp_path / "summary.md").read_text() == f"before\n\n\n{ran.out}\n"


def test_extract_nothing_as_markdown(tasks):
    """If nothing moves, the heading says so."""
    ran = run("extract", tasks({"a": 1}), "--name", "yard", "--type", "t", "--format", "markdown")
    assert "### nothing is worth moving: `yard`" in ran.out
    assert ran.status == 1
