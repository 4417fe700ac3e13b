"""If a system call fails, the error names the right file, no data is lost, and no temporary file is left."""

import builtins
import errno
import io
import os
import resource
import shlex
import subprocess
import sys
import time

import pytest
from running import EXAMPLES, command, environment, run, shell

from paramcore.cli.directory_lock import lock_directory
from paramcore.cli.exit_codes import CANNOT_WRITE, FINE, PIPE_CLOSED, REFUSED
from paramcore.cli.main import main
from paramcore.cli.summary import write_completely
from paramcore.errors import DocumentError
from paramcore.files.reader import read_document, read_lines, resolve_path
from paramcore.files.writer import open_atomically, write_atomically
from paramcore.service.standin.journal import JournalFile

TASK = b'{"padding": 1}\n'
PROJECT = (EXAMPLES / "warehouse-boxes.json").read_bytes()
EXTRACT = ("extract", "yard-cameras.jsonl", "--name", "yard", "--type", "imageannotation")


def make_error(number):
    return OSError(number, os.strerror(number))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "pieces"),
    [
        (("preview", "warehouse-boxes.json", "-", "--lines", "--format", "json"), [TASK] * 4),
        (("validate", "warehouse-boxes.json", "--tasks", "-", "--lines", "--format", "json"), [TASK] * 4),
        (
            ("preview", "warehouse-boxes.json", "-", "--lines"),
            [TASK.decode().encode("utf-16"), b"{\0", b"}\0", b"\n\0"],
        ),
        (("preview", "warehouse-boxes.json", "-"), [b'{"padding"', b": ", b"1", b"}"]),
        (("log", "-"), [PROJECT[:300], PROJECT[300:400], PROJECT[400:500], PROJECT[500:]]),
    ],
)
def test_standard_input_that_becomes_non_blocking_is_read_completely(arguments, pieces):
    """Input is complete even if another process makes the pipe non-blocking during the command."""
    ours, theirs = os.pipe()
    process = subprocess.Popen(
        command(*arguments), stdin=ours, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=EXAMPLES, env=environment()
    )
    os.write(theirs, pieces[0])
    time.sleep(0.8)
    os.set_blocking(ours, False)
    for piece in pieces[1:]:
        os.write(theirs, piece)
        time.sleep(0.3)
    os.close(theirs)
    out, err = process.communicate(timeout=20)
    assert not os.get_blocking(ours)
    os.close(ours)
    whole = run(*arguments, stdin=b"".join(pieces))
    assert (out.decode(), err.decode(), process.returncode) == (whole.out, whole.err, whole.status)


class Raw(io.RawIOBase):
    """A file whose reads return `pieces` in turn. The piece `None` means that no data is available yet."""

    def __init__(self, *pieces, close_error=None):
        self.pieces = list(pieces)
        self.close_error = close_error

    def readable(self):
        return True

    def fileno(self):
        return 0

    def readinto(self, buffer):
        piece = self.pieces.pop(0) if self.pieces else b""
        if piece is not None:
            buffer[: len(piece)] = piece
        return None if piece is None else len(piece)

    def close(self):
        if not self.closed:
            super().close()
            if self.close_error:
                raise make_error(self.close_error)


def open_raw(monkeypatch, raw):
    monkeypatch.setattr(builtins, "open", lambda *_arguments, **_keywords: io.BufferedReader(raw))


@pytest.mark.parametrize("pieces", [[None, None, b"{}"], [b"{", None, None, b"}"], [b"{}", None, None]])
@pytest.mark.parametrize("read", [read_document, lambda path: list(read_lines(path))])
def test_a_file_without_data_is_not_at_its_end(monkeypatch, pieces, read):
    """If two consecutive reads of a blocking file return `None`, this is an error, not the end of the file."""
    monkeypatch.setattr(os, "get_blocking", lambda _descriptor: True)
    open_raw(monkeypatch, Raw(*pieces))
    with pytest.raises(DocumentError, match="cannot read the file: resource temporarily unavailable"):
        read("file.json")


def test_a_file_that_becomes_blocking_is_read_again(monkeypatch):
    """If another process makes the file blocking after a read without data, the next read gets the data."""
    monkeypatch.setattr(os, "get_blocking", lambda _descriptor: True)
    open_raw(monkeypatch, Raw(b"{", None, b"}"))
    assert read_document("file.json").value == {}


