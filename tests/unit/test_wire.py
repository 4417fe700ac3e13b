"""The API's JSON (E2): reading and writing the service's payloads."""

import json
from collections import UserDict
from pathlib import Path
from types import MappingProxyType

import pytest

from paramcore import Assumptions, Impact, Patch, Plan, Project, Replace, SlimRequest, TaskRequest
from paramcore.errors import InvalidParams, InvalidSetting, MalformedPayload, NotJSON
from paramcore.model.tasks import read_task_request
from paramcore.wire import (
    read_project,
    read_projects,
    read_update,
    write_project,
    write_task_request,
    write_update,
)

PAYLOADS = json.loads((Path(__file__).parent / "payloads.json").read_text("utf-8"))
PROJECTS, UPDATES, REQUESTS, TASKS = (PAYLOADS[name] for name in ("projects", "updates", "requests", "tasks"))


def project_of(*entries, **members):
    return {"type": "imageannotation", "name": "boxes", "param_history": list(entries), **members}


@pytest.mark.parametrize("name", PROJECTS)
def test_a_project_object_is_written_as_it_was_read(name):
    """A project object is written with the same fields in the same order, unknown fields included."""
    assert json.dumps(write_project(read_project(PROJECTS[name]))) == json.dumps(PROJECTS[name])


@pytest.mark.parametrize("name", UPDATES)
def test_an_update_is_written_as_it_was_read(name):
    """The body of a setParams request is written with the same params and flag."""
    assert json.dumps(write_update(read_update(UPDATES[name]))) == json.dumps(UPDATES[name])


@pytest.mark.parametrize("name", REQUESTS)
def test_a_task_request_is_written_as_it_was_read(name):
    """A flat task request is written as the same JSON."""
    assert write_task_request(read_task_request(REQUESTS[name])) == REQUESTS[name]


@pytest.mark.parametrize(
    ("before", "update", "after"),
    [("created", "the patch", "after the patch"), ("after the patch", "the replace", "after the replace")],
)
def test_an_update_has_the_effect_that_the_service_shows(before, update, after):
    """After an update, the project object equals the object that the service returned after the same update."""
    made_at = PROJECTS[after]["param_history"][-1]["created_at"]
    project = read_project(PROJECTS[before]).update(read_update(UPDATES[update]), created_at=made_at)
    assert write_project(project) == PROJECTS[after]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_gives_the_task_that_the_service_created(name):
    """The task that the service created has each field and param that `as_task` returns, with an equal value (T9)."""
    task = read_project(PROJECTS["after the replace"]).resolve(REQUESTS[name]).as_task()
    created = TASKS[name]
    # One of the fields is the joined instruction.
    assert {field: created[field] for field in task if field != "params"} == {
        field: value for field, value in task.items() if field != "params"
    }
    assert task["params"].items() <= created["params"].items()


def test_one_project_is_an_object_and_all_are_an_array():
    """E2: `read_projects` accepts an object and an array of objects."""
    one, two = PROJECTS["created"], PROJECTS["minimal"]
    assert read_projects(one) == (read_project(one),)
    assert read_projects([one, two]) == (read_project(one), read_project(two))
    assert read_projects([]) == ()


def test_an_invalid_project_in_an_array_has_a_path():
    """The path of the error begins with the index of the project in the array."""
    with pytest.raises(MalformedPayload) as refused:
        read_projects([PROJECTS["created"], project_of({"version": 1})])
    assert refused.value.path == "/1/param_history/0/version"


def test_assumptions_come_from_the_caller():
    """The reader uses the assumptions of its caller. The JSON contains no assumptions."""
    joined = Assumptions(instruction_separator=" / ")
    assert read_project(PROJECTS["created"], assumptions=joined).assumptions == joined
    assert read_projects(PROJECTS["created"], assumptions=joined)[0].assumptions == joined


def test_any_mapping_is_a_project_object():
    """A project object may be any Mapping, and its history a tuple."""
    entry = MappingProxyType({"version": 0, "padding": 3})
    project = read_project(MappingProxyType({"name": "boxes", "type": "comparison", "param_history": (entry,)}))
    assert project.params == {"padding": 3}


