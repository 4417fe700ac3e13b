"""Usage, exit codes, pipes and locales."""

import json
import os
import resource
import select
import signal
import subprocess
import threading
import time

import pytest
from running import EXAMPLES, command, environment, restore_signals, run, run_process, shell, wait_until_blocked

from paramcore.cli import exit_codes
from paramcore.cli.exit_codes import CANNOT_WRITE, FINE, INTERRUPTED, PIPE_CLOSED, REFUSED
from paramcore.cli.main import main

pytestmark = pytest.mark.slow

PREVIEW = "$paramcore preview warehouse-boxes.json night-shift.json"


def test_the_exit_codes():
    """The exit codes do not change, because scripts rely on them."""
    assert {
        name: getattr(exit_codes, name)
        for name in [name for name, code in vars(exit_codes).items() if isinstance(code, int)]
    } == {
        "FINE": 0,
        "FINDINGS": 1,
        "REFUSED": 2,
        "CANNOT_WRITE": 2,
        "NOT_DONE": 3,
        "OUTCOME_UNKNOWN": 4,
        "HUNG_UP": 129,
        "INTERRUPTED": 130,
        "PIPE_CLOSED": 141,
        "TERMINATED": 143,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "usage: paramcore"),
        (["preview"], "usage: paramcore"),
        (["nonsense"], "error: there is no command `nonsense`"),
        (["preview", "a", "b", "--nope"], "error: there is no option `--nope`"),
    ],
)
def test_usage_goes_to_standard_error(arguments, message):
    """For a wrong command line, the usage or the error is printed to standard error."""
    ran = run(*arguments)
    assert (ran.out, ran.status) == ("", REFUSED)
    assert ran.err.startswith(message)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("serve", "--port", "65536"), 'must be a whole number from 0 to 65535, got "65536"'),
        (("serve", "--port", "x"), 'must be a whole number from 0 to 65535, got "x"'),
        (("status", "a", "--deadline", "0"), 'must be more than 0 and less than 86400 seconds, got "0"'),
        (("status", "a", "--deadline", "nan"), 'must be more than 0 and less than 86400 seconds, got "nan"'),
        (("status", "a", "--deadline", "1_0"), 'must be more than 0 and less than 86400 seconds, got "1_0"'),
        (("status", "a", "--deadline", "1 "), 'must be more than 0 and less than 86400 seconds, got "1 "'),
        (("status", "a", "--deadline", "1e-400"), 'must be more than 0 and less than 86400 seconds, got "1e-400"'),
        (("preview", "a", "b", "--project-version", "1_0"), 'must be a whole number of at most 18 digits, got "1_0"'),
        (("preview", "a", "b", "--project-version", " 1"), 'must be a whole number of at most 18 digits, got " 1"'),
        (
            ("preview", "a", "b", "--project-version", "\uff11"),
            'must be a whole number of at most 18 digits, got "\uff11"',
        ),
        (("preview", "a", "b", "--project-version", "--1"), "expected one argument"),
        (
            ("preview", "a", "b", "--project-version", "9" * 19),
            f'must be a whole number of at most 18 digits, got "{"9" * 19}"',
        ),
        (("preview", "a", "b", "--project-version", ""), 'must be a whole number of at most 18 digits, got ""'),
        *(
            (
                ("reconcile", "a", "--base", "1", "--digest", digest),
                f'must be the 32 hexadecimal digits that `apply` printed, got "{digest}"',
            )
            for digest in ("", "5f0c", "0" * 31, "0" * 33, "A" * 32, "g" * 32, "0" * 32 + " ")
        ),
        (
            ("reconcile", "a", "--digest", "0" * 32, "--base", "-1"),
            'must be a whole number, 0 or more, of at most 18 digits, got "-1"',
        ),
        (("preview", "a", "b", "--type", "\udcff"), 'must be the name of a task type, got "\\udcff"'),
        (("preview", "a", "b", "--type", "a\nb"), 'must be the name of a task type, got "a\\nb"'),
        (("schema", "x" * 5_000), f'there is no schema for the task type "{"x" * 63}... (5,002 characters)'),
    ],
)
def test_an_invalid_value_is_reported(arguments, message):
    """The error for an invalid value says what is expected, or that the value is unknown."""
    ran = run(*arguments)
    assert ran.status == REFUSED
    assert f": {message}" in ran.err


