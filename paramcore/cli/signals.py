"""Signal handlers that end a command: a second signal does not interrupt the cleanup."""

from __future__ import annotations

import signal
from typing import NoReturn

from paramcore.cli.exit_codes import HUNG_UP, TERMINATED

#: The signals that end a program, apart from Ctrl-C, and the exit code of each.
END_SIGNALS = {signal.SIGTERM: TERMINATED}
# Windows has no SIGHUP.
if hasattr(signal, "SIGHUP"):
    END_SIGNALS[signal.SIGHUP] = HUNG_UP


def interrupt_once(*_: object) -> NoReturn:
    """Raise KeyboardInterrupt, and ignore the signals from then on."""
    _ignore_signals()
    raise KeyboardInterrupt


def exit_once(number: int, _frame: object) -> NoReturn:
    """Raise SystemExit, and ignore the signals from then on."""
    _ignore_signals()
    raise SystemExit(END_SIGNALS[signal.Signals(number)])


def _ignore_signals() -> None:
    # A caller may have its own handlers, so replace only those of a command.
    for number in (signal.SIGINT, *END_SIGNALS):
        if signal.getsignal(number) in (interrupt_once, exit_once):
            signal.signal(number, _ignore)


def _ignore(*_: object) -> None:
    # With SIG_IGN, Python would print an error about a signal that arrived already.
    pass
