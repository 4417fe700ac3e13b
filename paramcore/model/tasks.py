"""Task requests, which have params and routing names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, final

from attrs import Attribute, field, frozen

from paramcore.errors import InvalidParams, InvalidSetting
from paramcore.model.names import check_project_name
from paramcore.text import describe_value, format_count, format_repr
from paramcore.values import JSONObject, freeze_field, freeze_params, join_pointer, read_once, suggest_text, wrap_frozen
from paramcore.wrong_documents import may_be_another_document, reject_other_than_request

#: The `project_version` of a request that inherits nothing (T3).
INHERIT_NOTHING = -1

# T10: routing names route a task; they are not params, and tasks never inherit them.
ROUTING_TYPES: dict[str, type[str | int | bool]] = {
    "project": str,
    "project_version": int,
    "batch": str,
    "unique_id": str,
    "clear_unique_id_on_error": bool,
}
ROUTING_NAMES = tuple(ROUTING_TYPES)
_ROUTING = frozenset(ROUTING_NAMES)
_PLAIN_OBJECTS: tuple[object, ...] = (dict, JSONObject)

#: Params that a created task has as fields beside `params` (T9, T10); a project can set them, too.
TASK_FIELD_NAMES = ("instruction", "callback_url", "metadata", "tags", "priority")


def is_opt_out(project_version: object) -> bool:
    """Return whether a `project_version` is the integer -1."""
    # Check the type, too, because `-1.0 == -1` in Python.
    return type(project_version) is int and project_version == INHERIT_NOTHING


def _freeze_own_params(params: Mapping[str, Any]) -> JSONObject:
    frozen = freeze_params(params)
    if not _ROUTING.isdisjoint(frozen):
        name = next(name for name in ROUTING_NAMES if name in frozen)
        remedy = f"pass it as an argument: `TaskRequest(params, {name}=...)`"
        raise InvalidParams("param_name", join_pointer(name), f"`{name}` is a routing name, not a param", remedy)
    return frozen


def _freeze_version(project_version: int | None) -> int | None:
    # Only a project knows its versions, so `Project.resolve` rejects a wrong version (T7).
    frozen: int | None = freeze_field("project_version", project_version)
    return frozen


def _check_project(_task: object, attribute: Attribute[Any], value: object) -> None:
    if value is not None:
        check_project_name(value, path=f"/{attribute.name}")


def _check_text(_task: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not str and value is not None:
        problem = f"`{attribute.name}` must be text, got {describe_value(value)}"
        raise InvalidSetting("routing_type", f"/{attribute.name}", problem, suggest_text(value))
    freeze_field(attribute.name, value)


def _check_flag(_task: object, attribute: Attribute[Any], value: object) -> None:
    if type(value) is not bool and value is not None:
        problem = f"`{attribute.name}` must be true or false, got {describe_value(value)}"
        raise InvalidSetting("flag_type", f"/{attribute.name}", problem, "")


def _pair_with_type(value: object) -> tuple[type, object]:
    # Compare the types, too, because `True == 1` and `1.0 == 1` in Python, but neither is version 1.
    return type(value), value


@final
@frozen(repr=False)
class TaskRequest:
    """A request for one task.

    Raises:
        InvalidParams: `params_type`, `instruction_type`, or `param_name` for a
            routing name among the params (T10).
        InvalidSetting: `project_name` for an invalid `project`; `routing_type` or `flag_type` for another invalid
            field.  `Project.resolve` checks `project_version`.
        NotJSON: for values that are not JSON.

    Example:
        >>> TaskRequest({"padding": 8}, project="docks", project_version=1).flat
        {'project': 'docks', 'project_version': 1, 'padding': 8}
    """

    #: The params, including `callback_url`, `metadata`, `tags` and `priority`, without routing names.
    params: Mapping[str, Any] = field(converter=_freeze_own_params)
    #: The name of the project; `None` if the request does not name a project.
    project: str | None = field(default=None, validator=_check_project, kw_only=True)
    #: The version to inherit; `None` means the latest version, -1 means no version (T2, T3).
    project_version: int | None = field(default=None, converter=_freeze_version, eq=_pair_with_type, kw_only=True)
    #: The name of the batch.
    batch: str | None = field(default=None, validator=_check_text, kw_only=True)
    #: An id that the caller chooses; the service accepts each id once.
    unique_id: str | None = field(default=None, validator=_check_text, kw_only=True)
    #: Whether the service frees the `unique_id` if the task fails.
    clear_unique_id_on_error: bool | None = field(default=None, validator=_check_flag, kw_only=True)
    #: The task type, which is part of the URL and not of the body (T12).
    type: str | None = field(default=None, validator=_check_text, kw_only=True)

    @classmethod
    def from_flat(cls, request: Mapping[str, Any], *, type: str | None = None) -> TaskRequest:
        """Read a request in the API's flat form: `{"attachment": "https://...", "project_version": 1}`.

        A routing name whose value is null counts as missing (T7).

        Raises:
            InvalidParams: `params_type` or `instruction_type`.
            InvalidSetting: `project_name` for an invalid `project`; `routing_type` or `flag_type` for another invalid
                field.  `Project.resolve` checks `project_version`.
            NotJSON: for values that are not JSON.
        """
        flat = freeze_params(request, name="a task request")
        if _ROUTING.isdisjoint(flat):
            return cls(flat, type=type)
        params = wrap_frozen({name: value for name, value in flat.items() if name not in _ROUTING})
        return cls(params, type=type, **{name: flat[name] for name in ROUTING_NAMES if name in flat})

    @property
    def inherits_nothing(self) -> bool:
        """Whether the task inherits nothing (T3)."""
        return is_opt_out(self.project_version)

    @property
    def flat(self) -> Mapping[str, Any]:
        """The API's flat form: the routing names that are set, then the params."""
        return wrap_frozen({**self._routing, **self.params})

    @property
    def _routing(self) -> dict[str, Any]:
        return {name: value for name in ROUTING_NAMES if (value := getattr(self, name)) is not None}

    def __repr__(self) -> str:
        routing = "".join(f", {name} {format_repr(value)}" for name, value in self._routing.items())
        return f"<TaskRequest: {format_count(len(self.params), 'param')}{routing}>"


def read_task_request(obj: Mapping[str, Any], *, type: str | None = None) -> TaskRequest:
    """Read the flat body of a task request; `type` is not part of the body (T12).

    Raises:
        MalformedPayload: for another document of the API or of paramcore:
            `request_is_project`, `request_is_answer`, `request_is_task`,
            `request_is_page`, `request_is_error`.
        ParamcoreError: the errors of `TaskRequest.from_flat`.

    Example:
        >>> task = read_task_request({"attachment": "https://example.com/a.jpg", "project_version": 1})
        >>> task.params, task.project_version
        ({'attachment': 'https://example.com/a.jpg'}, 1)
    """
    # Read a Mapping other than a `dict` only once, because a second read may raise an error or return other members.
    if isinstance(obj, Mapping):
        members = obj if obj.__class__ in _PLAIN_OBJECTS else read_once(obj)
        if may_be_another_document(members):
            reject_other_than_request(members)
        obj = members
    return TaskRequest.from_flat(obj, type=type)


def as_task_request(task: TaskRequest | Mapping[str, Any]) -> TaskRequest:
    """Return a `TaskRequest` unchanged; convert a mapping with `read_task_request`."""
    return task if isinstance(task, TaskRequest) else read_task_request(task)
