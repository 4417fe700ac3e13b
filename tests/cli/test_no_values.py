"""`--no-values`: the output of a command contains no value of a param."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from running import run

from paramcore import read_project
from paramcore.cli.hidden_values import describe_types
from paramcore.cli.options import COMMANDS
from paramcore.service import StandIn, run_server

#: Each value that `--no-values` must hide contains one of these texts.
SECRETS = ("s3cret", "8675309")


def secret(name):
    return f"s3cret {name} value"


LABELS = [
    {"name": secret("first"), "padding": 86753091, "note": secret("note") * 9},
    {"name": secret("second"), "padding": 86753092, "note": secret("note") * 9},
]
PARAMS = {"instruction": secret("text") * 9, "padding": 86753093, "labels": LABELS, "metadata": {"a": secret("inside")}}
OTHER = {
    "instruction": secret("text") * 8 + secret("end"),
    "labels": [{**LABELS[1], "padding": 86753094}, LABELS[0]],
    "metadata": {"a": {"b": 86753095}},
}
PROJECT = {
    "type": "imageannotation",
    "name": "boxes",
    "param_history": [
        {"version": 0, "created_at": "2026-03-01T08:00:00Z", **PARAMS},
        {"version": 1, "created_at": "2026-03-02T08:00:00Z", **OTHER},
        {"version": 2, "created_at": "2026-03-03T08:00:00Z", **PARAMS, "padding": secret("wrong")},
    ],
}
TASKS = [
    {"unique_id": "t-1", "attachment": secret("link"), "instruction": secret("own"), "padding": 86753096},
    {"unique_id": "t-2", "attachment": secret("link"), "project_version": 0, "priority": secret("high")},
    {"unique_id": "t-3", "attachment": secret("link"), "project_version": 99, "padding": 86753097},
    {"unique_id": "t-4", "attachment": secret("link"), "instruction": 86753098},
]
#: Requests that repeat the project's params, except `padding`.
OWN = [{**PARAMS, "attachment": secret("link"), "padding": padding} for padding in (86753093, 86753093.0, 86753090)]
FINISHED = [
    {"task_id": "f-1", "project": "boxes", "project_param_version": 1, "instruction": secret("else"), "params": {}},
    {"task_id": "f-2", "project": "boxes", "project_param_version": 1, "instruction": 86753099, "params": OTHER},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("secrets")
    older = {**PROJECT, "param_history": PROJECT["param_history"][:2]}
    documents = {
        "boxes": PROJECT,
        "older": older,
        "update": {**OTHER, "padding": secret("wrong"), "unknown": secret("unknown")},
        "task": TASKS[0],
        "tasks": TASKS[:2],
        "params": OTHER,
    }
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
    for name, lines in {"tasks": TASKS[:2], "bad": TASKS, "finished": FINISHED, "own": OWN}.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    broken = (
        '{"instruction": s3cret 8675309}\n{"padding": "s3cret", "padding": 8675309}\n{"a": 8675309e999}\n[s3cret]\n'
    )
    (folder / "broken.jsonl").write_text(broken, "utf-8")
    (folder / "broken.json").write_text(broken.splitlines()[0], "utf-8")
    return folder


LINES = [
    "preview boxes.json task.json",
    "preview boxes.json tasks.json",
    "preview boxes.json tasks.jsonl",
    "preview boxes.json tasks.jsonl --jobs 2",
    "preview boxes.json tasks.jsonl --explain",
    "preview boxes.json bad.jsonl",
    "preview boxes.json bad.jsonl --keep-going",
    "preview boxes.json broken.jsonl --keep-going",
    "preview broken.json task.json",
    "explain boxes.json task.json",
    "explain boxes.json tasks.jsonl instruction padding missing",
    "plan boxes.json update.json",
    "plan boxes.json update.json --patch",
    "plan boxes.json --wanted boxes.json@1",
    "plan boxes.json broken.json",
    "diff boxes.json@0 boxes.json@1",
    "diff params.json boxes.json",
    "log boxes.json",
    "log boxes.json instruction labels padding",
    "impact boxes.json update.json tasks.jsonl",
    "impact boxes.json update.json tasks.jsonl --list",
    "impact boxes.json update.json bad.jsonl --list --keep-going",
    "audit boxes.json finished.jsonl",
    "audit boxes.json broken.jsonl",
    "validate boxes.json",
    "validate boxes.json tasks.jsonl",
    "validate boxes.json bad.jsonl",
    "validate boxes.json broken.jsonl --keep-going",
    "validate boxes.json task.json --update update.json",
    "slim boxes.json tasks.jsonl",
    "slim boxes.json tasks.jsonl --wanted --list",
    "slim boxes.json own.jsonl --wanted --to any",
    "slim boxes.json own.jsonl --list",
    "slim boxes.json bad.jsonl --keep-going",
    "extract own.jsonl --name docks --type imageannotation",
    "extract tasks.jsonl --name docks --type imageannotation --move attachment",
    "extract bad.jsonl --name docks --type imageannotation --keep-going",
    "status older.json",
    "apply boxes update.json",
    "apply boxes update.json --yes --allow-drop --allow-errors",
]
SERVICE = ("status", "apply")
FORMATS = [
    (),
    ("--width", "60"),
    ("--width", "60", "--full"),
    ("--format", "json"),
    ("--format", "markdown"),
    ("--format", "github"),
]


def list_formats(line):
    """Return the options for each output format that a command has."""
    choices = next(keywords["choices"] for name, keywords in COMMANDS[line.split()[0]] if name == "--format")
    return [arguments for arguments in FORMATS if "--format" not in arguments or arguments[1] in choices]


def find_secrets(text):
    return [line for line in text.splitlines() for word in SECRETS if word in line]


@pytest.mark.slow
@pytest.mark.parametrize("line", LINES)
def test_no_output_has_a_value(line, folder):
    """In every format, neither standard output nor standard error contains a value."""
    for arguments in list_formats(line):
        with run_server(StandIn([read_project(PROJECT)])) as server:
            service = ("--base-url", server.url) if line.split()[0] in SERVICE else ()
            command = (*line.split(), *arguments, *service)
            hidden = run(*command, "--no-values", cwd=folder, SCALE_API_KEY="test_0123456")
        assert find_secrets(hidden.out + hidden.err) == []
        # An error in a file may end a command before it prints an answer.
        assert hidden.out or "broken.json" in hidden.err or "bad.jsonl" in hidden.err


@pytest.mark.parametrize("line", [line for line in LINES if line.split()[0] not in SERVICE])
def test_names_stay(line, folder):
    """`--no-values` changes no exit code and no names in the JSON."""
    shown, hidden = (run(*line.split(), "--format", "json", *flag, cwd=folder) for flag in ((), ("--no-values",)))
    assert shown.status == hidden.status
    if "broken" not in line:
        assert [list_keys(answer) for answer in parse(hidden.out)] == [list_keys(answer) for answer in parse(shown.out)]


def parse(text):
    try:
        return [json.loads(text)] if text else []
    except ValueError:
        return [json.loads(line) for line in text.splitlines()]


def list_keys(answer):
    if isinstance(answer, dict):
        return {key: list_keys(member) for key, member in answer.items()}
    return [list_keys(element) for element in answer] if isinstance(answer, list) else None


def test_the_message_of_the_service_is_hidden(folder):
    """`--no-values` hides the message of a reply, which may repeat a value. The exit code does not change."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps({"message": secret("reply")}).encode()
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1"
        shown, hidden = (
            run("status", "older.json", "--base-url", url, *flag, cwd=folder, SCALE_API_KEY="test_0123456")
            for flag in ((), ("--no-values",))
        )
    finally:
        server.shutdown()
        server.server_close()
    assert "s3cret" in shown.err
    assert find_secrets(hidden.err) == []
    assert shown.status == hidden.status == 3
    assert hidden.err.endswith("; omit --no-values to see why\n")


