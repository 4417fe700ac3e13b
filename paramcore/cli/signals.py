"""End a command on the first signal, and ignore later signals during the clean-up."""

from __future__ import annotations

import signal
from typing import NoReturn

from paramcore.cli.exit_codes import HUNG_UP, TERMINATED

#: The exit code for each signal that ends a program, except Ctrl-C.
END_SIGNALS = {signal.SIGTERM: TERMINATED}
# Windows has no SIGHUP.
if hasattr(signal, "SIGHUP"):
    END_SIGNALS[signal.SIGHUP] = HUNG_UP


def interrupt_once(*_: object) -> NoReturn:
    """Raise KeyboardInterrupt, and ignore all later signals."""
    _ignore_signals()
    raise KeyboardInterrupt


def exit_once(number: int, _frame: object) -> NoReturn:
    """Raise SystemExit, and ignore all later signals."""
    _ignore_signals()
    raise SystemExit(END_SIGNALS[signal.Signals(number)])


def handles_interrupts() -> bool:
    """Return whether paramcore's entry point handles Ctrl-C.

    False if another program called `main`.
    """
    return signal.getsignal(signal.SIGINT) in (interrupt_once, _ignore)


def _ignore_signals() -> None:
    # Ignore only signals that a command handles, because a caller may have installed other handlers.
    for number in (signal.SIGINT, *END_SIGNALS):
        if signal.getsignal(number) in (interrupt_once, exit_once):
            signal.signal(number, _ignore)


def _ignore(*_: object) -> None:
    # With SIG_IGN, Python would print an error about a signal that has already arrived.
    pass
