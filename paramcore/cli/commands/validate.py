"""The command `validate`."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from paramcore.bulk import FastTaskReader
from paramcore.cli.arguments import assign_files
from paramcore.cli.exit_codes import FINDINGS, FINE, INTERRUPTED
from paramcore.cli.located_finding import LocatedFinding, UpdateLocation, locate_finding
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.params import read_update_file
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.cli.requests import BadLines, RawTask, decode_task, get_overrides, is_jsonl, read_raw_tasks, read_task
from paramcore.cli.schemas import read_schemas
from paramcore.errors import DocumentError
from paramcore.files.document import Document
from paramcore.files.reader import Line
from paramcore.model import Project
from paramcore.text import format_count
from paramcore.validation.finding import Finding
from paramcore.validation.lint import UnusedDefaults, lint_params, lint_task
from paramcore.validation.validator import Validator


def validate(options: Namespace) -> Pieces:
    """Report what the service would reject or silently ignore, with file and line."""
    run = ValidationRun(options)
    documents: list[dict[str, Any]] = []
    try:
        for findings in run.list_findings():
            if not findings and not run.by_task:
                continue
            run.count(findings)
            if options.format != "json":
                yield from _format_findings(findings, options)
            elif run.by_task:
                yield json.dumps(_to_json(findings)) + "\n"
            else:
                documents += _to_json(findings)["findings"]
        status = run.status
    except KeyboardInterrupt:
        if options.output:
            # Never write an incomplete file.
            raise
        print_message("interrupted: the findings are incomplete")
        status = INTERRUPTED
    if options.format == "json" and not run.by_task:
        yield format_document({"findings": documents})
    if options.format == "text":
        yield f"{run.summary}\n"
    else:
        run.bad_lines.report_count()
    return status


def _format_findings(findings: Iterable[LocatedFinding], options: Namespace) -> Iterator[str]:
    for finding in findings:
        if options.format == "github":
            yield f"{finding.format_annotation()}\n"
        else:
            yield f"{finding.format_text(values=options.values)}\n\n"


def _to_json(findings: Iterable[LocatedFinding]) -> dict[str, Any]:
    return {"findings": [finding.to_json() for finding in findings]}


class ReportedFindings:
    """The findings on projects' values that were reported already.

    Every task inherits these values, and each finding on them is reported once.
    Findings on tasks are not kept, since their number has no limit.
    """

    def __init__(self) -> None:
        self._keys: set[tuple[Any, ...]] = set()

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, finding: Finding, project: str) -> bool:
        """Return whether a finding is new, and remember it if it is about the project."""
        if finding.version is None:
            return True
        since = finding.version if finding.first_set_in is None else finding.first_set_in
        key = (project, since, finding.code, finding.pointer, finding.problem)
        is_new = key not in self._keys
        self._keys.add(key)
        return is_new


class ValidationRun:
    """Validates the projects of a command line, then its tasks."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._ignored = read_ignored_codes(options.ignore)
        self._projects = assign_files(options)
        schemas = read_schemas(options.schema)
        self._validators = {project.name: Validator(project, schemas) for project in self._projects}
        self._project_findings = {name: validator.list_findings for name, validator in self._validators.items()}
        self._update_locations: dict[str, UpdateLocation] = {}
        if options.update is not None:
            file = read_update_file(options.update)
            for project in self._projects:
                validator = self._validators[project.name]
                self._project_findings[project.name] = partial(validator.update, file.update)
                self._update_locations[project.name] = UpdateLocation.of(project, file.update, file)
            # Validate tasks as they would be after the update.
            self._projects.apply_update(file.update)
            self._validators = {project.name: Validator(project, schemas) for project in self._projects}
        self._unused_defaults = {project.name: UnusedDefaults(project) for project in self._projects}
        self._overrides = get_overrides(options)
        self._fast_reader = FastTaskReader(self._projects.find_project, self._overrides)
        self._tasks = 0
        #: The lines that cannot be decoded.
        self.bad_lines: BadLines = BadLines(options)
        self._counts: Counter[str] = Counter()
        #: Whether the output has a line for each task.
        self.by_task: bool = options.format == "json" and is_jsonl(options)
        self._reported = ReportedFindings()

    def list_findings(self) -> Iterator[list[LocatedFinding]]:
        """Yield the findings on the projects, on each task, and on all tasks together."""
        yield [located for project in self._projects for located in self._validate_project(project)]
        if self._options.tasks is None:
            return
        yield from self._validate_tasks()
        yield [
            located
            for project in self._projects
            for located in self._report(self._unused_defaults[project.name].list_findings(), project)
        ]

    def _validate_project(self, project: Project) -> list[LocatedFinding]:
        findings = self._project_findings[project.name]()
        return self._report([finding for finding in findings if self._is_recent(finding, project)], project)

    def _is_recent(self, finding: Finding, project: Project) -> bool:
        """Return whether a finding is on the latest version or since `--since-version`."""
        since = min(self._options.since_version, len(project.versions) - 1)
        return finding.version is None or finding.version >= since

    def _validate_tasks(self) -> Iterator[list[LocatedFinding]]:
        for raw_task in read_raw_tasks(self._options, prints=not self._options.output):
            findings = self._validate_line(raw_task) if isinstance(raw_task, Line) else None
            if findings is None:
                try:
                    document = decode_task(raw_task)
                except DocumentError as error:
                    self.bad_lines.report(error)
                    continue
                findings = self._validate_document(document)
            self._tasks += 1
            yield findings

    def _validate_line(self, line: Line) -> list[LocatedFinding] | None:
        """Return the findings on a line; `None` if it needs the checking path."""
        request = self._fast_reader.read(line.data)
        # Only `lint_task` checks a pin or an opt-out.
        if request is None or request[1].request.project_version is not None:
            return None
        params, route, _unique_id = request
        project, inheritance = route.project, route.inheritance
        self._unused_defaults[project.name].add(params, inheritance.version)
        findings = (*self._validators[project.name].task_params(params, inheritance), *lint_params(params, inheritance))
        return self._report(findings, project, line)

    def _validate_document(self, document: Document) -> list[LocatedFinding]:
        try:
            task = read_task(document, self._overrides, quiet=True)
            effective = task.resolve(self._projects)
        except DocumentError as error:
            return self._report_refusal(error, document)
        project = self._projects.find_project(task.request)
        validator = self._validators[project.name]
        self._unused_defaults[project.name].add(effective.task.params, effective.inherited_from)
        findings = (*validator.task(effective), *lint_task(effective, validator.schema.required))
        return self._report(findings, project, document)

    def _report_refusal(self, error: DocumentError, document: Document) -> list[LocatedFinding]:
        """Return an error of a request as a finding."""
        if error.line is None or error.column is None:
            # The error is in the command line.
            raise error
        if "request_refused" in self._ignored:
            return []
        finding = Finding(
            "request_refused",
            "error",
            error.path or "",
            error.problem,
            error.remedy,
            problem_without_value="the request cannot be resolved",
            remedy_without_value="omit --no-values to see why",
        )
        finding = finding if self._options.values else finding.without_values()
        return [LocatedFinding(finding, "", document, error.line, error.column)]

    def _report(
        self, findings: Iterable[Finding], project: Project, raw_task: RawTask | None = None
    ) -> list[LocatedFinding]:
        """Locate the findings that are neither ignored nor reported already."""
        # Each output line for a task has all findings; elsewhere, report findings on the project once.
        repeats = self.by_task and raw_task is not None
        selected = [
            finding
            for finding in findings
            if finding.code not in self._ignored and (repeats or self._reported.add(finding, project.name))
        ]
        # Decode the task only if there is a finding to locate: decoding is slow.
        document = decode_task(raw_task) if selected and raw_task is not None else None
        return [
            locate_finding(
                finding if self._options.values else finding.without_values(),
                project.name,
                document,
                self._projects.locate_project(project),
                self._update_locations.get(project.name),
            )
            for finding in selected
        ]

    def count(self, findings: Iterable[LocatedFinding]) -> None:
        """Count findings for `status` and `summary`."""
        self._counts.update(located.finding.severity for located in findings)

    @property
    def status(self) -> int:
        """The exit code."""
        fails = self._counts["error"] or (self._options.strict and self._counts["warning"]) or self.bad_lines.count
        return FINDINGS if fails else FINE

    @property
    def summary(self) -> str:
        """One line: `2 errors, 1 warning in 1 project and 3 tasks`."""
        after = " after the update" if self._options.update else ""
        inputs = [format_count(len(self._projects), "project") + after]
        if self._options.tasks:
            inputs.append(format_count(self._tasks, "task"))
        bad_lines = f", {format_count(self.bad_lines.count, 'bad line')}" if self.bad_lines.count else ""
        errors, warnings = (format_count(self._counts[severity], severity) for severity in ("error", "warning"))
        return f"{errors}, {warnings} in {' and '.join(inputs)}{bad_lines}"
