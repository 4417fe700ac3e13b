"""A transport over `httpx2` that opens a new connection for each request."""

from __future__ import annotations

import ssl
from contextlib import suppress
from ipaddress import ip_address
from socket import getaddrinfo
from urllib.parse import urlsplit

import httpx2

# Import names from the package, because `import httpx2` succeeds even if files of the package are missing.
from httpx2 import HTTPError, InvalidURL, StreamError
from truststore import SSLContext

from paramcore import __version__
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.replies import read_error_text
from paramcore.service.requests import DEFAULT_TIMEOUT, MAX_RESPONSE_SIZE, Request, Response, check_response_size
from paramcore.text import describe_value, format_value
from paramcore.transport.deadline import send_within
from paramcore.transport.key import ApiKey
from paramcore.transport.logs import redact_logger, redact_logs
from paramcore.values import check_argument

#: The base URL of the real API.
BASE_URL = "https://api.scale.com/v1"

for _name in ("httpx2", "httpcore2.http11"):
    redact_logger(_name)

_URL_REMEDY = f"write an `https` URL with the path `/v1`, such as {BASE_URL} (`http` is allowed only on loopback)"
_CERTIFICATE_REMEDY = (
    "if your company has its own authority, set `SSL_CERT_FILE` (on Linux) to the file of its certificate, "
    "or in Python pass an `ssl.SSLContext` as `verify`"
)


class HttpTransport:
    """Sends requests to the API with a key; needs the `http` extra.

    `base_url` must be an `https` URL with a path, such as `/v1`.  On loopback, it may
    be an `http` URL.  Pass an `ssl.SSLContext` as `verify` to trust your own
    certificate authorities.  Pass the URL of a proxy as `proxy`.  The transport does
    not read proxies from the environment.  With `verify=True`, OpenSSL on Linux reads
    `SSL_CERT_FILE` and `SSL_CERT_DIR`.  The transport rejects a response body of more than
    `max_response_size` bytes.

    Raises:
        InvalidSetting: `base_url` if the URL is invalid; `argument_type` if another argument is invalid, or if the
            proxy cannot be used.

    Example:
        >>> HttpTransport(ApiKey.from_environment())
        HttpTransport(base_url='https://api.scale.com/v1')
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
        check_argument("key", key, ApiKey, "create it with `ApiKey(text)` or `ApiKey.from_environment()`")
        _check_base_url(base_url)
        _check_verify(verify)
        _check_proxy(proxy)
        check_response_size(max_response_size)
        self._key = key
        self._base_url = base_url.rstrip("/")
        self._verify = verify
        self._proxy = proxy
        self._max_response_size = max_response_size

    def __repr__(self) -> str:
        return f"HttpTransport(base_url={self._base_url!r})"

    def send(self, request: Request) -> Response:
        """Send a request once, on a new connection, within its `timeout`.

        Raises:
            NotDone: `not_sent`, `certificate`.
            OutcomeUnknown: `no_reply`, `deadline`, `reply_size`.
        """
        seconds = DEFAULT_TIMEOUT if request.timeout is None else request.timeout
        return send_within(seconds, lambda: self._exchange(request, seconds))

    def _exchange(self, request: Request, seconds: float) -> Response | NotDone | OutcomeUnknown:
        url, headers = self._base_url + request.target, self._build_headers(request)
        try:
            verify = _create_context() if self._verify is True else self._verify
        except OSError as error:
            problem = f"OpenSSL failed to start, so nothing was sent ({type(error).__name__})"
            return NotDone("not_sent", None, problem, "check OpenSSL's configuration file, or free some memory")
        try:
            with (
                redact_logs(self._key),
                # `trust_env=True` would let the environment add a proxy or a .netrc file.
                httpx2.Client(
                    verify=verify,
                    proxy=self._proxy,
                    trust_env=False,
                    follow_redirects=False,
                    timeout=seconds,
                ) as client,
                client.stream(request.method, url, content=request.body, headers=headers) as reply,
            ):
                body = self._read_body(reply)
                message = None if reply.status_code == 200 else self._key.redact(read_error_text(body))
                return Response(reply.status_code, body, dict(reply.headers), message)
        except (NotDone, OutcomeUnknown) as error:
            return error
        except (HTTPError, InvalidURL, StreamError, OSError, RuntimeError, ValueError) as error:
            # Hide the error of httpx2, because its message may quote the request.
            return _translate_error(error)

    def _build_headers(self, request: Request) -> dict[str, str]:
        headers = {
            "Authorization": self._key.authorization,
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": f"paramcore/{__version__}",
        }
        return headers if request.body is None else {**headers, "Content-Type": "application/json"}

    def _read_body(self, reply: httpx2.Response) -> bytes:
        chunks, size = [], 0
        for chunk in reply.iter_raw():
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_response_size:
                problem = f"the reply is longer than {self._max_response_size:,} bytes"
                remedy = "in Python, pass a larger `max_response_size` to the transport"
                raise OutcomeUnknown("reply_size", None, problem, remedy, reply.status_code)
        return b"".join(chunks)


def _check_verify(verify: object) -> None:
    if not isinstance(verify, (bool, ssl.SSLContext)):
        problem = f"`verify` must be true, false or an `ssl.SSLContext`, got {describe_value(verify)}"
        remedy = "create the context with `ssl.create_default_context(cafile=...)`"
        raise InvalidSetting("argument_type", None, problem, remedy)


def _check_proxy(proxy: str | None) -> None:
    """Check the URL of a proxy now, because `send` would report a wrong URL only later."""
    if proxy is None:
        return
    # Do not show the proxy, because its URL may contain a password.
    problem, remedy = "`proxy` must be the URL of a proxy", "write a URL such as http://127.0.0.1:3128"
    if not isinstance(proxy, str):
        raise InvalidSetting("argument_type", None, problem, remedy)
    try:
        httpx2.Client(proxy=proxy, verify=False, trust_env=False).close()
    except ImportError:
        problem = "the package `socksio`, which proxies of this kind need, is not installed"
        raise InvalidSetting("argument_type", None, problem, "run `pip install socksio`") from None
    except (ValueError, InvalidURL):
        raise InvalidSetting("argument_type", None, problem, remedy) from None


def _check_base_url(url: object) -> None:
    if type(url) is not str:
        problem = f"the base URL must be a string, got {describe_value(url)}"
        raise InvalidSetting("base_url", None, problem, _URL_REMEDY)
    try:
        parts = urlsplit(url)
        has_secret = bool(parts.username or parts.password or parts.query or parts.fragment or "?" in url or "#" in url)
        is_secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname))
        # Reject spaces, because `urlsplit` ignores spaces at the start and `httpx2` does not.
        is_valid = is_secure and parts.port != 0 and not any(map(str.isspace, url)) and _has_host(url)
    except (ValueError, InvalidURL):
        problem = "the base URL (not shown, because it may contain a key) cannot be parsed"
        raise InvalidSetting("base_url", None, problem, _URL_REMEDY) from None
    if has_secret:
        problem = "the base URL (not shown, because it may contain a key) has a user, a query or a fragment"
        raise InvalidSetting("base_url", None, problem, "write only the scheme, host, port and path")
    if is_valid and not parts.path.strip("/"):
        problem = f"the base URL {format_value(url, limit=80)} has no path, but all paths of the API begin with /v1"
        raise InvalidSetting("base_url", None, problem, f"write `{url.rstrip('/')}/v1`")
    if not is_valid:
        problem = f"the base URL {format_value(url, limit=80)} is not a valid `https` URL with a host"
        raise InvalidSetting("base_url", None, problem, _URL_REMEDY)


def _has_host(url: str) -> bool:
    """Return whether each label of a URL's host has 1 to 63 bytes, as a name look-up requires."""
    labels = httpx2.URL(url).raw_host.removesuffix(b".").split(b".")
    return all(0 < len(label) < 64 for label in labels)


