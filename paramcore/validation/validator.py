"""Validate the params of one project and of its tasks.

What depends on the project alone is validated once and cached: a finding on an
inherited value is found once per version, and a task costs only its own params.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from attrs import evolve, frozen

from paramcore.model import ROUTING_TYPES, EffectiveParams, Inheritance, ParamVersion, Project, Update
from paramcore.validation.check_parts import CrossCheck
from paramcore.validation.finding import Finding
from paramcore.validation.lint import lint_history, lint_type
from paramcore.validation.schema import Schema, Schemas
from paramcore.validation.schema_rules import get_schema_rules
from paramcore.validation.update_checks import check_update
from paramcore.values import join_pointer, split_pointer


class Validator:
    """Validates the tasks of one project, and the project's own params.

    ::

        validator = Validator(project)
        validator.project()                                   # findings on the latest version
        validator.task(project.resolve({"padding": "20"}))    # findings on what the task will get
        validator.update(Patch({"padding": "20"}))            # findings on what the project would hold

    Keep a validator: it caches its findings on the project.  The extra `fast`
    makes it faster and changes no finding; `fast=False` does without.

    Each method raises `InvalidSchema` (`schema_failed`) where a user's own schema
    fails on a value.
    """

    def __init__(self, project: Project, schemas: Schemas = Schemas(), *, fast: bool | None = None) -> None:
        self._project = project
        self._schemas = schemas
        self._is_fast = fast
        #: The schema of the project's type.
        self.schema: Schema = schemas.of(project.type)
        self._rules = get_schema_rules(self.schema, fast=fast)
        self._findings: dict[int, _VersionFindings] = {}
        self._first_set_in: dict[tuple[int, str], int | None] = {}
        self._effective: dict[int, EffectiveParams] = {}

    def __repr__(self) -> str:
        return f"<Validator of {self._project.name!r}: {self._project.type}>"

    def project(self, version: int | None = None) -> tuple[Finding, ...]:
        """Validate the params of a version, the latest by default.

        Params that are missing are no findings, because the task may bring them.  A
        project without versions has no findings.

        Raises:
            NoSuchVersion: where the project has no such version.
        """
        if version is None and not self._project.versions:
            return ()
        target = self._project.latest if version is None else self._project.version(version)
        found = self._validate_version(target)
        return _select_and_sort(chain(*found.by_param.values(), *found.by_check.values(), found.together))

    def list_findings(self) -> tuple[Finding, ...]:
        """Return all findings on the project without its tasks: its type, its latest params, its history."""
        return (*lint_type(self._project, self._schemas), *self.project(), *lint_history(self._project))

    def update(self, update: Update) -> tuple[Finding, ...]:
        """Validate an update before it is sent, as the version that it would become.

        Findings on its mode, form and effect come first, with the codes
        `update_...`.  The others are those of `list_findings` for the project after it.

        Raises:
            InvalidSetting: `update_type` for anything but a `Patch` or a `Replace`.
        """
        after = Validator(self._project.update(update), self._schemas, fast=self._is_fast)
        return (*check_update(self._project, update, self._rules.known_params), *after.list_findings())

    def task(self, effective: EffectiveParams) -> tuple[Finding, ...]:
        """Validate what a task of the project will get."""
        return self.task_params(effective.task.params, effective.inheritance)

    def task_params(self, own: Mapping[str, object], inheritance: Inheritance) -> tuple[Finding, ...]:
        """Validate what a task with these params will get; they may be plain JSON that `freeze` would accept."""
        effective, version = inheritance.merge(own), inheritance.version
        findings = self._rules.validate_each(own)
        inherited = _VersionFindings({}, (), {}) if version is None else self._validate_version(version)
        for name, param_findings in inherited.by_param.items():
            if name not in own:
                findings += param_findings
            else:
                findings += _override(param_findings)
        findings += _override(
            finding for finding in inherited.together if finding.pointer and _get_param(finding) in own
        )
        # T13: required params, and all rules for several params, are validated on the effective params.
        together, readers = [*self._rules.validate_whole(effective)], self._rules.cross_checks_by_param
        # A check that reads a param of the task runs again; the findings of the others are cached.
        touched = {check for name in own if name in readers for check in readers[name]}
        for check in touched:
            if effective.keys() >= check.needed:
                together += check.function(effective)
        for check, check_findings in inherited.by_check.items():
            if check not in touched:
                together += check_findings
        for finding in together:
            needs_no_version = not finding.pointer or finding.version is not None or _get_param(finding) in own
            findings.append(finding if needs_no_version else self._attribute(finding, version))
        return _select_and_sort(findings) if findings else ()

    def _validate_version(self, version: ParamVersion) -> _VersionFindings:
        if version.number not in self._findings:
            by_param: dict[str, list[Finding]] = {}
            for finding in self._rules.validate_each(version.params):
                by_param.setdefault(_get_param(finding), []).append(_explain_routing(self._attribute(finding, version)))
            by_check = {
                check: [self._attribute(finding, version) for finding in check.function(version.params)]
                for check in self._rules.cross_checks
                if version.params.keys() >= check.needed
            }
            by_check = {check: check_findings for check, check_findings in by_check.items() if check_findings}
            together = [
                # A finding on the params as a whole has no pointer, and no version that first set it.
                self._attribute(evolve(finding, version=version.number), version)
                for finding in self._rules.validate_completion(version.params)
            ]
            self._findings[version.number] = _VersionFindings(by_param, together, by_check)
        return self._findings[version.number]

    def _attribute(self, finding: Finding, version: ParamVersion | None) -> Finding:
        """Return a finding with the version that a value comes from, and the version that first set it."""
        if version is None or not finding.pointer:
            return finding
        param = _get_param(finding)
        key = version.number, param
        if key not in self._first_set_in:
            # An explanation walks through the history: once per param, not once per task.
            effective = self._effective.get(version.number) or self._resolve_version(version.number)
            self._first_set_in[key] = effective.explain(param).first_set_in
        return evolve(finding, version=version.number, first_set_in=self._first_set_in[key])

    def _resolve_version(self, number: int) -> EffectiveParams:
        effective = self._effective[number] = self._project.resolve({"project_version": number})
        return effective


@frozen
class _VersionFindings:
    """The findings on the params of a version: on each by itself, and on several."""

    by_param: Mapping[str, Sequence[Finding]]
    #: What the schema finds wrong with the params as a whole, whatever params a task adds.
    together: Sequence[Finding]
    #: The findings of each check of several params.
    by_check: Mapping[CrossCheck, Sequence[Finding]]


def _override(findings: Iterable[Finding]) -> list[Finding]:
    """Return the errors that a task overrides, as warnings: the next task may not override them."""
    return [
        evolve(finding, severity="warning", overridden=True)
        for finding in findings
        # The task's instruction does not override the project's.
        if finding.severity == "error" and _get_param(finding) != "instruction"
    ]


def _explain_routing(finding: Finding) -> Finding:
    """Return a finding on a project's name that suggests no name which a project cannot hold (U10)."""
    if finding.suggestion not in ROUTING_TYPES or finding.pointer != join_pointer(_get_param(finding)):
        return finding
    wanted = f"`{finding.suggestion}` in each task request: a project cannot hold it"
    return evolve(finding, wanted=wanted, suggestion=None)


