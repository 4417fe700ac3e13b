"""Markdown reports: values are exact, texts of the user stay inert, and the size is limited."""

import json

import pytest
from attrs import evolve
from hypothesis import example, given
from rendering import PARAMS, PROJECT_NAMES, TEXTS, read_diff, render

from paramcore import Audit, Diff, History, Impact, Patch, Plan, Project, Replace
from paramcore.analysis import Drift
from paramcore.report.cells import cut_outside
from paramcore.report.document import Blocks, Code, Document, Paragraph, Rank, Row, RowCollector, Size, Table, Verbatim
from paramcore.report.findings import build_audit_document, build_validation_document, make_finding_row
from paramcore.report.histories import build_lifetimes_document, build_log_document, build_status_document
from paramcore.report.markdown import NAME_LIMIT, format_code, format_fence, format_marker, render_markdown
from paramcore.report.notebook import build_document
from paramcore.report.tasks import build_preview_document
from paramcore.report.updates import (
    build_diff_document,
    build_impact_document,
    build_plan_document,
    make_effect_row,
)
from paramcore.report.verdicts import UserText
from paramcore.text import format_name, format_value
from paramcore.validation import Finding

#: The HTML tags that a rendered report may contain.
TAGS = {"h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary"}


def make_plan(name, before, after):
    return Plan.of(Project(name, type="comparison", params=before), Replace(after))


def show_name(name):
    """Return a name as a cell shows it: an empty name as two quotes, a long name cut."""
    return format_name(name, limit=NAME_LIMIT) or '""'


def check_inert(page):
    """Check that the page has only the tags in `TAGS`, and texts of the user only inside code."""
    assert page.tags <= TAGS
    assert page.attributes <= {"lang"}
    assert len(page.comments) == 1
    assert not set(page.prose) & set("@#<`[]*~$\\&😀\u202e\u200b\0")


@given(PROJECT_NAMES, PARAMS, PARAMS)
@example("a", {"`|" * 150: 1}, {"`|" * 150: 2})
def test_values_are_exact(name, before, after):
    """A cell shows a short value exactly. A long value is shown whole below the table."""
    plan = make_plan(name, before, after)
    page = render(render_markdown(build_plan_document([plan], "paramcore plan")))
    check_inert(page)
    rows = page.tables[0][1:] if plan.diff else []
    blocks = iter(page.blocks[1:] if plan.keeping.params and plan.dropped else page.blocks)
    assert len(rows) == len(plan.diff.changes)
    for change, (_what, place, *cells) in zip(plan.diff.changes, rows, strict=True):
        assert place[0] == show_name(change.pointer if len(change.parts) > 1 else change.param)
        shown = [cell[0] if cell else None for cell in cells]
        values = [
            None if change.kind == "added" else change.before,
            None if change.after_parts is None else change.after,
        ]
        missing = [change.kind == "added", change.after_parts is None]
        texts = [None if gone else format_value(value) for value, gone in zip(values, missing, strict=True)]
        if shown != texts:
            assert any(text is not None and len(text) > 60 for text in texts)
            block = next(blocks)
            whole = read_diff(block) if not any(missing) else [json.loads(block)]
            assert whole == [value for value, gone in zip(values, missing, strict=True) if not gone]
    assert next(blocks, None) is None


@given(PROJECT_NAMES, PARAMS, PARAMS)
def test_the_patch_can_be_copied(name, before, after):
    """The first block of code is the body of the patch that keeps the dropped params."""
    plan = make_plan(name, before, after)
    if plan.dropped and plan.keeping.params:
        page = render(render_markdown(build_plan_document([plan], "paramcore plan")))
        assert json.loads(page.blocks[0]) == plan.keeping.body


@given(PROJECT_NAMES, PARAMS)
@example("a", {"`|" * 150: []})
def test_kept_params_are_exact(name, params):
    """The table of kept params shows each name, and shows values of up to 60 characters exactly."""
    plan = Plan.of(Project(name, type="comparison", params=params), Patch({"new": 1}))
    kept = [*plan.diff.kept]
    page = render(render_markdown(build_plan_document([plan], "paramcore plan")))
    rows = page.tables[1][1:] if kept else []
    assert [row[0][0] for row in rows] == [show_name(param) for param in kept]
    for param, row in zip(kept, rows, strict=True):
        text = format_value(params[param])
        assert row[1][0] == text or len(text) > 60


