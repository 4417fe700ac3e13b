"""`preview` and `explain`."""

import json
import subprocess

import pytest
from running import EXAMPLES, run

from paramcore.cli.exit_codes import FINDINGS, FINE, REFUSED

PROJECT = "warehouse-boxes.json"


def test_the_text_shows_the_source_of_each_param():
    """A preview has a headline, and a line with the source of each param."""
    assert run("preview", PROJECT, "night-shift.json").out == (
        'task for "warehouse boxes": inherits version 1 (the latest is 2)\n'
        '  instruction            task request + version 1  "Night image: look twice.\\nBox every forklift and every'
        ' pallet that it carries."\n'
        '  geometries             version 1                 {"box": {"objects_to_annotate": ["Forklift", "Pallet"],'
        ' "min_width": 10, "min_height": 10}}\n'
        "  padding                task request              12\n"
        '  annotation_attributes  version 1                 {"load_state": {"type": "category", "description":'
        ' "Is it loaded?", "choices": ["Loaded", "Empty", "Cannot tell"]}}\n'
        '  attachment             task request              "https://example.com/cam3/000017.jpg"\n'
        '  metadata               task request              {"cam": 3}\n'
    )


def test_json_has_the_fixed_keys():
    """One request gives one JSON document with the keys that programs rely on."""
    document = run("preview", PROJECT, "night-shift.json", "--format", "json").document
    assert {"params", "inherited_version", "project_param_version", "rests_on"} <= set(document)
    assert (document["inherited_version"], document["project_param_version"]) == (1, 1)
    assert document["rests_on"] == ["T5", "T8"]
    assert document["params"]["padding"] == 12


def test_jsonl_gives_a_line_for_a_line():
    """For a .jsonl file, the JSON output has one line for each request."""
    lines = run("preview", PROJECT, "night-shift.jsonl", "--format", "json").lines
    assert [line["inherited_version"] for line in lines] == [2, 0, None]


def test_explain_adds_the_explanations():
    """`preview --explain` adds an explanation of each param, with a reason such as TASK_OVERRIDE."""
    document = run("preview", PROJECT, "night-shift.json", "--explain", "--format", "json").document
    reasons = {explanation["param"]: explanation["reason"] for explanation in document["explanations"]}
    assert reasons["instruction"] == "INSTRUCTION_APPENDED"
    assert reasons["padding"] == "TASK_OVERRIDE"
    assert reasons["geometries"] == "INHERITED_PINNED"


def test_explain_accepts_params_that_are_not_set():
    """`explain` accepts a param that neither the task nor the project sets, and prints that it is not set."""
    ran = run("explain", PROJECT, "night-shift.json", "with_labels")
    assert (ran.status, ran.out.splitlines()[0]) == (FINE, "with_labels is not set")


def test_explain_json_is_one_document():
    """`explain --format json` explains the params in their order on the command line."""
    document = run("explain", PROJECT, "night-shift.json", "padding", "nope", "--format", "json").document
    assert [explanation["param"] for explanation in document["explanations"]] == ["padding", "nope"]


def test_project_version_applies_to_each_task():
    """`--project-version N` previews as if each task named version N."""
    lines = run("preview", PROJECT, "night-shift.jsonl", "--project-version", "0", "--format", "json").lines
    assert [line["inherited_version"] for line in lines] == [0, 0, 0]


def test_opting_out_on_the_command_line():
    """The parser reads the -1 of `--project-version -1` as a value, not as an option."""
    document = run("preview", PROJECT, "night-shift.json", "--project-version", "-1", "--format", "json").document
    assert document["inherited_version"] is None


@pytest.mark.parametrize("version", ["9" * 19, "-" + "9" * 19])
def test_a_version_has_at_most_18_digits(version):
    """A whole number of more than 18 digits is rejected, and the error names the limit."""
    commands = [("preview", PROJECT, "night-shift.json", "--project-version"), ("validate", PROJECT, "--since-version")]
    for *arguments, option in commands:
        ran = run(*arguments, f"{option}={version}")
        assert ran.status == REFUSED
        assert f'of at most 18 digits, got "{version}"' in ran.err


