"""Find the outcome of an update in the history of the project."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Self, TypeAlias

from attrs import evolve, frozen

from paramcore.analysis import Plan, find_overwritten_params
from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.model import Project
from paramcore.text import format_count, format_name, format_repr, format_value, format_versions, quote_for_shell
from paramcore.values import same

#: `done`: one version contains the update.  `repeated`: several versions contain it.
#: `not done`: the service certainly did not apply the update.  `unknown`: any other case.
OutcomeState: TypeAlias = Literal["done", "not done", "unknown", "repeated"]


@frozen(repr=False)
class Outcome:
    """The outcome of an update, as `Client.apply` and `Client.reconcile` return it.

    `reconcile` needs only `project`, `base` and `digest`, so another process can
    look up the outcome.

    Example:
        >>> Outcome("unknown", "docks", base=3, digest="5f0c")
        <Outcome 'unknown' of the update of 'docks'>
    """

    #: Whether the update was done: `done`, `not done`, `unknown` or `repeated`.
    state: OutcomeState
    #: The name of the project.
    project: str
    #: The number of versions that the project had when the update was planned.
    base: int
    #: The digest of the params that the plan expects after the update; see `digest_params`.
    digest: str
    #: The numbers of the versions that contain the update.
    versions: tuple[int, ...] = ()
    #: The project in the reply that decided the outcome.  `None` if that reply does not contain it, or if there was
    #: no reply.
    now: Project | None = None
    #: The numbers of the versions of `plan.project` that the service now reports differently.
    altered: tuple[int, ...] = ()
    #: The reason why the update was not done, or why its outcome is unknown.
    error: NotDone | OutcomeUnknown | None = None
    #: The plan of the update; `None` if only `base` and `digest` are known.
    plan: Plan | None = None

    @classmethod
    def of(
        cls,
        plan: Plan,
        state: OutcomeState,
        *,
        now: Project | None = None,
        error: NotDone | OutcomeUnknown | None = None,
    ) -> Self:
        """Create the outcome of a plan."""
        base, digest = len(plan.project.versions), digest_params(plan.after)
        return cls(state, plan.project.name, base, digest, now=now, error=error, plan=plan)

    def with_history(self, now: Project, versions: tuple[int, ...], altered: tuple[int, ...] = ()) -> Self:
        """Return this outcome with the state that the current history shows.

        The arguments become the attributes with the same names.
        """
        state: OutcomeState = "done" if len(versions) == 1 else "repeated" if versions else "unknown"
        error = None
        if not versions:
            newer = len(now.versions) - self.base
            since = f", although the project has {format_count(newer, 'newer version')}" if newer > 0 else " yet"
            remedy = "look up the outcome again later, because the request may still arrive"
            if newer > 0 and self.plan is None:
                # Without the plan, only a version with exactly the planned params is recognized, so another newer
                # version may contain the update, too.
                remedy += ", or compare the newer versions with the update"
            error = OutcomeUnknown("not_seen", None, f"no version contains the update{since}", remedy)
        return evolve(self, state=state, versions=versions, now=now, altered=altered, error=error)

    @property
    def version(self) -> int | None:
        """The number of the version that the update added, if the state is `done`."""
        return self.versions[0] if self.state == "done" else None

    @property
    def concurrent_versions(self) -> tuple[int, ...]:
        """The numbers of the versions that were added since the plan and are not in `versions`."""
        if self.now is None:
            return ()
        return tuple(number for number in range(self.base, len(self.now.versions)) if number not in self.versions)

    @property
    def base_moved(self) -> bool:
        """Whether another writer added a version between the plan and this update.

        The value is false unless the state is `done`.
        """
        return self.version is not None and self.version > self.base

    @property
    def overwritten(self) -> tuple[str, ...]:
        """The names of the params that another writer changed concurrently and that this update overwrote."""
        if self.now is None or self.version is None or not self.base_moved:
            return ()
        versions = self.now.versions
        base_params = versions[self.base - 1].params if self.base else {}
        return find_overwritten_params(base_params, versions[self.version - 1].params, versions[self.version].params)

    @property
    def reconcile_command(self) -> str:
        """The command that looks up this outcome again in the real service, quoted for a shell."""
        return self.format_reconcile_command()

    def format_reconcile_command(self, options: Sequence[str] = ()) -> str:
        """Return the command that looks up this outcome again, with further options such as `--base-url` and a URL."""
        lookup = " ".join(map(quote_for_shell, ["--base", str(self.base), "--digest", self.digest, *options]))
        name = quote_for_shell(self.project)
        # Without `--`, the command line would read a name that begins with a dash as an option.
        arguments = f"{lookup} -- {name}" if self.project.startswith("-") else f"{name} {lookup}"
        return f"paramcore reconcile {arguments}"

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object.

        The keys are `state`, `project`, `base`, `digest`, `versions`,
        `concurrent_versions`, `overwritten`, `altered` and `error`.  `error` is null,
        or an object with `code` and `message`.
        """
        return {
            "state": self.state,
            "project": self.project,
            "base": self.base,
            "digest": self.digest,
            "versions": list(self.versions),
            "concurrent_versions": list(self.concurrent_versions),
            "overwritten": list(self.overwritten),
            "altered": list(self.altered),
            "error": None if self.error is None else {"code": self.error.code, "message": str(self.error)},
        }

    def __repr__(self) -> str:
        return f"<Outcome {self.state!r} of the update of {format_repr(self.project)}>"

    def __str__(self) -> str:
        return "\n  ".join(self.format_lines())

    def format_lines(self, options: Sequence[str] = ()) -> list[str]:
        """Return the lines of `str()`; a `paramcore reconcile` command in the lines also has these options."""
        name = format_value(self.project)
        if self.state == "done":
            headline = f"done: version {self.version} of {name}"
        elif self.state == "repeated":
            headline = f"applied more than once: {format_versions(self.versions)} of {name} contain the update"
        else:
            headline = f"{self.state} (update of {name})" + ("" if self.error is None else f": {self.error}")
        return [headline, *self._list_notes(options)]

    def _list_notes(self, options: Sequence[str]) -> list[str]:
        notes = []
        if self.now is not None and self.version is not None:
            earlier, later = range(self.base, self.version), range(self.version + 1, len(self.now.versions))
            if earlier:
                notes.append(f"other writers added {format_versions(earlier)} before this update")
            if self.overwritten:
                names = ", ".join(format_name(name) for name in self.overwritten)
                notes.append(f"this update overwrote params that another writer changed concurrently: {names}")
            if later:
                notes.append(f"other writers added {format_versions(later)} after this update")
        if self.altered:
            notes.append(f"the service now reports {format_versions(self.altered)} differently")
        if self.state == "unknown":
            notes.append(f"to look up the outcome again: {self.format_reconcile_command(options)}")
        return notes


