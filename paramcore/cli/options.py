"""The commands of the command line, and the arguments of each.

For example, the command `plan` is the function `plan` in `commands/plan.py`.  The
docstring of the function is the help text.  A new command needs a module, and entries
in `COMMANDS` and in `EXAMPLES`.
"""

from __future__ import annotations

from collections.abc import Sequence

from paramcore.cli.argument_types import parse_digest, parse_port, parse_slim_version, parse_version
from paramcore.cli.shared_arguments import (
    ANNOTATED_REPORT,
    ASSUME,
    BULK_OPTIONS,
    IGNORE,
    JOBS,
    KEEP_GOING,
    LINES,
    NAME,
    NO_VALUES,
    OUTPUT,
    PLAN_OPTIONS,
    PROJECT,
    REPORT,
    REQUESTS_OUTPUT,
    SCHEMA,
    SCREEN_OPTIONS,
    SERVICE_OPTIONS,
    TASK_OPTIONS,
    TASKS,
    TEXT_OR_JSON,
    TYPE,
    UPDATE,
    WANTED,
    Argument,
    make_argument,
    make_flag,
    make_input,
    make_optional,
    make_params,
    make_repeatable,
)

#: The shells for which the package has a completion script.
SHELLS = ("bash", "zsh", "fish")

#: The topics of `paramcore help`.
TOPICS = ("exit-codes", "environment", "files")

#: The commands without `--assume`: assumed rules do not affect their output.
_WITHOUT_ASSUMPTIONS = ("diff", "schema", "completion", "help")

