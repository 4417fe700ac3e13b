"""The stand-in: the official SDK, unchanged, against a local service."""

import base64
import io
import json
import socket
import threading
from urllib.parse import urlsplit

import httpx2
import pytest
import scaleapi
from scaleapi.exceptions import ScaleDuplicateResource, ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from paramcore import Patch, Plan, Project
from paramcore.model.effective import EffectiveParams
from paramcore.service.client import Client
from paramcore.service.server import run_server
from paramcore.service.standin import MAX_BODY_SIZE, StandIn
from paramcore.testing import paramcore_service  # noqa: F401
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3}).patch_params(
    {"padding": 4}
)


@pytest.fixture
def said():
    return []


@pytest.fixture
def served(said):
    with run_server(StandIn([BOXES], on_event=said.append, created_at=lambda: "2024-03-04T09:12:41.643Z")) as one:
        yield one


@pytest.fixture
def sdk(served):
    return scaleapi.ScaleClient("live_any", api_instance_url=served.url)


class TestTheOfficialSDK:
    """Every call of the official client that makes or reads projects, batches and tasks."""

    def test_projects_are_created(self, sdk):
        """With params and without; a second one of the same name is refused with 409."""
        bare = sdk.create_project("bare", TaskType.ImageAnnotation)
        assert (bare.name, bare.type, bare.version, bare.as_dict()["param_history"]) == (
            "bare",
            "imageannotation",
            None,
            [],
        )
        full = sdk.create_project("full", TaskType.Categorization, params={"instruction": "Sort it."})
        assert (full.version, full.instruction) == (0, "Sort it.")
        with pytest.raises(ScaleDuplicateResource, match="already exists"):
            sdk.create_project("bare", TaskType.ImageAnnotation)

    @pytest.mark.parametrize("name", ["a b", "a/b", "a?b", "a#b", "a%2Fb", "caf\u00e9", "a+b", "\U0001f69c"])
    def test_a_name_comes_through(self, sdk, name):
        """A name with spaces, slashes and signs leads to the project of just this name."""
        sdk.create_project(name, TaskType.ImageAnnotation, params={"a": 1})
        assert sdk.get_project(name).name == name
        assert sdk.update_project(name, patch=True, b=2).as_dict()["param_history"][1]["b"] == 2

    def test_an_unknown_project_is_told(self, sdk):
        """404, in the service's form."""
        with pytest.raises(ScaleResourceNotFound, match="not found"):
            sdk.get_project("none")
        with pytest.raises(ScaleResourceNotFound):
            sdk.update_project("none", patch=True, a=1)

    def test_updates(self, sdk, said):
        """A replace drops and says so, a patch keeps, and an update without a body is a replace by nothing (U12)."""
        assert sdk.update_project("boxes", instruction="Box all.").as_dict()["param_history"][2] == {
            "version": 2,
            "created_at": "2024-03-04T09:12:41.643Z",
            "instruction": "Box all.",
        }
        sdk.update_project("boxes", patch=True, padding=5)
        sdk.update_project("boxes")
        assert said == [
            "POST /projects/boxes/setParams 200  version 2 by replace: dropped padding; 1 changed, 0 added",
            "POST /projects/boxes/setParams 200  version 3 by patch: dropped nothing; 0 changed, 1 added",
            "POST /projects/boxes/setParams 200  version 4 by replace: dropped instruction, padding; 0 changed, 0 added",
        ]

    def test_projects_are_listed(self, sdk):
        """All of them, as a bare array."""
        sdk.create_project("more", TaskType.ImageAnnotation)
        assert [project.name for project in sdk.projects()] == ["boxes", "more"]

    def test_tasks(self, sdk, served):
        """Inheriting, pinned and opted out; each carries its effective params, and why."""
        latest = sdk.create_task(TaskType.ImageAnnotation, project="boxes", instruction="Hurry.", unique_id="u-1")
        pinned = sdk.create_task(TaskType.ImageAnnotation, project="boxes", project_version=0)
        alone = sdk.create_task(TaskType.ImageAnnotation, project="boxes", project_version=-1, instruction="Alone.")
        carried = [
            (task.as_dict().get("instruction"), task.params, task.as_dict()["project_param_version"])
            for task in (latest, pinned, alone)
        ]
        assert carried == [("Hurry.\nBox it.", {"padding": 4}, 1), ("Box it.", {"padding": 3}, 0), ("Alone.", {}, -1)]
        assert sdk.get_task(latest.id).as_dict() == latest.as_dict()
        effective = served.stand_in.live.get_effective(latest.id)
        assert isinstance(effective, EffectiveParams)
        assert effective.explain("padding").reason == "INHERITED_HEAD"

    @pytest.mark.parametrize(
        "request_", [{"project_version": 7}, {"project_version": "1"}, {"instruction": 7}, {"batch": 7}]
    )
    def test_a_bad_request_is_refused(self, sdk, request_):
        """A pin to a version that is not there, and what is no request, are refused with 400, and nothing is made."""
        with pytest.raises(ScaleInvalidRequest):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", **request_)
        assert list(sdk.get_tasks(project_name="boxes")) == []

    def test_what_goes_elsewhere_is_refused(self, sdk):
        """Another type, an unknown project, an unknown task, a second task of one unique id."""
        with pytest.raises(ScaleInvalidRequest):
            sdk.create_task(TaskType.Categorization, project="boxes")
        with pytest.raises(ScaleResourceNotFound):
            sdk.create_task(TaskType.ImageAnnotation, project="none")
        with pytest.raises(ScaleResourceNotFound):
            sdk.get_task("none")
        sdk.create_task(TaskType.ImageAnnotation, project="boxes", unique_id="u-1")
        with pytest.raises(ScaleDuplicateResource, match="already used"):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", unique_id="u-1")

    def test_batches(self, sdk):
        """A task that names only a batch goes to the batch's project (T11)."""
        batch = sdk.create_batch(project="boxes", batch_name="mon day/1")
        task = sdk.create_task(TaskType.ImageAnnotation, batch="mon day/1")
        assert (task.as_dict()["project"], task.params["padding"]) == ("boxes", 4)
        assert sdk.get_batch("mon day/1").project == "boxes"
        assert batch.finalize().status == "in_progress"
        assert sdk.batch_status("mon day/1")["tasks_pending"] == 1
        for refused in (
            lambda: sdk.create_batch(project="none", batch_name="x"),
            lambda: sdk.get_batch("none"),
            lambda: sdk.create_task(TaskType.ImageAnnotation, batch="none"),
        ):
            with pytest.raises(ScaleResourceNotFound):
                refused()
        with pytest.raises(ScaleDuplicateResource):
            sdk.create_batch(project="boxes", batch_name="mon day/1")

    def test_tasks_are_listed(self, sdk):
        """By project, batch, type, unique id and tags, page by page."""
        sdk.create_batch(project="boxes", batch_name="monday")
        for number in range(5):
            batch = {"batch": "monday"} if number % 2 else {}
            sdk.create_task(
                TaskType.ImageAnnotation, project="boxes", unique_id=f"u-{number}", tags=[str(number)], **batch
            )
        ids = lambda **query: [task.as_dict()["unique_id"] for task in sdk.get_tasks(**query)]
        assert ids(project_name="boxes", limit=2) == [f"u-{number}" for number in range(5)]
        assert ids(project_name="boxes", batch_name="monday") == ["u-1", "u-3"]
        assert ids(project_name="boxes", unique_id=["u-4", "u-0"]) == ["u-0", "u-4"]
        assert ids(project_name="boxes", tags="2") == ["u-2"]
        assert ids(project_name="none") == []
        assert sdk.tasks(project="boxes", limit=2).has_more

    def test_templates(self, sdk):
        """Task templates are there for some types only (E3)."""
        sdk.create_project("texts", TaskType.TextCollection)
        assert sdk.get_project("texts").name == "texts"
        endpoint = "projects/{}/taskTemplates"
        assert sdk.api.get_request(endpoint.format("texts"))["version"] == 1
        with pytest.raises(ScaleInvalidRequest, match="not supported"):
            sdk.api.get_request(endpoint.format("boxes"))

    def test_live_and_test_are_apart(self, sdk, served):
        """A test key sees a world of its own, that began with the same projects (E7)."""
        test = scaleapi.ScaleClient("test_any", api_instance_url=served.url)
        sdk.create_project("only live", TaskType.ImageAnnotation)
        assert [project.name for project in test.projects()] == ["boxes"]
        assert test.get_project("boxes").version == 1


