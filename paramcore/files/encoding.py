"""Decode the bytes of files: UTF-8, or UTF-16 with a byte order mark (BOM)."""

from __future__ import annotations

import codecs
import io
from typing import Any, BinaryIO, Protocol

from paramcore.errors import DocumentError
from paramcore.files.mistakes import find_compressed

#: The byte order mark in UTF-8.
BOM = codecs.BOM_UTF8

# PowerShell's `>` writes UTF-16.
_UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: The longest mark at the start of a file: that of compressed data.
_MARK_SIZE = 6


class LineStream(Protocol):
    """A stream that is read line by line."""

    def readline(self, limit: int, /) -> bytes:
        """Return the next line, at most `limit` of it; empty at the end."""
        ...


def decode_text(data: bytes, source: str, first_line: int) -> str:
    """Decode UTF-8, without the BOM that it may begin with.

    Raises:
        DocumentError: `json_encoding`, with line and column.
    """
    _reject_compressed(data, source, first_line)
    body = data.removeprefix(BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"bytes that are no UTF-8, at byte {error.start + len(data) - len(body)}"
        raise _make_error(found, body[: error.start].decode("utf-8"), source, first_line) from None
    if "\0" in text[:2]:
        found, wanted = "UTF-16 or UTF-32 without a byte order mark", "UTF-8, or UTF-16 with a byte order mark"
        raise DocumentError("json_encoding", None, found, wanted, source, first_line, 1)
    return text


def convert_utf16(data: bytes, source: str) -> bytes:
    """Return UTF-16 that begins with a BOM as UTF-8, and any other data unchanged.

    Raises:
        DocumentError: `json_encoding`, with line and column.
    """
    if not data.startswith(_UTF16_BOMS):
        return data
    try:
        return data.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError as error:
        found = f"bytes that are no UTF-16, at byte {error.start}"
        raise _make_error(found, data[: error.start].decode("utf-16"), source, 1) from None


def _make_error(found: str, before: str, source: str, first_line: int) -> DocumentError:
    """Return an error about the bytes after `before`."""
    line, column = before.count("\n") + first_line, len(before) - before.rfind("\n")
    return DocumentError("json_encoding", None, found, "UTF-8", source, line, column)


def open_lines(stream: BinaryIO, source: str) -> LineStream:
    """Return a stream whose lines are UTF-8, whatever the BOM at its start says.

    Raises:
        DocumentError: `json_encoding` for compressed data, which has no lines.
    """
    peeking: Any = stream if hasattr(stream, "peek") else io.BufferedReader(_KeepOpen(stream))
    mark = peeking.peek(_MARK_SIZE)[:_MARK_SIZE]
    _reject_compressed(mark, source, 1)
    return UTF16Lines(peeking, source) if mark.startswith(_UTF16_BOMS) else peeking


def _reject_compressed(data: bytes, source: str, line: int) -> None:
    mistake = find_compressed(data)
    if mistake is not None:
        found, wanted = mistake
        raise DocumentError("json_encoding", None, found, wanted, source, line, 1)


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
