"""Describe a problem in a project, a task or an update."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

from paramcore.text import escape_unprintable, join_message

Severity: TypeAlias = Literal["error", "warning"]

#: Every code and its meaning; `docs/findings.md` has a paragraph on each code.
CODES = {
    "param_missing": "a required param or member is missing",
    "param_type": "a value has the wrong type",
    "param_choice": "a value is not one of the allowed values",
    "param_range": "a number is too small or too large, by itself or compared with another number, or is not a multiple of a given number",
    "param_size": "a string, an array or an object is too short or too long",
    "param_pattern": "a string has the wrong form",
    "param_repeated": "a value that must be unique is repeated",
    "param_conflict": "values contradict each other",
    "param_unknown": "the type has no param or member with this name",
    "param_misplaced": "a name belongs elsewhere",
    "type_unknown": "a task type has no schema, so only the params that all types share are validated",
    "request_refused": (
        "a task request cannot be resolved, for example because it names another project or an unknown version"
    ),
    "update_mode": "a name in an update probably means `patch`",
    "update_wrapper": "an update has its params inside another object",
    "update_argument": "an update contains a field of another call",
    "update_null": "an update sets a param to null, which does not remove it",
    "update_noop": "an update changes nothing",
    "lint_unused_default": "all tasks that inherit the latest version override the project's value",
    "lint_equal_override": "a task sets the value that it would inherit",
    "lint_repeated_instruction": "the task's instruction already contains the project's instruction",
    "lint_old_pin": "a task is pinned to a version that is not the latest",
    "lint_bare_opt_out": "a task opts out of params that it needs",
    "lint_noop_version": "a version changes nothing",
    "lint_retry_twin": "a version has the same params as the previous version; the request was probably sent twice",
    "lint_stored_name": "a version contains a name that is not a param",
}


@frozen
class Finding:
    """A problem in a project, a task or an update.

    `str()` returns one line.

    Example:
        >>> problem = "must be a whole number, got the text '20'"
        >>> print(Finding("param_type", "error", "/padding", problem, suggestion="20", version=1))
        error param_type at /padding: must be a whole number, got the text '20'; write `20` [project version 1]
    """

    #: One of `CODES`.
    code: str
    #: `error` or `warning`.
    severity: Severity
    #: The JSON Pointer (RFC 6901) of the value in the params (`/padding`), in the task request (`/project_version`) or
    #: in the project (`/type`). Empty if the finding is not about a single value, for example if a param is missing.
    pointer: str
    #: What is wrong: `must be a whole number, got the text '20'`.
    problem: str
    #: What to do; empty if the suggestion or the problem is sufficient.
    remedy: str = ""
    #: The name, or the value as JSON, to write instead; `None` if there is no obvious correction.
    suggestion: str | None = None
    #: The number of the project version with the problem. In a finding on an update, the number of the version that the
    #: update would append. `None` if the problem is not in a version.
    version: int | None = None
    #: The number of the version that set the value of the param. For example, 0 if `version` is 2, and versions 0 to 2
    #: have the same value.
    first_set_in: int | None = None
    #: Whether the finding is only a warning because the task overrides the wrong value.
    overridden: bool = False
    #: `problem` without param values; empty if neither `problem` nor `remedy` contains any.
    problem_without_value: str = field(default="", repr=False)
    #: `remedy` without param values; empty if `remedy` contains none.
    remedy_without_value: str = field(default="", repr=False)

    @property
    def layer(self) -> str:
        """`task request`, `project version N`, or `project` for a finding on the type of the project."""
        if self.version is not None:
            return f"project version {self.version}"
        return "project" if self.code == "type_unknown" else "task request"

    @property
    def message(self) -> str:
        """The problem, followed by the remedy or the suggestion.  Names may contain control characters."""
        problem = f"{self.problem} (the task overrides it)" if self.overridden else self.problem
        suggestion = f"write `{self.suggestion}`" if self.suggestion is not None else ""
        return join_message(problem, self.remedy or suggestion)

    def without_values(self) -> Finding:
        """Return the finding without param values in its messages."""
        if not self.problem_without_value:
            return self
        remedy = self.remedy_without_value or self.remedy
        return evolve(self, problem=self.problem_without_value, remedy=remedy, suggestion=None)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as JSON, with `layer` and `message`."""
        return {
            "code": self.code,
            "severity": self.severity,
            "pointer": self.pointer,
            "layer": self.layer,
            "version": self.version,
            "first_set_in": self.first_set_in,
            "message": self.message,
            "problem": self.problem,
            "remedy": self.remedy,
            "suggestion": self.suggestion,
        }

    def __str__(self) -> str:
        layer = self.layer + format_since(self)
        return escape_unprintable(f"{self.severity} {self.code} at {self.pointer or '/'}: {self.message} [{layer}]")

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """The key that sorts findings by pointer, and errors before warnings at each pointer."""
        layer = (self.version is not None, self.version or 0)
        return (self.pointer, self.severity, self.code, self.remedy, *layer, self.problem)


def format_since(finding: Finding) -> str:
    """Return `, unchanged since version 0`, if an older version has the same value; otherwise `""`."""
    first = finding.first_set_in
    return "" if first in (None, finding.version) else f", unchanged since version {first}"