@pytest.mark.parametrize(
    ("key", "world"),
    [("test_a", "test"), ("test_", "test"), ("test", "live"), ("testing", "live"), ("live_test_", "live")],
)
def test_a_test_key_begins_with_test_and_an_underscore(key, world):
    """Any other key, though it begins with `test`, sees the live world (E7)."""
    stand_in = StandIn()
    request = b'{"name": "boxes", "type": "comparison"}'
    reply = stand_in.handle("POST", "/v1/projects", {"authorization": f"Bearer {key}"}, request)
    assert reply.status == 200
    assert {"live": list(stand_in.live.projects), "test": list(stand_in.test.projects)} == {
        "live": [],
        "test": [],
        world: ["boxes"],
    }


@pytest.mark.parametrize(("size", "status"), [(MAX_BODY_SIZE, 200), (MAX_BODY_SIZE + 1, 413)])
def test_a_body_may_be_as_long_as_the_limit(served, size, status):
    """A body of just the limit is read, and one byte more is refused: by the server, as WSGI and without either."""
    body = b'{"name": "a", "type": "comparison"}'.ljust(size)
    headers = {"authorization": "Bearer any"}
    assert StandIn().handle("POST", "/v1/projects", headers, body).status == status
    environ = {"REQUEST_METHOD": "POST", "REQUEST_URI": "/v1/projects", "HTTP_AUTHORIZATION": "Bearer any"}
    started = []
    environ |= {"CONTENT_LENGTH": str(size), "wsgi.input": io.BytesIO(body)}
    StandIn().wsgi(environ, lambda line, _headers: started.append(int(line[:3])))
    assert started == [status]
    if status == 200:
        assert httpx2.post(f"{served.url}/projects", headers=headers, content=body).status_code == status
    else:
        # The server answers by the length alone, and closes the connection: a client may be cut off while it sends.
        assert status_of(served, f"POST /v1/projects HTTP/1.1\r\nContent-Length: {size}\r\n\r\n") == status


