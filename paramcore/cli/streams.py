"""Prepare the standard streams, so that a command writes its whole output or reports an error."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from paramcore.cli.signals import output_pipes

_OUTPUT, _ERROR = 1, 2

#: The descriptors whose output is discarded.  They are not redirected to the null device, because a sandbox may lack it,
#: and because the process may have reached the limit of open files.
_discarded: set[int] = set()


@contextmanager
def prepare_streams() -> Iterator[None]:
    """In a `with` block, make writes to standard output and standard error wait for their readers.

    After a signal, only writes to a terminal still wait.  Characters that a stream's encoding
    cannot represent are escaped.
    """
    with ExitStack() as stack:
        _fill_closed_descriptors(stack)
        for descriptor in (_OUTPUT, _ERROR):
            # Before Python 3.12, Windows lacks `os.get_blocking`.
            with suppress(OSError, AttributeError):
                stack.callback(_restore, os.get_blocking(descriptor), descriptor)
        stack.callback(output_pipes.clear)
        stack.callback(_discarded.clear)
        for descriptor in (_OUTPUT, _ERROR):
            # Another process, such as Node.js, may have made a shared pipe non-blocking.  Output would then be lost.
            with suppress(OSError, AttributeError):
                os.set_blocking(descriptor, True)
                # Other processes, such as the shell, use the same terminal, so a signal must not make it non-blocking.
                if not os.isatty(descriptor):
                    output_pipes.append(descriptor)
        stack.callback(_set_streams, sys.stdout, sys.stderr)
        _set_streams(_wait_on_write(sys.stdout), _wait_on_write(sys.stderr))
        stack.callback(_flush_or_discard)
        yield


def discard_output() -> None:
    """Discard further writes to standard output, including what Python has buffered."""
    _discarded.add(_OUTPUT)


def check_output_disk() -> None:
    """Raise `OSError` if standard output is a file, and the disk rejects what was written.

    Some network disks report that they are full only when a descriptor is closed, so close a copy of it.
    """
    if _OUTPUT in _discarded:
        return
    try:
        copy = os.dup(_OUTPUT)
    except OSError:
        # The limit of open files is reached, so skip the check.
        return
    os.close(copy)


def _fill_closed_descriptors(stack: ExitStack) -> None:
    """Open the null device in place of each closed standard stream; the stack closes it again.

    Otherwise, a file that the command opens could get the descriptor of the closed stream, and
    the command would confuse the file with this stream.
    """
    with suppress(OSError):
        while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _ERROR:
            stack.callback(os.close, descriptor)
        os.close(descriptor)


def _wait_on_write(stream: Any) -> Any:
    """Return a buffered stream that writes to the same file, and waits for its reader.

    If `stream` is `None` or has no file, return `stream` itself.
    """
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    buffer = getattr(stream, "buffer", None)
    # With `PYTHONUNBUFFERED`, `stream.buffer` is the raw stream, so nothing is buffered.  Python would then ignore that
    # only a part of the output was written, as on a full disk.
    is_unbuffered = isinstance(buffer, io.RawIOBase)
    raw = buffer if is_unbuffered else getattr(buffer, "raw", None)
    if not isinstance(raw, io.RawIOBase):
        return stream
    with suppress(OSError):
        stream.flush()
    buffered = io.BufferedWriter(_WaitingStream(raw))
    line_buffering = is_unbuffered or stream.line_buffering
    return io.TextIOWrapper(buffered, stream.encoding, "backslashreplace", line_buffering=line_buffering)


class _WaitingStream(io.RawIOBase):
    """A raw stream whose writes wait, even if another process makes the file non-blocking meanwhile.

    For example, another command that shares the pipe restores the earlier state when it ends.
    """

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        return bool(self._raw.isatty())

    def write(self, data: Any) -> int | None:
        """Write or discard bytes; return `None` if a signal has ended the wait."""
        if self.fileno() in _discarded:
            return len(data)
        while (count := self._raw.write(data)) is None:
            # After a signal, the descriptor is no longer in `output_pipes`, so do not wait.
            if self.fileno() not in output_pipes and not self.isatty():
                return None
            os.set_blocking(self.fileno(), True)
        return int(count)


def _set_streams(output: Any, error: Any) -> None:
    sys.stdout, sys.stderr = output, error


def _flush_or_discard() -> None:
    """Write what Python has buffered; if this fails, discard it, because Python would try again at exit."""
    for descriptor, stream in ((_OUTPUT, sys.stdout), (_ERROR, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            _discarded.add(descriptor)
            with suppress(OSError):
                stream.flush()


def _restore(is_blocking: bool, descriptor: int) -> None:
    """Make a stream blocking or non-blocking, as it was before."""
    with suppress(OSError):
        os.set_blocking(descriptor, is_blocking)
