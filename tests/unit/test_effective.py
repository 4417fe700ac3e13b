"""Effective params, with their values, sources, explanations and assumed rules."""

import copy
import json
import pickle

import pytest

from paramcore import Assumptions, Project, TaskRequest
from paramcore.errors import InvalidParams
from paramcore.model import ParamVersion, versions
from paramcore.values.frozen import JSONObject, same_member
from paramcore.wire import read_project

PROJECT = (
    Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3, "old": 1})
    .replace_params({"instruction": "Box all.", "padding": 3})
    .patch_params({"instruction": "Box all.", "padding": 5})
)


def resolved(project=PROJECT, **request):
    return project.resolve(request)


def list_candidates(explanation):
    return [(one.version, one.status, one.value, one.first_set_in, one.note) for one in explanation.candidates]


def test_params_are_frozen_and_plain_to_json():
    """The params equal a plain dict, and `json` accepts them. They cannot be changed."""
    params = resolved(padding=9).params
    assert type(params) is JSONObject
    assert json.loads(json.dumps(params)) == params == {"instruction": "Box all.", "padding": 9}
    with pytest.raises(TypeError, match="thaw"):
        params["padding"] = 1


@pytest.mark.parametrize(
    ("project_version", "used", "recorded"), [(None, 2, 2), (0, 0, 0), (1, 1, 1), (2, 2, 2), (-1, None, -1)]
)
def test_a_created_task_carries_the_version_it_used(project_version, used, recorded):
    """`inherited_from` is the inherited version. `project_param_version` is the version that the task records (T8)."""
    answer = resolved(project_version=project_version)
    assert (answer.inherited_from and answer.inherited_from.number) == used
    assert answer.project_param_version == recorded


def test_a_pinned_task_may_record_the_latest_version():
    """Under `latest`, a pinned task records the latest version. A task that opts out still records -1 (T8)."""
    project = PROJECT.with_assumptions(Assumptions(pinned_param_version="latest"))
    assert resolved(project, project_version=0).project_param_version == 2
    assert resolved(project, project_version=-1).project_param_version == -1


def test_a_project_without_versions_gives_a_task_no_version():
    """A task of a project without versions inherits nothing and records no version."""
    answer = resolved(Project("bare", type="comparison"), a=1)
    assert (answer.inherited_from, answer.project_param_version) == (None, None)
    assert answer.explain("a").reason == answer.explain("b").reason == "NO_HISTORY"
    assert str(answer) == 'task for "bare": inherits nothing (the project has no versions yet)\n  a  task request  1'


@pytest.mark.parametrize(
    ("request_", "param", "reason", "value"),
    [
        ({"padding": None}, "padding", "TASK_OVERRIDE", None),
        ({}, "padding", "INHERITED_HEAD", 5),
        ({"project_version": 2}, "padding", "INHERITED_PINNED", 5),
        ({"project_version": -1}, "padding", "INHERITANCE_OFF", None),
        ({}, "other", "ABSENT", None),
        ({"instruction": "Hurry."}, "instruction", "INSTRUCTION_APPENDED", "Hurry.\nBox all."),
        ({"instruction": ""}, "instruction", "INSTRUCTION_PROJECT_ONLY", "Box all."),
        ({"instruction": None}, "instruction", "INSTRUCTION_PROJECT_ONLY", "Box all."),
        ({}, "instruction", "INSTRUCTION_PROJECT_ONLY", "Box all."),
    ],
)
def test_each_value_has_its_reason(request_, param, reason, value):
    """The explanation of each param, even of a missing param, has a reason code."""
    explanation = PROJECT.resolve(request_).explain(param)
    assert (explanation.reason, explanation.value) == (reason, value)


@pytest.mark.parametrize("own", [{}, {"instruction": "Hurry."}])
def test_an_instruction_may_override(own):
    """Under `override`, an instruction of the task overrides the project's instruction, and the result rests on T6."""
    project = PROJECT.with_assumptions(Assumptions(instruction_rule="override"))
    explanation = project.resolve(own).explain("instruction")
    assert explanation.reason == ("INSTRUCTION_TASK_ONLY" if own else "INSTRUCTION_PROJECT_ONLY")
    assert explanation.value == own.get("instruction", "Box all.")
    assert explanation.rests_on == (("T6",) if own else ())


