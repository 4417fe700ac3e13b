"""Wrong and unusual arguments, attempts to change shared values, and `help()`."""

import collections
import dataclasses
import json
import pydoc
import sys
from datetime import UTC, datetime
from enum import Enum
from types import SimpleNamespace
from typing import NamedTuple
from uuid import UUID

import attrs
import pytest

import paramcore
from paramcore import (
    Assumptions,
    Audit,
    Extraction,
    History,
    Impact,
    Patch,
    Plan,
    Project,
    Replace,
    SlimRequest,
    TaskRequest,
    read_project,
    read_task_request,
    thaw,
    write_project,
    write_task_request,
    write_update,
)
from paramcore.bulk import preview_lines
from paramcore.errors import InvalidSetting, NoSuchVersion, NotJSON, OutcomeUnknown, ParamcoreError, WrongProject
from paramcore.service import Client, MemoryService, Outcome, Request, Response, StandIn, run_server
from paramcore.transport import ApiKey, GuardedClient, HttpTransport, ScaleApiTransport
from paramcore.validation import Schemas, Validator, make_error_finder

PROJECT = Project("docks", type="imageannotation", params={"padding": 3})
DOCUMENT = {"type": "imageannotation", "name": "docks", "param_history": [{"version": 0, "padding": 3}]}
PLAN = Plan.of(PROJECT, Patch({"padding": 4}))
FINDING = Validator(PROJECT).update(Patch({"padding": "4"}))[0]
SECRET = "live_0123456789abcdef"

#: Wrong objects that people may pass in place of a project, a plan or another object of the package.
WRONG = [None, 5, "docks", DOCUMENT, [DOCUMENT], {1}, PROJECT.params, Patch({}), TaskRequest({}), Project, object()]

#: Functions that check the class or the methods of an argument, with the name of the argument.
TYPED = {
    "Plan.of": ("project", lambda value: Plan.of(value, Patch({"a": 1}))),
    "Plan.to": ("project", lambda value: Plan.to(value, {"a": 1})),
    "Plan.rebase_on": ("later", PLAN.rebase_on),
    "History.of": ("project", History.of),
    "Audit.of": ("project", lambda value: Audit.of(value, [])),
    "Impact.of": ("plan", lambda value: Impact.of(value, [])),
    "Impact.iter_effects": ("plan", lambda value: list(Impact.iter_effects(value, []))),
    "SlimRequest.of": ("project", lambda value: SlimRequest.of(value, {})),
    "SlimRequest.to": ("project", lambda value: SlimRequest.to(value, {})),
    "SlimRequest.bind": ("project", SlimRequest.bind),
    "write_project": ("project", write_project),
    "Validator": ("project", Validator),
    "Validator(schemas)": ("schemas", lambda value: Validator(PROJECT, value)),
    "Validator.task": ("effective", Validator(PROJECT).task),
    "Schemas": ("user_schemas['docks']", lambda value: Schemas({"docks": value})),
    "Client.apply": ("plan", Client(MemoryService([PROJECT])).apply),
    "Client.reconcile": ("outcome", Client(MemoryService([PROJECT])).reconcile),
    "Client.create_task": ("effective", Client(MemoryService([PROJECT])).create_task),
    "Client(transport)": ("transport", Client),
    "Client(assumptions)": ("assumptions", lambda value: Client(MemoryService(), assumptions=value)),
    "MemoryService": ("projects[0]", lambda value: MemoryService([value])),
    "MemoryService.send": ("request", MemoryService().send),
    "StandIn": ("projects[1]", lambda value: StandIn([PROJECT, value])),
    "run_server": ("stand_in", lambda value: run_server(value).__enter__()),
    "GuardedClient": ("client", GuardedClient),
    "make_error_finder": ("schemas", make_error_finder),
    "make_error_finder(...)(project)": (
        "project",
        lambda value: make_error_finder()(value, PROJECT.resolve({})),
    ),
    "make_error_finder(...)(effective)": ("effective", lambda value: make_error_finder()(PROJECT, value)),
    "Plan.with_findings": ("findings[1]", lambda value: PLAN.with_findings([FINDING, value])),
}


@pytest.mark.parametrize("function", TYPED)
def test_an_object_of_another_class_is_rejected(function):
    """The error has the code `argument_type` and names the argument. It hides the value, which could be an API key."""
    argument, call = TYPED[function]
    for value in [*WRONG, SECRET]:
        with pytest.raises(InvalidSetting) as rejected:
            call(value)
        assert rejected.value.code == "argument_type"
        assert rejected.value.problem.startswith(f"`{argument}` must ")
        assert SECRET not in str(rejected.value)


