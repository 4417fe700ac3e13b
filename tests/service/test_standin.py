"""The stand-in, called by the official SDK, by our client, and over raw HTTP."""

import base64
import io
import json
import socketserver
import threading

import httpx2
import pytest
import scaleapi
from scaleapi.exceptions import ScaleDuplicateResource, ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskType

from paramcore import Patch, Plan, Project
from paramcore.errors import InvalidSetting
from paramcore.model.effective import EffectiveParams
from paramcore.service.client import Client
from paramcore.service.memory import MemoryService
from paramcore.service.requests import Request
from paramcore.service.server import run_server
from paramcore.service.standin.calls import MAX_BODY_SIZE, RejectedCall
from paramcore.service.standin.multipart import Form, FormFile, read_form
from paramcore.service.standin.stand_in import StandIn
from paramcore.testing import paramcore_service  # noqa: F401
from paramcore.transport.http import HttpTransport
from paramcore.transport.key import ApiKey
from paramcore.values import freeze

BOXES = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3}).patch_params(
    {"padding": 4}
)


@pytest.fixture
def events():
    return []


@pytest.fixture
def served(events):
    stand_in = StandIn([BOXES], on_event=events.append, created_at=lambda: "2024-03-04T09:12:41.643Z")
    with run_server(stand_in) as server:
        yield server


@pytest.fixture
def sdk(served):
    return scaleapi.ScaleClient("live_any", api_instance_url=served.url)


