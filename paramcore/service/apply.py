"""
The safe way to apply an update: read, post once, and say what became of it.

`judge` is where a reply becomes an outcome; `reconcile` looks again where it
was unknown.  Both go by the history alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from paramcore.analysis.conflicts import find_overwritten_params
from paramcore.analysis.plan import Plan
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.model.project import Project
from paramcore.service.replies import project_in, refusal
from paramcore.service.requests import Response, get_project, update_project
from paramcore.service.retry import Clock, Flow, fetching, posting
from paramcore.text import describe_value, format_name, format_value
from paramcore.values.frozen import same

__all__ = ["Outcome", "State", "applying", "digest_of", "judge", "looking_again", "reconcile"]

#: What became of an update.
State: TypeAlias = Literal["done", "not done", "unknown", "repeated"]


@frozen
class Outcome:
    """
    What became of an update; made by `judge` and `reconcile`.

    `base` is the number of versions that the project had before, `digest` what
    `digest_of` says of the params that it should hold after: with them
    `reconcile` finds the update again.  `versions` are those that hold it:
    exactly one where it is done, several where it is repeated.  `rewritten` are
    versions that the service told otherwise before.  `now` is the project as it
    was last read, `error` why it is not done or not known, `plan` what was
    applied, where that is known.
    """

    state: State
    project: str
    base: int
    digest: str
    versions: tuple[int, ...] = ()
    now: Project | None = None
    rewritten: tuple[int, ...] = ()
    error: NotDone | OutcomeUnknown | None = None
    plan: Plan | None = field(default=None, repr=False)

    @property
    def version(self) -> int | None:
        """The version that the update made, where it is done."""
        return self.versions[0] if self.state == "done" else None

    @property
    def rivals(self) -> tuple[int, ...]:
        """The versions that somebody else made since: before this one (the base has moved), or after it."""
        if self.now is None:
            return ()
        return tuple(number for number in range(self.base, len(self.now.versions)) if number not in self.versions)

    @property
    def base_moved(self) -> bool:
        """Whether somebody else's version came between the plan and this update."""
        return self.version is not None and any(number < self.version for number in self.rivals)

    @property
    def newer_exists(self) -> bool:
        """Whether somebody else's version came after this update: it is no longer the latest."""
        return self.version is not None and any(number > self.version for number in self.rivals)

    @property
    def undone(self) -> tuple[str, ...]:
        """The params that a rival changed between the plan and this update, and that this update made something else of."""
        if self.now is None or self.version is None or not self.base_moved:
            return ()
        planned = self.now.versions[self.base - 1].params if self.base else {}
        theirs = self.now.versions[self.version - 1].params
        ours = self.now.versions[self.version].params
        return find_overwritten_params(planned, theirs, ours)

    def to_json(self) -> dict[str, Any]:
        """Return `state project base digest versions rivals undone rewritten error`."""
        return {
            "state": self.state,
            "project": self.project,
            "base": self.base,
            "digest": self.digest,
            "versions": list(self.versions),
            "rivals": list(self.rivals),
            "undone": list(self.undone),
            "rewritten": list(self.rewritten),
            "error": None if self.error is None else {"code": self.error.code, "message": str(self.error)},
        }

    def __str__(self) -> str:
        return "\n".join([self._headline(), *self._notes()])

    def _headline(self) -> str:
        name = format_value(self.project)
        if self.state == "done":
            return f"done: version {self.version} of {name}"
        if self.state == "repeated":
            return f"applied more than once: versions {_listed(self.versions)} of {name} hold it"
        return f"{self.state}: the update of {name}: {self.error}"

    def _notes(self) -> list[str]:
        notes = []
        if self.base_moved:
            before = [number for number in self.rivals if number < (self.version or 0)]
            notes.append(f"somebody else made version {_listed(before)} first")
        if self.undone:
            names = ", ".join(format_name(name) for name in self.undone)
            notes.append(f"this update made something else of what they changed: {names}")
        if self.newer_exists:
            after = [number for number in self.rivals if number > (self.version or 0)]
            notes.append(f"somebody else made version {_listed(after)} since")
        if self.rewritten:
            notes.append(f"the service tells the history otherwise than before: version {_listed(self.rewritten)}")
        if self.state == "unknown":
            base = f"--base {self.base} --digest {self.digest}"
            notes.append(f"look again: paramcore reconcile {format_value(self.project)} {base}")
        return [f"  {note}" for note in notes]