@pytest.mark.parametrize("version", ["9" * 18, "-" + "9" * 18])
def test_a_version_of_18_digits_is_unknown(version):
    """For a version number of 18 digits, the error is that this version does not exist."""
    ran = run("preview", PROJECT, "night-shift.json", f"--project-version={version}")
    assert f"version {version} does not exist" in ran.err


def test_another_type_is_rejected():
    """`--type` must be the project's type (T12)."""
    ran = run("preview", PROJECT, "night-shift.json", "--type", "textcollection")
    assert (ran.out, ran.status) == ("", REFUSED)
    assert ran.err.startswith("error: --type: ")
    assert ran.err.endswith("; pass the type of the project, or omit --type\n")


def test_assumptions_change_the_answer():
    """`--assume` changes a setting; its value may be a JSON string with escapes."""
    ran = run("preview", PROJECT, "night-shift.json", "--assume", 'instruction_separator="\\n\\n"', "--format", "json")
    assert ran.document["params"]["instruction"].startswith("Night image: look twice.\n\nBox")


def test_an_unknown_assumption_lists_the_known_ones():
    """The error for an unknown setting lists the known settings."""
    ran = run("preview", PROJECT, "night-shift.json", "--assume", "separator=x")
    assert ran.status == REFUSED
    assert "`instruction_separator`" in ran.err


def test_requests_pick_their_project_by_name(tmp_path):
    """For a directory of projects, each request must name one of the projects."""
    project = json.loads((EXAMPLES / PROJECT).read_text())
    for name in ("north", "south"):
        (tmp_path / f"{name}.json").write_text(json.dumps({**project, "name": name}))
    for named, status in (("south", FINE), ("west", REFUSED)):
        assert run("preview", tmp_path, "-", stdin=json.dumps({"project": named})).status == status
    ran = run("preview", tmp_path, "-", stdin="{}")
    assert (ran.status, ran.out) == (REFUSED, "")
    assert "`project` is missing" in ran.err


def test_an_array_of_projects_is_read(tmp_path):
    """PROJECT may be an array, as `GET /projects` returns it."""
    project = json.loads((EXAMPLES / PROJECT).read_text())
    (tmp_path / "all.json").write_text(json.dumps([project, {**project, "name": "south"}]))
    ran = run("preview", tmp_path / "all.json", "-", "--format", "json", stdin='{"project": "south"}')
    assert ran.document["project"] == "south"


def test_the_same_project_twice_is_rejected(tmp_path):
    """The error for two projects with the same name has both locations."""
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text((EXAMPLES / PROJECT).read_text())
    ran = run("preview", tmp_path, "-", stdin="{}")
    assert ran.status == REFUSED
    assert "b.json:3:11: at /name: " in ran.err
    assert "a.json:3:11" in ran.err


def test_look_alikes_are_warned_about():
    """A name that resembles a routing name causes a warning with its location, and remains a param (T14)."""
    text = '{\n  "project_param_version": 0,\n  "task_type": "x",\n  "project_name": "y"\n}'
    ran = run("preview", PROJECT, "-", "--format", "json", stdin=text)
    warnings = ran.err.splitlines()
    assert [line.split(": ")[:2] for line in warnings] == [
        ["warning", "<stdin>:2:3"],
        ["warning", "<stdin>:3:3"],
        ["warning", "<stdin>:4:3"],
    ]
    assert "`project_version`" in warnings[0]
    assert ran.document["params"]["project_param_version"] == 0
    assert ran.status == FINE


