"""Refuse requests that a page of another site may have sent, and requests that are malformed or too long.

A web page from any site can send requests to this machine.  A browser describes the site in
`Origin` and `Sec-Fetch-Site`, which a web page can neither set nor remove.  A site can also
resolve its own name to 127.0.0.1.  The browser then sends that name as `Host`, so this
module refuses all hosts except loopback hosts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

from paramcore.service.standin.calls import MAX_BODY_SIZE, RejectedCall
from paramcore.service.standin.faults import METHODS
from paramcore.text import MESSAGE_LIMIT, format_value

#: The methods of the API's calls, and `HEAD`, which gets the same reply as `GET` without the body.
_METHODS = frozenset({*METHODS, "HEAD"})
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_LOOPBACK = re.compile(rf"(?:(?:localhost|127(?:\.{_OCTET}){{3}})\.?|\[::1\])(?::[0-9]*)?", re.ASCII | re.IGNORECASE)
# The absolute form (`http://host/path`) is for proxies, but a server must accept it.
_TARGET = re.compile(r"(?:https?://(?P<host>[^/?]*))?(?P<path>/[^?]*)?(?:\?.*)?", re.ASCII | re.IGNORECASE)
_UNENCODED = re.compile(r"[^!-~]|#|%(?![0-9A-Fa-f]{2})")
_API = "/v1/"


def check_request(method: str, target: str, headers: Mapping[str, str]) -> None:
    """Refuse unknown methods, invalid targets, compressed bodies, other hosts, and requests from other sites.

    `target` is the raw target of the request line; header names are lower case.

    Raises:
        RejectedCall: with the status and the text of the reply.
    """
    if method not in _METHODS:
        raise RejectedCall(501, f"the stand-in does not offer this: the method {_show(method)}")
    path, hosts = _read_target(target, headers)
    for host in hosts:
        if _LOOPBACK.fullmatch(host) is None:
            raise RejectedCall(421, f"the stand-in is not the host {_show(host)}; use 127.0.0.1 or localhost")
    encoding = headers.get("content-encoding", "")
    if encoding.strip().lower() not in ("", "identity"):
        raise RejectedCall(
            415,
            f"the stand-in reads no compressed bodies (Content-Encoding {_show(encoding)}); send the body uncompressed",
        )
    if "origin" in headers or "sec-fetch-site" in headers:
        _check_site(method, path, hosts, headers)


def require_host(headers: Mapping[str, str], version: str) -> None:
    """Reject an HTTP/1.1 request without a `Host` header.

    Raises:
        RejectedCall: with the status and the text of the reply.
    """
    if "host" not in headers and version == "HTTP/1.1":
        raise RejectedCall(400, "the header `Host` is missing; HTTP/1.1 requires it")


def parse_length(text: str) -> int:
    """Return the value of a `Content-Length` header.

    Raises:
        RejectedCall: if it is not a number of bytes.
    """
    if not (text.isascii() and text.isdigit()):
        raise RejectedCall(400, f"the header `Content-Length` must be a single number of bytes, got {_show(text)}")
    # Python refuses to parse very long numbers.  Any number of 20 digits exceeds the maximum, so parse at most 20.
    return int(text.lstrip("0")[:20] or "0")


def check_size(size: int) -> None:
    """Reject a body that is too long.

    Raises:
        RejectedCall: with the status and the text of the reply.
    """
    if size > MAX_BODY_SIZE:
        raise RejectedCall(413, f"the body is too long; the stand-in reads at most {MAX_BODY_SIZE:,} bytes")


def _read_target(target: str, headers: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the path of a target, and all hosts that the request names."""
    match = _TARGET.fullmatch(target)
    if match is None or not target or _UNENCODED.search(target) is not None:
        raise RejectedCall(400, f"the target {_show(target)} is not a URL path; percent-encode special characters")
    try:
        unquote_to_bytes(target).decode()
    except UnicodeDecodeError:
        raise RejectedCall(400, f"the target {_show(target)} is not UTF-8; percent-encode the bytes of UTF-8") from None
    return match["path"] or "/", [host for host in (match["host"], headers.get("host")) if host is not None]


def _check_site(method: str, path: str, hosts: list[str], headers: Mapping[str, str]) -> None:
    """Refuse a request that a page of another site started in a browser.

    A link on another site may still open a page outside `/v1/`.  A request with a method other than GET and HEAD
    must have the content type `application/json`.
    """
    origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
    # If the target names a host, this host is first in `hosts`, because it overrides the `Host` header.
    own_origins = {f"{scheme}://{host}".lower() for host in hosts[:1] for scheme in ("http", "https")}
    if origin is not None and origin.lower() not in own_origins:
        raise RejectedCall(403, f"the stand-in refuses web pages from another origin: {_show(origin)}")
    # `same-site` includes pages from other ports of this machine, so do not accept it.
    if site not in ("none", "same-origin") and not _is_link(method, path, headers):
        raise RejectedCall(403, f"the stand-in refuses web pages from another site: Sec-Fetch-Site is {_show(site)}")
    media_type = headers.get("content-type", "")
    # A form on any site may send a POST, but not as `application/json`.  The stand-in's own pages have no forms.
    if method not in ("GET", "HEAD") and media_type.partition(";")[0].strip().lower() != "application/json":
        shown = _show(media_type) if media_type else "missing"
        raise RejectedCall(415, f"the content type is {shown}; a browser must send application/json to the stand-in")


def _is_link(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Return whether a browser opens a page outside `/v1/`.

    Other sites may link to such a page, because they cannot read the reply.
    """
    is_page = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return is_page and method == "GET" and not path.startswith(_API)


def _show(text: str) -> str:
    return format_value(text, limit=MESSAGE_LIMIT)
