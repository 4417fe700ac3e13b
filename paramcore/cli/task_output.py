"""Resolve each task of a command and format the result."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.progress import show_progress
from paramcore.cli.projects import ProjectFiles
from paramcore.cli.requests import BadLines, BadTask, read_tasks, request_overrides
from paramcore.errors import DocumentError
from paramcore.files.reader import Line
from paramcore.model import EffectiveParams


def is_jsonl(options: Namespace) -> bool:
    """Whether the tasks are JSONL, so that each of them gets a line of JSON."""
    return bool(options.lines or options.tasks.endswith(".jsonl"))


def format_each_task(
    projects: ProjectFiles,
    options: Namespace,
    as_text: Callable[[EffectiveParams], str],
    as_json: Callable[[EffectiveParams], dict[str, Any]],
    *,
    encode_line: Callable[[Line], str | None] | None = None,
) -> Pieces:
    """Yield the effective params of each task, formatted by `as_text` or `as_json`.

    `encode_line` is the fast path: it returns the JSON of a line, or `None` to
    take the checking path.

    Raises:
        DocumentError: for the first bad line without `--keep-going`.
    """
    bad_lines = BadLines(keep_going=options.keep_going)
    separator = ""
    for answer in _resolve_tasks(projects, options, encode_line):
        if isinstance(answer, str):
            yield answer + "\n"
        elif isinstance(answer, DocumentError):
            bad_lines.report(answer)
        elif options.format == "json":
            yield json.dumps(as_json(answer)) + "\n" if is_jsonl(options) else format_document(as_json(answer))
        else:
            yield f"{separator}{as_text(answer)}\n"
            separator = "\n"
    bad_lines.report_count()
    return FINDINGS if bad_lines.count else FINE


def _resolve_tasks(
    projects: ProjectFiles, options: Namespace, encode_line: Callable[[Line], str | None] | None
) -> Iterator[str | EffectiveParams | DocumentError]:
    overrides = request_overrides(options)
    read = partial(read_tasks, options.tasks, lines=options.lines, settings=overrides, first=encode_line)
    for task in show_progress(lambda on_read: read(on_read=on_read), options.tasks, prints=not options.output):
        if isinstance(task, str):
            yield task
        elif isinstance(task, BadTask):
            yield task.error
        else:
            try:
                yield task.resolve(projects)
            except DocumentError as error:
                yield error
