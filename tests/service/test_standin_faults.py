"""The faults that a user can request, the request log, and the clock of the stand-in."""

import json
import time

import httpx2
import pytest
import scaleapi
from scaleapi.exceptions import ScaleException, ScaleTooManyRequests
from scaleapi.tasks import TaskType

from paramcore import Patch, Plan, Project
from paramcore.errors import InvalidSetting, OutcomeUnknown
from paramcore.service import Client, Request, StandIn, run_server
from paramcore.service.standin.clock import Clock
from paramcore.service.standin.request_log import MAX_BODY_EXCERPT, MAX_REQUESTS
from paramcore.testing import paramcore_service  # noqa: F401
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey

HEADERS = {"authorization": "Bearer any"}
BOXES = Project("boxes", type="imageannotation", params={"padding": 0})
UPDATE = b'{"patch": true, "padding": 1}'


@pytest.fixture
def served():
    with run_server(StandIn([BOXES])) as server:
        yield server


def count_versions(served):
    return len(served.stand_in.live.projects["boxes"].versions)


def post(served, fault=None):
    headers = HEADERS if fault is None else {**HEADERS, "X-Paramcore-Fault": fault}
    return httpx2.post(f"{served.url}/projects/boxes/setParams", headers=headers, content=UPDATE)