@pytest.mark.parametrize("wrong", [None, DOCUMENT, PROJECT, "docks", []])
def test_a_value_that_is_no_update_is_rejected(wrong):
    """The errors of `write_update`, `then` and `update` name the classes of updates."""
    for call in (write_update, Patch({}).then, Replace({}).then, PROJECT.update):
        with pytest.raises(InvalidSetting, match="must be a `Patch` or a `Replace`") as rejected:
            call(wrong)
        assert rejected.value.code == "update_type"


@pytest.mark.parametrize("wrong", [None, DOCUMENT, PROJECT, "docks", [], Patch({})])
def test_a_value_that_is_no_task_request_is_rejected(wrong):
    """The errors of `write_task_request` and of `send=` name the class `TaskRequest`."""
    client = Client(MemoryService([PROJECT]))
    for call in (write_task_request, lambda value: client.create_task(PROJECT.resolve({}), send=value)):
        if wrong is not None or call is write_task_request:
            with pytest.raises(InvalidSetting, match="must be a `TaskRequest`"):
                call(wrong)


def test_a_plan_of_json_does_not_change_the_json():
    """`Plan.of` rejects JSON in place of a project, and does not call `dict.update`, which would change the JSON."""
    document = {"name": "docks"}
    with pytest.raises(InvalidSetting, match="`read_project`"):
        Plan.of(document, {"padding": 4})
    assert document == {"name": "docks"}


class DataFrame:
    """A table of pandas, whose iterator yields the names of the columns."""

    def __iter__(self):
        return iter(["attachment", "padding"])


SEVERAL = {
    "Project.resolve_many": lambda tasks: list(PROJECT.resolve_many(tasks)),
    "Impact.of": lambda tasks: Impact.of(PLAN, tasks),
    "Impact.iter_effects": lambda tasks: list(Impact.iter_effects(PLAN, tasks)),
    "Audit.of": lambda tasks: Audit.of(PROJECT, tasks),
    "Extraction.of": lambda tasks: Extraction.of(tasks, name="docks", type="imageannotation"),
    "Extraction.requests": lambda tasks: list(Extraction.of([{}], name="a", type="b").requests(tasks)),
    "preview_lines": lambda lines: list(preview_lines(PROJECT, lines)),
    "StandIn": StandIn,
    "MemoryService": MemoryService,
    "Project(versions)": lambda versions: Project("docks", type="imageannotation", versions=versions),
    "Plan.with_findings": PLAN.with_findings,
    "StandIn(task_types)": lambda types: StandIn(task_types=types),
}


@pytest.mark.parametrize("function", SEVERAL)
@pytest.mark.parametrize("wrong", [5, PROJECT, {"padding": 4}, "padding", b"{}", TaskRequest({})])
def test_one_object_in_place_of_several_is_rejected(function, wrong):
    """A single object in place of a list is rejected. Its names or characters are not read as elements."""
    with pytest.raises(InvalidSetting, match="must be a list or another iterable") as rejected:
        SEVERAL[function](wrong)
    assert rejected.value.code == "argument_type"


@pytest.mark.parametrize("function", ["Project.resolve_many", "Impact.of", "Audit.of", "Extraction.of"])
def test_a_table_of_pandas_is_rejected(function):
    """The column names of a table are not read as requests. The error names the method that returns the rows."""
    with pytest.raises(InvalidSetting, match=r"to_dict\('records'\)"):
        SEVERAL[function](DataFrame())


def test_an_audit_of_a_page_names_the_list_in_it():
    """The error for a page of tasks, as `GET /tasks` returns it, says to pass the list `docs` of the page."""
    with pytest.raises(InvalidSetting, match="pass the `docs` of the page"):
        Audit.of(PROJECT, {"docs": [], "total": 0})


@pytest.mark.parametrize("create", [MemoryService, StandIn])
def test_two_projects_with_one_name_are_rejected(create):
    """`MemoryService` and `StandIn` reject two projects with the same name, instead of losing one of the projects."""
    with pytest.raises(InvalidSetting, match='two projects with the name "docks"'):
        create([PROJECT, PROJECT.patch_params({"padding": 4})])


