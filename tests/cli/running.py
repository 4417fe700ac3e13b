"""Run the command line in a process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from attrs import frozen

ROOT = Path(__file__).parent.parent.parent
EXAMPLES = ROOT / "docs" / "examples"


@frozen
class Ran:
    """The output, the error output and the exit code of a command."""

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
    return {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "120", **changes}


def restore_signals():
    """Restore the default handlers in a child, because `&` ignores Ctrl-C and `nohup` ignores SIGHUP."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def run(*arguments, stdin=b"", cwd=EXAMPLES, **changes):
    """Run `paramcore` with these arguments, in the directory of the examples."""
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
    """Run a line of shell in which `$paramcore` is the command."""
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
