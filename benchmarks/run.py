"""Run all benchmarks, and write one table to DIR as JSON and Markdown: `python benchmarks/run.py [DIR]`.

Names after DIR select benchmarks: `python benchmarks/run.py . merges questions`.
"""

import json
import platform
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from attrs import asdict, evolve
from timing import ROUNDS, Row

#: The number of processes for each benchmark.  A short benchmark is repeated in several processes, because its
#: ratios depend on the memory layout of the process.
BENCHMARKS = {"merges": min(ROUNDS, 5), "questions": min(ROUNDS, 3), "processes": 1, "workers": 1}
HEADER = "| measurement | unit | cases | results | targets | verdict |\n|---|---|---|---|---|---|"


def measure(name: str) -> list[Row]:
    return import_module(name).rows()


def measure_median(name: str) -> list[Row]:
    """Return the rows of a benchmark; each value is the median of the runs in `BENCHMARKS[name]` processes."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        runs = [pool.submit(measure, name).result() for _ in range(BENCHMARKS[name])]
    figures = [zip(*(row.values for row in rows), strict=True) for rows in zip(*runs, strict=True)]
    return [
        evolve(row, values=tuple(map(statistics.median, found))) for row, found in zip(runs[0], figures, strict=True)
    ]


def main(directory: str = ".", *chosen: str) -> None:
    """Run the benchmarks, print the table and write the files."""
    rows = []
    print(HEADER)
    for name in chosen or BENCHMARKS:
        for row in measure_median(name):
            print(row, flush=True)
            rows.append(row)
    document = {"python": platform.python_version(), "machine": platform.machine(), "rows": list(map(asdict, rows))}
    Path(directory, "benchmarks.json").write_text(json.dumps(document, indent=1))
    Path(directory, "benchmarks.md").write_text("\n".join([HEADER, *map(str, rows)]) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
