"""A command ends cleanly after Ctrl-C, SIGTERM or SIGHUP, whenever the signal arrives."""

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import urllib.request
from argparse import Namespace
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import pytest
from running import EXAMPLES, command, environment, restore_signals, run, wait_until_blocked

from paramcore.cli import entry, main
from paramcore.cli.exit_codes import FINE, HUNG_UP, INTERRUPTED, REFUSED, TERMINATED
from paramcore.cli.output import exit_on_signals
from paramcore.cli.signals import END_SIGNALS, interrupt_once
from paramcore.errors import ParamcoreError
from tests.waiting import wait_until


@pytest.fixture
def handlers():
    """Set Python's own handler of Ctrl-C, and restore all handlers after the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *END_SIGNALS)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


class Full:
    """A stream on a full disk."""

    def write(self, _):
        raise OSError(28, "No space left on device")

    def flush(self):
        pass


def interrupt(*_):
    signal.raise_signal(signal.SIGINT)


class TestInterrupts:
    def test_an_interrupt_while_the_commands_load_ends_quietly(self, handlers, monkeypatch, capsys):
        """If Ctrl-C arrives while modules load, only `interrupted` is printed, and the exit code is 130."""
        monkeypatch.setattr(main, "main", interrupt)
        assert entry.start() == INTERRUPTED
        assert capsys.readouterr().err == "interrupted\n"

    @pytest.mark.parametrize("number", [signal.SIGINT, *END_SIGNALS])
    @pytest.mark.parametrize("error", [AttributeError, OSError, RuntimeError, KeyError])
    def test_an_error_of_a_library_after_a_signal_is_quiet(self, handlers, monkeypatch, capsys, number, error):
        """A signal ends the program even if a library raises another error during the clean-up."""

        def command():
            with exit_on_signals():
                try:
                    try:
                        signal.raise_signal(number)
                    finally:
                        raise error("of the library")
                except LookupError:
                    raise error("again") from None

        monkeypatch.setattr(main, "main", command)
        exit_codes = {signal.SIGINT: INTERRUPTED, **END_SIGNALS}
        assert entry.start() == exit_codes[number]
        assert capsys.readouterr().err == ("interrupted\n" if number == signal.SIGINT else "")

    @pytest.mark.parametrize("stream", [None, Full()], ids=["closed", "full"])
    def test_an_interrupt_needs_no_standard_error(self, handlers, monkeypatch, stream):
        """After Ctrl-C, the exit code does not depend on standard error, which may be closed or full."""
        monkeypatch.setattr(main, "main", interrupt)
        monkeypatch.setattr(sys, "stderr", stream)
        assert entry.start() == INTERRUPTED

    def test_a_lack_of_memory_is_reported(self, handlers, monkeypatch, capsys):
        """A lack of memory is an error with a remedy. After Ctrl-C, only the interrupt is reported."""

        def exhaust():
            raise MemoryError

        monkeypatch.setattr(main, "main", exhaust)
        assert entry.start() == REFUSED
        assert capsys.readouterr().err.startswith("error: there is not enough memory; ")

        def exhaust_while_interrupted():
            try:
                interrupt()
            finally:
                exhaust()

        signal.signal(signal.SIGINT, signal.default_int_handler)
        monkeypatch.setattr(main, "main", exhaust_while_interrupted)
        assert entry.start() == INTERRUPTED
        assert capsys.readouterr().err == "interrupted\n"

    def test_a_lack_of_threads_is_reported(self, handlers, monkeypatch, capsys, tmp_path):
        """If the system cannot start a thread, the error has a remedy, and `serve --save` leaves no file."""

        def refuse(_thread):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(threading.Thread, "start", refuse)
        for arguments in (["serve"], ["serve", "--save", str(tmp_path)]):
            monkeypatch.setattr(sys, "argv", ["paramcore", *arguments])
            assert entry.start() == REFUSED
            assert capsys.readouterr().err.startswith("error: the system cannot start a thread; ")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (ImportError("rpds.so: failed to map segment"), "rpds.so: failed to map segment"),
            (PermissionError(13, "Permission denied", "attr.py"), "[Errno 13] Permission denied: 'attr.py'"),
        ],
    )
    def test_a_package_that_cannot_be_loaded_is_reported(self, handlers, monkeypatch, capsys, error, reason):
        """A package that cannot be imported or read is an error with a remedy."""

        def load():
            raise error

        monkeypatch.setattr(main, "main", load)
        assert entry.start() == REFUSED
        remedy = "install paramcore again in a new environment, or free some memory"
        assert capsys.readouterr().err == f"error: cannot load a package: {reason}; {remedy}\n"

    def test_other_errors_are_not_hidden(self, handlers, monkeypatch):
        """Without a signal, an unexpected error is raised."""

        def command():
            try:
                raise SystemExit(2)
            finally:
                raise ValueError

        monkeypatch.setattr(main, "main", command)
        with pytest.raises(ValueError):
            entry.start()

    def test_a_second_interrupt_changes_nothing(self, handlers, monkeypatch):
        """A second Ctrl-C does not interrupt the clean-up."""
        cleaned = []

        def command():
            try:
                interrupt()
            finally:
                interrupt()
                cleaned.append(True)

        monkeypatch.setattr(main, "main", command)
        assert entry.start() == INTERRUPTED
        assert cleaned == [True]

    @pytest.mark.parametrize("number", END_SIGNALS)
    def test_the_first_process_of_a_container_ends(self, handlers, monkeypatch, capsys, number):
        """The first process of a container handles SIGTERM and SIGHUP, unless its parent ignores them."""
        monkeypatch.setattr(os, "getpid", lambda: 1)
        monkeypatch.setattr(main, "main", lambda: signal.raise_signal(number) or FINE)
        signal.signal(number, signal.SIG_IGN)
        assert entry.start() == FINE
        signal.signal(number, signal.SIG_DFL)
        with pytest.raises(SystemExit) as end:
            entry.start()
        assert (end.value.code, capsys.readouterr().err) == (END_SIGNALS[number], "")

    def test_an_interrupt_that_the_parent_ignores_stays_ignored(self, handlers, monkeypatch):
        """If the parent ignores SIGINT, as a shell does for a background job, Ctrl-C does not end the command."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        monkeypatch.setattr(main, "main", lambda: interrupt() or FINE)
        assert entry.start() == FINE
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

    def test_the_exit_of_python_is_not_interrupted(self, handlers, monkeypatch):
        """After the command has ended, Ctrl-C is ignored while Python exits."""
        monkeypatch.setattr(main, "main", lambda: FINE)
        assert entry.start() == FINE
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN

    def test_an_interrupt_directly_after_the_command_is_quiet(self, handlers, monkeypatch, capsys):
        """If Ctrl-C arrives directly after the command, the exit code is still that of the command."""
        monkeypatch.setattr(main, "main", lambda: FINE)
        real = signal.signal

        def set_handler(number, handler):
            if handler is signal.SIG_IGN:
                interrupt()
            return real(number, handler)

        monkeypatch.setattr(signal, "signal", set_handler)
        assert entry.start() == FINE
        assert capsys.readouterr().err == ""

    @pytest.mark.parametrize("first", [signal.SIGINT, *END_SIGNALS])
    @pytest.mark.parametrize("second", [signal.SIGINT, *END_SIGNALS])
    def test_no_other_signal_interrupts_the_clean_up(self, handlers, monkeypatch, tmp_path, capfd, first, second):
        """After a first signal, a second signal is ignored until the command has ended. The two signals may differ."""
        cleaned = []

        def iter_pieces():
            try:
                yield "a piece"
                # Block the signals, so that both arrive before Python handles either.
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *END_SIGNALS})
                try:
                    # Send the signals to this thread, because other threads may not have blocked the signals.
                    signal.pthread_kill(threading.get_ident(), first)
                    signal.pthread_kill(threading.get_ident(), second)
                finally:
                    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, *END_SIGNALS})
            finally:
                signal.raise_signal(second)
                cleaned.append(True)

        target = tmp_path / "answer"
        monkeypatch.setattr(
            main,
            "parse_options",
            lambda _: Namespace(command=lambda _: iter_pieces(), output=str(target), summary=False),
        )
        # Python handles signals that arrive together in the order of their numbers.
        assert entry.start() == {signal.SIGINT: INTERRUPTED, **END_SIGNALS}[min(first, second)]
        assert "Signal" not in capfd.readouterr().err
        assert cleaned == [True]
        assert list(tmp_path.iterdir()) == []

    def test_nothing_loads_before_interrupts_are_handled(self):
        """Of its own modules, paramcore loads only `entry`, `exit_codes` and `signals` before the handler is set."""
        script = "import sys, paramcore.cli.entry; print(*sorted(name for name in sys.modules if 'paramcore' in name))"
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout.split() == [
            *("paramcore", "paramcore.cli", "paramcore.cli.entry", "paramcore.cli.exit_codes", "paramcore.cli.signals")
        ]

    def test_only_fast_modules_load_before_interrupts_are_handled(self):
        """Before the handler is set, paramcore loads only `signal`, `__future__` and its own modules.

        Other modules load slowly, and Ctrl-C while they load would print a traceback.
        """
        script = (
            "import sys, signal; old = set(sys.modules); import paramcore.cli.entry; print(*set(sys.modules) - old)"
        )
        # `-S` skips the `.pth` files of installed packages, which may load any module.
        done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, env=environment())
        assert done.stderr == ""
        assert {name.split(".")[0] for name in done.stdout.split()} == {"__future__", "paramcore"}


