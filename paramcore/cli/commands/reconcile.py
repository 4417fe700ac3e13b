"""The command `reconcile`."""

from __future__ import annotations

from argparse import Namespace

from paramcore.cli.client import create_client, format_outcome
from paramcore.cli.exit_codes import OUTCOME_EXIT_CODES
from paramcore.cli.output import Pieces, format_document
from paramcore.service.outcome import Outcome


def reconcile(options: Namespace) -> Pieces:
    """Look up the outcome of an update, by the base and digest that `apply` printed."""
    outcome = create_client(options).reconcile(Outcome("unknown", options.name, options.base, options.digest))
    yield format_document(outcome.to_json()) if options.format == "json" else f"{format_outcome(outcome, options)}\n"
    return OUTCOME_EXIT_CODES[outcome.state]
