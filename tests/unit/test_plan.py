"""Plans: what an update would change, before it is sent."""

import pytest

from paramcore import Patch, Plan, Project, Replace
from paramcore.errors import InvalidParams, InvalidSetting
from paramcore.validation import Finding, Validator

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3, "old": 1})
EMPTY = Project("bare", type="comparison")


def test_the_text_of_a_replace_begins_with_its_drops():
    """After its headline, the text has the drops, other changes, the counts, and how to keep the dropped params."""
    plan = Plan.of(BOXES, Replace({"instruction": "Box all.", "new": True}))
    assert str(plan) == (
        'update of "boxes": version 0 -> 1, by replace (drops every param that the update does not name)\n'
        "  dropped  padding      3\n"
        "  dropped  old          1\n"
        '  changed  instruction  "Box it." -> "Box all."\n'
        "  added    new          true\n"
        "2 dropped, 1 changed, 1 added, 0 kept\n"
        'to keep the dropped params, write `"patch": true` in the update (in Python: `plan.keeping.body`)'
    )
    assert plan.dropped == ("padding", "old")
    assert plan.needs_consent


def test_a_patch_keeps():
    """A patch drops nothing and needs no consent."""
    plan = Plan.of(BOXES, Patch({"padding": 4}))
    assert str(plan) == (
        'update of "boxes": version 0 -> 1, by patch\n  changed  padding  3 -> 4\n0 dropped, 1 changed, 0 added, 2 kept'
    )
    assert not plan.needs_consent
    assert plan.keeping == Patch({"padding": 4})


@pytest.mark.parametrize(
    ("update", "summary"),
    [
        (
            Patch({"padding": 3, "geometries": {"box": {"min_width": 2}}}),
            [
                "0 dropped, 1 changed, 0 added, 1 kept; 1 value lost inside params",
                "to keep the values that are lost inside params, write an update with the whole values of these params",
            ],
        ),
        (
            Replace({"geometries": {"box": {}}}),
            [
                "1 dropped, 1 changed, 0 added, 0 kept; 2 values lost inside params",
                'to keep the dropped params, write `"patch": true` in the update (in Python: `plan.keeping.body`)',
                "to keep the values that are lost inside params, write an update with the whole values of these params",
            ],
        ),
        (
            Patch({"geometries": {"box": {"min_width": 2, "min_height": 4, "rotate": True}}}),
            ["0 dropped, 1 changed, 0 added, 1 kept"],
        ),
    ],
)
def test_the_summary_counts_what_is_lost_inside_params(update, summary):
    """The text counts the values that would be lost inside params, and explains how to keep them.

    It does so even if no param is dropped.
    """
    params = {"padding": 3, "geometries": {"box": {"min_width": 2, "min_height": 2}}}
    plan = Plan.of(Project("boxes", type="imageannotation", params=params), update)
    assert str(plan).splitlines()[-len(summary) :] == summary


def test_an_empty_replace_suggests_no_patch():
    """For an empty replace, the text reports that all params are dropped, and suggests no patch."""
    assert str(Plan.of(BOXES, Replace({}))).splitlines()[-1] == "this update names no params, so it drops all params"
    assert Plan.of(BOXES, Replace({})).keeping == Patch({})


def test_the_patch_that_keeps_is_the_smallest():
    """`keeping` is a patch with only the params that the update adds or changes."""
    assert Plan.of(BOXES, Replace({"instruction": "Box it.", "padding": 4})).keeping == Patch({"padding": 4})
    plan = Plan.of(BOXES, Replace({"instruction": "Box it."}))
    assert plan.keeping == Patch({})
    assert Plan.of(BOXES, Patch({"padding": 3, "old": 2})).keeping == Patch({"old": 2})
    assert Plan.of(BOXES, Patch({"padding": 3.0})).keeping == Patch({})
    assert Plan.of(BOXES, Replace({"padding": 3.0, "old": True})).keeping == Patch({"old": True})
    assert (
        str(plan).splitlines()[-1] == "this update only drops params, so a patch that keeps them would change nothing"
    )


def test_a_replace_that_drops_nothing_needs_no_consent():
    """A replace that names every param needs no consent."""
    assert not Plan.of(BOXES, Replace({**BOXES.params, "new": 1})).needs_consent
    plan = Plan.of(EMPTY, Replace({"a": 1}))
    assert not plan.needs_consent
    assert str(plan).splitlines()[0] == (
        'update of "bare": creates version 0, by replace (drops every param that the update does not name)'
    )


