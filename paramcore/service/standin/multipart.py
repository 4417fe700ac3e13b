"""Read forms with files: bodies of the type `multipart/form-data`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import HeaderParser

from attrs import field, frozen


@frozen
class FormFile:
    """A file in a form."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@frozen
class Form:
    """A form: its text fields and its files, by field name."""

    fields: dict[str, str]
    files: dict[str, FormFile]


def read_form(content_type: str, body: bytes) -> Form | None:
    """Read a form; return `None` if the body is not a form or is cut off, or if the name of a file cannot be decoded."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str) or not boundary:
        return None
    pieces = _split_form(b"\r\n" + body, boundary.encode("latin-1", "replace"))
    if pieces is None:
        return None
    form = Form({}, {})
    for name, part, content in _iter_parts(pieces):
        try:
            file_name = part.get_filename()
        # The form chooses the encoding of the name.  Some encodings raise this error for malformed bytes.
        except ValueError:
            return None
        if file_name is None:
            form.fields[name] = content.decode("utf-8", "replace")
        else:
            # In some encodings, such as UTF-7, a name may contain lone surrogates.  Replace them, because the journal of
            # `serve --save` must not contain them.
            file_name = file_name.encode("utf-8", "replace").decode()
            form.files[name] = FormFile(file_name, part.get_content_type(), content)
    return form


def _split_form(text: bytes, boundary: bytes) -> list[bytes] | None:
    """Return the parts between the delimiters; `None` if the last delimiter, which ends with `--`, is missing."""
    pieces: list[bytes] = []
    start = None
    # Match a delimiter only as a whole line, because a line of a file may begin like a delimiter.
    for match in re.finditer(rb"\r\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\Z)", text):
        if start is not None:
            pieces.append(text[start : match.start()])
        if match[1]:
            return pieces
        start = match.end()
    return None


def _iter_parts(pieces: list[bytes]) -> Iterator[tuple[str, Message, bytes]]:
    for piece in pieces:
        head, _, content = piece.partition(b"\r\n\r\n")
        part = HeaderParser().parsestr(head.decode("utf-8", "replace").lstrip("\r\n"))
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            yield name, part, content
