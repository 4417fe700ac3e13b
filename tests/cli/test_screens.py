"""The files `screens/*.txt` are snapshots of the output of commands on terminals of several widths.

Rewrite the screens with `pytest tests/cli/test_screens.py --update`, then read the diff.
"""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from screens import find_lost, find_wide_lines, run_on_terminal

from paramcore import read_project
from paramcore.service import StandIn, run_server
from tests.cli.running import run

SCREENS = Path(__file__).parent / "screens"
DATA = Path(__file__).parent / "screens_data"
WIDTHS = (40, 80, 120, 200)

COMMANDS = {
    "plan": "plan fleet.json update.json",
    "plan-wanted": "plan fleet.json --wanted fleet.json@0",
    "explain": "explain fleet.json tasks.jsonl instruction padding labels missing",
    "preview": "preview fleet.json tasks.jsonl",
    "preview-explain": "preview fleet.json tasks.jsonl --explain",
    "diff": "diff fleet.json@0 fleet.json@1",
    "log": "log fleet.json",
    "log-param": "log fleet.json instruction annotation_attributes padding",
    "impact": "impact fleet.json update.json tasks.jsonl --list",
    "audit": "audit fleet.json finished.jsonl",
    "validate": "validate fleet.json tasks.jsonl",
    "validate-update": "validate fleet.json --update update.json",
    "status": "status fleet.json",
}


@pytest.fixture(scope="module")
def service():
    """Serve `fleet.json` without its last version. Yield the options and environment variables for this server."""
    project = json.loads((DATA / "fleet.json").read_text("utf-8"))
    project["param_history"].pop()
    with ExitStack() as stack:
        server = stack.enter_context(run_server(StandIn([read_project(project)])))
        yield ("--base-url", server.url), {"SCALE_API_KEY": "test_0123456"}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_each_screen_fits_and_loses_nothing(name, service, pytestconfig):
    """On each terminal, no line is too wide, and the screen shows everything that a pipe would get."""
    options, variables = service if name == "status" else ((), {})
    arguments = (*COMMANDS[name].split(), *options)
    piped = run(*arguments, cwd=DATA, **variables)
    screens = ""
    for columns in WIDTHS:
        screen, status = run_on_terminal(*arguments, columns=columns, cwd=DATA, **variables)
        assert status == piped.status
        # On a wider terminal, lines have at most 120 columns, too.
        assert find_wide_lines(screen, min(columns, 120)) == []
        assert find_lost(piped.out, screen) == []
        assert "\x1b" not in screen
        screens += f"== {columns} columns\n{screen}\n"
    path = SCREENS / f"{name}.txt"
    if pytestconfig.getoption("update"):
        SCREENS.mkdir(exist_ok=True)
        path.write_text(screens, "utf-8")
    assert path.read_text("utf-8") == screens


def test_a_wider_terminal_has_the_screen_of_120_columns():
    """A layout has at most 120 columns, unless `--width` sets more."""
    arguments = COMMANDS["plan"].split()
    narrow, _ = run_on_terminal(*arguments, columns=120, cwd=DATA)
    assert run_on_terminal(*arguments, columns=200, cwd=DATA)[0] == narrow
    assert run_on_terminal(*arguments, "--width", "200", columns=80, cwd=DATA)[0] != narrow


@pytest.mark.parametrize("columns", [40, 80])
def test_width_lays_out_the_text_of_a_pipe(columns):
    """A pipe with `--width N`, or a terminal with `COLUMNS=N`, gets the output of a terminal with N columns."""
    arguments = COMMANDS["plan"].split()
    screen, _ = run_on_terminal(*arguments, columns=columns, cwd=DATA)
    assert run(*arguments, "--width", str(columns), cwd=DATA).out == screen
    assert run_on_terminal(*arguments, columns=100, cwd=DATA, COLUMNS=str(columns))[0] == screen


@pytest.mark.parametrize("columns", ["0", "x", "-5", "99999999", "", "٣"])
def test_wrong_columns_are_ignored(columns):
    """A value of COLUMNS that is not a width is ignored."""
    arguments = COMMANDS["diff"].split()
    screen, _ = run_on_terminal(*arguments, columns=80, cwd=DATA)
    assert run_on_terminal(*arguments, columns=80, cwd=DATA, COLUMNS=columns)[0] == screen


def test_a_terminal_of_unknown_size_has_80_columns():
    """On a terminal that reports 0 columns, the layout has 80 columns."""
    arguments = COMMANDS["diff"].split()
    screen, _ = run_on_terminal(*arguments, columns=80, cwd=DATA)
    assert run_on_terminal(*arguments, columns=0, cwd=DATA)[0] == screen


def test_a_tiny_terminal_gets_20_columns():
    """On a terminal with fewer than 20 columns, the layout has 20 columns."""
    arguments = COMMANDS["diff"].split()
    assert run_on_terminal(*arguments, columns=5, cwd=DATA)[0] == run(*arguments, "--width", "20", cwd=DATA).out


@pytest.mark.parametrize("width", ["19", "0", "-1", "x", "10000", ""])
def test_a_wrong_width_is_rejected(width):
    """`--width` takes a whole number from 20 to 9999."""
    done = run("diff", "fleet.json@0", "fleet.json", f"--width={width}", cwd=DATA)
    assert done.status == 2
    assert "must be a whole number from 20 to 9999" in done.err


@pytest.mark.parametrize("name", ["plan", "explain", "log-param", "validate"])
def test_full_shows_whole_values(name):
    """With `--full`, no value is truncated, neither in the output to a pipe nor on a screen."""
    arguments = (*COMMANDS[name].split(), "--full")
    piped = run(*arguments, cwd=DATA)
    assert "characters)" not in piped.out
    screen = run(*arguments, "--width", "80", cwd=DATA).out
    assert find_wide_lines(screen, 80) == []
    assert find_lost(piped.out, screen) == []


def test_output_is_the_same_as_to_a_pipe(tmp_path):
    """On a terminal, `--output FILE` writes the text that a pipe would get."""
    for path in DATA.iterdir():
        shutil.copy(path, tmp_path)
    arguments = COMMANDS["preview"].split()
    shown, status = run_on_terminal(*arguments, "--output", "out.txt", columns=40, cwd=tmp_path)
    assert (shown, status) == ("", 0)
    assert (tmp_path / "out.txt").read_text("utf-8") == run(*arguments, cwd=tmp_path).out


def test_json_has_no_layout():
    """`--format json` prints the same text to a terminal and to a pipe."""
    arguments = (*COMMANDS["plan"].split(), "--format", "json")
    shown, _ = run_on_terminal(*arguments, columns=40, cwd=DATA, NO_COLOR="", FORCE_COLOR="1")
    assert shown == run(*arguments, cwd=DATA).out
