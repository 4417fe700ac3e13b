"""The views of values, lifelines, plans and tasks. The templates of the report page render these views."""

import pytest

from paramcore import Assumptions, Patch, Plan, Project, Replace
from paramcore.analysis import History, Impact
from paramcore.report.error_changes import ErrorChanges, Presence, describe_origin
from paramcore.report.lifeline_views import GRID_VERSIONS, MAX_CHANGES, MAX_RUNS, view_lifelines
from paramcore.report.project_views import ProjectReport, view_plan, view_project
from paramcore.report.task_views import AffectedTask, Tasks, view_effective, view_impact
from paramcore.report.value_views import compare_texts, view_changes, view_time, view_value
from paramcore.report.verdicts import format_phrase


def project_of(*versions, **settings):
    first, *others = versions
    project = Project("boxes", type="comparison", params=first, **settings)
    for params in others:
        project = project.replace_params(params)
    return project


def join(value):
    return "".join(line for run in value.runs for line in run.lines)


@pytest.mark.parametrize(
    ("created_at", "date", "clock", "short", "long"),
    [
        ("2024-03-04T09:12:41.643Z", "4 March 2024", "09:12:41", "4 Mar 2024", "4 March 2024, 09:12:41 UTC"),
        ("2024-12-31T23:59:00Z", "31 December 2024", "23:59:00", "31 Dec 2024", "31 December 2024, 23:59:00 UTC"),
        ("2024-05-01T00:00Z", "1 May 2024", "00:00:00", "1 May 2024", "1 May 2024, 00:00:00 UTC"),
        ("2024-13-01T00:00Z", "", "", "", "2024-13-01T00:00Z"),
        ("2024-00-01T00:00Z", "", "", "", "2024-00-01T00:00Z"),
        ("2024-01-00T00:00Z", "", "", "", "2024-01-00T00:00Z"),
        ("2024-01-32T00:00Z", "", "", "", "2024-01-32T00:00Z"),
        ("2024-02-29T00:00Z", "29 February 2024", "00:00:00", "29 Feb 2024", "29 February 2024, 00:00:00 UTC"),
        ("2023-02-29T00:00Z", "", "", "", "2023-02-29T00:00Z"),
        ("2024-04-31T00:00:00.1Z", "", "", "", "2024-04-31T00:00:00.1Z"),
        ("2024-05-01T25:00Z", "", "", "", "2024-05-01T25:00Z"),
        ("2024-05-01T00:61:00Z", "", "", "", "2024-05-01T00:61:00Z"),
        ("0000-05-01T00:00Z", "", "", "", "0000-05-01T00:00Z"),
        ("2024-03-04T09:12:41+01:00", "", "", "", "2024-03-04T09:12:41+01:00"),
        ("yesterday\n", "", "", "", "yesterday\\n"),
    ],
)
def test_times(created_at, date, clock, short, long):
    """A time in UTC is shown as date and time of day. Any other text is shown as it is, on one line."""
    view = view_time(created_at)
    assert (view.date, view.clock, view.short_date, view.long) == (date, clock, short, long)


def test_no_time():
    """If a version has no time, the view of its time is `None`."""
    assert view_time(None) is None


@pytest.mark.parametrize(
    ("value", "text", "summary", "is_short", "is_long"),
    [
        (5, "5", "number", True, False),
        (True, "true", "value", True, False),
        (None, "null", "value", True, False),
        ("a\nb", '"a\\nb"', "text of 3 characters", True, False),
        ("x" * 58, f'"{"x" * 58}"', "text of 58 characters", True, False),
        ("x" * 59, f'"{"x" * 59}"', "text of 59 characters", False, False),
        ("x" * 998, f'"{"x" * 998}"', "text of 998 characters", False, False),
        ("x" * 999, f'"{"x" * 999}"', "text of 999 characters", False, True),
        ({"a": [1]}, '{"a": [1]}', "object with 1 member", True, False),
        (["x" * 30] * 2, f'[  "{"x" * 30}",  "{"x" * 30}"]', "array with 2 elements", False, False),
        ([0] * 28 + ["x" * 30], None, "array with 29 elements", False, True),
    ],
)
def test_values(value, text, summary, is_short, is_long):
    """The view of a value has its JSON and a summary, and says whether the JSON is short or long."""
    view = view_value(value)
    assert text is None or join(view) == text
    assert (view.summary, view.is_short, view.is_long) == (summary, is_short, is_long)


