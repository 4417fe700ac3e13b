"""Impact: which requests an update affects, and why it does not affect the others."""

import pytest

from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.impact import Impact
from paramcore.errors import NoSuchVersion, ParamcoreError, WrongProject

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3, "old": 1})
PADDED = Plan.of(BOXES, Patch({"padding": 4, "new": 1}))
REWORDED = Plan.of(BOXES, Patch({"instruction": "Box all."}))


def effect(plan, **request):
    return next(Impact.iter_effects(plan, [request]))


@pytest.mark.parametrize(
    ("plan", "request_", "params", "overridden", "why"),
    [
        (PADDED, {}, ("padding", "new"), (), None),
        (PADDED, {"padding": 9}, ("new",), ("padding",), None),
        (PADDED, {"padding": 9, "new": None}, (), ("padding", "new"), "override"),
        (PADDED, {"project_version": 0}, (), (), "pinned"),
        (PADDED, {"project_version": -1, "padding": 9}, (), (), "opted_out"),
        (PADDED, {"padding": 9, "other": 1}, ("new",), ("padding",), None),
        (REWORDED, {"instruction": "Hurry."}, ("instruction",), (), None),
        (REWORDED, {"instruction": ""}, ("instruction",), (), None),
        (Plan.of(BOXES, Replace({"padding": 3})), {"padding": 3}, ("instruction", "old"), (), None),
        (Plan.of(BOXES, Patch({"padding": 3.0})), {}, (), (), "same"),
        (Plan.of(BOXES, Patch({})), {"padding": 9}, (), (), "same"),
        (Plan.to(BOXES, BOXES.params), {}, (), (), "same"),
        (
            Plan.of(Project("bare", type="x"), Patch({"instruction": ""})),
            {"instruction": "a"},
            (),
            ("instruction",),
            "override",
        ),
        (
            Plan.of(Project("bare", type="x"), Patch({"a": 1, "instruction": None})),
            {"instruction": "b"},
            ("a",),
            ("instruction",),
            None,
        ),
    ],
)
def test_each_effect_has_its_params_or_a_reason(plan, request_, params, overridden, why):
    """An effect names the changed params, or the reason why the request is unaffected."""
    found = effect(plan, **request_)
    assert (found.params, found.overridden, found.why) == (params, overridden, why)


def test_an_overriding_instruction_prevents_an_effect():
    """Under `override`, a task with an instruction is not affected by a change of the project's instruction (T6)."""
    project = BOXES.with_assumptions(Assumptions(instruction_rule="override"))
    plan = Plan.of(project, Patch({"instruction": "Box all."}))
    assert effect(plan, instruction="Hurry.").why == "override"
    assert "cannot override" not in str(Impact.of(plan, [{}]))


@pytest.mark.parametrize(
    ("task", "error"),
    [
        ({"project_version": 7}, NoSuchVersion),
        ({"project_version": 7, "project": "other"}, NoSuchVersion),
        ({"project": "other"}, WrongProject),
        (TaskRequest({}, type="comparison"), WrongProject),
        ({"batch": 7}, ParamcoreError),
        (None, ParamcoreError),
    ],
)
def test_a_request_that_the_project_refuses_is_refused(task, error):
    """If the project rejects a request, the errors of `Impact.of` and `Project.resolve` have the same problem."""
    with pytest.raises(error) as refused:
        Impact.of(PADDED, [task])
    with pytest.raises(error) as expected:
        BOXES.resolve(task)
    assert refused.value.problem == expected.value.problem


TASKS = [{}, {"padding": 9}, {"padding": 9, "new": 2}, {"project_version": 0}, {"project_version": -1}, TaskRequest({})]


def test_an_impact_in_text():
    """The first line has the counts by reason. Each changed param has a line of its own."""
    assert str(Impact.of(PADDED, TASKS)) == (
        "6 requests: 3 affected, 1 overriding every changed param, 1 pinned to a version,"
        " 1 opted out (project_version -1)\n"
        "  padding  2 affected, 2 overriding it\n"
        "  new      3 affected, 1 overriding it"
    )
    assert str(Impact.of(REWORDED, [{}, {"instruction": "Hurry."}])) == (
        "2 requests: 2 affected\n"
        "  instruction  2 affected, 0 overriding it\n"
        "the project's instruction is appended to the task's instruction, so a task cannot override it"
    )
    assert str(Impact.of(Plan.of(BOXES, Patch({})), [{}])) == "1 request: 0 affected, 1 unchanged"


@pytest.mark.parametrize(("before", "after"), [(None, ""), ("", None)])
def test_an_instruction_without_text_can_be_overridden(before, after):
    """If neither the old nor the new instruction has text, the report does not say that the instruction is appended."""
    project = Project("bare", type="x", params={"instruction": before})
    assert str(Impact.of(Plan.of(project, Patch({"instruction": after})), [{}, {"instruction": "Hurry."}])) == (
        "2 requests: 1 affected, 1 overriding every changed param\n  instruction  1 affected, 1 overriding it"
    )


def test_an_impact_as_json():
    """The JSON of an impact has the counts by reason and by param."""
    assert Impact.of(PADDED, TASKS).to_json() == {
        "project": "boxes",
        "affected": 3,
        "unaffected": {"override": 1, "pinned": 1, "opted_out": 1, "same": 0},
        "by_param": {"padding": {"affected": 2, "override": 2}, "new": {"affected": 3, "override": 1}},
    }


def test_an_effect_in_text_and_json():
    """The text of an effect has the changed params or the reason. The JSON also has the request."""
    assert str(effect(PADDED, padding=9)) == "new"
    assert str(effect(PADDED, project_version=0)) == "unchanged (pinned)"
    assert effect(PADDED, padding=9, unique_id="u-1").to_json() == {
        "params": ["new"],
        "overridden": ["padding"],
        "why": None,
        "request": {"unique_id": "u-1", "padding": 9},
    }


def test_an_impact_has_a_short_repr():
    """The `repr` has counts and no values."""
    assert repr(Impact.of(PADDED, TASKS)) == "<Impact on 'boxes': 3 affected, 3 unaffected>"
