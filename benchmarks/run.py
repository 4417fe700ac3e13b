"""Run every benchmark, print one table, and write it as JSON and Markdown into DIR: `python benchmarks/run.py [DIR]`.

Names after DIR select benchmarks: `python benchmarks/run.py . resolve peers`.
Memory layout changes a ratio of two short jobs by a tenth from process to
process, so those run in several processes, and the table has the median.
"""

import json
import platform
import statistics
import sys
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from attrs import evolve
from timing import ROUNDS, Row

BENCHMARKS = ("resolve", "many", "validate", "impact", "history", "startup", "peers", "serving", "bulk")
#: Benchmarks of short jobs, and the number of processes that run each.
SHORT_JOBS, PROCESSES = ("resolve", "many", "peers"), min(ROUNDS, 5)


def _rows(name: str) -> list[Row]:
    return import_module(name).rows()


def _measure(name: str) -> list[Row]:
    if name not in SHORT_JOBS:
        return _rows(name)
    with get_context("spawn").Pool(1, maxtasksperchild=1) as processes:
        runs = [processes.apply(_rows, (name,)) for _ in range(PROCESSES)]
    return [_median(rows) for rows in zip(*runs, strict=True)]


def _median(rows: tuple[Row, ...]) -> Row:
    values = tuple(map(statistics.median, zip(*(row.values for row in rows), strict=True)))
    if rows[0].targets is None:
        return evolve(rows[0], values=values)
    # A target may be measured too.
    targets = tuple(map(statistics.median, zip(*(row.targets for row in rows), strict=True)))
    return evolve(rows[0], values=values, targets=targets)


def _to_markdown(rows: list[Row]) -> str:
    lines = ["| job | unit | sizes | figure | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        targets = " / ".join(f"{target:,.2f}".rstrip("0").rstrip(".") for target in row.targets or ())
        verdict = {True: "met", False: "**missed**", None: ""}[row.met]
        values = " / ".join(f"{value:,.2f}" for value in row.values)
        lines.append(f"| {row.name} | {row.unit} | {' / '.join(row.sizes)} | {values} | {targets} | {verdict} |")
    return "\n".join(lines) + "\n"


def main(directory: str = ".", *chosen: str) -> None:
    """Run and write."""
    rows = []
    for name in chosen or BENCHMARKS:
        for row in _measure(name):
            print(row, flush=True)
            rows.append(row)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    document = {**machine, "rows": [row.to_json() for row in rows]}
    Path(directory, "benchmarks.json").write_text(json.dumps(document, indent=1))
    Path(directory, "benchmarks.md").write_text(_to_markdown(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
