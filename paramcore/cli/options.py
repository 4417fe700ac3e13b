"""The commands of the command line, and the arguments of each.

The command `plan` is the function `plan` in `commands/plan.py`.  The docstring of the
function is the help text.  A new command needs a module and an entry in `COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from paramcore.cli.argument_types import parse_jobs, parse_port, parse_seconds, parse_slim_version, parse_version

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


_PROJECT = _argument(
    "project",
    metavar="PROJECT",
    help="a project from `GET /projects/{name}`, an array of projects, or a directory of such files",
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
    help="instead of UPDATE, use the smallest update after which the params equal FILE, or version N of the project in FILE",
)
_NAME = _argument("name", metavar="NAME", help="the project's name")
_TEXT_OR_JSON = _format("text", "json")
_LINES = _flag("--lines", "read TASKS as JSONL (default: if its name ends with .jsonl or .ndjson)")
_TYPE = _argument("--type", metavar="TYPE", help="the task type, as in the endpoint `POST /task/TYPE`")
_TASK_OPTIONS = (
    _argument("--project-version", type=int, metavar="N", help="use version N for every task; -1 inherits nothing"),
    _TYPE,
    _LINES,
)
_OUTPUT = _argument("--output", metavar="FILE", help="write the output to FILE; on error, leave FILE unchanged")
_IGNORE = _repeatable("--ignore", "CODE", "omit findings with this code")
_SCHEMA = _repeatable("--schema", "TYPE=FILE", "validate params of TYPE against this JSON Schema")
_PLAN_OPTIONS = (
    _flag("--patch", "make the update a patch, which keeps the params that the update does not name"),
    _IGNORE,
    _SCHEMA,
)
_KEEP_GOING = _flag("--keep-going", "report each invalid line of a .jsonl file, and continue")
_BULK_OPTIONS = (_OUTPUT, _KEEP_GOING)
_JOBS = _argument(
    "--jobs",
    type=parse_jobs,
    default=1,
    metavar="N",
    help="process a .jsonl file in N processes (0: a process for each core; default: 1)",
)
_SERVICE_OPTIONS = (
    _argument("--base-url", metavar="URL", help="the address of the service, including /v1"),
    _argument(
        "--deadline",
        type=parse_seconds,
        default=30.0,
        metavar="SECONDS",
        help="the timeout of each call (default: 30)",
    ),
    _flag("--key-from-stdin", "read the API key from standard input (default: from SCALE_API_KEY)"),
)

_REQUESTS_OUTPUT = _argument(
    "--output",
    dest="requests_output",
    metavar="FILE",
    help="write the requests to send to FILE; on error, leave FILE unchanged",
)

#: An option that every command accepts.
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
            help="the old params: a file with a params object, or version N of a project (default: the latest)",
        ),
        _argument("after", metavar="FILE[@N]", help="the new params, in the same form"),
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
        _argument("--tasks", metavar="TASKS", help="a file of task requests; every FILE must then contain projects"),
        _format("text", "json", "github"),
        *_TASK_OPTIONS,
        *_BULK_OPTIONS,
        _JOBS,
        _flag("--strict", "exit with 1 for warnings too"),
        _argument("--update", metavar="FILE", help="validate projects and tasks as they would be after this update"),
        _IGNORE,
        _argument(
            "--since-version",
            type=parse_version,
            default=0,
            metavar="N",
            help="omit findings on project versions before N, except on the latest version",
        ),
        _argument("--no-values", dest="values", action="store_false", help="hide values and source lines"),
        _SCHEMA,
    ),
    "slim": (
        _PROJECT,
        _TASKS,
        _TEXT_OR_JSON,
        _flag("--wanted", "read TASKS as the effective params that the tasks must get, not as requests"),
        _argument(
            "--to",
            type=parse_slim_version,
            default=...,
            metavar="N",
            help="inherit version N, or with `any` the version with the shortest request "
            "(default: the version that each request inherits)",
        ),
        _flag("--pin", "write the number of the inherited version into each request"),
        _TYPE,
        _LINES,
        _flag("--list", "print an entry for each request (default: for at most 20 requests)"),
        _REQUESTS_OUTPUT,
        _KEEP_GOING,
        _flag("--exit-code", "exit with 1 if a request can be shorter"),
    ),
    "extract": (
        _TASKS,
        _argument("--name", metavar="NAME", required=True, help="the name of the new project"),
        _argument("--type", dest="task_type", metavar="TYPE", required=True, help="the type of the tasks"),
        _TEXT_OR_JSON,
        _repeatable("--keep", "PARAM", "leave PARAM in the requests"),
        _repeatable("--move", "PARAM", "let PARAM move to the project, even if it says what a task is about"),
        _LINES,
        _argument(
            "--project-output",
            metavar="FILE",
            help="write the body of the request that creates the project to FILE; on error, leave FILE unchanged",
        ),
        _REQUESTS_OUTPUT,
        _KEEP_GOING,
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
            help="instead of NAME, fetch all projects; write each to the file in DIR that contains it, or to a new file",
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
            "--base",
            type=int,
            required=True,
            metavar="N",
            help="the number of versions before the update, which `apply` printed",
        ),
        _argument(
            "--digest", required=True, metavar="D", help="the digest that `apply` printed before it sent the update"
        ),
        _TEXT_OR_JSON,
        *_SERVICE_OPTIONS,
    ),
    "status": (_PROJECT, _TEXT_OR_JSON, *_SERVICE_OPTIONS),
    "serve": (
        _argument(
            "projects",
            nargs="*",
            metavar="PROJECT",
            help="files or directories of projects that the stand-in has at the start (default: none)",
        ),
        _argument(
            "--port", type=parse_port, default=0, metavar="N", help="the port to listen on (default: a free port)"
        ),
        _argument("--save", metavar="DIR", help="save each project to its file in DIR, or to a new file"),
        _flag("--validate", "reject tasks in which `validate` finds errors"),
        _SCHEMA,
    ),
}
