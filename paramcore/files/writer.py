"""Write files atomically."""

from __future__ import annotations

import errno
import os
import re
import stat
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from paramcore.errors import DocumentError
from paramcore.text import describe_os_error, format_path

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

#: The number of bytes to collect before a write, so that many short pieces need only a few writes.
_BUFFER_SIZE = 2**18

#: What to do about an error of the operating system, by its `errno`.
_REMEDIES = {
    errno.ENOENT: "create the directory first",
    errno.EACCES: "make the directory writable, for example with `chmod u+wx`, or choose another file",
    errno.EROFS: "choose a file on another disk",
    errno.ENOSPC: "free some space, or choose a file on another disk",
    errno.EDQUOT: "free some space, or choose a file on another disk",
    errno.EFBIG: "raise the limit of the file size (`ulimit -f`), or choose a file on another disk",
    errno.EMFILE: "raise the limit of open files (`ulimit -n`)",
}


#: Matches the name of a temporary file; see `open_atomically`.
_TEMPORARY_NAME = re.compile("[.][0-9a-f]{32}[.]tmp")


def remove_temporary_files(directory: str) -> None:
    """Remove the temporary files that killed processes left in a directory."""
    with suppress(OSError):
        for name in filter(_TEMPORARY_NAME.fullmatch, os.listdir(directory)):
            path = os.path.join(directory, name)
            with suppress(OSError):
                # Keep a file that another process, such as `fetch --all`, is still writing.
                if not _is_locked(path):
                    os.unlink(path)


def _lock(file: BinaryIO) -> None:
    """Lock a temporary file until this process closes it."""
    # Windows has no `fcntl`.  It needs no lock, because it does not remove a file that a process has open.
    if fcntl is not None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_locked(path: str) -> bool:
    with open(path, "rb") as file:
        try:
            _lock(file)
        except OSError:
            return True
    return False


def write_atomically(path: str, pieces: Iterable[str | bytes], *, sync: bool = True) -> None:
    """Write the pieces to a file, text as UTF-8; see `open_atomically`."""
    with open_atomically(path, sync=sync) as stream:
        stream.writelines(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)


@contextmanager
def open_atomically(path: str, *, sync: bool = True) -> Iterator[BinaryIO]:
    """Open a file for the `with` block, so that either the whole file is written or nothing.

    The block writes to a temporary file in the same directory.  At the end of the block, the
    temporary file gets the mode of the existing file, and replaces that file.  On Windows, it
    gets the mode only with Python 3.13 or later.  If the block raises an exception, the
    temporary file is removed.

    If the path is a symbolic link to a regular file, or a broken link, the temporary file
    replaces the link, and the target stays unchanged.  Without `sync`, the file may be empty
    after a power failure.

    Raises:
        DocumentError: `unwritable` for an `OSError`, for example if the path is a directory, a
            device, a link to one of these, or a link like `/dev/stdout`.
        OSError: if the block raises an `OSError` about another file.
    """
    # A name with a suffix, such as `FILE.tmp`, could exceed the length limit of the file system.
    temporary = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
    try:
        mode = _check_replaceable(path)
        try:
            with _open_new(temporary) as stream:
                # Some network disks do not support locks, so write without a lock there.
                with suppress(OSError):
                    _lock(stream)
                yield stream
                _finish(stream, mode, sync=sync)
            # Windows cannot rename an open file.
            os.replace(temporary, path)
        except BaseException:
            # A signal may arrive as soon as the file exists, so this `except` also covers `_open_new`.  Here, use `try`
            # and not `suppress`: if a signal arrived during the call of `suppress`, `os.unlink` would not run.
            try:  # noqa: SIM105
                os.unlink(temporary)
            except OSError:
                pass
            raise
    except OSError as error:
        if error.filename not in (None, path, temporary):
            raise
        problem = f"cannot write the file: {describe_os_error(error)}"
        remedy = _REMEDIES.get(error.errno or 0, "choose another file")
        raise DocumentError("unwritable", None, problem, remedy, format_path(path), None, None) from error


@contextmanager
def _open_new(path: str) -> Iterator[BinaryIO]:
    """Create a file for the `with` block, and close it; after an error in the block, ignore errors of the close.

    For example, if the disk is full, the close fails too, because it writes the buffered bytes.
    """
    stream = open(path, "xb", buffering=_BUFFER_SIZE)  # noqa: SIM115  (closed below)
    try:
        yield stream
    except BaseException:
        # As in `open_atomically`, do not use `suppress`.
        try:  # noqa: SIM105
            stream.close()
        except OSError:
            pass
        raise
    stream.close()


def _finish(stream: BinaryIO, mode: int | None, *, sync: bool) -> None:
    stream.flush()
    if sync:
        os.fsync(stream.fileno())
    if mode is None or stat.S_IMODE(os.fstat(stream.fileno()).st_mode) == mode:
        # On a disk without file modes, such as exFAT, `os.fchmod` may fail.  All files there have the same mode, so
        # `_finish` returns here.
        return
    # Before Python 3.13, Windows has no `os.fchmod`.
    if hasattr(os, "fchmod"):
        os.fchmod(stream.fileno(), mode)


def _check_replaceable(path: str) -> int | None:
    """Return the mode of the existing file; `None` for a new file or a link that may be replaced."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    except ValueError as error:
        # The path contains a null character.
        raise OSError(errno.EINVAL, str(error)) from None
    if stat.S_ISLNK(status.st_mode):
        # Never replace a link such as `/dev/stdout`, because all processes on the machine share it.
        if os.path.exists(path):
            if not os.path.isfile(path):
                raise OSError(errno.EINVAL, "the path is a link to something other than a regular file")
            if _links_to_open_file(path):
                raise OSError(errno.EINVAL, "the path is a link to a file that this process has open")
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "the path exists and is not a regular file")
    return stat.S_IMODE(status.st_mode)


def _links_to_open_file(path: str) -> bool:
    """Return whether a link, such as `/dev/stdout`, leads to a file that a process has open."""
    while os.path.islink(path):
        directory = os.path.realpath(os.path.dirname(path))
        if directory.startswith("/proc/"):
            return True
        path = os.path.join(directory, os.readlink(path))
    return False
