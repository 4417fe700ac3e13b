"""`fetch`, `apply`, `reconcile` and `status`, against a loopback server."""

import json
import os
import pty
import signal
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from paramcore import Patch
from paramcore.service.requests import create_project
from tests.cli.running import command, environment, heed_interrupts, run
from tests.service.faults import KEY, NAME, Server

pytestmark = pytest.mark.slow


def asked(server, *arguments, stdin="", **changes):
    ran = run(*arguments, "--base-url", server.url, stdin=stdin, **{"SCALE_API_KEY": KEY, **changes})
    assert KEY not in ran.out + ran.err
    return ran


@pytest.fixture
def patch(tmp_path):
    file = tmp_path / "patch.json"
    file.write_text('{"patch": true, "b": 3}')
    return str(file)


@pytest.fixture
def replace(tmp_path):
    file = tmp_path / "replace.json"
    file.write_text('{"b": 3}')
    return str(file)


class TestFetch:
    def test_a_project(self, tmp_path):
        """A project comes as a file that every other command takes."""
        with Server() as server:
            ran = asked(server, "fetch", NAME)
            assert (ran.status, ran.document["name"], len(ran.document["param_history"])) == (0, NAME, 2)
            file = tmp_path / "boxes.json"
            assert asked(server, "fetch", NAME, "--output", str(file)).status == 0
            assert run("log", str(file)).status == 0

    def test_all_of_them(self, tmp_path):
        """Each project gets a file of its own, whatever its name."""
        with Server() as server:
            long = "\u00e9" * 60
            several = ("a/b", "..x", "caf\u00e9 1", f"{long}1", f"{long}2")
            for name in several:
                server.service.send(create_project(name, type="comparison"))
            ran = asked(server, "fetch", "--all", str(tmp_path / "all"))
            assert ran.status == 0
            names = {json.loads(file.read_text())["name"] for file in (tmp_path / "all").iterdir()}
            assert names == {NAME, *several}
            assert len(ran.out.splitlines()) == 6

    def test_what_is_not_there(self):
        """A project that the service does not know is *not done*, in one line."""
        with Server() as server:
            ran = asked(server, "fetch", "none")
            assert (ran.status, ran.out) == (3, "")
            assert ran.err.startswith("error: found status 404, and it says: Project with that name not found: none")

    def test_no_key(self):
        """Without a key nothing is asked, and the variable is named."""
        with Server() as server:
            ran = asked(server, "fetch", NAME, SCALE_API_KEY="")
            assert (ran.status, server.reads) == (2, 0)
            assert "SCALE_API_KEY" in ran.err

    def test_a_key_from_standard_input(self):
        """A key may come as a line of standard input, and from no option."""
        with Server() as server:
            ran = asked(server, "fetch", NAME, "--key-from-stdin", stdin=f"{KEY}\n", SCALE_API_KEY="")
            assert ran.status == 0
            assert asked(server, "fetch", NAME, "--key-from-stdin", stdin="a b\n").status == 2

    def test_one_of_two(self):
        """Either a name or a directory for all."""
        with Server() as server:
            assert asked(server, "fetch").status == 2
            assert asked(server, "fetch", NAME, "--all", "x").status == 2


