"""Names that are easily confused: misplaced names, and suggestions for misspelt ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from pkgutil import get_data

from attrs import evolve, frozen

from paramcore.model import ROUTING_TYPES
from paramcore.text import format_name
from paramcore.values import join_pointer

#: Longer names are texts: only letter case and separators are forgiven.
_LONGEST = 64

#: The origin of a name that is a routing name, misspelt.
_MISSPELT = "misspelt"

_IGNORED = "under any other name it is a param, which the service ignores"

#: Each routing name, and what happens to a request that misspells it.
_ROUTING_REASONS = dict.fromkeys(ROUTING_TYPES, _IGNORED) | {
    "project_version": "under any other name the pin is lost, and the task silently inherits the latest version"
}


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
    def is_misspelt(self) -> bool:
        """Whether it is a routing name that is written in another way."""
        return self.origin == _MISSPELT

    @property
    def path(self) -> str:
        """Its JSON Pointer in a task request."""
        return join_pointer(self.name)

    def __str__(self) -> str:
        return f"found `{format_name(self.name)}` in a task request, wanted {self.wanted}"


@cache
def load_misplaced_names() -> Mapping[str, MisplacedName]:
    """Return the names that public code and documentation put among params by mistake."""
    groups = json.loads(get_data(__name__, "names.json") or b"")["groups"]
    return {
        name: MisplacedName(name, group["kind"], group.get("use"), group["why"])
        for group in groups
        for name in group["names"]
    }


@cache
def _load_look_alikes() -> Mapping[str, MisplacedName]:
    """Return the misplaced names that were meant for a routing name, and arguments of SDKs."""
    return {
        misplaced.name: misplaced
        for misplaced in load_misplaced_names().values()
        if misplaced.replacement in _ROUTING_REASONS or misplaced.origin == "sdk argument"
    }


@lru_cache(maxsize=4_096)
def find_look_alike(name: str) -> MisplacedName | None:
    """Return what a name in a task request means if it looks like a routing name; it stays a param."""
    # T14: a published script sends the response's name, `project_param_version`, in a request: the service ignores it.
    look_alikes = _load_look_alikes()
    if name in load_misplaced_names() or name in _ROUTING_REASONS:
        return look_alikes.get(name)
    meant = suggest_name(name, [*_ROUTING_REASONS, *look_alikes])
    if meant is None:
        return None
    replacement = look_alikes[meant].replacement if meant in look_alikes else meant
    if replacement in _ROUTING_REASONS:
        return MisplacedName(name, _MISSPELT, replacement, _ROUTING_REASONS[replacement])
    return evolve(look_alikes[meant], name=name)


def suggest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that was probably meant: `suggest_name("withLabels", ["with_labels"])`."""
    return _find_nearest(name, tuple(known))


# A mistake is often made in many places.
@lru_cache(maxsize=512)
def _find_nearest(name: str, known: tuple[str, ...]) -> str | None:
    normalized = _normalize(name)
    letters = _collect_letters(normalized)
    nearest, least = None, len(normalized) + 1
    for candidate, other, other_letters in _normalize_all(known):
        limit = min(_limit_edits(normalized, other), least - 1)
        # An edit adds one letter, drops one, or both, so most candidates need no comparison.
        if (letters ^ other_letters).bit_count() > 2 * limit:
            continue
        distance = _count_edits(normalized, other, limit)
        if distance is not None:
            nearest, least = candidate, distance
    return nearest


@lru_cache(maxsize=64)
def _normalize_all(known: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Return each name, the same normalized, and its letters."""
    return [(name, _normalize(name), _collect_letters(_normalize(name))) for name in known]


def _collect_letters(text: str) -> int:
    """Return the set of letters of a text, as bits; several letters may share a bit."""
    return sum(1 << bit for bit in {ord(letter) % 64 for letter in text})


def _limit_edits(one: str, other: str) -> int:
    """Return how many edits may lie between a name and the one that was meant: one in five characters."""
    longest = max(len(one), len(other))
    # Short names that are near each other are often different words: `min` and `max`, `batch` and `match`.
    if longest < 4 or (longest < 6 and one[:1] != other[:1]) or longest > _LONGEST:
        return 0
    return max(1, longest // 5)


def _count_edits(one: str, other: str, limit: int) -> int | None:
    """Count the characters to insert, drop, replace or swap with a neighbour (optimal string alignment).

    Returns `None` for more than `limit` edits.
    """
    if one == other:
        return 0 if limit >= 0 else None
    if limit < 1 or abs(len(one) - len(other)) > limit:
        return None
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, above, row = row, before, [i] + [limit + 1] * len(other)
        # Further away, more than `limit` letters are inserted or dropped.
        for j in range(max(1, i - limit), min(len(other), i + limit) + 1):
            wanted = other[j - 1]
            edits = before[j - 1] + (letter != wanted)
            if edits:
                edits = min(edits, before[j] + 1, row[j - 1] + 1)
                if i > 1 and j > 1 and letter == other[j - 2] and wanted == one[i - 2]:
                    edits = min(edits, above[j - 2] + 1)
            row[j] = edits
        if min(row) > limit:
            return None
    return row[-1] if row[-1] <= limit else None


def _normalize(name: str) -> str:
    # `withLabels`, `With Labels` and `with-labels` mean `with_labels`.
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
