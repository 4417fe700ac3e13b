"""Read the lines of a UTF-8 or UTF-16 stream as UTF-8."""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO, Protocol

from paramcore.errors import DocumentError
from paramcore.files.encoding import UTF16_BOMS, describe_invalid_text, reject_binary

#: `reject_binary` needs this number of bytes to recognize each binary format.
_MARK_SIZE = 16


class LineStream(Protocol):
    """A stream that is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, or the first `limit` bytes of a longer line.

        The next call continues after these bytes.  At the end of the stream, return `b""`.  In `UTF16Lines`, `limit`
        counts UTF-16 units.
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
    """The lines of a UTF-16 stream that begins with a BOM, converted to UTF-8."""

    def __init__(self, stream: BinaryIO, source: str) -> None:
        self._encoding = "utf-16-le" if stream.read(2) == codecs.BOM_UTF16_LE else "utf-16-be"
        self._stream = stream
        self._source = source
        self._line_feed = "\n".encode(self._encoding)
        self._number = 1
        self._column = 1

    def readline(self, limit: int, /) -> bytes:
        """Return the next line in UTF-8, or about the first `limit` characters of a longer line.

        Raises:
            DocumentError: `json_encoding` for invalid UTF-16, with line and column.
        """
        data = self._read_units(2 * limit)
        try:
            text = data.decode(self._encoding)
        except UnicodeDecodeError as error:
            column = self._column + len(data[: error.start].decode(self._encoding))
            problem, remedy = describe_invalid_text("invalid UTF-16", error)
            raise DocumentError("json_encoding", None, problem, remedy, self._source, self._number, column) from None
        is_complete = data.endswith(self._line_feed)
        self._number += is_complete
        self._column = 1 if is_complete else self._column + len(text)
        return text.encode("utf-8")

    def _read_units(self, limit: int) -> bytes:
        """Read units of two bytes up to a line feed, the end of the stream, or `limit` bytes."""
        data = bytearray()
        while len(data) < limit and (piece := self._stream.readline(limit - len(data))):
            data += piece
            if len(data) % 2:
                data += self._stream.read(1)
            if data.endswith(self._line_feed):
                return bytes(data)
        high_byte = data[-1:] if self._encoding == "utf-16-le" else data[-2:-1]
        if len(data) >= limit and b"\xd8" <= high_byte <= b"\xdb":
            # The last unit is the first half of a character, so read the second half, too.
            data += self._stream.read(2)
        return bytes(data)
