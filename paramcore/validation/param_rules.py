"""What a schema requires of one param, whatever the other params are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from attrs import field, frozen

from paramcore.validation.cross_checks import CheckFunction
from paramcore.validation.finding import Finding
from paramcore.validation.json_schema import FastValidator, explain_errors, is_valid
from paramcore.validation.known_names import KnownNames


@frozen
class ParamRules:
    """The rules for one param: its name, its schema, and a check that JSON Schema cannot express."""

    name: str
    #: What is wrong with the name.
    name_findings: tuple[Finding, ...] = ()
    #: Yields the errors of jsonschema for a value; `None` where the param has no schema.
    iter_errors: Callable[[Any], Iterable[Any]] | None = None
    #: Rejects every value that `iter_errors` yields errors for; `None` without the extra `fast`.
    fast_validator: FastValidator | None = None
    known_names: KnownNames | None = None
    check: CheckFunction | None = None

    #: Whether a value that fits the schema may still have findings.
    goes_beyond_schema: bool = field(init=False)

    @goes_beyond_schema.default
    def _goes_beyond_schema(self) -> bool:
        has_parts = self.known_names is not None and self.known_names.has_parts
        return bool(self.name_findings) or self.check is not None or has_parts

    def validate(self, value: Any, *, fits_schema: bool = False) -> list[Finding]:
        """Return the findings on a value; `fits_schema`: the caller knows that its schema finds nothing."""
        findings = [*self.name_findings]
        if self.iter_errors is not None and not (fits_schema or is_valid(self.fast_validator, value)):
            findings += explain_errors(self.iter_errors(value), self.name)
        if self.known_names is not None and isinstance(value, (dict, list)):
            self.known_names.add_unknown(value, (self.name,), findings)
        if self.check is not None:
            findings += self.check({self.name: value})
        return findings
