"""The pages of the stand-in, and the reasons that its log gives for the replies."""

import io
import json
import subprocess
import sys
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import given, strategies as st

from paramcore import Project, read_project
from paramcore.errors import OutcomeUnknown
from paramcore.report.html import get_content_security_policy
from paramcore.service import StandIn, run_server
from paramcore.service.standin import project_view
from paramcore.service.standin.pages import MAX_PAGE_SIZE
from paramcore.service.standin.request_log import MAX_BODY_EXCERPT
from paramcore.service.standin.state import Change
from paramcore.text import format_name
from tests.browser.pages import HOSTILE, make_project
from tests.cli.running import run
from tests.report.parsed_page import ParsedPage, find_problems

HOST = {"host": "127.0.0.1:8080"}
TEXTS = st.sampled_from(HOSTILE) | st.text(st.characters(codec="utf-8"), max_size=8)
#: Names of printable characters only, because pages show other characters as escapes. Empty names, `.` and `..` are
#: invalid.
PROJECT_NAMES = TEXTS.map(lambda text: "".join(c for c in text[:60] if c.isprintable())).filter(
    lambda name: name.strip(".")
)


def send(stand_in, method, path, body=None, key="any", **headers):
    """Send an API call to a stand-in, and return the response."""
    content = b"" if body is None else json.dumps(body).encode()
    given = {"authorization": f"Bearer {key}", "content-type": "application/json", **headers}
    return stand_in.handle(method, f"/v1/{path}", given, content)


def look(stand_in, path="/", status=200):
    """Return the source of a page."""
    response = stand_in.handle("GET", path, HOST, b"")
    assert response.status == status
    return response.body.decode()


def look_at(stand_in, name, prefix=""):
    return look(stand_in, f"{prefix}/projects/{quote(name, safe='')}")


def make_docks():
    return StandIn([Project("docks", type="imageannotation", params={"instruction": "Box it.", "padding": 3})])


@pytest.fixture(params=["html", "text"])
def page_format(request, monkeypatch):
    """Run a test with `jinja2`, so that pages are HTML, and without `jinja2`, so that pages are text."""
    if request.param == "text":
        monkeypatch.setitem(sys.modules, "paramcore.report.html", None)
    return request.param


def read(page_format, page):
    """Return the visible text of a page on one line."""
    return ParsedPage(page).text if page_format == "html" else " ".join(page.split())


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00.500Z"),
        ("2026-01-31T09:00:00+05:00", "2026-01-31T08:00:00Z"),
        ("20260131T080000Z", "2026-02-01T08:00:00Z"),
        ("zuletzt", "2026-01-31T08:00:00Z"),
        (None, "0001-01-01T00:00:00Z"),
    ],
)
def test_the_last_changed_project_is_first(page_format, earlier, later):
    """The project with the latest change is first, however its time is written. Projects without a time come last."""
    for times in ((earlier, later), (later, earlier)):
        names = dict(zip(times, ("north", "south"), strict=True))
        projects = [Project(name, type="chat", params={}, created_at=time) for time, name in names.items()]
        page = read(page_format, look(StandIn(projects)))
        assert page.index(names[later]) < page.index(names[earlier])


