"""`plan` and `validate --update` report the errors of an update before it is sent."""

import json

import pytest
from running import run

from paramcore.cli.exit_codes import FINDINGS, FINE, REFUSED

PROJECT = "warehouse-boxes.json"
HISTORY = [
    {"version": 0, "instruction": "Box.", "padding": "5", "metadata": {}},
    {"version": 1, "instruction": "Box all.", "padding": "5", "metadata": {}},
]


@pytest.fixture
def docks(tmp_path):
    """Write a project with an invalid `padding` since version 0."""
    file = tmp_path / "docks.json"
    file.write_text(json.dumps({"name": "docks", "type": "imageannotation", "param_history": HISTORY}, indent=1))
    return file


def plan(project, update, *options):
    """Return the exit code and the JSON of a plan."""
    text = update if isinstance(update, str) else json.dumps(update)
    ran = run("plan", project, "-", "--format", "json", *options, stdin=text)
    return ran.status, ran.document


def list_codes(document):
    return [(finding["severity"], finding["code"], finding["pointer"]) for finding in document["findings"]]


@pytest.mark.parametrize(
    ("update", "codes"),
    [
        ({"pathc": False, "instruction": "x"}, ["update_mode"]),
        ({"Patch": True, "instruction": "x"}, ["update_mode"]),
        ({"patch": True, "params": {"instruction": "new"}}, ["update_wrapper"]),
        ({"patch": True, "project_name": "docks"}, ["update_argument"]),
        ({"patch": True, "projectVersion": 1}, ["update_argument"]),
        ({"patch": True, "padding": "20"}, ["param_type"]),
        ({"patch": True, "geometries": {"polygon": {"min_vertices": 5, "max_vertices": 3}}}, ["param_range"]),
        ({"patch": True, "pading": 3}, []),
        ({"patch": True, "padding": None}, []),
        ({"patch": True}, []),
    ],
)
def test_errors_need_consent_and_warnings_do_not(update, codes):
    """The exit code is 1 for errors, and 0 for warnings alone."""
    status, document = plan(PROJECT, update)
    assert [code for severity, code, _ in list_codes(document) if severity == "error"] == codes
    assert document["findings"]
    assert document["needs_consent"] is bool(codes)
    assert status == (FINDINGS if codes else FINE)


def test_a_finding_has_the_fields_of_validate_and_its_place_in_the_update():
    """A finding on a value of the update has the file, line and column of this value."""
    _, document = plan(PROJECT, '{"patch": true,\n "padding": "20"}')
    [finding] = document["findings"]
    assert {name: finding[name] for name in ("file", "line", "column", "project", "version", "suggestion")} == {
        "file": "<stdin>",
        "line": 2,
        "column": 13,
        "project": "warehouse boxes",
        "version": 3,
        "suggestion": "20",
    }
    text = run("plan", PROJECT, "-", stdin='{"patch": true,\n "padding": "20"}').out
    assert '  set by the update, in version 3 of "warehouse boxes"\n  2 |  "padding": "20"}\n' in text


def test_a_value_that_stays_is_located_in_the_project(docks):
    """A bad value is located in the update if the update names the param, and otherwise in the project file."""
    [finding] = plan(docks, {"patch": True, "instruction": "x"})[1]["findings"]
    assert (finding["file"], finding["line"], finding["version"], finding["first_set_in"]) == (str(docks), 8, 2, 0)
    [finding] = plan(docks, {"patch": True, "instruction": "x", "padding": "5"})[1]["findings"]
    assert (finding["file"], finding["line"], finding["first_set_in"]) == ("<stdin>", 1, 0)
    noop, *_ = plan(docks, {"patch": True})[1]["findings"]
    assert (noop["code"], noop["file"]) == ("update_noop", "<stdin>")


def test_findings_on_wanted_params_are_in_their_file(docks, tmp_path):
    """A finding on wanted params has the file and line of the bad value, in a version or in an object of params."""
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"name": "other", "type": "imageannotation", "param_history": []}))
    for wanted, line in ((f"{docks}@0", 8), (docks, 14)):
        ran = run("plan", other, "--wanted", wanted, "--format", "json")
        [finding] = ran.document["findings"]
        assert (ran.status, finding["file"], finding["line"]) == (FINDINGS, str(docks), line)
    array = tmp_path / "array.json"
    array.write_text(f"[\n{docks.read_text()}]")
    assert run("plan", other, "--wanted", array, "--format", "json").document["findings"][0]["line"] == 15
    ran = run("plan", other, "--wanted", "-", "--format", "json", stdin='{"padding": "5"}')
    assert ran.document["findings"][0]["file"] == "<stdin>"


def test_nothing_to_do_has_no_findings(docks):
    """A plan without an update has no findings."""
    ran = run("plan", docks, "--wanted", docks, "--format", "json")
    assert (ran.status, ran.document["findings"]) == (FINE, [])


