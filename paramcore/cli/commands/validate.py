"""The commands that judge: validate and schema."""

from __future__ import annotations

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from paramcore.bulk import FastTaskReader
from paramcore.cli.exit_codes import FINDINGS, FINE, INTERRUPTED
from paramcore.cli.located_finding import Placed, placed
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.pyproject import ignored_codes
from paramcore.cli.requests import BadLines, BadTask, Task, read_tasks, request_overrides
from paramcore.errors import DocumentError, InvalidSetting
from paramcore.files.document import Document
from paramcore.files.reader import Line, read_document
from paramcore.model.project import Project
from paramcore.text import format_name, format_value
from paramcore.validation.finding import Finding
from paramcore.validation.lint import Overrides, lint_history, lint_params, lint_task, lint_type
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

__all__ = ["schema", "validate"]


def validate(options: Namespace) -> Pieces:
    """Say what the service would refuse or silently ignore: whose value it is, where it stands, what to write."""
    bench = _Bench(options)
    documents: list[dict[str, Any]] = []
    try:
        for findings in bench.batches():
            if not findings and not bench.by_task:
                continue
            bench.count(findings)
            if options.format != "json":
                yield from _printed(findings, options)
            elif bench.by_task:
                yield json.dumps(_as_json(findings)) + "\n"
            else:
                documents += _as_json(findings)["findings"]
        status = bench.status
    except KeyboardInterrupt:
        if options.output:
            # A file is written whole or not at all.
            raise
        print_message("interrupted: this is what was found so far")
        status = INTERRUPTED
    if options.format == "json" and not bench.by_task:
        yield format_document({"findings": documents})
    if options.format == "text":
        yield f"{bench.summary}\n"
    else:
        bench.bad_lines.report_count()
    return status


def _printed(findings: Iterable[Placed], options: Namespace) -> Iterator[str]:
    for one in findings:
        yield f"{one.as_annotation()}\n" if options.format == "github" else f"{one.as_text(values=options.values)}\n\n"


def _as_json(findings: Iterable[Placed]) -> dict[str, Any]:
    return {"findings": [one.to_json() for one in findings]}