def test_our_own_client_speaks_to_it(served):
    """A safe update over httpx, and a created task."""
    client = Client(HttpTransport(ApiKey("live_any"), base_url=served.url))
    outcome = client.apply(Plan.of(client.get_project("boxes"), Patch({"padding": 9})))
    assert (outcome.state, outcome.version) == ("done", 2)


def test_it_is_a_transport(served):
    """Without a port, each world is a transport by itself."""
    assert Client(StandIn([BOXES]).test).get_project("boxes") == BOXES


def test_the_fixture_gives_an_address(paramcore_service):  # noqa: F811
    """A test that asks for it gets an empty service of its own."""
    client = scaleapi.ScaleClient("any", api_instance_url=paramcore_service.url)
    assert client.projects() == []
    client.create_project("boxes", TaskType.ImageAnnotation)
    assert list(paramcore_service.stand_in.live.projects) == ["boxes"]


class TestHTTP:
    """Whatever comes over the wire, the stand-in stands."""

    @pytest.mark.parametrize(
        "authorization", ["", "Basic", "Basic !!!", "Basic Og==", "Bearer", "Digest x", "Basic w6k6"]
    )
    def test_a_request_has_a_key(self, served, authorization):
        """Without a key, or with what is none, it is 401."""
        reply = httpx2.get(f"{served.url}/projects", headers={"Authorization": authorization})
        assert (reply.status_code, reply.json()) == (401, {"status_code": 401, "error": "No valid API key provided."})

    def test_a_bearer_token_is_a_key(self, served):
        """Both ways to say the key are taken (E7)."""
        assert httpx2.get(f"{served.url}/projects", headers={"Authorization": "Bearer any"}).status_code == 200

    @pytest.mark.parametrize(
        "target", ["/", "/v2/projects", "/v1", "/v1/", "/v1/nothing", "http://x/v1/projects/none", "*"]
    )
    def test_other_addresses_are_not_there(self, served, target):
        """What is no address of the service is 404."""
        assert status_of(served, f"GET {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n") == 404

    @pytest.mark.parametrize(
        ("raw", "status"),
        [
            ("nonsense\r\n\r\n", 400),
            ("GET /v1/projects\r\n\r\n", 401),
            ("GET / HTTP/9.9\r\n\r\n", 400),
            ("PATCH /v1/projects HTTP/1.1\r\n\r\n", 501),
            ("GET /" + "x" * 70_000 + " HTTP/1.1\r\n\r\n", 414),
            ("GET /v1/projects HTTP/1.1\r\n" + "X: y\r\n" * 200 + "\r\n", 431),
            ("POST /v1/projects HTTP/1.1\r\nContent-Length: x\r\n\r\n", 411),
            ("POST /v1/projects HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 411),
            ("POST /v1/projects HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            (f"POST /v1/projects HTTP/1.1\r\nContent-Length: {MAX_BODY_SIZE + 1}\r\n\r\n", 413),
            (f"POST /v1/projects HTTP/1.1\r\nContent-Length: {'9' * 5000}\r\n\r\n", 413),
            ("PUT /v1/projects HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 0\r\n\r\n", 404),
            ("POST /v1/projects HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n{]", 400),
            ("POST /v1/projects HTTP/1.1\r\nAuthorization: Bearer k\r\nContent-Length: 2\r\n\r\n[]", 400),
        ],
    )
    def test_a_malformed_request_is_refused(self, served, raw, status):
        """Each gets a status, and the next request an answer."""
        assert status_of(served, raw) == status
        assert httpx2.get(f"{served.url}/projects", headers={"Authorization": "Bearer any"}).status_code == 200

    def test_half_open_connections_hold_nobody_up(self, served):
        """Connections that say nothing, or half of a request, leave the others alone, and the end too."""
        address = ("127.0.0.1", urlsplit(served.url).port)
        opened = [socket.create_connection(address) for _ in range(20)]
        opened[0].sendall(b"POST /v1/projects HTTP/1.1\r\nContent-Length: 100\r\n\r\n{")
        opened[1].sendall(b"GET /v1/pro")
        assert httpx2.get(f"{served.url}/projects", headers={"Authorization": "Bearer any"}).status_code == 200
        opened[0].close()
        for one in opened:
            one.close()

    def test_updates_at_once_are_all_kept(self, served):
        """Eight writers to one project: every version is numbered once, and none is lost."""

        def write(who):
            with httpx2.Client(headers={"Authorization": "Bearer any"}) as client:
                for number in range(10):
                    body = {"patch": True, f"p{who}": number}
                    client.post(f"{served.url}/projects/boxes/setParams", json=body).raise_for_status()

        writers = [threading.Thread(target=write, args=(who,)) for who in range(8)]
        for one in writers:
            one.start()
        for one in writers:
            one.join()
        project = served.stand_in.live.projects["boxes"]
        assert [version.number for version in project.versions] == list(range(82))
        assert {name: project.params[name] for name in project.params if name[0] == "p" and len(name) == 2} == {
            f"p{who}": 9 for who in range(8)
        }

    def test_it_listens_on_loopback_only(self, served):
        """The address is this machine's own."""
        assert served.url.startswith("http://127.0.0.1:")


class TestWSGI:
    """The same service as a WSGI application."""

    def ask(self, method, body=b"", **environ):
        started = []
        stand_in = StandIn([BOXES, Project("a/b", type="comparison")])
        environ = {
            "REQUEST_METHOD": method,
            "wsgi.input": io.BytesIO(body),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Basic {base64.b64encode(b'k:').decode()}",
            **environ,
        }
        pieces = stand_in.wsgi(environ, lambda status, headers: started.append((status, dict(headers))))
        return started[0][0], json.loads(b"".join(pieces))

    def test_requests_are_answered(self):
        """Status, headers and body as a server wants them."""
        status, projects = self.ask("GET", PATH_INFO="/v1/projects", QUERY_STRING="archived=false")
        assert (status, len(projects)) == ("200 OK", 2)
        status, project = self.ask(
            "POST", b'{"patch": true, "x": 1}', SCRIPT_NAME="/v1", PATH_INFO="/projects/boxes/setParams"
        )
        assert project["param_history"][-1]["x"] == 1
        assert self.ask("GET", HTTP_AUTHORIZATION="", PATH_INFO="/v1/projects")[0] == "401 Unauthorized"
        assert self.ask("GET", PATH_INFO="/v1/projects", CONTENT_LENGTH="x")[0] == "200 OK"

    def test_a_slash_in_a_name_needs_the_target_as_it_came(self):
        """Servers that pass it on lead to the right project."""
        for name in ("REQUEST_URI", "RAW_URI"):
            assert self.ask("GET", **{name: "/v1/projects/a%2Fb", "PATH_INFO": "/v1/projects/a/b"})[1]["name"] == "a/b"


def test_a_judge_may_object(said):
    """What is judged to be wrong is refused as the service would, and nothing is made."""
    stand_in = StandIn(
        [BOXES],
        on_validate=lambda project, effective: "no" if "bad" in effective.params else None,
        on_event=said.append,
    )
    with run_server(stand_in) as served:
        sdk = scaleapi.ScaleClient("k", api_instance_url=served.url)
        with pytest.raises(ScaleException, match="Parameter is invalid, reason: no"):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", bad=1)
        assert stand_in.live.tasks == ()


def status_of(served, raw):
    with socket.create_connection(("127.0.0.1", urlsplit(served.url).port), timeout=5) as stream:
        stream.sendall(raw.encode())
        reply = b""
        while b"\r\n" not in reply and not reply.startswith(b"<") and not reply.startswith(b"{"):
            piece = stream.recv(65536)
            if not piece:
                break
            reply += piece
    if reply.startswith(b"HTTP/"):
        return int(reply.split()[1])
    # HTTP/0.9 has no status line.
    return 401 if b"No valid API key" in reply else 400
