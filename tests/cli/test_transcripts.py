"""The files `transcripts/*.txt` are snapshots of the output of commands.

Rewrite the transcripts with `pytest tests/cli/test_transcripts.py --update`, then read the diff.
To add a command, write its line `$ paramcore ...` into a transcript, and then rewrite the transcripts.
"""

import re
import shutil
from pathlib import Path

import pytest
from running import EXAMPLES, shell

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@pytest.mark.parametrize("path", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda path: path.stem)
def test_each_command_prints_its_transcript(path, tmp_path, pytestconfig):
    """Standard output, standard error and the exit code are those of the transcript."""
    for file in (*EXAMPLES.iterdir(), TRANSCRIPTS / "long-docks.json"):
        (shutil.copytree if file.is_dir() else shutil.copy)(file, tmp_path / file.name)
    transcript = path.read_text("utf-8")
    commands = re.findall(r"^\$ (.*)$", transcript, flags=re.MULTILINE)
    printed = "".join(run_command(command, tmp_path) for command in commands)
    if pytestconfig.getoption("update"):
        path.write_text(printed, "utf-8")
    else:
        assert printed == transcript


def run_command(command, folder):
    """Run a command, and return its part of the transcript."""
    ran = shell(command.replace("paramcore ", "$paramcore ", 1), cwd=folder)
    exit_code = f"[exit {ran.status}]\n" if ran.status else ""
    return f"$ {command}\n{ran.out}{ran.err}{exit_code}\n"
