"""`--format markdown`, `--summary` and `--format github`."""

import errno
import json
import os
import re
import resource
import select
import subprocess
import time
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from io import FileIO

import pytest
from cmarkgfm import github_flavored_markdown_to_html
from cmarkgfm.cmark import Options
from running import EXAMPLES, command, environment, run

from paramcore import Project, write_project
from paramcore.cli.annotations import format_annotation, limit_annotations
from paramcore.cli.summary import SUMMARY_BYTES, format_command, write_completely
from paramcore.service import StandIn, run_server

PROJECT = "warehouse-boxes.json"
COMMANDS = {
    "preview": (PROJECT, "night-shift.jsonl"),
    "explain": (PROJECT, "night-shift.json", "padding"),
    "plan": (PROJECT, "reword.json"),
    "diff": (f"{PROJECT}@0", PROJECT, "--exit-code"),
    "log": (PROJECT,),
    "impact": (PROJECT, "reword.json", "night-shift.jsonl", "--list"),
    "audit": (PROJECT, "finished.jsonl"),
    "validate": ("street-signs.json", "sign-17.json"),
}
HEADINGS = {
    "preview": "### effective params of 3 tasks: `warehouse-boxes.json`",
    "explain": "### `padding` comes from task request",
    "plan": "### 3 params would be dropped: `warehouse boxes`, version 2 -> 3 (replace)",
    "diff": "### 2 params changed, 1 param added, none removed",
    "log": "### `warehouse boxes`: 3 versions, none of them dropped params",
    "impact": "### 1 of 3 requests would get different params: `warehouse boxes`",
    "audit": "### 1 of 3 tasks contradicts the history: `warehouse boxes`",
    "validate": "### 2 errors, 2 warnings in 1 project and 1 task",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_prints_markdown(name):
    """The first line is a comment with the command, and the second line is a heading with the result.

    The exit code is the same as with text output.
    """
    ran = run(name, *COMMANDS[name], "--format", "markdown")
    lines = ran.out.splitlines()
    assert lines[0].startswith(f"<!-- paramcore {name} ")
    assert lines[1] == HEADINGS[name]
    assert ran.status == run(name, *COMMANDS[name]).status


@pytest.mark.parametrize("name", COMMANDS)
def test_a_summary_does_not_change_the_output(name, tmp_path):
    """`--summary` appends the Markdown to the summary, and changes neither the output nor the exit code."""
    summary = tmp_path / "summary.md"
    summary.write_text("# earlier\n")
    markdown = run(name, *COMMANDS[name], "--format", "markdown").out
    output_format = ("text", "json", "markdown")[list(COMMANDS).index(name) % 3]
    plain = run(name, *COMMANDS[name], "--format", output_format)
    ran = run(name, *COMMANDS[name], "--summary", "--format", output_format, GITHUB_STEP_SUMMARY=str(summary))
    assert (ran.out, ran.status) == (plain.out, plain.status)
    assert summary.read_text() == f"# earlier\n\n\n{markdown}\n"


@pytest.mark.parametrize(
    "earlier", ["", "no newline", "text\n", "<details>\n</details>\n", "- item", "| a |\n|---|\n| b |"]
)
def test_a_summary_begins_and_ends_with_a_blank_line(earlier, tmp_path):
    """Blank lines surround each report in a summary. So all headings are rendered, whatever text precedes them."""
    summary = tmp_path / "summary.md"
    summary.write_text(earlier)
    for name in ("log", "plan", "log"):
        run(name, *COMMANDS[name], "--summary", GITHUB_STEP_SUMMARY=str(summary))
    with summary.open("a") as file:
        file.write("### The last heading\n")
    html = github_flavored_markdown_to_html(summary.read_text(), Options.CMARK_OPT_UNSAFE)
    headings = [HEADINGS[name].removeprefix("### ") for name in ("log", "plan", "log")]
    shown = [re.sub("<[^>]*>", "", heading) for heading in re.findall("<h3>(.*?)</h3>", html)]
    assert [unescape(heading) for heading in shown] == [
        *(heading.replace("`", "") for heading in headings),
        "The last heading",
    ]


def test_several_projects_have_the_name_of_their_directory():
    """If PROJECT is a directory, the comment in the first line contains the name of the directory."""
    for name, others in {"plan": ["reword.json"], "log": [], "validate": []}.items():
        ran = run(name, "projects", *others, "--format", "markdown")
        assert ran.out.startswith(f'<!-- paramcore {name} "projects" -->\n')


def test_a_single_task_has_its_params_in_full():
    """The preview of a single task has no column for the task, and shows long values in full."""
    ran = run("preview", PROJECT, "night-shift.json", "--format", "markdown")
    assert ran.out.splitlines()[3] == "| param | from | value |"
    assert '"Night image: look twice.\\nBox every forklift and every pallet that it carries."\n```' in ran.out
    explained = run("preview", PROJECT, "night-shift.json", "--explain", "--format", "markdown").out
    assert explained.splitlines()[3] == "| param | what | layer | value | note |"
    assert "`padding`: TASK_OVERRIDE, the task sets it" in explained
    assert "task `" not in explained


def test_an_explanation_of_several_params_is_about_the_task():
    """If several params are explained, the heading is about the task: `6 params, inherits version 1`."""
    ran = run("explain", PROJECT, "night-shift.json", "padding", "no such", "--format", "markdown")
    assert ran.out.splitlines()[1].startswith("### 6 params, inherits version 1")
    assert "`no such`: ABSENT" in ran.out


def test_many_tasks_are_named_by_line():
    """A row begins with the line number and the `unique_id` of its task. Empty input gives no rows."""
    tasks = '{"unique_id": "a|b", "x": 1}\n{"x": 2}\n'
    ran = run("preview", PROJECT, "-", "--lines", "--format", "markdown", stdin=tasks)
    assert "| line 1, `a\\|b` | `x` | task request | `1` |\n" in ran.out
    assert "| line 2 | `x` | task request | `2` |\n" in ran.out
    assert run("preview", PROJECT, "-", "--format", "markdown", stdin="[]").out.endswith(
        "of 0 tasks: `warehouse-boxes.json`\n"
    )
    impact = run("impact", PROJECT, "reword.json", "-", "--lines", "--list", "--format", "markdown", stdin=tasks)
    assert "| line 1, `a\\|b` | `geometries`, `padding`" in impact.out


def test_tasks_in_an_array_are_named_by_line_and_column():
    """All tasks of an array may be on one line, so a row begins with the line and column of its task."""
    tasks = '[{"unique_id": "a", "x": 1}, {"x": 2}]'
    ran = run("preview", PROJECT, "-", "--format", "markdown", stdin=tasks)
    assert "| line 1, column 2, `a` | `x` | task request | `1` |\n" in ran.out
    assert "| line 1, column 30 | `x` | task request | `2` |\n" in ran.out
    impact = run("impact", PROJECT, "reword.json", "-", "--list", "--format", "markdown", stdin=tasks)
    assert "| line 1, column 2, `a` | `geometries`, `padding`" in impact.out
    assert "| line 1, column 30 | `geometries`, `padding`" in impact.out


def test_bad_lines_are_left_out():
    """With `--keep-going`, invalid lines are reported on standard error. The Markdown shows the other tasks."""
    ran = run("preview", PROJECT, "-", "--lines", "--keep-going", "--format", "markdown", stdin='{"x": 1}\nno\n')
    assert "of 1 task:" in ran.out
    assert "1 invalid line" in ran.err
    assert ran.status == 1


@pytest.mark.slow
def test_several_processes_print_the_same(tmp_path):
    """Two processes print the same Markdown as one."""
    note = "x" * 200
    lines = "".join(
        f'{{"unique_id": "{number}", "padding": "{number}", "note": "{note}"}}\n' for number in range(3_000)
    )
    (tmp_path / "tasks.jsonl").write_text(lines)
    for name in ("preview", "validate"):
        arguments = (name, EXAMPLES / PROJECT, "tasks.jsonl", "--format", "markdown")
        # The limit on the length includes the command in the last line, so both commands must have the same length.
        parallel = run(*arguments, "--jobs", "2", cwd=tmp_path).out
        assert run(*arguments, "--jobs", "1", cwd=tmp_path).out == parallel.replace(" --jobs 2 ", " --jobs 1 ")


def test_markdown_is_written_to_a_file(tmp_path):
    """Long Markdown in a file is shortened. Its last line has a command, without `--output`, that lists the rest."""
    path = tmp_path / "comment.md"
    tasks = "".join(f'{{"padding": {number}}}\n' for number in range(2_000))
    ran = run("preview", PROJECT, "-", "--lines", "--format=markdown", f"--output={path}", stdin=tasks)
    assert (ran.out, ran.status) == ("", 0)
    markdown = path.read_text()
    assert len(markdown) < 60_000
    assert markdown.splitlines()[-1].endswith(
        " more; run `paramcore preview warehouse-boxes.json - --lines --full` to see all"
    )


def test_a_summary_has_more_than_a_comment(tmp_path):
    """A job summary may be larger than a comment on GitHub, so it contains rows that a comment omits."""
    summary = tmp_path / "summary.md"
    tasks = "".join(f'{{"padding": {number}}}\n' for number in range(2_000))
    run("preview", PROJECT, "-", "--lines", "--summary", stdin=tasks, GITHUB_STEP_SUMMARY=str(summary))
    assert 300_000 < summary.stat().st_size <= SUMMARY_BYTES
    assert " more; run " not in summary.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["plan", "a b", "--format", "markdown", "u"], "plan 'a b' u --full"),
        (["plan", "--format=github", "--summary", "a", "--output", "x", "--output=y", "u"], "plan a u --full"),
        (["plan", "a", "--", "--summary", "--format"], "plan a --full -- --summary --format"),
        (["plan", "--full", "a", "u"], "plan a u --full"),
        (["plan", "a", "u", "--no-values"], "plan a u --no-values"),
        (["plan", "a", "--format"], "plan a --full"),
        (["plan", "a", "--formats", "x"], "plan a --formats x --full"),
    ],
)
def test_the_command_that_lists_the_rest(arguments, words):
    """The command that lists omitted rows has no output option except `--full`, and is quoted for a shell.

    A command with `--no-values` does not get `--full`.
    """
    assert format_command(Namespace(arguments=arguments)) == f"paramcore {words}"


