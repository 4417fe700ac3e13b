"""With `--jobs`, several processes produce the same output as one process."""

import gzip
import json
import os
import signal
import subprocess
import sys
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from running import EXAMPLES, ROOT, command, environment, restore_signals, run, shell

from paramcore.cli.exit_codes import FINDINGS, FINE, INTERRUPTED, REFUSED
from paramcore.cli.jobs import process_chunks
from paramcore.errors import DocumentError
from paramcore.files.chunks import CHUNK_SIZE, split_file
from paramcore.files.reader import read_lines
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

PROJECT = {
    "name": "boxes",
    "type": "imageannotation",
    "param_history": [
        {"version": 0, "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": "3"}}, "padding": 1},
        {"version": 1, "geometries": {"box": {"objects_to_annotate": ["car"], "min_width": "3"}}, "padding": 2},
    ],
}

#: The number of lines of `good.jsonl`. Each line contains `NOTE`, so the file has several chunks.
GOOD = 1_200
NOTE = "x" * 1_800


def make_task(number):
    """Return a task whose kind depends on `number`, for example pinned, opted out, invalid or rejected."""
    others = [
        {"instruction": "Night."},
        {"project_version": 0},
        {"project_version": -1, "geometries": {"box": {"objects_to_annotate": ["car"]}}},
        {"priority": number},
        {"project_version": 9},
        {"projectVersion": 1},
        {"note": "x"},
    ]
    task = {"attachment": f"https://example.com/{NOTE}/{number}.jpg", "padding": number, "unique_id": f"u-{number}"}
    return {**task, **others[number % len(others)]}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with a project, an update, tasks with some invalid lines, and a long file of valid tasks."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "boxes.json").write_text(json.dumps(PROJECT))
    (folder / "update.json").write_text('{"patch": true, "padding": "7", "with_labels": "no"}')
    lines = [json.dumps(make_task(number)) for number in range(600)]
    for number in (0, 250, 599):
        lines[number] = '{"padding": }'
    lines[7] = ""
    (folder / "tasks.jsonl").write_text("\n".join(lines))
    assert (folder / "tasks.jsonl").stat().st_size > 2 * CHUNK_SIZE
    (folder / "good.jsonl").write_text(
        "".join(f'{{"padding": {number}, "note": "{NOTE}"}}\n' for number in range(GOOD))
    )
    return folder


@pytest.mark.parametrize("jobs", ["2", "3"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("preview", "--format", "json"),
        ("preview", "--format", "json", "--explain"),
        ("preview",),
        ("validate",),
        ("validate", "--format", "json"),
        ("validate", "--format", "github", "--no-values"),
        ("validate", "--strict", "--ignore", "param_unknown", "--project-version", "1"),
        ("validate", "--update", "update.json"),
    ],
    ids=" ".join,
)
def test_the_output_is_that_of_one_process(arguments, jobs, place):
    """The output, the messages and the exit code do not depend on the number of processes."""
    name, *options = arguments
    one, many = (
        run(name, "boxes.json", "tasks.jsonl", "--keep-going", *options, "--jobs", number, cwd=place)
        for number in ("1", jobs)
    )
    assert many == one
    assert (one.status, " invalid lines" in one.out + one.err) == (FINDINGS, True)


def test_a_project_from_standard_input(place):
    """Only TASKS is split into chunks, so PROJECT may be standard input."""
    text = (place / "boxes.json").read_text()
    ran = run("preview", "-", "good.jsonl", "--format", "json", "--jobs", "2", cwd=place, stdin=text)
    assert (ran.status, len(ran.lines), ran.lines[-1]["line"]) == (FINE, GOOD, GOOD)


@pytest.mark.parametrize("name", ["preview", "validate"])
def test_the_first_bad_line_ends_all(name, place, tmp_path):
    """An invalid line is an error with its line number. The command prints the output for the lines before it.

    With `--output`, the file does not change.
    """
    target = tmp_path / "answer"
    target.write_text("old")
    good = (place / "good.jsonl").read_text()
    (tmp_path / "tasks.jsonl").write_text(f'{good}{{"a": }}\n{good}')
    options = (name, place / "boxes.json", tmp_path / "tasks.jsonl", "--format", "json", "--jobs", "2")
    printed = run(*options)
    assert (printed.status, printed.err.count(f"tasks.jsonl:{GOOD + 1}:7: invalid JSON")) == (REFUSED, 1)
    # `validate` prints the findings on the project before the line of the first task.
    assert len(printed.out.splitlines()) == GOOD + (name == "validate")
    written = run(*options, "--output", target)
    assert (written.status, written.out, target.read_text()) == (REFUSED, "", "old")
    assert sorted(os.listdir(tmp_path)) == ["answer", "tasks.jsonl"]


