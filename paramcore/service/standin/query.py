"""Filter the objects that a call lists, and divide them into pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from attrs import frozen

from paramcore.service.standin.calls import Call, RejectedCall
from paramcore.service.standin.state import State
from paramcore.text import format_name, format_value

#: The maximum number of objects on a page, unless `limit` is smaller.
_PAGE_SIZE = 100

#: Returns whether the fields of an object match a filter.
Predicate = Callable[[Mapping[str, Any]], bool]
#: Builds the predicate for the values of a query parameter.
Filter = Callable[[str, Sequence[str]], Predicate]


@frozen
class Page:
    """The part of a list that a request selects."""

    limit: int
    offset: int
    #: The last id of the previous page.
    token: str | None

    def find_start(self, ids: Sequence[str]) -> int:
        """Return the index of the first id of the page."""
        if self.token is None:
            return self.offset
        # The list begins with the newest id, which is the largest number.  `bisect_right` needs ascending keys, so
        # negate the ids.
        return bisect_right(ids, -int(self.token, 16), key=lambda task_id: -int(task_id, 16))


def read_page(call: Call) -> Page:
    """Read `limit`, `offset` and `next_token`."""
    limit = min(_read_number(call, "limit", _PAGE_SIZE, 1), _PAGE_SIZE)
    token = call.get_text("next_token")
    if token is not None and not (len(token) == 24 and set(token) <= set("0123456789abcdef")):
        raise RejectedCall(400, f"`next_token` must come from a reply, got {format_value(token)}")
    return Page(limit, _read_number(call, "offset", 0, 0), token)


def _read_number(call: Call, name: str, default: int, minimum: int) -> int:
    text = call.get_text(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > 9 or int(text) < minimum:
        raise RejectedCall(
            400, f"`{name}` must be a whole number from {minimum} to 999,999,999, got {format_value(text)}"
        )
    return int(text)


def build_filters(call: Call, filters: Mapping[str, Filter]) -> list[Predicate]:
    """Return the predicates for the query parameters of a call."""
    return [build(name, call.query[name]) for name, build in filters.items() if name in call.query]


def select_newest(
    state: State,
    table: str,
    call: Call,
    predicates: Sequence[Predicate],
    get_fields: Callable[[str], Mapping[str, Any]],
) -> list[str]:
    """Return the keys of the objects that match all predicates, newest first (S2)."""
    page_names = ("limit", "offset", "next_token", "limited_response")
    query = tuple((name, tuple(values)) for name, values in call.query.items() if name not in page_names)
    # A client reads the pages of a list one after another, so keep the result of the last query.
    key = table, query, state.revision
    # S2: a list begins with the newest object.
    if state.selection[0] != key:
        keys: Iterable[str] = reversed(getattr(state, table))
        state.selection = key, [key for key in keys if all(predicate(get_fields(key)) for predicate in predicates)]
    return state.selection[1]


def is_one_of(field: str) -> Filter:
    """Return the filter for a field that equals one of the values."""
    return lambda _name, values: lambda fields: fields.get(field) in values


def is_one_of_words(field: str) -> Filter:
    """Return the filter for a field that equals one of the values; a value may list words, separated by commas."""

    def build(_name: str, values: Sequence[str]) -> Predicate:
        words = _split(values)
        return lambda fields: fields.get(field) in words

    return build


def has_status(field: str, statuses: Sequence[str]) -> Filter:
    """Return the filter for a status; a field that is not set counts as `pending`.

    The filter rejects a query with an unknown status.
    """

    def build(name: str, values: Sequence[str]) -> Predicate:
        words = {word for value in values for word in value.split(",")}
        for word in words.difference(statuses):
            raise RejectedCall(400, f"`{name}` must be one of {', '.join(statuses)}, got {format_value(word)}")
        return lambda fields: fields.get(field, "pending") in words

    return build


def contains_any(field: str) -> Filter:
    """Return the filter for a list that contains one of the values; a value may list words, separated by commas."""

    def build(_name: str, values: Sequence[str]) -> Predicate:
        words = _split(values)

        def contains(fields: Mapping[str, Any]) -> bool:
            # A task request may set `tags` to any JSON value.
            elements = fields.get(field)
            return isinstance(elements, list) and any(
                isinstance(element, str) and element in words for element in elements
            )

        return contains

    return build


def is_at_least(field: str) -> Filter:
    """Return the filter for a time that is not before the value."""

    def build(name: str, values: Sequence[str]) -> Predicate:
        start = _read_time(name, values)
        return lambda fields: (time := parse_time(fields.get(field))) is not None and time >= start

    return build


def is_at_most(field: str) -> Filter:
    """Return the filter for a time that is not after the value."""

    def build(name: str, values: Sequence[str]) -> Predicate:
        end = _read_time(name, values)
        return lambda fields: (time := parse_time(fields.get(field))) is not None and time <= end

    return build


def _split(values: Sequence[str]) -> set[str]:
    # A value may contain a comma itself, so keep each whole value, too.
    return {*values, *(word for value in values for word in value.split(","))}


def _read_time(name: str, values: Sequence[str]) -> datetime:
    time = parse_time(values[-1])
    if time is None:
        raise RejectedCall(400, f"`{format_name(name)}` must be an ISO 8601 time, got {format_value(values[-1])}")
    return time


@lru_cache(maxsize=4096)
def parse_time(text: str | None) -> datetime | None:
    """Parse an ISO 8601 time, and convert it to UTC; return `None` for other text.

    A time without a time zone is in UTC.
    """
    try:
        time = datetime.fromisoformat(text or "")
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    # In UTC, the time may be before the year 1 or after the year 9999.
    except (ValueError, OverflowError):
        return None
