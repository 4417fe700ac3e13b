"""A guard around an existing client: updates drop params only on request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.analysis import Plan
from paramcore.errors import ParamcoreError, WouldDrop
from paramcore.service.replies import hide_reply
from paramcore.text import format_name, format_value
from paramcore.wire import read_project, read_update


class GuardedClient:
    """A client whose `update_project` raises `WouldDrop` before it drops params.

    `client` has the `get_project` and `update_project` of the official SDK's
    `ScaleClient`.  All other attributes are read and set on `client` itself.

    Example:
        >>> client = GuardedClient(scaleapi.ScaleClient("live_..."))
        >>> client.update_project("docks", instruction="Box every ship.")
        Traceback (most recent call last):
        paramcore.errors.WouldDrop: found an update of "docks" that would drop padding, wanted ...
    """

    def __init__(self, client: Any) -> None:
        # `__setattr__` below would set it on the client.
        object.__setattr__(self, "_client", client)

    def __getattr__(self, name: str) -> Any:
        if name == "_client":
            # `copy` and `pickle` read attributes before the client is set.
            raise AttributeError(name)
        return getattr(self._client, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._client, name, value)

    def __repr__(self) -> str:
        return f"GuardedClient({self._client!r})"

    def update_project(self, project_name: str, *, allow_drop: bool = False, **params: Any) -> Any:
        """Update a project with the client, unless the update would drop params (U2).

        The guard reads the project first, so it does not notice a change that
        another writer makes between the two calls.  With `patch=True` or
        `allow_drop=True` it reads nothing.

        Raises:
            WouldDrop: if the update would drop params. It was not sent.
            ParamcoreError: if `get_project` does not return a project, or if a
                project cannot hold `params`.
        """
        if not allow_drop and params.get("patch") is not True:
            read = self._client.get_project(project_name)
            # The SDK's `Project` has the API's JSON as `as_dict()`.
            try:
                project = read_project(read if isinstance(read, Mapping) else read.as_dict())
            except ParamcoreError as error:
                # The service may repeat the key anywhere in a reply.
                raise hide_reply(error, "an unreadable project from `get_project`") from None
            dropped = Plan.of(project, read_update(params)).dropped
            if dropped:
                names = ", ".join(format_name(name) for name in dropped)
                found = f"an update of {format_value(project_name)} that would drop {names}"
                wanted = "`patch=True` to keep them, or `allow_drop=True` to drop them"
                raise WouldDrop("would_drop", None, found, wanted, dropped)
        return self._client.update_project(project_name, **params)