def test_overridden_and_superseded_values_are_listed():
    """The candidates are the task's value, the inherited value and the superseded value, in this order."""
    explanation = resolved(padding=9).explain("padding")
    assert list_candidates(explanation) == [
        (None, "WON", 9, None, ""),
        (2, "LOST", 5, 2, "the task overrides it"),
        (1, "LOST", 3, 0, "superseded in version 2"),
    ]
    assert explanation.first_set_in is None


def test_a_dropped_param_lists_its_last_version():
    """For a dropped param, the explanation also lists the last value of the param, with the status LOST."""
    explanation = resolved().explain("old")
    assert list_candidates(explanation) == [
        (None, "UNSET", None, None, ""),
        (2, "UNSET", None, None, ""),
        (0, "LOST", 1, 0, "dropped in version 1"),
    ]
    assert str(explanation).splitlines()[0] == "old is not set"


def test_the_latest_is_shown_to_a_task_that_ignores_it():
    """If a task is pinned or opts out, the explanation also lists the value of the latest version."""
    assert list_candidates(resolved(project_version=0).explain("padding")) == [
        (None, "UNSET", None, None, ""),
        (0, "WON", 3, 0, ""),
        (2, "IGNORED", 5, 2, "the latest, but the task inherits version 0"),
    ]
    assert list_candidates(resolved(project_version=-1).explain("padding")) == [
        (None, "UNSET", None, None, ""),
        (2, "IGNORED", 5, 2, "the latest, but the task inherits nothing"),
    ]


def test_an_earlier_version_has_not_lost_a_later_param():
    """For a task that is pinned to an older version, a param of a later version is IGNORED, not LOST."""
    project = Project("boxes", type="comparison", params={}).patch_params({"new": 1})
    assert list_candidates(resolved(project, project_version=0).explain("new"))[1:] == [
        (0, "UNSET", None, None, ""),
        (1, "IGNORED", 1, 1, "the latest, but the task inherits version 0"),
    ]


def test_routing_names_in_a_history_are_kept_and_not_inherited():
    """A routing name in a version is listed as IGNORED, and the result rests on U10."""
    entry = {"version": 0, "padding": 3, "batch": "monday"}
    project = read_project({"name": "boxes", "type": "comparison", "param_history": [entry]})
    answer = project.resolve({})
    assert answer.params == {"padding": 3}
    assert answer.rests_on == ("U10",)
    assert list_candidates(answer.explain("batch"))[1] == (
        0,
        "IGNORED",
        "monday",
        None,
        "the name is reserved, so the value is stored but not inherited",
    )


def test_an_answer_names_each_assumed_rule_once():
    """`rests_on` lists the assumed rules that the result depends on. The rules are sorted, and no rule occurs twice."""
    assert resolved(padding=None, project_version=0).rests_on == ("T1", "T5", "T8")
    assert resolved(Project("boxes", type="comparison", params={"a": 1}), b=2).rests_on == ()


@pytest.mark.parametrize("param", [None, 7, b"padding", ["padding"]])
def test_the_name_of_a_param_is_text(param):
    """Explaining a name that is not text is an error."""
    with pytest.raises(InvalidParams) as refused:
        resolved().explain(param)
    assert refused.value.code == "param_name"


def test_all_params_are_explained_in_their_order():
    """`explain_all` has the order of `params`, and `sources` has the source of each param."""
    answer = resolved(padding=9, instruction="Hurry.")
    assert [one.param for one in answer.explain_all()] == list(answer.params) == ["instruction", "padding"]
    both = [*answer.params, *answer.unset_params]
    assert [one.param for one in answer.explain_all(unset=True)] == both
    assert len(both) > 2
    assert answer.sources == {"instruction": "both", "padding": "task"}


