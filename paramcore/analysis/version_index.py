"""Find versions that a finished task may have inherited, without checking every version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from paramcore.model import TASK_FIELD_NAMES, ParamVersion


@define
class _Group:
    """Versions whose params have the same names, apart from `instruction`."""

    names: frozenset[str]
    #: The first version with each instruction.  An empty or missing instruction has the key `None`.
    by_instruction: dict[str | None, ParamVersion] = field(factory=dict)
    #: The lengths of the instructions in `by_instruction`.
    lengths: set[int] = field(factory=set)
    #: The first version with an instruction (key `False`), and the first version without one (key `True`).
    #: The values of other params do not matter, because a task may override them.
    representatives: dict[bool, ParamVersion] = field(factory=dict)

    def add(self, version: ParamVersion) -> None:
        instruction = version.params.get("instruction") or None
        if instruction not in self.by_instruction:
            self.by_instruction[instruction] = version
            self.lengths.add(len(instruction or ""))
        self.representatives.setdefault(instruction is None, version)

    def list_candidates(self, instruction: object) -> Iterator[ParamVersion]:
        yield from self.representatives.values()
        if type(instruction) is str:
            # If `instruction_rule` is `append`, the task's instruction ends with the instruction of its version.
            texts = (instruction[-length:] for length in self.lengths if 0 < length <= len(instruction))
            yield from (self.by_instruction[text] for text in texts if text in self.by_instruction)


class VersionIndex:
    """An index of versions, by the names of their params and by their instructions."""

    def __init__(self, versions: Iterable[ParamVersion]) -> None:
        groups: dict[frozenset[str], _Group] = {}
        for version in versions:
            own_names = frozenset(version.params.keys() - {"instruction"})
            groups.setdefault(own_names, _Group(own_names)).add(version)
        counts = Counter(name for names in groups for name in names)
        # A task has every param of the version that it inherits, so any name of a group leads to the group.  Store each
        # group only under its rarest name, so that few groups have the same name.
        self._groups: dict[str | None, list[_Group]] = {}
        for names, group in groups.items():
            rarest = min(names, key=counts.__getitem__, default=None)
            self._groups.setdefault(rarest, []).append(group)

    def list_candidates(self, task: Mapping[str, Any], number: int) -> list[ParamVersion]:
        """Return the versions to check; their numbers are at most `number`.

        If the task can come from one of the versions up to `number`, it can come from a
        returned version, too.
        """
        params = task.get("params", {})
        groups = [group for name in {None, *task, *params} for group in self._groups.get(name, ())]
        return [
            version
            for group in groups
            if all(name in (task if name in TASK_FIELD_NAMES else params) for name in group.names)
            for version in group.list_candidates(task.get("instruction"))
            if version.number <= number
        ]
