"""Measure the impact of an update on 100,000 requests, over only reading them.

Reading decodes each line of a JSONL file, checks it and makes it a `TaskRequest`.
"""

import json
import tempfile
from pathlib import Path

from sizes import FEWER_LINES, SIZES, inputs
from timing import Row, ratios

from paramcore import Patch, Plan, Project
from paramcore.analysis.impact import Impact
from paramcore.files.reader import read_lines
from paramcore.wire import read_task_request


def _requests(path: str):
    return (read_task_request(line.document().value) for line in read_lines(path))


def rows() -> list[Row]:
    """Measure."""
    found = []
    for size in SIZES:
        params, tasks = inputs(size, instruction=True)
        project = Project("benchmark", type="imageannotation", params=params)
        plan = Plan.of(project, Patch({"with_labels": False, "instruction": "Another text."}))
        with tempfile.TemporaryDirectory() as directory:
            path = Path(directory, "tasks.jsonl")
            path.write_text("".join(f"{json.dumps(tasks[number % len(tasks)])}\n" for number in range(FEWER_LINES)))
            assert Impact.of(plan, _requests(str(path))).affected == FEWER_LINES
            candidates = {
                "reading": lambda path=path: sum(1 for _ in _requests(str(path))),
                "impact": lambda path=path, plan=plan: Impact.of(plan, _requests(str(path))),
            }
            found.append(ratios(candidates, rounds=3)["impact"])
    return [Row("impact of 100,000 requests", "times only reading them", tuple(SIZES), tuple(found), (3, 3, 3))]


if __name__ == "__main__":
    print(*rows(), sep="\n")
