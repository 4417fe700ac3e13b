"""An audit compares finished tasks with the history of their project."""

import pytest
from attrs import evolve

from paramcore import Assumptions, Project
from paramcore.analysis.audit import Audit
from paramcore.errors import InvalidParams, MalformedPayload, NotJSON
from paramcore.wire import read_project

BOXES = (
    Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3})
    .patch_params({"instruction": "Box all.", "tags": ["day"]})
    .replace_params({"padding": 5})
)


def task(version=0, instruction="Box it.", *, project="boxes", task_id="t1", **params):
    """Return a created task. A field whose value is `...` is left out."""
    named = {"project": project, "project_param_version": version, "instruction": instruction}
    given = {name: value for name, value in named.items() if value is not ...}
    return {"task_id": task_id, "type": "imageannotation", "params": {"padding": 1, **params}, **given}


def audited(*tasks, project=BOXES):
    return Audit.of(project, tasks)


def summarize(audit):
    return [
        (finding.rule, finding.path, finding.actual, finding.expected, [dict(way) for way in finding.vanishes_under])
        for finding in audit.findings
    ]


@pytest.mark.parametrize(
    "finished",
    [
        task(),
        task(instruction="Hurry.\nBox it."),
        task(padding=None, attachment="https://example.com/a.jpg"),
        task(1, "Box all.", tags=[]) | {"tags": ["night"]},
        task(2, "anything"),
        task(2, None),
        task(-1, None),
        task(-1, ...) | {"params": {}},
        task() | {"status": "completed", "response": {"annotations": []}},
        {name: value for name, value in task().items() if name != "type"},
    ],
)
def test_a_task_that_a_request_can_produce_is_possible(finished):
    """A task counts as possible if a request can produce it. The service may have added params (T9)."""
    audit = audited(finished)
    assert (audit.possible, audit.impossible, summarize(audit)) == (1, 0, [])


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": "boxes", "type": "imageannotation", "param_history": []}, "a whole project object"),
        ({"status_code": 401, "error": "Invalid key"}, 'an error that the service returned ("Invalid key")'),
        ({"error": "Invalid key"}, "an error that the service returned"),
        ({"docs": [task()], "total": 1, "has_more": False}, "a page of created tasks"),
        ({"docs": []}, "a page of created tasks"),
        ({"task_id": "a", "status": "completed", "response": {}, "task": task()}, "the body of a callback"),
        ({"patch": True, "padding": 3}, "not a created task"),
        ({"type": "imageannotation", "name": "docks", "params": {}}, "the body of a request that creates a project"),
        ({"attachment": "https://e.com/1.jpg", "project_version": 0}, "not a created task"),
    ],
)
def test_another_document_is_not_counted_as_a_task(wrong, problem):
    """A document that is no created task is rejected. If it counted as "not judged", the audit would pass."""
    with pytest.raises(MalformedPayload) as caught:
        audited(task(), wrong)
    assert caught.value.code == "task_type"
    assert problem in caught.value.problem


@pytest.mark.parametrize(
    "finished", [task(project="other"), task(project=...), task(project=None), task(...), task(None)]
)
def test_a_task_without_a_version_of_the_project_is_not_judged(finished):
    """A task that names another project, no project or no version is counted as not judged."""
    audit = audited(finished)
    assert (audit.possible, audit.impossible, audit.not_judged) == (0, 0, 1)


