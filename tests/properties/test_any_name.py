"""The engine treats all names alike, except `instruction` and the names that the API reserves."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from paramcore import Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.errors import InvalidParams
from paramcore.model.tasks import read_task_request
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
from paramcore.wire import read_project, read_update, write_project, write_task_request, write_update

#: The names of attributes of classes that store params.
ATTRIBUTES = sorted(
    {name for thing in (dict, list, Project, TaskRequest, Patch, Plan, Diff) for name in dir(thing)}
    - RESERVED_PROJECT_NAMES
)


def check_ordinary(name: str, value: Any) -> None:
    """Assert that projects, updates and plans treat a param of this name like any other param."""
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
    """A name is only compared; it is never split, formatted or used as a path."""

    @given(name=param_names(), value=json_values())
    def test_any_name_is_ordinary(self, name: str, value: Any) -> None:
        """Any text, except `instruction` and the reserved names, is an ordinary name."""
        check_ordinary(name, value)

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    def test_an_unusual_name_is_ordinary(self, name: str) -> None:
        """A name that looks like a path, an index, a format string or an attribute is ordinary."""
        check_ordinary(name, {name: [name]})

    def test_names_of_attributes_are_ordinary(self) -> None:
        """The name of an attribute of a dict, a list or a model class is ordinary."""
        for name in ATTRIBUTES:
            check_ordinary(name, name)

    def test_a_very_long_name_is_ordinary(self) -> None:
        """A name of 100,000 characters is ordinary."""
        check_ordinary("x" * 100_000, 1)

    def test_composed_and_decomposed_are_two_names(self) -> None:
        """Names that look alike but consist of different code points are different names."""
        project = Project("boxes", type="imageannotation", params={"\u00e9": 1, "e\u0301": 2})
        assert dict(project.resolve({"e\u0301": 3}).params) == {"\u00e9": 1, "e\u0301": 3}
        assert Diff.between({"\u00e9": 1}, {"e\u0301": 1}).added == {"e\u0301": 1}

    @given(name=task_param_names(), value=json_values())
    def test_a_task_may_use_bookkeeping_names(self, name: str, value: Any) -> None:
        """`version`, `created_at` and `patch` are ordinary among the params of a task."""
        task = TaskRequest({name: value})
        answer = Project("boxes", type="imageannotation", params={}).resolve(task)
        assert json.dumps(answer.params) == json.dumps({name: value})
        assert answer.sources == {name: "task"}
        assert read_task_request(write_task_request(task)) == task


class TestReservedNames:
    """U9, U10, T10: a reserved name is rejected only at the top level, and only with its exact spelling."""

    @pytest.mark.parametrize("name", sorted(RESERVED_PROJECT_NAMES))
    def test_a_project_cannot_have_a_reserved_name(self, name: str) -> None:
        """A project cannot have a param with a reserved name. The error has the path of this param."""
        for call in (Patch, Replace, lambda params: Project("boxes", type="imageannotation", params=params)):
            with pytest.raises(InvalidParams) as refused:
                call({name: None})
            assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")

    @pytest.mark.parametrize("name", sorted(RESERVED_TASK_NAMES))
    def test_a_task_cannot_have_a_routing_name_as_a_param(self, name: str) -> None:
        """A routing name is rejected as a param. The error has the path of the name, and shows the argument to use."""
        with pytest.raises(InvalidParams) as refused:
            TaskRequest({name: None})
        assert (refused.value.code, refused.value.path) == ("param_name", f"/{name}")
        assert f"{name}=" in str(refused.value)

    @given(name=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)), added=texts(max_size=2), value=json_values())
    def test_a_reserved_name_is_ordinary_below_the_top_and_in_another_spelling(
        self, name: str, added: str, value: Any
    ) -> None:
        """A reserved name inside a value, or with another spelling, is ordinary."""
        for other in (f"{name}{added}_", f" {name}", name.upper(), f"x.{name}"):
            check_ordinary(other, {name: value})


class TestPointers:
    """A JSON Pointer can contain any names."""

    @given(names=st.lists(param_names(), max_size=4))
    def test_a_path_can_be_split_into_its_names(self, names: list[str]) -> None:
        """Splitting a JSON Pointer returns the names that it was made from."""
        assert list(split_pointer(join_pointer(*names))) == names

    @given(names=st.lists(param_names(), min_size=1, max_size=4))
    def test_the_path_of_an_error_is_that_of_the_invalid_value(self, names: list[str]) -> None:
        """The path of an error has the names that lead to the invalid value."""
        wrong: Any = {1, 2}
        for name in reversed(names):
            wrong = {name: wrong}
        with pytest.raises(ValueError, match="set") as refused:
            Patch(wrong)
        assert list(split_pointer(refused.value.path)) == names