@pytest.mark.parametrize("seconds", ["1", "0.5", "2.", ".5", "1e-3", ".5e1", "86399.9", "007"])
def test_a_deadline_is_a_decimal_number(seconds):
    """`--deadline` may have a fraction, an exponent, leading zeros, or no digit on one side of the point."""
    ran = run("status", "none.json", "--deadline", seconds)
    assert ran.err == "error: none.json: cannot read the file: no such file or directory\n"


def test_help_and_version_are_fine():
    """`--help` and `--version` succeed."""
    assert run("--help").status == FINE
    assert run("preview", "--help").status == FINE
    assert run("--version").out == "paramcore 0.2.0\n"


@pytest.mark.parametrize("path", ["nowhere.json", ".", "/dev/null", "a\udcffb"])
def test_an_unreadable_project_is_reported_in_one_line(path):
    """The error for an unreadable or empty input has one line."""
    ran = run("preview", path, "night-shift.json", cwd=EXAMPLES.parent)
    assert (ran.out, ran.status, ran.err.count("\n")) == ("", REFUSED, 1)


def test_closed_standard_input_is_reported():
    """Reading from a closed standard input is an error."""
    ran = shell("$paramcore preview warehouse-boxes.json - <&-")
    assert (ran.status, ran.out) == (REFUSED, "")
    assert "standard input" in ran.err


def test_non_blocking_standard_input():
    """Lines that arrive late or in pieces are read whole, even from a non-blocking pipe."""
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
    assert (process.returncode, [json.loads(line)["params"]["a"] for line in out.splitlines()]) == (FINE, [1, 2])
    assert not os.get_blocking(ours)
    os.close(ours)


@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_non_blocking_pipe_gets_the_whole_output(tmp_path, output_format, unbuffered):
    """Output is complete even if its reader is slow and another process has made the pipe non-blocking."""
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_text('{"padding": 1}\n' * 2_000)
    arguments = ("preview", "warehouse-boxes.json", tasks, "--format", output_format)
    whole = run_process(*arguments).out
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    process = subprocess.Popen(
        command(*arguments), stdout=theirs, cwd=EXAMPLES, env=environment(PYTHONUNBUFFERED=unbuffered)
    )
    wait_until_blocked(process)
    is_blocking = os.get_blocking(theirs)

    def end():
        process.wait(20)
        # The command has made the pipe non-blocking again.
        assert not os.get_blocking(theirs)
        os.close(theirs)

    writer = threading.Thread(target=end)
    writer.start()
    with open(ours, encoding="utf-8") as stream:
        assert stream.read() == whole
    writer.join()
    assert (process.returncode, is_blocking) == (FINE, True)