@pytest.mark.parametrize(
    ("read", "good"),
    [
        (lambda tasks: Audit.of(PROJECT, tasks), {"task_id": "1", "project": "docks", "params": {}}),
        (lambda tasks: list(Extraction.of([{}], name="a", type="b").requests(tasks)), {"project": "docks"}),
        (lambda tasks: list(PROJECT.resolve_many(tasks)), {"project": "docks"}),
        (lambda tasks: Impact.of(PLAN, tasks), {"project": "docks"}),
    ],
)
def test_an_error_about_a_task_has_its_index(read, good):
    """The path of an error about one of many tasks begins with the index of the task."""
    with pytest.raises(ParamcoreError) as rejected:
        read([good, good, {"padding": float("nan")}])
    assert rejected.value.path.startswith("/2")


@dataclasses.dataclass
class Dataclass:
    padding: int = 3


@attrs.define
class Attrs:
    padding: int = 3


class Row(NamedTuple):
    padding: int


class Series:
    """A row of pandas."""

    def to_dict(self):
        """Do nothing, because only the name of the method matters."""


class SDKTask:
    def as_dict(self):
        return {}


class Model:
    def model_dump(self):
        return {}


class HTTPReply:
    def raise_for_status(self):
        raise AssertionError

    def json(self):
        raise AssertionError


CONVERSIONS = [
    (SDKTask(), ".as_dict()"),
    (Model(), ".model_dump()"),
    (Dataclass(), "dataclasses.asdict()"),
    (Attrs(), "attrs.asdict()"),
    (Row(3), "._asdict()"),
    (Series(), ".to_dict()"),
    (HTTPReply(), ".json()"),
    ('{"padding": 3}', "json.loads()"),
    (b' {"padding": 3}', "json.loads()"),
]


@pytest.mark.parametrize(("value", "call"), CONVERSIONS)
def test_the_error_names_the_call_that_returns_a_dict(value, call):
    """An object in place of a dict is rejected, and the error shows the call that converts it to a dict."""
    for read in (
        read_project,
        read_task_request,
        Patch,
        PROJECT.resolve,
        lambda task: Audit.of(PROJECT, [task]),
        lambda task: list(PROJECT.resolve_many([task])),
    ):
        with pytest.raises(ParamcoreError) as rejected:
            read(value)
        assert f"`{call}`" in rejected.value.remedy


@pytest.mark.parametrize(("value", "call"), CONVERSIONS[:4])
def test_the_error_about_a_value_names_its_conversion(value, call):
    """The error for an object inside params also shows the call that converts the object."""
    with pytest.raises(NotJSON) as rejected:
        Patch({"a": [value]})
    assert (rejected.value.path, f"`{call}`" in rejected.value.remedy) == ("/a/0", True)


def test_a_name_of_bytes_is_decoded():
    """If a name is bytes, the error shows `.decode()`, because the result of `str()` would begin with `b'`."""
    with pytest.raises(NotJSON, match=r"\.decode\(\)"):
        Patch({b"padding": 3})


def test_a_class_with_the_name_of_a_builtin_class_is_shown_with_its_module():
    """The error shows `numpy.bool` with its module, so nobody takes it for the `bool` of Python."""
    lookalike = type("bool", (), {"__module__": "numpy"})
    with pytest.raises(NotJSON, match=r"`numpy\.bool`"):
        Patch({"a": lookalike()})


@pytest.mark.parametrize("name", ["project_version", "batch", "unique_id", "type", "project"])
@pytest.mark.parametrize("value", [b"1", "\ud800", Series(), 10**5000, {1: 2}], ids=range(5))
def test_an_error_about_a_field_of_a_task_request_names_the_field(name, value):
    """The path of the error begins with the field, whatever the value."""
    with pytest.raises(ParamcoreError) as rejected:
        PROJECT.resolve(TaskRequest({}, **{name: value}))
    assert rejected.value.path.split("/")[1] == name


@pytest.mark.parametrize("number", [-1.0, 0.0, 1.0])
def test_a_version_that_is_a_float_names_the_whole_number(number):
    """If a version is a float such as 1.0, the error says to write 1.

    People get such floats from pandas, in a column of whole numbers with a missing value.
    """
    with pytest.raises(NoSuchVersion) as rejected:
        PROJECT.patch_params({"padding": 4}).resolve({"project_version": number})
    assert rejected.value.code == "version_type"
    assert rejected.value.remedy == f"write {number:.0f} instead of {number}"


