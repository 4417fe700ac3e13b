"""Parse the values of options; `argparse` prints the errors."""

from __future__ import annotations

import re
from argparse import ArgumentTypeError

from paramcore.cli.screen import MIN_WIDTH
from paramcore.service.outcome import is_digest
from paramcore.text import MESSAGE_LIMIT, format_value

#: The maximum number of digits of a version number.
_MAX_DIGITS = 18


def parse_port(text: str) -> int:
    """Parse the number of a port."""
    if text.isascii() and text.isdecimal() and len(text) <= 5 and int(text) < 65_536:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number from 0 to 65535, got {format_value(text, limit=MESSAGE_LIMIT)}")


def parse_seconds(text: str) -> float:
    """Parse a number of seconds."""
    # `float` also accepts spaces, underscores and digits other than 0 to 9, so check the text first.
    seconds = (
        float(text) if re.fullmatch(r"([0-9]{1,99}(\.[0-9]{0,99})?|\.[0-9]{1,99})(e[+-]?[0-9]{1,3})?", text) else 0
    )
    if 0 < seconds < 86_400:
        return seconds
    raise ArgumentTypeError(
        f"must be more than 0 and less than 86400 seconds, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def parse_width(text: str) -> int:
    """Parse a number of columns."""
    if text.isascii() and text.isdecimal() and len(text) <= 4 and int(text) >= MIN_WIDTH:
        return int(text)
    raise ArgumentTypeError(
        f"must be a whole number from {MIN_WIDTH} to 9999, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def parse_jobs(text: str) -> int:
    """Parse a number of processes."""
    if text.isascii() and text.isdecimal() and len(text) <= 3:
        return int(text)
    raise ArgumentTypeError(f"must be a whole number from 0 to 999, got {format_value(text, limit=MESSAGE_LIMIT)}")


def parse_version(text: str) -> int:
    """Parse the number of a version."""
    if text.isascii() and text.isdecimal() and len(text) <= _MAX_DIGITS:
        return int(text)
    raise ArgumentTypeError(
        f"must be a whole number, 0 or more, of at most {_MAX_DIGITS} digits, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def parse_slim_version(text: str) -> int | str:
    """Parse the number of a version, -1, or `any`."""
    if text == "any":
        return text
    if text == "-1":
        return -1
    try:
        return parse_version(text)
    except ArgumentTypeError:
        got = format_value(text, limit=MESSAGE_LIMIT)
        raise ArgumentTypeError(f"must be the number of a version, -1, or the word `any`, got {got}") from None


def parse_requested_version(text: str) -> int:
    """Parse a `project_version`, which may be negative."""
    digits = text.removeprefix("-")
    if digits.isdecimal() and digits.isascii() and len(digits) <= _MAX_DIGITS:
        return int(text)
    raise ArgumentTypeError(
        f"must be a whole number of at most {_MAX_DIGITS} digits, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def parse_digest(text: str) -> str:
    """Parse the digest that `apply` prints."""
    if is_digest(text):
        return text
    raise ArgumentTypeError(
        f"must be the 32 hexadecimal digits that `apply` printed, got {format_value(text, limit=MESSAGE_LIMIT)}"
    )


def parse_type(text: str) -> str:
    """Parse the name of a task type."""
    if text.isprintable():
        return text
    raise ArgumentTypeError(f"must be the name of a task type, got {format_value(text, limit=MESSAGE_LIMIT)}")
