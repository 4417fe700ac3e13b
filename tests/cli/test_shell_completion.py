"""The scripts of `paramcore completion` complete words in real shells."""

import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from completion_scripts import make_script
from running import EXAMPLES, run

from paramcore.cli import commands
from paramcore.cli.options import COMMANDS, SHELLS, TOPICS
from paramcore.validation.finding import CODES

SCRIPTS = Path(commands.__file__).parent.parent / "completions"

#: Command lines, and the completions that a shell offers for the last word.
OFFERS = {
    "": [*COMMANDS],
    "pl": ["plan"],
    "va": ["validate"],
    "completion ": [*SHELLS],
    "help exi": ["exit-codes"],
    "help pl": ["plan"],
    "plan war": ["warehouse-boxes.json"],
    "plan --patch war": ["warehouse-boxes.json"],
    "plan warehouse-boxes.json rew": ["reword.json"],
    "plan warehouse-boxes.json --ig": ["--ignore"],
    "plan warehouse-boxes.json --ignore lint_r": ["lint_repeated_instruction", "lint_retry_twin"],
    "plan --ignore ": [*CODES],
    "plan --wanted street-signs.y": ["street-signs.yaml"],
    "plan --assume ins": ["instruction_rule=override", "instruction_separator="],
    "preview warehouse-boxes.json night-shift.jsonl --type imagea": ["imageannotation"],
    "preview --output fin": ["finished.jsonl"],
    "validate --format ": ["text", "json", "markdown", "github"],
    "validate street-signs.json --strict --format g": ["github"],
    "schema imagea": ["imageannotation"],
    "schema --for ": ["project", "task", "update"],
    "schema imageannotation --for up": ["update"],
    "diff war": ["warehouse-boxes.json"],
    "diff warehouse-boxes.json@0 war": ["warehouse-boxes.json"],
    "serve street-signs.j": ["street-signs.json"],
    "log warehouse-boxes.json pad": [],
}

#: Typed words, and the only file name that completes each word.  All names but `./-d.json` need quotes.
QUOTED = {
    "a\\ ": "a b.json",
    "my\\ dir/": "my dir/z 1.json",
    "'my dir/": "my dir/z 1.json",
    '"my dir/': "my dir/z 1.json",
    "./-": "./-d.json",
    "\\$": "$v.json",
}


def script_of(shell):
    return SCRIPTS / f"paramcore.{shell}"


@pytest.mark.parametrize("shell", SHELLS)
def test_the_scripts_are_those_of_the_parser(shell, pytestconfig):
    """Each script matches the parser. `pytest --update` rewrites the scripts."""
    script = make_script(shell)
    if pytestconfig.getoption("update"):
        script_of(shell).write_text(script, "utf-8")
    assert script_of(shell).read_text("utf-8") == script


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_prints_the_script_of_a_shell(shell):
    """`paramcore completion SHELL` prints the script that the package contains for the shell."""
    done = run("completion", shell)
    assert (done.out, done.err, done.status) == (script_of(shell).read_text("utf-8"), "", 0)


def test_the_help_knows_each_topic():
    """`paramcore help` accepts every name in `TOPICS`."""
    assert all(run("help", topic).status == 0 for topic in TOPICS)


