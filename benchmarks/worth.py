"""
What is each short cut worth: how long does the same take without it, over with it?

Every row is one that is in the code, against the plain way that it stands for:
either that way is written here, or the short cut is cut out of the function's own
source.  The answers are the same, where answers of their kind can be.  A first
look at lines is measured in `bulk`, what is imported late in `startup`.  What
brings less than a twentieth is to go.
"""

import inspect
import json
import os
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import MethodType

from attrs import frozen
from paramcore.values.freeze import _admitted
from sizes import inputs
from timing import Row, ratios

from paramcore import Project, TaskRequest, values
from paramcore.files.document import _first_too_deep, decode_plain_object
from paramcore.files.positions import JSONLocator, Lines, TokenLocator, iter_tokens
from paramcore.files.reader import Line
from paramcore.files.writer import write_atomically
from paramcore.first_look import FirstLook
from paramcore.model.effective import effective
from paramcore.model.inheritance import Inheritance
from paramcore.model.tasks import ROUTING_NAMES
from paramcore.previews import Previews, _as_json, _members
from paramcore.text import escape_unprintable
from paramcore.values.frozen import _same, freeze, wrap_frozen
from paramcore.values.params import freeze_params

#: Their answers are of two kinds, or of one that equals only itself.
INCOMPARABLE = frozenset(
    {
        "a result without a constructor",
        "... without one by attrs",
        "params that are sealed when somebody looks",
        "a line whose fields can be set",
    }
)

Pairs = Iterator[tuple[str, Callable[[], object], Callable[[], object]]]


def _cut(function: Callable, was: str, instead: str, **known: object) -> Callable:
    """Return a function as its source would make it with a piece of it replaced; `known` are further names."""
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(was) == 1, was
    made = {**vars(sys.modules[function.__module__]), **known}
    exec(source.replace(was, instead), made)
    return made[function.__name__]


def _engine() -> Pairs:
    params, tasks = inputs("M", instruction=True)
    project = Project("benchmark", type="imageannotation", params=params)
    flat = {**tasks[0], "unique_id": "u-1"}
    own, request = freeze(tasks[0]), TaskRequest(tasks[0])
    assert TaskRequest.from_flat(flat) == TaskRequest(own, unique_id="u-1")

    def constructed() -> TaskRequest:
        frozen_flat = freeze(flat)
        params = wrap_frozen({name: value for name, value in frozen_flat.items() if name not in ROUTING_NAMES})
        return TaskRequest(params, unique_id=frozen_flat["unique_id"])

    yield "a request filled open, then closed", constructed, lambda: TaskRequest.from_flat(flat)

    @frozen
    class Frozen:
        project: Project
        task: TaskRequest
        inheritance: Inheritance
        params: dict

    class Initialized:
        __slots__ = ("_inheritance", "_params", "_project", "_task")

        def __init__(self, project: Project, task: TaskRequest, inheritance: Inheritance, params: dict) -> None:
            self._project = project
            self._task = task
            self._inheritance = inheritance
            self._params = params

    bound = project.resolve(request).bound

    def result(kind: type) -> object:
        if request.project is not None or request.type is not None:
            project.check(request)
        return kind(project, request, bound, bound.merge(request.params))

    assert result(Frozen).params == effective(project, request, bound).params
    yield "a result without a constructor", lambda: result(Initialized), lambda: effective(project, request, bound)
    yield "... without one by attrs", lambda: result(Frozen), lambda: effective(project, request, bound)
    checked = _cut(effective, "if task.project is not None or task.type is not None:", "if True:", Project=Project)
    yield (
        "a request for no certain project, not checked for it",
        lambda: checked(project, request, bound),
        lambda: effective(project, request, bound),
    )
    yield (
        "params that are sealed when somebody looks",
        lambda: effective(project, request, bound).params,
        lambda: effective(project, request, bound),
    )
    yield (
        "a version that is bound once",
        lambda: Inheritance(project.latest, project.assumptions).merge(request.params),
        lambda: bound.merge(request.params),
    )
    asking = "if type(own) is not str:\n        check_instruction(own)\n    if own:"
    first, merge = MethodType(_cut(Inheritance.merge, "if own:", asking), bound), bound.merge
    yield (
        "text that is joined, and asked about where it cannot be",
        lambda: [first(task) for task in tasks],
        lambda: [merge(task) for task in tasks],
    )
    anew = _cut(Inheritance.sources, "if self._sources is None:", "if True:")
    yield "sources of a version, made once", lambda: anew(bound, own), lambda: bound.sources(own)
    laid = 'for name in params:\n        sources[name] = "task"'
    at_once = _cut(Inheritance.sources, laid, 'sources.update(dict.fromkeys(params, "task"))')
    yield "sources of a task, laid over one by one", lambda: at_once(bound, own), lambda: bound.sources(own)


