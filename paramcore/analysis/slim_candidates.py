"""Find the versions that may make a request shortest, without trying every version.

Two versions are in the same class if a task sends the same params with either of them.  Only one version of each
class is a candidate.  A set of versions is an `int`: if bit N is set, the set contains version N.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from paramcore.model import Inheritance, Project
from paramcore.values import equality_key, freeze


class CandidateFinder:
    """An index of the versions of a project, by the params that tasks inherit from them."""

    def __init__(self, project: Project) -> None:
        self._count = len(project.versions)
        # The sets of versions with a param, with a value of a param, and with a text to append.
        self._by_name: dict[str, int] = {}
        self._by_value: dict[tuple[str, Any], int] = {}
        self._by_text: dict[str, int] = {}
        self._appending = 0
        for version in project.versions:
            bit, appends = 1 << version.number, Inheritance(version, project.assumptions).appends
            for name, value in version.params.items():
                _add(self._by_name, name, bit)
                if name == "instruction" and appends:
                    _add(self._by_text, value, bit)
                    self._appending |= bit
                else:
                    _add(self._by_value, (name, equality_key(value)), bit)
        self._text_lengths = {len(text) for text in self._by_text}

    def list_candidates(self, wanted: Mapping[str, Any]) -> list[int | None]:
        """Return `None` for the latest version, then the best version of every other class that may give `wanted`.

        The best version of a class has a number with the fewest digits.  Of several such versions, the newest is the
        best.
        """
        usable = (1 << self._count) - 1
        for name, versions in self._by_name.items():
            if name not in wanted:
                # A task cannot remove an inherited param.
                usable &= ~versions
        classes = [usable]
        for name in self._by_name:
            if name in wanted:
                classes = [part for versions in classes for part in self._split(versions, name, wanted[name]) if part]
        # The latest version is the best one of its class, because a request needs no pin to inherit it.
        return [None, *(_select(versions) for versions in classes if versions and not versions >> (self._count - 1))]

    def _split(self, versions: int, name: str, value: Any) -> Iterator[int]:
        """Split a class by what a task must send for a param; omit versions that append an unwanted text."""
        if name == "instruction":
            if isinstance(value, str):
                texts = {value[-length:] for length in self._text_lengths}
                yield from (versions & self._by_text.get(text, 0) for text in texts)
            versions &= ~self._appending
        equal = self._by_value.get((name, equality_key(freeze(value))), 0)
        yield versions & equal
        yield versions & ~equal


def _select(versions: int) -> int:
    limit = 10
    while not (shortest := versions & ((1 << limit) - 1)):
        limit *= 10
    return shortest.bit_length() - 1


def _add(sets: dict[Any, int], key: Any, bit: int) -> None:
    sets[key] = sets.get(key, 0) | bit