@pytest.mark.parametrize(
    ("text", "number"),
    [("-1", -1), ("0", 0), ("1", 1), ("1.0", 1), ("2", None), ("01", None), ("", None), ("1e0", None)],
)
def test_a_version_in_quotes_names_the_number(text, number):
    """If `project_version` is -1 or an existing version as text, such as `"1"`, the error says to write the number.

    Such text comes from spreadsheets.
    """
    with pytest.raises(NoSuchVersion) as rejected:
        PROJECT.patch_params({"padding": 4}).resolve({"project_version": text})
    assert rejected.value.code == "version_type"
    assert rejected.value.remedy.startswith(
        "choose an existing version" if number is None else f"write {number} without quotes"
    )


@pytest.mark.parametrize("number", [-5.0, 1.0, 0.5, 1e300, float("1e6")])
def test_a_float_that_is_no_version_is_not_suggested(number):
    """The remedy suggests a whole number only if it is -1 or the number of an existing version."""
    with pytest.raises(NoSuchVersion) as rejected:
        PROJECT.resolve({"project_version": number})
    assert rejected.value.remedy.startswith("choose an existing version")


@pytest.mark.parametrize("wrong", [None, [1], "x", 5])
def test_fields_and_settings_that_are_no_objects_are_rejected(wrong):
    """`fields` and `settings` must be Mappings."""
    for call in (lambda: Project("docks", type="a", fields=wrong), lambda: Assumptions.from_settings(wrong)):
        with pytest.raises(InvalidSetting, match="must be a `Mapping`"):
            call()


@pytest.mark.parametrize("wrong", [None, [1], "x", 5])
def test_applied_to_rejects_params_that_are_no_object(wrong):
    with pytest.raises(ParamcoreError, match="params must be an object"):
        Patch({"a": 1}).applied_to(wrong)


@pytest.mark.parametrize("seconds", ["30", None, float("nan"), True, [30]])
def test_a_deadline_that_is_no_number_is_rejected(seconds):
    """A wrong `deadline` is rejected when the client is created, and the error names the argument."""
    with pytest.raises(InvalidSetting, match="`deadline` must be a number"):
        Client(MemoryService(), deadline=seconds)


@pytest.mark.parametrize("seconds", ["1", None, float("nan"), float("inf"), 1e18, [1]])
def test_a_clock_rejects_seconds_that_lead_to_no_time(seconds):
    """`advance` rejects wrong seconds, and the clock keeps its time."""
    clock = StandIn().clock
    clock.set("2026-01-31T08:00:00Z")
    with pytest.raises(InvalidSetting, match="`seconds` must be a number"):
        clock.advance(seconds)
    assert clock() == "2026-01-31T08:00:00.000Z"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"fault": 500}, "fault"),
        ({"fault": None}, "fault"),
        ({"times": "3"}, "argument_type"),
        ({"times": -1}, "argument_type"),
        ({"times": True}, "argument_type"),
        ({"method": "post"}, "argument_type"),
        ({"method": "PATCH"}, "argument_type"),
    ],
)
def test_a_fault_that_no_call_can_get_is_rejected(arguments, code):
    """`fail_next` rejects wrong arguments at once. A fault with a misspelled method, for example, would never occur."""
    with pytest.raises(InvalidSetting) as rejected:
        StandIn().fail_next(**{"fault": "error", **arguments})
    assert rejected.value.code == code


@pytest.mark.parametrize("name", ["created_at", "on_validate", "on_event"])
@pytest.mark.parametrize("create", [MemoryService, StandIn])
def test_a_callback_must_be_a_function(name, create):
    """A time or a list in place of a function is rejected at once, not at the first request."""
    for wrong in ("2026-01-31T08:00:00Z", [], 5):
        with pytest.raises(InvalidSetting, match=f"`{name}` must be a function"):
            create([PROJECT], **{name: wrong})


@pytest.mark.parametrize("time", [5, datetime(2026, 1, 31, tzinfo=UTC), b"2026"])
@pytest.mark.parametrize("create", [MemoryService, StandIn])
def test_created_at_must_return_text(time, create):
    """If `created_at` returns neither text nor `None`, no task is created, and the error names `created_at`."""
    service = create([PROJECT], created_at=lambda: time)
    memory = service if create is MemoryService else service.live
    with pytest.raises(InvalidSetting, match="`created_at` must return a string or `None`"):
        Client(memory).create_task(PROJECT.resolve({"attachment": "https://example.com/a.jpg"}))
    assert memory.tasks == ()


