"""The command that checks finished tasks against the history of their project: audit."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from functools import partial
from typing import Any

from attrs import frozen

from paramcore.analysis import Audit, Auditor, Contradiction
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadLines
from paramcore.errors import DocumentError
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import PROJECT_SIZE, read_document, read_lines
from paramcore.values import join_pointer


def audit(options: Namespace) -> Pieces:
    """Check whether finished tasks can come from the version that they name."""
    projects = ProjectFiles(options.project, options.assumptions)
    auditors = _Auditors(projects)
    bad_lines = BadLines(keep_going=options.keep_going)
    read = partial(_read_task_objects, options.tasks, lines=options.lines)
    for task in show_progress(lambda on_read: read(on_read=on_read), options.tasks, prints=False):
        try:
            auditors.check_task(task)
        except DocumentError as error:
            bad_lines.report(error)
    audits = auditors.build_audits()
    if options.format == "json":
        yield format_document(projects.join_answers([audit.to_json() for audit in audits]))
    else:
        yield "\n\n".join(map(str, audits)) + "\n"
    if auditors.unknown_projects:
        print_message(f"warning: {auditors.unknown_projects:,} tasks name none of these projects")
    bad_lines.report_count()
    return FINDINGS if bad_lines.count or any(audit.impossible for audit in audits) else FINE


@frozen
class _TaskObject:
    """A task object, its document, and its JSON Pointer in it."""

    value: Any
    document: Document
    path: str = ""


class _Auditors:
    """An auditor for each project; `unknown_projects` counts tasks of none of them."""

    def __init__(self, projects: ProjectFiles) -> None:
        self._auditors = {project.name: Auditor(project) for project in projects}
        self._findings: dict[str, list[Contradiction]] = {name: [] for name in self._auditors}
        self.unknown_projects = 0

    def check_task(self, task: _TaskObject | DocumentError) -> None:
        """Check a task against the history of the project that it names.

        Raises:
            DocumentError: for a bad line, or what is no task object.
        """
        if isinstance(task, DocumentError):
            raise task
        is_object = isinstance(task.value, dict)
        name = task.value.get("project") if is_object else None
        if not isinstance(name, str) or name not in self._auditors:
            if is_object and len(self._auditors) > 1:
                self.unknown_projects += 1
                return
            # The only auditor counts a task of another project; any auditor rejects what is no task object.
            name = next(iter(self._auditors))
        with task.document.locate_errors(task.path):
            self._findings[name].extend(self._auditors[name].check_task(task.value))

    def build_audits(self) -> list[Audit]:
        return [auditor.build_audit(self._findings[name]) for name, auditor in self._auditors.items()]


def _read_task_objects(
    path: str, *, lines: bool, on_read: OnRead | None = None
) -> Iterator[_TaskObject | DocumentError]:
    """Yield the task objects of a file, and an error for each bad line.

    A file holds one object, an array, a page (`{"docs": [...]}`), or JSONL.
    """
    if lines or path.endswith(".jsonl"):
        for line in read_lines(path, on_read=on_read):
            try:
                document = line.document()
            except DocumentError as error:
                yield error
            else:
                yield _TaskObject(document.value, document)
        return
    document = read_document(path, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    value, path_of_array = document.value, ""
    if isinstance(value, dict) and isinstance(value.get("docs"), list):
        value, path_of_array = value["docs"], "/docs"
    if not isinstance(value, list):
        yield _TaskObject(value, document)
        return
    for index, element in enumerate(value):
        yield _TaskObject(element, document, path_of_array + join_pointer(index))
