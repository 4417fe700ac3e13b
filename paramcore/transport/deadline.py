"""Limits a whole exchange in time."""

from __future__ import annotations

import threading
from collections.abc import Callable

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.requests import Response


def send_within(seconds: float, exchange: Callable[[], Response | NotDone | OutcomeUnknown]) -> Response:
    """Return the response of an exchange, or raise its error, within this time.

    The timeouts of HTTP libraries limit each read, and no look-up of a name.  So the
    exchange runs in another thread, which ends by itself after the deadline.

    Raises:
        NotDone, OutcomeUnknown: as the exchange returns them, and `deadline`.
    """
    results: list[Response | NotDone | OutcomeUnknown] = []
    worker = threading.Thread(target=lambda: results.append(exchange()), daemon=True)
    worker.start()
    worker.join(seconds)
    if not results:
        raise OutcomeUnknown("deadline", None, "no complete reply arrived before the deadline", "")
    result = results[0]
    if isinstance(result, Response):
        return result
    raise result