def test_errors_of_usage_stay(folder):
    """With `--no-values`, an error that is not about a value keeps its message."""
    for arguments in (("plan", "boxes.json"), ("diff", "missing.json", "boxes.json")):
        shown, hidden = (run(*arguments, *flag, cwd=folder) for flag in ((), ("--no-values",)))
        assert shown.err == hidden.err != ""


def test_an_error_names_its_place_and_code(folder):
    """With `--no-values`, the error for an invalid line has the file, line, column, pointer and code."""
    done = run("preview", "boxes.json", "bad.jsonl", "--keep-going", "--no-values", cwd=folder)
    assert "error: bad.jsonl:4:" in done.err
    assert "at /instruction: the error is `instruction_type`; omit --no-values to see why" in done.err


def test_text_shows_types(folder):
    """With `--no-values`, the text output shows types instead of values."""
    out = run("diff", "boxes.json@0", "boxes.json@1", "--no-values", cwd=folder).out
    assert out == (
        "  removed  padding      a number\n"
        "  changed  instruction  text\n"
        "  changed  labels       inside:\n"
        "  changed  /labels/1/padding  a number\n"
        "  moved    /labels      its elements have another order\n"
        "  changed  metadata     an object\n"
    )


def test_json_shows_types(folder):
    """With `--no-values`, JSON has types in place of values, and null in place of sentences that contain values.

    `patch` and fields that identify a task, such as `unique_id`, keep their values.
    """
    plan = run("plan", "boxes.json", "update.json", "--format", "json", "--no-values", cwd=folder).document
    assert plan["before"]["padding"] == "string"
    assert plan["before"]["labels"][0] == {"name": "string", "padding": "number", "note": "string"}
    assert plan["request"]["patch"] is False
    assert plan["request"]["unknown"] == "string"
    assert plan["diff"]["changed"]["instruction"] == {"before": "string", "after": "string"}
    assert {"name": "string"} in [change["identity"] for change in plan["diff"]["changes"]]
    effect, *_ = run(
        "impact", "boxes.json", "update.json", "tasks.jsonl", "--list", "--format", "json", "--no-values", cwd=folder
    ).lines
    assert effect["request"]["unique_id"] == "t-1"
    assert effect["request"]["padding"] == "number"
    audit = run("audit", "boxes.json", "finished.jsonl", "--format", "json", "--no-values", cwd=folder).document
    assert {(finding["expected"], finding["actual"]) for finding in audit["findings"]} == {(None, None)}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("plan boxes.json --wanted boxes.json", "request"),
        ("plan boxes.json update.json", "identity"),
        ("diff boxes.json@0 boxes.json", "identity"),
        ("log boxes.json", "identity"),
        ("slim boxes.json tasks.jsonl", "cut"),
        ("extract own.jsonl --name boxes --type imageannotation --keep padding", "value"),
    ],
)
def test_null_that_means_no_value_stays_null(line, key, folder):
    """A null that means "no value" stays null, and is not replaced with a type."""
    shown, hidden = (run(*line.split(), "--format", "json", *flag, cwd=folder) for flag in ((), ("--no-values",)))
    shown, hidden = ([value is None for value in find_members(parse(ran.out), key)] for ran in (shown, hidden))
    assert any(shown)
    assert hidden == shown


def find_members(answer, key):
    """Return the values of all members with the name `key`, at any depth."""
    if isinstance(answer, dict):
        return [
            value for name in answer for value in [*([answer[name]] * (name == key)), *find_members(answer[name], key)]
        ]
    return [value for element in answer for value in find_members(element, key)] if isinstance(answer, list) else []


@pytest.mark.parametrize(
    ("value", "types"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "number"),
        (1.5, "number"),
        ("a", "string"),
        ([], []),
        ({"a": [{}]}, {"a": [{}]}),
    ],
)
def test_types_are_those_of_json(value, types):
    """Each scalar is replaced with its JSON type; empty containers remain."""
    assert describe_types(value) == types
