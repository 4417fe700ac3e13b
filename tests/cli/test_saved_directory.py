"""`serve --save` keeps its state in a directory, and continues from it after a normal end, `kill -9` or an edit."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager

import pytest

from paramcore import Assumptions, Project
from paramcore.cli import directory_lock, saved_directory
from paramcore.cli.directory_lock import LOCK_NAME, lock_directory
from paramcore.cli.output import print_message
from paramcore.cli.project_directory import ProjectDirectory
from paramcore.cli.saved_directory import JOURNAL_NAME, open_saved_directory
from paramcore.errors import DocumentError
from paramcore.files.writer import open_atomically
from paramcore.service import StandIn
from paramcore.service.standin import journal
from paramcore.service.standin.journal import JournalFile, sync_file
from paramcore.wire import write_project
from tests.cli.running import command, environment, restore_signals, run
from tests.cli.test_serve_killed import served
from tests.waiting import wait_until

LIVE, TEST = ({"authorization": f"Bearer {key}"} for key in ("any", "test_any"))
DOCKS = Project("docks", type="imageannotation", params={"padding": 0})


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    """Write the files before each reply, without a pause between writes."""
    monkeypatch.setattr(saved_directory, "_PAUSE", 0)
    monkeypatch.setattr(saved_directory, "_PAUSE_PER_SECOND_OF_WRITING", 0)


@contextmanager
def serving(path, *given, sources=(), assumptions=Assumptions()):
    """Serve a directory as `serve --save` does, without a port."""
    by_name = {project.name: project for project in given}
    with open_saved_directory(str(path), assumptions, sources, by_name) as directory:
        stand_in = StandIn(
            directory.projects.values(),
            assumptions=assumptions,
            journal=directory.journal,
            recovered=directory.recovered,
        )
        with directory.keep_saved(stand_in, print_message):
            stand_in.sync = lambda: directory.sync(stand_in.ledger)
            yield stand_in


def call(stand_in, method, path, value=None, headers=LIVE):
    body = b"" if value is None else json.dumps(value).encode()
    reply = stand_in.handle(method, f"/v1{path}", headers, body)
    return reply.status, json.loads(reply.body)


def update(stand_in, headers=LIVE, **params):
    status, _ = call(stand_in, "POST", "/projects/docks/setParams", {"patch": True, **params}, headers)
    assert status == 200


def read_file(path):
    return json.loads(path.read_text())


def list_names(path):
    return sorted(entry.name for entry in path.iterdir())


def kill(path, copy):
    """Copy a directory while it is served. The copy has the files that `kill -9` would leave."""
    shutil.copytree(path, copy)
    return copy


@contextmanager
def without_files(monkeypatch):
    """Let writes of project files fail, as if the server were killed before it wrote them."""

    def refuse(*_, **__):
        raise DocumentError("unwritable", None, "not now", "", "docks.json", None, None)

    with monkeypatch.context() as patch:
        patch.setattr(ProjectDirectory, "write", refuse)
        yield


def get_paddings(stand_in):
    return [version.params.get("padding") for version in stand_in.live.projects["docks"].versions]


def test_projects_alone_leave_only_their_files(tmp_path):
    """A server that saved only projects leaves only project files when it ends: no journal, and no lock file."""
    with serving(tmp_path, DOCKS) as stand_in:
        assert list_names(tmp_path) == [JOURNAL_NAME, LOCK_NAME, "docks.json"]
        update(stand_in, padding=1)
        assert [entry.get("padding") for entry in read_file(tmp_path / "docks.json")["param_history"]] == [0, 1]
    assert list_names(tmp_path) == ["docks.json"]
    with serving(tmp_path) as stand_in:
        assert get_paddings(stand_in) == [0, 1]


@pytest.mark.parametrize("is_killed", [False, True])
def test_tasks_and_batches_continue(tmp_path, is_killed):
    """After a restart, tasks, batches and the projects of test keys still exist, even after `kill -9`."""
    first, then = tmp_path / "first", tmp_path / "then"
    paths = ["/projects", "/tasks", "/batches"]
    with serving(first, DOCKS) as stand_in:
        for headers in (LIVE, TEST):
            call(stand_in, "POST", "/batches", {"name": "b", "project": "docks"}, headers)
            call(stand_in, "POST", "/task/imageannotation", {"batch": "b", "unique_id": "u"}, headers)
        update(stand_in, TEST, padding=7)
        update(stand_in, padding=1)
        before = [call(stand_in, "GET", path, headers=headers) for path in paths for headers in (LIVE, TEST)]
        if is_killed:
            kill(first, then)
    then = then if is_killed else first
    assert JOURNAL_NAME in list_names(then)
    with serving(then) as stand_in:
        assert [call(stand_in, "GET", path, headers=headers) for path in paths for headers in (LIVE, TEST)] == before
        assert stand_in.live.get_effective(f"{1:024x}").params == {"padding": 0}
    # After a start without changes, the journal still has the same state.
    with serving(then) as stand_in:
        assert [call(stand_in, "GET", path, headers=headers) for path in paths for headers in (LIVE, TEST)] == before


def test_updates_that_only_the_journal_has_are_not_lost(tmp_path, monkeypatch):
    """If a file lacks versions that the journal has, the next start adds each of these versions once."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        update(stand_in, padding=1)
        with without_files(monkeypatch):
            update(stand_in, padding=2)
            update(stand_in, padding=3)
            call(stand_in, "POST", "/projects", {"name": "new", "type": "chat"})
            kill(tmp_path / "a", tmp_path / "b")
    assert len(read_file(tmp_path / "b" / "docks.json")["param_history"]) == 2
    with serving(tmp_path / "b") as stand_in:
        assert get_paddings(stand_in) == [0, 1, 2, 3]
        assert len(read_file(tmp_path / "b" / "docks.json")["param_history"]) == 4
        assert list_names(tmp_path / "b") == [JOURNAL_NAME, LOCK_NAME, "docks.json", "new.json"]