@pytest.mark.parametrize(
    "error", [ParamcoreError("code", None, "wrong", ""), KeyboardInterrupt()], ids=["error", "Ctrl-C"]
)
def test_a_command_is_closed_before_its_error_is_printed(error, monkeypatch, capsys):
    """The generators of a command are closed before its error is printed, even if the error is in a reference cycle."""

    def iter_items():
        try:
            yield from "ab"
        finally:
            sys.stderr.write("closed\n")

    def command(_):
        for _item in iter_items():
            own = error
            raise own
        yield ""

    monkeypatch.setattr(
        main, "parse_options", lambda _: Namespace(command=command, output=None, summary=False, values=True)
    )
    assert main.main([]) != FINE
    lines = capsys.readouterr().err.splitlines()
    assert (lines[0], len(lines)) == ("closed", 2)


@pytest.fixture
def many_tasks(tmp_path):
    """Return the path of a file of tasks that takes seconds to process, and a path for the output."""
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"attachment": "https://example.com/a.jpg", "padding": null}\n' * 200_000)
    (tmp_path / "out").mkdir()
    return tasks, tmp_path / "out" / "answers.jsonl"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, TERMINATED), (signal.SIGHUP, HUNG_UP)],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_signal_leaves_no_file_behind(number, exit_code, many_tasks):
    """A command that gets a signal twice ends with the exit code of the signal, without a traceback or a new file."""
    tasks, answers = many_tasks
    arguments = command("preview", "warehouse-boxes.json", tasks, "--format", "json", "--output", answers)
    process = subprocess.Popen(
        arguments, stderr=subprocess.PIPE, cwd=EXAMPLES, env=environment(), preexec_fn=restore_signals
    )
    wait_until(lambda: any(answers.parent.iterdir()))
    process.send_signal(number)
    process.send_signal(number)
    error = process.communicate(timeout=30)[1]
    assert process.returncode == exit_code
    assert b"Traceback" not in error
    assert list(answers.parent.iterdir()) == []


