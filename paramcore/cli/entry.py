"""The entry point: it handles Ctrl-C before it imports the rest."""

from __future__ import annotations

import signal
import sys

from paramcore.cli.exit_codes import INTERRUPTED
from paramcore.cli.signals import interrupt_once


def start() -> int:
    """Run the command line and return its exit code; Ctrl-C never shows a traceback."""
    # Keep the signal ignored if the parent ignores it, as a shell does for `&`.
    handles_interrupt = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        if handles_interrupt:
            signal.signal(signal.SIGINT, interrupt_once)
        from paramcore.cli.main import main  # noqa: PLC0415  (its import takes long enough to be interrupted)

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    finally:
        if handles_interrupt:
            # An interrupt while Python exits would show a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
