"""Check whether finished tasks match the project versions that they record.

If a task contradicts a rule, the task comes from another history, or a setting of the
assumed rules is wrong.  The module `contradictions` checks one task.  An `Audit` counts the
results for many tasks, and finds the settings under which the tasks are possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product
from typing import Any

from attrs import asdict, evolve, fields, frozen

from paramcore.analysis.contradictions import Contradiction, TaskCheck, format_settings
from paramcore.analysis.version_index import VersionIndex
from paramcore.errors import InvalidParams
from paramcore.model import Assumptions, Project
from paramcore.text import NotebookReprs, describe_value, format_repr, format_value
from paramcore.text.rows import Line, Piece, format_pieces
from paramcore.values import (
    check_argument,
    check_iterable,
    freeze,
    read_each,
    suggest_object,
    wrap_frozen,
)
from paramcore.wrong_documents import is_page, reject_other_than_task

#: Separators that an audit tries for every task, in addition to the separator of the project's settings.
SEPARATORS = ("\n", "\n\n", " ", "")


@frozen
class Audit(NotebookReprs):
    """The result of checking finished tasks against the history of their project.

    A task is impossible if it contradicts a rule under the settings of the project.
    `possible` and `impossible` count tasks.  `not_judged` counts the tasks that do not
    belong to the project, or that record no version.  `findings` contains the
    contradictions of the impossible tasks.

    An audit tries the same combinations of settings for every task.  `calibration` contains
    the combinations that no task contradicts.  A task that contradicts all tried
    combinations does not affect `calibration`.

    For an impossible task, an audit also tries one more separator: the white space before
    the project's instruction in this task.  `calibration` contains no combination that was
    tried for only one task.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3})
        >>> Audit.of(project, [{"project": "docks", "project_param_version": 0, "params": {"padding": 4}}])
        <Audit of 'docks': 1 possible, 0 impossible, 0 not judged>
    """

    project: Project
    possible: int
    impossible: int
    not_judged: int
    findings: tuple[Contradiction, ...]
    calibration: tuple[Assumptions, ...]

    @classmethod
    def of(cls, project: Project, tasks: Iterable[Mapping[str, Any]]) -> Audit:
        """Check task objects that `GET /tasks` returned.

        In an error about a task, `path` begins with the index of the task.

        Raises:
            MalformedPayload: `task_type` for a document other than a created task.
            InvalidParams: `params_type` for a task that is not an object, or whose `params` is not an object.
            NotJSON: for values that are not JSON.
            InvalidSetting: `argument_type`, if `project` is not a `Project`, or `tasks` is not an iterable of tasks.
        """
        auditor = Auditor(project)
        if isinstance(tasks, Mapping) and is_page(tasks):
            check_iterable("tasks", tasks, "pass the `docs` of the page")
        return auditor.build_audit(list(chain.from_iterable(read_each("tasks", tasks, auditor.check_task))))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `project`, `possible`, `impossible`, `not_judged`, `findings` and
        `calibration`.
        """
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

    def list_pieces(self, *, values: bool = True) -> list[Piece]:
        """Return the pieces of `str()`; without `values`, leave out the values of contradictions."""
        findings = (piece for finding in self.findings for piece in finding.list_pieces(values=values))
        return [Line(self.summary), *findings, *map(Line, self.format_calibration())]

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    @property
    def summary(self) -> str:
        """The counts of tasks, on one line."""
        skipped = f", {self.not_judged:,} not judged (without a version of this project)" if self.not_judged else ""
        counts = f"{self.possible:,} possible, {self.impossible:,} impossible{skipped}"
        return f"tasks of {format_value(self.project.name)}: {counts}"

    def format_calibration(self) -> list[str]:
        """Return lines that state which settings explain the tasks, and which other values each setting may have."""
        chosen = self.project.assumptions
        if chosen in self.calibration:
            if not self.possible:
                return []
            explained = "the other tasks" if self.impossible else "all tasks"
            settings = (self._format_setting(setting.name) for setting in fields(Assumptions))
            return [f"the current settings explain {explained}", *settings]
        ways = " or ".join(map(format_settings, _find_smallest_changes(chosen, self.calibration)))
        if not ways:
            return ["no tried combination of settings explains all tasks"]
        return [f"the current settings do not explain all tasks; to explain as many tasks as possible, use {ways}"]

    def _format_setting(self, name: str) -> str:
        """Format a setting, and whether its other values are possible or ruled out."""
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
    """Builds an `Audit` task by task, in constant memory."""

    def __init__(self, project: Project) -> None:
        check_argument("project", project, Project)
        self.project = project
        self._counts = {"possible": 0, "impossible": 0, "not_judged": 0}
        self._calibration = _list_candidates(project.assumptions)
        self._index = VersionIndex(project.versions)

    def check_task(self, obj: Mapping[str, Any]) -> tuple[Contradiction, ...]:
        """Count a task object and return its contradictions.

        Raises:
            MalformedPayload: `task_type` for a document other than a created task.
            InvalidParams: `params_type` for a task that is not an object, or whose `params` is not an object.
            NotJSON: for values that are not JSON.
        """
        task = _freeze_task(obj)
        if task.get("project") != self.project.name or task.get("project_param_version") is None:
            self._counts["not_judged"] += 1
            return ()
        check = TaskCheck(self.project, self._index, task)
        findings = check.find_contradictions(self.project.assumptions)
        self._counts["impossible" if findings else "possible"] += 1
        explanations = _find_explanations(self.project, task, check) if findings else ()
        # A task that contradicts all tried combinations probably comes from another history, so it rules out none.
        if explanations or not findings:
            self._calibration = [
                candidate for candidate in self._calibration if not check.find_contradictions(candidate)
            ]
        return tuple(evolve(finding, vanishes_under=explanations) for finding in findings)

    def build_audit(self, findings: Iterable[Contradiction] = ()) -> Audit:
        """Return the audit of the tasks checked so far, with `findings`."""
        return Audit(self.project, **self._counts, findings=tuple(findings), calibration=tuple(self._calibration))