def _get_param(finding: Finding) -> str:
    return split_pointer(finding.pointer)[0]


def _select_and_sort(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return each finding once, by place; an error hides warnings about the same type, choice or name."""
    unique = dict.fromkeys(findings)
    wrong = {finding.pointer for finding in unique if finding.severity == "error" and not finding.overridden}
    visible: list[Finding] = []
    #: The findings on each name: several parts of a schema may reject it.
    on_names: dict[str, list[Finding]] = {}
    for finding in unique:
        if finding.code in _ON_NAMES:
            on_names.setdefault(finding.pointer, []).append(finding)
        elif (
            finding.severity == "error"
            or finding.code not in ("param_type", "param_choice")
            or finding.pointer not in wrong
        ):
            visible.append(finding)
    visible += map(_merge_name_findings, on_names.values())
    return tuple(sorted(visible, key=lambda finding: finding.sort_key))


_ON_NAMES = ("param_unknown", "param_misplaced")


def _merge_name_findings(findings: list[Finding]) -> Finding:
    """Return the finding on one name that says best what to write, as an error where one of them is an error."""
    best = min(
        findings,
        key=lambda finding: (
            -_ON_NAMES.index(finding.code),
            finding.suggestion is None,
            finding.sort_key,
        ),
    )
    is_error = any(finding.severity == "error" for finding in findings)
    return evolve(best, severity="error") if is_error else best
