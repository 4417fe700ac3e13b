"""Read HTTP requests from a byte stream, strictly and within limits.

This module replaces `http.server` of the standard library, which answers malformed
requests in HTML, ignores malformed headers, and reads no chunked bodies.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from paramcore.service.standin.admission import check_size, parse_length
from paramcore.service.standin.calls import RejectedCall
from paramcore.text import MESSAGE_LIMIT, format_value

#: The maximum number of bytes of a request line.
MAX_LINE_SIZE = 2**16
#: The maximum number of bytes of all headers together.
MAX_HEADER_SIZE = 2**16
#: The maximum number of headers.
MAX_HEADER_COUNT = 100

_TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105
_REQUEST_LINE = re.compile(rf"({_TOKEN}) ([!-~]+) (HTTP/[0-9]\.[0-9])")
# Reject a line that begins with a space: old versions of HTTP continued the previous header with such a line.
_HEADER = re.compile(rf"({_TOKEN}):([^\0-\x08\x0a-\x1f\x7f]*)")
_CHUNK_SIZE = re.compile(r"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\0-\x08\x0a-\x1f\x7f]*)?")
_TLS_HANDSHAKE = b"\x16"


class RequestLine(NamedTuple):
    """The first line of a request."""

    method: str
    target: str
    #: `HTTP/1.0` or `HTTP/1.1`.
    version: str


def read_request_line(stream: io.BufferedReader[Any]) -> RequestLine:
    """Read the first line of a request.

    Raises:
        RejectedCall: for a line that is malformed, cut off or too long, for TLS, and for a version other than
            HTTP/1.0 and HTTP/1.1.
    """
    first = stream.peek(1)[:1]
    if first == _TLS_HANDSHAKE:
        raise RejectedCall(400, "the stand-in does not offer TLS; write http:// instead of https://")
    # Do not wait for the end of a line that is certainly malformed.
    if first not in b"\r\n" and re.fullmatch(_TOKEN, first.decode("latin-1")) is None:
        raise RejectedCall(400, f"a request must begin with a method, got the byte 0x{first.hex()}")
    # A client may send an empty line after the previous request, so skip one empty line.
    line = _read_line(stream, MAX_LINE_SIZE, 414, "the request line") or _read_line(
        stream, MAX_LINE_SIZE, 414, "the request line"
    )
    match = _REQUEST_LINE.fullmatch(line)
    if match is None:
        shown = format_value(line, limit=MESSAGE_LIMIT)
        raise RejectedCall(400, f"the request line must be `METHOD TARGET HTTP/1.1`, got {shown}")
    if match[3] not in ("HTTP/1.0", "HTTP/1.1"):
        raise RejectedCall(400, f"the stand-in does not offer {match[3]}; use HTTP/1.1")
    return RequestLine(match[1], match[2], match[3])


def read_headers(stream: io.BufferedReader[Any]) -> dict[str, str]:
    """Read headers up to the next empty line, and return them by lower-case name.

    The values of a repeated header are joined with commas.

    Raises:
        RejectedCall: for headers that are malformed, cut off, too long or too many, and for a repeated `Host`.
    """
    headers: dict[str, str] = {}
    remaining = MAX_HEADER_SIZE
    for _ in range(MAX_HEADER_COUNT + 1):
        line = _read_line(stream, remaining, 431, "the headers", shown_size=MAX_HEADER_SIZE)
        if not line:
            return headers
        remaining -= len(line)
        match = _HEADER.fullmatch(line)
        if match is None:
            raise RejectedCall(400, f"the header line {format_value(line, limit=MESSAGE_LIMIT)} is malformed")
        name, value = match[1].lower(), match[2].strip(" \t")
        if name == "host" and name in headers:
            raise RejectedCall(400, "the header `Host` is repeated; send it once")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    raise RejectedCall(431, f"the request has more than {MAX_HEADER_COUNT} headers")


class Body:
    """The body of a request, which is read on demand."""

    def __init__(self, stream: io.BufferedReader[Any], headers: Mapping[str, str], version: str) -> None:
        """Determine the length of the body from the headers; a chunked body has no known length.

        Raises:
            RejectedCall: for headers that are malformed or contradict each other, for a body that is too long, for a
                transfer coding other than `chunked`, and for any transfer coding in HTTP/1.0.
        """
        self._stream = stream
        self._length = _read_length(headers, version)
        #: Whether bytes of the body may still be in the stream.
        self.is_unread: bool = self._length != 0

    def read(self) -> bytes:
        """Read the whole body.

        Raises:
            RejectedCall: for a body that is too long, cut off or malformed.
        """
        body = self._read_chunks() if self._length is None else self._read_exactly(self._length)
        self.is_unread = False
        return body

    def _read_chunks(self) -> bytes:
        body = bytearray()
        while True:
            line = _read_line(self._stream, MAX_LINE_SIZE, 400, "the line with the size of a chunk")
            match = _CHUNK_SIZE.fullmatch(line)
            if match is None:
                raise RejectedCall(400, f"a chunk has the malformed size {format_value(line, limit=MESSAGE_LIMIT)}")
            size = int(match[1], 16)
            if size == 0:
                # Ignore the headers after the last chunk.
                read_headers(self._stream)
                return bytes(body)
            check_size(len(body) + size)
            body += self._read_exactly(size)
            if self._read_exactly(2) != b"\r\n":
                raise RejectedCall(400, f"a chunk must end with CRLF after the {size:,} bytes that its size states")

    def _read_exactly(self, size: int) -> bytes:
        content = self._stream.read(size)
        if len(content) < size:
            raise RejectedCall(400, f"the body is cut off: {size - len(content):,} bytes are missing")
        return content


def _read_length(headers: Mapping[str, str], version: str) -> int | None:
    """Return the number of bytes of the body; `None` if the body is chunked."""
    coding = headers.get("transfer-encoding")
    if coding is not None:
        if "content-length" in headers or version == "HTTP/1.0":
            raise RejectedCall(400, "Transfer-Encoding is not allowed with Content-Length, or in HTTP/1.0")
        if coding.lower() != "chunked":
            shown = format_value(coding, limit=MESSAGE_LIMIT)
            raise RejectedCall(501, f"the stand-in does not offer this: Transfer-Encoding {shown}")
        return None
    length = parse_length(headers.get("content-length", "0"))
    check_size(length)
    return length


def _read_line(
    stream: io.BufferedReader[Any], max_size: int, status: int, name: str, *, shown_size: int | None = None
) -> str:
    """Return a line without its line end.

    If the line has more than `max_size` bytes, the reply has the status `status`.  Its message
    shows `shown_size` as the maximum, or `max_size` by default.
    """
    line = stream.readline(max_size + 1)
    if not line.endswith(b"\n"):
        if len(line) > max_size:
            raise RejectedCall(status, f"{name} must have at most {shown_size or max_size:,} bytes")
        raise RejectedCall(400, f"the request is cut off in {name}")
    return line[:-1].removesuffix(b"\r").decode("latin-1")
