"""The command `apply`."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from contextlib import suppress

from attrs import evolve

from paramcore.analysis import Plan
from paramcore.cli.client import create_client, format_outcome, list_service_options
from paramcore.cli.exit_codes import FINDINGS, FINE, OUTCOME_EXIT_CODES, OUTCOME_UNKNOWN
from paramcore.cli.hidden_values import select_error, select_values
from paramcore.cli.output import (
    OutputLost,
    Pieces,
    exit_with_usage,
    flush_output,
    format_document,
    handle_write_error,
    print_message,
    print_text,
)
from paramcore.cli.planner import Planner
from paramcore.errors import DocumentError
from paramcore.files.reader import DOCUMENT_SUFFIXES, has_suffix, open_source
from paramcore.service.outcome import Outcome
from paramcore.service.requests import Request, Response, Transport
from paramcore.text import format_path
from paramcore.text.rows import Line


def apply(options: Namespace) -> Pieces:
    """Update a project: show the plan, send the update, and report the outcome."""
    _reject_swapped(options)
    planner = Planner.read(options)
    client = create_client(options)
    plan = planner.plan(client.get_project(options.name))
    as_json = options.format == "json"
    yield "" if as_json else f"{options.screen.render(plan.list_pieces(planner.how_to_keep))}\n"
    # Show the text of the plan before asking for consent and before sending.
    flush_output()
    if plan.update is None or not _has_consent(plan, options):
        if as_json:
            yield format_document(select_values({"plan": plan.to_json(), "outcome": None}, options))
        return FINE if plan.update is None else FINDINGS
    reconcile_command = Outcome.of(plan, "unknown").format_reconcile_command(list_service_options(options))
    transport = _AnnouncingTransport(client.transport, reconcile_command)
    try:
        outcome = evolve(client, transport=transport).apply(plan)
        if outcome.error is not None:
            outcome = evolve(outcome, error=select_error(outcome.error, options))
    except KeyboardInterrupt:
        if not transport.has_sent:
            raise
        print_message("interrupted after sending: the outcome is unknown")
        return OUTCOME_UNKNOWN
    _print_outcome(plan, outcome, options)
    return OUTCOME_EXIT_CODES[outcome.state]


def _print_outcome(plan: Plan, outcome: Outcome, options: Namespace) -> None:
    """Print the outcome; use standard error if standard output cannot be written.

    A failed write does not change the exit code, because the exit code reports what happened to the update.
    """
    try:
        if options.format == "json":
            print_text(format_document(select_values({"plan": plan.to_json(), "outcome": outcome.to_json()}, options)))
        else:
            lines = format_outcome(outcome, options).splitlines()
            print_text(f"{options.screen.render(list(map(Line, lines)))}\n")
    except OutputLost as lost:
        _exit_code, message = handle_write_error(lost.error)
        for line in filter(None, [message, *format_outcome(outcome, options).splitlines()]):
            print_message(line)


def _reject_swapped(options: Namespace) -> None:
    # `-` means standard input, not a file.
    if options.update in (None, "-") or os.path.exists(options.update) or not os.path.isfile(options.name):
        return
    # Here, the order is right: UPDATE is a misspelt path, and a file happens to have the name of the project.
    if has_suffix(options.update, DOCUMENT_SUFFIXES) and not has_suffix(options.name, DOCUMENT_SUFFIXES):
        return
    exit_with_usage(f"NAME must precede UPDATE: swap {format_path(options.name)} and {format_path(options.update)}")


def _has_consent(plan: Plan, options: Namespace) -> bool:
    """Return whether to send the update: check the options, and ask the user unless `--yes` is set."""
    refused = False
    if plan.errors and not options.allow_errors:
        print_message("not sent: the plan has errors; correct them, or pass --allow-errors to send the update as it is")
        refused = True
    if plan.dropped and not options.allow_drop:
        print_message("not sent: the update drops params; pass --allow-drop to send it")
        refused = True
    if refused:
        return False
    if options.yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty() or sys.stderr is None:
        print_message("not sent: there is no terminal for a prompt; pass --yes to send the update")
        return False
    # If the terminal can no longer be read or written, the answer counts as no.
    with suppress(OSError, DocumentError):
        sys.stderr.write("send the update? [y/N] ")
        sys.stderr.flush()
        with open_source("-") as (stream, _label):
            answer = stream.readline()
        if answer.strip().lower() in (b"y", b"yes"):
            return True
    print_message("not sent")
    return False


class _AnnouncingTransport:
    """A transport that prints the `reconcile` command before it sends the first POST."""

    def __init__(self, transport: Transport, reconcile_command: str) -> None:
        self._transport = transport
        self._reconcile_command = reconcile_command
        self.has_sent = False

    def send(self, request: Request) -> Response:
        if request.method == "POST" and not self.has_sent:
            print_message(f"sending; to look up the outcome later, run: {self._reconcile_command}")
            self.has_sent = True
        return self._transport.send(request)