@pytest.mark.parametrize(
    ("finished", "finding"),
    [
        (task() | {"params": {}}, ("T1", "/params/padding", "nothing", "a value, because version 0 sets it", [])),
        (
            task(1, "Box all."),
            (
                "T1",
                "/tags",
                "nothing",
                "a value, because version 1 sets it",
                [{"instruction_rule": "override", "pinned_param_version": "latest"}],
            ),
        ),
        (
            task(instruction="Box all."),
            (
                "T4",
                "/instruction",
                '"Box all."',
                '"Box it." at the end (the instruction of version 0)',
                [{"instruction_rule": "override"}],
            ),
        ),
        (
            task(instruction=None),
            (
                "T4",
                "/instruction",
                "null",
                '"Box it." at the end (the instruction of version 0)',
                [{"instruction_rule": "override"}],
            ),
        ),
        (
            task(instruction=...),
            (
                "T4",
                "/instruction",
                "nothing",
                '"Box it." at the end (the instruction of version 0)',
                [],
            ),
        ),
        (task(7), ("T8", "/project_param_version", "the number 7", "a version from 0 to 2, or -1", [])),
        (task("0"), ("T8", "/project_param_version", "the text '0'", "a version from 0 to 2, or -1", [])),
        (task(True), ("T8", "/project_param_version", "true", "a version from 0 to 2, or -1", [])),
        (
            task() | {"type": "comparison"},
            ("T12", "/type", "the text 'comparison'", '"imageannotation" (the type of the project)', []),
        ),
        (task(-1) | {"type": 7}, ("T12", "/type", "the number 7", '"imageannotation" (the type of the project)', [])),
    ],
)
def test_a_contradiction_names_its_rule(finished, finding):
    """A finding about an impossible value has the broken rule, the path, the actual value and the expected value.

    It also has the settings that would explain the value.
    """
    audit = audited(finished)
    assert audit.impossible == 1
    assert finding in summarize(audit)


@pytest.mark.parametrize(
    ("whole", "ways"),
    [
        ("Hurry.\n\nBox it.", []),
        ("Hurry.Box it.", [{"instruction_separator": ""}, {"instruction_rule": "override"}]),
        (
            "Hurry. Box it.",
            [{"instruction_separator": " "}, {"instruction_separator": ""}, {"instruction_rule": "override"}],
        ),
        (
            "Hurry.\t\tBox it.",
            [{"instruction_separator": "\t\t"}, {"instruction_separator": ""}, {"instruction_rule": "override"}],
        ),
        ("\nBox it.", [{"instruction_separator": ""}, {"empty_instruction": "join"}, {"instruction_rule": "override"}]),
    ],
)
def test_another_assumption_may_explain_a_task(whole, ways):
    """A finding lists the smallest changes of settings that would explain the task.

    For example, the separator may be the white space that precedes the project's instruction in the task.
    """
    assert [way for finding in summarize(audited(task(instruction=whole))) for way in finding[4]] == ways


def test_a_joined_empty_instruction_has_its_separator():
    """Under `join`, the instruction of a task begins with the separator if the task request has no instruction."""
    joined = BOXES.with_assumptions(Assumptions(empty_instruction="join"))
    assert audited(task(instruction="\nBox it."), project=joined).possible == 1
    assert summarize(audited(task(), project=joined))[0][4] == [
        {"instruction_separator": ""},
        {"empty_instruction": "leave out"},
        {"instruction_rule": "override"},
    ]


def test_under_latest_a_task_may_use_an_older_version():
    """Under `latest`, a task may have used any version up to the recorded version (T8)."""
    latest = BOXES.with_assumptions(Assumptions(pinned_param_version="latest"))
    assert audited(task(1, "Box it."), project=latest).possible == 1
    assert audited(task(0, "Box all."), project=latest).impossible == 1
    assert {"pinned_param_version": "latest"} in summarize(audited(task(1, "Box it.")))[0][4]


def test_a_project_without_versions_explains_only_tasks_that_opted_out():
    """In a project without versions, a task that opted out is possible, and a task with a version is not."""
    bare = Project("boxes", type="imageannotation")
    assert audited(task(-1), project=bare).possible == 1
    assert summarize(audited(task(0), project=bare))[0][3] == "-1 (the project has no versions)"


@pytest.mark.parametrize(
    ("obj", "error"),
    [
        *((None, InvalidParams), (7, InvalidParams), ([], InvalidParams), ({"params": []}, InvalidParams)),
        ({"a": {1}}, NotJSON),
    ],
)
def test_only_task_objects_are_audited(obj, error):
    """Values that are not task objects are rejected."""
    with pytest.raises(error):
        audited(obj)


def test_an_audit_in_text():
    """The text has the counts, the findings, and the settings that would explain as many tasks as possible."""
    audit = audited(task(instruction="Hurry.\nBox it."), task(0, "Hurry. Box it.", task_id="t2"), task(project="other"))
    assert str(audit) == (
        'tasks of "boxes": 1 possible, 1 impossible, 1 not judged (without a version of this project)\n'
        'task t2 contradicts T5 at /instruction: expected text that ends with the separator "\\n" before the instruction'
        " of version 0,"
        ' got "Hurry. "\n'
        '  possible with instruction_separator=" " or instruction_separator="" or instruction_rule="override"\n'
        "the current settings do not explain all tasks; to explain as many tasks as possible, use"
        ' instruction_separator="" or instruction_rule="override"'
    )


