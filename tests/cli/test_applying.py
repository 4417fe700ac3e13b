"""`fetch`, `apply`, `reconcile` and `status` with a server on this machine."""

import json
import os
import pty
import resource
import shlex
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from paramcore import Patch
from paramcore.service.requests import create_project
from tests.cli.running import command, environment, restore_signals, run
from tests.service.faults import KEY, NAME, Server
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def run_with(server, *arguments, stdin="", **changes):
    ran = run(*arguments, "--base-url", server.url, stdin=stdin, **{"SCALE_API_KEY": KEY, **changes})
    assert KEY not in ran.out + ran.err
    return ran


def start_prompting(server, patch, terminal):
    """Start `apply` with a terminal as standard input, so that `apply` prompts."""
    return subprocess.Popen(
        command("apply", NAME, patch, "--base-url", server.url),
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(SCALE_API_KEY=KEY),
    )


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
        """`fetch` prints a project, or writes a file that other commands can read."""
        with Server() as server:
            ran = run_with(server, "fetch", NAME)
            assert (ran.status, ran.document["name"], len(ran.document["param_history"])) == (0, NAME, 2)
            file = tmp_path / "boxes.json"
            assert run_with(server, "fetch", NAME, "--output", str(file)).status == 0
            assert run("log", str(file)).status == 0

    def test_all_projects(self, tmp_path):
        """`fetch --all` writes a separate file for each project, even for a name such as `a/b`."""
        with Server() as server:
            long = "\u00e9" * 60
            others = ("a/b", "..x", "caf\u00e9 1", f"{long}1", f"{long}2")
            for name in others:
                server.service.send(create_project(name, type="comparison"))
            ran = run_with(server, "fetch", "--all", str(tmp_path / "all"))
            assert ran.status == 0
            names = {json.loads(file.read_text())["name"] for file in (tmp_path / "all").iterdir()}
            assert names == {NAME, *others}
            assert len(ran.out.splitlines()) == 6

    def test_all_again(self, tmp_path):
        """`fetch --all` writes a project to the file that contains it, even if a user renamed the file.

        A new project gets a new file.
        """
        with Server() as server:
            (tmp_path / "update.json").write_text('{"a": 1}')
            skipped = f"skipped {tmp_path}/update.json, because it contains no project\n"
            ran = run_with(server, "fetch", "--all", tmp_path)
            assert (ran.out, ran.err) == (f"{tmp_path}/boxes.json\n", skipped)
            (tmp_path / "boxes.json").rename(tmp_path / "Our boxes.json")
            server.rival(Patch({"c": 1}))
            server.service.send(create_project("Boxes", type="comparison"))
            ran = run_with(server, "fetch", "--all", tmp_path)
            assert (ran.status, ran.out, ran.err) == (0, f"{tmp_path}/Our boxes.json\n{tmp_path}/Boxes.json\n", skipped)
            assert sorted(os.listdir(tmp_path)) == ["Boxes.json", "Our boxes.json", "update.json"]
            assert (
                run_with(server, "status", tmp_path).out
                == '"Boxes": in sync, 0 versions\n"boxes": in sync, 3 versions\n'
            )

    @pytest.mark.parametrize(
        ("name", "text", "message", "reads"),
        [
            ("broken.json", '{"name": "x", "type": "y"}', "broken.json:1:1", 0),
            (
                "second.json",
                '{"name": "boxes", "type": "y", "param_history": []}',
                'two projects have the name "boxes"',
                0,
            ),
            ("third.yaml", "name: cranes\ntype: y\nparam_history: []", "does not rewrite YAML", 1),
        ],
    )
    def test_all_or_nothing(self, tmp_path, name, text, message, reads):
        """If a file in DIR is malformed, repeats a project, or is YAML that would change, `fetch --all` writes nothing."""
        with Server() as server:
            server.service.send(create_project("cranes", type="comparison"))
            (tmp_path / "old.json").write_text('{"name": "boxes", "type": "x", "param_history": []}')
            (tmp_path / name).write_text(text)
            before = {path.name: path.read_text() for path in tmp_path.iterdir()}
            ran = run_with(server, "fetch", "--all", tmp_path)
            assert (ran.status, ran.out, server.reads) == (2, "", reads)
            assert message in ran.err
            assert {path.name: path.read_text() for path in tmp_path.iterdir()} == before

    def test_an_unknown_project(self):
        """If the service does not have the project, `fetch` prints an error of one line, and the exit code is 3."""
        with Server() as server:
            ran = run_with(server, "fetch", "none")
            assert (ran.status, ran.out) == (3, "")
            assert "status 404: Project with that name not found: none" in ran.err
            assert ran.err.count("\n") == 1

    def test_no_key(self):
        """Without a key, no request is sent, and the error names the variable SCALE_API_KEY."""
        with Server() as server:
            ran = run_with(server, "fetch", NAME, SCALE_API_KEY="")
            assert (ran.status, server.reads) == (2, 0)
            assert "SCALE_API_KEY" in ran.err

    def test_a_key_from_standard_input(self):
        """`--key-from-stdin` reads the key from a line of standard input."""
        with Server() as server:
            ran = run_with(server, "fetch", NAME, "--key-from-stdin", stdin=f"{KEY}\n", SCALE_API_KEY="")
            assert ran.status == 0
            assert run_with(server, "fetch", NAME, "--key-from-stdin", stdin="a b\n").status == 2

    @pytest.mark.parametrize("url", ["", " ", " {url}", "{url} "])
    def test_an_empty_base_url_is_not_the_real_service(self, url):
        """A base URL that is empty or contains a space is an error, and no request is sent."""
        with Server() as server:
            ran = run("fetch", NAME, "--base-url", url.format(url=server.url), SCALE_API_KEY=KEY)
            assert (ran.status, ran.out, server.reads) == (2, "", 0)
            assert ran.err.startswith("error: the base URL ")

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            (b"", "the API key is missing, because standard input is closed, or its first line is empty; "),
            (b"\0" * 100_000, "the first line of standard input is longer than 4,096 bytes, so it is not an API key; "),
            (
                b"k" * 4097 + b"\n",
                "the first line of standard input is longer than 4,096 bytes, so it is not an API key; ",
            ),
            (b"\nkey\n", "the API key is missing, because standard input is closed, or its first line is empty; "),
            (b"key\xe9\n", "the API key (not shown) must be printable ASCII"),
            (b"\xef\xbb\xbfkey\n", "the API key (not shown) must be printable ASCII"),
            ("key\n".encode("utf-16"), "the API key (not shown) must be printable ASCII"),
        ],
    )
    def test_a_key_that_is_not_text(self, data, message):
        """If the key on standard input is empty, too long or not printable ASCII, the error has one line."""
        arguments = command("fetch", NAME, "--key-from-stdin", "--base-url", "http://127.0.0.1:1/v1")
        # With this setting, standard input rejects invalid bytes, as in a locale such as en_US.UTF-8.
        env = environment(SCALE_API_KEY=KEY, PYTHONIOENCODING="utf-8:strict")
        done = subprocess.run(arguments, input=data, capture_output=True, env=env, check=False, timeout=60)
        assert (done.returncode, done.stderr.count(b"\n")) == (2, 1)
        assert done.stderr.decode().startswith(f"error: {message}")

    def test_a_key_that_arrives_late(self):
        """If standard input is non-blocking, the command still waits for the key."""
        ours, theirs = os.pipe()
        os.set_blocking(ours, False)
        with Server() as server:
            arguments = command("fetch", NAME, "--key-from-stdin", "--base-url", server.url)
            process = subprocess.Popen(arguments, stdin=ours, stdout=subprocess.DEVNULL, env=environment())
            time.sleep(1.5)
            os.write(theirs, f"{KEY}\n".encode())
            assert process.wait(timeout=20) == 0
        os.close(ours)
        os.close(theirs)

    def test_a_name_or_all(self):
        """`fetch` needs exactly one of NAME and `--all`."""
        with Server() as server:
            assert run_with(server, "fetch").status == 2
            assert run_with(server, "fetch", NAME, "--all", "x").status == 2