@pytest.mark.parametrize("name", ["stdout", "stderr"])
@pytest.mark.parametrize("output_format", ["text", "json"])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_pipe_that_becomes_non_blocking_gets_the_whole_output(tmp_path, name, output_format, unbuffered):
    """Output and messages are complete even if another process makes the pipe non-blocking during the command."""
    tasks = tmp_path / "tasks.jsonl"
    # Each task causes a warning on standard error.
    tasks.write_text('{"projectVersion": 1}\n' * 2_000)
    arguments = ("preview", "warehouse-boxes.json", tasks, "--format", output_format)
    ran = run_process(*arguments)
    whole = ran.out if name == "stdout" else ran.err
    ours, theirs = os.pipe()
    other = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        command(*arguments), **{**other, name: theirs}, cwd=EXAMPLES, env=environment(PYTHONUNBUFFERED=unbuffered)
    )
    wait_until_blocked(process)
    os.set_blocking(theirs, False)

    def end():
        process.wait(20)
        os.close(theirs)

    writer = threading.Thread(target=end)
    writer.start()
    pieces = []
    while piece := os.read(ours, 4096):
        pieces.append(piece)
        # Read more slowly than the command writes, so that the pipe stays full.
        time.sleep(0.001)
    assert b"".join(pieces).decode() == whole
    writer.join()
    os.close(ours)
    assert process.returncode == FINE


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "warehouse-boxes.json", "night-shift.jsonl"),
        ("preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "json"),
        ("preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "markdown"),
        ("explain", "warehouse-boxes.json", "night-shift.json"),
        ("schema", "imageannotation"),
        ("completion", "bash"),
        ("help", "files"),
        ("preview", "--help"),
    ],
)
def test_output_that_is_cut_off_is_an_error(tmp_path, arguments, unbuffered):
    """If only a part of the output fits on the disk, the exit code is that of a failed write."""
    with open(tmp_path / "out", "wb") as out:
        done = subprocess.run(
            command(*arguments),
            stdout=out,
            stderr=subprocess.PIPE,
            cwd=EXAMPLES,
            env=environment(PYTHONUNBUFFERED=unbuffered),
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200)),
        )
    assert (done.returncode, done.stderr.count(b"\n")) == (CANNOT_WRITE, 1)
    assert (tmp_path / "out").stat().st_size == 200


@pytest.mark.parametrize("output_format", ["text", "json"])
def test_lines_are_printed_at_once_without_a_buffer(output_format):
    """With `PYTHONUNBUFFERED`, the output for a line is printed while the command waits for the next line."""
    with subprocess.Popen(
        command("preview", "warehouse-boxes.json", "-", "--lines", "--format", output_format),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(PYTHONUNBUFFERED="1"),
    ) as process:
        process.stdin.write(b'{"padding": 1}\n')
        process.stdin.flush()
        assert select.select([process.stdout], [], [], 20)[0]
        process.stdin.close()
        process.stdout.read()
    assert process.returncode == FINE


def test_closed_standard_output_is_an_error():
    """If standard output is closed, the exit code is that of a failed write."""
    assert shell(f"{PREVIEW} >&-").status == CANNOT_WRITE


@pytest.mark.parametrize("closed", [">&-", "<&- >&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_leave_no_file_behind(tmp_path, closed):
    """With closed standard streams, `serve` fails and leaves no file. `preview --output` writes the whole output."""
    assert shell(f"$paramcore serve --save {tmp_path} {closed}").status == CANNOT_WRITE
    assert list(tmp_path.iterdir()) == []
    out = tmp_path / "out"
    assert shell(f"{PREVIEW} --output {out} {closed}").status == FINE
    assert out.read_text() == shell(PREVIEW).out


def test_a_full_disk_is_an_error():
    """If the output cannot be written completely, the exit code is that of a failed write."""
    ran = shell(f"{PREVIEW} >/dev/full")
    assert (ran.status, ran.err.count("\n")) == (CANNOT_WRITE, 1)


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("arguments", ["--help", "--version", "slim --help", "help", "help slim", "help files"])
def test_help_that_cannot_be_printed_is_an_error(arguments, unbuffered):
    """Help that cannot be printed has the exit code and the message of any failed write."""
    prefix = f"export PYTHONUNBUFFERED={unbuffered}; $paramcore {arguments}"
    for end in (">/dev/full", ">&-"):
        ran = shell(f"{prefix} {end}")
        assert (ran.status, ran.err.count("\n")) == (CANNOT_WRITE, 1)
        assert ran.err.startswith("error: cannot write to standard output: ")
    ran = shell(f"{prefix} | true; echo ${{PIPESTATUS[0]}}")
    assert (ran.out, ran.err) in [(f"{PIPE_CLOSED}\n", ""), (f"{FINE}\n", "")]


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("preview no-such-file -", REFUSED),
        ("preview", REFUSED),
        ("nonsense", REFUSED),
        ("preview warehouse-boxes.json -", FINE),
    ],
)
def test_a_lost_message_changes_no_exit_code(arguments, status, unbuffered):
    """The exit code does not depend on whether messages can be written to standard error."""
    given = f"export PYTHONUNBUFFERED={unbuffered}; echo '{{\"project_param_version\": 0}}' | $paramcore {arguments}"
    for end in ("2>/dev/full", "2>&-", "2> >(exec true)"):
        assert shell(f"{given} {end}").status == status, end


