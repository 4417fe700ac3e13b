"""Laws X: an extraction is exact and minimal, and does not depend on the order of the tasks."""

from __future__ import annotations

from typing import Any

from attrs import asdict
from hypothesis import given, settings, strategies as st

from paramcore import Assumptions, Extraction
from tests import naive_extraction as naive

NAME = "docks"
#: Values that are equal in Python, look alike, or are long enough to be worth moving.
VALUES = (1, 1.0, True, "1", None, "", 0, -0.0, [1], [1.0], {"a": 1, "b": 2}, {"b": 2, "a": 1}, "boxes of the yard")
INSTRUCTIONS = (
    *("Q", "N\nQ", "Q\nQ", "\nQ", "\n\nQ", "N\n\nQ", "Q ", "R\nQ", "N R", "x Q", "\n", "", None),
    *("Long rules.", "N\nLong rules.", "M\nN\nLong rules.", "Long rules.\n"),
)
NAMES = ("padding", "geometries", "with_labels", "attachment", "created_at")


@st.composite
def settings_of(draw: st.DrawFn) -> dict[str, str]:
    return {
        "instruction_separator": draw(st.sampled_from(["\n", "\n\n", " ", ""])),
        "empty_instruction": draw(st.sampled_from(["leave out", "join"])),
        "instruction_rule": draw(st.sampled_from(["append", "override"])),
    }


@st.composite
def tasks_of(draw: st.DrawFn, max_size: int = 5) -> list[dict[str, Any]]:
    """Draw requests with few different values, so that some requests share values."""
    values = st.sampled_from(draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=3)))
    texts = st.sampled_from(draw(st.lists(st.sampled_from(INSTRUCTIONS), min_size=1, max_size=4)))
    params = st.dictionaries(st.sampled_from(NAMES), values, max_size=4)
    task = st.tuples(params, st.none() | st.tuples(texts))
    drawn = draw(st.lists(task, max_size=max_size))
    return [own if text is None else {**own, "instruction": text[0]} for own, text in drawn]


def extract(tasks: list[dict[str, Any]], chosen: dict[str, str], **options: Any) -> Extraction:
    return Extraction.of(tasks, name=NAME, type="imageannotation", assumptions=Assumptions(**chosen), **options)


@given(tasks=tasks_of(), chosen=settings_of())
def test_each_request_is_exact(tasks: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """X1, X11: each slim request gives the params of the original request, and names the project."""
    extraction = extract(tasks, chosen)
    for task, request in zip(tasks, extraction.requests(tasks), strict=True):
        assert naive.equal(dict(extraction.project.resolve(request).params), task)
        assert request.project == NAME
        assert request.project_version in (None, -1)


@settings(max_examples=60)
@given(tasks=tasks_of(4), chosen=settings_of())
def test_the_total_is_minimal(tasks: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """X2: no other params of the project would give a smaller total number of bytes."""
    extraction = extract(tasks, chosen)
    assert extraction.minimal
    assert extraction.bytes_after == naive.total(dict(extraction.params), tasks, chosen, NAME)
    assert extraction.bytes_after == naive.find_smallest(tasks, chosen, NAME)


#: Values of few different sizes, so that several choices often have the same total.
TIED = (1, 12, 1.5, "a", "\u00e9", {"a": 1, "b": 2}, {"b": 2, "a": 1})


@given(
    st.lists(st.tuples(st.dictionaries(st.sampled_from("pq"), st.sampled_from(TIED)), st.integers(1, 9)), max_size=4)
)
def test_ties_are_decided_as_specified(repeated: list[tuple[dict[str, Any], int]]) -> None:
    """X2: among equal totals, the fewest opt-outs win, then the fewest params, then the JSON text that sorts first."""
    tasks = [task for task, count in repeated for _ in range(count)]
    chosen = asdict(Assumptions())
    extraction = extract(tasks, chosen)
    best = naive.find_best(tasks, chosen, NAME)
    assert naive.dump(dict(sorted(extraction.params.items()))) == naive.dump(best)


@given(tasks=tasks_of(), chosen=settings_of())
def test_each_moved_param_makes_the_total_smaller(tasks: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """X3, X4: if one moved param is left out, the total is larger. At least two tasks inherit each moved param."""
    extraction = extract(tasks, chosen)
    for moved in extraction.moved:
        fewer = {name: value for name, value in extraction.params.items() if name != moved.param}
        assert naive.total(fewer, tasks, chosen, NAME) > extraction.bytes_after
        assert moved.inherited + moved.cut >= 2


@given(tasks=tasks_of(), chosen=settings_of(), data=st.data())
def test_the_order_does_not_matter(tasks: list[dict[str, Any]], chosen: dict[str, str], data: st.DataObject) -> None:
    """X7: the order of the tasks does not change the project or the total."""
    shuffled = data.draw(st.permutations(tasks))
    first, second = extract(tasks, chosen), extract(shuffled, chosen)
    assert naive.dump(sorted(first.params.items())) == naive.dump(sorted(second.params.items()))
    assert (first.bytes_after, first.opt_outs) == (second.bytes_after, second.opt_outs)


@given(tasks=tasks_of(), chosen=settings_of())
def test_names_that_describe_a_task_stay(tasks: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """X6: some params move only if `move` lists them. A param that `keep` lists stays."""
    assert not naive.STAYING & extract(tasks, chosen).params.keys()
    moving = extract(tasks, chosen, move=["attachment"])
    assert not (naive.STAYING - {"attachment"}) & moving.params.keys()
    assert not moving.params.keys() & extract(tasks, chosen, keep=list(moving.params)).params.keys()


@given(tasks=tasks_of(), chosen=settings_of())
def test_a_second_extraction_changes_nothing(tasks: list[dict[str, Any]], chosen: dict[str, str]) -> None:
    """X10: the slim requests name a project, so a second extraction sets all of them aside."""
    sent = list(extract(tasks, chosen).requests(tasks))
    again = extract([dict(request.flat) for request in sent], chosen)
    assert list(again.requests(sent)) == sent
    assert sum(reason.tasks.count for reason in again.set_aside) == len(tasks)
    assert again.params == {}
