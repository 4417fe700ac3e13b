"""Streams whose lines are UTF-8, whatever the byte order mark (BOM) at their start says."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Protocol

from paramcore.errors import DocumentError
from paramcore.files.encoding import UTF16_BOMS, reject_binary

#: The longest mark at the start of a file: that of compressed data.
_MARK_SIZE = 6


class LineStream(Protocol):
    """A stream that is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, at most `limit` of it; empty at the end."""
        ...


def open_lines(stream: BinaryIO, source: str) -> LineStream:
    """Return a stream whose lines are UTF-8, whatever the BOM at its start says.

    Raises:
        DocumentError: `json_encoding` for compressed data, which has no lines.
    """
    peeking: Any = stream if hasattr(stream, "peek") else io.BufferedReader(_KeepOpen(stream))
    mark = peeking.peek(_MARK_SIZE)[:_MARK_SIZE]
    reject_binary(mark, source, 1)
    return UTF16Lines(peeking, source) if mark.startswith(UTF16_BOMS) else peeking


class UTF16Lines:
    """The lines of a UTF-16 stream, in UTF-8."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        # The wrapper would close the stream once it is no longer used, and with it standard input.
        left_open: Any = _KeepOpen(stream)
        self._text = io.TextIOWrapper(left_open, "utf-16", newline="\n")
        self._source = source
        self._number = 0

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, of at most `limit` characters.

        Raises:
            DocumentError: `json_encoding` for bytes that are no UTF-16.
        """
        self._number += 1
        try:
            return self._text.readline(limit).encode("utf-8")
        except UnicodeError:
            found = "bytes that are no UTF-16"
            raise DocumentError("json_encoding", None, found, "UTF-8", self._source, self._number, 1) from None


class _KeepOpen(io.RawIOBase):
    """Reads from a stream and leaves it open."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        data = self._stream.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)
