"""Write files atomically."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import BinaryIO

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.text import describe_os_error, format_path

#: Bytes to collect before a write: an answer may have a million short pieces.
_BUFFER_SIZE = 2**18


def write_atomically(path: str, pieces: Iterable[str | bytes]) -> None:
    """Write a file whole, text as UTF-8, or leave the existing file as it is.

    Write the pieces to a new file in the same directory, which then replaces the
    existing one and keeps its mode (on Windows, files have none).  A symbolic link
    is replaced, not followed.

    Raises:
        DocumentError: `unwritable`.
    """
    try:
        mode = _check_replaceable(path)
        # A name that extends that of the file could exceed the length limit of the file system.
        temporary = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
        try:
            with open(temporary, "xb", buffering=_BUFFER_SIZE) as stream:
                _write_pieces(stream, pieces, mode)
            # Windows renames no file that is open.
            os.replace(temporary, path)
        except BaseException:
            # A signal may arrive as soon as the file exists, so `open` is inside the `try`.
            with suppress(OSError):
                os.unlink(temporary)
            raise
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        problem = f"cannot write the file: {describe_os_error(error)}"
        raise DocumentError("unwritable", None, problem, "", format_path(path), None, None) from error


def _write_pieces(stream: BinaryIO, pieces: Iterable[str | bytes], mode: int | None) -> None:
    stream.writelines(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
    stream.flush()
    os.fsync(stream.fileno())
    # Windows has no such modes, and Python no `fchmod` there before 3.13.
    if mode is not None and hasattr(os, "fchmod"):
        os.fchmod(stream.fileno(), mode)


def _check_replaceable(path: str) -> int | None:
    """Return the mode of the file to replace, if any; reject all but regular files."""
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        # Never replace a link such as `/dev/stdout`: all processes of the machine share it.
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
    """Return whether the target of a link is an open file, as for `/dev/stdout`."""
    while os.path.islink(path):
        directory = os.path.realpath(os.path.dirname(path))
        if directory.startswith("/proc/"):
            return True
        path = os.path.join(directory, os.readlink(path))
    return False
