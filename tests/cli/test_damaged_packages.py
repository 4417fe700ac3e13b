"""Missing or damaged packages: the error says what to install. If no command needs the package, there is no error."""

import os
import pty
import subprocess

import pytest
from running import EXAMPLES, command, environment

VALIDATE = ["validate", "warehouse-boxes.json"]
YAML = ["validate", "street-signs.yaml"]
FETCH = ["fetch", "docks", "--base-url", "http://127.0.0.1:9/v1"]
LINES = ["preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "json"]

#: For each kind of damage to a package: the content of its module.
DAMAGES = {
    "uninstalled in part": "",
    "another package is missing": "import a_missing_package",
    "for another Python": "raise ImportError('x.so: undefined symbol: PyX')",
    "truncated": "def f(:",
    "too old": "import os; os.a_missing_function",
}


def damage(folder, package, body):
    """Write a damaged package to `folder`."""
    directory = folder.joinpath(*package.split("."))
    directory.mkdir(parents=True)
    (directory / "__init__.py").write_text(body)


def run_with(folder, arguments):
    env = environment(SCALE_API_KEY="live_0123456")
    env["PYTHONPATH"] = os.pathsep.join([str(folder), env["PYTHONPATH"]])
    return subprocess.run(command(*arguments), capture_output=True, text=True, cwd=EXAMPLES, env=env, check=False)


@pytest.mark.parametrize("damaged", DAMAGES)
@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("jinja2", ["report", "warehouse-boxes.json", "--output", "damaged.html"]),
        ("ruamel.yaml", YAML),
        ("httpx2", FETCH),
        ("attr", VALIDATE),
    ],
)
def test_a_damaged_package_is_one_line(tmp_path, package, arguments, damaged):
    """If a command needs a damaged package, the error is one line with a remedy."""
    damage(tmp_path, package, DAMAGES[damaged])
    done = run_with(tmp_path, arguments)
    assert done.returncode in (2, 3)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("error: ")
    assert "install" in done.stderr.rpartition("; ")[2]


@pytest.mark.parametrize("damaged", ["uninstalled in part", "another package is missing"])
@pytest.mark.parametrize(("package", "arguments"), [("jiter", LINES), ("orjson", LINES), ("jsonschema_rs", VALIDATE)])
def test_no_command_needs_the_package(tmp_path, package, arguments, damaged):
    """If a command also works without a package, damage to the package does not change its output."""
    damage(tmp_path, package, DAMAGES[damaged])
    done = run_with(tmp_path, arguments)
    expected = run_with(tmp_path / "none", arguments)
    assert (done.returncode, done.stdout, done.stderr) == (expected.returncode, expected.stdout, expected.stderr)


@pytest.mark.parametrize(
    ("package", "damaged", "arguments", "message"),
    [
        (
            "truststore",
            "another package is missing",
            FETCH,
            "the package `a_missing_package` is not installed; run `pip install 'paramcore[http]'`",
        ),
        (
            "markupsafe",
            "for another Python",
            ["report", "warehouse-boxes.json", "--output", "damaged.html"],
            "cannot load the package `jinja2`, which writes the page: x.so: undefined symbol: PyX; "
            "run `pip install --force-reinstall jinja2`",
        ),
        (
            "ruamel",
            "uninstalled in part",
            YAML,
            "street-signs.yaml: the package `ruamel.yaml`, which reads YAML, is not installed; "
            "run `pip install ruamel.yaml`, or write the file as JSON",
        ),
    ],
)
def test_the_error_names_the_package(tmp_path, package, damaged, arguments, message):
    """The error says which package is missing or cannot be loaded, and which command installs the package."""
    damage(tmp_path, package, DAMAGES[damaged])
    assert run_with(tmp_path, arguments).stderr == f"error: {message}\n"


def test_the_error_names_the_damaged_module(tmp_path):
    """If a module cannot be compiled or run, the error names its file."""
    for damaged, problem in (("truncated", "invalid syntax"), ("too old", "module 'os' has no attribute")):
        folder = tmp_path / damaged
        damage(folder, "httpx2", DAMAGES[damaged])
        message = run_with(folder, FETCH).stderr
        assert message.startswith(f"error: cannot load a package: {folder / 'httpx2' / '__init__.py'}: {problem}")
        assert message.endswith("; install paramcore again in a new environment, or free some memory\n")


@pytest.mark.parametrize("damaged", DAMAGES)
@pytest.mark.parametrize("package", ["attr", "jiter", "jsonschema", "orjson", "rpds"])
@pytest.mark.parametrize("name", ["preview", "validate"])
def test_several_processes_report_the_same(tmp_path, name, package, damaged):
    """If a package is damaged, the output and the error with `--jobs 2` are the same as with one process."""
    damage(tmp_path, package, DAMAGES[damaged])
    arguments = [name, "warehouse-boxes.json", "night-shift.jsonl"]
    one, two = (run_with(tmp_path, [*arguments, "--jobs", jobs]) for jobs in "12")
    assert "Traceback" not in two.stderr
    assert (two.returncode, two.stdout, two.stderr) == (one.returncode, one.stdout, one.stderr)


@pytest.mark.parametrize("damaged", ["uninstalled in part", "another package is missing"])
def test_without_rich_there_is_no_bar(tmp_path, damaged):
    """If `rich` is damaged, a command on a terminal shows no progress bar, and succeeds."""
    damage(tmp_path, "rich", DAMAGES[damaged])
    tasks = tmp_path / "tasks.jsonl"
    tasks.write_bytes((EXAMPLES / "night-shift.jsonl").read_bytes() * 4000)
    env = environment()
    env["PYTHONPATH"] = os.pathsep.join([str(tmp_path), env["PYTHONPATH"]])
    main, terminal = pty.openpty()
    arguments = command("preview", "warehouse-boxes.json", tasks, "--output", tmp_path / "out.jsonl")
    done = subprocess.run(arguments, stderr=terminal, cwd=EXAMPLES, env=env, check=False)
    # Write a byte, because `os.read` would wait if there were nothing to read.
    os.write(terminal, b".")
    shown = os.read(main, 4096)
    os.close(main)
    os.close(terminal)
    assert (done.returncode, shown) == (0, b".")


@pytest.mark.parametrize("jobs", [[], ["--jobs", "2"]])
def test_files_in_the_working_directory_are_not_imported(tmp_path, jobs):
    """`python -m paramcore` does not import files such as `json.py` from the working directory."""
    for name in ("attr", "copy", "json", "orjson", "random", "signal", "string"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('this script was run')")
    for name in ("warehouse-boxes.json", "night-shift.jsonl"):
        (tmp_path / name).write_bytes((EXAMPLES / name).read_bytes())
    arguments = command("preview", "warehouse-boxes.json", "night-shift.jsonl", "--format", "json", *jobs)
    done = subprocess.run(arguments, capture_output=True, text=True, cwd=tmp_path, env=environment(), check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == run_with(tmp_path / "none", LINES).stdout
