"""Random calls on many projects, compared with the reference model.

Each pair in the bundle contains a project and its expected history.  A Hypothesis rule may
use any earlier pair, so old projects stay in use while updates make new projects.  Later steps
compute stored results again.
"""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import settings, strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.errors import NoSuchVersion, ParamcoreError
from paramcore.model.tasks import read_task_request
from paramcore.testing import RESERVED_PROJECT_NAMES, params, task_params
from paramcore.wire import read_project, write_project, write_task_request
from tests import reference
from tests.reference import DEFAULTS, equal, plain, spell

Pair = tuple[Project, list[dict[str, Any]]]

VERSIONS = (None, *range(-3, 13), True, False, 1.0, 0.0, -1.0, "0", "latest", [], 10**20)
SETTINGS = (
    {},
    {"empty_instruction": "join"},
    {"instruction_rule": "override", "instruction_separator": "%s"},
    {"pinned_param_version": "latest", "instruction_separator": ""},
)


class ProjectsInUse(RuleBasedStateMachine):
    """Create, update, resolve, write and copy projects in any order, and try to change them."""

    pairs = Bundle("pairs")

    def __init__(self) -> None:
        super().__init__()
        self.known: list[tuple[Project, list[str]]] = []
        self.answers: list[tuple[Project, dict[str, Any], Any, str]] = []

    def pair(self, project: Project, history: list[dict[str, Any]]) -> Pair:
        """Store a project with the text of its expected history, to compare them after each step."""
        self.known.append((project, [spell(one) for one in history]))
        return project, history

    @initialize(target=pairs, first=st.none() | params(), under=st.sampled_from(SETTINGS))
    def begin(self, first: dict[str, Any] | None, under: dict[str, str]) -> Pair:
        """Create the first project."""
        return self.create(first, under)

    @rule(target=pairs, first=st.none() | params(), under=st.sampled_from(SETTINGS))
    def create(self, first: dict[str, Any] | None, under: dict[str, str]) -> Pair:
        """Create a project, with or without params."""
        expected = reference.create(plain(first))
        project = Project("boxes", type="imageannotation", params=first, assumptions=Assumptions(**under))
        scribble(first)
        return self.pair(project, expected)

    @rule(target=pairs, pair=pairs, own=params())
    def patch(self, pair: Pair, own: dict[str, Any]) -> Pair:
        """Patch a project, then change the argument."""
        project, history = pair
        expected = reference.patch(history, plain(own))
        after = project.patch_params(own)
        scribble(own)
        return self.pair(after, expected)

    @rule(target=pairs, pair=pairs, own=params())
    def replace(self, pair: Pair, own: dict[str, Any]) -> Pair:
        """Replace the params of a project, then change the argument."""
        project, history = pair
        expected = reference.replace(history, plain(own))
        after = project.replace_params(own)
        scribble(own)
        return self.pair(after, expected)

    @rule(
        pair=pairs,
        own=params(),
        name=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)),
        verb=st.sampled_from((Patch, Replace)),
    )
    def refused_update(self, pair: Pair, own: dict[str, Any], name: str, verb: Any) -> None:
        """A rejected update changes nothing."""
        project, _history = pair
        for wrong in ({**own, name: 1}, {**own, "instruction": []}, {**own, "x": [[b""]]}):
            with pytest.raises(ParamcoreError):
                project.update(verb(wrong))

    @rule(target=pairs, pair=pairs, version=st.integers(0, 12))
    def roll_back(self, pair: Pair, version: int) -> Pair:
        """Replace the latest params with the params of a version, if the version exists."""
        project, history = pair
        if version >= len(history):
            with pytest.raises(NoSuchVersion):
                project.version(version)
            return pair
        after = project.replace_params(project.version(version).params)
        return self.pair(after, reference.replace(history, plain(history[version])))

    @rule(pair=pairs, own=task_params(), version=st.sampled_from(VERSIONS))
    def resolve(self, pair: Pair, own: dict[str, Any], version: Any) -> None:
        """Resolve a task, and store the result."""
        project, history = pair
        expected = answer_of_the_model(project, history, own, version)
        assert answer_of(project, own, version) == expected
        self.answers.append((project, plain(own), version, expected))
        scribble(own)

    @rule(place=st.integers(0, 200))
    def ask_again(self, place: int) -> None:
        """A stored result is the same when it is computed again."""
        if self.answers:
            project, own, version, answer = self.answers[place % len(self.answers)]
            assert answer_of(project, own, version) == answer

    @rule(pair=pairs, place=st.integers(0, 200))
    def ask_a_later_project(self, pair: Pair, place: int) -> None:
        """A pinned task gets the same params after later updates of its project."""
        project, _history = pair
        if self.answers:
            first, own, version, answer = self.answers[place % len(self.answers)]
            grown = project.versions[: len(first.versions)] == first.versions
            if grown and type(version) is int and 0 <= version < len(first.versions):
                now, then = (
                    json.loads(one)["params"]
                    for one in (answer_of(project.with_assumptions(first.assumptions), own, version), answer)
                )
                assert spell(now) == spell(then)

    @rule(target=pairs, pair=pairs)
    def write_and_read(self, pair: Pair) -> Pair:
        """Write a project as JSON, read it, and then change the JSON."""
        project, history = pair
        payload = write_project(project)
        text = json.dumps(payload)
        again = read_project(payload, assumptions=project.assumptions)
        scribble(payload)
        assert json.dumps(write_project(again)) == text
        return self.pair(again, history)

    @rule(
        target=pairs,
        pair=pairs,
        how=st.sampled_from((copy.copy, copy.deepcopy, lambda it: pickle.loads(pickle.dumps(it)))),
    )
    def copied(self, pair: Pair, how: Any) -> Pair:
        """Continue with a copy of a project."""
        project, history = pair
        again = how(project)
        assert again == project
        assert hash(again) == hash(project)
        return self.pair(again, history)

    @rule(target=pairs, pair=pairs, under=st.sampled_from(SETTINGS))
    def assume(self, pair: Pair, under: dict[str, str]) -> Pair:
        """Continue with other assumptions for a project."""
        project, history = pair
        return self.pair(project.with_assumptions(Assumptions(**under)), history)

    @rule(pair=pairs, own=task_params())
    def scribble_on_results(self, pair: Pair, own: dict[str, Any]) -> None:
        """Try to change the results of a project; later steps would notice a change of the project."""
        project, _history = pair
        answer = project.resolve(TaskRequest(own))
        scribble(project.params)
        scribble(answer.params)
        scribble(answer.to_json())
        scribble(answer.as_task())
        scribble([version.params for version in project.versions])
        scribble(project.inheritance()(answer.task.params))
        scribble(write_task_request(answer.task))

    @rule(pair=pairs, own=params(), drop=st.booleans())
    def plan(self, pair: Pair, own: dict[str, Any], drop: bool) -> None:
        """A plan shows the effect of the update, and changes nothing."""
        project, history = pair
        update = Replace(own) if drop else Patch(own)
        plan = Plan.of(project, update)
        before = history[-1] if history else {}
        after = reference.update(history, "replace" if drop else "patch", own)[-1]
        assert spell(plan.before) == spell(before)
        assert spell(plan.after) == spell(after)
        assert plan.dropped == tuple(name for name in before if name not in after)

    @rule(one=pairs, two=pairs)
    def difference(self, one: Pair, two: Pair) -> None:
        """The diff between the params of two projects turns the first params into the second."""
        before, after = one[0].params, two[0].params
        diff = Diff.between(before, after)
        assert bool(diff) is not equal(before, after)
        assert equal(diff.applied_to(before), after)

    @rule(target=pairs, pair=consumes(pairs))
    def forget(self, pair: Pair) -> Any:
        """Remove a pair from the bundle. The invariant still checks its project, and the projects made from it."""
        return multiple() if len(self.known) > 1 else pair

    @invariant()
    def every_history_is_the_models(self) -> None:
        """Each project has the versions of the reference model."""
        for project, history in self.known:
            assert [spell(version.params) for version in project.versions] == history
            assert [version.number for version in project.versions] == list(range(len(history)))
            assert spell(project.params) == (history[-1] if history else "{}")


