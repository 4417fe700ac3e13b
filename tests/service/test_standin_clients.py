"""The stand-in, called as the official clients for Python, Node.js and Ruby call the API."""

import io
import uuid
from pathlib import Path

import httpx2
import pytest
import scaleapi
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource, ScaleException, ScaleInvalidRequest, ScaleResourceNotFound
from scaleapi.tasks import TaskReviewStatus, TaskStatus, TaskType
from scaleapi.teams import TeammateRole

from paramcore import Project
from paramcore.service import StandIn, run_server

KEY = "live_any"
IMAGE = {"attachment": "https://data.example.com/1.jpg"}
DOCKS = Project("docks", type="imageannotation", params={"instruction": "Box it.", "padding": 3})


@pytest.fixture
def served():
    with run_server(StandIn([DOCKS, Project("other", type="imageannotation", params={})])) as server:
        yield server


@pytest.fixture
def sdk(served):
    return scaleapi.ScaleClient(KEY, api_instance_url=served.url)


@pytest.fixture
def task(sdk):
    return sdk.create_task(TaskType.ImageAnnotation, project="docks", unique_id="u-1", **IMAGE)


class TestPython:
    """The public calls of the official client for Python."""

    def test_projects(self, sdk):
        """Projects are created, read, listed and updated, and have the time of their creation (S1, S9)."""
        created = sdk.create_project("texts", TaskType.TextCollection, {"instruction": "Write."}, dataset_id="d1")
        assert created.as_dict()["created_at"] == created.as_dict()["param_history"][0]["created_at"]
        assert sdk.get_project("texts").as_dict() == created.as_dict()
        assert (
            [project.name for project in sdk.projects()]
            == [project.name for project in sdk.get_projects()]
            == ["docks", "other", "texts"]
        )
        assert sdk.update_project("texts", patch=True, a=1).version == 1
        template = sdk.get_project_template("texts")
        assert (template.version, template.template_variables, template.response_schema) == (1, {}, None)
        assert template.created_at == template.updated_at == created.as_dict()["created_at"]

    def test_a_task(self, sdk, task):
        """A task has the fields that the clients read. Each call that changes a task returns the changed task."""
        fields = task.as_dict()
        assert (fields["metadata"], fields["status"], "tags" in fields) == ({}, "pending", False)
        assert fields["created_at"] == fields["updated_at"]
        task.refresh()
        assert task.as_dict() == fields == sdk.get_task(task.id).as_dict()
        assert sdk.set_task_metadata(task.id, {"a": {"b": 1}}).metadata == {"a": {"b": 1}}
        assert sdk.set_task_metadata(task.id, {}).metadata == {}
        assert sdk.set_task_tags(task.id, ["a", "b", "a"]).tags == ["a", "b"]
        assert sdk.add_task_tags(task.id, ["b", "c"]).tags == ["a", "b", "c"]
        assert sdk.delete_task_tags(task.id, ["a", "none"]).tags == ["b", "c"]
        assert sdk.set_task_tags(task.id, []).tags == []
        assert sdk.get_task(task.id).as_dict() == {**fields, "tags": [], "updated_at": sdk.get_task(task.id).updated_at}

    def test_the_unique_id_of_a_task(self, sdk, task):
        """A `unique_id` belongs to one task, and is free again after it is cleared or replaced."""
        other = sdk.create_task(TaskType.ImageAnnotation, project="docks", unique_id="u-2", **IMAGE)
        with pytest.raises(ScaleDuplicateResource, match="u-2"):
            sdk.update_task_unique_id(task.id, "u-2")
        assert sdk.update_task_unique_id(task.id, "u-1").unique_id == "u-1"
        assert sdk.update_task_unique_id(task.id, "u-3").unique_id == "u-3"
        assert sdk.update_task_unique_id(other.id, "u-1").unique_id == "u-1"
        assert "unique_id" not in sdk.clear_task_unique_id(other.id).as_dict()
        assert sdk.update_task_unique_id(task.id, "u-1").unique_id == "u-1"
        assert [found.id for found in sdk.tasks(unique_id="u-1")] == [task.id]
        with pytest.raises(ScaleInvalidRequest, match="`unique_id` is missing"):
            sdk.api.post_request(f"task/{task.id}/unique_id", body={})

    def test_a_task_is_canceled_once(self, sdk, task):
        """A pending task can be canceled. A canceled task rejects the API calls `cancel` and `audit` (S4)."""
        canceled = sdk.cancel_task(task.id)
        assert (canceled.status, canceled.unique_id) == ("canceled", "u-1")
        with pytest.raises(ScaleInvalidRequest, match="the task is canceled, so it cannot be canceled"):
            task.cancel()
        with pytest.raises(ScaleInvalidRequest, match="it cannot be audited"):
            task.audit(accepted=True)

    def test_canceling_can_clear_the_unique_id(self, sdk, task):
        """Canceling with `clear_unique_id` frees the id for another task."""
        assert "unique_id" not in sdk.cancel_task(task.id, clear_unique_id=True).as_dict()
        sdk.create_task(TaskType.ImageAnnotation, project="docks", unique_id="u-1", **IMAGE)

    def test_a_task_is_audited(self, sdk, task):
        """The API call `audit` sets the review status of a task, and filters can select tasks by this status.

        Before an audit, the status is pending.
        """
        task.audit(accepted=False, comments="one box is missing")
        task.refresh()
        assert task.customer_review_status == "rejected"
        assert task.audits[0]["comments"] == "one box is missing"
        task.audit(accepted=True)
        sdk.create_task(TaskType.ImageAnnotation, project="docks", **IMAGE)
        counts = [
            sdk.get_tasks_count(project_name="docks", review_status=status)
            for status in (TaskReviewStatus.Accepted, TaskReviewStatus.Rejected, TaskReviewStatus.Pending)
        ]
        assert counts == [1, 0, 1]
        both = [TaskReviewStatus.Accepted, TaskReviewStatus.Pending]
        assert sdk.get_tasks_count(project_name="docks", review_status=both) == 2
        with pytest.raises(ScaleInvalidRequest, match="`accepted` is missing"):
            sdk.api.post_request(f"task/{task.id}/audit", body={"comments": "x"})
        with pytest.raises(ScaleInvalidRequest, match="`accepted` must be true or false"):
            sdk.audit_task(task.id, accepted="yes")

    @pytest.mark.parametrize(
        "call",
        [
            lambda sdk: sdk.get_task("none"),
            lambda sdk: sdk.cancel_task("none"),
            lambda sdk: sdk.audit_task("none", accepted=True),
            lambda sdk: sdk.update_task_unique_id("none", "u"),
            lambda sdk: sdk.clear_task_unique_id("none"),
            lambda sdk: sdk.set_task_metadata("none", {}),
            lambda sdk: sdk.set_task_tags("none", ["a"]),
            lambda sdk: sdk.add_task_tags("none", ["a"]),
            lambda sdk: sdk.delete_task_tags("none", ["a"]),
            lambda sdk: sdk.get_batch("none"),
            lambda sdk: sdk.batch_status("none"),
            lambda sdk: sdk.finalize_batch("none"),
            lambda sdk: sdk.set_batch_metadata("none", {}),
            lambda sdk: sdk.create_batch("none", "b"),
            lambda sdk: sdk.get_project("none"),
            lambda sdk: sdk.update_project("none", a=1),
            lambda sdk: sdk.get_project_template("none"),
            lambda sdk: sdk.upload_file(io.BytesIO(b"x"), project_name="none"),
            lambda sdk: sdk.import_file("https://example.com/x", project_name="none"),
        ],
    )
    def test_an_unknown_object_is_not_found(self, sdk, call):
        """A call for a task, a batch or a project that does not exist gets status 404."""
        with pytest.raises(ScaleResourceNotFound):
            call(sdk)

    def test_tasks_without_a_project_have_the_same_fields(self, sdk):
        """S8: a task without a project has the fields of other tasks, except for those about the project."""
        params = {"instruction": "Box it.", "padding": 1, "tags": ["a"], "priority": 3, "callback_url": "https://x.y"}
        own = sdk.create_task(TaskType.ImageAnnotation, **params, **IMAGE).as_dict()
        of_project = sdk.create_task(TaskType.ImageAnnotation, project="other", **params, **IMAGE).as_dict()
        assert own["params"] == of_project["params"] == {"padding": 1, **IMAGE}
        assert of_project.keys() - own.keys() == {"project", "project_param_version"}
        with pytest.raises(ScaleInvalidRequest, match="`project_version` is set, but the task has no `project`"):
            sdk.create_task(TaskType.ImageAnnotation, project_version=0, **IMAGE)

    def test_an_idempotency_key_makes_one_task(self, served, sdk):
        """S7: a second request with the same `Idempotency-Key` creates no task and gets status 409."""
        headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {KEY}"}
        url, body = f"{served.url}/task/imageannotation", {"project": "docks", **IMAGE}
        assert [httpx2.post(url, json=body, headers=headers).status_code for _ in range(2)] == [200, 409]
        assert httpx2.post(url, json=body, headers={**headers, "Idempotency-Key": "k2"}).status_code == 200
        assert sdk.get_tasks_count(project_name="docks") == 2

    def test_tasks_are_listed(self, sdk, task):
        """`get_tasks` and `get_tasks_count` accept filters by type, status, review status, `unique_id` and time."""
        filters = {
            "task_type": TaskType.ImageAnnotation,
            "status": TaskStatus.Pending,
            "review_status": TaskReviewStatus.Pending,
            "unique_id": ["u-1", "u-9"],
            "completed_after": None,
            "completed_before": None,
            "updated_after": "2020-01-01 00:00:00.000000",
            "updated_before": "2120-01-01",
            "created_after": "2020-01-01T00:00:00Z",
            "created_before": "2120-01-01T00:00:00+01:00",
            "include_attachment_url": False,
        }
        assert [found.id for found in sdk.get_tasks("docks", **filters, limited_response=True, limit=1)] == [task.id]
        assert sdk.get_tasks_count("docks", **filters) == 1
        assert sdk.get_tasks_count("docks", **{**filters, "completed_after": "2020-01-01"}) == 0
        assert sdk.get_tasks_count("docks", **{**filters, "status": TaskStatus.Canceled}) == 0
        assert sdk.get_tasks_count("docks", **{**filters, "task_type": TaskType.Comparison}) == 0
        limited = next(sdk.get_tasks("docks", limited_response=True)).as_dict()
        assert limited.keys() == {"task_id", "status", "metadata", "project"}

    def test_batches(self, sdk):
        """A batch of an ordinary project is in progress, accepts tasks even after it is finalized, and has metadata."""
        batch = sdk.create_batch("docks", "b1", callback="a@b.c", metadata={"k": 1})
        assert (batch.status, batch.metadata, batch.as_dict()["callback"]) == ("in_progress", {"k": 1}, "a@b.c")
        assert sdk.finalize_batch("b1").status == "in_progress"
        tasks = [sdk.create_task(TaskType.ImageAnnotation, batch="b1", **IMAGE) for _ in range(3)]
        tasks[0].cancel()
        assert batch.get_status() == {"status": "in_progress", "pending": 2, "canceled": 1}
        assert (batch.tasks_pending, batch.tasks_canceled, batch.tasks_completed) == (2, 1, 0)
        assert sdk.set_batch_metadata("b1", {"new": 2}).metadata == {"new": 2}
        assert sdk.set_batch_metadata("b1", {}).metadata == sdk.get_batch("b1").metadata == {}

    @pytest.mark.parametrize("kind", ["rapid", "studio"])
    def test_a_batch_of_a_rapid_or_studio_project_is_finalized(self, sdk, kind):
        """S3: the batch starts in staging, and rejects tasks after it is finalized."""
        sdk.create_project("new", TaskType.ImageAnnotation, {}, **{kind: True})
        batch = sdk.create_batch("new", "b")
        assert batch.status == "staging"
        sdk.create_task(TaskType.ImageAnnotation, batch="b", **IMAGE)
        batch.finalize()
        assert batch.status == "in_progress"
        with pytest.raises(ScaleInvalidRequest, match="is finalized"):
            sdk.create_task(TaskType.ImageAnnotation, batch="b", **IMAGE)
        assert sdk.finalize_batch("b").status == "in_progress"

    def test_a_batch_takes_only_tasks_of_its_project(self, sdk):
        """A task is rejected if it names one project, and its batch belongs to another."""
        sdk.create_batch("docks", "b")
        sdk.create_task(TaskType.ImageAnnotation, batch="b", project="docks", **IMAGE)
        with pytest.raises(ScaleInvalidRequest, match='belongs to the project "docks"'):
            sdk.create_task(TaskType.ImageAnnotation, batch="b", project="other", **IMAGE)
        with pytest.raises(ScaleResourceNotFound):
            sdk.create_task(TaskType.ImageAnnotation, batch="none", project="docks", **IMAGE)

    def test_batches_are_listed(self, sdk):
        """Batches are listed in pages, newest first. Filters select them by project, status and time."""
        for number in range(103):
            sdk.create_batch("docks" if number % 2 else "other", f"b{number}")
        assert [batch.name for batch in sdk.batches(limit=2)] == ["b102", "b101"]
        assert [batch.name for batch in sdk.get_batches()] == [f"b{number}" for number in reversed(range(103))]
        assert sdk.batches(project="docks", limit=1).total == len(list(sdk.get_batches("docks"))) == 51
        assert list(sdk.get_batches(batch_status=BatchStatus.Staging)) == []
        assert len(list(sdk.get_batches("docks", BatchStatus.InProgress, "2020-01-01", "2120-01-01", True))) == 51
        assert list(sdk.get_batches(created_after="2120-01-01")) == []
        assert (sdk.batches(offset=100).offset, len(sdk.batches(offset=100))) == (100, 3)

    def test_files(self, sdk):
        """An uploaded file and an imported file each have an id and a URL."""
        content = bytes(range(256)) * 100 + b"\r\n--x\r\n"
        file = io.BytesIO(content)
        file.name = 'caf\u00e9 "1".png'
        uploaded = sdk.upload_file(file, project_name="docks", display_name="cafe", reference_id="r1")
        assert uploaded.as_dict()["size"] == len(content)
        assert (uploaded.as_dict()["display_name"], uploaded.as_dict()["reference_id"]) == ("cafe", "r1")
        imported = sdk.import_file("https://example.com/a/b.png", project_name="docks")
        assert imported.as_dict()["display_name"] == "b.png"
        assert len({uploaded.id, imported.id, uploaded.attachment_url, imported.attachment_url}) == 4

    @pytest.mark.parametrize(
        "call",
        [
            lambda sdk: sdk.list_teammates(),
            lambda sdk: sdk.invite_teammates(["a@b.c"], TeammateRole.Member),
            lambda sdk: sdk.update_teammates_role(["a@b.c"], TeammateRole.Member),
            lambda sdk: sdk.create_evaluation_task(TaskType.ImageAnnotation, expected_response={}),
            lambda sdk: sdk.create_training_task(TaskType.ImageAnnotation, expected_response={}),
            lambda sdk: sdk.list_studio_assignments(),
            lambda sdk: sdk.add_studio_assignments(["a@b.c"], ["docks"]),
            lambda sdk: sdk.remove_studio_assignments(["a@b.c"], ["docks"]),
            lambda sdk: sdk.list_project_groups("docks"),
            lambda sdk: sdk.create_project_group("docks", ["a@b.c"], "g"),
            lambda sdk: sdk.update_project_group("docks", "g", [], []),
            lambda sdk: sdk.list_studio_batches(),
            lambda sdk: sdk.assign_studio_batches("b", ["g"]),
            lambda sdk: sdk.set_studio_batches_priorities(["b"]),
            lambda sdk: sdk.reset_studio_batches_priorities(),
        ],
    )
    def test_calls_that_are_not_offered(self, sdk, call):
        """A call that the stand-in does not offer gets status 501, and the message says so."""
        with pytest.raises(ScaleException, match="the stand-in does not offer this") as refused:
            call(sdk)
        assert refused.value.code == 501


