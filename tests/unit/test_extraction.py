"""Extractions: which values move to a project, which stay in the requests, and why."""

import pickle
import random

import pytest

from paramcore import Assumptions, Extraction, TaskRequest
from paramcore.analysis.extraction import counts, search
from paramcore.errors import InexactRequest, InvalidParams, InvalidSetting, ParamcoreError, WrongProject
from paramcore.model import Inheritance

RULES = "Box every truck.\nDraw around the visible part."
GEOMETRIES = {"box": {"objects_to_annotate": ["truck"], "min_width": 20}}


def make_task(number, **params):
    """Return a task request. A param whose value is `...` is left out."""
    full = {"attachment": f"https://example.com/{number}.jpg", "instruction": RULES, "geometries": GEOMETRIES}
    return {name: value for name, value in {**full, **params}.items() if value is not ...}


def extract(tasks, **options):
    return Extraction.of(tasks, name="yard", type="imageannotation", **options)


def describe(results):
    return {result.param: str(result) for result in results}


def test_shared_values_move_and_the_rest_stays():
    """Values that all tasks share move to the project, and so do the lines with which all instructions end."""
    tasks = [make_task(1), make_task(2, instruction=f"Night.\n{RULES}"), make_task(3, padding=5)]
    extraction = extract(tasks)
    assert extraction.params == {"geometries": GEOMETRIES, "instruction": RULES}
    assert [dict(request.flat) for request in extraction.requests(tasks)] == [
        {"project": "yard", "attachment": "https://example.com/1.jpg"},
        {"project": "yard", "attachment": "https://example.com/2.jpg", "instruction": "Night."},
        {"project": "yard", "attachment": "https://example.com/3.jpg", "padding": 5},
    ]
    assert describe(extraction.moved)["instruction"] == "2 inherit it, 1 has text of its own before it"


def test_a_task_that_lacks_a_param_opts_out():
    """A task that cannot inherit sends all of its params and `project_version: -1`. Each reason has a count."""
    tasks = [*(make_task(n) for n in range(9)), make_task(9, geometries=..., instruction=f"{RULES}\n")]
    extraction = extract(tasks)
    assert (extraction.opt_outs, extraction.minimal) == (1, True)
    assert dict(extraction.request_of(tasks[9]).flat) == {"project": "yard", "project_version": -1, **tasks[9]}
    assert describe(extraction.opted_out) == {
        "instruction": "1 would get a different instruction (line 10), 1 of them only because of white space (line 10)",
        "geometries": "1 lacks it (line 10)",
    }


def test_another_end_is_not_nearly_the_same():
    """If an instruction differs from the common ending in more than white space, `nearly` does not count the task."""
    tasks = [*(make_task(n) for n in range(9)), make_task(9, instruction="Count."), make_task(10, instruction=None)]
    [reason] = extract(tasks).opted_out
    assert (reason.tasks.count, reason.nearly.count) == (2, 0)


def test_a_value_that_few_lack_stays_if_opting_out_costs_more():
    """The extraction lists the tasks that lack the param, and how much larger the total would be if the param moved."""
    tasks = [make_task(n, **({} if n in (2, 5) else {"padding": 5})) for n in range(9)]
    extraction = extract(tasks)
    [stays] = [param for param in extraction.stays if param.code == "some_lack_it"]
    assert (stays.param, stays.value, stays.lacking.tasks, stays.lacking.lines) == ("padding", 5, (2, 5), (3, 6))
    larger = extract([task for task in tasks if "padding" in task])
    assert "padding" in larger.params
    assert f"would make the total {stays.extra_bytes:,} bytes larger" in str(stays)
    assert stays.extra_bytes > 0


@pytest.mark.parametrize(
    ("name", "code"),
    [("attachment", "never_moves"), ("metadata", "never_moves"), ("version", "impossible"), ("padding", "kept")],
)
def test_why_a_shared_value_stays(name, code):
    """A value stays if its param stays by default, if no project can have the param, or if `keep` lists the param."""
    extraction = extract([{name: ["the same value", 1]}] * 5, keep=["padding"])
    assert [(param.param, param.code) for param in extraction.stays] == [(name, code)]
    assert extraction.params == {}


def test_a_value_that_differs_in_each_task_is_not_shared():
    """A param whose value differs in each task stays, because no two tasks share a value."""
    extraction = extract([{"padding": n} for n in range(5)])
    assert [(param.param, param.code, param.extra_bytes) for param in extraction.stays] == [
        ("padding", "not_shared", None)
    ]


