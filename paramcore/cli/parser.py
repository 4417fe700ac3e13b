"""Parse the command line."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Any

from paramcore import __version__
from paramcore.cli.options import ASSUME, COMMANDS
from paramcore.errors import InvalidSetting
from paramcore.model import Assumptions
from paramcore.text import MESSAGE_LIMIT, format_name

#: Marks an operand.  No argument of a process can contain this character.
_OPERAND = "\0"

_FILE_FORMATS = """
A file whose name ends with .yaml or .yml is read as YAML, any other file as JSON.
`-` reads JSON from standard input.
"""


def parse_options(arguments: Sequence[str] | None) -> Namespace:
    """Return the options of a command line; `command` is the function to run.

    Raises:
        SystemExit: for wrong usage, and after `--help` and `--version`.
        InvalidSetting: for an unknown assumption, or a wrong value of an assumption.
    """
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    # Import only the requested command, because importing all commands is slow.
    requested = arguments[0] if arguments and arguments[0] in COMMANDS else None
    options = make_parser(requested).parse_args(_mark_operands(arguments))
    for name, value in vars(options).items():
        if isinstance(value, list):
            setattr(options, name, [_unmark(element) for element in value])
        else:
            setattr(options, name, _unmark(value))
    options.assumptions = Assumptions.from_settings(dict(map(_parse_assumption, options.assume)))
    return options


class _CommandParser(ArgumentParser):
    """The parser of a command; options may precede, separate or follow the files."""

    _is_parsing_intermixed = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse intermixed arguments, which argparse does not offer for subcommands."""
        # `parse_known_intermixed_args` calls this method again.
        if self._is_parsing_intermixed:
            return super().parse_known_args(args, namespace)
        self._is_parsing_intermixed = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_parsing_intermixed = False


def make_parser(requested: str | None) -> ArgumentParser:
    """Return the parser of the requested command, or of all commands."""
    parser = ArgumentParser(
        prog="paramcore",
        description="Show what an update drops and which params a task really gets, before you send either.",
        epilog=_FILE_FORMATS,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"paramcore {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=_CommandParser)
    for name in COMMANDS if requested is None else [requested]:
        command = getattr(import_module(f"paramcore.cli.commands.{name}"), name)
        # `python -OO` drops docstrings.
        summary = command.__doc__ or f"run {name}"
        subparser = subparsers.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=_FILE_FORMATS,
            formatter_class=RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        subparser.set_defaults(command=command, output=None, keep_going=False, tasks_document=None)
        for argument, keywords in (*COMMANDS[name], ASSUME):
            subparser.add_argument(argument, **keywords)
    return parser


def _mark_operands(arguments: Sequence[str]) -> list[str]:
    """Mark the arguments after `--`, so that argparse never reads them as options."""
    if "--" not in arguments:
        return list(arguments)
    end = arguments.index("--")
    return [*arguments[:end], *(_OPERAND + argument for argument in arguments[end + 1 :])]


def _unmark(value: Any) -> Any:
    return value.removeprefix(_OPERAND) if isinstance(value, str) else value


def _parse_assumption(text: str) -> tuple[str, str]:
    """Parse NAME=VALUE; a VALUE in double quotes is a JSON string, with escapes."""
    name, mark, value = text.partition("=")
    if not mark:
        problem = f"--assume needs a name and a value, got `{format_name(text, limit=MESSAGE_LIMIT)}`"
        raise InvalidSetting("assumption_value", None, problem, "write `--assume NAME=VALUE`")
    if value.startswith('"'):
        with suppress(ValueError):
            value = json.loads(value)
    return name, value