def test_a_fault_may_last_forever():
    """`times` may be very large, because a fault takes the same memory for any number of calls."""
    stand_in = StandIn([PROJECT])
    stand_in.fail_next("throttle=0", times=sys.maxsize, method="POST")
    stand_in.fail_next("drop", times=0)
    for _ in range(3):
        assert stand_in.live.send(Request("POST", "/projects/docks/setParams", body=b"{}")).status == 429
        assert stand_in.live.send(Request("GET", "/projects/docks")).status == 200


def test_the_flag_of_list_projects_must_be_a_bool():
    """`archived=1` is rejected, and the error names the argument."""
    with pytest.raises(InvalidSetting, match="`archived` must be true or false"):
        Client(MemoryService()).list_projects(archived=1)


@pytest.mark.parametrize("task_id", ["x", None, 5, SimpleNamespace(id="x")])
def test_an_unknown_task_id_is_named(task_id):
    """The error of `get_effective` for an unknown id is a sentence, not only the id."""
    with pytest.raises(LookupError, match="there is no task with the id"):
        MemoryService().get_effective(task_id)


@pytest.mark.parametrize("answer", [(), True, [], b"no"])
def test_on_validate_must_return_text(answer):
    """If `on_validate` returns neither text nor `None`, for example a list, creating a task raises an error."""
    stand_in = StandIn([PROJECT], on_validate=lambda _project, _effective: answer)
    with pytest.raises(ParamcoreError, match="`on_validate` must return a string or `None`"):
        Client(stand_in.live).create_task(PROJECT.resolve({"attachment": "https://example.com/a.jpg"}))


def test_help_does_not_show_the_environment(monkeypatch):
    """`help(ApiKey)` shows default values, so no default value may contain the environment."""
    monkeypatch.setenv("SCALE_API_KEY", SECRET)
    text = pydoc.plain(pydoc.render_doc(ApiKey))
    assert "SCALE_API_KEY" in text
    assert "environ({" not in text
    assert ApiKey.from_environment().authorization == ApiKey(SECRET).authorization
    assert ApiKey.from_environment({"SCALE_API_KEY": "live_0"}).authorization == ApiKey("live_0").authorization


def test_dir_lists_every_public_name():
    """`dir()` lists every public name, even a name that is imported on first use."""
    for module in (paramcore, paramcore.service):
        assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("module", ["service", "transport", "testing"])
def test_help_works_without_the_extras(module, monkeypatch):
    """`help()` reads each name that `dir()` lists, so `dir()` lists no name that needs a missing package."""
    for package in ("httpx2", "hypothesis", "scaleapi", "requests"):
        monkeypatch.setitem(sys.modules, package, None)
    for loaded in ("transport.http", "transport.scaleapi", "testing.strategies"):
        monkeypatch.delitem(sys.modules, f"paramcore.{loaded}", raising=False)
    assert pydoc.render_doc(f"paramcore.{module}")


def test_a_schema_cannot_be_changed():
    """The schema of a type cannot be changed, because validators share it. Editing a copy does not affect it."""
    for schemas, task_type in (
        (Schemas(), "imageannotation"),
        (Schemas().with_schema("my type", {"properties": {"a": {"enum": [1]}}}), "my type"),
    ):
        document = schemas.of(task_type).document
        with pytest.raises(TypeError, match="thaw"):
            document["properties"]["padding"] = {}
        with pytest.raises(TypeError, match="thaw"):
            document.clear()
        edited = thaw(document)
        edited["properties"]["extra"] = {"type": "string"}
        assert "extra" in Schemas().with_schema(task_type, edited).of(task_type).params
        assert "extra" not in schemas.of(task_type).params


def test_the_schemas_do_not_change_with_the_argument():
    """`Schemas` copies its argument, and the copy cannot be changed."""
    own = dict(Schemas().with_schema("my type", {}).user_schemas)
    schemas = Schemas(own)
    own["other"] = own["my type"]
    assert "other" not in schemas.types
    with pytest.raises(TypeError):
        schemas.user_schemas["other"] = own["my type"]


def test_the_tasks_of_a_service_cannot_be_changed():
    """The tasks of a service are frozen. If a caller edits a copy of a task, the service does not change."""
    service = MemoryService([PROJECT])
    Client(service).create_task(PROJECT.resolve({"attachment": "https://example.com/a.jpg", "tags": ["a"]}))
    with pytest.raises(TypeError, match="thaw"):
        service.tasks[0]["status"] = "completed"
    with pytest.raises(TypeError, match="thaw"):
        service.tasks[0]["tags"].append("b")
    edited = thaw(service.tasks[0])
    edited["status"] = "completed"
    assert service.tasks[0]["status"] == "pending"


