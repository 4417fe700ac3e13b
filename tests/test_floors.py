"""The shape of the package: imports point down, modules and functions are short, the engine does no input or output."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import paramcore

#: The package as it is installed, which may be a wheel.
PACKAGE = Path(paramcore.__file__).parent

#: Folders and modules of the root, from the lowest: a module imports from its own and from those before it.
ROOMS = [
    "text",
    "errors",
    "values",
    "model",
    "analysis",
    "wrong_documents",
    "wire",
    "files",
    "bulk",
    "validation",
    "report",
    "service",
    "transport",
    "testing",
    "cli",
    "__main__",
]
PURE = {"text", "errors", "values", "model", "analysis", "wire", "wrong_documents", "report"}
FLOOR = {name: floor for floor, name in enumerate(ROOMS)}
#: `paramcore/__init__.py` imports what it shows, and nothing imports it but the floors above.
FLOOR["paramcore"] = FLOOR["wire"]

#: Modules with a clock, a network, files, an environment, logging or randomness.
IMPURE = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "select"),
    *("shutil", "socket", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid", "jsonschema"),
}

MODULES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text("utf-8")) for path in MODULES}

LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
MOST_IN_ROOT = 15


def dotted_name(path):
    """Return the name of a module as an import has it."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted_name(path) for path in MODULES}


def iter_imports(tree):
    """Yield the full names of imported modules, with those that only a type checker imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in members if name in NAMES)
            if any(name not in NAMES for name in members):
                yield node.module


def without_typing(tree):
    """Return a module without the blocks that only a type checker reads."""
    body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))]
    return ast.Module(body, tree.type_ignores)


def room_of(name):
    """Return the folder or module of the root that a module belongs to; `paramcore` for `__init__.py` itself."""
    return name.removeprefix("paramcore.").split(".")[0]


def floor_of(name):
    assert room_of(name) in FLOOR, f"{name} has no floor"
    return FLOOR[room_of(name)]


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_imports_point_down(path):
    """A module imports from its own floor and those below it, for types too."""
    own = floor_of(dotted_name(path))
    above = [name for name in iter_imports(TREES[path]) if name.split(".")[0] == "paramcore" and floor_of(name) > own]
    assert above == []


def test_no_modules_import_each_other():
    """There is no cycle of imports, of whatever length, for types neither."""
    graph = {dotted_name(path): set(iter_imports(tree)) & NAMES for path, tree in TREES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


PURE_MODULES = [path for path in MODULES if room_of(dotted_name(path)) in PURE | {"paramcore"}]


@pytest.mark.parametrize("path", PURE_MODULES, ids=dotted_name)
def test_the_engine_is_pure(path):
    """The pure rooms import no clock, network, files, environment, logging or randomness."""
    assert not {name.split(".")[0] for name in iter_imports(without_typing(TREES[path]))} & IMPURE


@pytest.mark.parametrize("path", PURE_MODULES, ids=dotted_name)
def test_the_engine_reads_no_clock(path):
    """Only `analysis` imports `datetime`, to parse times; no pure room calls what reads the clock or the time zone."""
    assert "datetime" not in iter_imports(TREES[path]) or room_of(dotted_name(path)) == "analysis"
    names = {node.attr for node in ast.walk(TREES[path]) if isinstance(node, ast.Attribute)}
    assert not names & {"now", "today", "utcnow", "astimezone", "fromtimestamp"}


def test_importing_the_engine_loads_nothing_heavy():
    """`import paramcore` loads neither jsonschema nor anything that talks to a network or reads a command line."""
    heavy = {"jsonschema", "socket", "asyncio", "argparse", "hypothesis", "httpx2", "logging", "rich"}
    # A measurement of coverage has loaded some of them before.
    script = "import sys; before = set(sys.modules); import paramcore; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()).isdisjoint(heavy)


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def iter_private_uses(tree):
    """Yield the private names that a module imports from another, or reads as attributes of another."""
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module.split(".")[0] == "paramcore":
            for alias in node.names:
                if is_private(alias.name):
                    yield f"{node.module}.{alias.name}"
                if f"{node.module}.{alias.name}" in NAMES:
                    modules.add(alias.asname or alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and is_private(node.attr) and ast.unparse(node.value) in modules:
            yield ast.unparse(node)


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_private_names_stay_in_their_module(path):
    """A name with a leading underscore is used only where it is defined."""
    assert list(iter_private_uses(TREES[path])) == []


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_modules_are_short(path):
    """A module fits in a few screens."""
    length = len(path.read_text("utf-8").splitlines())
    assert length <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_functions_are_short(path):
    """A function fits on a screen, its docstring included."""
    functions = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(function.name, function.end_lineno - function.lineno + 1) for function in functions]
    assert [(name, length) for name, length in lengths if length > LONGEST_FUNCTION] == []


def test_the_root_is_small():
    """A newcomer reads the names of all folders and modules at once."""
    beside = {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    assert len([path.name for path in PACKAGE.iterdir() if path.name not in beside]) <= MOST_IN_ROOT
