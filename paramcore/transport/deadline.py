"""A time limit for a whole exchange: a request and its reply."""

from __future__ import annotations

import _thread
from collections.abc import Callable

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.requests import Response


def send_within(seconds: float, exchange: Callable[[], Response | NotDone | OutcomeUnknown]) -> Response:
    """Call `exchange` in a thread, and return its response or raise its error.

    HTTP libraries limit the time of each read, but not the time of the whole exchange
    or of the name look-up.  After the deadline, the thread continues in the background.

    Raises:
        NotDone: the error that `exchange` returns, or `not_sent` if the system cannot
            start a thread.
        OutcomeUnknown: the error that `exchange` returns, `deadline` if the exchange
            takes longer than `seconds`, or `no_reply` if `exchange` raises an error.
    """
    results: list[Response | NotDone | OutcomeUnknown] = []
    # `threading.Thread` runs Python code in the caller's thread when it starts a thread and when it is deleted.  Ctrl-C
    # in this code may print a traceback, or raise `RuntimeError` after the new thread sent the request.  The `except`
    # below would then report that nothing was sent.  So use `_thread` and a lock.
    is_running = _thread.allocate_lock()
    is_running.acquire()

    def run() -> None:
        try:
            results.append(exchange())
        except BaseException as error:  # noqa: BLE001  (otherwise, the thread would print a traceback)
            problem = f"the request failed before the reply was complete ({type(error).__name__})"
            results.append(OutcomeUnknown("no_reply", None, problem, ""))
        finally:
            is_running.release()

    try:
        _thread.start_new_thread(run, ())
    except RuntimeError:
        problem = "the system cannot start a thread, so nothing was sent"
        raise NotDone("not_sent", None, problem, "end other programs, or allow more processes and memory") from None
    is_running.acquire(timeout=max(seconds, 0.0))
    if not results:
        raise OutcomeUnknown("deadline", None, "no complete reply arrived before the deadline", "")
    result = results[0]
    if isinstance(result, Response):
        return result
    raise result
