"""Resolve each task of a command and format the result."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadLines, Task, decode_task, get_overrides, is_jsonl, read_raw_tasks, read_task
from paramcore.errors import DocumentError
from paramcore.files.document import Document
from paramcore.files.reader import Line
from paramcore.model import EffectiveParams


def format_each_task(
    projects: ProjectFiles,
    options: Namespace,
    as_text: Callable[[EffectiveParams], str],
    as_json: Callable[[EffectiveParams], dict[str, Any]],
    *,
    encode_line: Callable[[Line], str | None] = lambda _line: None,
) -> Pieces:
    """Yield the effective params of each task, formatted by `as_text` or `as_json`.

    With `--format json`, JSONL has one answer on each line, and an array has an array
    of answers.  For many tasks, each answer begins with the `line` and the `unique_id`
    of its task.  `encode_line` is the fast path: it returns the answer for a line, or
    `None` for a line that needs the checking path.
    """
    overrides = get_overrides(options)
    bad_lines = BadLines(options)
    separator = ""
    answers: list[dict[str, Any]] = []
    is_array = False
    for raw_task in read_raw_tasks(options, prints=not options.output):
        is_array = isinstance(raw_task, Document) and raw_task.is_element
        encoded = encode_line(raw_task) if isinstance(raw_task, Line) else None
        if encoded is not None:
            yield encoded + "\n"
            continue
        try:
            task = read_task(decode_task(raw_task), overrides)
            effective = task.resolve(projects)
        except DocumentError as error:
            bad_lines.report(error)
            continue
        if options.format == "text":
            yield f"{separator}{as_text(effective)}\n"
            separator = "\n"
        elif is_jsonl(options):
            yield json.dumps({**_identify(task), **as_json(effective)}) + "\n"
        else:
            answers.append({**_identify(task), **as_json(effective)} if is_array else as_json(effective))
    if options.format == "json" and not is_jsonl(options) and (answers or is_array or not bad_lines.count):
        yield format_document(answers[0] if answers and not is_array else answers)
    bad_lines.report_count()
    return FINDINGS if bad_lines.count else FINE


def _identify(task: Task) -> dict[str, Any]:
    """Return the line and the `unique_id` of a task, which identify its answer."""
    return {"line": task.document.locate("").line, "unique_id": task.request.unique_id}
