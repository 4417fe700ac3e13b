"""The directory of `serve --save`: the files of the projects, and a journal.

Before the server replies to a request, it writes the changes to the journal, and the
changed projects to their files.  If the server wrote files a moment ago, it writes only
the journal before the reply, and the files after a pause.

When the server starts, it reads the files, and then the journal.  When the server ends, it
removes the journal if the project files contain everything.  The journal remains if the
server was killed, or if a file could not be written.  It also remains if it contains data
that project files lack: tasks, batches, uploaded files, settings such as `rapid`, or
projects that were changed with a test key.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial

from paramcore.cli.directory_lock import lock_directory
from paramcore.cli.output import print_message
from paramcore.cli.project_directory import ProjectDirectory, make_directory
from paramcore.errors import DocumentError
from paramcore.files.writer import remove_temporary_files
from paramcore.model import Assumptions, Project
from paramcore.service.standin.journal import JournalFile, sync_directory, sync_file
from paramcore.service.standin.ledger import Ledger, NotSaved
from paramcore.service.standin.records import RecoveredState, replay_lines
from paramcore.service.standin.stand_in import WORLDS, StandIn
from paramcore.service.standin.state import StoredProject
from paramcore.text import describe_os_error, format_path, format_value

#: The name of the journal.  The file is hidden, so commands that read the directory skip it.
JOURNAL_NAME = ".paramcore-journal"
#: The minimum number of seconds between two writes of the files while the server runs.
_PAUSE = 0.1
#: The number of seconds to pause after a write, for each second of CPU time that the write took.  Without the pause,
#: writing a long history again and again would slow the replies.
_PAUSE_PER_SECOND_OF_WRITING = 10


class SavedDirectory:
    """The projects in a directory, and the journal beside their files.

    `sources` are the PROJECT arguments, and `given` are the projects in them.  If a project
    in the directory has the name of a given project, the project in the directory is served.
    The caller must lock the directory first.

    Raises:
        DocumentError: if a file cannot be read or written, or contradicts the journal.
    """

    def __init__(
        self, path: str, assumptions: Assumptions, sources: Sequence[str], given: Mapping[str, Project]
    ) -> None:
        self._path = path
        self._status = os.stat(path)
        self._files = ProjectDirectory(path, assumptions, sources=sources)
        #: The journal, which the stand-in writes.
        self.journal: JournalFile = JournalFile(os.path.join(path, JOURNAL_NAME))
        #: The state in the journal for each type of API key, `live` and `test`.  The state of `live` has no projects,
        #: because `self.projects` contains them.
        self.recovered: dict[str, RecoveredState] = replay_lines(
            self.journal.lines, self.journal.source, WORLDS, assumptions
        )
        self.journal.lines.clear()
        #: The projects to serve, by name.
        self.projects: dict[str, Project] = {**given, **self._files.projects}
        for name in given.keys() & self._files.projects.keys():
            if given[name] != self.projects[name]:
                print_message(
                    f"the project {format_value(name)} on the command line differs from {self._describe_file(name)}; "
                    "the project in the file is served"
                )
        live = self.recovered["live"]
        for name, project in live.projects.items():
            self._recover(project, live.saved.get(name))
        live.projects.clear()
        self._files.check_writable(self.projects)
        self._problem: str | None = None
        self._on_problem: Callable[[str], None] = print_message
        self._has_changed = threading.Event()
        self._is_closing = threading.Event()
        self._lock = threading.Lock()
        #: The earliest time of the next write, from `time.monotonic`.
        self._next_write = 0.0
        #: The projects in files that may not be on disk yet, by name.
        self._unsynced: dict[str, StoredProject] = {}
        self._unsynced_lock = threading.Lock()

    def _recover(self, project: Project, saved_count: int | None) -> None:
        """Choose which project to serve: the one in the journal, in the file or on the command line, or none."""
        name, file = project.name, self._files.projects.get(project.name)
        # The number is `None` if the journal does not note that a file contains the project.
        everything_was_saved = saved_count == len(project.versions)
        if file is None and everything_was_saved:
            # Without a file, `self.projects` contains the project only if a PROJECT argument contains it.
            is_given = name in self.projects
            effect = "the project on the command line is served" if is_given else "the project is not served"
            print_message(f"the file of the project {format_value(name)} was removed, so {effect}")
        elif file is None or (_begins_with(project, file) and len(file.versions) >= (saved_count or 0)):
            # The server was killed, or could not write the file.  The file does not exist, contains the same versions,
            # or lacks the last versions, so serve the project from the journal.
            self.projects[name] = project
        elif everything_was_saved or _begins_with(file, project):
            print_message(
                f"{self._describe_file(name)} was edited, and is served instead of the project in the journal"
            )
        else:
            problem = f"the project {format_value(name)} was edited, but the journal has updates that the file lacks"
            remedy = f"restore the file, or remove {format_path(os.path.join(self._path, JOURNAL_NAME))}"
            raise DocumentError("wrong_project", None, problem, remedy, self._describe_file(name), None, None)

    def _describe_file(self, project_name: str) -> str:
        return format_path(self._files.get_path(project_name) or self._path)

    @contextmanager
    def keep_saved(self, stand_in: StandIn, on_problem: Callable[[str], None]) -> Iterator[None]:
        """In a `with` block, write the files of changed projects: at the start, after changes, and at the end.

        `on_problem` receives a message if files cannot be written.  Several threads call it while requests wait, so it
        must return at once.

        Raises:
            DocumentError: only at the start.  `unwritable`, if the journal cannot be written, or if the directory
                was replaced.  Also the errors of `ProjectDirectory.write`.
        """
        self._on_problem = on_problem
        state, ledger = stand_in.states["live"], stand_in.ledger
        in_files = self._files.projects
        state.saved.clear()
        state.unsaved.update(state.projects)
        state.mark_saved([stored for name, stored in state.projects.items() if in_files.get(name) == stored.project])
        ledger.before_rewrite = self._sync_files
        self._write_files(ledger)
        try:
            ledger.rewrite()
        except OSError as error:
            problem = f"cannot write the journal: {describe_os_error(error)}"
            raise DocumentError("unwritable", None, problem, "", format_path(self._path), None, None) from None
        writer = threading.Thread(target=self._write_in_background, args=(ledger,), daemon=True)
        writer.start()
        ledger.on_saved = partial(self._write_soon, ledger)
        try:
            yield
        finally:
            self._is_closing.set()
            self._has_changed.set()
            writer.join()
            self._close(ledger)

    def _write_soon(self, ledger: Ledger) -> None:
        """Write the files now, or leave this to the background thread, which writes them after the pause."""
        with self._lock:
            if self._get_delay() <= 0 and not self._is_closing.is_set():
                self._try_to_write_files(ledger)
        self._has_changed.set()

    def _write_in_background(self, ledger: Ledger) -> None:
        while not self._is_closing.is_set():
            self._has_changed.wait()
            self._has_changed.clear()
            self._is_closing.wait(self._get_delay())
            with self._lock:
                self._try_to_write_files(ledger)
            with suppress(OSError, NotSaved):
                self.sync(ledger)

    def _get_delay(self) -> float:
        return max(0.0, self._next_write - time.monotonic())

    def _write_files(self, ledger: Ledger) -> None:
        unsaved = ledger.list_unsaved("live")
        if unsaved:
            self._check_path()
            # Measure the CPU time of this thread, because the elapsed time also depends on other programs.
            start = time.thread_time()
            try:
                # The journal has the changes, so a reply need not wait until the files are on disk.
                self._files.write((stored.project for stored in unsaved), sync=False)
            finally:
                pause = max(_PAUSE, _PAUSE_PER_SECOND_OF_WRITING * (time.thread_time() - start))
                self._next_write = time.monotonic() + pause
            with self._unsynced_lock:
                self._unsynced.update({stored.project.name: stored for stored in unsaved})
            ledger.mark_saved("live", unsaved)

    def _check_path(self) -> None:
        """Raise an error if the path no longer leads to the locked directory."""
        with suppress(OSError):
            if os.path.samestat(os.stat(self._path), self._status):
                return
        problem, remedy = "the directory was moved, removed or replaced", "restart the server"
        raise DocumentError("unwritable", None, problem, remedy, format_path(self._path), None, None)

    def sync(self, ledger: Ledger) -> None:
        """Wait until the written files are on disk, and record this in the journal.

        Raises:
            OSError, NotSaved: if a file or the journal cannot be written.
        """
        written = list(self._unsynced.values())
        self._sync_files()
        ledger.mark_synced("live", written)
        ledger.flush()

    def _sync_files(self) -> None:
        """Wait until the written files are on disk."""
        for name, stored in list(self._unsynced.items()):
            path = os.path.realpath(self._files.get_path(name) or "")
            # Somebody may have removed the file.
            with suppress(FileNotFoundError):
                sync_file(path)
                sync_directory(os.path.dirname(path))
            # Another thread may have written a newer project, so remove the entry only if it is unchanged.
            with self._unsynced_lock:
                if self._unsynced.get(name) is stored:
                    del self._unsynced[name]

    def _try_to_write_files(self, ledger: Ledger) -> None:
        problem: str | None = None
        try:
            self._write_files(ledger)
        except (NotSaved, DocumentError) as error:
            problem = str(error)
            if problem != self._problem:
                self._on_problem(f"the projects are saved only in the journal: {problem}")
        self._problem = problem

    def _close(self, ledger: Ledger) -> None:
        with self._lock:
            self._try_to_write_files(ledger)
        # Take the lock, because a request in another thread must not write to a journal that is about to be removed.
        with ledger.lock:
            # A journal that cannot be rewritten is still complete, but longer than necessary.
            with suppress(OSError):
                ledger.rewrite()
            self.journal.close()


@contextmanager
def open_saved_directory(
    path: str, assumptions: Assumptions, sources: Sequence[str], given: Mapping[str, Project]
) -> Iterator[SavedDirectory]:
    """Create a directory unless it exists, lock it, and read it.

    Raises:
        DocumentError: the errors of `make_directory`, `lock_directory` and `SavedDirectory`.
    """
    make_directory(path)
    with lock_directory(path):
        remove_temporary_files(path)
        directory = SavedDirectory(path, assumptions, sources, given)
        try:
            yield directory
        finally:
            # A signal may arrive after the journal is created, but before `keep_saved` can close it.
            directory.journal.close()


def _begins_with(project: Project, beginning: Project) -> bool:
    """Return whether a project equals `beginning`, except that the project may have more versions."""
    count = len(beginning.versions)
    is_same = project.type == beginning.type and project.fields == beginning.fields
    return is_same and project.versions[:count] == beginning.versions
