"""The command `audit`."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from paramcore.analysis import Auditor, Contradiction
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.requests import BadLines, is_jsonl
from paramcore.cli.summary import report_document
from paramcore.errors import DocumentError
from paramcore.files.document import PROJECT_DEPTH, Document
from paramcore.files.reader import PROJECT_SIZE, read_document, read_lines
from paramcore.report.findings import build_audit_document
from paramcore.text import format_count
from paramcore.values import join_pointer
from paramcore.wrong_documents import reject_other_than_task


def audit(options: Namespace) -> Pieces:
    """Check whether finished tasks match the project version that they record."""
    projects = read_project_argument(options)
    auditors = {project.name: Auditor(project) for project in projects}
    findings: dict[str, list[Contradiction]] = {name: [] for name in auditors}
    bad_lines = BadLines(options)
    unknown_projects = 0
    for task in show_progress(partial(_read_task_objects, options), options.tasks, prints=False):
        try:
            if isinstance(task, DocumentError):
                raise task
            name = _choose_auditor(task.value, auditors)
            with task.document.locate_errors(task.path):
                if name is None:
                    reject_other_than_task(task.value)
                    unknown_projects += 1
                else:
                    findings[name].extend(auditors[name].check_task(task.value))
        except DocumentError as error:
            bad_lines.report(error)
    audits = [auditor.build_audit(findings[name]) for name, auditor in auditors.items()]
    if options.format == "json":
        yield format_document(projects.unwrap_single([select_values(audit.to_json(), options) for audit in audits]))
    elif options.format == "text":
        texts = (options.screen.render(audit.list_pieces(values=options.values)) for audit in audits)
        yield "\n\n".join(texts) + "\n"
    yield from report_document(options, lambda command: build_audit_document(audits, command, subject=projects.subject))
    if unknown_projects:
        print_message(
            f"warning: skipped {format_count(unknown_projects, 'task')} whose `project` is missing or is not in PROJECT"
        )
    bad_lines.report_count()
    return FINDINGS if bad_lines.count or any(audit.impossible for audit in audits) else FINE


def _choose_auditor(value: Any, auditors: Mapping[str, Auditor]) -> str | None:
    """Return the name of the project whose auditor checks a task.

    With several auditors, return `None` if the task has no project, or if its project has no auditor.
    """
    if len(auditors) == 1 or not isinstance(value, dict):
        # A single auditor also checks tasks of other projects, and counts them as `not_judged`.
        # A value that is not an object can go to any auditor, because every auditor rejects it.
        return next(iter(auditors))
    name = value.get("project")
    return name if isinstance(name, str) and name in auditors else None


@frozen
class _TaskObject:
    """A task object, the document that contains it, and its JSON Pointer in the document."""

    value: Any
    document: Document
    path: str = ""


def _read_task_objects(options: Namespace, on_read: OnRead | None) -> Iterator[_TaskObject | DocumentError]:
    """Yield the task objects of a file, and an error for each invalid line.

    The file contains one object, an array, a page of `GET /tasks` (`{"docs": [...]}`), or JSONL.
    """
    if is_jsonl(options):
        for line in read_lines(options.tasks, on_read=on_read):
            try:
                document = line.document()
            except DocumentError as error:
                yield error
            else:
                yield _TaskObject(document.value, document)
        return
    document = read_document(options.tasks, limit=PROJECT_SIZE, depth=PROJECT_DEPTH)
    value, path_of_array = document.value, ""
    if isinstance(value, dict) and isinstance(value.get("docs"), list):
        value, path_of_array = value["docs"], "/docs"
    if not isinstance(value, list):
        yield _TaskObject(value, document)
        return
    for index, element in enumerate(value):
        yield _TaskObject(element, document, path_of_array + join_pointer(index))
