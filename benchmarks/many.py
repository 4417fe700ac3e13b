"""Measure 100,000 results that are kept: time over a plain comprehension, memory over the bare dicts.

The garbage collector is paused, except in the row that names it.  Memory is measured by `tracemalloc`.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable

from sizes import FEWER_LINES, SIZES, inputs
from timing import ROUNDS, Row, ratios

from paramcore import Project, TaskRequest


def _memory(make: Callable[[], list]) -> float:
    gc.collect()
    tracemalloc.start()
    held = make()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / len(held)


def _collected(plain: Callable[[], list], ours: Callable[[], list]) -> float:
    """Return the median ratio while the garbage collector runs, which `timing` pauses."""
    found = []
    for _ in range(min(ROUNDS, 7)):
        took = []
        for run in (plain, ours):
            gc.collect()
            began = time.perf_counter()
            run()
            took.append(time.perf_counter() - began)
        found.append(took[1] / took[0])
    return statistics.median(found)


def rows() -> list[Row]:
    """Measure."""
    times, merges, collected, memory = [], [], [], []
    for size in SIZES:
        params, distinct = inputs(size)
        tasks = [distinct[number % len(distinct)] for number in range(FEWER_LINES)]
        requests = [TaskRequest(task) for task in distinct]
        many = [requests[number % len(requests)] for number in range(FEWER_LINES)]
        project = Project("benchmark", type="imageannotation", params=params)

        def plain(tasks: Iterable[dict] = tasks, params: dict = params) -> list:
            return [{**params, **task} for task in tasks]

        def ours(many: Iterable[TaskRequest] = many, project: Project = project) -> list:
            return list(project.resolve_many(many))

        def alone(many: Iterable[TaskRequest] = many, project: Project = project) -> list:
            merge = project.inheritance()
            return [merge(request.params) for request in many]

        assert alone() == plain()
        assert [result.params for result in ours()[: len(distinct)]] == plain()[: len(distinct)]
        took = ratios({"plain": plain, "ours": ours, "alone": alone}, rounds=7)
        times.append(took["ours"])
        merges.append(took["alone"])
        collected.append(_collected(plain, ours))
        memory.append(_memory(ours) - _memory(plain))
    return [
        Row(
            "resolve_many, 100,000 results kept", "times the comprehension", tuple(SIZES), tuple(times), (2.5, 2.5, 2.5)
        ),
        Row("... the merges alone, by `inheritance`", "times the comprehension", tuple(SIZES), tuple(merges)),
        Row("... with the garbage collector", "times the comprehension", tuple(SIZES), tuple(collected)),
        Row("memory per kept result", "bytes over the bare dict", tuple(SIZES), tuple(memory), (120, 120, 120)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