def test_move_lets_an_attachment_move():
    """A param that stays by default may move if `move` lists it."""
    tasks = [{"attachment": "https://example.com/the-same.jpg", "n": n} for n in range(3)]
    assert extract(tasks, move=["attachment"]).params == {"attachment": "https://example.com/the-same.jpg"}


@pytest.mark.parametrize(
    ("routing", "code"),
    [
        ({"project": "other"}, "names_project"),
        ({"batch": "b"}, "names_batch"),
        ({"project_version": 0}, "names_version"),
        ({"project_version": -1}, "names_version"),
        ({"project": "other", "batch": "b", "project_version": 3}, "names_project"),
    ],
)
def test_a_request_with_a_project_batch_or_version_is_set_aside(routing, code):
    """X9: a request that names a project, a batch or a version stays unchanged, and does not affect what moves."""
    tasks = [make_task(1), make_task(2), {**make_task(3), **routing, "extra": 1}]
    extraction = extract(tasks)
    assert [(reason.code, reason.tasks.tasks) for reason in extraction.set_aside] == [(code, (2,))]
    assert dict(extraction.request_of(tasks[2]).flat) == {**routing, **make_task(3), "extra": 1}
    assert extraction.opt_outs == 0
    assert extraction.params == extract(tasks[:2]).params


def test_null_routing_names_count_as_missing():
    """A request whose `project` is null is not set aside, and the null is not sent."""
    extraction = extract([{**make_task(n), "project": None, "unique_id": f"u{n}"} for n in range(2)])
    assert extraction.set_aside == ()
    assert extraction.request_of({**make_task(0), "project": None, "unique_id": "u0"}).flat.keys() == {
        *("project", "unique_id", "attachment")
    }


def test_duplicates_count_as_tasks():
    """X8: two equal requests count as two tasks."""
    assert extract([make_task(1)] * 2).params == {"geometries": GEOMETRIES, "instruction": RULES}


@pytest.mark.parametrize("tasks", [[], [{}], [{}, {}], [make_task(1)]])
def test_nothing_moves_unless_tasks_share_a_value(tasks):
    """If no two tasks share a value, the project has no params."""
    extraction = extract(tasks)
    assert (extraction.params, extraction.moved, extraction.tasks) == ({}, (), len(tasks))
    assert "  moves " not in str(extraction)


def test_equal_values_move_in_the_shortest_spelling():
    """X7: 5 and 5.0 are equal, so the project gets the shorter spelling."""
    for tasks in ([{"padding": 5.0}, {"padding": 5}], [{"padding": 5}, {"padding": 5.0}]):
        assert repr(extract(tasks * 9).params["padding"]) == "5"


@pytest.mark.parametrize(("rule", "moved"), [("append", RULES), ("override", f"Night.\n{RULES}")])
def test_an_instruction_that_is_not_appended_moves_whole(rule, moved):
    """Under `append`, the common end of the instructions moves. Under `override`, only a whole instruction can move."""
    tasks = [make_task(n, instruction=f"Night.\n{RULES}") for n in range(5)] + [
        make_task(9, instruction=f"Day.\n{RULES}")
    ]
    assert extract(tasks, assumptions=Assumptions(instruction_rule=rule)).params["instruction"] == moved


def test_null_moves_like_a_value():
    """A null that tasks share moves to the project."""
    extraction = extract([{"a_long_param_name": None, "instruction": None}] * 9)
    assert extraction.params == {"a_long_param_name": None, "instruction": None}


@pytest.mark.parametrize(
    ("options", "error", "code"),
    [
        ({"keep": ["project"]}, InvalidParams, "param_name"),
        ({"move": ["unique_id"]}, InvalidParams, "param_name"),
        ({"move": ["version"]}, InvalidParams, "param_name"),
        ({"keep": ["created_at"]}, InvalidParams, "param_name"),
        ({"keep": [1]}, InvalidParams, "param_name"),
        ({"keep": "padding"}, InvalidSetting, "argument_type"),
        ({"keep": ["tags"], "move": ["tags"]}, InvalidSetting, "argument_type"),
    ],
)
def test_wrong_names_are_rejected(options, error, code):
    """`keep` and `move` must list names that a project's params can have. No name may be in both lists."""
    with pytest.raises(error) as raised:
        extract([], **options)
    assert raised.value.code == code


def test_tasks_that_can_only_be_read_once_are_rejected():
    """An iterator is rejected, because an extraction reads the tasks three times. No task is consumed."""
    tasks = iter([{"padding": 1}])
    with pytest.raises(InvalidSetting, match="pass a list"):
        extract(tasks)
    assert next(tasks) == {"padding": 1}