def complete_in_bash(typed):
    """Return the completions of bash. PATH contains no programs, so a completion that starts a program fails."""
    script = f"""
source {script_of("bash")}
PATH=/nonexistent
COMP_WORDS=("$@")
COMP_CWORD=$(( $# - 1 ))
_shtab_paramcore
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    words = f"paramcore {typed}".split(" ")
    done = subprocess.run(
        ["bash", "--norc", "-c", script, "bash", *words],
        capture_output=True,
        text=True,
        cwd=EXAMPLES,
        check=True,
        timeout=60,
    )
    # Outside of an interactive completion, `compopt` prints an error, which is no failure here.
    assert [line for line in done.stderr.splitlines() if "compopt: not currently" not in line] == []
    return sorted(done.stdout.split())


@pytest.mark.parametrize("typed", OFFERS)
def test_bash_completes(typed):
    """Bash offers the possible names, and starts no program."""
    assert complete_in_bash(typed) == sorted(OFFERS[typed])


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("typed", OFFERS)
def test_fish_completes(typed, tmp_path):
    """Fish offers the same completions as bash."""
    script = f"source {script_of('fish')}; complete -C $argv[1]"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script, f"paramcore {typed}"],
        capture_output=True,
        text=True,
        cwd=EXAMPLES,
        env={**os.environ, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        check=True,
        timeout=60,
    )
    assert sorted(line.partition("\t")[0] for line in done.stdout.splitlines()) == sorted(OFFERS[typed])


@pytest.fixture
def quoted_files(tmp_path):
    """Return a directory with file names that need quotes in a shell, and with a name that begins with a dash."""
    (tmp_path / "my dir").mkdir()
    for name in {*QUOTED.values(), "-d.json"}:
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize("typed", QUOTED)
def test_bash_completes_names_that_need_quotes(typed, quoted_files):
    """Bash completes a word with an escaped character, an open quote or a dash."""
    script = f'source {script_of("bash")}; _shtab_compgen_files "$1"'
    command = ["bash", "--norc", "-c", script, "bash", typed]
    done = subprocess.run(command, capture_output=True, text=True, cwd=quoted_files, check=True, timeout=60)
    assert (done.stdout, done.stderr) == (f"{QUOTED[typed]}\n", "")


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize("typed", QUOTED)
@pytest.mark.parametrize("option", ["", "--output "])
def test_fish_completes_names_that_need_quotes(typed, option, quoted_files):
    """Fish completes a word with an escaped character, an open quote or a dash, and starts no program."""
    script = f"source {script_of('fish')}; set PATH; complete -C $argv[1]"
    command = ["fish", "--no-config", "-c", script, f"paramcore preview {option}{typed}"]
    environment = {**os.environ, "HOME": str(quoted_files)}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=quoted_files, check=True, timeout=60, env=environment
    )
    assert ([line.partition("\t")[0] for line in done.stdout.splitlines()], done.stderr) == ([QUOTED[typed]], "")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize("typed", [typed for typed in OFFERS if len(OFFERS[typed]) == 1])
def test_zsh_completes(typed, tmp_path):
    """Zsh completes a word if only one name is possible."""
    (tmp_path / "_paramcore").write_text(script_of("zsh").read_text("utf-8"), "utf-8")
    # The prompt is split, so that `type_in_zsh` does not find `ready> ` in the echo of this line.
    startup = (
        f"PS1='rea''dy> '; fpath=({tmp_path} $fpath); autoload -U compinit; compinit -D -u; cd {EXAMPLES}; clear\n"
    )
    before, _, _last = f"paramcore {typed}".rpartition(" ")
    [offer] = OFFERS[typed]
    assert f"{before} {offer}" in type_in_zsh(startup, f"paramcore {typed}\t", f"{before} {offer}", tmp_path)


def type_in_zsh(startup, keys, wanted, home):
    """Type keys in an interactive zsh, and return its output. Stop at the text `wanted`, or ten seconds after typing."""
    process, terminal = pty.fork()
    if process == 0:
        environment = {**os.environ, "HOME": str(home), "TERM": "dumb", "COLUMNS": "200"}
        os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
    try:
        os.write(terminal, startup.encode())
        read_until(terminal, "ready> ", 10)
        time.sleep(0.2)
        os.write(terminal, keys.encode())
        return read_until(terminal, wanted, 10)
    finally:
        os.close(terminal)
        os.kill(process, 9)
        os.waitpid(process, 0)


def read_until(terminal, wanted, seconds):
    shown, end = "", time.monotonic() + seconds
    while wanted not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 65_536).decode(errors="replace")
    return shown