def test_files_are_on_disk_before_the_journal_omits_their_projects(tmp_path, monkeypatch):
    """Files are synced to disk before the journal omits their updates, so that a power failure loses no update."""
    with serving(tmp_path / "a", DOCKS) as stand_in, without_files(monkeypatch):
        update(stand_in, padding=1)
        kill(tmp_path / "a", tmp_path / "b")
    events = []
    for owner, name in [
        (saved_directory, "sync_file"),
        (saved_directory, "sync_directory"),
        (JournalFile, "replace"),
        (JournalFile, "append"),
    ]:

        def record(*arguments, name=name, real=getattr(owner, name)):
            real(*arguments)
            events.append(name)

        monkeypatch.setattr(owner, name, record)
    with serving(tmp_path / "b") as stand_in:
        assert events == ["sync_file", "sync_directory", "replace"]
        events.clear()
        update(stand_in, padding=2)
        stand_in.sync()
        # The first line that is appended to the journal contains the update, and the second marks the update as saved.
        assert {"sync_file", "sync_directory"} <= set(events[: events.index("append", 1)])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot sync a file that is open for reading")
def test_the_file_of_a_project_may_be_read_only(tmp_path, monkeypatch):
    """A read-only project file is replaced and synced, so no journal remains."""
    real = os.open

    def deny_writing(path, flags, *arguments, **options):
        if os.fspath(path).endswith("docks.json") and flags & os.O_ACCMODE != os.O_RDONLY:
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(path, flags, *arguments, **options)

    monkeypatch.setattr(os, "open", deny_writing)
    with serving(tmp_path, DOCKS) as stand_in:
        update(stand_in, padding=1)
    assert list_names(tmp_path) == ["docks.json"]
    assert count_versions(tmp_path) == 2


