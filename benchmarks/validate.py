"""Measure validating one task, over a prebuilt jsonschema validator of its effective params.

The project holds geometries and attributes, the task its image and its own params.
`jsonschema` builds its validator once and reports all errors.  Ours reports the
same, and unknown names and values that contradict each other.
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
TARGETS = {"validate, fast": 0.02, "validate, plain": 0.40}


def _candidates(name: str) -> dict[str, Callable[[], object]]:
    payloads = json.loads((PAYLOADS / f"{name}.json").read_text("utf-8"))["payloads"]
    merged = ({**payload.get("project", {}), **payload["task"]} for payload in payloads)
    longest = max(merged, key=lambda params: len(json.dumps(params)))
    for routing in ("project", "project_version", "batch", "clear_unique_id_on_error"):
        longest.pop(routing, None)
    project = Project("benchmark", type=name, params={key: value for key, value in longest.items() if key not in TASK})
    task = {key: value for key, value in longest.items() if key in TASK}
    effective = project.resolve({**task, "metadata": {"camera": 3}, "unique_id": "u-1"})
    validator = Draft202012Validator(Schemas().of(name).document, registry=Registry())
    fast, plain = Validator(project, fast=True), Validator(project, fast=False)

    params = effective.params
    assert list(validator.iter_errors(params)) == []
    assert [finding for finding in fast.task(effective) if finding.severity == "error"] == []
    assert fast.task(effective) == plain.task(effective)
    return {
        "prebuilt jsonschema": lambda: list(validator.iter_errors(params)),
        "validate, fast": lambda: fast.task(effective),
        "validate, plain": lambda: plain.task(effective),
    }


def rows() -> list[Row]:
    """Measure."""
    measured = {name: ratios(_candidates(name)) for name in TYPES}
    return [
        Row(
            name,
            "times prebuilt jsonschema",
            TYPES,
            tuple(measured[task_type][name] for task_type in TYPES),
            (target,) * len(TYPES),
        )
        for name, target in TARGETS.items()
    ]


if __name__ == "__main__":
    print(*rows(), sep="\n")
