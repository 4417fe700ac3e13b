"""Where an answer goes: standard output, or a file that is written whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeAlias

from paramcore.cli.exit_codes import CANNOT_WRITE, PIPE_CLOSED, TERMINATED
from paramcore.files.writer import write_atomically

__all__ = ["Answer", "Pieces", "deliver", "flush", "format_document", "prepare_streams", "say", "unwritable"]

#: What a command yields, piece by piece, before it returns its exit code.
Pieces: TypeAlias = Generator[str, None, int]


class Answer:
    """The text of a command, piece by piece, and its exit code once all of it was taken."""

    def __init__(self, command: Generator[str, None, int]) -> None:
        self._command = command
        self.status = 0

    def __iter__(self) -> Iterator[str]:
        self.status = yield from self._command


def prepare_streams() -> None:
    """Make every text printable, whatever the locale: what a stream cannot encode is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Say something on standard error, beside the answer."""
    if sys.stderr is not None:
        # Where nothing can be said the exit code still tells.
        with suppress(OSError):
            sys.stderr.write(f"{text}\n")


def deliver(answer: Iterable[str], path: str | None = None) -> None:
    """
    Write an answer out; it is delivered only when the last byte is out.

    Raises:
        OSError: where standard output cannot be written.
        DocumentError: where the file cannot be written.

    """
    if path is not None:
        with _heeding_the_end():
            write_atomically(path, answer)
        return
    pieces = iter(answer)
    text = next(pieces, None)
    while text is not None:
        try:
            _print(text)
            text = next(pieces, None)
        except KeyboardInterrupt as interrupt:
            # The command may have something to say before it ends; one that was itself interrupted has not.
            text = next(_thrown(pieces, interrupt), None)
    flush()


@contextmanager
def _heeding_the_end() -> Iterator[None]:
    """Let SIGTERM end a command as an exception does, so that nothing half-written is left behind."""
    # Who calls this may have said what the signal is to do, and only the main thread may.
    is_ours = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    if not is_ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGTERM, _end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _end(*_: object) -> NoReturn:
    raise SystemExit(TERMINATED)


def format_document(value: Any) -> str:
    """Return the one JSON document of an answer."""
    # ASCII in every locale: the program that reads it may use another one.
    return json.dumps(value, indent=2) + "\n"


def flush() -> None:
    """Let what was written so far be seen."""
    if sys.stdout is not None:
        sys.stdout.flush()


def _print(text: str) -> None:
    if sys.stdout is None:
        # Python lets a print to a closed standard output pass in silence.
        raise OSError(errno.EBADF, "it is closed")
    sys.stdout.write(text)


def _thrown(pieces: Iterator[str], interrupt: KeyboardInterrupt) -> Iterator[str]:
    if not isinstance(pieces, Generator):
        raise interrupt
    with suppress(StopIteration):
        yield pieces.throw(interrupt)


def unwritable(error: OSError) -> int:
    """Say why standard output cannot be written, unless its reader just went away; return the exit code."""
    _drop_what_is_buffered()
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    say(f"error: standard output cannot be written: {error.strerror or error}")
    return CANNOT_WRITE


def _drop_what_is_buffered() -> None:
    # Python flushes standard output once more at its end, and would complain again.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
