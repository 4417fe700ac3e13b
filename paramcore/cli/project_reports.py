"""Build the report of each project: plan, tasks and findings, in one pass over TASKS."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from itertools import starmap, tee
from typing import Any

from attrs import evolve

from paramcore.analysis import ImpactCounter, Plan
from paramcore.bulk import RawTask, Route, RoutedRequest, read_source
from paramcore.cli.error_counter import ErrorCounter
from paramcore.cli.located_finding import LocatedFinding, UpdateLocation
from paramcore.cli.params import UpdateFile, read_update_file
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.cli.requests import BadTask, read_raw_tasks, read_requests
from paramcore.cli.schemas import read_schemas
from paramcore.cli.task_validator import (
    FindingReporter,
    ReportedFinding,
    ReportedKeys,
    TaskOutput,
    TaskReport,
    TaskValidator,
)
from paramcore.errors import DocumentError
from paramcore.model import Project, TaskRequest, Update
from paramcore.report.advice import find_keeping_patch
from paramcore.report.error_changes import ErrorChanges, Presence, describe_origin
from paramcore.report.project_views import FindingRow, ProjectReport
from paramcore.report.task_views import MAX_AFFECTED, AffectedTask, Tasks
from paramcore.text import escape_unprintable, format_name
from paramcore.validation.finding import Finding
from paramcore.validation.lint import UnusedDefaults
from paramcore.validation.schema import Schemas
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
        updates: list[Mapping[str, Update]] = []
        file: UpdateFile | None = None
        if options.update is not None:
            file = read_update_file(options.update)
            self._update = file.update
            updates = _list_updates(projects, file.update)
        ignored = read_ignored_codes(options.ignore)
        #: The states in the order of `_list_updates`; without an update, only the current state.
        self._states = [
            _State(options, projects, of_state, file, self._schemas, ignored) for of_state in updates or [{}]
        ]
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
        plan = None if self._update is None else Plan.of(project, self._update)
        source = self._projects.locate_project(project)[0].source
        findings = [state.validate_project(project) for state in self._states]
        return _Draft(project, source, findings, plan, with_tasks=self._options.tasks is not None)

    def _read_tasks(self) -> None:
        sources, *validated = tee(read_raw_tasks(self._options, prints=False), 1 + len(self._states))
        outputs = [state.validate_tasks(tasks) for state, tasks in zip(self._states, validated, strict=True)]
        # For each task, each generator yields one item, so `tee` keeps only one task in memory.
        requests = read_requests(self._options, self._projects.find_route, sources)
        for request, *of_states in zip(requests, *outputs, strict=False):
            self._add_request(request).add_findings(
                [state.select_new(output) for state, output in zip(self._states, of_states, strict=True)]
            )
        # After the items for the tasks, each of `outputs` yields the unused defaults of the projects.  Only those after
        # the update matter.
        for unused in outputs[0]:
            if isinstance(unused, dict):
                for name, findings in self._states[0].report_unused(unused).items():
                    self._drafts[name].add_findings([findings])

    def _add_request(self, request: RoutedRequest | BadTask) -> _Draft:
        if isinstance(request, RoutedRequest):
            draft = self._drafts[request.route.project.name]
            draft.add_request(request)
            return draft
        # Invalid JSON, a wrong option, or a file without task requests is a usage error, not a rejected request.
        if not request.is_rejected or request.error.code.startswith("request_is_"):
            raise request.error
        value = read_source(request.source).value
        name = value.get("project") if isinstance(value, dict) else None
        draft = (
            self._drafts[name] if isinstance(name, str) and name in self._drafts else next(iter(self._drafts.values()))
        )
        draft.rejected += 1
        return draft


def _list_updates(projects: ProjectFiles, update: Update) -> list[Mapping[str, Update]]:
    """Return the updates that lead to each state, by project name.

    The first state is after `update`, and the second is before it.  The third state is after the patches that keep the
    dropped params.  A project without such a patch gets `update` instead.  If no project has such a patch, there is no
    third state.
    """
    patches = {project.name: find_keeping_patch(Plan.of(project, update)) for project in projects}
    after = dict.fromkeys(patches, update)
    kept = {name: patch for name, patch in patches.items() if patch is not None}
    return [after, {}, {**after, **kept}] if kept else [after, {}]


class _State:
    """Validates projects and tasks in one state; see `_list_updates`."""

    def __init__(
        self,
        options: Namespace,
        projects: ProjectFiles,
        updates: Mapping[str, Update],
        file: UpdateFile | None,
        schemas: Schemas,
        ignored: Collection[str],
    ) -> None:
        self._updates = updates
        self._schemas = schemas
        self._projects = copy(projects)
        self._projects.apply_updates(updates)
        locations = {
            project.name: UpdateLocation.of(project, updates[project.name], file)
            for project in projects
            if file is not None and project.name in updates
        }
        self._reporter = FindingReporter(options, self._projects, locations, ignored)
        self._reported = ReportedKeys()

    def validate_project(self, project: Project) -> list[ReportedFinding]:
        """Return the findings on a project, or on its update and the updated project."""
        validator, update = Validator(project, self._schemas), self._updates.get(project.name)
        return self._report(validator.list_findings() if update is None else validator.update(update), project)

    def validate_tasks(self, tasks: Iterable[RawTask]) -> Iterator[TaskOutput]:
        return TaskValidator(self._reporter, self._schemas).validate_tasks(tasks)

    def select_new(self, output: TaskOutput) -> list[ReportedFinding]:
        """Return the findings on a task, and the findings on its project that were not returned before."""
        if isinstance(output, DocumentError):
            raise output
        return self._reported.select_new(output.findings) if isinstance(output, TaskReport) else []

    def report_unused(self, unused: Mapping[str, UnusedDefaults]) -> dict[str, list[ReportedFinding]]:
        """Return, by project name, the findings on params that tasks override."""
        overridden = {project.name: self._reported.select_overridden(project.name) for project in self._projects}
        return {
            project.name: overridden[project.name] + self._report(unused[project.name].list_findings(project), project)
            for project in self._projects
        }

    def _report(self, findings: Iterable[Finding], project: Project) -> list[ReportedFinding]:
        return self._reporter.report(findings, project, reported=self._reported)


class _Draft:
    """The report of a project while tasks are added to it."""

    def __init__(
        self,
        project: Project,
        source: str,
        findings: Sequence[list[ReportedFinding]],
        plan: Plan | None,
        *,
        with_tasks: bool,
    ) -> None:
        self._project = project
        self._source = source
        self._plan = None if plan is None else plan.with_findings(finding.content for finding in findings[0])
        self._counter = None if plan is None else ImpactCounter(plan)
        self._with_tasks = with_tasks
        self._findings: dict[str, list[tuple[ReportedFinding, Presence | None]]] = {"error": [], "warning": []}
        self._errors = ErrorCounter()
        self._counts: Counter[str] = Counter()
        #: The number of requests that cannot be read or resolved.
        self.rejected: int = 0
        self._inherited: Counter[int | None] = Counter()
        self._first: TaskRequest | None = None
        self._affected: list[AffectedTask] = []
        self._rests_on: set[str] = set()
        self._resolved: set[tuple[Route, Any]] = set()
        self.add_findings(findings)

    def add_findings(self, findings: Sequence[list[ReportedFinding]]) -> None:
        """Count the errors of each state, and list findings of the first state.

        `findings` contains the findings of each state.
        """
        for finding, presence in self._errors.add(findings):
            self._counts[finding.severity] += 1
            if len(self._findings[finding.severity]) < MAX_FINDINGS:
                self._findings[finding.severity].append((finding, presence))

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
        # The assumed rules depend on the route, on nulls (T1), and on whether the instruction has text, is empty or is
        # missing.  So resolve a request only if it contains a null, or if no earlier request had the same key.
        instruction = request.params.get("instruction")
        key = request.route, "text" if instruction else instruction
        if key not in self._resolved or None in request.params.values():
            self._resolved.add(key)
            self._rests_on.update(request.resolve().rests_on)

    def finish(self) -> ProjectReport:
        return ProjectReport(
            self._project,
            self._source,
            self._plan,
            self._finish_tasks() if self._with_tasks else None,
            tuple(starmap(self._format_finding, [*self._findings["error"], *self._findings["warning"]])),
            self._counts["error"],
            self._counts["warning"],
            ErrorChanges() if self._plan is None else self._errors.finish(),
        )

    def _format_finding(self, finding: ReportedFinding, presence: Presence | None) -> FindingRow:
        row = _make_row(finding.content)
        if self._plan is None or finding.severity != "error":
            return row
        states = presence or self._errors.find_states(finding)
        return evolve(row, origin=describe_origin(states, has_patch=find_keeping_patch(self._plan) is not None))

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


def _make_row(located: LocatedFinding) -> FindingRow:
    finding = located.finding
    since = ""
    if located.is_in_update:
        since = f"set by the update, in version {finding.version}"
    elif finding.version is not None:
        first = finding.first_set_in
        unchanged = "" if first in (None, finding.version) else f", unchanged since version {first}"
        since = f"in version {finding.version}{unchanged}"
    return FindingRow(
        finding.severity,
        finding.code,
        located.location,
        format_name(finding.pointer),
        escape_unprintable(finding.message),
        since,
    )