@pytest.mark.parametrize("number", [errno.EIO, errno.EDQUOT, errno.ESTALE])
def test_an_error_of_the_close_after_reading_is_ignored(monkeypatch, number):
    """An error while a file is closed after reading is ignored, even if the reader stops before the end."""
    for _ in range(2):
        open_raw(monkeypatch, Raw(b"{}\n" * 2, close_error=number))
        lines = read_lines("file.jsonl")
        assert next(lines).number == 1
        lines.close()
    open_raw(monkeypatch, Raw(b"{}", close_error=number))
    assert read_document("file.json").value == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        (*EXTRACT, "--output", "{}/out.jsonl", "--project-output", "{}/project.json"),
        (*EXTRACT, "--output", "{}/out.jsonl", "--format", "json"),
        ("slim", "warehouse-boxes.json", "{}/../tasks.jsonl", "--list", "--output", "{}/out.jsonl"),
    ],
)
def test_a_full_disk_for_the_report_and_the_file(tmp_path, arguments):
    """If neither the report nor the output file fits on the disk, one error is printed, and no file remains."""
    directory = tmp_path / "directory"
    directory.mkdir()
    (tmp_path / "tasks.jsonl").write_bytes(TASK * 100)
    with open(tmp_path / "report", "wb") as report:
        done = subprocess.run(
            command(*(argument.format(directory) for argument in arguments)),
            stdout=report,
            stderr=subprocess.PIPE,
            cwd=EXAMPLES,
            env=environment(),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500)),
        )
    assert (done.returncode, done.stderr) == (
        CANNOT_WRITE,
        b"error: cannot write to standard output: file too large\n",
    )
    assert os.listdir(directory) == []


def test_the_first_error_is_raised(tmp_path):
    """If an error occurs and closing the new file then fails, too, the first error is raised."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(KeyError), open_atomically(str(tmp_path / "out")) as stream:
            stream.write(b"x" * 1_000)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
            raise KeyError
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert os.listdir(tmp_path) == []


def test_an_error_of_another_file_is_not_one_of_the_output(tmp_path):
    """If producing the output fails because of another file, the error names the other file."""

    def produce():
        yield "a"
        (tmp_path / "missing").read_bytes()

    with pytest.raises(FileNotFoundError) as raised:
        write_atomically(str(tmp_path / "out"), produce())
    assert raised.value.filename == str(tmp_path / "missing")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "free some space, or choose a file on another disk"),
        (errno.EDQUOT, "free some space, or choose a file on another disk"),
        (errno.EFBIG, "raise the limit of the file size (`ulimit -f`), or choose a file on another disk"),
        (errno.EMFILE, "raise the limit of open files (`ulimit -n`)"),
        (errno.EXDEV, "choose another file"),
    ],
)
def test_the_remedy_helps_against_the_error(tmp_path, monkeypatch, number, remedy):
    """The remedy for a file that cannot be written depends on the error."""

    def fail(*_arguments):
        raise make_error(number)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(DocumentError) as raised:
        write_atomically(str(tmp_path / "out"), ["a"])
    assert raised.value.remedy == remedy


@pytest.mark.parametrize("name", ["samefile", "isfile"])
@pytest.mark.parametrize("path", [None, "gone.json"])
def test_an_error_of_another_file_is_not_one_of_standard_output(monkeypatch, tmp_path, name, path):
    """If a system call fails because a file was just removed, the error names the file.

    If the name is unknown, the error says `a file`.
    """
    out = tmp_path / "out.json"
    out.write_text("old")

    def fail(*_arguments):
        raise OSError(errno.ENOENT, "No such file or directory", path)

    monkeypatch.setattr(os.path, name, fail)
    ran = run("preview", "warehouse-boxes.json", "night-shift.json", "--output", out)
    file = "a file" if path is None else path
    assert (ran.out, ran.status) == ("", REFUSED)
    assert ran.err == f"error: cannot use {file}: no such file or directory; correct this, and run the command again\n"
    assert out.read_text() == "old"


@pytest.mark.parametrize("arguments", [("preview", "warehouse-boxes.json", "night-shift.json"), EXTRACT, ("--help",)])
def test_a_disk_that_reports_at_the_close_that_it_is_full(monkeypatch, tmp_path, arguments):
    """An error that the disk reports only when a file is closed, such as a full quota, is reported, too."""
    close, dup = os.close, os.dup
    copies = []

    def copy_output(descriptor):
        copy = dup(descriptor)
        if descriptor == 1:
            copies.append(copy)
        return copy

    def fail_late(descriptor):
        close(descriptor)
        if descriptor in copies:
            copies.clear()
            raise make_error(errno.EDQUOT)

    def run_main(*given):
        # Patch only the command, because `run` copies descriptors, too.
        monkeypatch.setattr(os, "dup", copy_output)
        monkeypatch.setattr(os, "close", fail_late)
        try:
            return main(*given)
        finally:
            monkeypatch.undo()

    monkeypatch.setattr("running.main", run_main)
    files = ("--output", tmp_path / "out.jsonl") if arguments == EXTRACT else ()
    ran = run(*arguments, *files)
    assert (ran.status, ran.err) == (CANNOT_WRITE, "error: cannot write to standard output: disk quota exceeded\n")
    assert os.listdir(tmp_path) == []


def test_an_error_of_the_restored_streams_is_ignored(monkeypatch):
    """After the output is written, an error while restoring the blocking mode of the streams is ignored."""
    set_blocking = os.set_blocking
    seen = []

    def fail_late(descriptor, is_blocking):
        seen.append(descriptor)
        if seen.count(descriptor) == 2:
            raise make_error(errno.EIO)
        set_blocking(descriptor, is_blocking)

    monkeypatch.setattr(os, "set_blocking", fail_late)
    ran = run("preview", "warehouse-boxes.json", "night-shift.json")
    assert (ran.status, ran.err) == (FINE, "")
    assert sorted(seen) == [1, 1, 2, 2]


def test_a_summary_on_a_disk_that_takes_no_data_now():
    """If a write to the job summary returns `None`, as a write to a full non-blocking file does, this is an error."""

    class Full(io.FileIO):
        def write(self, _data):
            return None

    with Full(os.devnull, "wb") as file, pytest.raises(BlockingIOError):
        write_completely(file, b"report")


def test_the_real_path_in_an_unreadable_working_directory(monkeypatch):
    """If the system cannot name the working directory, `resolve_path` returns the path unchanged."""

    def fail():
        raise make_error(errno.EACCES)

    monkeypatch.setattr(os, "getcwd", fail)
    assert resolve_path("docks.json") == "docks.json"


def test_a_journal_whose_close_fails(monkeypatch, tmp_path):
    """An error while closing the journal is ignored, because its lines are already on disk."""
    journal = JournalFile(str(tmp_path / "journal"))
    journal.replace([])
    close, closed = os.close, []

    def fail(descriptor):
        closed.append(descriptor)
        close(descriptor)
        raise make_error(errno.EIO)

    monkeypatch.setattr("paramcore.service.standin.journal.sync_directory", lambda _path: None)
    monkeypatch.setattr("paramcore.service.standin.journal.os.close", fail)
    journal.replace([b"1\n"])
    journal.append(b"2\n")
    journal.close()
    journal.close()
    monkeypatch.undo()
    assert len(closed) == 2
    assert [line for line, _number in JournalFile(str(tmp_path / "journal")).lines] == [b"1", b"2"]


def test_a_lock_whose_close_fails(monkeypatch, tmp_path):
    """An error while closing a lock file is ignored."""
    with lock_directory(str(tmp_path)):
        # Close the descriptor instead of removing the file, so that `file.close()` fails.
        monkeypatch.setattr("paramcore.cli.directory_lock._remove", lambda file, _lock: os.close(file.fileno()))
    monkeypatch.undo()
    # This `with` uses the remaining lock file, and removes it.
    with lock_directory(str(tmp_path)):
        pass
    assert os.listdir(tmp_path) == []


def test_a_server_without_descriptors_does_not_blame_the_port(monkeypatch):
    """If `serve` cannot open a socket, the error suggests another port only if `--port` is set."""

    def fail(*_arguments, **_keywords):
        raise make_error(errno.EMFILE)

    monkeypatch.setattr("paramcore.cli.commands.serve.run_server", fail)
    assert run("serve").err == "error: cannot listen on port 0: too many open files\n"
    assert run("serve", "--port", "8080").err.endswith("; pass another port, or omit --port to use a free one\n")


#: A script that runs a command in which the null device cannot be opened.
NO_NULL_DEVICE = """
import os, sys
from paramcore.cli.entry import start

