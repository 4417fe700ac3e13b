"""Values and names for tests, for example for `pytest.mark.parametrize`."""

from __future__ import annotations

from typing import Any

_NUMBERS = (0, False, 0.0, -0.0, 1, True, 1.0, -1, 2**53, float(2**53), 2**53 + 1)
_TEXTS = ("", "0", "null", "\u00e9", "e\u0301", "\u2028")
_ARRAYS: tuple[Any, ...] = ([], [0], [False], [None], [[]])
_OBJECTS: tuple[Any, ...] = ({}, {"x": 1}, {"x": True}, {"x": 1.0}, {"x": None}, {"": 0}, {"instruction": "inner"})

#: JSON values that some languages, encoders or comparisons confuse with each other.
LOOKALIKES: tuple[Any, ...] = (*_NUMBERS, None, *_TEXTS, *_ARRAYS, *_OBJECTS)

#: Integers outside the signed 64-bit range, including the longest integers that Python prints by default.
HUGE_INTEGERS: tuple[int, ...] = (2**63, -(2**64), 10**40, 10**4299, -(10**4300 - 1))

#: Ordinary names of params.  The list is short, so that tasks, updates and histories often have the same names.
NAMES: tuple[str, ...] = ("a", "b", "c", "padding")

_PATHS = ("a.b", "a/b", "/", "~", "~0", "~1", "a[0]", "*")
_FORMATS = ("{}", "%s")
_INDEXES = ("0", "-1")
_ATTRIBUTES = ("__class__", "__dict__", "__proto__", "items", "self")
_FIELDS = ("Instruction", "instruction ", "instructions", "params", "name", "type", "project_param_version")
_CHARACTERS = ("", " ", "\u00e9", "e\u0301", "\u2028", "\x00", "\U0001f69c")

#: Names that are empty, have unusual characters, or look like an index, a path, a format, an attribute or
#: another name.
ODD_NAMES: tuple[str, ...] = (*_CHARACTERS, *_INDEXES, *_PATHS, *_FORMATS, *_ATTRIBUTES, *_FIELDS)

#: Names that the params of a task cannot have (T10).
RESERVED_TASK_NAMES: frozenset[str] = frozenset(
    {"project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"}
)

#: Names that the params of a project cannot have (U9, U10).
RESERVED_PROJECT_NAMES: frozenset[str] = RESERVED_TASK_NAMES | {"version", "created_at", "patch"}
