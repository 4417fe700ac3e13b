"""Extract a project from requests that are read three times.

The caller of an `Extractor` must call these methods, in this order:

- `count_values` for every request
- `count_groups` for every request
- `decide`, which chooses the params of the project
- `extract` for every request, which shortens the request
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from attrs import define, field

from paramcore.analysis.extraction.counts import SharedValues, TaskGroups
from paramcore.analysis.extraction.reasons import AsideCode, MovedParam, OptedOut, SetAside, StayingParam
from paramcore.analysis.extraction.search import Decision, Search
from paramcore.analysis.slim_choice import Choice, Chooser, RuleFinder, measure_flat
from paramcore.errors import InvalidParams, InvalidSetting
from paramcore.model import ROUTING_NAMES, Assumptions, Inheritance, ParamVersion, Patch, Project, TaskRequest
from paramcore.text import describe_value, format_name
from paramcore.values import check_iterable, freeze, wrap_frozen

#: Params that stay in the requests unless `move` contains them.  They belong to a single task,
#: or it is unknown whether tasks inherit them.  If `attachment` moved, a later task that forgets
#: its attachment would silently inherit the attachment of another task.
NEVER_MOVED = frozenset(
    {
        *("attachment", "attachments", "context_attachments", "hypothesis", "base_annotations"),
        *("lidar_task", "lidar_task_frames", "text", "phone_number", "entity_name"),
        *("metadata", "tags", "priority", "project_param_version"),
    }
)
#: Params that a task can have but a project cannot (U9).
_IMPOSSIBLE = frozenset({"version", "created_at", "patch"})

_ASIDE_CODES: dict[str, AsideCode] = {
    "project": "names_project",
    "batch": "names_batch",
    "project_version": "names_version",
}


class FlatTask(NamedTuple):
    """The params and the routing names of a request.

    The params must already be checked.  The value of a routing name may be `None`.
    """

    params: Mapping[str, Any]
    routing: Mapping[str, Any]

    @classmethod
    def of(cls, task: TaskRequest) -> FlatTask:
        """Return the params and the routing names of a request."""
        return cls(task.params, {name: getattr(task, name) for name in ROUTING_NAMES})

    @property
    def aside_code(self) -> AsideCode | None:
        """Why the request must stay as it is; `None` if it may be shortened."""
        return next((code for name, code in _ASIDE_CODES.items() if self.routing.get(name) is not None), None)

    def make_flat(self, params: Mapping[str, Any], **routing: Any) -> dict[str, Any]:
        """Return the request in the API's flat form, with these params; `routing` overrides its routing names."""
        routing = {**self.routing, **routing}
        given = {name: routing[name] for name in ROUTING_NAMES if routing.get(name) is not None}
        return {**given, **params}


@define
class _Report:
    """The counts of an `Extractor`; see the attributes of `Extraction`."""

    tasks: int = 0
    opt_outs: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    moved: dict[str, MovedParam] = field(factory=dict)
    stays: dict[str, StayingParam] = field(factory=dict)
    opted_out: dict[tuple[str, str], OptedOut] = field(factory=dict)
    set_aside: dict[str, SetAside] = field(factory=dict)
    rests_on: set[str] = field(factory=set)