class TestTheOfficialSDK:
    """Calls of the official SDK for projects, batches and tasks work."""

    def test_projects_are_created(self, sdk):
        """A project is created with or without params; a name that is in use is rejected."""
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
    def test_any_project_name_works(self, sdk, name):
        """A name with spaces, slashes or other special characters reaches its project."""
        sdk.create_project(name, TaskType.ImageAnnotation, params={"a": 1})
        assert sdk.get_project(name).name == name
        assert sdk.update_project(name, patch=True, b=2).as_dict()["param_history"][1]["b"] == 2

    def test_an_unknown_project_is_not_found(self, sdk):
        """A call for an unknown project gets status 404."""
        with pytest.raises(ScaleResourceNotFound, match="not found"):
            sdk.get_project("none")
        with pytest.raises(ScaleResourceNotFound):
            sdk.update_project("none", patch=True, a=1)

    def test_updates(self, sdk, events):
        """A replace drops params, a patch keeps them, and an update without a body drops all params (U12)."""
        assert sdk.update_project("boxes", instruction="Box all.").as_dict()["param_history"][2] == {
            "version": 2,
            "created_at": "2024-03-04T09:12:41.643Z",
            "instruction": "Box all.",
        }
        sdk.update_project("boxes", patch=True, padding=5)
        sdk.update_project("boxes")
        assert events == [
            "POST /projects/boxes/setParams 200  version 2 by replace: dropped padding, because `patch` was not sent; "
            "1 changed, 0 added",
            "POST /projects/boxes/setParams 200  version 3 by patch: dropped nothing; 0 changed, 1 added",
            "POST /projects/boxes/setParams 200  version 4 by replace: dropped instruction, padding, because `patch` was not "
            "sent; 0 changed, 0 added",
        ]

    def test_projects_are_listed(self, sdk):
        """The list contains all projects."""
        sdk.create_project("more", TaskType.ImageAnnotation)
        assert [project.name for project in sdk.projects()] == ["boxes", "more"]

    def test_tasks(self, sdk, served):
        """A task that inherits, pins a version or opts out has the correct effective params."""
        latest = sdk.create_task(TaskType.ImageAnnotation, project="boxes", instruction="Hurry.", unique_id="u-1")
        pinned = sdk.create_task(TaskType.ImageAnnotation, project="boxes", project_version=0)
        alone = sdk.create_task(TaskType.ImageAnnotation, project="boxes", project_version=-1, instruction="Alone.")
        results = [
            (task.as_dict().get("instruction"), task.params, task.as_dict()["project_param_version"])
            for task in (latest, pinned, alone)
        ]
        assert results == [("Hurry.\nBox it.", {"padding": 4}, 1), ("Box it.", {"padding": 3}, 0), ("Alone.", {}, -1)]
        assert sdk.get_task(latest.id).as_dict() == latest.as_dict()
        effective = served.stand_in.live.get_effective(latest.id)
        assert isinstance(effective, EffectiveParams)
        assert effective.explain("padding").reason == "INHERITED_HEAD"

    @pytest.mark.parametrize(
        "request_", [{"project_version": 7}, {"project_version": "1"}, {"instruction": 7}, {"batch": 7}]
    )
    def test_an_invalid_task_request_is_rejected(self, sdk, request_):
        """A request with an unknown version or an invalid field gets status 400, and no task is created."""
        with pytest.raises(ScaleInvalidRequest):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", **request_)
        assert list(sdk.get_tasks(project_name="boxes")) == []

    def test_references_of_a_task_must_exist_and_fit(self, sdk):
        """A type other than the project's, an unknown project or task, and a used `unique_id` are errors."""
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
        """A task that names only a batch belongs to the project of the batch (T11)."""
        batch = sdk.create_batch(project="boxes", batch_name="mon day/1")
        task = sdk.create_task(TaskType.ImageAnnotation, batch="mon day/1")
        assert (task.as_dict()["project"], task.params["padding"]) == ("boxes", 4)
        assert sdk.get_batch("mon day/1").project == "boxes"
        assert batch.finalize().status == "in_progress"
        assert sdk.batch_status("mon day/1") == {"status": "in_progress", "pending": 1}
        for call in (
            lambda: sdk.create_batch(project="none", batch_name="x"),
            lambda: sdk.get_batch("none"),
            lambda: sdk.create_task(TaskType.ImageAnnotation, batch="none"),
        ):
            with pytest.raises(ScaleResourceNotFound):
                call()
        with pytest.raises(ScaleDuplicateResource):
            sdk.create_batch(project="boxes", batch_name="mon day/1")

    def test_tasks_are_listed(self, sdk):
        """Tasks are filtered by project, batch, unique id and tags, over several pages."""
        sdk.create_batch(project="boxes", batch_name="monday")
        for number in range(5):
            batch = {"batch": "monday"} if number % 2 else {}
            sdk.create_task(
                TaskType.ImageAnnotation, project="boxes", unique_id=f"u-{number}", tags=[str(number)], **batch
            )
        ids = lambda **query: [task.as_dict()["unique_id"] for task in sdk.get_tasks(**query)]
        assert ids(project_name="boxes", limit=2) == [f"u-{number}" for number in (4, 3, 2, 1, 0)]
        assert ids(project_name="boxes", batch_name="monday") == ["u-3", "u-1"]
        assert ids(project_name="boxes", unique_id=["u-4", "u-0"]) == ["u-4", "u-0"]
        assert ids(project_name="boxes", tags="2") == ["u-2"]
        assert ids(project_name="none") == []
        assert sdk.tasks(project="boxes", limit=2).has_more

    def test_templates(self, sdk):
        """The templates are below the path of the project (E3). Only some task types have templates."""
        sdk.create_project("texts", TaskType.TextCollection)
        assert sdk.get_project("texts").name == "texts"
        endpoint = "projects/{}/taskTemplates"
        assert sdk.api.get_request(endpoint.format("texts"))["version"] == 1
        with pytest.raises(ScaleInvalidRequest, match="not supported"):
            sdk.api.get_request(endpoint.format("boxes"))

    def test_live_and_test_keys_are_separate(self, sdk, served):
        """Live keys and test keys start with the same projects, but do not see each other's changes (E7)."""
        test = scaleapi.ScaleClient("test_any", api_instance_url=served.url)
        sdk.create_project("only live", TaskType.ImageAnnotation)
        assert [project.name for project in test.projects()] == ["boxes"]
        assert test.get_project("boxes").version == 1
        test.update_project("boxes", patch=True, padding=9)
        assert sdk.get_project("boxes").version == 1


