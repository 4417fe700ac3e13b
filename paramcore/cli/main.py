"""Run a command and print its errors; `exit_codes` lists the exit codes."""

from __future__ import annotations

import gc
from argparse import Namespace
from collections.abc import Sequence

from paramcore.cli.arguments import check_output, check_standard_input
from paramcore.cli.exit_codes import FINE, INTERRUPTED, NOT_DONE, REFUSED
from paramcore.cli.hidden_values import select_error
from paramcore.cli.output import OutputLost, handle_write_error, print_message, write_answer
from paramcore.cli.parser import parse_options
from paramcore.cli.streams import prepare_streams
from paramcore.cli.summary import check_summary
from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; print the error that ends it."""
    with prepare_streams():
        exit_code, message = _run_command(arguments)
        if exit_code != FINE:
            # The error may be in a reference cycle that keeps the command's generators alive.  Collect the cycle, so
            # that the progress bar ends.
            gc.collect()
        if message:
            print_message(message)
    return exit_code


def _run_command(arguments: Sequence[str] | None) -> tuple[int, str]:
    """Run a command; return its exit code, and the message to print, which may be empty."""
    # An error of the options may show values, because `--no-values` is not parsed yet.
    options = Namespace(values=True)
    try:
        options = parse_options(arguments)
        check_output(options)
        check_summary(options)
        check_standard_input(options)
        return write_answer(options.command(options), options.output), ""
    except SystemExit as end:
        # The help or the error was printed before, or a signal ended the command.
        return end.code if isinstance(end.code, int) else REFUSED, ""
    except (NotDone, OutcomeUnknown) as error:
        # `apply` handles the outcomes of its updates.  All other requests only read, so nothing was changed.
        return NOT_DONE, f"error: {select_error(error, options)}"
    except ParamcoreError as error:
        return REFUSED, f"error: {select_error(error, options)}"
    except OutputLost as lost:
        return handle_write_error(lost.error)
    except OSError as error:
        return handle_write_error(error)
    except KeyboardInterrupt:
        return INTERRUPTED, "interrupted"
