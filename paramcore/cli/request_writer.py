"""Write requests to a file, on lines or in one JSON document, whole or not at all."""

from __future__ import annotations

from contextlib import ExitStack
from typing import BinaryIO

from paramcore.cli.output import exit_on_signals
from paramcore.files.reader import JSONL_SUFFIXES, has_suffix
from paramcore.files.writer import open_atomically


class RequestWriter:
    """Writes requests to the file of `--output`, or nowhere without the option.

    The file has a request on each line if TASKS has, or if its name ends with
    .jsonl or .ndjson.  Otherwise it contains an array, or a single request.
    """

    def __init__(self, stream: BinaryIO | None, *, as_lines: bool) -> None:
        self._stream = stream
        self._as_lines = as_lines
        self._bodies: list[bytes] = []

    @classmethod
    def open(cls, path: str | None, stack: ExitStack, *, as_lines: bool) -> RequestWriter:
        """Open the file; `stack` replaces the file at its end, or leaves it unchanged on an error."""
        if path is None:
            return cls(None, as_lines=True)
        stack.enter_context(exit_on_signals())
        stream = stack.enter_context(open_atomically(path))
        return cls(stream, as_lines=as_lines or has_suffix(path, JSONL_SUFFIXES))

    def write(self, body: bytes) -> None:
        """Write a request."""
        if self._stream is None:
            return
        if self._as_lines:
            self._stream.write(body + b"\n")
        else:
            self._bodies.append(body)

    def finish(self, *, is_array: bool) -> None:
        """Write the array or the single request, if the file has no lines."""
        if self._stream is not None and not self._as_lines:
            joined = b",\n".join(self._bodies)
            self._stream.write(b"[\n" + joined + b"\n]\n" if is_array else joined + b"\n")