def test_a_wrong_task_is_named():
    """The path of an error begins with the index of the task."""
    with pytest.raises(ParamcoreError) as raised:
        extract([{}, {"instruction": 3}])
    assert raised.value.path == "/1/instruction"
    with pytest.raises(WrongProject) as other:
        extract([TaskRequest({}, type="comparison")])
    assert (other.value.code, other.value.path) == ("wrong_type", "/0")
    assert 'the project "yard" has the type' in other.value.problem


def test_a_param_that_would_save_nothing_stays():
    """If moving a param would not change the total, the text says so, instead of `0 bytes larger`."""
    extraction = Extraction.of([{"a" * 16: 1}] * 2 + [{"zz": 7}], name="boxes", type="imageannotation")
    [stays] = [param for param in extraction.stays if param.code == "some_lack_it"]
    assert stays.extra_bytes == 0
    assert str(stays).endswith("moving it would not make the total smaller")


def test_a_total_that_grows_is_explained():
    """If the project costs more bytes than it saves, the report says so, even if there are no requests."""
    for tasks in ([], [{"batch": "b", "attachment": "x"}], [{"padding": 1}]):
        extraction = Extraction.of(tasks, name="boxes", type="imageannotation")
        assert extraction.bytes_after > extraction.bytes_before
        assert extraction.format_end()[1].endswith("because the project costs more bytes than it saves")
    smaller = Extraction.of([{"instruction": "Box every car."}] * 9, name="boxes", type="imageannotation")
    assert "grows" not in str(smaller)


def test_a_task_request_may_have_the_type():
    """X12: a `TaskRequest` with the type of the project is accepted."""
    assert extract([TaskRequest({"padding": 1}, type="imageannotation")]).tasks == 1


def test_a_request_that_is_not_exact_is_never_returned(monkeypatch):
    """If a bug makes a computed request wrong, `InexactRequest` is raised, and no request is returned."""
    tasks = [make_task(1), make_task(2)]
    extraction = extract(tasks)
    find = Inheritance.find_own_params
    monkeypatch.setattr(Inheritance, "find_own_params", lambda self, wanted: find(self, {**wanted, "padding": 1}))
    with pytest.raises(InexactRequest, match="bug in paramcore"):
        extraction.request_of(tasks[0])
    with pytest.raises(InexactRequest):
        extract(tasks)


@pytest.mark.parametrize(
    ("text", "separator", "empty", "tails"),
    [
        ("A\nB", "\n", "leave out", [("B", False), ("A\nB", True)]),
        ("A\nB\n", "\n", "leave out", [("B\n", False), ("A\nB\n", True)]),
        ("\nB", "\n", "leave out", [("\nB", True)]),
        ("\nB", "\n", "join", [("B", True)]),
        ("A\n\n\nB", "\n\n", "leave out", [("B", False), ("\nB", False), ("A\n\n\nB", True)]),
        ("A", "\n", "join", []),
        ("\n", "\n", "join", []),
        ("A B\nC", "", "leave out", [("C", False), ("A B\nC", True)]),
    ],
)
def test_where_an_instruction_can_be_cut(text, separator, empty, tails):
    """X5: an ending begins after a separator.

    Under `leave out`, other text must precede the separator, and the whole text is an ending, too.

    If the separator is empty, an ending begins at the start of a line. The flag of an ending is true if a task that
    inherits the ending needs no instruction of its own.
    """
    assumptions = Assumptions(instruction_separator=separator, empty_instruction=empty)
    assert counts.list_tails(text, assumptions) == tails


@pytest.mark.parametrize(
    ("requests", "params"),
    [
        ([{"p": "a" * 13}] * 2 + [{"p": "zzz"}] * 3, {"p": "a" * 13}),
        ([{"p": 1}] * 8 + [{"p": 12}] * 7, {"p": 12}),
        ([{"p": 1, "q": 2}] * 8 + [{"p": 12, "q": 2}] * 7, {"p": 1, "q": 2}),
    ],
)
def test_of_equal_totals_the_first_text_wins(requests, params):
    """Of several equally good choices, the one whose JSON text sorts first is used, even if another text is shorter."""
    for tasks in (requests, requests[::-1]):
        assert Extraction.of(tasks, name="boxes", type="imageannotation").params == params