class TestFaults:
    """By default, a fault makes one call fail, or delays its reply. The next call works again."""

    @pytest.mark.parametrize("by_header", [False, True])
    def test_error_is_status_500_after_the_change(self, served, by_header):
        """With `error`, the change is made, and the reply is status 500 with an error text (S5, S6)."""
        if not by_header:
            served.stand_in.fail_next("error")
        reply = post(served, "error" if by_header else None)
        assert (reply.status_code, reply.json()) == (500, {"error": "Internal server error."})
        assert count_versions(served) == 2
        assert post(served).status_code == 200

    @pytest.mark.parametrize("by_header", [False, True])
    def test_drop_closes_the_connection_after_the_change(self, served, by_header):
        """With `drop`, the change is made, and there is no reply."""
        if not by_header:
            served.stand_in.fail_next("drop")
        with pytest.raises(httpx2.RemoteProtocolError):
            post(served, "drop" if by_header else None)
        assert count_versions(served) == 2
        assert served.stand_in.requests[-1].status is None
        assert post(served).status_code == 200

    @pytest.mark.parametrize(("fault", "seconds"), [("throttle", "1"), ("throttle=7", "7"), ("throttle=0", "0")])
    def test_throttle_changes_nothing(self, served, fault, seconds):
        """With `throttle`, the reply is status 429 with `Retry-After`, and nothing changes."""
        served.stand_in.fail_next(fault)
        reply = post(served)
        assert (reply.status_code, reply.headers["retry-after"], count_versions(served)) == (429, seconds, 1)
        assert reply.json()["status_code"] == 429
        assert post(served).status_code == 200

    def test_slow_waits_after_the_change(self, monkeypatch):
        """With `slow`, the stand-in makes the change, waits for one second, and then replies."""
        waits = []
        monkeypatch.setattr(time, "sleep", lambda seconds: waits.append((seconds, count_versions(served))))
        with run_server(StandIn([BOXES])) as served:
            assert post(served, "slow").status_code == 200
            assert (1, 2) in waits
            assert "(slow by 1 s)" in served.stand_in.requests[-1].reason

    def test_the_faults_of_several_calls(self, served):
        """A fault affects `times` calls, and only calls with its `method`."""
        served.stand_in.fail_next("throttle", times=2, method="POST")
        served.stand_in.fail_next("error", method="GET")
        statuses = [
            (httpx2.get(f"{served.url}/projects", headers=HEADERS).status_code, post(served).status_code)
            for _ in range(3)
        ]
        assert statuses == [(500, 429), (200, 429), (200, 200)]

    @pytest.mark.parametrize(
        ("armed", "expected"),
        [
            ([("error", "POST")], [200, 200, 200]),
            ([("error", "POST"), ("throttle", "GET")], [429, 200, 200]),
            ([("throttle", "GET"), ("error", None)], [429, 500, 200]),
            ([("error", None), ("throttle", "GET")], [500, 429, 200]),
            ([("slow=0", "POST"), ("error", "GET"), ("throttle", None)], [500, 429, 200]),
        ],
    )
    def test_the_earliest_fault_that_applies(self, armed, expected):
        """Each call gets the earliest fault that was set for its method or for all methods."""
        stand_in = StandIn([BOXES])
        for fault, method in armed:
            stand_in.fail_next(fault, method=method)
        statuses = [stand_in.handle("GET", "/v1/projects", {**HEADERS}, b"").status for _ in expected]
        assert statuses == expected

    @pytest.mark.parametrize(
        "fault", ["", "x", "error=1", "drop=1", "slow=", "slow=x", "slow=-1", "slow=1.5", "throttle=3601", "slow=1=2"]
    )
    def test_an_invalid_fault_is_rejected(self, served, fault):
        """An invalid fault raises an error in Python. In the header, it gets status 400, and nothing changes."""
        with pytest.raises(InvalidSetting, match="a fault must be error, drop") as refused:
            served.stand_in.fail_next(fault)
        assert refused.value.code == "fault"
        reply = post(served, fault)
        assert (reply.status_code, count_versions(served)) == (400, 1)
        assert "a fault must be error, drop" in reply.json()["error"]
        assert post(served).status_code == 200

    def test_faults_of_a_transport(self):
        """Calls through the transport `live`, which needs no server, get the faults, too."""
        stand_in = StandIn([BOXES])
        stand_in.fail_next("throttle")
        assert stand_in.live.send(Request("GET", "/projects")).status == 429
        stand_in.fail_next("drop")
        with pytest.raises(OutcomeUnknown) as unknown:
            Client(stand_in.live).create_project("new", type="chat")
        assert unknown.value.code == "no_reply"
        assert "new" in stand_in.live.projects

    def test_wsgi_passes_the_header_on(self):
        """Over WSGI, the header `X-Paramcore-Fault` sets a fault, too."""
        environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/v1/projects", "HTTP_AUTHORIZATION": "Bearer any"}
        started = []
        StandIn().wsgi(
            {**environ, "HTTP_X_PARAMCORE_FAULT": "throttle=3"}, lambda *arguments: started.append(arguments)
        )
        assert started[0][0] == "429 Too Many Requests"
        assert ("retry-after", "3") in started[0][1]

    @pytest.mark.parametrize(("fault", "error"), [("error", ScaleException), ("throttle", ScaleTooManyRequests)])
    def test_the_official_client_raises_its_own_errors(self, served, fault, error):
        """With an `http://` URL, the official client does not retry, and raises its own error."""
        served.stand_in.fail_next(fault)
        with pytest.raises(error):
            scaleapi.ScaleClient("any", api_instance_url=served.url).update_project("boxes", patch=True, padding=1)

    @pytest.mark.parametrize("fault", ["error", "drop", "slow", "throttle=0"])
    def test_a_safe_update_is_applied_once(self, served, fault):
        """After each fault, `apply` has added one version, and `reconcile` finds it."""
        client = Client(HttpTransport(ApiKey("any"), base_url=served.url))
        plan = Plan.of(client.get_project("boxes"), Patch({"padding": 5}))
        served.stand_in.fail_next(fault, method="POST")
        outcome = client.apply(plan)
        assert outcome.state == ("unknown" if fault in ("error", "drop") else "done")
        assert client.reconcile(outcome).state == "done"
        assert count_versions(served) == 2


class TestRequestLog:
    """The log has the latest requests, each with the reason for its reply."""

    def test_reasons(self, served):
        """The reason says what a request did, or why it was rejected."""
        sdk = scaleapi.ScaleClient("any", api_instance_url=served.url)
        sdk.update_project("boxes", a=1)
        sdk.update_project("boxes", patch=False, b=1)
        with pytest.raises(ScaleException):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", project_version=7)
        httpx2.get(f"{served.url}/projects")
        logged = served.stand_in.requests
        assert [(request.status, request.world) for request in logged] == [
            (200, "live"), (200, "live"), (400, "live"), (401, None)
        ]  # fmt: skip
        assert logged[0].reason == (
            "version 1 by replace: dropped padding, because `patch` was not sent; 0 changed, 1 added"
        )
        assert "dropped a, because `patch` is false;" in logged[1].reason
        assert "version 7 does not exist" in logged[2].reason
        assert (logged[0].method, logged[0].target) == ("POST", "/v1/projects/boxes/setParams")
        assert json.loads(logged[0].request_body) == {"a": 1}
        assert json.loads(logged[0].reply_body)["name"] == "boxes"

    def test_the_log_is_bounded(self):
        """The log keeps the last `MAX_REQUESTS` requests, and only the beginning of each request body."""
        stand_in = StandIn()
        for number in range(MAX_REQUESTS + 5):
            stand_in.handle("POST", f"/v1/{number}", HEADERS, b"first" + b"x" * 10_000)
        assert len(stand_in.requests) == MAX_REQUESTS
        assert (stand_in.requests[0].target, stand_in.requests[-1].target) == ("/v1/5", f"/v1/{MAX_REQUESTS + 4}")
        assert {request.request_body for request in stand_in.requests} == {b"first" + b"x" * (MAX_BODY_EXCERPT - 5)}