def test_a_removed_working_directory(tmp_path):
    """`validate` works in a removed working directory, where it cannot look for a `pyproject.toml`."""
    gone = "mkdir gone && cd gone && rmdir ../gone && "
    ran = shell(f"cd {tmp_path} && {gone} $paramcore validate {EXAMPLES / 'warehouse-boxes.json'}")
    assert (ran.status, ran.err) == (FINE, "")


def test_a_directory_that_cannot_be_read(tmp_path, monkeypatch, capsys):
    """The error for a directory that cannot be listed names the directory."""

    def listdir(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "listdir", listdir)
    assert main(["log", str(tmp_path)]) == REFUSED
    assert capsys.readouterr().err == f"error: {tmp_path}: cannot read the directory: permission denied\n"


def test_settings_that_are_too_deep(tmp_path):
    """A `pyproject.toml` with thousands of nested arrays is reported as invalid TOML."""
    (tmp_path / "pyproject.toml").write_text(f"a = {'[' * 5_000}")
    ran = run("validate", EXAMPLES / "warehouse-boxes.json", cwd=tmp_path)
    assert ran.status == REFUSED
    assert ran.err.startswith("error: pyproject.toml: invalid TOML: ")


def test_a_closed_pipe_is_not_an_error():
    """A closed pipe ends the command without a message."""
    ran = shell(f"{PREVIEW} | true; echo ${{PIPESTATUS[0]}}")
    # If `true` ends late, the command has already written its output, and its exit code is `FINE`.
    assert ran.out in (f"{PIPE_CLOSED}\n", f"{FINE}\n")
    assert ran.err == ""


def test_a_long_answer_ends_with_its_reader():
    """A command with a long output ends when the reader closes the pipe."""
    many = "for i in $(seq 20000); do echo '{\"a\": 1}'; done"
    ran = shell(f"{many} | $paramcore preview warehouse-boxes.json - --lines --format json | head -1 | wc -l")
    assert (ran.out.strip(), ran.err) == ("1", "")


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_unencodable_text_is_escaped(locale):
    """Characters that the locale cannot encode are escaped."""
    ran = run_process("preview", "warehouse-boxes.json", "-", stdin='{"note": "h\u00e9 \u2603"}', **locale)
    assert ran.status == FINE
    assert '"h\\xe9 \\u2603"' in ran.out


def test_control_characters_are_escaped():
    """In names and values, control characters and bidirectional overrides are escaped."""
    ran = run("preview", "warehouse-boxes.json", "-", stdin='{"note": "\\u001b[31m \\u202e", "a\\u0007": 1}')
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    assert "\x07" not in ran.out


def test_json_is_ascii():
    """JSON is printed in ASCII, so that a program can read it in any locale."""
    assert run("preview", "warehouse-boxes.json", "-", "--format", "json", stdin='{"note": "h\u00e9"}').out.isascii()


def test_interruption_is_quiet():
    """After Ctrl-C, the only message is `interrupted`."""
    with subprocess.Popen(
        command("preview", "warehouse-boxes.json", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=EXAMPLES,
        env=environment(),
        preexec_fn=restore_signals,
    ) as process:
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (INTERRUPTED, b"interrupted\n")
