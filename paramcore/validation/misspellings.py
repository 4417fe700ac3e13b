"""Split a name into words, and recognize a word with a mistake of one letter or with its letters reordered."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from attrs import frozen


@frozen
class WordIndex:
    """Finds the known words that a word may misspell, without comparing it with each known word."""

    #: The words that have each key.
    _words_by_key: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, words: Iterable[str]) -> WordIndex:
        """Return an index of words."""
        words_by_key: dict[str, list[str]] = {}
        for word in words:
            for key in _list_keys(word):
                words_by_key.setdefault(key, []).append(word)
        return cls(words_by_key)

    def find_similar(self, word: str) -> set[str]:
        """Return the words of the index that `word` misspells, as `is_misspelt` defines it."""
        candidates = {known for key in _list_keys(word) for known in self._words_by_key.get(key, ())}
        return {known for known in candidates if is_misspelt(word, known)}


def _list_keys(word: str) -> set[str]:
    """Return the keys of a word.  A word has a key in common with each of its misspellings."""
    # One edit inserts, deletes or replaces one letter. Two words that differ in one letter are equal without that letter.
    return {word, "".join(sorted(word)), *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def is_misspelt(word: str, known: str) -> bool:
    """Return whether a word is the known word with at most one edit, or with its letters reordered."""
    # Comparing lengths and letters is fast, and rejects most pairs.
    if abs(len(word) - len(known)) > 1 or len(set(word) ^ set(known)) > 2:
        return False
    return sorted(word) == sorted(known) or count_edits(word, known) < 2


def count_edits(first: str, second: str) -> int:
    """Return the minimum number of letters to insert, delete or replace to get the second word."""
    row = list(range(len(second) + 1))
    for letter in first:
        above, row = row, [row[0] + 1]
        for j, other in enumerate(second):
            row.append(min(above[j + 1] + 1, row[j] + 1, above[j] + (letter != other)))
    return row[-1]


def split_words(name: str) -> tuple[str, ...]:
    """Return the words of a name: `is` and `patch` for `isPatch` or `is_patch`."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", unicodedata.normalize("NFKC", name))
    return tuple(re.findall(r"[^\W_]+", spaced.casefold()))


def join_words(name: str) -> str:
    """Return the words of a name without separators: `ispatch` for `isPatch` or `is_patch`."""
    return "".join(split_words(name))
