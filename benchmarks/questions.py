"""Measure how long it takes to validate a task, find the impact of an update, and read a long history."""

import json
from collections.abc import Iterator
from pathlib import Path

from jsonschema import Draft202012Validator
from referencing import Registry
from sizes import FEWER_LINES, inputs
from timing import Row, ratios

from paramcore import Impact, Patch, Plan, Project, TaskRequest, read_project, read_task_request
from paramcore.validation import Schemas, Validator

PAYLOADS = Path(__file__).parent.parent / "tests" / "validation" / "payloads"
TYPES = ("imageannotation", "textcollection")
#: The params that the task sets; the project sets the others.
TASK = ("attachment", "attachments", "context_attachments", "hypothesis", "metadata", "tags", "priority")
ROUTING = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")


def measure_validation(task_type: str) -> list[float]:
    """Return the times of `Validator.task` as ratios to the time of a jsonschema validator.

    The first ratio is for `fast=True`, and the second for `fast=False`. The times do not include
    building the validators.
    """
    payloads = json.loads((PAYLOADS / f"{task_type}.json").read_text("utf-8"))["payloads"]
    merged = ({**payload.get("project", {}), **payload["task"]} for payload in payloads)
    longest = max(merged, key=lambda params: len(json.dumps(params)))
    task = {name: value for name, value in longest.items() if name in TASK}
    defaults = {name: value for name, value in longest.items() if name not in (*TASK, *ROUTING)}
    project = Project("benchmark", type=task_type, params=defaults)
    effective = project.resolve(task)
    prebuilt = Draft202012Validator(Schemas().of(task_type).document, registry=Registry())
    fast, plain, params = Validator(project, fast=True), Validator(project, fast=False), effective.params
    assert not list(prebuilt.iter_errors(params))
    assert not [finding for finding in fast.task(effective) if finding.severity == "error"]
    assert fast.task(effective) == plain.task(effective)
    return ratios(
        lambda: list(prebuilt.iter_errors(params)), lambda: fast.task(effective), lambda: plain.task(effective)
    )


def measure_impact(count: int) -> float:
    """Return the time to read requests and find the impact on them, as a ratio to the time of only reading them."""
    params, tasks = inputs("M", instruction=True)
    lines = [json.dumps(tasks[number % len(tasks)]) for number in range(count)]
    project = Project("benchmark", type="imageannotation", params=params)
    plan = Plan.of(project, Patch({"with_labels": False, "instruction": "Another text."}))

    def read_requests() -> Iterator[TaskRequest]:
        return map(read_task_request, map(json.loads, lines))

    assert Impact.of(plan, read_requests()).affected == count
    return ratios(lambda: sum(1 for _ in read_requests()), lambda: Impact.of(plan, read_requests()), rounds=5)[0]


def measure_reading(count: int) -> float:
    """Return the time to decode and read a project, as a ratio to the time of only decoding it."""
    params, tasks = inputs("M", instruction=True)
    versions = [{**params, **tasks[number % len(tasks)]} for number in range(count)]
    dated = [{"version": n, "created_at": "2024-03-04T09:12:41.643Z", **held} for n, held in enumerate(versions)]
    text = json.dumps({"name": "long", "type": "imageannotation", "param_history": dated})
    assert [version.params for version in read_project(json.loads(text)).versions] == versions
    return ratios(lambda: json.loads(text), lambda: read_project(json.loads(text)), rounds=5)[0]


def rows() -> list[Row]:
    """Run the measurements and return their rows."""
    unit, requests = "jsonschema validator, built once", FEWER_LINES // 5
    fast, plain = zip(*map(measure_validation, TYPES), strict=True)
    return [
        Row("validate one task, `fast`", unit, TYPES, fast, (0.02, 0.02)),
        Row("validate one task, plain", unit, TYPES, plain, (0.4, 0.4)),
        Row(
            f"impact of an update on {requests:,} requests",
            "reading the requests",
            ("M",),
            (measure_impact(requests),),
            (3,),
        ),
        Row("read 10,000 versions", "`json.loads`", ("M",), (measure_reading(10_000),), (4,)),
    ]