def test_the_answer_is_written_whole(place, tmp_path):
    """`--output` writes the output that would be printed."""
    arguments = ("preview", "boxes.json", "good.jsonl", "--format", "json", "--jobs", "2")
    assert run(*arguments, "--output", tmp_path / "answer", cwd=place).status == FINE
    assert (tmp_path / "answer").read_text() == run(*arguments, cwd=place).out


def test_zero_jobs_process_all_lines(place):
    """With `--jobs 0`, which starts up to one process for each core, all lines are processed."""
    ran = run("preview", "boxes.json", "good.jsonl", "--format", "json", "--jobs", "0", cwd=place)
    assert (ran.status, len(ran.lines)) == (FINE, GOOD)


@pytest.mark.parametrize("number", ["-1", "1000", "two", "1.5", "\u0663"])
def test_other_numbers_are_rejected(number, place):
    """The number of processes must be a whole number from 0 to 999."""
    ran = run("preview", "boxes.json", "good.jsonl", f"--jobs={number}", cwd=place)
    assert (ran.status, "from 0 to 999" in ran.err) == (REFUSED, True)


@pytest.mark.parametrize("name", ["preview", "validate"])
@pytest.mark.parametrize(
    ("tasks", "lines"),
    [("-", True), ("pipe.jsonl", False), ("pipe", True), ("/dev/null", True), (".", True), ("link", True)],
)
def test_only_a_regular_file_is_split(name, tasks, lines, place):
    """With `--jobs`, standard input, a pipe, a device or a directory as TASKS is an error with a remedy."""
    for pipe in ("pipe", "pipe.jsonl"):
        if not (place / pipe).exists():
            os.mkfifo(place / pipe)
    if not (place / "link").exists():
        (place / "link").symlink_to("pipe")
    options = ("--lines",) if lines else ()
    ran = run(name, "boxes.json", tasks, *options, "--jobs", "2", cwd=place, stdin="{}\n")
    assert (ran.status, ran.out) == (REFUSED, "")
    shown = "<stdin>" if tasks == "-" else tasks
    remedy = "save the tasks in a .jsonl file, or omit --jobs"
    assert ran.err == f"error: --jobs needs a regular file, but {shown} is not one; {remedy}\n"


def test_a_process_substitution_without_lines_is_rejected_once(place):
    """For a shell's `<(...)`, a single error says to add `--lines` and to omit `--jobs`."""
    ran = shell("$paramcore preview boxes.json <(cat good.jsonl) --jobs 2", cwd=place)
    assert (ran.status, ran.out) == (REFUSED, "")
    assert ran.err.endswith("save the tasks in a .jsonl file, or pass --lines instead of --jobs\n")


def test_a_document_is_not_split(place):
    """With `--jobs`, a file with a single document is an error with a remedy."""
    (place / "one.json").write_text("{}")
    ran = run("preview", "boxes.json", "one.json", "--jobs", "2", cwd=place)
    assert (ran.status, ran.out) == (REFUSED, "")
    assert "--jobs needs one task on each line; name a .jsonl file, or pass --lines" in ran.err


@pytest.mark.parametrize("tasks", ["/dev/stdin", "/dev/fd/3", "/proc/self/fd/3", "link.jsonl"])
@pytest.mark.parametrize("name", ["preview", "validate"])
def test_the_name_of_an_open_file_is_read(name, tasks, place):
    """With `--jobs`, TASKS may be `/dev/stdin`, a path such as `/dev/fd/3`, or a link, if it leads to a regular file."""
    if not (place / "link.jsonl").is_symlink():
        (place / "link.jsonl").symlink_to("tasks.jsonl")
    arguments = f"$paramcore {name} boxes.json {tasks} --lines --keep-going < tasks.jsonl 3< tasks.jsonl --jobs"
    one, many = (shell(f"{arguments} {jobs}", cwd=place) for jobs in (1, 3))
    assert many == one
    assert (one.status, f"{tasks}:251:13:" in one.err) == (FINDINGS, True)


