"""Measure a history of 10,000 versions: reading it over `json.loads`, updating and resolving it over a history of 10."""

import json

from sizes import inputs
from timing import Row, ratios

from paramcore import Patch, Project, TaskRequest
from paramcore.wire import read_project

VERSIONS = 10_000


def _history(count: int) -> str:
    params, tasks = inputs("M", instruction=True)
    entries = [
        {"version": number, "created_at": "2024-03-04T09:12:41.643Z", **params, **tasks[number % len(tasks)]}
        for number in range(count)
    ]
    return json.dumps({"name": "long", "type": "imageannotation", "param_history": entries})


def rows() -> list[Row]:
    """Measure."""
    text = _history(VERSIONS)
    long: Project = read_project(json.loads(text))
    short: Project = read_project(json.loads(_history(10)))
    assert len(long.versions) == VERSIONS
    patch, request = Patch({"padding": 4}), TaskRequest({"padding": 5})
    assert long.update(patch).params["padding"] == 4
    assert long.resolve(request).params["padding"] == 5
    reading = ratios({"json": lambda: json.loads(text), "ours": lambda: read_project(json.loads(text))}, rounds=5)
    updating = ratios({"short": lambda: short.update(patch), "long": lambda: long.update(patch)}, rounds=15)
    resolving = ratios({"short": lambda: short.resolve(request), "long": lambda: long.resolve(request)})
    return [
        Row("reading 10,000 versions", "times json.loads", ("M",), (reading["ours"],), (4,)),
        Row("an update of 10,000 versions", "times one of 10", ("M",), (updating["long"],), (5,)),
        Row("a resolve over 10,000 versions", "times one over 10", ("M",), (resolving["long"],), (1.1,)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
