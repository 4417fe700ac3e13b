"""Validate the params of one project and of its tasks.

The findings on each version of the project are cached.  So for each task, a validator
only validates the task's own params, and applies the rules that read several params.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain

from attrs import evolve, frozen

from paramcore.errors import WrongProject
from paramcore.model import ROUTING_TYPES, EffectiveParams, Inheritance, ParamChanges, ParamVersion, Project, Update
from paramcore.text import MESSAGE_LIMIT, format_name, format_repr, format_value
from paramcore.validation.check_parts import CrossCheck
from paramcore.validation.finding import Finding
from paramcore.validation.lint import lint_history, lint_type
from paramcore.validation.schema import Schema, Schemas
from paramcore.validation.schema_rules import get_schema_rules
from paramcore.validation.update_checks import check_update
from paramcore.values import check_argument, join_pointer, same, split_pointer


class Validator:
    """Validates the params of one project, its tasks and its updates.

    Reuse a validator, because it caches the findings on the project.  The `fast` extra
    makes validation faster and does not change the findings.  `fast=False` disables the
    extra.  `fast=True` raises `ImportError` if the extra is not installed.  An argument of
    the wrong class raises `InvalidSetting` (`argument_type`).  Validators can be pickled.

    Each method raises `InvalidSchema` (`schema_failed`) if a user's schema cannot
    validate a value.

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": "20"})
        >>> validator = Validator(project)
        >>> [finding.code for finding in validator.project()]
        ['param_type']
        >>> task = project.resolve({"attachment": "https://example.com/a.jpg", "padding": 2.5})
        >>> [(finding.code, finding.pointer) for finding in validator.task(task)]
        [('param_missing', ''), ('param_type', '/padding')]
        >>> [finding.code for finding in validator.update(Patch({"padding": 20}))]
        []
    """

    def __init__(self, project: Project, schemas: Schemas = Schemas(), *, fast: bool | None = None) -> None:
        check_argument("project", project, Project)
        check_argument("schemas", schemas, Schemas)
        if fast is not None:
            check_argument("fast", fast, bool)
        self._project = project
        self._schemas = schemas
        self._is_fast = fast
        #: The schema of the project's type.
        self.schema: Schema = schemas.of(project.type)
        self._rules = get_schema_rules(self.schema, fast=fast)
        self._findings: dict[int, _VersionFindings] = {}
        self._changes = ParamChanges(project.versions)
        #: The versions that `_check_version` has accepted.
        self._accepted: dict[int, ParamVersion] = {}

    def __reduce__(self) -> tuple[partial[Validator], tuple[Project, Schemas]]:
        # Compiled schemas cannot be pickled, so the process that unpickles the validator compiles them.
        return partial(Validator, fast=self._is_fast), (self._project, self._schemas)

    def __repr__(self) -> str:
        task_type = format_name(self._project.type, limit=MESSAGE_LIMIT)
        return f"<Validator of {format_repr(self._project.name)}: {task_type}>"

    def project(self, version: int | None = None) -> tuple[Finding, ...]:
        """Validate the params of a version; by default, the latest version.

        Missing params cause no finding, because the task may set them (T13).  A
        project without versions has no findings.

        Raises:
            NoSuchVersion: if the project has no such version.
        """
        if version is None and not self._project.versions:
            return ()
        target = self._project.latest if version is None else self._project.version(version)
        findings = self._validate_version(target)
        return _select_and_sort(chain(*findings.by_param.values(), *findings.by_check.values(), findings.together))

    def list_findings(self) -> tuple[Finding, ...]:
        """Return all findings on the project's type, latest params and history."""
        return (*lint_type(self._project, self._schemas), *self.project(), *lint_history(self._project))

    def update(self, update: Update) -> tuple[Finding, ...]:
        """Validate an update, and the project as it would be after the update.

        The findings on the update's mode, form and effect come first.  Their codes begin
        with `update_`.  The findings of `list_findings` on the updated project follow, except
        findings on a name that already has an error.

        Raises:
            InvalidSetting: `update_type` if the update is neither a `Patch` nor a `Replace`.
            NotJSON: `too_large`, if the new params exceed the limits.
        """
        after = Validator(self._project.update(update), self._schemas, fast=self._is_fast).list_findings()
        of_update = tuple(check_update(self._project, update, self._rules.known_params))
        # An error about the name of a param says what to do, so omit other findings on the name.
        wrong_names = {finding.pointer for finding in of_update if finding.severity == "error"}
        return (
            *of_update,
            *(finding for finding in after if finding.code not in _ON_NAMES or finding.pointer not in wrong_names),
        )

    def task(self, effective: EffectiveParams) -> tuple[Finding, ...]:
        """Validate the effective params of a task of the project.

        Raises:
            InvalidSetting: `argument_type`, if `effective` is not the result of `Project.resolve`.
            WrongProject: `wrong_type`, if the project of the task has another type; `wrong_project`, if the task
                inherits a version that the validator's project does not have.
        """
        check_argument("effective", effective, EffectiveParams)
        if effective.type != self._project.type:
            types = (format_value(name, limit=MESSAGE_LIMIT) for name in (effective.type, self._project.type))
            problem = "the task has the type {}, but the validator is for the type {}".format(*types)
            raise WrongProject("wrong_type", None, problem, "create a `Validator` for the project of the task")
        names_version = effective.task.project_version is not None
        return self.task_params(effective.task.params, effective.inheritance, names_version=names_version)

    def task_params(
        self, own: Mapping[str, object], inheritance: Inheritance, *, names_version: bool = False
    ) -> tuple[Finding, ...]:
        """Validate the effective params of a task, given its own params and what it inherits.

        `own` may be plain JSON that `freeze` accepts.  `names_version` is whether the task has a `project_version`.

        Raises:
            InvalidParams: `instruction_type`, if `instruction` is neither text nor null.
            WrongProject: `wrong_project`, if the project does not have the inherited version.
        """
        effective, version = inheritance.merge(own), inheritance.version
        if version is not None:
            self._check_version(version)
            if inheritance.appends:
                own = _join_instruction(own, effective["instruction"], version.params["instruction"])
        findings = self._rules.validate_each(own)
        inherited = _VersionFindings({}, (), {}) if version is None else self._validate_version(version)
        for name, param_findings in inherited.by_param.items():
            if name not in own:
                findings += param_findings
            else:
                findings += _downgrade_overridden(param_findings, inheritance)
        # T13: required params and rules for several params apply to the effective params.
        # Setting a missing param in the project does not help a task that names a version or inherits an older version.
        versions = self._project.versions
        inherits_latest = not names_version and version == (versions[-1] if versions else None)
        together = [*self._rules.validate_whole(effective, inherits_latest=inherits_latest)]
        readers = self._rules.cross_checks_by_param
        # Rerun the checks that read one of the task's own params. The findings of the other checks are cached.
        touched = {check for name in own if name in readers for check in readers[name]}
        replaced = chain(inherited.together, *(inherited.by_check.get(check, ()) for check in touched))
        on_own = (finding for finding in replaced if finding.pointer and _get_param(finding) in own)
        findings += _downgrade_overridden(on_own, inheritance)
        for check in touched:
            if effective.keys() >= check.needed:
                together += check.function(effective)
        for check, check_findings in inherited.by_check.items():
            if check not in touched:
                together += check_findings
        for finding in together:
            needs_no_version = not finding.pointer or finding.version is not None or _get_param(finding) in own
            findings.append(finding if needs_no_version else self._add_versions(finding, version))
        return _select_and_sort(findings) if findings else ()

    def _check_version(self, version: ParamVersion) -> None:
        """Reject a version of another project, because findings are cached by the number of the version."""
        number, versions = version.number, self._project.versions
        if self._accepted.get(number) is version:
            return
        if number >= len(versions) or not same(versions[number].params, version.params):
            problem = f"the task inherits version {number} of another project"
            raise WrongProject("wrong_project", None, problem, "create a `Validator` for the project of the task")
        self._accepted[number] = version

    def _validate_version(self, version: ParamVersion) -> _VersionFindings:
        if version.number not in self._findings:
            by_param: dict[str, list[Finding]] = {}
            for finding in self._rules.validate_each(version.params):
                by_param.setdefault(_get_param(finding), []).append(
                    _move_routing_name(self._add_versions(finding, version))
                )
            by_check = {
                check: [self._add_versions(finding, version) for finding in check.function(version.params)]
                for check in self._rules.cross_checks
                if version.params.keys() >= check.needed
            }
            by_check = {check: check_findings for check, check_findings in by_check.items() if check_findings}
            together = [
                # `_add_versions` adds no version to a finding without a pointer, so set the version here.
                self._add_versions(evolve(finding, version=version.number), version)
                for finding in self._rules.validate_completion(version.params)
            ]
            self._findings[version.number] = _VersionFindings(by_param, together, by_check)
        return self._findings[version.number]

    def _add_versions(self, finding: Finding, version: ParamVersion | None) -> Finding:
        """Return a finding with `version` and `first_set_in`, if there is a version and a pointer."""
        if version is None or not finding.pointer:
            return finding
        param = _get_param(finding)
        first = self._changes.find_first_set_in(version.number, param) if param in version.params else None
        return evolve(finding, version=version.number, first_set_in=first)


