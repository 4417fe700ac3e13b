"""Lists for the reference: commands, codes, settings and public names, read from the code."""

import re
from argparse import PARSER, Action, ArgumentParser
from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import NamedTuple

from attrs import fields

from paramcore import errors
from paramcore.analysis import Contradiction, Drift, Effect
from paramcore.analysis.changes import Change
from paramcore.analysis.extraction.reasons import Examples, MovedParam, OptedOut, SetAside, StayingParam
from paramcore.analysis.history import Lifetime, Step
from paramcore.analysis.plan import PlanFinding, Rebase
from paramcore.analysis.slim import Slimmer
from paramcore.analysis.slim_choice import Block, Choice
from paramcore.cli.exit_codes import MEANINGS
from paramcore.cli.help_topics import VARIABLES
from paramcore.cli.options import COMMANDS
from paramcore.cli.parser import make_parser
from paramcore.model import (
    ASSUMED_RULES,
    Assumptions,
    EffectiveParams,
    Explanation,
    Inheritance,
    ParamVersion,
    assumptions,
)
from paramcore.model.explanation import REASONS, Candidate
from paramcore.model.inheritance import OwnParams
from paramcore.validation.finding import CODES
from paramcore.validation.schema import Schema

#: The public packages and modules, as `docs/compatibility.md` lists them.
PUBLIC_MODULES = (
    "paramcore",
    "paramcore.errors",
    "paramcore.validation",
    "paramcore.bulk",
    "paramcore.service",
    "paramcore.transport",
    "paramcore.testing",
)


#: The classes of results; `sphinx-build -n` reports a class that is missing here.
RESULT_CLASSES: tuple[type, ...] = (
    *(EffectiveParams, Explanation, Candidate, Inheritance, ParamVersion, Step, Lifetime),
    *(Change, PlanFinding, Rebase, Effect, Contradiction, Drift, Schema),
    *(Slimmer, Block, Choice, OwnParams, MovedParam, StayingParam, OptedOut, SetAside, Examples),
)


class Entry(NamedTuple):
    """A name in the reference, with its meaning as reStructuredText."""

    name: str
    text: str


def make_sentence(text: str) -> str:
    """Return the text with a capital first letter and a full stop."""
    return f"{text[:1].upper()}{text[1:]}."


def list_public_names() -> list[str]:
    """Return one full name for each object that the public modules export."""
    # Two modules export `ParamcoreError`; list it with the other errors.
    names = {
        id(getattr(module, name)): f"{module.__name__}.{name}"
        for module in map(import_module, PUBLIC_MODULES)
        for name in module.__all__
    }
    return list(names.values())


def read_comments(path: str, name: str = r"\w+") -> dict[str, str]:
    """Map each name to the `#:` comment before its assignment in a source file."""
    source = Path(path).read_text("utf-8")
    pattern = re.compile(rf"((?:^ *#: .*\n)+) *({name})\b.*=", re.MULTILINE)
    return {found[2]: re.sub(r"^ *#: ", "", found[1], flags=re.MULTILINE).strip() for found in pattern.finditer(source)}


def find_comment(module: str, name: str) -> str:
    """Return the `#:` comment of a constant that a package exports."""
    folder = Path(str(import_module(module).__file__)).parent
    [text] = [comments[name] for path in folder.glob("*.py") if name in (comments := read_comments(str(path), name))]
    return text


def read_codes(error: type[Exception]) -> dict[str, str]:
    """Return the codes in the docstring of an error class, each with its meaning."""
    _, _, section = cleandoc(error.__doc__ or "").partition("\nCodes:\n")
    entries = re.findall(r"^    (\w+): (.+(?:\n {5,}.+)*)$", section, flags=re.MULTILINE)
    return {code: " ".join(text.split()) for code, text in entries}


def list_error_codes() -> list[Entry]:
    """Return every error code, with its meaning for each error class that has the code."""
    meanings: dict[str, list[str]] = {}
    for name in errors.__all__:
        for code, text in read_codes(getattr(errors, name)).items():
            meanings.setdefault(code, []).append(f":py:exc:`{name} <paramcore.errors.{name}>`: {text}")
    return [Entry(code, "\n\n".join(texts)) for code, texts in sorted(meanings.items())]


def list_exit_codes() -> list[Entry]:
    """Return every exit code of the command line, with its meaning."""
    return [Entry(str(code), make_sentence(text)) for code, text in MEANINGS.items()]


def list_reasons() -> list[Entry]:
    """Return every reason of an explanation, with its meaning."""
    return [Entry(name, make_sentence(text)) for name, text in REASONS.items()]


def list_findings() -> list[Entry]:
    """Return every code of a finding, with its meaning."""
    return [Entry(*finding) for finding in CODES.items()]


def list_assumptions() -> list[Entry]:
    """Return every assumed rule, with its basis and its settings."""
    return [Entry(rule.rule, _describe_rule(rule)) for rule in ASSUMED_RULES]


def _describe_rule(rule: assumptions.AssumedRule) -> str:
    settings = ", ".join(f":setting:`{name}`" for name in rule.settings)
    return f"{make_sentence(rule.text)}\n\nBasis: {rule.basis}." + (f"\n\nSettings: {settings}." if settings else "")


def list_settings() -> list[Entry]:
    """Return every setting of `Assumptions`, with its default."""
    comments = read_comments(assumptions.__file__)
    return [
        Entry(field.name, f"{comments[field.name]}\n\nDefault: ``{field.default!r}``.") for field in fields(Assumptions)
    ]


def list_variables() -> list[Entry]:
    """Return the environment variables that paramcore reads, with their meanings."""
    return [Entry(name, make_sentence(text)) for name, text in VARIABLES.items()]


def iter_parsers() -> Iterator[tuple[str, ArgumentParser]]:
    """Yield `paramcore` and each of its commands, such as `paramcore plan`, with its parser."""
    yield "paramcore", make_parser(None)
    for name in COMMANDS:
        [subparsers] = (action for action in make_parser(name)._actions if action.nargs == PARSER)
        yield f"paramcore {name}", subparsers.choices[name]


def list_commands() -> list[Entry]:
    """Return every command, with its summary."""
    return [Entry(program, parser.description or "") for program, parser in iter_parsers()]


def iter_arguments(parser: ArgumentParser) -> Iterator[tuple[Action, Entry]]:
    """Yield the options and the positional arguments of a command, as `--help` shows them."""
    for action in parser._actions:
        if action.nargs != PARSER:
            yield action, Entry(_format_argument(action), _describe_argument(action))


def _format_argument(action: Action) -> str:
    """Return an argument as `--help` shows it, such as `PROJECT`, `--output FILE` or `-h, --help`."""
    choices = "{" + ",".join(action.choices) + "}" if action.choices else ""
    metavar = "" if action.nargs == 0 else f" {action.metavar or choices}"
    return ", ".join(f"{option}{metavar}" for option in action.option_strings) or metavar.strip()


def _describe_argument(action: Action) -> str:
    return make_sentence(action.help or "")
