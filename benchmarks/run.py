"""
Run every benchmark, print one table, and write it as JSON and as Markdown into DIR: `python benchmarks/run.py [DIR]`.

How the cost grows is drawn beside it, as `growth.svg`.  Name some of them to run
only those: `python benchmarks/run.py DIR resolve peers growth`.
"""

import json
import platform
import sys
from importlib import import_module
from pathlib import Path

QUESTIONS = ("resolve", "many", "validate", "impact", "history", "startup", "peers", "worth", "serving", "bulk")


def main(place: str = ".", *chosen: str) -> None:
    """Run and write."""
    rows = []
    for name in [one for one in chosen or QUESTIONS if one != "growth"]:
        for row in import_module(name).rows():
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