def test_an_open_file_without_a_name_is_rejected(place):
    """With `--jobs`, an open file that was deleted is rejected, because other processes cannot open it."""
    script = "cp good.jsonl gone; exec 3< gone; rm gone; $paramcore preview boxes.json /dev/fd/3 --lines --jobs 2"
    ran = shell(script, cwd=place)
    assert (ran.status, ran.out) == (REFUSED, "")
    assert "--jobs needs a regular file, but /dev/fd/3 is not one" in ran.err


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ('{"padding": 1}\n'.encode("utf-16"), "convert the file to UTF-8"),
        (gzip.compress(b'{"padding": 1}\n', mtime=0), "gzip"),
    ],
)
def test_encodings_that_cannot_be_split_are_rejected(data, message, place):
    """With `--jobs`, the error for UTF-16 says to convert the file. The error for a compressed file names gzip."""
    (place / "odd.jsonl").write_bytes(data)
    ran = run("preview", "boxes.json", "odd.jsonl", "--jobs", "2", cwd=place)
    assert (ran.status, ran.out) == (REFUSED, "")
    assert message in ran.err


def list_workers(pid):
    """Return the ids of the child processes of a process."""
    children = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                children.append(int(folder.name))
    return children


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def started(place, tmp_path):
    """Start a command in a new process group. Yield its process and the ids of its workers."""
    arguments = command("preview", "boxes.json", "good.jsonl", "--format", "json", "--jobs", "2")
    process = subprocess.Popen(
        arguments,
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=restore_signals,
        start_new_session=True,
    )
    # The first bytes of output come after all workers have started.
    process.stdout.read(100)
    workers = list_workers(process.pid)
    assert len(workers) >= 2
    # Workers have other groups, so they do not receive the signals of a terminal.
    assert os.getpgid(process.pid) not in map(os.getpgid, workers)
    yield process, workers
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_processes(started, number):
    """SIGINT, SIGHUP or SIGTERM for the command's group ends all processes without a traceback."""
    process, workers = started
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == (INTERRUPTED if number == signal.SIGINT else -number)
    assert b"Traceback" not in errors
    wait_until(lambda: not any(map(is_running, workers)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_end_of_the_command_ends_all_processes(started, number):
    """A signal for the command alone, even SIGKILL, also ends the workers."""
    process, workers = started
    process.send_signal(number)
    _, errors = process.communicate(timeout=20)
    assert b"Traceback" not in errors
    wait_until(lambda: not any(map(is_running, workers)))


def test_a_closed_pipe_ends_all_processes(started):
    """If the reader of the output closes the pipe, the command and its workers end without a message."""
    process, workers = started
    process.stdout.close()
    assert process.stderr.read() == b""
    process.wait(20)
    wait_until(lambda: not any(map(is_running, workers)))


def die(lines):
    """Kill this process before it returns any output."""
    os.kill(os.getpid(), signal.SIGKILL)
    yield from lines


def test_a_process_that_dies_is_reported(place):
    """If a worker is killed, the command reports an error instead of waiting forever."""
    with pytest.raises(DocumentError, match="a process ended before it returned a result"):
        list(process_chunks(split_file(str(place / "good.jsonl")), die, 2))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("", id="nothing"),
        pytest.param("worker.send(abs)", id="the function"),
        pytest.param("worker.send(abs); worker.send(1)", id="a message"),
        pytest.param("worker._process.stdin.write(b'\\x80'); worker._process.stdin.flush()", id="one byte"),
        pytest.param(
            "worker._process.stdin.write(pickle.dumps('x' * 99_999)[:70_000]); worker._process.stdin.flush()", id="half"
        ),
    ],
)
def test_a_process_ends_quietly_with_its_parent(sent):
    """If the command is killed, a worker ends and prints nothing, whatever part of a message the worker has read."""
    script = f"""
import os, pickle, signal
from paramcore.cli.worker import Worker
worker = Worker()
{sent}
os.kill(os.getpid(), signal.SIGKILL)
"""
    # `subprocess.run` also waits for the worker, because the worker inherits the pipe of standard output.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, env=environment(), timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGKILL, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL])
