"""Parse the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from importlib import import_module
from itertools import takewhile
from typing import Any, NoReturn

from paramcore import __version__
from paramcore.cli.examples import EXAMPLES
from paramcore.cli.options import COMMANDS, TOPICS, list_arguments
from paramcore.cli.output import exit_with_usage, print_text
from paramcore.cli.screen import Screen
from paramcore.errors import InvalidSetting
from paramcore.model import Assumptions
from paramcore.text import MESSAGE_LIMIT, format_name

#: The prefix of arguments that argparse must not read as options.  No other argument begins with this prefix, because
#: operating systems allow no null characters in arguments.
_OPERAND = "\0"

#: The defaults of attributes that only some commands set.
_DEFAULTS: dict[str, Any] = {
    "output": None,
    "tasks_document": None,
    "task_files": (),
    "summary": False,
    "project_version": None,
    "type": None,
    "values": True,
    "full": False,
    "width": None,
    "color": "auto",
}

_OPTIONS = ("--help", "--version")

_EPILOG = f"""
`paramcore COMMAND --help` shows the arguments and examples of a command.
`paramcore help TOPIC` explains a topic: {", ".join(TOPICS)}.
"""


def parse_options(arguments: Sequence[str] | None) -> Namespace:
    """Return the options of a command line; the attribute `command` is the function to run.

    Raises:
        SystemExit: for wrong usage, and after `--help` and `--version`.
        InvalidSetting: for an assumption that is unknown or set twice, or whose value is missing or wrong.
        OutputLost: if the help or the version cannot be printed.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    _reject_dashes(arguments)
    # Import only the requested command, because importing all commands is slow.
    requested = arguments[0] if arguments and arguments[0] in COMMANDS else None
    if arguments and requested is None:
        _reject_unknown(arguments[0])
    options, unknown = make_parser(requested).parse_known_args(_mark_operands(arguments))
    if unknown:
        _reject_unknown_arguments(requested, unknown)
    options.arguments = arguments
    options.assumptions = Assumptions.from_settings(_parse_assumptions(getattr(options, "assume", ())))
    options.screen = Screen.of(options)
    return options


class _Parser(ArgumentParser):
    """A parser that raises an error if the help or the version cannot be printed."""

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse ignores errors when it writes to standard output, and does not flush the text.  If the flush at exit
        # fails, Python prints an error of its own.
        if file is sys.stderr:
            super()._print_message(message, file)
        else:
            print_text(message)


class _CommandParser(_Parser):
    """The parser of a command; options may be before, between or after the positional arguments."""

    _is_parsing_intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse options between positional arguments; argparse cannot do this for subcommands."""
        # `parse_known_intermixed_args` calls this method again, and expects the method of argparse.
        if self._is_parsing_intermixed:
            return super().parse_known_args(args, namespace)
        self._is_parsing_intermixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_parsing_intermixed = False

    def _get_value(self, action: Any, arg_string: str) -> Any:
        # argparse has found the options, so the mark is no longer needed.  Remove it here, because argparse next
        # compares the value with `choices`.
        return super()._get_value(action, _unmark(arg_string))


def make_parser(requested: str | None) -> ArgumentParser:
    """Return a parser for the requested command only, or for all commands if `requested` is `None`."""
    parser = _Parser(
        prog="paramcore",
        description="Show what an update drops and which params a task really gets, before you send either.",
        epilog=_EPILOG,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"paramcore {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser)
    for name in COMMANDS if requested is None else [requested]:
        command = getattr(import_module(f"paramcore.cli.commands.{name}"), name)
        # `python -OO` removes docstrings, so the help then shows only the name of the command.
        summary = command.__doc__ or f"run {name}"
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=summary,
            epilog="\n".join(["examples:", *(f"  paramcore {example}" for example in EXAMPLES[name])]),
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        subparser.set_defaults(**_DEFAULTS, command=command)
        for argument, keywords in list_arguments(name):
            subparser.add_argument(argument, **keywords)
    return parser


def _reject_unknown(argument: str) -> None:
    """Reject a first argument that is neither a command nor an option of `paramcore`."""
    if not argument.startswith("-"):
        reject_name("command", argument, COMMANDS, "run `paramcore --help` to list the commands")
    if argument not in ("-h", *_OPTIONS):
        reject_name("option", argument, _OPTIONS, "name a command first")


def _reject_unknown_arguments(command: str | None, arguments: Sequence[str]) -> NoReturn:
    # An argument after `--` begins with the mark, so it does not count as an option.
    options = [argument.partition("=")[0] for argument in arguments if argument.startswith("-")]
    if command is None or not options:
        exit_with_usage(
            f"too many arguments: {' '.join(format_name(_unmark(argument)) for argument in arguments)}; remove them"
        )
    known = [name for name, _keywords in list_arguments(command) if name.startswith("-")]
    reject_name("option", options[0], [*known, "--help"], f"run `paramcore {command} --help` to list the options")


def reject_name(noun: str, name: str, known: Iterable[str], remedy: str) -> NoReturn:
    """Reject a name on the command line.

    The error suggests the most similar known name.  If no name is similar, the error gives `remedy`.

    Raises:
        SystemExit: always.
    """
    # Import the module only for an error, because it is slow to import.
    from paramcore.validation.names import suggest_name  # noqa: PLC0415

    nearest = suggest_name(name, known)
    remedy = f"did you mean `{nearest}`?" if nearest else remedy
    exit_with_usage(f"there is no {noun} `{format_name(name)}`; {remedy}")


def _reject_dashes(arguments: Sequence[str]) -> None:
    """Reject `--OPTION=--`, because argparse would ignore the value."""
    for argument in takewhile("--".__ne__, arguments):
        option, mark, value = argument.partition("=")
        if mark and value == "--" and option.startswith("--"):
            exit_with_usage(f"{format_name(option)} needs a value, got `--`; to name a file `--`, pass `./--`")


def _mark_operands(arguments: Sequence[str]) -> list[str]:
    """Mark the arguments after `--` and arguments such as `-@2`, so that argparse never reads them as options."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    before = [_OPERAND + argument if argument.startswith("-@") else argument for argument in arguments[:end]]
    return [*before, *(_OPERAND + argument for argument in arguments[end + 1 :])]


def _unmark(argument: str) -> str:
    return argument.removeprefix(_OPERAND)


def _parse_assumptions(texts: Sequence[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for name, value in map(_parse_assumption, texts):
        if name in settings:
            problem = f"--assume sets `{format_name(name, limit=MESSAGE_LIMIT)}` twice"
            raise InvalidSetting("assumption_value", None, problem, "set it once")
        settings[name] = value
    return settings


def _parse_assumption(text: str) -> tuple[str, str]:
    """Parse NAME=VALUE.

    Decode VALUE if it is a JSON string.  A VALUE with escapes is decoded even without its quotes.
    """
    name, mark, value = text.partition("=")
    if not mark:
        problem = f"--assume needs a name and a value, got `{format_name(text, limit=MESSAGE_LIMIT)}`"
        raise InvalidSetting("assumption_value", None, problem, "write `--assume NAME=VALUE`")
    # `audit` prints settings such as `instruction_separator="\n\n"`.  If a user pastes this text into a shell, the
    # shell removes the quotes.
    if value.startswith('"') or "\\" in value:
        with suppress(ValueError):
            value = json.loads(value if value.startswith('"') else f'"{value}"')
    return name, value
