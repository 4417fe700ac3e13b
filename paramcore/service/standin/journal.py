"""The journal file of a stand-in; if the process is killed, the file keeps all appended lines."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from itertools import chain, count

from paramcore.errors import DocumentError
from paramcore.files.writer import write_atomically
from paramcore.text import describe_os_error, format_path

#: The first line of a journal.
_HEADER = b'["paramcore journal", 1]\n'


class JournalFile:
    """A file of lines; `append` waits until its line is on disk.

    `JournalFile(path)` ignores an incomplete last line, because the `append` of that line did not succeed.

    Raises:
        DocumentError: `unreadable`, if the file cannot be read or is not a journal.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        #: The path for messages.
        self.source: str = format_path(path)
        #: The lines that `JournalFile(path)` read after the header, each with its line number.
        self.lines: list[tuple[bytes, int]] = []
        self._descriptor = -1
        self._size = 0
        self._is_closed = False
        # Whether the file may be longer than `_size` bytes, because an `append` did not succeed.
        self._has_rest = False
        # Whether the name of the file that `replace` wrote still needs a sync.  Until then, a power failure may lose the
        # new file.
        self._has_unsynced_name = False
        self._read()

    @property
    def size(self) -> int:
        """The number of bytes of the complete lines."""
        return self._size

    def append(self, line: bytes) -> None:
        """Write a line, and wait until it is on disk.

        Raises:
            OSError: if the line cannot be written to the disk.
        """
        self._check_path()
        self._sync_name()
        if self._has_rest:
            self._remove_rest()
        self._has_rest = True
        os.lseek(self._descriptor, self._size, os.SEEK_SET)
        view = memoryview(line)
        try:
            while view:
                view = view[os.write(self._descriptor, view) :]
            os.fsync(self._descriptor)
        except OSError:
            # The file may contain the whole line.  Remove it, so that the next process does not read it.
            with suppress(OSError):
                self._remove_rest()
            raise
        self._size += len(line)
        self._has_rest = False

    def replace(self, lines: Iterable[bytes]) -> None:
        """Replace all lines atomically.

        After a power failure before the next `append`, the file may contain the old lines again.

        Raises:
            OSError: if the new lines cannot be written; the old lines then remain.  Also if the new file
                is written but cannot be opened; every later `append` then fails.
        """
        if self._descriptor >= 0:
            self._check_path()
        # The new lines leave out the projects that files in this directory contain.  Sync the names of these files
        # first.  Otherwise, a power failure could lose such a file after the journal has dropped its project.
        sync_directory(os.path.dirname(self._path))
        is_open = self._descriptor >= 0
        if os.name == "nt":
            # Windows cannot replace an open file.
            self._close()
        try:
            write_atomically(self._path, chain([_HEADER], lines))
        except DocumentError as error:
            if is_open:
                self._open()
            raise OSError(errno.EIO, error.problem) from error
        self._open()
        self._size, self._has_rest = os.fstat(self._descriptor).st_size, False
        self._has_unsynced_name = True
        # The new lines are in place, so raise no error if the sync fails.  `append` tries the sync again.
        with suppress(OSError):
            self._sync_name()

    def _sync_name(self) -> None:
        """Sync the name of the file that `replace` wrote, unless this was done already."""
        if self._has_unsynced_name:
            sync_directory(os.path.dirname(self._path))
            self._has_unsynced_name = False

    def close(self) -> None:
        """Close the file; `append` fails from then on.  Remove the file if it has only the header."""
        is_removable = self._size <= len(_HEADER) and self._is_in_place()
        self._is_closed = True
        self._close()
        if is_removable:
            with suppress(OSError):
                os.unlink(self._path)

    def _is_in_place(self) -> bool:
        """Return whether the path leads to this journal, and not to a file that replaced it."""
        if self._descriptor < 0:
            # A signal may interrupt the first `replace` after it has created the file and before it opens the file.
            # The file is then in place, but has no descriptor.
            return not self._is_closed
        with suppress(OSError):
            self._check_path()
            return True
        return False

    def _open(self) -> None:
        descriptor = os.open(self._path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        self._close()
        self._descriptor = descriptor

    def _close(self) -> None:
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            # The lines are already on disk.
            with suppress(OSError):
                os.close(descriptor)

    def _read(self) -> None:
        # Reading a pipe or a device may never end.
        if os.path.exists(self._path) and not (os.path.isfile(self._path) or os.path.isdir(self._path)):
            raise self._error("this is a pipe, a socket or a device, not a journal; remove it")
        try:
            with open(self._path, "rb") as stream:
                data = stream.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error(f"cannot read the journal: {describe_os_error(error)}") from None
        complete = data[: data.rfind(b"\n") + 1]
        if not complete.startswith(_HEADER):
            # `replace` writes the first line atomically, so every journal has it.
            raise self._error("the file is not a journal of this version; rename it")
        self._size = len(complete)
        self.lines = list(zip(complete.split(b"\n")[1:-1], count(2), strict=False))

    def _remove_rest(self) -> None:
        os.ftruncate(self._descriptor, self._size)
        self._has_rest = False

    def _check_path(self) -> None:
        """Raise `OSError` unless the path leads to the open file.

        After a restart, nobody could read a line that was appended to a removed or replaced file.
        """
        if self._descriptor < 0:
            raise OSError(errno.EBADF, "the journal is closed")
        mine, there = os.fstat(self._descriptor), os.stat(self._path)
        if (mine.st_dev, mine.st_ino) != (there.st_dev, there.st_ino):
            raise OSError(errno.ENOENT, "the journal was replaced; restart the server")

    def _error(self, problem: str) -> DocumentError:
        return DocumentError("unreadable", None, problem, "", self.source, None, None)


def sync_directory(path: str) -> None:
    """Sync the names of the files in a directory to the disk."""
    # Windows cannot open a directory, so do nothing there.
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(path or os.curdir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # Some disks, such as shared folders of virtual machines, cannot sync a directory.
            if error.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise
        finally:
            os.close(descriptor)


def sync_file(path: str) -> None:
    """Sync the content of a file to the disk."""
    # Open the file for reading, because it may be read-only.  Windows can sync only a file that is open for writing.
    # If somebody has replaced the file by a pipe, opening it without `O_NONBLOCK` would wait for a writer.
    descriptor = os.open(path, os.O_RDWR if os.name == "nt" else os.O_RDONLY | os.O_NONBLOCK)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