class TestApply:
    def test_a_patch(self, patch):
        """It prints the plan, the command that looks again, and the outcome."""
        with Server() as server:
            ran = asked(server, "apply", NAME, patch, "--yes")
            assert (ran.status, server.commits) == (0, 1)
            assert ran.out.splitlines()[0] == 'update of "boxes": version 1 -> 2, by patch'
            assert ran.out.splitlines()[-1] == 'done: version 2 of "boxes"'
            assert ran.err.startswith(
                "sending; to look up the outcome again: paramcore reconcile boxes --base 2 --digest "
            )

    def test_drops_need_consent(self, replace):
        """An update that drops params is not sent unless somebody says so, `--yes` or not."""
        with Server() as server:
            ran = asked(server, "apply", NAME, replace, "--yes")
            assert (ran.status, server.posts) == (1, 0)
            assert "dropped  a  1" in ran.out
            assert ran.err == "not sent: the update drops params; pass --allow-drop to send it\n"
            assert asked(server, "apply", NAME, replace, "--yes", "--allow-drop").status == 0

    @pytest.mark.parametrize(
        ("update", "allowed", "sent"),
        [
            ('{"patch": true, "priority": "high"}', (), 0),
            ('{"patch": true, "priority": "high"}', ("--allow-drop",), 0),
            ('{"patch": true, "priority": "high"}', ("--allow-errors",), 1),
            ('{"priority": "high"}', ("--allow-errors",), 0),
            ('{"priority": "high"}', ("--allow-drop",), 0),
            ('{"priority": "high"}', ("--allow-drop", "--allow-errors"), 1),
            ('{"pathc": true, "b": 3}', ("--patch",), 0),
            ('{"b": 3}', ("--patch",), 1),
            ('{"patch": true, "b": null}', (), 1),
            ('{"patch": true, "priority": "high"}', ("--ignore", "param_choice"), 1),
        ],
    )
    def test_errors_need_a_consent_of_their_own(self, update, allowed, sent, tmp_path):
        """An update with errors is sent only with `--allow-errors`, which allows no drops; warnings need nothing."""
        file = tmp_path / "update.json"
        file.write_text(update)
        with Server() as server:
            ran = asked(server, "apply", NAME, str(file), "--yes", *allowed)
            assert (ran.status, server.posts) == (0 if sent else 1, sent)
            if not sent:
                errors = "not sent: the update has errors; correct them, or pass --allow-errors to send it as it is"
                drops = "not sent: the update drops params; pass --allow-drop to send it"
                has_errors, has_drops = "--allow-errors" not in allowed, "patch" not in update + str(allowed)
                expected = [errors] * has_errors + [drops] * (has_drops and "--allow-drop" not in allowed)
                assert ran.err.splitlines() == expected

    def test_findings_are_shown_and_located(self, tmp_path):
        """What the update sets is in its file; what it keeps is in the project, which has no file."""
        file = tmp_path / "update.json"
        file.write_text('{"patch": true, "tags": 7}')
        with Server() as server:
            server.rival(Patch({"priority": "high"}))
            ran = asked(server, "apply", NAME, str(file), "--yes")
            assert (ran.status, server.posts) == (1, 0)
            assert 'project "boxes": error param_choice at /priority\n' in ran.out
            assert f"{file}:1:25: error param_type at /tags\n" in ran.out
            ran = asked(server, "apply", NAME, str(file), "--yes", "--format", "json")
            assert ran.document["outcome"] is None
            places = [(each["code"], each["file"], each["line"]) for each in ran.document["plan"]["findings"]]
            assert ("param_choice", None, None) in places
            assert ("param_type", str(file), 1) in places

    def test_nobody_said_yes(self, patch):
        """Where nobody can be asked, nothing is sent without `--yes`."""
        with Server() as server:
            ran = asked(server, "apply", NAME, patch)
            assert (ran.status, ran.err, server.posts) == (1, "not sent: pass --yes to send it without a prompt\n", 0)

    @pytest.mark.parametrize(
        ("answer", "sent"),
        [("y", 1), ("Yes ", 1), ("yep", 0), ("yesterday", 0), ("n", 0), ("", 0), ("ye", 0)],
    )
    def test_a_prompt_is_answered_by_y_or_yes(self, answer, sent, patch):
        """At a terminal, only `y` and `yes` send the update, in capitals or not; any other answer sends nothing."""
        ours, theirs = pty.openpty()
        with Server() as server:
            os.write(ours, f"{answer}\n".encode())
            done = subprocess.run(
                command("apply", NAME, patch, "--base-url", server.url),
                stdin=theirs,
                capture_output=True,
                env=environment(SCALE_API_KEY=KEY),
                check=False,
                timeout=60,
            )
            assert (done.returncode, server.posts) == (0 if sent else 1, sent)
        assert done.stderr.startswith(b"send it? [y/N] ")
        assert done.stderr.endswith(b"not sent\n") is not bool(sent)
        os.close(ours)
        os.close(theirs)

    def test_nothing_to_do(self, tmp_path):
        """Where the project holds what is wanted, nothing is sent."""
        wanted = tmp_path / "wanted.json"
        wanted.write_text('{"a": 1, "b": 2}')
        with Server() as server:
            ran = asked(server, "apply", NAME, "--wanted", str(wanted), "--yes")
            assert (ran.status, server.posts) == (0, 0)
            assert ran.out == 'nothing to do: "boxes" holds just these params\n'

    @pytest.mark.parametrize(
        ("fault", "status"),
        [
            ("400", 3),
            ("500_after_commit", 4),
            ("drop_before_commit", 4),
            ("applied_twice", 4),
            ("rival_patch_before", 0),
        ],
    )
    def test_the_exit_code_is_the_outcome(self, fault, status, patch):
        """0 done, 3 not done, 4 unknown or applied more than once."""
        with Server(fault) as server:
            ran = asked(server, "apply", NAME, patch, "--yes", "--format", "json")
            assert ran.status == status
            document = ran.document
            assert set(document) == {"plan", "outcome"}
            again = asked(server, "reconcile", NAME, "--base", "2", "--digest", document["outcome"]["digest"])
            assert again.status == (0 if server.commits == 1 or fault.startswith("rival") else 4) or fault.startswith(
                "rival"
            )

    def test_an_update_or_a_wanted_state(self, patch):
        """One of the two."""
        with Server() as server:
            assert asked(server, "apply", NAME).status == 2
            assert asked(server, "apply", NAME, patch, "--wanted", patch).status == 2

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
    def test_what_was_told_before_finds_it_again(self, end, patch):
        """Ctrl-C or a kill while the reply is awaited: what was printed before finds the update."""
        with Server("hang_after_commit") as server:
            process = subprocess.Popen(
                command("apply", NAME, patch, "--yes", "--base-url", server.url),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(SCALE_API_KEY=KEY),
                preexec_fn=heed_interrupts,
            )
            with process:
                announced = process.stderr.readline().decode()
                while not server.commits:
                    time.sleep(0.01)
                process.send_signal(end)
                _, err = process.communicate(timeout=20)
            if end is signal.SIGINT:
                assert (process.returncode, err.decode()) == (
                    4,
                    "interrupted after sending: the outcome is unknown\n",
                )
            digest = announced.split("--digest ")[1].strip()
            ran = asked(server, "reconcile", NAME, "--base", "2", "--digest", digest)
            assert (ran.status, ran.out) == (0, 'done: version 2 of "boxes"\n')


