"""The topics of `paramcore help`, and the environment variables that the command line reads."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

from paramcore.cli.exit_codes import MEANINGS
from paramcore.cli.summary import SUMMARY_VARIABLE
from paramcore.transport.key import KEY_VARIABLE

#: The meaning of each environment variable.
VARIABLES = {
    KEY_VARIABLE: "the API key, for the commands that connect to the service",
    SUMMARY_VARIABLE: "the file to which `--summary` appends; GitHub Actions sets it",
    "COLUMNS": "the width of help; on a terminal, also the width of other output, up to 120 columns; default: the width of the terminal",
    "NO_COLOR": "if not empty, print no color; `--color` overrides this",
    "FORCE_COLOR": "if not empty, print color to a pipe or a file too; NO_COLOR and `--color` override this",
    "TERM": "if `dumb`, print no color; FORCE_COLOR and `--color` override this",
}

_FILES = """
PROJECT is a file with a project, as `GET /projects/{name}` returns it, or with an array of projects. PROJECT can also
be a directory of such files.

UPDATE is a file with the body of a setParams request.

TASKS is a file with a task request or an array of task requests, or a .jsonl or .ndjson file with a request on each
line. `validate --tasks` also reads a directory of such files.

A file whose name ends with .yaml or .yml is read as YAML. Any other file with a single document is read as JSON.

`-` is standard input. It is read as JSON, or with `--lines` as JSONL.

FILE@N is version N of the project in FILE.
"""


def _format_entries(entries: Mapping[str, str]) -> str:
    width = max(map(len, entries)) + 2
    indent = " " * width
    lines = (fill(f"{name:<{width}}{text}", 80, subsequent_indent=indent) for name, text in entries.items())
    return "".join(f"{line}\n" for line in lines)


def _format_paragraphs(text: str) -> str:
    return "\n\n".join(fill(" ".join(paragraph.split()), 80) for paragraph in text.strip().split("\n\n")) + "\n"


#: The text of each topic.
TOPIC_TEXTS = {
    "exit-codes": _format_entries({str(code): text for code, text in MEANINGS.items()}),
    "environment": _format_entries(VARIABLES),
    "files": _format_paragraphs(_FILES),
}
