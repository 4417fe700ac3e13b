"""Measure start-up: `import paramcore` over `python -c pass`, and one preview over importing attrs and json."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from timing import ENVIRONMENT, Row, ratios

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


def _process(*arguments: str) -> Callable[[], None]:
    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)

    return run


def rows() -> list[Row]:
    """Measure."""
    files = (str(EXAMPLES / "warehouse-boxes.json"), str(EXAMPLES / "night-shift.json"))
    measured = ratios(
        {
            "pass": _process("-c", "pass"),
            "import": _process("-c", "import paramcore"),
            "attrs": _process("-c", "import attrs, json"),
            "preview": _process("-m", "paramcore", "preview", *files),
        },
        rounds=15,
    )
    preview = measured["preview"] / measured["attrs"]
    return [
        Row("import paramcore", "times python -c pass", ("",), (measured["import"],), (5.5,)),
        Row("preview of one task, whole process", "times importing attrs and json", ("",), (preview,), (2.5,)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