@given(PROJECT_NAMES, PARAMS, PARAMS, TEXTS)
def test_texts_of_the_user_are_inert(name, before, after, text):
    """In the Markdown of each kind of result, texts of the user stay inert.

    The Markdown begins with a marker, and is the same each time.
    """
    project = Project(name, type="comparison", params=before, created_at=text).replace_params(after)
    task = {"unique_id": text, **{param: value for param, value in before.items() if param[:1] == "@"}}
    finished = {"project": name, "project_param_version": 0, "task_id": text, "params": {}, "instruction": text}
    plan = Plan.of(project, Replace(before))
    results = [
        *(project, plan, plan.diff, History.of(project), Impact.of(plan, [{}]), Audit.of(project, [finished])),
        *(Drift.between(project, project.patch_params({"x": text}).patch_params({})), project.resolve(task)),
        project.resolve({}).explain(next(iter(after), text)),
    ]
    for result in results:
        markdown = render_markdown(build_document(result))
        check_inert(render(markdown))
        first = markdown.splitlines()[0]
        assert first.startswith("<!-- paramcore ")
        assert first.endswith("-->")
        assert markdown == render_markdown(build_document(result))


@given(TEXTS)
def test_text_in_a_code_span_is_exact(text):
    """A code span in a cell shows a text exactly, with unprintable characters escaped."""
    escaped = format_value(text)
    rendered = render(f"| a |\n|---|\n| {format_code(escaped, in_table=True)} |\n")
    assert rendered.tables[0][1] == [[escaped]]
    assert json.loads(escaped) == text


@given(TEXTS)
def test_a_name_in_a_code_span_is_exact(text):
    """A cell shows a name exactly, even if the name begins or ends with spaces or backticks."""
    name = format_name(text) or '""'
    assert render(f"| a |\n|---|\n| {format_code(name, in_table=True)} |\n").tables[0][1] == [[name]]


@pytest.mark.parametrize("text", [" a ", " ", "  ", "   ", " a", "a ", "`", " ` ", "`a", "a`", "``` `` `"])
def test_a_code_span_keeps_spaces_and_backticks_at_its_ends(text):
    """A code span keeps the spaces and backticks at its ends. Markdown alone would remove a space at each end."""
    assert render(f"| a |\n|---|\n| {format_code(text)} |\n").tables[0][1] == [[text]]


@pytest.mark.parametrize(
    ("words", "marker"),
    [
        (("plan", "docks"), '<!-- paramcore plan "docks" -->'),
        (("diff", "a@0", "b"), '<!-- paramcore diff "a@0" "b" -->'),
        (("plan", "a-->b---c<d"), '<!-- paramcore plan "a-\\u002d\\u003eb-\\u002d-c\\u003cd" -->'),
        (("plan", "a\n\u202e"), '<!-- paramcore plan "a\\n\\u202e" -->'),
    ],
)
def test_the_marker_names_the_command_and_the_project(words, marker):
    """The marker is one comment on one line, whatever names it contains."""
    assert format_marker(words) == marker
    assert len(render(f"{marker}\n").comments) == 1


DOCKS = Project("docks", type="comparison", params={"a": 1, "b": {"x": 1, "y": [1, 2]}, "c": 1})


def test_drops_come_first():
    """A plan shows, in this order, its verdict, losses, other changes, the patch that keeps params, and kept params."""
    plan = Plan.of(DOCKS, Replace({"z": 1, "b": {"x": 2}, "c": 1}))
    markdown = render_markdown(build_plan_document([plan], "paramcore plan docks.json update.json"))
    assert markdown == (
        '<!-- paramcore plan "docks" -->\n'
        "### 1 param would be dropped, and 1 value would be lost inside 1 param: `docks`, version 0 -> 1 (replace)\n"
        "\n"
        "| what | param | before | after |\n"
        "|---|---|---|---|\n"
        "| dropped | `a` | `1` |  |\n"
        "| lost, 2 values inside | `/b/y` | `[1, 2]` |  |\n"
        "| changed | `/b/x` | `1` | `2` |\n"
        "| added | `z` |  | `1` |\n"
        "\n"
        "To keep the dropped params, send this patch instead:\n"
        "\n"
        "```json\n"
        '{\n  "patch": true,\n  "b": {\n    "x": 2\n  },\n  "z": 1\n}\n'
        "```\n"
        "\n"
        "<details><summary>1 kept param</summary>\n"
        "\n"
        "| param | value |\n"
        "|---|---|\n"
        "| `c` | `1` |\n"
        "\n"
        "</details>\n"
    )


