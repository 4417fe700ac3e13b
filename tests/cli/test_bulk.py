"""`preview`, `validate`, `impact` and `audit` with JSONL as input."""

import errno
import itertools
import json
import os
import pty
import signal
import subprocess
import sys
import time
from contextlib import nullcontext

import pytest
from rich.progress import Progress, Task
from running import EXAMPLES, command, environment, restore_signals, run

from paramcore.cli import progress, requests
from paramcore.cli.commands import audit
from paramcore.cli.exit_codes import FINDINGS, FINE, HUNG_UP, INTERRUPTED, REFUSED, TERMINATED
from paramcore.cli.main import main
from paramcore.files.reader import Line, read_lines
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

PROJECT = "warehouse-boxes.json"
BULK = {
    "preview": ("preview", PROJECT),
    "validate": ("validate", PROJECT),
    "impact": ("impact", PROJECT, "reword.json"),
    "audit": ("audit", PROJECT),
}
TASK = {"attachment": "https://example.com/a.jpg", "instruction": "Night.", "metadata": {"note": "x" * 300}}
FINISHED = json.loads((EXAMPLES / "finished.jsonl").read_text().splitlines()[1])


def lines(name, count):
    """Return `count` equal lines of JSONL, each with a task that the command `name` accepts."""
    return "".join(f"{json.dumps(FINISHED if name == 'audit' else TASK)}\n" for _ in range(count))


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("name", BULK)
def test_output_gets_the_printed_answer(name, form, tmp_path):
    """With `--output`, each command writes its output to the file, and not to standard output."""
    target = tmp_path / "answer"
    arguments = (*BULK[name], "-", "--lines", "--format", form)
    printed = run(*arguments, stdin=lines(name, 3))
    written = run(*arguments, "--output", target, stdin=lines(name, 3))
    assert (written.out, written.status, target.read_text()) == ("", printed.status, printed.out)


@pytest.mark.parametrize("name", BULK)
def test_a_bad_line_leaves_the_file_alone(name, tmp_path):
    """After an invalid line, the existing file of `--output` is unchanged, and no temporary file is left."""
    target = tmp_path / "answer"
    target.write_text("old")
    ran = run(*BULK[name], "-", "--lines", "--output", target, stdin=lines(name, 2) + "{\n" + lines(name, 1))
    assert (ran.status, target.read_text(), list(tmp_path.iterdir())) == (REFUSED, "old", [target])
    assert ran.err.startswith("error: <stdin>:3:2: ")


@pytest.mark.parametrize("name", BULK)
def test_bad_lines_are_skipped(name):
    """With `--keep-going`, each invalid line is reported with its location, and counted."""
    ran = run(*BULK[name], "-", "--lines", "--keep-going", stdin="{\n" + lines(name, 2) + '{"a": 1, "a": 2}\n')
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in errors] == ["<stdin>:1:2", "<stdin>:4:10"]
    assert "2 invalid lines" in ran.err + ran.out
    assert ran.status == FINDINGS


@pytest.mark.parametrize("name", ["preview", "impact", "audit", "slim"])
@pytest.mark.parametrize(
    ("tasks", "count"), [([5, []], "2 invalid tasks"), ([5], "1 invalid task"), (5, "1 invalid task")]
)
def test_bad_elements_are_counted_as_tasks(name, tasks, count):
    """With `--keep-going`, the count for an array is `2 invalid tasks`, not `2 invalid lines`."""
    arguments = BULK.get(name, (name, PROJECT))
    ran = run(*arguments, "-", "--keep-going", stdin=json.dumps(tasks))
    assert (ran.err.splitlines()[-1], ran.status) == (count, FINDINGS)


@pytest.mark.parametrize("name", BULK)
@pytest.mark.parametrize("bad", ["{", '{"a": 1, "a": 2}', '{"a": NaN}', '{"a"'])
def test_a_bad_line_names_the_option_that_skips_it(name, bad):
    """An error at an invalid line suggests `--keep-going`, unless the option is set or the input is not JSONL."""
    stopped = run(*BULK[name], "-", "--lines", stdin=f"{lines(name, 1)}{bad}\n")
    assert (stopped.status, stopped.err.count("--keep-going")) == (REFUSED, 1)
    skipped = run(*BULK[name], "-", "--lines", "--keep-going", stdin=f"{lines(name, 1)}{bad}\n")
    document = run(*BULK[name], "-", stdin=bad)
    assert "--keep-going" not in skipped.err + document.err


