"""
What does a resolve cost over the bare merge?

The floor is `{**project, **task}`.  `inheritance` is the bound merge for hot
loops, `resolve` the whole answer from a request made before, `resolve (mapping)`
the same with every check at the door, and `deepcopy + update` what people write
to be safe.
"""

import copy
from collections.abc import Callable

from sizes import SIZES, inputs
from timing import ratios, table

from paramcore import Project, TaskRequest


def _candidates(size: str, *, instruction: bool) -> dict[str, Callable[[], object]]:
    params, tasks = inputs(size, instruction=instruction)
    project = Project("benchmark", type="imageannotation", params=params)
    requests = [TaskRequest(task) for task in tasks]
    inheritance = project.inheritance()
    count = len(tasks)

    expected = [{**params, **task} for task in tasks]
    if instruction:
        expected = [
            {**one, "instruction": f"{task['instruction']}\n{params['instruction']}"}
            for one, task in zip(expected, tasks, strict=True)
        ]
    assert [inheritance(task) for task in tasks] == expected
    assert [project.resolve(request).params for request in requests] == expected
    assert [project.resolve(task).params for task in tasks] == expected

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

    def deepcopy_update() -> None:
        for task in tasks:
            copy.deepcopy(params).update(task)

    assert count == len(requests)
    return {
        "bare merge": merge,
        "inheritance": bound,
        "resolve": resolve,
        "resolve (mapping)": resolve_mapping,
        "deepcopy + update": deepcopy_update,
    }


def main() -> None:
    """Print the tables."""
    for instruction in (False, True):
        measured = {size: ratios(_candidates(size, instruction=instruction)) for size in SIZES}
        rows = {name: {size: measured[size][name] for size in SIZES} for name in measured["S"]}
        print(table(f"times the bare merge, {'an' if instruction else 'no'} instruction to join", rows, SIZES))
        print()


if __name__ == "__main__":
    main()
