"""`report` writes a page about projects, tasks and an update. After an error, an existing page is unchanged."""

import html
import json
import os
import re
import shlex
import subprocess
import sys

import pytest

from tests.browser.pages import make_project, make_tasks, write_json, write_lines
from tests.cli.running import EXAMPLES, environment, run
from tests.report.parsed_page import ParsedPage, find_problems

BOXES, REWORD, SIGNS = "warehouse-boxes.json", "reword.json", "street-signs.json"


@pytest.fixture
def page(tmp_path):
    return tmp_path / "page.html"


def report(page, *arguments, cwd=EXAMPLES, **changes):
    """Write a report, and return the visible text of the page."""
    done = run("report", *arguments, "--output", page, cwd=cwd, **changes)
    assert (done.out, done.err, done.status) == ("", "", 0)
    text = page.read_text("utf-8")
    assert find_problems(text) == []
    return ParsedPage(text).text


def test_what_an_update_loses(page):
    """The page shows the lost params, the version that set each value, and the patch that keeps the params."""
    text = report(page, BOXES, "--update", REWORD)
    assert text.startswith("3 params would be dropped: warehouse boxes, version 2 -> 3 (replace)")
    assert "What will be lost 3 of 4 params: geometries, padding, annotation_attributes" in text
    assert "Send the patch below instead: it keeps the 3 params and causes no errors." in text
    assert "DROPPED padding 5 not set version 0 4 March 2024, 09:12:41 UTC" in text
    assert '{ "patch": true, "instruction": "Box every forklift, pallet and person, also at the edge." }' in text
    assert "Tasks" not in text
    assert "replace: drops every param that it does not name; patch: keeps them What will be lost" in text
    assert text.endswith(
        f"paramcore 0.2.0 made this page with this command: paramcore report {BOXES} --update {REWORD} --output report.html"
    )


def test_one_task(page):
    """For one task, the page explains each param, and shows the effect of the update on the task."""
    text = report(page, BOXES, "night-shift.json", "--update", REWORD)
    assert 'task for "warehouse boxes": inherits version 1 (the latest is 2)' in text
    assert "The update changes nothing for this task." in text
    assert "padding 12 The task sets it, and a task's params override the project's params." in text
    assert "WON task LOST project version 1: 5 (unchanged since version 0; the task overrides it)" in text
    assert "T5: the separator joins" in text


def test_one_task_that_changes(page):
    """For one task that inherits the latest version, the page lists the changes that the update makes."""
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b'{"attachment": "https://example.com/a.jpg"}')
    assert "What the update changes for this task What Param Before After DROPPED geometries {" in text
    assert "Tasks that change 1 of 1" in text


def test_many_tasks(page):
    """For many tasks, the page lists the tasks that change, and counts the others by the reason for no change."""
    text = report(page, BOXES, "night-shift.jsonl", "--update", REWORD)
    assert "1 of 3 tasks would get different params." in text
    assert "1 pinned to a version" in text
    assert "1 opted out: inheriting nothing (project_version -1)" in text
    assert "night-shift.jsonl:1:1 none geometries, padding, annotation_attributes, instruction" in text


def test_many_tasks_without_an_update(page):
    """Without an update, the page counts the tasks by the version that they inherit."""
    text = report(page, BOXES, "night-shift.jsonl")
    assert "3 tasks: 1 inheriting version 2, the latest 1 inheriting version 0 1 inheriting nothing" in text
    assert f"To list what each task gets: paramcore preview {BOXES} night-shift.jsonl" in text


def test_only_the_first_tasks_are_listed(page, tmp_path):
    """The page lists the first 50 affected tasks, counts the others, and shows the command that lists all of them."""
    project = write_json(tmp_path / "p.json", make_project(3, 9))
    tasks = write_lines(tmp_path / "my tasks.jsonl", [{"unique_id": f"t{number}"} for number in range(60)])
    update = write_json(tmp_path / "u.json", {"patch": True, "padding": 1})
    text = report(page, project, tasks, "--update", update, "--assume", "instruction_rule=override")
    assert "The first 50 affected tasks" in text
    assert "t49" in text
    assert "t50" not in text
    assert (
        f"10 more tasks are left out. To list them all: paramcore impact {project} {update} '{tasks}' "
        "--assume 'instruction_rule=override' --list"
    ) in text