@pytest.mark.parametrize("name", BULK)
@pytest.mark.parametrize(
    "marker", ["<<<<<<< HEAD", ">>>>>>> theirs", "||||||| 0a1b2c3", "|||||||", "=======", "=======\r"]
)
def test_a_merge_conflict_is_not_skipped(name, marker):
    """The error for a merge conflict does not suggest `--keep-going`, which would read the lines of both sides."""
    ran = run(*BULK[name], "-", "--lines", stdin=f"{lines(name, 1)}{marker}\n{lines(name, 1)}")
    assert (ran.status, ran.err.count("\n")) == (REFUSED, 1)
    assert "the file contains a merge conflict; resolve it" in ran.err
    assert "--keep-going" not in ran.err


@pytest.mark.parametrize("more", [(), ("--keep-going",), ("--keep-going", "--format", "json")])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("preview", ("--project-version", "999")),
        ("preview", ("--type", "textcollection", "--jobs", "2")),
        ("validate", ("--project-version", "999", "--jobs", "2")),
        ("validate", ("--type", "textcollection")),
        ("impact", ("--project-version", "999")),
        ("impact", ("--type", "textcollection")),
        ("slim", ("--type", "textcollection")),
    ],
)
def test_the_error_about_an_option_ends_the_run(name, options, more, tmp_path):
    """An unknown `--project-version` or a wrong `--type` ends the run at the first line, even with `--keep-going`."""
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text(lines("preview", 3))
    ran = run(*BULK.get(name, (name, PROJECT)), tasks, *options, *more)
    assert (ran.out, ran.status, ran.err.count("\n")) == ("", REFUSED, 1)
    assert ran.err.startswith(f"error: {options[0]}: ")
    assert "--keep-going" not in ran.err


@pytest.mark.parametrize("name", ["preview", "impact"])
def test_an_option_is_not_blamed_for_an_invalid_value(name):
    """If the `project_version` of a line is invalid text, the error is about the line, not about `--project-version`."""
    broken = '{"project_version": "\\ud800"}\n'
    arguments = (*BULK[name], "-", "--lines", "--project-version", "1")
    assert run(*arguments, stdin=broken).err.startswith("error: <stdin>:1:21: at /project_version: the text ")
    ran = run(*arguments, "--keep-going", stdin=f"{broken}{lines(name, 1)}")
    assert (ran.status, "1 invalid line" in ran.err + ran.out) == (FINDINGS, True)


def test_json_that_is_no_object_is_a_bad_line():
    """`audit --keep-going` skips lines whose JSON is not an object."""
    ran = run("audit", PROJECT, "-", "--lines", "--keep-going", stdin=f"7\n{lines('audit', 1)}[]\n")
    assert (ran.status, ran.err.splitlines()[-1]) == (FINDINGS, "2 invalid lines")
    assert ran.out.startswith('tasks of "warehouse boxes": 1 possible, 0 impossible')