def test_overlapping_separators_count():
    """If `list_tails` leaves out an ending of a text, `has_more_tails` is true, even if separators overlap."""
    for separator, text in (("\n\n", "\n" * 100), ("aba", "ab" * 80), (".", "." * 100)):
        assumptions = Assumptions(instruction_separator=separator)
        assert len(counts.list_tails(text, assumptions)) == counts.MAX_SEPARATORS + 1
        assert counts.has_more_tails(text, assumptions)
        assert not counts.has_more_tails(text[: counts.MAX_SEPARATORS], assumptions)


class TestLimits:
    """Beyond each limit, the result is still exact, but may not be minimal."""

    @staticmethod
    def make_tasks():
        return [
            make_task(n, zone=f"zone {n % 7}", padding=n % 3, **({"shift": "night"} if n % 4 else {}))
            for n in range(40)
        ]

    def check(self, tasks):
        extraction = extract(tasks)
        assert not extraction.minimal
        assert "may not be minimal" in str(extraction)
        for task, request in zip(tasks, extraction.requests(tasks), strict=True):
            assert extraction.project.resolve(request).params == task
        assert extraction.params["geometries"] == GEOMETRIES

    def test_more_values_than_the_limit(self, monkeypatch):
        """If the tasks have more values than the limit, a value that all tasks share still moves."""
        monkeypatch.setattr(counts, "MAX_VALUES", 4)
        self.check(self.make_tasks())

    def test_more_names_than_the_limit(self, monkeypatch):
        """If the tasks have more param names than the limit, `geometries` still moves, and each request is exact."""
        monkeypatch.setattr(counts, "MAX_VALUES", 5)
        self.check([{**task, **{f"p{n}": 1 for n in range(9)}} for task in self.make_tasks()])

    def test_more_groups_than_the_limit(self, monkeypatch):
        """If the tasks form more groups than the limit, each request is still exact."""
        monkeypatch.setattr(counts, "MAX_GROUPS", 1)
        self.check(self.make_tasks())

    def test_more_separators_than_the_limit(self, monkeypatch):
        """If an instruction has more separators than the limit, each request is still exact."""
        monkeypatch.setattr(counts, "MAX_SEPARATORS", 2)
        self.check([make_task(n, instruction=f"{n}\n\n\n{RULES}") for n in range(5)])

    def test_more_closed_sets_than_the_limit(self, monkeypatch):
        """Beyond `MAX_SETS`, the search is greedy. For these tasks, it finds the same total as an exact search."""
        exact = extract(self.make_tasks())
        monkeypatch.setattr(search, "MAX_SETS", 1)
        self.check(self.make_tasks())
        assert extract(self.make_tasks()).bytes_after == exact.bytes_after

    def test_the_memo_of_values_is_bounded(self, monkeypatch):
        """Even if there are more values than the limit, equal values have the same key."""
        monkeypatch.setattr(counts, "MAX_VALUES", 2)
        keys = counts.ValueKeys()
        values = [[1], [2], [3], [1.0], [True]]
        found = [keys.find(value) for value in values]
        assert found[0] == found[3] != found[4]
        assert len(set(found)) == 4
        assert len(keys._by_text) <= 2


def test_the_json_has_the_numbers_of_tasks():
    """The JSON of a reason lists the numbers of at most 20 tasks, counted from 0."""
    tasks = [make_task(n) for n in range(200)] + [{**make_task(n), "project": "other"} for n in range(30)]
    [reason] = extract(tasks).to_json()["set_aside"]
    assert reason == {"code": "names_project", "count": 30, "tasks": list(range(200, 220))}


def test_the_repr_is_short():
    """The `repr` shows the name and the counts."""
    assert repr(extract([make_task(1), make_task(2)])) == "<Extraction of 'yard': 2 params moved, 0 of 2 opt out>"


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        [make_task(n) for n in range(3)],
        [make_task(n, **({} if n in (2, 5) else {"sizes": [5, {"a": 1}]})) for n in range(9)],
        [*(make_task(n) for n in range(9)), make_task(9, geometries=...)],
        [*(make_task(n) for n in range(9)), {**make_task(9), "project": "other"}],
    ],
)
def test_an_extraction_can_be_a_key(tasks):
    """Equal extractions have equal hashes, even if their reasons contain arrays or objects."""
    assert {extract(tasks): "first"}[extract(tasks)] == "first"
    assert hash(pickle.loads(pickle.dumps(extract(tasks)))) == hash(extract(tasks))


