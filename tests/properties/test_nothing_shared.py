"""Changing an argument or a result never changes a project or another result."""

from __future__ import annotations

import copy
import gc
import importlib
import pickle
import pkgutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, strategies as st

import paramcore
from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.model.effective import EffectiveParams
from paramcore.model.tasks import read_task_request
from paramcore.model.versions import ParamVersion
from paramcore.testing import json_values, params, projects, task_params
from paramcore.values import JSONArray, JSONObject, freeze, thaw
from paramcore.wire import read_project, read_update, write_project, write_task_request, write_update
from tests.reference import plain, spell

#: Ways to change a dict or a list in place.
ATTEMPTS: tuple[Callable[[Any], Any], ...] = (
    lambda it: it.__setitem__("scribble", 1),
    lambda it: it.__setitem__(0, "scribble"),
    lambda it: it.__setitem__(slice(None), ["scribble"]),
    lambda it: it.__delitem__(next(iter(it), 0)),
    lambda it: it.__delitem__(slice(None)),
    lambda it: it.__ior__({"scribble": 1}),
    lambda it: it.__iadd__(["scribble"]),
    lambda it: it.__imul__(2),
    lambda it: it.__init__({"scribble": 1}),
    lambda it: it.__init__(["scribble"]),
    lambda it: it.__setstate__({"scribble": 1}),
    lambda it: it.update(scribble=1),
    lambda it: it.setdefault("scribble", 1),
    lambda it: it.pop(next(iter(it), "scribble"), None),
    lambda it: it.pop(),
    lambda it: it.popitem(),
    lambda it: it.clear(),
    lambda it: it.append("scribble"),
    lambda it: it.extend(["scribble"]),
    lambda it: it.insert(0, "scribble"),
    lambda it: it.remove(next(iter(it), None)),
    lambda it: it.reverse(),
    lambda it: it.sort(key=str),
    lambda it: setattr(it, "scribble", 1),
    lambda it: vars(it).update(scribble=1),
    lambda it: it.__dict__.update(scribble=1),
    lambda it: it.__class__.__setattr__(it, "scribble", 1),
)


def scribble(value: Any) -> None:
    """Try to change a value, its contents and its shallow copies in each way of `ATTEMPTS`. Ignore errors."""
    inside = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    for inner in inside:
        scribble(inner)
    if isinstance(value, (dict, list)):
        for attempt in ATTEMPTS:
            for target in (value, value.copy(), copy.copy(value)):
                try:
                    attempt(target)
                except Exception:  # noqa: S112
                    continue


def check_attributes(value: Any) -> None:
    """Assert that no attribute of a model object can be set, deleted or added.

    The private slots of `EffectiveParams` can be set, so they are not checked.
    """
    private = "_" if isinstance(value, EffectiveParams) else "__"
    for name in [*(one for one in dir(value) if not one.startswith(private)), "scribble", "_scribble"]:
        for change in (
            lambda name=name: setattr(value, name, "scribble"),
            lambda name=name: delattr(value, name),
            lambda name=name: vars(value).update({name: "scribble"}),
            lambda name=name: value.__dict__.update({name: "scribble"}),
        ):
            with pytest.raises((AttributeError, TypeError)):
                change()


def describe(project: Project) -> str:
    """Return the params, the JSON and some results of a project as text."""
    numbers = [None, -1, *range(len(project.versions))]
    return spell(
        [
            [version.params for version in project.versions],
            write_project(project),
            [project.resolve(TaskRequest({"a": 1}, project_version=number)).to_json() for number in numbers],
        ]
    )


