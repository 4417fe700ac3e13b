"""Read requests from the environment of a WSGI server (PEP 3333)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from paramcore.service.standin.admission import check_size, parse_length, require_host
from paramcore.service.standin.calls import MAX_BODY_SIZE, RejectedCall


def read_target(environ: Mapping[str, Any]) -> str:
    """Return the raw target of a request, or rebuild it from the decoded path."""
    target = environ.get("REQUEST_URI") or environ.get("RAW_URI")
    if isinstance(target, str):
        return target
    path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    # PEP 3333 requires the bytes of the path as Latin-1.  `WSGITransport` of httpx passes the decoded path instead.  If
    # Latin-1 cannot encode the path, it must be such a path.
    try:
        path = quote(path.encode("latin-1"))
    except UnicodeEncodeError:
        path = quote(path, errors="surrogatepass")
    query = environ.get("QUERY_STRING")
    return f"{path}?{query}" if query else path


def read_headers(environ: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers of a request, except `Content-Length`, by lower-case name."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def read_body(environ: Mapping[str, Any]) -> bytes:
    """Read the body of a request.

    Raises:
        RejectedCall: for a malformed request, and for a body that is too long or cut off.
    """
    require_host(read_headers(environ), environ.get("SERVER_PROTOCOL", ""))
    length = environ.get("CONTENT_LENGTH")
    if length:
        size = parse_length(length)
        check_size(size)
    elif environ.get("wsgi.input_terminated"):
        # The server decodes a chunked body and ends the stream after it, so no length is needed.
        size = MAX_BODY_SIZE + 1
    elif "HTTP_TRANSFER_ENCODING" in environ:
        raise RejectedCall(411, "this WSGI server does not decode chunked bodies; send Content-Length")
    else:
        size = 0
    body: bytes = environ["wsgi.input"].read(size) if size else b""
    check_size(len(body))
    if length and len(body) < size:
        raise RejectedCall(400, f"the body is cut off: {size - len(body):,} bytes are missing")
    return body