@frozen
class _VersionFindings:
    """The findings on the params of a version."""

    #: The findings of the rules for each param.
    by_param: Mapping[str, Sequence[Finding]]
    #: The findings of the rules for all params together, without findings that a task can resolve by adding params.
    together: Sequence[Finding]
    #: The findings of each check that reads several params.
    by_check: Mapping[CrossCheck, Sequence[Finding]]


def _join_instruction(own: Mapping[str, object], joined: object, inherited: object) -> Mapping[str, object]:
    """Return a task's own params with the joined instruction, because a schema applies to the joined instruction.

    If the task inherits the project's instruction unchanged, return the params without an instruction.
    """
    others = {name: value for name, value in own.items() if name != "instruction"}
    return others if joined == inherited else {**others, "instruction": joined}


def _downgrade_overridden(findings: Iterable[Finding], inheritance: Inheritance) -> list[Finding]:
    """Return the errors on values that a task overrides, as warnings about the project."""
    return [
        # Warn, because another task may inherit the value.
        evolve(finding, severity="warning", overridden=True)
        for finding in findings
        # A joined instruction overrides nothing.
        if finding.severity == "error" and not (inheritance.appends and _get_param(finding) == "instruction")
    ]


def _move_routing_name(finding: Finding) -> Finding:
    """Replace a suggested routing name by a remedy: set it in each task request (U10)."""
    if finding.suggestion not in ROUTING_TYPES or finding.pointer != join_pointer(_get_param(finding)):
        return finding
    remedy = f"set `{finding.suggestion}` in each task request, because a project cannot contain it"
    return evolve(finding, remedy=remedy, suggestion=None)


def _get_param(finding: Finding) -> str:
    return split_pointer(finding.pointer)[0]


def _select_and_sort(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings sorted by pointer, without duplicates or redundant warnings."""
    unique = dict.fromkeys(findings)
    wrong = {finding.pointer for finding in unique if finding.severity == "error" and not finding.overridden}
    visible: list[Finding] = []
    #: The findings on each name, which several parts of a schema may reject.
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
    """Return the most helpful finding on a name; make it an error if any finding is an error."""
    best = min(
        findings,
        key=lambda finding: (-_ON_NAMES.index(finding.code), finding.suggestion is None, finding.sort_key),
    )
    is_error = any(finding.severity == "error" for finding in findings)
    return evolve(best, severity="error") if is_error else best
