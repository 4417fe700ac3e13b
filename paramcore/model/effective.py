"""
What a task will get, and why.

Nothing of an explanation is stored with a result: it follows from the task's
params, the version inherited and the history before it, so a history read from
the service explains itself just as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from attrs import field, frozen

from paramcore.errors import InvalidParams
from paramcore.model.inheritance import Inheritance
from paramcore.model.tasks import INHERIT_NOTHING, TASK_FIELD_NAMES, TaskRequest
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value, format_name, format_value
from paramcore.values.frozen import JSONObject, equality_key, same, thaw, wrap_frozen

if TYPE_CHECKING:
    from paramcore.model.project import Project

__all__ = ["TASK_LAYER", "Candidate", "EffectiveParams", "Explanation", "Reason", "Status", "effective"]

#: What became of a candidate.
Status: TypeAlias = Literal["WON", "LOST", "UNSET", "APPENDED", "IGNORED"]

#: Why a param has its value.
Reason: TypeAlias = Literal[
    "TASK_OVERRIDE",
    "INHERITED_HEAD",
    "INHERITED_PINNED",
    "INSTRUCTION_APPENDED",
    "INSTRUCTION_TASK_ONLY",
    "INSTRUCTION_PROJECT_ONLY",
    "INHERITANCE_OFF",
    "NO_HISTORY",
    "ABSENT",
]

_WHY: dict[Reason, str] = {
    "TASK_OVERRIDE": "the task sets it, and its own params win",
    "INHERITED_HEAD": "the task does not set it and names no version, so the latest gives it",
    "INHERITED_PINNED": "the task does not set it, so the version that it names gives it",
    "INSTRUCTION_APPENDED": "the project's instruction is appended after the task's",
    "INSTRUCTION_TASK_ONLY": "only the task's instruction counts",
    "INSTRUCTION_PROJECT_ONLY": "only the project's instruction counts",
    "INHERITANCE_OFF": "the task inherits nothing (project_version -1), so only its own params count",
    "NO_HISTORY": "the project has no versions yet, so only the task's own params count",
    "ABSENT": "neither the task nor the version that it inherits sets it",
}

TASK_LAYER = "task request"


@frozen
class Candidate:
    """
    One place that could have given a param its value.

    `version` is `None` for the task request.  Where `status` is UNSET there is
    no value.  `first_set_in` is the version since which the value has stood
    unchanged.
    """

    version: int | None
    status: Status
    value: Any = field(default=None, eq=equality_key)
    first_set_in: int | None = None
    note: str = ""

    @property
    def layer(self) -> str:
        """`task request`, or `project version N`."""
        return TASK_LAYER if self.version is None else f"project version {self.version}"

    def to_json(self) -> dict[str, Any]:
        """Return `layer version status value first_set_in note`; no `value` where it is unset."""
        value = {} if self.status == "UNSET" else {"value": thaw(self.value)}
        return {
            "layer": self.layer,
            "version": self.version,
            "status": self.status,
            **value,
            "first_set_in": self.first_set_in,
            "note": self.note,
        }


@frozen
class Explanation:
    """
    Why one param has its value: the answer, the reason, and the candidates in order of precedence.

    Candidates are the task, the version that it inherits, what that version
    superseded or dropped, and the latest where the task does not inherit it.

    `is_set` is false for a param that the task will not have; `value` is then
    `None`.  `first_set_in` is the version that first set what is inherited,
    `None` where nothing is.  `rests_on` names the assumed rules behind it.
    """

    param: str
    is_set: bool
    value: Any = field(eq=equality_key)
    reason: Reason
    candidates: tuple[Candidate, ...]
    first_set_in: int | None
    rests_on: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return `param value reason first_set_in candidates rests_on`; no `value` where it is not set."""
        value = {"value": thaw(self.value)} if self.is_set else {}
        return {
            "param": self.param,
            **value,
            "reason": self.reason,
            "first_set_in": self.first_set_in,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "rests_on": list(self.rests_on),
        }

    def __str__(self) -> str:
        answer = (
            f"{format_name(self.param)} = {format_value(self.value)}"
            if self.is_set
            else f"{format_name(self.param)} is not set"
        )
        assumed = f" (assumed: {', '.join(self.rests_on)}; see `paramcore assumptions`)" if self.rests_on else ""
        width = max(len(candidate.layer) for candidate in self.candidates)
        rows = [_row(candidate, width) for candidate in self.candidates]
        return "\n".join([answer, *rows, f"  why       {self.reason}: {_WHY[self.reason]}{assumed}"])


