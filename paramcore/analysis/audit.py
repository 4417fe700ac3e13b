"""
Whether finished tasks can come from the version that they name, and what they teach.

A finished task shows what the service really did.  Where that contradicts the
rules, either the history is not the task's, or an assumption is wrong: each
contradiction says under which other assumptions it would vanish, and all tasks
together leave the assumptions that none of them contradicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

from attrs import asdict, evolve, fields, frozen

from paramcore.errors import InvalidParams
from paramcore.model.assumptions import Assumptions
from paramcore.model.inheritance import Inheritance
from paramcore.model.project import Project
from paramcore.model.tasks import TASK_FIELD_NAMES, inherits_nothing
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value, format_name, format_value
from paramcore.values.frozen import freeze, wrap_frozen
from paramcore.values.pointer import join_pointer

__all__ = ["SEPARATORS", "Audit", "Auditor", "Contradiction"]

#: Separators that calibration always tries, beside those that the tasks themselves suggest.
SEPARATORS = ("\n", "\n\n", " ", "")


@frozen
class Contradiction:
    """
    One thing about a finished task that no request could have brought about.

    `rule` is the rule that it contradicts, `path` the place in the task object,
    `vanishes_under` the other assumptions that would explain the task.
    """

    task_id: str | None
    rule: str
    path: str
    found: str
    wanted: str
    vanishes_under: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain JSON."""
        return {
            "task_id": self.task_id,
            "rule": self.rule,
            "pointer": self.path,
            "found": self.found,
            "wanted": self.wanted,
            "vanishes_under": [dict(settings) for settings in self.vanishes_under],
        }

    def __str__(self) -> str:
        who = "task" if self.task_id is None else f"task {format_name(self.task_id)}"
        ways = " or ".join(_settings_text(settings) for settings in self.vanishes_under)
        way_out = f"\n  would be right with {ways}" if ways else ""
        return f"{who}: {self.rule}: at {self.path}: found {self.found}, wanted {self.wanted}{way_out}"


def _settings_text(settings: Mapping[str, str]) -> str:
    return " and ".join(f"{name}={format_value(value)}" for name, value in settings.items())


@frozen
class Audit:
    """
    Finished tasks, held against the history of their project; made by `Audit.of`.

    `not_judged` counts tasks that name no version of this project.
    `calibration` holds the assumptions that no task contradicts: all that were
    tried, where the tasks teach nothing.
    """

    project: Project
    possible: int
    impossible: int
    not_judged: int
    findings: tuple[Contradiction, ...]
    calibration: tuple[Assumptions, ...]

    @classmethod
    def of(cls, project: Project, tasks: Iterable[Mapping[str, Any]]) -> Audit:
        """
        Audit task objects, as `GET /tasks` returns them.

        Raises:
            InvalidParams: `params_type` for what is no task object.
            NotJSON: for values that are no JSON.

        """
        auditor = Auditor(project)
        findings = [finding for task in tasks for finding in auditor.add(task)]
        return auditor.total(findings)

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

    def __str__(self) -> str:
        return "\n".join([self.summary, *map(str, self.findings), *self.lessons])

    @property
    def summary(self) -> str:
        """One line of counts."""
        skipped = f", {self.not_judged:,} name no version of it" if self.not_judged else ""
        return f"tasks of {format_value(self.project.name)}: {self.possible:,} possible, {self.impossible:,} impossible{skipped}"

    @property
    def lessons(self) -> list[str]:
        """What the tasks say of the assumptions, in lines."""
        chosen = self.project.assumptions
        if chosen in self.calibration:
            if not self.possible:
                return []
            which = "the others" if self.impossible else "them"
            return [f"the assumptions in use explain {which}", *(self._lesson(one.name) for one in fields(Assumptions))]
        ways = _fewest(_changes(chosen, one) for one in self.calibration)
        if not ways:
            return ["no assumptions that were tried explain them all"]
        return [
            f"the assumptions in use do not explain them all; these would: {' or '.join(map(_settings_text, ways))}"
        ]

    def _lesson(self, name: str) -> str:
        """Say which other values of one setting the tasks rule out, the others being as they are."""
        chosen = self.project.assumptions
        others = [one for one in _grid(chosen) if set(_changes(chosen, one)) == {name}]
        told = {
            word: [format_value(getattr(one, name)) for one in others if (one in self.calibration) == left]
            for word, left in _TOLD
        }
        rest = "; ".join(f"{word}: {', '.join(values)}" for word, values in told.items() if values)
        return f"  {name} = {format_value(getattr(chosen, name))}  ({rest})"


