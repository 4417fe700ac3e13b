"""The verdict of each result."""

import pytest
from attrs import evolve

from paramcore import Audit, Diff, History, Impact, Patch, Plan, Project, Replace
from paramcore.analysis import Drift
from paramcore.report.verdicts import UserText, format_phrase, get_findings_verdict, get_plans_verdict, get_verdict
from paramcore.validation import Finding

DOCKS = Project("docks", type="comparison", params={"a": 1, "b": {"x": 1, "y": 2}, "c": 1})
LATER = DOCKS.patch_params({"a": 2})
ERROR = Finding("param_type", "error", "/a", "must be text")
FINISHED = {"project": "docks", "project_param_version": 0}


def plan(update, project=DOCKS):
    return Plan.of(project, update)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        (plan(Replace({"a": 1, "b": {"x": 1, "y": 2}})), "1 param would be dropped: docks, version 0 -> 1 (replace)"),
        (plan(Replace({})), "3 params would be dropped: docks, version 0 -> 1 (replace)"),
        (
            plan(Replace({"b": {"y": 2}})),
            "2 params would be dropped, and 1 value would be lost inside 1 param: docks, version 0 -> 1 (replace)",
        ),
        (
            plan(Patch({"b": 7, "a": 2})),
            "2 values would be lost inside 1 param, no param would be dropped: docks, version 0 -> 1 (patch)",
        ),
        (
            plan(Patch({"a": 2, "c": 2, "d": 1})),
            "2 params would change, 1 param would be added, none would be dropped: docks, version 0 -> 1 (patch)",
        ),
        (plan(Patch({"d": 2})), "1 param would be added, none would be dropped: docks, version 0 -> 1 (patch)"),
        (plan(Patch({"a": 1})), "nothing would change: docks, version 0 -> 1 (patch)"),
        (
            plan(Patch({"a": 2})).with_findings([ERROR]),
            "1 error; 1 param would change, none would be dropped: docks, version 0 -> 1 (patch)",
        ),
        (Plan.to(DOCKS, DOCKS.params), "nothing to do, because the project already has these params: docks"),
        (
            plan(Patch({"a": 2}), Project("new", type="comparison")),
            "1 param would be added, none would be dropped: new, version 0, its first (patch)",
        ),
        (Diff.between({"a": 1, "b": 1}, {"a": 2}), "1 param removed"),
        (Diff.between({"a": {"x": 1}}, {"a": {}}), "1 value lost inside 1 param, no param removed"),
        (Diff.between({"a": 1}, {"a": 2, "b": 1}), "1 param changed, 1 param added, none removed"),
        (Diff.between({}, {}), "nothing differs"),
        (DOCKS, "docks (comparison): 1 version, the latest with 3 params"),
        (Project("new", type="comparison"), "new (comparison): 0 versions"),
        (History.of(LATER.replace_params({})), "docks: 3 versions, 1 of them dropped params"),
        (History.of(LATER), "docks: 2 versions, none of them dropped params"),
        (History.of(Project("new", type="comparison")), "new: no versions yet"),
        (
            Impact.of(plan(Patch({"a": 2})), [{}, {"a": 3}, {"project_version": 0}]),
            "1 of 3 requests would get different params: docks",
        ),
        (Audit.of(DOCKS, [FINISHED, {}]), "1 of 1 task contradicts the history: docks (1 not judged)"),
        (
            Audit.of(DOCKS, [FINISHED, {**FINISHED, "params": DOCKS.params}, {**FINISHED, "params": {}}]),
            "2 of 3 tasks contradict the history: docks",
        ),
        (Drift.between(DOCKS, DOCKS), "in sync: docks, 1 version"),
        (Drift.between(DOCKS, LATER), "remote ahead by 1 version: docks"),
        (Drift.between(LATER.patch_params({}), DOCKS), "local ahead by 2 versions: docks"),
        (
            Drift.between(DOCKS.patch_params({"a": 3}), LATER.patch_params({})),
            "both moved, 1 conflict: docks, 1 new version locally, 2 new versions in the service",
        ),
        (
            Drift.between(evolve(DOCKS, type="lidar"), DOCKS),
            f"other type: docks, lidar locally, {DOCKS.type} in the service",
        ),
        (DOCKS.resolve({}), "3 params, inherits version 0 (the latest): task for docks"),
        (LATER.resolve({"project_version": 0}), "3 params, inherits version 0 (the latest is 1): task for docks"),
        (
            DOCKS.resolve({"project_version": -1, "z": 1}),
            "1 param, nothing inherited (project_version -1): task for docks",
        ),
        (
            Project("new", type="comparison").resolve({}),
            "0 params, nothing inherited (the project has no versions yet): task for new",
        ),
        (DOCKS.resolve({}).explain("a"), "a comes from project version 0"),
        (DOCKS.resolve({}).explain("z"), "z is not set"),
        (
            DOCKS.patch_params({"instruction": "x"}).resolve({"instruction": "y"}).explain("instruction"),
            "instruction comes from task request and project version 1",
        ),
    ],
)
def test_each_result_has_a_verdict(result, verdict):
    """Each result has a verdict. For an update or a diff, it begins with any errors, followed by the worst effect."""
    assert format_phrase(get_verdict(result)) == verdict


@pytest.mark.parametrize(
    ("updates", "verdict"),
    [
        ([Replace({"a": 1}), Patch({"a": 2})], "1 of 2 projects would lose params"),
        (
            [Patch({"b": {}}), Patch({"a": 1})],
            "1 of 2 projects would lose values inside params, none would lose params",
        ),
        ([Patch({"a": 2}), Patch({"a": 1})], "1 of 2 projects would change, none would lose params"),
        ([Patch({"a": 1}), Patch({"a": 1})], "none of 2 projects would change"),
        ([Patch({"a": 2})], "1 param would change, none would be dropped: docks, version 0 -> 1 (patch)"),
    ],
)
def test_many_plans_have_a_verdict(updates, verdict):
    """Plans for several projects have one verdict, which counts projects. A single plan keeps its own verdict."""
    assert format_phrase(get_plans_verdict([plan(update) for update in updates])) == verdict
    if len(updates) > 1:
        plans = [plan(update).with_findings([ERROR]) for update in updates]
        assert format_phrase(get_plans_verdict(plans)) == f"2 would have errors; {verdict}"


def test_findings_have_a_verdict():
    """The verdict of findings counts errors and warnings."""
    findings = [ERROR, Finding("param_type", "warning", "/a", "odd"), ERROR]
    assert format_phrase(get_findings_verdict(findings, "2 projects")) == "2 errors, 1 warning in 2 projects"


def test_text_of_the_user_is_marked():
    """The name of a project is a `UserText` in a verdict, and `format_phrase` escapes the name."""
    odd = Project("a\u2028*b*", type="comparison", params={})
    assert UserText("a\u2028*b*") in get_verdict(odd)
    assert format_phrase(get_verdict(odd)).startswith("a\\u2028*b*")


def test_other_objects_have_no_verdict():
    """`get_verdict` raises `TypeError` for an object that is not a result."""
    with pytest.raises(TypeError, match="`int` has no verdict"):
        get_verdict(7)
