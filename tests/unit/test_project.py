"""Projects: creation, updates and inheritance (P10: no method deletes a project or changes its type)."""

import copy
import pickle

import attrs
import pytest

from paramcore import Assumptions, Patch, Project, Replace, TaskRequest
from paramcore.errors import InvalidParams, InvalidSetting, NoSuchVersion, NotJSON, WrongProject
from paramcore.model.tasks import INHERIT_NOTHING
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value
from paramcore.validation import Validator
from paramcore.wire import write_project

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3})
TWO = BOXES.patch_params({"padding": 4})


@pytest.mark.parametrize("name", [None, 7, b"boxes", "", ".", "..", "a\nb", "\x7f", "\ud800", "\udfff"])
def test_a_name_that_no_url_can_contain_is_refused(name):
    """A project name must be text that a URL of the API can contain."""
    with pytest.raises(InvalidSetting) as refused:
        Project(name, type="comparison")
    assert refused.value.code == "project_name"


@pytest.mark.parametrize("name", ["a b", "a/b", "?", "#", "%2F", "\u00e9", "...", " "])
def test_a_name_with_unusual_letters_is_kept(name):
    """Names are not trimmed, case-folded or decoded."""
    assert Project(name, type="comparison").name == name


@pytest.mark.parametrize("type_", [None, 7, "", ["comparison"]])
def test_a_type_is_text(type_):
    """A task type must be text that is not empty."""
    with pytest.raises(InvalidSetting) as refused:
        Project("boxes", type=type_)
    assert refused.value.code == "task_type"


def test_a_type_with_a_lone_surrogate_is_refused():
    with pytest.raises(NotJSON):
        Project("boxes", type="\ud800")


@pytest.mark.parametrize("assumptions", [None, {}, {"instruction_rule": "append"}])
def test_assumptions_must_be_an_instance_of_the_class(assumptions):
    """The argument `assumptions` must be an `Assumptions` object."""
    with pytest.raises(InvalidSetting) as refused:
        Project("boxes", type="comparison", assumptions=assumptions)
    assert refused.value.code == "assumption_value"


@pytest.mark.parametrize("name", ["version", "created_at", "patch", "project", "project_version", "batch"])
def test_params_are_checked_at_creation(name):
    """The params of a new project must not have a reserved name."""
    with pytest.raises(InvalidParams) as refused:
        Project("boxes", type="comparison", params={name: 1})
    assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")


def test_no_params_are_not_empty_params():
    """A project that is created without params has no version. The params `{}` create an empty version (P5, P6)."""
    assert Project("boxes", type="comparison").versions == ()
    assert Project("boxes", type="comparison", params={}).versions == (ParamVersion(0, {}),)


def test_no_method_deletes_or_retypes_a_project():
    """P10: the methods of a project change only its params and assumptions."""
    methods = {name for name in dir(Project) if callable(getattr(Project, name)) and not name.startswith("_")}
    assert methods == {
        *("version", "update", "patch_params", "replace_params", "with_assumptions"),
        *("inheritance", "resolve", "resolve_many", "check_request"),
    }
    for changed in (TWO.update(Replace({})), TWO.patch_params({}), TWO.with_assumptions(Assumptions())):
        assert (changed.name, changed.type) == ("boxes", "imageannotation")


def test_an_update_does_not_change_the_old_project():
    """Each update returns a new project with one more version. Earlier versions do not change."""
    three = TWO.replace_params({"padding": 5}, created_at="noon")
    assert [version.params for version in TWO.versions] == [
        {"instruction": "Box it.", "padding": 3},
        {"instruction": "Box it.", "padding": 4},
    ]
    assert three.versions[:2] == TWO.versions
    assert (three.latest.number, three.latest.created_at, three.params) == (2, "noon", {"padding": 5})


@pytest.mark.parametrize("update", [None, {"padding": 1}, {"patch": True}, "patch", TWO])
def test_an_update_is_a_patch_or_a_replace(update):
    """A value that is neither a `Patch` nor a `Replace` is rejected. A plain dict could mean either."""
    with pytest.raises(InvalidSetting) as refused:
        TWO.update(update)
    assert refused.value.code == "update_type"


def test_a_project_without_params_has_no_time():
    """`created_at` without `params` is rejected, because no version is created that could have this time."""
    for time in ("2026-01-01T00:00:00.000Z", 5):
        with pytest.raises(InvalidSetting, match="pass `params`, or omit `created_at`"):
            Project("docks", type="imageannotation", created_at=time)
    assert Project("docks", type="imageannotation", params={}, created_at="noon").latest.created_at == "noon"


def test_a_time_is_text_or_none():
    """The time of a version must be text or None."""
    with pytest.raises(InvalidSetting) as refused:
        TWO.patch_params({}, created_at=7)
    assert refused.value.code == "created_at_type"


@pytest.mark.parametrize("number", [2, -1, -2, 10**30])
def test_a_version_that_does_not_exist_is_refused(number):
    """Negative numbers do not count from the end. The error lists the existing versions."""
    with pytest.raises(NoSuchVersion) as refused:
        TWO.version(number)
    assert refused.value.code == "version_unknown"
    assert "versions 0 to 1" in refused.value.problem


