"""Task requests, updates, versions and assumptions: what they accept, reject and return."""

import pickle
from collections import OrderedDict, UserDict
from types import MappingProxyType

import pytest

from paramcore import Assumptions, Patch, Project, Replace, TaskRequest
from paramcore.errors import InvalidParams, InvalidSetting, NotJSON, ParamcoreError
from paramcore.model.assumptions import ASSUMED_RULES
from paramcore.model.inheritance import Inheritance
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.model.updates import BOOKKEEPING_NAMES
from paramcore.model.versions import ParamVersion


@pytest.mark.parametrize("name", ROUTING_NAMES)
def test_a_routing_name_is_no_param_of_a_task(name):
    """Routing names are rejected among the params (T10)."""
    with pytest.raises(InvalidParams) as refused:
        TaskRequest({name: "x"})
    assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"project": 7}, "project_name", "/project"),
        ({"project": ""}, "project_name", "/project"),
        ({"batch": 7}, "routing_type", "/batch"),
        ({"batch": ["monday"]}, "routing_type", "/batch"),
        ({"unique_id": 7}, "routing_type", "/unique_id"),
        ({"clear_unique_id_on_error": 1}, "flag_type", "/clear_unique_id_on_error"),
        ({"clear_unique_id_on_error": "true"}, "flag_type", "/clear_unique_id_on_error"),
        ({"type": 7}, "routing_type", "/type"),
    ],
)
def test_a_routing_field_has_its_type(fields, code, path):
    """A routing name or a `type` with a wrong value is rejected, and the error has the path of the name."""
    with pytest.raises(InvalidSetting) as refused:
        TaskRequest({}, **fields)
    assert (refused.value.code, refused.value.path) == (code, path)


@pytest.mark.parametrize("field", ["batch", "unique_id", "type"])
def test_a_routing_field_with_a_lone_surrogate_is_refused(field):
    with pytest.raises(NotJSON):
        TaskRequest({}, **{field: "\ud800"})


def test_the_flat_form_goes_both_ways():
    """The flat form is read in any order, and written with routing names first. Null routing names are ignored."""
    flat = {"padding": 3, "project": "boxes", "project_version": None, "batch": "", "clear_unique_id_on_error": False}
    request = TaskRequest.from_flat(flat, type="comparison")
    assert (request.params, request.project, request.project_version) == ({"padding": 3}, "boxes", None)
    assert (request.batch, request.clear_unique_id_on_error, request.type) == ("", False, "comparison")
    assert list(request.flat.items()) == [
        ("project", "boxes"),
        ("batch", ""),
        ("clear_unique_id_on_error", False),
        ("padding", 3),
    ]
    assert TaskRequest.from_flat({"padding": 3}).flat == {"padding": 3}


@pytest.mark.parametrize("flat", [None, [], "padding", {"instruction": 7}, {"project": 7}, {"batch": {}}, {"a": {1}}])
def test_an_invalid_flat_request_is_refused(flat):
    """An invalid flat request raises a `ParamcoreError`."""
    with pytest.raises(ParamcoreError):
        TaskRequest.from_flat(flat)


def test_requests_for_lookalike_versions_differ():
    """Requests with the versions 1, `True` and `1.0` are different."""
    requests = [TaskRequest({}, project_version=version) for version in (1, True, 1.0)]
    assert len(set(requests)) == len(requests)
    assert requests[0] != requests[1] != requests[2]


@pytest.mark.parametrize("kind", [Patch, Replace])
@pytest.mark.parametrize("name", sorted({*BOOKKEEPING_NAMES, *ROUTING_NAMES}))
def test_a_project_cannot_have_reserved_names(kind, name):
    """Bookkeeping and routing names are rejected in updates, even with the value null (U9, U10)."""
    with pytest.raises(InvalidParams) as refused:
        kind({name: None})
    assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")


