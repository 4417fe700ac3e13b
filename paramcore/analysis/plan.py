"""Compute what an update would change in a project, before the update is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from attrs import evolve, frozen

from paramcore.analysis.diff import Diff, find_overwritten_params
from paramcore.errors import InvalidSetting
from paramcore.model import Patch, Project, Replace, Update
from paramcore.text import NotebookReprs, format_count, format_name, format_repr, format_value, format_versions
from paramcore.text.rows import Line, Piece, format_pieces
from paramcore.values import check_argument, check_iterable, thaw

#: How to keep dropped params.
_HOW_TO_KEEP = 'write `"patch": true` in the update (in Python: `plan.keeping.body`)'


@runtime_checkable
class PlanFinding(Protocol):
    """A finding on an update, such as a `paramcore.validation.Finding`.

    `str()` must return human-readable text.
    """

    @property
    def severity(self) -> str:
        """Return `error` or `warning`."""

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON."""


@frozen
class Plan(NotebookReprs):
    """What an update of a project would change, and the findings on the update.

    `after` are the params of the project after the update.  `update` is `None` if there is
    nothing to send.  `with_findings` returns a copy with findings.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3, "with_labels": True})
        >>> plan = Plan.of(project, Replace({"padding": 4}))
        >>> plan.dropped, plan.diff.changed, plan.needs_consent
        (('with_labels',), {'padding': 4}, True)
    """

    project: Project
    update: Update | None
    after: Mapping[str, Any]
    findings: tuple[PlanFinding, ...] = ()

    @classmethod
    def of(cls, project: Project, update: Update) -> Plan:
        """Plan an update.

        Raises:
            InvalidSetting: `update_type`, if `update` is neither a `Patch` nor a
                `Replace`; `argument_type`, if `project` is not a `Project`.
            NotJSON: `too_large`, if the new params exceed the limits.
        """
        check_argument("project", project, Project)
        return cls(project, update, project.update(update).params)

    @classmethod
    def to(cls, project: Project, wanted: Mapping[str, Any]) -> Plan:
        """Plan the smallest update after which the params are exactly `wanted`.

        The update is a patch with the params that differ.  If a param must be
        removed, the update is a replace, because a patch cannot remove params (U6).

        Raises:
            InvalidSetting: `argument_type`, if `project` is not a `Project`.
            InvalidParams: for params that a project cannot have.
            NotJSON: for values that are not JSON.
        """
        replacing = cls.of(project, Replace(wanted))
        if not replacing.diff:
            return cls(project, None, project.params)
        return replacing if replacing.dropped else cls.of(project, replacing.keeping)

    def with_findings(self, findings: Iterable[PlanFinding]) -> Plan:
        """Return a copy of the plan, with these findings instead of the plan's own.

        Example: `plan.with_findings(Validator(project).update(plan.update))`.

        Raises:
            InvalidSetting: `argument_type`, if `findings` is not an iterable of findings.
        """
        check_iterable("findings", findings)
        checked = tuple(findings)
        for index, finding in enumerate(checked):
            check_argument(f"findings[{index}]", finding, PlanFinding, "pass the result of `Validator.update`")
        return evolve(self, findings=checked)

    @property
    def before(self) -> Mapping[str, Any]:
        """The latest params of the project."""
        return self.project.params

    @property
    def diff(self) -> Diff:
        """The difference between `before` and `after`."""
        return Diff.between(self.before, self.after)

    @property
    def dropped(self) -> tuple[str, ...]:
        """The names of the params that the update drops; the API does not report them (U2)."""
        return tuple(self.diff.removed)

    @property
    def needs_consent(self) -> bool:
        """Whether the update drops params or has errors, so a person should confirm it."""
        return bool(self.dropped or self.errors)

    @property
    def errors(self) -> tuple[PlanFinding, ...]:
        """The findings with the severity `error`."""
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def request(self) -> Mapping[str, Any] | None:
        """The body of the setParams request; `None` if the plan has no update."""
        return None if self.update is None else self.update.body

    @property
    def keeping(self) -> Patch:
        """The smallest patch that makes the same changes but drops no params."""
        diff = self.diff
        return Patch({**diff.changed, **diff.added})

    def rebase_on(self, later: Project) -> Rebase:
        """Check the update against a newer copy of the project.

        Raises:
            InvalidSetting: `history_moved`, if `later` has another name or type, or its
                history does not begin with the versions that the plan is based on; `argument_type`, if
                `later` is not a `Project`.
            NotJSON: `too_large`, if the params after the update exceed the limits.
        """
        check_argument("later", later, Project)
        name, remedy = format_value(later.name), "pass a newer copy of the same project, or make a new plan"
        if later.name != self.project.name:
            problem = f"the plan is for the project {format_value(self.project.name)}, not for {name}"
            raise InvalidSetting("history_moved", "/name", problem, remedy)
        if later.type != self.project.type:
            types = f"{format_value(self.project.type)}, not for {format_value(later.type)}"
            raise InvalidSetting("history_moved", "/type", f"the plan is for a project of type {types}", remedy)
        if later.versions[: len(self.project.versions)] != self.project.versions:
            problem = f"the history of {name} does not begin with the versions that the plan is based on"
            raise InvalidSetting("history_moved", "/param_history", problem, remedy)
        ours = self.after if self.update is None else self.update.applied_to(later.params)
        return Rebase(self, later, find_overwritten_params(self.before, later.params, ours))

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `project`, `version`, `before`, `after`, `dropped`, `diff`,
        `request`, `needs_consent` and `findings`.
        """
        return {
            "project": self.project.name,
            "version": None if self.update is None else len(self.project.versions),
            "before": thaw(self.before),
            "after": thaw(self.after),
            "dropped": list(self.dropped),
            "diff": self.diff.to_json(),
            "request": thaw(self.request),
            "needs_consent": self.needs_consent,
            "findings": [finding.to_json() for finding in self.findings],
        }

    def __repr__(self) -> str:
        update = "nothing to do" if self.update is None else type(self.update).__name__
        return f"<Plan for {format_repr(self.project.name)}: {update}, {len(self.dropped)} dropped>"

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def list_pieces(self, how_to_keep: str = _HOW_TO_KEEP) -> list[Piece]:
        """Return the pieces of `str()`; `how_to_keep` is the advice about dropped params."""
        if self.update is None:
            return [Line(f"nothing to do: {format_value(self.project.name)} already has these params")]
        pieces: list[Piece] = [Line(self._format_headline()), self.diff.make_table(removed="dropped")]
        findings = (piece for finding in self.findings for piece in _list_finding_pieces(finding))
        return [
            *pieces,
            *map(Line, self._format_summary(how_to_keep)),
            *([Line(""), *findings] if self.findings else []),
        ]

    def _format_headline(self) -> str:
        number = len(self.project.versions)
        since = f"version {number - 1} -> {number}" if number else "creates version 0"
        verb = (
            "replace (drops every param that the update does not name)" if isinstance(self.update, Replace) else "patch"
        )
        return f"update of {format_value(self.project.name)}: {since}, by {verb}"

    def _format_summary(self, how_to_keep: str) -> list[str]:
        diff = self.diff
        counts = (
            f"{len(self.dropped)} dropped, {len(diff.changed)} changed, {len(diff.added)} added, {len(diff.kept)} kept"
        )
        if diff.lost:
            counts += f"; {format_count(len(diff.lost), 'value')} lost inside params"
        if self.findings:
            errors = len(self.errors)
            warnings = len(self.findings) - errors
            counts += f"; {format_count(errors, 'error')}, {format_count(warnings, 'warning')}"
        return [counts, *self._list_advice(how_to_keep)]

    def _list_advice(self, how_to_keep: str) -> Iterator[str]:
        """Yield advice about dropped params and lost values."""
        if self.dropped and not self.after:
            yield "this update names no params, so it drops all params"
        elif self.dropped and not self.keeping.params:
            yield "this update only drops params, so a patch that keeps them would change nothing"
        elif self.dropped:
            yield f"to keep the dropped params, {how_to_keep}"
        if self.diff.lost:
            yield "to keep the values that are lost inside params, write an update with the whole values of these params"


def _list_finding_pieces(finding: PlanFinding) -> Iterable[Piece]:
    # Only the findings of the command line, which have a location, have pieces.
    list_pieces: Callable[[], Iterable[Piece]] | None = getattr(finding, "list_pieces", None)
    return map(Line, str(finding).split("\n")) if list_pieces is None else list_pieces()


@frozen
class Rebase:
    """The result of `Plan.rebase_on`: a plan that was checked against a newer copy of the project.

    `conflicts` contains the names of the params that later versions changed and that
    the update would overwrite.  If the plan has no update, `conflicts` contains all params
    that later versions changed.  Without conflicts, the update makes its planned changes
    and keeps the later changes.
    """

    plan: Plan
    later: Project
    conflicts: tuple[str, ...]

    @property
    def since(self) -> tuple[int, ...]:
        """The numbers of the versions that are newer than the plan."""
        return tuple(range(len(self.plan.project.versions), len(self.later.versions)))

    @property
    def is_clean(self) -> bool:
        """Whether there are no conflicts."""
        return not self.conflicts

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object with the keys `since` and `conflicts`."""
        return {"since": list(self.since), "conflicts": list(self.conflicts)}

    def __repr__(self) -> str:
        later = format_count(len(self.since), "later version")
        conflicts = format_count(len(self.conflicts), "conflict")
        return f"<Rebase of {self.plan!r}: {later}, {conflicts}>"

    def __str__(self) -> str:
        if not self.since:
            return "the history has not changed since the plan"
        changed = f"{format_versions(self.since)} {'was' if len(self.since) == 1 else 'were'} added since the plan"
        names = ", ".join(format_name(name) for name in self.conflicts)
        if self.plan.update is None:
            effect = f"these params have changed: {names}" if names else "the project still has the planned params"
        else:
            effect = f"the update would overwrite: {names}" if names else "the update still has the planned effect"
        return f"{changed}; {effect}"
