"""The public names are those in `__all__` of the modules that a user imports."""

import importlib
import inspect
from typing import get_type_hints

import pytest

import paramcore
from docs.reference_data import PUBLIC_MODULES

PUBLIC = PUBLIC_MODULES


@pytest.mark.parametrize("name", PUBLIC)
def test_all_names_can_be_imported(name):
    """Every name in `__all__` can be imported and occurs once."""
    module = importlib.import_module(name)
    assert len(set(module.__all__)) == len(module.__all__)
    assert [public for public in module.__all__ if not hasattr(module, public)] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_every_public_name_is_documented(name):
    """Every public class and function has a docstring."""
    module = importlib.import_module(name)
    values = {public: getattr(module, public) for public in module.__all__}
    assert [public for public, value in values.items() if callable(value) and not value.__doc__] == []


@pytest.mark.parametrize("name", PUBLIC)
def test_the_annotations_of_public_functions_can_be_resolved(name):
    """`typing.get_type_hints` resolves the annotations of each public function, for tools that read them."""
    module = importlib.import_module(name)
    functions = [value for value in (getattr(module, public) for public in module.__all__) if inspect.isfunction(value)]
    for function in functions:
        assert "return" in get_type_hints(function)


def test_every_error_is_listed():
    """`__all__` of `paramcore.errors` lists every exception of this module."""
    errors = importlib.import_module("paramcore.errors")
    defined = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
    assert defined == set(errors.__all__)


def test_the_top_level_names_are_fixed():
    """`paramcore` itself exports exactly these names."""
    assert sorted(paramcore.__all__) == sorted(
        [
            *("Project", "TaskRequest", "Patch", "Replace", "Assumptions"),
            *("Plan", "Diff", "History", "Impact", "Audit", "SlimRequest", "Extraction"),
            *("read_project", "read_projects", "write_project", "read_task_request", "write_task_request"),
            *("read_update", "write_update", "thaw", "ParamcoreError"),
        ]
    )
