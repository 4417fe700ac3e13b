"""
What do 100,000 results cost, held: in time over the plain comprehension, in memory over the bare dict?

The collector is paused in both, and once not.  Memory is what `tracemalloc` sees.
"""

import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable, Iterable

from sizes import SIZES, inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest

RESULTS = 100_000


def _memory(make: Callable[[], list]) -> float:
    gc.collect()
    tracemalloc.start()
    held = make()
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / len(held)


def _collected(plain: Callable[[], list], ours: Callable[[], list]) -> float:
    """Return the median ratio while the collector runs, which `timing` pauses."""
    found = []
    for _ in range(7):
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
        params, several = inputs(size)
        tasks = [several[number % len(several)] for number in range(RESULTS)]
        requests = [TaskRequest(task) for task in several]
        many = [requests[number % len(requests)] for number in range(RESULTS)]
        project = Project("benchmark", type="imageannotation", params=params)

        def plain(tasks: Iterable[dict] = tasks, params: dict = params) -> list:
            return [{**params, **task} for task in tasks]

        def ours(many: Iterable[TaskRequest] = many, project: Project = project) -> list:
            return list(project.resolve_many(many))

        def alone(many: Iterable[TaskRequest] = many, project: Project = project) -> list:
            merge = project.inheritance()
            return [merge(request.params) for request in many]

        assert alone() == plain()
        assert [one.params for one in ours()[: len(several)]] == plain()[: len(several)]
        took = ratios({"plain": plain, "ours": ours, "alone": alone}, rounds=7)
        times.append(took["ours"])
        merges.append(took["alone"])
        collected.append(_collected(plain, ours))
        memory.append(_memory(ours) - _memory(plain))
    return [
        Row("resolve_many, 100,000 held", "times the comprehension", tuple(SIZES), tuple(times), (2.0, 2.0, 2.2)),
        Row("... their merges alone, by `inheritance`", "times the comprehension", tuple(SIZES), tuple(merges)),
        Row("... beside the collector", "times the comprehension", tuple(SIZES), tuple(collected)),
        Row("memory per held result", "bytes over the bare dict", tuple(SIZES), tuple(memory), (120, 120, 120)),
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