@pytest.mark.parametrize(
    "name", ["projectVersion", "project_verison", "uniqueId", "batchName", "Project", "project_id"]
)
@pytest.mark.parametrize("lines", [True, False])
def test_preview_and_validate_agree_on_misspelt_routing_names(name, lines):
    """`preview` and `validate` report a misspelt routing name with the same location and message (T14)."""
    options = ("--lines",) * lines
    previewed = run("preview", PROJECT, "-", "--format", "json", *options, stdin=json.dumps({name: 1}))
    validated = run("validate", PROJECT, "-", "--format", "json", *options, stdin=json.dumps({name: 1}))
    (line,) = previewed.err.splitlines()
    findings = [json.loads(text) for text in validated.out.splitlines()] if lines else [validated.document]
    (finding,) = [each for document in findings for each in document["findings"] if each["pointer"] == f"/{name}"]
    assert line == f"warning: {finding['file']}:{finding['line']}:{finding['column']}: {finding['message']}"
    assert run("preview", PROJECT, "-", *options, stdin='{"padding": 1}').err == ""


def test_kept_names_are_warned_about(tmp_path):
    """`preview` warns about a routing name in a history (U10)."""
    project = {"type": "t", "name": "n", "param_history": [{"version": 0, "project": "x"}]}
    (tmp_path / "p.json").write_text(json.dumps(project))
    ran = run("preview", tmp_path / "p.json", "-", "--format", "json", stdin="{}")
    assert ran.document["params"] == {}
    assert "version 0 contains `project`, which no task inherits" in ran.err
    # `plan` and `validate` report the name as a finding instead.
    for arguments in (("plan", tmp_path / "p.json", "-"), ("validate", tmp_path / "p.json")):
        assert run(*arguments, stdin='{"a": 1}').err == ""


def test_the_first_bad_line_ends_the_command():
    """Without `--keep-going`, the command stops at an invalid line and reports its file, line and column."""
    ran = run("preview", PROJECT, "-", "--lines", "--format", "json", stdin='{"a": 1}\n{"a": }\n{"a": 3}\n')
    assert (len(ran.lines), ran.status) == (1, REFUSED)
    assert ran.err.startswith("error: <stdin>:2:7: ")


def test_bad_lines_can_be_skipped():
    """With `--keep-going`, valid lines are processed and invalid lines are reported."""
    text = '{"a": 1}\n{"a": }\n{"project_version": 9}\n{"instruction": 5}\n\n{"a": 3}\n'
    ran = run("preview", PROJECT, "-", "--lines", "--keep-going", "--format", "json", stdin=text)
    assert [line["params"]["a"] for line in ran.lines] == [1, 3]
    places = [line.split(": ")[1] for line in ran.err.splitlines()[:-1]]
    assert places == ["<stdin>:2:7", "<stdin>:3:21", "<stdin>:4:17"]
    assert (ran.err.splitlines()[-1], ran.status) == ("3 invalid lines", FINDINGS)


def test_output_is_written_to_a_file(tmp_path):
    """With `--output`, the command writes its output to the file, and not to standard output."""
    target = tmp_path / "answer.json"
    ran = run("preview", PROJECT, "night-shift.json", "--format", "json", "--output", target)
    assert (ran.out, ran.status) == ("", FINE)
    assert json.loads(target.read_text())["inherited_version"] == 1


def test_a_bad_line_leaves_the_output_file(tmp_path):
    """After an invalid line, the existing file of `--output` is unchanged, and no temporary file is left."""
    target = tmp_path / "answer.jsonl"
    target.write_text("old")
    ran = run("preview", PROJECT, "-", "--lines", "--output", target, stdin='{"a": 1}\n{"a": }\n')
    assert (ran.status, target.read_text(), list(tmp_path.iterdir())) == (REFUSED, "old", [target])


TASK_ARRAY = '[\n  {"padding": 1},\n  {"padding": 2, "unique_id": "b"}\n]'