def answer_of(project: Project, own: dict[str, Any], version: Any) -> str:
    """Return the engine's result as text, or the code of its error."""
    try:
        task = read_task_request(write_task_request(TaskRequest(own, project_version=version)))
        answer = project.resolve(task)
    except ParamcoreError as error:
        return error.code
    inherited = answer.inherited_from
    return spell(
        {
            "params": answer.params,
            "inherited_version": None if inherited is None else inherited.number,
            "project_param_version": answer.project_param_version,
        }
    )


def answer_of_the_model(project: Project, history: list[dict[str, Any]], own: dict[str, Any], version: Any) -> str:
    """Return the result of the reference model as text, or the code of its error."""
    under = {name: getattr(project.assumptions, name) for name in DEFAULTS}
    model = {"name": "boxes", "type": "imageannotation", "history": history, "settings": under}
    try:
        return spell(reference.resolve(model, {"params": own, "project_version": version}))
    except reference.Refused as refused:
        (reason,) = refused.reasons
        return reason


def scribble(value: Any) -> None:
    """Try to change a value and its contents in place, and ignore the errors."""
    inside = list(value.values()) if isinstance(value, dict) else list(value) if isinstance(value, list) else []
    for inner in inside:
        scribble(inner)
    for change in (lambda: value.update(scribble=1), lambda: value.append("scribble"), lambda: value.clear()):
        try:
            change()
        except (AttributeError, TypeError):
            continue


TestProjectsInUse = ProjectsInUse.TestCase
TestProjectsInUse.settings = settings(
    max_examples=max(settings.default.max_examples // 2, 10), stateful_step_count=40, deadline=None
)