#: The arguments of each command, in the order of `--help`, without `--assume`.
COMMANDS: dict[str, Sequence[Argument]] = {
    "preview": (
        PROJECT,
        TASKS,
        *REPORT,
        *TASK_OPTIONS,
        make_flag("--explain", "also explain why each param has its value"),
        *BULK_OPTIONS,
        JOBS,
        *SCREEN_OPTIONS,
    ),
    "explain": (
        PROJECT,
        TASKS,
        *REPORT,
        *TASK_OPTIONS,
        make_params("explain only these params (default: all)"),
        *SCREEN_OPTIONS,
    ),
    "plan": (PROJECT, make_optional(UPDATE), WANTED, *ANNOTATED_REPORT, *PLAN_OPTIONS, *SCREEN_OPTIONS),
    "diff": (
        make_argument(
            "before",
            metavar="FILE[@N]",
            help="the old params: a file with a params object, or version N of a project (default: the latest)",
        ),
        make_argument(
            "after",
            metavar="FILE[@N]",
            help="the new params: a file with a params object, or version N of a project (default: the latest)",
        ),
        *REPORT,
        make_flag("--exit-code", "exit with 1 if anything differs"),
        *SCREEN_OPTIONS,
    ),
    "log": (
        PROJECT,
        make_params("show the values of these params, and when each applied"),
        *REPORT,
        *SCREEN_OPTIONS,
    ),
    "impact": (
        PROJECT,
        UPDATE,
        TASKS,
        *REPORT,
        *TASK_OPTIONS,
        make_flag("--list", "print a line for each affected request"),
        *BULK_OPTIONS,
        make_flag("--exit-code", "exit with 1 if a request is affected"),
        *SCREEN_OPTIONS,
    ),
    "audit": (
        PROJECT,
        make_argument(
            "tasks",
            metavar="TASKS",
            help="finished tasks: a page of `GET /tasks`, an array, or a .jsonl or .ndjson file",
        ),
        *REPORT,
        LINES,
        *BULK_OPTIONS,
        *SCREEN_OPTIONS,
    ),
    "validate": (
        make_argument(
            "files",
            nargs="+",
            metavar="FILE",
            help="projects, arrays or directories of projects, and at most one file of task requests, in any order",
        ),
        make_input("--tasks", "TASKS", "a file or a directory of task requests; every FILE must then contain projects"),
        *ANNOTATED_REPORT,
        *TASK_OPTIONS,
        *BULK_OPTIONS,
        JOBS,
        make_flag("--strict", "also exit with 1 for warnings, and for files and subdirectories that were skipped"),
        make_input("--update", "FILE", "validate projects and tasks as they would be after this update"),
        IGNORE,
        make_argument(
            "--since-version",
            type=parse_version,
            default=0,
            metavar="N",
            help="omit findings on project versions before N, except on the latest version",
        ),
        SCHEMA,
        *SCREEN_OPTIONS,
    ),
    "slim": (
        PROJECT,
        TASKS,
        *REPORT,
        make_argument(
            "--wanted",
            dest="is_wanted",
            action="store_true",
            help="TASKS contains the effective params that the tasks must get, not requests",
        ),
        make_argument(
            "--to",
            type=parse_slim_version,
            default=...,
            metavar="N",
            help="the version to inherit; -1 inherits nothing; `any` selects the version that makes the request "
            "shortest (default: the version that the request inherits)",
        ),
        make_flag("--pin", "write the number of the inherited version into each request"),
        TYPE,
        LINES,
        make_flag(
            "--list",
            "print an entry for each request (default: for more than 20 requests, print only totals)",
        ),
        REQUESTS_OUTPUT,
        KEEP_GOING,
        make_flag("--exit-code", "exit with 1 if a request can be shorter"),
        *SCREEN_OPTIONS,
    ),
    "extract": (
        TASKS,
        make_argument("--name", metavar="NAME", required=True, help="the name of the new project"),
        make_argument(
            "--type",
            dest="task_type",
            metavar="TYPE",
            required=True,
            help="the task type of all requests, as in the endpoint `POST /task/TYPE`",
        ),
        *REPORT,
        make_repeatable("--keep", "PARAM", "keep PARAM in the requests"),
        make_repeatable(
            "--move",
            "PARAM",
            "allow PARAM to move to the project; by default, some params, such as `attachment`, stay in the requests",
        ),
        LINES,
        make_argument(
            "--project-output",
            metavar="FILE",
            help="write to FILE the body of the request that creates the project; on error, leave FILE unchanged",
        ),
        REQUESTS_OUTPUT,
        KEEP_GOING,
        *SCREEN_OPTIONS,
    ),
    "report": (
        PROJECT,
        make_optional(TASKS),
        make_input("--update", "UPDATE", "show what this update would drop and change"),
        make_argument("--output", required=True, metavar="FILE.html", help="the page to write; unchanged on error"),
        *TASK_OPTIONS,
        IGNORE,
        SCHEMA,
        make_flag(
            "--exit-code",
            "exit with 1 if the update drops params or has errors; without --update, exit with 1 for any error",
        ),
        NO_VALUES,
    ),
    "schema": (
        make_argument("type", nargs="?", metavar="TYPE", help="a task type (default: list all types)"),
        make_argument("--format", choices=("json",), help="list the types as JSON; a schema is always JSON"),
        make_argument(
            "--for",
            dest="purpose",
            choices=("project", "task", "update"),
            default="task",
            help="what the schema describes: a project, a task request or an update (default: task)",
        ),
    ),
    "assumptions": (TEXT_OR_JSON,),
    "completion": (make_argument("shell", metavar="SHELL", choices=SHELLS, help="the shell: bash, zsh or fish"),),
    "help": (make_argument("topic", nargs="?", metavar="TOPIC", help="a command or a topic (default: list them)"),),
    "fetch": (
        make_optional(NAME),
        make_argument(
            "--all",
            metavar="DIR",
            help="instead of NAME, fetch all projects; write each to the file in DIR that contains it, or to a new file",
        ),
        make_argument(
            "--format",
            choices=("json",),
            default="json",
            help="the output format (default: json); with `--all`, `fetch` prints the path of each file instead",
        ),
        OUTPUT,
        *SERVICE_OPTIONS,
    ),
    "apply": (
        NAME,
        make_optional(UPDATE),
        WANTED,
        TEXT_OR_JSON,
        make_flag("--yes", "send the update without a prompt"),
        make_flag("--allow-drop", "send the update even if it drops params"),
        make_flag("--allow-errors", "send the update even if it has errors"),
        *PLAN_OPTIONS,
        *SERVICE_OPTIONS,
        *SCREEN_OPTIONS,
    ),
    "reconcile": (
        NAME,
        make_argument(
            "--base",
            type=parse_version,
            required=True,
            metavar="N",
            help="the number of versions that the project had when `apply` planned the update",
        ),
        make_argument(
            "--digest",
            required=True,
            type=parse_digest,
            metavar="D",
            help="the digest that `apply` printed before it sent the update",
        ),
        TEXT_OR_JSON,
        *SERVICE_OPTIONS,
    ),
    "status": (PROJECT, *ANNOTATED_REPORT, *SERVICE_OPTIONS, *SCREEN_OPTIONS),
    "serve": (
        make_argument(
            "projects",
            nargs="*",
            metavar="PROJECT",
            help="files or directories with the initial projects of the stand-in (default: none)",
        ),
        make_argument(
            "--port", type=parse_port, default=0, metavar="N", help="the port to listen on (default: a free port)"
        ),
        make_argument("--save", metavar="DIR", help="save each project to its file in DIR, or to a new file"),
        make_flag("--validate", "reject tasks in which `validate` finds errors"),
        SCHEMA,
    ),
}


def list_arguments(command: str) -> Sequence[Argument]:
    """Return the arguments of a command, in the order of `--help`."""
    arguments = COMMANDS[command]
    return arguments if command in _WITHOUT_ASSUMPTIONS else (*arguments, ASSUME)
