"""The laws of updates and their composition, and of plans, impact, diffs, histories and audits."""

from itertools import combinations, product

from hypothesis import given, strategies as st

from paramcore import Assumptions, Patch, Plan, Project, Replace, TaskRequest
from paramcore.analysis.audit import SEPARATORS, Audit
from paramcore.analysis.diff import Diff
from paramcore.analysis.history import History
from paramcore.analysis.impact import Impact
from paramcore.testing import flat_requests, json_values, param_names, params, projects, task_requests, updates
from paramcore.values import same, thaw
from paramcore.values.pointer import resolve_pointer

#: Params with few names and values, so that two draws often agree.
FEW = st.dictionaries(st.sampled_from("abc"), st.sampled_from([0, False, 1, None]), max_size=3)
FEW_UPDATES = st.builds(Patch, FEW) | st.builds(Replace, FEW)


def after(project, made):
    for update in made:
        project = project.update(update)
    return project


def params_of(one):
    return {} if one is None else one.params


class TestComposing:
    """`then` composes two updates. It is associative, and an empty patch is its neutral element."""

    @given(updates(), updates(), updates())
    def test_it_is_associative(self, first, second, third):
        """Composing three updates gives the same update, whatever their grouping."""
        assert first.then(second).then(third) == first.then(second.then(third))

    @given(updates())
    def test_an_empty_patch_is_neutral(self, update):
        """Composing an update with an empty patch, in either order, gives the update itself."""
        assert Patch({}).then(update) == update == update.then(Patch({}))

    @given(params(), updates(), updates())
    def test_one_composed_update_has_the_effect_of_both(self, held, first, second):
        """The composed update gives the same params as the first update followed by the second."""
        assert first.then(second).applied_to(held) == second.applied_to(first.applied_to(held))

    @given(projects(), st.lists(updates(), min_size=1, max_size=5))
    def test_any_run_of_updates_can_be_squashed(self, project, made):
        """The composition of several updates gives the same latest params as applying the updates one after another."""
        squashed = made[0]
        for update in made[1:]:
            squashed = squashed.then(update)
        assert project.update(squashed).params == after(project, made).params

    @given(FEW, FEW, FEW)
    def test_patches_commute_if_they_agree(self, held, one, two):
        """The order of two patches does not matter if and only if they set their common names to equal values."""
        agree = all(same(one[name], two[name]) for name in one.keys() & two.keys())
        there, back = (Patch(a).then(Patch(b)).applied_to(held) for a, b in ((one, two), (two, one)))
        assert (there == back) is agree