@pytest.mark.parametrize(
    ("function", "message"),
    [
        pytest.param("partial(re.match, '(a+)+$')", "'a' * 200 + 'b'", id="a slow pattern"),
        pytest.param("time.sleep", "10_000", id="a wait"),
        pytest.param("len", "'x' * 9_999_999", id="a message that it is reading"),
    ],
)
def test_a_process_that_is_busy_ends_with_its_parent(number, function, message):
    """If the command is killed, a worker ends soon, even if its function would continue for hours."""
    script = f"""
import os, re, resource, time
from functools import partial
from paramcore.cli.worker import Worker
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
worker = Worker()
worker.send({function})
worker.send({message})
time.sleep(0.5)
os.kill(os.getpid(), {number})
"""
    # `subprocess.run` also waits for the worker, because the worker inherits the pipe of standard output.
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        env=environment(),
        preexec_fn=restore_signals,
        timeout=20,
    )
    assert (done.returncode, done.stdout, done.stderr) == (-number, b"", b"")


def fail(error, lines):
    """Raise an error in place of the first output."""
    yield from ()
    raise error


def test_a_lack_of_memory_is_reported(place, capfd):
    """A worker without enough memory prints nothing. The command reports the lack of memory."""
    with pytest.raises(DocumentError, match="perhaps because the machine lacks memory; use a smaller number"):
        list(process_chunks(split_file(str(place / "good.jsonl")), partial(fail, MemoryError()), 2))
    assert capfd.readouterr() == ("", "")


def import_damaged(directory, lines):
    """Import a damaged module before the first output."""
    sys.path.insert(0, str(directory))
    import_module("damaged")
    yield from lines


def import_when_unpickled(directory):
    """Import a damaged module, and return a function that is never called."""
    list(import_damaged(directory, [1]))
    return list


class ImportedLate:
    """A function whose unpickling imports a damaged module."""

    def __init__(self, directory):
        self._directory = directory

    def __reduce__(self):
        return import_when_unpickled, (self._directory,)


def wait_before(chunks):
    """Yield chunks only after the process, which cannot read its function, has ended."""
    # WNOWAIT leaves the exit status of the process to the command.
    wait_until(lambda: os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT))
    yield from chunks


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("raise ImportError('x.so: failed to map segment')", "x.so: failed to map segment"),
        ("import a_missing_package", "No module named 'a_missing_package'"),
        ("def f(:", "damaged.py: invalid syntax"),
        ("import os; os.a_missing_function", "damaged.py: module 'os' has no attribute"),
        ("open('/nonexistent/data.bin')", "No such file or directory: '/nonexistent/data.bin'"),
        ("raise EOFError('marshal data too short')", "damaged.py: marshal data too short"),
        ("import pickle; pickle.loads(b'x')", "damaged.py: "),
    ],
)
@pytest.mark.parametrize(
    ("make_process", "delay"),
    [(partial(partial, import_damaged), iter), (ImportedLate, iter), (ImportedLate, wait_before)],
)
def test_a_package_that_a_process_cannot_import_is_named(place, tmp_path, capfd, make_process, delay, body, problem):
    """If a process cannot import a module, `process_chunks` raises an `ImportError` with the reason."""
    (tmp_path / "damaged.py").write_text(body)
    with pytest.raises(ImportError, match=problem):
        list(process_chunks(delay(split_file(str(place / "good.jsonl"))), make_process(tmp_path), 1))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("text", ["'hello'", "'no line end', end=''", "'x' * 99_999", "'\\0paramcore\\n'"])