@pytest.mark.parametrize(
    ("version", "unset"), [(None, ("a", "c")), (0, ("b", "d", "c")), (1, ("b", "d")), (-1, ("b", "d", "a", "c"))]
)
def test_the_params_of_the_latest_version_come_first(version, unset):
    """`unset_params` has the params of the latest version first, then those that only older versions set."""
    project = Project("docks", type="imageannotation", params={"a": 1})
    project = project.replace_params({"a": 1, "c": 1}).replace_params({"b": 1, "d": 1})
    assert project.resolve({"project_version": version}).unset_params == unset
    assert project.resolve({"a": 1, "b": 1, "c": 1, "d": 1, "project_version": version}).unset_params == ()


def test_an_explanation_has_the_value_first():
    """The text has the value first, then the candidates, then the reason."""
    assert str(resolved(instruction="Hurry.").explain("instruction")) == (
        'instruction = "Hurry.\\nBox all."\n'
        '  APPENDED  task request       "Hurry."\n'
        '  APPENDED  project version 2  "Box all."  (unchanged since version 1)\n'
        '  LOST      project version 0  "Box it."  (superseded in version 1)\n'
        "  why       INSTRUCTION_APPENDED: the project's instruction is appended to the task's instruction"
        " (assumed: T5; see `paramcore assumptions`)"
    )


@pytest.mark.parametrize("name", ["project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"])
@pytest.mark.parametrize("version", [None, 0, -1])
def test_a_routing_name_is_explained_as_no_param(name, version):
    """T10: the explanation of a routing name says that it is no param, and does not say whether the task sets it."""
    explanation = PROJECT.resolve({"project": "boxes", "project_version": version}).explain(name)
    assert explanation.describe_reason() == "it is a routing name of the task request, not a param"
    assert str(explanation).startswith(f"{name} is not a param\n")
    assert "sets it" not in str(explanation)
    assert explanation.reason == ("INHERITANCE_OFF" if version == -1 else "ABSENT")


def test_the_json_of_an_explanation_has_no_value_for_a_missing_param():
    """The JSON has `value` only if the param is set. If the param is null, `value` is null."""
    assert resolved().explain("old").to_json() == {
        "param": "old",
        "reason": "ABSENT",
        "first_set_in": None,
        "candidates": [
            {
                "layer": "task request",
                "version": None,
                "status": "UNSET",
                "first_set_in": None,
                "note": "",
            },
            {"layer": "project version 2", "version": 2, "status": "UNSET", "first_set_in": None, "note": ""},
            {
                "layer": "project version 0",
                "version": 0,
                "status": "LOST",
                "value": 1,
                "first_set_in": 0,
                "note": "dropped in version 1",
            },
        ],
        "rests_on": [],
    }
    assert resolved(padding=None).explain("padding").to_json()["value"] is None


def test_an_answer_in_text_and_json():
    """The text has the inherited version and each value with its source. The JSON has the params and the rules."""
    answer = resolved(project_version=0, batch="monday", tags=["night"])
    assert str(answer) == (
        'task for "boxes": inherits version 0 (the latest is 2)\n'
        '  instruction  version 0     "Box it."\n'
        "  padding      version 0     3\n"
        "  old          version 0     1\n"
        '  tags         task request  ["night"]'
    )
    assert answer.to_json() == {
        "project": "boxes",
        "params": {"instruction": "Box it.", "padding": 3, "old": 1, "tags": ["night"]},
        "inherited_version": 0,
        "project_param_version": 0,
        "rests_on": ["T5", "T8"],
    }
    assert str(resolved(project_version=-1)) == 'task for "boxes": inherits nothing (project_version -1)'


def test_as_request_gives_the_same_params_in_any_project():
    """`as_request` returns a request that sets all params, opts out and keeps the other routing names."""
    task = TaskRequest(
        {"instruction": "Hurry."},
        project="boxes",
        project_version=0,
        batch="monday",
        unique_id="u-1",
        clear_unique_id_on_error=True,
        type="imageannotation",
    )
    answer = PROJECT.resolve(task)
    again = answer.as_request()
    assert again.flat == {
        "project": "boxes",
        "project_version": -1,
        "batch": "monday",
        "unique_id": "u-1",
        "clear_unique_id_on_error": True,
        "instruction": "Hurry.\nBox it.",
        "padding": 3,
        "old": 1,
    }
    assert again.type == "imageannotation"
    assert PROJECT.patch_params({"instruction": "Other."}).resolve(again).params == answer.params