def test_every_public_call_is_tested():
    """The tests in this file call each public method of the official client, except those of version 2 of the API."""
    text = Path(__file__).read_text("utf-8")
    public = {name for name in vars(scaleapi.ScaleClient) if not name.startswith("_")} - {"v2_get_tasks"}
    assert {name for name in public if f"sdk.{name}(" not in text} == set()


class Node:
    """The requests of the client for Node.js (`scaleapi` on npm): JSON bodies, HTTP Basic, pages by offset."""

    def __init__(self, url, key):
        self._client = httpx2.Client(base_url=f"{url}/", auth=(key, ""), headers={"accept": "application/json"})

    def get(self, path, **query):
        return self._client.get(path, params=query or None)

    def post(self, path, body):
        return self._client.post(path, json=body)

    def put(self, path, body):
        return self._client.put(path, json=body)

    def close(self):
        self._client.close()


@pytest.fixture
def node(served):
    client = Node(served.url, KEY)
    yield client
    client.close()


class TestNode:
    """The requests of the client for Node.js work, and the replies have what this client reads."""

    def test_a_task(self, node):
        """A task is created, read and canceled. To cancel it, the client sends `{}`."""
        body = {"callback_url": "http://www.example.com/callback", "instruction": "Box it.", "attachment_type": "image"}
        created = node.post("task/annotation", {**body, "objects_to_annotate": ["cow"], **IMAGE}).json()
        fetched = node.get(f"task/{created['task_id']}").json()
        assert fetched == created
        assert (fetched["callback_url"], fetched["instruction"]) == (body["callback_url"], "Box it.")
        assert node.post(f"task/{created['task_id']}/cancel", {}).json()["status"] == "canceled"
        refused = node.get("task/none")
        assert (refused.status_code, refused.json()["error"]) == (404, "Task with that ID not found.")

    def test_tasks_are_listed_by_offset(self, node):
        """Pages by `offset` contain each task once, newest first. `has_more` is false only on the last page."""
        ids = [node.post("task/annotation", IMAGE).json()["task_id"] for _ in range(5)]
        seen, has_more = [], True
        while has_more:
            page = node.get("tasks", limit=2, offset=len(seen)).json()
            assert (page["total"], page["limit"], page["offset"]) == (5, 2, len(seen))
            seen += [task["task_id"] for task in page["docs"]]
            has_more = page["has_more"]
        assert seen == ids[::-1]
        times = {"start_time": "2020-01-01T00:00:00.000Z", "end_time": "2120-01-01T00:00:00.000Z"}
        assert node.get("tasks", **times, status="pending", type="annotation").json()["total"] == 5
        assert node.get("tasks", start_time="2120-01-01T00:00:00.000Z").json()["total"] == 0

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("tasks", {"start_time": "2020-01-01", "updated_after": "2020-01-01", "include_attachment_url": "true"}),
            ("tasks", {"project": "docks", "batch": "b", "limit": "10"}),
            ("batches", {"project": "docks", "status": "in_progress", "limit": "10", "offset": "0"}),
            ("batches", {"completed_after": "2020-01-01", "audited_before": "2120-01-01"}),
            ("projects", {"archived": "false"}),
        ],
    )
    def test_the_filters_of_the_generated_client(self, node, path, query):
        """The server accepts the filters of the generated client (`scaleapi-node`)."""
        assert node.get(path, **query).status_code == 200

    def test_the_generated_client_sets_an_ontology(self, node):
        """`setOntology` returns the project, which does not change."""
        before = node.get("projects/docks").json()
        assert node.post("projects/docks/setOntology", {"ontology": ["Ship"], "name": "v1"}).json() == before
        assert node.post("projects/docks/setOntology", {}).status_code == 400


