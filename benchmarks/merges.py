"""Measure the time of merges and the memory of their results, compared with plain Python."""

import copy
import gc
import tracemalloc
from collections.abc import Callable
from itertools import cycle, islice

from sizes import FEWER_LINES, SIZES, inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest

#: For each case, the targets of the bound merge for the sizes S, M and L. The target 1.45 means: at most 1.45 times the
#: time of the bare merge. `measure_merge` describes the two merges.
MERGES = {
    "no instruction": (1.45, 1.35, 1.25),
    "only the project has an instruction": (1.5, 1.4, 1.25),
    "project and task have an instruction": (2.1, 1.8, 1.5),
}


def measure_merge(size: str, instructions: str) -> list[float]:
    """Return the times of the bound merge and of `Project.resolve`, as ratios to the time of the bare merge.

    The bare merge is `{**params, **task}`.  The bound merge is the function that
    `Project.inheritance` returns.
    """
    params, tasks = inputs(size, instruction=instructions != "no instruction")
    if instructions == "only the project has an instruction":
        tasks = [{name: value for name, value in task.items() if name != "instruction"} for task in tasks]
    effective = [{**params, **task} for task in tasks]
    for task, merged in zip(tasks, effective, strict=True):
        if instructions == "project and task have an instruction":
            merged["instruction"] = f"{task['instruction']}\n{params['instruction']}"
    project = Project("benchmark", type="imageannotation", params=params)
    merge, requests = project.inheritance(), [TaskRequest(task) for task in tasks]
    assert [merge(task) for task in tasks] == effective
    assert [project.resolve(request).params for request in requests] == effective

    def merge_bare() -> None:
        for task in tasks:
            {**params, **task}

    def merge_bound() -> None:
        for task in tasks:
            merge(task)

    def resolve() -> None:
        for request in requests:
            project.resolve(request)

    def loop() -> None:
        for _ in tasks:
            pass

    return ratios(merge_bare, merge_bound, resolve, empty=loop)


def measure_results(size: str) -> tuple[float, float, float]:
    """Return three figures for tasks without an instruction.

    - the time to resolve dicts, as a ratio to the time of `deepcopy` and `update`
    - the time to resolve `FEWER_LINES` requests, as a ratio to the time of the bare merges
    - the bytes of one `EffectiveParams`, without its dict of params
    """
    params, distinct = inputs(size)
    tasks = list(islice(cycle(distinct), FEWER_LINES))
    requests = list(islice(cycle([TaskRequest(task) for task in distinct]), FEWER_LINES))
    project = Project("benchmark", type="imageannotation", params=params)

    def update_copies() -> list[dict]:
        copies = [copy.deepcopy(params) for _ in distinct]
        for merged, task in zip(copies, distinct, strict=True):
            merged.update(task)
        return copies

    def resolve_mappings() -> list[dict]:
        return [project.resolve(task).params for task in distinct]

    def merge_all() -> list:
        return [{**params, **task} for task in tasks]

    def resolve_all() -> list:
        return list(project.resolve_many(requests))

    assert resolve_mappings() == update_copies()
    assert [result.params for result in resolve_all()] == merge_all()
    (mapping,) = ratios(update_copies, resolve_mappings, rounds=7)
    (many,) = ratios(merge_all, resolve_all, rounds=5)
    return mapping, many, (measure_memory(resolve_all) - measure_memory(merge_all)) / FEWER_LINES


def measure_memory(make: Callable[[], list]) -> int:
    """Return how many bytes of memory the list from `make` needs, including its items."""
    gc.collect()
    tracemalloc.start()
    _kept = make()
    allocated = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return allocated


def rows() -> list[Row]:
    """Run the measurements and return their rows."""
    sizes, found = tuple(SIZES), []
    for name, targets in MERGES.items():
        merge, resolve = zip(*(measure_merge(size, name) for size in sizes), strict=True)
        found.append(Row(f"merge, {name}", "bare merge", sizes, merge, targets))
    # After the loop, `resolve` contains the ratios of the last case, which is the slowest.
    found.append(Row("`Project.resolve`, given a `TaskRequest`", "bare merge", sizes, resolve, (4.5, 4, 3.5)))
    mapping, many, memory = zip(*map(measure_results, sizes), strict=True)
    found.append(Row("`Project.resolve`, given a dict", "`deepcopy` + `update`", sizes, mapping, (0.25,) * 3))
    found.append(Row("`Project.resolve_many`, all results in a list", "list of bare merges", sizes, many, (2.5,) * 3))
    return [*found, Row("memory of a result without its params", "byte", sizes, memory, (120,) * 3)]