class _Bench:
    """Judges all projects of a command and then its tasks, one after the other."""

    def __init__(self, options: Namespace) -> None:
        self._options = options
        self._ignored = ignored_codes(options.ignore)
        self._projects = ProjectFiles(options.project, options.assumptions, quiet=True)
        self._schemas = _schemas(options.schema)
        self._judges = {project.name: Validator(project, self._schemas) for project in self._projects}
        self._overrides = {project.name: Overrides(project) for project in self._projects}
        self._first = FastTaskReader(self._projects.find_project, request_overrides(options))
        self._tasks = 0
        #: Lines that are no JSON.
        self.bad_lines = BadLines(keep_going=options.keep_going)
        self._counts: Counter[str] = Counter()
        #: Whether each task gets a line of its own.
        self.by_task = options.format == "json" and (options.lines or (options.tasks or "").endswith(".jsonl"))
        #: What was told of a project already: its tasks inherit it, and need not hear it again.
        self._told: set[tuple[Any, ...]] = set()

    def batches(self) -> Iterator[list[Placed]]:
        """Yield the findings on the projects, then those on each task, then those on all tasks together."""
        yield [one for project in self._projects for one in self._of_project(project)]
        if self._options.tasks is None:
            return
        yield from show_progress(self._of_tasks, self._options.tasks, prints=not self._options.output)
        yield [one for project in self._projects for one in self._of_all_tasks(project)]

    def _of_project(self, project: Project) -> Iterator[Placed]:
        judge = self._judges[project.name]
        found = (*lint_type(project, self._schemas), *judge.own(), *lint_history(project))
        for one in self._news(found, project):
            yield self._placed(one, project)

    def _of_tasks(self, on_read: OnRead | None) -> Iterator[list[Placed]]:
        for task in read_tasks(
            self._options.tasks,
            lines=self._options.lines,
            settings=request_overrides(self._options),
            quiet=True,
            first=self._at_first_look,
            on_read=on_read,
        ):
            if isinstance(task, BadTask) and task.document is None:
                self.bad_lines.report(task.error)
                continue
            self._tasks += 1
            yield task if isinstance(task, list) else self._of_task(task)

    def _at_first_look(self, line: Line) -> list[Placed] | None:
        """Return the findings on the request of a line, if a first look is enough."""
        seen = self._first.read(line.data)
        if seen is None:
            return None
        own, target = seen
        # What is wrong with a pin or an opt-out (`old_pin`, `bare_opt_out`) only `lint_task` tells.
        if target.request.project_version is not None:
            return None
        project, inheritance = target.project, target.inheritance
        self._overrides[project.name].add(own, inheritance.version)
        found = (*self._judges[project.name].params(own, inheritance), *lint_params(own, inheritance))
        return self._on_task(found, project, line.document)

    def _of_task(self, task: Task | BadTask) -> list[Placed]:
        try:
            if isinstance(task, BadTask):
                raise task.error
            effective = task.resolve(self._projects)
        except DocumentError as error:
            refused = self._refused(error, task)
            return [] if refused.violation.code in self._ignored else [refused]
        project = self._projects.get_project(effective.project)
        judge = self._judges[project.name]
        self._overrides[project.name].add(effective.task.params, effective.inherited_from)
        found = (*judge.task(effective), *lint_task(effective, judge.schema.required))
        return self._on_task(found, project, lambda: task.document)

    def _on_task(self, found: Iterable[Finding], project: Project, document: Callable[[], Document]) -> list[Placed]:
        # Where each line answers for itself it tells all; elsewhere what is inherited is told once.
        told = [one for one in found if one.code not in self._ignored] if self.by_task else self._news(found, project)
        # Where nothing is told there is no place to look for.
        where = document() if told else None
        return [self._placed(one, project, where) for one in told]

    def _refused(self, error: DocumentError, task: Task | BadTask) -> Placed:
        """Return the finding that a request is refused as a whole: nothing more can be said of it."""
        if task.document is None or error.line is None or error.column is None:
            # What is wrong is the command line.
            raise error
        found, kind = error.found, "a request that is refused"
        violation = Finding("request_refused", "error", error.path or "", found, error.wanted, kind=kind)
        violation = violation if self._options.values else violation.without_values()
        return Placed(violation, "", task.document, error.line, error.column)

    def _of_all_tasks(self, project: Project) -> Iterator[Placed]:
        for one in self._news(self._overrides[project.name].found(), project):
            yield self._placed(one, project)

    def _placed(self, one: Finding, project: Project, document: Document | None = None) -> Placed:
        violation = one if self._options.values else one.without_values()
        return placed(violation, project.name, document, self._projects.locate_project(project))

    def _news(self, found: Iterable[Finding], project: Project) -> list[Finding]:
        return [one for one in found if one.code not in self._ignored and self._is_news(one, project)]

    def _is_news(self, one: Finding, project: Project) -> bool:
        # What is the task's own is always news, and never remembered: there is no end to it.
        if one.version is None:
            return True
        since = one.version if one.first_set_in is None else one.first_set_in
        told = (project.name, since, one.code, one.pointer, one.wanted)
        is_news = told not in self._told
        self._told.add(told)
        return is_news

    def count(self, findings: Iterable[Placed]) -> None:
        """Count what is told."""
        self._counts.update(one.violation.severity for one in findings)

    @property
    def status(self) -> int:
        """The exit code."""
        strict = self._options.strict and self._counts["warning"]
        return FINDINGS if self._counts["error"] or strict or self.bad_lines.count else FINE

    @property
    def summary(self) -> str:
        """One line: how much was judged and what was found."""
        projects = len(self._projects)
        judged = [_counted(projects, "project")] + ([_counted(self._tasks, "task")] if self._options.tasks else [])
        bad = f", {_counted(self.bad_lines.count, 'bad line')}" if self.bad_lines.count else ""
        errors, warnings = _counted(self._counts["error"], "error"), _counted(self._counts["warning"], "warning")
        return f"{errors}, {warnings} in {' and '.join(judged)}{bad}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _schemas(given: Iterable[str]) -> Schemas:
    schemas = Schemas()
    for one in given:
        name, _, path = one.partition("=")
        if not (name and path):
            raise InvalidSetting("task_type", None, f"`--schema {format_name(one)}`", "`--schema TYPE=FILE`")
        document = read_document(path)
        with document.locate_errors():
            schemas = schemas.adding(name, document.value)
    return schemas


def schema(options: Namespace) -> Pieces:
    """Print the JSON Schema of a file for an editor: a project, a task request, or an update."""
    schemas = Schemas()
    if options.type is None:
        yield "".join(f"{name}\n" for name in schemas.types)
        return FINE
    if options.type not in schemas.types:
        found = f"the task type {format_value(options.type)}"
        raise InvalidSetting("task_type", None, found, "one that `paramcore schema` lists")
    yield format_document(schemas.of(options.type).published(options.purpose))
    return FINE