def fail(path, *arguments, open=os.open, **keywords):
    if path == os.devnull:
        raise OSError({}, "failed", path)
    return open(path, *arguments, **keywords)

os.open = fail
sys.exit(start())
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [errno.ENOENT, errno.EMFILE])
@pytest.mark.parametrize(
    ("arguments", "end", "status", "message"),
    [
        ("preview warehouse-boxes.json night-shift.json", "| true", PIPE_CLOSED, ""),
        ("--help", "| true", PIPE_CLOSED, ""),
        ("--help", ">/dev/full", CANNOT_WRITE, "error: cannot write to standard output: no space left on device\n"),
        ("validate street-signs.json", ">&-", CANNOT_WRITE, "error: cannot write to standard output: it is closed\n"),
        ("preview no-such-file -", "2>/dev/full", REFUSED, ""),
        ("preview warehouse-boxes.json night-shift.json", "2>&-", FINE, ""),
    ],
)
def test_a_sandbox_may_lack_the_null_device(number, arguments, end, status, message):
    """If output is lost, the message and the exit code are as usual, even if the null device cannot be opened."""
    script = shlex.quote(NO_NULL_DEVICE.format(number))
    # Wait, so that the reader of the pipe ends before the command writes.
    wait = "sleep 0.2; " if end == "| true" else ""
    ran = shell(f"({wait}{sys.executable} -c {script} {arguments}; echo $? >&3) 3>&2 {end}")
    *messages, code = ran.err.splitlines(keepends=True)
    assert ("".join(messages), int(code)) == (message, status)