def test_a_created_task_has_its_instruction_beside_its_params():
    """T9: in a created task, some params, such as `tags`, are fields beside `params`. All others are in `params`."""
    answer = resolved(instruction="Hurry.", tags=["night"], priority=10, unique_id="u-1", clear_unique_id_on_error=True)
    assert json.dumps(answer.as_task()) == json.dumps(
        {
            "type": "imageannotation",
            "params": {"padding": 5},
            "instruction": "Hurry.\nBox all.",
            "tags": ["night"],
            "priority": 10,
            "project": "boxes",
            "unique_id": "u-1",
            "project_param_version": 2,
        }
    )


def test_answers_compare_copy_and_pickle_by_project_and_task():
    """Results with equal projects and tasks are equal, even after copying and pickling."""
    answer = resolved(padding=9)
    assert answer == resolved(padding=9)
    assert hash(answer) == hash(resolved(padding=9))
    assert answer != resolved(padding=8)
    assert (answer == answer.params) is False
    again = pickle.loads(pickle.dumps(answer))
    assert again == answer == copy.deepcopy(answer) == copy.copy(answer)
    assert again.params == answer.params
    assert repr(answer).startswith("<EffectiveParams for ")
    assert (again.project, again.task, again.inheritance) == (answer.project, answer.task, answer.inheritance)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda answer: pickle.loads(pickle.dumps(answer))])
@pytest.mark.parametrize("version", [None, 2, 1, 0, -1])
def test_a_copy_of_an_answer_has_the_same_explanations(copied, version):
    """A copied or unpickled result has the same explanations as the original result."""
    answer = resolved(padding=9, project_version=version)
    again = copied(answer)
    assert again.explain_all() == answer.explain_all()
    for name in ("instruction", "padding", "old", "missing"):
        assert again.explain(name) == answer.explain(name)
    assert ("the latest, but" in str(again.explain("instruction"))) is (version not in (None, 2))


def test_an_answer_cannot_be_changed():
    """No public attribute of a result can be set or deleted, and none can be added."""
    answer = resolved()
    for name in [*(name for name in dir(answer) if not name.startswith("_")), "other"]:
        with pytest.raises(AttributeError):
            setattr(answer, name, {})
        with pytest.raises(AttributeError):
            delattr(answer, name)


def test_explanations_have_a_short_repr():
    """The `repr` of explanations and candidates has no values."""
    explanation = Project("boxes", type="imageannotation", params={"padding": 3}).resolve({}).explain("padding")
    assert repr(explanation) == "<Explanation of 'padding': INHERITED_HEAD>"
    assert repr(explanation.candidates[1]) == "<Candidate project version 0: WON>"


@pytest.mark.parametrize("wide", [False, True], ids=["many tasks", "many params"])
def test_explanations_compare_the_versions_of_a_project_once(monkeypatch, wide):
    """The number of comparisons grows neither with the tasks nor with the params that only tasks set."""
    compared = []

    def compare(before, after, name):
        compared.append(name)
        return same_member(before, after, name)

    monkeypatch.setattr(versions, "same_member", compare)
    history = [ParamVersion(number, {"padding": number // 2, "geometries": {"box": {}}}) for number in range(100)]
    project = Project("docks", type="imageannotation", versions=history)
    requests = [{f"p{number}": 1 for number in range(500)}] if wide else [{"project_version": n} for n in range(100)]
    for request in requests:
        effective = project.resolve(request)
        explanations = {explanation.param: explanation for explanation in effective.explain_all()}
        number = effective.inherited_from.number
        assert explanations["padding"].candidates[1].first_set_in == number - number % 2
        assert explanations["geometries"].candidates[1].first_set_in == 0
    assert len(compared) == 2 * 99
