"""Laws B: a history only ever grows, a patch lays over its end, a replace starts anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import assume, given, strategies as st
from hypothesis.strategies import SearchStrategy

from paramcore import Patch, Project, Replace
from paramcore.errors import InvalidParams, ParamcoreError
from paramcore.model.updates import Update
from paramcore.testing import RESERVED_PROJECT_NAMES, params, projects, updates
from paramcore.wire import read_update
from tests.reference import created, equal, folded, plain, spelled, updated

Op = tuple[str, dict[str, Any]]


def ops(*, max_size: int = 4) -> SearchStrategy[list[Op]]:
    return st.lists(st.tuples(st.sampled_from(("patch", "replace")), params()), max_size=max_size)


def made_by(made: list[Op], first: Mapping[str, Any] | None = None) -> Project:
    project = Project("boxes", type="imageannotation", params=first)
    for verb, own in made:
        project = project.patch_params(own) if verb == "patch" else project.replace_params(own)
    return project


def history(project: Project) -> list[Any]:
    return [plain(version.params) for version in project.versions]


def only_differs_in_length(one: Project, two: Project) -> bool:
    return equal(one.params, two.params) and len(one.versions) != len(two.versions)


class TestAppending:
    """B1, B4, B12, B18: every update appends exactly one version, and versions are numbered by their place."""

    @given(project=projects(), update=updates())
    def test_an_update_appends_one_version_and_leaves_the_rest(self, project: Project, update: Update) -> None:
        """The versions before are the very same, in number, in order and in value."""
        before = spelled(history(project))
        after = project.update(update)
        assert after.versions[:-1] == project.versions
        assert len(after.versions) == len(project.versions) + 1
        assert spelled(history(after)[:-1]) == before == spelled(history(project))

    @given(project=projects())
    def test_an_update_that_changes_nothing_still_counts(self, project: Project) -> None:
        """A patch with nothing, and a replace by what is there, each make one version of the same values."""
        for after in (project.patch_params({}), project.replace_params(project.params)):
            assert only_differs_in_length(project, after)

    @given(project=projects(), update=updates(), times=st.integers(1, 4))
    def test_equal_updates_are_not_merged_away(self, project: Project, update: Update, times: int) -> None:
        """As many updates, as many versions."""
        after = project
        for _ in range(times):
            after = after.update(update)
        assert len(after.versions) == len(project.versions) + times

    @given(project=projects())
    def test_numbers_are_places(self, project: Project) -> None:
        """Versions count 0, 1, 2 and so on, and asked for by its number each is the one at that place."""
        assert [version.number for version in project.versions] == list(range(len(project.versions)))
        for place, version in enumerate(project.versions):
            assert project.version(place) is version


class TestReplace:
    """B2, B5, B9, B16: a replace knows nothing of what was there."""

    @given(project=projects(), new=params())
    def test_a_replace_holds_exactly_what_it_names(self, project: Project, new: dict[str, Any]) -> None:
        """The new version is the request's params, spelt as they were, and by nothing it holds nothing."""
        assert spelled(project.replace_params(new).params) == spelled(new)
        assert project.replace_params({}).params == {}

    @given(one=projects(), two=projects(), new=params())
    def test_a_replace_gives_the_same_whatever_was_there(self, one: Project, two: Project, new: dict[str, Any]) -> None:
        """Two projects of any history hold the same after the same replace."""
        assert equal(one.replace_params(new).params, two.replace_params(new).params)

    @given(project=projects(min_versions=1), data=st.data())
    def test_rolling_back_appends_the_old_params(self, project: Project, data: st.DataObject) -> None:
        """A replace by an old version's params makes a new version of them; those between stay."""
        old = data.draw(st.sampled_from(project.versions))
        after = project.replace_params(old.params)
        assert spelled(after.params) == spelled(old.params)
        assert after.versions[:-1] == project.versions


class TestPatch:
    """B3, B6 to B8, B10, B17: a patch lays its params over the latest ones, and removes nothing."""

    @given(project=projects(), new=params())
    def test_a_patch_lays_its_params_over_the_latest(self, project: Project, new: dict[str, Any]) -> None:
        """The new version is the latest with the request's params over it, and no name is lost."""
        after = project.patch_params(new).params
        assert spelled(after) == spelled({**project.params, **new})
        assert set(after) >= set(project.params)

    @given(new=params())
    def test_on_an_empty_history_both_verbs_are_one(self, new: dict[str, Any]) -> None:
        """The first update makes version 0 of just its params, whichever it is."""
        empty = Project("boxes", type="imageannotation")
        assert empty.patch_params(new) == empty.replace_params(new)
        assert spelled(empty.patch_params(new).version(0).params) == spelled(new)

    @given(project=projects(), a=params(), b=params())
    def test_two_patches_fuse_in_value(self, project: Project, a: dict[str, Any], b: dict[str, Any]) -> None:
        """Two patches leave what one of both together leaves, in one version more."""
        twice, once = project.patch_params(a).patch_params(b), project.patch_params({**a, **b})
        assert spelled(twice.params) == spelled(once.params)
        assert len(twice.versions) == len(once.versions) + 1

    @given(project=projects(), a=params())
    def test_a_patch_twice_is_a_patch_once_in_value(self, project: Project, a: dict[str, Any]) -> None:
        """The second of two equal patches changes no value and still makes a version."""
        assert only_differs_in_length(project.patch_params(a), project.patch_params(a).patch_params(a))

    @given(project=projects(), a=params(), b=params())
    def test_nothing_comes_back_from_before_a_replace(
        self, project: Project, a: dict[str, Any], b: dict[str, Any]
    ) -> None:
        """A patch after a replace sees the replace's params and nothing older."""
        assert spelled(project.replace_params(a).patch_params(b).params) == spelled({**a, **b})


