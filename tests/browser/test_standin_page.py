"""The pages of the stand-in in a real Chromium, served over HTTP with their headers."""

import json

import pytest

from paramcore import read_project
from paramcore.service import StandIn, run_server
from tests.browser.chromium import NEEDS_BROWSER, check_pages
from tests.browser.pages import HOSTILE, make_project

pytestmark = NEEDS_BROWSER

NAMES = ("home", "project", "long", "test project", "empty", "missing", "new")


def send(stand_in, method, path, body, key="any"):
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    stand_in.handle(method, f"/v1/{path}", headers, json.dumps(body).encode())


def make_stand_in():
    """Return a stand-in with hostile names, values and requests."""
    projects = [
        make_project(40, 25, name=HOSTILE[1]),
        make_project(1_000, 25, hostile=False, name="plain"),
        {"name": "empty", "type": "comparison", "param_history": []},
    ]
    stand_in = StandIn([read_project(project) for project in projects])
    for key in ("any", "test_any"):
        for number, text in enumerate(HOSTILE):
            task = {"project": HOSTILE[1], "attachment": text, "param_01": text, "unique_id": f"{number} {text}"}
            send(stand_in, "POST", "task/imageannotation", task, key)
        send(stand_in, "POST", "task/imageannotation", {"project": "plain", "project_version": 7_000}, key)
        send(stand_in, "POST", "projects/plain/setParams", {"instruction": HOSTILE[0], HOSTILE[1]: HOSTILE}, key)
        send(stand_in, "POST", "task/imageannotation", {"project": "plain", "instruction": HOSTILE[2]}, key)
    for text in ("/v1/%3Cscript%3E" + "w" * 3_000, "/v1/projects/%E2%80%AE", "/<img>"):
        stand_in.handle("GET", text, {}, b"\xff\x00<b>")
    stand_in.handle("BREW", "/", {"host": "evil.example"}, b"")
    return stand_in


@pytest.fixture(scope="module")
def found():
    """Open each page in Chromium, and return the problems of the pages by name."""
    with run_server(make_stand_in()) as server, run_server(StandIn()) as new:
        url = server.url.removesuffix("v1")
        hostile = "%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D%27script%20ran%27%22%3E"
        paths = ("", f"projects/{hostile}", "projects/plain", f"test/projects/{hostile}", "projects/empty")
        pages = [*(f"{url}{path}" for path in (*paths, "projects/%3Cb%3Enone")), new.url.removesuffix("v1")]
        return check_pages(dict(zip(NAMES, pages, strict=True)))


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(found, name):
    """With all folded parts opened, the page violates no accessibility rule, in light and in dark mode.

    Before the parts are opened, the page is checked only in light mode.
    """
    assert found[name]["axe"] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_loads(found, name):
    """The page loads no other file, runs no script, and logs no violation of its content security policy."""
    # The page of an unknown project has status 404.  The browser logs this status.
    status = "console: Failed to load resource: the server responded with a status of 404 (Not Found)"
    assert [event for event in found[name]["activity"] if name != "missing" or event != status] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut(found, name):
    """In a window 1280 or 320 pixels wide, no text is cut off, no elements overlap, and nothing scrolls sideways."""
    assert found[name]["layout"] == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_works_without_scripts(found, name):
    """Without JavaScript, or without the style sheet, a reader can open each part and read each row."""
    assert found[name]["withoutScripts"] == []
    assert found[name]["underJenkins"] == []


@pytest.mark.parametrize("name", NAMES)
def test_paper_shows_everything(found, name):
    """On A4 paper, in both orientations, no column is cut off and every part is open."""
    assert found[name]["print"] == []
