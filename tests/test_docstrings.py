"""Public names have an example in their docstrings, and every example of a docstring runs."""

import ast
import importlib
import re
from pathlib import Path

import pytest

import paramcore
from tests.examples import Block, run_and_check
from tests.test_layers import MODULES, dotted_name
from tests.test_public_names import PUBLIC

DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


def find_docstrings(path: Path) -> list[Block]:
    """Return the docstrings of a module that contain examples."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, DOCUMENTED)]
    documented = [(node.body[0].lineno, ast.get_docstring(node, clean=False)) for node in nodes if node.body]
    return [Block(path, line, text) for line, text in documented if text and ">>>" in text]


WITH_EXAMPLES = [path for path in MODULES if find_docstrings(path)]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=dotted_name)
def test_examples_print_what_they_show(path, pytestconfig, monkeypatch):
    """Each example of a docstring prints the output that it shows. `--update` rewrites this output."""
    # Some examples read the API key from the environment.
    monkeypatch.setenv("SCALE_API_KEY", "live_0123456789")
    top = {name: getattr(paramcore, name) for name in paramcore.__all__}
    names = {**top, **vars(importlib.import_module(dotted_name(path)))}
    blocks = [(block, dict(names)) for block in find_docstrings(path)]
    run_and_check(blocks, update=pytestconfig.getoption("update"))


def find_public_objects():
    for name in PUBLIC:
        module = importlib.import_module(name)
        for public in module.__all__:
            value = getattr(module, public)
            # The other error classes are used like `ParamcoreError`, which has an example.
            is_error = isinstance(value, type) and issubclass(value, Exception) and public != "ParamcoreError"
            if callable(value) and not is_error:
                yield pytest.param(value, id=f"{name}.{public}")


@pytest.mark.parametrize("value", list(find_public_objects()))
def test_public_names_have_an_example(value):
    """Every public class and function, except the subclasses of `ParamcoreError`, has an example."""
    assert ">>>" in value.__doc__


WRONG = """\
text
    >>> print("a\\n\\nb")
    c
    >>> 1 + 1
    2
    >>> int("x")
    Traceback (most recent call last):
    ValueError: no
    >>> for number in (1, 2):
    ...     number
    >>> int("y")
    3
"""
RIGHT = """\
text
    >>> print("a\\n\\nb")
    a
    <BLANKLINE>
    b
    >>> 1 + 1
    2
    >>> int("x")
    Traceback (most recent call last):
    ValueError: invalid literal for int() with base 10: 'x'
    >>> for number in (1, 2):
    ...     number
    1
    2
    >>> int("y")
    3
"""


@pytest.mark.parametrize(("update", "lines", "after"), [(False, {2, 6, 9, 11}, WRONG), (True, {11}, RIGHT)])
def test_a_wrong_example_is_reported_or_rewritten(tmp_path, update, lines, after):
    """A failure names the line of each wrong example.

    With `--update`, wrong outputs are rewritten, and only an unexpected exception is a failure.
    """
    path = tmp_path / "page.md"
    path.write_text(WRONG)
    with pytest.raises(AssertionError) as caught:
        run_and_check([(Block(path, 1, WRONG), {})], update=update)
    assert {int(line) for line in re.findall(r"page\.md:(\d+): ", str(caught.value))} == lines
    assert path.read_text() == after
