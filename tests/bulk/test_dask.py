"""The same inheritance under an engine for many machines, and what travels there."""

import json
import pickle
import subprocess
import sys

import dask.bag
import distributed
import pytest

from paramcore import Project, TaskRequest
from paramcore.wire import read_project, write_project

pytestmark = pytest.mark.slow

PROJECT = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3}).patch_params(
    {"padding": 4}
)


@pytest.fixture(scope="module")
def client():
    """A local cluster of two worker processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as one,
    ):
        yield one


@pytest.mark.filterwarnings("ignore")
def test_partitions_are_resolved_on_two_workers(client, tmp_path):
    """Files of JSONL come out as they would on one machine, pins and opt-outs included."""
    tasks = [{"n": number, "instruction": "Hurry."} for number in range(200)]
    for number in range(0, 200, 10):
        tasks[number]["project_version"] = 0 if number % 20 else -1
    for part in range(4):
        lines = "".join(f"{json.dumps(task)}\n" for task in tasks[part * 50 : part * 50 + 50])
        (tmp_path / f"tasks-{part}.jsonl").write_text(lines)

    def resolved(lines):
        return [json.dumps(one.params) for one in PROJECT.resolve_many(map(json.loads, lines))]

    answers = dask.bag.read_text(str(tmp_path / "tasks-*.jsonl")).map_partitions(resolved).compute()
    assert [json.loads(answer) for answer in answers] == [PROJECT.resolve(task).params for task in tasks]
    assert len(client.scheduler_info()["workers"]) == 2


@pytest.mark.parametrize("versions", [1, 10, 100])
def test_what_travels_is_small(versions):
    """A project, and an inheritance, pickle to no more than twice the JSON that they hold, be they ever so small."""
    params = {
        "instruction": "Box every ship. " * 5,
        "geometries": {"box": {"objects_to_annotate": ["Ship", "Crane"] * 5, "min_width": 10, "min_height": 10}},
        "metadata": {"site": "north docks", "batch": 12},
        "padding": 20,
    }
    history = [{"version": number, "created_at": "2024-03-04T09:12:41.643Z", **params} for number in range(versions)]
    project = read_project({"name": "boxes", "type": "imageannotation", "param_history": history})
    assert len(pickle.dumps(project)) <= 2 * len(json.dumps(write_project(project)))
    assert len(pickle.dumps(project.inheritance())) <= 2 * len(json.dumps(project.params))


def test_what_travels_needs_no_schemas(tmp_path):
    """A worker loads a project and resolves without importing `jsonschema`."""
    file = tmp_path / "travels"
    file.write_bytes(pickle.dumps((PROJECT, PROJECT.inheritance(), TaskRequest({"padding": 9}))))
    code = (
        "import pickle, sys; project, merge, task = pickle.load(open(sys.argv[1], 'rb'));"
        "assert project.resolve(task).params == merge(task.params) == {'instruction': 'Box it.', 'padding': 9};"
        "assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=True, timeout=60)
