"""The command `diff`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.analysis import Diff
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document
from paramcore.cli.params import read_params


def diff(options: Namespace) -> Pieces:
    """Show the differences between two sets of params, including those inside objects."""
    diff = Diff.between(read_params(options.before).params, read_params(options.after).params)
    yield format_document(diff.to_json()) if options.format == "json" else f"{diff}\n"
    return FINDINGS if diff and options.exit_code else FINE