CONTAINER = ("unshare", "--user", "--map-root-user", "--pid", "--fork", "--kill-child")


@pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*CONTAINER, "true"], capture_output=True).returncode != 0,
    reason="this test needs the right to create a container",
)
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, INTERRUPTED), *END_SIGNALS.items()])
@pytest.mark.parametrize("arguments", [("preview", "warehouse-boxes.json", "-"), ("serve",)])
def test_a_signal_ends_the_first_process_of_a_container(number, exit_code, arguments):
    """Ctrl-C, SIGTERM and SIGHUP end a command that is the first process of a container."""
    process = subprocess.Popen(
        [*CONTAINER, *command(*arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=restore_signals,
    )
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    wait_until(children.read_text)
    first = int(children.read_text())
    # Wait until the process handles all three signals.
    mask = sum(1 << number - 1 for number in (signal.SIGINT, *END_SIGNALS))
    caught = re.compile(r"SigCgt:\s*([0-9a-f]+)")
    wait_until(lambda: int(caught.search(Path(f"/proc/{first}/status").read_text())[1], 16) & mask == mask)
    os.kill(first, number)
    _, errors = process.communicate(timeout=20)
    # Ctrl-C is the normal end of `serve`, unless `serve` is still starting.
    if arguments == ("serve",) and number == signal.SIGINT and process.returncode == FINE:
        assert errors == b""
    else:
        assert (process.returncode, errors) == (exit_code, b"interrupted\n" if number == signal.SIGINT else b"")


def test_commands_run_without_docstrings():
    """Commands and their help work under `python -OO`, which drops docstrings."""
    for arguments in (["log", "warehouse-boxes.json"], ["--help"], ["validate", "--help"]):
        done = subprocess.run(
            [sys.executable, "-OO", *command(*arguments)[1:]], capture_output=True, cwd=EXAMPLES, env=environment()
        )
        assert (done.returncode, done.stderr) == (FINE, b"")


class TestOperands:
    """After `--`, an argument that begins with a dash is an operand."""

    def test_a_file_may_begin_with_a_dash(self, tmp_path):
        """Arguments after `--` are files and names. Options before `--` still apply."""
        (tmp_path / "-x.json").write_text(
            '{"name": "-n", "type": "comparison", "param_history": [{"version": 0, "-p": 1}]}'
        )
        shown = run("log", "--format", "json", "--", "-x.json", "-p", "--format", cwd=tmp_path)
        assert shown.status == FINE
        assert shown.document["lifetimes"] == {
            "-p": [{"first": 0, "last": 0, "created_at": None, "set": True, "value": 1}],
            "--format": [{"first": 0, "last": 0, "created_at": None, "set": False}],
        }

    def test_a_second_pair_of_dashes_is_an_argument(self):
        """Only the first `--` ends the options. A second `--` is an argument."""
        assert run("log", "warehouse-boxes.json", "--", "--").out.endswith(
            "--\n  0-2  2024-03-04T09:12:41.769Z  not set\n"
        )

    def test_options_after_the_dashes_are_operands(self):
        """An option after `--` is used as the name of a file."""
        refused = run("log", "--", "--version")
        assert "--version: cannot read the file: no such file" in refused.err


def test_a_signal_while_a_validator_loads_causes_no_panic():
    """A signal while `decimal` is imported for the fast validator ends the program without a Rust panic."""
    script = """
import sys
from paramcore import Project
from paramcore.validation import Schemas, Validator

class Interrupted:
    def find_spec(self, name, *_):
        if name == "decimal":
            raise SystemExit(143)

sys.modules.pop("decimal", None)
sys.meta_path.insert(0, Interrupted())
Validator(Project("p", type="imageannotation", params={"padding": 1}), Schemas()).project()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (TERMINATED, "")


def test_a_signal_while_a_codec_loads_causes_no_crash():
    """A signal while `dataclasses` is imported for the fast codec ends the program without a crash."""
    pytest.importorskip("orjson")
    script = """
import sys
from paramcore.files.codec import FastCodec

class Interrupted:
    def find_spec(self, name, *_):
        if name == "dataclasses":
            raise SystemExit(143)

sys.modules.pop("dataclasses", None)
sys.meta_path.insert(0, Interrupted())
FastCodec()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (TERMINATED, "")


def test_a_signal_after_the_cleanup_is_ignored(handlers):
    """A second signal after the clean-up does not change the exit code."""
    signal.signal(signal.SIGINT, interrupt_once)
    with pytest.raises(SystemExit, match=str(TERMINATED)), exit_on_signals():
        signal.raise_signal(signal.SIGTERM)
    signal.raise_signal(signal.SIGTERM)


def test_a_caller_gets_its_handlers_back(handlers):
    """After a command, the calling program has its own signal handlers again."""
    with pytest.raises(SystemExit, match=str(TERMINATED)), exit_on_signals():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.slow
@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("shares", [False, True], ids=["output", "output and messages"])
@pytest.mark.parametrize("name", ["preview", "validate"])
def test_an_interrupt_does_not_wait_for_a_reader(tmp_path, name, shares, output_format):
    """Ctrl-C ends a command whose reader has stopped reading, as `less` does."""
    tasks = tmp_path / "tasks.jsonl"
    # Each task has a finding, and the warnings of `preview` go to standard error.
    tasks.write_text('{"projectVersion": 1}\n' * 20_000)
    arguments = (name, "warehouse-boxes.json", tasks, "--format", output_format)
    ours, theirs = os.pipe()
    error = theirs if shares else subprocess.DEVNULL
    process = subprocess.Popen(
        command(*arguments),
        stdout=theirs,
        stderr=error,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=restore_signals,
    )
    wait_until_blocked(process)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == INTERRUPTED
    # The pipe must be blocking again, because other processes may write to it.
    assert os.get_blocking(theirs)
    os.close(theirs)
    os.close(ours)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "exit_code"),
    [(signal.SIGINT, FINE), (signal.SIGTERM, TERMINATED), (signal.SIGHUP, HUNG_UP)],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_server_does_not_wait_for_a_reader(tmp_path, number, exit_code):
    """A signal ends `serve` even if nobody reads the lines that it prints."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    process = subprocess.Popen(
        command("serve", "--save", tmp_path),
        stdout=theirs,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=restore_signals,
    )
    os.close(theirs)
    url = os.read(ours, 200).decode().split()[4]
    while "pipe_write" not in Path(f"/proc/{process.pid}/wchan").read_text():
        urllib.request.urlopen(urllib.request.Request(f"{url}v1/projects", headers={"Authorization": "Bearer k"}))
    process.send_signal(number)
    assert process.wait(10) == exit_code
    with process.stderr as error:
        assert error.read() == b""
    assert list(tmp_path.iterdir()) == []
    os.close(ours)


@pytest.mark.slow
@pytest.mark.parametrize("shares", [False, True], ids=["messages", "output and messages"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_no_request_waits_for_the_reader_of_messages(tmp_path, number, shares):
    """If nobody reads the messages about files that cannot be written, `serve` still replies, and a signal ends it."""
    ours, theirs = os.pipe()
    fcntl.fcntl(theirs, fcntl.F_SETPIPE_SZ, 4096)
    with ExitStack() as stack:
        stack.callback(os.close, ours)
        output = theirs if shares else stack.enter_context(open(tmp_path / "out", "wb"))
        process = subprocess.Popen(
            command("serve", "--save", tmp_path / "saved"),
            stdout=output,
            stderr=theirs,
            env=environment(),
            preexec_fn=restore_signals,
        )
        stack.callback(process.wait)
        stack.callback(process.kill)
        if not shares:
            wait_until((tmp_path / "out").read_bytes)
        printed = os.read(ours, 200) if shares else (tmp_path / "out").read_bytes()
        call = partial(send, printed.decode().split()[4])
        call("projects", {"name": "docks", "type": "chat"})
        # Fill the pipe, so that `serve` cannot write a message.
        if shares:
            while "pipe_write" not in Path(f"/proc/{process.pid}/wchan").read_text():
                call("projects")
        else:
            os.set_blocking(theirs, False)
            with suppress(BlockingIOError):
                while True:
                    os.write(theirs, b"x")
            os.set_blocking(theirs, True)
        os.close(theirs)
        # The file of the project can no longer be written.
        (tmp_path / "saved" / "docks.json").unlink()
        (tmp_path / "saved" / "docks.json").mkdir()
        call("projects/docks/setParams", {"patch": True, "padding": 1})
        process.send_signal(number)
        assert process.wait(10) == (FINE if number == signal.SIGINT else TERMINATED)
    assert sorted(os.listdir(tmp_path / "saved")) == [".paramcore-journal", "docks.json"]


def send(url, path, value=None):
    """Send a request to `serve`, and fail if it does not reply within 10 seconds."""
    body = None if value is None else json.dumps(value).encode()
    urllib.request.urlopen(urllib.request.Request(f"{url}v1/{path}", body, {"Authorization": "Bearer k"}), timeout=10)
