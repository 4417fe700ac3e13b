"""Find the task requests that an update affects, and why it does not affect the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.analysis.plan import Plan
from paramcore.model import Inheritance, Merge, ParamVersion, TaskRequest, as_task_request, find_inherited_version
from paramcore.text import NotebookReprs, format_count, format_name, format_repr
from paramcore.text.rows import Line, Piece, Row, Table, format_pieces
from paramcore.values import check_argument, read_each, same_member, thaw, wrap_frozen

#: Why a request is unaffected: it opts out, is pinned to a version, or overrides every changed param.
#: `same` means that the update changes nothing.
Why: TypeAlias = Literal["opted_out", "pinned", "override", "same"]

WHY_TEXTS: dict[Why, str] = {
    "override": "overriding every changed param",
    "pinned": "pinned to a version",
    "opted_out": "opted out (project_version -1)",
    "same": "unchanged",
}


@frozen
class Effect:
    """The effect of an update on one request.

    `params` contains the names of the effective params that would change.  `overridden`
    contains the names of the params that the update changes but the request overrides.
    `overridden` is empty if the request is pinned or opts out.  `why` states why the request
    is unaffected, and is `None` if the request is affected.
    """

    task: TaskRequest
    params: tuple[str, ...]
    overridden: tuple[str, ...] = ()
    why: Why | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `params`, `overridden`, `why` and `request`.

        `request` is the request in its flat form.
        """
        return {
            "params": list(self.params),
            "overridden": list(self.overridden),
            "why": self.why,
            "request": thaw(self.task.flat),
        }

    def __str__(self) -> str:
        names = ", ".join(format_name(name) for name in self.params)
        return names or f"unchanged ({self.why})"


@frozen
class Impact(NotebookReprs):
    """The numbers of requests that an update affects and does not affect.

    `affected` counts the requests whose effective params would change.  `unaffected`
    counts the other requests by reason.  `by_param` has two counts for each changed
    param.  For example, `{"padding": {"affected": 2, "override": 1}}` means that two
    requests would get another `padding`, and one request overrides `padding`.  Requests
    that are pinned or opt out are not in `by_param`.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3})
        >>> impact = Impact.of(Plan.of(project, Patch({"padding": 4})), [{}, {"padding": 5}, {"project_version": 0}])
        >>> impact.affected, impact.unaffected["override"], impact.unaffected["pinned"]
        (1, 1, 1)
        >>> impact.by_param
        {'padding': {'affected': 1, 'override': 1}}
    """

    plan: Plan
    affected: int
    unaffected: Mapping[str, int]
    by_param: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, plan: Plan, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Impact:
        """Count the effects of an update on requests, in constant memory.

        Raises:
            ParamcoreError: for a request that `Project.resolve` rejects; `path`
                begins with the index of the request.
            InvalidSetting: `argument_type`, if `plan` is not a `Plan`, or `tasks` is not an iterable of requests.
        """
        counter = ImpactCounter(plan)
        for _effect in read_each("tasks", tasks, counter.count_task):
            pass
        return counter.build_impact()

    @staticmethod
    def iter_effects(plan: Plan, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[Effect]:
        """Yield the effect of an update on each request.

        Raises:
            ParamcoreError: the errors of `Impact.of`.
        """
        yield from read_each("tasks", tasks, ImpactCounter(plan).count_task)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `project`, `affected`, `unaffected` and `by_param`.
        """
        return {
            "project": self.plan.project.name,
            "affected": self.affected,
            "unaffected": dict(self.unaffected),
            "by_param": {name: dict(counts) for name, counts in self.by_param.items()},
        }

    def __repr__(self) -> str:
        unaffected = sum(self.unaffected.values())
        return f"<Impact on {format_repr(self.plan.project.name)}: {self.affected} affected, {unaffected} unaffected>"

    def list_pieces(self) -> list[Piece]:
        """Return the pieces of `str()`."""
        reasons = [f"{self.unaffected[why]:,} {text}" for why, text in WHY_TEXTS.items() if self.unaffected[why]]
        requests = format_count(self.affected + sum(self.unaffected.values()), "request")
        headline = f"{requests}: {', '.join([f'{self.affected:,} affected', *reasons])}"
        rows = (
            Row((format_name(name),), text=f"{counts['affected']:,} affected, {counts['override']:,} overriding it")
            for name, counts in self.by_param.items()
        )
        pieces: list[Piece] = [Line(headline), Table.of(rows)]
        both = (ParamVersion(0, params) for params in (self.plan.before, self.plan.after))
        appends = any(Inheritance(version, self.plan.project.assumptions).appends for version in both)
        if appends and self.by_param.get("instruction", {}).get("affected"):
            appended = "the project's instruction is appended to the task's instruction, so a task cannot override it"
            pieces.append(Line(appended))
        return pieces

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())


class ImpactCounter:
    """Builds an `Impact` request by request, in constant memory."""

    def __init__(self, plan: Plan) -> None:
        check_argument("plan", plan, Plan)
        self.plan = plan
        self._affected = 0
        self._unaffected: dict[str, int] = dict.fromkeys(WHY_TEXTS, 0)
        self._changed = plan.diff.names
        self._by_param = {name: {"affected": 0, "override": 0} for name in self._changed}
        self._merge_before = self._bind(plan.before)
        self._merge_after = self._bind(plan.after)
        #: The effect on a request that sets no changed param.  Most requests are like this, so compute it once.
        self._of_empty = self._compare({})

    def _bind(self, params: Mapping[str, Any]) -> Merge:
        # The merge treats each param independently, so merging the changed params is enough.
        changed = {name: params[name] for name in self._changed if name in params}
        return Inheritance(ParamVersion(0, wrap_frozen(changed)), self.plan.project.assumptions).merge

    def count_task(self, task: TaskRequest | Mapping[str, Any]) -> Effect:
        """Count a request and return the effect of the update on it.

        Raises:
            ParamcoreError: the errors of `Project.resolve`.
        """
        effect = self._find_effect(as_task_request(task))
        if effect.why is None:
            self._affected += 1
        else:
            self._unaffected[effect.why] += 1
        for name in effect.params:
            self._by_param[name]["affected"] += 1
        for name in effect.overridden:
            self._by_param[name]["override"] += 1
        return effect

    def _find_effect(self, task: TaskRequest) -> Effect:
        project = self.plan.project
        # As in `Project.resolve`, a wrong version is reported before a wrong project.
        find_inherited_version(project.versions, task.project_version)
        project.check_request(task)
        if task.project_version is not None:
            return Effect(task, (), why="opted_out" if task.inherits_nothing else "pinned")
        own = {name: task.params[name] for name in self._changed if name in task.params}
        # The request overrides no changed param, so the update affects it as a request without params.
        params, overridden = self._compare(own) if own else self._of_empty
        if params:
            return Effect(task, params, overridden)
        # The request sets all changed params, or the update changes nothing.
        return Effect(task, (), overridden, "override" if overridden else "same")

    def _compare(self, own: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the changed params that the update changes for a request with these own params, and those it overrides."""
        before, after = self._merge_before(own), self._merge_after(own)
        differing = dict.fromkeys(name for name in self._changed if not same_member(before, after, name))
        return tuple(differing), tuple(name for name in own if name not in differing)

    def build_impact(self) -> Impact:
        """Return the impact on the requests counted so far."""
        by_param = {name: wrap_frozen(dict(counts)) for name, counts in self._by_param.items()}
        return Impact(self.plan, self._affected, wrap_frozen({**self._unaffected}), wrap_frozen(by_param))
