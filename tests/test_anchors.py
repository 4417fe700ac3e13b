"""The site has an anchor for each name that a user can meet: public names, commands, options and codes."""

import ast
import importlib
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest
from attrs import fields
from sphinx.util.inventory import InventoryFile

from docs.reference_data import PUBLIC_MODULES
from paramcore import Assumptions, errors
from paramcore.analysis.changes import ChangeKind
from paramcore.analysis.drift import DriftState
from paramcore.analysis.extraction.reasons import AsideCode, StayCode
from paramcore.analysis.impact import Why
from paramcore.analysis.slim_choice import OptOutCode
from paramcore.cli import exit_codes
from paramcore.cli.help_topics import VARIABLES
from paramcore.cli.options import COMMANDS, list_arguments as list_command_arguments
from paramcore.model import ASSUMED_RULES
from paramcore.model.explanation import Reason, Status
from paramcore.service.outcome import OutcomeState
from paramcore.validation.finding import CODES
from tests.test_error_codes import read_codes
from tests.test_json_keys import DOCUMENTED_KEYS
from tests.test_layers import TREES

ROOT = Path(__file__).parent.parent


def list_literals(union):
    """Return the values of a union of literals."""
    return [value for literal in get_args(union) for value in (get_args(literal) or [literal])]


STATES = {
    "candidate.status": get_args(Status),
    "change.kind": get_args(ChangeKind),
    "effect.why": get_args(Why),
    "block.code": list_literals(OptOutCode),
    "stays.code": get_args(StayCode),
    "aside.code": get_args(AsideCode),
    "outcome.state": get_args(OutcomeState),
    # The command `status` adds a state for a project that the service does not have.
    "drift.state": (*get_args(DriftState), "not there"),
}


def list_options():
    """Yield the options of each command, and of `paramcore` itself."""
    for command in COMMANDS:
        names = [name for name, _keywords in list_command_arguments(command) if name.startswith("-")]
        yield from (f"paramcore-{command}.{name}" for name in (*names, "-h", "--help"))
    yield from (f"paramcore.{name}" for name in ("-h", "--help", "--version"))


def list_arguments():
    """Yield the positional arguments of each command."""
    for command, arguments in COMMANDS.items():
        yield from (f"{command}.{name}" for name, _keywords in arguments if not name.startswith("-"))


EXPECTED = {
    "std:argument": set(list_arguments()),
    "std:assumption": {rule.rule for rule in ASSUMED_RULES},
    "std:cmdoption": set(list_options()),
    "std:command": {"paramcore", *(f"paramcore {command}" for command in COMMANDS)},
    "std:envvar": set(VARIABLES),
    "std:error-code": set().union(*(read_codes(getattr(errors, name)) for name in errors.__all__)),
    "std:exit-code": {str(value) for value in vars(exit_codes).values() if isinstance(value, int)},
    "std:finding": set(CODES),
    "std:json-key": {f"{document}.{key}" for document, keys in DOCUMENTED_KEYS.items() for key in keys},
    "std:json-value": {f"{key}.{state}" for key, states in STATES.items() for state in states},
    "std:reason": set(get_args(Reason)),
    "std:setting": {setting.name for setting in fields(Assumptions)},
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the site. Any warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-q", "-n", "-W", "-b", "html", str(ROOT / "docs"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.slow
def test_each_name_has_one_anchor(site):
    """The inventory lists exactly the names in the code. Each name has its own id, which occurs once on its page."""
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="").data
    listed = {kind: set(inventory.get(kind, {})) for kind in EXPECTED}
    assert listed == EXPECTED

    # `-h` and `--help` are one option with two names.
    named = [(name, item.uri) for kind in EXPECTED for name, item in inventory[kind].items()]
    anchors = [uri for name, uri in named if not name.endswith(".-h")]
    kinds = ("class", "data", "exception", "function")
    described = [(find_object(name), item.uri) for kind in kinds for name, item in inventory[f"py:{kind}"].items()]
    modules = map(importlib.import_module, PUBLIC_MODULES)
    # Two modules export `ParamcoreError`, so list each object once.
    public = {id(value): value for module in modules for value in (getattr(module, name) for name in module.__all__)}
    for value in public.values():
        # The inventory lists some classes under two names with the same anchor.
        [uri] = {uri for other, uri in described if other is value}
        anchors.append(uri)

    assert len(set(anchors)) == len(anchors)
    pages = {page: read_ids(site / page) for page in {uri.partition("#")[0] for uri in anchors}}
    for uri in anchors:
        page, _, anchor = uri.partition("#")
        assert pages[page][anchor] == 1, uri


def find_object(name):
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def read_ids(page):
    return Counter(re.findall(r'\sid="([^"]+)"', page.read_text("utf-8")))


def test_the_environment_is_read_in_few_places():
    """Only three modules read environment variables, so the reference can list all variables."""
    reading = {
        path.name
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in ("environ", "environb", "getenv", "getenvb")
    }
    assert reading == {"key.py", "screen.py", "summary.py"}