def digest_of(params: Mapping[str, Any]) -> str:
    """Return a digest of params, equal where they are one JSON value."""
    text = json.dumps(_canonical(params), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _canonical(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_canonical(element) for element in value]
    # 1.0 and 1 are one number.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def applying(plan: Plan, clock: Clock) -> Flow[Outcome]:
    """
    Apply a planned update: check that the project is still as it was planned on, post once, and judge the reply.

    Nothing raises once something was sent: the outcome says it.

    Raises:
        InvalidSetting: `update_type` for a plan of nothing.
        NotDone, OutcomeUnknown: where the project cannot be read first; nothing
            was sent then.

    """
    if plan.update is None:
        raise InvalidSetting("update_type", None, "a plan of nothing to do", "a `Patch` or a `Replace`")
    name = plan.project.name
    now = project_in((yield from fetching(get_project(name), clock)), name, plan.project.assumptions)
    if now.versions != plan.project.versions:
        found = (
            f"a history of {len(now.versions)} versions that is not the one of {len(plan.project.versions)} planned on"
        )
        return _outcome(
            plan, "not done", now=now, error=NotDone("history_moved", None, found, "a plan made on it as it is")
        )
    try:
        reply = yield from posting(update_project(name, plan.update), clock)
    except (NotDone, OutcomeUnknown) as error:
        return judge(plan, error)
    return judge(plan, reply)


def judge(plan: Plan, reply: Response | NotDone | OutcomeUnknown) -> Outcome:
    """
    Say what became of an update, from the reply to its one POST, or from what came in its place.

    *done* only where the reply shows it exactly once, *not done* only where
    nothing can have been done, *repeated* where it shows it more than once, and
    *unknown* for all else.
    """
    if isinstance(reply, NotDone):
        return _outcome(plan, "not done", error=reply)
    if isinstance(reply, OutcomeUnknown):
        return _outcome(plan, "unknown", error=reply)
    if reply.status != 200:
        error = refusal(reply)
        return _outcome(plan, "not done" if isinstance(error, NotDone) else "unknown", error=error)
    try:
        now = project_in(reply, plan.project.name, plan.project.assumptions)
    except OutcomeUnknown as error:
        return _outcome(plan, "unknown", error=error)
    return reconcile(plan, now)


def reconcile(plan: Plan, now: Project) -> Outcome:
    """
    Say what became of an update, from the project as it is now.

    Where it is not seen, that may still change: a request may be on its way.
    """
    base = len(plan.project.versions)
    update = plan.update
    assert update is not None, "a plan of nothing is never applied"
    versions = now.versions
    ours = tuple(
        number
        for number in range(base, len(versions))
        if same(versions[number].params, update.applied_to(versions[number - 1].params if number else {}))
    )
    known = range(min(base, len(versions)))
    rewritten = tuple(number for number in known if versions[number] != plan.project.versions[number])
    return _seen(_outcome(plan, "unknown"), ours, now, rewritten)


def looking_again(outcome: Outcome, clock: Clock) -> Flow[Outcome]:
    """
    Read a project and find an update again.

    With the plan it is found wherever it landed; by base and digest alone, only
    where nobody else's version came before it.

    Raises:
        InvalidSetting: `base_type` where the base is no number of versions.
        NotDone, OutcomeUnknown: where the project cannot be read.

    """
    name, base, plan = outcome.project, outcome.base, outcome.plan
    if type(base) is not int or base < 0:
        raise InvalidSetting("base_type", None, describe_value(base), "the number of versions that it was planned on")
    response = yield from fetching(get_project(name), clock)
    if plan is not None:
        return reconcile(plan, project_in(response, name, plan.project.assumptions))
    now = project_in(response, name)
    ours = tuple(version.number for version in now.versions[base:] if digest_of(version.params) == outcome.digest)
    return _seen(evolve(outcome, state="unknown"), ours, now, ())


def _seen(unknown: Outcome, ours: tuple[int, ...], now: Project, rewritten: tuple[int, ...]) -> Outcome:
    state: State = "done" if len(ours) == 1 else "repeated" if ours else "unknown"
    error = None
    if not ours:
        moved = len(now.versions) - unknown.base
        found = f"no version that holds it, among {moved} made since" if moved > 0 else "no version that holds it, yet"
        error = OutcomeUnknown("not_seen", None, found, "one: the request may still be on its way")
    return evolve(unknown, state=state, versions=ours, now=now, rewritten=rewritten, error=error)


def _outcome(
    plan: Plan, state: State, *, now: Project | None = None, error: NotDone | OutcomeUnknown | None = None
) -> Outcome:
    return Outcome(
        state, plan.project.name, len(plan.project.versions), digest_of(plan.after), now=now, error=error, plan=plan
    )


def _listed(numbers: Any) -> str:
    return ", ".join(map(str, numbers))
