"""Requests, replies, retries, outcomes, the service in memory, and the API key."""

import copy
import json
import math
import pickle
import subprocess
from unittest import mock

import pytest

from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.errors import InvalidKey, InvalidParams, InvalidSetting, NotDone, NotJSON, OutcomeUnknown
from paramcore.service.apply import classify_reply
from paramcore.service.client import Client
from paramcore.service.memory import MemoryService
from paramcore.service.outcome import Outcome, digest_params, find_update
from paramcore.service.replies import check_status, read_project_reply, read_projects_reply, read_task_reply
from paramcore.service.requests import (
    Request,
    Response,
    create_project,
    create_task,
    get_project,
    list_projects,
    update_project,
)
from paramcore.service.retry import Clock, Wait, get_with_retry, post_once, run_flow
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from paramcore.wire import write_project

BOXES = Project("boxes", type="imageannotation", params={"a": 1, "b": 1})


def body(request):
    return json.loads(request.body)


def reply(value, status=200, **headers):
    return Response(status, json.dumps(value).encode(), headers)


class TestRequests:
    """E1, E2, E3, E4: the paths, queries and bodies of requests."""

    def test_the_whole_name_is_encoded(self):
        """E4: no part of a name is interpreted as a path, a query or an escape."""
        assert get_project("a b/c?#\u00e9%2F").path == "/projects/a%20b%2Fc%3F%23%C3%A9%252F"
        assert update_project("a/b", Patch({})).path == "/projects/a%2Fb/setParams"

    @pytest.mark.parametrize("name", ["", ".", "..", None, "a\n"])
    def test_a_name_that_changes_the_path_is_rejected(self, name):
        """A name that is empty, `.`, `..`, not text, or has a control character is rejected."""
        for build in (
            get_project,
            lambda name: update_project(name, Patch({})),
            lambda name: create_project(name, type="x"),
        ):
            with pytest.raises(InvalidSetting) as refused:
                build(name)
            assert refused.value.code == "project_name"

    def test_projects_are_listed(self):
        """E2: `archived` becomes a query parameter. Without `archived`, the request has no query."""
        assert list_projects() == Request("GET", "/projects")
        assert list_projects(archived=False).query == {"archived": "false"}
        assert list_projects().target == "/projects"
        assert list_projects(archived=True).target == "/projects?archived=true"
        assert Request("GET", "/a%2Fb", {"x y": "1&2=\u00e9"}).target == "/a%2Fb?x+y=1%262%3D%C3%A9"

    def test_an_update_always_has_its_patch_flag(self):
        """U1: the body is flat and has `patch`, for a patch and for a replace."""
        assert body(update_project("boxes", Replace({"a": "\u00e9"}))) == {"patch": False, "a": "\u00e9"}
        assert body(update_project("boxes", Patch({}))) == {"patch": True}

    def test_a_project_is_created_with_the_given_fields(self):
        """E1: the body omits unset fields."""
        assert body(create_project("boxes", type="comparison")) == {"type": "comparison", "name": "boxes"}
        full = create_project(
            "boxes",
            type="comparison",
            params={"a": None},
            rapid=True,
            studio=True,
            dataset_id="d",
            pipeline="consensus_task",
            consensus_attempts=3,
        )
        assert body(full) == {
            "type": "comparison",
            "name": "boxes",
            "params": {"a": None},
            "rapid": True,
            "studio": True,
            "datasetId": "d",
            "pipeline": "consensus_task",
            "consensus_attempts": 3,
        }

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"type": ""}, "task_type"),
            ({"type": 7}, "task_type"),
            ({"rapid": 1}, "flag_type"),
            ({"studio": None}, "flag_type"),
            ({"dataset_id": 7}, "routing_type"),
            ({"pipeline": "standard_task"}, "pipeline"),
            ({"pipeline": "other", "studio": True}, "pipeline"),
            ({"pipeline": ["standard_task"], "studio": True}, "pipeline"),
            ({"consensus_attempts": 3}, "pipeline"),
            ({"consensus_attempts": 3, "pipeline": "standard_task", "studio": True}, "pipeline"),
            ({"consensus_attempts": 0, "pipeline": "consensus_task", "studio": True}, "pipeline"),
            ({"consensus_attempts": True, "pipeline": "consensus_task", "studio": True}, "pipeline"),
        ],
    )
    def test_invalid_fields_of_a_project_are_rejected(self, fields, code):
        """E1: wrong values are rejected.

        So are `pipeline` without `studio`, and `consensus_attempts` without `consensus_task`.
        """
        with pytest.raises(InvalidSetting) as refused:
            create_project("boxes", **{"type": "comparison", **fields})
        assert refused.value.code == code

    def test_params_of_a_new_project_are_validated(self):
        """Params that a project cannot have are rejected."""
        with pytest.raises(InvalidParams):
            create_project("boxes", type="comparison", params={"patch": True})

    @pytest.mark.parametrize("levels", [1, 98, 99])
    def test_params_of_a_new_project_may_be_as_deep_as_those_of_an_update(self, levels):
        """Params with the maximum depth are accepted, although the body that contains them is one level deeper."""
        value = 1
        for _ in range(levels):
            value = [value]
        client = Client(MemoryService())
        created = client.create_project("boxes", type="comparison", params={"a": value})
        assert created.params == client.apply(Plan.of(created, Patch({"a": value}))).now.params == {"a": value}

    def test_a_dataset_that_is_not_json_is_rejected(self):
        """The error for a `dataset_id` that JSON cannot contain has the path of the field."""
        with pytest.raises(NotJSON) as refused:
            create_project("boxes", type="comparison", dataset_id="\ud800")
        assert (refused.value.code, refused.value.path) == ("value_text", "/datasetId")

    def test_the_task_type_is_in_the_path(self):
        """T12: the type is in the path, and the flat body has everything else."""
        request = create_task(TaskRequest({"a": 1}, project="boxes"), type="image annotation")
        assert (request.path, body(request)) == ("/task/image%20annotation", {"project": "boxes", "a": 1})
        assert create_task(TaskRequest({}, type="comparison")).path == "/task/comparison"

    @pytest.mark.parametrize(
        ("task", "type_"), [(TaskRequest({}), None), (TaskRequest({}, type="a"), "b"), (TaskRequest({}), 7)]
    )
    def test_a_task_needs_exactly_one_type(self, task, type_):
        """A task without a type, with two different types, or with a type that is not text is rejected."""
        with pytest.raises(InvalidSetting) as refused:
            create_task(task, type=type_)
        assert refused.value.code == "task_type"


