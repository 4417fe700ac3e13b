"""Validate tasks in one or more processes, and format the findings."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from attrs import frozen

from paramcore.bulk import RawTask, RoutedRequest, read_source
from paramcore.cli.located_finding import LocatedFinding, UpdateLocation, locate_finding
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadTask, is_jsonl, read_requests
from paramcore.cli.summary import wants_document
from paramcore.errors import DocumentError
from paramcore.files.document import Document
from paramcore.model import Project
from paramcore.report.document import Row
from paramcore.report.findings import make_finding_row
from paramcore.validation.finding import Finding
from paramcore.validation.lint import UnusedDefaults, lint_params, lint_task
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator


class ProjectKey(NamedTuple):
    """Identifies a finding on a project version, so that it is reported only once for all tasks."""

    project: str
    first_set_in: int
    code: str
    pointer: str
    problem: str
    #: Whether a task overrides the value.
    overridden: bool


class ReportedFinding(NamedTuple):
    """A finding, formatted for output."""

    #: `None` for a finding that is not on a project version.
    key: ProjectKey | None
    severity: str
    #: By `--format`: a string for `text`, a JSON object for `json`, a workflow command for `github`, a `LocatedFinding`
    #: for `html`, and "" for `markdown`.
    content: Any
    #: The row that shows the finding in Markdown; `None` unless `--format markdown` or `--summary` is passed.
    row: Row | None


class ReportedKeys:
    """The keys of the reported findings on project versions."""

    def __init__(self) -> None:
        self._keys: set[ProjectKey] = set()
        #: The first finding for each error in a value that a task overrides, by key.
        self._overridden: dict[ProjectKey, ReportedFinding] = {}

    def is_new(self, key: ProjectKey | None) -> bool:
        """Return whether a finding with this key must still be reported."""
        return key is None or key not in self._keys

    def add(self, key: ProjectKey | None) -> None:
        """Add the key of a reported finding."""
        if key is not None:
            # If an error was reported, do not also report it as overridden.
            self._keys |= {key, key._replace(overridden=True)}

    def select_new(self, findings: Iterable[ReportedFinding]) -> list[ReportedFinding]:
        """Return the findings that must still be reported, and add their keys.

        Omit the errors in values that a task overrides, because a later task may inherit these values.  After all
        tasks, `select_overridden` returns the errors in values that no task inherits.
        """
        new = [finding for finding in findings if self.is_new(finding.key)]
        for finding in new:
            if finding.key is not None and finding.key.overridden:
                self._overridden.setdefault(finding.key, finding)
            else:
                self.add(finding.key)
        return [finding for finding in new if finding.key not in self._overridden]

    def select_overridden(self, project: str) -> list[ReportedFinding]:
        """Return the errors in values of a project that tasks override and no task inherits; call this after all tasks."""
        return [finding for key, finding in self._overridden.items() if key.project == project and self.is_new(key)]


class TaskReport(NamedTuple):
    """The findings on one task."""

    findings: list[ReportedFinding]


#: An output of `TaskValidator`: the findings on a task, or the error of an invalid line.
#: The last output contains the `UnusedDefaults` of each project, by name.
TaskOutput: TypeAlias = TaskReport | DocumentError | dict[str, UnusedDefaults]


@frozen
class FindingReporter:
    """Selects, locates and formats findings according to the options."""

    options: Namespace
    projects: ProjectFiles
    update_locations: Mapping[str, UpdateLocation]
    ignored: Collection[str]

    @property
    def by_task(self) -> bool:
        """Whether the output has a line for each task; each line repeats the findings on the project."""
        return self.options.format == "json" and is_jsonl(self.options)

    def report(
        self,
        findings: Iterable[Finding],
        project: Project,
        request: RoutedRequest | None = None,
        *,
        reported: ReportedKeys,
    ) -> list[ReportedFinding]:
        """Format the findings that are neither ignored nor in `reported`, and add their keys to `reported`.

        `request` is the task with the findings; `None` for findings on the project alone.
        With `by_task`, each task repeats the findings on its project, even if they are in
        `reported`.
        """
        repeats = self.by_task and request is not None
        selected = []
        for finding in findings:
            key = _make_key(finding, project.name)
            if finding.code not in self.ignored and (repeats or reported.is_new(key)):
                selected.append((key, finding))
                reported.add(key)
        # Decode the task only if there is a finding to locate: decoding is slow.
        document = request.read_document() if selected and request is not None else None
        return [self._format(key, self._locate(finding, project, document)) for key, finding in selected]

    def report_rejected(self, task: BadTask) -> list[ReportedFinding]:
        """Convert the error of a rejected request to a finding, unless `request_refused` is ignored."""
        if "request_refused" in self.ignored:
            return []
        error = task.error
        finding = Finding(
            "request_refused",
            "error",
            error.path or "",
            error.problem,
            error.remedy,
            problem_without_value="the request cannot be resolved",
            remedy_without_value="omit --no-values to see why",
        )
        finding = finding if self.options.values else finding.without_values()
        return [self._format(None, LocatedFinding(finding, "", read_source(task.source), error.line, error.column))]

    def _locate(self, finding: Finding, project: Project, document: Document | None) -> LocatedFinding:
        return locate_finding(
            finding if self.options.values else finding.without_values(),
            project.name,
            document,
            self.projects.locate_project(project),
            self.update_locations.get(project.name),
        )

    def _format(self, key: ProjectKey | None, located: LocatedFinding) -> ReportedFinding:
        content: Any = ""
        if self.options.format == "text":
            content = f"{self.options.screen.render(located.list_pieces())}\n\n"
        elif self.options.format == "json":
            content = located.to_json()
        elif self.options.format == "github":
            content = f"{located.format_annotation()}\n"
        elif self.options.format == "html":
            content = located
        row = make_finding_row(located) if wants_document(self.options) else None
        return ReportedFinding(key, located.severity, content, row)


def _make_key(finding: Finding, project: str) -> ProjectKey | None:
    if finding.version is None:
        return None
    since = finding.version if finding.first_set_in is None else finding.first_set_in
    return ProjectKey(project, since, finding.code, finding.pointer, finding.problem, finding.overridden)


@frozen
class TaskValidator:
    """Validates tasks.

    Instances can be pickled, so other processes can use them.
    """

    reporter: FindingReporter
    schemas: Schemas

    @cached_property
    def _validators(self) -> dict[str, Validator]:
        # A process validates many chunks, and a validator is slow to create, so create each only once.
        return {project.name: Validator(project, self.schemas) for project in self.reporter.projects}

    def validate_tasks(self, raw_tasks: Iterable[RawTask]) -> Iterator[TaskOutput]:
        """Yield the findings on each task, in order, and then the `UnusedDefaults` of each project, by name."""
        options, projects = self.reporter.options, self.reporter.projects
        unused = {project.name: UnusedDefaults.of(project) for project in projects}
        reported = ReportedKeys()
        for request in read_requests(options, projects.find_route, raw_tasks):
            if isinstance(request, BadTask):
                yield TaskReport(self.reporter.report_rejected(request)) if request.is_rejected else request.error
                continue
            project, version = request.route.project, request.route.inheritance.version
            if version is not None and version is project.latest:
                unused[project.name].add(request.params)
            is_planned = project.name in self.reporter.update_locations
            findings = _validate_request(request, self._validators[project.name], is_planned=is_planned)
            yield TaskReport(self.reporter.report(findings, project, request, reported=reported))
        yield unused


def _validate_request(request: RoutedRequest, validator: Validator, *, is_planned: bool) -> Iterable[Finding]:
    inheritance = request.route.inheritance
    names_version = request.route.request.project_version is not None
    findings = validator.task_params(request.params, inheritance, names_version=names_version)
    if not names_version:
        return (*findings, *lint_params(request.params, inheritance))
    return (*findings, *lint_task(request.resolve(), validator.schema.required, is_planned=is_planned))