@pytest.mark.parametrize(
    ("key", "world"),
    [("test_a", "test"), ("test_", "test"), ("test", "live"), ("testing", "live"), ("live_test_", "live")],
)
def test_a_test_key_begins_with_test_and_an_underscore(key, world):
    """Only a key that begins with `test_` sees the projects of test keys (E7)."""
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
    """A body of the maximum size is read and a longer body is rejected, over HTTP, over WSGI and by `handle`."""
    body = b'{"name": "a", "type": "comparison"}'.ljust(size)
    headers = {"authorization": "Bearer any"}
    assert StandIn().handle("POST", "/v1/projects", headers, body).status == status
    environ = {"REQUEST_METHOD": "POST", "REQUEST_URI": "/v1/projects", "HTTP_AUTHORIZATION": "Bearer any"}
    started = []
    environ |= {"CONTENT_LENGTH": str(size), "wsgi.input": io.BytesIO(body)}
    StandIn().wsgi(environ, lambda line, _headers: started.append(int(line[:3])))
    assert started == [status]
    # The client sends the whole body before it reads the reply.
    assert httpx2.post(f"{served.url}/projects", headers=headers, content=body).status_code == status


def test_our_client_works_over_http(served):
    """`Client` applies an update over `HttpTransport`."""
    client = Client(HttpTransport(ApiKey("live_any"), base_url=served.url))
    outcome = client.apply(Plan.of(client.get_project("boxes"), Patch({"padding": 9})))
    assert (outcome.state, outcome.version) == ("done", 2)


def test_each_service_is_a_transport():
    """A `Client` can use `StandIn.test` as a transport, without a server."""
    assert Client(StandIn([BOXES]).test).get_project("boxes") == BOXES


def test_the_fixture_serves_an_empty_stand_in(paramcore_service):  # noqa: F811
    """`paramcore_service` serves an empty stand-in for one test."""
    client = scaleapi.ScaleClient("any", api_instance_url=paramcore_service.url)
    assert client.projects() == []
    client.create_project("boxes", TaskType.ImageAnnotation)
    assert list(paramcore_service.stand_in.live.projects) == ["boxes"]