class TestPlanning:
    """A plan shows the effect of an update, and `Plan.to` plans the smallest update."""

    @given(projects(), updates())
    def test_a_plan_is_the_update(self, project, update):
        """`after` has the params of the updated project, and `dropped` names the params that the update drops.

        `request` is the body of the update. The plan needs consent if and only if the update drops params.
        """
        plan = Plan.of(project, update)
        assert plan.after == project.update(update).params
        assert set(plan.dropped) == set(project.params) - set(plan.after)
        assert plan.request == update.body
        assert plan.needs_consent is bool(plan.dropped)

    @given(projects(), updates())
    def test_the_patch_that_keeps_drops_nothing(self, project, update):
        """After the patch `keeping`, all params of the update have their new values. The patch drops no param."""
        plan = Plan.of(project, update)
        kept = Plan.of(project, plan.keeping)
        assert kept.dropped == ()
        assert {name: kept.after[name] for name in update.params} == update.params

    @given(FEW, FEW_UPDATES)
    def test_the_patch_that_keeps_is_minimal(self, held, update):
        """`keeping` has exactly the params that the update adds or changes."""
        project = Project("boxes", type="comparison", params=held)
        keeping = Plan.of(project, update).keeping
        changing = {name for name in update.params if name not in held or not same(held[name], update.params[name])}
        assert set(keeping.params) == changing
        assert same({name: update.params[name] for name in changing}, keeping.params)

    @given(projects(), params())
    def test_the_smallest_update_gives_the_wanted_params(self, project, wanted):
        """After the update that `Plan.to` plans, the project has exactly the wanted params."""
        plan = Plan.to(project, wanted)
        reached = project if plan.update is None else project.update(plan.update)
        assert reached.params == plan.after == wanted

    @given(FEW, FEW)
    def test_no_smaller_update_gives_the_wanted_params(self, held, wanted):
        """No update with fewer params than the planned update has the same result."""
        project = Project("boxes", type="comparison", params=held)
        plan = Plan.to(project, wanted)
        size = len(params_of(plan.update))
        names = sorted({*held, *wanted})
        for fewer in range(size):
            for chosen in combinations(names, fewer):
                for values in product([0, False, 1, None], repeat=fewer):
                    smaller = dict(zip(chosen, values, strict=True))
                    assert Patch(smaller).applied_to(held) != wanted
                    assert Replace(smaller).applied_to(held) != wanted
        if plan.update is not None:
            assert not same(held, wanted)

    @given(FEW, FEW)
    def test_a_replace_is_planned_only_to_remove_a_param(self, held, wanted):
        """`Plan.to` plans a replace if and only if a param must be removed."""
        plan = Plan.to(Project("boxes", type="comparison", params=held), wanted)
        assert isinstance(plan.update, Replace) is bool(held.keys() - wanted.keys())

    @given(FEW, FEW_UPDATES, st.lists(FEW_UPDATES, max_size=3))
    def test_conflicts_with_a_changed_history_are_exact(self, held, update, meanwhile):
        """Conflicts are later changes that the update overwrites. Without conflicts, no change is lost."""
        project = Project("boxes", type="comparison", params=held)
        plan, now = Plan.of(project, update), after(project, meanwhile)
        outcome = now.update(update).params
        moved = plan.rebase_on(now)

        def is_so(name, here, there):
            return (name in here) == (name in there) and same(here.get(name), there.get(name))

        theirs = [name for name in {*held, *now.params} if not is_so(name, held, now.params)]
        assert set(moved.conflicts) == {name for name in theirs if not is_so(name, outcome, now.params)}
        if moved.is_clean:
            ours = [name for name in {*held, *plan.after} if not is_so(name, held, plan.after)]
            assert all(is_so(name, outcome, plan.after) for name in ours)
            assert all(is_so(name, outcome, now.params) for name in theirs)
            untouched = {*held, *outcome} - {*ours, *theirs}
            assert all(is_so(name, outcome, held) for name in untouched)

    @given(FEW, FEW, FEW)
    def test_two_patches_conflict_if_they_disagree(self, held, one, two):
        """A param is a conflict if and only if a later patch changes it and the planned patch sets another value."""
        project = Project("boxes", type="comparison", params=held)
        moved = Plan.of(project, Patch(one)).rebase_on(project.patch_params(two))
        disagree = {name for name in one.keys() & two.keys() if not same(one[name], two[name])}
        changed = {name for name in two if name not in held or not same(held[name], two[name])}
        assert set(moved.conflicts) == disagree & changed


class TestImpact:
    """The impact of an update agrees with resolving each request before and after the update."""

    @given(st.data(), projects(), updates())
    def test_it_equals_resolving_before_and_after(self, data, project, update):
        """An effect names the params that the update changes for the task. An effect without params has a reason."""
        task = data.draw(task_requests(project))
        plan = Plan.of(project, update)
        (effect,) = Impact.iter_effects(plan, [task])
        before, then = (at.resolve(task).params for at in (project, project.update(update)))
        assert set(effect.params) == set(Diff.between(before, then).names)
        assert (effect.why is None) is bool(effect.params)
        assert set(effect.overridden) <= set(task.params) & set(plan.diff.names)
        if effect.why == "pinned":
            assert task.project_version is not None
            assert task.project_version >= 0
        if effect.why == "opted_out":
            assert task.project_version == -1

    @given(st.data(), projects(), updates())
    def test_the_counts_are_those_of_the_effects(self, data, project, update):
        """Each request is counted once, and so is each of its affected params."""
        tasks = data.draw(st.lists(flat_requests(project), max_size=4))
        plan = Plan.of(project, update)
        effects, impact = list(Impact.iter_effects(plan, tasks)), Impact.of(plan, tasks)
        assert impact.affected == sum(bool(effect.params) for effect in effects)
        assert impact.affected + sum(impact.unaffected.values()) == len(tasks)
        for name, counts in impact.by_param.items():
            assert counts["affected"] == sum(name in effect.params for effect in effects)
            assert counts["override"] == sum(name in effect.overridden for effect in effects)