@pytest.mark.parametrize("command", ["plan", "log", "preview"])
def test_the_command_for_omitted_values_shows_them_in_full(tmp_path, command):
    """If the Markdown omits long values, the command in its note prints them in full."""
    params = {f"param{number}": f"{number}".rjust(9_000, "x") for number in range(9)}
    project = Project("docks", type="imageannotation", params=params)
    (tmp_path / "docks.json").write_text(json.dumps(write_project(project)))
    (tmp_path / "other.json").write_text("{}")
    files = ("docks.json",) if command == "log" else ("docks.json", "other.json")
    ran = run(command, *files, "--format", "markdown", cwd=tmp_path)
    (note,) = re.findall(r"more.* \(Full values\).*`paramcore (.*)`", ran.out)
    text = run(*note.split(), cwd=tmp_path).out
    assert all(value in text for value in params.values())


def test_a_summary_needs_its_variable():
    """Outside of GitHub Actions, `--summary` is an error with a remedy, and the plan is not printed."""
    for changes in ({"GITHUB_STEP_SUMMARY": ""}, {}):
        if not changes and "GITHUB_STEP_SUMMARY" in environment():
            continue
        ran = run("plan", PROJECT, "reword.json", "--summary", **changes)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err == (
            "error: --summary needs GITHUB_STEP_SUMMARY, which GitHub Actions sets; elsewhere, pass --format markdown\n"
        )


