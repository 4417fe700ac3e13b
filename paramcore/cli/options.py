"""What the command line takes."""

from __future__ import annotations

import json
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from paramcore import __version__
from paramcore.errors import InvalidSetting
from paramcore.model.assumptions import Assumptions
from paramcore.text import format_name

__all__ = ["parsed"]

_FILES = """
PROJECT is a file exactly as `GET /projects/{name}` returns it, an array of such, or a directory of such files.
TASKS is the body of a task request, or many, one a line (.jsonl).
UPDATE is the body of a setParams request.
Files are JSON, or YAML where their names end with .yaml or .yml; `-` is standard input, as JSON.
"""


def parsed(arguments: Sequence[str] | None) -> Namespace:
    """
    Return the options of a command line; `command` among them is what to run.

    Raises:
        SystemExit: by argparse, after usage or help.
        InvalidSetting: for an assumption that there is none of.

    """
    several = sys.argv[1:] if arguments is None else list(arguments)
    # Only the command that is asked for is imported: all of them together take longer than most answers.
    verb = several[0] if several and several[0] in _VERBS else None
    options = _parser(verb).parse_args(several)
    options.assumptions = Assumptions.from_settings(dict(map(_setting, options.assume)))
    return options


class _Verb(ArgumentParser):
    """The parser of one command, which takes options before, between and after the files."""

    _mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as argparse's own way for mixed arguments does, which it does not offer below a command."""
        if self._mixing:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False