def test_a_request_at_the_end_is_saved_or_refused(tmp_path, monkeypatch):
    """A change that arrives while the server removes the journal is either saved, or rejected with status 500."""
    replies, is_writing = [], threading.Event()
    with serving(tmp_path, DOCKS) as stand_in:
        real_fsync, real_rewrite = os.fsync, stand_in.ledger.rewrite

        def fsync(descriptor):
            real_fsync(descriptor)
            if threading.current_thread() is client:
                is_writing.set()
                time.sleep(0.1)

        def rewrite():
            real_rewrite()
            client.start()
            is_writing.wait(0.1)

        client = threading.Thread(
            target=lambda: replies.append(
                call(stand_in, "POST", "/projects/docks/setParams", {"patch": True, "padding": 1})
            )
        )
        monkeypatch.setattr(os, "fsync", fsync)
        monkeypatch.setattr(stand_in.ledger, "rewrite", rewrite)
    client.join()
    with serving(tmp_path) as stand_in:
        assert [(status, get_paddings(stand_in)) for status, _ in replies] in ([(200, [0, 1])], [(500, [0])])


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_signal_while_the_journal_is_created_leaves_no_empty_journal(tmp_path, monkeypatch, is_killed):
    """If the start is interrupted, an empty journal is removed, and a journal with records remains."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        call(stand_in, "POST", "/batches", {"name": "b", "project": "docks"})
        kill(tmp_path / "a", tmp_path / "b")
    path = tmp_path / "b" if is_killed else tmp_path / "c"
    for function in ("write_atomically", "sync_directory"):

        def interrupt(*arguments, real=getattr(journal, function)):
            real(*arguments)
            raise SystemExit(143)

        with monkeypatch.context() as patch, pytest.raises(SystemExit):
            patch.setattr(journal, function, interrupt)
            with serving(path, DOCKS):
                pass
        assert list_names(path) == [*([JOURNAL_NAME] if is_killed else []), "docks.json"]
    with serving(path) as stand_in:
        assert len(call(stand_in, "GET", "/batches")[1]["docs"]) == is_killed


def edit(path, change):
    project = read_file(path)
    change(project["param_history"])
    path.write_text(json.dumps(project))


EDITS = {
    "changed": lambda history: history[1].update(padding=9),
    "reset": lambda history: history.__delitem__(slice(1, None)),
    "replaced": lambda history: history[0].update(padding=8),
}


@pytest.mark.parametrize("is_killed", [False, True])
@pytest.mark.parametrize("kind", EDITS)
def test_a_file_that_was_edited_is_used(tmp_path, capsys, is_killed, kind):
    """An edited file is served as it is. If a killed server left a journal, a message reports the edit."""
    first, then = tmp_path / "first", tmp_path / "then"
    with serving(first, DOCKS) as stand_in:
        update(stand_in, padding=1)
        stand_in.sync()
        if is_killed:
            kill(first, then)
    then = then if is_killed else first
    edit(then / "docks.json", EDITS[kind])
    edited = read_file(then / "docks.json")
    with serving(then) as stand_in:
        assert write_project(stand_in.live.projects["docks"]) == edited
    assert read_file(then / "docks.json") == edited
    assert (
        "docks.json was edited, and is served instead of the project in the journal" in capsys.readouterr().err
    ) is is_killed


def test_versions_that_were_appended_to_a_file_are_used(tmp_path, monkeypatch, capsys):
    """Versions that were added by hand after the last version in the journal are kept."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        update(stand_in, padding=1)
        kill(tmp_path / "a", tmp_path / "b")
    edit(tmp_path / "b" / "docks.json", lambda history: history.append({"version": 2, "padding": 5}))
    with serving(tmp_path / "b") as stand_in:
        assert get_paddings(stand_in) == [0, 1, 5]


def test_an_edit_that_contradicts_the_journal_is_reported(tmp_path, monkeypatch):
    """If an edited file lacks updates of the journal, the start fails, and the error names the file and the journal.

    Neither file changes.
    """
    with serving(tmp_path / "a", DOCKS) as stand_in, without_files(monkeypatch):
        update(stand_in, padding=1)
        update(stand_in, padding=2)
        kill(tmp_path / "a", tmp_path / "b")
    edit(tmp_path / "b" / "docks.json", EDITS["replaced"])
    before = {name: (tmp_path / "b" / name).read_bytes() for name in ("docks.json", JOURNAL_NAME)}
    ran = run("serve", "--save", tmp_path / "b")
    assert (ran.status, ran.out) == (2, "")
    assert 'docks.json: the project "docks" was edited, but the journal has updates' in ran.err
    assert f"remove {tmp_path}/b/{JOURNAL_NAME}" in ran.err
    assert {name: (tmp_path / "b" / name).read_bytes() for name in before} == before
    (tmp_path / "b" / JOURNAL_NAME).unlink()
    with serving(tmp_path / "b") as stand_in:
        assert get_paddings(stand_in) == [8]


