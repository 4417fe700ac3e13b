"""Check laws for all inputs in a small scope. `docs/semantics.md` explains why these inputs are enough.

An input consists of k layers, such as a version and a task. In a layer, a name is absent, null,
one of the values v1 to vk, or a lookalike. The lookalikes are 1, True and "1". If a comparison
confuses them, a law fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, groupby, product
from typing import Any, Final

import pytest

from paramcore import Diff, Impact, Patch, Plan, Project, Replace, SlimRequest, TaskRequest
from paramcore.analysis import ImpactCounter
from paramcore.errors import ParamcoreError

Params = dict[str, Any]

ABSENT: Final = object()
LOOKALIKES: Final = (1, True, "1")
#: The values v1, v2 and v3, chosen in two ways. The values look alike, so a law fails if a comparison confuses them.
SUBSTITUTES: Final = ((1, True, "1"), (True, 1, "1"))


def iter_layers(count: int, names: str = "a") -> Iterator[list[Params]]:
    """Yield all lists of `count` layers with these names.

    Each name is tried with each value: absent, null, v1 to vk for k = `count`, and the lookalikes.
    """
    values = (ABSENT, None, *(f"v{number + 1}" for number in range(count)), *LOOKALIKES)
    for columns in product(product(values, repeat=count), repeat=len(names)):
        yield make_layers(count, names, columns)


def list_params(names: str) -> list[Params]:
    """Return all objects of params with these names.

    Each name is tried with each value: absent, null, v1, v2, v3 and the lookalikes.
    """
    values = (ABSENT, None, "v1", "v2", "v3", *LOOKALIKES)
    return [make_layers(1, names, columns)[0] for columns in product(product(values), repeat=len(names))]


def iter_distinct_layers(count: int, names: str) -> Iterator[list[Params]]:
    """Yield lists of `count` layers with these names, two lists for each pattern.

    Lists have the same pattern if exchanges of names, or of v1, v2 and v3 in the values of one name, make them equal.
    The first list has the first row of `SUBSTITUTES` as v1, v2 and v3, and the second list has the second row.
    """
    for columns in combinations_with_replacement(sorted(iter_columns(count)), len(names)):
        for values in SUBSTITUTES:
            meant = {"absent": ABSENT, "null": None, **{f"v{place + 1}": value for place, value in enumerate(values)}}
            yield make_layers(count, names, [[meant[value] for value in column] for column in columns])


def iter_columns(count: int) -> Iterator[tuple[str, ...]]:
    """Yield all columns. A column lists the values of one name in `count` layers; v1 occurs before v2, and v2 before v3."""
    if count == 0:
        yield ()
        return
    for column in iter_columns(count - 1):
        used = len({value for value in column if value.startswith("v")})
        for value in ("absent", "null", *(f"v{number + 1}" for number in range(used + 1))):
            yield (*column, value)


def make_layers(count: int, names: str, columns: Any) -> list[Params]:
    return [
        {name: column[layer] for name, column in zip(names, columns, strict=True) if column[layer] is not ABSENT}
        for layer in range(count)
    ]


def key(params: Any) -> frozenset[tuple[str, type, Any]]:
    """Return the names, types and values of params, to compare params regardless of order."""
    return frozenset((name, type(value), value) for name, value in params.items())


def overlaid(below: Params, above: Params) -> Params:
    return {**below, **above}


def boxes(*versions: Params) -> Project:
    project = Project("boxes", type="imageannotation")
    for params in versions:
        project = project.replace_params(params)
    return project


def updates_of(params: Params) -> tuple[Patch, Replace]:
    return Patch(params), Replace(params)


class TestTheScope:
    """The helpers yield the scope that `docs/semantics.md` describes."""

    def test_its_size(self) -> None:
        """The documented scope has as many lists of layers, objects of params, and columns as the helpers return."""
        assert sum(1 for _ in iter_layers(1)) == 6
        assert sum(1 for _ in iter_layers(3)) == 8**3
        assert sum(1 for _ in iter_layers(2, "ab")) == 7**4
        assert len({key(params) for params in list_params("ab")}) == 8**2
        assert [len(list(iter_columns(count))) for count in range(4)] == [1, 3, 10, 37]

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_the_distinct_layers_are_complete(self, count: int) -> None:
        """The columns of the distinct layers have every pattern of absent, null, equal and different values."""

        def pattern(column: list[Params]) -> tuple[int, ...]:
            kinds = [ABSENT if "a" not in layer else (type(layer["a"]), layer["a"]) for layer in column]
            fixed = [ABSENT, (type(None), None)]
            seen = [*fixed, *dict.fromkeys(kind for kind in kinds if kind not in fixed)]
            return tuple(map(seen.index, kinds))

        distinct = {pattern(layers) for layers in iter_distinct_layers(count, "a")}
        assert distinct == {pattern(layers) for layers in iter_layers(count)}


class TestCombining:
    """With one or two names in up to three layers, overlaying is associative, and the upper layer overrides."""

    def test_the_upper_layer_overrides(self) -> None:
        """A patch sets its own params and keeps the other params. A replace keeps only its own params."""
        for below, above in iter_layers(2):
            assert key(Patch(above).applied_to(below)) == key(overlaid(below, above))
            assert key(Replace(above).applied_to(below)) == key(above)
            assert key(boxes(below).patch_params(above).params) == key(overlaid(below, above))

    def test_it_is_associative(self) -> None:
        """The grouping of three layers does not matter."""
        for a, b, c in iter_layers(3):
            grouped_left = Patch(c).applied_to(Patch(b).applied_to(a))
            grouped_right = Patch(Patch(c).applied_to(b)).applied_to(a)
            assert key(grouped_left) == key(grouped_right)

    def test_it_is_idempotent_and_has_a_neutral_layer(self) -> None:
        """Overlaying a layer with itself changes nothing, and overlaying with an empty layer changes nothing."""
        for (a,) in iter_layers(1):
            assert key(Patch(a).applied_to(a)) == key(Patch({}).applied_to(a)) == key(Patch(a).applied_to({})) == key(a)

    def test_it_commutes_if_the_layers_agree(self) -> None:
        """The order of two layers does not matter if and only if their common names have equal values."""
        for a, b in iter_layers(2, "ab"):
            agree = all(key({name: a[name]}) == key({name: b[name]}) for name in a.keys() & b.keys())
            assert (key(Patch(b).applied_to(a)) == key(Patch(a).applied_to(b))) is agree


class TestComposing:
    """With one name in three layers, `then` is associative, and a composed update has the effect of both updates."""

    def test_one_composed_update_has_the_effect_of_both(self) -> None:
        """The composed update gives the same params as the first update followed by the second."""
        for held, one, two in iter_layers(3):
            for first, second in product(updates_of(one), updates_of(two)):
                together = first.then(second).applied_to(held)
                assert key(together) == key(second.applied_to(first.applied_to(held)))

    def test_it_is_associative(self) -> None:
        """The grouping of three updates does not matter."""
        for one, two, three in iter_layers(3):
            for first, second, third in product(updates_of(one), updates_of(two), updates_of(three)):
                assert first.then(second).then(third) == first.then(second.then(third))

    def test_it_has_a_neutral_update_and_replaces_absorb(self) -> None:
        """Composing with an empty patch changes nothing. An update followed by a replace composes to the replace."""
        for one, two in iter_layers(2):
            for first, second in product(updates_of(one), updates_of(two)):
                assert Patch({}).then(first) == first == first.then(Patch({}))
                assert isinstance(second, Patch) or first.then(second) == second


class TestPlanning:
    """With two names, a plan shows the effect of an update, and `Plan.to` plans the smallest update."""

    def test_a_plan_is_the_update(self) -> None:
        """`after` has the params of the updated project. A plan needs consent if and only if it drops params."""
        for held, wanted in iter_layers(2, "ab"):
            project = boxes(held)
            for update in updates_of(wanted):
                plan = Plan.of(project, update)
                assert key(plan.after) == key(update.applied_to(held)) == key(project.update(update).params)
                assert set(plan.dropped) == held.keys() - plan.after.keys()
                assert plan.needs_consent is bool(held.keys() - plan.after.keys())

    def test_the_patch_that_keeps(self) -> None:
        """`keeping` has exactly the params that the update adds or changes."""
        for held, wanted in iter_layers(2, "ab"):
            for update in updates_of(wanted):
                assert key(Plan.of(boxes(held), update).keeping.params) == key(wanted) - key(held)

    def test_the_smallest_update_gives_the_wanted_params(self) -> None:
        """`Plan.to` gives the wanted params. It plans a replace only if a param must be removed.

        It plans no update if the project has the wanted params already.
        """
        for held, wanted in iter_layers(2, "ab"):
            plan = Plan.to(boxes(held), wanted)
            assert key(plan.after) == key(wanted)
            reached = held if plan.update is None else plan.update.applied_to(held)
            assert key(reached) == key(wanted)
            assert (plan.update is None) is (key(held) == key(wanted))
            assert isinstance(plan.update, Replace) is bool(held.keys() - wanted.keys())

    def test_no_smaller_update_gives_the_wanted_params(self) -> None:
        """Every update that gives the wanted params names at least the params that `Plan.to` names."""
        all_params = list_params("ab")
        made = [update for params in all_params for update in updates_of(params)]
        for held in all_params:
            reached: dict[Any, list[set[str]]] = {}
            for update in made:
                reached.setdefault(key(update.applied_to(held)), []).append(set(update.params))
            for wanted in all_params:
                update = Plan.to(boxes(held), wanted).update
                least = set() if update is None else set(update.params)
                assert all(least <= names for names in reached[key(wanted)])


class TestDiffs:
    """With two names in up to three layers, a diff turns `before` into `after`."""

    def test_each_name_is_listed_once(self) -> None:
        """Each name is added, removed, changed or kept. A diff is empty if and only if `before` equals `after`."""
        for before, after in iter_layers(2, "ab"):
            diff = Diff.between(before, after)
            assert set(diff.added) == after.keys() - before.keys()
            assert set(diff.removed) == before.keys() - after.keys()
            assert set(diff.kept) == {name for name, _, _ in key(before) & key(after)}
            assert set(diff.changed) == (before.keys() & after.keys()) - set(diff.kept)
            assert bool(diff) is (key(before) != key(after))

    def test_a_diff_applied_to_before_gives_after(self) -> None:
        for before, after in iter_layers(2, "ab"):
            assert key(Diff.between(before, after).applied_to(before)) == key(after)

    def test_a_diff_applied_to_other_params_makes_the_same_changes(self) -> None:
        """`applied_to` applies the changes of the diff to any params, and keeps all other values."""
        for before, after, theirs in iter_distinct_layers(3, "ab"):
            kept = {name for name, _, _ in key(before) & key(after)} | ({"a", "b"} - before.keys() - after.keys())
            expected = {name: (theirs if name in kept else after).get(name, ABSENT) for name in "ab"}
            made = Diff.between(before, after).applied_to(theirs)
            assert key(made) == key({name: value for name, value in expected.items() if value is not ABSENT})


class TestMerging:
    """With one name in two or three layers, a task gets its own value, or the value of one version."""

    def test_the_task_overrides(self) -> None:
        """A task inherits the latest version, a pinned version or nothing. Its params override the inherited params."""
        for first, second, own in iter_layers(3):
            project = boxes(first, second)
            for version, inherited in ((None, second), (0, first), (1, second), (-1, {})):
                effective = project.resolve(TaskRequest(own, project_version=version))
                assert key(effective.params) == key(overlaid(inherited, own))
                assert key(project.inheritance(version)(own)) == key(effective.params)

    def test_the_source_is_the_layer_that_sets_the_param(self) -> None:
        """The source of a param is `task` if the task sets the param, and `project` otherwise."""
        for held, own in iter_layers(2):
            for version, inherited in ((None, held), (-1, {})):
                effective = boxes(held).resolve(TaskRequest(own, project_version=version))
                expected = {name: "task" if name in own else "project" for name in overlaid(inherited, own)}
                assert effective.sources == expected


class TestSlimming:
    """With two names, a slim request is exact and minimal, and opts out only if it must."""

    def test_it_is_minimal(self) -> None:
        """Laws S1 to S3: a slim request gives the wanted params.

        Every inheriting request that gives the same params has all names of the slim request.
        """
        for held, solutions, wanted in iter_wanted():
            project = boxes(held)
            slim = SlimRequest.to(project, wanted)
            assert key(project.resolve(slim.request).params) == key(wanted)
            found = solutions.get(key(wanted), [])
            assert slim.request.inherits_nothing is (not found)
            assert all(slim.request.params.keys() <= own.keys() for own in found)
            assert not found or key(slim.request.params) in map(key, found)

    def test_the_reasons_are_the_params_that_must_be_absent(self) -> None:
        """`blocked` lists the inherited params that are not wanted.

        If `blocked` is empty, `dropped` lists the inherited params with the wanted value. Otherwise, `dropped` is empty.
        """
        for held, _, wanted in iter_wanted():
            slim = SlimRequest.to(boxes(held), wanted)
            assert {block.param for block in slim.blocked} == held.keys() - wanted.keys()
            assert {block.code for block in slim.blocked} <= {"would_be_inherited"}
            equal = {name for name, _, _ in key(held) & key(wanted)}
            assert set(slim.dropped) == (set() if slim.blocked else equal)
            assert slim.respelled == ()

    def test_requests(self) -> None:
        """Laws S4 to S6 and S10: `of` is idempotent, only removes params, keeps the version, and agrees with `to`."""
        for held, own in iter_layers(2, "ab"):
            project = boxes(held)
            for version in (None, 0, -1):
                request = TaskRequest(own, project_version=version)
                slim = SlimRequest.of(project, request)
                assert SlimRequest.of(project, slim.request).request == slim.request
                assert key(slim.request.params) <= key(own)
                assert slim.request.project_version == version
                assert SlimRequest.to(project, project.resolve(request).params, version=version) == slim


def iter_wanted() -> Iterator[tuple[Params, dict[Any, list[Params]], Params]]:
    """Yield (held, solutions, wanted) for all params `held` of a version and all wanted params.

    `solutions` maps the key of effective params to the own params with which a task gets these effective params.
    """
    everything = list_params("ab")
    for held in everything:
        merge = boxes(held).inheritance()
        solutions: dict[Any, list[Params]] = {}
        for own in everything:
            solutions.setdefault(key(merge(own)), []).append(own)
        yield from ((held, solutions, wanted) for wanted in everything)


class TestImpact:
    """With up to three names in three layers, an update affects exactly the requests whose effective params it changes."""

    def test_it_reports_exactly_the_changes(self) -> None:
        """The impact is the same as the difference between the params resolved before and after the update."""

        def before_and_update(layers: list[Params]) -> tuple[Any, Any]:
            return key(layers[0]), key(layers[1])

        ordered = sorted(iter_distinct_layers(3, "abc"), key=lambda layers: str(list(map(repr, layers[:2]))))
        for _, group in groupby(ordered, before_and_update):
            cases = list(group)
            project = boxes(cases[0][0])
            for update in updates_of(cases[0][1]):
                check_impact(project, update, [own for _, _, own in cases])

    def test_pinned_and_opted_out_requests_are_not_affected(self) -> None:
        """A request that is pinned or opts out is not affected, whatever params it sets."""
        for held, wanted, own in iter_distinct_layers(3, "a"):
            for update, (version, why) in product(updates_of(wanted), ((0, "pinned"), (-1, "opted_out"))):
                effect = next(Impact.iter_effects(Plan.of(boxes(held), update), [{**own, "project_version": version}]))
                assert (effect.params, effect.overridden, effect.why) == ((), (), why)


def check_impact(project: Project, update: Patch | Replace, tasks: list[Params]) -> None:
    """Assert that the impact agrees with resolving each request before and after the update."""
    plan, later = Plan.of(project, update), project.update(update)
    counter, merge_before, merge_after = ImpactCounter(plan), project.inheritance(), later.inheritance()
    changed = {name for name, _, _ in key(project.params) ^ key(later.params)}
    affected = 0
    for own in tasks:
        effect = counter.count_task(own)
        differing = {name for name, _, _ in key(merge_before(own)) ^ key(merge_after(own))}
        assert set(effect.params) == differing
        assert set(effect.overridden) == (changed & own.keys()) - differing
        assert effect.why == (None if differing else "override" if effect.overridden else "same")
        affected += bool(differing)
    assert counter.build_impact().affected == affected


@pytest.mark.parametrize(
    ("name", "mistake", "law"),
    [
        # `==` confuses 1 with True.
        (
            "paramcore.model.inheritance.same_checked",
            lambda one, two: one == two,
            TestSlimming().test_it_is_minimal,
        ),
        ("paramcore.analysis.diff.same", lambda one, two: one == two, TestDiffs().test_each_name_is_listed_once),
        (
            "paramcore.analysis.diff.same",
            lambda one, two: False,
            TestPlanning().test_no_smaller_update_gives_the_wanted_params,
        ),
        (
            "paramcore.analysis.impact.same_member",
            lambda one, two, name: one.get(name) == two.get(name),
            TestImpact().test_it_reports_exactly_the_changes,
        ),
    ],
)
def test_a_mistake_is_found(monkeypatch: pytest.MonkeyPatch, name: str, mistake: Any, law: Any) -> None:
    """The laws fail for an engine that compares values wrongly."""
    monkeypatch.setattr(name, mistake)
    with pytest.raises((AssertionError, ParamcoreError)):
        law()
