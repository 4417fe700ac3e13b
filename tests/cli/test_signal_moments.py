"""A signal ends a command cleanly, even during the clean-up after an error, or in a finalizer.

If a finalizer raises an exception, Python only prints the exception.
"""

import gc
import os
import signal
import sys
import threading
from argparse import Namespace
from contextlib import suppress

import pytest

from paramcore.cli import entry, main
from paramcore.cli.directory_lock import lock_directory
from paramcore.cli.exit_codes import FINE, INTERRUPTED, REFUSED
from paramcore.cli.signals import END_SIGNALS, exit_once, interrupt_once, raise_again
from paramcore.errors import ParamcoreError
from paramcore.files.reader import open_source, read_document, read_lines
from paramcore.files.writer import open_atomically, write_atomically
from paramcore.service.requests import Response
from paramcore.service.server import run_server
from paramcore.service.standin.stand_in import StandIn
from paramcore.transport.deadline import send_within
from tests.moments import interrupt_each_moment

# If a signal arrives directly after a file is opened, Python closes the file and warns.  Ignore this warning.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture
def handlers():
    """Set the signal handlers of a command, and restore the earlier handlers after the test."""
    handlers = {signal.SIGINT: interrupt_once, **dict.fromkeys(END_SIGNALS, exit_once)}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def lost(monkeypatch):
    """Return a list of the errors that Python would print instead of raising them."""
    errors = []
    monkeypatch.setattr(sys, "unraisablehook", lambda report: errors.append(report.exc_value))
    return errors


def _open(path):
    with open_source(path):
        pass


@pytest.mark.parametrize(
    "read", [_open, read_document, lambda path: list(read_lines(path))], ids=["open", "document", "lines"]
)
def test_reading_a_file_loses_no_signal(read, tmp_path, lost):
    """Ctrl-C ends the reading of a file, whenever the signal arrives."""
    path = tmp_path / "task.json"
    path.write_text('{"padding": 1}\n')
    for error in interrupt_each_moment(lambda: read(str(path))):
        assert error is KeyboardInterrupt
    assert lost == []


class TestFilesAfterAnError:
    """A signal at any moment, even after another error, leaves no new file."""

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("bad line"), SystemExit(2)])
    @pytest.mark.parametrize("signal_error", [KeyboardInterrupt, SystemExit])
    def test_a_temporary_file(self, error, signal_error, tmp_path):
        """If the code that writes a file fails, only the unchanged old file is left."""
        path = tmp_path / "out.json"
        path.write_text("old")

        def write_pieces():
            def fail():
                yield "new"
                raise error

            write_atomically(str(path), fail())

        def write_in_block():
            with open_atomically(str(path)) as stream:
                stream.write(b"new")
                raise error

        for write in (write_pieces, write_in_block):
            for _caught in interrupt_each_moment(write, signal_error):
                assert (os.listdir(tmp_path), path.read_text()) == (["out.json"], "old")

    @pytest.mark.parametrize("signal_error", [KeyboardInterrupt, SystemExit])
    def test_a_lock_file(self, signal_error, tmp_path):
        """If a command fails while it has the lock of a directory, no lock file is left."""

        def serve():
            with lock_directory(str(tmp_path)):
                raise ParamcoreError("code", None, "wrong", "")

        for _caught in interrupt_each_moment(serve, signal_error):
            assert os.listdir(tmp_path) == []

    def test_the_journal(self, tmp_path, monkeypatch, handlers):
        """If `serve --save` cannot listen, Ctrl-C does not interrupt the removal of the journal and the lock file."""

        def refuse(*_arguments, **_options):
            raise OSError(98, "Address already in use")

        real = os.unlink

        def unlink(path):
            signal.raise_signal(signal.SIGINT)
            real(path)

        monkeypatch.setattr("paramcore.cli.commands.serve.run_server", refuse)
        monkeypatch.setattr("os.unlink", unlink)
        assert main.main(["serve", "--save", str(tmp_path)]) == REFUSED
        assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGINT, *END_SIGNALS])
@pytest.mark.parametrize("is_cycle", [False, True])
def test_a_signal_while_generators_are_closed_prints_no_traceback(
    number, is_cycle, monkeypatch, capsys, lost, handlers
):
    """A signal is ignored while Python closes the generators of a failed command.

    The signal is also ignored if a reference cycle keeps the generators alive.
    """
    closed = []

    def iter_items():
        try:
            yield 1
        finally:
            signal.raise_signal(number)
            closed.append(number)

    def command(_options):
        items = iter_items()
        error = ParamcoreError("code", None, "wrong", "")
        own = (error, items) if is_cycle else items
        next(items)
        assert own
        raise error
        yield ""

    monkeypatch.setattr(
        main, "parse_options", lambda _: Namespace(command=command, output=None, summary=False, values=True)
    )
    assert main.main([]) == REFUSED
    assert (closed, lost) == ([number], [])
    assert capsys.readouterr().err == "error: wrong\n"


def test_a_signal_at_the_last_flush_is_ignored(monkeypatch, handlers):
    """Ctrl-C while the last messages are flushed does not interrupt the exit."""

    class Stream:
        def write(self, _text):
            pass

        def flush(self):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(main, "main", lambda: FINE)
    monkeypatch.setattr(sys, "stderr", Stream())
    signal.signal(signal.SIGINT, signal.default_int_handler)
    assert entry.start() == FINE


