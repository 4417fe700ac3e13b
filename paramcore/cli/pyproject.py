"""Settings of a project directory: the table `[tool.paramcore]` of its `pyproject.toml`."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from typing import Any

from paramcore.errors import DocumentError, InvalidSetting
from paramcore.text import describe_value, format_value
from paramcore.validation.finding import CODES

__all__ = ["ignored_codes"]

_FILE = "pyproject.toml"


def ignored_codes(named: Iterable[str]) -> frozenset[str]:
    """
    Return the codes to leave out: those named on the command line, and those of `[tool.paramcore]`.

    The nearest `pyproject.toml` counts, from the working directory upwards.

    Raises:
        InvalidSetting: `code_name` for a code that there is none of.
        DocumentError: where the file cannot be read.

    """
    return frozenset({*map(_code, named), *_configured()})


def _code(name: object) -> str:
    if not isinstance(name, str) or name not in CODES:
        raise InvalidSetting("code_name", None, describe_value(name), f"one of {', '.join(CODES)}")
    return name


def _configured() -> Iterable[str]:
    path = _nearest()
    if path is None:
        return ()
    try:
        with open(path, "rb") as stream:
            tool: Any = tomllib.load(stream).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        found = f"a file that cannot be read: {error}"
        raise DocumentError("unreadable", None, found, "TOML", path, None, None) from None
    table = tool.get("paramcore", {}) if isinstance(tool, dict) else {}
    if not isinstance(table, dict) or table.keys() - {"ignore"}:
        names = (
            ", ".join(format_value(name) for name in table if name != "ignore")
            if isinstance(table, dict)
            else "no table"
        )
        raise DocumentError("setting_name", None, f"{names} in [tool.paramcore]", "`ignore` only", path, None, None)
    ignore = table.get("ignore", [])
    if not isinstance(ignore, list):
        raise DocumentError(
            "setting_name", None, f"{describe_value(ignore)} as `ignore`", "a list of codes", path, None, None
        )
    try:
        return [_code(name) for name in ignore]
    except InvalidSetting as error:
        raise DocumentError(error.code, None, error.found, error.wanted, path, None, None) from None


def _nearest() -> str | None:
    try:
        here = os.getcwd()
    except OSError:
        # A directory that is no longer there has no settings.
        return None
    while True:
        path = os.path.join(here, _FILE)
        if os.path.isfile(path):
            return os.path.relpath(path)
        above = os.path.dirname(here)
        if above == here:
            return None
        here = above