def test_a_file_that_was_removed_is_not_served(tmp_path, monkeypatch, capsys):
    """A project whose file was removed is not served. A project whose file was never written is served."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        update(stand_in, padding=1)
        stand_in.sync()
        with without_files(monkeypatch):
            call(stand_in, "POST", "/projects", {"name": "new", "type": "chat"})
            kill(tmp_path / "a", tmp_path / "b")
    (tmp_path / "b" / "docks.json").unlink()
    with serving(tmp_path / "b") as stand_in:
        assert stand_in.live.projects.keys() == {"new"}
    assert 'the file of the project "docks" was removed, so the project is not served' in capsys.readouterr().err


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_given_project_replaces_a_removed_file(tmp_path, capsys, is_killed):
    """If the file of a project was removed, the project in PROJECT is served, also after `kill -9`."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        update(stand_in, padding=1)
        stand_in.sync()
        if is_killed:
            kill(tmp_path / "a", tmp_path / "b")
    then = tmp_path / ("b" if is_killed else "a")
    (then / "docks.json").unlink()
    with serving(then, DOCKS) as stand_in:
        assert stand_in.live.projects == {"docks": DOCKS}
        assert read_file(then / "docks.json") == write_project(DOCKS)
    message = 'the file of the project "docks" was removed, so the project on the command line is served\n'
    assert capsys.readouterr().err == (message if is_killed else "")


@pytest.mark.parametrize("edited", [None, {"type": "chat"}, {"archived": True}])
def test_an_edit_of_a_project_without_versions_is_used(tmp_path, edited):
    """After `kill -9`, removing or editing a saved file takes effect, even if its project has no versions."""
    project = {"name": "new", "type": "imageannotation"}
    with serving(tmp_path / "a") as stand_in:
        call(stand_in, "POST", "/projects", project)
        stand_in.sync()
        kill(tmp_path / "a", tmp_path / "b")
    path = tmp_path / "b" / "new.json"
    if edited is None:
        path.unlink()
    else:
        path.write_text(json.dumps({**read_file(path), **edited}))
    with serving(tmp_path / "b") as stand_in:
        served = [write_project(stored) for stored in stand_in.live.projects.values()]
        assert served == ([] if edited is None else [read_file(path)])


@pytest.mark.parametrize(("before", "after"), [({"rapid": True}, {}), ({}, {"rapid": True})])
def test_a_project_that_is_created_again_has_only_its_new_settings(tmp_path, before, after):
    """If the file of a project was removed and the project is created again, only the new request sets `rapid`."""
    project = {"name": "signs", "type": "imageannotation"}
    with serving(tmp_path) as stand_in:
        call(stand_in, "POST", "/projects", {**project, **before})
    (tmp_path / "signs.json").unlink()
    with serving(tmp_path) as stand_in:
        call(stand_in, "POST", "/projects", {**project, **after})
    with serving(tmp_path) as stand_in:
        status, batch = call(stand_in, "POST", "/batches", {"name": "first", "project": "signs"})
        assert (status, batch["status"]) == (200, "staging" if after else "in_progress")


