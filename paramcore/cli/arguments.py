"""What the command line takes."""

from __future__ import annotations

import json
from argparse import SUPPRESS, ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from typing import Any

from paramcore import __version__
from paramcore.assumptions import Assumptions
from paramcore.cli import commands, questions, serve, service, validating
from paramcore.errors import InvalidSetting
from paramcore.values import shown

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
    options = _parser().parse_args(arguments)
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


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="paramcore",
        description="See what an update would drop and what a task will really get, before you send it.",
        epilog=_FILES,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"paramcore {__version__}")
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_Verb)

    def add(command: commands.Command, *positionals: str, forms: tuple[str, ...] = ("text", "json")) -> ArgumentParser:
        summary = (command.__doc__ or "").strip().splitlines()[0]
        verb = verbs.add_parser(command.__name__, help=summary, description=summary, epilog=_FILES, allow_abbrev=False)
        verb.formatter_class = RawDescriptionHelpFormatter
        for positional in positionals:
            verb.add_argument(positional.lower(), metavar=positional)
        verb.add_argument("--format", choices=forms, default=forms[0], help="text for people, or JSON for programs")
        verb.add_argument(
            "--assume", action="append", default=[], metavar="NAME=VALUE", help="an assumption, see `assumptions`"
        )
        verb.set_defaults(command=command, output=None)
        return verb

    _add_tasks_options(preview := add(commands.preview, "PROJECT", "TASKS"))
    preview.add_argument("--explain", action="store_true", help="say why each param has its value")
    preview.add_argument("--output", metavar="FILE", help="write the answer to a file, whole or not at all")
    _add_keep_going(preview)
    _add_tasks_options(explain := add(commands.explain, "PROJECT", "TASKS"))
    explain.add_argument("params", nargs="*", metavar="PARAM", help="only these (default: all)")
    explain.set_defaults(keep_going=False)
    plan = add(questions.plan, "PROJECT")
    plan.add_argument("update", nargs="?", metavar="UPDATE")
    plan.add_argument("--wanted", metavar="FILE[@N]", help="plan the smallest update that leads to these params")
    diff = add(questions.diff)
    diff.add_argument("before", metavar="FILE[@N]")
    diff.add_argument("after", metavar="FILE[@N]")
    _add_exit_code(diff, "anything differs")
    log = add(questions.log, "PROJECT")
    log.add_argument("params", nargs="*", metavar="PARAM", help="since when to when these had which value")
    _add_tasks_options(impact := add(questions.impact, "PROJECT", "UPDATE", "TASKS"))
    impact.add_argument("--list", action="store_true", help="name the requests that are affected, one a line")
    _add_keep_going(impact)
    _add_exit_code(impact, "a request is affected")
    audit = add(questions.audit, "PROJECT", "TASKS")
    audit.add_argument("--lines", action="store_true", help="standard input is JSONL")
    _add_validate_options(add(validating.validate, "PROJECT", forms=("text", "json", "github")))
    schema = add(validating.schema, forms=("json",))
    schema.add_argument("type", nargs="?", metavar="TYPE", help="a task type (default: list them)")
    schema.add_argument("--for", dest="purpose", choices=("project", "task", "update"), default="task")
    add(commands.assumptions)
    _add_service_commands(add)
    _add_serve_options(add(serve.serve, forms=("text",)))
    return parser


def _add_service_commands(add: Callable[..., ArgumentParser]) -> None:
    fetch = add(service.fetch, forms=("json",))
    fetch.add_argument("name", nargs="?", metavar="NAME", help="the project's name")
    fetch.add_argument("--all", metavar="DIR", help="fetch all projects, each into a file of its own")
    fetch.add_argument("--output", metavar="FILE", help="write the project to a file, whole or not at all")
    apply = add(service.apply)
    apply.add_argument("name", metavar="NAME", help="the project's name")
    apply.add_argument("update", nargs="?", metavar="UPDATE")
    apply.add_argument("--wanted", metavar="FILE[@N]", help="apply the smallest update that leads to these params")
    apply.add_argument("--yes", action="store_true", help="do not ask whether to send it")
    apply.add_argument("--allow-drop", action="store_true", help="send it although it drops params")
    reconcile = add(service.reconcile)
    reconcile.add_argument("name", metavar="NAME", help="the project's name")
    reconcile.add_argument("--base", type=int, required=True, metavar="N", help="the number of versions before it")
    reconcile.add_argument("--digest", required=True, metavar="D", help="what `apply` told before it sent")
    status = add(service.status, "PROJECT")
    for verb in (fetch, apply, reconcile, status):
        verb.add_argument("--base-url", metavar="URL", help="the service's address, with its /v1")
        verb.add_argument("--deadline", type=_seconds, default=30.0, metavar="SECONDS", help="for each call (30)")
        verb.add_argument(
            "--key-from-stdin", action="store_true", help="not SCALE_API_KEY, but a line of standard input"
        )


def _add_serve_options(serve: ArgumentParser) -> None:
    serve.add_argument("projects", nargs="*", metavar="PROJECT", help="what it begins with (default: nothing)")
    serve.add_argument("--port", type=_port, default=0, metavar="N", help="listen there (default: any that is free)")
    serve.add_argument("--save", metavar="DIR", help="keep the projects in DIR, each in a file of its own")
    serve.add_argument("--validate", action="store_true", help="refuse tasks that `validate` finds errors in")


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


def _add_validate_options(validate: ArgumentParser) -> None:
    validate.add_argument("tasks", nargs="?", metavar="TASKS")
    _add_tasks_options(validate)
    _add_keep_going(validate)
    validate.add_argument("--strict", action="store_true", help="end with 1 for warnings too")
    validate.add_argument(
        "--ignore", action="append", default=[], metavar="CODE", help="leave findings of this code out"
    )
    validate.add_argument("--no-values", dest="values", action="store_false", help="tell no value, show no line")
    validate.add_argument(
        "--schema", action="append", default=[], metavar="TYPE=FILE", help="a JSON Schema for a task type of your own"
    )


def _add_keep_going(verb: ArgumentParser) -> None:
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
        raise InvalidSetting(
            "assumption_value", None, f"`--assume {shown(text, quoted=False)}`", "`--assume NAME=VALUE`"
        )
    if value.startswith('"'):
        try:
            decoded = json.loads(value)
        except ValueError:
            return name, value
        return name, decoded if isinstance(decoded, str) else value
    return name, value
