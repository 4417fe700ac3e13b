"""A finding: what is wrong with a value, and which layer set it."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from attrs import evolve, field, frozen

Severity: TypeAlias = Literal["error", "warning"]

#: Every code and what it means; `docs/findings.md` has a paragraph on each.
CODES = {
    "param_missing": "a param that the type requires is missing",
    "param_type": "a value has the wrong type",
    "param_choice": "a value is none of the allowed ones",
    "param_range": "a number is too small or too large, by itself or against another number",
    "param_size": "a text, an array or an object is too short or too long",
    "param_pattern": "a text has the wrong form",
    "param_repeated": "a value that must be unique is repeated",
    "param_conflict": "values contradict each other",
    "param_unknown": "the type does not know a name",
    "param_misplaced": "a name belongs elsewhere",
    "type_unknown": "a task type has no schema: only the params of every type are validated",
    "request_refused": "a task request cannot be resolved: it names another project or version, or holds no params",
    "update_mode": "a name in an update is not `patch`, and was probably meant to be",
    "update_wrapper": "an update holds its params inside another object",
    "update_argument": "an update holds a field of another call",
    "update_null": "an update sets a param to null, which does not remove it",
    "update_noop": "an update changes nothing",
    "lint_unused_default": "every task of the file overrides the project's value",
    "lint_equal_override": "a task sets the value that it would inherit",
    "lint_repeated_instruction": "the task's instruction already contains the project's",
    "lint_old_pin": "a task is pinned to a version that is not the latest",
    "lint_bare_opt_out": "a task opts out of params that it needs",
    "lint_noop_version": "a version changes nothing",
    "lint_retry_twin": "a version looks like the previous one, sent twice",
    "lint_stored_name": "a version holds a name that is not a param",
}


@frozen
class Finding:
    """One thing that is wrong, at one place.

    `str()` gives one line.

    Example:
        >>> print(Finding("param_type", "error", "/padding", "the text '20'", "a whole number", "20", version=1))
        error param_type at /padding: found the text '20', wanted a whole number (write `20`) [project version 1]
    """

    #: One of `CODES`.
    code: str
    severity: Severity
    #: A JSON Pointer (RFC 6901) into the effective params, or into the params of `version` for a project's own.
    pointer: str
    found: str
    wanted: str
    #: The value or name to write instead, as JSON, where there is an obvious one.
    suggestion: str | None = None
    #: The project version that the value comes from; `None` for the task's own values and for missing params.
    version: int | None = None
    #: The project version that first set the value.
    first_set_in: int | None = None
    #: Whether this would be an error if the task did not override the value.
    overridden: bool = False
    #: The texts for `found` and `wanted` in `without_values`; empty where they show no value.
    found_without_value: str = field(default="", repr=False)
    wanted_without_value: str = field(default="", repr=False)

    @property
    def layer(self) -> str:
        """`task request`, or `project version N`."""
        return "task request" if self.version is None else f"project version {self.version}"

    @property
    def message(self) -> str:
        """What was found, what was wanted, and what to write."""
        fix = f" (write `{self.suggestion}`)" if self.suggestion is not None else ""
        note = "; the task overrides it" if self.overridden else ""
        return f"found {self.found}, wanted {self.wanted}{fix}{note}"

    def without_values(self) -> Finding:
        """Return the finding without any value of the params."""
        if not self.found_without_value:
            return self
        wanted = self.wanted_without_value or self.wanted
        return evolve(self, found=self.found_without_value, wanted=wanted, suggestion=None)

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
    def sort_key(self) -> tuple[Any, ...]:
        """Sorts findings by place, errors first."""
        layer = (self.version is not None, self.version or 0)
        return (self.pointer, self.severity, self.code, self.wanted, *layer, self.found)