def _parser(only: str | None) -> ArgumentParser:
    parser = ArgumentParser(
        prog="paramcore",
        description="See what an update would drop and what a task will really get, before you send it.",
        epilog=_FILES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"paramcore {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Verb)
    for name, (module, add_options) in _VERBS.items():
        if only in (None, name):
            command = getattr(import_module(f"paramcore.cli.commands.{module}"), name)
            summary = command.__doc__.strip().splitlines()[0]
            verb = verbs.add_parser(name, help=summary, description=summary, epilog=_FILES, allow_abbrev=False)
            verb.formatter_class = RawDescriptionHelpFormatter
            verb.set_defaults(command=command, output=None, keep_going=False)
            add_options(verb)
            verb.add_argument(
                "--assume", action="append", default=[], metavar="NAME=VALUE", help="an assumption, see `assumptions`"
            )
    return parser


def _preview(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT", "TASKS")
    _add_tasks_options(verb)
    verb.add_argument("--explain", action="store_true", help="say why each param has its value")
    _add_bulk_options(verb)


def _explain(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT", "TASKS")
    _add_tasks_options(verb)
    verb.add_argument("params", nargs="*", metavar="PARAM", help="only these (default: all)")


def _plan(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT")
    verb.add_argument("update", nargs="?", metavar="UPDATE")
    verb.add_argument("--wanted", metavar="FILE[@N]", help="plan the smallest update that leads to these params")


def _diff(verb: ArgumentParser) -> None:
    _add_files(verb)
    verb.add_argument("before", metavar="FILE[@N]")
    verb.add_argument("after", metavar="FILE[@N]")
    _add_exit_code(verb, "anything differs")


def _log(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT")
    verb.add_argument("params", nargs="*", metavar="PARAM", help="since when to when these had which value")


def _impact(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT", "UPDATE", "TASKS")
    _add_tasks_options(verb)
    verb.add_argument("--list", action="store_true", help="name the requests that are affected, one a line")
    _add_bulk_options(verb)
    _add_exit_code(verb, "a request is affected")


def _audit(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT", "TASKS")
    verb.add_argument("--lines", action="store_true", help="standard input is JSONL")
    _add_bulk_options(verb)


def _validate(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT", forms=("text", "json", "github"))
    verb.add_argument("tasks", nargs="?", metavar="TASKS")
    _add_tasks_options(verb)
    _add_bulk_options(verb)
    verb.add_argument("--strict", action="store_true", help="end with 1 for warnings too")
    verb.add_argument("--ignore", action="append", default=[], metavar="CODE", help="leave findings of this code out")
    verb.add_argument("--no-values", dest="values", action="store_false", help="tell no value, show no line")
    verb.add_argument(
        "--schema", action="append", default=[], metavar="TYPE=FILE", help="a JSON Schema for a task type of your own"
    )


def _schema(verb: ArgumentParser) -> None:
    _add_files(verb, forms=("json",))
    verb.add_argument("type", nargs="?", metavar="TYPE", help="a task type (default: list them)")
    verb.add_argument("--for", dest="purpose", choices=("project", "task", "update"), default="task")


def _fetch(verb: ArgumentParser) -> None:
    _add_files(verb, forms=("json",))
    verb.add_argument("name", nargs="?", metavar="NAME", help="the project's name")
    verb.add_argument("--all", metavar="DIR", help="fetch all projects, each into a file of its own")
    verb.add_argument("--output", metavar="FILE", help="write the project to a file, whole or not at all")
    _add_service_options(verb)


def _apply(verb: ArgumentParser) -> None:
    _add_files(verb)
    verb.add_argument("name", metavar="NAME", help="the project's name")
    verb.add_argument("update", nargs="?", metavar="UPDATE")
    verb.add_argument("--wanted", metavar="FILE[@N]", help="apply the smallest update that leads to these params")
    verb.add_argument("--yes", action="store_true", help="do not ask whether to send it")
    verb.add_argument("--allow-drop", action="store_true", help="send it although it drops params")
    _add_service_options(verb)


def _reconcile(verb: ArgumentParser) -> None:
    _add_files(verb)
    verb.add_argument("name", metavar="NAME", help="the project's name")
    verb.add_argument("--base", type=int, required=True, metavar="N", help="the number of versions before it")
    verb.add_argument("--digest", required=True, metavar="D", help="what `apply` told before it sent")
    _add_service_options(verb)


def _status(verb: ArgumentParser) -> None:
    _add_files(verb, "PROJECT")
    _add_service_options(verb)


def _serve(verb: ArgumentParser) -> None:
    verb.add_argument("projects", nargs="*", metavar="PROJECT", help="what it begins with (default: nothing)")
    verb.add_argument("--port", type=_port, default=0, metavar="N", help="listen there (default: any that is free)")
    verb.add_argument("--save", metavar="DIR", help="keep the projects in DIR, each in a file of its own")
    verb.add_argument("--validate", action="store_true", help="refuse tasks that `validate` finds errors in")


def _add_files(verb: ArgumentParser, *names: str, forms: tuple[str, ...] = ("text", "json")) -> None:
    for name in names:
        verb.add_argument(name.lower(), metavar=name)
    verb.add_argument("--format", choices=forms, default=forms[0], help="text for people, or JSON for programs")


def _add_service_options(verb: ArgumentParser) -> None:
    verb.add_argument("--base-url", metavar="URL", help="the service's address, with its /v1")
    verb.add_argument("--deadline", type=_seconds, default=30.0, metavar="SECONDS", help="for each call (30)")
    verb.add_argument("--key-from-stdin", action="store_true", help="not SCALE_API_KEY, but a line of standard input")


#: Each command: the module that it is in, and what adds its options.
_VERBS: dict[str, tuple[str, Callable[[ArgumentParser], None]]] = {
    "preview": ("preview", _preview),
    "explain": ("preview", _explain),
    "plan": ("plan", _plan),
    "diff": ("plan", _diff),
    "log": ("plan", _log),
    "impact": ("plan", _impact),
    "audit": ("plan", _audit),
    "validate": ("validate", _validate),
    "schema": ("schema", _schema),
    "assumptions": ("preview", _add_files),
    "fetch": ("service", _fetch),
    "apply": ("service", _apply),
    "reconcile": ("service", _reconcile),
    "status": ("service", _status),
    "serve": ("serve", _serve),
}


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65_536:
        raise ValueError(text)
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < 86_400:
        raise ValueError(text)
    return seconds


def _add_bulk_options(verb: ArgumentParser) -> None:
    verb.add_argument("--output", metavar="FILE", help="write the answer to a file, whole or not at all")
    verb.add_argument("--keep-going", action="store_true", help="report bad lines of a .jsonl file and go on")


def _add_exit_code(verb: ArgumentParser, when: str) -> None:
    verb.add_argument("--exit-code", action="store_true", help=f"end with 1 if {when}")


def _add_tasks_options(verb: ArgumentParser) -> None:
    verb.add_argument("--project-version", type=int, metavar="N", default=SUPPRESS, help="as if each task asked for it")
    verb.add_argument("--type", metavar="TYPE", help="the task type in the URL that the tasks go to")
    verb.add_argument("--lines", action="store_true", help="standard input is JSONL")


def _setting(text: str) -> tuple[str, str]:
    """Read NAME=VALUE; a VALUE in double quotes is a JSON string, for line feeds and the like."""
    name, mark, value = text.partition("=")
    if not mark:
        raise InvalidSetting("assumption_value", None, f"`--assume {format_name(text)}`", "`--assume NAME=VALUE`")
    if value.startswith('"'):
        try:
            decoded = json.loads(value)
        except ValueError:
            return name, value
        return name, decoded if isinstance(decoded, str) else value
    return name, value
