"""The transport over a `scaleapi.ScaleClient`, without its retries."""

from __future__ import annotations

import ssl
from typing import Any

import requests
from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ProxyError, SSLError

from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.replies import read_error_text
from paramcore.service.requests import DEFAULT_TIMEOUT, MAX_RESPONSE_SIZE, Request, Response, check_response_size
from paramcore.text import describe_python_type
from paramcore.transport.deadline import send_within
from paramcore.transport.key import ApiKey
from paramcore.transport.logs import redact_logger, redact_logs

for _name in ("urllib3.connection", "urllib3.connectionpool"):
    redact_logger(_name)


class ScaleApiTransport:
    """Sends requests with the settings of a `scaleapi.ScaleClient`, but without retries.

    The settings are the key, base URL, proxies and certificates.  Unlike the client, the
    transport does not read proxies or certificates from the environment.

    A `ScaleClient` retries a POST after status 408, 429 or 5xx.  If the service made the
    update despite this status, the retry adds a second version (E8).

    Raises:
        InvalidKey: if the key of the client is invalid.
        InvalidSetting: `argument_type`, if `client` has no `api.api_key`, or `max_response_size`
            is not a whole number above 0.

    Example:
        >>> import scaleapi
        >>> ScaleApiTransport(scaleapi.ScaleClient("live_0123"))
        ScaleApiTransport(base_url='https://api.scale.com/v1')
    """

    def __init__(self, client: Any, *, max_response_size: int = MAX_RESPONSE_SIZE) -> None:
        if not hasattr(getattr(client, "api", None), "api_key"):
            problem = f"`client` must be a client of the official SDK, got {describe_python_type(type(client))}"
            raise InvalidSetting("argument_type", None, problem, "pass `scaleapi.ScaleClient(key)`")
        check_response_size(max_response_size)
        self._api = client.api
        self._key = ApiKey(self._api.api_key)
        self._max_response_size = max_response_size

    def __repr__(self) -> str:
        return f"ScaleApiTransport(base_url={self._api.base_api_url!r})"

    def send(self, request: Request) -> Response:
        """Send a request once, on a new connection, within its `timeout`.

        Raises:
            NotDone: `not_sent`, `certificate`.
            OutcomeUnknown: `no_reply`, `deadline`, `reply_size`.
        """
        seconds = DEFAULT_TIMEOUT if request.timeout is None else request.timeout
        return send_within(seconds, lambda: self._exchange(request, seconds))

    def _exchange(self, request: Request, seconds: float) -> Response | NotDone | OutcomeUnknown:
        url = self._api.base_api_url.rstrip("/") + request.target
        headers = {"Authorization": self._key.authorization, "Accept-Encoding": "identity", "Connection": "close"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with redact_logs(self._key), _Session() as session:
                session.trust_env = False
                reply = session.request(
                    request.method,
                    url,
                    data=request.body,
                    headers=headers,
                    timeout=seconds,
                    allow_redirects=False,
                    stream=True,
                    verify=self._api.verify or True,
                    proxies=self._api.proxies,
                    cert=self._api.cert,
                )
                with reply:
                    return self._read_reply(reply)
        except (OSError, ValueError, HTTPError) as error:
            return _translate_error(error)

    def _read_reply(self, reply: requests.Response) -> Response | OutcomeUnknown:
        length = reply.headers.get("content-length")
        body = reply.raw.read(self._max_response_size + 1, decode_content=False)
        if len(body) > self._max_response_size:
            problem = f"the reply is longer than {self._max_response_size:,} bytes"
            remedy = "in Python, pass a larger `max_response_size` to the transport"
            return OutcomeUnknown("reply_size", None, problem, remedy, reply.status_code)
        if length is not None and length.isdigit() and len(body) < int(length):
            problem = "the connection ended before the reply was complete"
            return OutcomeUnknown("no_reply", None, problem, "", reply.status_code)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        message = None if reply.status_code == 200 else self._key.redact(read_error_text(body))
        return Response(reply.status_code, body, headers, message)


class _Session(requests.Session):
    """A session that leaves the bodies of redirects unread; `requests` would read them without a limit."""

    def get_redirect_target(self, _reply: requests.Response) -> None:
        """Return no location, because no redirect is followed."""


def _translate_error(error: Exception) -> NotDone | OutcomeUnknown:
    # The error of `requests` wraps urllib3's MaxRetryError, which contains the reason.
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, ProxyError):
        reason = reason.original_error
    # Before it connects, `requests` rejects invalid URLs, and raises a plain `OSError` for a missing certificate file.
    if isinstance(error, (InvalidURL, InvalidSchema, MissingSchema)) or type(error) is OSError:
        problem = f"a setting of the client is invalid ({type(error).__name__}), so nothing was sent"
        return NotDone("not_sent", None, problem, "check the client's base URL, `proxies`, `verify` and `cert`")
    if isinstance(reason, (NewConnectionError, ConnectTimeoutError)):
        problem = "no connection to the service, so nothing was sent"
        return NotDone("not_sent", None, problem, "check the network and the base URL")
    # A certificate error occurs before the request is sent; any other TLS error may occur later.
    if isinstance(reason, SSLError) and isinstance(reason.args[0], ssl.SSLCertVerificationError):
        problem = "the service's certificate is invalid, so nothing was sent"
        remedy = "if your company issues its own certificates, trust its authority with the client's `verify`"
        return NotDone("certificate", None, problem, remedy)
    # Show only the type of the error, because the message of `requests` may quote the request.
    problem = f"the connection broke before the reply was complete ({type(error).__name__})"
    return OutcomeUnknown("no_reply", None, problem, "")
