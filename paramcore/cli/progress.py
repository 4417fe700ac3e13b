"""How far a long file has been read, shown on a terminal where `rich` is there, and nowhere else."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

__all__ = ["shown_progress"]

_T = TypeVar("_T")

#: Files that are read before anybody looks.
_SHORT = 2**20


def shown_progress(tasks: Iterable[_T], path: str) -> Iterator[_T]:
    """Yield what is read from a file, and show on standard error how many tasks that were."""
    if not _is_worth_it(path):
        yield from tasks
        return
    from rich.console import Console  # noqa: PLC0415  (its import takes as long as most commands)
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.completed:,} tasks"), BarColumn(pulse_style="cyan"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("", total=None)
        for number, task in enumerate(tasks, 1):
            yield task
            if number % 100 == 0:
                progress.update(bar, completed=number)


def _is_worth_it(path: str) -> bool:
    try:
        if sys.stderr is None or not sys.stderr.isatty() or (path != "-" and os.path.getsize(path) < _SHORT):
            return False
        import rich  # noqa: F401, PLC0415
    except (ImportError, OSError):
        return False
    return True
