"""A guard for the client that you have: no update drops params unless you say so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.analysis.plan import Plan
from paramcore.errors import WouldDrop
from paramcore.text import format_name, format_value
from paramcore.wire import read_project, read_update

__all__ = ["Guarded", "guarded"]


def guarded(client: Any) -> Guarded:
    """
    Wrap a client that has the official SDK's `get_project` and `update_project`.

    Of the result, `update_project` raises `WouldDrop` where the update would
    drop params; all else is the client's own.
    """
    return Guarded(client)


class Guarded:
    """A client whose updates drop nothing unasked; made by `guarded`."""

    def __init__(self, client: Any) -> None:
        object.__setattr__(self, "_client", client)

    def __getattr__(self, name: str) -> Any:
        if name == "_client":
            # A copy in the making has no client yet to ask.
            raise AttributeError(name)
        return getattr(self._client, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._client, name, value)

    def __repr__(self) -> str:
        return f"guarded({self._client!r})"

    def update_project(self, project_name: str, *, allow_drop: bool = False, **params: Any) -> Any:
        """
        Update a project as the client does, unless that would drop params (U2).

        The project is read first; another writer between the two calls is not
        noticed.  With `patch=True` nothing can be dropped, and nothing is read.

        Raises:
            WouldDrop: with the params that would go; nothing was sent.
            ParamcoreError: where what the client returned is no project, or
                `params` are none that a project can hold.

        """
        if not allow_drop and params.get("patch") is not True:
            project = read_project(_as_json(self._client.get_project(project_name)))
            dropped = Plan.of(project, read_update(params)).dropped
            if dropped:
                names = ", ".join(format_name(name) for name in dropped)
                found = f"an update of {format_value(project.name)} that would drop {names}"
                wanted = "`patch=True` to keep them, or `allow_drop=True` to drop them"
                raise WouldDrop("would_drop", None, found, wanted, dropped)
        return self._client.update_project(project_name, **params)


def _as_json(project: Any) -> Any:
    """Return the project object itself: the SDK hands out one of its own that holds it."""
    return project if isinstance(project, Mapping) else project.as_dict()