@pytest.mark.parametrize(
    ("update", "text"),
    [
        (Replace({}), "The update names no params, so a patch that keeps the dropped params would change nothing."),
        (
            Replace({"a": 1}),
            "The update only drops params, so a patch that keeps the dropped params would change nothing.",
        ),
        (Patch({"a": 2}), None),
    ],
)
def test_a_plan_without_a_useful_patch(update, text):
    """A plan proposes no patch if the update drops nothing, or if the patch would change nothing."""
    markdown = render_markdown(build_plan_document([Plan.of(DOCKS, update)], "paramcore plan"))
    assert "```json" not in markdown
    assert ("patch that keeps" in markdown) == (text is not None)
    assert text is None or text in markdown


def test_elements_of_arrays_have_their_name():
    """A change inside an array names the element that contains it."""
    project = Project("docks", type="comparison", params={"a": [{"name": "x", "v": 1}]})
    plan = Plan.of(project, Patch({"a": [{"name": "y"}, {"name": "x", "v": 2}]}))
    page = render(render_markdown(build_plan_document([plan], "paramcore plan")))
    assert page.tables[0][1][1:] == [["/a/0/v", "name", '"x"'], ["1"], ["2"]]


def make_plans(projects, params, update):
    return [
        Plan.of(Project(f"project {number}", type="comparison", params=params), update) for number in range(projects)
    ]


PARAMS_30 = {f"param_{number}": [{"name": "car", "min": number}] for number in range(30)}


def test_many_projects_begin_with_a_table():
    """Projects with losses come first. Unchanged projects are counted. A patch for all projects is shown once."""
    update = Replace({"a": 1})
    plans = [
        Plan.of(Project(name, type="comparison", params=params), update)
        for name, params in {
            "same": {"a": 1},
            "changed": {"a": 2},
            "inside": {"a": [1]},
            "losing": {"a": 1, "b": 2},
            "same too": {"a": 1},
        }.items()
    ]
    markdown = render_markdown(build_plan_document(plans, "paramcore plan all", subject="all"))
    assert markdown.startswith('<!-- paramcore plan "all" -->\n### 1 of 5 projects would lose params\n')
    page = render(markdown)
    assert [row[0][0] for row in page.tables[0][1:]] == ["losing", "inside", "changed"]
    assert "2 projects would not change." in markdown
    assert [row[0] for row in page.tables[1][1:]] == [["losing"], ["inside"], ["inside"], ["changed"]]
    assert [json.loads(block) for block in page.blocks if "patch" in block] == [{"patch": True, "a": 1}]


def test_many_wanted_states_have_no_joint_patch():
    """If the projects need different patches, the text shows no patch, but names the option `--patch`."""
    plans = [Plan.to(DOCKS, {"a": 1, "b": 1}), Plan.to(DOCKS, {"a": 1, "c": 2})]
    markdown = render_markdown(build_plan_document(plans, "paramcore plan", subject="all"))
    assert "send each update as a patch: pass `--patch`." in markdown
    assert "```" not in markdown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("projects", "update", "whole"),
    [
        (500, Replace({**PARAMS_30, "param_3": 1}), False),
        (500, Replace({}), False),
        (500, Patch({"param_3": 1}), False),
        (100, Replace(dict(list(PARAMS_30.items())[:-3])), True),
        (1, Replace({}), True),
    ],
)
def test_many_params_fit_the_size(projects, update, whole):
    """The text has at most 60,000 characters. It lists all dropped params, or lists none and counts them."""
    plans = make_plans(projects, PARAMS_30, update)
    markdown = render_markdown(build_plan_document(plans, "paramcore plan all update.json", subject="all"))
    assert len(markdown) <= 60_000
    page = render(markdown)
    check_inert(page)
    dropped = sum(len(plan.dropped) for plan in plans)
    listed = markdown.count("| dropped")
    header = 1 if projects > 1 else 0
    if whole:
        assert listed - header == dropped
    elif dropped:
        assert listed == header
        assert f"{dropped:,} of them dropped or lost" in markdown
    if projects > 1:
        assert len(page.tables[0]) - 1 == projects
    assert markdown == render_markdown(build_plan_document(plans, "paramcore plan all update.json", subject="all"))


