"""The words of every refusal, to be read: what is wrong, where, what was found, what to do."""

from collections import UserDict
from datetime import date
from enum import StrEnum

import pytest

from paramcore import Assumptions, Patch, Plan, Project, TaskRequest
from paramcore.analysis.audit import Audit
from paramcore.model.versions import ParamVersion
from paramcore.transport.guard import GuardedClient
from paramcore.values.frozen import freeze, read_once
from paramcore.values.params import freeze_params


class Colour(StrEnum):
    RED = "red"


class Broken(UserDict):
    def items(self):
        raise OSError("gone")


class Client:
    def get_project(self, project_name):
        return {"name": project_name, "type": "comparison", "param_history": [{"version": 0, "a": 1, "b\n": 2}]}


def nested(levels):
    value = 0
    for _ in range(levels):
        value = [value]
    return value


def ring():
    value = []
    value.append({"again": value})
    return value


BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it."}).patch_params({"padding": 3})
EMPTY = Project("bare", type="comparison")


#: What somebody does, the class of the error, its code, its path, and its sentence.
REFUSALS = [
    (
        lambda: freeze({"a": [{1}]}),
        "NotJSON",
        "value_type",
        "/a/0",
        "at /a/0: found a Python set, wanted null, a bool, a number, text, an array (list, tuple) or an object (Mapping): convert it with `list()`",
    ),
    (
        lambda: freeze({"a": b"x"}),
        "NotJSON",
        "value_type",
        "/a",
        "at /a: found a Python bytes, wanted null, a bool, a number, text, an array (list, tuple) or an object (Mapping): convert it with `.decode()`",
    ),
    (
        lambda: freeze({"a": date(2024, 1, 1)}),
        "NotJSON",
        "value_type",
        "/a",
        "at /a: found a Python date, wanted null, a bool, a number, text, an array (list, tuple) or an object (Mapping): convert it with `.isoformat()`",
    ),
    (
        lambda: freeze([Colour.RED]),
        "NotJSON",
        "value_type",
        "/0",
        "at /0: found a Python Colour, wanted null, a bool, a number, text, an array (list, tuple) or an object (Mapping), of exactly that type: convert it, for example with `.value` or `str()`",
    ),
    (
        lambda: freeze([object]),
        "NotJSON",
        "value_type",
        "/0",
        "at /0: found a Python type, wanted null, a bool, a number, text, an array (list, tuple) or an object (Mapping)",
    ),
    (
        lambda: freeze({"a": "\ud800"}),
        "NotJSON",
        "value_text",
        "/a",
        "at /a: found the text '\\ud800', wanted text without lone surrogates",
    ),
    (
        lambda: freeze({"\ud800": 1}),
        "NotJSON",
        "value_text",
        "",
        "found the text '\\ud800' as a name, wanted text without lone surrogates",
    ),
    (
        lambda: freeze({"a": {7: 1}}),
        "NotJSON",
        "key_type",
        "/a",
        "at /a: found the number 7 as a name, wanted names that are text (`str`)",
    ),
    (
        lambda: freeze({"a": float("nan")}),
        "NotJSON",
        "value_number",
        "/a",
        "at /a: found the number nan, wanted a finite number: JSON has no NaN and no Infinity",
    ),
    (
        lambda: freeze([10**4300]),
        "NotJSON",
        "value_number",
        "/0",
        "at /0: found more than 4,300 digits, wanted an integer of fewer digits",
    ),
    (
        lambda: freeze([0] * 1_000_001),
        "NotJSON",
        "too_large",
        "",
        "found more than 1,000,000 nodes, wanted at most 1,000,000 nodes",
    ),
    (
        lambda: freeze(nested(101)),
        "NotJSON",
        "too_deep",
        "/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0",
        "at /0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0: found more than 100 levels, wanted at most 100 levels",
    ),
    (
        lambda: freeze(ring()),
        "NotJSON",
        "cycle",
        "/0/again",
        "at /0/again: found an object or array that holds itself, wanted a value that ends",
    ),
    (
        lambda: freeze(Broken()),
        "NotJSON",
        "changed_during_call",
        "",
        "found an object that failed or changed while it was read (OSError), wanted an object that stays as it is",
    ),
    (
        lambda: read_once(Broken()),
        "NotJSON",
        "changed_during_call",
        "",
        "found an object that failed or changed while it was read (OSError), wanted an object that stays as it is",
    ),
    (
        lambda: freeze_params([]),
        "InvalidParams",
        "params_type",
        "",
        "found an array, wanted an object of params, like {'padding': 3}",
    ),
    (
        lambda: freeze_params({"instruction": 7}),
        "InvalidParams",
        "instruction_type",
        "/instruction",
        "at /instruction: found the number 7, wanted text or null as the instruction",
    ),
    (
        lambda: Project("", type="comparison"),
        "InvalidSetting",
        "project_name",
        None,
        "found the text '', wanted a name that can stand in a URL: not empty, not `.` or `..`, no control characters",
    ),
    (
        lambda: Project(7, type="comparison"),
        "InvalidSetting",
        "project_name",
        None,
        "found the number 7, wanted a project name, as text",
    ),
    (
        lambda: Project("boxes", type=""),
        "InvalidSetting",
        "task_type",
        None,
        "found the text '', wanted a task type, as text",
    ),
    (
        lambda: Project("boxes", type=7),
        "InvalidSetting",
        "task_type",
        None,
        "found the number 7, wanted a task type, as text",
    ),
    (
        lambda: Project("boxes", type="comparison", assumptions={}),
        "InvalidSetting",
        "assumption_value",
        None,
        "found an object, wanted an `Assumptions`",
    ),
    (
        lambda: Project("boxes", type="comparison", params={"version": 1}),
        "InvalidParams",
        "param_name",
        "/version",
        "at /version: found the param name `version`, wanted another: the API keeps its own bookkeeping under it",
    ),
    (
        lambda: Project("boxes", type="comparison", params={"batch": "monday"}),
        "InvalidParams",
        "param_name",
        "/batch",
        "at /batch: found the param name `batch`, wanted it in each task request: a project cannot hold it",
    ),
    (
        lambda: Project("boxes", type="comparison", params={}, created_at=7),
        "InvalidSetting",
        "created_at_type",
        "/created_at",
        "at /created_at: found the number 7, wanted a time as text, or none",
    ),
    (
        lambda: Project("boxes", type="comparison", versions=[ParamVersion(1, {})]),
        "NoSuchVersion",
        "version_unknown",
        None,
        "found number 1 at place 0, wanted versions numbered by their place, from 0 on",
    ),
    (
        lambda: BOXES.update({"patch": True}),
        "InvalidSetting",
        "update_type",
        None,
        "found an object, wanted a `Patch` or a `Replace`",
    ),
    (
        lambda: BOXES.patch_params({"patch": True}),
        "InvalidParams",
        "param_name",
        "/patch",
        "at /patch: found the param name `patch`, wanted another: the API keeps its own bookkeeping under it",
    ),
    (
        lambda: BOXES.patch_params(None),
        "InvalidParams",
        "params_type",
        "",
        "found null, wanted an object of params, like {'padding': 3}",
    ),
    (
        lambda: BOXES.patch_params({}, created_at=7),
        "InvalidSetting",
        "created_at_type",
        "/created_at",
        "at /created_at: found the number 7, wanted a time as text, or none",
    ),
    (
        lambda: BOXES.version(7),
        "NoSuchVersion",
        "version_unknown",
        None,
        "found the number 7, wanted a version from 0 to 1",
    ),
    (
        lambda: BOXES.version(True),
        "NoSuchVersion",
        "version_type",
        None,
        "found true, wanted a version from 0 to 1, as a whole number",
    ),
    (
        lambda: EMPTY.latest,
        "NoSuchVersion",
        "version_unknown",
        None,
        "found a project without versions, wanted one that has params, or an update",
    ),
    (
        lambda: EMPTY.version("0"),
        "NoSuchVersion",
        "version_type",
        None,
        "found the text '0', wanted no version: the project has none yet, as a whole number",
    ),
    (
        lambda: BOXES.inheritance(7),
        "NoSuchVersion",
        "version_unknown",
        "/project_version",
        "at /project_version: found the number 7, wanted a version from 0 to 1, or -1 to inherit nothing, or no `project_version` for the latest",
    ),
    (
        lambda: BOXES.inheritance("0"),
        "NoSuchVersion",
        "version_type",
        "/project_version",
        "at /project_version: found the text '0', wanted a version from 0 to 1, as a whole number, or -1 to inherit nothing, or no `project_version` for the latest",
    ),
    (
        lambda: EMPTY.resolve({"project_version": 0}),
        "NoSuchVersion",
        "version_unknown",
        "/project_version",
        "at /project_version: found the number 0, wanted no version: the project has none yet, or -1 to inherit nothing, or no `project_version` for the latest",
    ),
    (
        lambda: BOXES.resolve({"project": "other"}),
        "WrongProject",
        "wrong_project",
        "/project",
        'at /project: found a task request for the project "other", wanted one for "boxes"',
    ),
    (
        lambda: BOXES.resolve(TaskRequest({}, type="other")),
        "WrongProject",
        "wrong_type",
        None,
        'found a task request of type "other", wanted one of type "imageannotation", as the project "boxes" is',
    ),
    (
        lambda: BOXES.resolve({}).explain(7),
        "InvalidParams",
        "param_name",
        None,
        "found the number 7, wanted the name of a param, as text",
    ),
    (
        lambda: BOXES.inheritance()({"instruction": 7}),
        "InvalidParams",
        "instruction_type",
        "/instruction",
        "at /instruction: found the number 7, wanted text or null as the instruction",
    ),
    (
        lambda: TaskRequest({"project": "boxes"}),
        "InvalidParams",
        "param_name",
        "/project",
        "at /project: found `project` among the params, wanted it beside the params: `TaskRequest(params, project=...)`",
    ),
    (
        lambda: TaskRequest({}, project=7),
        "InvalidSetting",
        "project_name",
        "/project",
        "at /project: found the number 7, wanted a project name, as text",
    ),
    (
        lambda: TaskRequest({}, project="."),
        "InvalidSetting",
        "project_name",
        "/project",
        "at /project: found the text '.', wanted a name that can stand in a URL: not empty, not `.` or `..`, no control characters",
    ),
    (
        lambda: TaskRequest({}, batch=7),
        "InvalidSetting",
        "routing_type",
        "/batch",
        "at /batch: found the number 7, wanted text as `batch`",
    ),
    (
        lambda: TaskRequest({}, unique_id=7),
        "InvalidSetting",
        "routing_type",
        "/unique_id",
        "at /unique_id: found the number 7, wanted text as `unique_id`",
    ),
    (
        lambda: TaskRequest({}, type=7),
        "InvalidSetting",
        "routing_type",
        "/type",
        "at /type: found the number 7, wanted text as `type`",
    ),
    (
        lambda: TaskRequest({}, clear_unique_id_on_error="yes"),
        "InvalidSetting",
        "flag_type",
        "/clear_unique_id_on_error",
        "at /clear_unique_id_on_error: found the text 'yes', wanted true or false",
    ),
    (
        lambda: TaskRequest.from_flat({"batch": {}}),
        "InvalidSetting",
        "routing_type",
        "/batch",
        "at /batch: found an object, wanted text as `batch`",
    ),
    (
        lambda: TaskRequest.from_flat(None),
        "InvalidParams",
        "params_type",
        "",
        "found null, wanted an object of params, like {'padding': 3}",
    ),
    (
        lambda: Assumptions(instruction_separator=7),
        "InvalidSetting",
        "separator_type",
        None,
        "found the number 7, wanted text as `instruction_separator`",
    ),
    (
        lambda: Assumptions(empty_instruction="drop"),
        "InvalidSetting",
        "assumption_value",
        None,
        "found the text 'drop' as `empty_instruction`, wanted `leave out` or `join`",
    ),
    (
        lambda: Assumptions(instruction_rule=None),
        "InvalidSetting",
        "assumption_value",
        None,
        "found null as `instruction_rule`, wanted `append` or `override`",
    ),
    (
        lambda: Assumptions.from_settings({"instruction_seperator": ""}),
        "InvalidSetting",
        "assumption_name",
        None,
        "found the text 'instruction_seperator' as the name of a setting, wanted one of `instruction_separator`, `empty_instruction`, `instruction_rule`, `pinned_param_version`",
    ),
    (
        lambda: Plan.of(BOXES, None),
        "InvalidSetting",
        "update_type",
        None,
        "found null, wanted a `Patch` or a `Replace`",
    ),
    (
        lambda: Plan.to(BOXES, {"created_at": 1}),
        "InvalidParams",
        "param_name",
        "/created_at",
        "at /created_at: found the param name `created_at`, wanted another: the API keeps its own bookkeeping under it",
    ),
    (
        lambda: Plan.of(BOXES, Patch({})).rebase_on(EMPTY),
        "InvalidSetting",
        "history_moved",
        "/param_history",
        'at /param_history: found a history of "bare" that does not go on from version 1 as it was planned on, wanted the same history, or a later state of it',
    ),
    (
        lambda: Audit.of(BOXES, [None]),
        "InvalidParams",
        "params_type",
        "",
        "found null, wanted a task object, as `GET /tasks` returns it",
    ),
    (
        lambda: Audit.of(BOXES, [{"params": []}]),
        "InvalidParams",
        "params_type",
        "/params",
        "at /params: found an array, wanted the params of a task object",
    ),
    (
        lambda: GuardedClient(Client()).update_project("boxes", a=1),
        "WouldDrop",
        "would_drop",
        None,
        'found an update of "boxes" that would drop b\\n, wanted `patch=True` to keep them, or `allow_drop=True` to drop them',
    ),
    (
        lambda: freeze({}).update(a=1),
        "TypeError",
        None,
        None,
        "found a change to frozen JSON, wanted none: edit a plain copy, made by `paramcore.thaw(value)`",
    ),
    (
        lambda: freeze([]).append(1),
        "TypeError",
        None,
        None,
        "found a change to frozen JSON, wanted none: edit a plain copy, made by `paramcore.thaw(value)`",
    ),
]


@pytest.mark.parametrize(
    ("act", "kind", "code", "path", "sentence"), REFUSALS, ids=[str(n) for n in range(len(REFUSALS))]
)
def test_a_refusal_says_what_is_wrong(act, kind, code, path, sentence):
    """Each refusal has its class, its code, its path and its sentence."""
    with pytest.raises((ValueError, LookupError, TypeError)) as refused:
        act()
    error = refused.value
    assert (type(error).__name__, getattr(error, "code", None), getattr(error, "path", None)) == (kind, code, path)
    assert str(error) == sentence