class TestRuby:
    """The requests of the client for Ruby, which adds `callback_url` to each query and sends blank filters."""

    def test_blank_filters_are_ignored(self, node):
        """S2: a filter without a value is ignored."""
        ids = [node.post("task/annotation", {**IMAGE, "callback_url": None}).json()["task_id"] for _ in range(3)]
        query = "callback_url&end_time&limit=2&offset=0&start_time&status&type"
        page = node.get(f"tasks?{query}").json()
        assert ([task["task_id"] for task in page["docs"]], page["has_more"]) == (ids[:0:-1], True)
        page = node.get(f"tasks?{query.replace('offset=0', 'offset=2')}").json()
        assert ([task["task_id"] for task in page["docs"]], page["has_more"]) == (ids[:1], False)
        assert node.get(f"task/{ids[0]}?callback_url=https://example.com").status_code == 200
        canceled = node.post(f"task/{ids[0]}/cancel", {"callback_url": None})
        assert canceled.json()["status"] == "canceled"


def test_a_test_key_completes_tasks():
    """S4: with a test key, a task is pending in the first reply and completed afterwards."""
    with run_server(StandIn([DOCKS])) as served:
        sdk = scaleapi.ScaleClient("test_any", api_instance_url=served.url)
        task = sdk.create_task(TaskType.ImageAnnotation, project="docks", unique_id=str(uuid.uuid4()), **IMAGE)
        assert task.status == "pending"
        task.refresh()
        assert (task.status, task.completed_at) == ("completed", task.created_at)
        assert sdk.get_tasks_count("docks", completed_after="2020-01-01") == 1
        with pytest.raises(ScaleInvalidRequest, match="the task is completed"):
            task.cancel()


