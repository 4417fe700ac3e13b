"""Law K: the engine treats all names alike, except `instruction` and the names that the API reserves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore import Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidParams
from paramcore.testing import (
    ODD_NAMES,
    RESERVED_PROJECT_NAMES,
    RESERVED_TASK_NAMES,
    json_values,
    param_names,
    task_param_names,
    texts,
)
from paramcore.values.pointer import join_pointer, split_pointer
from paramcore.wire import read_project, read_task_request, read_update, write_project, write_task_request, write_update

#: Names of methods and fields of everything that a name could be mistaken for a part of.
ATTRIBUTES = sorted(
    {name for thing in (dict, list, Project, TaskRequest, Patch, Plan, Diff) for name in dir(thing)}
    - RESERVED_PROJECT_NAMES
)


def goes_through(name: str, value: Any) -> None:
    """Assert that a param with this name is an ordinary param in every part of the model."""
    expected = json.dumps({name: value})
    project = Project("boxes", type="imageannotation", params={name: None}).patch_params({name: value})
    answer = project.resolve({})
    plan = Plan.of(project, Replace({}))
    explained = answer.explain(name)
    read_back = read_project(json.loads(json.dumps(write_project(project))))
    assert json.dumps(project.params) == json.dumps(answer.params) == expected
    assert json.dumps(project.inheritance()({})) == expected
    assert json.dumps(read_back.params) == expected
    assert plan.dropped == (name,)
    assert json.dumps(plan.diff.removed) == expected
    assert (explained.param, explained.reason) == (name, "INHERITED_HEAD")
    assert write_update(Patch({name: value})) == {"patch": True, name: value}
    assert read_update(write_update(Replace({name: value}))) == Replace({name: value})


class TestOrdinary:
    """K1: a name is only compared; it is never split, formatted or used as a path."""

    @given(name=param_names(), value=json_values())
    def test_any_name_goes_through(self, name: str, value: Any) -> None:
        """Any text is an ordinary name."""
        goes_through(name, value)

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_an_odd_name_goes_through(self, name: str) -> None:
        """A name that looks like a path, an index, a format or an attribute is ordinary."""
        goes_through(name, {name: [name]})

    def test_names_of_attributes_go_through(self) -> None:
        """A name that Python or the model uses is ordinary."""
        for name in ATTRIBUTES:
            goes_through(name, name)

    def test_a_very_long_name_goes_through(self) -> None:
        """A name of 100,000 characters is ordinary."""
        goes_through("x" * 100_000, 1)

    def test_composed_and_decomposed_are_two_names(self) -> None:
        """Names that look alike but have different code points are different names."""
        project = Project("boxes", type="imageannotation", params={"\u00e9": 1, "e\u0301": 2})
        assert dict(project.resolve({"e\u0301": 3}).params) == {"\u00e9": 1, "e\u0301": 3}
        assert Diff.between({"\u00e9": 1}, {"e\u0301": 1}).added == {"e\u0301": 1}

    @given(name=task_param_names(), value=json_values())
    def test_a_task_may_use_what_a_project_may_not(self, name: str, value: Any) -> None:
        """`version`, `created_at` and `patch` are ordinary among the params of a task."""
        task = TaskRequest({name: value})
        answer = Project("boxes", type="imageannotation", params={}).resolve(task)
        assert json.dumps(answer.params) == json.dumps({name: value})
        assert answer.sources == {name: "task"}
        assert read_task_request(write_task_request(task)) == task


class TestKeptByTheAPI:
    """U9, U10, T10: reserved names are rejected as whole names at the top level only."""

    @pytest.mark.parametrize("name", sorted(RESERVED_PROJECT_NAMES))
    def test_a_project_cannot_hold_a_name_of_the_apis(self, name: str) -> None:
        """A reserved name is rejected as a param of a project, with its path."""
        for call in (Patch, Replace, lambda params: Project("boxes", type="imageannotation", params=params)):
            with pytest.raises(InvalidParams) as refused:
                call({name: None})
            assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")

    @pytest.mark.parametrize("name", sorted(RESERVED_TASK_NAMES))
    def test_a_task_cannot_have_a_routing_name_as_a_param(self, name: str) -> None:
        """A routing name is rejected among a task's params, with its path and the argument to use."""
        with pytest.raises(InvalidParams) as refused:
            TaskRequest({name: None})
        assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")
        assert f"{name}=" in str(refused.value)

    @given(name=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)), added=texts(max_size=2), value=json_values())
    def test_below_the_top_and_spelt_otherwise_it_is_ordinary(self, name: str, added: str, value: Any) -> None:
        """A reserved name inside a value, or with another spelling, is ordinary."""
        for other in (f"{name}{added}_", f" {name}", name.upper(), f"x.{name}"):
            goes_through(other, {name: value})


class TestPointers:
    """A path resolves with any names in it."""

    @given(names=st.lists(param_names(), max_size=4))
    def test_a_path_gives_its_names_back(self, names: list[str]) -> None:
        """Splitting a JSON Pointer returns the names that it was joined from."""
        assert list(split_pointer(join_pointer(*names))) == names

    @given(names=st.lists(param_names(), min_size=1, max_size=4))
    def test_a_fault_is_found_at_its_place(self, names: list[str]) -> None:
        """The path of an error resolves to the invalid value."""
        wrong: Any = {1, 2}
        for name in reversed(names):
            wrong = {name: wrong}
        with pytest.raises(ValueError, match="set") as refused:
            Patch(wrong)
        assert list(split_pointer(refused.value.path)) == names
