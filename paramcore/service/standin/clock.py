"""The clock of a stand-in; a test can set its time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from paramcore.errors import InvalidSetting
from paramcore.service.standin.query import parse_time
from paramcore.text import describe_value


class Clock:
    """A clock that shows the time of the system, or the time that a test sets.

    Example:
        >>> clock = Clock()
        >>> clock.set("2026-01-31T08:00:00Z")
        >>> clock.advance(90)
        >>> clock()
        '2026-01-31T08:01:30.000Z'
    """

    def __init__(self) -> None:
        self._time: datetime | None = None

    def __call__(self) -> str:
        """Return the time in the format of the service (P7)."""
        time = datetime.now(UTC) if self._time is None else self._time
        return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def set(self, time: str) -> None:
        """Stop the clock at a time in ISO 8601 format; a time without a time zone is in UTC.

        Raises:
            InvalidSetting: `created_at_type`, if `time` is anything else.
        """
        parsed = parse_time(time) if isinstance(time, str) else None
        if parsed is None:
            problem = f"the time of a clock must be in ISO 8601 format, got {describe_value(time)}"
            raise InvalidSetting("created_at_type", None, problem, 'write a time such as "2026-01-31T08:00:00Z"')
        self._time = parsed

    def advance(self, seconds: float) -> None:
        """Move the clock forward by a number of seconds, and stop it at the new time.

        Raises:
            InvalidSetting: `argument_type`, if `seconds` is not a number, or leads to a time before the
                year 1 or after the year 9999.
        """
        now = datetime.now(UTC) if self._time is None else self._time
        try:
            self._time = _add_seconds(now, seconds)
        # NaN raises `ValueError`.  A time before the year 1 or after the year 9999 raises `OverflowError`.
        except (TypeError, ValueError, OverflowError):
            problem = (
                f"`seconds` must be a number that leads to a time in the years 1 to 9999, got {describe_value(seconds)}"
            )
            raise InvalidSetting("argument_type", None, problem, "") from None


def _add_seconds(time: datetime, seconds: float) -> datetime:
    if isinstance(seconds, bool):
        # `timedelta` would accept `True` as one second.
        raise TypeError("`seconds` must be a number, not a boolean")
    return time + timedelta(seconds=seconds)
