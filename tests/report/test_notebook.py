"""Results in notebooks: small and inert HTML with plain semantic tags."""

import subprocess
import sys

import nh3
import pytest
from hypothesis import given
from rendering import PARAMS, PROJECT_NAMES, TEXTS, parse_html, render

from paramcore import Audit, Diff, History, Impact, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis import Drift
from paramcore.report.markdown import NAME_LIMIT
from paramcore.report.notebook import build_document
from paramcore.text import format_name, format_value

TAGS = {
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
    *("code", "details", "summary", "p", "strong"),
}


def make_results(project, update, task):
    plan = Plan.of(project, update)
    finished = {"project": project.name, "project_param_version": 0, "params": {}}
    effective = project.resolve(task)
    return [
        *(project, plan, plan.diff, History.of(project.update(update)), Impact.of(plan, [task, {}])),
        *(Audit.of(project, [finished] * 3), Drift.between(project, project.update(update)), effective),
        effective.explain("padding"),
    ]


def check_html(html):
    """Check that HTML has only plain tags and at most 16 kB, and that a sanitizer would not change the HTML."""
    page = parse_html(html)
    assert page.tags <= TAGS
    assert page.attributes <= {"scope"}
    assert page.comments == []
    cleaned = nh3.clean(html, tags=TAGS, attributes={"th": {"scope"}})
    assert parse_html(cleaned) == page
    assert len(html.encode()) <= 16_000
    return page


@given(PROJECT_NAMES, PARAMS, PARAMS, TEXTS)
def test_a_sanitizer_removes_nothing(name, before, after, text):
    """A sanitizer keeps all HTML of a result, whatever its names and values. A second call returns the same HTML."""
    project = Project(name, type="comparison", params=before, created_at=text)
    for result in make_results(project, Replace(after), {"unique_id": "u", "x": text}):
        html = result._repr_html_()
        check_html(html)
        assert html == result._repr_html_()


@given(PROJECT_NAMES, PARAMS)
def test_values_are_exact(name, params):
    """The table of a project has each param of the latest version, and shows values of up to 60 characters exactly."""
    page = check_html(Project(name, type="comparison", params=params)._repr_html_())
    rows = page.tables[0][1:] if params else []
    for (param, value), row in zip(params.items(), rows, strict=True):
        assert row[0] == [format_name(param, limit=NAME_LIMIT) or '""']
        assert row[1] == [format_value(value)] or len(format_value(value)) > 60


def test_a_plan_has_its_verdict_as_caption():
    """The table of a plan has the verdict as its caption, and lists drops first. Each header has a scope."""
    project = Project("docks & co", type="comparison", params={"a": 1, "b": 2})
    html = Plan.of(project, Replace({"b": 3}))._repr_html_()
    assert html == (
        "<table>\n"
        "<caption><strong>1 param would be dropped: <code>docks &amp; co</code>,"
        " version 0 -&gt; 1 (replace)</strong></caption>\n"
        '<thead><tr><th scope="col">what</th><th scope="col">param</th>'
        '<th scope="col">before</th><th scope="col">after</th></tr></thead>\n'
        "<tbody>\n"
        '<tr><td>dropped</td><th scope="row"><code>a</code></th><td><code>1</code></td><td></td></tr>\n'
        '<tr><td>changed</td><th scope="row"><code>b</code></th><td><code>2</code></td><td><code>3</code></td></tr>\n'
        "</tbody>\n"
        "</table>\n"
        "<p>To keep the dropped params, send this patch instead: <code>{\n"
        "  &quot;patch&quot;: true,\n  &quot;b&quot;: 3\n}</code></p>\n"
    )


def test_a_result_without_rows_has_only_a_verdict():
    """Without changes, the verdict is a paragraph, not a caption. Kept params follow in a folded table."""
    assert Diff.between({}, {})._repr_html_() == "<p><strong>nothing differs</strong></p>\n"
    html = Diff.between({"a": 1}, {"a": 1})._repr_html_()
    assert html.startswith("<p><strong>nothing differs</strong></p>\n<details><summary>1 kept param</summary>\n<table>")


LONG = {f"param_{number}": f"text {number} " * 9 for number in range(25)}


@pytest.mark.parametrize("number", range(9))
def test_large_results_are_cut(number):
    """A table has at most 30 rows. The HTML and the Markdown of a result have at most 16 kB each."""
    project = Project("docks", type="comparison", params=LONG)
    for version in range(40):
        project = project.patch_params({f"new_{version}": "x" * 200, "param_3": f"{version} {'y' * 200}"})
    result = make_results(project, Replace({"param_3": "changed"}), {"padding": 3})[number]
    page = check_html(result._repr_html_())
    assert all(len(table) <= 31 for table in page.tables)
    markdown = result._repr_markdown_()
    assert len(markdown.encode()) <= 16_000
    assert all(len(table) <= 31 for table in render(markdown).tables)


def test_a_verdict_without_rows_that_fit():
    """If no row of a table fits, the verdict is a paragraph, and the left-out rows are counted."""
    project = Project("docks", type="comparison", params={f"{'n' * 100}{number}": 0 for number in range(300)})
    ours, theirs = (project.patch_params(dict.fromkeys(project.params, value)) for value in (1, 2))
    drift = Drift.between(ours, theirs)
    html = drift._repr_html_()
    assert html.startswith("<p><strong>both moved, 300 conflicts: <code>docks</code>")
    assert (check_html(html).tables, "<p>1 more; run " in html) == ([], True)


def test_rows_beyond_thirty_are_counted():
    """A table has the first 30 rows. A line below the table counts the other rows."""
    plan = Plan.of(Project("docks", type="comparison", params={f"p{n}": n for n in range(40)}), Replace({}))
    assert len(check_html(plan._repr_html_()).tables[0]) == 31
    assert "<p>10 more, 10 of them dropped or lost; run <code>print(...)</code> to see all</p>" in plan._repr_html_()
    assert "\n10 more, 10 of them dropped or lost; run `print(...)` to see all\n" in plan._repr_markdown_()


def test_small_results_are_small():
    """The HTML of a small result is smaller than 4 kB."""
    project = Project("docks", type="comparison", params={"padding": 3, "with_labels": True, "instruction": "Box it."})
    for result in make_results(project, Replace({"padding": 4}), {"padding": 5}):
        assert len(result._repr_html_()) < 4_000


def test_the_html_of_a_large_impact_contains_only_counts():
    """The HTML of an impact on 100,000 requests counts the requests, and is smaller than 4 kB."""
    plan = Plan.of(Project("docks", type="comparison", params={"a": 1}), Patch({"a": 2}))
    html = Impact.of(plan, [TaskRequest({})] * 100_000)._repr_html_()
    assert len(html) < 4_000
    assert "100,000 of 100,000 requests would get different params" in html


def test_the_report_is_imported_on_use():
    """`import paramcore` does not import `paramcore.report`. The first result that a notebook shows imports it."""
    script = (
        "import sys; from paramcore import Project; project = Project('docks', type='comparison', params={'a': 1});"
        "assert not any(name.startswith('paramcore.report') for name in sys.modules);"
        "print(project._repr_html_()[:7], project._repr_markdown_()[:4])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "<table> <!--\n"


def test_other_objects_have_no_document():
    """`build_document` raises `TypeError` for an object that is not a result."""
    with pytest.raises(TypeError, match="`int` has no document"):
        build_document(1)