@pytest.mark.parametrize("count", [100, 600])
def test_many_histories_fit_the_size(count):
    """The text about any number of projects has at most 60,000 characters, and counts the rows that it leaves out."""
    projects = (Project(f"docks {number}", type="comparison", params={"a": "x" * 200}) for number in range(count))
    histories = [History.of(project.replace_params({"b": 2})) for project in projects]
    command = "paramcore log projects --format text"
    markdown = render_markdown(build_log_document(histories, command, subject="projects"))
    assert 30_000 < len(markdown) <= 60_000
    assert f"; run `{command}` to see all\n" in markdown


def test_cut_rows_are_counted_by_rank():
    """Details are left out first, and dropped params last. After each part, a line counts the left-out rows.

    If these lines would take too much of the maximum size, a single line at the end counts all left-out rows.
    """
    plan = Plan.of(DOCKS, Replace({"z": "z" * 90, "b": {"x": 2}, "c": 1}))
    document = build_plan_document([plan], "paramcore plan x")
    whole = render_markdown(document)
    seen = []
    for limit in range(len(whole) + 500, 0, -10):
        markdown = render_markdown(document, Size(limit))
        marks = ('```json\n"zzz', "| `c` | `1` |", "| added", "| changed", '"patch": true', "| dropped | `a`", "| lost")
        present = tuple(mark in markdown for mark in marks)
        if present not in seen:
            seen.append(present)
    # Dropped and lost rows are shown or cut together.
    assert ["".join(".x"[mark] for mark in present) for present in seen] == [
        *("xxxxxxx", ".xxxxxx", "..xxxxx", "...xxxx", "....xxx", ".....xx"),
        ".......",
    ]
    markdown = render_markdown(document, Size(600))
    for cut in ("2 more", "1 more", "1 more (Full values)", "1 more (1 kept param)"):
        assert f"\n{cut}; run `paramcore plan x` to see all\n" in markdown
    assert "\n7 more, 2 of them dropped or lost; run `paramcore plan x` to see all\n" in render_markdown(
        document, Size(300)
    )


def test_cut_drops_are_counted():
    """If the dropped params do not fit, the text has the number of dropped params."""
    plan = Plan.of(Project("docks", type="comparison", params={f"p{n}": n for n in range(90)}), Replace({"p1": 2}))
    markdown = render_markdown(build_plan_document([plan], "paramcore plan x"), Size(600))
    assert "| dropped" not in markdown
    assert "90 more, 89 of them dropped or lost; run `paramcore plan x` to see all" in markdown
    # The patch that keeps the params still fits.
    assert '  "p1": 2\n' in markdown
    assert "| changed" not in markdown


def test_many_full_values_are_counted(monkeypatch):
    """A report shows at most `MAX_FULL_VALUES` full values, and counts the others."""
    monkeypatch.setattr("paramcore.report.cells.MAX_FULL_VALUES", 2)
    before = {f"p{number}": "x" * 80 for number in range(5)}
    plan = Plan.of(Project("docks", type="comparison", params=before), Replace({}))
    markdown = render_markdown(build_plan_document([plan], "c"))
    assert markdown.count("```json") == 2
    assert "3 more (Full values); run `c` to see all" in markdown


def test_a_size_may_count_bytes():
    """A size can be a number of bytes instead of characters, as for the summary of a CI job."""
    plan = Plan.of(Project("docks", type="comparison", params={f"p{n}": "日本" for n in range(90)}), Replace({}))
    size = Size(3_000, lambda text: len(text.encode()), drops_are_whole=False)
    markdown = render_markdown(build_plan_document([plan], "paramcore plan x"), size)
    assert 2_500 < len(markdown.encode()) <= 3_000


def test_long_names_are_cut():
    """A name of a million characters is cut, so the text fits its maximum size."""
    plan = Plan.of(Project("n" * 10**6, type="comparison", params={"p" * 10**6: 1}), Replace({}))
    markdown = render_markdown(build_plan_document([plan], "paramcore plan x"))
    assert len(markdown) < 60_000
    assert "(1,000,000 characters)" in markdown


def test_the_heading_of_a_table_counts_with_the_first_row_that_fits():
    """The heading of a table needs room only if a row fits. This row need not be the first row of the table."""
    rows = [Row((("x" * length,),), Rank.CHANGED) for length in (500, 3, 400, 2)]
    tables = tuple(Table((f"a long heading {n} " + "-" * 300,), tuple(rows)) for n in range(3))
    document = Document(("x",), ("x",), tables, "x")
    shown = set()
    for limit in range(200, 3_000, 7):
        markdown = render_markdown(document, Size(limit))
        assert len(markdown) <= limit
        shown.add((markdown.count("| xxx |"), markdown.count("heading")))
    assert {(0, 0), (1, 1), (3, 3)} <= shown


