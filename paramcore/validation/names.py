"""Names that are easily taken for one another, and what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pkgutil import get_data
from typing import Any

from attrs import frozen

from paramcore.values.pointer import join_pointer

__all__ = ["Misplaced", "look_alike_names", "look_alikes", "misplaced", "nearest"]


@frozen
class Misplaced:
    """
    A name that belongs elsewhere: the service passes over it among the params.

    `use` is what to write instead, where there is such a name; `kind` says where
    it comes from: `response only`, `sdk argument`, ...
    """

    name: str
    kind: str
    use: str | None
    why: str

    @property
    def wanted(self) -> str:
        """What to write, and why."""
        return f"`{self.use}`: {self.why}" if self.use else f"nothing of this name: {self.why}"

    @property
    def path(self) -> str:
        """Its JSON Pointer among the params."""
        return join_pointer(self.name)

    def __str__(self) -> str:
        return f"found `{self.name}` in a task request, wanted {self.wanted}"


@cache
def misplaced() -> Mapping[str, Misplaced]:
    """Return the names that stand among params by mistake, as seen in public code and in the documentation."""
    groups = json.loads(get_data(__name__, "names.json") or b"")["groups"]
    return {
        name: Misplaced(name, group["kind"], group.get("use"), group["why"])
        for group in groups
        for name in group["names"]
    }


def look_alikes(params: Mapping[str, Any]) -> Iterator[Misplaced]:
    """Yield those in a task request that do something else than they seem to; they stay params all the same."""
    # T14: a published script sends the reply's name, `project_param_version`, in a request: the service ignores it.
    for name in params:
        if name in look_alike_names():
            yield misplaced()[name]


@cache
def look_alike_names() -> frozenset[str]:
    """Return the names that `look_alikes` tells of."""
    return frozenset(
        name for name, one in misplaced().items() if one.use == "project_version" or one.kind == "sdk argument"
    )


def nearest(name: str, known: Iterable[str], *, surely: bool = False) -> str | None:
    """Return the known name that was probably meant; `surely`, only where hardly another can be."""
    from difflib import get_close_matches  # noqa: PLC0415  (nearly no name is misspelt)

    candidates = {_folded(one): one for one in known}
    folded = _folded(name)
    if folded in candidates:
        return candidates[folded]
    matches = get_close_matches(folded, candidates, n=1, cutoff=0.8)
    if not matches and not surely:
        # Words that begin alike: `boxes` for `box`, `childs` for `children`, `language` for `lang`.
        alike = [one for one in candidates if one[:3] == folded[:3] and len(folded) >= 3 <= len(one)]
        begun = [one for one in alike if one.startswith(folded) or folded.startswith(one)]
        matches = begun or get_close_matches(folded, alike, n=1, cutoff=0.6)
    return candidates[matches[0]] if matches else None


def _folded(name: str) -> str:
    # `withLabels`, `With Labels` and `with-labels` mean `with_labels`.
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
