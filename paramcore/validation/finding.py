"""What is wrong with params, and who is to blame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

__all__ = ["CODES", "Finding", "Severity", "kind_of", "listed"]

Severity: TypeAlias = Literal["error", "warning"]

#: Every code, and what it tells; `docs/findings.md` has a paragraph on each.
CODES = {
    "param_missing": "a param that the type needs is not there",
    "param_type": "a value of the wrong kind",
    "param_choice": "a value that is none of the possible ones",
    "param_range": "a number that is too small, too large, or against another one",
    "param_size": "a text, an array or an object that is too short or too long",
    "param_pattern": "a text of the wrong form",
    "param_repeated": "what may stand once stands twice",
    "param_conflict": "values that do not go together",
    "param_unknown": "a name that the type does not know",
    "param_misplaced": "a name that belongs elsewhere",
    "type_unknown": "a task type that has no schema: only what every type takes is judged",
    "request_refused": "a task request that goes nowhere: another project, a version that is not there, no params",
    "lint_unused_default": "every task of the file overrides the project's value",
    "lint_equal_override": "a task sets what it would inherit anyway",
    "lint_repeated_instruction": "the project's instruction stands in the task's already",
    "lint_old_pin": "a task is pinned to a version that is not the latest",
    "lint_bare_opt_out": "a task opts out of the params that it needs",
    "lint_noop_version": "a version changes nothing",
    "lint_retry_twin": "a version looks like the one before, sent twice",
    "lint_stored_name": "a version holds a name that is no param",
}

_KINDS = {bool: "true or false", int: "a number", float: "a number", str: "a text", type(None): "null"}


@frozen
class Finding:
    """
    One thing that is wrong, at one place.

    `pointer` is a JSON Pointer (RFC 6901) into the effective params; for a
    project's own params, into those of `version`.  `layer` says whose value it
    is: `task request`, or `project version N`, with the version that first set
    it; what is missing is blamed on the task, which completes the params.
    `suggestion` is the one fix where it is clear: a name or a choice, or a value.
    `overridden`: the value would be an error if the task did not override it.
    """

    code: str
    severity: Severity
    pointer: str
    found: str
    wanted: str
    suggestion: str | None = None
    version: int | None = None
    first_set_in: int | None = None
    overridden: bool = False
    #: What was found, without its value.
    kind: str = field(default="", repr=False)

    @property
    def layer(self) -> str:
        """`task request`, or `project version N`."""
        return "task request" if self.version is None else f"project version {self.version}"

    @property
    def message(self) -> str:
        """What was found, what is wanted, and the one fix where it is clear."""
        fix = f" (write `{self.suggestion}`)" if self.suggestion is not None else ""
        note = "; the task overrides it" if self.overridden else ""
        return f"found {self.found}, wanted {self.wanted}{fix}{note}"

    def without_values(self) -> Finding:
        """Return the same, saying nothing of what the value was."""
        if not self.kind:
            return self
        return evolve(self, found=self.kind, suggestion=None)

    def to_json(self) -> dict[str, Any]:
        """Return `code severity pointer layer version first_set_in message found wanted suggestion`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "pointer": self.pointer,
            "layer": self.layer,
            "version": self.version,
            "first_set_in": self.first_set_in,
            "message": self.message,
            "found": self.found,
            "wanted": self.wanted,
            "suggestion": self.suggestion,
        }

    def __str__(self) -> str:
        since = "" if self.first_set_in in (None, self.version) else f", set since version {self.first_set_in}"
        return f"{self.severity} {self.code} at {self.pointer or '/'}: {self.message} [{self.layer}{since}]"

    @property
    def rank(self) -> tuple[Any, ...]:
        """The order of findings: by place, errors first."""
        whose = (self.version is not None, self.version or 0)
        return (self.pointer, self.severity, self.code, self.wanted, *whose, self.found)


def kind_of(value: object) -> str:
    """Say what kind of JSON a value is, and nothing of the value."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "an array"
    return _KINDS.get(type(value), "a value")


def listed(words: Sequence[str]) -> str:
    """Say `1, 2 or 3`, cut where there are too many."""
    most = 12
    if not words:
        return "nothing: none is possible"
    few = [*words[:most], f"{len(words) - most} more"] if len(words) > most + 1 else list(words)
    return few[0] if len(few) == 1 else f"{', '.join(few[:-1])} or {few[-1]}"
