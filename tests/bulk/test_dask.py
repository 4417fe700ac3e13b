"""Preview tasks with Dask on two workers, and pickle the objects that a worker needs."""

import json
import pickle
import subprocess
import sys
from pathlib import Path

import dask.bag
import distributed
import pytest

from paramcore import Project, TaskRequest
from paramcore.bulk import preview_lines
from paramcore.errors import DocumentError
from paramcore.wire import read_project, write_project

pytestmark = pytest.mark.slow

PROJECT = Project("boxes", type="imageannotation", params={"instruction": "Box it.", "padding": 3}).patch_params(
    {"padding": 4}
)


@pytest.fixture(scope="module")
def client():
    """Yield a client of a local cluster with two worker processes."""
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        distributed.Client(cluster) as one,
    ):
        yield one


@pytest.mark.filterwarnings("ignore")
def test_partitions_are_previewed_on_two_workers(client, tmp_path):
    """Two workers write the same previews as a single process does. They report the file and line number of each invalid line."""
    files = [tmp_path / f"tasks-{part}.jsonl" for part in range(4)]
    for part, file in enumerate(files):
        tasks = [{"n": number, "instruction": "Hurry."} for number in range(part * 50, part * 50 + 50)]
        tasks[0]["project_version"] = 0 if part % 2 else -1
        lines = [json.dumps(task) for task in tasks]
        lines[part + 10 : part + 10] = ['{"n": ', '{"project_version": 7}']
        file.write_text("\n".join(lines))

    def preview_file(path):
        errors, previews = [], []
        with open(path, "rb") as lines:
            for answer in preview_lines(PROJECT, lines, source=path):
                (errors if isinstance(answer, DocumentError) else previews).append(answer)
        Path(f"{path}.previews").write_bytes(b"\n".join(previews))
        return [(distributed.get_worker().name, error) for error in errors]

    partitions = dask.bag.from_sequence(map(str, files), partition_size=1)
    workers, errors = zip(*partitions.map(preview_file).flatten().compute(), strict=True)
    assert len(set(workers)) == 2
    assert [(error.source, error.line, error.code) for error in errors] == [
        (str(file), part + line, code)
        for part, file in enumerate(files)
        for line, code in ((11, "json_syntax"), (12, "version_unknown"))
    ]
    for file in files:
        with file.open("rb") as lines:
            expected = [answer for answer in preview_lines(PROJECT, lines) if isinstance(answer, bytes)]
        assert len(expected) == 50
        assert Path(f"{file}.previews").read_bytes().split(b"\n") == expected


@pytest.mark.parametrize("versions", [1, 10, 100])
def test_pickles_are_small(versions):
    """The pickle of a project is at most twice as large as the project's JSON.

    The pickle of `project.inheritance()` is at most twice as large as the JSON of the latest params.
    """
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


def test_unpickling_needs_no_schemas(tmp_path):
    """A process can unpickle a project and resolve a task without importing `jsonschema`."""
    file = tmp_path / "travels"
    file.write_bytes(pickle.dumps((PROJECT, PROJECT.inheritance(), TaskRequest({"padding": 9}))))
    code = (
        "import pickle, sys; project, merge, task = pickle.load(open(sys.argv[1], 'rb'));"
        "assert project.resolve(task).params == merge(task.params) == {'instruction': 'Box it.', 'padding': 9};"
        "assert 'jsonschema' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code, str(file)], check=True, timeout=60)