NO_HISTORIES = [
    (None, "project_type", "", "null"),
    ([], "project_type", "", "an array"),
    ({"name": "boxes", "type": "comparison"}, "history_type", "/param_history", "`param_history` is missing"),
    (project_of(param_history=None), "history_type", "/param_history", "null"),
    (project_of(param_history={}), "history_type", "/param_history", "an object"),
    (project_of("0"), "history_type", "/param_history/0", "the text '0'"),
    (project_of({"padding": 3}), "history_version", "/param_history/0/version", "`version` is missing in entry 0"),
    (
        project_of({"version": "0"}),
        "history_version",
        "/param_history/0/version",
        "entry 0 must be a whole number, got the text '0'",
    ),
    (project_of({"version": False}), "history_version", "/param_history/0/version", "got false"),
    (project_of({"version": 0.0}), "history_version", "/param_history/0/version", "got the number 0.0"),
    (
        project_of({"version": 1}),
        "history_order",
        "/param_history/0/version",
        "entry 0 must be 0, got the number 1",
    ),
    (
        project_of({"version": 0}, {"version": 2}),
        "history_order",
        "/param_history/1/version",
        "entry 1 must be 1, got the number 2",
    ),
    (
        project_of({"version": 0}, {"version": 0}),
        "history_order",
        "/param_history/1/version",
        "entry 1 must be 1, got the number 0",
    ),
]


@pytest.mark.parametrize(("obj", "code", "path", "problem"), NO_HISTORIES)
def test_an_invalid_history_is_refused(obj, code, path, problem):
    """An invalid history is rejected, not sorted or renumbered. The error has the path of the invalid entry."""
    with pytest.raises(MalformedPayload) as refused:
        read_project(obj)
    assert (refused.value.code, refused.value.path) == (code, path)
    assert problem in refused.value.problem


@pytest.mark.parametrize("numbers", [(1,), (1, 2), (0, 2), (0, 2, 3), (0, 0), (0, 1, 1), (2, 1, 0)], ids=str)
def test_versions_out_of_order_are_not_to_be_renumbered(numbers):
    """If versions are missing, repeated or out of order, the remedy is to get the history again: pinned tasks name numbers."""
    with pytest.raises(MalformedPayload) as refused:
        read_project(project_of(*({"version": number} for number in numbers)))
    assert refused.value.code == "history_order"
    assert "get the project from the API again" in refused.value.remedy


@pytest.mark.parametrize(
    ("obj", "error", "code", "path"),
    [
        (project_of(name=""), InvalidSetting, "project_name", "/name"),
        (project_of(name=None), InvalidSetting, "project_name", "/name"),
        (project_of(type=7), InvalidSetting, "task_type", "/type"),
        (project_of({"version": 0, "created_at": 7}), InvalidSetting, "created_at_type", "/param_history/0/created_at"),
        (
            project_of({"version": 0, "instruction": 7}),
            InvalidParams,
            "instruction_type",
            "/param_history/0/instruction",
        ),
        (project_of({"version": 0, "a": [{1}]}), NotJSON, "value_type", "/param_history/0/a/0"),
        (project_of(archived={1}), NotJSON, "value_type", "/archived"),
    ],
)
def test_a_project_object_is_checked(obj, error, code, path):
    """The path of an error inside a project object begins at the project object."""
    with pytest.raises(error) as refused:
        read_project(obj)
    assert (refused.value.code, refused.value.path) == (code, path)


def test_a_new_version_is_written_with_its_time():
    """A new entry has the number, then the time if there is one, and then the params."""
    project = Project("boxes", type="comparison", params={"a": 1}, created_at="noon").patch_params({"b": 2})
    assert json.dumps(write_project(project)["param_history"]) == json.dumps(
        [{"version": 0, "created_at": "noon", "a": 1}, {"version": 1, "a": 1, "b": 2}]
    )


def test_changing_the_written_json_changes_nothing():
    """Changing the written JSON changes neither the project nor later results."""
    project = read_project(PROJECTS["created"])
    write_project(project)["param_history"][0]["geometries"].clear()
    assert write_project(project) == PROJECTS["created"]


@pytest.mark.parametrize(
    ("body", "update"),
    [
        (None, Replace({})),
        ({}, Replace({})),
        ({"padding": 3}, Replace({"padding": 3})),
        ({"patch": False, "padding": 3}, Replace({"padding": 3})),
        ({"padding": 3, "patch": True}, Patch({"padding": 3})),
    ],
)
def test_the_flag_makes_a_patch_or_a_replace(body, update):
    """A body without the flag `patch` is a replace. No body at all is a replace without params (U12)."""
    assert read_update(body) == update


@pytest.mark.parametrize("flag", [None, 0, 1, "true", [True]])
def test_a_flag_that_is_no_bool_is_refused(flag):
    """The flag `patch` must be a bool. A value such as null could otherwise make the update a replace."""
    with pytest.raises(InvalidSetting) as refused:
        read_update({"patch": flag})
    assert (refused.value.code, refused.value.path) == ("flag_type", "/patch")


PROJECT, TASK = PROJECTS["created"], next(iter(TASKS.values()))
#: Some members of the output of `paramcore plan --format json`.
PLAN = {"project": "docks", "version": 1, "before": {}, "after": {}, "dropped": [], "diff": {}, "request": {}}

