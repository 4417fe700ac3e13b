"""How far a long file has been read, shown on a terminal where `rich` is there, and nowhere else."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

__all__ = ["OnRead", "shown_progress"]

_T = TypeVar("_T")

#: Is told how many bytes were read.
OnRead: TypeAlias = Callable[[int], None]

#: Files that are read before anybody looks.
_SHORT = 2**20
#: Tasks between two looks at the clock.
_STEP = 100


def shown_progress(read: Callable[[OnRead | None], Iterable[_T]], path: str, *, prints: bool) -> Iterator[_T]:
    """
    Yield what is read from a file, and show on standard error how many tasks that were, how fast, and how long it will take.

    `prints`: whether standard output gets something meanwhile.  Where that is
    for somebody to see, no bar runs through it.
    """
    if not _is_worth_it(path, prints=prints):
        yield from read(None)
        return
    from rich.console import Console  # noqa: PLC0415  (its import takes as long as most commands)
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn  # noqa: PLC0415

    columns = (
        TextColumn("{task.fields[tasks]:,} tasks"),
        BarColumn(),
        TextColumn("{task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    size = os.path.getsize(path) if os.path.isfile(path) else None
    done = 0

    def on_read(count: int) -> None:
        nonlocal done
        done += count

    # What the command prints goes where it always goes.
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        bar = progress.add_task("", total=None, tasks=0, rate=0)
        for number, task in enumerate(read(on_read), 1):
            yield task
            if number % _STEP == 0:
                elapsed = progress.tasks[0].elapsed or 0
                # What is read as one document was read before the first task came: of that the end is not known.
                total = size if done else None
                rate = number / elapsed if elapsed else 0
                progress.update(bar, total=total, completed=done, tasks=number, rate=rate)


def _is_worth_it(path: str, *, prints: bool) -> bool:
    try:
        if sys.stderr is None or not sys.stderr.isatty() or (path != "-" and os.path.getsize(path) < _SHORT):
            return False
        # A pipe may well end on the same terminal.
        if prints and not stat.S_ISREG(os.fstat(1).st_mode):
            return False
        import rich  # noqa: F401, PLC0415
    except (ImportError, OSError):
        return False
    return True
