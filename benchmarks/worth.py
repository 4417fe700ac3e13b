"""
What is each short cut worth: how long does the same take without it, over with it?

Every row is one that is in the code, against the plain way that it stands for:
the answers are the same.  A first look at lines is measured in `bulk`, what the
judge keeps of a version in `validate`.  Below 1 a short cut would be none.
"""

import copy
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from sizes import inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest
from paramcore.documents import write_whole
from paramcore.inheritance import Inheritance
from paramcore.positions import Token, offset_of, tokens
from paramcore.previews import _encoded
from paramcore.tasks import ROUTING_NAMES
from paramcore.validation.checks import _compact
from paramcore.validation.judge import Judge
from paramcore.values import freeze, same, sealed


def _pairs(place: Path) -> dict[str, tuple[Callable[[], object], Callable[[], object]]]:
    """Return each short cut: the plain way, and ours."""
    params, tasks = inputs("M", instruction=True)
    project = Project("benchmark", type="imageannotation", params=params)
    flat = {**tasks[0], "unique_id": "u-1"}
    own, request = freeze(tasks[0]), TaskRequest(tasks[0])
    assert TaskRequest.from_flat(flat) == TaskRequest(own, unique_id="u-1")

    def constructed() -> TaskRequest:
        frozen = freeze(flat)
        params = sealed({name: value for name, value in frozen.items() if name not in ROUTING_NAMES})
        return TaskRequest(params, unique_id=frozen["unique_id"])

    def rebound() -> dict:
        return Inheritance.of(project.latest, project.assumptions).merge(request.params)

    inheritance = project.inheritance()
    assert rebound() == inheritance(request.params)

    judge, one_by_one = Judge(project, fast=True), Judge(project, fast=True)
    one_by_one._rules = copy.copy(judge._rules)
    one_by_one._rules._fast_whole = None
    bound = project.resolve(request).bound
    assert judge.params(own, bound) == one_by_one.params(own, bound)

    line = json.dumps(flat)

    def walked(text: str):
        for token in tokens(text):
            yield Token(*token)

    assert offset_of(line, "/unique_id", walked) == offset_of(line, "/unique_id", tokens)

    metadata, longer = own["metadata"], [("x" * number, "x" * number + "y") for number in range(50)]
    pieces = [json.dumps(params) + "\n"] * 1_000

    def written_singly() -> None:
        beside = place / "beside"
        with beside.open("w", encoding="utf-8", newline="") as stream:
            for piece in pieces:
                stream.write(piece)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(place / "singly")

    def written() -> None:
        write_whole(str(place / "whole"), pieces)

    written_singly()
    written()
    assert (place / "whole").read_text() == (place / "singly").read_text()
    assert json.dumps(params) == _encoded(params)
    return {
        "a request from its flat form, without the checks of its constructor": (
            constructed,
            lambda: TaskRequest.from_flat(flat),
        ),
        "a version that is bound once": (rebound, lambda: inheritance(request.params)),
        "params that are sealed when somebody looks": (
            lambda: project.resolve(request).params,
            lambda: project.resolve(request),
        ),
        "params that come in by themselves, not in an array": (lambda: freeze([flat]), lambda: freeze(flat)),
        "an encoder that is made once": (lambda: json.dumps(metadata), lambda: _encoded(metadata)),
        "all of a task's params, asked about at once": (
            lambda: one_by_one.params(own, bound),
            lambda: judge.params(own, bound),
        ),
        "metadata that is short for sure": (
            lambda: len(_compact(metadata).encode()) > 10_240,
            lambda: 4 * len(repr(metadata)) > 10_240,
        ),
        "what differs to Python, not compared as JSON": (
            lambda: [same(one, two) for one, two in longer],
            lambda: [one == two and same(one, two) for one, two in longer],
        ),
        "a place that is jumped to": (
            lambda: offset_of(line, "/unique_id", walked),
            lambda: offset_of(line, "/unique_id", tokens),
        ),
        "a file of a thousand answers, written in large pieces": (written_singly, written),
    }


def rows() -> list[Row]:
    """Measure."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        for what, (plain, ours) in _pairs(Path(name)).items():
            value = ratios({"ours": ours, "plain": plain})["plain"]
            found.append(Row(what, "times as long without", ("M",), (value,), (1.0,), more_is_better=True))
    return found


if __name__ == "__main__":
    print(*rows(), sep="\n")
