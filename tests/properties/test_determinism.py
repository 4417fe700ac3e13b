"""Equal inputs give the same bytes in any process and environment, and equal results in any order of names."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import paramcore
from paramcore import Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.testing import LOOKALIKES, NAMES, ODD_NAMES, params, projects, task_params
from paramcore.wire import read_project, write_project
from tests.reference import spell

#: A script that computes many results and prints them. Every process must print the same bytes.
SCRIPT = """
import json, sys
from paramcore import Plan, Project, Replace, TaskRequest
from paramcore.errors import ParamcoreError
from paramcore.wire import read_project, write_project

for case in json.load(sys.stdin):
    project = read_project(case["project"])
    print(json.dumps(write_project(project)))
    for task in case["tasks"]:
        try:
            answer = project.resolve(task)
        except ParamcoreError as error:
            print(ascii(str(error)), ascii(error))
            continue
        print(json.dumps(answer.to_json()), json.dumps(answer.as_task()), json.dumps(dict(answer.sources)))
        print(ascii(str(answer)), ascii([str(one) for one in answer.explain_all()]))
        plan = Plan.of(project, Replace(answer.task.params if "version" not in answer.task.params else {}))
        print(json.dumps(plan.to_json()), ascii([str(plan), plan.dropped, plan.diff.kept]))
"""


def make_cases() -> list[dict[str, Any]]:
    """Return the same projects and task requests on each call, as plain JSON."""
    dice = random.Random(0)
    names = [*NAMES, *ODD_NAMES]

    def some() -> dict[str, Any]:
        chosen = {dice.choice(names): dice.choice(LOOKALIKES) for _ in range(dice.randrange(8))}
        return {**chosen, **dice.choice([{}, {"instruction": None}, {"instruction": "i"}, {"instruction": "j\n"}])}

    made = []
    for number in range(30):
        history = [{"version": place, **some()} for place in range(dice.randrange(4))]
        tasks = [{**some(), **dice.choice([{}, {"project_version": dice.randrange(-2, 5)}])} for _ in range(4)]
        project = {"name": f"p{number}", "type": "imageannotation", "param_history": history, "archived": False}
        made.append({"project": project, "tasks": tasks})
    return made


def run_elsewhere(**environment: str) -> bytes:
    """Run all cases in another process with these environment variables, and return what the process prints."""
    root = str(Path(paramcore.__file__).parents[1])
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "VIRTUAL_ENV") if name in os.environ}
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps(make_cases()).encode(),
        capture_output=True,
        check=True,
        env={**kept, "PYTHONPATH": root, **environment},
    )
    return run.stdout


class TestOrder:
    """The order of names in the input changes no value; the order of the output is defined."""

    @given(project=projects(), own=task_params())
    def test_the_order_of_names_changes_no_result(self, project: Project, own: dict[str, Any]) -> None:
        """A request or a version with its params in reverse order gives an equal result."""
        turned = dict(reversed(own.items()))
        one, two = project.resolve(TaskRequest(own)), project.resolve(TaskRequest(turned))
        assert one == two
        assert spell(one.to_json()) == spell(two.to_json())
        assert {one.explain(name) for name in own} == {two.explain(name) for name in own}

        other = Project(project.name, type=project.type, assumptions=project.assumptions)
        for version in project.versions:
            other = other.replace_params(dict(reversed(version.params.items())))
        assert other == Project(
            project.name, type=project.type, versions=project.versions, assumptions=project.assumptions
        )
        assert spell(other.resolve(TaskRequest(turned)).to_json()) == spell(one.to_json())

    @given(project=projects(), own=task_params())
    def test_inherited_params_come_first(self, project: Project, own: dict[str, Any]) -> None:
        """Effective params and sources have the version's names first, then the task's other names."""
        answer = project.resolve(TaskRequest(own))
        inherited = [] if answer.inherited_from is None else list(answer.inherited_from.params)
        expected = [*inherited, *(name for name in own if name not in inherited)]
        assert list(answer.params) == list(answer.sources) == expected
        assert list(project.inheritance()(own)) == expected

    @given(before=params(), after=params())
    def test_a_diff_and_a_plan_have_an_order(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Removed and changed params have the order of `before`, and added params have the order of `after`."""
        diff = Diff.between(before, after)
        assert list(diff.removed) == [name for name in before if name not in after]
        assert list(diff.added) == [name for name in after if name not in before]
        assert [name for name in before if name in diff.changed] == list(diff.changed)
        project = Project("boxes", type="imageannotation", params=before)
        assert Plan.of(project, Replace(after)).dropped == tuple(diff.removed)
        assert list(project.update(Patch(after)).params) == [*before, *diff.added]

    @given(project=projects(), own=task_params())
    def test_assumed_rules_are_sorted(self, project: Project, own: dict[str, Any]) -> None:
        """`rests_on` is sorted and has the id of each rule once."""
        for version in (None, -1):
            rules = project.resolve(TaskRequest(own, project_version=version)).rests_on
            assert list(rules) == sorted(set(rules))


class TestElsewhere:
    """Processes, locales, time zones and hash seeds change no byte."""

    def test_another_process_gives_the_same_bytes(self) -> None:
        """Other hash seeds, locales, encodings and time zones give the same bytes."""
        expected = run_elsewhere(PYTHONHASHSEED="0")
        assert len(expected.splitlines()) > 200
        for environment in (
            {"PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "TZ": "Asia/Tokyo"},
            {"PYTHONHASHSEED": "4242", "PYTHONIOENCODING": "ascii", "LC_ALL": "tr_TR.UTF-8", "PYTHONOPTIMIZE": "2"},
        ):
            assert run_elsewhere(**environment) == expected


class TestNoHiddenInput:
    """The engine uses no clock, random numbers, environment variables or files."""

    def test_clock_randomness_and_environment_are_not_used(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """All results stay the same if functions that read a clock, random numbers, variables or files fail."""

        def refuse(*_arguments: Any, **_options: Any) -> Any:
            raise AssertionError("the engine used a clock, random numbers, an environment variable or a file")

        def work() -> str:
            answers = []
            for case in make_cases()[:10]:
                project = read_project(case["project"])
                answers.append(write_project(project.patch_params({"a": 1})))
                answers += [project.resolve(TaskRequest({"a": [1], "instruction": "i"})).to_json()]
                answers += [Plan.of(project, Replace({})).to_json(), str(project.resolve({}))]
            return json.dumps(answers)

        given_cases = make_cases()
        expected = work()
        monkeypatch.setattr(sys.modules[__name__], "make_cases", lambda: given_cases)
        with monkeypatch.context() as broken:
            for name in ("time", "time_ns", "monotonic", "perf_counter"):
                broken.setattr(time, name, refuse)
            for name in ("random", "randrange", "choice", "getrandbits"):
                broken.setattr(random, name, refuse)
            broken.setattr(os, "getenv", refuse)
            broken.setattr(type(os.environ), "__getitem__", refuse)
            broken.setattr(os, "urandom", refuse)
            broken.setattr("builtins.open", refuse)
            found = work()
        assert found == expected
