"""The command `impact`."""

from __future__ import annotations

import json
from argparse import Namespace

from paramcore.analysis import Effect, ImpactCounter, Plan
from paramcore.bulk import RoutedRequest
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.params import read_update_file
from paramcore.cli.requests import BadLines, BadTask, describe_look_alikes, read_raw_tasks, read_requests
from paramcore.text import format_name, format_value


def impact(options: Namespace) -> Pieces:
    """Show which requests an update affects, and why it does not affect the others."""
    projects = read_project_argument(options)
    update = read_update_file(options.update).update
    counters = {project.name: ImpactCounter(Plan.of(project, update)) for project in projects}
    bad_lines = BadLines(options)
    raw_tasks = read_raw_tasks(options, prints=options.list and not options.output)
    for request in read_requests(options, projects.find_route, raw_tasks):
        if isinstance(request, BadTask):
            bad_lines.report(request.error)
            continue
        for warning in describe_look_alikes(request):
            print_message(warning)
        effect = counters[request.route.project.name].count_task(request.make_task_request())
        if options.list and effect.params:
            yield _format_effect(request, effect, options.format)
    impacts = [counter.build_impact() for counter in counters.values()]
    if options.format == "json":
        document = projects.unwrap_single([impact.to_json() for impact in impacts])
        yield json.dumps(document) + "\n" if options.list else format_document(document)
    else:
        names = [f"{format_value(impact.plan.project.name)}: " if projects.many else "" for impact in impacts]
        yield "\n\n".join(f"{name}{impact}" for name, impact in zip(names, impacts, strict=True)) + "\n"
    bad_lines.report_count()
    affected = any(impact.affected for impact in impacts)
    return FINDINGS if bad_lines.count or (affected and options.exit_code) else FINE


def _format_effect(request: RoutedRequest, effect: Effect, output_format: str) -> str:
    if output_format == "json":
        return json.dumps(effect.to_json()) + "\n"
    name = "" if request.unique_id is None else f" {format_name(request.unique_id)}"
    return f"{request.read_document().format_location('')}{name}: {effect}\n"
