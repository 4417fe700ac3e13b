"""Read the lines of a UTF-8 or UTF-16 stream as UTF-8."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Protocol

from paramcore.errors import DocumentError
from paramcore.files.encoding import UTF16_BOMS, reject_binary

#: The maximum number of bytes that identify a compressed format.
_MARK_SIZE = 6


class LineStream(Protocol):
    """A stream that is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or its first `limit` bytes or characters; `b""` at the end."""
        ...


def open_lines(stream: io.BufferedReader, source: str) -> LineStream:
    """Return a stream of UTF-8 lines; convert UTF-16 that begins with a BOM.

    Raises:
        DocumentError: `json_encoding` for compressed or other binary data, which has no lines.
    """
    mark = stream.peek(_MARK_SIZE)[:_MARK_SIZE]
    reject_binary(mark, source, 1)
    return UTF16Lines(stream, source) if mark.startswith(UTF16_BOMS) else stream


class UTF16Lines:
    """The lines of a UTF-16 stream, in UTF-8."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        # A deleted `TextIOWrapper` closes its stream, but `stream` may be standard input, so keep it open.
        kept_open: Any = _KeepOpen(stream)
        self._text = io.TextIOWrapper(kept_open, "utf-16", newline="\n")
        self._source = source
        self._number = 0

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or its first `limit` characters.

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
    """A stream that reads from another stream and never closes it."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)
