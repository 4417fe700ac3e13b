"""Read the lines of a UTF-8 or UTF-16 stream as UTF-8."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Protocol

from paramcore.errors import DocumentError
from paramcore.files.encoding import UTF16_BOMS, reject_binary

#: The number of bytes at the start of a file that `reject_binary` needs to recognize a binary format.
_MARK_SIZE = 6


class LineStream(Protocol):
    """A stream that is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or at most `limit` bytes of it; `b""` at the end of the stream.

        The next call returns the rest of a longer line.  `UTF16Lines` counts characters instead of bytes.
        """
        ...


def open_lines(stream: io.BufferedReader, source: str) -> LineStream:
    """Return a stream of UTF-8 lines; `stream` contains UTF-8, or UTF-16 with a BOM at the start.

    Raises:
        DocumentError: `json_encoding` for data that begins like a binary format, such as gzip.
    """
    mark = stream.peek(_MARK_SIZE)[:_MARK_SIZE]
    reject_binary(mark, source, 1)
    return UTF16Lines(stream, source) if mark.startswith(UTF16_BOMS) else stream


class UTF16Lines:
    """The lines of a UTF-16 stream, converted to UTF-8."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        # A `TextIOWrapper` closes the stream under it when Python deletes the wrapper.  But `stream` may be standard
        # input, so keep `stream` open.
        kept_open: Any = _KeepOpen(stream)
        self._text = io.TextIOWrapper(kept_open, "utf-16", newline="\n")
        self._source = source
        self._number = 0

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or at most `limit` characters of it, in UTF-8.

        Raises:
            DocumentError: `json_encoding` for invalid UTF-16.
        """
        self._number += 1
        try:
            return self._text.readline(limit).encode("utf-8")
        except UnicodeError:
            problem, remedy = "invalid UTF-16", "encode it as UTF-8"
            raise DocumentError("json_encoding", None, problem, remedy, self._source, self._number, 1) from None


class _KeepOpen(io.RawIOBase):
    """Reads from another stream, and never closes that stream."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)