class TestApply:
    def test_a_patch(self, patch):
        """`apply` prints the plan, a `reconcile` command that looks up the outcome later, and the outcome."""
        with Server() as server:
            ran = run_with(server, "apply", NAME, patch, "--yes")
            assert (ran.status, server.commits) == (0, 1)
            assert ran.out.splitlines()[0] == 'update of "boxes": version 1 -> 2, by patch'
            assert ran.out.splitlines()[-1] == 'done: version 2 of "boxes"'
            assert ran.err.startswith(
                "sending; to look up the outcome later, run: paramcore reconcile boxes --base 2 --digest "
            )

    def test_the_printed_command_asks_the_same_service(self, patch):
        """If `--base-url` is set, `apply` and `reconcile` print a `reconcile` command with the same `--base-url`."""
        with Server("reset_after_commit") as server:
            ran = run_with(server, "apply", NAME, patch, "--yes")
            lookup = run_with(server, "reconcile", NAME, "--base", "9", "--digest", "0" * 32)
            assert (ran.status, lookup.status) == (4, 4)
            [sending, again] = [line for line in (ran.err + ran.out).splitlines() if "paramcore reconcile" in line]
            for line in (sending, again, lookup.out.splitlines()[-1]):
                words = shlex.split(line[line.index("paramcore reconcile") :])
                assert words[-2:] == ["--base-url", server.url]
            found = run(*shlex.split(again.partition("paramcore ")[2]), SCALE_API_KEY=KEY)
            assert (found.status, found.out) == (0, 'done: version 2 of "boxes"\n')

    def test_the_printed_command_reads_the_key_from_the_same_place(self, patch):
        """With `--key-from-stdin`, `apply` and `reconcile` print a `reconcile` command with `--key-from-stdin`."""
        with Server("reset_after_commit") as server:
            options = {"stdin": f"{KEY}\n", "SCALE_API_KEY": ""}
            ran = run_with(server, "apply", NAME, patch, "--yes", "--key-from-stdin", **options)
            [sending, again] = [line for line in (ran.err + ran.out).splitlines() if "paramcore reconcile" in line]
            for line in (sending, again):
                found = run(*shlex.split(line.partition("paramcore ")[2]), **options)
                assert (found.status, found.out) == (0, 'done: version 2 of "boxes"\n')
            lookup = run_with(
                server, "reconcile", NAME, "--base", "9", "--digest", "0" * 32, "--key-from-stdin", **options
            )
            assert lookup.out.endswith(" --key-from-stdin\n")

    @pytest.mark.parametrize(
        ("fault", "status", "outcome"),
        [(None, 0, 'done: version 2 of "boxes"'), ("reset_after_commit", 4, 'unknown (update of "boxes"): ')],
    )
    @pytest.mark.parametrize("output_format", ["text", "json"])
    @pytest.mark.parametrize("is_pipe", [False, True], ids=["full disk", "closed pipe"])
    def test_an_outcome_that_cannot_be_printed(self, patch, tmp_path, is_pipe, output_format, fault, status, outcome):
        """If `apply` cannot write the outcome to standard output, it writes the outcome to standard error."""
        with Server() as server:
            # In the text format, the disk has room for the plan and for the beginning of the outcome.
            size = run_with(server, "apply", NAME, patch, "--yes").out.index("done: ") + 3
        ours, theirs = os.pipe()
        with Server(fault) as server, open(tmp_path / "out", "wb") as file:
            send = server.service.send

            def close_and_send(request):
                if request.method == "POST":
                    os.close(ours)
                return send(request)

            server.service.send = close_and_send
            done = subprocess.run(
                command("apply", NAME, patch, "--yes", "--format", output_format, "--base-url", server.url),
                stdout=theirs if is_pipe else file,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(SCALE_API_KEY=KEY),
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
            )
            assert (done.returncode, server.commits) == (status, 1)
        os.close(theirs)
        problem = [] if is_pipe else ["error: cannot write to standard output: file too large"]
        _sending, *lines = done.stderr.splitlines()
        assert lines[:-1] == problem if fault is None else lines[: len(problem)] == problem
        assert lines[len(problem)].startswith(outcome)

    def test_drops_need_consent(self, replace):
        """An update that drops params is sent only with `--allow-drop`; `--yes` is not enough."""
        with Server() as server:
            ran = run_with(server, "apply", NAME, replace, "--yes")
            assert (ran.status, server.posts) == (1, 0)
            assert "dropped  a  1" in ran.out
            assert ran.err == "not sent: the update drops params; pass --allow-drop to send it\n"
            assert run_with(server, "apply", NAME, replace, "--yes", "--allow-drop").status == 0

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
    def test_errors_need_their_own_consent(self, update, allowed, sent, tmp_path):
        """An update with errors is sent only with `--allow-errors`; warnings and ignored errors need no consent."""
        file = tmp_path / "update.json"
        file.write_text(update)
        with Server() as server:
            ran = run_with(server, "apply", NAME, str(file), "--yes", *allowed)
            assert (ran.status, server.posts) == (0 if sent else 1, sent)
            if not sent:
                errors = (
                    "not sent: the plan has errors; correct them, or pass --allow-errors to send the update as it is"
                )
                drops = "not sent: the update drops params; pass --allow-drop to send it"
                has_errors, has_drops = "--allow-errors" not in allowed, "patch" not in update + str(allowed)
                expected = [errors] * has_errors + [drops] * (has_drops and "--allow-drop" not in allowed)
                assert ran.err.splitlines() == expected

    def test_findings_are_shown_and_located(self, tmp_path):
        """Findings on the update have a file and a line; findings on the fetched project have neither."""
        file = tmp_path / "update.json"
        file.write_text('{"patch": true, "tags": 7}')
        with Server() as server:
            server.rival(Patch({"priority": "high"}))
            ran = run_with(server, "apply", NAME, str(file), "--yes")
            assert (ran.status, server.posts) == (1, 0)
            assert 'project "boxes": error param_choice at /priority\n' in ran.out
            assert f"{file}:1:25: error param_type at /tags\n" in ran.out
            ran = run_with(server, "apply", NAME, str(file), "--yes", "--format", "json")
            assert ran.document["outcome"] is None
            places = [(each["code"], each["file"], each["line"]) for each in ran.document["plan"]["findings"]]
            assert ("param_choice", None, None) in places
            assert ("param_type", str(file), 1) in places

    def test_no_terminal_for_the_prompt(self, patch):
        """Without `--yes` and without a terminal for the prompt, `apply` sends nothing."""
        with Server() as server:
            ran = run_with(server, "apply", NAME, patch)
            assert (ran.status, ran.err, server.posts) == (
                1,
                "not sent: there is no terminal for a prompt; pass --yes to send the update\n",
                0,
            )

    def test_a_terminal_that_closes_at_the_prompt(self, patch):
        """If the terminal closes at the prompt, nothing is sent, and the only message is `not sent`."""
        ours, theirs = pty.openpty()
        with Server() as server:
            process = start_prompting(server, patch, theirs)
            os.close(theirs)
            start = process.stderr.read(len("send the update? [y/N] "))
            os.close(ours)
            _, rest = process.communicate(timeout=20)
            assert (process.returncode, start + rest) == (1, b"send the update? [y/N] not sent\n")
            assert server.posts == 0

    def test_a_non_blocking_terminal(self, patch):
        """The prompt waits for the answer even if another process has made the terminal non-blocking."""
        ours, theirs = pty.openpty()
        os.set_blocking(theirs, False)
        with Server() as server:
            process = start_prompting(server, patch, theirs)
            process.stderr.read(len("send the update? [y/N] "))
            os.write(ours, b"y\n")
            process.communicate(timeout=20)
            assert (process.returncode, server.posts) == (0, 1)
        assert not os.get_blocking(theirs)
        os.close(ours)
        os.close(theirs)

    @pytest.mark.parametrize(
        ("answer", "sent"),
        [("y", 1), ("Yes ", 1), ("yep", 0), ("yesterday", 0), ("n", 0), ("", 0), ("ye", 0), ("y\udce9", 0)],
    )
    def test_a_prompt_is_answered_by_y_or_yes(self, answer, sent, patch):
        """At a terminal, only `y` and `yes` send the update; case and surrounding spaces do not matter."""
        ours, theirs = pty.openpty()
        with Server() as server:
            os.write(ours, f"{answer}\n".encode(errors="surrogateescape"))
            done = subprocess.run(
                command("apply", NAME, patch, "--base-url", server.url),
                stdin=theirs,
                capture_output=True,
                env=environment(SCALE_API_KEY=KEY, PYTHONIOENCODING="utf-8:strict"),
                check=False,
                timeout=60,
            )
            assert (done.returncode, server.posts) == (0 if sent else 1, sent)
        assert done.stderr.startswith(b"send the update? [y/N] ")
        assert done.stderr.endswith(b"not sent\n") is not bool(sent)
        os.close(ours)
        os.close(theirs)

    def test_nothing_to_do(self, tmp_path):
        """If the project already has the wanted params, nothing is sent."""
        wanted = tmp_path / "wanted.json"
        wanted.write_text('{"a": 1, "b": 2}')
        with Server() as server:
            ran = run_with(server, "apply", NAME, "--wanted", str(wanted), "--yes")
            assert (ran.status, server.posts) == (0, 0)
            assert ran.out == 'nothing to do: "boxes" already has these params\n'

    @pytest.mark.parametrize(
        ("fault", "status", "reconciled"),
        [
            ("400", 3, 4),
            ("500_after_commit", 4, 0),
            ("drop_before_commit", 4, 4),
            ("applied_twice", 4, 4),
            # After the rival's update, the patch gives other params than planned. So no version has the planned digest.
            ("rival_patch_before", 0, 4),
        ],
    )
    def test_the_exit_code_is_the_outcome(self, fault, status, reconciled, patch):
        """The exit code of `apply` is 0 for done, 3 for not done, and 4 for unknown or applied more than once.

        The exit code of `reconcile` is 0 only if exactly one version has the planned digest.
        """
        with Server(fault) as server:
            ran = run_with(server, "apply", NAME, patch, "--yes", "--format", "json")
            assert ran.status == status
            document = ran.document
            assert set(document) == {"plan", "outcome"}
            again = run_with(server, "reconcile", NAME, "--base", "2", "--digest", document["outcome"]["digest"])
            assert again.status == reconciled

    def test_an_update_or_a_wanted_state(self, patch):
        """`apply` needs exactly one of UPDATE and `--wanted`."""
        with Server() as server:
            assert run_with(server, "apply", NAME).status == 2
            assert run_with(server, "apply", NAME, patch, "--wanted", patch).status == 2

    @pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
    def test_the_announced_command_finds_the_update(self, end, patch):
        """After Ctrl-C or a kill during the request, the printed `reconcile` command finds the update."""
        with Server("hang_after_commit") as server:
            process = subprocess.Popen(
                command("apply", NAME, patch, "--yes", "--base-url", server.url),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(SCALE_API_KEY=KEY),
                preexec_fn=restore_signals,
            )
            with process:
                announced = process.stderr.readline().decode()
                wait_until(lambda: server.commits)
                process.send_signal(end)
                _, err = process.communicate(timeout=20)
            if end is signal.SIGINT:
                assert (process.returncode, err.decode()) == (
                    4,
                    "interrupted after sending: the outcome is unknown\n",
                )
            digest = announced.split("--digest ")[1].split()[0]
            ran = run_with(server, "reconcile", NAME, "--base", "2", "--digest", digest)
            assert (ran.status, ran.out) == (0, 'done: version 2 of "boxes"\n')


