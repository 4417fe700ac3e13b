"""Print the output of commands or write it to files; print messages to standard error."""

from __future__ import annotations

import errno
import json
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeAlias

from paramcore.cli.exit_codes import CANNOT_WRITE, FINE, PIPE_CLOSED, REFUSED
from paramcore.cli.signals import END_SIGNALS, exit_once, handles_interrupts
from paramcore.cli.streams import check_output_disk, discard_output
from paramcore.errors import ParamcoreError
from paramcore.files.writer import write_atomically
from paramcore.text import describe_os_error

#: The generator of a command. It yields the output in pieces and returns the exit code.
Pieces: TypeAlias = Generator[str | bytes, None, int]


def print_message(text: str) -> None:
    """Print a line to standard error."""
    if sys.stderr is not None:
        # If standard error cannot be written, the exit code alone reports the error.
        with suppress(OSError):
            sys.stderr.write(f"{text}\n")


def exit_with_usage(advice: str) -> NoReturn:
    """Print advice on the correct usage, and exit."""
    print_message(f"error: {advice}")
    raise SystemExit(REFUSED)


def write_answer(pieces: Pieces, path: str | None = None) -> int:
    """Print the output, or write it to `path` atomically; return the exit code.

    Raises:
        OutputLost: if standard output cannot be written.
        DocumentError: if the file cannot be written.
        ParamcoreError, SystemExit: the errors of the command.
        SystemExit: with `path`, also on SIGTERM and SIGHUP.
    """
    exit_code = FINE

    def keep_exit_code() -> Generator[str | bytes, None, None]:
        nonlocal exit_code
        exit_code = yield from pieces

    if path is None:
        _print_pieces(keep_exit_code())
    else:
        with exit_on_signals():
            write_atomically(path, keep_exit_code())
    return exit_code


def print_text(text: str) -> None:
    """Print text to standard output.

    Raises:
        OutputLost: if standard output cannot be written.
    """
    _print(text)
    flush_output()


def _print_pieces(pieces: Generator[str | bytes, None, None]) -> None:
    piece = next(pieces, None)
    while piece is not None:
        try:
            _print(piece)
            piece = next(pieces, None)
        except KeyboardInterrupt as interrupt:
            # The command may catch the interrupt and print a summary.
            piece = _throw_into(pieces, interrupt)
        except OutputLost:
            # An error during the cleanup must not hide the `OutputLost` error.
            with suppress(OSError, ParamcoreError):
                pieces.close()
            raise
    flush_output()


def _print(piece: str | bytes) -> None:
    try:
        _write(piece)
    except BlockingIOError:
        # This error occurs only after a signal, when writes no longer wait for the reader.
        discard_output()
    except OSError as error:
        raise OutputLost(error) from None


def _write(piece: str | bytes) -> None:
    if sys.stdout is None:
        # Python sets `sys.stdout` to `None` if standard output is closed.
        raise OSError(errno.EBADF, "it is closed")
    if isinstance(piece, str):
        sys.stdout.write(piece)
    elif hasattr(sys.stdout, "buffer"):
        # No command prints both text and bytes, so the output stays in order.
        sys.stdout.buffer.write(piece)
        if getattr(sys.stdout, "line_buffering", False):
            sys.stdout.buffer.flush()
    else:
        sys.stdout.write(piece.decode())


def _throw_into(pieces: Generator[str | bytes, None, None], interrupt: KeyboardInterrupt) -> str | bytes | None:
    """Raise the interrupt inside the command, and return the next piece of output or `None`."""
    try:
        return pieces.throw(interrupt)
    except StopIteration:
        return None


@contextmanager
def exit_on_signals() -> Iterator[None]:
    """In a `with` block, raise SystemExit on SIGTERM and SIGHUP, so that the block can clean up."""
    # Keep existing handlers, and keep ignoring signals that the parent process ignores.
    # Only the main thread may set a handler.
    is_main_thread = threading.current_thread() is threading.main_thread()
    handled = [number for number in END_SIGNALS if is_main_thread and signal.getsignal(number) is signal.SIG_DFL]
    for number in handled:
        signal.signal(number, exit_once)
    try:
        yield
    finally:
        for number in handled:
            # After a signal, keep ignoring signals until the program ends.
            # But if another program called `main`, that program continues, so restore the default.
            if signal.getsignal(number) is exit_once or not handles_interrupts():
                signal.signal(number, signal.SIG_DFL)


def format_document(value: Any) -> str:
    """Return a value as an indented JSON document."""
    # Write ASCII, because the program that reads the document may use another encoding.
    return json.dumps(value, indent=2) + "\n"


class OutputLost(Exception):
    """Standard output cannot be written.

    This class is not a subclass of `OSError`, because code that writes a file would report it as an error of that file.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


def flush_output() -> None:
    """Flush standard output, if there is one.

    Raises:
        OutputLost: if standard output cannot be written.
    """
    if sys.stdout is not None:
        try:
            sys.stdout.flush()
            check_output_disk()
        except BlockingIOError:
            # As in `_print`, this error occurs only after a signal.
            discard_output()
        except OSError as error:
            raise OutputLost(error) from None


def handle_write_error(error: OSError) -> tuple[int, str]:
    """Discard further output after a failed write; return the exit code and the message."""
    discard_output()
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED, ""
    return CANNOT_WRITE, f"error: cannot write to standard output: {describe_os_error(error)}"