class Extractor:
    """Extracts a project from requests, in constant memory.

    See `Extraction.of` for the arguments and their errors.
    """

    def __init__(
        self,
        name: str,
        *,
        type: str,
        keep: Collection[str] = (),
        move: Collection[str] = (),
        assumptions: Assumptions = Assumptions(),
    ) -> None:
        self._keep, moving = _read_names("keep", keep), _read_names("move", move)
        if both := sorted(self._keep & moving):
            problem = f"`{format_name(both[0])}` is in both `keep` and `move`"
            raise InvalidSetting("argument_type", None, problem, "leave out one of them")
        self._fixed = self._keep | (NEVER_MOVED - moving) | _IMPOSSIBLE
        #: The project; it has no params until `decide` chooses them.
        self.project: Project = Project(name, type=type, params={}, assumptions=assumptions)
        self._values = SharedValues(self._fixed, assumptions)
        self._groups: TaskGroups | None = None
        self._chooser: Chooser | None = None
        self._rules = RuleFinder(self.project)
        # For each param that could move but stays: what a task would inherit if only this param moved.
        self._staying: dict[str, Inheritance] = {}
        #: Whether the total size (see `Extraction`) is certainly minimal.
        self.minimal: bool = True
        self.report: _Report = _Report()

    @property
    def names(self) -> Collection[str]:
        """The names of the params that the first read found, at most `counts.MAX_VALUES` names."""
        return self._values.names

    def count_values(self, task: FlatTask) -> None:
        """Count the values of a request, in the first read."""
        if task.aside_code is None:
            self._values.add(task.params)

    def count_groups(self, task: FlatTask) -> None:
        """Count the shared values of a request, in the second read."""
        if self._groups is None:
            self._groups = self._values.make_groups()
        if task.aside_code is None:
            self._groups.add(task.params)

    def decide(self) -> None:
        """Choose the params of the project, after the second read."""
        groups = self._groups or self._values.make_groups()
        search = Search(groups)
        decision = search.decide()
        self.minimal = groups.is_exact and search.is_exact
        project = self.project
        self.project = Project(
            project.name, type=project.type, params=decision.get_params(), assumptions=project.assumptions
        )
        self._chooser = Chooser(self.project)
        self._rules = RuleFinder(self.project)
        self.report.bytes_after = measure_flat(Patch(self.project.params).body)
        self.report.moved = {name: MovedParam(name) for name in self.project.params}
        self._explain_stays(search, decision)

    def _explain_stays(self, search: Search, decision: Decision) -> None:
        for name in self._values.names:
            if name in self.project.params:
                continue
            stay = StayingParam(name, "not_shared")
            if name in _IMPOSSIBLE:
                stay.code = "impossible"
            elif name in self._keep:
                stay.code = "kept"
            elif name in self._fixed:
                stay.code = "never_moves"
            elif (moved := search.decide_with(decision, name)) is not None:
                stay.code, stay.extra_bytes = "some_lack_it", decision.saved - moved.saved
                stay.value = freeze(moved.get_params()[name])
                version = ParamVersion(0, wrap_frozen({name: stay.value}))
                self._staying[name] = Inheritance(version, self.project.assumptions)
            self.report.stays[name] = stay

    def extract(self, task: FlatTask, index: int, line: int) -> dict[str, Any]:
        """Shorten a request and count it, in the third read.

        Return the request to send, in the API's flat form.  `index` is the index of the task,
        from 0; `line` is its line number, from 1.

        Raises:
            InexactRequest: if the shortened request would not give the task the same params.
        """
        report = self.report
        before = task.make_flat(task.params)
        report.tasks += 1
        report.bytes_before += measure_flat(before)
        if code := task.aside_code:
            report.set_aside.setdefault(code, SetAside(code)).tasks.add(index, line)
            report.bytes_after += measure_flat(before)
            return before
        choice = self._choose(task.params)
        report.rests_on.update(self._rules.find(choice))
        if choice.blocked:
            self._count_opt_out(choice, task, index, line)
        else:
            self._count_inheritor(choice, task, index, line)
        flat = task.make_flat(choice.own.params, project=self.project.name, project_version=choice.project_version)
        report.bytes_after += measure_flat(flat)
        return flat

    def _choose(self, params: Mapping[str, Any]) -> Choice:
        assert self._chooser is not None, "call `decide` before `extract`"
        return self._chooser.choose(params, None)

    def _count_opt_out(self, choice: Choice, task: FlatTask, index: int, line: int) -> None:
        self.report.opt_outs += 1
        for block in choice.blocked:
            assert block.param is not None, "requests with a `project_version` are set aside"
            reason = OptedOut(block.param, block.code)
            reason = self.report.opted_out.setdefault((block.param, block.code), reason)
            reason.tasks.add(index, line)
            if block.code == "instruction_would_be_appended" and self._ends_nearly(task.params["instruction"]):
                reason.nearly.add(index, line)

    def _ends_nearly(self, instruction: Any) -> bool:
        """Return whether an instruction ends with the project's instruction if all white space is ignored."""
        wanted = "".join(self.project.params["instruction"].split())
        return isinstance(instruction, str) and "".join(instruction.split()).endswith(wanted)

    def _count_inheritor(self, choice: Choice, task: FlatTask, index: int, line: int) -> None:
        dropped = set(choice.own.dropped)
        for name, moved in self.report.moved.items():
            if name in dropped:
                moved.inherited += 1
            elif name == "instruction" and choice.own.cut is not None:
                moved.cut += 1
            else:
                moved.own.add(index, line)
        for name, stay in self.report.stays.items():
            if stay.code == "some_lack_it" and self._lacks(task, name):
                stay.lacking.add(index, line)

    def _lacks(self, task: FlatTask, name: str) -> bool:
        """Return whether a task would have to opt out if this param moved to the project."""
        own = {name: task.params[name]} if name in task.params else {}
        return bool(self._staying[name].find_own_params(own).blocked)


def _read_names(argument: str, names: Collection[str]) -> frozenset[str]:
    """Read the names in `keep` or `move` once, because they may come from a generator."""
    if isinstance(names, str):
        problem = f"`{argument}` must be a list of names, got {describe_value(names)}"
        raise InvalidSetting("argument_type", None, problem, f"pass `[{names!r}]`")
    if not isinstance(names, Mapping):
        check_iterable(argument, names)
    read = tuple(names)
    for name in read:
        if not isinstance(name, str):
            problem = f"the name of a param must be a string, got {describe_value(name)}"
            raise InvalidParams("param_name", None, problem, "")
        if name in ROUTING_NAMES:
            problem = f"`{format_name(name)}` is a routing name, not a param"
            raise InvalidParams("param_name", None, problem, f"leave it out of `{argument}`")
        if name in _IMPOSSIBLE:
            problem = f"no project can have the param `{format_name(name)}`"
            raise InvalidParams("param_name", None, problem, f"leave it out of `{argument}`")
    return frozenset(read)
