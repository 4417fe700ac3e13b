"""Run a command and print its errors; `exit_codes` lists the exit codes."""

from __future__ import annotations

import gc
import os
from argparse import Namespace
from collections.abc import Sequence

from paramcore.cli.exit_codes import FINE, INTERRUPTED, NOT_DONE, REFUSED
from paramcore.cli.file_checks import check_output, check_standard_input
from paramcore.cli.hidden_values import select_error
from paramcore.cli.output import OutputLost, handle_write_error, print_message, write_answer
from paramcore.cli.parser import parse_options
from paramcore.cli.signals import ignore_signals
from paramcore.cli.streams import prepare_streams
from paramcore.cli.summary import check_summary
from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError
from paramcore.text import describe_os_error, format_path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command, print its error, if any, and return the exit code."""
    with prepare_streams():
        exit_code, message = _run_command(arguments)
        if exit_code != FINE:
            # A reference cycle with the error may keep the command's generators alive, and with them the progress bar.
            # Collect the cycle, so that the bar ends before the message is printed.
            gc.collect()
        if message:
            print_message(message)
    return exit_code


def _run_command(arguments: Sequence[str] | None) -> tuple[int, str]:
    """Run a command; return its exit code, and the message to print, which may be empty."""
    # If the options cannot be parsed, it is unknown whether `--no-values` is among them, so the error shows values.
    options = Namespace(values=True)
    try:
        try:
            options = parse_options(arguments)
            check_output(options)
            check_summary(options)
            check_standard_input(options)
            return write_answer(options.command(options), options.output), ""
        finally:
            # Python closes the command's generators when it drops the error.  If a signal raised an exception then,
            # Python would print a traceback.
            ignore_signals()
    except SystemExit as end:
        # The help or the error is already printed, or a signal ended the command.
        return end.code if isinstance(end.code, int) else REFUSED, ""
    except (NotDone, OutcomeUnknown) as error:
        # `apply` handles the outcomes of its updates.  All other requests only read, so nothing was changed.
        return NOT_DONE, f"error: {select_error(error, options)}"
    except ParamcoreError as error:
        return REFUSED, f"error: {select_error(error, options)}"
    except OutputLost as lost:
        return handle_write_error(lost.error)
    except OSError as error:
        return REFUSED, f"error: {_describe_system_error(error)}"
    except KeyboardInterrupt:
        return INTERRUPTED, "interrupted"


def _describe_system_error(error: OSError) -> str:
    """Describe an error that no command handles, for example because a file was removed a moment ago."""
    # `filename` is a number if the failed call received a file descriptor.
    file = format_path(os.fsdecode(error.filename)) if isinstance(error.filename, (str, bytes)) else "a file"
    return f"cannot use {file}: {describe_os_error(error)}; correct this, and run the command again"
