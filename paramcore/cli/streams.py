"""Prepare the standard streams for a command: it writes its whole output, or reports that it cannot."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

from paramcore.cli.signals import output_pipes

_OUTPUT, _ERROR = 1, 2


@contextmanager
def prepare_streams() -> Iterator[None]:
    """Let writes to the standard streams wait for their readers inside a `with` block, up to the first signal.

    Characters that the encoding of a stream lacks are escaped.
    """
    _buffer_output()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with ExitStack() as stack:
        for descriptor in (_OUTPUT, _ERROR):
            # A stream may be closed.  Before Python 3.12, Windows lacks the function.
            with suppress(OSError, AttributeError):
                stack.callback(_restore, os.get_blocking(descriptor), os.dup(descriptor))
        stack.callback(output_pipes.clear)
        for descriptor in (_OUTPUT, _ERROR):
            # A process that shares a pipe, such as Node.js, may have made it non-blocking.  Output would then be lost.
            with suppress(OSError, AttributeError):
                os.set_blocking(descriptor, True)
                # Other processes, such as the shell, use the same terminal, so a signal must not change it.
                if not os.isatty(descriptor):
                    output_pipes.append(descriptor)
        stack.callback(_discard_unwritten)
        yield


def discard(descriptor: int) -> None:
    """Discard everything that is written to a descriptor from now on, also what Python has buffered."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)


def discard_output() -> None:
    """Discard further output, and what Python has buffered."""
    discard(_OUTPUT)


def _buffer_output() -> None:
    """Buffer the lines of standard output, even with `PYTHONUNBUFFERED`."""
    # Without a buffer, Python ignores that the system wrote only a part, as on a full disk.
    if isinstance(getattr(sys.stdout, "buffer", None), io.RawIOBase):
        descriptor, encoding = sys.stdout.fileno(), sys.stdout.encoding
        buffer = open(descriptor, "wb", closefd=False)  # noqa: SIM115  (open until the exit)
        sys.stdout = io.TextIOWrapper(buffer, encoding, line_buffering=True)


def _discard_unwritten() -> None:
    """Write what Python has buffered, or discard it if it cannot be written, because Python would try again at exit."""
    for descriptor, stream in ((_OUTPUT, sys.stdout), (_ERROR, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            discard(descriptor)


def _restore(is_blocking: bool, copy: int) -> None:
    """Restore the state of a stream.  `copy` is a descriptor of the stream, because the stream may be discarded."""
    os.set_blocking(copy, is_blocking)
    os.close(copy)