class TestHandedIn:
    """Changing an argument after the call changes neither the project nor its results."""

    @given(first=params(), patch=params(), replace=params(), own=task_params())
    def test_an_argument_changed_later_changes_nothing(
        self, first: dict[str, Any], patch: dict[str, Any], replace: dict[str, Any], own: dict[str, Any]
    ) -> None:
        arguments = [first, patch, replace, own]
        expected = plain(arguments)
        project = Project("boxes", type="imageannotation", params=first).patch_params(patch).replace_params(replace)
        answers = [project.resolve(own), project.resolve(TaskRequest(own)), *project.resolve_many([own])]
        before = describe(project), [spell(answer.to_json()) for answer in answers]
        for argument in arguments:
            scribble(argument)
        assert (describe(project), [spell(answer.to_json()) for answer in answers]) == before
        assert spell(project.version(0).params) == spell(expected[0])
        assert spell(project.params) == spell(expected[2])

    @given(own=params(), value=json_values())
    def test_json_arguments_are_copied(self, own: dict[str, Any], value: Any) -> None:
        """Updates, requests, diffs, versions and readers copy their arguments."""
        entry = {"version": 0, **own}
        payload = {"name": "boxes", "type": "imageannotation", "param_history": [entry], "extra": [value]}
        made: list[Callable[[], Any]] = [
            lambda made=Patch(own): made.params,
            lambda made=Replace(own): made.body,
            lambda made=TaskRequest(own): made.flat,
            lambda made=TaskRequest({}, project_version=value): made.project_version,
            lambda made=Diff.between(own, own): [made.before, made.after],
            lambda made=ParamVersion(0, own): made.params,
            lambda made=freeze(own): made,
            lambda made=read_project(payload): write_project(made),
            lambda made=read_update(own): write_update(made),
            lambda made=read_task_request(own): write_task_request(made),
        ]
        before = [spell(ask()) for ask in made]
        scribble(own)
        scribble(value)
        scribble(payload)
        assert [spell(ask()) for ask in made] == before

    @pytest.mark.parametrize("place", ["fields", "not_inherited", "raw_entry"])
    def test_other_fields_are_copied(self, place: str) -> None:
        """A project copies its `fields`, and a version copies its `not_inherited` and `raw_entry`."""
        argument = {"type": "imageannotation", "name": "boxes", "param_history": None, "extra": [1]}
        if place == "fields":
            project = Project("boxes", type="imageannotation", versions=[], fields=argument)
        else:
            version = ParamVersion(0, {}, **{place: argument})
            project = Project("boxes", type="imageannotation", versions=[version])
        before = describe(project), spell([version.not_inherited for version in project.versions])
        argument["extra"].append("scribble")
        argument["more"] = "scribble"
        assert (describe(project), spell([version.not_inherited for version in project.versions])) == before
        assert hash(project) == hash(project)

    @given(own=task_params())
    def test_a_call_does_not_change_its_arguments(self, own: dict[str, Any]) -> None:
        before = spell(own)
        project = Project("boxes", type="imageannotation", params={"instruction": "i", "a": [1]})
        project.resolve(own)
        project.inheritance()(own)
        list(project.resolve_many([own, own]))
        TaskRequest(own)
        freeze(own)
        assert spell(own) == before


class TestHandedOut:
    """Changing a result changes no other result, and results share nothing mutable."""

    @given(project=projects(), own=task_params())
    def test_changing_a_result_changes_nothing(self, project: Project, own: dict[str, Any]) -> None:
        """Each result is frozen or is a new copy."""
        answer, plan = project.resolve(TaskRequest(own)), Plan.of(project, Patch({"a": [1]}))

        def handed_out() -> list[Any]:
            return [
                [project.params, project.fields, *(version.params for version in project.versions)],
                [answer.params, answer.sources, answer.as_task(), answer.to_json(), answer.task.params],
                [[one.to_json(), one.value, *(c.value for c in one.candidates)] for one in answer.explain_all()],
                [plan.before, plan.after, plan.request, plan.to_json(), plan.diff.to_json(), plan.diff.added],
                [plan.diff.removed, plan.diff.changed, plan.update.params, plan.keeping.body],
                [write_project(project), write_task_request(answer.task), write_update(plan.update)],
                [answer.as_request().flat],
            ]

        before = spell(handed_out())
        scribble(handed_out())
        assert spell(handed_out()) == before

    @given(project=projects(), own=task_params())
    def test_two_results_share_nothing_mutable(self, project: Project, own: dict[str, Any]) -> None:
        """Any object that two results share is frozen."""

        def changeable(value: Any) -> Iterator[int]:
            if type(value) in (dict, list):
                yield id(value)
            if isinstance(value, (dict, list)):
                for inner in value.values() if isinstance(value, dict) else value:
                    yield from changeable(inner)

        ask: list[Callable[[], Any]] = [
            lambda: project.resolve(TaskRequest(own)).to_json(),
            lambda: project.resolve(TaskRequest(own)).params,
            lambda: project.resolve(TaskRequest(own)).sources,
            lambda: write_project(project),
            lambda: thaw(project.params),
            lambda: project.inheritance()(TaskRequest(own).params),
        ]
        for one_more in ask:
            first, second = one_more(), one_more()
            assert not set(changeable(first)) & set(changeable(second))
            assert spell(first) == spell(second)

    @given(project=projects(min_versions=1), own=task_params())
    def test_the_merge_returns_a_new_dict(self, project: Project, own: dict[str, Any]) -> None:
        """The merge function returns a new dict with frozen values."""
        inheritance = project.inheritance()
        before = describe(project)
        trusted = TaskRequest(own).params
        first = inheritance(trusted)
        expected = spell(first)
        scribble(first)
        assert spell(inheritance(trusted)) == expected
        assert describe(project) == before


