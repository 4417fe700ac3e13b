"""Check project names and task types."""

from __future__ import annotations

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value
from paramcore.values import freeze_field, suggest_text


def check_project_name(name: object, *, path: str | None = None) -> None:
    """Check the name of a project.

    Raises:
        InvalidSetting: `project_name`, if the name is not a string or cannot be part of
            a URL.  The names "", "." and "..", ASCII control characters and lone
            surrogates are not allowed.
    """
    if type(name) is not str:
        problem = f"a project name must be a string, got {describe_value(name)}"
        raise InvalidSetting("project_name", path, problem, suggest_text(name))
    if name in ("", ".", "..") or any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        problem = f"{describe_value(name)} cannot be a project name, because the name is part of a URL"
        remedy = "choose a non-empty name other than `.` and `..`, without control characters or lone surrogates"
        raise InvalidSetting("project_name", path, problem, remedy)


def check_task_type(task_type: object) -> None:
    """Check a task type.

    Raises:
        InvalidSetting: `task_type`, if the type is empty or not a string.
        NotJSON: `value_text`, if the type contains a lone surrogate.
    """
    if type(task_type) is not str or not task_type:
        problem = f"a task type must be a non-empty string, got {describe_value(task_type)}"
        remedy = 'write a type such as "imageannotation"'
        # The official SDK has an enum of task types, so suggest how to convert a member of an enum.
        raise InvalidSetting("task_type", None, problem, suggest_text(task_type, remedy))
    freeze_field("type", task_type)
