"""Check the arguments of public functions, with errors that name the argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from paramcore.errors import InvalidSetting, NotJSON, ParamcoreError
from paramcore.text import describe_python_type, describe_value
from paramcore.values.conversions import has_base, suggest_rows
from paramcore.values.frozen import freeze
from paramcore.values.pointer import join_pointer

_Value = TypeVar("_Value")
_Result = TypeVar("_Result")

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
    # Reject a table, because an iteration over it yields columns or their names, and not rows.
    if has_base(type(values), "DataFrame"):
        remedy = suggest_rows(type(values))
    elif isinstance(values, Iterable) and not isinstance(values, (str, bytes, bytearray, Mapping)):
        return
    problem = f"`{name}` must be a list or another iterable, got {describe_value(values)}"
    raise InvalidSetting("argument_type", None, problem, remedy)


def check_method(name: str, value: object, method: str, remedy: str) -> None:
    """Check that `value`, the argument called `name`, is an object with the method `method`, and not a class.

    Raises:
        InvalidSetting: `argument_type`.
    """
    if isinstance(value, type) or not callable(getattr(value, method, None)):
        # Show only the type, because the value may be an API key.
        problem = f"`{name}` must be an object with the method `{method}`, got {describe_python_type(type(value))}"
        raise InvalidSetting("argument_type", None, problem, remedy)


def read_each(name: str, values: Iterable[_Value], read: Callable[[_Value], _Result]) -> Iterator[_Result]:
    """Yield the result of `read` for each of `values`, the argument called `name`.

    Raises:
        InvalidSetting: the errors of `check_iterable`.
        ParamcoreError: the errors of `read`; `path` begins with the index of the value.
    """
    check_iterable(name, values)
    for index, value in enumerate(values):
        try:
            result = read(value)
        except ParamcoreError as error:
            raise error.within(join_pointer(index)) from None
        yield result


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
