"""The help of commands and topics, and the errors about unknown names."""

import shlex
import shutil

import pytest
from running import EXAMPLES as EXAMPLES_FOLDER, run, shell

from paramcore.cli import exit_codes
from paramcore.cli.examples import EXAMPLES
from paramcore.cli.help_topics import TOPIC_TEXTS, VARIABLES
from paramcore.cli.options import COMMANDS, TOPICS
from paramcore.cli.parser import parse_options

#: Commands whose examples need the service, never end, or write to the user's home.
UNRUN = ("fetch", "apply", "reconcile", "status", "serve", "completion")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("plna", "plan"),
        ("Plan", "plan"),
        ("expalin", "explain"),
        ("validte", "validate"),
        ("previews", "preview"),
        ("asumptions", "assumptions"),
    ],
)
def test_a_misspelt_command_is_suggested(typed, meant):
    """The error suggests the most similar command, on one line."""
    done = run(typed, "project.json")
    assert (done.out, done.err, done.status) == (
        "",
        f"error: there is no command `{typed}`; did you mean `{meant}`?\n",
        2,
    )


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["frobnicate"], "there is no command `frobnicate`; run `paramcore --help` to list the commands"),
        (["pl\x1bn"], "there is no command `pl\\u001bn`; did you mean `plan`?"),
        ([""], "there is no command ``; run `paramcore --help` to list the commands"),
        (["--verson"], "there is no option `--verson`; did you mean `--version`?"),
        (["--patch", "plan"], "there is no option `--patch`; name a command first"),
        (["plan", "--formt", "json", "a", "b"], "there is no option `--formt`; did you mean `--format`?"),
        (["plan", "a", "b", "--pach=1"], "there is no option `--pach`; did you mean `--patch`?"),
        (["plan", "a", "b", "--zzz"], "there is no option `--zzz`; run `paramcore plan --help` to list the options"),
        (["plan", "a", "--hepl"], "there is no option `--hepl`; did you mean `--help`?"),
        (["plan", "a", "b", "c", "d"], "too many arguments: c d; remove them"),
        (["diff", "a", "b", "--", "--exit-code"], "too many arguments: --exit-code; remove them"),
        (["help", "exitcodes"], "there is no topic `exitcodes`; did you mean `exit-codes`?"),
        (["help", "plna"], "there is no topic `plna`; did you mean `plan`?"),
        (["help", "x"], "there is no topic `x`; name a command, or one of the topics exit-codes, environment, files"),
    ],
)
def test_wrong_names_are_reported(arguments, error):
    """A command, option or topic that does not exist is an error with a remedy."""
    done = run(*arguments)
    assert (done.out, done.err, done.status) == ("", f"error: {error}\n", 2)


@pytest.mark.parametrize(("command", "required"), [("log", "PROJECT"), ("explain", "PROJECT, TASKS")])
def test_an_optional_param_is_not_reported_as_required(command, required):
    """If all arguments are missing, the error lists only the required arguments, and not PARAM."""
    done = run(command)
    assert (done.out, done.status) == ("", 2)
    assert done.err.endswith(f"error: the following arguments are required: {required}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_help_is_the_help_of_the_command(command):
    """`paramcore help COMMAND` prints what `paramcore COMMAND --help` prints."""
    done = run("help", command)
    assert done == run(command, "--help")
    assert (done.err, done.status) == ("", 0)
    assert done.out.startswith(f"usage: paramcore {command} ")
    assert "\nexamples:\n  paramcore " in done.out


def test_help_without_a_topic_is_the_help_of_all_commands():
    """`paramcore help` prints what `paramcore --help` prints; both name the topics."""
    done = run("help")
    assert done == run("--help")
    assert ", ".join(TOPICS) in done.out


@pytest.mark.parametrize("command", ["assumptions", "schema", "completion", "help", "fetch"])
def test_help_is_about_its_command_only(command):
    """If a command has no argument PROJECT or TASKS, its help does not mention YAML files."""
    assert ".yaml" not in run("help", command).out


def test_commands_without_assumed_rules_have_no_assumptions():
    """Only four commands lack `--assume`, because no assumed rule affects their output."""
    without = {command for command in COMMANDS if "--assume" not in run("help", command).out}
    assert without == {"diff", "schema", "completion", "help"}


@pytest.mark.parametrize("setting", ["instruction_separator= ", "pinned_param_version=latest", "no_such=x"])
def test_diff_rejects_an_assumption(setting):
    """`diff` compares params as they are stored, so it rejects `--assume` instead of ignoring it."""
    ran = run("diff", "warehouse-boxes.json@0", "warehouse-boxes.json", "--assume", setting)
    assert (ran.status, ran.out) == (2, "")
    assert "`--assume`" in ran.err


@pytest.mark.parametrize("topic", TOPICS)
def test_help_explains_a_topic(topic):
    """`paramcore help TOPIC` prints the text of a topic, in lines of at most 80 characters."""
    done = run("help", topic)
    assert (done.out, done.err, done.status) == (TOPIC_TEXTS[topic], "", 0)
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_topics_are_complete():
    """The topics name every exit code and every environment variable."""
    codes = {str(value) for value in vars(exit_codes).values() if isinstance(value, int)}
    named = {line.split()[0] for line in TOPIC_TEXTS["exit-codes"].splitlines() if line[0] != " "}
    assert named == codes == {str(code) for code in exit_codes.MEANINGS}
    named = {line.split()[0] for line in TOPIC_TEXTS["environment"].splitlines() if line[0] != " "}
    assert named == set(VARIABLES)
    assert set(TOPIC_TEXTS) == set(TOPICS)


CASES = [pytest.param(command, text, id=text) for command, texts in EXAMPLES.items() for text in texts]


def test_each_command_has_examples():
    """Every command has one to three examples."""
    assert set(EXAMPLES) == set(COMMANDS)
    assert {len(texts) for texts in EXAMPLES.values()} <= {1, 2, 3}


@pytest.mark.parametrize(("command", "text"), CASES)
def test_examples_parse(command, text):
    """Each example is a valid command line of its command."""
    arguments = shlex.split(text.partition(" > ")[0])
    assert parse_options(arguments).command.__name__ == command


@pytest.mark.parametrize(("command", "text"), [case for case in CASES if case.values[0] not in UNRUN])
def test_examples_run(command, text, tmp_path):
    """Each example runs without an error of usage or input."""
    shutil.copytree(EXAMPLES_FOLDER, tmp_path / "examples")
    done = shell(f"$paramcore {text}", cwd=tmp_path / "examples")
    assert done.status in (0, 1), done.err
