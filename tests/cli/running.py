"""Run `paramcore`, in this process or in a new process."""

import gc
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import chdir, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile

import pytest
from attrs import frozen

from paramcore.cli.main import main

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"


@frozen
class Ran:
    """The result of a command: its standard output, its standard error, and its exit code."""

    out: str
    err: str
    status: int

    @property
    def document(self):
        return json.loads(self.out)

    @property
    def lines(self):
        return [json.loads(line) for line in self.out.splitlines()]


def command(*arguments):
    return [sys.executable, "-m", "paramcore", *map(str, arguments)]


def environment(**changes):
    # With an empty PYTHONUNBUFFERED, Python buffers output, as it does for users.
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", "PYTHONUNBUFFERED": "", **changes}


def restore_signals():
    """Restore the default signal handlers in a child process.

    If a shell starts the tests with `&`, they ignore SIGINT. With `nohup`, they ignore SIGHUP. A child process would
    ignore the same signals.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def run(*arguments, stdin=b"", cwd=EXAMPLES, **changes):
    """Run `paramcore` with these arguments in this process, with other standard streams.

    A new process would take much more time.
    """
    data = stdin.encode() if isinstance(stdin, str) else stdin
    # `main` collects garbage if the exit code is not 0.  The collector skips frozen objects, such as those of pytest.
    gc.freeze()
    with TemporaryFile() as out, TemporaryFile() as err:
        with pipe(data) as given, streams(given, out.fileno(), err.fileno()), settings(cwd, changes):
            status = main([str(argument) for argument in arguments])
        return Ran(read_all(out), read_all(err), status)


@contextmanager
def pipe(data):
    """Yield a descriptor from which the data can be read."""
    given, end = os.pipe()

    def write():
        # The command may close the pipe before it has read everything.
        with suppress(BrokenPipeError), open(end, "wb") as stream:
            stream.write(data)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield given
    finally:
        os.close(given)
        writer.join()


@contextmanager
def streams(*descriptors):
    """Replace the descriptors 0, 1 and 2, and the streams `sys.stdin`, `sys.stdout` and `sys.stderr`."""
    kept = [os.dup(number) for number in range(3)]
    old = sys.stdin, sys.stdout, sys.stderr
    for number, descriptor in enumerate(descriptors):
        os.dup2(descriptor, number)
    try:
        with (
            open(0, encoding="utf-8", closefd=False) as sys.stdin,
            open(1, "w", encoding="utf-8", closefd=False) as sys.stdout,
            open(2, "w", encoding="utf-8", closefd=False) as sys.stderr,
        ):
            yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = old
        for number, descriptor in enumerate(kept):
            os.dup2(descriptor, number)
            os.close(descriptor)


@contextmanager
def settings(cwd, changes):
    """Change the working directory and the environment."""
    with chdir(cwd), pytest.MonkeyPatch.context() as patch:
        for name, value in {"COLUMNS": "120", **changes}.items():
            patch.setenv(name, value)
        yield


def read_all(stream):
    stream.seek(0)
    return stream.read().decode()


def run_process(*arguments, stdin=b"", cwd=EXAMPLES, **changes):
    """Run `paramcore` with these arguments in a new process."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run(
        command(*arguments),
        input=data,
        capture_output=True,
        cwd=cwd,
        env=environment(**changes),
        check=False,
        timeout=60,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    return Ran(done.stdout.decode(), done.stderr.decode(), done.returncode)


def shell(script, cwd=EXAMPLES):
    """Run a command line of bash, in which `$paramcore` runs paramcore."""
    prefix = f'paramcore="{sys.executable} -m paramcore"; '
    done = subprocess.run(
        ["bash", "-c", prefix + script],
        capture_output=True,
        cwd=cwd,
        env=environment(),
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"Exception ignored" not in done.stderr, done.stderr.decode()
    return Ran(done.stdout.decode(), done.stderr.decode(), done.returncode)


def wait_until_blocked(process):
    """Wait until a process ends or is blocked by a full pipe. Wait at most 20 seconds."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        if "pipe_write" in Path(f"/proc/{process.pid}/wchan").read_text():
            return
        time.sleep(0.02)
