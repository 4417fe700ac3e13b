"""Make changes to states, and write the changes to a journal before any reply shows them.

`Ledger.record` makes the changes of a call in memory, and `Ledger.wait` waits until they
are in the journal.  A write appends all changes that are not in the journal when the write
starts.  If the write fails, the ledger takes back all changes that are not in the journal.
`wait` then raises `NotSaved` for each call that made such changes, or may have seen them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from attrs import define, field

from paramcore.service.standin.records import encode_change, encode_line, encode_mark, encode_state
from paramcore.service.standin.state import Change, State, StoredProject
from paramcore.text import describe_os_error

#: A growing journal is rewritten only when it has more than this number of bytes.
MIN_REWRITE_SIZE = 16 * 2**20


class NotSaved(Exception):
    """Changes that a call made, or may have seen, could not be saved, and were taken back."""


class Journal(Protocol):
    """A file of lines that survives the end of the process."""

    @property
    def size(self) -> int:
        """The number of bytes of the lines."""
        ...

    def append(self, line: bytes) -> None:
        """Write a line, and wait until it is on disk; raise `OSError` if this fails."""
        ...

    def replace(self, lines: Iterable[bytes]) -> None:
        """Replace all lines atomically; raise `OSError` if the old lines remain."""
        ...


@define(eq=False)
class Entry:
    """What waits to be written to the journal: the changes of a call, or notes about saved projects."""

    texts: Sequence[str]
    undo: Sequence[Callable[[], None]] = ()
    #: The projects whose whole history is in this entry, each as a pair: the name of its state, and its own name.
    projects: Sequence[tuple[str, str]] = ()
    is_done: bool = False
    error: OSError | None = field(default=None)


class Ledger:
    """The states of a stand-in by name, and the journal of their changes.

    Without a journal, changes are in memory only.  `lock` protects the states.
    """

    def __init__(self, states: Mapping[str, State], journal: Journal | None = None) -> None:
        self.lock: threading.Condition = threading.Condition(threading.RLock())
        self._states = states
        self._journal = journal
        self._pending: list[Entry] = []
        self._is_writing = False
        #: The projects whose whole history is in the journal or in a pending entry, each as in `Entry.projects`.
        self._journaled: set[tuple[str, str]] = set()
        self._rewrite_size = MIN_REWRITE_SIZE
        #: `Account` calls this function after the changes of a call are in the journal, and before it replies.
        self.on_saved: Callable[[], None] = lambda: None
        #: Before a rewrite omits projects, this function syncs the files of these projects.  It may raise `OSError`.
        self.before_rewrite: Callable[[], None] = lambda: None

    def record(self, world: str, changes: Sequence[Change]) -> Entry | None:
        """Make changes to a state; return the entry to wait for, if any.

        The caller must hold `lock`.  Without changes, the entry is the last pending entry of any state, because the
        reply may show the changes in this entry.
        """
        undo = [self._states[world].apply(change) for change in changes]
        if self._journal is None:
            return None
        if changes:
            new_projects = [
                place
                for change in changes
                if change.table == "projects" and (place := (world, change.key)) not in self._journaled
            ]
            texts = [encode_change(world, change, is_new=(world, change.key) in new_projects) for change in changes]
            self._journaled.update(new_projects)
            self._pending.append(Entry(texts, undo, new_projects))
        return self._pending[-1] if self._pending else None

    def wait(self, entry: Entry | None) -> None:
        """Wait until an entry is in the journal.

        Raises:
            NotSaved: if the entry cannot be written; its changes were taken back.
        """
        if entry is None:
            return
        with self.lock:
            while not entry.is_done:
                if self._is_writing:
                    self.lock.wait()
                else:
                    self._write_pending()
        if entry.error is not None:
            raise NotSaved(describe_os_error(entry.error)) from entry.error

    def list_unsaved(self, world: str) -> list[StoredProject]:
        """Return the projects whose files may lack a version.

        Before it returns, `list_unsaved` waits until the journal contains all versions of these projects.

        Raises:
            NotSaved: if the journal cannot be written.
        """
        with self.lock:
            state = self._states[world]
            unsaved = [state.projects[name] for name in state.unsaved if name in state.projects]
            entry = self._pending[-1] if self._pending else None
        self.wait(entry)
        return unsaved

    def mark_saved(self, world: str, projects: Sequence[StoredProject]) -> None:
        """Record in memory that these projects were written to files, which need not be on disk yet."""
        with self.lock:
            self._states[world].mark_saved(projects)

    def mark_synced(self, world: str, projects: Iterable[StoredProject]) -> None:
        """Note in the next line of the journal that files on disk contain these projects.

        Projects that the journal does not contain need no note.
        """
        with self.lock:
            marked = [stored for stored in projects if (world, stored.project.name) in self._journaled]
            if marked:
                self._pending.append(Entry([encode_mark(world, stored) for stored in marked]))

    def flush(self) -> None:
        """Wait until all changes and notes are in the journal.

        Raises:
            NotSaved: if the journal cannot be written.
        """
        with self.lock:
            entry = self._pending[-1] if self._pending else None
        self.wait(entry)

    def rewrite(self) -> None:
        """Replace the journal with the current states, without the projects whose files contain all their versions.

        Raises:
            OSError: if the journal cannot be written, or if the files of these projects cannot be synced.
        """
        with self.lock:
            while self._is_writing:
                self.lock.wait()
            self._rewrite()

    def _write_pending(self) -> None:
        assert self._journal is not None, "only a ledger with a journal has pending entries"
        batch = list(self._pending)
        line = encode_line([text for entry in batch for text in entry.texts])
        self._is_writing = True
        error = None
        # Release the lock, so that other calls can add entries while this call waits for the disk.
        self.lock.release()
        try:
            self._journal.append(line)
        except OSError as failure:
            error = failure
        finally:
            self.lock.acquire()
            self._is_writing = False
            # Wake the waiting calls even after an error other than `OSError`; then one of them writes the entries.
            self.lock.notify_all()
        if error is None:
            self._finish(batch)
            if self._journal.size > self._rewrite_size:
                self._try_rewrite()
        else:
            self._take_back(error)

    def _finish(self, entries: Sequence[Entry]) -> None:
        del self._pending[: len(entries)]
        for entry in entries:
            entry.is_done = True

    def _take_back(self, error: OSError) -> None:
        """Undo all changes that are not in the journal, newest first, because a change may depend on an earlier one."""
        for entry in reversed(self._pending):
            for undo in reversed(entry.undo):
                undo()
            self._journaled.difference_update(entry.projects)
            entry.error = error
        self._finish(list(self._pending))

    def _try_rewrite(self) -> None:
        assert self._journal is not None
        try:
            self._rewrite()
        except OSError:
            # The old journal is complete, only longer than necessary, so keep it.
            self._rewrite_size = 2 * self._journal.size

    def _rewrite(self) -> None:
        if self._journal is None:
            return
        self.before_rewrite()
        journaled: set[tuple[str, str]] = set()
        self._journal.replace(self._iter_lines(journaled))
        self._journaled = journaled
        self._rewrite_size = max(MIN_REWRITE_SIZE, 2 * self._journal.size)
        # The states contain the pending changes, so the new journal contains them, too.
        self._finish(list(self._pending))
        self.lock.notify_all()

    def _iter_lines(self, journaled: set[tuple[str, str]]) -> Iterator[bytes]:
        """Yield the lines of all states; add each project that a line contains to `journaled`."""
        for world, state in self._states.items():
            for name, record in encode_state(world, state):
                if name is not None:
                    journaled.add((world, name))
                yield encode_line([record])
