"""What is public is what `__all__` says."""

import importlib
import pkgutil

import pytest

import paramcore

MODULES = ["paramcore", *sorted(one.name for one in pkgutil.walk_packages(paramcore.__path__, "paramcore."))]
MODULES.remove("paramcore.__main__")


@pytest.mark.parametrize("name", MODULES)
def test_all_names_are_there(name):
    """Every name of `__all__` can be imported, each once."""
    module = importlib.import_module(name)
    names = getattr(module, "__all__", [])
    assert len(set(names)) == len(names)
    assert [one for one in names if not hasattr(module, one)] == []


@pytest.mark.parametrize("name", MODULES)
def test_what_a_module_defines_is_private_or_public(name):
    """A class or function that a module defines is in its `__all__` or has a leading underscore."""
    module = importlib.import_module(name)
    own = [one for one, value in vars(module).items() if getattr(value, "__module__", None) == name]
    assert {one for one in own if not one.startswith("_")} <= set(getattr(module, "__all__", []))


def test_the_top_is_small():
    """The names at the top are the fixed ones."""
    assert sorted(paramcore.__all__) == sorted(
        [
            *("Project", "TaskRequest", "Patch", "Replace", "Assumptions"),
            *("Plan", "Diff", "History", "Impact", "Audit"),
            *("read_project", "read_projects", "write_project", "read_task_request", "write_task_request"),
            *("read_update", "write_update", "thaw", "ParamcoreError"),
        ]
    )
