"""Read from files that another process may make non-blocking."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

#: The number of bytes to read at once.
_BUFFER_SIZE = 2**16


@contextmanager
def wait_on_read(stream: BinaryIO) -> Iterator[io.BufferedReader]:
    """Yield a stream that reads from `stream`, and waits for input even if the file is non-blocking.

    A process that shares the file, such as Node.js, may make the file non-blocking at any
    moment.  Python would then mistake a pause in the input for the end of the file.  To wait for
    input, the stream makes the file blocking until the `with` block ends.
    """
    raw = _WaitingReader(stream)
    try:
        yield io.BufferedReader(raw, _BUFFER_SIZE)
    finally:
        if raw.was_non_blocking:
            os.set_blocking(stream.fileno(), False)


class _WaitingReader(io.RawIOBase):
    """Reads from another stream, and never closes that stream.

    Do not override `seek` or `tell`.  The constructor of `BufferedReader` calls them and discards any exception, so a
    Ctrl-C during these calls would be lost.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.was_non_blocking = False

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._stream.fileno())

    def readinto(self, buffer: Any) -> int:
        """Read bytes into `buffer`, and return their number; wait if there is no input yet.

        Raises:
            BlockingIOError: if two reads of a blocking file return without input.
        """
        was_blocking = False
        while (count := self._stream.readinto1(buffer)) is None:
            if not os.get_blocking(self.fileno()):
                self.was_non_blocking = True
                os.set_blocking(self.fileno(), True)
            elif was_blocking:
                raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
            else:
                # Another process may have made the file blocking only after the read, so read once more.
                was_blocking = True
        return int(count)