def test_the_heading_of_a_table_counts_once():
    """The size of the heading counts once, even if the rows have several ranks.

    Room for the note about left-out rows is always reserved.
    """
    rows = tuple(Row(((rank.name,),), rank) for rank in (Rank.ERRORS, Rank.DROPPED, Rank.CHANGED, Rank.KEPT))
    document = Document(("x",), ("x",), (Table(("-" * 300,), rows),), "x")
    whole = render_markdown(document)
    assert render_markdown(document, Size(len(whole) + 150)) == whole


def test_rows_beyond_any_size_are_counted():
    """`RowCollector` keeps the first rows of each rank and counts the others."""
    rows = RowCollector()
    for number in range(RowCollector.LIMIT + 5):
        rows.add(Row(((str(number),),), Rank.CHANGED))
    rows.add(Row((("error",),), Rank.ERRORS))
    assert (len(rows.rows), rows.omitted) == (RowCollector.LIMIT + 1, 5)
    document = Document(("x",), ("x",), (Table(("n",), tuple(rows.rows), omitted=rows.omitted),), "x")
    markdown = render_markdown(document, Size(500))
    shown = markdown.count("|\n") - 2
    assert "| error |" in markdown
    assert f"{RowCollector.LIMIT + 6 - shown:,} more; run `x` to see all" in markdown


def test_values_can_be_hidden():
    """Without values, the text has no value of a param, but still the names and the kinds of changes."""
    project = Project("docks", type="comparison", params={"list": [{"name": "secret", "a": 1}], "x": "secret" * 20})
    plan = Plan.of(project, Replace({"list": [{"name": "secret", "a": 2}], "y": "secret"}))
    documents = [
        build_plan_document([plan], "c"),
        build_diff_document(plan.diff, "c"),
        build_log_document([History.of(project.replace_params({"z": "secret"}))], "c"),
        build_lifetimes_document([History.of(project)], ["x"], "c"),
        build_preview_document(project.resolve({"t": "secret"}), "c"),
        build_impact_document([Impact.of(plan, [{}])], "c"),
        build_document(project.resolve({}).explain("x")),
        build_audit_document([Audit.of(project, [{"project": "docks", "project_param_version": 0}])], "c"),
        build_document(project),
    ]
    for document in documents:
        hidden = render_markdown(document.without_values())
        assert "secret" not in hidden
        check_inert(render(hidden))
    assert "| dropped | `x` | (hidden) |  |" in render_markdown(documents[0].without_values())
    kept = Document((), (), (Blocks((Paragraph((UserText("n"), Verbatim("c"))),)),), "")
    assert kept.without_values() == kept


def test_each_state_of_a_project_is_reported():
    """The document of `status` lists the projects that are not in sync, worst first, and counts the others."""
    later = DOCKS.patch_params({"a": 2})
    drifts = [
        Drift.between(DOCKS, DOCKS),
        Drift.between(later, DOCKS),
        Drift.between(DOCKS, later),
        Drift.between(DOCKS.patch_params({"a": 3}), later),
        Drift.between(evolve(DOCKS, type="lidar"), later),
        DOCKS,
    ]
    markdown = render_markdown(build_status_document(drifts, "c", subject="all"))
    assert markdown == (
        '<!-- paramcore status "all" -->\n'
        "### 5 of 6 projects are not in sync\n"
        "\n"
        "| project | state | new versions locally | new versions in the service | conflicts |\n"
        "|---|---|---|---|---|\n"
        "| `docks` | other type |  | 1 |  |\n"
        "| `docks` | both moved | 1 | 1 | `a` |\n"
        "| `docks` | remote ahead |  | 1 |  |\n"
        "| `docks` | local ahead | 1 |  |  |\n"
        "| `docks` | not there | 1 |  |  |\n"
        "\n"
        "In sync: 1 project.\n"
    )
    assert "### not in the service: `docks`" in render_markdown(build_status_document([DOCKS], "c"))
    assert render_markdown(build_status_document(drifts[:1], "c")) == (
        '<!-- paramcore status "docks" -->\n### in sync: `docks`, 1 version\n'
    )


