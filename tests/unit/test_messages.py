"""The class, code and path of errors. `tests/snapshots/errors.json` has the messages.

`pytest tests/unit/test_messages.py --update` rewrites the snapshot with the current messages.
"""

import json
from collections import UserDict
from datetime import date
from enum import StrEnum
from pathlib import Path

import pytest

from paramcore import Assumptions, Patch, Plan, Project, SlimRequest, TaskRequest
from paramcore.analysis.audit import Audit
from paramcore.model.tasks import read_task_request
from paramcore.model.versions import ParamVersion
from paramcore.transport.guard import GuardedClient
from paramcore.values.frozen import freeze, read_once
from paramcore.values.params import freeze_params
from paramcore.wire import read_project, read_update

SNAPSHOT = Path(__file__).parent.parent / "snapshots" / "errors.json"


class Colour(StrEnum):
    RED = "red"


class Broken(UserDict):
    def items(self):
        raise OSError("gone")


class Client:
    def get_project(self, project_name):
        return {"name": project_name, "type": "comparison", "param_history": [{"version": 0, "a": 1, "b\n": 2}]}

    def update_project(self, project_name, **params):
        raise AssertionError("the update should have been stopped")


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


#: For each case: a function that raises an error, and the class, code and path of the error.
CASES = {
    "a set in an array": (lambda: freeze({"a": [{1}]}), "NotJSON", "value_type", "/a/0"),
    "bytes": (lambda: freeze({"a": b"x"}), "NotJSON", "value_type", "/a"),
    "a date": (lambda: freeze({"a": date(2024, 1, 1)}), "NotJSON", "value_type", "/a"),
    "a subclass of str": (lambda: freeze([Colour.RED]), "NotJSON", "value_type", "/0"),
    "a class": (lambda: freeze([object]), "NotJSON", "value_type", "/0"),
    "a lone surrogate in a text": (lambda: freeze({"a": "\ud800"}), "NotJSON", "value_text", "/a"),
    "a lone surrogate in a name": (lambda: freeze({"\ud800": 1}), "NotJSON", "value_text", ""),
    "a number as a name": (lambda: freeze({"a": {7: 1}}), "NotJSON", "key_type", "/a"),
    "NaN": (lambda: freeze({"a": float("nan")}), "NotJSON", "value_number", "/a"),
    "too many digits": (lambda: freeze([10**4300]), "NotJSON", "value_number", "/0"),
    "too many nodes": (lambda: freeze([0] * 1_000_001), "NotJSON", "too_large", ""),
    "too many levels": (lambda: freeze(nested(101)), "NotJSON", "too_deep", "/0" * 100),
    "a cycle": (lambda: freeze(ring()), "NotJSON", "cycle", "/0/again"),
    "a mapping that fails": (lambda: freeze(Broken()), "NotJSON", "changed_during_call", ""),
    "a mapping that fails when it is read once": (lambda: read_once(Broken()), "NotJSON", "changed_during_call", ""),
    "params that are an array": (lambda: freeze_params([]), "InvalidParams", "params_type", ""),
    "an instruction that is a number": (
        lambda: freeze_params({"instruction": 7}),
        "InvalidParams",
        "instruction_type",
        "/instruction",
    ),
    "an empty project name": (lambda: Project("", type="comparison"), "InvalidSetting", "project_name", None),
    "a project name that is a number": (lambda: Project(7, type="comparison"), "InvalidSetting", "project_name", None),
    "an empty task type": (lambda: Project("boxes", type=""), "InvalidSetting", "task_type", None),
    "a task type that is a number": (lambda: Project("boxes", type=7), "InvalidSetting", "task_type", None),
    "assumptions that are a dict": (
        lambda: Project("boxes", type="comparison", assumptions={}),
        "InvalidSetting",
        "assumption_value",
        None,
    ),
    "a param called version": (
        lambda: Project("boxes", type="comparison", params={"version": 1}),
        "InvalidParams",
        "param_name",
        "/version",
    ),
    "a routing name in a project": (
        lambda: Project("boxes", type="comparison", params={"batch": "monday"}),
        "InvalidParams",
        "param_name",
        "/batch",
    ),
    "a creation time that is a number": (
        lambda: Project("boxes", type="comparison", params={}, created_at=7),
        "InvalidSetting",
        "created_at_type",
        "/created_at",
    ),
    "versions that are not numbered from 0": (
        lambda: Project("boxes", type="comparison", versions=[ParamVersion(1, {})]),
        "NoSuchVersion",
        "version_unknown",
        None,
    ),
    "params beside versions": (
        lambda: Project("boxes", type="comparison", params={}, versions=[]),
        "InvalidSetting",
        "argument_type",
        None,
    ),
    "an update that is a dict": (lambda: BOXES.update({"patch": True}), "InvalidSetting", "update_type", None),
    "a param called patch": (lambda: BOXES.patch_params({"patch": True}), "InvalidParams", "param_name", "/patch"),
    "a patch with null as params": (lambda: BOXES.patch_params(None), "InvalidParams", "params_type", ""),
    "an update time that is a number": (
        lambda: BOXES.patch_params({}, created_at=7),
        "InvalidSetting",
        "created_at_type",
        "/created_at",
    ),
    "a version that does not exist": (lambda: BOXES.version(7), "NoSuchVersion", "version_unknown", None),
    "a version that is true": (lambda: BOXES.version(True), "NoSuchVersion", "version_type", None),
    "the latest version of an empty history": (lambda: EMPTY.latest, "NoSuchVersion", "version_unknown", None),
    "a version of an empty history that is text": (lambda: EMPTY.version("0"), "NoSuchVersion", "version_type", None),
    "a pin to a version that does not exist": (
        lambda: BOXES.inheritance(7),
        "NoSuchVersion",
        "version_unknown",
        "/project_version",
    ),
    "a pin that is text": (lambda: BOXES.inheritance("0"), "NoSuchVersion", "version_type", "/project_version"),
    "a pin in an empty history": (
        lambda: EMPTY.resolve({"project_version": 0}),
        "NoSuchVersion",
        "version_unknown",
        "/project_version",
    ),
    "a request for another project": (
        lambda: BOXES.resolve({"project": "other"}),
        "WrongProject",
        "wrong_project",
        "/project",
    ),
    "a request of another type": (
        lambda: BOXES.resolve(TaskRequest({}, type="other")),
        "WrongProject",
        "wrong_type",
        None,
    ),
    "an explanation of a number": (lambda: BOXES.resolve({}).explain(7), "InvalidParams", "param_name", None),
    "an instruction that is a number, in a merge": (
        lambda: BOXES.inheritance()({"instruction": 7}),
        "InvalidParams",
        "instruction_type",
        "/instruction",
    ),
    "a routing name in the params of a request": (
        lambda: TaskRequest({"project": "boxes"}),
        "InvalidParams",
        "param_name",
        "/project",
    ),
    "a request for a project that is a number": (
        lambda: TaskRequest({}, project=7),
        "InvalidSetting",
        "project_name",
        "/project",
    ),
    "a request for a project called .": (
        lambda: TaskRequest({}, project="."),
        "InvalidSetting",
        "project_name",
        "/project",
    ),
    "a batch that is a number": (lambda: TaskRequest({}, batch=7), "InvalidSetting", "routing_type", "/batch"),
    "a unique id that is a number": (
        lambda: TaskRequest({}, unique_id=7),
        "InvalidSetting",
        "routing_type",
        "/unique_id",
    ),
    "a type that is a number": (lambda: TaskRequest({}, type=7), "InvalidSetting", "routing_type", "/type"),
    "a flag that is text": (
        lambda: TaskRequest({}, clear_unique_id_on_error="yes"),
        "InvalidSetting",
        "flag_type",
        "/clear_unique_id_on_error",
    ),
    "a batch that is an object": (
        lambda: TaskRequest.from_flat({"batch": {}}),
        "InvalidSetting",
        "routing_type",
        "/batch",
    ),
    "a request that is null": (lambda: TaskRequest.from_flat(None), "InvalidParams", "params_type", ""),
    "a separator that is a number": (
        lambda: Assumptions(instruction_separator=7),
        "InvalidSetting",
        "separator_type",
        None,
    ),
    "an unknown choice for an assumption": (
        lambda: Assumptions(empty_instruction="drop"),
        "InvalidSetting",
        "assumption_value",
        None,
    ),
    "null for an assumption": (lambda: Assumptions(instruction_rule=None), "InvalidSetting", "assumption_value", None),
    "an unknown assumption": (
        lambda: Assumptions.from_settings({"instruction_seperator": ""}),
        "InvalidSetting",
        "assumption_name",
        None,
    ),
    "a plan of an update that is null": (lambda: Plan.of(BOXES, None), "InvalidSetting", "update_type", None),
    "a plan to params with a bookkeeping name": (
        lambda: Plan.to(BOXES, {"created_at": 1}),
        "InvalidParams",
        "param_name",
        "/created_at",
    ),
    "a plan rebased on another project": (
        lambda: Plan.of(BOXES, Patch({})).rebase_on(EMPTY),
        "InvalidSetting",
        "history_moved",
        "/name",
    ),
    "a plan rebased on another type": (
        lambda: Plan.of(BOXES, Patch({})).rebase_on(Project("boxes", type="lidarannotation", versions=BOXES.versions)),
        "InvalidSetting",
        "history_moved",
        "/type",
    ),
    "a plan rebased on another history": (
        lambda: Plan.of(BOXES.patch_params({}), Patch({})).rebase_on(BOXES),
        "InvalidSetting",
        "history_moved",
        "/param_history",
    ),
    "wanted params with a version beside another version": (
        lambda: SlimRequest.to(BOXES, {"project_version": 1}, version=0),
        "InvalidSetting",
        "argument_type",
        "/project_version",
    ),
    "an audit of null": (lambda: Audit.of(BOXES, [None]), "InvalidParams", "params_type", "/0"),
    "an audit of params that are an array": (
        lambda: Audit.of(BOXES, [{"params": []}]),
        "InvalidParams",
        "params_type",
        "/0/params",
    ),
    "a guarded update that would drop a param": (
        lambda: GuardedClient(Client()).update_project("boxes", a=1),
        "WouldDrop",
        "would_drop",
        None,
    ),
    "a guarded update with errors": (
        lambda: GuardedClient(Client()).update_project("boxes", pathc=True),
        "InvalidUpdate",
        "invalid_update",
        None,
    ),
    "a `Project` as a project object": (lambda: read_project(BOXES), "MalformedPayload", "project_type", ""),
    "a project that is an array": (lambda: read_project([]), "MalformedPayload", "project_type", ""),
    "a project without a name": (
        lambda: read_project({"type": "comparison", "param_history": []}),
        "InvalidSetting",
        "project_name",
        "/name",
    ),
    "a project without a history": (
        lambda: read_project({"name": "boxes", "type": "comparison"}),
        "MalformedPayload",
        "history_type",
        "/param_history",
    ),
    "a history that is an object": (
        lambda: read_project({"param_history": {}}),
        "MalformedPayload",
        "history_type",
        "/param_history",
    ),
    "a version that is null": (
        lambda: read_project({"param_history": [None]}),
        "MalformedPayload",
        "history_type",
        "/param_history/0",
    ),
    "a version without a number": (
        lambda: read_project({"param_history": [{"padding": 3}]}),
        "MalformedPayload",
        "history_version",
        "/param_history/0/version",
    ),
    "a version out of order": (
        lambda: read_project({"param_history": [{"version": 1}]}),
        "MalformedPayload",
        "history_order",
        "/param_history/0/version",
    ),
    "a created task as a project": (
        lambda: read_project({"task_id": "a", "status": "pending"}),
        "MalformedPayload",
        "project_is_task",
        "",
    ),
    "a page of tasks as a project": (
        lambda: read_project({"docs": [], "total": 0}),
        "MalformedPayload",
        "project_is_page",
        "",
    ),
    "an error reply as a project": (
        lambda: read_project({"status_code": 404, "error": "not found"}),
        "MalformedPayload",
        "project_is_error",
        "",
    ),
    "a project as a request": (
        lambda: read_task_request({"name": "boxes", "param_history": []}),
        "MalformedPayload",
        "request_is_project",
        "",
    ),
    "a created task as a request": (
        lambda: read_task_request({"task_id": "a", "status": "pending"}),
        "MalformedPayload",
        "request_is_task",
        "",
    ),
    "output of `preview` as a request": (
        lambda: read_task_request({"project": "a", "params": {}, "inherited_version": 0}),
        "MalformedPayload",
        "request_is_answer",
        "",
    ),
    "a page of tasks as a request": (
        lambda: read_task_request({"docs": [], "total": 0}),
        "MalformedPayload",
        "request_is_page",
        "",
    ),
    "an error reply as a request": (
        lambda: read_task_request({"status_code": 404, "error": "not found"}),
        "MalformedPayload",
        "request_is_error",
        "",
    ),
    "an update whose flag is text": (
        lambda: read_update({"patch": "yes"}),
        "InvalidSetting",
        "flag_type",
        "/patch",
    ),
    "a project as an update": (
        lambda: read_update({"name": "boxes", "param_history": []}),
        "MalformedPayload",
        "update_is_project",
        "",
    ),
    "a history entry as an update": (
        lambda: read_update({"version": 3, "padding": 3}),
        "MalformedPayload",
        "update_is_version",
        "",
    ),
    "a created task as an update": (
        lambda: read_update({"task_id": "a", "status": "pending"}),
        "MalformedPayload",
        "update_is_task",
        "",
    ),
    "an array as an update": (lambda: read_update([{"padding": 3}]), "InvalidParams", "params_type", ""),
    "output of `plan` as an update": (
        lambda: read_update({"project": "a", "version": 1, "before": {}, "after": {}}),
        "MalformedPayload",
        "update_is_answer",
        "",
    ),
    "an error reply as an update": (
        lambda: read_update({"status_code": 404, "error": "not found"}),
        "MalformedPayload",
        "update_is_error",
        "",
    ),
    "a change to a frozen object": (lambda: freeze({}).update(a=1), "TypeError", None, None),
    "a change to a frozen array": (lambda: freeze([]).append(1), "TypeError", None, None),
}


def raised_by(provoke):
    with pytest.raises((ValueError, LookupError, TypeError)) as raised:
        provoke()
    return raised.value


@pytest.mark.parametrize("name", CASES)
def test_each_error_has_its_class_code_and_path(name):
    """Each error has its documented class, code and JSON Pointer, on which programs can rely."""
    provoke, kind, code, path = CASES[name]
    error = raised_by(provoke)
    assert (type(error).__name__, getattr(error, "code", None), getattr(error, "path", None)) == (kind, code, path)


def test_the_messages_are_those_of_the_snapshot(pytestconfig):
    """Each message equals the message in the snapshot. `--update` rewrites the snapshot."""
    messages = {name: str(raised_by(provoke)) for name, (provoke, *_) in CASES.items()}
    if pytestconfig.getoption("--update"):
        SNAPSHOT.write_text(json.dumps(messages, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(SNAPSHOT.read_text("utf-8")) == messages