@pytest.mark.parametrize("timeout", [math.inf, math.nan, -math.inf, -1, -0.1, 1e10, 10**400, 86_401, True, "5", b"5"])
def test_an_invalid_timeout_is_rejected(timeout):
    """A timeout is a number of seconds from 0 to a day. Threads and sockets reject negative or very long timeouts."""
    with pytest.raises(InvalidSetting, match="`timeout` of a `Request` must be") as refused:
        Request("GET", "/projects", timeout=timeout)
    assert refused.value.code == "argument_type"
    allowed = [None, 0, 5, 0.5, 86_400]
    assert [Request("GET", "/", timeout=seconds).timeout for seconds in allowed] == allowed


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": 5}, {"content-type": None}, {"content-encoding": b"gzip"}, {b"content-type": "text/html"}],
)
def test_headers_are_text(headers):
    """A name or a value of a header that is not text is rejected, because each reader of a response expects text."""
    with pytest.raises(InvalidSetting, match="`headers` of a `Response` must be") as refused:
        Response(200, b"", headers)
    assert refused.value.code == "argument_type"


class TestReplies:
    """E5, E6, U8: how each reply is interpreted."""

    def test_a_project_is_read(self):
        """U8: the reply to an update is the whole project. The project has the assumptions that the caller passes."""
        joined = Assumptions(instruction_separator=" ")
        assert read_project_reply(reply(write_project(BOXES)), "boxes", joined) == BOXES.with_assumptions(joined)
        assert read_projects_reply(reply([write_project(BOXES)])) == (BOXES,)
        assert read_task_reply(reply({"task_id": "t"})) == {"task_id": "t"}

    @pytest.mark.parametrize("status", [201, 204, 301, 408, 500, 599, 100])
    def test_other_statuses_are_unknown(self, status):
        """E5, E6: success is status 200 only. After a status such as 201, 408 or 500, the outcome is unknown."""
        with pytest.raises(OutcomeUnknown) as refused:
            check_status(Response(status))
        assert (refused.value.code, refused.value.status) == ("reply_status", status)

    @pytest.mark.parametrize(
        ("status", "code"),
        [
            (400, "refused"),
            (402, "refused"),
            (422, "refused"),
            (401, "unauthorized"),
            (403, "unauthorized"),
            (404, "not_found"),
        ]
        + [(409, "conflict"), (429, "too_many_requests")],
    )
    def test_a_refused_request_is_not_done(self, status, code):
        """E6: a status such as 400, 404 or 429 proves that the service did nothing."""
        with pytest.raises(NotDone) as refused:
            read_project_reply(Response(status, b'{"error": "no\\nway"}'), "boxes")
        assert refused.value.code == code
        assert refused.value.problem.endswith(f"status {status}: no way")

    @pytest.mark.parametrize(
        ("body", "text"),
        [
            (b"", "status 500 (no media type, 0 bytes)"),
            (b"<html>" + b"x" * 999, "status 500 (no media type, 1,005 bytes)"),
            (b'{"error": ["a"]}', "status 500 (no media type, 16 bytes)"),
            (b"\xff\x00\x1b[2J", "status 500 (no media type, 6 bytes)"),
            (b"[" * 5000, "status 500 (no media type, 5,000 bytes)"),
            (b'{"message": "a\\u0000\\n\\u001b[2J"}', "status 500: a\\u0000 \\u001b[2J"),
            (json.dumps({"error": "x" * 101}).encode(), "status 500: " + "x" * 80 + "... (101 characters)"),
        ],
    )
    def test_the_error_text_is_truncated_and_escaped(self, body, text):
        """For any body, the message is one short printable line."""
        with pytest.raises(OutcomeUnknown) as refused:
            check_status(Response(500, body))
        assert refused.value.problem == f"the service returned {text}"

    @pytest.mark.parametrize(
        ("read", "value"),
        [
            (read_projects_reply, {}),
            (read_task_reply, []),
            (read_task_reply, {"task_id": 7}),
            (lambda response: read_project_reply(response, "boxes"), []),
        ],
    )
    def test_a_reply_of_another_shape_is_unknown(self, read, value):
        """If a reply is not the expected JSON value, the reader raises `OutcomeUnknown`."""
        with pytest.raises(OutcomeUnknown):
            read(reply(value))

    def test_two_projects_with_one_name_are_rejected(self):
        """A list with two projects of one name is rejected, because a dict by name would lose one of them."""
        for other in (BOXES, BOXES.update(Patch({"padding": 99}))):
            with pytest.raises(OutcomeUnknown, match="two projects with the same name") as refused:
                read_projects_reply(reply([write_project(project) for project in (BOXES, other)]))
            assert (refused.value.code, refused.value.path) == ("wrong_project", "/1/name")

    def test_an_encoded_reply_is_rejected(self):
        """A reply with a content encoding other than `identity` is rejected, and is not decoded."""
        with pytest.raises(OutcomeUnknown) as refused:
            read_projects_reply(Response(200, b"[]", {"content-encoding": "gzip", "x": "y"}))
        assert refused.value.code == "reply_encoding"
        assert refused.value.problem.endswith(": status 200 (no media type, 2 bytes)")
        assert read_projects_reply(Response(200, b"[]", {"content-encoding": "Identity"})) == ()


