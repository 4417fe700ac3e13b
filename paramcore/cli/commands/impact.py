"""The command `impact`."""

from __future__ import annotations

import json
from argparse import Namespace

from paramcore.analysis import Effect, ImpactCounter, Plan
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.params import read_update_file
from paramcore.cli.requests import BadLines, Task, decode_task, get_overrides, read_raw_tasks, read_task
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.text import format_name, format_value


def impact(options: Namespace) -> Pieces:
    """Show which requests an update affects, and why it does not affect the others."""
    projects = read_project_argument(options)
    update = read_update_file(options.update).update
    counters = {project.name: ImpactCounter(Plan.of(project, update)) for project in projects}
    overrides = get_overrides(options)
    bad_lines = BadLines(options)
    for raw_task in read_raw_tasks(options, prints=options.list and not options.output):
        try:
            task = read_task(decode_task(raw_task), overrides)
            effect = counters[projects.find_project(task.request).name].count_task(task.request)
        except DocumentError as error:
            bad_lines.report(error)
            continue
        except ParamcoreError as error:
            bad_lines.report(task.locate_error(error))
            continue
        if options.list and effect.params:
            yield _format_effect(task, effect, options.format)
    impacts = [counter.build_impact() for counter in counters.values()]
    if options.format == "json":
        document = projects.join_answers([impact.to_json() for impact in impacts])
        yield json.dumps(document) + "\n" if options.list else format_document(document)
    else:
        names = [f"{format_value(impact.plan.project.name)}: " if projects.many else "" for impact in impacts]
        yield "\n\n".join(f"{name}{impact}" for name, impact in zip(names, impacts, strict=True)) + "\n"
    bad_lines.report_count()
    affected = any(impact.affected for impact in impacts)
    return FINDINGS if bad_lines.count or (affected and options.exit_code) else FINE


def _format_effect(task: Task, effect: Effect, output_format: str) -> str:
    if output_format == "json":
        return json.dumps(effect.to_json()) + "\n"
    unique_id = task.request.unique_id
    name = "" if unique_id is None else f" {format_name(unique_id)}"
    return f"{task.document.format_location('')}{name}: {effect}\n"