def with_terminal(*arguments, stdout, **changes):
    """Run a command with a terminal as its standard error; return the text that the terminal receives."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command(*arguments), stdout=stdout, stderr=theirs, cwd=EXAMPLES, env=environment(TERM="xterm", **changes)
    ):
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 65_536):
                shown += piece
        except OSError:
            # On Linux, reading from a closed terminal raises an error, which means the end of the output.
            pass
        os.close(ours)
    return shown.decode()


@pytest.fixture(scope="module")
def long_files(tmp_path_factory):
    """Return a folder with a file for each command. Each file is long enough for a progress bar."""
    folder = tmp_path_factory.mktemp("long")
    for name in BULK:
        (folder / f"{name}.jsonl").write_text(lines(name, 6_000))
    return folder


@pytest.mark.parametrize("name", BULK)
def test_a_terminal_shows_progress(name, long_files, tmp_path):
    """On a terminal, a bar shows count, rate and remaining time. The output is the same as without a bar."""
    arguments = (*BULK[name], long_files / f"{name}.jsonl", "--format", "json")
    with (tmp_path / "answer").open("w") as stdout:
        shown = with_terminal(*arguments, stdout=stdout)
    assert " tasks" in shown
    assert "/s" in shown
    assert "left" in shown
    assert (tmp_path / "answer").read_text() == run(*arguments).out


@pytest.mark.parametrize("wait", [0, 0.3])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("name", BULK)
def test_a_signal_leaves_the_cursor_visible(name, number, wait, tmp_path):
    """If a signal ends a command with a bar, the cursor is visible again. Ctrl-C also prints `interrupted`."""
    (tmp_path / "long.jsonl").write_text(lines(name, 200_000 if name == "preview" else 60_000))
    ours, theirs = pty.openpty()
    with (tmp_path / "answer").open("w") as stdout:
        process = subprocess.Popen(
            command(*BULK[name], tmp_path / "long.jsonl", "--format", "json"),
            stdout=stdout,
            stderr=theirs,
            cwd=EXAMPLES,
            env=environment(TERM="xterm"),
            preexec_fn=restore_signals,
        )
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65_536):
            if b"\x1b[?25l" in piece and b"\x1b[?25l" not in shown:
                time.sleep(wait)
                process.send_signal(number)
            shown += piece
    except OSError:
        # On Linux, reading from a closed terminal raises an error, which means the end of the output.
        pass
    os.close(ours)
    assert process.wait(30) == 128 + number
    end = shown.rpartition(b"\x1b[?25")[2]
    assert (end[:1], b"interrupted" in shown) == (b"h", number == signal.SIGINT)
    if number == signal.SIGINT and name != "validate":
        assert end == b"hinterrupted\r\n"


class ClosedTerminal:
    """A terminal that the user closes after `count` writes."""

    encoding = "utf-8"

    def __init__(self, count):
        self.count = count

    def isatty(self):
        return True

    def fileno(self):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def write(self, text):
        self.flush()
        self.count -= 1
        return len(text)

    def flush(self):
        if self.count <= 0:
            raise OSError(errno.EIO, os.strerror(errno.EIO))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 10])
@pytest.mark.parametrize("error", [None, KeyboardInterrupt(), SystemExit(TERMINATED), SystemExit(HUNG_UP)])
def test_a_terminal_that_closes_changes_nothing(count, error, monkeypatch):
    """If the terminal closes while the bar is shown, the command continues. A signal then still ends the command."""

    def read(_on_read):
        yield from range(1_000)
        if error is not None:
            raise error

    times = itertools.count()
    monkeypatch.setattr(progress, "_wants_bar", lambda path, *, prints: True)
    monkeypatch.setattr(Task, "elapsed", property(lambda _task: next(times)))
    monkeypatch.setattr(sys, "stderr", ClosedTerminal(count))
    items = []
    with nullcontext() if error is None else pytest.raises(type(error)) as raised:
        items.extend(progress.show_progress(read, "none", prints=False))
    assert items == list(range(1_000))
    assert raised is None or raised.value is error


def test_the_terminal_shows_the_bar_ten_times_a_second(long_files, monkeypatch):
    """However fast the tasks are read, the bar is refreshed at most ten times a second."""
    refreshes = []
    times = (number / 100 for number in itertools.count())
    monkeypatch.setattr(progress, "_wants_bar", lambda path, *, prints: True)
    monkeypatch.setattr(Progress, "refresh", lambda self: refreshes.append(True))
    monkeypatch.setattr(Progress, "update", lambda self, task, **fields: None)
    monkeypatch.setattr(Task, "elapsed", property(lambda self: next(times)))
    list(progress.show_progress(lambda on_read: range(6_000), "none", prints=False))
    # The new bar is refreshed once. The 60 updates are 0.01 seconds apart, so the last update is at 0.59 seconds.
    # Five of the updates refresh the bar.
    assert len(refreshes) == 1 + 5


def test_the_bar_moves(long_files, monkeypatch):
    """Every hundred tasks, the bar receives the number of tasks, the bytes read, the total bytes, and the rate."""
    updates = []
    monkeypatch.setattr(progress, "_wants_bar", lambda path, *, prints: True)
    monkeypatch.setattr(Progress, "update", lambda self, task, **fields: updates.append(fields))
    monkeypatch.setattr(Task, "elapsed", 2.0)
    path = str(long_files / "preview.jsonl")
    read = list(progress.show_progress(lambda on_read: read_lines(path, on_read=on_read), path, prints=False))
    assert [update["tasks"] for update in updates] == list(range(100, 6_001, 100))
    for update in updates:
        assert update["completed"] == sum(len(line.data) for line in read[: update["tasks"]])
        assert update["total"] == os.path.getsize(path)
        assert update["rate"] == update["tasks"] / 2


def test_a_bar_of_unknown_length(tmp_path, monkeypatch):
    """For an input that is not a regular file, the bar counts tasks and shows no total."""
    updates = []
    monkeypatch.setattr(progress, "_wants_bar", lambda path, *, prints: True)
    monkeypatch.setattr(Progress, "update", lambda self, task, **fields: updates.append(fields))
    list(progress.show_progress(lambda on_read: (on_read(10) for _ in range(200)), str(tmp_path), prints=False))
    assert [(update["tasks"], update["total"]) for update in updates] == [(100, None), (200, None)]


def test_an_interrupted_file_is_not_written(tmp_path, monkeypatch):
    """Ctrl-C leaves the existing file of `--output` unchanged, even if `validate` already has findings."""

    def interrupt_after(line):
        def interrupted(source, **_):
            yield Line(1, source, line)
            raise KeyboardInterrupt

        return interrupted

    monkeypatch.setattr(requests, "read_lines", interrupt_after(b'{"attachmnt": 1}\n'))
    monkeypatch.setattr(audit, "read_lines", interrupt_after(b'{"task_id": "a", "project": "x"}\n'))
    monkeypatch.chdir(EXAMPLES)
    target = tmp_path / "answer"
    target.write_text("old")
    for arguments in BULK.values():
        assert main([*arguments, "x.jsonl", "--output", str(target)]) == INTERRUPTED
        assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_a_terminated_command_leaves_nothing_behind(tmp_path):
    """After SIGTERM, the existing file of `--output` is unchanged, and no temporary file is left."""
    target = tmp_path / "answer"
    target.write_text("old")
    with subprocess.Popen(
        command(*BULK["preview"], "-", "--lines", "--output", target),
        stdin=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
    ) as process:
        process.stdin.write(lines("preview", 10).encode())
        process.stdin.flush()
        wait_until(lambda: len(list(tmp_path.iterdir())) == 2)
        process.terminate()
        assert process.wait(20) == TERMINATED
        process.stdin.close()
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_an_ignored_sigterm_stays_ignored(tmp_path):
    """If a command starts with SIGTERM ignored, it continues after the signal and writes the file."""
    target = tmp_path / "answer"
    with subprocess.Popen(
        command(*BULK["preview"], "-", "--lines", "--format", "json", "--output", target),
        stdin=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
    ) as process:
        wait_until(lambda: list(tmp_path.iterdir()))
        process.terminate()
        process.stdin.write(lines("preview", 3).encode())
        process.stdin.close()
        assert process.wait(20) == FINE
    assert len(target.read_text().splitlines()) == 3


@pytest.mark.parametrize("name", BULK)
@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ('{"a": "' + "x" * 2**24 + '"}', "error: <stdin>:2: the line exceeds the limit of 16,777,216 bytes"),
        # A file that was joined from several files can have a BOM in the middle.
        ("\ufeff{}", "<stdin>:2:1: the line begins with a byte order mark"),
    ],
    ids=["long", "BOM"],
)
def test_the_lines_beside_a_bad_line_are_processed(name, bad, error):
    """With `--keep-going`, a line that is too long or begins with a BOM is invalid. The other lines are processed."""
    ran, good = (
        run(
            *BULK[name],
            "-",
            "--lines",
            "--keep-going",
            "--format",
            "json",
            stdin=f"{line}\n".join([lines(name, 1)] * 2),
        )
        for line in (bad, "")
    )
    assert (ran.status, ran.out) == (FINDINGS, good.out)
    assert error in ran.err
    assert "1 invalid line" in ran.err + ran.out


def test_bad_lines_are_counted_beside_json():
    """With `--format json` or `github`, `validate` prints the number of invalid lines on standard error."""
    for form in ("json", "github"):
        ran = run(*BULK["validate"], "-", "--lines", "--keep-going", "--format", form, stdin="{\n{\n")
        assert (ran.status, ran.err.splitlines()[-1]) == (FINDINGS, "2 invalid lines")


def test_no_bar_where_the_answer_is_printed(long_files):
    """If the command prints its output to a device, such as `/dev/null`, it shows no bar."""
    arguments = (*BULK["preview"], long_files / "preview.jsonl", "--format", "json")
    assert with_terminal(*arguments, stdout=subprocess.DEVNULL) == ""


def test_errors_are_shown_despite_the_bar(long_files, tmp_path):
    """If a bar is shown on the terminal, an invalid line is still reported there."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n" + (long_files / "preview.jsonl").read_text())
    shown = with_terminal(*BULK["preview"], bad, "--keep-going", "--output", tmp_path / "answer", stdout=None)
    assert "bad.jsonl:1:2" in "".join(shown.split())


def test_a_link_to_a_device_is_not_replaced(tmp_path):
    """`--output` rejects a link to a device, and does not replace the link."""
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    ran = run(*BULK["preview"], "-", "--output", link, stdin="{}")
    assert (ran.status, link.is_symlink()) == (REFUSED, True)
    assert "a link to something other than a regular file" in ran.err


def test_json_that_is_no_object_is_bad_for_many_projects():
    """If `audit` has several projects, a line whose JSON is not an object also counts as an invalid line."""
    ran = run("audit", "projects", "-", "--lines", "--keep-going", stdin='5\n[1]\n{"task_id": "a", "project": 5}\n')
    assert ran.status == FINDINGS
    assert "2 invalid lines" in ran.err
