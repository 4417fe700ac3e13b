"""Explain why a param of a task has its value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any, Literal, TypeAlias

from attrs import field, frozen

from paramcore.model.inheritance import Inheritance
from paramcore.model.tasks import ROUTING_NAMES, TaskRequest
from paramcore.model.versions import ParamChanges, ParamVersion
from paramcore.text import NotebookReprs, format_name, format_repr
from paramcore.text.rows import Label, Piece, Row, Table, format_pieces
from paramcore.values import equality_key, thaw, wrap_frozen

#: The status of a candidate; its value applies only if the status is `WON` or `APPENDED`.
Status: TypeAlias = Literal["WON", "LOST", "UNSET", "APPENDED", "IGNORED"]

#: The code of the reason why a param has its value, or is not set.
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

#: The meaning of each reason.
REASONS: dict[Reason, str] = {
    "TASK_OVERRIDE": "the task sets it, and a task's params override the project's params",
    "INHERITED_HEAD": "the task does not set it, so it inherits the value of the latest version",
    "INHERITED_PINNED": "the task does not set it, so it inherits the value of the version that it names",
    "INSTRUCTION_APPENDED": "the project's instruction is appended to the task's instruction",
    "INSTRUCTION_TASK_ONLY": "the task's instruction is used alone",
    "INSTRUCTION_PROJECT_ONLY": "the task has no instruction text, so it gets the project's instruction",
    "INHERITANCE_OFF": "the task inherits nothing (project_version -1), so it has only its own params",
    "NO_HISTORY": "the project has no versions yet, so the task has only its own params",
    "ABSENT": "neither the task nor the inherited version sets it",
}

_INSTRUCTION_REASONS: dict[str, Reason] = {
    "both": "INSTRUCTION_APPENDED",
    "task": "INSTRUCTION_TASK_ONLY",
    "project": "INSTRUCTION_PROJECT_ONLY",
}

#: The status of the task's value, by the source of the effective value.
_TASK_STATUS: dict[str, Status] = {"task": "WON", "project": "LOST", "both": "APPENDED"}
#: The status of the version's value, by the source of the effective value.
_VERSION_STATUS: dict[str, Status] = {"task": "LOST", "project": "WON", "both": "APPENDED"}

#: The layer of a task's own params; the layers of versions are `project version N`.
TASK_LAYER = "task request"


@frozen(repr=False)
class Candidate:
    """The value of a param in a layer: the task request or a version."""

    #: The number of the version; `None` for the task request.
    version: int | None
    #: `WON` or `APPENDED` if the value of this layer applies; otherwise, `LOST`, `IGNORED` or `UNSET`.
    status: Status
    #: The value in this layer; ignore it if `status` is `UNSET`.
    value: Any = field(default=None, eq=equality_key)
    #: The number of the version that introduced this value.  All versions from there to `version` have the value.
    #: `None` for the task request, for an unset param, and for a reserved name.
    first_set_in: int | None = None
    #: A human-readable detail about `status`.
    note: str = ""

    @property
    def layer(self) -> str:
        """`task request`, or `project version N`."""
        return TASK_LAYER if self.version is None else f"project version {self.version}"

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `layer`, `version`, `status`, `value` (only if it is set),
        `first_set_in` and `note`.
        """
        value = {} if self.status == "UNSET" else {"value": thaw(self.value)}
        return {
            "layer": self.layer,
            "version": self.version,
            "status": self.status,
            **value,
            "first_set_in": self.first_set_in,
            "note": self.note,
        }

    def __repr__(self) -> str:
        return f"<Candidate {self.layer}: {self.status}>"