def test_an_array_of_tasks_is_read():
    """Each element of an array is read as a request. The JSON output is an array, too."""
    ran = run("preview", PROJECT, "-", "--format", "json", stdin=TASK_ARRAY)
    assert [answer["params"]["padding"] for answer in ran.document] == [1, 2]
    text = run("preview", PROJECT, "-", stdin=TASK_ARRAY).out
    assert text.count('task for "warehouse boxes"') == 2
    assert "2 requests" in run("impact", PROJECT, "reword.json", "-", stdin=TASK_ARRAY).out
    assert run("preview", PROJECT, "-", "--format", "json", stdin="[]").document == []
    explained = run("explain", PROJECT, "-", "padding", "--format", "json", stdin=TASK_ARRAY).document
    assert [answer["explanations"][0]["param"] for answer in explained] == ["padding", "padding"]


def test_an_array_of_a_single_task_gives_an_array():
    """For an array with a single request, the JSON output is an array, too."""
    document = run("preview", PROJECT, "-", "--format", "json", stdin='[{"padding": 1}]').document
    assert [answer["params"]["padding"] for answer in document] == [1]


def test_findings_in_an_array_have_their_lines(tmp_path):
    """A finding on a request in an array has the line and column of the value in the file."""
    text = '[\n  {"attachment": "https://e.com/1.jpg"},\n  {"attachment": "https://e.com/2.jpg", "priority": "high"}\n]'
    (tmp_path / "tasks.json").write_text(text)
    ran = run("validate", EXAMPLES / PROJECT, "tasks.json", cwd=tmp_path)
    assert "tasks.json:3:53: error param_choice at /priority" in ran.out
    assert ran.out.splitlines()[-1].endswith("in 1 project and 2 tasks")
    bad = run("preview", EXAMPLES / PROJECT, "-", stdin='[{},\n {"instruction": 5}]')
    assert (bad.status, bad.err.split(": ")[1]) == (REFUSED, "<stdin>:2:18")


def test_an_element_that_fails_can_be_skipped():
    """With `--keep-going`, a rejected request in an array is skipped, and the exit code is `FINDINGS`."""
    ran = run("preview", PROJECT, "-", "--keep-going", "--format", "json", stdin='[{"instruction": 5}, {"padding": 2}]')
    assert [answer["params"]["padding"] for answer in ran.document] == [2]
    assert ran.status == FINDINGS


@pytest.mark.parametrize(("text", "options"), [("[[{}]]", ()), ("[{}]", ("--lines",))])
def test_an_array_in_place_of_a_request_is_refused(text, options):
    """An array in place of a request is an error. The remedy describes how to write requests in JSONL and in JSON."""
    ran = run("preview", PROJECT, "-", *options, stdin=text)
    assert ran.status == REFUSED
    assert "a task request must be an object, got an array" in ran.err
    assert "in JSONL, write one request on each line, and in a .json file, all requests in one array" in ran.err


CREATED_TASK = {"task_id": "6246", "status": "completed", "params": {"attachment": "a"}, "instruction": "Box."}


@pytest.mark.parametrize(
    "document",
    [
        CREATED_TASK,
        {"docs": [CREATED_TASK], "total": 1},
        {"status_code": 404, "error": "no such task"},
        {"name": "a", "type": "b", "param_history": []},
    ],
)
@pytest.mark.parametrize("options", [(), ("--lines",), ("--lines", "--format", "json")])
def test_another_document_in_place_of_a_request(document, options):
    """A created task, an error reply or a project in place of a request is rejected with one error."""
    previewed = run("preview", PROJECT, "-", *options, stdin=json.dumps(document))
    assert (previewed.out, previewed.status) == ("", REFUSED)
    assert (previewed.err.startswith("error: <stdin>:1:1: "), previewed.err.count("\n")) == (True, 1)
    validated = run("validate", PROJECT, "--tasks", "-", *options, stdin=json.dumps(document))
    assert validated.status == FINDINGS
    assert validated.out.count("request_refused") == 1