_TOLD = (("ruled out", False), ("as good", True))


class Auditor:
    """An `Audit` in the making: takes one task after another, in constant memory."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.counts = {"possible": 0, "impossible": 0, "not_judged": 0}
        self.left = list(_grid(project.assumptions))

    def add(self, obj: Mapping[str, Any]) -> tuple[Contradiction, ...]:
        """
        Judge one task object and return what is wrong with it.

        Raises:
            InvalidParams, NotJSON: as `Audit.of` does.

        """
        task = _task_object(obj)
        if task.get("project") != self.project.name or task.get("project_param_version") is None:
            self.counts["not_judged"] += 1
            return ()
        findings = _contradictions(self.project, task, self.project.assumptions)
        self.counts["impossible" if findings else "possible"] += 1
        fitting = [one for one in self.left if not _contradictions(self.project, task, one)]
        if not findings:
            self.left = fitting
            return ()
        ways = _ways_out(self.project, task)
        # A task that nothing explains is no evidence for or against a setting: its history is not this one.
        self.left = fitting if ways else self.left
        return tuple(evolve(finding, vanishes_under=ways) for finding in findings)

    def total(self, findings: Iterable[Contradiction] = ()) -> Audit:
        """Return what came out so far."""
        return Audit(self.project, **self.counts, findings=tuple(findings), calibration=tuple(self.left))


def _task_object(obj: object) -> Mapping[str, Any]:
    if not issubclass(type(obj), Mapping):
        raise InvalidParams("params_type", "", describe_value(obj), "a task object, as `GET /tasks` returns it")
    task: Mapping[str, Any] = freeze(obj)
    if not isinstance(task.get("params", {}), dict):
        raise InvalidParams("params_type", "/params", describe_value(task["params"]), "the params of a task object")
    return task


def _grid(chosen: Assumptions) -> Iterator[Assumptions]:
    """All assumptions that calibration tries: those of the project first, and last those that explain any instruction."""
    separators = dict.fromkeys([chosen.instruction_separator, *SEPARATORS])
    settings = {
        "instruction_rule": ("append", "override"),
        "pinned_param_version": ("used", "latest"),
        "empty_instruction": ("leave out", "join"),
        "instruction_separator": separators,
    }
    choices = product(*settings.values())
    others = (Assumptions.from_settings(dict(zip(settings, choice, strict=True))) for choice in choices)
    yield from dict.fromkeys([chosen, *others])


def _contradictions(project: Project, task: Mapping[str, Any], assumptions: Assumptions) -> list[Contradiction]:
    """Return what no request could have brought about, under these assumptions."""
    number = task["project_param_version"]
    if inherits_nothing(number):
        return _wrong_type(project, task)
    if type(number) is not int or not 0 <= number < len(project.versions):
        wanted = (
            f"a version from 0 to {len(project.versions) - 1}, or -1"
            if project.versions
            else "none: it has no versions"
        )
        return [_finding(task, "T8", "/project_param_version", describe_value(number), wanted)]
    # T8 in doubt: where the latest version is recorded, an older one may have been used.
    candidates = (
        project.versions[number::-1]
        if assumptions.pinned_param_version == "latest"
        else project.versions[number : number + 1]
    )
    all_findings = [[*_wrong_type(project, task), *_against(version, task, assumptions)] for version in candidates]
    return next((findings for findings in all_findings if not findings), all_findings[0])


def _wrong_type(project: Project, task: Mapping[str, Any]) -> list[Contradiction]:
    if task.get("type", project.type) == project.type:
        return []
    return [
        _finding(
            task, "T12", "/type", describe_value(task["type"]), f"the project's type, {format_value(project.type)}"
        )
    ]


def _against(version: ParamVersion, task: Mapping[str, Any], assumptions: Assumptions) -> Iterator[Contradiction]:
    own = task.get("params", {})
    for name in version.params:
        slot = name in TASK_FIELD_NAMES
        # A param can be overridden, never taken away (T1); what the service adds of its own is no matter (T9).
        if name != "instruction" and name not in (task if slot else own):
            path = join_pointer(name) if slot else join_pointer("params", name)
            yield _finding(task, "T1", path, "nothing", f"a value: version {version.number} sets it")
    text = version.params.get("instruction")
    if text:
        yield from _against_instruction(version, text, task, assumptions)


def _against_instruction(
    version: ParamVersion, text: str, task: Mapping[str, Any], assumptions: Assumptions
) -> Iterator[Contradiction]:
    whole = task.get("instruction")
    if _could_be(version, whole, task, assumptions):
        return
    if assumptions.instruction_rule == "override":
        found = describe_value(whole) if "instruction" in task else "nothing"
        yield _finding(task, "T1", "/instruction", found, f"a text: version {version.number} sets it")
    elif type(whole) is not str or not whole.endswith(text):
        wanted = f"the text of version {version.number} at its end: {_tail(text)}"
        yield _finding(task, "T4", "/instruction", _tail(whole), wanted)
    else:
        own = whole[: len(whole) - len(text)]
        wanted = f"{format_value(assumptions.instruction_separator)} between the task's text and that of version {version.number}"
        yield _finding(task, "T5", "/instruction", f"{_tail(own)} before the project's text", wanted)


def _could_be(version: ParamVersion, whole: Any, task: Mapping[str, Any], assumptions: Assumptions) -> bool:
    """Ask the merge whether some request ends up with this instruction: one without any, with all of it, or with what stands first."""
    if "instruction" not in task or (type(whole) is not str and whole is not None):
        return False
    merge = Inheritance(version, assumptions).merge
    appended = assumptions.instruction_separator + (version.params["instruction"] or "")
    requests = [{}, {"instruction": whole}]
    if whole is not None:
        requests.append({"instruction": whole.removesuffix(appended)})
    return any(merge(own)["instruction"] == whole for own in requests)


def _ways_out(project: Project, task: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """Return the fewest other settings under which the task could be: each way is the settings that change."""
    chosen = project.assumptions
    tried = [*(evolve(chosen, instruction_separator=one) for one in _suggested(project, task)), *_grid(chosen)]
    fitting = (one for one in dict.fromkeys(tried) if not _contradictions(project, task, one))
    return tuple(map(wrap_frozen, _fewest(_changes(chosen, one) for one in fitting)))


def _fewest(ways: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the ways that change the fewest settings."""
    several = list(ways)
    fewest = min(map(len, several), default=0)
    return [way for way in several if len(way) == fewest]


def _changes(chosen: Assumptions, other: Assumptions) -> dict[str, Any]:
    both = asdict(chosen), asdict(other)
    return {name: value for name, value in both[1].items() if value != both[0][name]}


def _suggested(project: Project, task: Mapping[str, Any]) -> Iterator[str]:
    """Yield the separator that the task itself shows: the white space before the project's text."""
    number, whole = task["project_param_version"], task.get("instruction")
    if type(number) is int and 0 <= number < len(project.versions) and type(whole) is str:
        text = project.versions[number].params.get("instruction")
        if text and whole.endswith(text):
            own = whole[: len(whole) - len(text)]
            yield own[len(own.rstrip()) :]


def _finding(task: Mapping[str, Any], rule: str, path: str, found: str, wanted: str) -> Contradiction:
    task_id = task.get("task_id")
    return Contradiction(task_id if type(task_id) is str else None, rule, path, found, wanted)


def _tail(text: Any) -> str:
    if type(text) is not str:
        return describe_value(text)
    return format_value(text) if len(text) <= 60 else f"...{format_name(text[-60:])}"
