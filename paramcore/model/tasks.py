"""A task request: the params of one task, and where it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, final

from attrs import Attribute, field, frozen

from paramcore.errors import InvalidParams, InvalidSetting
from paramcore.text import describe_value
from paramcore.values.frozen import JSONObject, freeze, wrap_frozen
from paramcore.values.params import freeze_params
from paramcore.values.pointer import join_pointer

__all__ = [
    "INHERIT_NOTHING",
    "ROUTING_NAMES",
    "ROUTING_TYPES",
    "TASK_FIELD_NAMES",
    "TaskRequest",
    "check_project_name",
    "inherits_nothing",
]

#: The `project_version` that opts out of inheritance (T3).
INHERIT_NOTHING = -1

# T10: these say where a task goes; they are no params and never inherited.  Each has its type; null is not given (T7).
ROUTING_TYPES = {
    "project": str,
    "project_version": int,
    "batch": str,
    "unique_id": str,
    "clear_unique_id_on_error": bool,
}
ROUTING_NAMES = tuple(ROUTING_TYPES)
_ROUTING = frozenset(ROUTING_NAMES)

#: Params that have a field of their own on a created task (T9, T10); a project may hold them all the same.
TASK_FIELD_NAMES = ("instruction", "callback_url", "metadata", "tags", "priority")


def check_project_name(name: object, *, path: str | None = None) -> None:
    """
    Check the name of a project.

    Raises:
        InvalidSetting: `project_name`: for what is no text or cannot stand in
            the API's URLs: "", ".", "..", control characters, lone surrogates.

    """
    if type(name) is not str:
        raise InvalidSetting("project_name", path, describe_value(name), "a project name, as text")
    if name in ("", ".", "..") or any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        wanted = "a name that can stand in a URL: not empty, not `.` or `..`, no control characters"
        raise InvalidSetting("project_name", path, describe_value(name), wanted)


def inherits_nothing(project_version: object) -> bool:
    """Tell whether this `project_version` inherits nothing: by exact type, since to Python `-1.0 == -1`."""
    return type(project_version) is int and project_version == INHERIT_NOTHING


def _own_params(params: object) -> JSONObject:
    frozen = freeze_params(params)
    if not _ROUTING.isdisjoint(frozen):
        name = next(name for name in ROUTING_NAMES if name in frozen)
        wanted = f"it beside the params: `TaskRequest(params, {name}=...)`"
        raise InvalidParams("param_name", join_pointer(name), f"`{name}` among the params", wanted)
    return frozen


def _check_project(name: str, value: object) -> None:
    if value is not None:
        check_project_name(value, path=f"/{name}")


def _check_text(name: str, value: object) -> None:
    if type(value) is not str and value is not None:
        raise InvalidSetting("routing_type", f"/{name}", describe_value(value), f"text as `{name}`")


def _check_flag(name: str, value: object) -> None:
    if type(value) is not bool and value is not None:
        raise InvalidSetting("flag_type", f"/{name}", describe_value(value), "true or false")


#: What is asked of each field beside the params; a version is judged by the project, which knows those that there are.
_CHECKS: dict[str, Callable[[str, object], None]] = {
    "project": _check_project,
    "batch": _check_text,
    "unique_id": _check_text,
    "clear_unique_id_on_error": _check_flag,
    "type": _check_text,
}


def _check(_task: object, attribute: Attribute[Any], value: object) -> None:
    _CHECKS[attribute.name](attribute.name, value)


def _exactly(value: object) -> object:
    # `True == 1` and `1.0 == 1` in Python, but neither is version 1.
    return type(value), value


class _Open:
    """The fields of a request, while they are set."""

    # One is made for each task of a million: filled like this it goes round `__init__`, whose checks what is read
    # from the flat form has passed already.
    __slots__ = (
        "__weakref__",
        "batch",
        "clear_unique_id_on_error",
        "params",
        "project",
        "project_version",
        "type",
        "unique_id",
    )

    params: Mapping[str, Any]
    project: str | None
    project_version: int | None
    batch: str | None
    unique_id: str | None
    clear_unique_id_on_error: bool | None
    type: str | None


@final
@frozen
class TaskRequest(_Open):
    """
    One task, as it is asked for.

    `params` holds everything but the routing names: also `callback_url`,
    `metadata`, `tags` and `priority`.  `project_version` is judged where the
    request is resolved, since only a project knows its versions (T7).  `type`
    stands in the API's URL, not in the request (T12).

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for a
            routing name among the params (T10).
        InvalidSetting: for a routing field of the wrong type.
        NotJSON: for values that are no JSON.

    """

    params: Mapping[str, Any] = field(converter=_own_params)
    project: str | None = field(default=None, validator=_check, kw_only=True)
    project_version: int | None = field(default=None, converter=freeze, eq=_exactly, kw_only=True)
    batch: str | None = field(default=None, converter=freeze, validator=_check, kw_only=True)
    unique_id: str | None = field(default=None, converter=freeze, validator=_check, kw_only=True)
    clear_unique_id_on_error: bool | None = field(default=None, validator=_check, kw_only=True)
    type: str | None = field(default=None, converter=freeze, validator=_check, kw_only=True)

    @classmethod
    def from_flat(cls, request: Mapping[str, Any], *, type: str | None = None) -> TaskRequest:
        """
        Read the API's flat request form, routing names among the params.

        A routing name that is null counts as not given (T7).

        Raises:
            InvalidParams: `params_type` or `instruction_type`.
            InvalidSetting: for a routing field of the wrong type.
            NotJSON: for values that are no JSON.

        """
        flat = freeze_params(request)
        opened = _Open()
        opened.params = flat
        opened.project = opened.project_version = opened.batch = opened.unique_id = None
        opened.clear_unique_id_on_error = opened.type = None
        if type is not None:
            opened.type = freeze(type)
        if not _ROUTING.isdisjoint(flat):
            opened.params = wrap_frozen({name: value for name, value in flat.items() if name not in _ROUTING})
            for name in ROUTING_NAMES:
                if name in flat:
                    if name in _CHECKS:
                        _CHECKS[name](name, flat[name])
                    setattr(opened, name, flat[name])
        # Last, as the constructor does: of two fields that are wrong the first is told.
        _check_text("type", type)
        opened.__class__ = TaskRequest
        return opened  # type: ignore[return-value]

    @property
    def inherits_nothing(self) -> bool:
        """Whether the task inherits nothing (T3)."""
        return inherits_nothing(self.project_version)

    @property
    def flat(self) -> Mapping[str, Any]:
        """The API's flat request form: the routing names that are given, then the params."""
        routing = {name: value for name in ROUTING_NAMES if (value := getattr(self, name)) is not None}
        return wrap_frozen({**routing, **self.params})
