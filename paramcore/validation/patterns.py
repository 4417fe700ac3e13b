"""Which regular expressions of a schema come to an end on every text."""

from __future__ import annotations

import re
from re import _constants as op, _parser  # type: ignore[attr-defined]
from typing import Any

from paramcore.errors import InvalidSchema
from paramcore.text import describe_value

__all__ = ["check_pattern"]

_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
#: A repeat that may go on further than this counts as one without an end.
_MANY = 32


def check_pattern(pattern: str, path: str) -> None:
    """
    Check a pattern of a schema; `path` is its place there.

    A repeat inside a repeat (`(a+)+`), or a choice inside one (`(a|aa)+`), may
    take longer than anybody waits on a short text; so may several repeats in a
    row on a long one.

    Raises:
        InvalidSchema: `schema_pattern`.

    """
    try:
        parsed = _parser.parse(pattern)
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        raise InvalidSchema("schema_pattern", path, describe_value(pattern), "a Python regular expression") from None
    if _risk(parsed) > 2:
        wanted = "a pattern without a repeat or a choice inside a repeat, and without many repeats in a row"
        raise InvalidSchema("schema_pattern", path, describe_value(pattern), wanted)


def _risk(parsed: Any) -> int:
    """Return by which power of the length of a text the time may grow; more than 2 stands for all that is worse."""
    total = 0
    for code, argument in parsed:
        total += _risk_of(code, argument)
    return total


def _risk_of(code: Any, argument: Any) -> int:
    if code in _REPEATS:
        low, high, body = argument
        within = _risk(body)
        if high - low <= _MANY and high <= _MANY:
            return within
        return 3 if within or _branches(body) else 1
    if code is op.SUBPATTERN:
        return _risk(argument[-1])
    if code is op.BRANCH:
        return max((_risk(one) for one in argument[1]), default=0)
    if code in (op.ASSERT, op.ASSERT_NOT):
        return _risk(argument[1])
    if code is op.GROUPREF_EXISTS:
        return max(_risk(one) for one in argument[1:] if one is not None)
    if code in (op.ATOMIC_GROUP, op.POSSESSIVE_REPEAT):
        return _risk(argument if code is op.ATOMIC_GROUP else argument[2])
    return 0


def _branches(body: Any) -> bool:
    """Whether a text may match in several ways: alternatives that begin with different letters cannot."""
    for code, argument in body:
        if code is op.GROUPREF or (code is op.SUBPATTERN and _branches(argument[-1])):
            return True
        if code is op.BRANCH:
            first = [one[0] if len(one) else None for one in argument[1]]
            letters = [one[1] for one in first if one is not None and one[0] is op.LITERAL]
            if len({*letters}) < len(first) or any(map(_branches, argument[1])):
                return True
    return False
