"""The transport over `httpx` (extra `http`): one connection a request, no redirects, no proxies, no cookies."""

from __future__ import annotations

import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import urlsplit

import httpx

from paramcore import __version__
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.requests import MAX_RESPONSE_SIZE, Request, Response
from paramcore.text import describe_value, format_value
from paramcore.transport.key import ApiKey

__all__ = ["BASE_URL", "HttpTransport"]

BASE_URL = "https://api.scale.com/v1"

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
#: Seconds for a request that says nothing of its own.
_TIMEOUT = 30.0


class HttpTransport:
    """
    Send requests to `base_url`, which includes the `/v1`.

    `https` only, or `http` on loopback.  `verify` is an `ssl.SSLContext` for
    authorities of your own; `proxy` the URL of a proxy, which is never taken
    from the environment.

    Raises:
        InvalidSetting: `base_url`.

    """

    def __init__(
        self,
        key: ApiKey,
        *,
        base_url: str = BASE_URL,
        verify: ssl.SSLContext | bool = True,
        proxy: str | None = None,
        max_response_size: int = MAX_RESPONSE_SIZE,
    ) -> None:
        _check_base_url(base_url)
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._verify = verify
        self._proxy = proxy
        self._max_response_size = max_response_size

    def __repr__(self) -> str:
        return f"HttpTransport(base_url={self._base_url!r})"

    def send(self, request: Request) -> Response:
        """
        Send a request once, on a connection of its own, within its `timeout`.

        Raises:
            NotDone: `not_sent` or `certificate`.
            OutcomeUnknown: `no_reply`, `deadline`, `reply_size`.

        """
        seconds = _TIMEOUT if request.timeout is None else request.timeout
        ends = time.monotonic() + seconds
        url = self._base_url + request.target
        # Nothing of the environment: no proxy, no netrc, no certificates from a variable.
        client = httpx.Client(
            verify=self._verify,
            proxy=self._proxy,
            trust_env=False,
            follow_redirects=False,
            timeout=seconds,
            http2=False,
        )
        # A server that trickles a byte at a time never runs into the time limit of a single read.
        watch = threading.Timer(seconds, _close, [client])
        watch.daemon = True
        watch.start()
        try:
            with (
                client,
                client.stream(request.method, url, content=request.body, headers=self._headers(request)) as reply,
            ):
                body = self._body(reply, ends)
                return Response(reply.status_code, self._key.redacted(body), dict(reply.headers))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, RuntimeError, ValueError) as error:
            if isinstance(error, (NotDone, OutcomeUnknown)):
                raise
            # What httpx says may quote the request.
            raise _error(error, is_late=time.monotonic() >= ends) from None
        finally:
            watch.cancel()

    def _headers(self, request: Request) -> dict[str, str]:
        headers = {
            "Authorization": self._key.basic,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"paramcore/{__version__}",
        }
        return headers if request.body is None else {**headers, "Content-Type": "application/json"}

    def _body(self, reply: httpx.Response, ends: float) -> bytes:
        pieces, size = [], 0
        for piece in reply.iter_raw():
            pieces.append(piece)
            size += len(piece)
            if size > self._max_response_size:
                found = f"a reply of more than {self._max_response_size:,} bytes"
                raise OutcomeUnknown("reply_size", None, found, "a smaller one", reply.status_code)
            if time.monotonic() > ends:
                raise _late()
        return b"".join(pieces)


def _check_base_url(url: object) -> None:
    wanted = "an `https` address that includes the `/v1`, or `http` on loopback, without a user or a key in it"
    if type(url) is not str:
        raise InvalidSetting("base_url", None, describe_value(url), wanted)
    try:
        parts = urlsplit(url)
        fine = bool(parts.hostname) and (
            parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        )
        named = parts.username or parts.password or parts.query or parts.fragment
        _ = parts.port
    except ValueError:
        fine, named = False, None
    if named:
        raise InvalidSetting(
            "base_url", None, "an address with more than a host and a path, which is not shown", wanted
        )
    if not fine:
        raise InvalidSetting("base_url", None, f"the address {format_value(url, limit=80)}", wanted)


def _close(client: httpx.Client) -> None:
    # It is in use by another thread, which is to fail, not this one.
    with suppress(Exception):
        client.close()


def _error(error: Exception, *, is_late: bool) -> NotDone | OutcomeUnknown:
    if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)):
        if _is_of_certificate(error):
            return NotDone(
                "certificate", None, "a certificate that does not hold", "one of a known authority, for this host"
            )
        what = "no connection in time" if isinstance(error, httpx.ConnectTimeout) else "no connection to the service"
        return NotDone("not_sent", None, what, "one: nothing was sent")
    if is_late or isinstance(error, httpx.TimeoutException):
        return _late()
    return OutcomeUnknown("no_reply", None, f"a connection that broke ({type(error).__name__})", "a whole reply")


def _is_of_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _late() -> OutcomeUnknown:
    return OutcomeUnknown("deadline", None, "no whole reply in time", "one before the deadline")
