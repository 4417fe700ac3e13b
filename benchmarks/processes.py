"""Measure the start of processes, and `preview` and `validate` for up to a million lines of JSONL.

CPU time is the user and system time of a process and its children.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple, TypeAlias

from sizes import FEWER_LINES, LINES, inputs
from timing import ROUNDS, Row

Commands: TypeAlias = dict[str, tuple[str, ...]]

HERE = Path(__file__).parent
PYTHON = (sys.executable,)
OURS = (*PYTHON, "-m", "paramcore")
JOBS = "preview --jobs 2"
OURS_FAST = ("preview", JOBS, "validate")
PEERS = {"orjson loop": "`orjson` loop", "json loop": "`json` loop", "jq": "`jq`"}
#: A program that runs paramcore as if the extra `fast` were not installed.
PLAIN = """
import sys
sys.modules["jsonschema_rs"] = sys.modules["jiter"] = sys.modules["orjson"] = None
from paramcore.cli.main import main
sys.exit(main(sys.argv[1:]))
"""
#: A program that runs a command. It prints the CPU seconds of all processes of the command, and the peak memory of the
#: largest process. The peak is in KiB, or in bytes on macOS.
#: A process inherits the peak of its parent, so this program must use less memory than the command.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=sys.stderr)
"""


class Usage(NamedTuple):
    """The resources that a command used."""

    cpu: float
    wall: float
    mebibytes: float


def run(command: Iterable[str], output: Path) -> Usage:
    """Run a command, write its output to a file, and return the resources that the command used."""
    # Let Python write bytecode, so that only the first run compiles modules.
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
    with output.open("w") as stdout:
        began = time.perf_counter()
        measured = [*PYTHON, "-c", MEASURE, *command]
        done = subprocess.run(measured, stdout=stdout, stderr=subprocess.PIPE, text=True, check=True, env=environment)
        wall = time.perf_counter() - began
    cpu, peak = done.stderr.split()[-2:]
    return Usage(float(cpu), wall, int(peak) / (1024 if sys.platform != "darwin" else 2**20))


def run_all(commands: Commands, names: Iterable[str], output: Path, rounds: int) -> dict[str, Usage]:
    """Run each named command `rounds` times, but at most `ROUNDS` times; return the median of each resource."""
    runs = [{name: run(commands[name], output) for name in names} for _ in range(min(rounds, ROUNDS))]
    return {name: Usage(*map(statistics.median, zip(*(used[name] for used in runs), strict=True))) for name in names}


def write_inputs(directory: Path, lines: int) -> tuple[str, str]:
    """Write a project file and a file of tasks; return their paths.

    One task in ten inherits an older version, and one in fifty inherits nothing.
    """
    params, requests = inputs("M", instruction=True)
    history = [{"version": 0, **params, "priority": 20}, {"version": 1, **params}]
    project, tasks = directory / "project.json", directory / f"{lines}.jsonl"
    project.write_text(json.dumps({"name": "bulk", "type": "imageannotation", "param_history": history}))
    with tasks.open("w") as stream:
        for number in range(lines):
            task = {**requests[number % len(requests)], "unique_id": f"cam3-{number:08}"}
            task["attachment"] = f"https://example.com/cam3/{number:08}.jpg"
            if number % 10 == 0:
                task["project_version"] = 0
            elif number % 50 == 1:
                task |= {"project_version": -1, "geometries": params["geometries"]}
            stream.write(json.dumps(task) + "\n")
    return str(project), str(tasks)


def make_commands(project: str, tasks: str) -> Commands:
    preview, validate = ("preview", project, tasks, "--format", "json"), ("validate", project, tasks)
    return {
        "orjson loop": (*PYTHON, str(HERE / "loop.py"), "orjson", project, tasks),
        "preview": (*OURS, *preview),
        JOBS: (*OURS, *preview, "--jobs", "2"),
        "validate": (*OURS, *validate),
        "validate, no finding": (*OURS, *validate, "--ignore", "lint_old_pin"),
        "json loop": (*PYTHON, str(HERE / "loop.py"), "json", project, tasks),
        "preview, plain": (*PYTHON, "-c", PLAIN, *preview),
        "validate, plain": (*PYTHON, "-c", PLAIN, *validate),
        "jq": ("jq", "-nc", "--slurpfile", "project", project, "-f", str(HERE / "latest_version.jq"), tasks),
    }


