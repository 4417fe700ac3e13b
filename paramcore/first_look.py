"""
Lines of JSONL that need no second look.

Nearly every line of a long file is a plain object with nothing odd about it, and
what it inherits was bound for a line before.  A first look says so in less than
half of the time that a document and a request take; those are for the other
lines, and for what there is something to tell of.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from attrs import frozen

from paramcore.errors import ParamcoreError
from paramcore.files.document import decode_plain_object
from paramcore.model.inheritance import Inheritance
from paramcore.model.project import Project
from paramcore.model.tasks import ROUTING_TYPES, TaskRequest

__all__ = ["FirstLook", "Target"]


@frozen(eq=False)
class Target:
    """Where all requests go that name the same project and version: `request` is one of them, without params."""

    project: Project
    inheritance: Inheritance
    request: TaskRequest


class FirstLook:
    """
    Looks at lines, one after the other.

    `project_of` returns the project that a request goes to; `settings` are
    fields that count in place of a request's own; what has one of the names
    `aside` needs a second look.
    """

    def __init__(
        self, project_of: Callable[[TaskRequest], Project], settings: Mapping[str, Any], aside: Collection[str] = ()
    ) -> None:
        self._project_of = project_of
        self._settings = settings
        self._aside = frozenset(aside)
        self._targets: dict[tuple[str | None, int | None], Target] = {}

    def at(self, line: bytes) -> tuple[dict[str, Any], Target] | None:
        """
        Return the params of a request and where it goes; `None` where a second look is needed.

        The params are plain, would pass the door as they are, and are nobody else's.
        """
        params = decode_plain_object(line)
        if params is None or not self._aside.isdisjoint(params):
            return None
        instruction = params.get("instruction")
        if type(instruction) is not str and instruction is not None:
            return None
        where = {name: params.pop(name) for name in ROUTING_TYPES if name in params}
        for name, value in where.items():
            if type(value) is not ROUTING_TYPES[name] and value is not None:
                return None
        key = (where.get("project"), self._settings.get("project_version", where.get("project_version")))
        # Most lines go where one before them went.
        target = self._targets.get(key) or self._target(*key)
        return None if target is None else (params, target)

    def _target(self, project: str | None, asked: int | None) -> Target | None:
        try:
            request = TaskRequest({}, project=project, project_version=asked, type=self._settings.get("type"))
            project_found = self._project_of(request)
            effective = project_found.resolve(request)
        except ParamcoreError:
            return None
        target = self._targets[project, asked] = Target(project_found, effective.inheritance, request)
        return target