def _row(candidate: Candidate, width: int) -> str:
    value = "-" if candidate.status == "UNSET" else format_value(candidate.value, limit=100)
    since = candidate.first_set_in
    notes = [candidate.note] if candidate.note else []
    if since is not None and since != candidate.version:
        notes.insert(0, f"set since version {since}")
    note = f"  ({'; '.join(notes)})" if notes else ""
    return f"  {candidate.status:<8}  {candidate.layer:<{width}}  {value}{note}"


def effective(project: Project, task: TaskRequest, inheritance: Inheritance) -> EffectiveParams:
    """
    Return what a task will get from the version that it inherits.

    Raises:
        WrongProject: as `Project.check` does.

    """
    # Most name neither, and need no call.
    if task.project is not None or task.type is not None:
        project.check(task)
    result = EffectiveParams()
    result._project = project  # noqa: SLF001  (it is made here)
    result._task = task  # noqa: SLF001
    result._inheritance = inheritance  # noqa: SLF001
    result._params = inheritance.merge(task.params)  # noqa: SLF001
    return result


def _resolved(project: Project, task: TaskRequest) -> EffectiveParams:
    return project.resolve(task)


class EffectiveParams:
    """
    What one task will get; made by `Project.resolve`.

    `params` is frozen, equal to the plain JSON, and goes as it is into `json`
    and HTTP clients; `paramcore.values.thaw` makes a copy to edit.
    `inherited_from` is `None` for a task that inherits nothing.
    Two are equal where their projects and tasks are: the rest follows.
    """

    # One is made for each task of a million: it is filled where it is made, since a constructor would take half as long
    # as the merge, and one by attrs longer than it.
    # What is public has no setter; the slots are set by `effective`, and `params` once more when it is sealed.
    __slots__ = ("_inheritance", "_params", "_project", "_task")

    _project: Project
    _task: TaskRequest
    _inheritance: Inheritance
    _params: Mapping[str, Any]

    def __reduce__(self) -> tuple[Any, ...]:
        return _resolved, (self._project, self._task)

    def __eq__(self, other: object) -> bool:
        if type(other) is not EffectiveParams:
            return NotImplemented
        return self._project == other._project and self._task == other._task

    def __hash__(self) -> int:
        return hash((self._project.name, self._task))

    def __repr__(self) -> str:
        return f"EffectiveParams(params={self.params!r})"

    @property
    def project(self) -> Project:
        """The project that the task was resolved against."""
        return self._project

    @property
    def task(self) -> TaskRequest:
        """The task request."""
        return self._task

    @property
    def bound(self) -> Inheritance:
        """The version that the task inherits, bound."""
        return self._inheritance

    @property
    def params(self) -> Mapping[str, Any]:
        """The effective params, frozen."""
        # Sealed when somebody looks: that costs more than the merge.
        params = self._params
        if type(params) is not JSONObject:
            params = self._params = wrap_frozen(params)  # type: ignore[arg-type]
        return params

    @property
    def inherited_from(self) -> ParamVersion | None:
        """The version that the task inherits from."""
        return self._inheritance.version

    @property
    def project_param_version(self) -> int | None:
        """What the created task would carry under this name; `None` where it would carry none (T8)."""
        # T8: the version used, unless the account is known to record the latest; -1 for a task that opted out.
        if self.task.inherits_nothing:
            return INHERIT_NOTHING
        if self.inherited_from is None:
            return None
        if self.project.assumptions.pinned_param_version == "latest":
            return self.project.latest.number
        return self.inherited_from.number

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The ids of the assumed rules that this answer used, each once, in order."""
        own, inherited = self.task.params, self._inherited()
        # Only what the task sets to null, and the instruction, can rest on something assumed.
        params = [name for name, value in own.items() if value is None or name == "instruction"]
        if "instruction" in inherited:
            params.append("instruction")
        rules = {rule for param in params for rule in self._assumed(param)}
        if self._rests_on_record():
            rules.add("T8")
        if self.inherited_from is not None and self.inherited_from.not_inherited:
            rules.add("U10")
        return tuple(sorted(rules))

    @property
    def sources(self) -> Mapping[str, str]:
        """Where each param comes from: `task`, `project`, or `both` for a joined instruction."""
        return self._inheritance.sources(self._task.params)

    def explain(self, param: str) -> Explanation:
        """
        Say why this param has its value, or has none.

        Raises:
            InvalidParams: `param_name` for what is no text.

        """
        if type(param) is not str:
            raise InvalidParams("param_name", None, describe_value(param), "the name of a param, as text")
        candidates = (self._from_task(param), *self._from_project(param))
        inherited = [
            one.first_set_in for one in candidates if one.version is not None and one.status in ("WON", "APPENDED")
        ]
        return Explanation(
            param,
            param in self.params,
            self.params.get(param),
            self._reason(param),
            candidates,
            inherited[0] if inherited else None,
            self._assumed(param),
        )

    def explain_all(self) -> tuple[Explanation, ...]:
        """Say it of every param, in the order of `params`."""
        return tuple(self.explain(param) for param in self.params)

    def as_request(self) -> TaskRequest:
        """
        Return a request that gives the same params anywhere, whatever becomes of the project.

        It carries them all and opts out of inheritance: sent without -1, the
        project's instruction would be appended once more (law C15).
        """
        return TaskRequest(
            self.params,
            project=self.project.name,
            project_version=INHERIT_NOTHING,
            batch=self.task.batch,
            unique_id=self.task.unique_id,
            clear_unique_id_on_error=self.task.clear_unique_id_on_error,
            type=self.task.type,
        )

    def as_task(self) -> Mapping[str, Any]:
        """
        Return the shape of the created task: what follows from the request, not what the service adds.

        Frozen JSON: `type`, `instruction`, `params`, and the fields with a slot of their own.
        """
        # T9: `instruction` stands beside `params`, never in it; so do the other names with a slot.
        slots = {name: self.params[name] for name in TASK_FIELD_NAMES if name in self.params}
        others = {name: value for name, value in self.params.items() if name not in slots}
        routing = {
            "project": self.project.name,
            "batch": self.task.batch,
            "unique_id": self.task.unique_id,
            "project_param_version": self.project_param_version,
        }
        given = {name: value for name, value in routing.items() if value is not None}
        return wrap_frozen({"type": self.project.type, "params": wrap_frozen(others), **slots, **given})

    def to_json(self) -> dict[str, Any]:
        """
        Return `project params inherited_version project_param_version rests_on`.

        The params are the frozen ones, which go into `json` as they are.
        """
        version = self.inherited_from
        return {
            "project": self.project.name,
            "params": self.params,
            "inherited_version": None if version is None else version.number,
            "project_param_version": self.project_param_version,
            "rests_on": list(self.rests_on),
        }

    @property
    def headline(self) -> str:
        """The first line of the answer: what is inherited."""
        name = format_value(self.project.name)
        if self.inherited_from is None:
            why = "project_version -1" if self.task.inherits_nothing else "the project has no versions yet"
            return f"task for {name}: inherits nothing ({why})"
        latest = self.project.latest.number
        which = "the latest" if self.inherited_from.number == latest else f"the latest is {latest}"
        return f"task for {name}: inherits version {self.inherited_from.number} ({which})"

    def __str__(self) -> str:
        width = max((len(format_name(param)) for param in self.params), default=0)
        label = {
            "task": TASK_LAYER,
            "project": self._version_label(),
            "both": f"{TASK_LAYER} + {self._version_label()}",
        }
        sources = self.sources
        column = max((len(label[source]) for source in sources.values()), default=0)
        rows = [
            f"  {format_name(param):<{width}}  {label[sources[param]]:<{column}}  {format_value(value, limit=100)}"
            for param, value in self.params.items()
        ]
        return "\n".join([self.headline, *rows])

    def _version_label(self) -> str:
        return "" if self.inherited_from is None else f"version {self.inherited_from.number}"

    def _inherited(self) -> Mapping[str, Any]:
        return {} if self.inherited_from is None else self.inherited_from.params

    def _source(self, param: str) -> str:
        return self._inheritance.source(self._task.params, param)

    def _reason(self, param: str) -> Reason:
        if self.inherited_from is None:
            return "INHERITANCE_OFF" if self.task.inherits_nothing else "NO_HISTORY"
        if param not in self.params:
            return "ABSENT"
        if param == "instruction":
            return self._reason_of_instruction()
        if param in self.task.params:
            return "TASK_OVERRIDE"
        return "INHERITED_HEAD" if self.task.project_version is None else "INHERITED_PINNED"

    def _reason_of_instruction(self) -> Reason:
        whose: dict[str, Reason] = {
            "both": "INSTRUCTION_APPENDED",
            "task": "INSTRUCTION_TASK_ONLY",
            "project": "INSTRUCTION_PROJECT_ONLY",
        }
        return whose[self._source("instruction")]

    def _assumed(self, param: str) -> tuple[str, ...]:
        own, inherited = self.task.params, self._inherited()
        if param not in inherited:
            return ()
        if param == "instruction":
            return self._assumed_of_instruction(inherited[param])
        return ("T1",) if param in own and own[param] is None else ()

    def _assumed_of_instruction(self, inherited: str | None) -> tuple[str, ...]:
        own = self.task.params.get("instruction")
        if self.project.assumptions.instruction_rule == "override":
            return ("T6",) if inherited and "instruction" in self.task.params else ()
        return ("T5",) if inherited or own else ()

    def _rests_on_record(self) -> bool:
        if self.inherited_from is None:
            return self.task.inherits_nothing
        return self.inherited_from.number != self.project.latest.number

    def _from_task(self, param: str) -> Candidate:
        if param not in self.task.params:
            return Candidate(None, "UNSET")
        won: dict[str, Status] = {"task": "WON", "project": "LOST", "both": "APPENDED"}
        source = self._source(param)
        return Candidate(
            None, won[source], self.task.params[param], note="it has no text" if source == "project" else ""
        )

    def _from_project(self, param: str) -> Iterator[Candidate]:
        version = self.inherited_from
        if version is not None:
            since = self._first_set_in(version, param) if param in version.params else None
            yield self._from_version(version, param, since)
            yield from self._superseded(version, param, since)
        latest = self.project.versions[-1] if self.project.versions else None
        if latest is not version and latest is not None and param in latest.params:
            asked = "nothing" if version is None else f"version {version.number}"
            since = self._first_set_in(latest, param)
            yield Candidate(
                latest.number, "IGNORED", latest.params[param], since, f"the latest, but the task asks for {asked}"
            )

    def _from_version(self, version: ParamVersion, param: str, since: int | None) -> Candidate:
        if param in version.not_inherited:
            note = "says where a task goes: kept, but not inherited"
            return Candidate(version.number, "IGNORED", version.not_inherited[param], note=note)
        if param not in version.params:
            return Candidate(version.number, "UNSET")
        won: dict[str, Status] = {"task": "LOST", "project": "WON", "both": "APPENDED"}
        status = won[self._source(param)]
        return Candidate(
            version.number, status, version.params[param], since, "the task sets it" if status == "LOST" else ""
        )

    def _superseded(self, version: ParamVersion, param: str, since: int | None) -> Iterator[Candidate]:
        """Yield what stood there before the value that the version used has, or before it was dropped."""
        changed_in = self._dropped_in(version, param) if since is None else since
        before = self.project.versions[changed_in - 1] if changed_in else None
        if before is not None and param in before.params:
            how = "dropped" if since is None else "superseded"
            earlier = self._first_set_in(before, param)
            yield Candidate(before.number, "LOST", before.params[param], earlier, f"{how} in version {changed_in}")

    def _first_set_in(self, version: ParamVersion, param: str) -> int:
        number = version.number
        while number and self._holds_same(number - 1, param, version.params[param]):
            number -= 1
        return number

    def _dropped_in(self, version: ParamVersion, param: str) -> int:
        number = version.number
        while number and param not in self.project.versions[number - 1].params:
            number -= 1
        return number

    def _holds_same(self, number: int, param: str, value: Any) -> bool:
        params = self.project.versions[number].params
        return param in params and same(params[param], value)
