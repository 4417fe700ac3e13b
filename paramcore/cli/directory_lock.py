"""Lock a directory for one process; the system releases the lock when the process ends."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import Any

from paramcore.errors import DocumentError
from paramcore.text import describe_os_error, format_path

try:
    import fcntl
except ImportError:
    # Windows has `msvcrt` instead.
    fcntl = None  # type: ignore[assignment]

#: The name of the lock file.  It is hidden, so commands skip the file in a directory.
LOCK_NAME = ".paramcore-lock"
#: The errors if another process has locked the file; Windows reports `EACCES`.
_LOCKED = (errno.EWOULDBLOCK, errno.EACCES)


@contextmanager
def lock_directory(path: str) -> Iterator[None]:
    """Lock an existing directory, so that only one process serves it.

    Raises:
        DocumentError: `unwritable`, if another process has the lock, or if the directory
            cannot be written.
    """
    lock = os.path.join(path, LOCK_NAME)
    descriptor = _acquire(lock)
    try:
        yield
    finally:
        # Remove the file while it is locked, so that no other process can have locked it.
        # Windows cannot remove an open file; there, the next process uses the same file.
        # If somebody moved the directory, another process may have locked a file with the same path: keep that file.
        if _is_current(descriptor, lock):
            with suppress(OSError):
                os.unlink(lock)
        os.close(descriptor)


def _acquire(lock: str) -> int:
    while True:
        try:
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            problem = f"cannot write in the directory: {describe_os_error(error)}"
            raise DocumentError("unwritable", None, problem, "", format_path(lock), None, None) from None
        try:
            _lock(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno in _LOCKED:
                problem = "another `paramcore serve --save` uses this directory"
                remedy = "end it, or name another directory"
            else:
                # For example, some network disks have no locks.
                problem = f"cannot lock the directory: {describe_os_error(error)}"
                remedy = "name a directory on another disk"
            directory = format_path(os.path.dirname(lock))
            raise DocumentError("unwritable", None, problem, remedy, directory, None, None) from None
        if _is_current(descriptor, lock):
            return descriptor
        # Another process has removed the file since it was opened.
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    if fcntl is not None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    else:
        msvcrt: Any = import_module("msvcrt")
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)


def _is_current(descriptor: int, lock: str) -> bool:
    with suppress(OSError):
        return os.path.samestat(os.fstat(descriptor), os.stat(lock))
    return False
