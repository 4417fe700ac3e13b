"""Flows that send a request, wait and retry, without I/O.

A flow is a generator that yields `Send` and `Wait` steps.  Its runner sends
back the response of each `Send`, or throws the transport's error into the flow.
`run_flow` is the runner for blocking transports.  An asynchronous client can run
the same flows in its own loop.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from attrs import Factory, evolve, field, frozen

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.replies import check_status
from paramcore.service.requests import Request, Response, Transport

_T = TypeVar("_T")

_MAX_ATTEMPTS = 4
#: Seconds before the second attempt. Each further wait is twice as long.
_FIRST_WAIT = 0.5


@frozen
class Send:
    """A step of a flow: send this request and return the response."""

    request: Request


@frozen
class Wait:
    """A step of a flow: wait this many seconds."""

    seconds: float


Flow: TypeAlias = Generator[Send | Wait, Any, _T]


@frozen
class Clock:
    """Measures the time until the deadline; it starts when it is created."""

    #: Seconds. The time limit of the whole flow.
    deadline: float
    #: Returns the current time in seconds, which never decreases, such as `time.monotonic`.
    now: Callable[[], float]
    #: Returns a random number from 0 to 1, which spreads the retries of several clients.
    jitter: Callable[[], float]
    #: The time when the clock was created.
    started: float = field(init=False, default=Factory(lambda clock: clock.now(), takes_self=True))

    @property
    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self.started + self.deadline - self.now()


def run_flow(flow: Flow[_T], transport: Transport, sleep: Callable[[float], None]) -> _T:
    """Run a flow over a blocking transport and return its result."""
    try:
        step = next(flow)
        while True:
            if isinstance(step, Wait):
                sleep(step.seconds)
                step = flow.send(None)
                continue
            try:
                response = transport.send(step.request)
            except (NotDone, OutcomeUnknown) as error:
                step = flow.throw(error)
            else:
                step = flow.send(response)
    except StopIteration as end:
        result: _T = end.value
        return result


def get_with_retry(request: Request, clock: Clock) -> Flow[Response]:
    """Send a GET and return the response with status 200.

    Retry at most three times, with increasing waits: if nothing was sent, after
    status 429, or if the outcome is unknown.

    Raises:
        NotDone, OutcomeUnknown: for the last response, or as raised by the
            transport.
    """
    response = yield from _send_with_retry(request, clock, is_repeatable=True)
    check_status(response)
    return response


def post_once(request: Request, clock: Clock) -> Flow[Response]:
    """Send a POST and return the response, whatever its status.

    Retry only if the service certainly did not act on the request: if nothing was
    sent, or after status 429.

    Raises:
        NotDone, OutcomeUnknown: as raised by the transport.
    """
    # E8: the service has no precondition and no idempotency key, so a POST that is sent twice may act twice.
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
            if not can_retry or attempt == _MAX_ATTEMPTS or seconds >= clock.remaining:
                if response is None:
                    raise
                return response
        else:
            return response
        yield Wait(seconds)


def _limit_time(request: Request, clock: Clock) -> Request:
    remaining = clock.remaining
    if remaining <= 0:
        raise NotDone("not_sent", None, "the deadline passed before the request was sent", "pass a longer deadline")
    return evolve(request, timeout=remaining)


def _compute_wait(attempt: int, response: Response | None, clock: Clock) -> float:
    """Return the seconds of `Retry-After`, at least one; without it, the back-off."""
    retry_after = "" if response is None else response.headers.get("retry-after", "")
    if retry_after.isascii() and retry_after.isdigit() and len(retry_after) < 12:
        return max(1.0, float(retry_after))
    return _FIRST_WAIT * 2.0**attempt * (1 + clock.jitter()) / 2
