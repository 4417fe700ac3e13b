"""Choose the params of a project so that the requests and the update are smallest in total.

If the set of inheriting tasks is fixed, each param can be decided alone.  So the search
tries sets of inheriting tasks.  In the best choice, this set is *closed*: it has one of these
forms:

- all tasks
- all tasks with certain params, such as all tasks with `padding` and `tags`
- the tasks of such a set whose instruction ends with a certain text

Usually, the search tries every closed set.  But if there may be more than `MAX_SETS` closed
sets, the search is greedy, and tries only some sets.

A set of tasks is an `int` with a bit for each `Group` of the module `counts`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, reduce
from operator import and_
from typing import Any, NamedTuple

from attrs import frozen

from paramcore.analysis.extraction.counts import Key, Spelling, TaskGroups, measure_member
from paramcore.values import encode_compact

#: The maximum number of closed sets to try.
MAX_SETS = 4_096
#: A greedy search starts from at most this many groups, and from at most this many sets of `_list_restrictions`.
MAX_STARTS = 64
#: A greedy search makes no new start after it has tried more than this many sets of tasks.
MAX_DECISIONS = 4_096
#: The bytes that an opt-out adds to a request.
OPT_OUT_SIZE = len(',"project_version":-1')


class _Candidate(NamedTuple):
    """A value that a param of the project could have, and the sizes that determine how many bytes it saves."""

    name: str
    #: The value as compact JSON.
    text: str
    #: The size in bytes of the param in the update that sets it.
    size: int
    #: The requests with the value.  Each element has a set of groups and two numbers that apply to each of these groups:
    #: how many requests in the group have the value, and how many bytes these requests save if they inherit it.
    uses: tuple[tuple[int, int, int], ...]
    #: The set of tasks that can inherit from a project with this value.  A task without the param cannot
    #: inherit, because it would get the value.  A task with another value can inherit, because its value
    #: overrides the project's.  But if the project's instruction is appended, the task's instruction must end with it.
    able: int

    def measure_gain(self, inheritors: int) -> int:
        """Return the bytes that the value saves; 0 if fewer than two inheriting requests share it."""
        used = [((groups & inheritors).bit_count(), count, size) for groups, count, size in self.uses]
        if sum(groups * count for groups, count, _size in used) < 2:
            return 0
        return sum(groups * size for groups, _count, size in used) - self.size


@frozen
class Decision:
    """The params of a project, and the set of tasks that inherit them."""

    inheritors: int
    params: tuple[_Candidate, ...]
    #: The bytes that the project saves, minus the bytes that opt-outs add.
    saved: int
    opt_outs: int

    @property
    def text(self) -> str:
        """The params as JSON, with sorted members."""
        members = (f"{encode_compact(param.name)}:{param.text}" for param in self.params)
        return f"{{{','.join(members)}}}"

    @cached_property
    def rank(self) -> tuple[int, int, int, str]:
        """The sort key of decisions: the best decision has the smallest key."""
        return -self.saved, self.opt_outs, len(self.params), self.text

    def get_params(self) -> dict[str, Any]:
        """Return the params as JSON values."""
        return {param.name: json.loads(param.text) for param in self.params}


class Search:
    """Finds the best params for groups of tasks."""

    def __init__(self, groups: TaskGroups) -> None:
        # Sort the groups, so that a greedy search does not depend on the order of the tasks.
        self._groups = sorted(groups, key=lambda group: (sorted(group.names), sorted(group.tails)))
        self._bits = {1 << index: group for index, group in enumerate(self._groups)}
        self._all = (1 << len(self._groups)) - 1
        names = sorted({name for group in self._groups for name in group.names})
        self._having = {name: sum(bit for bit, group in self._bits.items() if name in group.names) for name in names}
        #: The number of requests in each group, in the form of `_Candidate.uses`.
        self._counts = _merge_uses((bit, group.count, 0) for bit, group in self._bits.items())
        values = self._list_values(groups.spellings)
        self._tails = self._list_tails()
        #: For each param, its candidates.  The number beside a candidate is the most bytes that the candidate can save.
        #: The candidate with the largest number comes first.
        self._candidates: dict[str, list[tuple[int, _Candidate]]] = {}
        for candidate in [*values, *self._tails]:
            most = candidate.measure_gain(self._all)
            if most > 0:
                self._candidates.setdefault(candidate.name, []).append((most, candidate))
        for candidates in self._candidates.values():
            candidates.sort(key=lambda pair: (-pair[0], pair[1].text))
        self._decisions: dict[int, Decision] = {}
        #: Whether `decide` certainly found the best decision; false after a greedy search.
        self.is_exact: bool = True

    def _list_values(self, spellings: dict[tuple[str, Key], Spelling]) -> Iterator[_Candidate]:
        for (name, key), (size, text, _key) in spellings.items():
            holding = [(bit, group.values.get((name, key))) for bit, group in self._bits.items()]
            uses = ((bit, counts[0], counts[1]) for bit, counts in holding if counts is not None)
            yield _Candidate(name, text, size, _merge_uses(uses), self._having[name])

    def _list_tails(self) -> list[_Candidate]:
        """Return the shared ends of instructions; if several ends fit the same groups, only the longest of them."""
        longest: dict[int, _Candidate] = {}
        tails = {tail for group in self._groups for tail in group.tails}
        for tail in sorted(tails, key=lambda tail: (len(tail), tail)):
            fitting = [(bit, group) for bit, group in self._bits.items() if tail in group.tails]
            uses = _merge_uses((bit, group.count, group.tail_sizes[tail]) for bit, group in fitting)
            able = sum(bit for bit, _group in fitting)
            text = encode_compact(tail)
            longest[able] = _Candidate("instruction", text, measure_member("instruction", text), uses, able)
        return list(longest.values())

    def decide(self) -> Decision:
        """Return the best decision; after a greedy search, the best that was found."""
        closed_sets = self._list_closed_sets()
        if closed_sets is not None:
            return min(map(self._decide_for, closed_sets | {self._all}), key=_get_rank)
        self.is_exact = False
        restrictions = self._list_restrictions()
        best = self._improve(self._all, restrictions[:MAX_STARTS])
        for start in self._list_starts(restrictions[:MAX_STARTS]):
            if len(self._decisions) > MAX_DECISIONS:
                break
            best = min(best, self._improve(start, restrictions[:MAX_STARTS]), key=_get_rank)
        # The other restrictions may improve the best decision, too.
        return self._improve(best.inheritors, restrictions)

    def decide_with(self, decision: Decision, name: str) -> Decision | None:
        """Return the best decision with the param `name` in the project, of the decisions that the search tries.

        The search starts from the tasks that inherit in `decision`.  Return `None` if no
        value of the param saves bytes among these tasks.
        """
        sharing = {candidate.able for _most, candidate in self._candidates.get(name, ())}
        decisions = (self._decide_for(decision.inheritors & able) for able in sharing)
        moving = [found for found in decisions if any(param.name == name for param in found.params)]
        return min(moving, key=_get_rank, default=None)

    def _list_closed_sets(self) -> set[int] | None:
        """Return all closed sets; `None` if there may be too many."""
        name_sets = {group.names.intersection(self._candidates) for group in self._groups}
        closed: set[frozenset[str]] = set()
        limit = MAX_SETS // (len(self._tails) + 1)
        # Begin with the large sets of names.  Many other sets are intersections of them, and need no step of their own.
        for names in sorted(name_sets, key=len, reverse=True):
            if names not in closed:
                closed |= {names & other for other in closed} | {names}
            if len(closed) > limit:
                return None
        by_names = {self._find_having(names) for names in closed}
        return by_names | {mask & tail.able for mask in by_names for tail in self._tails}

    def _find_having(self, names: Iterable[str]) -> int:
        return reduce(and_, (self._having[name] for name in names), self._all)

    def _list_starts(self, restrictions: Iterable[int]) -> Iterator[int]:
        yield from restrictions
        largest = sorted(self._groups, key=lambda group: (-group.count, sorted(group.names), sorted(group.tails)))
        for group in largest[:MAX_STARTS]:
            yield self._find_having(group.names.intersection(self._candidates))

    def _list_restrictions(self) -> list[int]:
        """Return the set `able` of each candidate; the candidates that can save the most bytes come first."""
        best: dict[int, int] = {}
        for candidates in self._candidates.values():
            for most, candidate in candidates:
                best[candidate.able] = max(best.get(candidate.able, 0), most)
        return sorted(best, key=lambda able: (-best[able], able))

    def _improve(self, inheritors: int, restrictions: Sequence[int]) -> Decision:
        """Exclude tasks as long as the decision improves, and return the last decision.

        Each step chooses a set from `restrictions`, and excludes the tasks that are not in this set.
        """
        best = self._decide_for(inheritors)
        while True:
            narrower = (self._decide_for(best.inheritors & able) for able in restrictions)
            found = min(narrower, key=_get_rank, default=best)
            if found.rank >= best.rank:
                return best
            best = found

    def _decide_for(self, inheritors: int) -> Decision:
        """Return the best decision for these inheriting tasks; each param is decided alone."""
        if inheritors not in self._decisions:
            params: tuple[_Candidate, ...] = ()
            for name in sorted(self._candidates, reverse=True):
                best = self._decide_param(name, inheritors, is_last=not params)
                params = params if best is None else (best, *params)
            # Every task that can inherit these params inherits them, because an opt-out adds bytes.
            able = reduce(and_, (param.able for param in params), self._all)
            gain = sum(param.measure_gain(able) for param in params)
            opt_outs = sum((groups & ~able).bit_count() * count for groups, count, _size in self._counts)
            self._decisions[inheritors] = Decision(able, params, gain - opt_outs * OPT_OUT_SIZE, opt_outs)
        return self._decisions[inheritors]

    def _decide_param(self, name: str, inheritors: int, *, is_last: bool) -> _Candidate | None:
        """Return the candidate that saves the most bytes; `None` if no candidate saves bytes.

        If several candidates save equally many bytes, return the one with which `Decision.text` sorts first.
        `is_last` is whether the project has no param with a later name.
        """
        # The text of a number may be a prefix of the text of another, such as 1 and 12.  Which of them sorts first
        # depends on the next character.
        end = "}" if is_last else ","
        best, best_rank = None, (0, "")
        for most, candidate in self._candidates[name]:
            if -most > best_rank[0]:
                # The remaining candidates can only save less than `best`.
                break
            if inheritors & ~candidate.able:
                continue
            rank = -candidate.measure_gain(inheritors), candidate.text + end
            if rank < best_rank:
                best, best_rank = candidate, rank
        return best


def _merge_uses(uses: Iterable[tuple[int, int, int]]) -> tuple[tuple[int, int, int], ...]:
    """Merge groups with equal numbers, because counting the bits of one set is faster than a loop over its groups."""
    merged: defaultdict[tuple[int, int], int] = defaultdict(int)
    for bit, count, size in uses:
        merged[count, size] |= bit
    return tuple((groups, *numbers) for numbers, groups in merged.items())


def _get_rank(decision: Decision) -> tuple[int, int, int, str]:
    return decision.rank
