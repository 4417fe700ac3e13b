"""The report page in a real Chromium: on a screen, on a phone, on paper, and without scripts."""

import pytest

from tests.browser.chromium import NEEDS_BROWSER, check_pages
from tests.browser.pages import HOSTILE, make_project, make_tasks, make_update, write_json, write_lines
from tests.cli.running import EXAMPLES, run

pytestmark = NEEDS_BROWSER


def write_pages(folder):
    """Write pages that show different parts of a report, and return their paths by name."""
    project = make_project(40, 25)
    hostile = write_json(folder / "hostile.json", project)
    update = write_json(folder / "update.json", make_update(project))
    tasks = write_lines(folder / "tasks.jsonl", make_tasks(project, 200))
    one = write_json(folder / "one.json", {"param_01": HOSTILE[0], "instruction": HOSTILE[5], HOSTILE[1]: HOSTILE})
    several = [make_project(5, 9, seed=seed, name=f"project {seed} {HOSTILE[seed]}") for seed in range(4)]
    many = write_json(folder / "many.json", several)
    plain = write_json(folder / "plain.json", make_project(1_000, 25, hostile=False))
    boxes = EXAMPLES / "warehouse-boxes.json"
    commands = {
        "hostile": [hostile, tasks, "--update", update],
        "one-task": [hostile, one, "--update", update],
        "no-values": [hostile, tasks, "--update", update, "--no-values"],
        "many": [many, "--update", write_json(folder / "u.json", {"param_00": 1, "instruction": HOSTILE[4]})],
        "plain": [plain],
        "example": [boxes, EXAMPLES / "night-shift.jsonl", "--update", EXAMPLES / "reword.json"],
    }
    for name, arguments in commands.items():
        done = run("report", *arguments, "--output", folder / f"{name}.html")
        assert done.status == 0, done.err
    return {name: str(folder / f"{name}.html") for name in commands}


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Open each page in Chromium, and return the problems of the pages by name."""
    return check_pages(write_pages(tmp_path_factory.mktemp("pages")))


NAMES = ("hostile", "one-task", "no-values", "many", "plain", "example")


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(reports, name):
    """With all folded parts opened, the page violates no accessibility rule, in light and in dark mode.

    Before the parts are opened, the page is checked only in light mode.
    """
    assert reports[name]["axe"] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_runs_and_nothing_loads(reports, name):
    """The page sends no request, runs no script, and logs no violation of its content security policy."""
    assert reports[name]["activity"] == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_cut(reports, name):
    """In a window 1280 or 320 pixels wide, no text is cut off, no elements overlap, and nothing scrolls sideways."""
    assert reports[name]["layout"] == []


@pytest.mark.parametrize("name", NAMES)
def test_everything_works_without_scripts(reports, name):
    """Without JavaScript, or under the security policy of Jenkins, a reader can open each part and read each row."""
    assert reports[name]["withoutScripts"] == []
    assert reports[name]["underJenkins"] == []


@pytest.mark.parametrize("name", NAMES)
def test_paper_shows_everything(reports, name):
    """On A4 paper, in both orientations, no column is cut off and every part is open.

    As a PDF, the page has more than 10 kB.
    """
    assert reports[name]["print"] == []
    assert reports[name]["pdf"] > 10_000


def test_the_checks_find_mistakes(tmp_path):
    """The checks report each mistake of a bad page.

    The mistakes are a missing language, a script, a request, cut text, a wide page, overlaps and hidden text.
    """
    page = tmp_path / "bad.html"
    page.write_text(
        "<!doctype html><title>bad</title><script>document.title = 'ran'</script><img src='https://example.com/a.png'>"
        "<p style='width: 2000px'>wide</p><p style='width: 40px; overflow: hidden; white-space: nowrap'>cut cut cut cut</p>"
        "<ul><li>one</li><li style='margin-top: -15px'>over</li></ul>"
        "<style>details > * { display: none }</style><details><summary>folded</summary><p>hidden</p></details>"
    )
    found = check_pages({"bad": str(page)})["bad"]
    assert any("html-has-lang" in problem for problem in found["axe"])
    assert "request: https://example.com/a.png" in found["activity"]
    assert "another title" in " ".join(found["activity"]) or "a script" in found["activity"]
    for problem in ("cut sideways: p", "overlap: li", "the page is"):
        assert any(problem in text for text in found["layout"])
    assert any("hidden P" in problem for problem in found["withoutScripts"])
    assert any("hidden P" in problem for problem in found["print"])
