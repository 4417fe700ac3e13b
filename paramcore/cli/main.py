"""The entry point of the command line; `exit_codes` lists the exit codes."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from paramcore.cli.arguments import check_output
from paramcore.cli.exit_codes import INTERRUPTED, NOT_DONE, REFUSED
from paramcore.cli.hidden_values import select_error
from paramcore.cli.output import escape_unencodable, print_message, report_write_error, write_answer
from paramcore.cli.parser import parse_options
from paramcore.cli.summary import check_summary
from paramcore.errors import NotDone, OutcomeUnknown, ParamcoreError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; print each error on one line."""
    escape_unencodable()
    # Options that cannot be parsed hide nothing.
    options = Namespace(values=True)
    try:
        options = parse_options(arguments)
        check_output(options)
        check_summary(options)
        return write_answer(options.command(options), options.output)
    except SystemExit as end:
        # The help or the error was printed before, or a signal ended the command.
        return end.code if isinstance(end.code, int) else REFUSED
    except (NotDone, OutcomeUnknown) as error:
        # `apply` handles the outcomes of its updates.  Other commands change nothing in the service.
        print_message(f"error: {select_error(error, options)}")
        return NOT_DONE
    except ParamcoreError as error:
        print_message(f"error: {select_error(error, options)}")
        return REFUSED
    except OSError as error:
        return report_write_error(error)
    except KeyboardInterrupt:
        print_message("interrupted")
        return INTERRUPTED
