"""The arguments that several commands have, and functions that make arguments."""

from __future__ import annotations

from argparse import Action
from typing import Any, TypeAlias

from paramcore.cli.argument_types import parse_jobs, parse_requested_version, parse_seconds, parse_type, parse_width
from paramcore.cli.color import COLOR_CHOICES
from paramcore.cli.output import exit_with_usage

#: The name and the keywords to pass to `ArgumentParser.add_argument`.
Argument: TypeAlias = tuple[str, dict[str, Any]]


def make_argument(name: str, **keywords: Any) -> Argument:
    """Return an argument with these keywords."""
    return name, keywords


def make_flag(name: str, text: str) -> Argument:
    """Return an option without a value."""
    return name, {"action": "store_true", "help": text}


def make_input(name: str, metavar: str, text: str) -> Argument:
    """Return an option that names an input.

    If the option occurs twice, it is an error, because argparse would silently use only the last value.
    """
    return name, {"action": _StoreOnce, "metavar": metavar, "help": text}


class _StoreOnce(Action):
    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:  # noqa: ARG002
        if getattr(namespace, self.dest) is not None:
            exit_with_usage(f"{option_string} occurs twice; name one file")
        setattr(namespace, self.dest, values)


def make_repeatable(name: str, metavar: str, text: str) -> Argument:
    """Return an option that may occur several times."""
    return name, {"action": "append", "default": [], "metavar": metavar, "help": f"{text} (repeatable)"}


def make_optional(argument: Argument) -> Argument:
    """Return a positional argument that may be missing."""
    name, keywords = argument
    return name, {**keywords, "nargs": "?"}


def make_params(text: str) -> Argument:
    """Return the positional arguments PARAM, which may be missing."""
    # Without a default, `argparse` reports PARAM as required if PROJECT is missing.
    return "params", {"nargs": "*", "metavar": "PARAM", "default": [], "help": text}


def make_format(*formats: str) -> Argument:
    """Return the option `--format`; the first format is the default."""
    text = f"the output format (default: {formats[0]})"
    return "--format", {"choices": formats, "default": formats[0], "help": text}


PROJECT = make_argument(
    "project",
    metavar="PROJECT",
    help="a project from `GET /projects/{name}`, an array of projects, or a directory of project files",
)
TASKS = make_argument(
    "tasks",
    metavar="TASKS",
    help="a task request, an array of task requests, or a .jsonl or .ndjson file with a task request on each line",
)
UPDATE = make_argument("update", metavar="UPDATE", help="the body of a setParams request")
WANTED = make_input(
    "--wanted",
    "FILE[@N]",
    "instead of UPDATE, use the smallest update after which the project has the params in FILE; "
    "if FILE contains a project, use the params of version N (default: the latest)",
)
NAME = make_argument("name", metavar="NAME", help="the project's name")
TEXT_OR_JSON = make_format("text", "json")
SUMMARY = make_flag("--summary", "also append the result as Markdown to the job summary of GitHub Actions")
REPORT = (make_format("text", "json", "markdown"), SUMMARY)
ANNOTATED_REPORT = (make_format("text", "json", "markdown", "github"), SUMMARY)
LINES = make_flag("--lines", "read TASKS as JSONL (default: only if the name of TASKS ends with .jsonl or .ndjson)")
TYPE = make_argument(
    "--type", type=parse_type, metavar="TYPE", help="the task type, as in the endpoint `POST /task/TYPE`"
)
TASK_OPTIONS = (
    make_argument(
        "--project-version",
        type=parse_requested_version,
        metavar="N",
        help="use version N for every task; -1 inherits nothing",
    ),
    TYPE,
    LINES,
)
OUTPUT = make_argument("--output", metavar="FILE", help="write the output to FILE; on error, leave FILE unchanged")
IGNORE = make_repeatable("--ignore", "CODE", "omit findings with this code")
SCHEMA = make_repeatable("--schema", "TYPE=FILE", "validate params of TYPE against this JSON Schema")
NO_VALUES = make_argument(
    "--no-values", dest="values", action="store_false", help="show names and types, but no values or source lines"
)
SCREEN_OPTIONS = (
    NO_VALUES,
    make_flag("--full", "show long values in full"),
    make_argument(
        "--width",
        type=parse_width,
        metavar="N",
        help="wrap text at N columns (default: the width of the terminal, up to 120)",
    ),
    make_argument(
        "--color",
        choices=COLOR_CHOICES,
        default="auto",
        help="print labels in color (default: auto; see `paramcore help environment`)",
    ),
)
PLAN_OPTIONS = (
    make_flag("--patch", "make the update a patch, which keeps the params that the update does not name"),
    IGNORE,
    SCHEMA,
)
KEEP_GOING = make_flag("--keep-going", "report each invalid line or array element of TASKS, and continue")
BULK_OPTIONS = (OUTPUT, KEEP_GOING)
JOBS = make_argument(
    "--jobs",
    type=parse_jobs,
    default=1,
    metavar="N",
    help="use at most N processes for a JSONL file (0: one for each core; default: 1)",
)
SERVICE_OPTIONS = (
    make_argument("--base-url", metavar="URL", help="the address of the service, including /v1"),
    make_argument(
        "--deadline",
        type=parse_seconds,
        default=30.0,
        metavar="SECONDS",
        help="the timeout of each call (default: 30)",
    ),
    make_flag("--key-from-stdin", "read the API key from standard input (default: from SCALE_API_KEY)"),
)

REQUESTS_OUTPUT = make_argument(
    "--output",
    dest="requests_output",
    metavar="FILE",
    help="write to FILE the requests that you should send; on error, leave FILE unchanged",
)

ASSUME = make_repeatable("--assume", "NAME=VALUE", "change a setting that `paramcore assumptions` lists")
