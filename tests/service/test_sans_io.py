"""Some modules of the service do no I/O, because callers pass the transport and the clock."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import paramcore

PACKAGE = Path(paramcore.__file__).parent

#: The modules that do no I/O; callers pass the transport, the clock and `sleep`.
SANS_IO = ["requests", "replies", "retry", "outcome", "apply", "memory"]
#: The allowed exceptions to `IMPURE`, by the last part of a module's name.  `urllib.parse` does no I/O, `query` and
#: `history` parse times, and `ledger` and `faults` need locks from `threading`.
ALLOWED = {
    "requests": {"urllib"},
    "account": {"urllib"},
    "query": {"datetime"},
    "ledger": {"threading"},
    "faults": {"threading"},
    "history": {"datetime"},
}
#: Modules that give access to clocks, networks, files, streams, processes, threads, the environment or randomness.
IMPURE = {
    *("asyncio", "datetime", "http", "httpx2", "io", "jsonschema", "logging", "multiprocessing", "os", "pathlib"),
    *("random", "requests", "secrets", "select", "shutil", "socket", "ssl", "subprocess", "sys", "tempfile"),
    *("threading", "time", "urllib", "uuid"),
}


def imports(path):
    """Yield each imported module, and each name that is imported from a module, because this name may be a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def find_file(module):
    """Return the file of a module or a package; `None` for another name, such as a function."""
    stem = PACKAGE.parent / module.replace(".", "/")
    return next((path for path in (stem.with_suffix(".py"), stem / "__init__.py") if path.exists()), None)


def closure(name):
    """Return a module of the service, and all modules of paramcore that it imports, directly or indirectly."""
    found, queue = {}, [f"paramcore.service.{name}"]
    while queue:
        module = queue.pop()
        path = find_file(module)
        if module not in found and path is not None:
            found[module] = path
            queue += [imported for imported in imports(path) if imported.startswith("paramcore.")]
    return found


@pytest.mark.parametrize("name", SANS_IO)
def test_a_module_imports_nothing_that_does_io(name):
    """No module of the `closure` imports a module of `IMPURE`, except those in `ALLOWED`."""
    for module, path in closure(name).items():
        allowed = ALLOWED.get(module.rpartition(".")[2], set())
        impure = {imported.split(".")[0] for imported in imports(path)} & IMPURE
        assert impure <= allowed, f"{module}, which service.{name} imports, imports {impure - allowed}"


def test_only_the_url_parser_is_imported():
    """Of `urllib`, modules import only `urllib.parse`."""
    for name in SANS_IO:
        for path in closure(name).values():
            used = {imported for imported in imports(path) if imported.startswith("urllib")}
            assert all(imported.startswith("urllib.parse") for imported in used)


def test_dates_are_only_parsed():
    """A module that imports `datetime` does not read the clock."""
    for name in SANS_IO:
        for path in closure(name).values():
            if any(imported.startswith("datetime") for imported in imports(path)):
                nodes = ast.walk(ast.parse(path.read_text("utf-8")))
                used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
                assert not used & {"now", "today", "utcnow"}, path


def test_a_client_loads_no_file_reader_and_no_network():
    """A client that applies an update in memory loads neither file readers nor sockets."""
    # Coverage may have loaded some of the modules already, so count only those that this script adds.
    script = """
import sys
before = set(sys.modules)
from paramcore import Patch, Plan, Project
from paramcore.service import Client, MemoryService
client = Client(MemoryService([Project("docks", type="imageannotation")]))
assert client.apply(Plan.of(client.get_project("docks"), Patch({"a": 1}))).state == "done"
unwanted = ["paramcore.files.reader", "paramcore.files.writer", "paramcore.files.yaml", "socket", "http", "jsonschema"]
print([name for name in unwanted if name in set(sys.modules) - before])
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
