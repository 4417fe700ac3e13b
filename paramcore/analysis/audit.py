"""Whether finished tasks can come from the version that they name.

A finished task shows what the service did.  A task that contradicts a rule
either belongs to another history, or shows that an assumption is wrong.
`contradictions` checks one task; an `Audit` counts the checks of many tasks, and
finds the assumptions that explain them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from attrs import asdict, evolve, fields, frozen

from paramcore.analysis.contradictions import Contradiction, TaskCheck, format_settings
from paramcore.analysis.version_index import VersionIndex
from paramcore.errors import InvalidParams
from paramcore.model import Assumptions, Project
from paramcore.text import describe_value, format_repr, format_value
from paramcore.values import freeze, wrap_frozen

#: Separators that an audit always tries, beside that of the project and those that the tasks show.
SEPARATORS = ("\n", "\n\n", " ", "")


@frozen
class Audit:
    """Finished tasks, checked against the history of their project.

    `possible` and `impossible` count the tasks that were checked, `not_judged`
    those that name no version of this project.  `findings` holds what the
    impossible tasks contradict.  `calibration` holds the assumptions that no
    task contradicts, of all that were tried.
    """

    project: Project
    possible: int
    impossible: int
    not_judged: int
    findings: tuple[Contradiction, ...]
    calibration: tuple[Assumptions, ...]

    @classmethod
    def of(cls, project: Project, tasks: Iterable[Mapping[str, Any]]) -> Audit:
        """Audit task objects, as `GET /tasks` returns them.

        Raises:
            InvalidParams: `params_type` for what is no task object.
            NotJSON: for values that are no JSON.
        """
        auditor = Auditor(project)
        findings = [finding for task in tasks for finding in auditor.check_task(task)]
        return auditor.build_audit(findings)

    def to_json(self) -> dict[str, Any]:
        """Return `project possible impossible not_judged findings calibration`."""
        return {
            "project": self.project.name,
            "possible": self.possible,
            "impossible": self.impossible,
            "not_judged": self.not_judged,
            "findings": [finding.to_json() for finding in self.findings],
            "calibration": [asdict(assumptions) for assumptions in self.calibration],
        }

    def __repr__(self) -> str:
        counts = f"{self.possible} possible, {self.impossible} impossible, {self.not_judged} not judged"
        return f"<Audit of {format_repr(self.project.name)}: {counts}>"

    def __str__(self) -> str:
        return "\n".join([self.summary, *map(str, self.findings), *self.format_calibration()])

    @property
    def summary(self) -> str:
        """The counts, on one line."""
        skipped = f", {self.not_judged:,} not judged (no version of this project)" if self.not_judged else ""
        counts = f"{self.possible:,} possible, {self.impossible:,} impossible{skipped}"
        return f"tasks of {format_value(self.project.name)}: {counts}"

    def format_calibration(self) -> list[str]:
        """Return lines on which settings the tasks confirm, and which stay undecided."""
        chosen = self.project.assumptions
        if chosen in self.calibration:
            if not self.possible:
                return []
            explained = "the other tasks" if self.impossible else "all tasks"
            settings = (self._format_setting(setting.name) for setting in fields(Assumptions))
            return [f"the current settings explain {explained}", *settings]
        ways = " or ".join(map(format_settings, _find_smallest_changes(chosen, self.calibration)))
        if not ways:
            return ["none of the settings that were tried explains all tasks"]
        return [f"the current settings do not explain all tasks; these do: {ways}"]

    def _format_setting(self, name: str) -> str:
        """Return a setting with the values that are ruled out or also possible."""
        chosen = self.project.assumptions
        ruled_out: list[str] = []
        possible: list[str] = []
        for candidate in _list_candidates(chosen):
            if _find_changes(chosen, candidate).keys() == {name}:
                values = possible if candidate in self.calibration else ruled_out
                values.append(format_value(getattr(candidate, name)))
        groups = {"ruled out": ruled_out, "also possible": possible}
        others = "; ".join(f"{label}: {', '.join(values)}" for label, values in groups.items() if values)
        return f"  {name} = {format_value(getattr(chosen, name))}  ({others})"


class Auditor:
    """Builds an `Audit` from one task after another, in constant memory."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._counts = {"possible": 0, "impossible": 0, "not_judged": 0}
        self._calibration = _list_candidates(project.assumptions)
        self._index = VersionIndex(project.versions)

    def check_task(self, obj: Mapping[str, Any]) -> tuple[Contradiction, ...]:
        """Count a task object and return what it contradicts.

        Raises:
            InvalidParams: `params_type` for what is no task object.
            NotJSON: for values that are no JSON.
        """
        task = _freeze_task(obj)
        if task.get("project") != self.project.name or task.get("project_param_version") is None:
            self._counts["not_judged"] += 1
            return ()
        check = TaskCheck(self.project, self._index, task)
        findings = check.find_contradictions(self.project.assumptions)
        self._counts["impossible" if findings else "possible"] += 1
        explanations = _find_explanations(self.project, task, check) if findings else ()
        # A task that nothing explains belongs to another history: it says nothing about a setting.
        if explanations or not findings:
            self._calibration = [
                candidate for candidate in self._calibration if not check.find_contradictions(candidate)
            ]
        return tuple(evolve(finding, vanishes_under=explanations) for finding in findings)

    def build_audit(self, findings: Iterable[Contradiction] = ()) -> Audit:
        """Return the counts so far, with findings that the caller kept."""
        return Audit(self.project, **self._counts, findings=tuple(findings), calibration=tuple(self._calibration))


def _freeze_task(obj: object) -> Mapping[str, Any]:
    if not issubclass(type(obj), Mapping):
        raise InvalidParams("params_type", "", describe_value(obj), "a task object, as `GET /tasks` returns it")
    task: Mapping[str, Any] = freeze(obj)
    if not isinstance(task.get("params", {}), dict):
        raise InvalidParams("params_type", "/params", describe_value(task["params"]), "the params of a task object")
    return task


def _list_candidates(chosen: Assumptions) -> list[Assumptions]:
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


def _find_changes(chosen: Assumptions, other: Assumptions) -> dict[str, str]:
    """Return the settings of `other` that differ from those chosen, by name."""
    before = asdict(chosen)
    return {name: value for name, value in asdict(other).items() if value != before[name]}


def _find_smallest_changes(chosen: Assumptions, others: Iterable[Assumptions]) -> list[dict[str, str]]:
    """Return the changes to each of the others that need the fewest changes."""
    all_changes = [_find_changes(chosen, other) for other in others]
    fewest = min(map(len, all_changes), default=0)
    return [changes for changes in all_changes if len(changes) == fewest]


def _find_explanations(project: Project, task: Mapping[str, Any], check: TaskCheck) -> tuple[Mapping[str, str], ...]:
    """Return the smallest changes of settings that make the task possible."""
    chosen = project.assumptions
    shown = (evolve(chosen, instruction_separator=separator) for separator in _find_separators(project, task))
    candidates = dict.fromkeys([*shown, *_list_candidates(chosen)])
    fitting = (candidate for candidate in candidates if not check.find_contradictions(candidate))
    return tuple(map(wrap_frozen, _find_smallest_changes(chosen, fitting)))


def _find_separators(project: Project, task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the white space before the project's instruction in that of the task."""
    number, instruction = task["project_param_version"], task.get("instruction")
    if type(number) is int and 0 <= number < len(project.versions) and type(instruction) is str:
        inherited = project.versions[number].params.get("instruction")
        if inherited and instruction.endswith(inherited):
            own = instruction.removesuffix(inherited)
            yield own[len(own.rstrip()) :]
