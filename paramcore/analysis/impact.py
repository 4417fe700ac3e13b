"""Which task requests would come out differently after an update, and why the others would not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias

from attrs import frozen

from paramcore.analysis.plan import Plan
from paramcore.model.inheritance import Inheritance, Merge, inherited_version
from paramcore.model.tasks import TaskRequest
from paramcore.model.versions import ParamVersion
from paramcore.text import format_name
from paramcore.values.frozen import same, thaw, wrap_frozen

__all__ = ["Counts", "Effect", "Impact", "Why"]

#: Why a request comes out the same: it opted out, it is pinned, it sets every changed param itself, or none of these.
Why: TypeAlias = Literal["opted_out", "pinned", "override", "same"]


@frozen
class Effect:
    """
    What an update would do to one request.

    `params` are those that would come out differently; where there are none,
    `why` says why.  `overridden` are the changed params that the request sets
    itself.
    """

    task: TaskRequest
    params: tuple[str, ...]
    overridden: tuple[str, ...] = ()
    why: Why | None = None

    def to_json(self) -> dict[str, Any]:
        """Return `params overridden why request`, the request in its flat form."""
        return {
            "params": list(self.params),
            "overridden": list(self.overridden),
            "why": self.why,
            "request": thaw(self.task.flat),
        }

    def __str__(self) -> str:
        names = ", ".join(format_name(name) for name in self.params)
        return names or f"comes out the same ({self.why})"


@frozen
class Impact:
    """
    The effects of an update on many requests, counted; made by `Impact.of`.

    `by_param` counts the requests affected and the overrides per changed param.
    """

    plan: Plan
    affected: int
    unaffected: Mapping[str, int]
    by_param: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, plan: Plan, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Impact:
        """
        Count what an update would do to requests: exact, one pass, constant memory.

        Raises:
            ParamcoreError: for a request that the project refuses as it is now.

        """
        counts = Counts(plan)
        for effect in cls.effects(plan, tasks):
            counts.add(effect)
        return counts.total()

    @staticmethod
    def effects(plan: Plan, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[Effect]:
        """
        Yield what the update would do to each request, in order.

        Raises:
            ParamcoreError: as `Impact.of` does.

        """
        effect = Impact.effect_of(plan)
        for task in tasks:
            yield effect(task if isinstance(task, TaskRequest) else TaskRequest.from_flat(task))

    @staticmethod
    def effect_of(plan: Plan) -> Callable[[TaskRequest], Effect]:
        """
        Bind an update once, to ask what it would do to one request after another.

        The callable raises `ParamcoreError` for a request that the project refuses as it is now.
        """
        return _Bound(plan).effect

    def to_json(self) -> dict[str, Any]:
        """Return `project affected unaffected by_param`."""
        return {
            "project": self.plan.project.name,
            "affected": self.affected,
            "unaffected": dict(self.unaffected),
            "by_param": {name: dict(counts) for name, counts in self.by_param.items()},
        }

    def __str__(self) -> str:
        total = self.affected + sum(self.unaffected.values())
        said = {
            "override": "set every changed param themselves",
            "pinned": "are pinned to a version",
            "opted_out": "opted out (project_version -1)",
            "same": "come out the same all the same",
        }
        rest = [f"{self.unaffected[why]:,} {words}" for why, words in said.items() if self.unaffected[why]]
        requests = "request" if total == 1 else "requests"
        headline = f"{total:,} {requests}: {', '.join([f'{self.affected:,} affected', *rest])}"
        width = max((len(format_name(name)) for name in self.by_param), default=0)
        rows = [
            f"  {format_name(name):<{width}}  {counts['affected']:,} affected, {counts['override']:,} set it themselves"
            for name, counts in self.by_param.items()
        ]
        return "\n".join([headline, *rows, *self._nobody_expects()])

    def _nobody_expects(self) -> list[str]:
        if not self.by_param.get("instruction", {}).get("affected"):
            return []
        if self.plan.project.assumptions.instruction_rule == "override":
            return []
        return [
            "a task cannot shield itself from a change of the project's instruction: it is appended to the task's own"
        ]


class Counts:
    """The counts of an `Impact` in the making."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.affected = 0
        self.unaffected: dict[str, int] = {"override": 0, "pinned": 0, "opted_out": 0, "same": 0}
        self.by_param = {name: {"affected": 0, "override": 0} for name in plan.diff.names}

    def add(self, effect: Effect) -> None:
        """Count one request."""
        if effect.why is None:
            self.affected += 1
        else:
            self.unaffected[effect.why] += 1
        for name in effect.params:
            self.by_param[name]["affected"] += 1
        for name in effect.overridden:
            self.by_param[name]["override"] += 1

    def total(self) -> Impact:
        """Return what was counted so far."""
        by_param = {name: wrap_frozen(dict(counts)) for name, counts in self.by_param.items()}
        return Impact(self.plan, self.affected, wrap_frozen(self.unaffected), wrap_frozen(by_param))


class _Bound:
    """
    An update, bound to tell what it does to one request after another.

    A param of a result depends on that param of the task and of the version
    only, so the merge is asked for the changed params alone.
    """

    def __init__(self, plan: Plan) -> None:
        self.project = plan.project
        self.changed = plan.diff.names
        self.before = self._bound(plan.before if plan.project.versions else None)
        self.after = self._bound(plan.after)

    def _bound(self, params: Mapping[str, Any] | None) -> Merge:
        if params is None:
            return Inheritance(None, self.project.assumptions).merge
        changed = {name: params[name] for name in self.changed if name in params}
        return Inheritance(ParamVersion(0, wrap_frozen(changed)), self.project.assumptions).merge

    def effect(self, task: TaskRequest) -> Effect:
        self.project.check_request(task)
        asked = task.project_version
        if asked is not None:
            inherited_version(self.project.versions, asked)
            return Effect(task, (), why="opted_out" if task.inherits_nothing else "pinned")
        own = {name: task.params[name] for name in self.changed if name in task.params}
        before, after = self.before(own), self.after(own)
        differing = tuple(name for name in self.changed if not _same_in(before, after, name))
        overridden = tuple(name for name in own if name not in differing)
        if differing:
            return Effect(task, differing, overridden)
        return Effect(task, (), overridden, "override" if overridden and len(own) == len(self.changed) else "same")


def _same_in(before: Mapping[str, Any], after: Mapping[str, Any], name: str) -> bool:
    if name in before and name in after:
        return same(before[name], after[name])
    return name not in before and name not in after
