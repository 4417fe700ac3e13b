"""Recognize misplaced names, and suggest the correct name for a misspelt name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from heapq import nsmallest
from itertools import islice
from operator import itemgetter
from pkgutil import get_data

from attrs import evolve, frozen

from paramcore.model import ROUTING_TYPES
from paramcore.text import count_common_ends, format_name, join_message
from paramcore.values import join_pointer

#: Edits are counted only in names of at most this length. A longer name is similar only to a known name that is equal
#: apart from letter case and separators.
_LONGEST = 64

#: The `MisplacedName.origin` of a misspelt routing name.
_MISSPELT = "misspelt"

_IGNORED = "the service treats it as a param and ignores it"

#: For each routing name, the consequence of misspelling it in a request.
_ROUTING_REASONS = dict.fromkeys(ROUTING_TYPES, _IGNORED) | {
    "project_version": "the service ignores it, and a task without `project_version` silently inherits the latest version"
}


@frozen
class MisplacedName:
    """A name that users write among the params by mistake.  The service ignores the name there.

    `str()` returns the problem and the remedy::

        `project_ver` is not `project_version`, so the service ignores it, ...; write `project_version`
    """

    #: The misplaced name.
    name: str
    #: The kind of mistake, such as `response only`, `sdk argument` or `misspelt`.
    origin: str
    #: The name to write instead, if there is one.
    replacement: str | None
    #: A clause that says why the name is not a param, or what the service does with a misspelt name.
    reason: str

    @property
    def problem(self) -> str:
        """What is wrong, and the reason."""
        meant = f"`{self.replacement}`" if self.is_misspelt else "a param"
        return f"`{format_name(self.name)}` is not {meant}, {'so' if self.is_misspelt else 'because'} {self.reason}"

    @property
    def remedy(self) -> str:
        """What to write instead."""
        if self.name == "params":
            # "remove it" would remove the params in the object, too.
            return "write its params at the top level"
        return f"write `{self.replacement}`" if self.replacement else "remove it"

    @property
    def is_misspelt(self) -> bool:
        """Whether the name is a misspelt routing name."""
        return self.origin == _MISSPELT

    @property
    def path(self) -> str:
        """The JSON Pointer of the name in a task request."""
        return join_pointer(self.name)

    def __str__(self) -> str:
        return join_message(self.problem, self.remedy)


@cache
def load_misplaced_names() -> Mapping[str, MisplacedName]:
    """Return the names that public code and documents use as params by mistake."""
    groups = json.loads(get_data(__name__, "names.json") or b"")["groups"]
    return {
        name: MisplacedName(name, group["kind"], group.get("use"), group["why"])
        for group in groups
        for name in group["names"]
    }


@cache
def _load_look_alikes() -> Mapping[str, MisplacedName]:
    """Return the misplaced names that mean a routing name or an argument of an SDK."""
    # T14: these names include the response field `project_param_version`, which a published script sends in requests.
    return {
        misplaced.name: misplaced
        for misplaced in load_misplaced_names().values()
        if misplaced.replacement in _ROUTING_REASONS or misplaced.origin == "sdk argument"
    }


@lru_cache(maxsize=4_096)
def find_look_alike(name: str) -> MisplacedName | None:
    """Describe a name that probably means a routing name or an SDK argument.

    The service treats such a name as a param.  For any other name, and for a correct routing
    name, return `None`.
    """
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


#: The maximum number of known names in a search for a similar name.
MOST_NAMES = 500

#: The maximum number of names that a search compares letter by letter.
_MOST_COMPARED = 20


def suggest_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar, such as `with_labels` for `withLabels`.

    Return `None` if no known name is similar, or if too many names are known.
    """
    names = tuple(islice(known, MOST_NAMES + 1))
    return None if len(names) > MOST_NAMES else _find_nearest(name, names)


# The same mistake often occurs in many places, so cache the result.
@lru_cache(maxsize=512)
def _find_nearest(name: str, known: tuple[str, ...]) -> str | None:
    normalized = _normalize(name)
    candidates = _list_candidates(normalized, known)
    nearest, least = None, len(normalized) + 1
    if len(candidates) > _MOST_COMPARED:
        candidates = nsmallest(_MOST_COMPARED, candidates)
        # `nsmallest` may omit a candidate that needs only one edit.  So a candidate that needs two edits may not be
        # the nearest.  Accept at most one edit.
        least = 2
    for _, _, candidate, other in candidates:
        limit = min(_limit_edits(normalized, other), least - 1)
        distance = _count_edits(normalized, other, limit)
        if distance is not None:
            nearest, least = candidate, distance
    return nearest


