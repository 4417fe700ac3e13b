"""Colour: when it is printed, which labels have it, and that the data cannot add escape sequences."""

import re
from itertools import product

import pytest
from running import run
from screens import run_on_terminal
from test_screens import COMMANDS, DATA

from paramcore.cli.color import COLOR_CHOICES, paint_label, wants_color
from paramcore.text.rows import Label

ESCAPE = re.compile(r"\x1b\[[0-9]+m")

#: Each row: NO_COLOR, FORCE_COLOR, whether TERM is `dumb`, whether the output is a terminal, whether colour is printed.
TABLE = [
    ("", "", False, False, False),
    ("", "", False, True, True),
    ("", "", True, False, False),
    ("", "", True, True, False),
    ("", "1", False, False, True),
    ("", "1", False, True, True),
    ("", "1", True, False, True),
    ("", "1", True, True, True),
    ("1", "", False, False, False),
    ("1", "", False, True, False),
    ("1", "", True, False, False),
    ("1", "", True, True, False),
    ("1", "1", False, False, False),
    ("1", "1", False, True, False),
    ("1", "1", True, False, False),
    ("1", "1", True, True, False),
]


def make_environment(no_color, force_color, is_dumb):
    return {"NO_COLOR": no_color, "FORCE_COLOR": force_color, "TERM": "dumb" if is_dumb else "xterm-256color"}


@pytest.mark.parametrize(("no_color", "force_color", "is_dumb", "is_terminal", "expected"), TABLE)
def test_the_environment_decides(no_color, force_color, is_dumb, is_terminal, expected):
    """NO_COLOR overrides FORCE_COLOR; FORCE_COLOR overrides TERM and the kind of output."""
    environment = make_environment(no_color, force_color, is_dumb)
    assert wants_color("auto", environment, is_terminal=is_terminal) is expected
    # `--color always` and `--color never` override the variables and the kind of output.
    assert wants_color("always", environment, is_terminal=is_terminal)
    assert not wants_color("never", environment, is_terminal=is_terminal)


def test_the_table_is_complete():
    """The table has each combination once; a variable that is not set counts as empty."""
    assert [row[:4] for row in TABLE] == list(product(("", "1"), ("", "1"), (False, True), (False, True)))
    assert wants_color("auto", {}, is_terminal=True)
    assert not wants_color("auto", {}, is_terminal=False)


@pytest.mark.parametrize(("no_color", "force_color", "is_dumb", "is_terminal", "expected"), TABLE)
def test_commands_follow_the_environment(no_color, force_color, is_dumb, is_terminal, expected):
    """A command prints colour if and only if the table says so."""
    arguments = ("diff", "fleet.json@0", "fleet.json")
    environment = make_environment(no_color, force_color, is_dumb)
    if is_terminal:
        out = run_on_terminal(*arguments, columns=80, cwd=DATA, **environment)[0]
    else:
        out = run(*arguments, cwd=DATA, **environment).out
    assert bool(ESCAPE.search(out)) is expected


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "status"])
@pytest.mark.parametrize("layout", [(), ("--width", "60"), ("--no-values",)])
def test_colour_adds_only_escapes(name, layout):
    """Without its escape sequences, coloured output is the same as output without colour."""
    arguments = (*COMMANDS[name].split(), *layout)
    plain, colored = (run(*arguments, "--color", choice, cwd=DATA).out for choice in ("never", "always"))
    assert ESCAPE.sub("", colored) == plain
    # The data contains an escape character, which the output must not contain.
    assert "\x1b" not in plain


@pytest.mark.parametrize(
    ("arguments", "labels"),
    [
        ("plan fleet.json update.json", {"dropped", "changed", "lost", "added", "error", "warning"}),
        ("explain fleet.json tasks.jsonl padding instruction", {"WON", "LOST", "UNSET", "APPENDED", "IGNORED", "why"}),
        ("audit fleet.json finished.jsonl", {"contradicts"}),
        ("validate fleet.json tasks.jsonl", {"warning"}),
        ("diff fleet.json@0 fleet.json@1", {"changed", "added", "moved"}),
    ],
)
def test_labels_have_colour(arguments, labels):
    """Only these labels and the label `error` are coloured."""
    out = run(*arguments.split(), "--color", "always", cwd=DATA).out
    assert labels <= set(re.findall(r"\x1b\[[0-9]+m(.*?)\x1b\[0m", out)) <= labels | {"error"}


def test_word_diffs_have_colour_beside_their_marks():
    """Removed and added words have marks, and also the colours of `removed` and `added`."""
    out = run("diff", "fleet.json@0", "fleet.json@1", "--color", "always", "--width", "80", cwd=DATA).out
    assert paint_label(Label("[-half-]", "removed")) + paint_label(Label("{+a quarter+}", "added")) in out


def test_labels_differ():
    """`dropped`, `changed` and `added` have different colours; a label without a colour is bold."""
    lost, changed, added, other = (paint_label(Label(text)) for text in ("dropped", "changed", "added", "why"))
    assert len({text.split("m")[0] for text in (lost, changed, added, other)}) == 4
    assert other == "\x1b[1mwhy\x1b[0m"
    assert paint_label(Label("+", "added")) == added.replace("added", "+")


def test_color_has_three_choices():
    """`--color` accepts `auto`, `always` and `never`; another choice is a usage error."""
    assert COLOR_CHOICES == ("auto", "always", "never")
    ran = run("diff", "a", "b", "--color", "maybe")
    assert ran.status == 2
    assert "invalid choice: 'maybe'" in ran.err
