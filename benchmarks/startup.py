"""What does a whole process cost: `import paramcore` over `python -c pass`, one preview over importing attrs and json?"""

import subprocess
import sys
from pathlib import Path

from timing import ENVIRONMENT, Row, ratios

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"


#: The command line with all its commands imported, not only the one that is asked for.
ALL = """
import sys
from importlib import import_module
from paramcore.cli import arguments, main
for module, _ in arguments._VERBS.values():
    import_module(f"paramcore.cli.{module}")
sys.exit(main(sys.argv[1:]))
"""


def _process(*arguments: str):
    def run() -> None:
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)

    return run


def rows() -> list[Row]:
    """Measure."""
    preview = ("preview", str(EXAMPLES / "warehouse-boxes.json"), str(EXAMPLES / "night-shift.json"))
    measured = ratios(
        {
            "pass": _process("-c", "pass"),
            "import": _process("-c", "import paramcore"),
            "import with jsonschema": _process("-c", "import paramcore, jsonschema"),
            "attrs": _process("-c", "import attrs, json"),
            "preview": _process("-m", "paramcore", *preview),
            "preview with all": _process("-c", ALL, *preview),
        },
        rounds=15,
    )
    return [
        Row("import paramcore", "times python -c pass", ("",), (measured["import"],), (5.5,)),
        Row(
            "... with jsonschema, which is imported when something is judged",
            "times as long as without",
            ("",),
            (measured["import with jsonschema"] / measured["import"],),
            (1.0,),
            more_is_better=True,
        ),
        Row(
            "preview of one task, whole process",
            "times importing attrs and json",
            ("",),
            (measured["preview"] / measured["attrs"],),
            (2.5,),
        ),
        Row(
            "... with all commands imported, not only that one",
            "times as long without",
            ("",),
            (measured["preview with all"] / measured["preview"],),
            (1.05,),
            more_is_better=True,
        ),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
