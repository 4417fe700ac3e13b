"""Names that are easily confused: misplaced names, and suggestions for misspelt ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pkgutil import get_data
from typing import Any

from attrs import frozen

from paramcore.values import join_pointer


@frozen
class MisplacedName:
    """A name that belongs elsewhere: among the params, the service ignores it."""

    name: str
    #: Where it belongs: `response only`, `sdk argument`, ...
    origin: str
    #: The name to write instead, if there is one.
    replacement: str | None
    reason: str

    @property
    def wanted(self) -> str:
        """The name to write instead, and the reason."""
        return f"`{self.replacement}`: {self.reason}" if self.replacement else f"nothing of this name: {self.reason}"

    @property
    def path(self) -> str:
        """Its JSON Pointer in a task request."""
        return join_pointer(self.name)

    def __str__(self) -> str:
        return f"found `{self.name}` in a task request, wanted {self.wanted}"


@cache
def load_misplaced_names() -> Mapping[str, MisplacedName]:
    """Return the names that public code and documentation put among params by mistake."""
    groups = json.loads(get_data(__name__, "names.json") or b"")["groups"]
    return {
        name: MisplacedName(name, group["kind"], group.get("use"), group["why"])
        for group in groups
        for name in group["names"]
    }


def find_look_alikes(params: Mapping[str, Any]) -> Iterator[MisplacedName]:
    """Yield the names in a task request that look like a routing name; they stay params."""
    # T14: a published script sends the response's name, `project_param_version`, in a request: the service ignores it.
    for name in params:
        if name in list_look_alikes():
            yield load_misplaced_names()[name]


@cache
def list_look_alikes() -> frozenset[str]:
    """Return the names that look like a routing name: those meant for `project_version`, and arguments of SDKs."""
    return frozenset(
        misplaced.name
        for misplaced in load_misplaced_names().values()
        if misplaced.replacement == "project_version" or misplaced.origin == "sdk argument"
    )


def suggest_name(name: str, known: Iterable[str], *, strict: bool = False) -> str | None:
    """Return the known name that was probably meant: `suggest_name("withLabels", ["with_labels"])`.

    `strict` suggests only a name that is hardly mistakable.
    """
    from difflib import get_close_matches  # noqa: PLC0415  (nearly no name is misspelt)

    candidates = {_normalize(candidate): candidate for candidate in known}
    normalized = _normalize(name)
    if normalized in candidates:
        return candidates[normalized]
    matches = get_close_matches(normalized, candidates, n=1, cutoff=0.8)
    if not matches and not strict:
        # Names that begin alike: `boxes` for `box`, `childs` for `children`, `language` for `lang`.
        alike = [candidate for candidate in candidates if candidate[:3] == normalized[:3]]
        extended = [
            candidate for candidate in alike if candidate.startswith(normalized) or normalized.startswith(candidate)
        ]
        matches = extended or get_close_matches(normalized, alike, n=1, cutoff=0.6)
    return candidates[matches[0]] if matches else None


def _normalize(name: str) -> str:
    # `withLabels`, `With Labels` and `with-labels` mean `with_labels`.
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
