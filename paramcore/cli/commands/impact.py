"""The command `impact`."""

from __future__ import annotations

import json
from argparse import Namespace

from paramcore.analysis import Effect, Impact, ImpactCounter, Plan
from paramcore.bulk import RoutedRequest
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document, print_message
from paramcore.cli.params import read_update_file
from paramcore.cli.requests import (
    BadLines,
    BadTask,
    describe_look_alikes,
    make_place_cell,
    read_raw_tasks,
    read_requests,
)
from paramcore.cli.summary import report_document, wants_document
from paramcore.report.document import RowCollector
from paramcore.report.updates import build_impact_document, make_effect_row
from paramcore.text import format_name, format_value
from paramcore.text.rows import Line, Piece


def impact(options: Namespace) -> Pieces:
    """Count the requests that an update affects, and count the others by reason."""
    projects = read_project_argument(options)
    update = read_update_file(options.update).update
    counters = {project.name: ImpactCounter(Plan.of(project, update)) for project in projects}
    effects = RowCollector()
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
            if options.format != "markdown":
                yield _format_effect(request, effect, options)
            if wants_document(options):
                effects.add(make_effect_row(make_place_cell(request), effect))
    impacts = [counter.build_impact() for counter in counters.values()]
    if options.format == "json":
        document = projects.unwrap_single([impact.to_json() for impact in impacts])
        yield json.dumps(document) + "\n" if options.list else format_document(document)
    elif options.format == "text":
        texts = (options.screen.render(_list_pieces(impact, many=projects.many)) for impact in impacts)
        yield "\n\n".join(texts) + "\n"
    yield from report_document(
        options, lambda command: build_impact_document(impacts, command, subject=projects.subject, effects=effects)
    )
    bad_lines.report_count()
    affected = any(impact.affected for impact in impacts)
    return FINDINGS if bad_lines.count or (affected and options.exit_code) else FINE


def _list_pieces(impact: Impact, *, many: bool) -> list[Piece]:
    """Return the pieces of an impact; with `many`, the headline begins with the name of the project."""
    headline, *pieces = impact.list_pieces()
    if many and isinstance(headline, Line):
        headline = Line(f"{format_value(impact.plan.project.name)}: ", *headline.spans)
    return [headline, *pieces]


def _format_effect(request: RoutedRequest, effect: Effect, options: Namespace) -> str:
    if options.format == "json":
        return json.dumps(select_values(effect.to_json(), options)) + "\n"
    name = "" if request.unique_id is None else f" {format_name(request.unique_id)}"
    line = Line(f"{request.read_document().format_location('')}{name}: {effect}")
    return f"{options.screen.render([line])}\n"