def test_a_task_of_an_edited_project_is_not_explained(tmp_path):
    """If the history of a project was edited, the project's tasks keep their params, but cannot be explained."""
    with serving(tmp_path, DOCKS) as stand_in:
        created = call(stand_in, "POST", "/task/imageannotation", {"project": "docks"})[1]
    edit(tmp_path / "docks.json", EDITS["replaced"])
    with serving(tmp_path) as stand_in:
        assert call(stand_in, "GET", f"/task/{created['task_id']}")[1] == created
        with pytest.raises(LookupError, match="file of the project was edited"):
            stand_in.live.get_effective(created["task_id"])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"priority": 1}, {"priority": True}),
        ({"callback_url": None}, {}),
        ({"instruction": None}, {}),
        ({}, {"priority": None}),
    ],
)
def test_a_task_is_explained_only_with_the_json_that_it_got(tmp_path, before, after):
    """A task is not explained if an edit of its project changed 1 to `true`, or added or removed a null."""
    with serving(tmp_path, Project("docks", type="imageannotation", params=before)) as stand_in:
        created = call(stand_in, "POST", "/task/imageannotation", {"project": "docks"})[1]
    path = tmp_path / "docks.json"
    document = read_file(path)
    entry = {name: value for name, value in document["param_history"][0].items() if name not in before}
    path.write_text(json.dumps({**document, "param_history": [{**entry, **after}]}))
    with serving(tmp_path) as stand_in, pytest.raises(LookupError, match="file of the project was edited"):
        stand_in.live.get_effective(created["task_id"])


@pytest.mark.parametrize(
    "setting", [{"instruction_separator": " "}, {"empty_instruction": "join"}, {"instruction_rule": "override"}]
)
def test_a_task_is_not_explained_under_other_assumptions(tmp_path, setting):
    """If a restart changes an assumption that a task depends on, the error names assumptions as a possible cause."""
    task = {"project": "docks"} if "empty_instruction" in setting else {"project": "docks", "instruction": "Hurry."}
    with serving(tmp_path, Project("docks", type="imageannotation", params={"instruction": "Box."})) as stand_in:
        created = call(stand_in, "POST", "/task/imageannotation", task)[1]
    other = "or `serve` has other assumptions"
    with serving(tmp_path, assumptions=Assumptions(**setting)) as stand_in, pytest.raises(LookupError, match=other):
        stand_in.live.get_effective(created["task_id"])


@pytest.mark.parametrize("change", [{"type": "videoannotation"}, {"type": "unknown"}, {"param_history": []}])
def test_the_page_of_an_edited_project_shows_a_task_that_it_rejects(tmp_path, change):
    """If an edited project no longer accepts a task's request, the project's page says that the file was edited."""
    with serving(tmp_path, DOCKS) as stand_in:
        request = {"project": "docks", "project_version": 0}
        task_id = call(stand_in, "POST", "/task/imageannotation", request)[1]["task_id"]
    path = tmp_path / "docks.json"
    path.write_text(json.dumps({**read_file(path), **change}))
    with serving(tmp_path) as stand_in:
        with pytest.raises(LookupError, match="file of the project was edited"):
            stand_in.live.get_effective(task_id)
        page = stand_in.handle("GET", "/projects/docks", {"host": "127.0.0.1"}, b"")
        assert (page.status, b"file of the project was edited" in page.body) == (200, True)


def test_files_that_cannot_be_written_are_reported_once(tmp_path, monkeypatch, capsys):
    """If several writes of a file fail, one message reports the failure. The next successful write has all updates."""
    with serving(tmp_path / "a", DOCKS) as stand_in:
        with without_files(monkeypatch):
            for padding in range(5):
                update(stand_in, padding=padding)
        update(stand_in, padding=5)
        assert len(read_file(tmp_path / "a" / "docks.json")["param_history"]) == 7
    assert capsys.readouterr().err == "the projects are saved only in the journal: docks.json: not now\n"


def test_a_file_that_is_replaced_by_a_pipe_does_not_block_the_end(tmp_path, capsys):
    """If somebody replaces the file of a project by a pipe, the server still ends, and the journal has the updates."""
    path = tmp_path / "a" / "docks.json"
    with serving(tmp_path / "a", DOCKS) as stand_in:
        update(stand_in, padding=1)
        path.unlink()
        os.mkfifo(path)
        with pytest.raises(OSError, match="Invalid argument"):
            sync_file(str(path))
        update(stand_in, padding=2)
    assert "the path exists and is not a regular file" in capsys.readouterr().err
    path.unlink()
    with serving(tmp_path / "a") as stand_in:
        assert get_paddings(stand_in) == [0, 1, 2]


