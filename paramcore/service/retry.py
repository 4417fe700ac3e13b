"""
What is sent, when, and how often: as generators, so that a loop that awaits could drive the same text.

A flow yields `Send` and `Wait`, and is sent the reply, or has the transport's
error thrown into it.  `drive` is the loop for transports that block.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Generator
from typing import Any, TypeAlias, TypeVar

from attrs import evolve, field, frozen

from paramcore.errors import NotDone, OutcomeUnknown
from paramcore.service.replies import refusal
from paramcore.service.requests import Request, Response, Transport

__all__ = ["Clock", "Flow", "Send", "Wait", "drive", "fetching", "posting"]

_T = TypeVar("_T")

#: Times that a request goes out that may safely go out again.
_ATTEMPTS = 4
#: Seconds before the second attempt; they double from one to the next.
_FIRST_WAIT = 0.5


@frozen
class Send:
    """Send this request and hand back its reply."""

    request: Request


@frozen
class Wait:
    """Let this many seconds pass."""

    seconds: float


Flow: TypeAlias = Generator[Send | Wait, Any, _T]


@frozen
class Clock:
    """The seconds that a flow may take, on a clock that never goes back; `chance` spreads those who wait together."""

    deadline: float
    now: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    started: float = field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "started", self.now())

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.started + self.deadline - self.now()


def drive(flow: Flow[_T], transport: Transport, sleep: Callable[[float], None] = time.sleep) -> _T:
    """
    Run a flow over a transport that blocks.

    Raises:
        ParamcoreError: whatever the flow raises.

    """
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


def fetching(request: Request, clock: Clock) -> Flow[Response]:
    """
    Send a GET until its status is 200, with back-off, at most four times and within the deadline.

    Raises:
        NotDone, OutcomeUnknown: for the last reply, or what came in its place.

    """
    for attempt in range(_ATTEMPTS):
        response: Response | None = None
        try:
            response = yield Send(_timed(request, clock))
            error: NotDone | OutcomeUnknown = refusal(response)
        except (NotDone, OutcomeUnknown) as broken:
            error = broken
        if response is not None and response.status == 200:
            return response
        again = isinstance(error, OutcomeUnknown) or error.code in ("not_sent", "too_many_requests")
        seconds = _pause(attempt, response, clock)
        if not again or attempt == _ATTEMPTS - 1 or seconds >= clock.left:
            raise error
        yield Wait(seconds)
    raise AssertionError("the last attempt returns or raises")


def posting(request: Request, clock: Clock) -> Flow[Response]:
    """
    Send a POST once.

    Only where nothing was sent, or the service itself says that it did not act
    (429), is it sent again, within the deadline.

    Raises:
        NotDone, OutcomeUnknown: where there is no reply; any reply is returned.

    """
    # E8: the service knows no precondition and no idempotency key, so whatever was sent twice is done twice.
    for attempt in range(_ATTEMPTS):
        response: Response | None = None
        try:
            response = yield Send(_timed(request, clock))
        except NotDone as error:
            seconds = _pause(attempt, None, clock)
            if error.code != "not_sent" or attempt == _ATTEMPTS - 1 or seconds >= clock.left:
                raise
        else:
            seconds = _pause(attempt, response, clock)
            if response.status != 429 or attempt == _ATTEMPTS - 1 or seconds >= clock.left:
                return response
        yield Wait(seconds)
    raise AssertionError("the last attempt returns or raises")


def _timed(request: Request, clock: Clock) -> Request:
    left = clock.left
    if left <= 0:
        raise NotDone("not_sent", None, "no time left", "an answer before the deadline")
    return evolve(request, timeout=left)


def _pause(attempt: int, response: Response | None, clock: Clock) -> float:
    """Return the seconds that the service asks for, in whole numbers, or ones of our own."""
    asked = "" if response is None else response.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 12:
        return max(1.0, float(asked))
    # Half of it by chance, so that those who were refused together do not come back together.
    return _FIRST_WAIT * 2.0**attempt * (1 + clock.chance()) / 2
