"""`serve --save` keeps each acknowledged change, even after `kill -9`."""

import ctypes
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException

import pytest

from tests.cli.running import command, environment, restore_signals

#: How often the server is killed.  For a longer run, set the environment variable `PARAMCORE_KILLS`.
KILLS = int(os.environ.get("PARAMCORE_KILLS", "4"))
KEY = {"Authorization": "Bearer any"}


class Server:
    """A process that runs `serve`."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            command("serve", *arguments),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            preexec_fn=restore_signals,
        )
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        self.port = int(line.split(":")[-1].partition("/")[0])

    def connect(self):
        return HTTPConnection("127.0.0.1", self.port, timeout=10)

    def call(self, method, path, value=None, headers=KEY):
        with closing(self.connect()) as connection:
            return send(connection, method, path, value, headers)

    def end(self, number):
        self.process.send_signal(number)
        return self.wait()

    def wait(self):
        try:
            # Drain both pipes, so that the process does not wait for a reader.
            self.process.communicate(timeout=20)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.communicate()
        return self.process.returncode


def send(connection, method, path, value=None, headers=KEY):
    body = None if value is None else json.dumps(value)
    connection.request(method, f"/v1{path}", body, headers)
    reply = connection.getresponse()
    return reply.status, json.loads(reply.read())


@contextmanager
def served(*arguments, ends_with=signal.SIGINT):
    server = Server(*arguments)
    try:
        yield server
    finally:
        server.end(ends_with)


class Writer(threading.Thread):
    """A client that updates a project and creates tasks until the connection breaks."""

    def __init__(self, server, project, number):
        super().__init__(daemon=True)
        self.server, self.project, self.number = server, project, number
        self.updates, self.tasks = [], []

    def run(self):
        with suppress(OSError, HTTPException, ValueError), closing(self.server.connect()) as connection:
            for count in range(100_000):
                mark = f"{self.number}-{count}"
                update = f"/projects/{self.project}/setParams"
                status, _ = send(connection, "POST", update, {"patch": True, "mark": mark})
                self.updates += [mark] if status == 200 else []
                task = {"project": self.project, "unique_id": f"{self.project}-{mark}", "tags": ["new"]}
                status, created = send(connection, "POST", "/task/imageannotation", task)
                self.tasks += [created["task_id"]] if status == 200 else []


@pytest.mark.slow
def test_a_killed_server_continues_with_all_that_it_acknowledged(tmp_path):
    """After `kill -9` at any moment, each acknowledged update is one version, and each acknowledged task exists."""
    rng = random.Random(7)
    writers = []
    for turn in range(KILLS):
        server = Server("--save", str(tmp_path))
        check_all_is_there(server, writers)
        # Several rounds write to the same project, so that its history and the journal grow.
        project = f"p{turn // 10}"
        server.call("POST", "/projects", {"name": project, "type": "imageannotation"})
        new = [Writer(server, project, f"{turn}-{number}") for number in range(3)]
        for writer in new:
            writer.start()
        time.sleep(rng.random() * 0.5)
        server.end(signal.SIGKILL)
        for writer in new:
            writer.join(20)
        writers += new
    with served("--save", str(tmp_path)) as last:
        check_all_is_there(last, writers)
    assert sum(len(writer.updates) for writer in writers) > KILLS


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="only Linux lists the threads of a process")
def test_a_signal_that_does_not_end_the_wait_ends_the_server():
    """Ctrl-C ends the server even if the signal arrives just before the main thread starts to wait for a message."""
    server = Server()
    try:
        # That moment is hard to hit, so send the signal to another thread.  The effect is the same: the signal does not
        # interrupt the wait of the main thread.
        pid = server.process.pid
        other = next(int(name) for name in os.listdir(f"/proc/{pid}/task") if int(name) != pid)
        tgkill = {"x86_64": 234, "aarch64": 131}[os.uname().machine]
        ctypes.CDLL(None).syscall(tgkill, pid, other, signal.SIGINT)
    finally:
        assert server.wait() == 0


def check_all_is_there(server, writers):
    projects = {project["name"]: project for project in server.call("GET", "/projects")[1]}
    for name, project in projects.items():
        marks = Counter(entry["mark"] for entry in project["param_history"] if "mark" in entry)
        assert set(marks.values()) <= {1}, f"{name} has a version twice"
        acknowledged = [mark for writer in writers if writer.project == name for mark in writer.updates]
        assert set(acknowledged) <= marks.keys()
        assert [entry["version"] for entry in project["param_history"]] == list(range(len(project["param_history"])))
    with closing(server.connect()) as connection:
        for writer in writers[-3:]:
            assert writer.project in projects
            for task_id in writer.tasks:
                assert send(connection, "GET", f"/task/{task_id}")[0] == 200
