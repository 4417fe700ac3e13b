"""The page of a report: each text is exact, and no text of the input becomes markup."""

import json
import re
from base64 import b64encode
from hashlib import sha256
from html import unescape

import pytest
from hypothesis import given, strategies as st

from paramcore import Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis import ImpactCounter
from paramcore.model import ROUTING_NAMES
from paramcore.report.html import get_content_security_policy, render_page
from paramcore.report.project_report import Commands, render_report
from paramcore.report.project_views import FindingRow, ProjectReport
from paramcore.report.task_views import AffectedTask, Tasks
from paramcore.testing import json_values, projects, updates
from paramcore.text import format_name, format_value
from paramcore.values import equality_key, freeze
from tests.report.parsed_page import ParsedPage, find_problems

COMMANDS = Commands(
    "paramcore report", "paramcore log", "paramcore plan", "paramcore impact", "paramcore preview", "paramcore validate"
)
TEXTS = (
    "<script>alert(1)</script>",
    "</code></details></table><h1>",
    "]]>-->*/</style>",
    "\"'`&amp;&#0;",
    "{{ 7*7 }}{% raw %}",
    "\u202eabc\u2066",
    "\x00\x1b[31m\r\n\t\u2028\x85",
    "a\nb\\n\n",
    "w" * 2_000,
    "one two three four five six seven eight nine ten eleven twelve",
    "one two 3 four five six seven <eight> nine ten eleven twelve",
    "\U0001f469\u200d\U0001f3ed שלום",
)
HOSTILE = st.sampled_from(TEXTS) | st.text(st.characters(codec="utf-8"), max_size=5)
NAMES = HOSTILE.filter(lambda name: name not in {*ROUTING_NAMES, "version", "created_at", "patch", "instruction"})
VALUES = st.one_of(
    HOSTILE, json_values(), st.recursive(HOSTILE, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner))
)
PROJECT_NAMES = HOSTILE.map(lambda text: "".join(c for c in text if c.isprintable())).filter(
    lambda name: name.strip(".")
)
PARAMS = st.dictionaries(NAMES, VALUES, max_size=3)


def render(*reports, many=False, values=True):
    return render_report(reports, COMMANDS, many=many, values=values)


@st.composite
def reports(draw):
    """Draw a report on a task and a project of up to three versions, with or without an update."""
    project = Project(draw(PROJECT_NAMES), type=draw(PROJECT_NAMES), params=draw(PARAMS))
    for params in draw(st.lists(PARAMS, max_size=2)):
        project = project.replace_params(params)
    update = draw(st.none() | st.builds(Patch, PARAMS) | st.builds(Replace, PARAMS))
    own = draw(PARAMS)
    texts = [draw(HOSTILE) for _ in range(4)]
    findings = (FindingRow("error", "param_type", texts[0], format_name(texts[1]), format_name(texts[2]), ""),)
    plan = None if update is None else Plan.of(project, update)
    only = project.resolve(own) if draw(st.booleans()) else None
    after = project.update(update).resolve(own) if update and only else None
    impact = None
    if plan is not None:
        counter = ImpactCounter(plan)
        counter.count_task(own)
        impact = counter.build_impact()
    affected = (AffectedTask(texts[0], texts[3], tuple(map(format_name, own))),)
    tasks = Tasks(1, {0: 1}, 0, only, after, impact, affected if impact and impact.affected else ())
    return ProjectReport(project, "boxes.json", plan, tasks, findings, 1, 0)


@given(reports())
def test_each_text_is_exact(report):
    """The page shows each name and value exactly.

    Of an object or array that an update changes, the page may show only the changes inside.
    """
    page = render(report)
    assert find_problems(page) == []
    parsed = ParsedPage(page)
    shown = {equality_key(freeze(value)) for value in parsed.decode_values()}
    names = set(parsed.texts["name"])
    layers = [version.params for version in report.project.versions]
    layers += [report.plan.before, report.plan.after] if report.plan and report.plan.diff else []
    layers += [report.tasks.only.params] if report.tasks.only else []
    for params in layers:
        for name, value in params.items():
            assert format_name(name) in names
            is_new = report.plan and params is report.plan.after
            is_kept = is_new and name in report.plan.diff.kept
            is_nested = is_new and isinstance(value, (dict, list)) and name in report.plan.before
            if not (is_kept or is_nested):
                assert equality_key(value) in shown, (name, value)
    assert format_name(report.project.name) in names
    assert {report.findings[0].location, report.findings[0].pointer or format_name(report.project.name)} <= names


@given(st.lists(reports(), min_size=2, max_size=3, unique_by=lambda report: report.project.name))
def test_many_projects(several):
    """A page about several projects has a section for each project."""
    page = render(*several, many=True)
    assert find_problems(page) == []
    assert page.count("<section") == len(several)


