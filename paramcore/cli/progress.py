"""Show a progress bar for a large file or standard input, if `rich` is installed and stderr is a terminal."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias, TypeVar, cast

from paramcore.cli.output import exit_on_signals

if TYPE_CHECKING:
    from rich.console import Console

_T = TypeVar("_T")

#: A callback that gets the number of bytes read since the last call.
OnRead: TypeAlias = Callable[[int], None]

#: The minimum size of a file with a progress bar, in bytes.
_MIN_SIZE = 2**20
#: The minimum number of tasks between two updates of the bar.
_UPDATE_INTERVAL = 100
#: The minimum number of seconds between two refreshes of the bar on the terminal.
_REFRESH_SECONDS = 0.1


def show_progress(
    read: Callable[[OnRead | None], Iterable[_T]],
    path: str,
    *,
    prints: bool,
    count: Callable[[_T], int] = lambda _task: 1,
) -> Iterator[_T]:
    """Yield the items that `read` returns; for a large file or standard input, show a progress bar on standard error.

    `count` returns the number of tasks in an item.

    `prints` means that the command prints to standard output while it reads.  In this case,
    the bar is shown only if standard output is a regular file, because the bar would disturb
    other output.
    """
    if not _wants_bar(path, prints=prints):
        yield from read(None)
        return
    # Import `rich` only for a bar, because it is slow to import.
    from rich.console import Console  # noqa: PLC0415
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
    bytes_read = 0

    def on_read(count: int) -> None:
        nonlocal bytes_read
        bytes_read += count

    console = Console(file=cast("TextIO", _Terminal(sys.stderr)))
    # Refresh without a thread: when Python ends, the thread may hold a lock, and the bar would wait for it forever.
    progress = Progress(*columns, console=console, transient=True, redirect_stdout=False, auto_refresh=False)
    with exit_on_signals(), _restore_cursor(console), progress:
        bar = progress.add_task("", total=None, tasks=0, rate=0)
        number = shown = 0
        refreshed_at = 0.0
        for item in read(on_read):
            yield item
            number += count(item)
            if number - shown >= _UPDATE_INTERVAL:
                shown = number
                elapsed = progress.tasks[0].elapsed or 0
                # Only the reader of JSONL reports how much was read, so the bar for a single document has no total.
                total = size if bytes_read else None
                rate = number / elapsed if elapsed else 0
                progress.update(bar, total=total, completed=bytes_read, tasks=number, rate=rate)
                if elapsed - refreshed_at >= _REFRESH_SECONDS:
                    refreshed_at = elapsed
                    progress.refresh()


class _Terminal:
    """A stream whose writes never fail, because the user may close the terminal while the command continues."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> None:
        with suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def _restore_cursor(console: Console) -> Iterator[None]:
    """Show the cursor at the end, even if a signal interrupts the start or the end of the bar."""
    try:
        yield
    finally:
        console.show_cursor()


def _wants_bar(path: str, *, prints: bool) -> bool:
    try:
        if sys.stderr is None or not sys.stderr.isatty() or (path != "-" and os.path.getsize(path) < _MIN_SIZE):
            return False
        # The program that reads a pipe may print to the same terminal, so only a regular file is safe.
        if prints and not stat.S_ISREG(os.fstat(1).st_mode):
            return False
        import rich.progress  # noqa: F401, PLC0415
    except (ImportError, OSError):
        return False
    return True