def test_reconcile_without_a_matching_version():
    """If no version has the update, the outcome is unknown, because the update may still arrive."""
    with Server() as server:
        ran = run_with(server, "reconcile", NAME, "--base", "2", "--digest", "0" * 32)
        assert ran.status == 4
        assert "no version contains the update yet" in ran.out
        assert "compare" not in ran.out
        server.rival(Patch({"c": 1}))
        ran = run_with(server, "reconcile", NAME, "--base", "2", "--digest", "0" * 32)
        assert "has 1 newer version; look up" in ran.out
        assert "or compare the newer versions with the update" in ran.out
        assert run_with(server, "reconcile", NAME, "--base", "-1", "--digest", "0" * 32).status == 2


def test_status_reports_the_drift(tmp_path):
    """For each project in a directory, `status` shows whether the file is in sync with the service."""
    with Server() as server:
        assert run_with(server, "fetch", "--all", str(tmp_path)).status == 0
        ran = run_with(server, "status", str(tmp_path))
        assert (ran.status, ran.out) == (0, '"boxes": in sync, 2 versions\n')
        server.rival(Patch({"c": 1}))
        (tmp_path / "other.json").write_text('{"name": "other", "type": "x", "param_history": []}')
        ran = run_with(server, "status", str(tmp_path))
        assert (ran.status, ran.out) == (1, '"boxes": remote ahead by 1 version\n"other": not there\n')
        document = run_with(server, "status", str(tmp_path), "--format", "json").document
        assert [project["state"] for project in document] == ["remote ahead", "not there"]


@pytest.mark.parametrize("status", [401, 403, 400])
def test_status_reports_what_went_wrong(status, tmp_path):
    """After a reply with HTTP 400, 401 or 403, `status` prints the message of the reply, not that a project is missing."""
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
    assert f"status {status}: no way" in ran.err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "soon", "1e9", "86400"])
def test_a_deadline_is_a_number_of_seconds(seconds):
    """A deadline that is not a number, or is out of range, is a usage error."""
    with Server() as server:
        assert run_with(server, "fetch", NAME, "--deadline", seconds).status == 2


@pytest.mark.parametrize("arguments", [["fetch", "docks"], ["status", "docks.json"]])
def test_without_httpx2(tmp_path, arguments):
    """Without `httpx2`, the error names the command that installs it."""
    (tmp_path / "docks.json").write_text('{"name": "docks", "type": "comparison", "param_history": []}')
    script = (
        "import sys; sys.modules['httpx2'] = None; from paramcore.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(),
        check=False,
    )
    assert done.returncode == 3
    assert done.stderr == (
        "error: the package `httpx2`, which sends the requests, is not installed; run `pip install 'paramcore[http]'`\n"
    )
