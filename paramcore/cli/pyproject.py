"""Read the table `[tool.paramcore]` of the nearest `pyproject.toml`."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from paramcore.errors import DocumentError, InvalidSetting
from paramcore.files.encoding import convert_utf16, decode_text
from paramcore.text import MESSAGE_LIMIT, describe_os_error, describe_value, format_value
from paramcore.validation.finding import CODES

#: The maximum number of parts in a key such as `a.b.c`.  For a key with many parts, `tomllib` needs quadratic memory.
_MAX_PARTS = 50
#: Matches a key with more parts than `_MAX_PARTS`.
_LONG_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MAX_PARTS}}}")
#: Matches a string or a comment.  An unterminated string matches up to the end of its line or of the text, so the
#: search stays linear.
_STRING = re.compile(
    r"""
    "{3} (?: [^"\\]++ | \\. | "(?!"") )*+ (?: "{3,5} | \Z )
    | '{3} (?: [^']++ | '(?!'') )*+ (?: '{3,5} | \Z )
    | " (?: [^"\\\n]++ | \\[^\n] )*+ "?
    | ' [^'\n]*+ '?
    | \# [^\n]*+
    """,
    re.DOTALL | re.VERBOSE,
)


def read_ignored_codes(codes: Iterable[str]) -> frozenset[str]:
    """Return the codes to ignore: `codes`, and the `ignore` array of `[tool.paramcore]`.

    Search for `pyproject.toml` in the working directory, then in its parents.
    """
    return frozenset({*map(_check_code, codes), *_read_ignore()})


def find_settings_file() -> str | None:
    """Return the path of the nearest `pyproject.toml`, or `None`."""
    try:
        directory = Path.cwd()
    except OSError:
        # The working directory was deleted, so it has no settings.
        return None
    paths = (parent / "pyproject.toml" for parent in (directory, *directory.parents))
    # `Path.is_file` raises an error in a directory without search permission, so use `os.path.isfile`.
    return next((os.path.relpath(path) for path in paths if os.path.isfile(path)), None)


def _check_code(code: object) -> str:
    if not isinstance(code, str) or code not in CODES:
        problem = f"a code to ignore must be the code of a finding, got {describe_value(code)}"
        raise InvalidSetting("code_name", None, problem, f"write one of {', '.join(CODES)}")
    return code


def _read_ignore() -> list[str]:
    path = find_settings_file()
    if path is None:
        return []
    try:
        with open(path, "rb") as stream:
            # TOML allows neither UTF-16, which PowerShell writes, nor a BOM, which other Windows programs write.
            text = decode_text(convert_utf16(stream.read(), path), path, 1)
        _reject_long_keys(text, path)
        tool: Any = tomllib.loads(text).get("tool", {})
    except DocumentError:
        raise
    except OSError as error:
        problem = f"cannot read the file: {describe_os_error(error)}"
        remedy = "make it readable, or run in another directory"
        raise DocumentError("unreadable", None, problem, remedy, path, None, None) from None
    except (ValueError, RecursionError) as error:
        raise DocumentError("unreadable", None, f"invalid TOML: {error}", "", path, None, None) from None
    table = tool.get("paramcore", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict):
        raise _make_error(path, f"`tool.paramcore` must be a table, got {describe_value(table)}", "")
    if unknown := [name for name in table if name != "ignore"]:
        names = ", ".join(format_value(name, limit=MESSAGE_LIMIT) for name in unknown)
        raise _make_error(
            path, f"[tool.paramcore] has unknown keys: {names}", "remove them, because the only key is `ignore`"
        )
    ignore = table.get("ignore", [])
    if not isinstance(ignore, list):
        problem = f"`ignore` must be an array of codes, got {describe_value(ignore)}"
        raise _make_error(path, problem, 'write `ignore = ["CODE"]`')
    try:
        return [_check_code(code) for code in ignore]
    except InvalidSetting as error:
        raise DocumentError(error.code, None, error.problem, error.remedy, path, None, None) from None


def _reject_long_keys(text: str, path: str) -> None:
    # A quoted string may be a part of a key, so replace it with a letter.
    keys = _STRING.sub(lambda string: "s" + "\n" * string[0].count("\n"), text)
    if long_key := _LONG_KEY.search(keys):
        line = keys.count("\n", 0, long_key.start()) + 1
        problem = f"a key has more than {_MAX_PARTS:,} parts"
        raise DocumentError("too_large", None, problem, "shorten the key", path, line, 1)


def _make_error(path: str, problem: str, remedy: str) -> DocumentError:
    return DocumentError("setting_name", None, problem, remedy, path, None, None)
