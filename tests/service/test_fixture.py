"""`paramcore.testing` imports hypothesis, pytest and the server only when they are used."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent

#: A test that a user without hypothesis might write.
USER_TEST = """
from paramcore import Patch, Project
from paramcore.service import Client
from paramcore.testing import LOOKALIKES, check_transport, paramcore_service

def test_the_fixture_serves(paramcore_service):
    service = paramcore_service.stand_in.live
    Client(service).create_project("docks", type="imageannotation", params={"padding": 3})
    assert service.projects["docks"].params == {"padding": 3}
    assert paramcore_service.url.startswith("http://127.0.0.1:")
    assert callable(check_transport) and LOOKALIKES
"""

#: A script that runs the test in an interpreter that cannot import hypothesis.
RUN_WITHOUT_HYPOTHESIS = """
import sys
sys.modules["hypothesis"] = None
import pytest
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", sys.argv[1], sys.argv[1]]))
"""


def run_python(script, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": ""}
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, env=environment, check=False
    )


def test_the_fixture_works_without_hypothesis(tmp_path):
    """Without hypothesis, a user can still use the fixture, and import `check_transport`."""
    (tmp_path / "test_example.py").write_text(USER_TEST)
    done = run_python(RUN_WITHOUT_HYPOTHESIS, str(tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_a_strategy_requires_hypothesis():
    """Without hypothesis, importing a strategy raises an `ImportError` that says how to install hypothesis."""
    script = "import sys; sys.modules['hypothesis'] = None; from paramcore.testing import projects"
    done = run_python(script)
    assert done.returncode == 1
    assert "pip install hypothesis" in done.stderr.splitlines()[-1]


def test_importing_the_package_loads_nothing():
    """`import paramcore.testing` loads neither hypothesis, nor pytest, nor the server."""
    script = """
import sys, paramcore.testing
print([name for name in ("hypothesis", "pytest", "paramcore.service", "http.server") if name in sys.modules])
"""
    assert run_python(script).stdout.strip() == "[]"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="only POSIX forks processes")
def test_a_forked_process_leaves_the_server_running():
    """If a forked process leaves the `with` block of `run_server`, it ends at once, and the server keeps running."""
    script = """
import os, signal, sys, urllib.request
from paramcore.service import StandIn, run_server

with run_server(StandIn()) as server:
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        sys.exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(urllib.request.urlopen(server.url.removesuffix("v1")).status)
"""
    done = run_python(script)
    assert (done.stdout, done.stderr) == ("7\n200\n", "")