@pytest.mark.parametrize("wrap", [lambda inner: (inner,), lambda inner: [(inner,)], collections.UserDict])
def test_thaw_copies_tuples_and_mappings(wrap):
    """The copy that `thaw` returns shares nothing with the original."""
    inner = {"a": [1]}
    copy = thaw(wrap(inner) if wrap is not collections.UserDict else wrap(x=inner))
    inner["a"].append(2)
    assert "2" not in repr(copy)
    assert type(copy) in (dict, list)


def test_thaw_rejects_cycles_and_deep_values():
    """For a cycle or a deep value, `thaw` raises `NotJSON`, not `RecursionError`."""
    cycle = {}
    cycle["me"] = cycle
    deep = []
    for _ in range(100_000):
        deep = [deep]
    for value, code in ((cycle, "cycle"), (deep, "too_deep")):
        with pytest.raises(NotJSON) as rejected:
            thaw(value)
        assert rejected.value.code == code


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        *(("proxy", wrong) for wrong in (5, "", "x", "localhost:3128", b"http://127.0.0.1:1", "ftp://user:hunter2@x")),
        *(("verify", wrong) for wrong in (None, "ca.pem", 1, b"")),
        *(("max_response_size", wrong) for wrong in ("1", None, 0, -1, True, 1.5)),
    ],
)
def test_a_setting_of_a_transport_is_checked_before_a_request_is_sent(argument, wrong):
    """A wrong setting is rejected when a transport is created, before anything is sent. The error shows no password."""
    for create in (lambda **settings: HttpTransport(ApiKey(SECRET), **settings), make_sdk_transport):
        if create is make_sdk_transport and argument != "max_response_size":
            continue
        with pytest.raises(InvalidSetting, match=f"`{argument}` must be") as rejected:
            create(**{argument: wrong})
        assert "hunter2" not in str(rejected.value)


def make_sdk_transport(**settings):
    client = SimpleNamespace(api=SimpleNamespace(api_key=SECRET))
    return ScaleApiTransport(client, **settings)


@pytest.mark.parametrize("wrong", [SECRET, None, 5, Client(MemoryService())])
def test_a_transport_rejects_another_object_and_never_shows_a_key(wrong):
    """If somebody passes the API key as text by mistake, the error does not show the key."""
    for create, argument in ((HttpTransport, "key"), (ScaleApiTransport, "client"), (GuardedClient, "client")):
        with pytest.raises(InvalidSetting, match=f"`{argument}` must be") as rejected:
            create(wrong)
        assert SECRET not in str(rejected.value)


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ((200, "{}"), "body"),
        ((200, None), "body"),
        (("200",), "status"),
        ((True,), "status"),
        ((200, b"", None), "headers"),
        ((200, b"", [("a", "b")]), "headers"),
        ((404, b"", {}, 5), "message"),
    ],
)
def test_a_field_of_a_response_has_its_type(fields, name):
    """`Response` rejects a field of a wrong type, such as a decoded body, and the error names the field."""
    with pytest.raises(InvalidSetting, match=f"`{name}` of a `Response` must be") as rejected:
        Response(*fields)
    assert rejected.value.code == "argument_type"


@pytest.mark.parametrize(
    ("fields", "name"),
    [(("GET", 5), "path"), (("GET", "/projects", []), "query"), (("POST", "/projects", {}, "{}"), "body")],
)
def test_a_field_of_a_request_has_its_type(fields, name):
    """`Request` rejects a field of a wrong type, such as a body that is text, and the error names the field."""
    with pytest.raises(InvalidSetting, match=f"`{name}` of a `Request` must be"):
        Request(*fields)


def test_a_number_in_a_query_works_in_memory_as_over_http():
    """`MemoryService` reads a number in a query like the text that is sent over HTTP."""
    reply = MemoryService([PROJECT]).send(Request("GET", "/tasks", {"limit": 5}))
    assert (reply.status, b'"limit": 5' in reply.body) == (200, True)


@pytest.mark.parametrize("wrong", [None, "", ["my type"], PROJECT, 5])
def test_a_schema_belongs_to_a_type(wrong):
    """Another value in place of a task type is rejected, not taken for an unknown type."""
    for call in (Schemas().of, lambda value: Schemas().with_schema(value, {})):
        with pytest.raises(InvalidSetting, match="a task type must be a non-empty string") as rejected:
            call(wrong)
        assert rejected.value.code == "task_type"


