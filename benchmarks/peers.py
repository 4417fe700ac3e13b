"""Measure peers that do the same job, over ours: merge one mapping over another into a new one.

Ours is `project.resolve(request)`, and beside it the bound merge, `inheritance`.
"""

import copy
from collections.abc import Callable

import cytoolz
import toolz
from sizes import inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest


def _peers(params: dict, task: dict) -> dict[str, Callable[[], dict]]:
    def deepcopy_update() -> dict:
        merged = copy.deepcopy(params)
        merged.update(task)
        return merged

    return {
        "toolz": lambda: toolz.merge(params, task),
        "cytoolz (in C)": lambda: cytoolz.merge(params, task),
        "deepcopy + update": deepcopy_update,
    }


def rows() -> list[Row]:
    """Measure."""
    params, tasks = inputs("M")
    task = tasks[0]
    project, request = Project("benchmark", type="imageannotation", params=params), TaskRequest(task)
    inheritance = project.inheritance()
    peers = _peers(params, task)
    assert project.resolve(request).params == inheritance(task) == {**params, **task}
    assert all(peer() == {**params, **task} for peer in peers.values())
    ours = {"resolve": lambda: project.resolve(request), "inheritance": lambda: inheritance(task)}
    measured = ratios({**ours, **peers}, rounds=11)
    return [
        Row(name, f"times our {own}", ("M",), (measured[name] / measured[own],), (1.0,), more_is_better=True)
        for own in ours
        for name in peers
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
