"""Run a function in another process, which ends when this process ends."""

from __future__ import annotations

import json
import os
import pickle
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from paramcore.cli.entry import describe_failed_import

#: The program of the other process.  `multiprocessing` is not used, because it prints a traceback if this
#: process ends while the other one starts.  It also imports modules from the working directory, which may
#: contain a file such as `random.py`.
_SCRIPT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from paramcore.cli.worker import answer; answer()"

#: The errors of a stream whose other end was closed, perhaps within a message.
_ENDED = (EOFError, OSError, pickle.UnpicklingError)

#: What the other process writes before its first answer.  `receive` skips any text before it, because Python may print
#: text at the start, for example from a `sitecustomize` module.
_START = b"\0paramcore worker\n"

#: The number of seconds between two checks of whether the parent process has ended.
_CHECK_SECONDS = 1.0


class Worker:
    """A process that calls a function with one message after another.

    The first message to send is the function itself.  All messages and answers are pickled.

    Raises:
        OSError: if the system cannot start a process.
    """

    def __init__(self) -> None:
        isolation = "-I" if sys.flags.isolated else "-P"
        self._process = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable or "", isolation, "-c", _SCRIPT, json.dumps(sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            # In its own group, the process gets no Ctrl-C and no SIGHUP from the terminal.
            process_group=0,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._has_started = False

    def send(self, message: Any) -> None:
        """Send a message.

        Raises:
            EOFError: if the process has ended.
        """
        assert self._process.stdin is not None
        try:
            pickle.dump(message, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            raise EOFError from None

    def receive(self) -> Any:
        """Wait for the next answer.

        Each message after the function gets an answer, in the order of sending.

        Raises:
            EOFError: if the process ended before it answered.
        """
        assert self._process.stdout is not None
        while not self._has_started:
            line = self._process.stdout.readline()
            if not line:
                raise EOFError
            self._has_started = line.endswith(_START)
        try:
            return pickle.load(self._process.stdout)  # noqa: S301  (our own process wrote it)
        except _ENDED:
            raise EOFError from None

    def kill(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        # The stream may contain a message that the process never read, so closing it may fail.
        with suppress(OSError):
            self._process.stdin.close()


def answer() -> None:
    """Answer the messages on standard input until it is closed.

    If a module cannot be imported, or the system reports an error, the last answer is an `ImportError` that
    gives the reason.  If memory runs out, there may be no last answer.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Windows has no `setitimer`.
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, _end_with_parent)
        signal.setitimer(signal.ITIMER_REAL, _CHECK_SECONDS, _CHECK_SECONDS)
    # If memory runs out, the parent reports the missing answer.
    with suppress(*_ENDED, MemoryError), open(1, "wb", closefd=False) as answers:
        answers.write(_START)
        try:
            function: Callable[[Any], Any] = pickle.load(sys.stdin.buffer)  # noqa: S301  (our own process wrote it)
            while True:
                pickle.dump(function(pickle.load(sys.stdin.buffer)), answers, pickle.HIGHEST_PROTOCOL)  # noqa: S301
                answers.flush()
        except MemoryError:
            raise
        except Exception as error:
            # The error may mean that a stream has ended. Then `raise` or `dump` below raises an error of a stream, and
            # `suppress` ignores it.
            problem = describe_failed_import(error)
            if problem is None:
                raise
            # A damaged module may raise an error that does not support pickling, so send an `ImportError`.
            pickle.dump(ImportError(problem), answers)


def _end_with_parent(*_: object) -> None:
    """End this process if the parent has closed standard input, for example because a signal ended the parent.

    Otherwise, a function that takes hours, such as a slow pattern of a schema, would continue without the parent.
    """
    standard_input = select.poll()
    standard_input.register(0)
    if any(event & select.POLLHUP for _, event in standard_input.poll(0)):
        os._exit(1)
