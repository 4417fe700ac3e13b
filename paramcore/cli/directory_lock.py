"""Lock a directory for one process; the system releases the lock when the process ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any, BinaryIO

from paramcore.errors import DocumentError
from paramcore.text import describe_os_error, format_path

try:
    import fcntl
except ImportError:
    # Windows has `msvcrt` instead.
    fcntl = None  # type: ignore[assignment]

#: The name of the lock file.  The file is hidden, so commands that read the directory skip it.
LOCK_NAME = ".paramcore-lock"
#: The error numbers for a file that another process has locked.  Windows reports `EACCES`.
_LOCKED = (errno.EWOULDBLOCK, errno.EACCES)


@contextmanager
def lock_directory(path: str) -> Iterator[None]:
    """Lock an existing directory during a `with` block, so that only one process serves it.

    Raises:
        DocumentError: `unwritable`, if another process has the lock, or if the directory
            cannot be written or locked.
    """
    lock = os.path.join(path, LOCK_NAME)
    file = None
    try:
        file = _acquire(lock)
        try:
            yield
        finally:
            # Remove the file before closing it.  After the close, another process may lock the same file.
            # Windows cannot remove an open file, so there the file remains, and the next process locks it.
            _remove(file, lock)
            # The file is empty, so an error while closing it loses nothing.
            with suppress(OSError):
                file.close()
    except (KeyboardInterrupt, SystemExit):
        # A signal may arrive before `_acquire` has locked a new file, or before `_remove` has removed the file.
        # In both cases, the file remains, so lock it again and remove it.
        with suppress(OSError):
            if file is not None:
                file.close()
            with open(lock, "r+b") as again:
                _lock(again)
                _remove(again, lock)
        raise


def _acquire(lock: str) -> BinaryIO:
    while True:
        try:
            file, is_new = _open(lock)
        except OSError as error:
            problem = f"cannot write in the directory: {describe_os_error(error)}"
            raise DocumentError("unwritable", None, problem, "", format_path(lock), None, None) from None
        try:
            _lock(file)
            if _is_current(file, lock):
                return file
        except OSError as error:
            file.close()
            if error.errno in _LOCKED:
                problem = "another `paramcore serve --save` uses this directory"
                remedy = "end it, or name another directory"
            else:
                # Some network disks, for example, do not support locks.
                if is_new:
                    with suppress(OSError):
                        os.unlink(lock)
                problem = f"cannot lock the directory: {describe_os_error(error)}"
                remedy = "name a directory on another disk"
            directory = format_path(os.path.dirname(lock))
            raise DocumentError("unwritable", None, problem, remedy, directory, None, None) from None
        except BaseException:
            file.close()
            raise
        # Another process has removed the file after this process opened it, so try again.
        file.close()


def _open(lock: str) -> tuple[BinaryIO, bool]:
    """Open a lock file, and return whether it is new."""
    try:
        return open(lock, "xb"), True
    except FileExistsError:
        return open(lock, "ab", opener=_open_at_once), False


def _open_at_once(path: str, flags: int) -> int:
    # If the path is a pipe, fail instead of waiting for a reader.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)


def _remove(file: BinaryIO, lock: str) -> None:
    # If the directory was moved, another process may have a lock file at this path.  Remove only this process's file.
    if _is_current(file, lock):
        with suppress(OSError):
            os.unlink(lock)


def _lock(file: BinaryIO) -> None:
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt: Any = import_module("msvcrt")
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)


def _is_current(file: BinaryIO, lock: str) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(file.fileno()), os.stat(lock))
    return False