def test_a_blocked_message_ends_with_a_signal(monkeypatch, handlers):
    """If nobody reads the error message at the end of a command, Ctrl-C ends the wait for a reader."""
    reading, writing = os.pipe()
    try:
        os.set_blocking(writing, False)
        with suppress(BlockingIOError):
            while os.write(writing, b"x" * 2**16):
                pass
        os.set_blocking(writing, True)

        def command(_options):
            raise ParamcoreError("code", None, "wrong", "")
            yield ""

        monkeypatch.setattr(
            main, "parse_options", lambda _: Namespace(command=command, output=None, summary=False, values=True)
        )
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        with open(writing, "w", closefd=False) as stream:
            monkeypatch.setattr(sys, "stderr", stream)
            monkeypatch.setattr("paramcore.cli.streams._ERROR", writing)
            timer.start()
            assert main.main([]) == REFUSED
            timer.join()
            os.set_blocking(writing, False)
            os.read(reading, 2**16)
    finally:
        os.close(reading)
        os.close(writing)


def test_a_signal_in_a_finalizer_is_raised_later(monkeypatch, capsys, handlers):
    """If Ctrl-C arrives in a finalizer, the next function call raises KeyboardInterrupt."""

    class Finalized:
        def __del__(self):
            signal.raise_signal(signal.SIGINT)

    def command():
        items = [Finalized()]
        items.clear()
        len(items)
        pytest.fail("the signal was lost")

    before = sys.unraisablehook
    signal.signal(signal.SIGINT, signal.default_int_handler)
    monkeypatch.setattr(main, "main", command)
    assert entry.start() == INTERRUPTED
    assert sys.unraisablehook is before
    assert capsys.readouterr().err == "interrupted\n"


@pytest.mark.parametrize("number", END_SIGNALS)
def test_an_end_in_a_finalizer_is_raised_later(monkeypatch, capsys, handlers, number):
    """If SIGTERM or SIGHUP arrives in a finalizer, the next function call raises SystemExit."""

    class Finalized:
        def __del__(self):
            signal.raise_signal(number)

    monkeypatch.setattr(sys, "unraisablehook", raise_again)
    items = [Finalized()]
    with pytest.raises(SystemExit) as ended:
        items.clear()
        len(items)
    assert (ended.value.code, capsys.readouterr().err) == (END_SIGNALS[number], "")


def test_a_lost_signal_is_forgotten_at_the_end(monkeypatch):
    """If no function is called after a signal in a finalizer, the entry point does not interrupt its caller."""
    # This command sets a profile function.  So does `raise_again`, to raise the exception at the next call.
    monkeypatch.setattr(main, "main", lambda: sys.setprofile(lambda *_: None))
    entry.start()
    assert sys.getprofile() is None


def test_other_errors_in_a_finalizer_are_printed(monkeypatch, capsys):
    """Python prints an error in a finalizer unless a signal or a lack of memory caused it."""

    class Finalized:
        def __del__(self):
            raise ValueError("own")

    monkeypatch.setattr(sys, "unraisablehook", raise_again)
    items = [Finalized()]
    items.clear()
    assert "ValueError: own" in capsys.readouterr().err


def test_a_lack_of_memory_in_a_finalizer_is_not_printed(monkeypatch, capsys):
    """If memory runs out, a command and then its generators may fail.  Only the error of the command is printed."""

    def iterate():
        try:
            yield 1
        finally:
            raise MemoryError

    def command():
        numbers = iterate()
        next(numbers)
        raise MemoryError

    monkeypatch.setattr(main, "main", command)
    assert entry.start() == REFUSED
    gc.collect()
    error = "error: there is not enough memory; end other programs, or pass a smaller file\n"
    assert capsys.readouterr().err == error


@pytest.mark.parametrize("error", [OSError(32, "broken"), ValueError("own")])
def test_an_error_in_a_finalizer_during_a_signal_changes_nothing(monkeypatch, capsys, tmp_path, error):
    """If a finalizer fails while Ctrl-C ends a command, the temporary file is removed, and nothing is printed."""

    class Finalized:
        def __del__(self):
            raise error

    def interrupt():
        items = [Finalized()]
        try:
            raise KeyboardInterrupt
        finally:
            items.clear()

    monkeypatch.setattr(sys, "unraisablehook", raise_again)
    with pytest.raises(KeyboardInterrupt), open_atomically(str(tmp_path / "out.json")):
        interrupt()
    assert (os.listdir(tmp_path), sys.getprofile(), capsys.readouterr().err) == ([], None, "")


def test_a_signal_in_a_request_is_never_an_error(lost):
    """Ctrl-C at any moment of `send_within` is raised as `KeyboardInterrupt`, not as an error of the request."""
    response = Response(200, b"{}")
    for error in interrupt_each_moment(lambda: send_within(10, lambda: response)):
        assert error is KeyboardInterrupt
    assert lost == []


def test_a_signal_while_the_server_starts_prints_no_traceback(monkeypatch):
    """If Ctrl-C arrives before the thread of the server runs, the thread ends without an error."""
    threads = []

    def interrupt(thread):
        threads.append(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupt)
    with pytest.raises(KeyboardInterrupt), run_server(StandIn()):
        pass
    threads[0].run()


def test_an_interrupt_while_a_command_ends_is_reported(monkeypatch, capsys):
    """Ctrl-C at the end of a command, before signals are ignored, is reported as an interrupt."""

    def interrupt():
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "ignore_signals", interrupt)
    assert main.main(["--version"]) == INTERRUPTED
    assert capsys.readouterr().err == "interrupted\n"
