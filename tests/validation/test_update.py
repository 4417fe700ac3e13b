"""An update is validated like the version that it would append."""

import pytest
from hypothesis import given, strategies as st

from paramcore import Patch, Plan, Project, Replace, read_update
from paramcore.errors import InvalidSetting
from paramcore.testing import projects, updates
from paramcore.validation import Schemas, Validator
from paramcore.values import join_pointer
from tests.validation.helpers import BOTH

DOCKS = Project("docks", type="imageannotation", params={"instruction": "Box it.", "padding": 5})


def find(update, project=DOCKS, schemas=Schemas()):
    """Return severity, code, pointer and version of each finding on an update."""
    findings = Validator(project, schemas).update(update)
    return [(each.severity, each.code, each.pointer, each.version) for each in findings]


def explain(update):
    """Return the messages of the findings on the update itself."""
    return [each.message for each in Validator(DOCKS).update(update) if each.code.startswith("update_")]


#: Names that are mistakes in an update, unless a schema describes them.
NAMED = {"mode": {"type": "string"}, "data": {"type": "object"}, "replace": {}, "name": {}}


@BOTH
def test_values_are_validated_before_the_update(fast):
    """A wrong value, an unknown name and a conflict of two params are reported before the update is sent."""
    project = DOCKS.patch_params({"attachment": "https://example.com/a.jpg"})
    update = Patch({"padding": "20", "pading": 3, "context_attachments": [{"attachment": "https://example.com/a.jpg"}]})
    findings = Validator(project, fast=fast).update(update)
    assert [(each.severity, each.code, each.pointer, each.version, each.first_set_in) for each in findings] == [
        ("error", "param_conflict", "/context_attachments/0/attachment", 2, 2),
        ("error", "param_type", "/padding", 2, 2),
        ("warning", "param_unknown", "/pading", 2, 2),
    ]


def test_kept_values_are_validated():
    """An error in a param that a patch keeps is reported. An error in a param that a replace drops is not reported."""
    project = DOCKS.patch_params({"padding": "20"}).patch_params({"instruction": "Box all."})
    kept = Validator(project).update(Patch({"instruction": "Box."}))
    assert [(each.code, each.version, each.first_set_in) for each in kept] == [("param_type", 3, 1)]
    assert find(Replace({"instruction": "Box."}), project) == []


@given(projects(), updates())
def test_an_update_has_the_findings_of_the_project_after_it(project, update):
    """The findings on the update itself come first. The findings on the updated project follow.

    If a name in the update has an error, the warning that the name is unknown or misplaced is omitted.
    """
    findings = Validator(project).update(update)
    own = [each for each in findings if each.code.startswith("update_")]
    wrong = {each.pointer for each in own if each.severity == "error"}
    after = [
        each
        for each in Validator(project.update(update)).list_findings()
        if each.pointer not in wrong or each.code not in ("param_unknown", "param_misplaced")
    ]
    assert findings == (*own, *after)
    assert all(each.version == len(project.versions) for each in own)


@given(projects(), updates())
def test_null_and_no_effect_are_reported(project, update):
    """Each param that an update sets to null is reported, and so is an update that has no effect."""
    findings = Validator(project).update(update)
    assert [each.pointer for each in findings if each.code == "update_noop"] == (
        [] if Plan.of(project, update).diff else [""]
    )
    reported = {each.pointer for each in findings if each.code.startswith("update_")}
    assert {join_pointer(name) for name, value in update.params.items() if value is None} <= reported


def test_the_message_on_a_misspelt_mode():
    """In a replace, the message on a misspelt `patch` says that the update would drop params.

    In a patch, the message says to remove the misspelt name.
    """
    assert find(Replace({"pathc": False, "instruction": "x"}))[0] == ("error", "update_mode", "/pathc", 1)
    [message] = explain(Replace({"pathc": True, "instruction": "x"}))
    assert "the update would drop the params that it does not name" in message
    assert "`pathc`" in message
    [message] = explain(Patch({"Patch": True}))
    assert "this update is already a patch" in message
    assert "remove `Patch`" in message