class TestFacts:
    """Facts that pages show both as HTML and as text."""

    def test_projects_have_type_versions_and_last_change(self, page_format):
        """The home page shows the type, versions, last change and tasks of each project. The last changed is first."""
        first = Project("docks", type="imageannotation", params={"padding": 3}, created_at="2026-01-31T09:00:00.000Z")
        newer = Project("boxes", type="comparison", params={"a": 1}, created_at="2026-02-01T09:00:00.000Z")
        stand_in = StandIn([first, newer, Project("empty", type="comparison")])
        send(stand_in, "POST", "task/imageannotation", {"project": "docks"})
        text = read(page_format, look(stand_in))
        assert text.index("boxes") < text.index("docks") < text.index("empty")
        rows = {
            "html": (
                "docks imageannotation 1 31 January 2026, 09:00:00 UTC 1",
                "empty comparison 0 at an unknown time 0",
            ),
            "text": (
                "docks (imageannotation): 1 version, 1 task, last change 31 January 2026, 09:00:00 UTC",
                "empty (comparison): 0 versions, 0 tasks, last change at an unknown time",
            ),
        }
        assert all(row in text for row in rows[page_format])

    def test_test_keys_have_their_own_section(self, page_format):
        """Projects of test keys are listed below those of live keys, and have their own pages."""
        stand_in = make_docks()
        send(stand_in, "POST", "projects", {"name": "trial", "type": "comparison"}, key="test_a")
        text = read(page_format, look(stand_in))
        live, test = text.rindex("Projects of live keys"), text.rindex("Projects of test keys")
        assert live < test < text.index("trial")
        assert "for test keys" in read(page_format, look_at(stand_in, "trial", "/test"))
        assert "No such project: trial" in read(page_format, look(stand_in, "/projects/trial", 404))

    def test_each_request_has_its_reason_newest_first(self, page_format):
        """The newest request is first. Each request has the reason for its reply, such as an invalid version."""
        stand_in = make_docks()
        send(stand_in, "POST", "projects/docks/setParams", {"instruction": "Box."})
        send(stand_in, "POST", "task/imageannotation", {"project": "docks", "project_version": 7})
        stand_in.handle("GET", "/v1/projects", {}, b"")
        text = read(page_format, look(stand_in))
        reasons = [
            "401 refused: the request has no API key; send any key",
            "400 refused: at /project_version: version 7 does not exist: the project has versions 0 to 1",
            "200 version 1 by replace: dropped padding, because `patch` was not sent; 1 changed, 0 added",
        ]
        places = [text.index(reason) for reason in reasons]
        assert places == sorted(places)
        assert "POST /v1/projects/docks/setParams (live key)" in text
        assert "GET /v1/projects (no key)" in text

    def test_bodies_of_requests_and_replies_are_on_the_page(self, page_format):
        """The page shows the beginning of each long body, and how many bytes it shows."""
        stand_in = make_docks()
        send(stand_in, "POST", "projects/docks/setParams", {"patch": True, "note": "x" * 5_000})
        text = read(page_format, look(stand_in))
        assert '{"patch": true, "note": "xxx' in text
        assert "request (first 4,096 bytes)" in text.lower()
        assert "reply (first 4,096 bytes)" in text
        assert "x" * MAX_BODY_EXCERPT not in text

    def test_a_project_has_its_versions_and_its_tasks_with_reasons(self, page_format):
        """A project's page shows the changes of each version, and why a task has its params. The last task is first."""
        stand_in = make_docks()
        send(stand_in, "POST", "task/imageannotation", {"project": "docks", "padding": 12, "unique_id": "night-1"})
        send(stand_in, "POST", "projects/docks/setParams", {"instruction": "Box."})
        send(stand_in, "POST", "task/imageannotation", {"project": "docks", "project_version": -1})
        text = read(page_format, look_at(stand_in, "docks"))
        for fact in (
            "2 versions, 2 tasks",
            "by replace, because it drops params",
            "DROPPED padding",
            "CHANGED instruction",
            "inherits version 0 (the latest), when the project had 1 version",
            "inherits nothing (project_version -1)",
            'unique_id: "night-1"',
            "The task sets it, and a task's params override the project's params.",
            "The task has no instruction text, so it gets the project's instruction.",
            "WON task",
            "LOST project version 0",
            "curl -su any: 'http://127.0.0.1:8080/v1/projects/docks'",
        ):
            assert fact in text, fact
        assert text.index("000000000002") < text.index("000000000001")

    @pytest.mark.parametrize(
        "change",
        [{"padding": 4}, {"instruction": "Box all."}, {"callback_url": "https://example.com/b"}, {"priority": 20}],
    )
    def test_a_task_with_another_history_is_not_explained(self, page_format, change):
        """If the history was edited after a task was created, the page of the project says so."""
        params = {"padding": 3, "callback_url": "https://example.com/a", "priority": 10}
        stand_in = StandIn([Project("docks", type="imageannotation", params=params)])
        send(stand_in, "POST", "task/imageannotation", {"project": "docks"})
        edited = StandIn([Project("docks", type="imageannotation", params={**params, **change})])
        for key, task in stand_in.states["live"].tasks.items():
            edited.states["live"].tasks[key] = task
        assert "the file of the project was edited" in read(page_format, look_at(edited, "docks"))

    def test_tasks_without_a_project_are_counted(self, page_format):
        """A task without a project is on no page, so the home page has the number of such tasks."""
        stand_in = StandIn()
        send(stand_in, "POST", "task/imageannotation", {"attachment": "a"})
        text = read(page_format, look(stand_in))
        assert "1 task without a project" in text
        assert "no projects yet" in text.lower()


