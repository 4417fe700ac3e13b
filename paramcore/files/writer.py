"""Write files whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
import uuid
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.reader import error_reason, source_label

__all__ = ["write_atomically"]


def write_atomically(path: str, pieces: Iterable[str]) -> None:
    """
    Write a text file whole, or leave what is there as it is.

    The pieces go to a new file beside it, which then takes its place and its
    mode.  A symbolic link is replaced, not followed.

    Raises:
        DocumentError: `unwritable`.

    """
    label = source_label(path)
    try:
        mode = _mode(path)
        # Its name is as long whatever the other's is, which may be as long as a name can be.
        beside = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
        with open(beside, "x", encoding="utf-8", newline="") as stream:
            try:
                _write(stream, pieces, mode)
                os.replace(beside, path)
            except BaseException:
                with suppress(OSError):
                    os.unlink(beside)
                raise
    except (OSError, ValueError) as error:
        if isinstance(error, ParamcoreError):
            raise
        raise DocumentError("unwritable", None, error_reason(error), "a file to write", label, None, None) from error


def _write(stream: Any, pieces: Iterable[str], mode: int | None) -> None:
    # A million short pieces are written as some thousand long ones.
    held: list[str] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > _WRITTEN_AT_ONCE:
            stream.write("".join(held))
            held.clear()
            size = 0
    stream.write("".join(held))
    stream.flush()
    os.fsync(stream.fileno())
    if mode is not None:
        os.fchmod(stream.fileno(), mode)


def _mode(path: str) -> int | None:
    """Return the mode of the file that will be replaced; a device or a pipe is none to replace."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(found.st_mode):
        # A link is replaced, but not one to a device, and not `/dev/stdout`, wherever it leads: it is the whole machine's.
        if os.path.exists(path):
            if not os.path.isfile(path):
                raise OSError(errno.EINVAL, "it is there and is a link to no regular file")
            if _leads_to_open(path):
                raise OSError(errno.EINVAL, "it is there and is a link to what is open already")
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is there and is no regular file")
    return stat.S_IMODE(found.st_mode)


def _leads_to_open(path: str) -> bool:
    """Return whether a link leads to a file by way of what a process has open, as `/dev/stdout` does."""
    while os.path.islink(path):
        directory = os.path.realpath(os.path.dirname(path))
        if directory.startswith("/proc/"):
            return True
        path = os.path.join(directory, os.readlink(path))
    return False


#: Characters.
_WRITTEN_AT_ONCE = 2**18