@pytest.mark.parametrize(("name", "value"), [("pathc", True), ("replace", True), ("Patch", False), ("mode", "replace")])
@pytest.mark.parametrize("flag", [{}, {"patch": False}])
def test_the_remedy_for_a_misspelt_mode_works(flag, name, value):
    """If the user does what the message says, the error is gone, even if the update already has `"patch": false`."""
    [message] = explain(read_update({**flag, name: value, "padding": 6}))
    assert f'remove `{name}`, and write `"patch": true`' in message
    for corrected in (True, False):
        assert explain(read_update({**flag, "patch": corrected, "padding": 6})) == []


def test_a_wrapper_lists_what_to_send():
    """The message on a wrapper such as `params` lists at most three of the names inside the wrapper."""
    [message] = explain(Patch({"params": {"a": 1, "b": 2, "c": 3, "d": 4, "patch": True}}))
    assert "`patch` is inside `params`, so it has no effect, and this patch sets" in message
    assert "write `a`, `b`, `c`, ... at the top level of the body, not inside `params`" in message
    assert "write `patch`, `a`, `b` at" in explain(Patch({"params": {"patch": True, "a": 1, "b": 2}}))[0]
    [message] = explain(Patch({"odd": {"patch": True}}))
    assert "`patch` is inside `odd`, so it has no effect, and this patch sets a single param named `odd`" in message
    assert "write `patch` at the top level of the body" in message
    [message] = explain(Replace({"Params": {}}))
    assert "so this replace sets a single param named `Params`" in message
    assert "write the params at the top level of the body, not inside `Params`" in message
    for empty in ({}, "{}"):
        [message] = explain(Replace({"Params": empty}))
        assert "`Params` is an empty wrapper around params, so this replace sets a single param" in message
    wrapped = Validator(DOCKS).update(Patch({"data": {"secret": 1}}))[0]
    assert "secret" in wrapped.message
    assert "secret" not in wrapped.without_values().message


def test_an_argument_belongs_elsewhere():
    """The message on an argument of an API call says where to pass the argument, or which param to write instead."""
    project_name, callback = explain(Patch({"project_name": "docks", "callback": "https://a.b"}))
    assert "pass it to the call, as in `paramcore apply NAME`" in project_name
    assert callback.endswith("; write `callback_url`")


def test_a_misspelt_routing_name_belongs_in_a_task():
    """For a misspelt routing name, the message gives the right name, and says to set it in each task request."""
    [message] = explain(Patch({"projectVersion": 1}))
    assert "`projectVersion` is probably `project_version`" in message
    assert "set `project_version` in each task request, because a project cannot contain it" in message


def test_no_finding_on_a_project_suggests_a_routing_name():
    """If the name of a project's param resembles a routing name, the finding has no suggestion, but a remedy (U10).

    A finding on a name inside a value, or on a name in a task request, may suggest a routing name.
    """
    [finding] = Validator(DOCKS.patch_params({"project_param_version": 1})).project()
    assert (finding.code, finding.suggestion) == ("param_misplaced", None)
    assert finding.remedy == "set `project_version` in each task request, because a project cannot contain it"
    nested = {"properties": {"meta": {"properties": {"project": {}, "owner": {}}}}}
    schemas = Schemas().with_schema("mine", nested)
    [finding] = Validator(Project("docks", type="mine", params={"meta": {"projct": 1}}), schemas).project()
    assert finding.suggestion == "project"
    task = {"attachment": "https://a.b/c", "geometries": {}, "project_param_version": 1}
    assert "project_version" in [each.suggestion for each in Validator(DOCKS).task(DOCKS.resolve(task))]


def test_null_is_set_and_does_not_remove():
    """U6: the message says that the update sets the param to null, and how to remove the param.

    A misspelt `patch` with the value null is reported only as a misspelt `patch`.
    """
    [message] = explain(Patch({"padding": None}))
    assert "(assumed: U6)" in message
    assert "send a replace without `padding` to remove it" in message
    assert [explain(Patch({"padding": value})) for value in (0, "", False, [])] == [[]] * 4
    assert find(Patch({"skipped": None}))[:1] == [("warning", "update_null", "/skipped", 1)]
    assert find(Replace({"instruction": None})) == [("warning", "update_null", "/instruction", 1)]
    assert [code for _, code, *_ in find(Patch({"Patch": None}))] == ["update_mode"]


