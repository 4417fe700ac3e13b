"""Measure a resolve over the bare merge, `{**project, **task}`.

- `inheritance`: the bound merge for hot loops.
- `resolve`: the result for a `TaskRequest` that exists already.
- `resolve (mapping)`: the result for a mapping, which is checked and copied first.
- `sources`: where each param of a result comes from.
- `deepcopy + update`: the usual safe merge; `resolve (mapping)` may take a quarter of its time.

The time of an empty loop is subtracted from each.
"""

import copy
from collections.abc import Callable

from sizes import SIZES, inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest

#: Times the bare merge, per size; those of `inheritance` without and with an instruction to join.
TARGETS = {"resolve": (4.5, 4, 3.5), "sources": (4, 4, 3.5)}
INHERITANCE = {False: (1.5, 1.4, 1.3), True: (1.9, 1.75, 1.5)}


def _candidates(size: str, *, instruction: bool) -> dict[str, Callable[[], object]]:
    params, tasks = inputs(size, instruction=instruction)
    project = Project("benchmark", type="imageannotation", params=params)
    requests = [TaskRequest(task) for task in tasks]
    inheritance = project.inheritance()

    expected = [{**params, **task} for task in tasks]
    if instruction:
        expected = [
            {**merged, "instruction": f"{task['instruction']}\n{params['instruction']}"}
            for merged, task in zip(expected, tasks, strict=True)
        ]
    assert [inheritance(task) for task in tasks] == expected
    results = [project.resolve(request) for request in requests]
    assert [result.params for result in results] == expected
    assert [project.resolve(task).params for task in tasks] == expected
    assert all(set(result.sources) == set(result.params) for result in results)

    def merge() -> None:
        for task in tasks:
            {**params, **task}

    def bound() -> None:
        for task in tasks:
            inheritance(task)

    def resolve() -> None:
        for request in requests:
            project.resolve(request)

    def resolve_mapping() -> None:
        for task in tasks:
            project.resolve(task)

    def sources() -> None:
        for result in results:
            result.sources

    def deepcopy_update() -> None:
        for task in tasks:
            copy.deepcopy(params).update(task)

    def empty() -> None:
        for _ in tasks:
            pass

    return {
        "bare merge": merge,
        "empty loop": empty,
        "inheritance": bound,
        "resolve": resolve,
        "sources": sources,
        "resolve (mapping)": resolve_mapping,
        "deepcopy + update": deepcopy_update,
    }


def rows() -> list[Row]:
    """Measure."""
    found = []
    for instruction in (False, True):
        joined = "an instruction to join" if instruction else "no instruction to join"
        measured = {size: ratios(_candidates(size, instruction=instruction), empty="empty loop") for size in SIZES}
        targeted = {**TARGETS, "inheritance": INHERITANCE[instruction]}
        # The first two are the bare merge and the empty loop.
        for name in list(measured["S"])[2:]:
            targets = targeted.get(name)
            if name == "resolve (mapping)":
                targets = tuple(measured[size]["deepcopy + update"] / 4 for size in SIZES)
            values = tuple(measured[size][name] for size in SIZES)
            found.append(Row(f"{name}, {joined}", "times the bare merge", tuple(SIZES), values, targets))
    return found


if __name__ == "__main__":
    print(*rows(), sep="\n")