def test_the_log_command_of_a_page_works():
    """If a page leaves out versions, it shows a working command that sends the project to `paramcore log -`."""
    stand_in = make_docks()
    history = send(stand_in, "GET", "projects/docks").body
    assert "padding" in run("log", "-", "padding", stdin=history).out
    long = StandIn([read_project(make_project(60, 8, hostile=False, name="it's"))])
    assert (
        "curl -su any: 'http://127.0.0.1:8080/v1/projects/it%27s' | paramcore log -"
        in ParsedPage(look_at(long, "it's")).text
    )


def test_text_shows_objects_on_several_lines(monkeypatch):
    """On a text page, a long object is indented below its name, and a string stays on one line."""
    monkeypatch.setitem(sys.modules, "paramcore.report.html", None)
    box = {"box": {"min_width": 10, "objects": ["a" * 60]}}
    params = {"instruction": "Box it.\n" * 20, "geometries": box}
    page = look_at(StandIn([Project("docks", type="imageannotation", params=params)]), "docks")
    indented = json.dumps(box, indent=2).replace("\n", "\n      ")
    assert f"(version 0): {indented}\n" in page
    assert f"(version 0): {json.dumps(params['instruction'])}\n" in page


def test_errors_are_marked():
    """An error status, or a missing reply, is marked; a success is not."""
    stand_in = make_docks()
    send(stand_in, "GET", "projects")
    send(stand_in, "GET", "projects/none")
    with pytest.raises(OutcomeUnknown):
        send(stand_in, "GET", "projects", None, "any", **{"x-paramcore-fault": "drop"})
    page = look(stand_in)
    marked = [text for text in ("200", "404", "no reply") if f'<strong class="word error">{text}</strong>' in page]
    assert marked == ["404", "no reply"]


class TestEscaping:
    """No text of a request or of a project becomes markup."""

    @given(name=PROJECT_NAMES, param=TEXTS, value=TEXTS, target=TEXTS)
    def test_hostile_texts_are_escaped(self, name, param, value, target):
        """Names, values, targets and bodies are shown as text, and each link leads to its page."""
        stand_in = StandIn()
        send(stand_in, "POST", "projects", {"name": name, "type": "imageannotation", "params": {"p": value}})
        send(stand_in, "POST", "task/imageannotation", {"project": name, "attachment": value, f"x{param}": value})
        stand_in.handle(target, target, {}, target.encode())
        stand_in.handle("GET", f"/v1/{quote(target)}", {}, target.encode())
        for page in (look(stand_in), look_at(stand_in, name)):
            parsed = ParsedPage(page)
            links = [link for link in parsed.links if link.startswith("/")]
            assert [problem for problem in find_problems(page) if not problem.startswith("link /")] == []
            assert all(stand_in.handle("GET", link, HOST, b"").status == 200 for link in links)
            assert format_name(name) in parsed.texts["name"]
        assert value in parsed.decode_values()

    @pytest.mark.parametrize("name", ["a/b", "a%2Fb", "?", "#", "a b", "é", "..x", "<b>", "projects"])
    def test_any_name_has_a_page(self, name):
        """The path of a project's page contains the encoded name of the project as one segment."""
        stand_in = StandIn([Project(name, type="comparison", params={"a": 1})])
        with run_server(stand_in) as server:
            url = server.url.removesuffix("/v1")
            [link] = [link for link in ParsedPage(httpx2.get(url).text).links if link.startswith("/projects")]
            reply = httpx2.get(url + link)
        assert (link, reply.status_code) == (f"/projects/{quote(name, safe='')}", 200)
        assert name in ParsedPage(reply.text).texts["name"]


