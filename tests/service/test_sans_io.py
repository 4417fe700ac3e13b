"""The service decides without I/O: only the client has a clock, only the server a network."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import paramcore

PACKAGE = Path(paramcore.__file__).parent
DOCUMENT = PACKAGE / "files" / "document.py"

#: The modules that neither send nor wait; callers hand in the transport, the clock and the sleep.
SANS_IO = ["requests", "replies", "retry", "outcome", "apply", "memory"]
#: `urllib.parse` only encodes; `threading` is for the lock of the service in memory; `document` reads a limit of `sys`.
ALLOWED = {"requests": {"urllib"}, "memory": {"threading", "urllib"}, "document": {"sys"}}
#: Modules with a clock, a network, files, streams, processes, an environment or chance.
IMPURE = {
    *("asyncio", "datetime", "http", "httpx2", "io", "jsonschema", "logging", "multiprocessing", "os", "pathlib"),
    *("random", "requests", "secrets", "select", "shutil", "socket", "ssl", "subprocess", "sys", "tempfile"),
    *("threading", "time", "urllib", "uuid"),
}


def imports(path):
    """Yield every module that a module imports, and every name that may be a module."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def closure(name):
    """Return the modules of paramcore that a module imports, and what those import, the module included."""
    found, queue = {}, [f"paramcore.service.{name}"]
    while queue:
        module = queue.pop()
        path = PACKAGE.parent / f"{module.replace('.', '/')}.py"
        if module not in found and path.exists():
            found[module] = path
            queue += [imported for imported in imports(path) if imported.startswith("paramcore.")]
    return found


@pytest.mark.parametrize("name", SANS_IO)
def test_a_module_reaches_nothing_that_does_io(name):
    """What a module imports, at any distance, has no file, stream, network, clock or chance."""
    for module, path in closure(name).items():
        allowed = ALLOWED.get(module.rpartition(".")[2], set())
        impure = {imported.split(".")[0] for imported in imports(path)} & IMPURE
        assert impure <= allowed, f"{module}, which service.{name} imports, imports {impure - allowed}"


def test_only_the_parser_of_urls_is_imported():
    """Where `urllib` is allowed, it is `urllib.parse`."""
    for name in SANS_IO:
        for path in closure(name).values():
            used = {imported for imported in imports(path) if imported.startswith("urllib")}
            assert all(imported.startswith("urllib.parse") for imported in used)


def test_the_document_reads_one_limit_of_sys():
    """`sys` tells the decoder how many digits an integer may have, and nothing else."""
    tree = ast.parse(DOCUMENT.read_text("utf-8"))
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "sys"
    }
    assert used <= {"get_int_max_str_digits"}


def test_a_client_loads_no_file_reader_and_no_network():
    """`import paramcore.service`, with a request carried through, loads neither file readers nor sockets."""
    # A measurement of coverage has loaded some of them before.
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
