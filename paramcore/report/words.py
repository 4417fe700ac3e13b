"""The difference between two texts, word by word or line by line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Literal, NamedTuple, TypeAlias

from paramcore.text import count_common_ends

RunKind: TypeAlias = Literal["kept", "removed", "added"]

_SENTENCE = re.compile(r"[^.!?\n]*[.!?\n]+\s*|[^.!?\n]+")
_WORD = re.compile(r"\w+|\s+|[^\w\s]")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
#: The maximum product of the token counts of two texts, because `SequenceMatcher` takes quadratic time.
_MAX_PAIRS = 25_000_000


class Run(NamedTuple):
    """A part of two texts: `kept` in both, `removed` from the first, or `added` in the second."""

    kind: RunKind
    text: str


class _Hunk(NamedTuple):
    """A part of two texts, either equal or different."""

    before: str
    after: str

    @property
    def is_equal(self) -> bool:
        return self.before == self.after


def diff_words(before: str, after: str) -> list[Run]:
    """Compare two texts word by word; the runs contain both texts completely, in order.

    Example:
        >>> diff_words("Box it.", "Box them.")
        [Run(kind='kept', text='Box '), Run(kind='removed', text='it'), Run(kind='added', text='them'), Run(kind='kept', text='.')]
    """
    return _list_runs(_iter_hunks(before, after, [_WORD, _SENTENCE, _WORD]))


def diff_lines(before: str, after: str) -> list[Run]:
    """Compare two texts line by line; see `diff_words`."""
    hunks = _iter_hunks(before, after, [_LINE])
    return [run for hunk in hunks for run in _list_runs([hunk])]


def _iter_hunks(before: str, after: str, tokens: Sequence[re.Pattern[str]]) -> Iterator[_Hunk]:
    """Compare two texts token by token; the first pattern in `tokens` matches a token.

    If there are too many tokens, use the next pattern.  Sentences that differ are compared
    again, with the next pattern.  If no pattern is left, everything between the equal start and the
    equal end counts as different.
    """
    ours, theirs = tokens[0].findall(before), tokens[0].findall(after)
    start, end = count_common_ends(ours, theirs)
    head, tail = "".join(ours[:start]), "".join(ours[len(ours) - end :])
    ours, theirs = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    yield _Hunk(head, head)
    if len(ours) * len(theirs) <= _MAX_PAIRS:
        for _kind, i, j, k, m in SequenceMatcher(None, ours, theirs).get_opcodes():
            hunk = _Hunk("".join(ours[i:j]), "".join(theirs[k:m]))
            is_final = tokens[0] is not _SENTENCE or hunk.is_equal
            yield from [hunk] if is_final else _iter_hunks(*hunk, tokens[1:])
    elif tokens[1:]:
        yield from _iter_hunks("".join(ours), "".join(theirs), tokens[1:])
    else:
        yield _Hunk("".join(ours), "".join(theirs))
    yield _Hunk(tail, tail)


def _list_runs(hunks: Iterable[_Hunk]) -> list[Run]:
    """Join neighbouring hunks of the same kind; also join changes that only white space separates."""
    runs: list[Run] = []
    removed = added = kept = ""
    for before, after in hunks:
        if before == after:
            kept += before
            continue
        if kept and not (kept.isspace() and (removed or added)):
            runs += _make_runs(removed, added, kept)
            removed = added = kept = ""
        removed, added, kept = removed + kept + before, added + kept + after, ""
    return runs + _make_runs(removed, added, kept)


def _make_runs(removed: str, added: str, kept: str) -> list[Run]:
    runs = [Run("removed", removed), Run("added", added), Run("kept", kept)]
    return [run for run in runs if run.text]
