"""Check the arguments of public functions, so that a mistake is an error that names the argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from paramcore.errors import InvalidSetting, NotJSON
from paramcore.text import describe_python_type, describe_value
from paramcore.values.frozen import freeze
from paramcore.values.pointer import join_pointer

#: How to create the objects that functions expect, by the name of the class.
_CREATION = {
    "EffectiveParams": "create it with `project.resolve(task)`",
    "Outcome": "pass the result of `client.apply(plan)`",
    "Plan": "create it with `Plan.of(project, update)`",
    "Project": "read its JSON with `read_project`",
    "Schema": "add JSON Schema with `Schemas().with_schema(type, schema)`",
    "Schemas": "create it with `Schemas().with_schema(type, schema)`",
    "StandIn": "pass `StandIn([project])`",
    "TaskRequest": "read its JSON with `read_task_request`",
}


def check_argument(name: str, value: object, expected: type, remedy: str = "") -> None:
    """Check that `value`, the argument called `name`, is an object of the class `expected`.

    Raises:
        InvalidSetting: `argument_type`.
    """
    if isinstance(value, expected):
        return
    class_name = expected.__name__
    article = "an" if class_name[0] in "AEIO" else "a"
    # Show only the type, because the value may be an API key.
    problem = f"`{name}` must be {article} `{class_name}`, got {describe_python_type(type(value))}"
    raise InvalidSetting("argument_type", None, problem, remedy or _CREATION.get(class_name, ""))


def check_iterable(name: str, values: object, remedy: str = "pass a list") -> None:
    """Check that `values`, the argument called `name`, is an iterable, but not text, bytes, a Mapping or a table.

    Raises:
        InvalidSetting: `argument_type`.
    """
    # A table yields its columns or their names, not its rows.
    if type(values).__name__ == "DataFrame":
        # The tables of polars have `to_dicts`.
        call = ".to_dicts()" if hasattr(values, "to_dicts") else ".to_dict('records')"
        remedy = f"convert it with `{call}`"
    elif isinstance(values, Iterable) and not isinstance(values, (str, bytes, bytearray, Mapping)):
        return
    problem = f"`{name}` must be a list or another iterable, got {describe_value(values)}"
    raise InvalidSetting("argument_type", None, problem, remedy)


def check_function(name: str, value: object) -> None:
    """Check that `value`, the argument called `name`, can be called.

    Raises:
        InvalidSetting: `argument_type`.
    """
    if not callable(value):
        problem = f"`{name}` must be a function, got {describe_python_type(type(value))}"
        raise InvalidSetting("argument_type", None, problem, "")


def freeze_field(name: str, value: Any) -> Any:
    """Freeze the value of a field; the path of an error begins with the name of the field.

    Raises:
        NotJSON: for a value that is not JSON.
    """
    try:
        return freeze(value)
    except NotJSON as error:
        raise error.within(join_pointer(name)) from None
