"""A change is in the journal before any client sees it. A change that cannot be written is undone."""

import errno
import json
import os
import stat
import threading

import pytest

from paramcore import Assumptions, Project
from paramcore.errors import DocumentError
from paramcore.service import StandIn
from paramcore.service.standin import journal as journal_module, ledger as ledger_module
from paramcore.service.standin.journal import JournalFile
from paramcore.service.standin.records import replay_lines
from paramcore.service.standin.stand_in import WORLDS
from tests.waiting import wait_until

HEADERS = {"authorization": "Bearer any"}
TEST_HEADERS = {"authorization": "Bearer test_any"}
BOXES = Project("boxes", type="imageannotation", params={"padding": 0})
#: A batch and a task, as the journal records them.
BATCH = {"name": "1", "project": "boxes", "status": "staging"}
TASK = {
    "fields": {"task_id": "1", "type": "imageannotation", "status": "pending", "project": "boxes"},
    "request": {"project": "boxes"},
    "version_count": 1,
    "key": None,
}


class Disk:
    """A journal in memory whose writes the test can delay or make fail."""

    def __init__(self):
        self.lines, self.writes, self.error = [], 0, None
        self.may_write = threading.Event()
        self.may_write.set()
        self.is_writing = threading.Event()

    @property
    def size(self):
        return sum(map(len, self.lines))

    def append(self, line):
        self.is_writing.set()
        assert self.may_write.wait(60)
        if self.error is not None:
            raise self.error
        self.lines.append(line)
        self.writes += 1

    def replace(self, lines):
        new = list(lines)
        if self.error is not None:
            raise self.error
        self.lines = new


def call(stand_in, method, path, value=None, headers=HEADERS):
    body = b"" if value is None else json.dumps(value).encode()
    reply = stand_in.handle(method, f"/v1{path}", headers, body)
    return reply.status, json.loads(reply.body)


def nest(levels):
    """Return nested arrays with this many levels."""
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def update(stand_in, padding, headers=HEADERS):
    return call(stand_in, "POST", "/projects/boxes/setParams", {"patch": True, "padding": padding}, headers)[0]


def in_thread(function, *arguments):
    results = []
    thread = threading.Thread(target=lambda: results.append(function(*arguments)), daemon=True)
    thread.start()
    return thread, results


def restart(disk, projects=(BOXES,)):
    lines = [(line, number) for number, line in enumerate(disk.lines, 1)]
    recovered = replay_lines(lines, "journal", WORLDS, Assumptions())
    return StandIn(projects, journal=Disk(), recovered=recovered)


def everything(stand_in):
    """Return the replies that list projects, tasks and batches, for live and test keys."""
    paths = ("/projects", "/tasks", "/batches")
    return [call(stand_in, "GET", path, headers=headers) for headers in (HEADERS, TEST_HEADERS) for path in paths]


def fill(stand_in):
    for headers in (HEADERS, TEST_HEADERS):
        call(stand_in, "POST", "/projects", {"name": "new", "type": "chat", "rapid": True, "params": {"a": 1}}, headers)
        call(stand_in, "POST", "/batches", {"name": "b", "project": "new"}, headers)
        task = {"project": "boxes", "unique_id": "u", "instruction": "Hurry."}
        created = call(stand_in, "POST", "/task/imageannotation", task, {**headers, "idempotency-key": "k"})[1]
        update(stand_in, 1, headers)
        update(stand_in, 2, headers)
        call(stand_in, "POST", f"/task/{created['task_id']}/tags", ["a"], headers)
        call(stand_in, "POST", "/task/comparison", {"attachments": []}, headers)
        call(stand_in, "POST", "/files/import", {"file_url": "https://example.com/a", "project_name": "new"}, headers)
    return created["task_id"]