def test_many_results_have_one_document():
    """Several histories, impacts or audits have one document, with one verdict."""
    other = Project("piers", type="comparison", params={"a": 1})
    histories = [History.of(DOCKS.replace_params({})), History.of(other)]
    markdown = render_markdown(build_log_document(histories, "c", subject="all"))
    assert "### 2 projects: 3 versions, 1 of them dropped params\n" in markdown
    assert "`piers`: 1 version, which dropped no params" in markdown
    lifetimes = render_markdown(build_lifetimes_document(histories, ["a"], "c", subject="all"))
    assert "| `docks` | `a` | 1 |  | not set |\n| `docks` | `a` | 0 |  | `1` |\n| `piers` |" in lifetimes
    update = Patch({"a": 2})
    impacts = [Impact.of(Plan.of(other, update), [{}, {"a": 1}]), Impact.of(Plan.of(DOCKS, update), [{}, {}])]
    impact = render_markdown(build_impact_document(impacts, "c", subject="all"))
    assert "### 3 of 4 requests for 2 projects would get different params\n" in impact
    assert "| `docks` | `a` | changed | 2 | 0 |\n| `piers` | `a` | changed | 1 | 1 |\n" in impact
    assert "Not affected: 1 overriding every changed param." in impact
    audits = [Audit.of(DOCKS, []), Audit.of(other, [{"project": "piers", "project_param_version": 0, "task_id": "t"}])]
    audit = render_markdown(build_audit_document(audits, "c", subject="all"))
    assert "### 1 of 1 task of 2 projects contradicts the history\n" in audit
    assert "| `t` | T1 | `/params/a` |" in audit


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        ("a" * 70, "a" * 70 + "b", ['...aaaaaaaaaaaaaaa"', '...aaaaaaaaaaaaaaab"']),
        (
            "x" * 40 + "1" + "y" * 40,
            "x" * 40 + "2" + "y" * 40,
            ["...xxxxxxxxxxxxxxx1yyyyyyyyyyyyyyy...", "...xxxxxxxxxxxxxxx2yyyyyyyyyyyyyyy..."],
        ),
        ("a" * 70, 1, [f'"{"a" * 70}"', "1"]),
        ("a" * 90, 1, [f'"{"a" * 59}... (92 characters)', "1"]),
        ("1" + "a" * 70, "2" + "a" * 70, ['"1aaaaaaaaaaaaaaa...', '"2aaaaaaaaaaaaaaa...']),
    ],
)
def test_long_values_are_cut_outside_of_the_change(before, after, cells):
    """A cell shows only the changed part of a long text, with some unchanged text before and after this part.

    If the old and the new value have no text in common, a very long value is cut at its end.
    """
    page = render(render_markdown(build_diff_document(Diff.between({"a": before}, {"a": after}), "c")))
    assert [cell[0] for cell in page.tables[0][1][2:]] == cells


def test_findings_come_before_changes():
    """Findings come before changes, and errors come before warnings. Equal findings of several projects are one row.

    The row of a finding in a file has the file and the line.
    """
    warning = Finding("update_null", "warning", "/a", "is null", version=1)
    error = Finding("param_type", "error", "", "must be `text`", version=1)
    plan = Plan.of(DOCKS, Patch({"a": 2})).with_findings([warning, error])
    table = (
        "| finding | code | pointer | message | where |\n"
        "|---|---|---|---|---|\n"
        "| error | `param_type` | `/` | `` must be `text` `` | `project version 1` |\n"
        "| warning | `update_null` | `/a` | `is null` | `project version 1` |\n"
    )
    assert f"(patch)\n\n{table}\n| what |" in render_markdown(build_plan_document([plan], "c"))
    assert render_markdown(build_plan_document([plan, plan], "c", subject="all")).count("param_type") == 1
    rows = RowCollector()
    for finding in (warning, error):
        rows.add(make_finding_row(finding))
    document = build_validation_document(("1 error",), rows, "c", subject="docks")
    assert render_markdown(document) == f'<!-- paramcore validate "docks" -->\n### 1 error\n\n{table}'
    for place, shown in {(3, 5): "a.json:3:5", (3, None): "a.json:3"}.items():
        [row] = [make_finding_row(LocatedFinding(error, *place))]
        assert row.cells[4] == (Verbatim(shown),)