def check_answers(commands: Commands, output: Path) -> None:
    """Assert that all previews are equal, except where jq ignores a `project_version`.

    Also assert that `validate` prints the same text with and without the extra `fast`.
    """
    answers = {}
    for name, command in commands.items():
        run(command, output)
        answers[name] = output.read_text()
    assert answers["validate, plain"] == answers["validate"]
    expected = list(map(json.loads, answers["orjson loop"].splitlines()))
    for name in ("preview", JOBS, "preview, plain", "json loop"):
        assert list(map(json.loads, answers[name].splitlines())) == expected, name
    # The program for jq always uses the latest version.
    for answer, other in zip(expected, map(json.loads, answers["jq"].splitlines()), strict=True):
        assert answer == other or "T8" in answer["rests_on"]


def measure_lines(directory: Path, output: Path) -> list[Row]:
    """Measure commands with long files. Slow commands run only once, and some run with fewer lines."""
    check_answers(make_commands(*write_inputs(directory, min(LINES, 2_000))), output)
    start, few, many = (
        make_commands(*write_inputs(directory, lines)) for lines in (min(LINES, 10_000), FEWER_LINES, LINES)
    )
    short = run_all(start, OURS_FAST, output, 1)
    fewer = run_all(few, ("orjson loop", "validate, no finding", "json loop", "validate, plain"), output, 1)
    long = run_all(many, ("jq", "json loop", "preview, plain"), output, 1)
    long |= run_all(many, ("orjson loop", *OURS_FAST), output, 3)
    lines, preview = f"{LINES:,} lines", long["preview"]
    growth = tuple(long[name].mebibytes / short[name].mebibytes for name in OURS_FAST)

    def compare(question: str, used: dict[str, Usage], name: str, other: str, *targets: float) -> Row:
        return Row(question, PEERS[other], ("CPU",), (used[name].cpu / used[other].cpu,), targets)

    return [
        compare(f"preview {lines}, `fast`", long, "preview", "orjson loop", 2),
        compare(f"preview {lines}, `fast`", long, "preview", "jq", 0.33),
        compare(f"preview {lines}, plain", long, "preview, plain", "json loop", 1.15),
        Row(f"preview {lines}, `--jobs 2`", "one process", ("wall",), (long[JOBS].wall / preview.wall,), (0.65,)),
        compare(f"validate {lines}, `fast`", long, "validate", "orjson loop", 6),
        compare(f"validate {FEWER_LINES:,} lines, `fast`, no finding", fewer, "validate, no finding", "orjson loop"),
        compare(f"validate {FEWER_LINES:,} lines, plain", fewer, "validate, plain", "json loop"),
        Row(
            f"memory of each process for {lines}",
            "MiB",
            OURS_FAST,
            tuple(long[name].mebibytes for name in OURS_FAST),
            (40,) * 3,
        ),
        Row(f"memory of each process for {lines}", "memory for 10,000 lines", OURS_FAST, growth, (1.05,) * 3),
    ]


def measure_start(output: Path) -> list[Row]:
    examples = HERE.parent / "docs" / "examples"
    files = (str(examples / "warehouse-boxes.json"), str(examples / "night-shift.json"))
    commands = {
        "pass": (*PYTHON, "-c", "pass"),
        "import": (*PYTHON, "-c", "from paramcore import Project"),
        "attrs": (*PYTHON, "-c", "import attrs, json"),
        "preview": (*OURS, "preview", *files),
    }
    cpu = {name: usage.cpu for name, usage in run_all(commands, tuple(commands), output, 15).items()}
    return [
        Row("`from paramcore import Project`", "`python -c pass`", ("CPU",), (cpu["import"] / cpu["pass"],), (5.5,)),
        Row("preview one task", "`import attrs, json`", ("CPU",), (cpu["preview"] / cpu["attrs"],), (2.5,)),
    ]


def rows() -> list[Row]:
    """Run the measurements and return their rows."""
    with TemporaryDirectory() as name:
        directory, output = Path(name), Path(name, "output")
        return [*measure_start(output), *measure_lines(directory, output)]