def test_findings_have_a_file_and_a_line(page):
    """A finding shows its file, line and column. Without `--exit-code`, the exit code is 0 despite an error."""
    text = report(page, SIGNS, "--ignore", "param_unknown")
    assert text.startswith("1 error, 0 warnings: street signs, 2 versions")
    assert "must be a whole number or null, got the text '20'; write `20` (param_type)" in text
    assert f"/padding in {SIGNS}:11:18, in version 1, unchanged since version 0" in text


@pytest.mark.parametrize("options", [("--project-version", "1"), ("--type", "imageannotation"), ("--lines",)])
def test_options_about_tasks_need_tasks(page, options):
    """Without TASKS, `report` rejects an option that is only about tasks."""
    done = run("report", BOXES, *options, "--output", page)
    remedy = f"name one, or omit {options[0]}"
    assert (done.status, done.err) == (
        2,
        f"error: {options[0]} is about tasks, but no file of tasks is named; {remedy}\n",
    )
    assert not page.exists()


def test_many_findings(page, tmp_path):
    """The page lists at most 100 errors of a project, and shows the command that lists all findings."""
    project = write_json(tmp_path / "p.json", make_project(1, 9, hostile=False))
    tasks = write_lines(tmp_path / "t.jsonl", [{"padding": "x"}] * 150)
    text = report(page, project, tasks)
    assert 0 < text.count("must be a whole number or null, got the text") <= 100
    assert "more findings are left out. To list them all: paramcore validate" in text


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([BOXES], 0),
        ([BOXES, "--exit-code"], 0),
        ([BOXES, "--update", REWORD], 0),
        ([BOXES, "--update", REWORD, "--exit-code"], 1),
        ([SIGNS], 0),
        ([SIGNS, "--exit-code"], 1),
        ([SIGNS, "--exit-code", "--ignore", "param_type"], 0),
        ([BOXES, "night-shift.jsonl", "--exit-code"], 1),
        (["projects", "--update", "pathc.json", "--exit-code"], 1),
    ],
)
def test_exit_codes(page, arguments, expected):
    """With `--exit-code`, the exit code is 1 for an update that needs consent.

    Without an update, the exit code is 1 for errors.
    """
    assert run("report", *arguments, "--output", page).status == expected
    assert page.exists()


def test_the_exit_code_is_that_of_plan_and_validate(page):
    """With `--exit-code` and an update, the exit code is that of `plan`.

    Without an update, the exit code is that of `validate`.
    """
    for update in (REWORD, "pathc.json"):
        plan = run("plan", BOXES, update).status
        assert run("report", BOXES, "--update", update, "--exit-code", "--output", page).status == plan
    for tasks in ("night-shift.json", "night-shift.jsonl"):
        validate = run("validate", BOXES, tasks).status
        assert run("report", BOXES, tasks, "--exit-code", "--output", page).status == validate


def test_the_same_input_makes_the_same_bytes(tmp_path):
    """Two runs write the same bytes. The page contains neither its own path nor the working directory."""
    first, second = tmp_path / "first.html", tmp_path / "second.html"
    for page in (first, second):
        report(page, BOXES, "night-shift.jsonl", "--update", REWORD)
    assert first.read_bytes() == second.read_bytes()
    assert str(tmp_path).encode() not in first.read_bytes()
    assert os.getcwd().encode() not in first.read_bytes()


def test_projects_that_lose_params_come_first(page, tmp_path):
    """Projects that would lose params come first, whatever their order in the file."""
    history = [{"version": 0, "padding": 1}], [{"version": 0, "padding": 1, "with_labels": True}]
    projects = [{"name": f"p{n}", "type": "imageannotation", "param_history": h} for n, h in enumerate(history)]
    update = write_json(tmp_path / "u.json", {"padding": 1})
    report(page, write_json(tmp_path / "p.json", projects), "--update", update)
    assert re.findall('data-label="Project"><a href="#.*?"><bdi class="name">(.*?)<', page.read_text("utf-8")) == [
        "p1",
        "p0",
    ]


