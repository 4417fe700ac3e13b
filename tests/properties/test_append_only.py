"""Laws B: a history only grows, a patch overlays the latest params, a replace starts anew."""

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
    """B1, B4, B12, B18: each update appends exactly one version, and versions are numbered by index."""

    @given(project=projects(), update=updates())
    def test_an_update_appends_one_version_and_leaves_the_rest(self, project: Project, update: Update) -> None:
        """Earlier versions keep their number, order and values."""
        before = spelled(history(project))
        after = project.update(update)
        assert after.versions[:-1] == project.versions
        assert len(after.versions) == len(project.versions) + 1
        assert spelled(history(after)[:-1]) == before == spelled(history(project))

    @given(project=projects())
    def test_an_update_that_changes_nothing_still_counts(self, project: Project) -> None:
        """An empty patch and a replace by the same params each append a version."""
        for after in (project.patch_params({}), project.replace_params(project.params)):
            assert only_differs_in_length(project, after)

    @given(project=projects(), update=updates(), times=st.integers(1, 4))
    def test_equal_updates_are_not_merged_away(self, project: Project, update: Update, times: int) -> None:
        """The number of versions is the number of updates."""
        after = project
        for _ in range(times):
            after = after.update(update)
        assert len(after.versions) == len(project.versions) + times

    @given(project=projects())
    def test_numbers_are_places(self, project: Project) -> None:
        """Versions are numbered 0, 1, 2, ..., and `version` returns them by number."""
        assert [version.number for version in project.versions] == list(range(len(project.versions)))
        for place, version in enumerate(project.versions):
            assert project.version(place) is version


class TestReplace:
    """B2, B5, B9, B16: a replace does not depend on earlier params."""

    @given(project=projects(), new=params())
    def test_a_replace_holds_exactly_what_it_names(self, project: Project, new: dict[str, Any]) -> None:
        """The new version has exactly the params of the request, byte for byte."""
        assert spelled(project.replace_params(new).params) == spelled(new)
        assert project.replace_params({}).params == {}

    @given(one=projects(), two=projects(), new=params())
    def test_a_replace_gives_the_same_whatever_was_there(self, one: Project, two: Project, new: dict[str, Any]) -> None:
        """Any two projects have equal params after the same replace."""
        assert equal(one.replace_params(new).params, two.replace_params(new).params)

    @given(project=projects(min_versions=1), data=st.data())
    def test_rolling_back_appends_the_old_params(self, project: Project, data: st.DataObject) -> None:
        """A replace by old params appends a version with them, and keeps those between."""
        old = data.draw(st.sampled_from(project.versions))
        after = project.replace_params(old.params)
        assert spelled(after.params) == spelled(old.params)
        assert after.versions[:-1] == project.versions


class TestPatch:
    """B3, B6 to B8, B10, B17: a patch overlays the latest params and removes nothing."""

    @given(project=projects(), new=params())
    def test_a_patch_lays_its_params_over_the_latest(self, project: Project, new: dict[str, Any]) -> None:
        """The new version overlays the latest params with those of the request, and loses no name."""
        after = project.patch_params(new).params
        assert spelled(after) == spelled({**project.params, **new})
        assert set(after) >= set(project.params)

    @given(new=params())
    def test_on_an_empty_history_both_verbs_are_one(self, new: dict[str, Any]) -> None:
        """Patch and replace both append version 0 with exactly their params."""
        empty = Project("boxes", type="imageannotation")
        assert empty.patch_params(new) == empty.replace_params(new)
        assert spelled(empty.patch_params(new).version(0).params) == spelled(new)

    @given(project=projects(), a=params(), b=params())
    def test_two_patches_fuse_in_value(self, project: Project, a: dict[str, Any], b: dict[str, Any]) -> None:
        """Two patches give the same params as their composition, with one more version."""
        twice, once = project.patch_params(a).patch_params(b), project.patch_params({**a, **b})
        assert spelled(twice.params) == spelled(once.params)
        assert len(twice.versions) == len(once.versions) + 1

    @given(project=projects(), a=params())
    def test_a_patch_twice_is_a_patch_once_in_value(self, project: Project, a: dict[str, Any]) -> None:
        """A repeated patch appends a version with the same values."""
        assert only_differs_in_length(project.patch_params(a), project.patch_params(a).patch_params(a))

    @given(project=projects(), a=params(), b=params())
    def test_nothing_comes_back_from_before_a_replace(
        self, project: Project, a: dict[str, Any], b: dict[str, Any]
    ) -> None:
        """A patch after a replace overlays the params of the replace only."""
        assert spelled(project.replace_params(a).patch_params(b).params) == spelled({**a, **b})