@pytest.mark.parametrize("is_rewritten", [False, True])
def test_a_restart_continues(is_rewritten):
    """Projects, tasks, batches, used ids and the number of files survive a restart, for live and test keys."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    task_id = fill(stand_in)
    if is_rewritten:
        stand_in.ledger.rewrite()
        update(stand_in, 3)
    again = restart(disk)
    assert everything(again) == everything(stand_in)
    for headers in (HEADERS, TEST_HEADERS):
        task = {"unique_id": "u"}
        assert call(again, "POST", "/task/comparison", task, headers)[0] == 409
        assert call(again, "POST", "/task/comparison", {}, {**headers, "idempotency-key": "k"})[0] == 409
        # S3: after the restart, the project is still a rapid project.
        assert call(again, "POST", "/batches", {"name": "c", "project": "new"}, headers)[1]["status"] == "staging"
        imported = call(again, "POST", "/files/import", {"file_url": "x", "project_name": "new"}, headers)[1]
        assert imported["id"] == f"{2:024x}"
    assert again.live.get_effective(task_id) == stand_in.live.get_effective(task_id)
    assert again.live.get_effective(task_id).params == {"instruction": "Hurry.", "padding": 0}


@pytest.mark.slow
@pytest.mark.parametrize("is_rewritten", [False, True])
@pytest.mark.parametrize(
    ("params", "own"),
    [
        ({}, {"a": nest(99)}),
        ({}, {"metadata": nest(99)}),
        ({"a": nest(99)}, {}),
        ({}, {"a": [0] * 600_000}),
        ({"a": [0] * 600_000}, {"b": [0] * 600_000}),
    ],
)
def test_a_task_at_the_limits_survives_a_restart(params, own, is_rewritten):
    """A restart reads and explains each accepted task, even if its params have 100 levels or a million elements."""
    disk, project = Disk(), BOXES.replace_params(params)
    stand_in = StandIn([project], journal=disk)
    created = call(stand_in, "POST", "/task/imageannotation", {"project": "boxes", **own})[1]
    audit = {"accepted": True, "comments": nest(97)}
    assert call(stand_in, "POST", f"/task/{created['task_id']}/audit", audit)[0] == 200
    if is_rewritten:
        stand_in.ledger.rewrite()
    again = restart(disk, [project])
    assert everything(again) == everything(stand_in)
    assert again.live.get_effective(created["task_id"]) == stand_in.live.get_effective(created["task_id"])


def test_a_reply_waits_for_the_journal():
    """Neither the writer nor a reader gets a reply about a change before the journal contains the change."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    disk.may_write.clear()
    writer, written = in_thread(update, stand_in, 1)
    assert disk.is_writing.wait(60)
    reader, read = in_thread(call, stand_in, "GET", "/projects/boxes")
    reader.join(0.1)
    assert (written, read) == ([], [])
    disk.may_write.set()
    writer.join(60)
    reader.join(60)
    assert written == [200]
    assert read[0][1]["param_history"][1]["padding"] == 1


def test_one_write_serves_all_waiting_calls():
    """Changes that are made during a write are written together in the next write."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    disk.may_write.clear()
    threads = [in_thread(update, stand_in, 0)]
    assert disk.is_writing.wait(60)
    threads += [in_thread(update, stand_in, number) for number in range(1, 9)]
    wait_until(lambda: len(stand_in.live.projects["boxes"].versions) == 10)
    disk.may_write.set()
    for thread, _ in threads:
        thread.join(60)
    assert [results for _, results in threads] == [[200]] * 9
    assert disk.writes == 2


def test_a_change_that_cannot_be_written_is_undone():
    """If the disk is full, all waiting calls get status 500, and nothing changes. Once it has space, calls succeed."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    fill(stand_in)
    before, lines = everything(stand_in), list(disk.lines)
    disk.error = OSError(errno.ENOSPC, "No space left on device")
    disk.may_write.clear()
    disk.is_writing.clear()
    threads = [in_thread(update, stand_in, 7)]
    assert disk.is_writing.wait(60)
    threads += [
        in_thread(update, stand_in, 8),
        in_thread(lambda: call(stand_in, "GET", "/projects/boxes")[0]),
        in_thread(lambda: call(stand_in, "POST", "/projects", {"name": "late", "type": "chat"})[0]),
        in_thread(lambda: call(stand_in, "POST", "/task/chat", {"unique_id": "late"})[0]),
        in_thread(lambda: call(stand_in, "POST", "/task/imageannotation", {"unique_id": "u"})[0]),
    ]
    wait_until(lambda: len(stand_in.live.tasks) >= 3 and "late" in stand_in.live.projects)
    disk.may_write.set()
    for thread, _ in threads:
        thread.join(60)
    assert [results for _, results in threads] == [[500]] * 6
    assert (
        "cannot save a change, so nothing changed: no space left"
        in call(stand_in, "POST", "/task/chat", {})[1]["error"]
    )
    disk.error = None
    assert (everything(stand_in), disk.lines) == (before, lines)
    assert call(stand_in, "POST", "/task/chat", {"unique_id": "late"})[0] == 200
    assert update(stand_in, 9) == 200
    assert everything(restart(disk)) == everything(stand_in)


