"""Errors: their classes, their fields and their messages."""

import copy
import inspect
import pickle

import pytest

from paramcore import errors
from paramcore.errors import (
    DocumentError,
    InvalidParams,
    InvalidUpdate,
    NoSuchVersion,
    NotDone,
    NotJSON,
    OutcomeUnknown,
    ParamcoreError,
    WouldDrop,
)
from paramcore.text import describe_value, escape_unprintable

CLASSES = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, ParamcoreError)]


def made(kind, path="/a"):
    more = {DocumentError: ("boxes.json", 3, 5), WouldDrop: (("a",),), InvalidUpdate: ((),)}.get(kind, ())
    return kind("some_code", path, "`a` must be text, got null", "write text", *more)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_error_compares_copies_and_pickles_by_value(kind):
    """Errors can be compared, hashed, copied and sent between processes."""
    error = made(kind)
    assert pickle.loads(pickle.dumps(error)) == copy.copy(error) == error
    assert hash(made(kind)) == hash(error)
    assert error != made(kind, "/b")
    assert error != "`a` must be text, got null; write text"


def test_an_error_is_of_its_own_class_only():
    """Errors of different classes differ even with equal fields."""
    assert made(NotJSON) != made(InvalidParams)


@pytest.mark.parametrize("kind", [one for one in CLASSES if one is not ParamcoreError])
def test_each_error_has_a_builtin_base(kind):
    """Each subclass of `ParamcoreError` is also a `ValueError`, a `LookupError` or a `RuntimeError`."""
    others = {NoSuchVersion: LookupError, NotDone: RuntimeError, OutcomeUnknown: RuntimeError}
    assert issubclass(kind, others.get(kind, ValueError))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (made(NotJSON), "at /a: `a` must be text, got null; write text"),
        (made(NotJSON, ""), "`a` must be text, got null; write text"),
        (made(NotJSON, None), "`a` must be text, got null; write text"),
        (made(DocumentError), "boxes.json:3:5: at /a: `a` must be text, got null; write text"),
        (
            DocumentError("unreadable", None, "the file does not exist", "", "x.json", None, None),
            "x.json: the file does not exist",
        ),
        (DocumentError("too_large", None, "too long", "split it", "x.jsonl", 7, None), "x.jsonl:7: too long; split it"),
    ],
)
def test_an_error_has_the_place_the_problem_and_the_remedy(error, text):
    """The message has the location, the problem and the remedy, as far as the error has them."""
    assert str(error) == text


def test_an_error_has_one_line():
    """Line feeds and direction marks are escaped in the message and kept in `path`."""
    error = made(NotJSON, "/a\n\u202eb")
    assert str(error) == "at /a\\n\\u202eb: `a` must be text, got null; write text"
    assert error.path == "/a\n\u202eb"
    assert escape_unprintable("é ok") == "é ok"


def test_within_adds_a_prefix():
    """`within` adds a prefix to the path."""
    assert made(NotJSON).within("/params").path == "/params/a"
    assert made(NotJSON, None).within("/params").path == "/params"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "the number 7"),
        (5000, "the number 5000"),
        (10**80 - 1, f"the number {'9' * 80}"),
        (10**80, "a very large number"),
        (-(10**100), "a very large number"),
        ("x" * 78, f"the text '{'x' * 78}'"),
        ("x" * 79, f"the text '{'x' * 63}... (81 characters)"),
        (1.5, "the number 1.5"),
        ("é\n", "the text '\\xe9\\n'"),
        ("x" * 100, "the text '" + "x" * 63 + "... (102 characters)"),
        ({}, "an object"),
        ([], "an array"),
        ((), "an array"),
        ({1}, "a Python `set` object"),
    ],
)
def test_a_value_is_described(value, text):
    """A value is described in one short line with its JSON type. Objects that are not JSON have their Python type."""
    assert describe_value(value) == text


def test_no_foreign_code_runs_to_describe_a_value():
    """Describing an object of a `str` subclass does not call its `__repr__`, `__str__` or `__len__`."""

    class Angry(str):
        def __repr__(self):
            raise AssertionError

        __str__ = __len__ = __repr__

    assert describe_value(Angry()) == "a Python `Angry` object"
    assert describe_value(type("L" * 200, (), {})()) == "a Python `" + "L" * 64 + "... (200 characters)` object"
