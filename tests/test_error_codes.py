"""The codes of errors are documented where the class is."""

import re
from pathlib import Path

import pytest

from paramcore import errors

SOURCES = sorted((Path(__file__).parent.parent / "paramcore").rglob("*.py"))
RAISED = re.compile(r"\b(\w+)\(\s*\"([a-z]+_[a-z_]+|unreadable|unwritable)\"\s*,")
CLASSES = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}


def raised():
    for path in SOURCES:
        for name, code in RAISED.findall(path.read_text("utf-8")):
            if name in CLASSES:
                yield name, code


@pytest.mark.parametrize(("name", "code"), sorted(set(raised())))
def test_each_code_is_documented(name, code):
    """A code that the source raises stands in the docstring of its class."""
    assert f"`{code}`" in CLASSES[name].__doc__