def test_two_texts():
    """A comparison contains the words of both texts. `select` returns those of the old or of the new text."""
    view = compare_texts("Box it.\n", "Box them.\n")
    assert [(run.kind, run.lines) for run in view.runs] == [
        ("kept", ('"',)),
        ("kept", ("Box ",)),
        ("removed", ("it",)),
        ("added", ("them",)),
        ("kept", (".\\n", "")),
        ("kept", ('"',)),
    ]
    assert "".join(run.lines[0] for run in view.select("removed")) == '"Box it.\\n"'
    assert "".join(run.lines[0] for run in view.select("added")) == '"Box them.\\n"'


def test_since_when_a_value_was_set():
    """If an update changes or drops a value, `since` is the version that set this value."""
    project = project_of(
        {"a": 1, "box": {"min": 1}}, {"a": 2, "box": {"min": 1}}, {"a": 2, "box": {"min": 1, "max": 2}}
    )
    changes = Plan.of(project, Replace({"new": 1})).diff.changes
    views = view_changes(changes, values=True, versions=project.versions)
    assert [(view.word, view.place, view.since) for view in views] == [
        ("DROPPED", "a", 1),
        ("DROPPED", "box", 2),
        ("ADDED", "new", None),
    ]
    changes = Plan.of(project, Patch({"box": {}})).diff.changes
    views = view_changes(changes, values=True, versions=project.versions)
    assert [(view.word, view.place, view.since) for view in views] == [("LOST", "/box/min", 0), ("LOST", "/box/max", 2)]


def test_a_value_that_returned_was_set_again():
    """If a value was replaced and later set again, `since` is the version that set it again."""
    project = project_of({"a": 1}, {"a": 2}, {"a": 1}, {"a": 1})
    [view] = view_changes(Plan.of(project, Replace({})).diff.changes, values=True, versions=project.versions)
    assert view.since == 2


@pytest.mark.parametrize(
    ("first", "second", "wanted", "pointer", "since"),
    [
        (["A", "B"], ["B"], [], "/labels/0", 0),
        (["A"], ["B", "A"], ["B"], "/labels/1", 0),
        (["A"], ["A", "B"], ["A"], "/labels/1", 1),
        ([{"name": "car", "min": 3}], [{"name": "bus"}, {"name": "car", "min": 3}], [{"name": "bus"}], "/labels/1", 0),
        (
            [{"name": "bus", "min": 3}, {"name": "car", "min": 1}],
            [{"name": "car", "min": 3}, {"name": "bus", "min": 3}],
            [{"name": "car"}, {"name": "bus", "min": 3}],
            "/labels/0/min",
            1,
        ),
        ([["A"], ["B"]], [["B", "A"]], [["B"]], "/labels/0/1", 0),
        ("A", ["A"], [], "/labels/0", 1),
        ({"0": "A"}, ["A"], [], "/labels/0", 1),
    ],
)
def test_since_when_an_array_had_a_value(first, second, wanted, pointer, since):
    """`since` is correct even if the array element had another index in older versions.

    Elements with the same `name` count as the same element.
    """
    project = project_of({"labels": first}, {"labels": second})
    plan = Plan.of(project, Patch({"labels": wanted}))
    [view] = view_changes(plan.diff.changes, values=True, versions=project.versions)
    assert (view.place, view.since) == (pointer, since)


