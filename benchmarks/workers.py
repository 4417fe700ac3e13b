"""Measure the example of `docs/guides/preview-with-dask.md` on two workers, relative to the time of one process."""

import json
import statistics
import time
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import dask.bag
from distributed import Client, LocalCluster
from processes import write_inputs
from sizes import FEWER_LINES
from timing import ROUNDS, Row

from paramcore import Project, read_project
from paramcore.bulk import preview_lines
from paramcore.errors import DocumentError

FILES = 8


def preview_file(path: str, project: Project) -> list[DocumentError]:
    """Write the previews of a file to a second file beside it; return the errors of its invalid lines."""
    errors = []
    with open(path, "rb") as lines, open(f"{path}.previews", "wb") as previews:
        for answer in preview_lines(project, lines, source=path):
            if isinstance(answer, DocumentError):
                errors.append(answer)
            else:
                previews.write(answer + b"\n")
    return errors


def rows() -> list[Row]:
    """Run the measurements and return their rows."""
    with TemporaryDirectory() as directory:
        project_path, tasks = write_inputs(Path(directory), FEWER_LINES)
        project = read_project(json.loads(Path(project_path).read_text()))
        lines = Path(tasks).read_bytes().splitlines(keepends=True)
        paths = [f"{directory}/part-{number}.jsonl" for number in range(FILES)]
        for number, path in enumerate(paths):
            Path(path).write_bytes(b"".join(lines[number::FILES]) + b'{"padding": }\n')
        read = partial(preview_file, project=project)
        files = dask.bag.from_sequence(paths, partition_size=1).map(read)
        found: list[float] = []
        with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
            for _ in range(min(ROUNDS, 5)):
                began = time.perf_counter()
                errors = list(map(read, paths))
                one = time.perf_counter() - began
                began = time.perf_counter()
                assert files.compute() == errors
                found.append((time.perf_counter() - began) / one)
    assert [[error.source for error in bad_lines] for bad_lines in errors] == [[path] for path in paths]
    return [
        Row(f"preview {FEWER_LINES:,} lines, two Dask workers", "one process", ("wall",), (statistics.median(found),))
    ]