class TestHTTP:
    """The server rejects invalid requests, and keeps all concurrent updates."""

    @pytest.mark.parametrize(
        "authorization",
        [
            "",
            "Basic",
            "Basic !!!",
            "Basic Og==",
            "Bearer",
            "Digest x",
            "Basic w6k6",
            "Basic \xe9",
            "Basic \xe9A==",
            "Bearer \xe9",
        ],
    )
    def test_a_request_needs_a_key(self, served, authorization):
        """A request without a valid key gets status 401."""
        headers = {"Authorization": authorization.encode("latin-1")}
        reply = httpx2.get(f"{served.url}/projects", headers=headers)
        assert (reply.status_code, reply.json()) == (401, {"status_code": 401, "error": "No valid API key provided."})
        reason = (
            "the header `Authorization` has no valid API key; " if authorization else "the request has no API key; "
        )
        assert served.stand_in.requests[-1].reason.startswith(f"refused: {reason}")

    @pytest.mark.parametrize(("method", "path"), [("POST", "/task/imageannotation"), ("PUT", "/"), ("POST", "/v1")])
    def test_an_url_without_the_version(self, served, method, path):
        """If a client omits `/v1` in the URL, the reply has status 404, and the reason says which URL to use."""
        url = served.url.removesuffix("/v1") + path
        reply = httpx2.request(method, url, headers={"Authorization": "Bearer any"})
        assert (reply.status_code, reply.json()["error"]) == (404, f"Cannot {method} {path}")
        reason = "refused: the path does not begin with `/v1/`; use the URL that ends with `/v1`"
        assert served.stand_in.requests[-1].reason == reason

    def test_a_bearer_token_is_a_key(self, served):
        """A key may also be a bearer token (E7)."""
        assert httpx2.get(f"{served.url}/projects", headers={"Authorization": "Bearer any"}).status_code == 200

    @pytest.mark.parametrize("path", ["/v2/projects", "/v1", "/v1/", "/v1/nothing", "//v1/projects"])
    def test_other_paths_are_not_found(self, served, path):
        """A request for a path that the service does not have gets status 404."""
        url = served.url.removesuffix("/v1")
        assert httpx2.get(f"{url}{path}", headers={"Authorization": "Bearer any"}).status_code == 404

    def test_concurrent_updates_are_all_kept(self, served):
        """With concurrent writers, each update becomes one version."""

        def write(writer):
            with httpx2.Client(headers={"Authorization": "Bearer any"}) as client:
                for number in range(10):
                    body = {"patch": True, f"p{writer}": number}
                    client.post(f"{served.url}/projects/boxes/setParams", json=body).raise_for_status()

        threads = [threading.Thread(target=write, args=(writer,)) for writer in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        project = served.stand_in.live.projects["boxes"]
        assert [version.number for version in project.versions] == list(range(82))
        assert {name: project.params[name] for name in project.params if name[0] == "p" and len(name) == 2} == {
            f"p{writer}": 9 for writer in range(8)
        }

    def test_it_listens_on_loopback_only(self, monkeypatch):
        """The socket and the URL have the address 127.0.0.1."""
        hosts, bind = [], socketserver.TCPServer.server_bind

        def record_host(server):
            bind(server)
            hosts.append(server.socket.getsockname()[0])

        monkeypatch.setattr(socketserver.TCPServer, "server_bind", record_host)
        with run_server(StandIn()) as served:
            assert served.url.startswith("http://127.0.0.1:")
        assert hosts == ["127.0.0.1"]


class TestWSGI:
    """The stand-in works as a WSGI application."""

    def call(self, method, body=b"", **environ):
        started = []
        names = ("a/b", "日本", "caf\u00e9", "\u0080", "\u00ff%41")
        stand_in = StandIn([BOXES, *(Project(name, type="comparison") for name in names)])
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
        """The WSGI application returns the status and the body of the reply."""
        status, projects = self.call("GET", PATH_INFO="/v1/projects", QUERY_STRING="archived=false")
        assert (status, len(projects)) == ("200 OK", 6)
        status, project = self.call(
            "POST", b'{"patch": true, "x": 1}', SCRIPT_NAME="/v1", PATH_INFO="/projects/boxes/setParams"
        )
        assert project["param_history"][-1]["x"] == 1
        assert self.call("GET", HTTP_AUTHORIZATION="", PATH_INFO="/v1/projects")[0] == "401 Unauthorized"

    def test_a_slash_in_a_name_needs_the_raw_target(self):
        """A name with a slash works if the WSGI server passes the raw target."""
        for name in ("REQUEST_URI", "RAW_URI"):
            assert self.call("GET", **{name: "/v1/projects/a%2Fb", "PATH_INFO": "/v1/projects/a/b"})[1]["name"] == "a/b"

    def test_a_path_outside_latin_1_may_be_text(self):
        """A path of Latin-1 characters stands for bytes in UTF-8, as PEP 3333 requires.

        A path with other characters is text, as httpx sends it.
        """
        for name in ("日本", "caf\u00e9", "\u0080", "\u00ff%41"):
            assert self.call("GET", PATH_INFO=f"/v1/projects/{name}".encode().decode("latin-1"))[1]["name"] == name
        assert self.call("GET", PATH_INFO="/v1/projects/日本")[1]["name"] == "日本"
        assert self.call("GET", PATH_INFO="/v1/projects/\ud800")[0] == "400 Bad Request"

    @pytest.mark.parametrize("name", ["caf\u00e9", "\u0080", "\u00ff%41"])
    def test_a_path_in_latin_1_must_be_utf_8(self, name):
        """A path whose bytes are not UTF-8 is rejected, even if a project has the name that they spell in Latin-1."""
        for method, path in (("GET", name), ("POST", f"{name}/setParams")):
            status, _reply = self.call(method, b'{"patch": true, "x": 1}', PATH_INFO=f"/v1/projects/{path}")
            assert status == "400 Bad Request"


@pytest.mark.parametrize(
    "error",
    [ZeroDivisionError("by\nzero"), InvalidSetting("a", None, "b", ""), RejectedCall(404, "no"), OSError(), KeyError()],
)
def test_on_validate_may_raise(events, error):
    """If `on_validate` raises an exception, each way to send a request gives the same reply, with status 500."""

    def fail(_project, _effective):
        raise error

    stand_in = StandIn([BOXES], on_validate=fail, on_event=events.append)
    memory = MemoryService([BOXES], on_validate=fail)
    path, body = "/task/imageannotation", b'{"project": "boxes"}'
    replies = [service.send(Request("POST", path, body=body)) for service in (memory, stand_in.live, stand_in.test)]
    statuses, texts = [reply.status for reply in replies], {reply.body for reply in replies}
    with run_server(stand_in) as served:
        clients = (httpx2.Client(), httpx2.Client(), httpx2.Client(transport=httpx2.WSGITransport(stand_in.wsgi)))
        for client, key in zip(clients, ("live_any", "test_any", "live_any"), strict=True):
            reply = client.post(f"{served.url}{path}", content=body, auth=(key, ""))
            statuses.append(reply.status_code)
            texts.add(reply.content)
            client.close()
    assert statuses == [500] * 6
    assert len(texts) == 1
    text = json.loads(texts.pop())["error"]
    assert text.startswith(f"`on_validate` raised {type(error).__name__}(")
    assert [(request.status, request.world) for request in stand_in.requests] == [
        (500, "live"), (500, "test"), (500, "live")
    ]  # fmt: skip
    assert events == [f"POST {path} 500  refused: {text}"] * 3
    assert not memory.tasks + stand_in.live.tasks + stand_in.test.tasks


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("/v1/projects?archived=true", "/projects"),
        ("/v10/projects", "/v10/projects"),
        ("/v1beta/projects", "/v1beta/projects"),
        ("/v1", "/v1"),
    ],
)
def test_an_event_has_the_path_below_the_base(events, target, shown):
    """An event leaves out `/v1` at the start of the path only if a slash follows."""
    StandIn(on_event=events.append).handle("GET", target, {"authorization": "Bearer k"}, b"")
    assert events[0].split()[1] == shown