@pytest.mark.parametrize(
    ("path", "body", "texts"),
    [
        ("projects", {"task_type": "imageannotation", "project_name": "x"}, ["`name` is missing", "`project_name`"]),
        ("projects", {"name": "x"}, ["`type` is missing"]),
        ("projects", {}, ["`name` is missing; the request is empty"]),
        ("projects", {"name": None, "type": None}, ["`name` is null; the request has no other values"]),
        ("projects", {"name": 7, "type": "x"}, ["`name` must be a non-empty string, got the number 7"]),
        ("projects", {"name": "x", "type": "imageanotation"}, ['type "imageanotation" is unknown', "--schema"]),
        ("projects", {"name": "x", "type": "chat", "rapid": "yes"}, ["`rapid` must be true or false"]),
        ("projects", {"name": "x", "type": "chat", "pipeline": "standard_task"}, ["`pipeline` needs `studio`"]),
        ("task/imagannotation", {}, ['type "imagannotation" is unknown']),
        ("batches", {"batch_name": "b", "project": "docks"}, ["`name` is missing", "`batch_name`"]),
        ("batches", {"name": "b"}, ["`project` is missing"]),
        ("batches", {"name": "b", "project": "docks", "metadata": []}, ["`metadata` must be an object"]),
        ("files/import", {"project_name": "docks"}, ["`file_url` is missing"]),
        ("files/import", {"file_url": "https://example.com/x"}, ["`project_name` is missing"]),
        ("files/upload", {"file": "x"}, ["multipart/form-data"]),
    ],
)
def test_an_invalid_request_is_explained(node, path, body, texts):
    """An invalid request gets status 400, and the error says what is wrong."""
    refused = node.post(path, body)
    assert refused.status_code == 400
    for text in texts:
        assert text in refused.json()["error"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tasks?bogus=1", "the query parameter `bogus` is unknown; write one of `batch`, `completed_after`"),
        ("tasks?created_after=yesterday", "`created_after` must be an ISO 8601 time"),
        ("tasks?limit=x", "`limit` must be a whole number from 1 to 999,999,999"),
        ("tasks?limit=0", "`limit` must be a whole number from 1 to 999,999,999"),
        ("tasks?offset=-1", "`offset` must be a whole number from 0 to 999,999,999"),
        ("tasks?limit=9999999999", "`limit` must be a whole number"),
        ("tasks?next_token=2", "`next_token` must come from a reply"),
        ("tasks?status=done", "`status` must be one of pending, completed, canceled, error"),
        ("tasks?customer_review_status=ok", "`customer_review_status` must be one of pending, accepted"),
        ("tasks?limited_response=maybe", "`limited_response` must be true or false"),
        ("batches?name=b", "the query parameter `name` is unknown"),
        ("batches?status=done", "`status` must be one of staging, in_progress, completed"),
        ("projects?archived=no", "`archived` must be true or false"),
        ("projects?type=chat", "the query parameter `type` is unknown; write `archived`"),
    ],
)
def test_an_unknown_filter_is_rejected(node, path, text):
    """A request with an unknown filter, or with an invalid value for a filter, gets status 400."""
    refused = node.get(path)
    assert (refused.status_code, text in refused.json()["error"]) == (400, True), refused.json()


