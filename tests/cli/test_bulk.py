"""Long files: `preview`, `validate`, `impact` and `audit` over JSONL."""

import json
import os
import pty
import signal
import subprocess
import time

import pytest
from rich.progress import Progress, Task
from running import EXAMPLES, command, environment, run

from paramcore.cli import progress, requests
from paramcore.cli.commands import audit
from paramcore.cli.main import main
from paramcore.files.reader import Line, read_lines

PROJECT = "warehouse-boxes.json"
BULK = {
    "preview": ("preview", PROJECT),
    "validate": ("validate", PROJECT),
    "impact": ("impact", PROJECT, "reword.json"),
    "audit": ("audit", PROJECT),
}
TASK = {"attachment": "https://example.com/a.jpg", "instruction": "Night.", "metadata": {"note": "x" * 300}}
FINISHED = json.loads((EXAMPLES / "finished.jsonl").read_text().splitlines()[1])


def lines(verb, count):
    return "".join(f"{json.dumps(FINISHED if verb == 'audit' else TASK)}\n" for _ in range(count))


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("verb", BULK)
def test_a_file_gets_what_would_be_printed(verb, form, tmp_path):
    """`--output` writes the answer of each command to a file, and nothing to standard output."""
    target = tmp_path / "answer"
    arguments = (*BULK[verb], "-", "--lines", "--format", form)
    printed = run(*arguments, stdin=lines(verb, 3))
    written = run(*arguments, "--output", target, stdin=lines(verb, 3))
    assert (written.out, written.status, target.read_text()) == ("", printed.status, printed.out)


@pytest.mark.parametrize("verb", BULK)
def test_a_bad_line_leaves_the_file_alone(verb, tmp_path):
    """After a bad line the old file is as it was, and nothing is left beside it."""
    target = tmp_path / "answer"
    target.write_text("old")
    ran = run(*BULK[verb], "-", "--lines", "--output", target, stdin=lines(verb, 2) + "{\n" + lines(verb, 1))
    assert (ran.status, target.read_text(), list(tmp_path.iterdir())) == (2, "old", [target])
    assert ran.err.startswith("error: <stdin>:3:2: ")


@pytest.mark.parametrize("verb", BULK)
def test_bad_lines_are_collected(verb):
    """With `--keep-going` each bad line is told, the others count, and the exit code is 1."""
    ran = run(*BULK[verb], "-", "--lines", "--keep-going", stdin="{\n" + lines(verb, 2) + '{"a": 1, "a": 2}\n')
    told = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert [line.split(": ")[1] for line in told] == ["<stdin>:1:2", "<stdin>:4:10"]
    assert "2 bad lines" in ran.err + ran.out
    assert ran.status == 1


def test_what_is_no_task_object_is_a_bad_line():
    """`audit --keep-going` passes over what is JSON and no task."""
    ran = run("audit", PROJECT, "-", "--lines", "--keep-going", stdin=f"7\n{lines('audit', 1)}[]\n")
    assert (ran.status, ran.err.splitlines()[-1]) == (1, "2 bad lines")
    assert ran.out.startswith('tasks of "warehouse boxes": 1 possible, 0 impossible')


def with_terminal(*arguments, stdout, **changes):
    """Run a command with a terminal as its standard error; return what that shows."""
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
            # So a terminal ends whose other end was closed.
            pass
        os.close(ours)
    return shown.decode()


@pytest.fixture(scope="module")
def long_files(tmp_path_factory):
    """A file for each command that is long enough for a bar."""
    folder = tmp_path_factory.mktemp("long")
    for verb in BULK:
        (folder / f"{verb}.jsonl").write_text(lines(verb, 6_000))
    return folder


@pytest.mark.parametrize("verb", BULK)
def test_a_terminal_shows_how_far_it_is(verb, long_files, tmp_path):
    """Count, rate and an estimate on standard error; the answer is the one without a bar."""
    arguments = (*BULK[verb], long_files / f"{verb}.jsonl", "--format", "json")
    with (tmp_path / "answer").open("w") as stdout:
        shown = with_terminal(*arguments, stdout=stdout)
    assert " tasks" in shown
    assert "/s" in shown
    assert "left" in shown
    assert (tmp_path / "answer").read_text() == run(*arguments).out


def test_the_bar_moves(long_files, monkeypatch):
    """Every hundred tasks it tells how many there were, how many bytes they took of how many, and how fast that was."""
    told = []
    monkeypatch.setattr(progress, "_is_worth_it", lambda path, *, prints: True)
    monkeypatch.setattr(Progress, "update", lambda self, task, **fields: told.append(fields))
    monkeypatch.setattr(Task, "elapsed", 2.0)
    path = str(long_files / "preview.jsonl")
    read = list(progress.shown_progress(lambda on_read: read_lines(path, on_read=on_read), path, prints=False))
    assert [one["tasks"] for one in told] == list(range(100, 6_001, 100))
    for one in told:
        assert one["completed"] == sum(len(line.data) for line in read[: one["tasks"]])
        assert one["total"] == os.path.getsize(path)
        assert one["rate"] == one["tasks"] / 2