def test_many_projects(page):
    """The page of a directory has an index, and a section for each project."""
    text = report(page, "projects", "--update", REWORD)
    assert text.startswith(
        "1 of 2 projects would lose params replace: drops every param that it does not name; patch: keeps them 2 projects Project Dropped Lost inside Changed Added Errors Warnings"
    )
    headings = re.findall("<h2.*?>(.*?)</h2>", page.read_text("utf-8"))
    assert ["dropped" in heading.split("none")[0] for heading in headings] == [True, False]


def test_tasks_of_many_projects(page):
    """Each task counts for the project that it names."""
    tasks = b'[{"project": "north docks"}, {"project": "north docks"}, {"project": "south docks"}]'
    text = report(page, "projects", "-", "--update", REWORD, stdin=tasks)
    assert "What to tell the engineer" in text
    assert re.findall("Tasks that change ([0-9]+ of [0-9]+)", text) == ["2 of 2", "1 of 1"]


def test_a_rejected_request_counts_for_the_project_that_it_names(page):
    """A rejected request is a finding of the project that it names.

    A request without a valid name of a project is a finding of the first project.
    """
    tasks = (
        b'[{"project": "south docks", "project_version": 99}, {"project": ["south docks"]}, {"project": "north docks"}]'
    )
    report(page, "projects", "-", stdin=tasks)
    first, second = re.split("<section", page.read_text("utf-8"))[1:]
    assert "north docks" in first.partition("</h2>")[0]
    for section in (first, second):
        assert section.count("(request_refused)") == 1
        assert "1 task is rejected." in section
    assert "99" in second.partition("(request_refused)")[0][-400:]


def test_findings_are_listed_once(page, tmp_path):
    """A finding on the project is listed once, even if several tasks inherit the value."""
    text = report(page, SIGNS, "-", stdin=b'[{"attachment": "https://example.com/a.jpg"}, {}]')
    assert text.count("got the text '20'") == 1


def test_errors_come_first(page):
    """Errors are listed before warnings."""
    text = report(page, BOXES, "-", stdin=b'[{"project_version": 0}, {"padding": "x"}]')
    words = re.findall("ERROR|WARNING", text)
    assert words == sorted(words)
    assert set(words) == {"ERROR", "WARNING"}


def test_findings_on_all_tasks(page):
    """A default that every task overrides is a finding, too."""
    assert "all 2 tasks that inherit this version set this param themselves" in report(
        page, BOXES, "-", stdin=b'[{"padding": 1}, {"padding": 2}]'
    )


def test_findings_after_the_update(page, tmp_path):
    """With an update, the findings on projects and tasks are those after the update."""
    update = write_json(tmp_path / "u.json", {"padding": "x", "patch": True})
    text = report(page, BOXES, "-", "--update", update, stdin=b'[{"attachment": "https://example.com/a.jpg"}]')
    assert f"/padding in {update}:1:13, set by the update, in version 3" in text
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b'[{"attachment": "https://example.com/a.jpg"}]')
    assert "`geometries` is missing" in text
    assert "`geometries` is missing" not in report(
        page, BOXES, "-", stdin=b'[{"attachment": "https://example.com/a.jpg"}]'
    )


IMAGE = '{"attachment": "https://example.com/a.jpg"%s}\n'


@pytest.fixture
def five_tasks(tmp_path):
    """Write five tasks. Even without an update, the third and the fifth have an error."""
    own = ("", ', "padding": 3', ', "padding": "x"', ', "project_version": 0', ', "project_version": -1')
    (tmp_path / "t.jsonl").write_text("".join(IMAGE % params for params in own))
    return tmp_path / "t.jsonl"


