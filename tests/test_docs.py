"""Every example of the README and the docs runs, and says what it says."""

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
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def blocks(page: Path, *languages: str) -> list[str]:
    return [text for language, text in FENCE.findall(page.read_text("utf-8")) if language in languages]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """Go to a directory of its own that holds `docs/examples`, as a reader in a clone has it."""
    shutil.copytree(ROOT / "docs" / "examples", tmp_path / "docs" / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_run(page, workplace, pytestconfig):
    """Each block of Python runs after those before it, and prints what the page shows; `--update` rewrites the page."""
    names: dict = {"__name__": page.stem}
    text = page.read_text("utf-8")
    fences = [fence for fence in FENCE.finditer(text) if fence[1] == "python"]
    python = [(Block(page, text.count("\n", 0, fence.start(2)) + 1, fence[2]), names) for fence in fences]
    run_and_check(python, update=pytestconfig.getoption("update"))


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [page for page in PAGES if "def test_" in "".join(blocks(page, "python"))], ids=lambda page: page.name
)
def test_tests_in_examples_pass(page, tmp_path):
    """A test that a page shows is run as a reader would run it."""
    whole = "\n".join(text for text in blocks(page, "python") if ">>>" not in text)
    (tmp_path / "test_example.py").write_text(whole)
    # A busy machine draws slowly, which says nothing of the example.
    (tmp_path / "conftest.py").write_text(
        "from hypothesis import HealthCheck, settings\n"
        "settings.register_profile('busy', deadline=None, suppress_health_check=[HealthCheck.too_slow])\n"
        "settings.load_profile('busy')\n"
    )
    said = ran(f"cd {tmp_path} && python -m pytest -q -n0 -p no:cacheprovider -W ignore .")
    assert "passed" in said, said
    assert "[exit" not in said, said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_examples_run(page, workplace, pytestconfig):
    """Each command prints what the page shows, standard error included; `--update` rewrites the page."""
    shown = [fence[0] for fence in FENCE.finditer(page.read_text("utf-8")) if fence[1] == "console"]
    printed = [run_console(fence) for fence in shown]
    if pytestconfig.getoption("update"):
        # Another test may have rewritten the examples of Python meanwhile.
        text = page.read_text("utf-8")
        for before, after in zip(shown, printed, strict=True):
            text = text.replace(before, after, 1)
        page.write_text(text, "utf-8")
    else:
        assert printed == shown


def run_console(fence: str) -> str:
    """Return a console block with what its commands print now."""
    opening, *shown = re.split(r"^\$ ", fence, flags=re.MULTILINE)
    assert opening == "```console\n", "a console block begins with a command"
    commands = [command_and_output.partition("\n")[0] for command_and_output in shown]
    return opening + "".join(f"$ {command}\n{ran(command)}" for command in commands) + "```"


def ran(command: str) -> str:
    """Run a command line and return what it prints; an exit code other than 0 follows as `[exit 1]`."""
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
    """Blocks of JSON parse, and no block is of a language that nothing here looks at."""
    for text in blocks(page, "json"):
        json.loads(text)
    known = {"python", "console", "json", "sh", "text", "toml", "yaml"}
    assert {language for language, _ in FENCE.findall(page.read_text("utf-8"))} <= known


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Each link to a file of this repository leads to one that is there."""
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_the_pictures_are_small_and_described():
    """The README shows pictures that exist, that are smaller than 150 kB, and that have a description."""
    text = (ROOT / "README.md").read_text("utf-8")
    pictures = re.findall(r'(?:src|srcset)="(.*?)"', text)
    assert len(pictures) == 2 * len(re.findall(r'<img src="[^"]+" alt="[^"]{20,}">', text)) > 0
    for picture in pictures:
        assert (ROOT / picture).stat().st_size < 150_000, picture


def test_the_readme_is_short():
    """The README stays under 150 lines."""
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) < 150
