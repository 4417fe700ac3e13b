"""A time limit for a whole exchange."""

from __future__ import annotations

import threading
from collections.abc import Callable

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.requests import Response


def send_within(seconds: float, exchange: Callable[[], Response | NotDone | OutcomeUnknown]) -> Response:
    """Call `exchange` in a thread, and return its response or raise its error.

    HTTP libraries limit the time of each read, but not the time of the whole exchange
    or of the name look-up.  After the deadline, the thread continues in the background.

    Raises:
        NotDone: the error that `exchange` returns.
        OutcomeUnknown: the error that `exchange` returns, or `deadline` if the
            exchange takes longer than `seconds`.
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
