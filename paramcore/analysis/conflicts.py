"""Which changes of another writer an update overwrites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from paramcore.analysis.diff import Diff


def find_overwritten_params(
    base: Mapping[str, Any], theirs: Mapping[str, Any], ours: Mapping[str, Any]
) -> tuple[str, ...]:
    """Name the params that another writer changed and that an update then overwrites.

    `base` holds the params that both writers started from, `theirs` those that
    the other writer made of them, `ours` those after our update of `theirs`.

    Raises:
        InvalidParams, NotJSON: if an argument is not a params object.

    Example:
        >>> find_overwritten_params({"a": 1, "b": 1}, {"a": 2, "b": 2}, {"a": 3, "b": 2})
        ('a',)
    """
    overwritten = Diff.between(theirs, ours).names
    return tuple(name for name in Diff.between(base, theirs).names if name in overwritten)