@pytest.mark.parametrize(
    "name",
    [
        *("unicode_escape''%5Cud800", "utf-7''%2b2AA-", "undefined''x%41", "idna''x%ff", "punycode''x%ff"),
        *("a\0b''x", "rot13''x", "base64''x", "utf-8''caf%C3%A9"),
    ],
)
def test_the_encoding_of_a_file_name_may_be_anything(served, name):
    """The form is stored or rejected, whatever encoding its file name has. JSON can contain each stored name."""
    part = f"--b\r\nContent-Disposition: form-data; name=file; filename*={name}\r\n\r\nx\r\n"
    project = "--b\r\nContent-Disposition: form-data; name=project_name\r\n\r\nboxes\r\n--b--\r\n"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    reply = httpx2.post(
        f"{served.url}/files/upload", content=(part + project).encode(), headers=headers, auth=("k", "")
    )
    assert reply.status_code in (200, 400)
    for file in served.stand_in.states["live"].files.values():
        assert freeze(file)["display_name"]


@pytest.mark.parametrize("line", ["--bc", "--b-", "--b c", "--b--c", "-- b", "--b\t.", " --b", "--B"])
@pytest.mark.parametrize("padding", ["", " ", "\t "])
def test_a_file_may_contain_lines_like_the_boundary(line, padding):
    """An uploaded file ends only at a line that is exactly the boundary, perhaps followed by spaces or tabs."""
    content = f"{line}\r\nContent-Disposition: form-data; name=a\r\n\r\n{line}--\r\n{line}"
    part = f'--b{padding}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n{content}'
    form = read_form("multipart/form-data; boundary=b", f"{part}\r\n--b--{padding}\r\n{line}".encode())
    assert form == Form({}, {"file": FormFile("f", "text/plain", content.encode())})


def test_on_validate_can_reject_a_task(events):
    """If `on_validate` returns text, the task is rejected and not created."""
    stand_in = StandIn(
        [BOXES],
        on_validate=lambda project, effective: "no" if "bad" in effective.params else None,
        on_event=events.append,
    )
    with run_server(stand_in) as served:
        sdk = scaleapi.ScaleClient("k", api_instance_url=served.url)
        with pytest.raises(ScaleException, match="Parameter is invalid, reason: no"):
            sdk.create_task(TaskType.ImageAnnotation, project="boxes", bad=1)
        assert stand_in.live.tasks == ()
