"""The commands of the command line, and the options of each."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable

from paramcore.text import format_value

_FILES = {
    "PROJECT": "a project as `GET /projects/{name}` returns it, an array of projects, or a directory of such files",
    "TASKS": "a task request, or a .jsonl file with one request on each line",
    "UPDATE": "the body of a setParams request",
}


def _add_preview_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT", "TASKS")
    _add_format(parser)
    _add_task_options(parser)
    parser.add_argument("--explain", action="store_true", help="also explain why each param has its value")
    _add_bulk_options(parser)


def _add_explain_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT", "TASKS")
    _add_format(parser)
    _add_task_options(parser)
    parser.add_argument("params", nargs="*", metavar="PARAM", help="explain only these params (default: all)")


def _add_plan_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT")
    _add_format(parser)
    _add_files(parser, "UPDATE", nargs="?")
    parser.add_argument("--wanted", metavar="FILE[@N]", help="plan the smallest update that results in these params")


def _add_diff_options(parser: ArgumentParser) -> None:
    _add_format(parser)
    parser.add_argument(
        "before", metavar="FILE[@N]", help="the params before: an object, or a project at version N (default: latest)"
    )
    parser.add_argument("after", metavar="FILE[@N]", help="the params after, in the same form")
    _add_exit_code(parser, "anything differs")


def _add_log_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT")
    _add_format(parser)
    parser.add_argument("params", nargs="*", metavar="PARAM", help="show when each value of these params applied")


def _add_impact_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT", "UPDATE", "TASKS")
    _add_format(parser)
    _add_task_options(parser)
    parser.add_argument("--list", action="store_true", help="print each affected request on a line")
    _add_bulk_options(parser)
    _add_exit_code(parser, "a request is affected")


def _add_audit_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT")
    parser.add_argument(
        "tasks", metavar="TASKS", help="finished tasks: a page of `GET /tasks`, an array, or a .jsonl file"
    )
    _add_format(parser)
    _add_lines(parser)
    _add_bulk_options(parser)


def _add_validate_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT")
    _add_format(parser, "text", "json", "github")
    _add_files(parser, "TASKS", nargs="?")
    _add_task_options(parser)
    _add_bulk_options(parser)
    parser.add_argument("--strict", action="store_true", help="exit with 1 for warnings too")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="leave out findings with this code (repeatable)"
    )
    parser.add_argument("--no-values", dest="values", action="store_false", help="print no values and no source lines")
    parser.add_argument(
        "--schema",
        action="append",
        default=[],
        metavar="TYPE=FILE",
        help="validate tasks of TYPE against this JSON Schema (repeatable)",
    )


def _add_schema_options(parser: ArgumentParser) -> None:
    _add_format(parser, "json")
    parser.add_argument("type", nargs="?", metavar="TYPE", help="a task type (default: list all types)")
    parser.add_argument(
        "--for",
        dest="purpose",
        choices=("project", "task", "update"),
        default="task",
        help="the file that the schema describes (default: task)",
    )


def _add_fetch_options(parser: ArgumentParser) -> None:
    _add_format(parser, "json")
    parser.add_argument("name", nargs="?", metavar="NAME", help="the project's name")
    parser.add_argument("--all", metavar="DIR", help="fetch all projects into DIR, each into its own file")
    _add_output(parser)
    _add_service_options(parser)


def _add_apply_options(parser: ArgumentParser) -> None:
    _add_format(parser)
    parser.add_argument("name", metavar="NAME", help="the project's name")
    _add_files(parser, "UPDATE", nargs="?")
    parser.add_argument("--wanted", metavar="FILE[@N]", help="apply the smallest update that results in these params")
    parser.add_argument("--yes", action="store_true", help="send the update without asking")
    parser.add_argument("--allow-drop", action="store_true", help="send the update even if it drops params")
    _add_service_options(parser)


def _add_reconcile_options(parser: ArgumentParser) -> None:
    _add_format(parser)
    parser.add_argument("name", metavar="NAME", help="the project's name")
    parser.add_argument("--base", type=int, required=True, metavar="N", help="the number of versions before the update")
    parser.add_argument("--digest", required=True, metavar="D", help="the digest that `apply` printed before it sent")
    _add_service_options(parser)


def _add_status_options(parser: ArgumentParser) -> None:
    _add_files(parser, "PROJECT")
    _add_format(parser)
    _add_service_options(parser)


def _add_serve_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "projects", nargs="*", metavar="PROJECT", help="files of the projects to start with (default: none)"
    )
    parser.add_argument(
        "--port", type=_parse_port, default=0, metavar="N", help="the port to listen on (default: a free one)"
    )
    parser.add_argument("--save", metavar="DIR", help="save the projects in DIR, each in its own file")
    parser.add_argument("--validate", action="store_true", help="reject tasks in which `validate` finds errors")


def _add_files(parser: ArgumentParser, *names: str, nargs: str | None = None) -> None:
    for name in names:
        parser.add_argument(name.lower(), metavar=name, nargs=nargs, help=_FILES[name])


def _add_format(parser: ArgumentParser, *formats: str) -> None:
    formats = formats or ("text", "json")
    parser.add_argument(
        "--format", choices=formats, default=formats[0], help=f"the output format (default: {formats[0]})"
    )


def _add_task_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--project-version", type=int, metavar="N", help="use version N for every task; -1 inherits nothing"
    )
    parser.add_argument("--type", metavar="TYPE", help="the task type in the URL that the tasks are sent to")
    _add_lines(parser)


def _add_lines(parser: ArgumentParser) -> None:
    parser.add_argument("--lines", action="store_true", help="read standard input as JSONL")


def _add_bulk_options(parser: ArgumentParser) -> None:
    _add_output(parser)
    parser.add_argument("--keep-going", action="store_true", help="report bad lines of a .jsonl file and continue")


def _add_output(parser: ArgumentParser) -> None:
    parser.add_argument("--output", metavar="FILE", help="write the answer to FILE, which is replaced only on success")


def _add_exit_code(parser: ArgumentParser, condition: str) -> None:
    parser.add_argument("--exit-code", action="store_true", help=f"exit with 1 if {condition}")


def _add_service_options(parser: ArgumentParser) -> None:
    parser.add_argument("--base-url", metavar="URL", help="the address of the service, including /v1")
    parser.add_argument(
        "--deadline",
        type=_parse_seconds,
        default=30.0,
        metavar="SECONDS",
        help="the timeout of each call (default: 30)",
    )
    parser.add_argument(
        "--key-from-stdin", action="store_true", help="read the API key from standard input (default: SCALE_API_KEY)"
    )


def _parse_port(text: str) -> int:
    if text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) < 65_536:
        return int(text)
    raise ArgumentTypeError(f"a port is a whole number from 0 to 65535, got {format_value(text)}")


def _parse_seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0
    if 0 < seconds < 86_400:
        return seconds
    raise ArgumentTypeError(f"a timeout is more than 0 and less than 86400 seconds, got {format_value(text)}")


#: The function that adds the options of each command, in the order of `--help`.
COMMANDS: dict[str, Callable[[ArgumentParser], None]] = {
    "preview": _add_preview_options,
    "explain": _add_explain_options,
    "plan": _add_plan_options,
    "diff": _add_diff_options,
    "log": _add_log_options,
    "impact": _add_impact_options,
    "audit": _add_audit_options,
    "validate": _add_validate_options,
    "schema": _add_schema_options,
    "assumptions": _add_format,
    "fetch": _add_fetch_options,
    "apply": _add_apply_options,
    "reconcile": _add_reconcile_options,
    "status": _add_status_options,
    "serve": _add_serve_options,
}