class TestClock:
    """A test can set the time of the stand-in."""

    def test_created_objects_have_the_time(self, paramcore_service):  # noqa: F811
        """New projects, versions, tasks and batches have the time of the clock. Filters can select by these times."""
        clock = paramcore_service.stand_in.clock
        sdk = scaleapi.ScaleClient("any", api_instance_url=paramcore_service.url)
        clock.set("2026-01-31T08:00:00Z")
        project = sdk.create_project("boxes", TaskType.ImageAnnotation, {"a": 1}).as_dict()
        assert project["created_at"] == project["param_history"][0]["created_at"] == "2026-01-31T08:00:00.000Z"
        tasks = []
        for _ in range(3):
            tasks.append(sdk.create_task(TaskType.ImageAnnotation, project="boxes", attachment="a"))
            clock.advance(3600)
        assert [task.created_at[11:16] for task in tasks] == ["08:00", "09:00", "10:00"]
        assert sdk.set_task_tags(tasks[0].id, ["x"]).updated_at == "2026-01-31T11:00:00.000Z"
        count = lambda **times: sdk.get_tasks_count("boxes", **times)
        assert count(created_after="2026-01-31T09:00:00Z", created_before="2026-01-31 09:00:00.000") == 1
        assert count(created_after="2026-01-31T09:00:00.001Z") == 1
        assert count(created_before="2026-01-31T08:59:59.999Z") == 1
        assert count(created_after="2026-01-31T10:00:00+01:00") == 2
        assert count(updated_after="2026-01-31T10:30") == 1
        assert sdk.create_batch("boxes", "b").created_at == "2026-01-31T11:00:00.000Z"
        assert paramcore_service.stand_in.requests[-1].time == "2026-01-31T11:00:00.000Z"

    def test_the_clock_runs_until_it_is_advanced(self):
        """A new clock runs, and `advance` stops it."""
        clock = Clock()
        before = clock()
        time.sleep(0.01)
        assert clock() > before
        clock.advance(0)
        stopped = clock()
        time.sleep(0.01)
        assert clock() == stopped

    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("2026-01-31", "2026-01-31T00:00:00.000Z"),
            ("2026-01-31T08:00:00+02:00", "2026-01-31T06:00:00.000Z"),
            ("2026-01-31 08:00:00.1234", "2026-01-31T08:00:00.123Z"),
        ],
    )
    def test_times_are_shown_in_utc(self, text, shown):
        """A time in ISO 8601 format is shown in the service's format, in UTC (P7)."""
        clock = Clock()
        clock.set(text)
        assert clock() == shown

    @pytest.mark.parametrize("seconds", [True, False, "1", None, float("nan"), float("inf"), 10**400, -1e12])
    def test_a_clock_advances_by_a_number(self, seconds):
        """A value that is not a number, or that leads to a year after 9999 or before 1, is an error.

        The clock does not change.
        """
        clock = Clock()
        clock.set("2026-01-31")
        with pytest.raises(InvalidSetting) as refused:
            clock.advance(seconds)
        assert (refused.value.code, clock()) == ("argument_type", "2026-01-31T00:00:00.000Z")

    @pytest.mark.parametrize(
        "value", ["", "noon", "31.1.2026", 7, None, "0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-02:00"]
    )
    def test_other_values_are_rejected(self, value):
        """A value that is not a time in the years 1 to 9999 in UTC is an error, and the clock does not change."""
        clock = Clock()
        clock.set("2026-01-31")
        with pytest.raises(InvalidSetting) as refused:
            clock.set(value)
        assert (refused.value.code, clock()) == ("created_at_type", "2026-01-31T00:00:00.000Z")