def test_errors_of_today_and_of_the_update(page, five_tasks):
    """The page distinguishes errors that exist today from errors that the update or the patch causes."""
    text = report(page, BOXES, five_tasks, "--update", REWORD)
    assert (
        "Send the patch below instead: it keeps the 3 params and causes none of the 3 errors of this update. "
        f"2 errors already exist today ({five_tasks}:3:56, {five_tasks}:5:1)."
    ) in text
    assert "after this update: 5 errors, 1 warning; today: 2 errors; with the patch: 2 errors" in text
    assert text.count("caused by this update, but not by the patch") == 3
    assert text.count("already exists today") == 2
    assert "would be 3 after this update" in text
    assert (
        "3 of 5 would lose geometries: 3 would lose padding: 1 would lose annotation_attributes: 3 "
        "would get another value of instruction: 3 What to tell"
    ) in text


def test_errors_that_the_patch_causes(page, tmp_path, five_tasks):
    """If a value of the update is invalid, the page says that the patch causes the same error."""
    update = write_json(tmp_path / "u.json", {"padding": "y"})
    text = report(page, BOXES, five_tasks, "--update", update)
    assert (
        "Correct the update before you send it. It causes 4 errors. The patch below keeps the 3 params, but the "
        f"patch itself causes 1 error. 2 errors already exist today ({five_tasks}:3:56, {five_tasks}:5:1)."
    ) in text
    assert text.count("caused by this update and by the patch") == 1
    assert "after this update: 6 errors, 1 warning; today: 2 errors; with the patch: 3 errors" in text


def test_errors_on_the_project_today(page, tmp_path):
    """The page counts a kept error as an error of today, and an error that the update corrects as removed."""
    kept = write_json(tmp_path / "kept.json", {"with_labels": True, "patch": True})
    text = report(page, SIGNS, "-", "--update", kept, "--ignore", "param_missing", stdin=b"[{}, {}]")
    assert f"Nothing is lost, and this update causes no errors. 1 error already exists today ({SIGNS}:11:18)." in text
    assert text.count("already exists today") == 2
    assert "with the patch" not in text
    fixed = write_json(tmp_path / "fixed.json", {"padding": 20, "patch": True})
    text = report(page, SIGNS, "-", "--update", fixed, "--ignore", "param_missing", stdin=b"[{}, {}]")
    assert "The update can be sent as it is." in text
    assert f"1 error already exists today ({SIGNS}:11:18); this update removes 1." in text
    assert "today: 1 error" in text


@pytest.mark.parametrize(
    ("before", "update"),
    [
        ({"geometries": {"box": {"min_width": "x"}}}, {"geometries": {"box": {"min_width": "x", "min_height": 5}}}),
        ({"padding": 3, "a": 1, "b": 2}, {"padding": 4, "a": 1, "b": 2}),
        ({"padding": 3, "a": 1, "b": 2}, {"padding": 4, "patch": True}),
    ],
)
def test_an_error_that_the_update_repeats_is_not_new(page, tmp_path, before, update):
    """An error that is the same before and after the update is not new, even if the update replaces the value.

    This also applies to an error in all params together, such as too many params.
    """
    params = {"instruction": "Box it.", **before}
    history = [{"version": 0, **params}]
    project = write_json(tmp_path / "p.json", {"name": "p", "type": "imageannotation", "param_history": history})
    sent = write_json(tmp_path / "u.json", {"instruction": "Box all.", **update})
    schema = write_json(tmp_path / "s.json", {"maxProperties": 3, "properties": {"geometries": {}}})
    options = ["--schema", f"imageannotation={schema}"] if "a" in before else []
    text = report(page, project, "--update", sent, "--ignore", "param_unknown", *options)
    assert "1 error already exists today" in text
    assert "this update removes" not in text
    assert "caused by this update" not in text