class TestReplay:
    """B14, B15, B19: a history follows from its updates, and each prefix from the first updates."""

    @given(made=ops())
    def test_the_latest_params_are_the_updates_since_the_newest_replace(self, made: list[Op]) -> None:
        """The latest params are the last replace with the later patches."""
        assert equal(made_by(made).params, folded(made))

    @given(made=ops(), upto=st.integers(0, 4))
    def test_the_first_updates_make_the_first_versions(self, made: list[Op], upto: int) -> None:
        """Replaying the first updates gives the first versions."""
        assert made_by(made).versions[: len(made[:upto])] == made_by(made[:upto]).versions

    @given(made=ops(), first=st.none() | params())
    def test_a_history_is_what_the_naive_model_says(self, made: list[Op], first: dict[str, Any] | None) -> None:
        """All versions equal, byte for byte, those of a plain list of dicts."""
        expected = created(first)
        for verb, own in made:
            expected = updated(expected, verb, own)
        assert [spelled(one) for one in history(made_by(made, first))] == [spelled(one) for one in expected]

    @given(first=params())
    def test_creating_with_params_is_a_first_replace(self, first: dict[str, Any]) -> None:
        """A new project with params, even `{}`, has one version; without params it has none."""
        assert made_by([], first) == made_by([("replace", first)])
        assert made_by([], None).versions == ()
        assert len(made_by([], {}).versions) == 1


class TestRefusals:
    """B11, B13: a rejected update changes nothing, and the flag of the API is a bool or missing."""

    @given(project=projects(), own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_update_changes_nothing(self, project: Project, own: dict[str, Any], bad: str) -> None:
        """After a rejected update the project is unchanged."""
        before = spelled(history(project))
        for wrong in ({**own, bad: 1}, {**own, "instruction": 5}, {**own, "deep": [[{"x": {1, 2}}]]}):
            for update in (project.patch_params, project.replace_params):
                with pytest.raises(ParamcoreError):
                    update(wrong)
        assert spelled(history(project)) == before

    @given(own=params(), flag=st.sampled_from([0, 1, 0.0, 1.0, None, "", "true", "false", [], {}]))
    def test_only_a_bool_is_a_flag(self, own: dict[str, Any], flag: Any) -> None:
        """Any `patch` except `true` and `false` is rejected, including null."""
        with pytest.raises(ParamcoreError) as refused:
            read_update({**own, "patch": flag})
        assert refused.value.code == "flag_type"

    @given(own=params())
    def test_the_flag_left_out_is_false(self, own: dict[str, Any]) -> None:
        """Without the flag, an update is a replace, as for the API."""
        assert read_update(own) == read_update({**own, "patch": False}) == Replace(own)
        assert read_update({**own, "patch": True}) == Patch(own)

    @given(own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_name_is_told_by_its_path(self, own: dict[str, Any], bad: str) -> None:
        """Both updates reject a reserved name, with its path."""
        for verb in (Patch, Replace):
            with pytest.raises(InvalidParams) as refused:
                verb({**own, bad: 1})
            assert (refused.value.code, refused.value.path) == ("param_name", f"/{bad}")


class TestTime:
    """B20: a time comes from the caller, is kept unchanged and decides nothing."""

    @given(made=ops(), times=st.permutations(["2020-01-01T00:00:00.000Z", "1999", "", None, "9999"]), own=params())
    def test_no_time_decides_an_order_or_an_answer(
        self, made: list[Op], times: list[str | None], own: dict[str, Any]
    ) -> None:
        """The times of versions do not affect the order or the results."""
        timed = Project("boxes", type="imageannotation")
        for (verb, params_), time in zip(made, times, strict=False):
            update = Patch(params_) if verb == "patch" else Replace(params_)
            timed = timed.update(update, created_at=time)
        untimed = made_by(made)
        assert [version.created_at for version in timed.versions] == times[: len(made)]
        assert history(timed) == history(untimed)
        assert timed.resolve(own).params == untimed.resolve(own).params


class TestComposition:
    """`first.then(second)` is one update with the effect of both."""

    @given(project=projects(), first=updates(), second=updates())
    def test_one_update_does_what_both_do(self, project: Project, first: Update, second: Update) -> None:
        """One composed update and two updates in turn give the same params."""
        assert equal(project.update(first.then(second)).params, project.update(first).update(second).params)

    @given(first=updates(), second=updates(), third=updates())
    def test_grouping_does_not_matter(self, first: Update, second: Update, third: Update) -> None:
        """The grouping of three updates does not matter."""
        assert first.then(second).then(third) == first.then(second.then(third))

    @given(update=updates())
    def test_an_empty_patch_is_neutral(self, update: Update) -> None:
        """An empty patch before or after an update changes nothing."""
        assert Patch({}).then(update) == update == update.then(Patch({}))

    @given(first=updates(), second=updates())
    def test_a_replace_forgets_what_was_composed_before(self, first: Update, second: Update) -> None:
        """An update and then a replace is the replace; a replace and then any update is a replace."""
        assume(isinstance(second, Replace))
        assert first.then(second) == second
        assert isinstance(second.then(first), Replace)