def test_a_plan_as_json():
    """The JSON has the params before and after, the diff and the body of the request."""
    assert Plan.of(BOXES, Replace({"padding": 4})).to_json() == {
        "project": "boxes",
        "version": 1,
        "before": {"instruction": "Box it.", "padding": 3, "old": 1},
        "after": {"padding": 4},
        "dropped": ["instruction", "old"],
        "diff": {
            "added": {},
            "removed": {"instruction": "Box it.", "old": 1},
            "changed": {"padding": {"before": 3, "after": 4}},
            "lost": [],
            "changes": [change.to_json() for change in Plan.of(BOXES, Replace({"padding": 4})).diff.changes],
        },
        "request": {"patch": False, "padding": 4},
        "needs_consent": True,
        "findings": [],
    }


def test_the_smallest_update_may_be_none():
    """If the project has the wanted params already, there is no update. The order of names does not matter."""
    plan = Plan.to(BOXES, {"old": 1.0, "padding": 3, "instruction": "Box it."})
    assert (plan.update, plan.request, plan.needs_consent) == (None, None, False)
    assert str(plan) == 'nothing to do: "boxes" already has these params'
    assert plan.to_json()["version"] is plan.to_json()["request"] is None
    assert plan.keeping == Patch({})


def test_the_smallest_update_is_a_patch_with_the_changes():
    """If no param must be removed, the update is a patch with the params that change or are added."""
    assert Plan.to(BOXES, {**BOXES.params, "padding": 4, "new": None}).update == Patch({"padding": 4, "new": None})


def test_a_replace_is_required_to_remove_a_param():
    """If a param must be removed, the update is a replace with all wanted params."""
    assert Plan.to(BOXES, {"padding": 3}).update == Replace({"padding": 3})
    assert Plan.to(BOXES, {}).update == Replace({})


def test_a_plan_to_params_of_a_project_without_versions():
    """A project without versions needs no update for the params `{}`. For other params, it needs a patch."""
    assert Plan.to(EMPTY, {}).update is None
    assert Plan.to(EMPTY, {"a": 1}).update == Patch({"a": 1})


@pytest.mark.parametrize("wanted", [None, {"version": 1}, {"instruction": 7}, {"batch": "monday"}])
def test_wanted_params_that_a_project_cannot_have_are_rejected(wanted):
    with pytest.raises(InvalidParams):
        Plan.to(BOXES, wanted)


def test_an_update_is_a_patch_or_a_replace():
    """An update that is neither a `Patch` nor a `Replace` is rejected."""
    with pytest.raises(InvalidSetting):
        Plan.of(BOXES, {"padding": 4})


@pytest.mark.parametrize(
    ("update", "meanwhile", "conflicts"),
    [
        (Patch({"padding": 4}), Patch({"padding": 5}), ("padding",)),
        (Patch({"padding": 4}), Patch({"padding": 4}), ()),
        (Patch({"padding": 4}), Patch({"other": 4}), ()),
        (Patch({"padding": 4}), Replace({}), ("padding",)),
        (Patch({"new": 1}), Patch({"new": 2}), ("new",)),
        (Replace({"padding": 3}), Patch({"new": 2}), ("new",)),
        (Replace({"padding": 4}), Patch({"padding": 4}), ()),
        (Replace({"padding": 4}), Replace({"padding": 3, "instruction": "Box it."}), ()),
        (Replace({"old": 1}), Replace({}), ("old",)),
    ],
)
def test_conflicts_are_what_the_update_would_overwrite(update, meanwhile, conflicts):
    """A param conflicts if somebody else changed it after the plan, and the update would overwrite this change."""
    moved = Plan.of(BOXES, update).rebase_on(BOXES.update(meanwhile))
    assert moved.conflicts == conflicts
    assert moved.is_clean is (conflicts == ())
    assert moved.since == (1,)


def test_a_plan_without_an_update_conflicts_with_any_change():
    """A plan without an update conflicts with every param that changed after the plan."""
    plan = Plan.to(BOXES, BOXES.params)
    assert plan.rebase_on(BOXES.patch_params({})).is_clean
    assert plan.rebase_on(BOXES.patch_params({"padding": 4})).conflicts == ("padding",)


