"""The command `diff`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.analysis import Diff
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.hidden_values import select_values
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.params import read_params
from paramcore.cli.summary import report_document
from paramcore.report.updates import build_diff_document


def diff(options: Namespace) -> Pieces:
    """Show the differences between two sets of params, also inside nested objects."""
    diff = Diff.between(read_params(options.before).params, read_params(options.after).params)
    if options.format == "json":
        yield format_document(select_values(diff.to_json(), options))
    elif options.format == "text":
        yield f"{options.screen.render(diff.list_pieces())}\n"
    subjects = (options.before, options.after)
    yield from report_document(options, lambda command: build_diff_document(diff, command, subjects=subjects))
    return FINDINGS if diff and options.exit_code else FINE