def test_a_process_may_print_text_at_its_start(text, place, tmp_path):
    """If a `sitecustomize` module prints text at the start of a worker, the output does not change."""
    (tmp_path / "sitecustomize.py").write_text(f"print({text}, flush=True)")
    arguments = command(
        "preview", place / "boxes.json", place / "good.jsonl", "--jobs", "2", "--output", tmp_path / "o"
    )
    changes = environment(PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    done = subprocess.run(arguments, capture_output=True, cwd=place, env=changes, timeout=60)
    assert (done.returncode, done.stderr) == (FINE, b"")
    assert (tmp_path / "o").read_bytes() == run("preview", place / "boxes.json", place / "good.jsonl").out.encode()


@pytest.mark.parametrize("name", ["json", "pickle", "random", "signal", "struct", "types"])
def test_no_process_imports_from_the_working_directory(name, place, tmp_path):
    """With `--jobs`, a file such as `json.py` in the working directory is not imported."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the working directory')")
    arguments = command("preview", place / "boxes.json", place / "good.jsonl", "--format", "json", "--jobs", "2")
    # `python -P -m paramcore` imports nothing from the working directory, like the script `paramcore`.
    arguments.insert(1, "-P")
    done = subprocess.run(arguments, capture_output=True, cwd=tmp_path, env=environment(), timeout=60)
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (FINE, b"", GOOD)


def test_an_interrupt_of_one_process_changes_nothing(started):
    """A worker ignores SIGINT, because the command itself decides when to end its workers."""
    process, workers = started
    for worker in workers:
        os.kill(worker, signal.SIGINT)
    out, errors = process.communicate(timeout=30)
    assert (process.returncode, errors, out[-2:]) == (FINE, b"", b"}\n")


def test_a_process_reads_no_settings_that_the_command_ignores(place):
    """If `python -I` runs the command, its workers also ignore PYTHONHOME and PYTHONPATH."""
    arguments = command("preview", place / "boxes.json", place / "good.jsonl", "--format", "json", "--jobs", "2")
    arguments.insert(1, "-I")
    changes = {"PYTHONHOME": "/nonexistent", "PYTHONPATH": "/nonexistent"}
    done = subprocess.run(arguments, capture_output=True, cwd=place, env=environment(**changes), timeout=60)
    assert (done.returncode, done.stderr, done.stdout.count(b"\n")) == (FINE, b"", GOOD)


@given(
    parts=st.lists(st.sampled_from([b"", b"a", b"bcd", b"\n", b"\r\n", b" \n", b"{}\n", b"\xef\xbb\xbf"]), max_size=30),
    size=st.integers(1, 40),
)
def test_chunks_contain_the_lines_of_the_file(parts, size, tmp_path_factory):
    """For any chunk size, the chunks contain each line once, complete, with its number."""
    path = tmp_path_factory.getbasetemp() / "cut.jsonl"
    path.write_bytes(b"".join(parts))
    chunks = list(split_file(str(path), size))
    lines = [(line.number, line.data) for chunk in chunks for line in chunk.read_lines()]
    assert lines == [(line.number, line.data) for line in read_lines(str(path))]
    assert sum(chunk.size for chunk in chunks) == path.stat().st_size
    assert all(chunk.size >= size for chunk in chunks[:-1])


@pytest.mark.parametrize("change", ["shrink", "grow", "replace"])
def test_a_file_that_changes_is_rejected(change, place, tmp_path):
    """A file that changes after it was split is an error."""
    path = tmp_path / "tasks.jsonl"
    path.write_bytes((place / "good.jsonl").read_bytes())
    first, *_ = split_file(str(path), 1_000)
    if change == "shrink":
        os.truncate(path, 500)
    elif change == "grow":
        path.write_bytes(path.read_bytes() + b"{}\n")
    else:
        (tmp_path / "other.jsonl").write_bytes(path.read_bytes())
        os.replace(tmp_path / "other.jsonl", path)
    with pytest.raises(DocumentError, match="the file changed while it was read"):
        list(first.read_lines())


def test_a_file_that_is_removed_keeps_its_name(place, tmp_path, monkeypatch):
    """The error for a file that was removed after it was split has the name from the command line."""
    monkeypatch.chdir(tmp_path)
    Path("gone.jsonl").write_bytes((place / "good.jsonl").read_bytes())
    first, *_ = split_file("gone.jsonl", 1_000)
    os.remove("gone.jsonl")
    with pytest.raises(DocumentError, match="^gone.jsonl: cannot read the file: no such file") as caught:
        list(first.read_lines())
    assert caught.value.source == "gone.jsonl"


def test_processes_that_cannot_start_are_reported(place, monkeypatch):
    """If no worker can be started, the error says so and has a remedy."""
    for executable in ("/nonexistent", ""):
        monkeypatch.setattr(sys, "executable", executable)
        with pytest.raises(DocumentError, match="cannot start a process: .*omit --jobs"):
            list(process_chunks(split_file(str(place / "good.jsonl")), die, 2))


def test_a_missing_file_is_named_as_such(place):
    """With `--jobs 2`, the error for a missing file is the same as with one process."""
    one, many = (run("preview", "boxes.json", "none.jsonl", "--jobs", jobs, cwd=place) for jobs in ("1", "2"))
    assert many == one


def test_a_short_file_has_one_chunk():
    """`--jobs` also accepts a file that is too short for two chunks."""
    ran = run("preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "json", "--jobs", "2", cwd=EXAMPLES)
    assert [line["line"] for line in ran.lines] == [1, 2, 3]