def test_a_page_is_stable_while_tasks_are_created(node):
    """`next_token` names the last task of a page, so new tasks do not shift the next page."""
    ids = [node.post("task/annotation", IMAGE).json()["task_id"] for _ in range(4)]
    page = node.get("tasks", limit=2).json()
    node.post("task/annotation", IMAGE)
    following = node.get("tasks", limit=2, next_token=page["next_token"]).json()
    assert [task["task_id"] for task in (*page["docs"], *following["docs"])] == ids[::-1]
    assert "next_token" not in following


def test_a_list_is_always_current(node):
    """A list contains the latest changes, even if the same query was sent before."""
    assert node.get("tasks").json()["docs"] == node.get("batches").json()["docs"] == []
    node.post("batches", {"name": "b", "project": "docks"})
    task_id = node.post("task/annotation", IMAGE).json()["task_id"]
    assert [task["task_id"] for task in node.get("tasks").json()["docs"]] == [task_id]
    assert [batch["name"] for batch in node.get("batches").json()["docs"]] == ["b"]
    assert node.get("tasks?status=pending").json()["total"] == 1
    node.post(f"task/{task_id}/cancel", {})
    assert node.get("tasks?status=pending").json()["total"] == 0


def test_values_may_contain_commas(node):
    """A filter by `unique_id` or tag matches the whole value, and each part between commas. A filter can be repeated."""
    for unique_id in ("a,b", "a", "c"):
        node.post("task/annotation", {**IMAGE, "unique_id": unique_id, "tags": [f"t{unique_id}"]})
    found = lambda query: sorted(task["unique_id"] for task in node.get(f"tasks?{query}").json()["docs"])
    assert found("unique_id=a,b") == ["a", "a,b"]
    assert found("unique_id=a&unique_id=c") == ["a", "c"]
    assert found("tags=ta,b") == ["a", "a,b"]
    assert found("unique_id=none") == []


def test_a_task_with_tags_of_another_type_is_no_error(node):
    """In a request, `tags` may be any JSON value.

    The filter and the calls that change tags ignore all values but strings in an array.
    """
    task_id = node.post("task/annotation", {**IMAGE, "tags": [["x"], 1, "a"]}).json()["task_id"]
    other = node.post("task/annotation", {**IMAGE, "tags": "a"}).json()["task_id"]
    assert [task["task_id"] for task in node.get("tasks?tags=a").json()["docs"]] == [task_id]
    assert node.put(f"task/{task_id}/tags", ["b"]).json()["tags"] == ["a", "b"]
    assert node.put(f"task/{other}/tags", ["b"]).json()["tags"] == ["b"]
    assert node.post(f"task/{other}/tags", {"a": 1}).status_code == 400
    assert node.post(f"task/{other}/setMetadata", ["a"]).status_code == 400