def _door() -> Pairs:
    params, tasks = inputs("M", instruction=True)
    flat, own = {**tasks[0], "unique_id": "u-1"}, freeze(tasks[0])
    general = _cut(_admitted, "if type(value) is dict:", "if False:")
    yield (
        "the door: params that come in without a round for their holder",
        lambda: general(flat),
        lambda: _admitted(flat),
    )
    for what, was, instead in (
        ("the door: names in ASCII, not searched", "or not place.isascii()", "or True"),
        ("the door: texts in ASCII, not searched", "inner.isascii() or not _has", "not _has"),
    ):
        searched = _cut(_admitted, was, instead)
        yield what, lambda searched=searched: searched(flat), lambda: _admitted(flat)
    snapshots = {**values._SNAPSHOTS, list: values._array}
    looked_up = _cut(values._snapshot, "_SNAPSHOTS.get", "snapshots.get", snapshots=snapshots)
    asked = _cut(_admitted, "if kind is list:", "if False:", _snapshot=looked_up)
    lists = {name: [name] for name in flat}
    yield "the door: arrays taken without a look at how", lambda: asked(lists), lambda: _admitted(lists)
    mapping = _cut(freeze_params, "type(params) not in _OBJECTS and ", "")
    yield "the door: an exact type asked for first", lambda: mapping(own), lambda: freeze_params(own)
    scalar = _cut(freeze, "if kind in _FROZEN or (kind is str and value.isascii()):", "if False:")
    yield "the door: text and what is frozen, let in at once", lambda: scalar("some text"), lambda: freeze("some text")
    shown_text = params["instruction"]
    escaped = _cut(escape_unprintable, "text if text.isprintable() else ", "")
    yield (
        "text that prints, not escaped letter by letter",
        lambda: escaped(shown_text),
        lambda: escape_unprintable(shown_text),
    )
    other = freeze(json.loads(json.dumps(params)))
    unlike = _cut(_same, "if one is two:", "if False:")
    assert unlike(other, freeze(params))
    yield "the very same value, not looked into", lambda: unlike(other, other), lambda: _same(other, other)


def _lines() -> Pairs:
    params, tasks = inputs("M", instruction=True)
    project = Project("benchmark", type="imageannotation", params=params)
    flat = {**tasks[0], "unique_id": "u-1"}
    line = json.dumps(flat)
    data = line.encode()
    scanned = _cut(_first_too_deep, 'if text.count("[") + text.count("{") <= depth:', "if False:")
    yield (
        "levels, where there are too few brackets for them",
        lambda: scanned(line, 100),
        lambda: _first_too_deep(line, 100),
    )
    looked = _cut(decode_plain_object, '"\\\\" in text and ', "")
    yield "escapes, where there is no backslash", lambda: looked(data), lambda: decode_plain_object(data)
    sealed_line = frozen(type("Line", (), {"__annotations__": dict(Line.__annotations__)}))
    assert sealed_line(1, "lines", data, 1).data == Line(1, "lines", data, 1).data
    yield (
        "a line whose fields can be set",
        lambda: sealed_line(1, "lines", data, 1),
        lambda: Line(1, "lines", data, 1),
    )
    first = FirstLook(lambda _: project, {})
    anew = _cut(FirstLook.at, "self._targets.get(key) or ", "")
    assert first.at(data)[0] == anew(first, data)[0]
    yield "where requests go, found once", lambda: anew(first, data), lambda: first.at(data)
    metadata = flat["metadata"]
    yield "an encoder that is made once", lambda: json.dumps(metadata), lambda: _as_json(metadata)
    previews = Previews()
    own, target = first.at(data)
    yield "a version encoded once", lambda: Previews().answer(own, target), lambda: previews.answer(own, target)
    spoken = _cut(Previews.answer, "bound.beside.get(kind) or ", "")
    yield (
        "what is said beside the params, said once",
        lambda: spoken(previews, own, target),
        lambda: previews.answer(own, target),
    )
    alike = _cut(_members, "encoded_text(value) if type(value) is str else _as_json(value)", "_as_json(value)")
    assert alike(params) == _members(params)
    yield "texts encoded by themselves", lambda: alike(flat), lambda: _members(flat)


def _places(place: Path) -> Pairs:
    params, tasks = inputs("M", instruction=True)
    line = json.dumps({**tasks[0], "unique_id": "u-1"})
    path = "/unique_id"
    yield (
        "a place that is jumped to",
        lambda: TokenLocator(iter_tokens(line)).find(path),
        lambda: JSONLocator(line).find(path),
    )
    history = json.dumps({"name": "b", "param_history": [params] * 200})
    # In the order that findings have: by their paths.
    paths = sorted(f"/param_history/{number}/priority" for number in range(200))

    def remembered() -> list:
        places = JSONLocator(history)
        return [places.find(one) for one in paths]

    yield (
        "the places of 200 findings, what was read remembered",
        lambda: [JSONLocator(history).find(one) for one in paths],
        remembered,
    )
    several = "".join(f"{json.dumps(params)}\n" for _ in range(200))
    offsets = [place for place, letter in enumerate(several) if letter == "\n"]

    def counted_on() -> list:
        lines = Lines(several)
        return [lines.position(one) for one in offsets]

    yield (
        "the lines of 200 findings, counted from the last one on",
        lambda: [Lines(several).position(one) for one in offsets],
        counted_on,
    )
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
        write_atomically(str(place / "whole"), pieces)

    written_singly()
    written()
    assert (place / "whole").read_text() == (place / "singly").read_text()
    yield "a file of a thousand answers, written in large pieces", written_singly, written


def rows() -> list[Row]:
    """Measure."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        for what, plain, ours in (*_engine(), *_door(), *_lines(), *_places(Path(name))):
            assert what in INCOMPARABLE or plain() == ours(), what
            value = ratios({"ours": ours, "plain": plain})["plain"]
            found.append(Row(what, "times as long without", ("M",), (value,), (1.05,), more_is_better=True))
    return found


if __name__ == "__main__":
    print(*rows(), sep="\n")
