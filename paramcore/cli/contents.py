"""Recognize a file of projects by its content."""

from __future__ import annotations

from typing import Any

from paramcore.validation.names import suggest_name

_PROJECT_NAMES = ("name", "type", "param_history")


def holds_projects(value: Any) -> bool:
    """Return whether a value is a project, or an array that contains a project.

    The project may be malformed.
    """
    return any(map(_is_project, value)) if isinstance(value, list) else _is_project(value)


def find_misspelt_history(value: Any) -> str | None:
    """Return a misspelling of `param_history` among the names of an object, or `None`.

    Return `None` if the object also contains the correct name.
    """
    if not isinstance(value, dict) or "param_history" in value:
        return None
    return next((name for name in value if suggest_name(name, ["param_history"])), None)


def _is_project(value: Any) -> bool:
    # Also recognize a project without a history, so that commands report the missing history.
    if not isinstance(value, dict):
        return False
    if "param_history" in value or sum(name in value for name in _PROJECT_NAMES) > 1:
        return True
    return find_misspelt_history(value) is not None