LONG = "of every forklift, pallet and person in the image, also at the edge, " * 3


@pytest.mark.parametrize(
    ("inherited", "instruction", "expected", "actual"),
    [
        (f"Box all {LONG}", f"Mark all {LONG}", '"Box all of every', '"Mark all of every'),
        (f"Box all {LONG}", f"all {LONG}", '"Box all of every', '"all of every'),
        (
            f"all {LONG}",
            f"Hurry. Box all {LONG}!",
            "in the image, also at the edge, ",
            "in the image, also at the edge, !",
        ),
        (
            f"{LONG} Box {LONG}",
            f"{LONG} Mark {LONG}",
            "at the edge,  Box of every",
            "at the edge,  Mark of every",
        ),
    ],
)
def test_long_instructions_are_shown_where_they_differ(inherited, instruction, expected, actual):
    """If two long instructions differ, the finding shows the text around their last difference."""
    project = Project("boxes", type="imageannotation", params={"instruction": inherited})
    (finding,) = audited(task(instruction=instruction), project=project).findings
    assert finding.rule == "T4"
    assert expected in finding.expected
    assert actual in finding.actual
    assert finding.expected.removesuffix(" at the end (the instruction of version 0)") != finding.actual


def test_a_separator_without_text_before_it_is_not_expected():
    """If a task has only a separator before the project's instruction, the finding says that none is expected."""
    (finding,) = audited(task(instruction="\nBox it.")).findings
    assert (finding.rule, finding.actual) == ("T5", '"\\n"')
    assert finding.expected == "no separator, because no text precedes the instruction of version 0"


def test_the_calibration_lists_the_remaining_settings():
    """The calibration lists each setting with the values that the tasks rule out and the other possible values."""
    assert audited(task(instruction="Hurry.\nBox it.")).format_calibration() == [
        "the current settings explain all tasks",
        '  instruction_separator = "\\n"  (ruled out: "\\n\\n", " "; also possible: "")',
        '  empty_instruction = "leave out"  (also possible: "join")',
        '  instruction_rule = "append"  (also possible: "override")',
        '  pinned_param_version = "used"  (also possible: "latest")',
    ]
    assert audited().format_calibration() == audited(task(project="other")).format_calibration() == []


def test_tasks_of_a_project_with_join_rule_out_leave_out():
    """Tasks of a project with `join` do not rule out the project's settings.

    The tasks rule out the settings that have `leave out` instead of `join`, and otherwise equal the project's settings.
    """
    true = Assumptions(instruction_separator=" ", empty_instruction="join")
    project = BOXES.with_assumptions(true).patch_params({"instruction": "Box most.", "other": 1})
    made = [
        dict(project.resolve({"project": "boxes", **request}).as_task())
        for request in ({"instruction": "Hurry,please."}, {}, {"project_version": 0, "instruction": "x"})
    ]
    left = Audit.of(project, made).calibration
    assert true in left
    assert {one.empty_instruction for one in left if one == evolve(true, empty_instruction=one.empty_instruction)} == {
        "join"
    }


def test_a_task_that_nothing_explains_rules_out_nothing():
    """A task that is impossible under all assumptions does not rule out any assumptions."""
    audit = audited(task() | {"params": {}}, task(0, "Hurry.\nBox it.", task_id=None))
    assert Assumptions() in audit.calibration
    assert "the current settings explain the other tasks" in str(audit)
    assert str(audit.findings[0]).startswith("task t1 contradicts T1")


def test_tasks_can_rule_out_append():
    """Tasks can rule out all assumptions with `append`. Then, only assumptions with `override` remain."""
    audit = audited(task(instruction="a\tBox it."), task(0, "Other.", task_id=None))
    assert {assumptions.instruction_rule for assumptions in audit.calibration} == {"override"}
    custom = read_project(
        {"name": "boxes", "type": "imageannotation", "param_history": [{"version": 0, "instruction": "Box it."}]}
    ).patch_params({"instruction": "Box all."})
    left = audited(task(1, "a Box all."), task(0, "b\n\nBox all."), project=custom)
    assert {assumptions.instruction_rule for assumptions in left.calibration} == {"override"}


