"""The commands of the command line, and the arguments of each.

The command `plan` is the function `plan` in `commands/plan.py`.  The docstring of the
function is the help text.  A new command needs a module and an entry in `COMMANDS`.
"""

from __future__ import annotations

import re
from argparse import ArgumentTypeError
from collections.abc import Sequence
from typing import Any, TypeAlias

from paramcore.text import MESSAGE_LIMIT, format_value

#: The name and the keywords of `ArgumentParser.add_argument`.
Argument: TypeAlias = tuple[str, dict[str, Any]]


def _argument(name: str, **keywords: Any) -> Argument:
    return name, keywords


def _flag(name: str, text: str) -> Argument:
    return name, {"action": "store_true", "help": text}


def _repeatable(name: str, metavar: str, text: str) -> Argument:
    return name, {"action": "append", "default": [], "metavar": metavar, "help": f"{text} (repeatable)"}


def _optional(argument: Argument) -> Argument:
    name, keywords = argument
    return name, {**keywords, "nargs": "?"}


def _format(*formats: str) -> Argument:
    text = f"the output format (default: {formats[0]})"
    return "--format", {"choices": formats, "default": formats[0], "help": text}


def _parse_port(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) < 65_536:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number from 0 to 65535, got {format_value(text, limit=MESSAGE_LIMIT)}")


