"""Check the function `created_at` that a caller passes to a service, and what it returns."""

from __future__ import annotations

from collections.abc import Callable

from paramcore.errors import InvalidSetting
from paramcore.text import describe_value
from paramcore.values import check_function


def check_times(created_at: Callable[[], str | None]) -> Callable[[], str | None]:
    """Return a function that calls `created_at` and checks the result.

    The returned function raises `InvalidSetting` (`created_at_type`) for a result other than
    a string or `None`.

    Raises:
        InvalidSetting: `argument_type`, if `created_at` is not a function.
    """
    check_function("created_at", created_at)

    def read_time() -> str | None:
        time: object = created_at()
        if time is not None and not isinstance(time, str):
            problem = f"`created_at` must return a string or `None`, got {describe_value(time)}"
            raise InvalidSetting("created_at_type", None, problem, 'return a time such as "2026-01-31T08:00:00Z"')
        return time

    return read_time
