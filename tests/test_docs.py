"""The Python and console examples of the README and the docs run, and print what the pages show."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples import Block, run_and_check

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / ".github").glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
#: The first line of a Python block that readers save as a file, such as `# label.py`.
FILE_NAME = re.compile(r"# (\w+\.py)\n")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def blocks(page: Path, *languages: str) -> list[str]:
    return [text for language, text in FENCE.findall(page.read_text("utf-8")) if language in languages]


def write_files(page: Path, directory: Path) -> None:
    """Write each Python block that begins with a comment such as `# label.py` to a file of that name."""
    for text in blocks(page, "python"):
        if name := FILE_NAME.match(text):
            (directory / name[1]).write_text(text)


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    """Change to a new directory that contains `docs/examples`, as a clone of the repository does."""
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page, workspace, pytestconfig, monkeypatch):
    """The Python blocks of a page run in order, and print what the page shows. `--update` rewrites the page."""
    write_files(page, workspace)
    monkeypatch.syspath_prepend(workspace)
    names: dict = {"__name__": page.stem}
    text = page.read_text("utf-8")
    fences = [fence for fence in FENCE.finditer(text) if fence[1] == "python"]
    python = [(Block(page, text.count("\n", 0, fence.start(2)) + 1, fence[2]), names) for fence in fences]
    run_and_check(python, update=pytestconfig.getoption("update"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if "def test_" in "".join(blocks(page, "python"))], ids=lambda page: page.name
)
def test_tests_on_pages_pass(page, tmp_path):
    """Each test that a page shows passes."""
    write_files(page, tmp_path)
    others = [text for text in blocks(page, "python") if ">>>" not in text and not FILE_NAME.match(text)]
    (tmp_path / "test_example.py").write_text("\n".join(others))
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    # Suppress the Hypothesis check for slow examples: on a busy machine, they are no fault of the test.
    (tmp_path / "conftest.py").write_text(
        "from hypothesis import HealthCheck, settings\n"
        "settings.register_profile('busy', deadline=None, suppress_health_check=[HealthCheck.too_slow])\n"
        "settings.load_profile('busy')\n"
    )
    output = run_command(f"cd {tmp_path} && python -m pytest -q -n0 -p no:cacheprovider -W ignore .")
    assert "passed" in output, output
    assert "[exit" not in output, output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_examples_run(page, workspace, pytestconfig):
    """Each command prints what the page shows, including standard error. `--update` rewrites the page."""
    shown = [fence[0] for fence in FENCE.finditer(page.read_text("utf-8")) if fence[1] == "console"]
    printed = [run_console(fence) for fence in shown]
    if pytestconfig.getoption("update"):
        # Read the page again, because the test of its Python examples may have rewritten it.
        text = page.read_text("utf-8")
        for before, after in zip(shown, printed, strict=True):
            text = text.replace(before, after, 1)
        page.write_text(text, "utf-8")
    else:
        assert printed == shown


def run_console(fence: str) -> str:
    """Return a console block with the current output of its commands."""
    opening, *shown = re.split(r"^\$ ", fence, flags=re.MULTILINE)
    assert opening == "```console\n", "the console block does not begin with a command"
    commands = [command_and_output.partition("\n")[0] for command_and_output in shown]
    return opening + "".join(f"$ {command}\n{run_command(command)}" for command in commands) + "```"


def run_command(command: str) -> str:
    """Run a command line and return its output. An exit code other than 0 follows the output, as `[exit 1]`."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "120"}
    done = subprocess.run(
        ["bash", "-c", command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        check=False,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout.decode() + (f"[exit {done.returncode}]\n" if done.returncode else "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_other_blocks_are_well_formed(page):
    """Each block of JSON can be parsed, and no block has an unknown language."""
    for text in blocks(page, "json"):
        json.loads(text)
    known = {"python", "console", "json", "sh", "text", "toml", "yaml"}
    assert {language for language, _ in FENCE.findall(page.read_text("utf-8"))} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_are_not_broken(page):
    """Each link to a file of the repository leads to an existing file."""
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_pictures_are_small_and_described():
    """The pictures of the README exist, are smaller than 150 kB, and have a description."""
    text = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r'(?:src|srcset)="(.*?)"', text)
    assert len(pictures) == 2 * len(re.findall(r'<img src="[^"]+" alt="[^"]{20,}">', text)) > 0
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 150_000, picture


def test_the_readme_is_short():
    """The README has fewer than 150 lines."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 150