class DiskThatFailsOnce(Disk):
    """A journal whose first write raises an error other than `OSError`."""

    def append(self, line):
        if self.is_writing.is_set():
            super().append(line)
        else:
            self.is_writing.set()
            assert self.may_write.wait(60)
            raise MemoryError


def test_another_error_of_a_write_stops_no_other_call():
    """If a write raises `MemoryError`, the call that wrote raises this error, too.

    A waiting call then writes the changes of both calls.
    """
    disk = DiskThatFailsOnce()
    disk.may_write.clear()
    stand_in = StandIn([BOXES], journal=disk)
    raised = []
    failing = threading.Thread(
        target=lambda: raised.append(pytest.raises(MemoryError, update, stand_in, 7)), daemon=True
    )
    failing.start()
    assert disk.is_writing.wait(60)
    waiting, results = in_thread(update, stand_in, 8)
    wait_until(lambda: len(stand_in.live.projects["boxes"].versions) == 3)
    disk.may_write.set()
    failing.join(60)
    waiting.join(60)
    assert len(raised) == 1
    assert results == [200]
    assert len(restart(disk).live.projects["boxes"].versions) == 3
    assert everything(restart(disk)) == everything(stand_in)


def test_after_a_failed_write_the_whole_project_is_written():
    """After a failed write, the next record of the project has the whole project, not only a version."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    disk.error = OSError(errno.ENOSPC, "No space left on device")
    assert update(stand_in, 1) == 500
    disk.error = None
    assert update(stand_in, 2) == 200
    assert update(stand_in, 3) == 200
    assert everything(restart(disk)) == everything(stand_in)


def test_the_journal_is_bounded(monkeypatch):
    """A journal that has grown is rewritten, so its size stays limited. A restart still finds everything."""
    monkeypatch.setattr(ledger_module, "MIN_REWRITE_SIZE", 5_000)
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    task_id = call(stand_in, "POST", "/task/chat", {})[1]["task_id"]
    sizes = []
    for number in range(200):
        call(stand_in, "POST", f"/task/{task_id}/tags", [f"{number:0100}"])
        sizes.append(disk.size)
    assert max(sizes) < 6_000
    assert everything(restart(disk)) == everything(stand_in)


def test_a_journal_that_cannot_be_rewritten_grows(monkeypatch):
    """If the disk has no space to rewrite the journal, the journal grows. A rewrite is tried again only seldom."""
    monkeypatch.setattr(ledger_module, "MIN_REWRITE_SIZE", 1_000)
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    attempts = []

    def replace(_lines):
        attempts.append(disk.size)
        raise OSError(errno.ENOSPC, "No space left on device")

    disk.replace = replace
    for number in range(100):
        assert update(stand_in, number) == 200
    assert 1 < len(attempts) < 10
    assert everything(restart(disk)) == everything(stand_in)


def test_a_rewritten_journal_contains_waiting_notes():
    """A rewrite also writes the waiting notes of `mark_synced`. `flush` does not write these notes again."""
    disk = Disk()
    stand_in = StandIn([BOXES], journal=disk)
    update(stand_in, 1)
    stand_in.ledger.mark_synced("live", [stand_in.states["live"].projects["boxes"]])
    stand_in.ledger.rewrite()
    lines = list(disk.lines)
    assert any(b'"saved"' in line for line in lines)
    stand_in.ledger.flush()
    assert disk.lines == lines


def test_a_state_may_be_exactly_full(monkeypatch):
    """A project and two tasks, which count as 1 KiB each, fit into a state with a limit of 3 KiB."""
    monkeypatch.setattr("paramcore.service.standin.account.MAX_STATE_SIZE", 3 * 1024)
    stand_in = StandIn([BOXES])
    assert [call(stand_in, "POST", "/task/chat", {})[0] for _ in range(3)] == [200, 200, 507]


def test_the_state_is_bounded(monkeypatch):
    """If the stand-in is full, a change that needs more space gets status 507, and nothing is lost."""
    monkeypatch.setattr("paramcore.service.standin.account.MAX_STATE_SIZE", 10_000)
    stand_in = StandIn([BOXES])
    statuses = [call(stand_in, "POST", "/task/chat", {})[0] for _ in range(12)]
    assert statuses == [200] * 8 + [507] * 4
    refused = call(stand_in, "POST", "/task/chat", {"text": "x" * 9_000})
    assert (refused[0], "the stand-in is full" in refused[1]["error"]) == (507, True)
    assert call(stand_in, "GET", "/tasks")[1]["total"] == 8
    # A change that needs no more space is accepted.
    assert call(stand_in, "POST", f"/task/{1:024x}/tags", ["a"])[0] == 200


def test_a_large_task_counts_with_its_whole_size(monkeypatch):
    """A project or task of more than 1 KiB counts with the size of its JSON, including the versions of the project."""
    monkeypatch.setattr("paramcore.service.standin.account.MAX_STATE_SIZE", 10_000)
    stand_in = StandIn([BOXES])
    assert call(stand_in, "POST", "/task/chat", {"text": "x" * 9_000})[0] == 507
    assert call(stand_in, "POST", "/task/chat", {"text": "x" * 3_000})[0] == 200
    assert call(stand_in, "POST", "/projects/boxes/setParams", {"text": "x" * 5_000})[0] == 200
    assert call(stand_in, "POST", "/projects/boxes/setParams", {"text": "x" * 5_000})[0] == 507


class TestJournalFile:
    """The journal file survives an incomplete write, and a file that is no journal is rejected."""

    @pytest.fixture
    def path(self, tmp_path):
        return str(tmp_path / "journal")

    def create(self, path, *lines):
        journal = JournalFile(path)
        journal.replace([])
        for line in lines:
            journal.append(line)
        return journal

    def read(self, path):
        return [line for line, _ in JournalFile(path).lines]

    def test_lines_are_read_again(self, path):
        """The next start reads the lines that `append` and `replace` wrote, with their numbers."""
        journal = self.create(path, b"[1]\n", b"[2]\n")
        assert JournalFile(path).lines == [(b"[1]", 2), (b"[2]", 3)]
        assert self.read(path) == [b"[1]", b"[2]"]
        journal.replace([b"[3]\n"])
        journal.append(b"[4]\n")
        assert self.read(path) == [b"[3]", b"[4]"]
        journal.replace([])
        assert self.read(path) == []

    @pytest.mark.parametrize("create", [os.mkfifo, lambda path: os.symlink(os.devnull, path)])
    def test_a_pipe_or_a_device_is_rejected(self, path, create):
        """A pipe or a device is rejected, because reading it may never end. It is not removed."""
        create(path)
        with pytest.raises(DocumentError, match="this is a pipe, a socket or a device, not a journal; remove it"):
            JournalFile(path)
        assert os.path.lexists(path)

    def test_a_closed_journal_remains_if_it_has_lines(self, path):
        """`close` keeps a journal with lines, even if it was only read, and removes a journal without lines."""
        self.create(path, b"[1]\n").close()
        JournalFile(path).close()
        assert self.read(path) == [b"[1]"]
        for _ in range(2):
            self.create(path).close()
            assert not os.path.exists(path)

    def test_lines_are_accepted_only_if_the_name_of_the_file_is_on_disk(self, path, monkeypatch):
        """If `replace` cannot sync the name of its new file, the new lines stay.

        The next `append` syncs the name before it writes its line.
        """
        journal = self.create(path, b"[1]\n")
        # `replace` syncs the directory twice: before it writes its new file, and then for the name of this file.
        calls = []

        def sync(directory):
            calls.append(directory)
            if 2 <= len(calls) <= 3:
                raise OSError(errno.EIO, "I/O error")

        monkeypatch.setattr(journal_module, "sync_directory", sync)
        journal.replace([b"[2]\n"])
        with pytest.raises(OSError, match="I/O error"):
            journal.append(b"[3]\n")
        journal.append(b"[4]\n")
        journal.append(b"[5]\n")
        assert len(calls) == 4
        assert self.read(path) == [b"[2]", b"[4]", b"[5]"]

    @pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
    def test_a_disk_may_be_unable_to_sync_directories(self, path, monkeypatch, number):
        """A journal works on a disk that can sync files, but not directories."""
        fsync = os.fsync

        def sync_file_only(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(number, os.strerror(number))
            fsync(descriptor)

        monkeypatch.setattr("os.fsync", sync_file_only)
        journal = self.create(path, b"[1]\n")
        journal.replace([b"[2]\n"])
        journal.append(b"[3]\n")
        assert self.read(path) == [b"[2]", b"[3]"]

    @pytest.mark.parametrize("torn", [b"[", b"[3]", b"\0\0\0", "[\u20ac]".encode()[:2]])
    def test_a_torn_last_line_is_discarded(self, path, torn):
        """An incomplete last line is discarded, because its `append` did not succeed. No later line contains it."""
        self.create(path, b"[1]\n", b"[2]\n").close()
        with open(path, "ab") as stream:
            stream.write(torn)
        journal = JournalFile(path)
        assert [line for line, _ in journal.lines] == [b"[1]", b"[2]"]
        journal.replace([b"[1]\n", b"[2]\n"])
        journal.append(b"[4]\n")
        assert self.read(path) == [b"[1]", b"[2]", b"[4]"]

    @pytest.mark.parametrize("content", [b"", b"{}\n", b'["paramcore journal", 2]\n', b"["])
    def test_another_file_is_refused(self, path, content):
        """A file that is not a journal is rejected and does not change."""
        with open(path, "wb") as stream:
            stream.write(content)
        with pytest.raises(DocumentError, match="not a journal"):
            JournalFile(path)
        with open(path, "rb") as stream:
            assert stream.read() == content

    def test_a_failed_line_is_removed(self, path, monkeypatch):
        """If a write fails half-way, the incomplete line is removed, and the next line takes its place."""
        journal = self.create(path, b"[1]\n")
        write = os.write

        def write_half(descriptor, data):
            if len(data) > 3:
                return write(descriptor, bytes(data)[:3])
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("os.write", write_half)
        with pytest.raises(OSError, match="No space"):
            journal.append(b"[2, 2]\n")
        monkeypatch.setattr("os.write", write)
        assert self.read(path) == [b"[1]"]
        journal.append(b"[3]\n")
        assert self.read(path) == [b"[1]", b"[3]"]

    def test_a_line_that_may_not_be_on_disk_is_removed(self, path, monkeypatch):
        """If a line cannot be synced, the line is removed. No part of it remains after a shorter next line."""
        journal = self.create(path, b"[1]\n")

        def fail(_descriptor):
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", fail)
            with pytest.raises(OSError, match="Input/output"):
                journal.append(b"[2, 2, 2, 2]\n")
        assert self.read(path) == [b"[1]"]
        journal.append(b"[3]\n")
        assert self.read(path) == [b"[1]", b"[3]"]

    def test_a_removed_journal_refuses_lines(self, path, tmp_path):
        """A journal that is removed, replaced or closed accepts no lines."""
        journal = self.create(path)
        (tmp_path / "journal").rename(tmp_path / "moved")
        with pytest.raises(OSError, match="No such file"):
            journal.append(b"[1]\n")
        (tmp_path / "journal").write_bytes((tmp_path / "moved").read_bytes())
        for write in (lambda: journal.append(b"[1]\n"), lambda: journal.replace([])):
            with pytest.raises(OSError, match="was replaced"):
                write()
        journal.close()
        with pytest.raises(OSError, match="is closed"):
            journal.append(b"[1]\n")

    @pytest.mark.parametrize(
        "damaged",
        [b"[1", b"[1]", b"7", b'[["live", "tasks", "1", {}]]', b'[["live", "versions", "boxes", {}]]', b"[[]]"],
    )
    def test_a_damaged_line_is_reported(self, path, damaged):
        """A complete but damaged line is an error, because its `append` succeeded. The error has the line number."""
        self.create(path, damaged + b"\n", b"[]\n")
        journal = JournalFile(path)
        with pytest.raises(DocumentError, match="journal:2:"):
            replay_lines(journal.lines, journal.source, WORLDS, Assumptions())

    @pytest.mark.parametrize(("table", "value"), [("batches", BATCH), ("tasks", TASK)])
    def test_a_valid_value_is_read(self, path, table, value):
        """The values that the next test changes are valid."""
        self.create(path, json.dumps([["live", table, "1", value]]).encode() + b"\n")
        journal = JournalFile(path)
        recovered = replay_lines(journal.lines, journal.source, WORLDS, Assumptions())
        assert recovered["live"].tables.keys() == {table}

    @pytest.mark.parametrize(
        ("table", "value"),
        [
            *((table, value) for table in ("settings", "batches", "tasks", "files") for value in (None, 3, "x", [])),
            *(("saved", value) for value in (None, "1", True, [])),
            *(("batches", {**BATCH, name: value}) for name in ("name", "project", "status") for value in (None, 1)),
            ("batches", {**BATCH, "created_at": 1}),
            *(("tasks", {**TASK, "fields": value}) for value in (None, [], {})),
            *(("tasks", {**TASK, "request": value}) for value in (None, [], {"unique_id": 1})),
            *(("tasks", {**TASK, "version_count": value}) for value in (None, "1", True, -1)),
            *(("tasks", {**TASK, "key": value}) for value in (1, [])),
            *(
                ("tasks", {**TASK, "fields": {**TASK["fields"], name: value}})
                for name in ("task_id", "type", "status", "project", "unique_id", "created_at")
                for value in (None, 1, [])
            ),
        ],
    )
    def test_a_value_of_the_wrong_type_is_reported(self, path, table, value):
        """A line with a value of the wrong type is a `DocumentError` with the line number."""
        self.create(path, json.dumps([["live", table, "1", value]]).encode() + b"\n")
        journal = JournalFile(path)
        with pytest.raises(DocumentError, match="journal:2: the line is not part of a journal: .*; restore the file"):
            replay_lines(journal.lines, journal.source, WORLDS, Assumptions())

    @pytest.mark.parametrize(
        ("record", "key"),
        [
            (["other", "tasks", "1", TASK], '"other"'),
            (["live", "tasks", "1", {"fields": {}}], '"request"'),
            (["live", "batches", "1", {}], '"name"'),
            (["live", "versions", "docks", {"version": 0}], r'\["live", "docks"\]'),
        ],
    )
    def test_a_missing_or_unknown_name_is_reported(self, path, record, key):
        """The error shows the name of a state that does not exist, of a missing member or of a missing project."""
        self.create(path, json.dumps([record]).encode() + b"\n")
        journal = JournalFile(path)
        with pytest.raises(DocumentError, match=f"a journal: {key} is missing or unknown; restore the file"):
            replay_lines(journal.lines, journal.source, WORLDS, Assumptions())

    @pytest.mark.parametrize(
        ("value", "found"), [(None, "null"), (3, "the number 3"), ("x", "the text 'x'"), ([], "an array")]
    )
    def test_a_task_that_is_not_an_object_is_reported(self, path, value, found):
        """The error says which part of a task must be an object: the task, its fields or its params."""
        fields = {**TASK["fields"], "params": value}
        for part, task in (("the value", value), ("`fields`", {"fields": value}), ("`params`", {"fields": fields})):
            self.create(path, json.dumps([["live", "tasks", "1", task]]).encode() + b"\n")
            journal = JournalFile(path)
            with pytest.raises(DocumentError, match=f": {part} must be an object, got {found}; restore the file"):
                replay_lines(journal.lines, journal.source, WORLDS, Assumptions())
            journal.close()

    @pytest.mark.parametrize("name", ["\ud800", "a\udfff"])
    def test_a_name_with_a_lone_surrogate_is_reported(self, path, name):
        """A lone surrogate in a name is an error: in the fields or the params of a task, or in an object inside them."""
        for fields in ({name: 1}, {"params": {name: 1}}, {"params": {"a": {name: 1}}}, {"metadata": {name: 1}}):
            task = {**TASK, "fields": {**TASK["fields"], **fields}}
            self.create(path, json.dumps([["live", "tasks", "1", task]]).encode() + b"\n")
            journal = JournalFile(path)
            with pytest.raises(DocumentError, match="contains a lone surrogate"):
                replay_lines(journal.lines, journal.source, WORLDS, Assumptions())
            journal.close()

    @pytest.mark.parametrize("numbers", [(1,), (0, 0), (0, 2), (1, 0)])
    def test_a_line_that_is_missing_or_repeated_is_reported(self, path, numbers):
        """The versions in a journal must be complete and in order; otherwise, the error names the journal."""
        project = b'[["live", "projects", "boxes", {"name": "boxes", "type": "x", "param_history": []}]]\n'
        versions = [b'[["live", "versions", "boxes", {"version": %d}]]\n' % number for number in numbers]
        self.create(path, project, *versions)
        journal = JournalFile(path)
        with pytest.raises(
            DocumentError, match="journal: a line is missing or repeated: .*; restore the file"
        ) as found:
            replay_lines(journal.lines, journal.source, WORLDS, Assumptions())
        assert str(found.value).startswith(path)
