"""Process tasks in one or more processes, and keep the order of the tasks.

JSONL of any size needs only a constant amount of memory.
"""

from __future__ import annotations

import os
from argparse import Namespace
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Generic, NamedTuple, NoReturn, TypeAlias, TypeVar

from paramcore.bulk import RawTask
from paramcore.cli.output import exit_with_usage
from paramcore.cli.progress import OnRead, show_progress
from paramcore.cli.requests import is_jsonl, read_raw_tasks
from paramcore.cli.worker import Worker
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.chunks import CHUNK_SIZE, Chunk, split_file
from paramcore.files.reader import is_directory, resolve_path
from paramcore.text import describe_os_error, format_path

_T = TypeVar("_T")

#: A function that processes tasks.  Other processes may run it, so it must support pickling.
Process: TypeAlias = Callable[[Iterable[RawTask]], Iterator[_T]]

_ENDED = "a process ended before it returned a result, perhaps because the machine lacks memory"

#: The maximum number of chunks that a process has at a time.
#: With two, a process that finishes a chunk can start the next one at once.
_QUEUED = 2


def run_tasks(process: Process[_T], options: Namespace, *, prints: bool) -> Iterator[_T]:
    """Run `process` on the tasks of a command line, and yield the outputs in order.

    For the meaning of `prints`, see `show_progress`.

    Raises:
        ParamcoreError, ImportError: the errors of `read_raw_tasks` and `process_chunks`.
        SystemExit: if `--jobs` is not 1, and the tasks cannot be split into chunks.
    """
    if options.jobs == 1:
        yield from process(read_raw_tasks(options, prints=prints))
        return
    _check_tasks(options)
    jobs = options.jobs or _count_cores()
    with suppress(OSError):
        # A process without a chunk would be idle, so the size of the file limits the number of processes.
        jobs = min(jobs, 1 + os.path.getsize(options.tasks) // CHUNK_SIZE)

    def read(on_read: OnRead | None) -> Iterator[ChunkOutputs[_T]]:
        return process_chunks(split_file(options.tasks), process, jobs, on_read=on_read)

    for chunk in show_progress(read, options.tasks, prints=prints, count=lambda chunk: chunk.tasks):
        yield from chunk.outputs


def _check_tasks(options: Namespace) -> None:
    """Reject TASKS if other processes cannot read the file, or if it is not JSONL."""
    path = options.tasks
    # Other processes cannot open a link such as `/dev/fd/3`, but they can open its target if the target is a file.
    is_special = os.path.exists(path) and not os.path.isfile(resolve_path(path))
    if path == "-" or is_special:
        remedy = "omit --jobs" if is_jsonl(options) or is_directory(path) else "pass --lines instead of --jobs"
        problem = f"--jobs needs a regular file, but {format_path(path)} is not one"
        exit_with_usage(f"{problem}; save the tasks in a .jsonl file, or {remedy}")
    if not is_jsonl(options):
        exit_with_usage("--jobs needs one task on each line; name a .jsonl file, or pass --lines")


def _count_cores() -> int:
    # Only some systems, such as Linux, report which cores this process may use.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ChunkOutputs(NamedTuple, Generic[_T]):
    """The outputs for the tasks of a chunk."""

    #: The number of tasks; `outputs` may have another length.
    tasks: int
    outputs: list[_T]


def process_chunks(
    chunks: Iterable[Chunk], process: Process[_T], jobs: int, *, on_read: OnRead | None = None
) -> Iterator[ChunkOutputs[_T]]:
    """Run `process` on the chunks in `jobs` processes, and yield the outputs in order.

    The processes receive the chunks in turn, and end when this generator ends.

    Raises:
        DocumentError: `unreadable`, if a process cannot start, or ends before it returns a result.
        ImportError: if a process cannot import a module.
        ParamcoreError: an error that `chunks` raises.  Also an error in a chunk, after the outputs of the
            earlier chunks.
    """
    workers: list[Worker] = []
    waiting: deque[tuple[Worker, Chunk]] = deque()

    def receive() -> ChunkOutputs[_T]:
        worker, chunk = waiting.popleft()
        answer: ChunkOutputs[_T] = _receive(worker)
        if on_read is not None:
            on_read(chunk.size)
        return answer

    try:
        for _ in range(jobs):
            try:
                workers.append(Worker())
            except OSError as error:
                raise _make_error(f"cannot start a process: {describe_os_error(error)}") from None
        for worker in workers:
            _send(worker, partial(_process_chunk, process))
        for number, chunk in enumerate(chunks):
            if len(waiting) == jobs * _QUEUED:
                yield receive()
            worker = workers[number % jobs]
            _send(worker, chunk)
            waiting.append((worker, chunk))
        while waiting:
            yield receive()
    finally:
        for worker in workers:
            worker.kill()


def _process_chunk(process: Process[_T], chunk: Chunk) -> ChunkOutputs[_T] | ParamcoreError:
    """Return the outputs for the tasks of a chunk, or the first error."""
    try:
        lines = list(chunk.read_lines())
        return ChunkOutputs(len(lines), _join_bytes(process(lines)))
    except ParamcoreError as error:
        return error


def _join_bytes(outputs: Iterable[Any]) -> list[Any]:
    """Join adjacent `bytes` outputs, because many short values are slow to send."""
    joined: list[Any] = []
    for output in outputs:
        if isinstance(output, bytes):
            if not (joined and isinstance(joined[-1], bytearray)):
                joined.append(bytearray())
            joined[-1] += output
        else:
            joined.append(output)
    return [bytes(output) if isinstance(output, bytearray) else output for output in joined]


def _send(worker: Worker, message: Any) -> None:
    try:
        worker.send(message)
    except EOFError:
        _raise_last_answer(worker)


def _raise_last_answer(worker: Worker) -> NoReturn:
    """Receive the remaining answers of a process that has ended, until `_receive` raises an error.

    The last answer may be the error that ended the process.  After it, `_receive` reports the end of the process.
    """
    while True:
        _receive(worker)


def _receive(worker: Worker) -> Any:
    try:
        answer = worker.receive()
    except EOFError:
        raise _make_error(_ENDED) from None
    if isinstance(answer, (ParamcoreError, ImportError)):
        raise answer
    return answer


def _make_error(problem: str) -> DocumentError:
    return DocumentError("unreadable", None, problem, "use a smaller number, or omit --jobs", "--jobs", None, None)
