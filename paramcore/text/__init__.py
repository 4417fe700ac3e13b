"""Format values and names as human-readable text.

Formatted values and names are on one line and contain no characters that move the cursor.
"""

from __future__ import annotations

import builtins
import json
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import Any

#: The `limit` of `truncate` for a value in a message, or for a name in a `repr`.
MESSAGE_LIMIT = 64
#: The `limit` of `truncate` for a value in a row of a report.
ROW_LIMIT = 100

# With `ensure_ascii=False`, `json.dumps` would create an encoder for each value.
_ENCODER = json.JSONEncoder(ensure_ascii=False)

_TYPE_NAMES = {bool: "true or false", int: "a number", float: "a number", str: "text", type(None): "null"}


class NotebookReprs:
    """Shows a result in a Jupyter notebook as a table, in HTML or Markdown."""

    __slots__ = ()

    # Import `paramcore.report` on first use, because `paramcore.report` imports modules that import this module.
    def _repr_html_(self) -> str:
        html: str = import_module("paramcore.report.notebook").render_html(self)
        return html

    def _repr_markdown_(self) -> str:
        markdown: str = import_module("paramcore.report.notebook").render_short_markdown(self)
        return markdown


def truncate(text: str, limit: int, length: int | None = None) -> str:
    """Truncate text to `limit` characters and append the length of the whole text.

    Text that is at most a quarter longer than `limit` is not truncated.  If `text` is only a part of
    a longer text, pass the length of the longer text as `length`.
    """
    length = len(text) if length is None else length
    return text if len(text) <= limit * 5 // 4 else f"{text[:limit]}... ({length:,} characters)"


def escape_unprintable(text: str) -> str:
    """Escape unprintable characters, such as control characters and marks of the writing direction.

    The result is on one line.
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def join_message(problem: str, remedy: str) -> str:
    """Join a problem and its remedy: `the text '20' is not a number; write 20`."""
    return f"{problem}; {remedy}" if remedy else problem


def format_value(value: Any, *, limit: int | None = None) -> str:
    """Format a JSON value on one line, truncated to `limit`: `"a"`, `{"b": [1, 2]}`."""
    text = escape_unprintable(_ENCODER.encode(value))
    return text if limit is None else truncate(text, limit)


def format_start(value: Any, length: int) -> str:
    """Format at most the first `length` characters of the JSON of a value, without formatting the rest."""
    pieces: list[str] = []
    size = 0
    for piece in _ENCODER.iterencode(value):
        pieces.append(piece)
        size += len(piece)
        if size >= length:
            break
    return escape_unprintable("".join(pieces)[:length])


def format_name(name: str, *, limit: int | None = None) -> str:
    """Format a name or a JSON Pointer on one line, without quotes."""
    text = format_value(name)[1:-1]
    return text if limit is None else truncate(text, limit)


def format_repr(value: object) -> str:
    """Return the truncated `repr` of a value."""
    return truncate(repr(value), MESSAGE_LIMIT)


def format_end(text: str) -> str:
    """Format short text, or the end of longer text, on one line: `"short"`, `...the last characters`."""
    return format_value(text) if len(text) <= MESSAGE_LIMIT else f"...{format_name(text[-MESSAGE_LIMIT:])}"


def format_change(before: Any, after: Any) -> str:
    """Format two values on one line: `1 -> 2`.

    If both values are strings and one of them is long, the result shows them from shortly before
    their first difference.
    """
    start = 0
    if isinstance(before, str) and isinstance(after, str) and (is_long(before) or is_long(after)):
        start = differ_at = count_common_start(before, after)
        # An unprintable character becomes an escape of several characters, so measure the escaped text.
        while start and len(format_name(before[start - 1 : differ_at])) <= ROW_LIMIT // 3:
            start -= 1
    return f"{_format_from(start, before)} -> {_format_from(start, after)}"


def count_common_start(first: Sequence[str], second: Sequence[str]) -> int:
    """Return the number of characters, or tokens, before the first difference of two texts."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (x, y) in pairs if x != y), min(len(first), len(second)))


def count_common_ends(first: Sequence[str], second: Sequence[str]) -> tuple[int, int]:
    """Return how many characters or tokens two texts share at the start, and how many their remainders share at the end."""
    start = count_common_start(first, second)
    return start, count_common_start(first[start:][::-1], second[start:][::-1])


def _format_from(start: int, value: Any) -> str:
    """Format a value, or the part of a string from `start`, truncated to `ROW_LIMIT`."""
    text = format_value(value)
    if not start:
        return truncate(text, ROW_LIMIT)
    return f"...{truncate(format_value(value[start:]), ROW_LIMIT, len(text))}"


def is_long(value: Any) -> bool:
    """Return whether a row of a report truncates a value."""
    return format_value(value, limit=ROW_LIMIT) != format_value(value)


