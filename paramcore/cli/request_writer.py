"""Write requests to a file, as JSONL or as a JSON document; on error, leave the file unchanged."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import BinaryIO

from paramcore.cli.output import exit_on_signals
from paramcore.files.reader import JSONL_SUFFIXES, has_suffix
from paramcore.files.writer import open_atomically


class RequestWriter:
    """Writes requests to the file of `--output`; without the option, writes nothing.

    The file is JSONL if TASKS is JSONL, or if the name of the file ends with .jsonl or
    .ndjson.  Otherwise, it contains an array or a single request, as TASKS does.
    """

    def __init__(self, stream: BinaryIO | None, *, as_lines: bool) -> None:
        self._stream = stream
        self._as_lines = as_lines
        self._bodies: list[bytes] = []

    @classmethod
    def open(cls, path: str | None, stack: ExitStack, *, as_lines: bool) -> RequestWriter:
        """Open a temporary file, which replaces the file `path` if `stack` ends without an error."""
        if path is None:
            return cls(None, as_lines=True)
        stack.enter_context(exit_on_signals())
        stream = stack.enter_context(open_atomically(path))
        return cls(stream, as_lines=as_lines or has_suffix(path, JSONL_SUFFIXES))

    @property
    def keeps_lines(self) -> bool:
        """Whether a line of TASKS can be written as it is."""
        return self._stream is not None and self._as_lines

    def write(self, body: bytes, *, line: bytes | None = None) -> None:
        """Write a request.

        `line` is the line of TASKS that contains the same request, with its line break.  A JSONL
        file gets this line instead of `body`.
        """
        if self._stream is None:
            return
        if self._as_lines:
            self._stream.write(body + b"\n" if line is None else line)
        else:
            self._bodies.append(body)

    def finish(self, *, is_array: bool) -> None:
        """Write the array or the single request, if the file is not JSONL.

        If `--keep-going` skipped the single request, the file is empty.
        """
        if self._stream is not None and not self._as_lines:
            joined = b",\n".join(self._bodies)
            if is_array:
                joined = b"[\n" + joined + b"\n]"
            self._stream.write(joined + b"\n" if joined else b"")

    def sync(self) -> None:
        """Wait until all requests are on disk, in the temporary file.

        Raises:
            OSError: if the requests cannot be written, for example because the disk is full.
        """
        if self._stream is not None:
            self._stream.flush()
            os.fsync(self._stream.fileno())
