"""End a command on the first signal, and ignore later signals during the clean-up."""

from __future__ import annotations

import signal
import sys

from paramcore.cli.exit_codes import HUNG_UP, INTERRUPTED, TERMINATED

# Ctrl-C before the handler is installed prints a traceback, so do not import `typing`, which is slow to import.
TYPE_CHECKING = False

if TYPE_CHECKING:
    from typing import NoReturn

#: The descriptors of standard output and standard error, unless they are terminals.  Writes to these descriptors wait
#: for the reader.  The first signal ends the waiting and empties the list.  Otherwise, a write could wait forever
#: for a reader such as `less`, because later signals are ignored.
output_pipes: list[int] = []

#: The signals other than Ctrl-C that a command handles, and the exit code for each.
END_SIGNALS = {signal.SIGTERM: TERMINATED}
# Windows has no SIGHUP.
if hasattr(signal, "SIGHUP"):
    END_SIGNALS[signal.SIGHUP] = HUNG_UP


def interrupt_once(*_: object) -> NoReturn:
    """Raise KeyboardInterrupt for Ctrl-C, and ignore later signals."""
    ignore_signals()
    _stop_waiting()
    raise KeyboardInterrupt


def exit_once(number: int, _frame: object) -> NoReturn:
    """Raise SystemExit with the exit code for a signal, and ignore later signals."""
    ignore_signals()
    _stop_waiting()
    raise SystemExit(END_SIGNALS[signal.Signals(number)])


def handle_signals_in_container() -> None:
    """Handle `END_SIGNALS` if this is the first process of a container.

    For this process, Linux ignores a SIGTERM without a handler, so `docker stop` would wait, and then kill the command.
    """
    import os  # noqa: PLC0415  (see `TYPE_CHECKING`)

    if os.getpid() == 1:
        for number in END_SIGNALS:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, exit_once)


def find_signal(error: BaseException) -> int | None:
    """Return the exit code of the signal that led to an error, or `None`.

    While a signal's exception passes through a library, the library may raise another error.
    """
    context: BaseException | None = error
    while context is not None:
        if isinstance(context, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(context, SystemExit) and context.code in END_SIGNALS.values():
            return int(context.code or 0)
        context = context.__context__
    return None


def raise_again(lost: sys.UnraisableHookArgs) -> None:
    """Raise the exception of a signal again, if Python would only print it; use this as `sys.unraisablehook`.

    For example, Python runs a callback at the end of each import.  If the signal arrives during this callback, Python
    prints the signal's exception and continues.
    """
    error = lost.exc_value
    if not isinstance(error, KeyboardInterrupt) and getattr(error, "code", None) not in END_SIGNALS.values():
        # Do not print an error that a signal led to, because the command is already ending.  Do not print a lack of
        # memory either, because the command reports it.
        if error is None or not (isinstance(error, MemoryError) or find_signal(error) is not None):
            sys.__unraisablehook__(lost)
        return

    def raise_error(_frame: object, event: str, _argument: object) -> None:
        if event in ("call", "c_call"):
            sys.setprofile(None)
            raise error  # type: ignore[misc]

    # Python would also print an exception that this hook raises.  So raise it later, at the next function call.
    sys.setprofile(raise_error)


def handles_interrupts() -> bool:
    """Return whether paramcore's entry point handles Ctrl-C.

    False if another program called `main`, or if the parent process ignores Ctrl-C.
    """
    return signal.getsignal(signal.SIGINT) in (interrupt_once, _ignore)


def ignore_signals() -> None:
    """From now on, ignore the signals that have a handler of this module, so that the command can finish."""
    # A caller may have installed other handlers, so keep those.
    for number in (signal.SIGINT, *END_SIGNALS):
        if signal.getsignal(number) in (interrupt_once, exit_once):
            signal.signal(number, _ignore)


def _stop_waiting() -> None:
    import os  # noqa: PLC0415  (see `TYPE_CHECKING`)

    while output_pipes:
        descriptor = output_pipes.pop()
        # The descriptor may be closed.
        try:  # noqa: SIM105  (`contextlib` is slow to import)
            os.set_blocking(descriptor, False)
        except OSError:
            pass


def _ignore(*_: object) -> None:
    # `signal.SIG_IGN` cannot replace this function.  If a signal has arrived but its handler has not run yet, setting
    # SIG_IGN makes Python print an error.
    # After any signal, even the first one, a write must not wait for a reader.
    _stop_waiting()