@pytest.mark.parametrize(
    "document",
    [
        {"name": "docks", "type": "x", "created_at": "2024-01-01T00:00:00.000Z", "param_history": []},
        {"version": 0, "created_at": "2024-01-01T00:00:00.000Z", "padding": 3},
        {"task_id": "a", "created_at": "2024-01-01T00:00:00.000Z", "project": "docks", "status": "pending"},
        [{"padding": 3}],
        {"status_code": 404, "error": "not found"},
    ],
)
def test_other_documents_of_the_api_are_rejected(document):
    """If the update is another document of the API, such as a task, this is one error, not one error for each name."""
    text = json.dumps(document)
    for arguments in (("plan", PROJECT, "-"), ("validate", PROJECT, "--update", "-")):
        ran = run(*arguments, stdin=text)
        assert (ran.status, ran.out) == (REFUSED, "")
        assert ran.err.startswith("error: <stdin>:1:1: ")
        assert "reserves" not in ran.err


def test_a_history_entry_is_not_wanted_params():
    """`--wanted` rejects an entry of `param_history`."""
    ran = run("plan", PROJECT, "--wanted", "-", stdin='{"version": 1, "padding": 3}')
    assert (ran.status, ran.err.startswith("error: <stdin>:1:1: ")) == (REFUSED, True)


class TestPatch:
    def test_the_flag_overrides_the_file(self):
        """`--patch` keeps the params that the update in the file would drop."""
        for update in ({"padding": 6}, {"patch": False, "padding": 6}, {"patch": True, "padding": 6}):
            status, document = plan(PROJECT, update, "--patch")
            assert (status, document["dropped"]) == (FINE, [])
            assert document["request"] == {"patch": True, "padding": 6}

    def test_a_misspelt_patch_stays_an_error(self):
        """Even with `--patch`, a misspelt `patch` in the update is an error, because it would become a param."""
        status, document = plan(PROJECT, {"pathc": True, "padding": 6}, "--patch")
        assert (status, document["dropped"]) == (FINDINGS, [])
        assert list_codes(document)[0] == ("error", "update_mode", "/pathc")

    def test_a_patch_that_is_not_a_bool_is_rejected(self):
        """Even with `--patch`, a `patch` of a wrong type in the update is rejected."""
        assert run("plan", PROJECT, "-", "--patch", stdin='{"patch": "yes"}').status == REFUSED

    def test_wanted_params_without_the_drops(self, docks, tmp_path):
        """`--wanted --patch` sets the added and changed params, and drops none.

        If the wanted params add and change nothing, there is no update.
        """
        wanted = '{"padding": 6}'
        assert run("plan", PROJECT, "--wanted", "-", stdin=wanted).status == FINDINGS
        ran = run("plan", PROJECT, "--wanted", "-", "--patch", "--format", "json", stdin=wanted)
        assert (ran.status, ran.document["request"]) == (FINE, {"patch": True, "padding": 6})
        ran = run("plan", PROJECT, "--wanted", "-", "--patch", stdin='{"padding": 5}')
        assert (ran.status, ran.out.startswith("nothing to do")) == (FINE, True)
        ran = run("plan", PROJECT, "--wanted", f"{PROJECT}@0", "--patch", "--format", "json")
        assert ran.document["request"]["patch"] is True

    def test_the_hint_on_drops_names_the_flag(self):
        """The hint below dropped params names `--patch`, and for UPDATE also the member `patch`."""
        last = run("plan", PROJECT, "reword.json").out.splitlines()[-1]
        assert last == 'to keep the dropped params, write `"patch": true` in the update (with `apply`: pass `--patch`)'
        assert run("plan", PROJECT, "reword.json", "--patch").status == FINE

    def test_the_hint_on_drops_fits_wanted_params(self):
        """The params of `--wanted` cannot have the member `patch`, so the hints name only the option `--patch`."""
        arguments = ("plan", PROJECT, "--wanted", f"{PROJECT}@0")
        assert "\nto keep the dropped params, pass `--patch`\n" in run(*arguments).out
        annotation = run(*arguments, "--format", "github").out.splitlines()[0]
        assert annotation.endswith(
            'the update drops "annotation_attributes" of "warehouse boxes"; pass `--patch` to keep it'
        )
        assert run(*arguments, "--patch").status == FINE


def test_codes_can_be_ignored_and_schemas_given(tmp_path):
    """`plan` has `--ignore` and `--schema`, and reads `ignore` from `pyproject.toml`."""
    update = {"patch": True, "padding": "20"}
    assert plan(PROJECT, update, "--ignore", "param_type")[0] == FINE
    schema = tmp_path / "boxes.schema.json"
    schema.write_text('{"properties": {"padding": {"type": "string"}}}')
    options = ("--schema", f"imageannotation={schema}", "--ignore", "param_unknown")
    assert plan(PROJECT, update, *options)[1]["findings"] == []
    assert list_codes(plan(PROJECT, {**update, "padding": 7}, *options)[1]) == [("error", "param_type", "/padding")]
    (tmp_path / "pyproject.toml").write_text('[tool.paramcore]\nignore = ["param_type"]\n')
    (tmp_path / "p.json").write_text('{"name": "p", "type": "imageannotation", "param_history": []}')
    ran = run("plan", "p.json", "-", cwd=tmp_path, stdin=json.dumps(update))
    assert ran.status == FINE