@pytest.mark.parametrize("kind", [Patch, Replace])
def test_an_update_is_a_frozen_value(kind):
    """An update does not change if its argument changes later. Updates with equal params are equal."""
    params = {"a": [1]}
    update = kind(params)
    params["a"].append(2)
    assert update == kind({"a": [1]})
    assert hash(update) == hash(kind({"a": [1]}))
    assert update != kind({"a": [True]})


def test_a_patch_is_not_a_replace():
    """A patch and a replace with equal params differ."""
    assert Patch({}) != Replace({})
    assert list(Patch({"a": 1}).body.items()) == [("patch", True), ("a", 1)]
    assert list(Replace({"a": 1}).body.items()) == [("patch", False), ("a", 1)]


def test_a_patch_overlays_and_a_replace_drops():
    """A patch keeps the order of the earlier params, and appends new params. A replace keeps only its own params."""
    before = {"a": 1, "b": {"c": 2}}
    assert list(Patch({"d": 4, "b": {}}).applied_to(before).items()) == [("a", 1), ("b", {}), ("d", 4)]
    assert Replace({"d": 4}).applied_to(before) == {"d": 4}


def test_two_updates_make_one():
    """`then` returns one update with the effect of both updates."""
    a, b = {"x": 1, "y": 1}, {"y": 2}
    assert Patch(a).then(Patch(b)) == Patch({"x": 1, "y": 2})
    assert Replace(a).then(Patch(b)) == Replace({"x": 1, "y": 2})
    assert Patch(a).then(Replace(b)) == Replace(a).then(Replace(b)) == Replace(b)


@pytest.mark.slow
def test_a_patch_that_would_make_params_too_large_is_refused():
    """A patch is rejected if the resulting params exceed the limits."""
    half = {str(number): 0 for number in range(600_000)}
    other = {f"x{number}": 0 for number in range(600_000)}
    with pytest.raises(NotJSON) as refused:
        Patch(other).applied_to(half)
    assert refused.value.code == "too_large"
    # `one.then(two)` would exceed the limit, so the replace must be joined with `two` first.
    one, two, three = Patch(half), Patch(other), Replace({})
    assert one.then(two.then(three)) == three
    with pytest.raises(NotJSON):
        one.then(two)


def test_a_version_keeps_its_entry():
    """A version keeps its whole entry. The reserved names and the bookkeeping fields are not among its params."""
    entry = {"version": 0, "created_at": "noon", "a": 1, "batch": "monday", "patch": True}
    version = ParamVersion.from_entry(0, entry)
    assert (version.number, version.created_at, version.params) == (0, "noon", {"a": 1})
    assert version.not_inherited == {"batch": "monday", "patch": True}
    assert version.raw_entry == entry
    assert version == ParamVersion(0, {"a": 1}, "noon", {"batch": "monday", "patch": True})


@pytest.mark.parametrize("created_at", [7, True, [], "\ud800"])
def test_the_time_of_a_version_is_text(created_at):
    """The time of a version must be null, or text without lone surrogates (P7)."""
    with pytest.raises(ParamcoreError):
        ParamVersion(0, {}, created_at)


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"instruction_separator": None}, "separator_type"),
        ({"instruction_separator": 7}, "separator_type"),
        ({"empty_instruction": "drop"}, "assumption_value"),
        ({"instruction_rule": None}, "assumption_value"),
        ({"pinned_param_version": ["used"]}, "assumption_value"),
        ({"instruction_seperator": "\n"}, "assumption_name"),
    ],
)
def test_an_invalid_setting_is_refused(settings, code):
    """Unknown settings and unknown values are rejected."""
    with pytest.raises(InvalidSetting) as refused:
        Assumptions.from_settings(settings)
    assert refused.value.code == code


def test_a_separator_with_a_lone_surrogate_is_refused():
    with pytest.raises(NotJSON):
        Assumptions(instruction_separator="\ud800")


def test_settings_go_by_name():
    """`from_settings` creates the same assumptions as the constructor."""
    assert Assumptions.from_settings({}) == Assumptions()
    assert Assumptions.from_settings({"instruction_rule": "override"}) == Assumptions(instruction_rule="override")


