"""The structure of the package: the direction of imports, the length of modules, and an engine without I/O."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import paramcore

#: The installed package, which may come from a wheel.
PACKAGE = Path(paramcore.__file__).parent

#: The layers, lowest first: folders and modules of the package.
#: A module imports only from its own layer and lower layers. One exception: `text` loads `report` with `import_module`.
LAYERS = [
    "text",
    "errors",
    "wrong_documents",
    "values",
    "model",
    "analysis",
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
LEVELS = {name: floor for floor, name in enumerate(LAYERS)}
#: `paramcore/__init__.py` imports from `wire` and lower layers. Only layers above `wire` import it.
LEVELS["paramcore"] = LEVELS["wire"]

#: Modules that the layers in `PURE` must not import, such as those for networks, files or randomness.
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
    """Return the full name of a module, as in an import."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {dotted_name(path) for path in MODULES}


def iter_imports(tree):
    """Yield the full names of imported modules, including imports for type checkers."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "the import is relative"
            members = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name for name in members if name in NAMES)
            if any(name not in NAMES for name in members):
                yield node.module


def drop_typing_blocks(tree):
    """Return a module without its `TYPE_CHECKING` blocks."""
    body = [node for node in tree.body if not (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test))]
    return ast.Module(body, tree.type_ignores)


def find_layer_name(name):
    """Return the layer of a module. The layer of `paramcore/__init__.py` is `paramcore`."""
    return name.removeprefix("paramcore.").split(".")[0]


def find_level(name):
    assert find_layer_name(name) in LEVELS, f"{name} has no layer"
    return LEVELS[find_layer_name(name)]


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_imports_point_down(path):
    """A module imports only from its own layer and lower layers. Imports for type checkers count, too."""
    own = find_level(dotted_name(path))
    above = [name for name in iter_imports(TREES[path]) if name.split(".")[0] == "paramcore" and find_level(name) > own]
    assert above == []


def test_no_modules_import_each_other():
    """There is no cycle of imports, even with the imports for type checkers."""
    graph = {dotted_name(path): set(iter_imports(tree)) & NAMES for path, tree in TREES.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


PURE_MODULES = [path for path in MODULES if find_layer_name(dotted_name(path)) in PURE | {"paramcore"}]


@pytest.mark.parametrize("path", PURE_MODULES, ids=dotted_name)
def test_the_engine_is_pure(path):
    """The layers in `PURE` import no module of `IMPURE`. Imports that only type checkers read do not count."""
    assert not {name.split(".")[0] for name in iter_imports(drop_typing_blocks(TREES[path]))} & IMPURE


@pytest.mark.parametrize("path", PURE_MODULES, ids=dotted_name)
def test_the_engine_reads_no_clock(path):
    """Of the layers in `PURE`, only `analysis` imports `datetime`. None of them reads the clock or the time zone."""
    assert "datetime" not in iter_imports(TREES[path]) or find_layer_name(dotted_name(path)) == "analysis"
    names = {node.attr for node in ast.walk(TREES[path]) if isinstance(node, ast.Attribute)}
    assert not names & {"now", "today", "utcnow", "astimezone", "fromtimestamp"}


def test_importing_the_engine_loads_nothing_heavy():
    """`import paramcore` loads none of the modules in `heavy`."""
    heavy = {"jsonschema", "socket", "asyncio", "argparse", "hypothesis", "httpx2", "logging", "rich"}
    # Coverage may have loaded some of them already, so count only the modules that this import adds.
    script = "import sys; before = set(sys.modules); import paramcore; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()).isdisjoint(heavy)


def is_private(name):
    return name.startswith("_") and not name.endswith("__")


def iter_private_uses(tree):
    """Yield each private name that a module imports from another module, or reads as an attribute of one."""
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
    """No module imports a private name of another module, or reads it as an attribute of that module."""
    assert list(iter_private_uses(TREES[path])) == []


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_modules_are_short(path):
    """No module has more than `LONGEST_MODULE` lines."""
    length = len(path.read_text("utf-8").splitlines())
    assert length <= LONGEST_MODULE


@pytest.mark.parametrize("path", MODULES, ids=dotted_name)
def test_functions_are_short(path):
    """No function has more than `LONGEST_FUNCTION` lines, including its docstring."""
    functions = [node for node in ast.walk(TREES[path]) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    lengths = [(function.name, function.end_lineno - function.lineno + 1) for function in functions]
    assert [(name, length) for name, length in lengths if length > LONGEST_FUNCTION] == []


def test_the_root_is_small():
    """The root contains at most `MOST_IN_ROOT` folders and modules, not counting `__init__.py` and `__main__.py`."""
    beside = {"__init__.py", "__main__.py", "py.typed", "__pycache__"}
    assert len([path.name for path in PACKAGE.iterdir() if path.name not in beside]) <= MOST_IN_ROOT
