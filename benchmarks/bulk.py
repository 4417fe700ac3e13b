"""
What do a million lines cost, the whole process, over the naive loop `json.dumps({**project, **json.loads(line)})`?

Every strict check is on, and pins and opt-outs are mixed in.  The naive loop
checks nothing, knows one version only, and validates nothing.  Peak memory is
that of the process.  `LINES` in the environment sets another number of lines.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sizes import inputs
from timing import Row

LINES = int(os.environ.get("LINES", "1000000"))
#: Params that the type knows, so that nothing is found and all is judged.
KNOWN = ("padding", "min_width", "with_labels", "metadata", "tags", "priority")

NAIVE = """
import json, sys
project = json.load(open(sys.argv[1]))["param_history"][-1]
with open(sys.argv[2]) as lines, open(sys.argv[3], "w") as out:
    for line in lines:
        out.write(json.dumps({**project, **json.loads(line)}) + "\\n")
"""


def _files(place: Path, lines: int) -> tuple[str, str]:
    params, several = inputs("M", instruction=True)
    shapes = {"box": {"objects_to_annotate": ["forklift", "pallet"], "min_width": 10}}
    held = {"instruction": params["instruction"], "geometries": shapes, "padding": 3, "with_labels": True}
    entries = [{"version": 0, **held}, {"version": 1, **held, "padding": 4}]
    project = place / "project.json"
    project.write_text(json.dumps({"name": "bulk", "type": "imageannotation", "param_history": entries}))
    tasks = place / f"{lines}.jsonl"
    with tasks.open("w") as out:
        for number in range(lines):
            own = several[number % len(several)]
            task = {
                "instruction": own["instruction"],
                "attachment": f"https://example.com/cam3/{number:08}.jpg",
                "metadata": {"camera": number % 7, "note": str(own)[:60]},
                "padding": number % 20,
                "unique_id": f"cam3-{number:08}",
                "tags": ["night"],
            }
            pin = {"project_version": 0} if number % 10 == 0 else {"project_version": -1} if number % 50 == 1 else {}
            shape = {"geometries": shapes} if pin.get("project_version") == -1 else {}
            out.write(json.dumps({**task, **pin, **shape}) + "\n")
    return str(project), str(tasks)


def _run(*command: str) -> tuple[float, float]:
    """Run a process; return its seconds and its peak memory in MiB."""
    began = time.perf_counter()
    code = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
    code += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True, check=True)
    return time.perf_counter() - began, int(done.stdout.split()[-1]) / (1024 if sys.platform != "darwin" else 2**20)


def rows() -> list[Row]:
    """Measure."""
    assert resource
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        project, tasks = _files(place, LINES)
        _, few = _files(place, 10_000)
        ours = (sys.executable, "-m", "paramcore")
        naive, _ = _run(sys.executable, "-c", NAIVE, project, tasks, str(place / "naive.out"))
        preview, peak = _run(*ours, "preview", project, tasks, "--format", "json", "--output", str(place / "ours.out"))
        with (place / "ours.out").open() as out:
            assert sum(1 for _ in out) == LINES
        _, small = _run(*ours, "preview", project, few, "--format", "json", "--output", str(place / "few.out"))
        validate, judged = _run(*ours, "validate", project, tasks)
    lines = (f"{LINES:,}",)
    return [
        Row("preview of JSONL, whole process", "times the naive loop", lines, (preview / naive,), (1.0,)),
        Row("peak memory of it", "times that for 10,000 lines", lines, (peak / small,), (1.05,)),
        Row("validate of the same", "times the naive loop", lines, (validate / naive,), (2.0,)),
        Row("peak memory of it", "MiB", lines, (judged,), None),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
