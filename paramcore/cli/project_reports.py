"""Build the report of each project: plan, tasks and findings, in one pass over TASKS."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable
from copy import copy
from itertools import tee
from typing import Any

from paramcore.analysis import ImpactCounter, Plan
from paramcore.bulk import Route, RoutedRequest, read_source
from paramcore.cli.located_finding import LocatedFinding, UpdateLocation
from paramcore.cli.params import read_update_file
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.cli.requests import BadTask, read_raw_tasks, read_requests
from paramcore.cli.schemas import read_schemas
from paramcore.cli.task_validator import FindingReporter, ProjectKey, TaskReport, TaskValidator
from paramcore.errors import DocumentError
from paramcore.model import Project, TaskRequest, Update
from paramcore.report.project_views import FindingRow, ProjectReport
from paramcore.report.task_views import MAX_AFFECTED, AffectedTask, Tasks
from paramcore.text import escape_unprintable, format_name
from paramcore.validation.finding import Finding
from paramcore.validation.validator import Validator

#: The maximum number of errors, and of warnings, that a page lists for a project.
MAX_FINDINGS = 100


class ReportBuilder:
    """Builds the reports of the projects that a command line names."""

    def __init__(self, options: Namespace, projects: ProjectFiles) -> None:
        self._options = options
        self._projects = projects
        self._schemas = read_schemas(options.schema)
        self._update: Update | None = None
        #: The projects as they would be after the update.
        self._updated = copy(projects)
        locations: dict[str, UpdateLocation] = {}
        if options.update is not None:
            file = read_update_file(options.update)
            self._update = file.update
            locations = {project.name: UpdateLocation.of(project, file.update, file) for project in projects}
            self._updated.apply_update(file.update)
        self._reporter = FindingReporter(options, self._updated, locations, read_ignored_codes(options.ignore))
        self._reported: set[ProjectKey] = set()
        self._drafts = {project.name: self._start_draft(project) for project in projects}

    def build(self) -> list[ProjectReport]:
        """Read the tasks, and return the reports.

        Raises:
            ParamcoreError: if the tasks cannot be read.
        """
        if self._options.tasks is not None:
            self._read_tasks()
        return [draft.finish() for draft in self._drafts.values()]

    def _start_draft(self, project: Project) -> _Draft:
        validator = Validator(project, self._schemas)
        if self._update is None:
            plan, findings = None, validator.list_findings()
        else:
            plan, findings = Plan.of(project, self._update), validator.update(self._update)
        located = self._report(findings, project)
        source = self._projects.locate_project(project)[0].source
        return _Draft(project, source, located, plan, with_tasks=self._options.tasks is not None)

    def _report(self, findings: Iterable[Finding], project: Project) -> list[LocatedFinding]:
        reported = self._reporter.report(findings, project, reported=self._reported)
        return [finding.content for finding in reported]

    def _read_tasks(self) -> None:
        sources, validated = tee(read_raw_tasks(self._options, prints=False))
        outputs = TaskValidator(self._reporter, self._schemas).validate_tasks(validated)
        # Both generators yield one item for each task, so `tee` keeps one task at a time.
        requests = read_requests(self._options, self._projects.find_route, sources)
        for request, output in zip(requests, outputs, strict=False):
            draft = self._add_request(request)
            if isinstance(output, DocumentError):
                raise output
            if isinstance(output, TaskReport):
                draft.add_findings(self._select_new(output))
        # The last item counts the params that all tasks override.
        for unused in outputs:
            if isinstance(unused, dict):
                for project in self._updated:
                    findings = unused[project.name].list_findings(project)
                    self._drafts[project.name].add_findings(self._report(findings, project))

    def _add_request(self, request: RoutedRequest | BadTask) -> _Draft:
        if isinstance(request, RoutedRequest):
            draft = self._drafts[request.route.project.name]
            draft.add_request(request)
            return draft
        # A file of something other than task requests is a mistake of the command line.
        if not request.is_rejected or request.error.code.startswith("request_is_"):
            raise request.error
        value = read_source(request.source).value
        name = value.get("project") if isinstance(value, dict) else None
        draft = (
            self._drafts[name] if isinstance(name, str) and name in self._drafts else next(iter(self._drafts.values()))
        )
        draft.rejected += 1
        return draft

    def _select_new(self, report: TaskReport) -> list[LocatedFinding]:
        """Return the findings on a task, and those on its project that are not reported yet."""
        new = [finding for finding in report.findings if finding.key is None or finding.key not in self._reported]
        self._reported.update(finding.key for finding in new)
        return [finding.content for finding in new]


class _Draft:
    """The report of a project, while tasks are read."""

    def __init__(
        self, project: Project, source: str, findings: list[LocatedFinding], plan: Plan | None, *, with_tasks: bool
    ) -> None:
        self._project = project
        self._source = source
        self._plan = None if plan is None else plan.with_findings(findings)
        self._counter = None if plan is None else ImpactCounter(plan)
        self._with_tasks = with_tasks
        self._findings: dict[str, list[LocatedFinding]] = {"error": [], "warning": []}
        self._counts: Counter[str] = Counter()
        #: The number of requests that the project rejects.
        self.rejected: int = 0
        self._inherited: Counter[int | None] = Counter()
        self._first: TaskRequest | None = None
        self._affected: list[AffectedTask] = []
        self._rests_on: set[str] = set()
        self._resolved: set[tuple[Route, Any]] = set()
        self.add_findings(findings)

    def add_findings(self, findings: Iterable[LocatedFinding]) -> None:
        """Count findings, and keep the first errors and the first warnings."""
        for finding in findings:
            self._counts[finding.severity] += 1
            if len(self._findings[finding.severity]) < MAX_FINDINGS:
                self._findings[finding.severity].append(finding)

    def add_request(self, request: RoutedRequest) -> None:
        """Count a request, and the effect of the update on it."""
        version = request.route.inheritance.version
        self._inherited[None if version is None else version.number] += 1
        self._add_rules(request)
        if self._first is None:
            self._first = request.make_task_request()
        if self._counter is None:
            return
        effect = self._counter.count_task(request.make_task_request())
        if effect.params and len(self._affected) < MAX_AFFECTED:
            location = request.read_document().format_location("")
            names = tuple(map(format_name, effect.params))
            self._affected.append(AffectedTask(location, request.unique_id, names))

    def _add_rules(self, request: RoutedRequest) -> None:
        # The rules depend on the route, on whether the task has an instruction, and on nulls (T1).
        instruction = request.params.get("instruction")
        key = request.route, "text" if instruction else instruction
        if key not in self._resolved or None in request.params.values():
            self._resolved.add(key)
            self._rests_on.update(request.resolve().rests_on)

    def finish(self) -> ProjectReport:
        """Return the report."""
        return ProjectReport(
            self._project,
            self._source,
            self._plan,
            self._finish_tasks() if self._with_tasks else None,
            tuple(map(_format_finding, [*self._findings["error"], *self._findings["warning"]])),
            self._counts["error"],
            self._counts["warning"],
        )

    def _finish_tasks(self) -> Tasks:
        only = only_after = None
        accepted = self._inherited.total()
        if accepted == 1 and not self.rejected and self._first is not None:
            only = self._project.resolve(self._first)
            only_after = None if self._plan is None else self._update_project(self._plan).resolve(self._first)
        return Tasks(
            accepted + self.rejected,
            dict(sorted(self._inherited.items(), key=lambda item: -1 if item[0] is None else item[0], reverse=True)),
            self.rejected,
            only,
            only_after,
            None if self._counter is None else self._counter.build_impact(),
            tuple(self._affected),
            frozenset(self._rests_on),
        )

    @staticmethod
    def _update_project(plan: Plan) -> Project:
        return plan.project if plan.update is None else plan.project.update(plan.update)


def _format_finding(located: LocatedFinding) -> FindingRow:
    finding = located.finding
    since = ""
    if located.is_in_update:
        since = f"set by the update, in version {finding.version}"
    elif finding.version is not None:
        first = finding.first_set_in
        unchanged = "" if first in (None, finding.version) else f", unchanged since version {first}"
        since = f"in version {finding.version}{unchanged}"
    location = "" if located.document is None else f"{located.document.source}:{located.line}:{located.column}"
    return FindingRow(
        finding.severity,
        finding.code,
        location,
        format_name(finding.pointer),
        escape_unprintable(finding.message),
        since,
    )
