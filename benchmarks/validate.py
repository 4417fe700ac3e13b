"""
What does judging one task cost, over a prebuilt jsonschema validator that judges its effective params whole?

The project is a real-sized one: it holds the shapes and attributes, the task its
image and what is its own.  `jsonschema` builds its validator once and reports all
errors; the judge finds the same and more (unknown names, values against one
another, lint apart), and judges what the task does not set once per version.
"""

import json
from collections.abc import Callable
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry
from timing import Row, ratios

from paramcore import Project
from paramcore.validation.schema import Schemas
from paramcore.validation.validator import Validator

PAYLOADS = Path(__file__).parent.parent / "tests" / "validation" / "payloads"
TYPES = ("imageannotation", "textcollection")
TASK = ("attachment", "attachments", "context_attachments", "hypothesis", "metadata", "unique_id", "tags", "priority")
TARGETS = {"judge, fast": 0.02, "judge, plain": 0.40}


def _candidates(name: str) -> dict[str, Callable[[], object]]:
    payloads = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))["payloads"]
    whole = max(({**one.get("project", {}), **one["task"]} for one in payloads), key=lambda one: len(json.dumps(one)))
    for routing in ("project", "project_version", "batch", "clear_unique_id_on_error"):
        whole.pop(routing, None)
    project = Project("benchmark", type=name, params={key: value for key, value in whole.items() if key not in TASK})
    task = {key: value for key, value in whole.items() if key in TASK}
    effective = project.resolve({**task, "metadata": {"camera": 3}, "unique_id": "u-1"})
    validator = Draft202012Validator(Schemas().of(name).document, registry=Registry())
    fast, plain = Validator(project, fast=True), Validator(project, fast=False)

    params = effective.params
    assert list(validator.iter_errors(params)) == []
    assert [one for one in fast.task(effective) if one.severity == "error"] == []
    assert fast.task(effective) == plain.task(effective)
    return {
        "prebuilt jsonschema": lambda: list(validator.iter_errors(params)),
        "judge, fast": lambda: fast.task(effective),
        "judge, plain": lambda: plain.task(effective),
    }


def rows() -> list[Row]:
    """Measure."""
    measured = {name: ratios(_candidates(name)) for name in TYPES}
    return [
        Row(
            name,
            "times prebuilt jsonschema",
            TYPES,
            tuple(measured[one][name] for one in TYPES),
            (target,) * len(TYPES),
        )
        for name, target in TARGETS.items()
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