def test_projects_with_errors_are_named_first(docks, tmp_path):
    """For a directory, a second line names the projects that would have errors. Their plans come first."""
    (tmp_path / "b.json").write_text('{"name": "bare", "type": "imageannotation", "param_history": []}')
    ran = run("plan", tmp_path, "-", stdin='{"patch": true, "metadata": {"a": 1}}')
    assert ran.status == FINDINGS
    assert ran.out.splitlines()[:4] == [
        "0 of 2 projects would lose params",
        '1 of 2 projects would have errors: "docks"',
        "",
        'update of "docks": version 1 -> 2, by patch',
    ]


class TestValidate:
    def test_it_has_the_findings_of_the_plan(self, docks):
        """`validate --update` has the same findings as `plan`, with the same fields."""
        update = {"pathc": True, "padding": None, "pading": 3, "params": {"instruction": "x"}}
        ran = run("validate", docks, "--update", "-", "--format", "json", stdin=json.dumps(update))
        assert ran.status == FINDINGS
        assert ran.document["findings"] == plan(docks, update)[1]["findings"]

    def test_it_has_the_findings_after_the_update(self, docks, tmp_path):
        """Apart from its `update_` findings, `validate --update` reports what `validate` would report after the update.

        A name that is an error of the update, such as `params`, is not reported again.
        """
        update = {"patch": True, "pading": 3, "padding": "20", "urgency": 7, "params": {}}
        after = tmp_path / "after.json"
        params = {**HISTORY[1], **{k: v for k, v in update.items() if k != "patch"}}
        history = [*HISTORY, {**params, "version": 2}]
        after.write_text(json.dumps({"name": "docks", "type": "imageannotation", "param_history": history}))
        planned = list_codes(
            run("validate", docks, "--update", "-", "--format", "json", stdin=json.dumps(update)).document
        )
        expected = list_codes(run("validate", after, "--format", "json").document)
        expected.remove(("warning", "param_misplaced", "/params"))
        assert [each for each in planned if not each[1].startswith("update_")] == expected
        assert len(expected) > 2

    def test_tasks_are_validated_as_after_the_update(self, tmp_path):
        """A task inherits the values of the update. A finding on such a value is reported once, in the update."""
        task = '{"attachment": "https://a.b/c.jpg"}\n'
        tasks = tmp_path / "tasks.jsonl"
        tasks.write_text(task * 3)
        update = tmp_path / "update.json"
        update.write_text('{"patch": true, "padding": "20"}')
        ran = run("validate", PROJECT, tasks, "--update", update)
        assert ran.status == FINDINGS
        assert ran.out.count("param_type at /padding") == 1
        assert ran.out.startswith(f"{update}:1:28: error param_type at /padding")
        assert ran.out.splitlines()[-1] == "1 error, 0 warnings in 1 project after the update and 3 tasks"
        assert run("validate", PROJECT, tasks).out == "0 errors, 0 warnings in 1 project and 3 tasks\n"
        pinned = run("validate", PROJECT, "-", "--update", update, stdin='{"attachment": "x", "project_version": 3}')
        assert "request_refused" not in pinned.out

    def test_a_pinned_task_has_the_findings_of_its_version(self, docks, tmp_path):
        """A bad inherited value is located in the project file for a pinned task, and in the update for other tasks."""
        tasks = tmp_path / "tasks.jsonl"
        tasks.write_text('{"attachment": "https://a.b/c.jpg", "geometries": {}, "project_version": 0}\n')
        with open(tasks, "a") as file:
            file.write('{"attachment": "https://a.b/c.jpg", "geometries": {}}\n')
        update = '{"patch": true, "padding": "7"}'
        ran = run("validate", docks, tasks, "--update", "-", "--format", "json", stdin=update)
        places = [
            {(each["file"], each["version"]) for each in line["findings"] if each["pointer"] == "/padding"}
            for line in ran.lines
        ]
        assert {(str(docks), 0)} in places
        assert {("<stdin>", 2)} in places

    def test_values_can_be_hidden(self):
        """`--no-values` hides the values of an update, and the names inside a `params` wrapper."""
        update = '{"patch": true, "padding": "secret", "params": {"hush": 1}}'
        ran = run("validate", PROJECT, "--update", "-", "--no-values", stdin=update)
        assert ran.status == FINDINGS
        assert "secret" not in ran.out
        assert "hush" not in ran.out

    def test_annotations_point_into_the_update(self):
        """Annotations are located in the file of the update."""
        ran = run("validate", PROJECT, "--update", "-", "--format", "github", stdin='{"pathc": true}')
        assert ran.out.startswith("::error file=<stdin>,line=1,col=2,title=update_mode::/pathc: ")