class TestReplay:
    """B14, B15, B19: a history follows from its updates alone, and each of its beginnings from the first of them."""

    @given(made=ops())
    def test_the_latest_params_are_the_updates_since_the_newest_replace(self, made: list[Op]) -> None:
        """What is left of many updates is what the last replace and the patches after it say."""
        assert equal(made_by(made).params, folded(made))

    @given(made=ops(), upto=st.integers(0, 4))
    def test_the_first_updates_make_the_first_versions(self, made: list[Op], upto: int) -> None:
        """Replaying some of the updates gives a beginning of the whole history."""
        assert made_by(made).versions[: len(made[:upto])] == made_by(made[:upto]).versions

    @given(made=ops(), first=st.none() | params())
    def test_a_history_is_what_the_naive_model_says(self, made: list[Op], first: dict[str, Any] | None) -> None:
        """Versions made one by one are, byte by byte, those of a plain list of dicts."""
        expected = created(first)
        for verb, own in made:
            expected = updated(expected, verb, own)
        assert [spelled(one) for one in history(made_by(made, first))] == [spelled(one) for one in expected]

    @given(first=params())
    def test_creating_with_params_is_a_first_replace(self, first: dict[str, Any]) -> None:
        """Given params a new project has one version, given none it has none, and `{}` is params too."""
        assert made_by([], first) == made_by([("replace", first)])
        assert made_by([], None).versions == ()
        assert len(made_by([], {}).versions) == 1


class TestRefusals:
    """B11, B13: a refused update changes nothing, and the wire's flag is a bool or not given."""

    @given(project=projects(), own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_update_changes_nothing(self, project: Project, own: dict[str, Any], bad: str) -> None:
        """After the refusal the project is what it was, however late the fault was found."""
        before = spelled(history(project))
        for wrong in ({**own, bad: 1}, {**own, "instruction": 5}, {**own, "deep": [[{"x": {1, 2}}]]}):
            for update in (project.patch_params, project.replace_params):
                with pytest.raises(ParamcoreError):
                    update(wrong)
        assert spelled(history(project)) == before

    @given(own=params(), flag=st.sampled_from([0, 1, 0.0, 1.0, None, "", "true", "false", [], {}]))
    def test_only_a_bool_is_a_flag(self, own: dict[str, Any], flag: Any) -> None:
        """What is not exactly `true` or `false` as `patch` is refused, null included."""
        with pytest.raises(ParamcoreError) as refused:
            read_update({**own, "patch": flag})
        assert refused.value.code == "flag_type"

    @given(own=params())
    def test_the_flag_left_out_is_false(self, own: dict[str, Any]) -> None:
        """Without a flag an update replaces, which is the API's default."""
        assert read_update(own) == read_update({**own, "patch": False}) == Replace(own)
        assert read_update({**own, "patch": True}) == Patch(own)

    @given(own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_name_is_told_by_its_path(self, own: dict[str, Any], bad: str) -> None:
        """A name that a project cannot have is refused by both verbs, and the error leads to it."""
        for verb in (Patch, Replace):
            with pytest.raises(InvalidParams) as refused:
                verb({**own, bad: 1})
            assert (refused.value.code, refused.value.path) == ("param_name", f"/{bad}")


class TestTime:
    """B20: a time is handed in, kept as it is, and decides nothing."""

    @given(made=ops(), times=st.permutations(["2020-01-01T00:00:00.000Z", "1999", "", None, "9999"]), own=params())
    def test_no_time_decides_an_order_or_an_answer(
        self, made: list[Op], times: list[str | None], own: dict[str, Any]
    ) -> None:
        """However the times of its versions lie, a project holds and answers the same."""
        timed = Project("boxes", type="imageannotation")
        for (verb, params_), time in zip(made, times, strict=False):
            update = Patch(params_) if verb == "patch" else Replace(params_)
            timed = timed.update(update, created_at=time)
        untimed = made_by(made)
        assert [version.created_at for version in timed.versions] == times[: len(made)]
        assert history(timed) == history(untimed)
        assert timed.resolve(own).params == untimed.resolve(own).params


class TestComposition:
    """`first.then(second)` is one update that does both: a monoid that acts on projects, in value."""

    @given(project=projects(), first=updates(), second=updates())
    def test_one_update_does_what_both_do(self, project: Project, first: Update, second: Update) -> None:
        """Applied at once or one after the other, two updates leave the same params."""
        assert equal(project.update(first.then(second)).params, project.update(first).update(second).params)

    @given(first=updates(), second=updates(), third=updates())
    def test_grouping_does_not_matter(self, first: Update, second: Update, third: Update) -> None:
        """Three updates make one, whichever two are composed first."""
        assert first.then(second).then(third) == first.then(second.then(third))

    @given(update=updates())
    def test_an_empty_patch_is_neutral(self, update: Update) -> None:
        """Before or after it, an update is the same update."""
        assert Patch({}).then(update) == update == update.then(Patch({}))

    @given(first=updates(), second=updates())
    def test_a_replace_forgets_what_was_composed_before(self, first: Update, second: Update) -> None:
        """Anything and then a replace is the replace; anything after a replace is one."""
        assume(isinstance(second, Replace))
        assert first.then(second) == second
        assert isinstance(second.then(first), Replace)
