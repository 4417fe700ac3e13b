"""Generate the scripts of `paramcore completion` from the parser of the command line."""

from argparse import PARSER

import shtab

from paramcore.cli.options import COMMANDS, TOPICS
from paramcore.cli.parser import make_parser
from paramcore.validation import Schemas
from paramcore.validation.finding import CODES

#: For each placeholder of the help that names a file or a directory: how shtab completes it.
FILES = dict.fromkeys(("PROJECT", "TASKS", "UPDATE", "FILE", "FILE[@N]", "FILE.html"), shtab.FILE) | {
    "DIR": shtab.DIRECTORY
}
#: The choices for other placeholders. Each setting has the value that is not its default. Only
#: `instruction_separator` has no value, because it may be any text.
CHOICES = {
    "CODE": list(CODES),
    "NAME=VALUE": [
        *("empty_instruction=join", "instruction_rule=override"),
        *("instruction_separator=", "pinned_param_version=latest"),
    ],
    "TOPIC": [*TOPICS, *COMMANDS],
    "TYPE": list(Schemas().types),
}

#: For each shell: the texts to replace in the script of shtab.
REPAIRS = {
    # The typed word may begin with a quote, and may contain backslashes. `compgen` needs the name without them.
    "bash": {
        "compgen -f -- $1": r"""local word="${1#[\"\']}"; compgen -f -- "${word//\\/}" """.strip(),
        "compgen -d -- $1": r"""local word="${1#[\"\']}"; compgen -d -- "${word//\\/}" """.strip(),
    },
    "zsh": {},
    # `__fish_complete_path` runs `ls`, which fails for a name with a space or with a dash at the start.
    # So let fish itself complete the files.
    "fish": {
        '-xka "(__fish_complete_path (commandline -ct))"': "-rF",
        '-ka "(__fish_complete_path (commandline -ct))"': "-F",
    },
}


def iter_actions(parser):
    """Yield the arguments of a parser and of its commands."""
    for action in parser._actions:
        yield action
        if action.nargs == PARSER:
            for subparser in action.choices.values():
                yield from iter_actions(subparser)


def make_script(shell):
    """Return the completion script of a shell."""
    parser = make_parser(None)
    for action in iter_actions(parser):
        if action.metavar in FILES:
            action.complete = FILES[action.metavar]
        elif action.metavar in CHOICES:
            action.choices = CHOICES[action.metavar]
    script = shtab.complete(parser, shell)
    for broken, correct in REPAIRS[shell].items():
        assert broken in script, f"shtab no longer writes {broken!r}"
        script = script.replace(broken, correct)
    return script
