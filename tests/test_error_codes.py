"""The docstring of each error class lists the codes of the class."""

import re
from inspect import getdoc
from pathlib import Path

import pytest

from paramcore import errors

SOURCES = sorted(Path(errors.__file__).parent.rglob("*.py"))
#: A call with a literal as first argument, such as `NotDone("certificate", ...)`.
CALL = re.compile(r"\b(\w+)\(\s*\"([a-z_]+)\"\s*,")
CLASSES = {name: kind for name, kind in vars(errors).items() if isinstance(kind, type)}


def read_codes(error):
    """Return the codes that the docstring of an error class lists."""
    return set(re.findall(r"^    ([a-z_]+): ", getdoc(error).partition("Codes:\n")[2], re.MULTILINE))


def iter_raised_codes():
    for path in SOURCES:
        for name, code in CALL.findall(path.read_text("utf-8")):
            if name in CLASSES:
                yield name, code


@pytest.mark.parametrize(("name", "code"), sorted(set(iter_raised_codes())))
def test_each_code_is_documented(name, code):
    """If the source creates an error with a literal code, the docstring of the error class lists this code."""
    assert code in read_codes(CLASSES[name])


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "ParamcoreError"])
def test_each_documented_code_is_in_the_source(name):
    """Each code in the docstring of an error class occurs as a literal in the source."""
    codes = read_codes(CLASSES[name])
    literals = {literal for path in SOURCES for literal in re.findall(r'"([a-z_]+)"', path.read_text("utf-8"))}
    assert codes
    assert codes <= literals