@frozen(repr=False)
class Explanation(NotebookReprs):
    """The value of a param, the reason for it, and the candidates.

    The candidates have this order:

    - the task request
    - the inherited version, if the task inherits one
    - the last version with the previous value, if an update changed that value or dropped the param
    - the latest version, if it sets the param and the task does not inherit this version
    """

    #: The name of the param.
    param: str
    #: Whether the task will have the param.
    is_set: bool
    #: The effective value; `None` if the param is not set.
    value: Any = field(eq=equality_key)
    #: The reason, as a stable code.
    reason: Reason
    #: The candidates, in the order that the docstring of the class describes.
    candidates: tuple[Candidate, ...]
    #: The `first_set_in` of the candidate whose value is inherited; `None` if no value is inherited.
    first_set_in: int | None
    #: The ids of the assumed rules that the value depends on.
    rests_on: tuple[str, ...]

    @property
    def is_routing_name(self) -> bool:
        """Whether the name is a routing name, which is not a param (T10)."""
        return self.param in ROUTING_NAMES

    def describe_reason(self) -> str:
        """Return the meaning of `reason`; for a routing name, return instead that the name is not a param (T10)."""
        if self.is_routing_name:
            return "it is a routing name of the task request, not a param"
        return REASONS[self.reason]

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `param`, `value` (only if the param is set), `reason`,
        `first_set_in`, `candidates` and `rests_on`.
        """
        value = {"value": thaw(self.value)} if self.is_set else {}
        return {
            "param": self.param,
            **value,
            "reason": self.reason,
            "first_set_in": self.first_set_in,
            "candidates": [candidate.to_json() for candidate in self.candidates],
            "rests_on": list(self.rests_on),
        }

    def __repr__(self) -> str:
        return f"<Explanation of {format_repr(self.param)}: {self.reason}>"

    def list_pieces(self, places: Sequence[str] | None = None) -> list[Piece]:
        """Return the text of `str()` as pieces; `places` contains a note on each candidate, such as its location."""
        name = format_name(self.param)
        missing = "not a param" if self.is_routing_name else "not set"
        answer = Row((name, "="), (self.value,)) if self.is_set else Row((name, "is"), text=missing)
        assumed = f" (assumed: {', '.join(self.rests_on)}; see `paramcore assumptions`)" if self.rests_on else ""
        rows = map(_make_row, self.candidates, places or repeat(""))
        width = max(len(candidate.layer) for candidate in self.candidates)
        why = Row((Label("why"),), text=f"{self.reason}: {self.describe_reason()}{assumed}")
        return [Table((answer,), (0, 0), "", " "), Table(tuple(rows), (8, width)), Table((why,), (8,))]

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())


def list_notes(candidate: Candidate) -> list[str]:
    """Return the remarks on a candidate: the version since which its value is unchanged, and the `note`."""
    since = candidate.first_set_in
    notes = [] if since in (None, candidate.version) else [f"unchanged since version {since}"]
    return [*notes, candidate.note] if candidate.note else notes


def _make_row(candidate: Candidate, place: str) -> Row:
    notes = [*list_notes(candidate), *([place] if place else [])]
    note = f"({'; '.join(notes)})" if notes else ""
    cells = (Label(candidate.status), candidate.layer)
    return Row(cells, text="-", note=note) if candidate.status == "UNSET" else Row(cells, (candidate.value,), note=note)


def explain_param(param: str, task: TaskRequest, inheritance: Inheritance, changes: ParamChanges) -> Explanation:
    """Explain why a task has or lacks a param; `changes` contains the whole history."""
    version = inheritance.version
    inherited = {} if version is None else version.params
    is_set = param in task.params or param in inherited
    candidates = tuple(_iter_candidates(param, task, inheritance, changes))
    winning = (candidate for candidate in candidates if candidate.status in ("WON", "APPENDED"))
    return Explanation(
        param,
        is_set,
        _merge_param(param, task, inheritance),
        _find_reason(param, is_set, task, inheritance),
        candidates,
        next((candidate.first_set_in for candidate in winning if candidate.version is not None), None),
        find_assumed_rules(param, task, inheritance),
    )


def _merge_param(param: str, task: TaskRequest, inheritance: Inheritance) -> Any:
    # The merge treats each param independently, so merge only this param.
    own = {param: task.params[param]} if param in task.params else {}
    version = inheritance.version
    if version is not None:
        inherited = wrap_frozen({param: version.params[param]} if param in version.params else {})
        inheritance = Inheritance(ParamVersion(version.number, inherited), inheritance.assumptions)
    return inheritance.merge(own).get(param)


def find_assumed_rules(param: str, task: TaskRequest, inheritance: Inheritance) -> tuple[str, ...]:
    """Return the ids of the assumed rules that a param depends on: at most one of T1, T5 and T6."""
    own = task.params
    inherited: Mapping[str, Any] = {} if inheritance.version is None else inheritance.version.params
    if param not in inherited:
        return ()
    if param != "instruction":
        return ("T1",) if param in own and own[param] is None else ()
    if inheritance.assumptions.instruction_rule == "override":
        return ("T6",) if inherited[param] and param in own else ()
    return ("T5",) if inherited[param] or own.get(param) else ()


def _find_reason(param: str, is_set: bool, task: TaskRequest, inheritance: Inheritance) -> Reason:
    if inheritance.version is None:
        return "INHERITANCE_OFF" if task.inherits_nothing else "NO_HISTORY"
    if not is_set:
        return "ABSENT"
    if param == "instruction":
        return _INSTRUCTION_REASONS[inheritance.find_source(task.params, param)]
    if param in task.params:
        return "TASK_OVERRIDE"
    return "INHERITED_HEAD" if task.project_version is None else "INHERITED_PINNED"


def _iter_candidates(
    param: str, task: TaskRequest, inheritance: Inheritance, changes: ParamChanges
) -> Iterator[Candidate]:
    source = inheritance.find_source(task.params, param)
    if param in task.params:
        note = "the instruction has no text" if source == "project" else ""
        yield Candidate(None, _TASK_STATUS[source], task.params[param], note=note)
    else:
        yield Candidate(None, "UNSET")
    inherited = inheritance.version
    if inherited is not None:
        yield from _iter_inherited_candidates(param, source, inherited, changes)
    latest = changes.versions[-1] if changes.versions else None
    # Compare the numbers, not the objects: a copied or unpickled result contains two copies of the inherited version.
    is_inherited = latest is not None and inherited is not None and latest.number == inherited.number
    if latest is not None and not is_inherited and param in latest.params:
        inherited_name = "nothing" if inherited is None else f"version {inherited.number}"
        since = changes.find_first_set_in(latest.number, param)
        note = f"the latest, but the task inherits {inherited_name}"
        yield Candidate(latest.number, "IGNORED", latest.params[param], since, note)


def _iter_inherited_candidates(
    param: str, source: str, version: ParamVersion, changes: ParamChanges
) -> Iterator[Candidate]:
    """Yield the candidate of the inherited version, then the candidate with the previous value, if any."""
    since = changes.find_first_set_in(version.number, param)
    if param in version.params:
        status = _VERSION_STATUS[source]
        note = "the task overrides it" if status == "LOST" else ""
        yield Candidate(version.number, status, version.params[param], since, note)
    elif param in version.not_inherited:
        note = "the name is reserved, so the value is stored but not inherited"
        yield Candidate(version.number, "IGNORED", version.not_inherited[param], note=note)
    else:
        yield Candidate(version.number, "UNSET")
    if since and param in changes.versions[since - 1].params:
        how = "superseded" if param in version.params else "dropped"
        before = changes.versions[since - 1]
        earlier = changes.find_first_set_in(before.number, param)
        yield Candidate(before.number, "LOST", before.params[param], earlier, f"{how} in version {since}")
