"""The command `preview`."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from paramcore.bulk import FastTaskReader, PreviewEncoder
from paramcore.cli.arguments import read_project_argument
from paramcore.cli.output import Pieces
from paramcore.cli.requests import get_overrides, is_jsonl
from paramcore.cli.task_output import format_each_task
from paramcore.files.reader import Line
from paramcore.model import EffectiveParams
from paramcore.validation.names import find_look_alike


def preview(options: Namespace) -> Pieces:
    """Show the effective params of each task."""
    projects = read_project_argument(options)
    if options.explain:
        return format_each_task(projects, options, _format_explained, _explained_to_json)
    if options.format == "text" or not is_jsonl(options):
        return format_each_task(projects, options, str, EffectiveParams.to_json)
    reader = FastTaskReader(projects.find_project, get_overrides(options))
    encoder = PreviewEncoder()

    def encode_line(line: Line) -> str | None:
        request = reader.read(line.data)
        # Only the checking path warns about misspelt routing names.
        if request is None or any(map(find_look_alike, request[0])):
            return None
        return encoder.encode(*request, line.number)

    return format_each_task(projects, options, str, EffectiveParams.to_json, encode_line=encode_line)


def _format_explained(effective: EffectiveParams) -> str:
    return "\n\n".join([effective.headline, *map(str, effective.explain_all())])


def _explained_to_json(effective: EffectiveParams) -> dict[str, Any]:
    explanations = [explanation.to_json() for explanation in effective.explain_all()]
    return {**effective.to_json(), "explanations": explanations}