@pytest.mark.parametrize("number", [True, 1.0, "1", None])
def test_a_version_that_is_not_a_whole_number_is_refused(number):
    """`True`, `1.0` and `"1"` are not version 1."""
    with pytest.raises(NoSuchVersion) as refused:
        TWO.version(number)
    assert refused.value.code == "version_type"


def test_a_project_without_versions_has_no_latest():
    """A project without versions has no latest version, but has the params `{}`."""
    empty = Project("boxes", type="comparison")
    with pytest.raises(NoSuchVersion) as refused:
        _ = empty.latest
    assert refused.value.code == "version_unknown"
    assert empty.params == {}
    assert empty.resolve({"a": 1}).params == {"a": 1}
    assert empty.inheritance()({"a": 1}) == {"a": 1}


def test_the_number_of_a_version_is_its_index():
    """The number of each version must be its index (P3)."""
    assert Project("boxes", type="comparison", versions=[ParamVersion(0, {}), ParamVersion(1, {"a": 1})]).params == {
        "a": 1
    }
    for number in (1, -1, False, 0.0, "0"):
        with pytest.raises(NoSuchVersion) as refused:
            Project("boxes", type="comparison", versions=[ParamVersion(number, {})])
        assert refused.value.code == "version_unknown"
        assert refused.value.problem.startswith("the version at index 0 must have the number 0, got ")


def test_fields_with_their_own_argument_are_ignored():
    """`Project` ignores `type` and `name` in `fields`, because there are arguments for them."""
    project = Project("boxes", type="comparison", versions=[], fields={"x": 1, "name": "other", "type": "other"})
    assert (project.name, project.type, project.fields) == ("boxes", "comparison", {"x": 1})
    assert project.field_order == ("type", "name", "param_history")


def test_other_assumptions_give_other_results():
    """The assumptions of a project decide how instructions are joined."""
    joined = BOXES.with_assumptions(Assumptions(instruction_separator=" "))
    assert joined.resolve({"instruction": "Hurry."}).params["instruction"] == "Hurry. Box it."
    assert BOXES.resolve({"instruction": "Hurry."}).params["instruction"] == "Hurry.\nBox it."
    assert joined != BOXES


@pytest.mark.parametrize("number", [None, 0, 1, INHERIT_NOTHING])
def test_the_merge_of_an_inheritance_equals_resolve(number):
    """The merge function that `inheritance` returns gives the same params as `resolve`, and can be pickled."""
    params = {"padding": 9, "instruction": "Hurry."}
    expected = TWO.resolve({**params, "project_version": number}).params
    merge = TWO.inheritance(number)
    assert merge(params) == expected
    assert pickle.loads(pickle.dumps(merge))(params) == expected
    assert type(merge(params)) is dict


def test_the_merge_of_an_inheritance_checks_the_instruction_only():
    """The merge function checks only `instruction`. It accepts reserved names, and values that are not JSON."""
    unchecked = {"a": {1}, "batch": 7, "version": "x"}
    assert TWO.inheritance()(unchecked) == {**TWO.params, **unchecked}


@pytest.mark.parametrize("asked", [2, "0", False])
def test_a_bad_version_is_refused_everywhere(asked):
    """`resolve`, `resolve_many` and `inheritance` reject the same versions with the same message."""
    task = TaskRequest({}, project_version=asked)
    messages = set()
    for call in (lambda: TWO.resolve(task), lambda: list(TWO.resolve_many([task])), lambda: TWO.inheritance(asked)):
        with pytest.raises(NoSuchVersion) as refused:
            call()
        messages.add((refused.value.problem, refused.value.remedy))
    assert len(messages) == 1


def test_many_tasks_are_resolved_in_order():
    """`resolve_many` yields results in order, and raises an error when it reaches an invalid task."""
    tasks = [{"project_version": 0}, TaskRequest({}), {"project_version": -1}, {"project_version": 0}, {"project": "x"}]
    results = TWO.resolve_many(tasks)
    assert [next(results).params.get("padding") for _ in range(4)] == [3, 4, None, 3]
    with pytest.raises(WrongProject):
        next(results)
    assert [effective.params.get("padding") for effective in TWO.resolve_many(iter(tasks[:4]))] == [3, 4, None, 3]


def test_a_project_has_a_short_text():
    """`str` of a project has its name, its type, the number of its versions, and the names of its latest params."""
    assert str(TWO).startswith('project "boxes" (imageannotation): 2 versions; the latest, 1, has ')
    assert str(Project("bare", type="comparison")) == 'project "bare" (comparison): 0 versions'
    assert str(Project("bare", type="comparison", params={})).endswith("; the latest, 0, has no params")


def test_a_cached_version_is_not_confused_with_a_lookalike():
    """The versions `True` and `1.0` are rejected, even after a task with version 1."""
    for odd in (True, 1.0):
        with pytest.raises(NoSuchVersion):
            list(TWO.resolve_many([TaskRequest({}, project_version=1), TaskRequest({}, project_version=odd)]))


