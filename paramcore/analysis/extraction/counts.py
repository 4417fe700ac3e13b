"""Count the values that requests share, in memory that does not grow with the number of requests.

An *end* of an instruction is a text that a project could append, such as the last line.  A
value or an end is *shared* if several requests have it.

The requests are read twice.  In the first read, `SharedValues` finds the shared values and
ends.  In the second read, `TaskGroups` counts them.  The counts are exact if no limit below
is exceeded.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from attrs import define, field

from paramcore.model import Assumptions
from paramcore.values import encode_compact, equality_key, freeze

#: The maximum number of counted params, of counted values of each param, and of counted ends of instructions.
MAX_VALUES = 1_024
#: The maximum number of groups of requests.
MAX_GROUPS = 4_096
#: The maximum number of ends of an instruction to try, from the shortest.  The whole instruction is tried, too.
MAX_SEPARATORS = 64

#: The key of a value: equal JSON values have equal keys.
Key: TypeAlias = Hashable


class Spelling(NamedTuple):
    """A value of a param as a request spells it; shorter spellings sort first."""

    #: The size in bytes of the param in a request, with a comma: `,"padding":5`.
    size: int
    text: str
    key: Key

    @classmethod
    def of(cls, name: str, value: Any, keys: ValueKeys) -> Spelling:
        """Return the spelling of a value."""
        text = encode_compact(value)
        return cls(measure_member(name, text), text, keys.find(value, text))


def measure_member(name: str, text: str) -> int:
    """Return the size in bytes of an object member, including the comma before it."""
    return len(f",{encode_compact(name)}:{text}".encode())


def measure_text(text: str) -> int:
    """Return the size in bytes of text in a JSON string, without the quotes."""
    return len(encode_compact(text).encode()) - 2


class ValueKeys:
    """Finds the keys of values, and caches the keys of objects and arrays."""

    def __init__(self) -> None:
        self._by_text: dict[str, Key] = {}

    def find(self, value: Any, text: str | None = None) -> Key:
        """Return the key of a value; `text` is its compact JSON, if it is known."""
        if not isinstance(value, (dict, list)):
            return equality_key(value)
        text = encode_compact(value) if text is None else text
        if text not in self._by_text:
            if len(self._by_text) >= MAX_VALUES:
                self._by_text.clear()
            self._by_text[text] = equality_key(freeze(value))
        return self._by_text[text]


class FrequentValues:
    """Counts the most frequent values, with the algorithm of Misra and Gries.

    The algorithm never forgets a value that makes up more than 1/`MAX_VALUES` of all added values.
    """

    def __init__(self) -> None:
        self._counts: dict[Key, int] = {}
        #: Whether all counts are exact; if not, some values may be forgotten.
        self.is_exact: bool = True

    def add(self, key: Key) -> None:
        """Count a value."""
        if key in self._counts:
            self._counts[key] += 1
        elif len(self._counts) < MAX_VALUES:
            self._counts[key] = 1
        else:
            self.is_exact = False
            self._counts = {other: count - 1 for other, count in self._counts.items() if count > 1}

    def list_values(self, *, least: int) -> set[Key]:
        """Return the values with a count of at least `least`; if the counts are inexact, return all counted values."""
        return {key for key, count in self._counts.items() if count >= least or not self.is_exact}


def list_tails(text: str, assumptions: Assumptions) -> list[tuple[str, bool]]:
    """Return the ends of an instruction that a project could append, shortest first.

    Each end has a flag, which is true if a task that inherits this end needs no instruction
    of its own.
    """
    separator = assumptions.instruction_separator
    # With an empty separator (T5), an end could begin at any character, so try only the starts of lines.
    mark = separator or "\n"
    tails: list[tuple[str, bool]] = []
    end = len(text)
    while len(tails) < MAX_SEPARATORS and (start := text.rfind(mark, 1 if separator else 0, end)) >= 0:
        if tail := text[start + len(mark) :]:
            tails.append((tail, False))
        end = start + len(mark) - 1
    whole = text
    if assumptions.empty_instruction == "join":
        # With `join`, a task without an instruction gets the separator and then the project's text.  So a task can get
        # all of `text` from the project only if `text` begins with the separator.  The project's text omits it.
        whole = text.removeprefix(separator) if text.startswith(separator) else ""
    return [*tails, (whole, True)] if whole else tails


def has_more_tails(text: str, assumptions: Assumptions) -> bool:
    """Return whether an instruction may have more ends than `list_tails` returns."""
    mark = re.escape(assumptions.instruction_separator or "\n")
    # Separators may overlap: three newlines contain two newlines twice.  So count each place where one begins.
    return sum(1 for _ in re.finditer(f"(?={mark})", text)) > MAX_SEPARATORS


class SharedValues:
    """The first read: the values and the ends of instructions that several requests share."""

    def __init__(self, fixed: frozenset[str], assumptions: Assumptions) -> None:
        self._fixed = fixed
        self._assumptions = assumptions
        self._keys = ValueKeys()
        self._values: dict[str, FrequentValues] = {}
        self._tails = FrequentValues()
        #: The first `MAX_VALUES` names of params, in the order in which they occur.
        self.names: dict[str, None] = {}
        #: False if there are too many names, or too many ends of an instruction, to count all of them.
        self.is_exact: bool = True

    def add(self, params: Mapping[str, Any]) -> None:
        """Count the values of a request."""
        for name, value in params.items():
            if name not in self.names and len(self.names) < MAX_VALUES:
                self.names[name] = None
            if name in self._fixed:
                continue
            if name == "instruction" and value and self._assumptions.instruction_rule == "append":
                self._add_instruction(value)
                continue
            if name not in self._values:
                if len(self._values) >= MAX_VALUES:
                    self.is_exact = False
                    continue
                self._values[name] = FrequentValues()
            self._values[name].add(self._keys.find(value))

    def _add_instruction(self, text: str) -> None:
        self.is_exact = self.is_exact and not has_more_tails(text, self._assumptions)
        for tail, _whole in list_tails(text, self._assumptions):
            self._tails.add(tail)

    def make_groups(self) -> TaskGroups:
        """Return empty groups for the second read."""
        tables = [self._tails, *self._values.values()]
        shared = {name: keys for name, table in self._values.items() if (keys := table.list_values(least=2))}
        # If the separator is empty, the second read uses `endswith`, so an end may also begin inside a line: `box.`
        # ends `Draw a box.`  The first read does not count these requests, so keep the ends with a count of 1, too.
        least = 2 if self._assumptions.instruction_separator else 1
        tails = {str(tail) for tail in self._tails.list_values(least=least)}
        is_exact = self.is_exact and all(table.is_exact for table in tables)
        return TaskGroups(shared, tails, self._assumptions, is_exact)


@define(eq=False)
class Group:
    """Requests with the same `names` and `tails`."""

    #: The params that the requests set, except for params without a shared value.
    names: frozenset[str]
    #: The shared ends of the instructions.
    tails: frozenset[str]
    count: int = 0
    #: For each shared value: the number of requests with this value, and the bytes that inheriting it would save.
    values: dict[tuple[str, Key], list[int]] = field(factory=dict)
    #: For each of `tails`: the bytes that inheriting it would save.
    tail_sizes: dict[str, int] = field(factory=dict)


class TaskGroups:
    """The second read: the counts of shared values and ends, by group."""

    def __init__(
        self, shared: Mapping[str, set[Key]], tails: set[str], assumptions: Assumptions, is_exact: bool
    ) -> None:
        self.assumptions = assumptions
        self._shared = shared
        self._tails = tails
        self._keys = ValueKeys()
        self._groups: dict[tuple[frozenset[str], frozenset[str]], Group] = {}
        self._separator_size = measure_text(assumptions.instruction_separator)
        #: The shortest spelling of each shared value.
        self.spellings: dict[tuple[str, Key], Spelling] = {}
        #: False if the first or the second read exceeded a limit.
        self.is_exact: bool = is_exact

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def add(self, params: Mapping[str, Any]) -> None:
        """Count a request."""
        instruction = params.get("instruction")
        fitting = self._list_fitting(instruction) if instruction else []
        names = frozenset(name for name in params if name in self._shared)
        group = self._find_group(names, frozenset(tail for tail, _whole in fitting))
        if group is None:
            return
        group.count += 1
        for name in names:
            spelling = Spelling.of(name, params[name], self._keys)
            if spelling.key in self._shared[name]:
                self._count_value(group, name, spelling)
        for tail, whole in fitting:
            size = (
                measure_member("instruction", encode_compact(instruction))
                if whole
                else (self._separator_size + measure_text(tail))
            )
            group.tail_sizes[tail] = group.tail_sizes.get(tail, 0) + size

    def _list_fitting(self, instruction: str) -> list[tuple[str, bool]]:
        """Return the shared ends of an instruction, each with the flag of `list_tails`."""
        if self.assumptions.instruction_separator:
            return [pair for pair in list_tails(instruction, self.assumptions) if pair[0] in self._tails]
        return [(tail, tail == instruction) for tail in self._tails if instruction.endswith(tail)]

    def _find_group(self, names: frozenset[str], tails: frozenset[str]) -> Group | None:
        group = self._groups.get((names, tails))
        if group is None:
            if len(self._groups) >= MAX_GROUPS:
                self.is_exact = False
                return None
            group = self._groups[names, tails] = Group(names, tails)
        return group

    def _count_value(self, group: Group, name: str, spelling: Spelling) -> None:
        counts = group.values.setdefault((name, spelling.key), [0, 0])
        counts[0] += 1
        counts[1] += spelling.size
        shortest = self.spellings.get((name, spelling.key), spelling)
        self.spellings[name, spelling.key] = min(shortest, spelling, key=lambda spelled: spelled[:2])
