"""A task request: the params of one task, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Attribute, field, frozen

from paramcore.errors import InvalidParams, InvalidSetting, describe
from paramcore.values import JSONObject, freeze, freeze_params, pointer, sealed

__all__ = ["INHERIT_NOTHING", "ROUTING_NAMES", "SLOT_NAMES", "TaskRequest", "check_name", "opts_out"]

#: The `project_version` that opts out of inheritance (T3).
INHERIT_NOTHING = -1

# T10: these say where a task goes; they are no params and never inherited.
ROUTING_NAMES = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")

#: Params that have a field of their own on a created task (T9, T10); a project may hold them all the same.
SLOT_NAMES = ("instruction", "callback_url", "metadata", "tags", "priority")


def check_name(name: object, *, path: str | None = None) -> None:
    """
    Check the name of a project.

    Raises:
        InvalidSetting: `project_name`: for what is no text or cannot stand in
            the API's URLs: "", ".", "..", control characters, lone surrogates.

    """
    if type(name) is not str:
        raise InvalidSetting("project_name", path, describe(name), "a project name, as text")
    if name in ("", ".", "..") or any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in name):
        wanted = "a name that can stand in a URL: not empty, not `.` or `..`, no control characters"
        raise InvalidSetting("project_name", path, describe(name), wanted)


def opts_out(project_version: object) -> bool:
    """Tell whether this `project_version` inherits nothing: by exact type, since to Python `-1.0 == -1`."""
    return type(project_version) is int and project_version == INHERIT_NOTHING


def _own_params(params: object) -> JSONObject:
    frozen = freeze_params(params)
    if not frozen.keys().isdisjoint(ROUTING_NAMES):
        name = next(name for name in ROUTING_NAMES if name in frozen)
        wanted = f"it beside the params: `TaskRequest(params, {name}=...)`"
        raise InvalidParams("param_name", pointer(name), f"`{name}` among the params", wanted)
    return frozen


def _check_project(_task: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None:
        check_name(value, path=f"/{attribute.name}")


def _check_text(_task: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not str and value is not None:
        raise InvalidSetting("routing_type", f"/{attribute.name}", describe(value), f"text as `{attribute.name}`")


def _check_flag(_task: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not bool and value is not None:
        raise InvalidSetting("flag_type", f"/{attribute.name}", describe(value), "true or false")


def _exactly(value: object) -> object:
    # `True == 1` and `1.0 == 1` in Python, but neither is version 1.
    return type(value), value


@frozen
class TaskRequest:
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
    project: str | None = field(default=None, validator=_check_project, kw_only=True)
    project_version: int | None = field(default=None, converter=freeze, eq=_exactly, kw_only=True)
    batch: str | None = field(default=None, converter=freeze, validator=_check_text, kw_only=True)
    unique_id: str | None = field(default=None, converter=freeze, validator=_check_text, kw_only=True)
    clear_unique_id_on_error: bool | None = field(default=None, validator=_check_flag, kw_only=True)
    type: str | None = field(default=None, converter=freeze, validator=_check_text, kw_only=True)

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
        if flat.keys().isdisjoint(ROUTING_NAMES):
            return cls(flat, type=type)
        routing = {name: flat[name] for name in ROUTING_NAMES if name in flat}
        return cls(sealed({name: value for name, value in flat.items() if name not in routing}), type=type, **routing)

    @property
    def opts_out(self) -> bool:
        """Whether the task inherits nothing (T3)."""
        return opts_out(self.project_version)

    @property
    def flat(self) -> Mapping[str, Any]:
        """The API's flat request form: the routing names that are given, then the params."""
        routing = {name: value for name in ROUTING_NAMES if (value := getattr(self, name)) is not None}
        return sealed({**routing, **self.params})
