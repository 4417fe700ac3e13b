"""The entry point, which handles Ctrl-C before it imports the slow modules."""

from __future__ import annotations

import signal
import sys

from paramcore.cli.exit_codes import INTERRUPTED, REFUSED
from paramcore.cli.signals import find_signal, handle_signals_in_container, interrupt_once, raise_again


def start() -> int:
    """Run the command line and return its exit code.

    For Ctrl-C, a lack of memory or threads, or a failed import, print a message instead of a traceback.
    """
    report_unraisable = sys.unraisablehook
    # If the parent process ignores Ctrl-C, as some shells do for `&`, keep ignoring it.
    handles_interrupt = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    try:
        if handles_interrupt:
            signal.signal(signal.SIGINT, interrupt_once)
        sys.unraisablehook = raise_again
        handle_signals_in_container()
        from paramcore.cli.main import main  # noqa: PLC0415  (Ctrl-C may interrupt this slow import)

        return main()
    except (KeyboardInterrupt, Exception) as error:
        exit_code = find_signal(error)
        if exit_code == INTERRUPTED:
            _print_message("interrupted")
        if exit_code is not None:
            return exit_code
        if isinstance(error, MemoryError):
            _print_message("error: there is not enough memory; end other programs, or pass a smaller file")
            return REFUSED
        # If the system cannot start a thread, Python raises a plain RuntimeError, so check the text.
        if isinstance(error, RuntimeError) and "start new thread" in str(error):
            _print_message("error: the system cannot start a thread; end other programs, or allow more processes")
            return REFUSED
        # `main` handles the errors of files that a command opens, so an OSError here is about a file of a package.
        problem = describe_failed_import(error)
        if problem is not None:
            remedy = "install paramcore again in a new environment, or free some memory"
            _print_message(f"error: cannot load a package: {problem}; {remedy}")
            return REFUSED
        raise
    finally:
        if handles_interrupt:
            # An interrupt while Python exits would show a traceback, so ignore Ctrl-C from here on.
            try:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            except KeyboardInterrupt:
                # An interrupt arrived before the call.  `interrupt_once` ignores later interrupts, so try again.
                signal.signal(signal.SIGINT, signal.SIG_IGN)
        sys.unraisablehook = report_unraisable
        # `raise_again` may have set a profile function that is still waiting for a call, so remove it.
        sys.setprofile(None)
        _discard_lost_messages()


def describe_failed_import(error: BaseException) -> str | None:
    """Describe an error that arose while Python imported a module; return `None` for other errors."""
    if isinstance(error, (ImportError, OSError)):
        return str(error)
    if isinstance(error, SyntaxError):
        return f"{error.filename or 'a module'}: {error.msg}"
    # A damaged module can raise any error, so search the traceback for the code of a module.
    path = None
    frame = error.__traceback__
    while frame is not None:
        code = frame.tb_frame.f_code
        if code.co_name == "<module>" or code.co_filename.startswith("<frozen importlib"):
            path = code.co_filename
        frame = frame.tb_next
    return None if path is None else f"{path}: {error}"


def _print_message(text: str) -> None:
    try:
        if sys.stderr is not None:
            sys.stderr.write(f"{text}\n")
    except OSError:
        # If standard error cannot be written, the exit code alone reports the error.
        pass


def _discard_lost_messages() -> None:
    """Discard messages that cannot be written.

    Otherwise, Python would try to write them again at exit, and change the exit code.
    """
    try:
        if sys.stderr is not None:
            sys.stderr.flush()
    except OSError:
        # At exit, Python also flushes `sys.__stderr__`, so remove both.
        sys.stderr = sys.__stderr__ = None  # type: ignore[misc]
