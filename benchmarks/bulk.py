"""
What do a million lines cost, the whole process, over the naive loop `json.dumps({**project, **json.loads(line)})`?

Project and tasks are of size M.  Every strict check is on, pins and opt-outs are
mixed in; of each pin `validate` has something to tell.  The naive loop
checks nothing, knows one version, joins no instruction and validates nothing.
Both write to standard output, which is a file.  Ratios are of processes that ran
one after the other, five times; peak memory is that of the process.  `LINES` in
the environment sets another number of lines.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sizes import inputs
from timing import ENVIRONMENT, Row

LINES = int(os.environ.get("LINES", "1000000"))
#: Lines for what is only to be compared with itself.
FEW = min(LINES, 100_000)
ROUNDS = 5

NAIVE = """
import json, sys
project = json.load(open(sys.argv[1]))["param_history"][-1]
with open(sys.argv[2]) as lines:
    for line in lines:
        sys.stdout.write(json.dumps({**project, **json.loads(line)}) + "\\n")
"""

#: The command line without a first look at lines, or without jsonschema-rs.
WITHOUT = """
import sys
from paramcore.cli.main import main
from paramcore.first_look import FirstLook
from paramcore.validation import schema_rules
if "first look" in sys.argv[1]:
    FirstLook.at = lambda *_: None
if "fast" in sys.argv[1]:
    schema_rules.has_fast_validator = lambda: False
sys.exit(main(sys.argv[2:]))
"""

PEAK = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], check=False)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(done.returncode)
"""


def files(place: Path, lines: int, *, compact: bool = False, flawed: bool = False) -> tuple[str, str]:
    """Write a project and so many tasks, each `flawed` in one param; return the paths."""
    params, several = inputs("M", instruction=True)
    entries = [{"version": 0, **params, "priority": 20}, {"version": 1, **params}]
    project = place / "project.json"
    project.write_text(json.dumps({"name": "bulk", "type": "imageannotation", "param_history": entries}))
    tasks = place / f"{lines}{'-compact' if compact else ''}{'-flawed' if flawed else ''}.jsonl"
    separators = (",", ":") if compact else None
    with tasks.open("w") as out:
        for number in range(lines):
            own = several[number % len(several)]
            task = {**own, "attachment": f"https://example.com/cam3/{number:08}.jpg", "unique_id": f"cam3-{number:08}"}
            pin = {"project_version": 0} if number % 10 == 0 else {"project_version": -1} if number % 50 == 1 else {}
            shapes = {"geometries": params["geometries"]} if pin.get("project_version") == -1 else {}
            flaw = {"paddingZ": number} if flawed else {}
            out.write(json.dumps({**task, **pin, **shapes, **flaw}, separators=separators) + "\n")
    return str(project), str(tasks)


def ran(out: Path, *command: str) -> tuple[float, float]:
    """Run a process that writes to a file; return its seconds and its peak memory in MiB."""
    with out.open("w") as stdout:
        began = time.perf_counter()
        measured = [sys.executable, "-c", PEAK, *command]
        done = subprocess.run(measured, stdout=stdout, stderr=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT)
        took = time.perf_counter() - began
    return took, int(done.stderr.split()[-1]) / (1024 if sys.platform != "darwin" else 2**20)


def _compared(out: Path, commands: dict[str, tuple[str, ...]]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median ratio of each command to the first, round by round, and its peak memory."""
    ratios: dict[str, list[float]] = {name: [] for name in commands}
    peaks: dict[str, float] = {}
    for _ in range(ROUNDS):
        took = {}
        for name, command in commands.items():
            took[name], peaks[name] = ran(out, *command)
        for name in commands:
            ratios[name].append(took[name] / took[next(iter(commands))])
    return {name: statistics.median(each) for name, each in ratios.items()}, peaks


def rows() -> list[Row]:
    """Measure."""
    ours, without = (sys.executable, "-m", "paramcore"), (sys.executable, "-c", WITHOUT)
    json_out = ("--format", "json")
    with tempfile.TemporaryDirectory() as name:
        place, out = Path(name), Path(name, "out")
        project, few = files(place, FEW)
        ran(out, *ours, "preview", project, few, *json_out)
        quick = out.read_text()
        ran(out, *without, "first look", "preview", project, few, *json_out)
        assert out.read_text() == quick
        assert quick.count("\n") == FEW
        _, small = ran(out, *ours, "preview", project, files(place, min(LINES, 10_000))[1], *json_out)
        parts, _ = _compared(
            out,
            {
                "naive": (sys.executable, "-c", NAIVE, project, few),
                "preview": (*without, "first look", "preview", project, few, *json_out),
                "validate": (*without, "first look", "validate", project, few),
                "validate, plain": (*without, "fast", "validate", project, few),
            },
        )
        compact = files(place, FEW, compact=True)[1]
        dense, _ = _compared(
            out,
            {
                "naive": (sys.executable, "-c", NAIVE, project, compact),
                "preview": (*ours, "preview", project, compact, *json_out),
            },
        )
        flawed = files(place, FEW, flawed=True)[1]
        told, _ = _compared(
            out,
            {
                "naive": (sys.executable, "-c", NAIVE, project, flawed),
                "validate": (*ours, "validate", project, flawed),
                "without": (*without, "first look", "validate", project, flawed),
            },
        )
        _, tasks = files(place, LINES)
        whole, peaks = _compared(
            out,
            {
                "naive": (sys.executable, "-c", NAIVE, project, tasks),
                "preview": (*ours, "preview", project, tasks, *json_out),
                "validate": (*ours, "validate", project, tasks),
            },
        )
    unit, lines, less = "times the naive loop", (f"{LINES:,}",), (f"{FEW:,}",)
    return [
        Row("preview of JSONL, whole process", unit, lines, (whole["preview"],), (1.0,)),
        Row("... peak memory", "times that for 10,000 lines", lines, (peaks["preview"] / small,), (1.05,)),
        Row("... of lines without spaces", unit, less, (dense["preview"],), (1.0,)),
        Row("... without a first look", unit, less, (parts["preview"],)),
        Row("validate of JSONL, fast, whole process", unit, lines, (whole["validate"],), (2.0,)),
        Row("... peak memory", "MiB", lines, (peaks["validate"],)),
        Row("... without a first look", unit, less, (parts["validate"],)),
        Row("... of lines that each have something to tell", unit, less, (told["validate"],)),
        Row("... the same, without a first look", unit, less, (told["without"],)),
        Row("... plain, without jsonschema-rs", unit, less, (parts["validate, plain"],)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