def _freeze_task(obj: object) -> Mapping[str, Any]:
    if not issubclass(type(obj), Mapping):
        problem = f"a task must be an object, got {describe_value(obj)}"
        remedy = suggest_object(obj, "pass task objects that `GET /tasks` returned")
        raise InvalidParams("params_type", "", problem, remedy)
    task: Mapping[str, Any] = freeze(obj)
    reject_other_than_task(task)
    if not isinstance(task.get("params", {}), dict):
        problem = f"`params` of a task must be an object, got {describe_value(task['params'])}"
        raise InvalidParams("params_type", "/params", problem, "")
    return task


def _list_candidates(chosen: Assumptions) -> list[Assumptions]:
    """Return the assumptions to try for every task, beginning with `chosen`."""
    settings = {
        "instruction_rule": ("append", "override"),
        "pinned_param_version": ("used", "latest"),
        "empty_instruction": ("leave out", "join"),
        "instruction_separator": tuple(dict.fromkeys([chosen.instruction_separator, *SEPARATORS])),
    }
    # Under `override`, every instruction is possible, so a task is little evidence for `override`.  List `override`
    # last: `product` varies the first setting slowest.
    combinations = product(*settings.values())
    others = (Assumptions.from_settings(dict(zip(settings, values, strict=True))) for values in combinations)
    return list(dict.fromkeys([chosen, *others]))


def _find_changes(chosen: Assumptions, other: Assumptions) -> dict[str, str]:
    """Return the settings of `other` whose values differ from `chosen`, by name."""
    before = asdict(chosen)
    return {name: value for name, value in asdict(other).items() if value != before[name]}


def _find_smallest_changes(chosen: Assumptions, others: Iterable[Assumptions]) -> list[dict[str, str]]:
    """Return the smallest sets of changes that turn `chosen` into one of `others`."""
    all_changes = [_find_changes(chosen, other) for other in others]
    fewest = min(map(len, all_changes), default=0)
    return [changes for changes in all_changes if len(changes) == fewest]


def _find_explanations(project: Project, task: Mapping[str, Any], check: TaskCheck) -> tuple[Mapping[str, str], ...]:
    """Return the smallest sets of changed settings under which the task is possible."""
    chosen = project.assumptions
    from_task = (evolve(chosen, instruction_separator=separator) for separator in _find_separators(project, task))
    candidates = dict.fromkeys([*from_task, *_list_candidates(chosen)])
    fitting = (candidate for candidate in candidates if not check.find_contradictions(candidate))
    return tuple(map(wrap_frozen, _find_smallest_changes(chosen, fitting)))


def _find_separators(project: Project, task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the white space that precedes the project's instruction in the task's instruction.

    Yield nothing if the task's instruction does not end with the project's instruction.
    """
    number, instruction = task["project_param_version"], task.get("instruction")
    if type(number) is int and 0 <= number < len(project.versions) and type(instruction) is str:
        inherited = project.versions[number].params.get("instruction")
        if inherited and instruction.endswith(inherited):
            own = instruction.removesuffix(inherited)
            yield own[len(own.rstrip()) :]