def test_each_assumed_rule_has_a_basis():
    """Each assumed rule is listed once, with its text and basis. Each setting belongs to one rule."""
    rules = [one.rule for one in ASSUMED_RULES]
    assert len(set(rules)) == len(rules)
    assert all(one.text and one.basis for one in ASSUMED_RULES)
    assert sorted(name for one in ASSUMED_RULES for name in one.settings) == sorted(
        setting.name for setting in Assumptions.__attrs_attrs__
    )


@pytest.mark.parametrize(
    ("assumptions", "own", "joined"),
    [
        (Assumptions(), "Hurry.", "Hurry.\nBox it."),
        (Assumptions(instruction_separator=""), "Hurry.", "Hurry.Box it."),
        (Assumptions(), "", "Box it."),
        (Assumptions(), None, "Box it."),
        (Assumptions(), " ", " \nBox it."),
        (Assumptions(empty_instruction="join"), "", "\nBox it."),
        (Assumptions(empty_instruction="join"), None, "\nBox it."),
        (Assumptions(instruction_rule="override"), "Hurry.", "Hurry."),
        (Assumptions(instruction_rule="override"), "", ""),
        (Assumptions(instruction_rule="override"), None, None),
    ],
)
def test_the_settings_decide_how_instructions_are_joined(assumptions, own, joined):
    """The settings decide how the two instructions are joined (T5, T6)."""
    bound = Inheritance(ParamVersion(0, {"instruction": "Box it."}), assumptions)
    assert bound.merge({"instruction": own})["instruction"] == joined
    assert bound.appends is (assumptions.instruction_rule == "append")


@pytest.mark.parametrize("text", [None, ""])
def test_a_version_without_text_appends_nothing(text):
    """If the project's instruction is empty or null, the task's instruction does not change."""
    bound = Inheritance(ParamVersion(0, {"instruction": text}), Assumptions())
    assert bound.merge({"instruction": "Hurry."}) == {"instruction": "Hurry."}
    assert bound.merge({}) == {"instruction": text}
    assert bound.appends is False


def test_equal_inheritances():
    """Inheritances with equal versions and assumptions are equal."""
    version = ParamVersion(0, {"instruction": "Box it."})
    assert Inheritance(version, Assumptions()) == Inheritance(version, Assumptions())
    assert Inheritance(version, Assumptions()) != Inheritance(version, Assumptions(instruction_separator=" "))
    assert Inheritance(None, Assumptions()) == Inheritance(None, Assumptions())


def test_a_pickled_inheritance_has_no_raw_entry():
    """After pickling, an inheritance merges as before, but its version has no raw entry."""
    version = ParamVersion(0, {"instruction": "Box it."}, raw_entry={"version": 0, "instruction": "Box it."})
    bound = Inheritance(version, Assumptions())
    again = pickle.loads(pickle.dumps(bound))
    assert (again, again.version.raw_entry) == (bound, None)
    assert again.merge({"instruction": "Hurry."}) == {"instruction": "Hurry.\nBox it."}
    other = Inheritance(bound.version, Assumptions(instruction_separator=" "))
    assert other.merge({"instruction": "Hurry."}) == {"instruction": "Hurry. Box it."}


@pytest.mark.parametrize("kind", [UserDict, MappingProxyType, OrderedDict])
def test_params_may_be_any_mapping(kind):
    """Tasks, updates and projects accept any Mapping as params."""
    params = kind({"a": [1]})
    assert TaskRequest(params).params == TaskRequest.from_flat(params).params == Patch(params).params == {"a": [1]}
    assert Project("boxes", type="comparison", params=params).resolve(params).params == {"a": [1]}


def test_the_first_of_two_wrong_fields_is_reported():
    """If two fields are wrong, `from_flat` and the constructor report the same field."""
    for make in (
        lambda: TaskRequest.from_flat({"batch": 5}, type=5),
        lambda: TaskRequest({}, batch=5, type=5),
    ):
        with pytest.raises(InvalidSetting) as refused:
            make()
        assert refused.value.path == "/batch"