class TestDiffs:
    """A diff turns `before` into `after`, and lists only real differences."""

    @given(params(), params())
    def test_a_diff_applied_to_before_gives_after(self, before, then):
        assert Diff.between(before, then).applied_to(before) == then

    @given(FEW, FEW, FEW)
    def test_a_diff_applied_to_other_params_makes_the_same_changes(self, before, then, theirs):
        """`applied_to` makes the changes of the diff in any params, and keeps all other values."""
        made = Diff.between(before, then).applied_to(theirs)
        for name in {*before, *then, *theirs}:
            is_kept = (name in before) == (name in then) and same(before.get(name), then.get(name))
            source = theirs if is_kept else then
            assert (name in made) is (name in source)
            assert same(made.get(name), source.get(name))

    @given(params(), params())
    def test_each_name_is_listed_once(self, before, then):
        """Each name in `before` or `after` is in exactly one of `added`, `removed`, `changed` and `kept`."""
        diff = Diff.between(before, then)
        names = [*diff.added, *diff.removed, *diff.changed, *diff.kept]
        assert sorted(names) == sorted({*before, *then})
        assert bool(diff) is (len(diff.kept) < len(names)) is not same(before, then)

    @given(param_names(), json_values(), json_values())
    def test_lost_values_are_in_before(self, name, before, then):
        """Each pointer of `lost` is listed once and resolves in `before`. Equal params lose nothing."""
        diff = Diff.between({name: before}, {name: then}) if name != "instruction" else Diff.between({}, {})
        for path in diff.lost:
            resolve_pointer(diff.before, path)
        assert len(set(diff.lost)) == len(diff.lost)
        if not diff:
            assert diff.lost == ()

    @given(st.lists(json_values(), max_size=4), st.data())
    def test_moving_or_adding_elements_loses_nothing(self, elements, data):
        """An array that only grows or is reordered loses nothing."""
        grown = data.draw(st.permutations([*elements, *data.draw(st.lists(json_values(), max_size=2))]))
        assert Diff.between({"a": elements}, {"a": grown}).lost == ()


class TestHistories:
    """The steps and lifetimes of a history agree with its versions."""

    @given(projects(), st.data())
    def test_lifetimes_cover_the_history(self, project, data):
        """The lifetimes of a param cover each version once, in order. A lifetime has the param's value in its versions.

        Two consecutive lifetimes differ in the value, or in whether the param is set.
        """
        param = data.draw(st.sampled_from(["a", "b", "instruction", "padding"]))
        lives = History.of(project).lifetimes(param)
        covered = [number for life in lives for number in range(life.first, life.last + 1)]
        assert covered == [version.number for version in project.versions]
        for life in lives:
            for number in range(life.first, life.last + 1):
                held = project.version(number).params
                assert (param in held) is life.is_set
                assert same(held.get(param), life.value)
        for one, two in zip(lives, lives[1:], strict=False):
            assert (one.is_set, thaw(one.value)) != (two.is_set, thaw(two.value)) or not same(one.value, two.value)

    @given(st.lists(updates(), max_size=5))
    def test_must_be_replace_is_never_wrong(self, made):
        """`must_be_replace` is true only for a replace, and `restated` lists only params of that replace.

        If `returns` lists a param, the param has the value that it had in the listed earlier version.
        """
        project = after(Project("boxes", type="comparison"), made)
        for step, update in zip(History.of(project).steps, made, strict=True):
            if step.must_be_replace:
                assert isinstance(update, Replace)
                assert set(step.restated) <= set(update.params)
            for name, number in step.returns.items():
                assert same(project.version(number).params[name], step.version.params[name])
                assert number < step.version.number - 1 or name not in project.version(step.version.number - 1).params


ASSUMPTIONS = st.builds(
    Assumptions,
    instruction_separator=st.sampled_from(SEPARATORS) | st.text("ab -", max_size=3),
    empty_instruction=st.sampled_from(["leave out", "join"]),
    instruction_rule=st.sampled_from(["append", "override"]),
    pinned_param_version=st.sampled_from(["used", "latest"]),
)


class TestAudits:
    """An audit accepts each task that the engine produced."""

    @given(st.data(), projects(min_versions=1), ASSUMPTIONS)
    def test_a_task_of_the_engine_is_possible(self, data, project, true):
        """An audit finds no contradiction in a task that the same project produced, even with null params added."""
        project = project.with_assumptions(true)
        tasks = data.draw(st.lists(task_requests(project), max_size=4))
        made = []
        for task in tasks:
            created = thaw(project.resolve(TaskRequest.from_flat({**task.flat, "project": project.name})).as_task())
            created["params"].update(data.draw(st.dictionaries(st.sampled_from(["examples", "min"]), st.none())))
            made.append({**created, "task_id": "t", "status": "completed"})
        audit = Audit.of(project, made)
        assert audit.findings == ()
        assert (audit.possible, audit.impossible, audit.not_judged) == (len(made), 0, 0)
        assert true in audit.calibration

    @given(
        st.data(),
        projects(min_versions=1),
        ASSUMPTIONS.filter(lambda one: one.instruction_separator in SEPARATORS),
        ASSUMPTIONS,
    )
    def test_calibration_keeps_the_true_assumptions(self, data, project, true, assumed):
        """If an audit tries the separator of the true assumptions, the tasks never rule out the true assumptions."""
        tasks = data.draw(st.lists(task_requests(project), max_size=4))
        made = [
            project.with_assumptions(true)
            .resolve(TaskRequest.from_flat({**task.flat, "project": project.name}))
            .as_task()
            for task in tasks
        ]
        assert true in Audit.of(project.with_assumptions(assumed), made).calibration
