"""Decode the bytes of files: UTF-8, or UTF-16 with a byte order mark (BOM)."""

from __future__ import annotations

import codecs

from paramcore.errors import DocumentError
from paramcore.files.mistakes import find_binary

#: The byte order mark in UTF-8.
BOM = codecs.BOM_UTF8

#: The byte order marks of UTF-16.  With `>`, Windows PowerShell writes the first of them at the start of a file.
UTF16_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

#: The reasons of a `UnicodeDecodeError` for data that ends within a character.
_CUT_OFF_REASONS = ("unexpected end of data", "truncated data")


def decode_text(data: bytes, source: str, first_line: int) -> str:
    """Decode UTF-8, and remove a BOM at the start.

    Raises:
        DocumentError: `json_encoding`, with line and column.
    """
    reject_binary(data, source, first_line)
    body = data.removeprefix(BOM)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        invalid = describe_invalid_text(f"invalid UTF-8 at byte {error.start + len(data) - len(body)}", error)
        raise _make_error(*invalid, body[: error.start].decode("utf-8"), source, first_line) from None
    if "\0" in text[:2]:
        problem = "the text is UTF-16 or UTF-32 without a byte order mark (BOM)"
        remedy = "encode it as UTF-8, or as UTF-16 with a BOM"
        raise DocumentError("json_encoding", None, problem, remedy, source, first_line, 1)
    return text


def convert_utf16(data: bytes, source: str) -> bytes:
    """Convert UTF-16 with a BOM at the start to UTF-8; return other data unchanged.

    Raises:
        DocumentError: `json_encoding`, with line and column.
    """
    reject_binary(data, source, 1)
    if not data.startswith(UTF16_BOMS):
        return data
    try:
        return data.decode("utf-16").encode("utf-8")
    except UnicodeDecodeError as error:
        invalid = describe_invalid_text(f"invalid UTF-16 at byte {error.start}", error)
        raise _make_error(*invalid, data[: error.start].decode("utf-16"), source, 1) from None


def describe_invalid_text(problem: str, error: UnicodeDecodeError) -> tuple[str, str]:
    """Return the problem and the remedy of text that cannot be decoded, and may be cut off."""
    remedy = "encode the text as UTF-8"
    if error.reason in _CUT_OFF_REASONS:
        return f"{problem}: the last character is incomplete", f"write or download the whole file again, or {remedy}"
    return problem, remedy


def _make_error(problem: str, remedy: str, before: str, source: str, first_line: int) -> DocumentError:
    """Return an error at the line and column where the text `before` ends."""
    line, column = before.count("\n") + first_line, len(before) - before.rfind("\n")
    return DocumentError("json_encoding", None, problem, remedy, source, line, column)


def reject_binary(data: bytes, source: str, line: int) -> None:
    """Raise `DocumentError` (`json_encoding`) for data that begins like a binary format, such as gzip."""
    mistake = find_binary(data)
    if mistake is not None and line > 1:
        # Other lines may be text, so do not report this format as the format of the file.
        mistake = "the line begins with binary data", "remove it, or write the file again"
    if mistake is not None:
        raise DocumentError("json_encoding", None, *mistake, source, line, 1)
