"""Type checkers report errors exactly on the lines marked `# E`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = [HERE / "accepted.py", HERE / "rejected.py"]
CHECKERS = {"mypy": ["-m", "mypy", "--strict"], "pyright": ["-m", "pyright", "--pythonpath", sys.executable]}
#: A line with an error in the output of mypy or pyright.
ERROR = re.compile(r"(\w+\.py):(\d+)(?::\d+)?(?: -|:) error: (.*)")


@pytest.mark.slow
@pytest.mark.parametrize("checker", CHECKERS)
def test_errors_are_on_the_marked_lines(checker):
    command = [sys.executable, *CHECKERS[checker], *map(str, FILES)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent.parent, env=os.environ)
    reported = {f"{name}:{number}" for name, number, _ in ERROR.findall(done.stdout)}
    marked = {
        f"{file.name}:{number}"
        for file in FILES
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if "  # E" in line
    }
    assert (sorted(marked - reported), sorted(reported - marked)) == ([], []), done.stdout + done.stderr