def test_a_changed_history_in_text_and_json():
    """One line says whether the update still has the planned effect."""
    plan = Plan.of(BOXES, Patch({"padding": 4, "old": 2}))
    assert str(plan.rebase_on(BOXES)) == "the history has not changed since the plan"
    one = BOXES.patch_params({"new": 1})
    assert str(plan.rebase_on(one)) == "version 1 was added since the plan; the update still has the planned effect"
    two = one.patch_params({"padding": 5, "old": 3})
    assert str(plan.rebase_on(two)) == (
        "versions 1, 2 were added since the plan; the update would overwrite: padding, old"
    )
    assert plan.rebase_on(two).to_json() == {"since": [1, 2], "conflicts": ["padding", "old"]}
    nothing = Plan.to(BOXES, BOXES.params)
    assert nothing.update is None
    repeated = BOXES.patch_params({})
    assert str(nothing.rebase_on(repeated)).endswith(" since the plan; the project still has the planned params")
    assert str(nothing.rebase_on(two)).endswith(" since the plan; these params have changed: padding, old, new")


@pytest.mark.parametrize(
    "now",
    [
        EMPTY,
        Project("boxes", type="imageannotation"),
        Project("boxes", type="imageannotation", params={"padding": 9}),
        Project("other", type="imageannotation", params=dict(BOXES.params)),
        Project("boxes", type="lidarannotation", versions=BOXES.versions),
        Project("boxes", type="imageannotation", params=dict(BOXES.params), created_at="2024-03-04T09:12:41.769Z"),
    ],
)
def test_a_plan_can_only_be_rebased_on_a_later_history(now):
    """A plan can be rebased only on a project with the same name and type.

    The history of the project must begin with the history of the plan.
    """
    with pytest.raises(InvalidSetting) as refused:
        Plan.of(BOXES, Patch({})).rebase_on(now)
    assert refused.value.code == "history_moved"


def test_a_plan_has_a_short_repr():
    """The `repr` has the project, the class of the update and the number of drops, and no values."""
    plan = Plan.of(BOXES, Replace({"padding": 4}))
    assert repr(plan) == "<Plan for 'boxes': Replace, 2 dropped>"
    assert repr(Plan.to(BOXES, BOXES.params)) == "<Plan for 'boxes': nothing to do, 0 dropped>"
    assert (
        repr(plan.rebase_on(BOXES))
        == "<Rebase of <Plan for 'boxes': Replace, 2 dropped>: 0 later versions, 0 conflicts>"
    )


WARNING = Finding("update_null", "warning", "/padding", "the value is null")
ERROR = Finding("param_type", "error", "/padding", "must be a whole number", "write 4", version=1)


def test_a_plan_has_the_findings_that_it_is_given():
    """`with_findings` returns a plan that shows and counts the findings. The original plan does not change."""
    bare = Plan.of(BOXES, Patch({"padding": "4"}))
    plan = bare.with_findings(each for each in (WARNING, ERROR))
    assert (bare.findings, plan.findings, plan.errors) == ((), (WARNING, ERROR), (ERROR,))
    assert str(plan).splitlines()[-4:] == [
        "0 dropped, 1 changed, 0 added, 2 kept; 1 error, 1 warning",
        "",
        str(WARNING),
        str(ERROR),
    ]
    assert plan.to_json() == {**bare.to_json(), "needs_consent": True, "findings": [WARNING.to_json(), ERROR.to_json()]}
    assert (plan.update, plan.after, plan.dropped) == (bare.update, bare.after, bare.dropped)


def test_an_error_needs_consent_and_a_warning_does_not():
    """Drops and errors need consent. Warnings do not."""
    keeping, dropping = Plan.of(BOXES, Patch({"padding": "4"})), Plan.of(BOXES, Replace({"padding": "4"}))
    assert not keeping.with_findings([WARNING]).needs_consent
    assert keeping.with_findings([ERROR]).needs_consent
    assert dropping.with_findings([WARNING]).needs_consent
    assert "to keep" not in str(keeping.with_findings([ERROR]))


def test_the_hint_on_drops_names_no_params():
    """The hint on how to keep dropped params names no param of the update, and no option of the command line.

    In this update, `pathc` is a misspelt `patch`.
    """
    update = Replace({"pathc": True, "padding": 4})
    plan = Plan.of(BOXES, update).with_findings(Validator(BOXES).update(update))
    [hint] = [line for line in str(plan).splitlines() if line.startswith("to keep")]
    assert hint == 'to keep the dropped params, write `"patch": true` in the update (in Python: `plan.keeping.body`)'
    assert [each.code for each in plan.errors] == ["update_mode"]
