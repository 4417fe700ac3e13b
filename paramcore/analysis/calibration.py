"""Which assumptions explain a finished task."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from attrs import asdict, evolve

from paramcore.analysis.contradictions import find_contradictions
from paramcore.model import Assumptions, Project
from paramcore.values import wrap_frozen

#: Separators that calibration always tries, beside that of the project and those that the tasks show.
SEPARATORS = ("\n", "\n\n", " ", "")


def list_candidates(chosen: Assumptions) -> list[Assumptions]:
    """Return all assumptions to try, the chosen ones first."""
    settings = {
        "instruction_rule": ("append", "override"),
        "pinned_param_version": ("used", "latest"),
        "empty_instruction": ("leave out", "join"),
        "instruction_separator": tuple(dict.fromkeys([chosen.instruction_separator, *SEPARATORS])),
    }
    # The first setting varies slowest: `override`, which explains any instruction, comes last.
    combinations = product(*settings.values())
    others = (Assumptions.from_settings(dict(zip(settings, values, strict=True))) for values in combinations)
    return list(dict.fromkeys([chosen, *others]))


def find_changes(chosen: Assumptions, other: Assumptions) -> dict[str, str]:
    """Return the settings of `other` that differ from those chosen, by name."""
    before = asdict(chosen)
    return {name: value for name, value in asdict(other).items() if value != before[name]}


def find_smallest_changes(chosen: Assumptions, others: Iterable[Assumptions]) -> list[dict[str, str]]:
    """Return the changes to each of the others that need the fewest changes."""
    all_changes = [find_changes(chosen, other) for other in others]
    fewest = min(map(len, all_changes), default=0)
    return [changes for changes in all_changes if len(changes) == fewest]


def find_explanations(project: Project, task: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """Return the smallest changes of settings that make the task possible."""
    chosen = project.assumptions
    shown = (evolve(chosen, instruction_separator=separator) for separator in _find_separators(project, task))
    candidates = dict.fromkeys([*shown, *list_candidates(chosen)])
    fitting = (candidate for candidate in candidates if not find_contradictions(project, task, candidate))
    return tuple(map(wrap_frozen, find_smallest_changes(chosen, fitting)))


def _find_separators(project: Project, task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the white space before the project's instruction in that of the task."""
    number, instruction = task["project_param_version"], task.get("instruction")
    if type(number) is int and 0 <= number < len(project.versions) and type(instruction) is str:
        inherited = project.versions[number].params.get("instruction")
        if inherited and instruction.endswith(inherited):
            own = instruction.removesuffix(inherited)
            yield own[len(own.rstrip()) :]
