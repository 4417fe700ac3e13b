"""The entry point, which handles Ctrl-C before it imports other modules."""

from __future__ import annotations

import signal
import sys

from paramcore.cli.exit_codes import INTERRUPTED
from paramcore.cli.signals import interrupt_once


def start() -> int:
    """Run the command line and return its exit code; show no traceback for Ctrl-C."""
    # If the parent process ignores Ctrl-C, as some shells do for `&`, keep ignoring it.
    handles_interrupt = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        if handles_interrupt:
            signal.signal(signal.SIGINT, interrupt_once)
        from paramcore.cli.main import main  # noqa: PLC0415  (Ctrl-C may interrupt this slow import)

        return main()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return INTERRUPTED
    finally:
        if handles_interrupt:
            # Without this, an interrupt during the exit of Python would show a traceback.
            signal.signal(signal.SIGINT, signal.SIG_IGN)
