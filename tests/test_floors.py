"""Imports point down the floors, and the engine does no input or output."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "paramcore"

#: The rooms, from the lowest: a module imports its own room and those before it.
ROOMS = [
    "text",
    "errors",
    "values",
    "model",
    "analysis",
    "wire",
    "files",
    "bulk",
    "validation",
    "service",
    "transport",
    "testing",
    "cli",
    "__main__",
]
PURE = {"text", "errors", "values", "model", "analysis", "wire"}
FLOOR = {name: floor for floor, name in enumerate(ROOMS)}
#: The face of the package shows the questions too.
FLOOR["paramcore"] = FLOOR["wire"]

#: What has a clock, a network, files, an environment, logging or chance.
IMPURE = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select"),
    *("shutil", "socket", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "jsonschema"),
}

MODULES = sorted(PACKAGE.rglob("*.py"))


def place(path):
    """Return the dotted name of a module, seen from the package."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts) or "paramcore"


def imports(path):
    """Yield the modules that a module imports at run time, in full."""
    for node in ast.walk(without_typing(ast.parse(path.read_text("utf-8")))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module
            if node.module == "paramcore" or (PACKAGE.parent / node.module.replace(".", "/")).is_dir():
                names = (f"{node.module}.{alias.name}" for alias in node.names)
                yield from (name for name in names if known(name))


def known(name):
    return (PACKAGE.parent / f"{name.replace('.', '/')}.py").exists() or (
        PACKAGE.parent / name.replace(".", "/")
    ).is_dir()


def without_typing(tree):
    """Leave out what only the type checker reads."""
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))
    ]
    return tree


def floor_of(name):
    first = name.removeprefix("paramcore.").split(".")[0]
    assert first in FLOOR, f"{name} has no floor"
    return FLOOR[first]


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_imports_point_down(path):
    """A module imports its own floor and those below it."""
    own = floor_of(place(path))
    for name in imports(path):
        if name.startswith("paramcore."):
            assert floor_of(name) <= own, f"{place(path)} (floor {own}) imports {name}"


PURE_MODULES = [path for path in MODULES if place(path).split(".")[0] in PURE | {"paramcore"}]


@pytest.mark.parametrize("path", PURE_MODULES, ids=place)
def test_the_engine_is_pure(path):
    """The pure rooms import nothing with a clock, a network, files, an environment, logging or chance."""
    assert not {name.split(".")[0] for name in imports(path)} & IMPURE


@pytest.mark.parametrize("path", PURE_MODULES, ids=place)
def test_the_engine_reads_no_clock(path):
    """Only `analysis` imports `datetime`, to parse times; no pure room calls what reads the clock or the time zone."""
    assert "datetime" not in imports(path) or place(path).startswith("analysis.")
    names = {node.attr for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Attribute)}
    assert not names & {"now", "today", "utcnow", "astimezone", "fromtimestamp"}


def test_importing_the_engine_loads_nothing_heavy():
    """`import paramcore` loads neither jsonschema nor anything that talks to a network or reads a command line."""
    heavy = ["jsonschema", "socket", "asyncio", "argparse", "hypothesis", "httpx", "logging", "rich"]
    script = f"import sys, paramcore; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
