"""Split a JSONL file into chunks of whole lines, so that several processes can read it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from attrs import frozen

from paramcore.errors import DocumentError
from paramcore.files.encoding import UTF16_BOMS, reject_binary
from paramcore.files.reader import Line, open_source, resolve_path, split_lines

#: The default size of a chunk in bytes. Smaller chunks need more messages between processes. Larger chunks need more
#: memory.
CHUNK_SIZE = 2**19


@frozen
class Chunk:
    """Consecutive whole lines of a JSONL file."""

    #: The real path of the file; see `resolve_path`.
    path: str
    #: The name of the file in messages.
    source: str
    #: The number of bytes in the file before the chunk.
    offset: int
    #: The number of bytes in the chunk.
    size: int
    #: The line number of the first line in the chunk.
    first_line: int
    #: What `get_file_state` returned when the file was split.
    file_state: tuple[int, ...]

    def read_lines(self) -> Iterator[Line]:
        """Yield the lines of the chunk, as `reader.read_lines` does for a whole file.

        Raises:
            DocumentError: `unreadable`, also if the file has changed since it was split.
        """
        with open_source(self.path, self.source) as (stream, label):
            if get_file_state(stream.fileno()) != self.file_state:
                raise make_change_error(label, "read a copy of it, or omit --jobs")
            # `stream` has no `seek`.  Its buffers are still empty, so it is enough to move the position of the file.
            os.lseek(stream.fileno(), self.offset, os.SEEK_SET)
            yield from split_lines(stream, label, first_line=self.first_line, size=self.size)


def split_file(path: str, size: int = CHUNK_SIZE) -> Iterator[Chunk]:
    """Yield chunks of a JSONL file: about `size` bytes each, extended to the end of a line.

    Raises:
        DocumentError: `unreadable`; `json_encoding` for a file that begins like a
            binary format, or with the BOM of UTF-16.
    """
    with open_source(path) as (stream, label):
        offset, first_line, file_state = 0, 1, get_file_state(stream.fileno())
        # Another process has other files under `/dev/stdin` and `/dev/fd`, so pass the real path.
        real_path = resolve_path(path)
        while block := stream.read(size):
            if offset == 0:
                _check_start(block, label)
            length, line_ends = len(block), block.count(b"\n")
            # Extend the chunk to the end of its last line.
            while not block.endswith(b"\n") and (block := stream.readline(size)):
                length += len(block)
                line_ends += block.count(b"\n")
            yield Chunk(real_path, label, offset, length, first_line, file_state)
            offset += length
            first_line += line_ends


def get_file_state(file: int | str) -> tuple[int, ...]:
    """Return the device, inode, size and time of a file, to detect that it was changed or replaced.

    `file` is a path or the descriptor of an open file.

    Raises:
        OSError: if the file does not exist.
    """
    status = os.stat(file)
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def make_change_error(label: str, remedy: str) -> DocumentError:
    """Return the error for a file that changed while it was read."""
    return DocumentError("unreadable", None, "the file changed while it was read", remedy, label, None, None)


def _check_start(block: bytes, label: str) -> None:
    reject_binary(block, label, 1)
    if block.startswith(UTF16_BOMS):
        problem, remedy = "--jobs does not support UTF-16", "convert the file to UTF-8, or omit --jobs"
        raise DocumentError("json_encoding", None, problem, remedy, label, 1, 1)
