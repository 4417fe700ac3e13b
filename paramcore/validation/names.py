"""Names that are easily taken for one another, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from paramcore.values import pointer

__all__ = ["LookAlike", "look_alikes"]

#: Names that do nothing in a task request, and what does.
_IN_A_REQUEST = {
    # T14: a published script sends the reply's name in a request; the service ignores it without a word.
    "project_param_version": "`project_version`: the other is what the API returns on a created task",
    "task_type": "the type in the URL (`--type`): this is the name of an argument of the SDK",
    "project_name": "`project`: the other is the name of an argument of the SDK",
}


@frozen
class LookAlike:
    """A name in a task request that the service passes over, and what was probably meant."""

    path: str
    name: str
    wanted: str

    def __str__(self) -> str:
        return f"found `{self.name}` in a task request, wanted {self.wanted}"


def look_alikes(params: Mapping[str, Any]) -> Iterator[LookAlike]:
    """Yield the look-alikes among the params of a task request; they stay params all the same."""
    for name, wanted in _IN_A_REQUEST.items():
        if name in params:
            yield LookAlike(pointer(name), name, wanted)
