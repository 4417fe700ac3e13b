"""The transport over a `scaleapi.ScaleClient` that you have: its key, address, proxies and certificates, not its retries."""

from __future__ import annotations

import threading
from typing import Any

import requests
from requests.exceptions import ConnectTimeout, RequestException, SSLError

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.requests import MAX_RESPONSE_SIZE, Request, Response
from paramcore.transport.key import ApiKey

__all__ = ["ScaleApiTransport"]

#: Seconds for a request that says nothing of its own.
_TIMEOUT = 30.0


class ScaleApiTransport:
    """
    Send requests as `client` would, once each.

    The client's own way sends a POST again after 408, 429 and 5xx, so that a
    lost reply makes two versions of one update (E8).

    Raises:
        InvalidKey: for a client whose key is none.

    """

    def __init__(self, client: Any, *, max_response_size: int = MAX_RESPONSE_SIZE) -> None:
        self._api = client.api
        self._key = ApiKey(self._api.api_key)
        self._max_response_size = max_response_size

    def __repr__(self) -> str:
        return f"ScaleApiTransport(base_url={self._api.base_api_url!r})"

    def send(self, request: Request) -> Response:
        """
        Send a request once, on a connection of its own, within its `timeout`.

        Raises:
            NotDone: `not_sent` or `certificate`.
            OutcomeUnknown: `no_reply`, `deadline`, `reply_size`.

        """
        seconds = _TIMEOUT if request.timeout is None else request.timeout
        answers: list[Response | NotDone | OutcomeUnknown] = []
        # `requests` limits each read and not the whole, so the whole is waited for from outside.
        worker = threading.Thread(target=lambda: answers.append(self._answer(request, seconds)), daemon=True)
        worker.start()
        worker.join(seconds)
        if not answers:
            raise OutcomeUnknown("deadline", None, "no whole reply in time", "one before the deadline")
        answer = answers[0]
        if isinstance(answer, Response):
            return answer
        raise answer

    def _answer(self, request: Request, seconds: float) -> Response | NotDone | OutcomeUnknown:
        url = self._api.base_api_url.rstrip("/") + request.target
        headers = {"Authorization": self._key.basic, "Accept-Encoding": "identity", "Connection": "close"}
        if request.body is not None:
            headers["Content-Type"] = "application/json"
        try:
            with requests.Session() as session:
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
                    return self._read(reply)
        except SSLError:
            return NotDone(
                "certificate", None, "a certificate that does not hold", "one of a known authority, for this host"
            )
        except (requests.ConnectionError, ConnectTimeout) as error:
            if isinstance(error, ConnectTimeout) or _never_connected(error):
                return NotDone("not_sent", None, "no connection to the service", "one: nothing was sent")
            return _broken(error)
        except (RequestException, OSError, ValueError) as error:
            return _broken(error)

    def _read(self, reply: requests.Response) -> Response | OutcomeUnknown:
        length = reply.headers.get("content-length")
        body = reply.raw.read(self._max_response_size + 1, decode_content=False)
        if len(body) > self._max_response_size:
            found = f"a reply of more than {self._max_response_size:,} bytes"
            return OutcomeUnknown("reply_size", None, found, "a smaller one", reply.status_code)
        if length is not None and length.isdigit() and len(body) < int(length):
            return OutcomeUnknown("no_reply", None, "a reply that was cut off", "a whole one", reply.status_code)
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status_code, self._key.redacted(body), headers)


def _never_connected(error: BaseException) -> bool:
    # `requests` says so only inside: urllib3's NewConnectionError, or a name that leads nowhere.
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)


def _broken(error: Exception) -> OutcomeUnknown:
    # What `requests` says may quote the request.
    return OutcomeUnknown("no_reply", None, f"a connection that broke ({type(error).__name__})", "a whole reply")