@pytest.mark.parametrize(
    "update", [Patch({}), Patch({"padding": 5.0}), Replace({"padding": 5, "instruction": "Box it."})]
)
def test_an_update_that_changes_nothing_is_reported(update):
    """If an update changes nothing, the message says that the update still appends a version (U5)."""
    [message] = explain(update)
    assert "only appends version 1" in message
    assert find(update) == [("warning", "update_noop", "", 1), ("warning", "lint_noop_version", "", 1)]


def test_an_empty_project_and_an_unknown_type():
    """A finding on the first update of a project names version 0. A type without a schema causes a finding."""
    empty = Project("docks", type="no such type")
    assert find(Replace({"padding": 5}), empty) == [("warning", "type_unknown", "/type", None)]
    assert find(Replace({}), empty)[0] == ("warning", "update_noop", "", 0)


@pytest.mark.parametrize("braces", ["{}", "{0}", "{name}", "{", "}}", "%s", "{0.__class__}"])
def test_braces_in_names_are_shown(braces):
    """Braces in the names of an update appear unchanged in the message."""
    for params in (
        {f"params{braces}": {"padding": 3, "instruction": "x"}},
        {"params": {f"padding{braces}": 3}},
        {f"patch{braces}": True},
        {f"unique_id{braces}": None},
        {braces: None},
    ):
        for update in (Patch(params), Replace(params)):
            [message] = explain(update)
            assert braces in message


def test_a_users_schema_decides():
    """A name that a user's schema describes is a param, even if it looks like a mistake.

    The schema validates the value of the param.
    """
    schemas = Schemas().with_schema("imageannotation", {"properties": {"Patch": {"type": "boolean"}, "type": {}}})
    assert find(Patch({"Patch": True, "type": "x"}), schemas=schemas) == [
        ("warning", "param_unknown", "/padding", 1),
    ]
    assert ("error", "update_wrapper", "/settings", 1) in find(Patch({"settings": {"tags": ["a"]}}), schemas=schemas)
    assert ("error", "param_type", "/Patch", 1) in find(Patch({"Patch": 7}), schemas=schemas)


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [{"properties": NAMED}]},
        {"$ref": "#/$defs/named", "$defs": {"named": {"properties": NAMED}}},
        {"if": {"required": ["a"]}, "then": {"properties": NAMED}},
        {"required": list(NAMED)},
    ],
    ids=["allOf", "$ref", "then", "required"],
)
def test_a_name_in_any_part_of_the_schema_is_a_param(schema):
    """A name that `properties` or `required` contains is a param, even in a branch or behind a reference."""
    update = Patch({"mode": "patch", "data": {"a": 1}, "replace": True, "name": "x"})
    assert find(update, Project("p", type="mine"), Schemas().with_schema("mine", schema)) == []


def test_a_pattern_does_not_hide_a_misspelt_mode():
    """A misspelt `patch` is reported even if a pattern allows all names."""
    schemas = Schemas().with_schema("mine", {"patternProperties": {"^[a-z]+$": {}}, "additionalProperties": True})
    assert find(Replace({"pathc": True}), Project("p", type="mine"), schemas) == [("error", "update_mode", "/pathc", 0)]


def test_an_update_is_a_patch_or_a_replace():
    """An update that is neither a `Patch` nor a `Replace` raises `InvalidSetting`."""
    with pytest.raises(InvalidSetting):
        Validator(DOCKS).update({"padding": 3})


@given(st.text(max_size=8), st.booleans())
def test_any_name_can_be_validated(name, flag):
    """Validating an update with an arbitrary name does not fail."""
    # A `Patch` rejects these names.
    if name not in ("patch", "version", "project", "batch"):
        Validator(DOCKS).update(Patch({name: flag}))