DOCKS = read_project(PROJECT)
#: Documents like the output of `explain`, `slim` and `impact --list` with `--format json`.
ANSWERS = [
    {"project": "docks", "explanations": [DOCKS.resolve({}).explain("padding").to_json()]},
    SlimRequest.of(DOCKS, {"padding": 3}).to_json(),
    next(Impact.iter_effects(Plan.of(DOCKS, Patch({"padding": 7})), [TaskRequest({})])).to_json(),
]
#: The body of the request that creates a project, such as the `--project-output` of `extract`.
CREATION = {"type": "imageannotation", "name": "docks", "params": {"padding": 3}}

NO_UPDATES = [
    (PROJECT, "update_is_project"),
    ({"param_history": None}, "update_is_project"),
    ({**PROJECT, "patch": True}, "update_is_project"),
    ({"project": PROJECT, "patch": True}, "update_is_project"),
    (PROJECT["param_history"][0], "update_is_version"),
    ({"version": 0, "padding": 3}, "update_is_version"),
    ({"version": 2, "created_at": "2024-01-01T00:00:00.000Z", "patch": True}, "update_is_version"),
    (TASK, "update_is_task"),
    ({"task_id": "a", "is_test": False}, "update_is_task"),
    ({"status": "pending", "params": {}}, "update_is_task"),
    ({"docs": [TASK], "total": 1, "limit": 100}, "update_is_task"),
    ({"docs": [], "has_more": False}, "update_is_task"),
    ({"status_code": 404, "error": "no such project"}, "update_is_error"),
    ({"status_code": 400, "message": "no such project"}, "update_is_error"),
    ({"error": "no such project"}, "update_is_error"),
    ({"status_code": 500}, "update_is_error"),
    (PLAN, "update_is_answer"),
    ({"project": "docks", "params": {"padding": 3}, "inherited_version": 0, "rests_on": []}, "update_is_answer"),
    *((answer, "update_is_answer") for answer in ANSWERS),
    (CREATION, "update_is_project"),
]


@pytest.mark.parametrize(("body", "code"), NO_UPDATES)
def test_another_document_of_the_api_is_no_update(body, code):
    """If the body is another document of the API or of paramcore, the error says so, and not that a name is reserved."""
    with pytest.raises(MalformedPayload) as refused:
        read_update(body)
    assert (refused.value.code, refused.value.path) == (code, "")


@pytest.mark.parametrize("more", [{}, {"patch": True}, {"padding": 3}])
def test_the_remedy_for_a_project_in_an_object_selects_the_project(more):
    """For an object that contains a project, the remedy is to save the project, and then to plan with it."""
    with pytest.raises(MalformedPayload) as refused:
        read_update({"project": PROJECT, **more})
    remedy = "save its `project` with `jq .project FILE > PROJECT`, and use `plan --wanted PROJECT`"
    assert remedy in refused.value.remedy


NO_REQUESTS = [
    (PROJECT, "request_is_project"),
    ({"param_history": None}, "request_is_project"),
    (TASK, "request_is_task"),
    ({"task_id": "a", "response": {}}, "request_is_task"),
    ({"status": "pending", "params": {}}, "request_is_task"),
    ({"docs": [TASK], "total": 1, "limit": 100}, "request_is_page"),
    ({"docs": [], "has_more": False}, "request_is_page"),
    ({"status_code": 404, "error": "no such task"}, "request_is_error"),
    ({"status_code": 404, "message": "no such task"}, "request_is_error"),
    ({"error": "no such task"}, "request_is_error"),
    (PLAN, "request_is_answer"),
    ({"project": "docks", "params": {"padding": 3}, "inherited_version": 0, "rests_on": []}, "request_is_answer"),
    *((answer, "request_is_answer") for answer in ANSWERS),
    (CREATION, "request_is_project"),
]


@pytest.mark.parametrize(("body", "code"), NO_REQUESTS)
def test_another_document_of_the_api_is_no_request(body, code):
    """A task, a page, a project, an error reply or output of paramcore is rejected with its own code."""
    with pytest.raises(MalformedPayload) as refused:
        read_task_request(body)
    assert (refused.value.code, refused.value.path) == (code, "")


NO_PROJECTS = [
    (TASK, "project_is_task"),
    ({"docs": [TASK], "total": 1}, "project_is_page"),
    ({"status_code": 401, "error": "No valid API key provided."}, "project_is_error"),
    ({"error": "No valid API key provided."}, "project_is_error"),
    ({"message": "No valid API key provided."}, "project_is_error"),
    ({"message": 3}, "history_type"),
    ({"message": "No valid API key provided.", "name": "a"}, "history_type"),
    ({"name": "a", "type": "b"}, "history_type"),
    ({**PROJECT, "task_id": "a", "status": "b", "param_history": 3}, "history_type"),
]


