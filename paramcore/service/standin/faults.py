"""Simulated faults of the service, for tests of scripts that must survive faults.

A fault is written as `drop` or `slow=3`, for example.  `Faults.arm` sets the faults of the
next calls; the header `X-Paramcore-Fault` sets the fault of the call that has this header.
"""

from __future__ import annotations

import threading

from attrs import frozen

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value

#: The lower-case name of the header that contains the fault of a call.
FAULT_HEADER = "x-paramcore-fault"
#: The kinds of faults, with the default number of seconds; `None` for a fault without seconds.
_DEFAULT_SECONDS: dict[str, int | None] = {"error": None, "drop": None, "throttle": 1, "slow": 1}
#: The methods of the API's calls.
METHODS = ("GET", "POST", "PUT", "DELETE")
#: The maximum number of seconds of a fault.
_MAX_SECONDS = 3600


@frozen
class Fault:
    """A fault of a call.

    - `error` makes the changes of the call, and answers with status 500 (S6).
    - `drop` makes the changes of the call, and closes the connection without a reply.
    - `throttle` changes nothing, and answers with status 429 and `Retry-After`.
    - `slow` makes the changes of the call, and waits before it answers.
    """

    kind: str
    #: The seconds of `Retry-After`, or the seconds to wait.
    seconds: int = 0

    @classmethod
    def parse(cls, text: str) -> Fault:
        """Read a fault such as `drop` or `slow=3`.

        Raises:
            InvalidSetting: `fault`.
        """
        kind, has_seconds, seconds = text.partition("=") if isinstance(text, str) else ("", "", "")
        default = _DEFAULT_SECONDS.get(kind)
        is_number = seconds.isascii() and seconds.isdigit() and len(seconds) < 6 and int(seconds) <= _MAX_SECONDS
        if kind not in _DEFAULT_SECONDS or (has_seconds and (default is None or not is_number)):
            problem = f"a fault must be error, drop, throttle=SECONDS or slow=SECONDS, got {describe_value(text)}"
            raise InvalidSetting("fault", None, problem, f"write SECONDS as a whole number from 0 to {_MAX_SECONDS}")
        return cls(kind, int(seconds) if has_seconds else default or 0)


class Faults:
    """The faults of the next calls.

    Each call gets the earliest fault that was set for its method or for all methods.
    """

    def __init__(self) -> None:
        # Each fault with its method, and the number of calls that still get it.
        self._armed: list[tuple[Fault, str | None, int]] = []
        self._lock = threading.Lock()

    def arm(self, fault: Fault, times: int, method: str | None) -> None:
        """Set the fault of the next `times` calls; with `method`, count only calls with this method.

        Raises:
            InvalidSetting: `argument_type`.
        """
        if type(times) is not int or times < 0:
            problem = f"`times` must be a whole number of at least 0, got {describe_value(times)}"
            raise InvalidSetting("argument_type", None, problem, "")
        if method is not None and method not in METHODS:
            problem = f"`method` must be {', '.join(METHODS)} or `None`, got {describe_value(method)}"
            raise InvalidSetting("argument_type", None, problem, "leave it out for calls of all methods")
        if times:
            with self._lock:
                self._armed.append((fault, method, times))

    def take(self, method: str, header: str | None) -> Fault | None:
        """Return the fault of a call, if any; a fault in `header` overrides an armed fault.

        Raises:
            InvalidSetting: `fault`, if the header contains an invalid fault.
        """
        if header is not None:
            return Fault.parse(header)
        with self._lock:
            for index, (fault, armed_method, times) in enumerate(self._armed):
                if armed_method in (None, method):
                    self._armed[index : index + 1] = [(fault, armed_method, times - 1)] if times > 1 else []
                    return fault
        return None
