"""
Run every benchmark, print one table, and write it as JSON and as Markdown into DIR: `python benchmarks/run.py [DIR]`.

How the cost grows is drawn beside it, as `growth.svg`.  Name some of them to run
only those: `python benchmarks/run.py DIR resolve peers growth`.

Where a process lays its memory moves a ratio of two short jobs by a tenth.  So
those are asked of several processes, one after the other, and the median counts.
"""

import json
import platform
import statistics
import sys
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from attrs import evolve
from timing import Row

QUESTIONS = ("resolve", "many", "validate", "impact", "history", "startup", "peers", "worth", "serving", "bulk")
#: Asked of so many processes.
SEVERAL, PROCESSES = ("resolve", "many", "peers", "worth"), 5


def _rows(name: str) -> list[Row]:
    return import_module(name).rows()


def _measured(name: str) -> list[Row]:
    if name not in SEVERAL:
        return _rows(name)
    with get_context("spawn").Pool(1, maxtasksperchild=1) as processes:
        runs = [processes.apply(_rows, (name,)) for _ in range(PROCESSES)]
    return [_median(rows) for rows in zip(*runs, strict=True)]


def _median(rows: tuple[Row, ...]) -> Row:
    values = tuple(map(statistics.median, zip(*(row.values for row in rows), strict=True)))
    if rows[0].targets is None:
        return evolve(rows[0], values=values)
    # A target may have been measured, too.
    targets = tuple(map(statistics.median, zip(*(row.targets for row in rows), strict=True)))
    return evolve(rows[0], values=values, targets=targets)


def main(place: str = ".", *chosen: str) -> None:
    """Run and write."""
    rows = []
    for name in [one for one in chosen or QUESTIONS if one != "growth"]:
        for row in _measured(name):
            print(row, flush=True)
            rows.append(row)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    Path(place, "benchmarks.json").write_text(
        json.dumps({**machine, "rows": [row.to_json() for row in rows]}, indent=1)
    )
    lines = ["| job | unit | sizes | figure | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        targets = (
            "" if row.targets is None else " / ".join(f"{one:,.2f}".rstrip("0").rstrip(".") for one in row.targets)
        )
        verdict = {True: "met", False: "**missed**", None: ""}[row.met]
        values = " / ".join(f"{one:,.2f}" for one in row.values)
        lines.append(f"| {row.name} | {row.unit} | {' / '.join(row.sizes)} | {values} | {targets} | {verdict} |")
    Path(place, "benchmarks.md").write_text("\n".join(lines) + "\n")
    if not chosen or "growth" in chosen:
        import_module("growth").main(Path(place))


if __name__ == "__main__":
    main(*sys.argv[1:])