def test_an_error_that_a_pinned_task_keeps_is_counted_too(page, tmp_path):
    """An error in a replaced value counts as an error of today if a pinned task still inherits the value.

    The error in the new value is new.
    """
    values = [{"box": {"min_width": "x"}}, {"box": {"min_width": "x", "min_height": 5}}]
    history = [{"version": 0, "geometries": values[0]}]
    project = write_json(tmp_path / "p.json", {"name": "p", "type": "imageannotation", "param_history": history})
    update = write_json(tmp_path / "u.json", {"geometries": values[1]})
    tasks = b'[{"project_version": 0, "attachment": "https://example.com/a.jpg"}]'
    text = report(page, project, "-", "--update", update, stdin=tasks)
    assert "This update causes 1 error. Correct it before you send it. 1 error already exists today" in text
    assert "this update removes" not in text
    assert text.count("caused by this update") == 1
    assert "after this update: 2 errors" in text


def test_a_rejected_request_is_not_a_new_error(page):
    """A request that is rejected today is no new error, even if the message changes. The patch may remove the error."""
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b'[{"project_version": 9}]')
    assert "and causes no errors. 1 error already exists today" in text
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b'[{"project_version": 3, "geometries": {}}]')
    assert "; the patch removes 1." in text


def test_two_errors_at_one_place(page):
    """Two missing params are different errors, although both are located at the whole task."""
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b"[{}]")
    assert "does not cause the 1 error of this update. 1 error already exists today (<stdin>:1:2)." in text
    assert "after this update: 2 errors, 0 warnings; today: 1 error; with the patch: 1 error" in text


def test_errors_of_many_projects(page):
    """Errors that exist today are counted separately for each project."""
    tasks = b'[{"project": "north docks", "padding": "x"}, {"project": "south docks"}]'
    text = report(page, "projects", "-", "--update", REWORD, "--ignore", "param_missing", stdin=tasks)
    assert text.count("1 error already exists today (<stdin>:1:") == 1


def test_legend(page):
    """A page with tasks explains `pinned` and `opts out`. A page with neither tasks nor an update has no legend."""
    words = "pinned: names a version; opts out: inherits nothing"
    assert words in report(page, BOXES, "night-shift.jsonl")
    text = report(page, BOXES)
    assert words not in text
    assert "replace: drops" not in text


def test_the_words_that_differ_are_marked(page):
    """In a changed text, the words that differ are marked."""
    report(page, BOXES, "--update", REWORD)
    assert "<ins>, also at the edge</ins>" in page.read_text("utf-8")


def test_assumptions_of_all_tasks(page):
    """The page lists the assumed rules of all tasks, for example T1 if only the second task has a null."""
    text = report(page, BOXES, "-", stdin=b'[{"instruction": "a"}, {"instruction": "b", "padding": null}]')
    assert "T1: a task's null overrides the project's value" in text
    assert "T5:" in text
    assert "T1:" not in report(page, BOXES, "-", stdin=b'[{"instruction": "a"}, {}]')


def test_without_values(page):
    """With `--no-values`, the page contains names, but no values."""
    text = report(page, SIGNS, "sign-17.json", "--no-values")
    assert "'20'" not in text
    assert "padding" in text
    assert text.endswith(f"paramcore report {SIGNS} sign-17.json --no-values --output report.html")
    # Skip the values that begin with a 2: `created_at`, which the page shows, and `padding`, which is checked above.
    values = [*json.loads((EXAMPLES / SIGNS).read_text())["param_history"][0].values()]
    written = page.read_text("utf-8")
    assert not [value for value in values if isinstance(value, str) and value in written and not value.startswith("2")]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([BOXES, "-"], "with `validate` or `report`, pass `--update FILE`"),
        ([BOXES, "missing.json"], "no such file"),
        ([BOXES, "--update", "night-shift.jsonl"], "are tasks, not an update"),
        ([REWORD, BOXES], "swap it with"),
        ([BOXES, BOXES], "project"),
    ],
)
def test_no_page_on_error(page, arguments, message):
    """After an error, an existing page keeps its content."""
    page.write_text("before")
    done = run("report", *arguments, "--output", page, stdin=b'{"patch": true, "padding": 1}')
    assert done.status == 2
    assert message in done.err
    assert page.read_text() == "before"
    assert os.listdir(page.parent) == [page.name]