@pytest.mark.parametrize(("body", "code"), NO_PROJECTS)
def test_another_document_of_the_api_is_no_project(body, code):
    """A task, a page of tasks, an error reply or a project without a history is rejected with its own code."""
    with pytest.raises(MalformedPayload) as refused:
        read_project(body)
    assert refused.value.code == code
    if code == "project_is_error":
        assert '("No valid API key provided.")' in refused.value.problem


class ReadOnce(UserDict):
    """A Mapping that raises an error when it is read for the second time.

    If `gone` is true, even the first read raises the error.
    """

    def __init__(self, members, *, gone=False):
        super().__init__(members)
        self.gone = gone

    def __iter__(self):
        if self.gone:
            raise OSError("gone")
        self.gone = True
        return super().__iter__()


@pytest.mark.parametrize("read", [read_task_request, Project("boxes", type="comparison").resolve])
def test_a_request_is_read_once(read):
    """A Mapping is read once, and an error that it raises becomes `NotJSON`."""
    assert read(ReadOnce({"padding": 3})).params == {"padding": 3}
    with pytest.raises(NotJSON) as refused:
        read(ReadOnce({"padding": 3}, gone=True))
    assert (refused.value.code, refused.value.path) == ("changed_during_call", "")
    with pytest.raises(MalformedPayload) as refused:
        read(ReadOnce(TASK))
    assert refused.value.code == "request_is_task"


@pytest.mark.parametrize("body", [{"version": -1}, {"version": -1, "created_at": None, "padding": 3}])
def test_an_update_with_a_negative_version_is_no_version(body):
    """An update with a negative `version` is no history entry, so the error is about the reserved name."""
    with pytest.raises(InvalidParams) as refused:
        read_update(body)
    assert (refused.value.code, refused.value.path) == ("param_name", "/version")


def test_invalid_assumptions_have_no_path():
    """An error about `assumptions` has no path, because no JSON value is wrong."""
    with pytest.raises(InvalidSetting) as refused:
        read_project(PROJECTS["created"], assumptions=7)
    assert (refused.value.code, refused.value.path) == ("assumption_value", None)


@pytest.mark.parametrize("name", ["task_id", "status", "params", "docs", "error", "message", "status_code"])
def test_a_request_may_have_a_name_of_another_document(name):
    """Beside other params, a name that another document uses, such as `task_id`, is an ordinary param of a request."""
    body = {name: {"a": 1}, "attachment": "https://e.com/1.jpg"}
    assert read_task_request(body).params == body


def test_the_text_of_an_error_reply_is_shown():
    """The message shows the text of an error reply. It truncates a long text."""
    with pytest.raises(MalformedPayload, match='returned \\("no such project"\\), not'):
        read_update({"status_code": 404, "error": "no such project"})
    with pytest.raises(MalformedPayload, match="returned, not"):
        read_update({"status_code": 404, "error": {"a": 1}})
    with pytest.raises(MalformedPayload) as refused:
        read_update({"error": "x" * 1000})
    assert len(refused.value.problem) < 200


@pytest.mark.parametrize(
    "body",
    [
        {"task_id": "a"},
        {"status": "a"},
        {"params": {}},
        {"docs": []},
        {"error": {"a": 1}},
        {"message": "x"},
        {"error": "x", "padding": 3},
        {"status_code": 404, "padding": 3},
    ],
)
def test_an_update_may_have_a_name_of_another_document(body):
    """One name that another document uses, such as `task_id`, does not make an update that document."""
    assert read_update(body) == Replace(body)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"version": 1, "patch": True}, "version"),
        ({"project": "boxes", "version": 1}, "project"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"created_at": "noon"}, "created_at"),
    ],
)
def test_a_reserved_name_is_refused_by_name(body, name):
    """If a body is not a history entry, the error names its first reserved name (U9)."""
    with pytest.raises(InvalidParams) as refused:
        read_update(body)
    assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "params_type"),
        ("patch", "params_type"),
        ({"batch": "b"}, "param_name"),
        ({"instruction": 1}, "instruction_type"),
    ],
)
def test_an_invalid_body_of_an_update_is_refused(body, code):
    """A body that is not an object, or that has invalid params, is rejected."""
    with pytest.raises(InvalidParams) as refused:
        read_update(body)
    assert refused.value.code == code


def test_the_sdks_nulls_are_read():
    """A null routing name counts as missing. A null in a project object is kept."""
    request = read_task_request({"project_version": None, "project": None, "batch": None, "padding": None})
    assert (request.project_version, request.project, request.batch) == (None, None, None)
    assert write_task_request(request) == {"padding": None}
    sent = {**PROJECTS["minimal"], "datasetId": None}
    assert write_project(read_project(sent)) == sent


def test_the_type_is_not_in_the_body():
    """The body has no task type, so `type` in the body is a param (T12)."""
    request = read_task_request({"type": "odd"}, type="comparison")
    assert (request.type, request.params) == ("comparison", {"type": "odd"})
