"""Values and names that break careless code, for `pytest.mark.parametrize`."""

from __future__ import annotations

from typing import Any

#: JSON values that some comparison, language or encoder confuses with each other.
LOOKALIKES: tuple[Any, ...] = (
    0,
    False,
    0.0,
    -0.0,
    1,
    True,
    1.0,
    -1,
    None,
    "",
    "0",
    "null",
    [],
    {},
    [0],
    [False],
    [None],
    [[]],
    {"x": 1},
    {"x": True},
    {"x": 1.0},
    {"x": None},
    2**53,
    float(2**53),
    2**53 + 1,
    "\u00e9",
    "e\u0301",
    "\u2028",
    {"": 0},
    {"instruction": "inner"},
)

#: Integers that no float can hold, up to the longest that Python can print.
HUGE_INTEGERS: tuple[int, ...] = (2**63, -(2**64), 10**40, 10**4299, -(10**4300 - 1))

#: The usual names of params: few, so that task, update and history share them.
NAMES: tuple[str, ...] = ("a", "b", "c", "padding")

#: Names that look like a path, an attribute, an index, a format or each other.
ODD_NAMES: tuple[str, ...] = (
    "",
    " ",
    "0",
    "-1",
    "a.b",
    "a/b",
    "/",
    "~",
    "~0",
    "~1",
    "a[0]",
    "*",
    "{}",
    "%s",
    "__class__",
    "__dict__",
    "__proto__",
    "items",
    "self",
    "Instruction",
    "instruction ",
    "instructions",
    "params",
    "name",
    "type",
    "project_param_version",
    "\u00e9",
    "e\u0301",
    "\u2028",
    "\x00",
    "\U0001f69c",
)

#: Names that the params of a project cannot have (U9, U10).
RESERVED_PROJECT_NAMES: frozenset[str] = frozenset(
    {"version", "created_at", "patch", "project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"}
)

#: Names that the params of a task cannot have (T10).
RESERVED_TASK_NAMES: frozenset[str] = RESERVED_PROJECT_NAMES - {"version", "created_at", "patch"}