@pytest.mark.parametrize("kind", ["moved", "replaced", "link"])
def test_no_file_is_written_to_another_directory(tmp_path, monkeypatch, capsys, kind):
    """If the path of `--save` no longer leads to the locked directory, the server writes no projects to the path."""
    monkeypatch.setattr(saved_directory, "_PAUSE", 1_000)
    path, moved, other = tmp_path / "path", tmp_path / "moved", tmp_path / "other"
    other.mkdir()
    if kind == "link":
        moved.mkdir()
        path.symlink_to(moved)
    with serving(path, DOCKS) as stand_in:
        update(stand_in, padding=1)
        if kind == "link":
            path.unlink()
            path.symlink_to(other)
        else:
            path.rename(moved)
        if kind == "replaced":
            other.rename(path)
    assert not path.exists() or list_names(path) == []
    problem = "the directory was moved, removed or replaced; restart the server"
    assert capsys.readouterr().err == f"the projects are saved only in the journal: {path}: {problem}\n"
    with serving(moved) as stand_in:
        assert get_paddings(stand_in) == [0, 1]


def count_versions(path):
    return len(read_file(path / "docks.json")["param_history"])


@pytest.mark.slow
def test_files_are_written_in_the_background_during_a_pause(tmp_path, monkeypatch):
    """The server writes the first update to the file before the reply, and later updates only after the pause."""
    monkeypatch.setattr(saved_directory, "_PAUSE", 1)
    with serving(tmp_path, DOCKS) as stand_in:
        time.sleep(1)
        update(stand_in, padding=1)
        assert count_versions(tmp_path) == 2
        update(stand_in, padding=2)
        update(stand_in, padding=3)
        assert count_versions(tmp_path) == 2
        wait_until(lambda: count_versions(tmp_path) == 4)
        update(stand_in, padding=4)
    assert count_versions(tmp_path) == 5


def test_a_slow_write_has_a_long_pause(tmp_path, monkeypatch):
    """The pause depends on how long a write takes, so a long history does not slow the replies."""
    monkeypatch.setattr(saved_directory, "_PAUSE_PER_SECOND_OF_WRITING", 1_000_000)
    with serving(tmp_path, DOCKS) as stand_in:
        for padding in range(3):
            update(stand_in, padding=padding)
        assert count_versions(tmp_path) == 1
    assert count_versions(tmp_path) == 4


def test_temporary_files_of_a_killed_server_are_removed(tmp_path):
    """The start removes the temporary files of a killed server, and no other files."""
    for name in (f".{'0a' * 16}.tmp", f"{'0a' * 16}.tmp", ".x.tmp", f".{'0a' * 16}.tmp.json"):
        (tmp_path / name).write_text("{")
    with serving(tmp_path):
        pass
    assert list_names(tmp_path) == [f".{'0a' * 16}.tmp.json", ".x.tmp", f"{'0a' * 16}.tmp"]


def test_temporary_files_of_a_running_process_are_kept(tmp_path):
    """The start keeps a temporary file that another process, such as `fetch --all`, is writing."""
    with open_atomically(str(tmp_path / "other.txt")) as stream:
        stream.write(b"first, ")
        with serving(tmp_path):
            pass
        stream.write(b"second")
    assert (tmp_path / "other.txt").read_text() == "first, second"
    assert list_names(tmp_path) == ["other.txt"]


def test_a_second_server_is_refused(tmp_path):
    """Only one process can serve a directory. The lock of a killed process does not block the next process."""
    with served("--save", tmp_path, ends_with=signal.SIGKILL) as server:
        ran = run("serve", "--save", tmp_path)
        assert (ran.status, ran.out) == (2, "")
        assert "another `paramcore serve --save` uses this directory; end it, or name another directory" in ran.err
        assert server.call("GET", "/projects")[0] == 200
    assert (tmp_path / LOCK_NAME).exists()
    with served("--save", tmp_path):
        pass
    assert list_names(tmp_path) == []


def test_a_pipe_in_place_of_the_lock_is_reported(tmp_path):
    """If a pipe has the name of the lock file, the start fails at once instead of waiting for a reader."""
    os.mkfifo(tmp_path / LOCK_NAME)
    with pytest.raises(DocumentError) as raised, lock_directory(str(tmp_path)):
        pass
    assert raised.value.code == "unwritable"