class TestSafety:
    """A page changes nothing, loads nothing, and cannot be read by other sites."""

    def test_pages_are_not_in_the_log(self):
        """Opening a page adds nothing to the log and changes nothing."""
        events = []
        stand_in = StandIn([Project("docks", type="comparison")], on_event=events.append)
        revisions = {world: state.revision for world, state in stand_in.states.items()}
        stand_in.fail_next("error")
        for path in ("/", "/projects/docks", "/projects/none", "/?a=b", "http://127.0.0.1:8080"):
            stand_in.handle("GET", path, HOST, b"")
        assert (stand_in.requests, events) == ((), [])
        assert {world: state.revision for world, state in stand_in.states.items()} == revisions
        # The fault is kept for the next call of the API.
        assert send(stand_in, "GET", "projects").status == 500

    @pytest.mark.parametrize("path", ["/", "/projects/docks", "/projects/none"])
    def test_headers(self, path, page_format):
        """The headers contain the content security policy, and forbid frames, caching and guessing of media types."""
        headers = make_docks().handle("GET", path, HOST, b"").headers
        policy = get_content_security_policy() if page_format == "html" else "default-src 'none'"
        assert headers == {
            "content-type": f"text/{'html' if page_format == 'html' else 'plain'}; charset=utf-8",
            "content-security-policy": f"{policy}; frame-ancestors 'none'",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "cross-origin-resource-policy": "same-origin",
        }

    def test_pages_have_no_forms_and_no_scripts(self):
        """A page consists of text and of links inside the stand-in."""
        stand_in = make_docks()
        for page in (look(stand_in), look_at(stand_in, "docks")):
            parsed = ParsedPage(page)
            assert not parsed.tags & {"form", "script", "button", "input", "img", "iframe", "link"}
            assert all(link.startswith(("/", "#")) for link in parsed.links)

    def test_head_has_the_headers_only(self):
        """HEAD returns the same headers as GET, without the body."""
        with run_server(make_docks()) as server:
            url = server.url.removesuffix("v1")
            head, get = httpx2.head(url), httpx2.get(url)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers == get.headers

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    @pytest.mark.parametrize("path", ["/", "/projects/docks", "/test/projects/docks"])
    def test_other_methods_are_no_pages(self, method, path):
        """A page accepts only GET and HEAD."""
        stand_in = make_docks()
        assert stand_in.handle(method, path, HOST, b"").status == 401
        assert stand_in.handle(method, path, {"authorization": "Bearer a"}, b"").status == 404

    @pytest.mark.parametrize(
        "path", ["/projects", "/projects/", "/projects/docks/", "/test", "/test/", "//", "/v1", "/x/"]
    )
    def test_other_paths_are_no_pages(self, path):
        """A request for a path without a page counts as an API call, so it needs a key."""
        assert make_docks().handle("GET", path, HOST, b"").status == 401

    def test_web_pages_of_other_sites_are_refused(self):
        """A page is refused for another Host or Origin, and in a frame on another site. A link from another site works."""
        stand_in = make_docks()
        link = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
        assert stand_in.handle("GET", "/", {"host": "evil.example"}, b"").status == 421
        assert stand_in.handle("GET", "/", {**HOST, "origin": "https://evil.example"}, b"").status == 403
        assert stand_in.handle("GET", "/", {**HOST, **link, "sec-fetch-dest": "iframe"}, b"").status == 403
        assert stand_in.handle("GET", "/", {**HOST, **link}, b"").status == 200

    def test_wsgi_serves_the_pages(self):
        """The WSGI application returns the same page as `handle`."""
        stand_in, started = make_docks(), []
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "HTTP_HOST": HOST["host"], "wsgi.input": io.BytesIO()}
        [body] = stand_in.wsgi(environ, lambda status, headers: started.append((status, dict(headers))))
        assert body.decode() == look(stand_in)
        assert started[0][0] == "200 OK"
        assert started[0][1]["content-length"] == str(len(body))

    def test_jinja2_is_imported_only_for_a_page(self):
        """API calls do not import `jinja2`. Without `jinja2`, a page is plain text."""
        script = (
            "import sys; from paramcore.service import StandIn; stand_in = StandIn()\n"
            "stand_in.handle('GET', '/v1/projects', {}, b''); assert 'jinja2' not in sys.modules\n"
            "sys.modules['jinja2'] = None\n"
            "print(stand_in.handle('GET', '/', {}, b'').headers['content-type'])"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
        assert done.stdout == "text/plain; charset=utf-8\n"

    def test_a_change_that_is_not_saved_is_not_shown(self):
        """If a change cannot be saved, a page that would show the change fails with status 500. The next page works."""

        class FullDisk:
            size = 0

            def append(self, line):
                raise OSError(28, "No space left on device")

        stand_in = StandIn([Project("docks", type="comparison")], journal=FullDisk())
        with stand_in.ledger.lock:
            stand_in.ledger.record("live", [Change.of("settings", "docks", {"rapid": True})])
        assert stand_in.handle("GET", "/", HOST, b"").status == 500
        assert look(stand_in)


class TestBounds:
    """No page is too long, whatever the stand-in contains."""

    def test_a_long_history_and_many_tasks(self, page_format):
        """With 1,000 versions and 10,000 tasks, a page has at most 1 MB, and counts what is left out."""
        stand_in = StandIn([read_project(make_project(1_000, 25, hostile=False, name="plain"))])
        state = stand_in.states["live"]
        send(stand_in, "POST", "task/imageannotation", {"project": "plain", "param_01": 7, "attachment": "a"})
        [task] = state.tasks.values()
        for number in range(2, 10_001):
            state.tasks[f"{number:024x}"] = task
        for path in ("/", "/projects/plain"):
            page = look(stand_in, path)
            assert len(page.encode()) < MAX_PAGE_SIZE
        text = read(page_format, page)
        assert "1,000 versions, 10,000 tasks" in text
        assert "950 older versions" in text
        assert ("of 10,000 tasks, newest first." if page_format == "html" else "older tasks left out") in text

    @pytest.mark.parametrize(
        ("params", "left_out"),
        [
            ({f"p{number}": "a" * 100 for number in range(300)}, ""),
            ({"a": "a" * 199_000}, ""),
            ({"a": "a" * 201_000}, "Values"),
            ({f"p{number}": '"' * 180 for number in range(1_000)}, "Values"),
            ({"x" * 900 + str(number): 1 for number in range(1_000)}, "Versions and tasks"),
            ({f"p{number}": 1 for number in range(1_001)}, "Versions and tasks"),
        ],
    )
    def test_long_values_and_many_params(self, params, left_out, page_format):
        """A page that would be too long shows less detail, and says what is left out."""
        project = Project("docks", type="imageannotation", params=params)
        stand_in = StandIn([project])
        send(stand_in, "POST", "task/imageannotation", {"project": "docks"})
        page = look_at(stand_in, "docks")
        assert len(page.encode()) <= MAX_PAGE_SIZE
        said = f"Left out {left_out}, because" if page_format == "html" else f"{left_out} are left out, because"
        assert (said in read(page_format, page)) == bool(left_out)
        assert ("because the page would be too long" in page) == bool(left_out)

    def test_without_values_no_value_of_a_task_is_shown(self, page_format):
        """A page without values has only the names of params and the reasons."""
        stand_in = StandIn([Project("docks", type="imageannotation", params={"long": "a" * 201_000})])
        send(stand_in, "POST", "task/imageannotation", {"project": "docks", "unique_id": "night-1", "padding": 4321})
        text = read(page_format, look_at(stand_in, "docks"))
        assert "padding" in text and "WON task" in text
        assert "night-1" not in text and "4321" not in text

    def test_very_many_params_in_all_versions(self, monkeypatch, page_format):
        """If all versions together have more params than the limit, a page leaves out the versions and tasks."""
        monkeypatch.setattr(project_view, "MAX_PARAMS", 2)
        for count, is_left_out in ((1, False), (2, True)):
            project = Project("docks", type="comparison", params={"a": 1}).replace_params(
                dict.fromkeys("ab"[:count], 2)
            )
            text = read(page_format, look_at(StandIn([project]), "docks"))
            assert ("When each value applied" not in text) == is_left_out

    def test_the_last_tasks_are_explained(self, page_format):
        """A page explains the last 50 tasks of its project, or fewer if they are long."""
        small = StandIn([Project("docks", type="imageannotation"), Project("other", type="imageannotation")])
        large = StandIn([Project("docks", type="imageannotation", params={f"p{n}": "a" * 80 for n in range(150)})])
        for stand_in, count, explained in ((small, 50, 50), (small, 10, 50), (large, 20, 2)):
            for _ in range(count):
                send(stand_in, "POST", "task/imageannotation", {"project": "docks", "padding": 1})
            page = look_at(stand_in, "docks")
            total, text = len(stand_in.live.tasks), read(page_format, page)
            assert text.count("WON task") == text.count(", pending") == min(total, explained)
            left_out = (
                f"The last {explained} of {total} tasks"
                if page_format == "html"
                else f"{total - explained} older tasks"
            )
            assert (left_out in text) == (total > explained)
        send(small, "POST", "task/imageannotation", {"project": "other"})
        assert "0 versions, 1 task" in read(page_format, look_at(small, "other"))
        assert read(page_format, look_at(small, "other")).count(", pending") == 1

    def test_older_values_are_counted(self, page_format):
        """A page lists the last 20 values of a param, and the command that lists all of them."""
        project = Project("docks", type="comparison", params={"a b": 0})
        for number in range(1, 23):
            project = project.replace_params({"a b": number})
        text = read(page_format, look_at(StandIn([project]), "docks"))
        left_out = (
            "3 older values are left out. To list them all:" if page_format == "html" else "3 older values left out:"
        )
        assert f"{left_out} curl -su any: 'http://127.0.0.1:8080/v1/projects/docks' | paramcore log - 'a b'" in text

    @pytest.mark.parametrize("char", ['"', "&", "\0", "\U0001f6a2", "é", "\n", "\xff"])
    def test_long_requests(self, char, page_format):
        """200 requests with long targets, names and bodies fit into 1 MB, and each has a reason of limited length."""
        stand_in = StandIn()
        for number in range(250):
            body = {"name": char * 3_000, "type": f"{number}{char * 3_000}"}
            send(stand_in, "POST", f"projects/{quote(char * 900)}", body)
            send(stand_in, "POST", "projects", body)
        page = look(stand_in)
        assert len(page.encode()) <= MAX_PAGE_SIZE
        assert read(page_format, page).count("refused: ") == 200
        assert "the bodies are left out." in read(page_format, page).lower()
        # `truncate` keeps text that is up to a quarter longer than the limit.
        assert all(len(request.reason) < 1.3 * MAX_BODY_EXCERPT for request in stand_in.requests)

    def test_bodies_of_line_feeds(self, page_format):
        """The limit on the size of a page counts the line feeds of the bodies, too."""
        stand_in = StandIn()
        for _ in range(250):
            stand_in.handle("POST", "/v1/projects", {"authorization": "Bearer any"}, b"\n" * 5_000)
        page = look(stand_in)
        assert len(page.encode()) <= MAX_PAGE_SIZE
        assert "the bodies are left out." in read(page_format, page).lower()

    def test_many_projects(self, page_format):
        """The home page lists 200 projects for each kind of key, and counts the others. A long name has no link."""
        names = [f"p{number}" for number in range(202)]
        stand_in = StandIn(
            [Project(name, type="comparison") for name in names]
            + [Project("n" * 5_000, type="comparison", params={"a": 1}, created_at="2026-01-01T00:00:00Z")]
        )
        page = look(stand_in)
        text = read(page_format, page)
        assert text.count("3 more projects") == 2
        assert "n" * 400 not in page


class TestReasons:
    """The log says why each request got its reply."""

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ({"a": 2}, "by replace: dropped box, because `patch` was not sent; 1 changed, 0 added"),
            ({"a": 1, "patch": False}, "by replace: dropped box, because `patch` is false; 0 changed, 0 added"),
            ({"patch": True, "b": 1}, "by patch: dropped nothing; 0 changed, 1 added"),
            (
                {"patch": True, "box": {"min": 1}},
                "by patch: dropped nothing; lost 1 value inside box, because an update replaces the whole value of a param; "
                "1 changed, 0 added",
            ),
            (
                {"box": {}},
                "by replace: dropped a, because `patch` was not sent; lost 2 values inside box, because an update replaces "
                "the whole value of a param; 1 changed, 0 added",
            ),
        ],
    )
    def test_the_reason_for_a_dropped_param_or_lost_value(self, body, reason):
        """The reason says which params were dropped and why, and which params lost values inside them."""
        stand_in = StandIn([Project("docks", type="comparison", params={"a": 1, "box": {"min": 1, "max": 2}})])
        send(stand_in, "POST", "projects/docks/setParams", body)
        assert stand_in.requests[-1].reason == f"version 1 {reason}"

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ({}, "inherits version 0 (the latest)"),
            ({"padding": 3}, "inherits version 0 (the latest); overrides padding"),
            ({"other": 3, "instruction": "Night."}, "inherits version 0 (the latest)"),
            ({"padding": 3, "project_version": -1}, "inherits nothing (project_version -1)"),
        ],
    )
    def test_the_reason_lists_overridden_params(self, body, reason):
        """The reason lists the params of the project that the task overrides."""
        stand_in = make_docks()
        send(stand_in, "POST", "task/imageannotation", {"project": "docks", **body})
        assert stand_in.requests[-1].reason == f'created: task for "docks": {reason}'

    def test_the_reason_of_a_rejection_begins_with_refused(self):
        """In the log, the reason for a rejection begins with "refused". The reply does not contain this word."""
        stand_in = make_docks()
        send(stand_in, "GET", "projects/none")
        send(stand_in, "GET", "teams")
        with run_server(stand_in) as server:
            httpx2.request("BREW", server.url)
        assert [request.reason.partition(":")[0] for request in stand_in.requests] == ["refused"] * 3
        assert not any(b"refused" in request.reply_body for request in stand_in.requests)