def _create_context() -> ssl.SSLContext:
    # `ssl.create_default_context` would write the connection's TLS keys to the file that `SSLKEYLOGFILE` names.
    return SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _is_loopback(host: str | None) -> bool:
    """Return whether a host is a loopback address, or is `localhost` and resolves only to such addresses."""
    if host == "localhost":
        with suppress(OSError):
            return all(ip_address(info[4][0]).is_loopback for info in getaddrinfo(host, None))
    try:
        return ip_address(host or "").is_loopback
    except ValueError:
        return False


def _translate_error(error: Exception) -> NotDone | OutcomeUnknown:
    if isinstance(error, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, InvalidURL)):
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            problem = "the service's certificate is invalid, so nothing was sent"
            return NotDone("certificate", None, problem, _CERTIFICATE_REMEDY)
        late = " in time" if isinstance(error, httpx2.ConnectTimeout) else ""
        problem = f"no connection to the service{late}, so nothing was sent"
        return NotDone("not_sent", None, problem, "check the network and the base URL")
    if isinstance(error, httpx2.TimeoutException):
        return OutcomeUnknown("deadline", None, "no complete reply arrived before the deadline", "")
    if isinstance(error, httpx2.RemoteProtocolError):
        problem = f"the reply was incomplete, or not valid HTTP ({type(error).__name__})"
        return OutcomeUnknown("no_reply", None, problem, "check the base URL and any proxy")
    problem = f"the connection broke before the reply was complete ({type(error).__name__})"
    return OutcomeUnknown("no_reply", None, problem, "")