@pytest.mark.slow
@pytest.mark.parametrize("element", [lambda number: {"name": f"label {number}"}, lambda number: f"label {number}"])
def test_since_when_a_long_array_had_its_values(element):
    """For a thousand lost elements, the version that set each one is found."""
    labels = [element(number) for number in range(1_000)]
    project = project_of(*({"labels": [*labels, number]} for number in range(20)))
    changes = Plan.of(project, Patch({"labels": []})).diff.changes
    views = view_changes(changes, values=True, versions=project.versions)
    assert [view.since for view in views] == [*[0] * 1_000, 19]


def test_the_grid():
    """The cells of each row cover all versions of the grid. Params that the grid does not show are listed below it."""
    history = [{"kept": 1, "changing": number // 5} for number in range(20)]
    history[15] = {"kept": 1}
    view = view_lifelines(History.of(project_of(*history)), prefix="p1-", values=True)
    assert [column.number for column in view.columns] == list(range(19, 7, -1))
    assert [line.param for line in view.changed] == ["changing"]
    assert [line.param for line in view.unchanged] == ["kept"]
    [row] = view.changed
    assert [(run.columns, run.is_set, run.is_dropped) for run in row.grid] == [
        *((4, True, False), (1, False, True), (5, True, False), (2, True, False)),
    ]
    for line in view.lines:
        assert sum(run.columns for run in line.grid) == GRID_VERSIONS
    assert [run.versions for run in row.runs][:2] == ["versions 16 to 19", "version 15"]
    assert [run.is_latest for run in row.runs] == [True, False, False, False, False]
    assert [line.anchor for line in view.lines] == ["p1-0", "p1-1"]


def test_a_grid_of_few_versions():
    """The grid has no more columns than the project has versions.

    In versions older than the first that sets a param, the grid shows the param as not set, not as dropped.
    """
    view = view_lifelines(History.of(project_of({}, {"a": 1})), prefix="", values=True)
    assert len(view.columns) == 2
    [row] = view.changed
    assert [(run.columns, run.is_set, run.is_dropped) for run in row.grid] == [(1, True, False), (1, False, False)]
    assert [run.is_latest for run in row.runs] == [True, False]


def test_older_values_have_a_limit():
    """A page lists at most 20 values of a param, and fewer if they are long. It always lists the newest three."""
    short = view_lifelines(History.of(project_of(*({"a": number} for number in range(30)))), prefix="", values=True)
    assert (len(short.lines[0].runs), short.lines[0].omitted) == (MAX_RUNS, 10)
    long = [{"a": f"{number}" * 90_000} for number in range(8)]
    [line] = view_lifelines(History.of(project_of(*long)), prefix="", values=True).lines
    assert (len(line.runs), line.omitted) == (4, 4)
    [line] = view_lifelines(
        History.of(project_of(*({"a": f"{n}" * 900_000} for n in range(5)))), prefix="", values=True
    ).lines
    assert (len(line.runs), line.omitted) == (3, 2)


def test_changes_inside_a_run():
    """If an object or array changed, a lifeline lists at most 20 changes inside it. It compares long texts by word."""
    before, after = {str(n): n for n in range(30)}, {str(n): -n for n in range(30)}
    text = "Box every forklift and each pallet that it carries, also at the edge."
    project = project_of({"box": before, "text": text}, {"box": after, "text": text.replace("forklift", "truck")})
    lines = {line.param: line for line in view_lifelines(History.of(project), prefix="", values=True).lines}
    newest, oldest = lines["box"].runs
    assert (len(newest.changes), newest.omitted_changes, newest.change_count) == (MAX_CHANGES, 9, "29 changes")
    assert (oldest.changes, oldest.change_count, oldest.words) == ((), "", None)
    newest, oldest = lines["text"].runs
    assert [run.kind for run in newest.words.runs if run.kind != "kept"] == ["removed", "added"]
    assert oldest.words is None


def test_runs_without_values():
    """With `values=False`, a lifeline has no values, no compared words and no names of array elements."""
    text = "Box every forklift and each pallet that it carries, also at the edge."
    before = {"text": text, "box": [{"name": "a", "min": 1}, {"name": "b"}]}
    after = {"text": text.upper(), "box": [{"name": "a", "min": 2}, {"name": "b"}]}
    for line in view_lifelines(History.of(project_of(before, after)), prefix="", values=False).lines:
        for run in line.runs:
            assert (run.value, run.words) == (None, None)
            assert all((change.before, change.after, change.identity) == (None, None, "") for change in run.changes)
    [change] = line.runs[0].changes
    assert (change.word, change.place) == ("CHANGED", "/box/0/min")


def test_short_texts_are_not_compared():
    """A lifeline does not compare two short texts word by word."""
    [line] = view_lifelines(History.of(project_of({"a": "one two"}, {"a": "one three"})), prefix="", values=True).lines
    assert line.runs[0].words is None


def join_advice(view):
    return " ".join("".join(part.text for part in sentence) for sentence in view.advice)


PROJECT = project_of({"padding": 3, "box": {"min": 1, "max": 2}, "with_labels": True})


@pytest.mark.parametrize(
    ("update", "advice", "patch"),
    [
        (
            Replace({"padding": 4}),
            "Send the patch below instead: it keeps the 2 params and causes no errors.",
            ("padding",),
        ),
        (Replace({"padding": 3}), "This update only drops params. To keep them, do not send it.", ()),
        (Replace({}), "This update only drops params. To keep them, do not send it.", ()),
        (
            Patch({"box": {"min": 1}}),
            "Objects or arrays would lose values. To keep the values, add them to the update. A patch alone does not keep them.",
            (),
        ),
        (Patch({"padding": 4}), "Nothing is lost. The update can be sent as it is.", ()),
        (Patch({"padding": 3}), "Nothing is lost. The update can be sent as it is.", ()),
    ],
)
def test_advice(update, advice, patch):
    """The advice says how to keep what the update would lose, or that nothing is lost."""
    view = view_plan(Plan.of(PROJECT, update), values=True)
    assert (join_advice(view), view.patch_names) == (advice, patch)
    assert bool(view.patch) == bool(patch)
    assert view_plan(Plan.of(PROJECT, update), values=False).patch is None


CAUSED, CAUSED_BY_BOTH = Presence(True), Presence(True, False, True)
#: Errors that exist today and after the update. The suggested patch would remove `REMOVED`, but not `KEPT`.
REMOVED, KEPT = Presence(True, True), Presence(True, True, True)
DROPPING, SAFE = Replace({"padding": 4}), Patch({"padding": 4})


@pytest.mark.parametrize(
    ("update", "errors", "advice"),
    [
        (SAFE, {CAUSED: 1}, "This update causes 1 error. Correct it before you send it."),
        (
            SAFE,
            {REMOVED: 2},
            "Nothing is lost, and this update causes no errors. 2 errors already exist today (a:1:1, a:2:1).",
        ),
        (
            SAFE,
            {REMOVED: 1, Presence(False, True): 4},
            "Nothing is lost, and this update causes no errors. "
            "5 errors already exist today (a:1:1, a:2:1, ...); this update removes 4.",
        ),
        (
            DROPPING,
            {CAUSED: 1},
            "Send the patch below instead: it keeps the 2 params and does not cause the 1 error of this update.",
        ),
        (
            DROPPING,
            {CAUSED: 2, KEPT: 2, REMOVED: 1},
            "Send the patch below instead: it keeps the 2 params and causes none of the 2 errors of this update. "
            "3 errors already exist today (a:1:1, a:2:1, ...); the patch removes 1.",
        ),
        (
            DROPPING,
            {CAUSED: 1, CAUSED_BY_BOTH: 1},
            "Correct the update before you send it. It causes 2 errors. "
            "The patch below keeps the 2 params, but the patch itself causes 1 error.",
        ),
        (
            DROPPING,
            {Presence(False, False, True): 2},
            "Correct the update before you send it. The patch below keeps the 2 params, but the patch itself causes 2 errors.",
        ),
        (
            Replace({}),
            {CAUSED: 1},
            "This update only drops params. To keep them, do not send it. It causes 1 error.",
        ),
        (
            Patch({"box": {"min": 1}}),
            {REMOVED: 1},
            "Objects or arrays would lose values. To keep the values, add them to the update. A patch alone does not keep them. "
            "1 error already exists today (a:1:1, a:2:1).",
        ),
    ],
)
def test_advice_on_errors(update, errors, advice):
    """The advice distinguishes the errors that exist today from the errors that the update or the patch would cause."""
    changes = ErrorChanges(errors, ("a:1:1", "a:2:1"))
    view = view_plan(Plan.of(PROJECT, update), values=True, errors=changes)
    assert join_advice(view) == advice


@pytest.mark.parametrize(
    ("presence", "has_patch", "origin"),
    [
        (CAUSED, False, "caused by this update"),
        (CAUSED, True, "caused by this update, but not by the patch"),
        (CAUSED_BY_BOTH, True, "caused by this update and by the patch"),
        (REMOVED, False, "already exists today"),
        (REMOVED, True, "already exists today, but the patch removes it"),
        (KEPT, True, "already exists today"),
    ],
)
def test_the_origin_of_an_error(presence, has_patch, origin):
    """The origin says whether an error exists today or the update causes it. It also says what the patch does."""
    assert describe_origin(presence, has_patch=has_patch) == origin


def test_the_numbers_of_a_plan():
    """A plan lists losses before other changes, and counts the kept params."""
    view = view_plan(Plan.of(PROJECT, Replace({"box": {"min": 2}, "new": 1, "padding": 3})), values=True)
    assert [(change.word, change.place) for change in view.losses] == [("DROPPED", "with_labels"), ("LOST", "/box/max")]
    assert [(change.word, change.place) for change in view.others] == [("CHANGED", "/box/min"), ("ADDED", "new")]
    assert (view.dropped, view.losing, view.before_count, view.kept) == (("with_labels",), ("box",), 3, 1)


def rules_of(report):
    return [rule.rule for rule in view_project(report, "", values=True).rules]


def test_assumed_rules():
    """The page lists the assumed rules that the update and the tasks depend on."""
    assert rules_of(ProjectReport(PROJECT, "p.json", Plan.of(PROJECT, Patch({"padding": 4})))) == []
    assert rules_of(ProjectReport(PROJECT, "p.json", Plan.of(PROJECT, Patch({"padding": 3})))) == ["U5"]
    assert rules_of(ProjectReport(PROJECT, "p.json", Plan.of(PROJECT, Patch({"padding": None})))) == ["U6"]
    empty = Project("boxes", type="comparison")
    assert rules_of(ProjectReport(empty, "p.json", Plan.of(empty, Patch({"padding": 3})))) == ["U7"]
    assert rules_of(ProjectReport(empty, "p.json", Plan.of(empty, Replace({"padding": 3})))) == []
    assert rules_of(ProjectReport(PROJECT, "p.json", None, Tasks(rests_on=frozenset({"T8", "T5"})))) == ["T5", "T8"]


def test_settings_that_differ():
    """The page names each setting that differs from its default."""
    project = project_of({}, assumptions=Assumptions(instruction_rule="override"))
    assert view_project(ProjectReport(project, "p.json"), "", values=True).settings == (
        ("instruction_rule", '"override"'),
    )
    assert view_project(ProjectReport(PROJECT, "p.json"), "", values=True).settings == ()


def test_versions_have_a_limit():
    """The page lists the 50 newest versions and counts the others."""
    project = project_of(*({"a": number} for number in range(53)))
    view = view_project(ProjectReport(project, "p.json"), "", values=True)
    assert ([version.number for version in view.versions], view.omitted_versions) == (list(range(52, 2, -1)), 3)


def test_verdicts():
    """A report has the verdict of its plan. Without a plan, it has the numbers of errors and warnings."""
    assert format_phrase(ProjectReport(PROJECT, "p.json", errors=1).verdict) == "1 error, 0 warnings: boxes, 1 version"
    report = ProjectReport(PROJECT, "p.json", None, Tasks(total=2), warnings=1)
    assert format_phrase(report.verdict) == "0 errors, 1 warning: boxes, 1 version, 2 tasks"
    report = ProjectReport(PROJECT, "p.json", Plan.of(PROJECT, Replace({})))
    assert format_phrase(report.verdict) == "3 params would be dropped: boxes, version 0 -> 1 (replace)"


def test_effects_on_tasks():
    """Losses come first. If an update drops `instruction`, tasks lose only the project's part of their instruction."""
    project = project_of({"a": 1, "b": 1, "instruction": "x"})
    tasks = [{}, {"a": 2}, {"instruction": "y"}, {"project_version": 0}]
    impact = Impact.of(Plan.of(project, Replace({"b": 2, "c": 3})), tasks)
    assert view_impact(impact, ()).effects == (
        ("would lose", "a", 2),
        ("would lose the project's", "instruction", 3),
        ("would get another value of", "b", 3),
        ("would get", "c", 3),
    )
    impact = Impact.of(Plan.of(project, Patch({"instruction": "z"})), tasks)
    assert view_impact(impact, ()).effects == (("would get another value of", "instruction", 3),)
    impact = Impact.of(Plan.of(project, Patch({"a": 3, "b": 1})), [{"a": 2}])
    assert view_impact(impact, ()).effects == ()
    many = Impact.of(Plan.of(project, Patch({str(n): n for n in range(12)})), [{}])
    assert (len(view_impact(many, ()).effects), len(view_impact(many, ()).short_effects)) == (12, 10)


def test_short_texts_that_share_words_are_compared():
    """A table of changes marks the changed words of a short text, if the old and the new text share words."""
    project = project_of({"a": "Box it.", "b": "red", "c": "old 1"})
    update = Patch({"a": "Box it, also at night.", "b": "blue", "c": 1})
    views = view_changes(Plan.of(project, update).diff.changes, values=True)
    words = {view.place: view.words for view in views}
    assert [run.lines for run in words["a"].runs if run.kind == "added"] == [(", also at night",)]
    assert (words["b"], words["c"]) == (None, None)


def test_the_affected_tasks_have_a_limit():
    """The view counts the affected tasks that it does not list."""
    impact = Impact.of(Plan.of(PROJECT, Patch({"padding": 4})), [{}] * 60 + [{"padding": 1}])
    view = view_impact(impact, tuple(AffectedTask(f"t:{n}", None, ("padding",)) for n in range(50)))
    assert (view.affected, view.total, len(view.tasks), view.omitted) == (60, 61, 50, 10)
    assert view.unaffected == (("overriding every changed param", 1),)
    assert view.params == (("padding", 60, 1),)


def test_a_task_is_explained():
    """Each candidate has a status, such as `WON`. The winner's value is shown only once, as the value of the param."""
    effective = PROJECT.resolve({"padding": 9})
    view = view_effective(effective, None, values=True)
    assert view.changes is None
    [padding] = [param for param in view.params if param.param == "padding"]
    assert [(item.status, item.layer, item.value and join(item.value), item.note) for item in padding.candidates] == [
        ("WON", "task", None, ""),
        ("LOST", "project version 0", "3", "the task overrides it"),
    ]
    assert padding.reason == "The task sets it, and a task's params override the project's params."
    hidden = view_effective(effective, effective, values=False)
    assert hidden.changes == ()
    assert all(item.value is None for param in hidden.params for item in (param, *param.candidates))