def format_path(path: str) -> str:
    """Format the path of a file on one line; `-` becomes `<stdin>`, and an empty path becomes `""`."""
    return "<stdin>" if path == "-" else escape_unprintable(path) or '""'


def quote_for_shell(text: str) -> str:
    """Quote text as one word of a shell command: `boxes`, `'north docks'`.

    Unprintable characters become octal escapes in `$'...'`, which bash, ksh and
    zsh support.
    """
    if text and all(c.isascii() and (c.isalnum() or c in "-_./") for c in text):
        return text
    if text.isprintable():
        # Single quotes escape everything except a single quote, which needs double quotes.
        return "'" + text.replace("'", "'\"'\"'") + "'"
    return "$'" + "".join(c if c.isprintable() and c not in "'\\" else _escape_octal(c) for c in text) + "'"


def format_option(option: str, value: str) -> str:
    """Return an option and its value for a shell: `--name boxes`, `--name 'north docks'`, `--name=-x`."""
    # argparse reads a separate word that begins with a dash as another option.
    return f"{option}{'=' if value.startswith('-') else ' '}{quote_for_shell(value)}"


def _escape_octal(char: str) -> str:
    # In an argument or a path, Python represents an undecodable byte by a surrogate from U+DC80 to U+DCFF.
    errors = "surrogateescape" if "\udc80" <= char <= "\udcff" else "surrogatepass"
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", errors))


def format_count(count: int, singular: str, plural: str | None = None) -> str:
    """Format a count: `1 version`, `2,000 versions`, `2 directories`.

    Without `plural`, `singular` must be a noun.  With `plural`, it may contain a verb: `1 lacks it`, `2 lack it`.
    """
    if plural is None:
        plural = f"{singular[:-1]}ies" if singular.endswith("ry") else f"{singular}s"
    return f"{count:,} {singular if count == 1 else plural}"


def format_versions(numbers: Collection[int]) -> str:
    """Format the numbers of versions: `version 3`, `versions 3, 4`."""
    return f"version{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def describe_value(value: object) -> str:
    """Describe a value for a message: `the text '20'`, `an object`, `null`.

    This function never calls `__repr__` of the caller's classes.  It shows a value only
    if the type is exactly `str`, `int`, `float`, `bool` or `NoneType`.
    """
    value_type = type(value)
    if value is None:
        return "null"
    if value_type is bool:
        return "true" if value else "false"
    if value_type is int:
        # Python raises an error when it formats a very long integer, so do not show its digits.
        is_short = abs(value) < 10**80  # type: ignore[arg-type]
        return f"the number {truncate(str(value), MESSAGE_LIMIT)}" if is_short else "a very large number"
    if value_type is float:
        return f"the number {value!r}"
    if value_type is str:
        return f"the text {truncate(ascii(value), MESSAGE_LIMIT)}"
    if value_type is tuple or issubclass(value_type, (dict, list)):
        return describe_type(value)
    return describe_python_type(value_type)


def describe_python_type(value_type: type) -> str:
    """Describe a value by the name of its Python type, such as `set`."""
    name = value_type.__name__
    # Show the module of a type such as `numpy.bool`, which is not the `bool` of Python.
    if hasattr(builtins, name) and value_type.__module__ != "builtins":
        name = f"{value_type.__module__}.{name}"
    return f"a Python `{truncate(name, MESSAGE_LIMIT)}` object"


def describe_os_error(error: Exception) -> str:
    """Return the operating system's reason for an error: `no such file or directory`.

    If the error has no such reason, return its text or its type.
    """
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return reason.lower().removeprefix("is ")


def describe_import_error(error: ImportError, package: str, purpose: str, install: str) -> tuple[str, str]:
    """Return why a package cannot be imported, and the command that repairs the installation.

    The package may be missing or damaged, or another package that it needs may be missing.
    `purpose` is what the package does, such as `reads YAML`.  `install` is the command that
    installs the package and all packages that it needs.
    """
    missing = error.name if isinstance(error, ModuleNotFoundError) else None
    # Without `ruamel.yaml`, the missing module is `ruamel` or `ruamel.yaml`.
    if missing and f"{package}.".startswith(f"{missing}."):
        return f"the package `{package}`, which {purpose}, is not installed", f"run `{install}`"
    if missing and not missing.startswith(f"{package}."):
        return f"the package `{missing}` is not installed", f"run `{install}`"
    problem = f"cannot load the package `{package}`, which {purpose}: {format_name(str(error))}"
    return problem, f"run `pip install --force-reinstall {package}`"


def describe_type(value: object) -> str:
    """Describe the type of a JSON value, but not the value: `text`, `an object`."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, (list, tuple)):
        return "an array"
    return _TYPE_NAMES.get(type(value), "a value")