def find_update(plan: Plan, now: Project) -> Outcome:
    """Find a planned update in the current history of the project.

    Only versions that are newer than the plan are compared.  A version contains the update if applying
    the update to the previous version's params gives this version's params.  If no version contains the
    update, the request may still arrive, so the outcome is unknown.
    """
    update = plan.update
    assert update is not None, "a plan without an update is never applied"
    base, versions = len(plan.project.versions), now.versions
    holding = tuple(
        number
        for number in range(base, len(versions))
        if same(versions[number].params, update.applied_to(versions[number - 1].params if number else {}))
    )
    known = range(min(base, len(versions)))
    altered = tuple(number for number in known if versions[number] != plan.project.versions[number])
    return Outcome.of(plan, "unknown").with_history(now, holding, altered)


def is_digest(digest: object) -> bool:
    """Return whether a value may be the result of `digest_params`."""
    return isinstance(digest, str) and re.fullmatch("[0-9a-f]{32}", digest) is not None


def digest_params(params: Mapping[str, Any]) -> str:
    """Return a digest of 32 hexadecimal digits; equal params have the same digest."""
    text = json.dumps(_normalize(params), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _normalize(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _normalize(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_normalize(element) for element in value]
    # In JSON, 1.0 equals 1, so both must have the same digest.
    return int(value) if isinstance(value, float) and value.is_integer() else value