def test_a_notebook_shows_the_extraction():
    """A notebook shows how many params would move, and a table."""
    html = extract([make_task(1), make_task(2)])._repr_html_()
    assert "2 params would move to <code>yard</code>" in html
    assert "<table>" in html


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("version", "no project can have it"),
        ("padding", "kept, because `keep` names it"),
        ("n", "too few inheriting tasks share a value"),
    ],
)
def test_each_reason_to_stay_is_a_sentence(name, text):
    """The report says why a param stays."""
    tasks = [{name: n if name == "n" else ["the same value", 1]} for n in range(3)]
    [stays] = extract(tasks, keep=["padding"]).stays
    assert text in str(stays)


@pytest.mark.parametrize("others", [1, 5])
def test_a_param_that_only_tasks_that_opt_out_share_is_not_shared(others):
    """If only tasks that opt out share a value, the reason is that too few inheriting tasks share a value."""
    tasks = [*(make_task(n) for n in range(50)), *({"padding": 9, "n": n} for n in range(others))]
    extraction = extract(tasks)
    assert extraction.opt_outs == others
    assert "too few inheriting tasks share a value" in describe(extraction.stays)["padding"]


def test_an_instruction_that_stays_is_shown():
    """If an instruction stays, the reason shows the most frequent ending of the instructions."""
    tasks = [make_task(n, instruction="Count." if n < 2 else f"{n}") for n in range(9)]
    stays = describe(extract(tasks).stays)
    assert stays["instruction"].endswith(': "Count."')
    assert "would get a different instruction" in stays["instruction"]


def test_a_task_that_opts_out_is_described_as_json():
    """The JSON of a reason names the param, the code and the tasks."""
    tasks = [*(make_task(n) for n in range(9)), make_task(9, geometries=...)]
    [reason] = extract(tasks).to_json()["opted_out"]
    empty = {"count": 0, "tasks": []}
    assert reason == {"param": "geometries", "code": "would_be_inherited", "count": 1, "tasks": [9], "nearly": empty}


def test_the_greedy_search_leaves_tasks_out(monkeypatch):
    """If two tasks each lack a shared param, both opt out in the greedy search, as in the exact search."""
    shared = {"rules": ["a long value that most tasks share"] * 9, "zones": ["another long value"] * 9}
    tasks = [make_task(n, **shared) for n in range(20)]
    tasks += [make_task(20, rules=shared["rules"]), make_task(21, zones=shared["zones"])]
    exact = extract(tasks)
    monkeypatch.setattr(search, "MAX_SETS", 1)
    greedy = extract(tasks)
    assert (exact.minimal, greedy.minimal) == (True, False)
    assert (greedy.params, greedy.opt_outs, greedy.bytes_after) == (exact.params, 2, exact.bytes_after)


def draw_tasks(seed, *, names, count):
    """Return random requests, in which most params occur in most requests."""
    draw = random.Random(seed)
    return [{f"n{n}": draw.choice((1, "value")) for n in range(names) if draw.random() < 0.9} for _ in range(count)]


@pytest.mark.parametrize("starts", [1, 2, 5])
def test_few_starts_of_a_greedy_search(monkeypatch, starts):
    """In a greedy search, no param that stays would save bytes, and the order of the tasks does not matter."""
    monkeypatch.setattr(search, "MAX_SETS", 1)
    monkeypatch.setattr(search, "MAX_STARTS", starts)
    for seed in range(40):
        tasks = draw_tasks(seed, names=8, count=12)
        extraction, shuffled = extract(tasks), extract(random.Random(seed).sample(tasks, len(tasks)))
        assert not extraction.minimal
        assert all(stay.extra_bytes is None or stay.extra_bytes >= 0 for stay in extraction.stays)
        assert (extraction.params, extraction.bytes_after) == (shuffled.params, shuffled.bytes_after)


@pytest.mark.parametrize(
    ("tasks", "is_minimal"),
    [
        ([{f"n{n}": 1 for n in range(12) if subset >> n & 1} for subset in range(4_096)], True),
        (draw_tasks(1, names=150, count=90), False),
    ],
    ids=["every subset of 12 params", "150 params"],
)
def test_requests_that_differ_in_many_ways(tasks, is_minimal):
    """An extraction from requests that have many combinations of params says whether its total is minimal."""
    assert extract(tasks).minimal is is_minimal


def test_the_advice_to_move_a_param_is_also_for_python():
    """If a param stays by default, the text names the option and the argument that move it."""
    tasks = [{"attachment": "https://example.com/a.jpg"}] * 3
    extraction = Extraction.of(tasks, name="docks", type="imageannotation")
    assert "pass --move attachment to move it; in Python: `move`" in str(extraction)
    extraction = Extraction.of(tasks, name="docks", type="imageannotation", move=["attachment"])
    assert list(extraction.params) == ["attachment"]
