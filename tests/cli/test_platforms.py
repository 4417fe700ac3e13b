"""Commands work on systems without the modules and functions of Unix."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import EXAMPLES, ROOT, environment, run

#: Code that runs first, and removes the modules and functions that Python lacks on Windows.
REMOVE_UNIX = """
import os, signal, socket, sys
for module in ("fcntl", "grp", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[module] = None
for name in ("fchmod", "fchown", "fork", "getuid", "geteuid", "get_blocking", "set_blocking", "mkfifo", "uname"):
    delattr(os, name)
for name in ("SIGHUP", "SIGQUIT", "SIGPIPE", "SIGKILL", "SIGALRM", "SIGUSR1", "SIGUSR2", "setitimer", "pthread_sigmask"):
    delattr(signal, name)
del socket.AF_UNIX
"""
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in sorted((ROOT / "paramcore").rglob("*.py"))
    if path.name not in ("__init__.py", "__main__.py")
]


def run_without_unix(code, *arguments, stdin=""):
    """Run code without the modules and functions of Unix; return both outputs and the exit code."""
    done = subprocess.run(
        [sys.executable, "-c", REMOVE_UNIX + code, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        cwd=EXAMPLES,
        env=environment(),
        timeout=60,
    )
    return done.stdout, done.stderr, done.returncode


def test_every_module_loads():
    """Every module except `__main__` can be imported without the modules and functions of Unix."""
    code = "import importlib\nfor name in sys.argv[1:]:\n    importlib.import_module(name)\n"
    assert run_without_unix(code, *MODULES) == ("", "", 0)


START = "from paramcore.cli.entry import start\nsys.exit(start())\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "json"),
        ("preview", "warehouse-boxes.json", "-", "--lines", "--format", "json"),
        ("validate", "street-signs.json"),
        ("plan", "projects", "reword.json"),
        ("serve", "nothing.json"),
    ],
    ids=" ".join,
)
def test_commands_answer_the_same(arguments):
    """Without the modules of Unix, the output, the errors and the exit code are the same as on Unix."""
    stdin = Path(EXAMPLES, "night-shift.jsonl").read_text()
    ran = run(*arguments, stdin=stdin)
    assert run_without_unix(START, *arguments, stdin=stdin) == (ran.out, ran.err, ran.status)


def test_an_output_file_is_replaced(tmp_path):
    """Without the modules of Unix, `--output` replaces an existing file."""
    file = tmp_path / "answers.json"
    file.write_text("before")
    arguments = ("preview", "warehouse-boxes.json", "night-shift.json", "--format", "json")
    assert run_without_unix(START, *arguments, "--output", file) == ("", "", 0)
    assert file.read_text() == run(*arguments).out
    assert list(tmp_path.iterdir()) == [file]