@pytest.mark.parametrize("reply", [None, {}, (200, b""), "ok", HTTPReply()])
def test_a_transport_must_return_a_response(reply):
    """If `send` does not return a `Response`, the error names `send`, and the outcome of an update is unknown."""
    sent = []
    broken = SimpleNamespace(send=lambda request: sent.append(request) or reply)
    with pytest.raises(OutcomeUnknown, match=r"`send\(request\)` must return a `Response`"):
        Client(broken, sleep=lambda _seconds: None).list_projects()
    service = MemoryService([PROJECT])
    half = SimpleNamespace(send=lambda request: service.send(request) if request.method == "GET" else reply)
    outcome = Client(half).apply(Plan.of(PROJECT, Patch({"padding": 4})))
    assert (outcome.state, outcome.error.code) == ("unknown", "no_reply")


@pytest.mark.parametrize(
    ("name", "package", "module", "install"),
    [
        ("HttpTransport", "httpx2", "transport", "paramcore[http]"),
        ("ScaleApiTransport", "requests", "transport", "scaleapi"),
        ("projects", "hypothesis", "testing", "hypothesis"),
        ("paramcore_service", "pytest", "testing", "pytest"),
    ],
)
def test_a_missing_package_is_named_with_its_installation(monkeypatch, name, package, module, install):
    """If a name needs a package that is not installed, the error says what to install."""
    public = getattr(__import__(f"paramcore.{module}"), module)
    defining = {"HttpTransport": "http", "ScaleApiTransport": "scaleapi", "projects": "strategies"}
    monkeypatch.delitem(sys.modules, f"paramcore.{module}.{defining.get(name, 'pytest_plugin')}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModuleNotFoundError) as missing:
        getattr(public, name)
    assert missing.value.name == package
    assert f"`{package}`, which `{name}` needs, is not installed; run `pip install" in str(missing.value)
    assert install in str(missing.value)


@pytest.mark.parametrize("make", [list, tuple, set, iter, dict.fromkeys, lambda names: (name for name in names)])
def test_names_may_come_from_a_generator(make):
    """An extraction reads `keep` and `move` once, so a generator has the same effect as a list."""
    tasks = [{"a": 1, "attachment": "https://example.com/a.jpg"}] * 3
    extraction = Extraction.of(tasks, name="docks", type="a", keep=make(["a"]), move=make(["attachment"]))
    assert list(extraction.params) == ["attachment"]


def test_task_types_may_come_from_a_generator():
    """A service reads `task_types` once and keeps the types, so a generator has the same effect as a list."""
    for create in (MemoryService, StandIn):
        service = create([PROJECT], task_types=iter(["imageannotation", "other"]))
        client = Client(service if create is MemoryService else service.live)
        names = [client.create_project(name, type="other").name for name in ("a", "b")]
        assert names == ["a", "b"]


class SDKType(Enum):
    IMAGE = "imageannotation"


@pytest.mark.parametrize("create", [MemoryService, StandIn])
@pytest.mark.parametrize("wrong", [SDKType.IMAGE, None, "", 5, {}])
def test_a_task_type_that_is_not_text_is_rejected(create, wrong):
    """A service rejects `task_types` with an element that no task type equals, such as a member of an enum."""
    with pytest.raises(InvalidSetting, match="must be a non-empty string") as rejected:
        create([PROJECT], task_types=["imageannotation", wrong])
    assert rejected.value.code == "task_type"


@pytest.mark.parametrize("found", [None, DOCUMENT, "docks"])
def test_a_line_gets_an_error_if_its_project_is_not_found(found):
    """If the function `project` does not return a `Project` for a line, only this line has an error."""
    lines = [b'{"project": "docks"}', b'{"project": "other"}', b'{"project": "docks"}']
    projects = {"docks": PROJECT, "other": found}
    first, error, last = preview_lines(lambda request: projects.get(request.project), lines)
    assert (type(first), type(last), error.line) == (bytes, bytes, 2)
    assert "`project(request)` must be a `Project`" in error.problem


@pytest.mark.parametrize("convert", [bytearray, memoryview])
def test_the_error_for_a_buffer_in_place_of_a_line_names_its_conversion(convert):
    """A line that is a `bytearray` or a `memoryview` is rejected, and the remedy converts it to `bytes`."""
    line = convert(b'{"padding": 3}')
    with pytest.raises(InvalidSetting, match=r"convert it with `bytes\(\)`"):
        list(preview_lines(PROJECT, [line]))
    assert len(list(preview_lines(PROJECT, [bytes(line)]))) == 1


def test_decoded_requests_in_place_of_lines_name_the_method_for_them():
    """The error for dicts in place of lines names `resolve_many`. The error for other values names the mode "rb"."""
    with pytest.raises(InvalidSetting, match="resolve_many"):
        list(preview_lines(PROJECT, [{"padding": 3}]))
    for wrong in ("tasks.jsonl", ["tasks.jsonl"], 5):
        with pytest.raises(InvalidSetting, match='the mode "rb"'):
            list(preview_lines(PROJECT, wrong))


@pytest.mark.parametrize(
    ("request_", "send"),
    [
        ({}, None),
        ({"project_version": 0}, None),
        ({"project_version": -1}, None),
        ({"project": "docks"}, None),
        ({}, lambda effective: SlimRequest.of(PROJECT, effective.task).request),
        ({}, lambda effective: effective.as_request()),
    ],
)
def test_a_created_task_gets_the_previewed_params(request_, send):
    """The client adds the project to a request that does not name it, so the task gets the previewed params."""
    service = MemoryService([PROJECT])
    effective = PROJECT.resolve({"attachment": "https://example.com/a.jpg", **request_})
    task = Client(service).create_task(effective, send=send and send(effective))
    assert task["project"] == "docks"
    assert task["params"] == effective.as_task()["params"]


def test_the_project_of_a_batch_is_not_named():
    """The client adds no project to a request with a batch, because the batch determines the project."""
    sent = []
    transport = SimpleNamespace(send=lambda request: sent.append(request) or Response(404))
    with pytest.raises(ParamcoreError):
        Client(transport).create_task(PROJECT.resolve({"batch": "b"}))
    assert json.loads(sent[0].body) == {"batch": "b"}


@pytest.mark.parametrize("digest", [None, 5, "", "5f0c", "A" * 32, b"0" * 32])
def test_a_digest_that_matches_no_version_is_rejected(digest):
    """A digest that no version can have is rejected. Otherwise, the outcome would stay unknown."""
    client = Client(MemoryService([PROJECT]))
    with pytest.raises(InvalidSetting, match="`digest` must be 32 lower-case hexadecimal digits"):
        client.reconcile(Outcome("unknown", "docks", base=0, digest=digest))
    assert client.reconcile(Outcome("unknown", "docks", base=0, digest="0" * 32)).state == "unknown"


def test_a_validator_rejects_a_task_of_another_type():
    """A validator rejects a task of another type. It accepts a task of another project with the same type."""
    validator = Validator(PROJECT)
    with pytest.raises(WrongProject, match='"lidarannotation", but the validator is for the type "imageannotation"'):
        validator.task(Project("other", type="lidarannotation").resolve({}))
    task = {"attachment": "https://example.com/a.jpg", "geometries": {"box": {"objects_to_annotate": ["Ship"]}}}
    assert validator.task(Project("other", type="imageannotation").resolve(task)) == ()


def test_a_table_of_polars_is_rejected():
    """The error for a table of polars names the method of polars, not that of pandas."""
    table = type("DataFrame", (), {"to_dicts": list, "__iter__": lambda _self: iter([])})()
    with pytest.raises(InvalidSetting, match=r"`\.to_dicts\(\)`"):
        Impact.of(PLAN, table)


class TaskType(Enum):
    """An enum of task types, as in the official SDK."""

    IMAGE = "imageannotation"


@pytest.mark.parametrize(
    ("value", "call"),
    [
        (TaskType.IMAGE, ".value"),
        (UUID(int=0), "str()"),
        (b"a", ".decode()"),
        (type("str_", (str,), {"__module__": "numpy"})("a"), "str()"),
    ],
)
def test_an_error_about_text_names_its_conversion(value, call):
    """If a type, a name or an id is not text but, for example, an enum member, the error shows how to convert it."""
    for create in (
        lambda: Project(value, type="a"),
        lambda: Project("docks", type=value),
        lambda: TaskRequest({}, unique_id=value),
        lambda: TaskRequest({}, batch=value),
        lambda: TaskRequest({}, project=value),
        lambda: TaskRequest({}, type=value),
        lambda: Schemas().of(value),
        lambda: Client(MemoryService()).get_project(value),
    ):
        with pytest.raises(InvalidSetting, match="must be") as rejected:
            create()
        assert rejected.value.remedy == f"convert it with `{call}`"