@given(projects(), updates())
def test_the_same_input_gives_the_same_bytes(project, update):
    """Equal reports have the same page."""
    report = ProjectReport(project, "boxes.json", Plan.of(project, update))
    assert render(report) == render(ProjectReport(project, "boxes.json", Plan.of(project, update)))


SECRET = "sentinel7301"
SECRETS = st.recursive(
    st.sampled_from([SECRET, f"a\n{SECRET}", SECRET * 9, 73017301, 7301.7301]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
)
SECRET_PARAMS = st.dictionaries(st.sampled_from(["name", "padding", "box", "instruction"]), SECRETS, max_size=4).map(
    lambda params: {**params, "instruction": SECRET}
)


@given(st.lists(SECRET_PARAMS, min_size=1, max_size=3), st.none() | SECRET_PARAMS, SECRET_PARAMS)
def test_without_values(history, replacement, own):
    """With `values=False`, the page contains no value of a version, of the update or of a task."""
    project = Project("boxes", type="comparison", params=history[0])
    for params in history[1:]:
        project = project.replace_params(params)
    plan = None if replacement is None else Plan.of(project, Replace(replacement))
    tasks = Tasks(1, {0: 1}, 0, project.resolve(own), plan and project.update(plan.update).resolve(own))
    page = render(ProjectReport(project, "boxes.json", plan, tasks), values=False)
    assert "7301" not in page
    assert find_problems(page) == []
    assert "instruction" in page


def test_a_unique_id_is_a_value():
    """With `values=False`, the page has the position of an affected request, but not its `unique_id`."""
    plan = Plan.of(Project("boxes", type="comparison", params={"a": 1}), Patch({"a": 2}))
    counter = ImpactCounter(plan)
    counter.count_task({})
    tasks = Tasks(2, {0: 2}, impact=counter.build_impact(), affected=(AffectedTask("t.jsonl:1:1", SECRET, ("a",)),))
    report = ProjectReport(plan.project, "boxes.json", plan, tasks)
    assert SECRET in render(report)
    assert SECRET not in render(report, values=False)
    assert "t.jsonl:1:1" in render(report, values=False)


def test_without_values_elements_have_no_name():
    """With `values=False`, a change inside an array does not show the `name` of the changed element."""
    project = Project("boxes", type="comparison", params={"box": [{"name": SECRET, "min": 1}, {"name": "b", "min": 1}]})
    plan = Plan.of(project, Replace({"box": [{"name": SECRET, "min": 2}, {"name": "b", "min": 1}]}))
    report = ProjectReport(project, "boxes.json", plan)
    assert "7301" not in render(report, values=False)
    assert f'in <code class="value">name &#34;{SECRET}&#34;</code>' in render(report)


def test_the_policy_allows_the_style_sheet_only():
    """The content security policy allows only the style sheet of the page, which it identifies by its hash."""
    page = render(ProjectReport(Project("boxes", type="comparison", params={"a": 1}), "boxes.json"))
    style = ParsedPage(page).style
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert get_content_security_policy() == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert page.count("<style>") == page.count("Content-Security-Policy") == 1
    assert "@import" not in style
    assert "url(" not in style
    [policy] = re.findall('Content-Security-Policy" content="(.*?)">', page)
    assert policy.replace("&#39;", "'") == get_content_security_policy()


def test_templates_escape_texts():
    """A page escapes its title. Rendering a page without a title is an error."""
    assert "<title>&lt;b&gt;</title>" in render_page("base.html", title="<b>")
    with pytest.raises(Exception, match="'title' is undefined"):
        render_page("base.html")


def test_values_are_json():
    r"""A value is shown as JSON, with a line break after each `\n` in a string."""
    project = Project("boxes", type="comparison", params={"text": "a\nb", "box": {"names": ["x" * 60]}})
    page = render(ProjectReport(project, "boxes.json"))
    assert '<code class="value">&#34;a\\n<br>b&#34;</code>' in page
    indented = json.dumps(project.params["box"], indent=2).replace('"', "&#34;")
    assert f'<details><summary>object with 1 member</summary><code class="value">{indented}</code></details>' in page
    assert format_value("a\nb") in ParsedPage(page).texts["value"]


@pytest.mark.parametrize(
    ("extra", "sentence"), [(0, ""), (1, "1 more param is left out."), (7, "7 more params are left out.")]
)
def test_a_page_lists_a_thousand_params(extra, sentence):
    """A page lists at most 1,000 params of a project or task, counts the rest, and shows a command that lists all."""
    params = {f"p{number}": number for number in range(1_000 + extra)}
    of_project = render(ProjectReport(Project("docks", type="imageannotation", params=params), "docks.json"))
    only = Project("docks", type="imageannotation").resolve(params)
    empty = Project("docks", type="imageannotation")
    of_task = render(ProjectReport(empty, "docks.json", tasks=Tasks(1, {None: 1}, 0, only)))
    for page, command in ((of_project, "paramcore log"), (of_task, "paramcore preview")):
        names = ParsedPage(page).texts["name"]
        assert ("p999" in names, "p1000" in names) == (True, False)
        assert ("left out" in page, sentence in page) == (bool(extra), True)
        assert (f'<code class="value">{command}</code>' in page) == bool(extra)


@pytest.mark.parametrize(
    ("extra", "sentence"), [(0, ""), (1, "1 more change is left out."), (7, "7 more changes are left out.")]
)
@pytest.mark.parametrize("values", [True, False])
def test_a_page_lists_a_thousand_changes(extra, sentence, values):
    """A page lists at most 1,000 losses and at most 1,000 other changes.

    It counts the rest, and shows a command that lists all changes.
    """
    old, new = ({f"{name}{number}": number for number in range(1_000 + extra)} for name in "on")
    few = Project("docks", type="imageannotation", params={"kept": 1})
    many = few.patch_params(old)
    of_losses = Plan.of(many, Replace({"kept": 1})), "DROPPED"
    of_others = Plan.of(few, Patch(new)), "ADDED"
    for plan, word in (of_losses, of_others):
        page = render(ProjectReport(plan.project, "docks.json", plan), values=values)
        assert (sentence in page, '<code class="value">paramcore plan</code>' in page) == (True, bool(extra))
        rows = re.findall(rf'<td data-label="What"><strong class="word \w+">{word}</strong></td>', page)
        assert len(rows) == 1_000
        assert ("more change" in page) == bool(extra)


@pytest.mark.parametrize("extra", [0, 1, 7])
def test_a_page_lists_a_thousand_changes_of_a_task(extra):
    """For one task, a page lists at most 1,000 changes. For several tasks, it lists at most 1,000 changed params.

    It counts the rest, and shows a command that lists all of them.
    """
    few = Project("docks", type="imageannotation", params={"kept": 1})
    plan = Plan.of(few, Patch({f"n{number}": number for number in range(1_000 + extra)}))
    after = few.update(plan.update)
    counter = ImpactCounter(plan)
    counter.count_task(TaskRequest({}))
    of_one = Tasks(1, {0: 1}, 0, few.resolve({}), after.resolve({}), counter.build_impact())
    of_many = Tasks(2, {0: 2}, 0, impact=counter.build_impact())
    for tasks, noun in ((of_one, "change"), (of_many, "param")):
        page = render(ProjectReport(few, "docks.json", plan, tasks))
        sentence = f"<p>{extra} more {noun}{'s are' if extra > 1 else ' is'} left out. To list them all:</p>"
        assert (sentence in page, '<code class="value">paramcore impact</code>' in page) == (bool(extra), bool(extra))
        names = ParsedPage(page).texts["name"]
        assert ("n999" in names, "n1000" in names) == (True, False)


def test_a_page_names_the_command_for_further_changes():
    """If a page omits changes inside a value, it shows the command that lists all of them."""
    history = [{"box": {str(n): n * sign for n in range(30)}} for sign in (1, -1)]
    project = Project("docks", type="imageannotation", params=history[0]).replace_params(history[1])
    page = render(ProjectReport(project, "docks.json"))
    assert re.search('<li>and 9 more; to list them all: <code class="value">paramcore log.* box</code></li>', page)


@pytest.mark.parametrize(("number", "rest"), [(1_000, ""), (1_001, "1 more param"), (2_500, "1,500 more params")])
def test_a_page_names_a_thousand_dropped_params(number, rest):
    """The page names at most 1,000 params that an update drops, and at most 1,000 params that a version adds.

    The patch that keeps the dropped params still sets every param of the update.
    """
    old = {f"o{number}": number for number in range(number)}
    new = {f"n{number}": number for number in range(number)}
    project = Project("docks", type="imageannotation", params=old)
    page = render(ProjectReport(project, "docks.json", Plan.of(project, Replace(new))))
    assert page.count(f" and {rest}") == 2 if rest else " more param" not in page
    names = ParsedPage(page).texts["name"]
    assert {"o999", "n999"} <= {*names} and not {"o1000", "n1000"} & {*names}
    [patch] = [text for text in re.findall(r"<pre>(.*?)</pre>", page, re.DOTALL) if "patch" in text]
    assert json.loads(unescape(re.sub("<.*?>", "", patch))) == {"patch": True, **new}