class Script:
    """A transport that records requests, and returns the replies or raises the errors of a list."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def send(self, request):
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Watch:
    """A clock whose time changes only by `sleep`."""

    def __init__(self):
        self.time = 100.0
        self.waits = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.waits.append(seconds)
        self.time += seconds


NOT_SENT = NotDone("not_sent", None, "a", "b")
NO_REPLY = OutcomeUnknown("no_reply", None, "a", "b")
BUSY = Response(429, b"", {"retry-after": "2"})
BROKEN = Response(500)
FINE = Response(200, b"[]")


def ran(flow_of, *answers, deadline=60.0):
    script, watch = Script(*answers), Watch()
    clock = Clock(deadline, watch.now, lambda: 1.0)
    try:
        result = run_flow(flow_of(Request("GET", "/projects"), clock), script, watch.sleep)
    except (NotDone, OutcomeUnknown) as error:
        result = error.code
    return result, len(script.requests), watch.waits


@pytest.mark.parametrize(
    ("flow_of", "answers", "result", "sent", "waits"),
    [
        (get_with_retry, [FINE], FINE, 1, []),
        (get_with_retry, [BROKEN, NO_REPLY, NOT_SENT, FINE], FINE, 4, [0.5, 1.0, 2.0]),
        (get_with_retry, [BROKEN, BROKEN, BROKEN, BROKEN], "reply_status", 4, [0.5, 1.0, 2.0]),
        (get_with_retry, [BUSY, FINE], FINE, 2, [2.0]),
        (get_with_retry, [Response(404)], "not_found", 1, []),
        (get_with_retry, [Response(401)], "unauthorized", 1, []),
        (get_with_retry, [Response(403)], "unauthorized", 1, []),
        (get_with_retry, [Response(409)], "conflict", 1, []),
        (get_with_retry, [Response(400)], "refused", 1, []),
        (get_with_retry, [Response(201), FINE], FINE, 2, [0.5]),
        (get_with_retry, [NotDone("certificate", None, "a", "b")], "certificate", 1, []),
        (post_once, [FINE], FINE, 1, []),
        (post_once, [BROKEN], BROKEN, 1, []),
        (post_once, [Response(401)], Response(401), 1, []),
        (post_once, [Response(409)], Response(409), 1, []),
        (post_once, [Response(201)], Response(201), 1, []),
        (post_once, [NO_REPLY], "no_reply", 1, []),
        (post_once, [NOT_SENT, NOT_SENT, FINE], FINE, 3, [0.5, 1.0]),
        (post_once, [NOT_SENT] * 4, "not_sent", 4, [0.5, 1.0, 2.0]),
        (post_once, [NotDone("certificate", None, "a", "b")], "certificate", 1, []),
        (post_once, [BUSY, BUSY, FINE], FINE, 3, [2.0, 2.0]),
        (post_once, [BUSY] * 4, BUSY, 4, [2.0, 2.0, 2.0]),
        (post_once, [Response(429, b"", {"retry-after": "0"}), FINE], FINE, 2, [1.0]),
        # `Retry-After` is ignored unless it consists of at most 11 digits.
        (post_once, [Response(429, b"", {"retry-after": "-5"}), FINE], FINE, 2, [0.5]),
        (post_once, [Response(429, b"", {"retry-after": "\u0665"}), FINE], FINE, 2, [0.5]),
        (post_once, [Response(429, b"", {"retry-after": "9" * 5000}), FINE], FINE, 2, [0.5]),
        (post_once, [Response(429, b"", {"retry-after": "9" * 12}), FINE], FINE, 2, [0.5]),
        (
            post_once,
            [Response(429, b"", {"retry-after": "9" * 11})],
            Response(429, b"", {"retry-after": "9" * 11}),
            1,
            [],
        ),
    ],
)
def test_retries(flow_of, answers, result, sent, waits):
    """A GET is retried if the error may be temporary. A POST is retried only if the service certainly did nothing."""
    assert ran(flow_of, *answers) == (result, sent, waits)


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_project("boxes"),
        lambda client: client.list_projects(),
        lambda client: client.create_project("docks", type="imageannotation"),
        lambda client: client.create_task(BOXES.resolve({})),
        lambda client: client.apply(Plan.of(BOXES, Patch({"a": 2}))),
        lambda client: client.reconcile(Outcome("unknown", "boxes", base=1, digest="0" * 32)),
    ],
)
def test_a_client_raises_the_stop_iteration_of_a_transport(call):
    """A client raises any error of a transport, also the `StopIteration` of a mock that has no more replies."""
    transport = mock.Mock()
    transport.send.side_effect = []
    with pytest.raises(StopIteration):
        call(Client(transport))


@pytest.mark.parametrize("flow_of", [get_with_retry, post_once])
def test_no_wait_exceeds_the_deadline(flow_of):
    """If a wait would end at or after the deadline, the request is not retried."""
    result, sent, waits = ran(flow_of, Response(429, b"", {"retry-after": "999"}), FINE, deadline=5)
    assert (sent, waits) == (1, [])
    assert result == ("too_many_requests" if flow_of is get_with_retry else Response(429, b"", {"retry-after": "999"}))
    assert ran(flow_of, NOT_SENT, NOT_SENT, FINE, deadline=0.6) == ("not_sent", 2, [0.5])
    assert ran(flow_of, NOT_SENT, FINE, deadline=0.5) == ("not_sent", 1, [])


@pytest.mark.parametrize("flow_of", [get_with_retry, post_once])
def test_nothing_is_sent_after_the_deadline(flow_of):
    """If no time is left, the request is not sent."""
    assert ran(flow_of, FINE, deadline=0) == ("not_sent", 0, [])


def test_a_request_has_the_remaining_time_as_timeout():
    """The timeout of each request is the time until the deadline."""
    script, watch = Script(BROKEN, FINE), Watch()
    run_flow(get_with_retry(Request("GET", "/"), Clock(10, watch.now, lambda: 1.0)), script, watch.sleep)
    assert [request.timeout for request in script.requests] == [10, 9.5]


@pytest.mark.parametrize("flow_of", [get_with_retry, post_once])
@pytest.mark.parametrize(("deadline", "timeout"), [(math.inf, 86_400), (1e300, 86_400), (86_400.5, 86_400), (5, 5)])
def test_a_timeout_is_at_most_a_day(flow_of, deadline, timeout):
    """The timeout of a request is at most one day, even if the deadline is infinite."""
    flow = flow_of(Request("GET", "/"), Clock(deadline, lambda: 0.0, lambda: 1.0))
    assert next(flow).request.timeout == timeout


@pytest.mark.parametrize("flow_of", [get_with_retry, post_once])
def test_a_deadline_that_is_no_number_sends_nothing(flow_of):
    """With NaN as the deadline, nothing is sent."""
    assert ran(flow_of, FINE, deadline=math.nan) == ("not_sent", 0, [])


@pytest.mark.parametrize("retry_after", ["99999999999", "9223372037", "1000000000"])
@pytest.mark.parametrize("deadline", [math.inf, 1e300, 10**400])
def test_no_wait_is_longer_than_a_clock_can_measure(deadline, retry_after):
    """Whatever its deadline, a client does not wait for more seconds than `time.sleep` accepts."""
    script = Script(Response(429, b"", {"retry-after": retry_after}))
    with pytest.raises(NotDone) as refused:
        Client(script, deadline=deadline, sleep=None).list_projects()
    assert (refused.value.code, len(script.requests)) == ("too_many_requests", 1)


@pytest.mark.parametrize("deadline", [-(10**400), -math.inf, -1])
def test_a_deadline_in_the_past_sends_nothing(deadline):
    """With a negative deadline of any size, nothing is sent."""
    script = Script()
    with pytest.raises(NotDone) as refused:
        Client(script, deadline=deadline).list_projects()
    assert (refused.value.code, script.requests) == ("not_sent", [])


def test_the_default_deadline():
    """A call has 30 seconds unless the client has its own deadline."""
    for settings, seconds in (({}, 30.0), ({"deadline": 5}, 5)):
        script, watch = Script(FINE), Watch()
        Client(script, now=watch.now, sleep=watch.sleep, **settings).list_projects()
        assert [request.timeout for request in script.requests] == [seconds]


def test_another_loop_can_run_a_flow():
    """A flow yields each `Send` and each `Wait`, so any event loop can run it."""
    flow = get_with_retry(Request("GET", "/"), Clock(10, lambda: 0.0, lambda: 1.0))
    next(flow)
    assert flow.send(BROKEN) == Wait(0.5)


UPDATE = Patch({"a": 2})
PLAN = Plan.of(BOXES, UPDATE)


@pytest.mark.parametrize(
    ("project", "change"),
    [
        (Project("boxes", type="imageannotation", params={"a": 9, "b": 1}), "version 0 has other params now"),
        (Project("boxes", type="imageannotation", params={"a": True, "b": 1}), "version 0 has other params now"),
        (
            Project("boxes", type="imageannotation", params={"a": 1, "b": 1, "c": None}),
            "version 0 has other params now",
        ),
        (
            Project("boxes", type="imageannotation", params={"a": 1, "b": 1}, created_at="2024-03-04T09:00:00Z"),
            "version 0 has another `created_at` or other reserved names now",
        ),
        (BOXES.patch_params({}), "1 version then, 2 versions now"),
        (Project("boxes", type="imageannotation"), "1 version then, 0 versions now"),
        (
            Project("boxes", type="comparison", versions=BOXES.versions),
            'the type "imageannotation" then, "comparison" now',
        ),
    ],
)
def test_no_update_is_sent_to_another_history(project, change):
    """If the type or the history differs from that of the plan, no update is sent. The error says what differs."""
    service = MemoryService([project])
    outcome = Client(service).apply(PLAN)
    assert (outcome.state, outcome.error.code) == ("not done", "history_moved")
    assert f"({change})" in str(outcome.error)
    assert service.projects == {"boxes": project}


def now(*updates, base=BOXES):
    for update in updates:
        base = base.update(update)
    return base


@pytest.mark.parametrize(
    ("after", "state", "versions"),
    [
        (now(UPDATE), "done", (1,)),
        (now(Patch({"c": 1}), UPDATE), "done", (2,)),
        (now(UPDATE, Patch({"c": 1})), "done", (1,)),
        (now(Replace({"c": 1}), UPDATE), "done", (2,)),
        (now(UPDATE, UPDATE), "repeated", (1, 2)),
        (now(), "unknown", ()),
        (now(Patch({"c": 1})), "unknown", ()),
        (now(UPDATE, base=Project("boxes", type="imageannotation", params={"a": 9})), "done", (1,)),
    ],
)
def test_the_history_shows_the_outcome(after, state, versions):
    """A version contains the update if the update turns the previous version's params into this version's params."""
    for outcome in (find_update(PLAN, after), classify_reply(PLAN, reply(write_project(after)))):
        assert (outcome.state, outcome.versions) == (state, versions)


@pytest.mark.parametrize(
    ("received", "state", "code"),
    [
        (NOT_SENT, "not done", "not_sent"),
        (NO_REPLY, "unknown", "no_reply"),
        (Response(400), "not done", "refused"),
        (Response(429), "not done", "too_many_requests"),
        (Response(408), "unknown", "reply_status"),
        (Response(500), "unknown", "reply_status"),
        (Response(204), "unknown", "reply_status"),
        (Response(200), "unknown", "json_syntax"),
        (reply([]), "unknown", "project_type"),
        (reply(write_project(Project("other", type="x"))), "unknown", "wrong_project"),
        (reply(write_project(BOXES)), "unknown", "not_seen"),
    ],
)
def test_a_reply_is_classified(received, state, code):
    """If a reply lacks the update, the outcome is *unknown*, or *not done* if the service certainly did nothing."""
    outcome = classify_reply(PLAN, received)
    assert (outcome.state, outcome.error.code) == (state, code)
    assert (outcome.project, outcome.base, outcome.digest) == ("boxes", 1, digest_params({"a": 2, "b": 1}))


def test_an_outcome_in_text_and_json():
    """The text of an unknown outcome ends with the next command to run. The JSON has the outcome and its error."""
    outcome = classify_reply(PLAN, NO_REPLY)
    digest = digest_params(PLAN.after)
    assert str(outcome) == (
        'unknown (update of "boxes"): a; b\n'
        f"  to look up the outcome again: paramcore reconcile boxes --base 1 --digest {digest}"
    )
    assert outcome.to_json() == {
        "state": "unknown",
        "project": "boxes",
        "base": 1,
        "digest": digest,
        "versions": [],
        "concurrent_versions": [],
        "overwritten": [],
        "altered": [],
        "error": {"code": "no_reply", "message": "a; b"},
    }
    rival = find_update(PLAN, now(Patch({"a": 7}), UPDATE))
    assert (rival.version, rival.concurrent_versions, rival.overwritten, rival.base_moved) == (2, (1,), ("a",), True)


@pytest.mark.parametrize("state", ["unknown", "not done"])
def test_an_outcome_without_an_error_has_no_reason(state):
    """If another process creates an outcome from `base` and `digest`, the text of the outcome names no reason."""
    assert str(Outcome(state, "boxes", 1, digest_params({}))).split("\n")[0] == f'{state} (update of "boxes")'


def test_a_reconciled_project_has_the_assumptions_of_the_client():
    """If an outcome has a plan, its project has the assumptions of the plan. Otherwise, it has those of the client."""
    assumptions = Assumptions(instruction_separator="#")
    client = Client(MemoryService([BOXES]), assumptions=assumptions)
    assert client.reconcile(Outcome("unknown", "boxes", 0, digest_params({}))).now.assumptions == assumptions
    assert client.reconcile(Outcome.of(PLAN, "unknown")).now.assumptions == BOXES.assumptions


@pytest.mark.parametrize(
    "name",
    [
        "boxes",
        "north docks",
        "$(touch x)",
        "`id`",
        "it's",
        'say "a"',
        "a\\",
        "!!",
        "=ls",
        "~",
        "*",
        "a;b",
        "a\u0085b",
        "\u202e'",
        "-x",
    ],
)
def test_the_reconcile_command_can_be_pasted(name):
    """In a shell, the reconcile command gets the name of any project unchanged. No part of the name is executed."""
    command = Outcome("unknown", name, 1, "$(id)").reconcile_command
    assert command.isprintable()
    script = f"paramcore() {{ printf '%s\\0' \"$@\"; }}; {command}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    arguments = done.stdout.decode().split("\0")[:-1]
    lookup = ["--base", "1", "--digest", "$(id)"]
    assert arguments == ["reconcile", *([*lookup, "--", name] if name == "-x" else [name, *lookup])]


def test_a_digest_follows_json_equality():
    """The order of names and the spelling of numbers do not change a digest. Other differences in JSON do."""
    assert digest_params({"a": 1, "b": [2.0]}) == digest_params({"b": [2], "a": 1.0})
    assert len({digest_params({"a": value}) for value in (1, True, "1", None, [1], {"1": 1}, 1.5)}) == 7


class TestMemory:
    """The service in memory answers like the real service."""

    def test_the_life_of_a_project(self):
        """A project is created, updated, listed and read, and a task is created in it."""
        service = MemoryService(created_at=lambda: "noon")
        client = Client(service)
        created = client.create_project("a/b", type="imageannotation", params={"instruction": "Box it."})
        assert (created.latest.number, created.latest.created_at) == (0, "noon")
        outcome = client.apply(Plan.of(created, Patch({"padding": 3})))
        assert (outcome.state, outcome.version) == ("done", 1)
        project = client.get_project("a/b")
        assert project == client.list_projects()[0] == service.projects["a/b"]
        effective = project.resolve({"project": "a/b", "instruction": "Hurry."})
        task = client.create_task(effective)
        assert (task["instruction"], task["params"], task["status"]) == ("Hurry.\nBox it.", {"padding": 3}, "pending")
        assert service.tasks == (task,)
        again = client.create_task(effective, send=effective.as_request())
        assert (again["instruction"], again["project_param_version"]) == ("Hurry.\nBox it.", -1)

    @pytest.mark.parametrize(
        ("request_", "status"),
        [
            (create_project("boxes", type="x"), 409),
            (get_project("none"), 404),
            (update_project("none", Patch({})), 404),
            (Request("POST", "/projects/boxes/setParams", body=b'{"patch": "yes"}'), 400),
            (Request("POST", "/projects/boxes/setParams", body=b"[]"), 400),
            (Request("POST", "/projects/boxes/setParams", body=b"{"), 400),
            (Request("POST", "/projects", body=b"{}"), 400),
            (create_task(TaskRequest({}, project="none"), type="imageannotation"), 404),
            (create_task(TaskRequest({}, project="boxes", project_version=7), type="imageannotation"), 400),
            (create_task(TaskRequest({}, project="boxes"), type="other"), 400),
            (Request("GET", "/nowhere"), 404),
            (Request("POST", "/"), 404),
        ],
    )
    def test_invalid_requests_are_rejected(self, request_, status):
        """An error reply repeats its status in the body, and the projects stay unchanged."""
        service = MemoryService([BOXES])
        answer = service.send(request_)
        assert answer.status == status
        assert json.loads(answer.body)["status_code"] == status
        assert service.projects == {"boxes": BOXES}

    def test_an_update_without_a_body_is_a_replace_by_nothing(self):
        """U12: an update without a body drops all params. The official SDK sends no body if there are no params."""
        service = MemoryService([BOXES])
        service.send(Request("POST", "/projects/boxes/setParams"))
        assert service.projects["boxes"].params == {}

    def test_a_task_may_have_no_project(self):
        """A task without a project has only its own params, and can be read by its id."""
        service = MemoryService()
        created = json.loads(service.send(create_task(TaskRequest({"a": 1}), type="comparison")).body)
        assert created["params"] == {"a": 1}
        assert json.loads(service.send(Request("GET", f"/task/{created['task_id']}")).body) == created

    def test_the_pages_of_many_tasks_end(self):
        """A client that follows `next_token` gets each task once, and reaches the end."""
        service, ids, query = MemoryService(), [], {"limit": "5000"}
        for _ in range(2_001):
            service.send(Request("POST", "/task/comparison", body=b"{}"))
        while query:
            page = json.loads(service.send(Request("GET", "/tasks", query)).body)
            ids += [task["task_id"] for task in page["docs"]]
            query = {"limit": "5000", "next_token": page["next_token"]} if page["has_more"] else {}
        assert len(ids) == len(set(ids)) == 2_001

    @pytest.mark.parametrize(
        ("tasks", "query", "page", "has_more"),
        [
            (100, {}, 100, False),
            (101, {}, 100, True),
            (3, {"limit": "2"}, 2, True),
            (2, {"limit": "2"}, 2, False),
            (101, {"limit": "100"}, 100, True),
            (102, {"limit": "101"}, 100, True),
            (3, {"next_token": f"{2:024x}"}, 1, False),
            (3, {"next_token": f"{1:024x}"}, 0, False),
            (3, {"offset": "1", "limit": "1"}, 1, True),
            (3, {"offset": "9"}, 0, False),
        ],
    )
    def test_the_size_of_a_page(self, tasks, query, page, has_more):
        """A page has at most `limit` tasks, and never more than 100. Only the last page has no `next_token`."""
        service = MemoryService()
        for _ in range(tasks):
            service.send(Request("POST", "/task/comparison", body=b"{}"))
        answer = json.loads(service.send(Request("GET", "/tasks", query)).body)
        assert (len(answer["docs"]), answer["total"], answer["has_more"]) == (page, tasks, has_more)
        assert ("next_token" in answer) is has_more

    def test_nulls_of_the_sdk_are_accepted(self):
        """E1: null counts as unset, because the official SDK sends null for unset fields."""
        sent = {"type": "x", "name": "n", "params": None, "rapid": False, "studio": False, "datasetId": None}
        answer = MemoryService().send(Request("POST", "/projects", body=json.dumps(sent).encode()))
        assert json.loads(answer.body)["param_history"] == []


@pytest.mark.parametrize("path", ["/projects/a%E2%80%AEb", "/batches/a%0AGET%20x", "/batches/\x1b[2J", "/%0d%0a"])
def test_an_event_is_a_printable_line(path):
    """`on_event` receives one printable line, even if the reply repeats a name with control characters."""
    events = []
    MemoryService(on_event=events.append).send(Request("GET", path))
    assert [event.isprintable() for event in events] == [True]


def test_a_returned_task_cannot_change_the_service():
    """The fields of a returned task are frozen, even the fields that a later call has set."""
    service = MemoryService(created_at=lambda: "2026-01-31T08:00:00Z")
    service.send(Request("POST", "/task/comparison", body=b'{"tags": ["a"]}'))
    path = f"/task/{1:024x}"
    service.send(Request("POST", f"{path}/tags", body=b'["a", "b"]'))
    service.send(Request("POST", f"{path}/audit", body=b'{"accepted": true}'))
    for change in (
        lambda task: task["tags"].append("c"),
        lambda task: task["audits"].clear(),
        lambda task: task["audits"][0].clear(),
        lambda task: task["metadata"].update(a=1),
    ):
        with pytest.raises(TypeError, match="frozen JSON cannot change"):
            change(service.tasks[0])
    assert hash(service.tasks) == hash(service.tasks)


class TestKey:
    """E7: a key is sent in a header, and appears nowhere else."""

    def test_a_key_is_never_shown(self):
        """The texts of a key, its transport and its client do not contain the key. A key cannot be pickled."""
        key = ApiKey("live_secret")
        assert key.authorization == "Basic bGl2ZV9zZWNyZXQ6"
        for text in (str(key), repr(key), f"{key}", repr(HttpTransport(key)), repr(Client(HttpTransport(key)))):
            assert "secret" not in text
            assert "bGl2ZV9zZWNyZXQ6" not in text
        with pytest.raises(TypeError) as refused:
            pickle.dumps(key)
        assert "secret" not in str(refused.value)
        assert copy.copy(key) is copy.deepcopy(key) is key

    @pytest.mark.parametrize("text", ["7301 b", "7301:b", "7301\n", "7301\u00e9", "7301\x7f", 7301, b"7301"])
    def test_an_invalid_key_is_rejected_and_not_shown(self, text):
        """A key must be printable ASCII without spaces and colons. The error does not contain the invalid key."""
        with pytest.raises(InvalidKey) as refused:
            ApiKey(text)
        assert refused.value.code == "credentials_format"
        assert "7301" not in str(refused.value)

    @pytest.mark.parametrize("environment", [{}, {"SCALE_API_KEY": ""}])
    def test_a_missing_key_names_its_variable(self, environment):
        """If there is no key, the error names the environment variable."""
        with pytest.raises(InvalidKey, match="SCALE_API_KEY"):
            ApiKey.from_environment(environment)

    @pytest.mark.parametrize(
        "url",
        [
            *(
                "http://example.com/v1",
                "ftp://example.com",
                "example.com/v1",
                "",
                7,
                "https://",
                "https://[::1",
                "https://h:x/",
            ),
            *(
                "https://user:secret@example.com/v1",
                "https://user:secret@example.com:port/v1",
                "https://user:secret@[::1/v1",
                "https://example.com/v1?key=secret",
                "https://example.com/v1#secret",
            ),
        ],
    )
    def test_a_base_url_is_https_or_loopback(self, url):
        """A base URL that is invalid or unsafe is rejected, and the error does not show a key in the URL."""
        with pytest.raises(InvalidSetting) as refused:
            HttpTransport(ApiKey("k"), base_url=url)
        assert refused.value.code == "base_url"
        assert "secret" not in str(refused.value)


def test_an_outcome_with_an_invalid_base_is_rejected():
    """The `base` of an outcome to reconcile must be a whole number of at least 0."""
    for base in (-1, True, "1"):
        with pytest.raises(InvalidSetting) as refused:
            Client(MemoryService([BOXES])).reconcile(Outcome("unknown", "boxes", base, digest_params({})))
        assert refused.value.code == "base_type"


def test_a_plan_without_an_update_is_not_applied():
    """Applying a plan without an update is an error."""
    with pytest.raises(InvalidSetting) as refused:
        Client(MemoryService([BOXES])).apply(Plan.to(BOXES, BOXES.params))
    assert refused.value.code == "update_type"


def test_requests_and_responses_are_hashable():
    """Equal requests have equal hashes, and so do equal responses, even if a body is a `bytearray` object."""
    assert len({Request("POST", "/", body=bytearray(b"{}")), Request("POST", "/", body=b"{}")}) == 1
    assert len({Response(200, bytearray(b"{}")), Response(200, b"{}")}) == 1
    assert len({list_projects(), list_projects(), list_projects(archived=True), get_project("boxes")}) == 3
    assert len({Response(200), Response(200, b"", {}), Response(404)}) == 2
