"""Flows that decide when to send, wait and retry, without I/O.

A flow is a generator that yields `Send` and `Wait` steps.  For each `Send`, the
code that runs the flow passes the response into the flow, or throws the transport's
error into the flow.  `run_flow` runs a flow over a blocking transport.  An
asynchronous client can run the same flows in its own event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any, TypeAlias, TypeVar

from attrs import Factory, evolve, field, frozen

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.replies import check_status
from paramcore.service.requests import MAX_TIMEOUT, Request, Response, Transport
from paramcore.text import describe_python_type

_T = TypeVar("_T")

_MAX_ATTEMPTS = 4
#: The maximum deadline, in seconds.  `time.sleep` rejects much longer waits.
_MAX_DEADLINE = 1e9
#: The maximum back-off before the second attempt, in seconds; the maximum doubles with each further attempt.
_FIRST_WAIT = 0.5


@frozen
class Send:
    """A step of a flow: send this request and pass the response into the flow."""

    request: Request


@frozen
class Wait:
    """A step of a flow: wait this many seconds."""

    seconds: float


Flow: TypeAlias = Generator[Send | Wait, Any, _T]


def _limit_deadline(deadline: float) -> float:
    return max(0.0, min(deadline, _MAX_DEADLINE))


@frozen
class Clock:
    """Measures the time until the deadline of a flow."""

    #: The number of seconds from the creation of the clock to the deadline.
    deadline: float = field(converter=_limit_deadline)
    #: A function that returns the current time in seconds, such as `time.monotonic`.
    now: Callable[[], float]
    #: A function that returns a random number from 0 to 1, to spread the retries of several clients.
    jitter: Callable[[], float]
    #: The time when the clock was created.
    started: float = field(init=False, default=Factory(lambda clock: clock.now(), takes_self=True))

    @property
    def remaining(self) -> float:
        """The number of seconds until the deadline."""
        return self.started + self.deadline - self.now()


def run_flow(flow: Flow[_T], transport: Transport, sleep: Callable[[float], None]) -> _T:
    """Run a flow over a blocking transport and return its result."""
    resume = partial(next, flow)
    while True:
        # Only the flow runs in this `try`, because a transport may raise `StopIteration`, too.
        try:
            step = resume()
        except StopIteration as end:
            result: _T = end.value
            return result
        if isinstance(step, Wait):
            sleep(step.seconds)
            resume = partial(flow.send, None)
            continue
        try:
            response = _send(transport, step.request)
        except (NotDone, OutcomeUnknown) as error:
            resume = partial(flow.throw, error)
        else:
            resume = partial(flow.send, response)


def _send(transport: Transport, request: Request) -> Response:
    """Send a request; raise `OutcomeUnknown` if the transport returns something other than a `Response`."""
    response: object = transport.send(request)
    if isinstance(response, Response):
        return response
    problem = f"`send(request)` must return a `Response`, got {describe_python_type(type(response))}"
    raise OutcomeUnknown("no_reply", None, problem, "correct your transport")


def get_with_retry(request: Request, clock: Clock) -> Flow[Response]:
    """Send a GET and return the response with status 200.

    Retry at most three times, and only before the deadline.  Retry after `not_sent`,
    after status 429, and after `OutcomeUnknown`.

    Raises:
        NotDone, OutcomeUnknown: the error of the last attempt.
    """
    response = yield from _send_with_retry(request, clock, is_repeatable=True)
    check_status(response)
    return response


def post_once(request: Request, clock: Clock) -> Flow[Response]:
    """Send a POST and return the response, whatever its status.

    Retry at most three times, and only after `not_sent` or status 429, because in
    both cases the service certainly did not act on the request.

    Raises:
        NotDone, OutcomeUnknown: if the last attempt got no response.
    """
    # E8: updates have no preconditions and no idempotency keys, so a POST that is sent twice may take effect twice.
    return (yield from _send_with_retry(request, clock, is_repeatable=False))


def _send_with_retry(request: Request, clock: Clock, *, is_repeatable: bool) -> Flow[Response]:
    """Return the last response, whatever its status, or raise the last error."""
    attempt = 0
    while True:
        response: Response | None = None
        try:
            response = yield Send(_limit_time(request, clock))
            check_status(response)
        except (NotDone, OutcomeUnknown) as error:
            did_nothing = error.code in ("not_sent", "too_many_requests")
            can_retry = did_nothing or (is_repeatable and isinstance(error, OutcomeUnknown))
            seconds = _compute_wait(attempt, response, clock)
            attempt += 1
            if not can_retry or attempt == _MAX_ATTEMPTS or not seconds < clock.remaining:
                if response is None:
                    raise
                return response
        else:
            return response
        yield Wait(seconds)


def _limit_time(request: Request, clock: Clock) -> Request:
    remaining = clock.remaining
    # `not remaining > 0` is also true for NaN.
    if not remaining > 0:
        raise NotDone("not_sent", None, "the deadline passed before the request was sent", "pass a longer deadline")
    return evolve(request, timeout=min(remaining, MAX_TIMEOUT))


def _compute_wait(attempt: int, response: Response | None, clock: Clock) -> float:
    """Return the seconds to wait: the number in `Retry-After`, otherwise a back-off.

    With `Retry-After`, the wait is at least one second.
    """
    retry_after = "" if response is None else response.headers.get("retry-after", "")
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 12:
        return max(1.0, float(retry_after))
    return _FIRST_WAIT * 2.0**attempt * (1 + clock.jitter()) / 2