def test_a_summary_that_cannot_be_written_is_an_error(tmp_path):
    """If the summary is a directory or is full, that is an error, and the summary does not change."""
    ran = run("plan", PROJECT, "reword.json", "--summary", GITHUB_STEP_SUMMARY=str(tmp_path))
    assert ran.status == 2
    assert "cannot append to the job summary: a directory; set GITHUB_STEP_SUMMARY to a file, or omit" in ran.err
    full = tmp_path / "full.md"
    full.write_bytes(b"x" * (SUMMARY_BYTES - 20))
    ran = run("plan", PROJECT, "reword.json", "--summary", GITHUB_STEP_SUMMARY=str(full))
    assert ran.status == 2
    assert "the job summary is full: it has 1,023,980 of at most 1,024,000 bytes; omit --summary" in ran.err
    assert full.stat().st_size == SUMMARY_BYTES - 20
    # If there is a little room, the Markdown is shortened to fit.
    full.write_bytes(b"x" * (SUMMARY_BYTES - 700))
    assert run("plan", PROJECT, "reword.json", "--summary", GITHUB_STEP_SUMMARY=str(full)).status == 1
    assert SUMMARY_BYTES - 700 < full.stat().st_size <= SUMMARY_BYTES


@pytest.mark.parametrize(
    ("arguments", "summary", "error"),
    [
        (("plan", "p.json", "u.json"), "p.json", "GITHUB_STEP_SUMMARY p.json is a file that the command reads"),
        (("plan", "p.json", "u.json"), "./u.json", "GITHUB_STEP_SUMMARY ./u.json is a file that the command reads"),
        (("plan", "p.json", "--wanted", "p.json@1"), "p.json", "is a file that the command reads"),
        (("diff", "u.json", "p.json@0"), "u.json", "is a file that the command reads"),
        (("diff", "u.json", "p.json@0"), "p.json", "is a file that the command reads"),
        (("preview", "p.json", "t.jsonl"), "t.jsonl", "is a file that the command reads"),
        (("validate", "p.json", "t.jsonl"), "t.jsonl", "is a file that the command reads"),
        (("log", "."), "new.json", "GITHUB_STEP_SUMMARY new.json is a file in ., which is an input"),
        (("preview", "p.json", "t.jsonl", "--output", "o.md"), "./o.md", "--output and GITHUB_STEP_SUMMARY name"),
        (("validate", "p.json", "--output", "o.md"), "o.md", "--output and GITHUB_STEP_SUMMARY name the same file"),
    ],
)
def test_a_summary_never_changes_an_input_or_the_output(arguments, summary, error, tmp_path):
    """If GITHUB_STEP_SUMMARY is a file that the command reads or replaces, that is an error, and no file changes.

    The same applies to a file in an input directory.
    """
    for name, source in {"p.json": PROJECT, "u.json": "reword.json", "t.jsonl": "night-shift.jsonl"}.items():
        (tmp_path / name).write_bytes((EXAMPLES / source).read_bytes())
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ran = run(*arguments, "--summary", cwd=tmp_path, GITHUB_STEP_SUMMARY=summary)
    assert (ran.status, ran.out) == (2, "")
    assert error in ran.err
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.slow
@pytest.mark.parametrize("before", [0, 1, 300])
def test_a_summary_on_a_full_disk_does_not_change(tmp_path, before):
    """If only a part of the Markdown fits on the disk, nothing is appended."""
    summary = tmp_path / "summary.md"
    summary.write_bytes(b"x" * before)
    done = subprocess.run(
        command("plan", PROJECT, "reword.json", "--summary"),
        cwd=EXAMPLES,
        env=environment(GITHUB_STEP_SUMMARY=str(summary)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
    )
    assert done.returncode == 2
    assert b"cannot append to the job summary: file too large; " in done.stderr
    assert summary.read_bytes() == b"x" * before


def test_a_part_of_a_summary_before_other_text_is_kept(tmp_path):
    """If another process appends to the summary before a write fails, the written part of the report stays there."""
    path = tmp_path / "summary.md"

    class FullFile(FileIO):
        def write(self, data):
            if path.stat().st_size:
                with path.open("ab") as other:
                    other.write(b"other")
                raise OSError(errno.ENOSPC, "No space left on device")
            return super().write(data[:3])

    with FullFile(path, "ab") as file, pytest.raises(OSError, match="No space"):
        write_completely(file, b"report")
    assert path.read_bytes() == b"repother"


def test_no_summary_after_an_error(tmp_path):
    """A command that ends with an error appends nothing to the summary."""
    summary = tmp_path / "summary.md"
    assert run("plan", PROJECT, "no.json", "--summary", GITHUB_STEP_SUMMARY=str(summary)).status == 2
    assert not summary.exists()


@pytest.mark.slow
def test_commands_append_to_one_summary(tmp_path):
    """Several commands can append to the summary at the same time."""
    summary = tmp_path / "summary.md"
    arguments = command("log", PROJECT, "--summary")
    settings = {"cwd": EXAMPLES, "env": environment(GITHUB_STEP_SUMMARY=str(summary)), "stdout": subprocess.DEVNULL}
    processes = [subprocess.Popen(arguments, **settings) for _ in range(6)]
    assert [process.wait(60) for process in processes] == [0] * 6
    markdown = run("log", PROJECT, "--format", "markdown").out
    assert summary.read_text().count(f"{markdown}\n") == 6
    assert summary.read_text().replace(markdown, "").strip("\n") == ""


def test_values_are_hidden():
    """`validate --no-values` shows no value in Markdown either."""
    shown, hidden = (
        run("validate", "street-signs.json", *options, "--format", "markdown").out for options in ([], ["--no-values"])
    )
    assert "'20'" in shown
    assert "20" not in hidden.replace("2024", "")
    assert "| error | `param_type` | `/padding` | `must be a whole number or null" in hidden


def write(path, value):
    path.write_text(json.dumps(value, indent=2))


def test_a_plan_is_annotated(tmp_path):
    """Annotations of dropped params are errors, and those of lost values are warnings. Errors come first."""
    for name, params in {"a": {"w": 1, "x": {"y": 1}}, "b": {"w": 2, "z": 1}}.items():
        project = Project(name, type="imageannotation", params=params)
        (tmp_path / "all").mkdir(exist_ok=True)
        write(tmp_path / "all" / f"{name}.json", write_project(project))
    write(tmp_path / "update.json", {"x": {}, "padding": "yes"})
    ran = run("plan", "all", "update.json", "--format", "github", "--ignore", "param_unknown", cwd=tmp_path)
    assert ran.status == 1
    assert ran.out.splitlines() == [
        '::error file=update.json,line=1,col=1,title=param_dropped::the update drops "w" of 2 projects: "a", "b";'
        ' write `"patch": true` in the update (with `apply`: pass `--patch`) to keep it',
        '::error file=update.json,line=1,col=1,title=param_dropped::the update drops "z" of "b"; write `"patch": true` in the update (with `apply`: pass `--patch`) to keep it',
        *(
            "::error file=update.json,line=3,col=14,title=param_type::/padding: must be a whole number or null, "
            f"got the text 'yes' [project version 1 of \"{name}\"]"
            for name in "ab"
        ),
        '::warning file=update.json,line=2,col=8,title=value_lost::the update loses /x/y of "a"',
        "::notice title=plan::2 would have errors; 2 of 2 projects would lose params",
    ]


@pytest.mark.parametrize("wanted", ["docks.json@0", "params.json"])
def test_annotations_of_wanted_params_name_the_option(wanted, tmp_path):
    """With `--wanted`, the annotation of a dropped param suggests `--patch`, which keeps the param."""
    project = Project("docks", type="imageannotation", params={"padding": 1})
    write(tmp_path / "docks.json", write_project(project.replace_params({"padding": 2, "z": 3})))
    write(tmp_path / "params.json", {"padding": 1})
    arguments = ("plan", "docks.json", "--wanted", wanted, "--format", "github", "--ignore", "param_unknown")
    ran = run(*arguments, cwd=tmp_path)
    assert ran.out.splitlines()[0].endswith('::the update drops "z" of "docks"; pass `--patch` to keep it')
    assert "param_dropped" not in run(*arguments, "--patch", cwd=tmp_path).out


def test_annotations_beyond_ten_are_counted(tmp_path):
    """GitHub shows at most ten annotations of each severity, so the last line of the output counts the others."""
    write(
        tmp_path / "docks.json",
        write_project(Project("docks", type="comparison", params={f"p{n}": n for n in range(14)})),
    )
    write(tmp_path / "update.json", {})
    lines = run("plan", "docks.json", "update.json", "--format", "github", cwd=tmp_path).out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == [*["::error"] * 10, "::notice"]
    assert lines[-1] == "4 more: pass --summary to see them in the job summary"
    summary = tmp_path / "summary.md"
    arguments = ("plan", "docks.json", "update.json", "--format", "github", "--summary")
    assert run(*arguments, cwd=tmp_path, GITHUB_STEP_SUMMARY=str(summary)).out.endswith(
        "\n4 more: see the job summary\n"
    )
    assert summary.read_text().count("| dropped |") == 14


def test_an_error_is_annotated(tmp_path):
    """With `--format github`, invalid JSON is reported as an annotation and on standard error."""
    (tmp_path / "update.json").write_text("{")
    for name, others in {"plan": ["update.json"], "status": []}.items():
        project = EXAMPLES / PROJECT if others else "update.json"
        ran = run(name, project, *others, "--format", "github", cwd=tmp_path, SCALE_API_KEY="test_0123456")
        assert ran.status == 2
        assert ran.out.startswith("::error file=update.json,line=1,col=2,title=json_syntax::")
        assert ran.err.startswith("error: update.json:1:2")


def test_equal_annotations_are_printed_once():
    """Equal annotations, as for one finding on several projects, are printed once."""
    annotations = [format_annotation(severity, "t", "x") for severity in ("notice", "warning", "error", "warning")]
    lines = list(limit_annotations(annotations, Namespace(summary=False)))
    assert lines == ["::error title=t::x\n", "::warning title=t::x\n", "::notice title=t::x\n"]


def test_the_drift_is_reported(tmp_path):
    """`status` prints Markdown and annotations. The annotation of a project ahead of the service is a warning."""
    docks = Project("docks", type="comparison", params={"a": 1})
    ahead = Project("ahead", type="comparison", params={"a": 1})
    local = [
        docks,
        ahead.patch_params({"a": 2}),
        Project("gone", type="comparison"),
        Project("same", type="comparison"),
    ]
    remote = [docks.patch_params({"a": 3}), ahead, Project("same", type="comparison")]
    write(tmp_path / "all.json", [write_project(project) for project in local])
    with run_server(StandIn(remote)) as server:
        options = ("all.json", "--base-url", server.url)
        settings = {"cwd": tmp_path, "SCALE_API_KEY": "test_0123456"}
        markdown = run("status", *options, "--format", "markdown", **settings)
        annotated = run("status", *options, "--format", "github", **settings)
        one = run("status", *options, "--format", "text", **settings)
    assert markdown.status == annotated.status == one.status == 1
    assert markdown.out.startswith('<!-- paramcore status "all.json" -->\n### 3 of 4 projects are not in sync\n')
    lines = (tmp_path / "all.json").read_text().splitlines()
    starts = [number for number, line in enumerate(lines, 1) if line == "  {"]
    assert [line.partition(",col")[0] for line in annotated.out.splitlines()] == [
        f"::error file=all.json,line={starts[0]}",
        f"::error file=all.json,line={starts[2]}",
        f"::warning file=all.json,line={starts[1]}",
    ]
    assert '::"docks": remote ahead by 1 version\n' in annotated.out
    assert one.out.splitlines()[2] == '"gone": not there'


def read_pipe(descriptor, delay=0):
    """Return all that is written to a pipe, which may have no writer yet."""
    select.select([descriptor], [], [], 10)
    time.sleep(delay)
    with open(descriptor, "rb") as pipe:
        os.set_blocking(descriptor, True)
        return pipe.read()


@pytest.mark.parametrize("number", [1, 900])
def test_a_pipe_may_be_the_summary(number, tmp_path):
    """If the summary is a pipe with a slow reader, the whole Markdown is written, even if the pipe becomes full."""
    path, project = tmp_path / "pipe", tmp_path / "p.json"
    params = {f"param{number}": "x" * 60 for number in range(number)}
    project.write_text(json.dumps({"name": "p", "type": "chat", "param_history": [{"version": 0, **params}]}))
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(read_pipe, descriptor, 0.3)
        ran = run("plan", project, "reword.json", "--summary", GITHUB_STEP_SUMMARY=str(path))
    assert (ran.status, ran.err) == (1, "")
    assert read.result().startswith(b"<!-- paramcore plan")
    assert read.result().endswith(b"\n")
    assert (len(read.result()) > 65_536) == (number > 1)


@pytest.mark.parametrize(
    "arguments", [("plan", PROJECT, "reword.json"), ("log", PROJECT), ("log", PROJECT, "--format", "json")]
)
def test_a_pipe_without_a_reader_is_an_error(arguments, tmp_path):
    """If nobody reads the pipe, the command ends with an error, and does not wait for a reader."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    ran = run(*arguments, "--summary", GITHUB_STEP_SUMMARY=str(path))
    assert ran.status == 2
    assert ran.err == (
        f"error: {path}: cannot append to the job summary: it is a pipe without a reader;"
        " set GITHUB_STEP_SUMMARY to a file, or omit --summary\n"
    )


def test_a_new_summary_has_the_usual_mode(tmp_path):
    """A summary that does not exist is created with the mode of any new file."""
    (tmp_path / "other").touch()
    run("log", PROJECT, "--summary", GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"))
    assert (tmp_path / "summary.md").stat().st_mode == (tmp_path / "other").stat().st_mode
