"""Find the versions that may explain a finished task, without checking each version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from paramcore.model import TASK_FIELD_NAMES, ParamVersion


@define
class _Group:
    """The versions that set the same names, not counting `instruction`."""

    names: frozenset[str]
    #: The first version with each instruction; `None` is the key of versions without an instruction.
    by_instruction: dict[str | None, ParamVersion] = field(factory=dict)
    #: The lengths of the instructions in `by_instruction`.
    lengths: set[int] = field(factory=set)
    #: The first version with an instruction (key `False`), and the first version without one (key `True`).
    #: The values of other params do not matter, because a task may override them.  So under the rule `override`, it is
    #: enough to check these two versions.  Under `append`, also check the first version with each instruction that is the
    #: end of the task's instruction.
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
            # Under the rule `append`, the task's instruction ends with the instruction of its version.
            texts = (instruction[-length:] for length in self.lengths if 0 < length <= len(instruction))
            yield from (self.by_instruction[text] for text in texts if text in self.by_instruction)


class VersionIndex:
    """An index of the versions of a history, by the names that they set and by their instructions."""

    def __init__(self, versions: Iterable[ParamVersion]) -> None:
        groups: dict[frozenset[str], _Group] = {}
        for version in versions:
            own_names = frozenset(version.params.keys() - {"instruction"})
            groups.setdefault(own_names, _Group(own_names)).add(version)
        counts = Counter(name for names in groups for name in names)
        # A task has every name of the version that it inherits, so store each group only under its rarest name.
        self._groups: dict[str | None, list[_Group]] = {}
        for names, group in groups.items():
            rarest = min(names, key=counts.__getitem__, default=None)
            self._groups.setdefault(rarest, []).append(group)

    def list_candidates(self, task: Mapping[str, Any], number: int) -> list[ParamVersion]:
        """Return the versions up to `number` that must be checked.

        If any version up to `number` explains the task, a returned version explains it too.
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