def test_a_task_for_another_project_or_type_is_refused():
    """A request for another project or of another type is rejected (T12, T15)."""
    with pytest.raises(WrongProject) as refused:
        BOXES.resolve({"project": "other"})
    assert (refused.value.code, refused.value.path) == ("wrong_project", "/project")
    with pytest.raises(WrongProject) as refused:
        BOXES.resolve(TaskRequest({}, type="comparison"))
    assert refused.value.code == "wrong_type"
    assert BOXES.resolve(TaskRequest({}, project="boxes", type="imageannotation")).params == BOXES.params


def test_a_project_compares_copies_and_pickles_by_value():
    """Projects are compared by value, even after copying and pickling."""
    again = Project("boxes", type="imageannotation", params={"padding": 3, "instruction": "Box it."})
    assert again == BOXES
    assert hash(again) == hash(BOXES)
    assert pickle.loads(pickle.dumps(TWO)) == copy.deepcopy(TWO) == copy.copy(TWO) == TWO
    assert BOXES.update(Patch({"padding": 4})) == TWO != BOXES


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"name": "other"},
        {"type": "comparison"},
        {"versions": BOXES.versions},
        {"versions": ()},
        {"assumptions": Assumptions(instruction_separator=" ")},
        {"fields": {"x": 1}},
        {"field_order": ("name",)},
    ],
)
def test_evolve_returns_a_project_with_other_fields(change):
    """`attrs.evolve` returns a project that equals a new project with these fields. Both resolve tasks the same way."""
    arguments = {"name": "boxes", "type": "imageannotation", "versions": TWO.versions, **change}
    evolved, created = attrs.evolve(TWO, **change), Project(**arguments)
    assert evolved == created
    for task in ({"instruction": "Look."}, {"project_version": -1}):
        assert evolved.resolve(task) == created.resolve(task)
    assert write_project(evolved) == write_project(created)


@pytest.mark.parametrize("odd", [None, {"number": 0}, "0", 0])
def test_values_of_another_type_are_refused(odd):
    """Another value in place of a `ParamVersion` or a `TaskRequest` is rejected with the code `argument_type`."""
    for act in (lambda: Project("boxes", type="comparison", versions=[odd]), lambda: BOXES.check_request(odd)):
        with pytest.raises(InvalidSetting) as refused:
            act()
        assert refused.value.code == "argument_type"


@pytest.mark.parametrize("own", [5, 0, 1.5, True, False, [], ["a"], {}, {"a": 1}])
@pytest.mark.parametrize("held", [{}, {"instruction": "P"}])
def test_the_merge_checks_the_type_of_the_instruction(held, own):
    """The merge function rejects an instruction of a wrong type, even if the project has no instruction."""
    merge = Project("p", type="t", params=held).inheritance()
    with pytest.raises(InvalidParams) as refused:
        merge({"instruction": own})
    error = refused.value
    assert (error.code, error.path) == ("instruction_type", "/instruction")
    assert describe_value(own) in error.problem
    assert error.__context__ is None


def test_a_project_has_a_short_repr():
    """The `repr` has the number of versions, and no params."""
    assert repr(TWO) == "<Project 'boxes': imageannotation, 2 versions>"
    assert repr(Project("boxes", type="comparison", params={})) == "<Project 'boxes': comparison, 1 version>"
    assert repr(Project("boxes", type="a\n")) == "<Project 'boxes': a\\n, 0 versions>"
    assert repr(Validator(Project("boxes", type="a\n"))) == "<Validator of 'boxes': a\\n>"
    assert repr(Project("boxes", type=99 * "a")) == f"<Project 'boxes': {64 * 'a'}... (99 characters), 0 versions>"


@pytest.mark.parametrize("name", [7, None, ["type"], {"type": 1}])
def test_the_order_of_fields_has_names(name):
    """A name in `field_order` that is not text is rejected with the code `argument_type`."""
    with pytest.raises(InvalidSetting) as refused:
        Project("boxes", type="comparison", field_order=["type", name])
    assert refused.value.code == "argument_type"
    assert "`field_order[1]`" in refused.value.problem


def test_versions_updates_and_inheritance_have_short_reprs():
    """The `repr` shows no names or values of params."""
    assert repr(TWO.versions[1]) == "<ParamVersion 1: 2 params>"
    assert repr(Patch({"padding": 4})) == "<Patch of 1 param>"
    assert repr(Replace({})) == "<Replace by 0 params>"
    assert repr(TWO.resolve({}).inheritance) == "<Inheritance from <ParamVersion 1: 2 params>>"
    assert repr(TWO.resolve({"project_version": INHERIT_NOTHING}).inheritance) == "<Inheritance from nothing>"


@pytest.mark.parametrize("number", [0, 5, -2, True, "0", 1.0])
def test_no_remedy_names_the_latest_version_of_an_empty_history(number):
    """If a project has no versions, the remedy for a wrong version is only to leave out `project_version`."""
    project = Project("bare", type="comparison")
    with pytest.raises(NoSuchVersion) as refused:
        project.inheritance(number)
    assert refused.value.remedy == "leave out `project_version`"
    assert project.resolve({"padding": 3}).params == {"padding": 3}