def test_an_error_reply_in_place_of_a_project(tmp_path):
    """If a project file contains an error reply of the API, the error quotes the reply."""
    (tmp_path / "p.json").write_text('{"status_code": 401, "error": "No valid API key provided."}')
    ran = run("preview", tmp_path / "p.json", "night-shift.json")
    assert ran.status == REFUSED
    assert '"No valid API key provided."' in ran.err


@pytest.mark.parametrize("options", [(), ("--explain",)])
def test_each_answer_names_its_task(options):
    """For JSONL or an array, each JSON result begins with the line number and the `unique_id` of its task."""
    tasks = [{"unique_id": "a\u00e9"}, {"b": None, "unique_id": "b"}, {"unique_id": None}, {"projectVersion": 1}, {}]
    text = "\n\n".join(map(json.dumps, tasks))
    ran = run("preview", PROJECT, "-", "--lines", "--format", "json", *options, stdin=text)
    names = [
        ("line", line, "unique_id", task.get("unique_id")) for line, task in zip(range(1, 11, 2), tasks, strict=True)
    ]
    assert [sum(list(answer.items())[:2], ()) for answer in ran.lines] == names
    array = run(
        "preview", PROJECT, "-", "--format", "json", *options, stdin=f"[{text.replace(chr(10) * 2, f',{chr(10)}')}]"
    )
    assert [(answer["line"], answer["unique_id"]) for answer in array.document] == [
        (line, task.get("unique_id")) for line, task in enumerate(tasks, 1)
    ]
    single = run("preview", PROJECT, "-", "--format", "json", *options, stdin=json.dumps(tasks[0])).document
    assert "line" not in single


def test_answers_keep_the_lines_of_their_tasks():
    """Line numbers in the output also count the invalid lines that were skipped."""
    text = '{"a": 1}\n{"a": }\n{"a": 3}\n'
    ran = run("preview", PROJECT, "-", "--lines", "--keep-going", "--format", "json", stdin=text)
    assert [line["line"] for line in ran.lines] == [1, 3]


@pytest.mark.parametrize("suffix", ["jsonl", "ndjson"])
def test_files_of_lines_have_two_suffixes(suffix, tmp_path):
    """A .ndjson file is read like a .jsonl file. Blank lines and carriage returns at line ends are ignored."""
    (tmp_path / f"tasks.{suffix}").write_bytes(b'{"padding": 1}\n\n{"padding": 2}\r\n  \r\n{"padding": 3}')
    ran = run("preview", PROJECT, tmp_path / f"tasks.{suffix}", "--format", "json")
    assert [line["params"]["padding"] for line in ran.lines] == [1, 2, 3]


def test_audit_accepts_any_project_value():
    """`audit` prints no traceback for a task object whose `project` is not a string."""
    ran = run("audit", "projects", "-", stdin='[{"project": []}, {"project": {"a": 1}}, 7]')
    assert ran.status in (FINE, REFUSED)
    assert "Traceback" not in ran.err


def test_an_assumption_has_a_value():
    """The error for `--assume NAME` without a value shows the form to write."""
    ran = run("assumptions", "--assume", "instruction_rule")
    assert (ran.status, ran.err) == (
        REFUSED,
        "error: --assume needs a name and a value, got `instruction_rule`; write `--assume NAME=VALUE`\n",
    )


def test_each_of_many_tasks_is_named():
    """If there are several tasks, the text for each task begins with a line that has its place and `unique_id`.

    The text for a single task has no such line. Elements of an array may be on one line, so their place includes the
    column.
    """
    tasks = [{"unique_id": "a 1"}, {}]
    for stdin, options, places in (
        ("\n" + "\n".join(map(json.dumps, tasks)), ("--lines",), ("line 2", "line 3")),
        (json.dumps(tasks), (), ("line 1, column 2", "line 1, column 24")),
        (json.dumps(tasks, indent=1), (), ("line 2, column 2", "line 5, column 2")),
    ):
        for command in (("preview",), ("preview", "--explain"), ("explain",)):
            ran = run(command[0], PROJECT, "-", *options, *command[1:], stdin=stdin)
            named = [line for line in ran.out.splitlines() if line.startswith("line ")]
            assert named == [f'{places[0]}, unique_id "a 1"', places[1]]
            assert ran.out.startswith(named[0])
    assert run("preview", PROJECT, "-", stdin="{}").out.startswith("task for ")