def test_reconcile_tells_what_is_not_seen():
    """An update that is nowhere is unknown, for it may still be on its way."""
    with Server() as server:
        ran = asked(server, "reconcile", NAME, "--base", "2", "--digest", "0" * 32)
        assert ran.status == 4
        assert "no version that holds it, yet" in ran.out
        assert asked(server, "reconcile", NAME, "--base", "-1", "--digest", "x").status == 2


def test_status_tells_the_drift(tmp_path):
    """Each project of a directory has one line: in sync, ahead, behind, both moved, or not there."""
    with Server() as server:
        assert asked(server, "fetch", "--all", str(tmp_path)).status == 0
        ran = asked(server, "status", str(tmp_path))
        assert (ran.status, ran.out) == (0, '"boxes": in sync, 2 versions\n')
        server.rival(Patch({"c": 1}))
        (tmp_path / "other.json").write_text('{"name": "other", "type": "x", "param_history": []}')
        ran = asked(server, "status", str(tmp_path))
        assert (ran.status, ran.out) == (1, '"boxes": remote ahead by 1 version\n"other": not there\n')
        document = asked(server, "status", str(tmp_path), "--format", "json").document
        assert [one["state"] for one in document] == ["remote ahead", "not there"]


@pytest.mark.parametrize("status", [401, 403, 400])
def test_status_reports_what_went_wrong(status, tmp_path):
    """Only 404 means that a project is not there; any other failure ends the command with its reason."""
    file = tmp_path / "boxes.json"
    file.write_text('{"name": "boxes", "type": "x", "param_history": []}')

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(b'{"error": "no way"}')

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        ran = run("status", str(file), "--base-url", url, SCALE_API_KEY=KEY)
        server.shutdown()
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.startswith(f"error: found status {status}, and it says: no way")


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "1e9", "86400"])
def test_a_deadline_is_a_number_of_seconds(seconds):
    """What is no deadline is a usage error."""
    with Server() as server:
        assert asked(server, "fetch", NAME, "--deadline", seconds).status == 2
