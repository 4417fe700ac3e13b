"""Measure whole processes over a million lines of JSONL, over a naive loop that merges each line into the project.

The naive loop knows one version; it checks nothing, joins no instruction and
validates nothing.  Ours runs every check, over tasks of which some pin a version
and some inherit nothing.  All write to a file.  Processes run one after the
other; peak memory is that of the process.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sizes import FEWER_LINES, LINES, inputs
from timing import ENVIRONMENT, ROUNDS, Row

NAIVE = """
import json, sys
project = json.load(open(sys.argv[1]))["param_history"][-1]
with open(sys.argv[2]) as lines:
    for line in lines:
        sys.stdout.write(json.dumps({**project, **json.loads(line)}) + "\\n")
"""

#: The command line as it runs without the extra `fast`.
PLAIN = """
import sys
sys.modules["jsonschema_rs"] = None
from paramcore.cli.main import main
sys.exit(main(sys.argv[1:]))
"""

PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


def write_inputs(directory: Path, lines: int, *, compact: bool = False, flawed: bool = False) -> tuple[str, str]:
    """Write a project and so many tasks, each with an unknown param if `flawed`; return the paths."""
    params, requests = inputs("M", instruction=True)
    entries = [{"version": 0, **params, "priority": 20}, {"version": 1, **params}]
    project = directory / "project.json"
    project.write_text(json.dumps({"name": "bulk", "type": "imageannotation", "param_history": entries}))
    tasks = directory / f"{lines}{'-compact' if compact else ''}{'-flawed' if flawed else ''}.jsonl"
    separators = (",", ":") if compact else None
    with tasks.open("w") as stream:
        for number in range(lines):
            own = requests[number % len(requests)]
            task = {**own, "attachment": f"https://example.com/cam3/{number:08}.jpg", "unique_id": f"cam3-{number:08}"}
            pin = {"project_version": 0} if number % 10 == 0 else {"project_version": -1} if number % 50 == 1 else {}
            shapes = {"geometries": params["geometries"]} if pin.get("project_version") == -1 else {}
            flaw = {"paddingZ": number} if flawed else {}
            stream.write(json.dumps({**task, **pin, **shapes, **flaw}, separators=separators) + "\n")
    return str(project), str(tasks)


def run_process(output: Path, *command: str) -> tuple[float, float]:
    """Run a process that writes to a file; return its seconds and its peak memory in MiB."""
    with output.open("w") as stdout:
        began = time.perf_counter()
        measured = [sys.executable, "-c", PEAK, *command]
        done = subprocess.run(measured, stdout=stdout, stderr=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT)
        took = time.perf_counter() - began
    return took, int(done.stderr.split()[-1]) / (1024 if sys.platform != "darwin" else 2**20)


def _compare(output: Path, commands: dict[str, tuple[str, ...]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median ratio of each command to the first, round by round, and its peak memory."""
    ratios: dict[str, list[float]] = {name: [] for name in commands}
    peaks: dict[str, float] = {}
    for _ in range(min(ROUNDS, 5)):
        took = {}
        for name, command in commands.items():
            took[name], peaks[name] = run_process(output, *command)
        for name in commands:
            ratios[name].append(took[name] / took[next(iter(commands))])
    return {name: statistics.median(values) for name, values in ratios.items()}, peaks


def rows() -> list[Row]:
    """Measure."""
    ours, plain, naive = (
        (sys.executable, "-m", "paramcore"),
        (sys.executable, "-c", PLAIN),
        (sys.executable, "-c", NAIVE),
    )
    to_json = ("--format", "json")
    with tempfile.TemporaryDirectory() as name:
        directory, output = Path(name), Path(name, "output")
        project, few = write_inputs(directory, FEWER_LINES)
        run_process(output, *ours, "preview", project, few, *to_json)
        assert output.read_text().count("\n") == FEWER_LINES
        _, shorter = write_inputs(directory, min(LINES, 10_000))
        _, short_peak = run_process(output, *ours, "preview", project, shorter, *to_json)
        _, compact = write_inputs(directory, FEWER_LINES, compact=True)
        dense, _ = _compare(
            output, {"naive": (*naive, project, compact), "preview": (*ours, "preview", project, compact, *to_json)}
        )
        _, flawed = write_inputs(directory, FEWER_LINES, flawed=True)
        unknown, _ = _compare(
            output, {"naive": (*naive, project, flawed), "validate": (*ours, "validate", project, flawed)}
        )
        slow, _ = _compare(output, {"naive": (*naive, project, few), "validate": (*plain, "validate", project, few)})
        _, tasks = write_inputs(directory, LINES)
        whole, peaks = _compare(
            output,
            {
                "naive": (*naive, project, tasks),
                "preview": (*ours, "preview", project, tasks, *to_json),
                "validate": (*ours, "validate", project, tasks),
            },
        )
    unit, lines, fewer = "times the naive loop", (f"{LINES:,}",), (f"{FEWER_LINES:,}",)
    return [
        Row("preview of JSONL, whole process", unit, lines, (whole["preview"],), (1.0,)),
        Row("... peak memory", "times that for 10,000 lines", lines, (peaks["preview"] / short_peak,), (1.05,)),
        Row("... of lines without spaces", unit, fewer, (dense["preview"],), (1.0,)),
        Row("validate of JSONL, whole process", unit, lines, (whole["validate"],), (2.0,)),
        Row("... peak memory", "MiB", lines, (peaks["validate"],)),
        Row("... of lines that each have a finding", unit, fewer, (unknown["validate"],)),
        Row("... without the extra `fast`", unit, fewer, (slow["validate"],)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