@pytest.mark.parametrize("form", ["lines", "array", "page", "object"])
def test_audit_reads_tasks_in_each_form(form, tmp_path):
    """`audit` reads JSONL, an array, a reply of `GET /tasks`, and a single task."""
    tasks = [json.loads(line) for line in (EXAMPLES / "finished.jsonl").read_text().splitlines()]
    tasks = tasks[:1] if form == "object" else tasks
    contents = {
        "lines": "".join(f"{json.dumps(task)}\n" for task in tasks),
        "array": json.dumps(tasks),
        "page": json.dumps({"docs": tasks, "total": len(tasks), "has_more": False}),
        "object": json.dumps(tasks[0]),
    }
    file = tmp_path / ("tasks.jsonl" if form == "lines" else "tasks.json")
    file.write_text(contents[form])
    audit = run("audit", "warehouse-boxes.json", file, "--format", "json").document
    assert audit["possible"] + audit["impossible"] == len(tasks)


@pytest.mark.parametrize(
    "document",
    [
        [{"docs": [{"task_id": "a"}], "total": 1}],
        {"instruction": "Box every ship."},
        {"project": "boats", "attachment": "a.jpg"},
        {"name": "boats", "type": "imageannotation", "param_history": []},
        {"status_code": 404, "error": "no such task"},
        {"project": "boats", "params": {}, "inherited_version": 0, "project_param_version": 0, "rests_on": []},
        {"project": "north docks", "params": {}, "inherited_version": 0, "project_param_version": 0, "rests_on": []},
    ],
)
def test_audit_of_many_projects_rejects_other_documents(document):
    """If `audit` has several projects, a document other than a task is an error, and is not skipped."""
    ran = run("audit", "projects", "-", stdin=json.dumps(document))
    assert (ran.status, ran.out) == (REFUSED, "")
    assert ran.err.startswith("error: <stdin>:1:")
    assert "skipped" not in ran.err


@pytest.mark.parametrize("form", ["page", "lines", "array"])
def test_the_command_that_selects_the_tasks_of_pages(form, tmp_path):
    """The error for an array of pages of `GET /tasks` has a `jq` command that selects the tasks of all pages."""
    tasks = [json.loads(line) for line in (EXAMPLES / "finished.jsonl").read_text().splitlines()]
    pages = [{"docs": [task], "total": len(tasks)} for task in tasks]
    pages_file = tmp_path / "PAGES"
    pages_file.write_text("\n".join(map(json.dumps, pages)) if form == "lines" else json.dumps(pages))
    if form == "page":
        pages_file.write_text(json.dumps({"docs": tasks}))
    ran = run("audit", "warehouse-boxes.json", "-", stdin=json.dumps(pages))
    command = ran.err.split("for example with `")[1].partition("`")[0]
    subprocess.run(["bash", "-c", command], cwd=tmp_path, check=True)
    selected = (tmp_path / "TASKS.jsonl").read_text().splitlines()
    assert list(map(json.loads, selected)) == tasks


def test_audit_locates_the_element_that_is_not_a_task(tmp_path):
    """If an element in an array or in a page of `GET /tasks` is not an object, the error has its line and column."""
    for text, place in (('{"docs": [{},\n 7]}', "2:2"), ("[{},\n  7]", "2:3")):
        file = tmp_path / "tasks.json"
        file.write_text(text)
        ran = run("audit", "warehouse-boxes.json", file)
        assert ran.status == 2
        assert f"tasks.json:{place}: " in ran.err
