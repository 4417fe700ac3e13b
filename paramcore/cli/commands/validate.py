"""The command `validate`."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, islice
from typing import Any

from paramcore.cli.annotations import annotate_errors, format_annotation, format_error
from paramcore.cli.arguments import assign_files
from paramcore.cli.exit_codes import FINDINGS, FINE, INTERRUPTED
from paramcore.cli.jobs import run_tasks
from paramcore.cli.located_finding import UpdateLocation
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.params import read_update_file
from paramcore.cli.pyproject import read_ignored_codes
from paramcore.cli.requests import BadLines
from paramcore.cli.schemas import read_schemas
from paramcore.cli.summary import report_document
from paramcore.cli.task_validator import FindingReporter, ReportedFinding, ReportedKeys, TaskReport, TaskValidator
from paramcore.files.codec import choose_codec
from paramcore.model import Project
from paramcore.report.document import RowCollector
from paramcore.report.findings import build_validation_document
from paramcore.text import format_count
from paramcore.text.rows import Line
from paramcore.validation.finding import Finding
from paramcore.validation.lint import UnusedDefaults
from paramcore.validation.validator import Validator


def validate(options: Namespace) -> Pieces:
    """Report what the service would reject or silently ignore, with file and line."""
    return (yield from annotate_errors(_validate(options), options))


def _validate(options: Namespace) -> Pieces:
    run = ValidationRun(options)
    encode = choose_codec().encode
    documents: list[dict[str, Any]] = []
    rows = RowCollector()
    try:
        for findings in run.list_findings():
            for row in filter(None, (finding.row for finding in findings)):
                rows.add(row)
            if not findings and not run.by_task:
                continue
            contents = [finding.content for finding in findings]
            if options.format != "json":
                yield from contents
            elif run.by_task:
                yield encode({"findings": contents}) + b"\n"
            else:
                documents += contents
        status = run.status
    except KeyboardInterrupt:
        if options.output:
            # Never write an incomplete file.
            raise
        print_message("interrupted: the findings are incomplete")
        status = INTERRUPTED
    if options.format == "json" and not run.by_task:
        yield format_document({"findings": documents})
    yield from report_document(
        options, lambda command: build_validation_document((run.summary,), rows, command, subject=run.subject)
    )
    if options.format == "text":
        yield f"{options.screen.render([Line(run.summary)])}\n"
    else:
        run.bad_lines.report_count()
    return status


class ValidationRun:
    """Validates the projects of a command line, then its tasks, and counts the findings."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._projects = assign_files(options)
        self._schemas = read_schemas(options.schema)
        validators = {project.name: Validator(project, self._schemas) for project in self._projects}
        self._project_findings = {name: validator.list_findings for name, validator in validators.items()}
        update_locations: dict[str, UpdateLocation] = {}
        if options.update is not None:
            file = read_update_file(options.update)
            for project in self._projects:
                self._project_findings[project.name] = partial(validators[project.name].update, file.update)
                update_locations[project.name] = UpdateLocation.of(project, file.update, file)
            # Validate tasks as they would be after the update.
            self._projects.apply_update(file.update)
        self._reporter = FindingReporter(options, self._projects, update_locations, read_ignored_codes(options.ignore))
        #: Whether the output has a line for each task.
        self.by_task: bool = self._reporter.by_task
        #: The keys of all printed findings, from any process.
        self._reported = ReportedKeys()
        self._tasks = 0
        #: Reports and counts the invalid lines.
        self.bad_lines: BadLines = BadLines(options)
        self._counts: Counter[str] = Counter()

    def list_findings(self) -> Iterator[list[ReportedFinding]]:
        """Yield the findings on the projects, on each task, and on all tasks together."""
        of_projects = self._count(finding for project in self._projects for finding in self._validate_project(project))
        of_projects += self._list_skipped()
        if self._options.tasks is None:
            yield of_projects
            return
        unused = {project.name: UnusedDefaults.of(project) for project in self._projects}
        of_tasks = self._validate_tasks(unused)
        try:
            # If the tasks cannot be read, raise the error before there is any output.
            first = list(islice(of_tasks, 1))
        except KeyboardInterrupt:
            yield of_projects
            raise
        yield of_projects
        yield from chain(first, of_tasks)
        yield self._count(
            finding
            for project in self._projects
            for finding in self._list_joint_findings(project, unused[project.name])
        )

    def _list_joint_findings(self, project: Project, unused: UnusedDefaults) -> list[ReportedFinding]:
        """Return the findings that depend on all tasks of a project."""
        overridden = self._reported.select_overridden(project.name)
        return [*overridden, *self._report(unused.list_findings(project), project)]

    def _list_skipped(self) -> list[ReportedFinding]:
        """With `--format github`, return annotations for skipped entries if `--strict` makes them an error."""
        if self._options.format != "github" or not self._options.strict:
            return []
        annotations = (
            format_annotation("error", "skipped", skip.message, skip.path) for skip in self._projects.skipped
        )
        return [ReportedFinding(None, "skipped file", f"{annotation}\n", None) for annotation in annotations]

    def _validate_project(self, project: Project) -> list[ReportedFinding]:
        findings = self._project_findings[project.name]()
        return self._report([finding for finding in findings if self._is_recent(finding, project)], project)

    def _is_recent(self, finding: Finding, project: Project) -> bool:
        """Return whether `--since-version` allows a finding.

        Findings on the latest version, and findings on no version, are always allowed.
        """
        since = min(self._options.since_version, len(project.versions) - 1)
        return finding.version is None or finding.version >= since

    def _report(self, findings: Iterable[Finding], project: Project) -> list[ReportedFinding]:
        return self._reporter.report(findings, project, reported=self._reported)

    def _validate_tasks(self, unused: Mapping[str, UnusedDefaults]) -> Iterator[list[ReportedFinding]]:
        """Yield the findings on each task, and add the tasks to `unused`."""
        validator = TaskValidator(self._reporter, self._schemas)
        for output in run_tasks(validator.validate_tasks, self._options, prints=not self._options.output):
            if isinstance(output, TaskReport):
                self._tasks += 1
                yield self._count(output.findings if self.by_task else self._reported.select_new(output.findings))
            elif isinstance(output, dict):
                for name, of_process in output.items():
                    unused[name].combine(of_process)
            else:
                error = self.bad_lines.report(output)
                if self._options.format == "github":
                    yield [ReportedFinding(None, "invalid line", f"{format_error(error)}\n", None)]

    def _count(self, findings: Iterable[ReportedFinding]) -> list[ReportedFinding]:
        counted = list(findings)
        self._counts.update(finding.severity for finding in counted)
        return counted

    @property
    def subject(self) -> str:
        """The paths of the projects, or the name of the only project if `ProjectFiles.many` is false."""
        return self._projects.subject or next(iter(self._projects)).name

    @property
    def status(self) -> int:
        """The exit code."""
        strict = self._options.strict and (self._counts["warning"] or self._projects.skipped)
        fails = self._counts["error"] or strict or self.bad_lines.count
        return FINDINGS if fails else FINE

    @property
    def summary(self) -> str:
        """One line, such as `2 errors, 1 warning in 1 project and 3 tasks`."""
        after = " after the update" if self._options.update else ""
        inputs = [format_count(len(self._projects), "project") + after]
        if self._options.tasks:
            inputs.append(format_count(self._tasks, "task"))
        others = Counter({"invalid line": self.bad_lines.count})
        for skip in self._projects.skipped:
            others[f"skipped {skip.kind}"] += skip.entries
        listed = "".join(f", {format_count(count, noun)}" for noun, count in others.items() if count)
        errors, warnings = (format_count(self._counts[severity], severity) for severity in ("error", "warning"))
        return f"{errors}, {warnings} in {' and '.join(inputs)}{listed}"