def _list_candidates(normalized: str, known: tuple[str, ...]) -> list[tuple[int, int, str, str]]:
    """Return the names that may be similar.

    Each tuple has a sort key, the position in `known`, the name, and its normalized form.
    The key is 0 for a name with the same normalized form.  It grows with the number of
    letters that only one of the two names has.
    """
    letters = _collect_letters(normalized)
    # A misspelling has at most one edit for each five letters of the longer name.  An edit adds at most one letter, so
    # there is at most one edit for each four letters of `normalized`.
    most_edits = max(1, len(normalized) // 4) if len(normalized) <= _LONGEST else 0
    by_length = _group_by_length(known)
    candidates: list[tuple[int, int, str, str]] = []
    for length in range(len(normalized) - most_edits, len(normalized) + most_edits + 1):
        for position, candidate, other, other_letters in by_length.get(length, ()):
            # An edit adds at most one letter, and removes at most one.
            added, removed = (letters & ~other_letters).bit_count(), (other_letters & ~letters).bit_count()
            least = max(added, removed)
            if least <= most_edits and least <= _limit_edits(normalized, other):
                candidates.append((added + removed + (other != normalized), position, candidate, other))
    # Of several names with equally many edits, the first in `known` is the nearest.
    return sorted(candidates, key=itemgetter(1))


@lru_cache(maxsize=64)
def _group_by_length(known: tuple[str, ...]) -> dict[int, list[tuple[int, str, str, int]]]:
    """Return the position of each name, the name, its normalized form and its set of letters, by the form's length."""
    groups: dict[int, list[tuple[int, str, str, int]]] = {}
    for position, name in enumerate(known):
        normalized = _normalize(name)
        group = groups.setdefault(len(normalized), [])
        group.append((position, name, normalized, _collect_letters(normalized)))
    return groups


def _collect_letters(text: str) -> int:
    """Return the set of letters in text, as bits; several letters may share a bit."""
    return sum(1 << bit for bit in {ord(letter) % 64 for letter in text})


def _limit_edits(first: str, second: str) -> int:
    """Return the maximum number of edits in a misspelling.

    It is 0 for very short and very long names, and for short names that begin differently.  Otherwise, it is one for
    each five characters, but at least one.
    """
    longest = max(len(first), len(second))
    # Similar short names are often different words: `min` and `max`, `batch` and `match`.
    if longest < 4 or (longest < 6 and first[:1] != second[:1]) or longest > _LONGEST:
        return 0
    return max(1, longest // 5)


def _count_edits(first: str, second: str, limit: int) -> int | None:
    """Count the edits between two strings, or return `None` for more than `limit`.

    An edit inserts, deletes, replaces or swaps characters (optimal string alignment).
    """
    if first == second:
        return 0 if limit >= 0 else None
    if limit < 1 or abs(len(first) - len(second)) > limit:
        return None
    first, second = _strip_common(first, second)
    before: list[int] = []
    row = list(range(len(second) + 1))
    # The lengths differ by `longer` edits, so only the other edits can leave the diagonals between both ends.
    longer = len(second) - len(first)
    spare = (limit - abs(longer)) // 2
    lowest, highest = min(longer, 0) - spare, max(longer, 0) + spare
    for i, letter in enumerate(first, 1):
        before, above, row = row, before, [i] + [limit + 1] * len(second)
        # A cell on another diagonal needs more than `limit` edits, so skip it.
        for j in range(max(1, i + lowest), min(len(second), i + highest) + 1):
            other_letter = second[j - 1]
            edits = before[j - 1] + (letter != other_letter)
            if edits:
                edits = min(edits, before[j] + 1, row[j - 1] + 1)
                if i > 1 and j > 1 and letter == second[j - 2] and other_letter == first[i - 2]:
                    edits = min(edits, above[j - 2] + 1)
            row[j] = edits
        if min(row) > limit:
            return None
    return row[-1] if row[-1] <= limit else None


def _strip_common(first: str, second: str) -> tuple[str, str]:
    """Return two strings without their common start and end, because these need no edits."""
    start, end = count_common_ends(first, second)
    return first[start : len(first) - end], second[start : len(second) - end]


def _normalize(name: str) -> str:
    # `withLabels`, `With Labels` and `with-labels` mean `with_labels`.
    return name.casefold().replace("_", "").replace("-", "").replace(" ", "")
