"""Laws S: a slim request is the smallest request for a task with the wanted params; see `tests/slim_laws.py`."""

from __future__ import annotations

import pickle
from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore import Assumptions, Project, SlimRequest
from paramcore.model import Inheritance, ParamVersion
from paramcore.testing import projects, task_params, task_requests
from tests import reference
from tests.reference import equal, model, plain
from tests.slim_laws import LAWS, Case, draw_case, main, s8_any_is_shortest


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a case for all laws, under any settings."""
    return draw_case(lambda values: draw(st.sampled_from(values)))


@pytest.mark.parametrize("name", LAWS)
@given(case=cases())
def test_the_law_holds(name: str, case: Case) -> None:
    """Each law holds for wanted params that are close to the params of a version."""
    LAWS[name](case)


class TestAnyParams:
    """S1 to S3 and S10 also hold for the projects and requests that `paramcore.testing` draws."""

    @given(project=projects(), wanted=task_params())
    def test_wanted_params(self, project: Any, wanted: dict[str, Any]) -> None:
        """`to` gives the request that brute force finds."""
        slim = SlimRequest.to(project, wanted)
        expected = reference.shorten(model(project)["history"], wanted, None, model(project)["settings"])
        assert slim.request.project_version == expected["project_version"]
        assert equal(slim.request.params, expected["params"])
        assert equal(project.resolve(slim.request).params, wanted)

    @given(data=st.data(), project=projects())
    def test_requests(self, data: st.DataObject, project: Any) -> None:
        """`to` with the effective params of a request gives the same slim request as `of` with the request itself."""
        request = data.draw(task_requests(project))
        slim, effective = SlimRequest.of(project, request), project.resolve(request)
        wanted = {**plain(request.flat), **effective.params}
        wanted.pop("project_version", None)
        back = SlimRequest.to(project, wanted, version=request.project_version)
        assert back.request.flat == slim.request.flat
        assert back.to_json() == slim.to_json()
        assert pickle.loads(pickle.dumps(slim)) == slim
        assert hash(pickle.loads(pickle.dumps(slim))) == hash(slim)


#: Params of a version or of a task, drawn so that many versions have equal params.
SIMILAR_PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "a": st.sampled_from([1, 1.0, True, "x" * 30]),
        "b": st.sampled_from([[1], [1.0], [True], {"c": "y" * 20}, None]),
        "instruction": st.sampled_from([None, "", "Q", "\nQ", "P\nQ", "x\nP\nQ", "Q\nQ"]),
    },
)


@given(
    versions=st.lists(SIMILAR_PARAMS, max_size=25),
    wanted=SIMILAR_PARAMS,
    rule=st.sampled_from(["append", "override"]),
    empty=st.sampled_from(["leave out", "join"]),
    separator=st.sampled_from(["\n", ""]),
)
def test_any_of_many_versions(versions: Any, wanted: Any, rule: Any, empty: Any, separator: str) -> None:
    """Law S8 also holds for projects with up to 25 versions, many of which have equal params."""
    assumptions = Assumptions(instruction_rule=rule, empty_instruction=empty, instruction_separator=separator)
    made = [ParamVersion(number, params) for number, params in enumerate(versions)]
    project = Project("boxes", type="imageannotation", versions=made, assumptions=assumptions)
    s8_any_is_shortest(Case(project, wanted, {}, {}, None, None))


class TestTheInverseByBruteForce:
    """Brute force finds the params that the examples expect, and the laws fail for a wrong engine."""

    DEFAULTS = dict(reference.DEFAULTS)

    @pytest.mark.parametrize(
        ("wanted", "inherited", "expected"),
        [
            ({}, {}, [{}]),
            ({}, {"a": 1}, []),
            ({"a": 1}, {"a": 1.0}, [{}, {"a": 1}]),
            ({"a": 1}, {"a": True}, [{"a": 1}]),
            ({"instruction": "Q"}, {"instruction": "Q"}, [{}, {"instruction": None}, {"instruction": ""}]),
            ({"instruction": "Q\nQ"}, {"instruction": "Q"}, [{"instruction": "Q"}]),
            ({"instruction": "\nQ"}, {"instruction": "Q"}, []),
            ({"instruction": "x"}, None, [{"instruction": "x"}]),
        ],
    )
    def test_it_finds_all_params(self, wanted: Any, inherited: Any, expected: Any) -> None:
        """Brute force finds exactly the own params with which a task gets the wanted params."""
        assert equal(reference.find_own_params(wanted, inherited, self.DEFAULTS), expected)

    @pytest.mark.parametrize(
        ("name", "mistake"),
        [
            ("S1", lambda wanted, own: own._replace(respelled=own.dropped)),
            ("S1", lambda wanted, own: own._replace(dropped=[])),
            ("S2", lambda wanted, own: own._replace(params=dict(wanted))),
            ("S3", lambda wanted, own: own._replace(blocked=[("a", "would_be_inherited")])),
            ("S5", lambda wanted, own: own._replace(params=dict(wanted))),
            ("S6", lambda wanted, own: own._replace(blocked=[("a", "would_be_inherited")])),
            ("S8", lambda wanted, own: own._replace(params=dict(wanted))),
            ("S9", lambda wanted, own: own._replace(params=dict(wanted) if len(wanted) > 2 else own.params)),
        ],
    )
    def test_a_mistake_is_found(self, monkeypatch: pytest.MonkeyPatch, name: str, mistake: Any) -> None:
        """A law fails if the engine returns wrong own params, or wrong `dropped`, `respelled` or `blocked`."""
        project = Project("boxes", type="imageannotation", params={"a": 1, "b": "Q"})
        wanted, right = {"a": 1, "b": "Q", "c": 3}, Inheritance.find_own_params
        case = Case(project, wanted, {}, {"c": 3}, None, None)
        LAWS[name](case)
        monkeypatch.setattr(Inheritance, "find_own_params", lambda self, wanted: mistake(wanted, right(self, wanted)))
        with pytest.raises(AssertionError):
            LAWS[name](case)


def test_the_run_checks_each_law(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The run prints a line for each law."""
    monkeypatch.setattr("sys.argv", ["slim_laws", "--cases", "20", "--seed", "3"])
    assert main() == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == list(LAWS)