def test_an_audit_as_json():
    """The JSON has the counts, the findings and the possible assumptions."""
    document = audited(task(0, "Box all.", task_id=7)).to_json()
    assert {name: document[name] for name in ("project", "possible", "impossible", "not_judged", "findings")} == {
        "project": "boxes",
        "possible": 0,
        "impossible": 1,
        "not_judged": 0,
        "findings": [
            {
                "task_id": None,
                "rule": "T4",
                "pointer": "/instruction",
                "actual": '"Box all."',
                "expected": '"Box it." at the end (the instruction of version 0)',
                "vanishes_under": [{"instruction_rule": "override"}],
            }
        ],
    }
    assert {one["instruction_rule"] for one in document["calibration"]} == {"override"}


def test_long_texts_are_cut():
    """Only the end of a long instruction is shown."""
    finding = summarize(audited(task(instruction="x" * 100 + "end")))[0]
    assert finding[2] == "..." + "x" * 61 + "end"


def test_under_override_the_instruction_is_required():
    """Under `override`, the instruction of a task may be any text or null, but it may not be missing."""
    override = BOXES.with_assumptions(Assumptions(instruction_rule="override"))
    assert audited(task(instruction="Other."), task(instruction=None), project=override).possible == 2
    assert summarize(audited(task(instruction=...), project=override)) == [
        ("T1", "/instruction", "nothing", "text, because version 0 sets it", [])
    ]
    assert summarize(audited(task(instruction=7), project=override))[0][2] == "the number 7"
    assert summarize(audited(task(instruction=...)))[0][:2] == ("T4", "/instruction")


def test_a_finding_in_text():
    """The text has the task, the rule, the path, the expected and actual values, and settings that explain the task."""
    finding = audited(task(7, task_id=None)).findings[0]
    assert str(finding) == (
        "task contradicts T8 at /project_param_version: expected a version from 0 to 2, or -1, got the number 7"
    )
    two = audited(task(1, "Box all.", task_id="a\n")).findings[0]
    assert str(two) == (
        "task a\\n contradicts T1 at /tags: expected a value, because version 1 sets it, got nothing\n"
        '  possible with instruction_rule="override" and pinned_param_version="latest"'
    )


def test_tasks_that_are_not_judged_are_counted():
    """Each task of another project or without a version is counted as not judged."""
    assert audited(task(project="x"), task(project="y"), task(None)).not_judged == 3


def test_a_field_is_beside_the_params():
    """A param that is a field of the task itself, such as `tags`, is checked only in that field (T9)."""
    assert audited(task(1, "Box all.") | {"tags": []}).possible == 1
    assert audited(task(1, "Box all.", tags=[])).impossible == 1


def test_a_task_without_params_lacks_them():
    """A task object without `params` contradicts a version that sets a param."""
    lacking = {name: value for name, value in task(2).items() if name != "params"}
    assert summarize(audited(lacking))[0][:2] == ("T1", "/params/padding")


def test_ends_of_texts_are_truncated():
    """Texts of up to 64 characters are shown whole. Longer texts are truncated to their last 64 characters."""
    whole, more = "x" * 64, "x\n" * 32 + "x"
    assert summarize(audited(task(instruction=whole)))[0][2] == f'"{whole}"'
    assert summarize(audited(task(instruction=more)))[0][2] == "..." + "\\nx" * 32
    assert summarize(audited(task(instruction=["a"])))[0][2] == "an array"


def test_an_audit_has_a_short_repr():
    """The `repr` has the counts and no values."""
    assert repr(audited(task())) == "<Audit of 'boxes': 1 possible, 0 impossible, 0 not judged>"


def test_a_contradiction_has_a_short_repr():
    """The `repr` has the rule and the path, and no values."""
    contradiction = audited(task(instruction="Other.")).findings[0]
    assert repr(contradiction) == f"<Contradiction of {contradiction.rule} at '/instruction'>"


def test_an_audit_without_possible_assumptions():
    """If no settings explain the tasks, the calibration is a line that says so."""
    audit = evolve(audited(task()), calibration=())
    assert audit.format_calibration() == ["no tried combination of settings explains all tasks"]
