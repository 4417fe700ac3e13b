"""Find contradictions between a finished task and the rules, under given assumptions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from attrs import frozen

from paramcore.analysis.version_index import VersionIndex
from paramcore.model import TASK_FIELD_NAMES, Assumptions, Inheritance, ParamVersion, Project, is_opt_out
from paramcore.text import (
    MESSAGE_LIMIT,
    count_common_start,
    describe_value,
    format_end,
    format_name,
    format_repr,
    format_value,
)
from paramcore.text.rows import Label, Line, format_pieces
from paramcore.values import join_pointer


@frozen
class Contradiction:
    """A part of a finished task that no request can produce under the settings of the project.

    `task_id` is `None` if the id of the task object is missing or not text.  `rule` is the
    id of the rule, such as `T4`.  `path` is a JSON Pointer into the task object.  `expected`
    describes in words what the part should be, and `actual` describes what it is.  Each
    element of `vanishes_under` contains settings with which the task would be possible,
    such as `{"instruction_separator": " "}`.
    """

    task_id: str | None
    rule: str
    path: str
    expected: str
    actual: str
    vanishes_under: tuple[Mapping[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `task_id`, `rule`, `pointer`, `expected`, `actual` and
        `vanishes_under`.
        """
        return {
            "task_id": self.task_id,
            "rule": self.rule,
            "pointer": self.path,
            "expected": self.expected,
            "actual": self.actual,
            "vanishes_under": [dict(settings) for settings in self.vanishes_under],
        }

    def __repr__(self) -> str:
        return f"<Contradiction of {self.rule} at {format_repr(self.path)}>"

    def list_pieces(self, *, values: bool = True) -> list[Line]:
        """Return the pieces of `str()`; without `values`, leave out `expected` and `actual`."""
        task = "task" if self.task_id is None else f"task {format_name(self.task_id)}"
        difference = f": expected {self.expected}, got {self.actual}" if values else ""
        line = Line(f"{task} ", Label("contradicts"), f" {self.rule} at {format_name(self.path)}{difference}")
        ways = " or ".join(format_settings(settings) for settings in self.vanishes_under)
        return [line, *([Line(f"  possible with {ways}")] if ways else [])]

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())


def format_settings(settings: Mapping[str, str]) -> str:
    """Format settings on one line: `instruction_rule="append" and ...`."""
    return " and ".join(f"{name}={format_value(value)}" for name, value in settings.items())


class TaskCheck:
    """Checks a task object against the history of its project, under given assumptions."""

    def __init__(self, project: Project, index: VersionIndex, task: Mapping[str, Any]) -> None:
        self._project = project
        self._index = index
        self._task = task
        self._number = task["project_param_version"]

    def find_contradictions(self, assumptions: Assumptions) -> list[Contradiction]:
        """Return the parts of the task that no request can produce, under `assumptions`."""
        number, versions = self._number, self._project.versions
        wrong_type = _check_type(self._project, self._task)
        if is_opt_out(number):
            return wrong_type
        if type(number) is not int or not 0 <= number < len(versions):
            last = len(versions) - 1
            expected = f"a version from 0 to {last}, or -1" if versions else "-1 (the project has no versions)"
            return [_contradict(self._task, "T8", "/project_param_version", expected, describe_value(number))]
        contradictions = [*wrong_type, *_check_version(versions[number], self._task, assumptions)]
        # With `pinned_param_version="latest"` (T8), a pinned task records the version that was the latest when the task
        # was created.  The task may have inherited an earlier version, so check the earlier versions, too.
        if contradictions and not wrong_type and assumptions.pinned_param_version == "latest":
            for version in self._candidates:
                if next(_check_version(version, self._task, assumptions), None) is None:
                    return []
        return contradictions

    @cached_property
    def _candidates(self) -> list[ParamVersion]:
        return self._index.list_candidates(self._task, self._number)


def _check_type(project: Project, task: Mapping[str, Any]) -> list[Contradiction]:
    task_type = task.get("type", project.type)
    if task_type == project.type:
        return []
    expected = f"{format_value(project.type)} (the type of the project)"
    return [_contradict(task, "T12", "/type", expected, describe_value(task_type))]


def _check_version(version: ParamVersion, task: Mapping[str, Any], assumptions: Assumptions) -> Iterator[Contradiction]:
    params = task.get("params", {})
    for name in version.params:
        has_field = name in TASK_FIELD_NAMES
        # A task can override a param (T1), but not remove it.  The service may add params (T9).
        # So only a missing param is a contradiction.
        if name != "instruction" and name not in (task if has_field else params):
            path = join_pointer(name) if has_field else join_pointer("params", name)
            yield _contradict(task, "T1", path, f"a value, because version {version.number} sets it", "nothing")
    if version.params.get("instruction") and not _can_produce_instruction(version, task, assumptions):
        yield _explain_instruction(version, task, assumptions)


def _can_produce_instruction(version: ParamVersion, task: Mapping[str, Any], assumptions: Assumptions) -> bool:
    instruction = task.get("instruction")
    if "instruction" not in task or (type(instruction) is not str and instruction is not None):
        return False
    merge = Inheritance(version, assumptions).merge
    # The request may have had no instruction, the task's whole instruction, or only the text before the project's
    # instruction.
    requests = [{}, {"instruction": instruction}]
    if instruction is not None:
        appended = assumptions.instruction_separator + version.params["instruction"]
        requests.append({"instruction": instruction.removesuffix(appended)})
    return any(merge(request)["instruction"] == instruction for request in requests)


def _explain_instruction(version: ParamVersion, task: Mapping[str, Any], assumptions: Assumptions) -> Contradiction:
    inherited, instruction = version.params["instruction"], task.get("instruction")
    actual = describe_value(instruction) if "instruction" in task else "nothing"
    if assumptions.instruction_rule == "override":
        return _contradict(task, "T1", "/instruction", f"text, because version {version.number} sets it", actual)
    if type(instruction) is not str or not instruction.endswith(inherited):
        end = format_end(inherited)
        if type(instruction) is str:
            end, actual = _format_ends(inherited, instruction)
        expected = f"{end} at the end (the instruction of version {version.number})"
        return _contradict(task, "T4", "/instruction", expected, actual)
    separator, own = assumptions.instruction_separator, instruction.removesuffix(inherited)
    expected = f"text that ends with the separator {format_value(separator)} before the instruction of version {version.number}"
    if own == separator:
        expected = f"no separator, because no text precedes the instruction of version {version.number}"
    return _contradict(task, "T5", "/instruction", expected, format_end(own))


def _format_ends(expected: str, actual: str) -> tuple[str, str]:
    """Format the ends of two different texts.

    If both texts have a long common end, leave out most of it, so that the result shows the difference.
    """
    common = count_common_start(expected[::-1], actual[::-1])
    if common < MESSAGE_LIMIT:
        return format_end(expected), format_end(actual)
    omitted = common - MESSAGE_LIMIT // 2
    return f"{format_end(expected[:-omitted])}...", f"{format_end(actual[:-omitted])}..."


def _contradict(task: Mapping[str, Any], rule: str, path: str, expected: str, actual: str) -> Contradiction:
    task_id = task.get("task_id")
    return Contradiction(task_id if type(task_id) is str else None, rule, path, expected, actual)
