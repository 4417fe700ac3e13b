"""Exit codes, pipes, locales: what happens around an answer."""

import json
import os
import signal
import subprocess
import time

import pytest
from running import EXAMPLES, command, environment, heed_interrupts, run, shell

from paramcore.cli.main import main

PREVIEW = "$paramcore preview warehouse-boxes.json night-shift.json"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["preview"], ["preview", "a", "b", "--nope"]])
def test_usage_goes_to_standard_error(arguments):
    """A command line that cannot be understood prints its usage and ends with 2."""
    ran = run(*arguments)
    assert (ran.out, ran.status) == ("", 2)
    assert ran.err.startswith("usage: paramcore")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "--port", "65536"), 'a port is a whole number from 0 to 65535, got "65536"'),
        (("serve", "--port", "x"), 'a port is a whole number from 0 to 65535, got "x"'),
        (("status", "a", "--deadline", "0"), 'a timeout is more than 0 and less than 86400 seconds, got "0"'),
        (("status", "a", "--deadline", "nan"), 'a timeout is more than 0 and less than 86400 seconds, got "nan"'),
    ],
)
def test_a_number_out_of_range_is_named(arguments, message):
    """A wrong port or timeout is reported with the range of valid ones."""
    ran = run(*arguments)
    assert ran.status == 2
    assert ran.err.endswith(f": {message}\n")


def test_help_and_version_are_fine():
    """`--help` and `--version` end with 0."""
    assert run("--help").status == 0
    assert run("preview", "--help").status == 0
    assert run("--version").out == "paramcore 0.2.0\n"


@pytest.mark.parametrize("path", ["nowhere.json", ".", "/dev/null", "a\udcffb"])
def test_what_cannot_be_read_is_one_line(path):
    """A missing file, a directory without projects, an empty file, a name that is no text: one line, exit code 2."""
    ran = run("preview", path, "night-shift.json", cwd=EXAMPLES.parent)
    assert (ran.out, ran.status, ran.err.count("\n")) == ("", 2, 1)


def test_closed_standard_input_is_told():
    """Reading from a closed standard input is an error."""
    ran = shell("$paramcore preview warehouse-boxes.json - <&-")
    assert (ran.status, ran.out) == (2, "")
    assert "standard input" in ran.err


def test_standard_input_that_does_not_wait():
    """Lines that come late, or in pieces, are read whole, also where a parent set the pipe not to wait."""
    ours, theirs = os.pipe()
    os.set_blocking(ours, False)
    with subprocess.Popen(
        command("preview", "warehouse-boxes.json", "-", "--lines", "--format", "json"),
        stdin=ours,
        stdout=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
    ) as process:
        for piece in (b'{"a": ', b'1}\n{"a"', b": 2}\n"):
            time.sleep(0.4)
            os.write(theirs, piece)
        os.close(theirs)
        out, _ = process.communicate(timeout=20)
    assert (process.returncode, [json.loads(line)["params"]["a"] for line in out.splitlines()]) == (0, [1, 2])
    assert not os.get_blocking(ours)
    os.close(ours)


def test_closed_standard_output_is_an_error():
    """An answer that nobody can get is no success."""
    assert shell(f"{PREVIEW} >&-").status == 2


def test_a_full_disk_is_an_error():
    """Success is claimed only when the last byte is written."""
    ran = shell(f"{PREVIEW} >/dev/full")
    assert (ran.status, ran.err.count("\n")) == (2, 1)


def test_a_full_standard_error_changes_no_exit_code():
    """Where nothing can be said, the exit code is the one that it would be."""
    for arguments, status in (("preview no-such-file -", 2), ("preview", 2), ("preview warehouse-boxes.json -", 0)):
        assert shell(f"echo '{{\"project_param_version\": 0}}' | $paramcore {arguments} 2>/dev/full").status == status


def test_a_working_directory_that_is_gone(tmp_path):
    """Without a directory to look for settings in, there are none."""
    gone = "mkdir gone && cd gone && rmdir ../gone && "
    ran = shell(f"cd {tmp_path} && {gone} $paramcore validate {EXAMPLES / 'warehouse-boxes.json'}")
    assert (ran.status, ran.err) == (0, "")


def test_a_directory_that_cannot_be_read(tmp_path, monkeypatch, capsys):
    """A directory of projects that the system does not list is told by its name."""

    def listdir(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", listdir)
    assert main(["log", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path}: found permission denied, wanted a directory that can be read\n"
    )


def test_settings_that_are_too_deep(tmp_path):
    """A `pyproject.toml` of a thousand levels is told as one that cannot be read."""
    (tmp_path / "pyproject.toml").write_text(f"a = {'[' * 5_000}")
    ran = run("validate", EXAMPLES / "warehouse-boxes.json", cwd=tmp_path)
    assert (ran.status, ran.err.startswith("error: pyproject.toml: found a file that cannot be read")) == (2, True)


def test_a_reader_that_goes_away_is_quiet():
    """A closed pipe ends the command without a word."""
    ran = shell(f"{PREVIEW} | true; echo ${{PIPESTATUS[0]}}")
    assert ran.out in ("141\n", "0\n")
    assert ran.err == ""


def test_an_endless_answer_ends_with_its_reader():
    """A long answer stops when its reader has seen enough."""
    many = "for i in $(seq 20000); do echo '{\"a\": 1}'; done"
    ran = shell(f"{many} | $paramcore preview warehouse-boxes.json - --lines --format json | head -1 | wc -l")
    assert (ran.out.strip(), ran.err) == ("1", "")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_odd_locales_lose_nothing(locale):
    """What a locale cannot write is escaped."""
    ran = run("preview", "warehouse-boxes.json", "-", stdin='{"note": "h\u00e9 \u2603"}', **locale)
    assert ran.status == 0
    assert '"h\\xe9 \\u2603"' in ran.out


def test_what_turns_a_terminal_is_escaped():
    """Control characters and marks of direction do not reach a terminal."""
    ran = run("preview", "warehouse-boxes.json", "-", stdin='{"note": "\\u001b[31m \\u202e", "a\\u0007": 1}')
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "\x07" not in ran.out


def test_json_is_ascii():
    """JSON comes out in plain ASCII, whatever reads it."""
    assert run("preview", "warehouse-boxes.json", "-", "--format", "json", stdin='{"note": "h\u00e9"}').out.isascii()


def test_interruption_is_quiet():
    """Ctrl-C ends with 130 and one word."""
    with subprocess.Popen(
        command("preview", "warehouse-boxes.json", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=heed_interrupts,
    ) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, b"interrupted\n")
