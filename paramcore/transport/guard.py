"""A guard around a client: it stops updates that have errors or would drop params."""

from __future__ import annotations

from typing import Any

from paramcore.analysis import Plan
from paramcore.errors import InvalidUpdate, ParamcoreError, WouldDrop
from paramcore.model import Update
from paramcore.service.replies import hide_reply
from paramcore.text import format_count, format_name, format_value
from paramcore.validation import Schemas, Validator
from paramcore.values import check_argument, check_method
from paramcore.wire import read_project, read_update

#: The maximum number of errors in a message.
_SHOWN_ERRORS = 3


class GuardedClient:
    """A client that stops updates that have errors or would drop params.

    `client` must have the methods `get_project` and `update_project` of the official
    SDK's `ScaleClient`.  The guard has its own `update_project`, and reads all other
    attributes from `client`.  If you set an attribute of the guard, it is set on `client`.
    `schemas` may contain your own schemas.

    Raises:
        InvalidSetting: `argument_type` for a `client` without these methods, or `schemas` of the wrong type.

    Example:
        >>> import scaleapi
        >>> from paramcore.service import StandIn, run_server
        >>> docks = Project("docks", type="imageannotation", params={"padding": 3})
        >>> with run_server(StandIn([docks])) as server:
        ...     client = GuardedClient(scaleapi.ScaleClient("live_0123", api_instance_url=server.url))
        ...     client.update_project("docks", instruction="Box every ship.")
        Traceback (most recent call last):
        paramcore.errors.WouldDrop: the update of "docks" would drop padding; pass `patch=True` to keep ...
    """

    def __init__(self, client: Any, *, schemas: Schemas = Schemas()) -> None:
        for method in ("get_project", "update_project"):
            check_method("client", client, method, "pass a `scaleapi.ScaleClient`")
        check_argument("schemas", schemas, Schemas)
        # `__setattr__` below sets attributes on the client, so do not use it here.
        object.__setattr__(self, "_client", client)
        object.__setattr__(self, "_schemas", schemas)

    def __getattr__(self, name: str) -> Any:
        if name == "_client":
            # `copy` and `pickle` read attributes before `_client` is set; `self._client` would then recurse.
            raise AttributeError(name)
        return getattr(self._client, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._client, name, value)

    def __repr__(self) -> str:
        return f"GuardedClient({self._client!r})"

    def update_project(
        self, project_name: str, *, allow_drop: bool = False, allow_errors: bool = False, **params: Any
    ) -> Any:
        """Update a project unless the update has errors or would drop params (U2).

        The guard reads the project before it sends the update.  It does not detect a
        change that another writer makes between the two requests.  With both
        `allow_drop=True` and `allow_errors=True`, the guard does not read the project.
        If this method raises one of the errors below, the update was not sent.

        Raises:
            InvalidUpdate: if `Validator.update` finds errors, unless `allow_errors` is true.
            WouldDrop: if the update would drop params, unless `allow_drop` is true.
            ParamcoreError: for example, if `get_project` does not return a project, or if
                `params` is not a valid update.
        """
        update = read_update(params)
        if not (allow_drop and allow_errors):
            plan = self._plan_update(project_name, update)
            if plan.errors and not allow_errors:
                raise _make_invalid_update(plan)
            if plan.dropped and not allow_drop:
                problem = f"the update of {format_value(project_name)} would drop {_join_dropped(plan)}"
                remedy = "pass `patch=True` to keep these params, or `allow_drop=True` to drop them"
                raise WouldDrop("would_drop", None, problem, remedy, plan.dropped)
        return self._client.update_project(project_name, **params)

    def _plan_update(self, project_name: str, update: Update) -> Plan:
        response = self._client.get_project(project_name)
        try:
            # `as_dict()` of the SDK's `Project` returns the API's JSON.
            project = read_project(response.as_dict() if hasattr(response, "as_dict") else response)
        except ParamcoreError as error:
            # Hide the reply, because the service may repeat the key anywhere in it.
            problem = f"`get_project` returned an object that cannot be read as a project ({error.code})"
            remedy = "let `get_project` return the API's JSON, or an object with `as_dict()`"
            raise hide_reply(error, problem, remedy) from None
        return Plan.of(project, update).with_findings(Validator(project, self._schemas).update(update))


def _make_invalid_update(plan: Plan) -> InvalidUpdate:
    count = format_count(len(plan.errors), "error")
    errors = "; ".join(map(str, plan.errors[:_SHOWN_ERRORS])) + ("; ..." if len(plan.errors) > _SHOWN_ERRORS else "")
    dropped = f"; it would also drop {_join_dropped(plan)}" if plan.dropped else ""
    problem = f"the update of {format_value(plan.project.name)} has {count}: {errors}{dropped}"
    remedy = "correct the update, or pass `allow_errors=True` to send it unchanged"
    return InvalidUpdate("invalid_update", None, problem, remedy, plan.findings)


def _join_dropped(plan: Plan) -> str:
    return ", ".join(map(format_name, plan.dropped))
