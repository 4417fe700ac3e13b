"""What each command prints, word for word: `transcripts/*.txt` are to be read and judged."""

import re
import shutil
from pathlib import Path

import pytest
from running import EXAMPLES, shell

TRANSCRIPTS = Path(__file__).parent / "transcripts"


@pytest.mark.parametrize("page", sorted(TRANSCRIPTS.glob("*.txt")), ids=lambda page: page.stem)
def test_each_command_prints_what_was_written_down(page, tmp_path):
    """The answer, what is said beside it, and the exit code are those of the transcript."""
    for file in (*EXAMPLES.iterdir(), TRANSCRIPTS / "long-docks.json"):
        (shutil.copytree if file.is_dir() else shutil.copy)(file, tmp_path / file.name)
    for entry in re.split(r"^\$ ", page.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        command, _, output = entry.partition("\n")
        assert told(command, tmp_path) == output, command


def told(command, place):
    ran = shell(command.replace("paramcore ", "$paramcore ", 1), cwd=place)
    return ran.out + ran.err + (f"[exit {ran.status}]\n" if ran.status else "") + "\n"