def test_a_removed_lock_file_is_locked_again(tmp_path, monkeypatch):
    """If the lock file is removed while it is being locked, a new lock file is created and locked."""
    flocks = []
    real = directory_lock.fcntl.flock

    def flock(descriptor, operation):
        real(descriptor, operation)
        flocks.append(descriptor)
        if len(flocks) == 1:
            (tmp_path / LOCK_NAME).unlink()

    monkeypatch.setattr(directory_lock.fcntl, "flock", flock)
    with lock_directory(str(tmp_path)):
        assert len(flocks) == 2
        assert (tmp_path / LOCK_NAME).exists()


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        (errno.EWOULDBLOCK, "another `paramcore serve --save` uses this directory; end it, or name another directory"),
        (errno.EACCES, "another `paramcore serve --save` uses this directory; end it, or name another directory"),
        (errno.ENOLCK, "cannot lock the directory: no locks available; name a directory on another disk"),
        (errno.EOPNOTSUPP, "cannot lock the directory: operation not supported; name a directory on another disk"),
    ],
)
def test_a_directory_that_cannot_be_locked_is_reported(tmp_path, monkeypatch, number, problem):
    """The error for a disk without locks differs from the error for a directory that another server uses."""

    def flock(_descriptor, _operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(directory_lock.fcntl, "flock", flock)
    with pytest.raises(DocumentError) as raised, lock_directory(str(tmp_path)):
        pass
    assert str(raised.value) == f"{tmp_path}: {problem}"
    # The lock file of another server stays.
    assert list_names(tmp_path) == ([LOCK_NAME] if problem.startswith("another") else [])


@pytest.mark.parametrize("signal_error", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("step", ["open", "before the lock", "after the lock", "check"])
def test_a_signal_while_the_directory_is_locked_leaves_no_lock(tmp_path, monkeypatch, step, signal_error):
    """A signal while the directory is being locked leaves no lock file, and the directory can be locked again."""
    real = {
        "open": lambda *arguments: open(*arguments).close(),
        "lock": directory_lock._lock,
        "check": directory_lock._is_current,
    }

    def interrupt(name, *, first=False):
        def call_once(*arguments):
            monkeypatch.undo()
            if not first:
                real[name](*arguments)
            raise signal_error

        return call_once

    name, replacement = {
        "open": ("open", interrupt("open")),
        "before the lock": ("_lock", interrupt("lock", first=True)),
        "after the lock": ("_lock", interrupt("lock")),
        "check": ("_is_current", interrupt("check")),
    }[step]
    monkeypatch.setattr(directory_lock, name, replacement, raising=False)
    with pytest.raises(signal_error), lock_directory(str(tmp_path)):
        pass
    assert list_names(tmp_path) == []
    with lock_directory(str(tmp_path)):
        assert list_names(tmp_path) == [LOCK_NAME]


def test_a_signal_removes_no_lock_of_another_server(tmp_path, monkeypatch):
    """A process that ends before it has the lock does not remove the lock file of another process."""

    def interrupt(_file):
        monkeypatch.undo()
        raise KeyboardInterrupt

    with lock_directory(str(tmp_path)):
        monkeypatch.setattr(directory_lock, "_lock", interrupt)
        with pytest.raises(KeyboardInterrupt), lock_directory(str(tmp_path)):
            pass
        assert list_names(tmp_path) == [LOCK_NAME]


@pytest.mark.parametrize("kind", ["moved", "lock removed"])
def test_the_end_removes_no_files_of_another_server(tmp_path, kind):
    """A server whose directory was moved, or whose lock file was removed, removes no files of a second server."""
    path = tmp_path / "d"
    with ExitStack() as second:
        with serving(path):
            if kind == "moved":
                path.rename(tmp_path / "moved")
            else:
                (path / LOCK_NAME).unlink()
            stand_in = second.enter_context(serving(path))
            call(stand_in, "POST", "/projects", {"name": "p", "type": "chat"})
        assert list_names(path) == [JOURNAL_NAME, LOCK_NAME, "p.json"]
        assert call(stand_in, "POST", "/batches", {"name": "b", "project": "p"})[0] == 200
    assert list_names(path) == [JOURNAL_NAME, "p.json"]


@pytest.mark.parametrize("project", [True, False])
@pytest.mark.parametrize("kind", ["missing", "empty", "other"])
def test_a_directory_without_projects_starts(tmp_path, kind, project):
    """The directory of `--save` may be missing, empty or without projects, even if PROJECT names it, too."""
    directory = tmp_path / "d"
    if kind != "missing":
        directory.mkdir()
    if kind == "other":
        (directory / "update.json").write_text('{"padding": 9}')
    arguments = [directory, "--save", directory] if project else ["--save", directory]
    with served(*arguments) as server:
        assert server.call("GET", "/projects") == (200, [])
        assert server.call("POST", "/projects", {"name": "p", "type": "chat"})[0] == 200
    assert (directory / "p.json").exists()
    with served(*arguments) as server:
        assert len(server.call("GET", "/projects")[1]) == 1


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["removed", "replaced"])
def test_a_directory_that_disappears_is_status_500(tmp_path, damage):
    """A change that cannot be saved is not made, and gets status 500. The server continues."""
    directory = tmp_path / "d"
    with served("--save", directory) as server:
        assert server.call("POST", "/projects", {"name": "p", "type": "chat"})[0] == 200
        shutil.rmtree(directory)
        if damage == "replaced":
            directory.write_text("x")
        status, body = server.call("POST", "/projects/p/setParams", {"a": 1})
        assert (status, "cannot save a change, so nothing changed" in body["error"]) == (500, True)
        assert server.call("GET", "/projects/p")[1]["param_history"] == []


def test_a_directory_that_cannot_be_written_is_reported(tmp_path):
    """A file in place of the directory, or a directory in place of the journal, is an error."""
    (tmp_path / "file").write_text("x")
    for path in (tmp_path / "file", tmp_path / "file" / "below"):
        ran = run("serve", "--save", path)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    (tmp_path / "d" / JOURNAL_NAME).mkdir(parents=True)
    ran = run("serve", "--save", tmp_path / "d")
    assert (ran.status, "cannot read the journal: a directory" in ran.err) == (2, True), ran.err


def test_unknown_types_need_a_schema(tmp_path):
    """`--schema` adds a task type. `--validate` uses the schema, even for a task without a project."""
    schema = tmp_path / "mine.json"
    schema.write_text('{"required": ["text"]}')
    with served("--validate", "--schema", f"mine={schema}") as server:
        assert server.call("POST", "/projects", {"name": "a", "type": "mine"})[0] == 200
        assert server.call("POST", "/projects", {"name": "b", "type": "other"})[0] == 400
        for project in ({}, {"project": "a"}):
            assert server.call("POST", "/task/mine", {"text": "x", **project})[0] == 200
            status, body = server.call("POST", "/task/mine", project)
            assert (status, "text" in body["error"]) == (400, True)
        assert server.call("POST", "/task/imageannotation", {"attachment": "https://example.com/a"})[0] == 400


@pytest.mark.skipif(sys.platform == "win32", reason="a signal ends the process at once")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_at_the_start_ends_cleanly(tmp_path, number):
    """A signal directly after the start leaves no temporary file and no lock file."""
    process = subprocess.Popen(
        command("serve", "--save", tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=restore_signals,
    )
    assert process.stdout.readline()
    process.send_signal(number)
    process.communicate(timeout=20)
    assert list_names(tmp_path) == []
    assert process.returncode == (0 if number == signal.SIGINT else 128 + number)


def test_nobody_reads_the_output(tmp_path):
    """Requests are answered, and changes are saved, even if nobody reads standard output."""
    with served("--save", tmp_path) as server:
        # A pipe cannot hold the lines that the server prints for these requests.
        path = f"/{'x' * 2000}"
        for _ in range(100):
            assert server.call("GET", path)[0] == 404
        assert server.call("POST", "/projects", {"name": "p", "type": "chat"})[0] == 200
        assert (tmp_path / "p.json").exists()
    assert os.listdir(tmp_path) == ["p.json"]