class TestTwoPlaces:
    """An object that occurs twice in an argument becomes two values."""

    @given(value=json_values())
    def test_an_object_that_occurs_twice_becomes_two_values(self, value: Any) -> None:
        """If a value occurs in two params, editing the thawed value of one param does not change the other param."""
        project = Project("boxes", type="imageannotation", params={"a": [value], "b": [value, [value]]})
        project = project.patch_params({"c": [value]})
        before = describe(project)
        edited = thaw(project.params)
        edited["a"].append("scribble")
        scribble(edited["b"])
        assert spell(edited["c"]) == spell([value])
        assert describe(project) == before


class TestAttributes:
    """Model objects cannot be changed through attributes, `vars`, operators or copies."""

    @pytest.mark.parametrize(
        "value",
        [
            Project("boxes", type="imageannotation", params={"a": [1]}),
            Project("boxes", type="imageannotation", params={"a": [1]}).latest,
            Project("boxes", type="imageannotation", params={"a": [1]}).resolve({}).inheritance,
            Project("boxes", type="imageannotation", params={"a": [1]}).resolve({}),
            Project("boxes", type="imageannotation", params={"a": [1]}).resolve({}).explain("a"),
            Project("boxes", type="imageannotation", params={"a": [1]}).resolve({}).explain("a").candidates[0],
            Plan.of(Project("boxes", type="imageannotation"), Patch({})),
            Diff.between({}, {"a": 1}),
            TaskRequest({"a": [1]}),
            Patch({"a": [1]}),
            Replace({"a": [1]}),
            Assumptions(),
            freeze({"a": 1}),
            freeze([1]),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_no_attribute_can_be_changed(self, value: Any) -> None:
        """Setting, deleting or adding a public attribute raises an error and changes nothing."""
        before = pickle.dumps(value)
        check_attributes(value)
        assert pickle.dumps(value) == before

    @given(value=json_values())
    def test_frozen_json_refuses_every_change(self, value: Any) -> None:
        """Each mutator of `dict` and `list` raises an error that names `thaw`, and changes nothing."""
        frozen = freeze({"x": value, "y": [value]})
        expected = spell(frozen)
        for target in (frozen, frozen["y"]):
            for name in set(dir(dict) if isinstance(target, dict) else dir(list)) & MUTATORS:
                with pytest.raises(TypeError, match="thaw"):
                    getattr(target, name)(*ARGUMENTS.get(name, ()))
        scribble(frozen)
        assert spell(frozen) == expected
        assert type(freeze(value)) in (JSONObject, JSONArray, str, int, float, bool, type(None))

    @given(value=json_values())
    def test_operators_return_a_new_value(self, value: Any) -> None:
        """Changing the result of `|`, `+`, `*`, a slice or a copy does not change the operand. `|=` raises an error."""
        frozen = freeze({"x": value, "y": [value]})
        expected = spell(frozen)
        results = [frozen | {"z": 1}, {"z": 1} | frozen, frozen["y"] + [1], [1] + frozen["y"], frozen["y"] * 2]
        results += [frozen["y"][:], list(frozen["y"]), dict(frozen), {**frozen}, list(frozen.items())]
        results += [copy.copy(frozen), copy.deepcopy(frozen), frozen.copy(), frozen["y"].copy()]
        with pytest.raises(TypeError, match="thaw"):
            frozen |= {"z": 1}
        scribble(results)
        assert spell(frozen) == expected

    @given(project=projects(min_versions=1))
    def test_a_project_cannot_be_changed_through_its_params(self, project: Project) -> None:
        """Item assignment, `|=` and `+=` on a property raise an error and do not change the project."""
        before = describe(project)
        with pytest.raises(TypeError, match="thaw"):
            project.params["a"] = 1
        with pytest.raises(TypeError, match="thaw"):
            project.params |= {"a": 1}
        with pytest.raises(AttributeError):
            project.versions += (project.latest,)
        assert describe(project) == before


MUTATORS = {
    "__setitem__",
    "__delitem__",
    "__ior__",
    "__iadd__",
    "__imul__",
    "append",
    "clear",
    "extend",
    "insert",
    "pop",
    "popitem",
    "remove",
    "reverse",
    "setdefault",
    "sort",
    "update",
}
ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "__setitem__": ("x", 1),
    "__delitem__": ("x",),
    "__ior__": ({},),
    "__iadd__": ([],),
    "__imul__": (1,),
    "append": (1,),
    "extend": ([],),
    "insert": (0, 1),
    "pop": (0,),
    "remove": (1,),
    "setdefault": ("x", 1),
}


class TestEqualityAndHash:
    """Equal objects have equal hashes, and each model object can be a key."""

    @given(project=projects(), own=task_params())
    def test_every_frozen_object_can_be_a_key(self, project: Project, own: dict[str, Any]) -> None:
        """Equal projects, versions, requests, inheritances and results have equal hashes."""
        numbers = [None, -1, *range(len(project.versions))]
        for number in numbers:

            def made(number: int | None = number) -> list[Any]:
                task = TaskRequest(own, project_version=number)
                answer = project.resolve(task)
                return [task, answer, answer.inheritance, answer.inherited_from, answer.explain("a"), project]

            for one, two in zip(made(), made(), strict=True):
                assert one == two
                assert hash(one) == hash(two)


class TestNoState:
    """Calls do not affect each other."""

    @given(project=projects(), own=task_params(), other=projects())
    def test_calls_do_not_affect_each_other(self, project: Project, own: dict[str, Any], other: Project) -> None:
        before = describe(project)
        other.patch_params({"a": True}).resolve(TaskRequest(own))
        Plan.of(other, Replace({})).to_json()
        assert describe(project) == before

    def test_no_module_keeps_state(self) -> None:
        """After many calls, the global containers of all modules have the same size as before."""
        found = pkgutil.walk_packages(paramcore.__path__, "paramcore.")
        modules = [importlib.import_module(one.name) for one in found if one.name != "paramcore.__main__"]

        def held() -> dict[str, int]:
            return {
                f"{module.__name__}.{name}": len(value)
                for module in modules
                for name, value in vars(module).items()
                if isinstance(value, (dict, list, set)) and not name.startswith("__")
            }

        before = held()
        project = Project("boxes", type="imageannotation")
        for number in range(200):
            project = project.patch_params({"a": number})
            list(project.resolve_many([{"b": number}, {"project_version": number}]))
        gc.collect()
        assert held() == before


class TestThreads:
    """Threads that read during an update get the params of one version."""

    def test_each_result_is_of_one_version(self) -> None:
        """No result mixes the params of two versions."""
        shared = [Project("boxes", type="imageannotation", params={"a": 0, "b": 0, "instruction": "0"})]
        wrong: list[Any] = []
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                project = shared[0]
                for answer in project.resolve_many([{}, {"project_version": 0}, {"project_version": -1}]):
                    params = answer.params
                    version = answer.inherited_from
                    whole = {} if version is None else dict.fromkeys("ab", version.number)
                    if {name: params[name] for name in "ab" if name in params} != whole:
                        wrong.append(params)

        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for number in range(1, 300):
            shared[0] = shared[0].replace_params({"a": number, "b": number, "instruction": str(number)})
        done.set()
        for reader in readers:
            reader.join()
        assert not wrong
        assert [version.params["a"] for version in shared[0].versions] == list(range(300))

    @given(project=projects(), tasks=st.lists(task_params(), min_size=1, max_size=3))
    def test_threads_can_share_a_merge_function(self, project: Project, tasks: list[dict[str, Any]]) -> None:
        """One merge function gives the correct results in several threads."""
        inheritance = project.inheritance()
        expected = [spell(inheritance(own)) for own in tasks]
        found: list[list[str]] = []
        threads = [
            threading.Thread(target=lambda: found.append([spell(inheritance(own)) for own in tasks])) for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [expected] * 3