def test_a_bad_line_ends_the_command(page, tmp_path):
    """Invalid JSON is an error with its line number, and no page is written."""
    tasks = tmp_path / "t.jsonl"
    tasks.write_text('{"padding": 1}\n{"padding": }\n')
    done = run("report", BOXES, tasks, "--output", page)
    assert done.status == 2
    assert f"{tasks}:2" in done.err
    assert not page.exists()


def test_a_rejected_request_is_a_finding(page):
    """The page counts the rejected requests, and shows each as a finding."""
    text = report(page, BOXES, "-", "--update", REWORD, stdin=b'[{"project_version": 9}, {"project": [1]}, {}]')
    assert "2 tasks are rejected. See the findings." in text
    assert text.count("(request_refused)") == 2


def test_the_commands_of_the_page_run(page, tmp_path):
    """A shell can run the commands on the page, even if the name of a file or a param begins with a dash."""
    history = [{"version": number, "--param": f"{number} " + "x" * 4_000} for number in range(200)]
    write_json(tmp_path / "-p.json", {"type": "imageannotation", "name": "boxes", "param_history": history})
    write_json(tmp_path / "-u.json", {"padding": 1})
    write_lines(tmp_path / "-t.jsonl", [{}, {"project_version": 0}])
    files = ("--output", page, "--update=-u.json", "--", "-p.json", "-t.jsonl")
    assert run("report", *files, cwd=tmp_path).status == 0
    commands = re.findall(r"paramcore (\w+) ([^<]*)</code>", html.unescape(page.read_text("utf-8")))
    assert {name for name, _ in commands} == {"log", "report"}
    for name, arguments in commands:
        assert run(name, *shlex.split(arguments), cwd=tmp_path).status == 0


def test_the_page_needs_a_name(page):
    """`--output` is required, and may name neither standard output nor an input."""
    done = run("report", BOXES)
    assert done.status == 2
    assert "--output" in done.err
    done = run("report", BOXES, "--output", "-")
    assert done.status == 2
    assert done.err.startswith("error: --output cannot write to standard output; name a file, or pass `./-`")
    assert run("report", BOXES, "--output", BOXES).status == 2


def test_without_jinja2(page):
    """Without `jinja2`, the error names the command that installs it."""
    script = (
        "import sys; sys.modules['jinja2'] = None; from paramcore.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", script, "report", BOXES, "--output", str(page)]
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=EXAMPLES, env=environment(), check=False)
    assert done.returncode == 2
    assert done.stderr == (
        "error: the package `jinja2`, which writes the page, is not installed; run `pip install 'paramcore[cli]'`\n"
    )
    assert not page.exists()


def test_a_project_without_versions(page, tmp_path):
    """A project without versions has a page, too."""
    project = write_json(tmp_path / "p.json", {"name": "empty", "type": "comparison", "param_history": []})
    text = report(page, project, "-", "--update", REWORD, stdin=b"{}")
    assert "version 0, its first (replace)" in text
    assert "The project has no versions yet." in text
    assert "No version sets a param." in text


@pytest.mark.slow
@pytest.mark.parametrize("hostile", [False, True])
def test_a_thousand_versions(page, tmp_path, hostile):
    """The page of a project with 1,000 versions has at most 1 MB."""
    project = write_json(tmp_path / "p.json", make_project(1_000, 25, hostile=hostile))
    text = report(page, project)
    assert page.stat().st_size <= 1_000_000
    assert "To list them all: paramcore log" in text
    assert re.search(r"[0-9]+ older versions are left out", text)


def test_options_of_tasks(page):
    """`--project-version` selects the version of all tasks. The commands on the page have all options about tasks."""
    text = report(page, BOXES, "night-shift.jsonl", "--project-version", "1", "--type", "imageannotation", "--lines")
    assert "3 inheriting version 1" in text
    assert "--project-version 1 --type imageannotation --lines" in text


def test_a_single_line_is_explained(page, tmp_path):
    """If a JSONL file has a single line, the page explains its task."""
    tasks = write_lines(tmp_path / "t.jsonl", make_tasks(None, 1))
    assert "What the task gets now, and why" in report(page, BOXES, tasks)