def _parse_seconds(text: str) -> float:
    # `float` also accepts spaces, underscores and digits of other scripts.
    seconds = float(text) if re.fullmatch(r"[0-9]{1,99}(\.[0-9]{0,99})?(e[+-]?[0-9]{1,3})?", text) else 0
    if 0 < seconds < 86_400:
        return seconds
    raise ArgumentTypeError(
        f"must be more than 0 and less than 86400 seconds, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def _parse_jobs(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 3:
        return int(text)
    raise ArgumentTypeError(
        f"a number of processes is a whole number from 0 to 999, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def _parse_version(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number, 0 or more, got {format_value(text, limit=MESSAGE_LIMIT)}")


def _parse_requested_version(text: str) -> int:
    if text.removeprefix("-").isdecimal() and text.isascii() and len(text) <= 18:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number, got {format_value(text, limit=MESSAGE_LIMIT)}")


def _parse_type(text: str) -> str:
    if text.isprintable():
        return text
    raise ArgumentTypeError(f"must be the name of a task type, got {format_value(text, limit=MESSAGE_LIMIT)}")


_PROJECT = _argument(
    "project",
    metavar="PROJECT",
    help="a project as `GET /projects/{name}` returns it, an array of projects, or a directory of such files",
)
_TASKS = _argument(
    "tasks",
    metavar="TASKS",
    help="a task request, an array of task requests, or a .jsonl or .ndjson file with a task request on each line",
)
_UPDATE = _argument("update", metavar="UPDATE", help="the body of a setParams request")
_WANTED = _argument(
    "--wanted",
    metavar="FILE[@N]",
    help="instead of UPDATE, use the smallest update that results in the params of FILE (with @N: of its version N)",
)
_NAME = _argument("name", metavar="NAME", help="the project's name")
_TEXT_OR_JSON = _format("text", "json")
_LINES = _flag("--lines", "read TASKS as JSONL (default: if its name ends with .jsonl or .ndjson)")
_TASK_OPTIONS = (
    _argument(
        "--project-version",
        type=_parse_requested_version,
        metavar="N",
        help="use version N for every task; -1 inherits nothing",
    ),
    _argument("--type", type=_parse_type, metavar="TYPE", help="the task type, as in the endpoint `POST /task/TYPE`"),
    _LINES,
)
_OUTPUT = _argument("--output", metavar="FILE", help="write the output to FILE; on error, leave FILE unchanged")
_IGNORE = _repeatable("--ignore", "CODE", "omit findings with this code")
_SCHEMA = _repeatable("--schema", "TYPE=FILE", "validate params of TYPE against this JSON Schema")
_PLAN_OPTIONS = (
    _flag("--patch", "send UPDATE as a patch, which keeps the params that it does not name"),
    _IGNORE,
    _SCHEMA,
)
_BULK_OPTIONS = (_OUTPUT, _flag("--keep-going", "report each bad line of a .jsonl file, and continue"))
_JOBS = _argument(
    "--jobs",
    type=_parse_jobs,
    default=1,
    metavar="N",
    help="process a .jsonl file in N processes (0: one for each core; default: 1)",
)
_SERVICE_OPTIONS = (
    _argument("--base-url", metavar="URL", help="the address of the service, including /v1"),
    _argument(
        "--deadline",
        type=_parse_seconds,
        default=30.0,
        metavar="SECONDS",
        help="the timeout of each call (default: 30)",
    ),
    _flag("--key-from-stdin", "read the API key from standard input (default: from SCALE_API_KEY)"),
)

#: The option of all commands.
ASSUME = _repeatable("--assume", "NAME=VALUE", "change a setting that `paramcore assumptions` lists")

#: The arguments of each command, in the order of `--help`.
COMMANDS: dict[str, Sequence[Argument]] = {
    "preview": (
        _PROJECT,
        _TASKS,
        _TEXT_OR_JSON,
        *_TASK_OPTIONS,
        _flag("--explain", "also explain why each param has its value"),
        *_BULK_OPTIONS,
        _JOBS,
    ),
    "explain": (
        _PROJECT,
        _TASKS,
        _TEXT_OR_JSON,
        *_TASK_OPTIONS,
        _argument("params", nargs="*", metavar="PARAM", help="explain only these params (default: all)"),
    ),
    "plan": (_PROJECT, _optional(_UPDATE), _WANTED, _TEXT_OR_JSON, *_PLAN_OPTIONS),
    "diff": (
        _argument(
            "before",
            metavar="FILE[@N]",
            help="the params before: an object of params, or version N of a project (default: the latest)",
        ),
        _argument("after", metavar="FILE[@N]", help="the params after, in the same form"),
        _TEXT_OR_JSON,
        _flag("--exit-code", "exit with 1 if anything differs"),
    ),
    "log": (
        _PROJECT,
        _argument("params", nargs="*", metavar="PARAM", help="show when each value of these params applied"),
        _TEXT_OR_JSON,
    ),
    "impact": (
        _PROJECT,
        _UPDATE,
        _TASKS,
        _TEXT_OR_JSON,
        *_TASK_OPTIONS,
        _flag("--list", "print a line for each affected request"),
        *_BULK_OPTIONS,
        _flag("--exit-code", "exit with 1 if a request is affected"),
    ),
    "audit": (
        _PROJECT,
        _argument(
            "tasks",
            metavar="TASKS",
            help="finished tasks: a page of `GET /tasks`, an array, or a .jsonl or .ndjson file",
        ),
        _TEXT_OR_JSON,
        _LINES,
        *_BULK_OPTIONS,
    ),
    "validate": (
        _argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="projects, arrays or directories of projects, and at most one file of task requests, in any order",
        ),
        _argument("--tasks", metavar="TASKS", help="a file of task requests; each FILE is then a file of projects"),
        _format("text", "json", "github"),
        *_TASK_OPTIONS,
        *_BULK_OPTIONS,
        _JOBS,
        _flag("--strict", "exit with 1 for warnings too"),
        _argument("--update", metavar="FILE", help="validate projects and tasks as they would be after this update"),
        _IGNORE,
        _argument(
            "--since-version",
            type=_parse_version,
            default=0,
            metavar="N",
            help="omit findings on project versions before N, except on the latest version",
        ),
        _argument("--no-values", dest="values", action="store_false", help="hide values and source lines"),
        _SCHEMA,
    ),
    "schema": (
        _argument("type", nargs="?", metavar="TYPE", help="a task type (default: list all types)"),
        _format("json"),
        _argument(
            "--for",
            dest="purpose",
            choices=("project", "task", "update"),
            default="task",
            help="the file that the schema describes (default: task)",
        ),
    ),
    "assumptions": (_TEXT_OR_JSON,),
    "fetch": (
        _optional(_NAME),
        _argument(
            "--all",
            metavar="DIR",
            help="instead of NAME, write each project to its file in DIR, or to a new file",
        ),
        _format("json"),
        _OUTPUT,
        *_SERVICE_OPTIONS,
    ),
    "apply": (
        _NAME,
        _optional(_UPDATE),
        _WANTED,
        _TEXT_OR_JSON,
        _flag("--yes", "send the update without a prompt"),
        _flag("--allow-drop", "send the update even if it drops params"),
        _flag("--allow-errors", "send the update even if it has errors"),
        *_PLAN_OPTIONS,
        *_SERVICE_OPTIONS,
    ),
    "reconcile": (
        _NAME,
        _argument(
            "--base", type=_parse_version, required=True, metavar="N", help="the number of versions before the update"
        ),
        _argument(
            "--digest", required=True, metavar="D", help="the digest that `apply` printed before it sent the update"
        ),
        _TEXT_OR_JSON,
        *_SERVICE_OPTIONS,
    ),
    "status": (_PROJECT, _TEXT_OR_JSON, *_SERVICE_OPTIONS),
    "serve": (
        _argument("projects", nargs="*", metavar="PROJECT", help="files of the projects to start with (default: none)"),
        _argument(
            "--port", type=_parse_port, default=0, metavar="N", help="the port to listen on (default: a free port)"
        ),
        _argument("--save", metavar="DIR", help="save each project to its file in DIR, or to a new file"),
        _flag("--validate", "reject tasks in which `validate` finds errors"),
    ),
}
