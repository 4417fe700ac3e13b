"""Compile the regular expressions in schemas."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4_096)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile a pattern with `re`, without warnings about its style.

    Raises:
        re.error, OverflowError, RecursionError: if `re` cannot compile it.
    """
    with warnings.catch_warnings():
        # If Python turns warnings into errors, a pattern such as `[[a]` would raise an error.
        warnings.simplefilter("ignore")
        return re.compile(pattern)


def matches_any(patterns: Iterable[str], name: str) -> bool:
    """Return whether a name matches one of the patterns of `patternProperties`."""
    return any(compile_pattern(pattern).search(name) for pattern in patterns)
