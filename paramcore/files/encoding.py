"""Decode the bytes of files: UTF-8, or UTF-16 with a byte order mark (BOM)."""

from __future__ import annotations

import codecs

from paramcore.errors import DocumentError
from paramcore.files.mistakes import find_binary

#: The byte order mark in UTF-8.
BOM = codecs.BOM_UTF8

#: PowerShell's `>` writes UTF-16.
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode_text(data: bytes, source: str, first_line: int) -> str:
    """Decode UTF-8, without the BOM that it may begin with.

    Raises:
        DocumentError: `json_encoding`, with line and column.
    """
    reject_binary(data, source, first_line)
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
    reject_binary(data, source, 1)
    if not data.startswith(UTF16_BOMS):
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


def reject_binary(data: bytes, source: str, line: int) -> None:
    """Raise `DocumentError` (`json_encoding`) for compressed data, and other data that is no text."""
    mistake = find_binary(data)
    if mistake is not None:
        found, wanted = mistake
        raise DocumentError("json_encoding", None, found, wanted, source, line, 1)