def test_a_bar_without_an_end(tmp_path, monkeypatch):
    """What comes from no file, or as one document, counts tasks and does not guess when it will end."""
    told = []
    monkeypatch.setattr(progress, "_is_worth_it", lambda path, *, prints: True)
    monkeypatch.setattr(Progress, "update", lambda self, task, **fields: told.append(fields))
    list(progress.shown_progress(lambda on_read: range(200), str(tmp_path), prints=False))
    assert [(one["tasks"], one["total"]) for one in told] == [(100, None), (200, None)]


def test_an_interrupted_file_is_not_written(tmp_path, monkeypatch):
    """Ctrl-C leaves the old file as it was, also where `validate` has found something already."""

    def interrupted(source, **_):
        yield Line(1, source, b'{"attachmnt": 1}\n')
        raise KeyboardInterrupt

    for module in (requests, audit):
        monkeypatch.setattr(module, "read_lines", interrupted)
    monkeypatch.chdir(EXAMPLES)
    target = tmp_path / "answer"
    target.write_text("old")
    for arguments in BULK.values():
        assert main([*arguments, "x.jsonl", "--output", str(target)]) == 130
        assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_a_terminated_command_leaves_nothing_behind(tmp_path):
    """SIGTERM in the middle of a file leaves the old one, and nothing beside it."""
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
        while len(list(tmp_path.iterdir())) < 2:
            time.sleep(0.01)
        process.terminate()
        assert process.wait(20) == 143
        process.stdin.close()
    assert (target.read_text(), list(tmp_path.iterdir())) == ("old", [target])


def test_an_ignored_end_stays_ignored(tmp_path):
    """Who calls the command may have SIGTERM ignored: then it goes on, and the file is written."""
    target = tmp_path / "answer"
    with subprocess.Popen(
        command(*BULK["preview"], "-", "--lines", "--format", "json", "--output", target),
        stdin=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
    ) as process:
        while not list(tmp_path.iterdir()):
            time.sleep(0.01)
        process.terminate()
        process.stdin.write(lines("preview", 3).encode())
        process.stdin.close()
        assert process.wait(20) == 0
    assert len(target.read_text().splitlines()) == 3


@pytest.mark.parametrize("verb", BULK)
def test_a_line_that_is_too_long_is_a_bad_line(verb):
    """With `--keep-going` a line over the limit is told, and the others count."""
    text = lines(verb, 1) + '{"a": "' + "x" * 2**24 + '"}\n' + lines(verb, 1)
    ran = run(*BULK[verb], "-", "--lines", "--keep-going", stdin=text)
    assert ran.status == 1
    assert "error: <stdin>:2: found more than 16,777,216 bytes" in ran.err
    assert "1 bad line" in ran.err + ran.out


def test_bad_lines_are_counted_beside_json():
    """Where `validate` prints for programs, how many lines were bad is told on standard error."""
    for form in ("json", "github"):
        ran = run(*BULK["validate"], "-", "--lines", "--keep-going", "--format", form, stdin="{\n{\n")
        assert (ran.status, ran.err.splitlines()[-1]) == (1, "2 bad lines")


def test_no_bar_runs_through_what_is_printed(long_files):
    """Where the answer itself is for somebody to see, or to page through, there is none."""
    arguments = (*BULK["preview"], long_files / "preview.jsonl", "--format", "json")
    assert with_terminal(*arguments, stdout=subprocess.DEVNULL) == ""


def test_errors_stand_above_the_bar(long_files, tmp_path):
    """A bad line is told on the terminal all the same."""
    bad = tmp_path / "bad.jsonl"
    bad.write_text("{\n" + (long_files / "preview.jsonl").read_text())
    shown = with_terminal(*BULK["preview"], bad, "--keep-going", "--output", tmp_path / "answer", stdout=None)
    assert "bad.jsonl:1:2" in "".join(shown.split())


@pytest.mark.parametrize("verb", BULK)
def test_a_second_bom_is_a_bad_line(verb):
    """Two files put together may have a BOM in the middle: that line is told, and the others count."""
    text = lines(verb, 1) + "\ufeff" + lines(verb, 2)
    ran = run(*BULK[verb], "-", "--lines", "--keep-going", stdin=text)
    assert ran.status == 1
    assert "<stdin>:2:1: found a BOM" in ran.err
    assert "1 bad line" in ran.err + ran.out


def test_a_link_to_a_device_is_not_replaced(tmp_path):
    """`--output` refuses what leads to no regular file, as it refuses the device itself."""
    link = tmp_path / "link"
    link.symlink_to("/dev/null")
    ran = run(*BULK["preview"], "-", "--output", link, stdin="{}")
    assert (ran.status, link.is_symlink()) == (2, True)
    assert "no regular file" in ran.err


def test_what_is_no_task_is_bad_among_many_projects():
    """With several projects, too, a line that is no object belongs to none of them and is a bad one."""
    ran = run("audit", "projects", "-", "--lines", "--keep-going", stdin='5\n[1]\n{"project": 5}\n')
    assert ran.status == 1
    assert "2 bad lines" in ran.err
