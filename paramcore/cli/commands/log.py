"""The command `log`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.analysis import History
from paramcore.cli.arguments import check_params, read_project_argument
from paramcore.cli.exit_codes import FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.summary import report_document
from paramcore.report.document import Document
from paramcore.report.histories import build_lifetimes_document, build_log_document
from paramcore.text import format_value
from paramcore.text.rows import Line, Piece


def log(options: Namespace) -> Pieces:
    """Show what each version changed, or when each value of a param applied."""
    projects = read_project_argument(options)
    check_params(options.params, projects)
    histories = [History.of(project) for project in projects]
    if options.format == "json":
        answers = [select_values(_build_json(history, options.params), options) for history in histories]
        yield format_document(projects.unwrap_single(answers))
    elif options.format == "text":
        for number, history in enumerate(histories):
            yield "\n" if number else ""
            yield f"{options.screen.render(_list_pieces(history, options.params))}\n"

    def build(command: str) -> Document:
        if options.params:
            return build_lifetimes_document(histories, options.params, command, subject=projects.subject)
        return build_log_document(histories, command, subject=projects.subject)

    yield from report_document(options, build)
    return FINE


def _list_pieces(history: History, params: list[str]) -> list[Piece]:
    if not params:
        return history.list_pieces()
    lifetimes = (piece for param in params for piece in (Line(""), *history.list_lifetime_pieces(param)))
    return [Line(format_value(history.project.name)), *lifetimes]


def _build_json(history: History, params: list[str]) -> dict[str, Any]:
    if not params:
        return history.to_json()
    lifetimes = {param: [lifetime.to_json() for lifetime in history.lifetimes(param)] for param in params}
    return {"project": history.project.name, "lifetimes": lifetimes}
