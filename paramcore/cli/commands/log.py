"""The command `log`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.analysis import History
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.exit_codes import FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.text import format_value


def log(options: Namespace) -> Pieces:
    """Show what each version changed, or when each value of a param applied."""
    projects = read_project_argument(options)
    histories = [History.of(project) for project in projects]
    if options.format == "json":
        yield format_document(projects.unwrap_single([_build_json(history, options.params) for history in histories]))
        return FINE
    for number, history in enumerate(histories):
        yield "\n" if number else ""
        yield _format_text(history, options.params)
    return FINE


def _format_text(history: History, params: list[str]) -> str:
    if not params:
        return f"{history}\n"
    return "\n\n".join([format_value(history.project.name), *map(history.format_lifetimes, params)]) + "\n"


def _build_json(history: History, params: list[str]) -> dict[str, Any]:
    if not params:
        return history.to_json()
    lifetimes = {param: [lifetime.to_json() for lifetime in history.lifetimes(param)] for param in params}
    return {"project": history.project.name, "lifetimes": lifetimes}