class LocatedFinding:
    """A finding in a file."""

    severity = "error"

    def __init__(self, finding, line, column):
        self._json = {**finding.to_json(), "file": "a.json", "line": line, "column": column}

    def to_json(self):
        return self._json


def test_notes_of_versions():
    """A version has a note if it is probably a retry, changes nothing, or returns to earlier values."""
    project = Project("docks", type="comparison", params={"a": 1, "b": 1}, created_at="2024-01-01T00:00:00Z")
    project = project.patch_params({"a": 1}, created_at="2024-01-01T00:00:05Z")
    project = project.patch_params({}, created_at="2024-01-02T00:00:00Z")
    project = project.patch_params({"a": 2, "b": 2}).patch_params({"a": 1, "b": 1})
    markdown = render_markdown(build_log_document([History.of(project)], "c"))
    assert [row[0] for row in markdown_rows(markdown)] == ["4", "3", "2", "1", "0"]
    assert [row[-1] for row in markdown_rows(markdown)] == [
        "returns to earlier values: `a` (version 2), `b` (version 2)",
        "",
        "changes nothing",
        "probably a retried request",
        "",
    ]


def markdown_rows(markdown):
    """Return the cells of the first table, as text."""
    lines = markdown.split("\n\n")[1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_affected_requests_are_listed():
    """Each affected request is a row with the params that change and the params that the request overrides."""
    plan = Plan.of(DOCKS, Patch({"a": 2, "c": 2, "z": 1}))
    effects = RowCollector()
    for effect in Impact.iter_effects(plan, [{"c": 5}]):
        effects.add(make_effect_row(("line 1",), effect))
    impact = Impact.of(plan, [{"c": 5}, {"project_version": 0}])
    markdown = render_markdown(build_impact_document([impact], "c", effects=effects))
    assert "| line 1 | `a`, `z` | `c` |\n" in markdown
    assert [row[:2] for row in markdown_rows(markdown)] == [["`a`", "changed"], ["`c`", "changed"], ["`z`", "added"]]
    assert "Not affected: 1 pinned to a version.\n" in markdown


def test_results_without_rows_are_their_verdict():
    """Projects, histories, tasks and impacts without rows have only a verdict."""
    empty = Project("docks", type="comparison")
    for result in (empty, History.of(empty), empty.resolve({})):
        assert render_markdown(build_document(result)).count("\n") == 2
    impact = Impact.of(Plan.of(DOCKS, Patch({"a": 1})), [])
    assert render_markdown(build_document(impact)).count("\n") == 2


def test_the_settings_of_an_audit_name_the_project():
    """An audit shows which settings explain the tasks, below the name of the project."""
    task = {"project": "docks", "project_param_version": 0, "params": DOCKS.params}
    markdown = render_markdown(build_audit_document([Audit.of(DOCKS, [task])], "c"))
    assert "Settings for `docks`:\n\n`the current settings explain all tasks`" in markdown


@pytest.mark.parametrize("text", ["```", "`````\na", "~~~", "a\u202e\n\tb"])
def test_a_fence_holds_any_text(text):
    """A fence is longer than any run of backticks in the text. Unprintable characters are escaped."""
    page = render(format_fence("text", text))
    assert page.blocks == ["\n".join(format_name(line) for line in text.split("\n")) + "\n"]


def test_paragraphs_are_separate():
    """Blank lines separate paragraphs and blocks of code."""
    items = (Paragraph(("one",)), Paragraph(("two",)), Code(("three",), "json", "4"), Paragraph(("five",)))
    markdown = render_markdown(Document(("x",), ("x",), (Blocks(items),), "c"))
    assert markdown.endswith("\none\n\ntwo\n\nthree\n\n```json\n4\n```\n\nfive\n")


def test_no_document_exceeds_its_size():
    """A document exceeds its maximum size only if the heading and the counts of left-out rows alone exceed it."""
    plan = Plan.of(DOCKS, Replace({"z": "z" * 90, "b": {"x": 2}, "c": 1}))
    document = build_plan_document([plan], "c")
    whole = render_markdown(document)
    lengths = [len(render_markdown(document, Size(limit))) for limit in range(len(whole) + 400)]
    assert lengths[-1] == len(whole)
    smallest = lengths[0]
    assert all(length <= max(limit, smallest) for limit, length in enumerate(lengths))


@pytest.mark.parametrize(
    ("before", "after", "cut"),
    [
        ("a" * 60, "b", ("a" * 60, "b")),
        ("a" * 61, "b", ("a" * 61, "b")),
        # A cut must save more characters than its three dots take.
        (
            "a" * 18 + "x" + "b" * 50,
            "a" * 18 + "y" + "b" * 50,
            ("a" * 18 + "x" + "b" * 15 + "...", "a" * 18 + "y" + "b" * 15 + "..."),
        ),
        (
            "a" * 19 + "x" + "b" * 50,
            "a" * 19 + "y" + "b" * 50,
            ("..." + "a" * 15 + "x" + "b" * 15 + "...", "..." + "a" * 15 + "y" + "b" * 15 + "..."),
        ),
        (
            "a" * 50 + "x" + "b" * 18,
            "a" * 50 + "y" + "b" * 18,
            ("..." + "a" * 15 + "x" + "b" * 18, "..." + "a" * 15 + "y" + "b" * 18),
        ),
        ("x" + "a" * 59, "y" + "a" * 59, ("x" + "a" * 59, "y" + "a" * 59)),
    ],
)
def test_only_long_values_are_cut(before, after, cut):
    """Values of up to 60 characters are not cut. A cut is made only where it saves characters."""
    assert cut_outside(before, after) == cut


def test_long_texts_are_compared_by_line():
    """A long string continues on a new line after each line feed, so that equal lines are not marked as changed."""
    before = "first line of text\nsecond line of text\nthird line of text, with a \\n in it\n"
    after = before.replace("second", "2nd")
    [block] = render(render_markdown(build_diff_document(Diff.between({"a": before}, {"a": after}), "c"))).blocks
    assert block == (
        '  "first line of text\\n\n'
        "- second line of text\\n\n"
        "+ 2nd line of text\\n\n"
        '  third line of text, with a \\\\n in it\\n"\n'
    )
    assert read_diff(block) == [before, after]


@pytest.mark.parametrize("start", ["a long line, " * 9, "two\nlines, " * 9, "\n" * 40, 'a quote: "' * 9])
def test_the_last_line_of_a_long_text_is_on_its_own_line(start):
    """The last line of a long string is on its own line, even if the string does not end with a line feed."""
    before, after = f"{start}\nlast", f"{start}\nnew"
    [block] = render(render_markdown(build_diff_document(Diff.between({"a": before}, {"a": after}), "c"))).blocks
    assert block.splitlines()[-2:] == ['- last"', '+ new"']
    assert read_diff(block) == [before, after]


def test_unchanged_projects_are_counted_once():
    """If no project would change, the document has only a verdict."""
    plans = [Plan.of(DOCKS, Patch({"a": 1}))] * 2
    markdown = render_markdown(build_plan_document(plans, "c", subject="all"))
    assert markdown == '<!-- paramcore plan "all" -->\n### none of 2 projects would change\n'


def test_drops_of_all_projects_come_first():
    """The drops of the last project are above the changes of the first project."""
    plans = [
        Plan.of(Project(name, type="comparison", params=params), Replace({"a": 1}))
        for name, params in {"x": {"a": 2, "b": 1}, "y": {"a": 1, "b": 1}}.items()
    ]
    page = render(render_markdown(build_plan_document(plans, "c", subject="all")))
    assert [(row[0], row[2]) for row in page.tables[1][1:]] == [(["x"], ["b"]), (["y"], ["b"]), (["x"], ["a"])]


@pytest.mark.slow
@pytest.mark.parametrize("ranks", [[Rank.ERRORS], [Rank.DROPPED], [Rank.ERRORS, Rank.DROPPED]])
def test_counts_of_many_digits_fit(ranks):
    """A document has at most its maximum size, even if it leaves out thousands of errors and drops."""
    rows = [Row(((str(index),),), rank) for rank in ranks for index in range(12_345)]
    document = Document(("x",), ("x",), (Table(("param",), tuple(rows)),), "x")
    for limit in range(300, 340):
        assert len(render_markdown(document, Size(limit, drops_are_whole=False))) <= limit


def test_a_value_that_is_cut_twice_has_its_whole_length():
    """If a cell leaves out the ends of a value and a part of its middle, it shows the length of the whole value."""
    before, after = (f"{'a' * 1_000}{middle * 100}{'b' * 1_000}" for middle in "xy")
    cut = tuple(f"...{'a' * 15}{middle * 45}... (2,100 characters)..." for middle in "xy")
    assert cut_outside(before, after) == cut
