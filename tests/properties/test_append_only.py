"""A history only grows, a patch overlays the latest params, and a replace discards them."""

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
from tests.reference import create, equal, fold, plain, spell, update

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
    """Each update appends exactly one version, and versions are numbered by index."""

    @given(project=projects(), update=updates())
    def test_an_update_appends_one_version_and_changes_no_other(self, project: Project, update: Update) -> None:
        """Earlier versions keep their number, order and values."""
        before = spell(history(project))
        after = project.update(update)
        assert after.versions[:-1] == project.versions
        assert len(after.versions) == len(project.versions) + 1
        assert spell(history(after)[:-1]) == before == spell(history(project))

    @given(project=projects())
    def test_an_update_that_changes_nothing_still_counts(self, project: Project) -> None:
        """An empty patch appends a version, and so does a replace with the latest params."""
        for after in (project.patch_params({}), project.replace_params(project.params)):
            assert only_differs_in_length(project, after)

    @given(project=projects(), update=updates(), times=st.integers(1, 4))
    def test_equal_updates_are_not_merged(self, project: Project, update: Update, times: int) -> None:
        """Each of several equal updates appends a version."""
        after = project
        for _ in range(times):
            after = after.update(update)
        assert len(after.versions) == len(project.versions) + times

    @given(project=projects())
    def test_the_number_of_a_version_is_its_index(self, project: Project) -> None:
        """Versions are numbered 0, 1, 2 and so on. `version` returns the version with the given number."""
        assert [version.number for version in project.versions] == list(range(len(project.versions)))
        for place, version in enumerate(project.versions):
            assert project.version(place) is version


class TestReplace:
    """A replace does not depend on earlier params."""

    @given(project=projects(), new=params())
    def test_a_replace_gives_exactly_its_params(self, project: Project, new: dict[str, Any]) -> None:
        """The new version has exactly the params of the replace, with the same types."""
        assert spell(project.replace_params(new).params) == spell(new)
        assert project.replace_params({}).params == {}

    @given(one=projects(), two=projects(), new=params())
    def test_a_replace_does_not_depend_on_the_project(self, one: Project, two: Project, new: dict[str, Any]) -> None:
        """Any two projects have equal params after the same replace."""
        assert equal(one.replace_params(new).params, two.replace_params(new).params)

    @given(project=projects(min_versions=1), data=st.data())
    def test_rolling_back_appends_the_old_params(self, project: Project, data: st.DataObject) -> None:
        """A replace with the params of an old version appends a version with these params. All other versions stay."""
        old = data.draw(st.sampled_from(project.versions))
        after = project.replace_params(old.params)
        assert spell(after.params) == spell(old.params)
        assert after.versions[:-1] == project.versions


class TestPatch:
    """A patch overlays the latest params and removes nothing."""

    @given(project=projects(), new=params())
    def test_a_patch_overlays_the_latest_params(self, project: Project, new: dict[str, Any]) -> None:
        """The new version has the latest params, overlaid with the params of the patch."""
        after = project.patch_params(new).params
        assert spell(after) == spell({**project.params, **new})
        assert set(after) >= set(project.params)

    @given(new=params())
    def test_the_first_patch_equals_the_first_replace(self, new: dict[str, Any]) -> None:
        """In a project without versions, a patch and a replace both append version 0 with exactly their params."""
        empty = Project("boxes", type="imageannotation")
        assert empty.patch_params(new) == empty.replace_params(new)
        assert spell(empty.patch_params(new).version(0).params) == spell(new)

    @given(project=projects(), a=params(), b=params())
    def test_two_patches_equal_their_composition_in_value(
        self, project: Project, a: dict[str, Any], b: dict[str, Any]
    ) -> None:
        """Two patches give the same params as one patch with the params of both, but append one more version."""
        twice, once = project.patch_params(a).patch_params(b), project.patch_params({**a, **b})
        assert spell(twice.params) == spell(once.params)
        assert len(twice.versions) == len(once.versions) + 1

    @given(project=projects(), a=params())
    def test_a_repeated_patch_changes_no_value(self, project: Project, a: dict[str, Any]) -> None:
        """Repeating a patch appends a version whose params equal the latest params."""
        assert only_differs_in_length(project.patch_params(a), project.patch_params(a).patch_params(a))

    @given(project=projects(), a=params(), b=params())
    def test_a_patch_after_a_replace_restores_nothing(
        self, project: Project, a: dict[str, Any], b: dict[str, Any]
    ) -> None:
        """A patch after a replace overlays only the params of the replace."""
        assert spell(project.replace_params(a).patch_params(b).params) == spell({**a, **b})


class TestReplay:
    """The updates determine the history, and the first updates determine the first versions."""

    @given(made=ops())
    def test_the_latest_params_are_the_updates_since_the_newest_replace(self, made: list[Op]) -> None:
        """The latest params are those of the last replace, overlaid with the later patches."""
        assert equal(made_by(made).params, fold(made))

    @given(made=ops(), upto=st.integers(0, 4))
    def test_the_first_updates_make_the_first_versions(self, made: list[Op], upto: int) -> None:
        """A project with only the first updates of a history has the first versions of this history."""
        assert made_by(made).versions[: len(made[:upto])] == made_by(made[:upto]).versions

    @given(made=ops(), first=st.none() | params())
    def test_a_history_equals_that_of_the_reference_model(self, made: list[Op], first: dict[str, Any] | None) -> None:
        """All versions have the same values and types as those of the reference model."""
        expected = create(first)
        for verb, own in made:
            expected = update(expected, verb, own)
        assert [spell(one) for one in history(made_by(made, first))] == [spell(one) for one in expected]

    @given(first=params())
    def test_creating_with_params_is_a_first_replace(self, first: dict[str, Any]) -> None:
        """A new project with params, even `{}`, has one version; without params it has none."""
        assert made_by([], first) == made_by([("replace", first)])
        assert made_by([], None).versions == ()
        assert len(made_by([], {}).versions) == 1


class TestRefusals:
    """A rejected update changes nothing, and `patch` is a bool or missing."""

    @given(project=projects(), own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_update_changes_nothing(self, project: Project, own: dict[str, Any], bad: str) -> None:
        before = spell(history(project))
        for wrong in ({**own, bad: 1}, {**own, "instruction": 5}, {**own, "deep": [[{"x": {1, 2}}]]}):
            for change in (project.patch_params, project.replace_params):
                with pytest.raises(ParamcoreError):
                    change(wrong)
        assert spell(history(project)) == before

    @given(own=params(), flag=st.sampled_from([0, 1, 0.0, 1.0, None, "", "true", "false", [], {}]))
    def test_only_a_bool_is_a_flag(self, own: dict[str, Any], flag: Any) -> None:
        """Any value of `patch` except `true` and `false` is rejected, even null."""
        with pytest.raises(ParamcoreError) as refused:
            read_update({**own, "patch": flag})
        assert refused.value.code == "flag_type"

    @given(own=params())
    def test_a_missing_flag_is_false(self, own: dict[str, Any]) -> None:
        """An update without `patch` is a replace, as in the API."""
        assert read_update(own) == read_update({**own, "patch": False}) == Replace(own)
        assert read_update({**own, "patch": True}) == Patch(own)

    @given(own=params(), bad=st.sampled_from(sorted(RESERVED_PROJECT_NAMES)))
    def test_a_refused_name_has_a_path(self, own: dict[str, Any], bad: str) -> None:
        """A patch and a replace both reject a reserved name, and the error has the path of the name."""
        for verb in (Patch, Replace):
            with pytest.raises(InvalidParams) as refused:
                verb({**own, bad: 1})
            assert (refused.value.code, refused.value.path) == ("param_name", f"/{bad}")


class TestTime:
    """The time of a version comes from the caller, is kept unchanged and affects nothing."""

    @given(made=ops(), times=st.permutations(["2020-01-01T00:00:00.000Z", "1999", "", None, "9999"]), own=params())
    def test_times_do_not_matter(self, made: list[Op], times: list[str | None], own: dict[str, Any]) -> None:
        """The times of versions affect neither the order of the versions nor the results."""
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
    def test_the_composition_has_the_effect_of_both(self, project: Project, first: Update, second: Update) -> None:
        assert equal(project.update(first.then(second)).params, project.update(first).update(second).params)

    @given(first=updates(), second=updates(), third=updates())
    def test_grouping_does_not_matter(self, first: Update, second: Update, third: Update) -> None:
        """Composing three updates gives the same update, whatever their grouping."""
        assert first.then(second).then(third) == first.then(second.then(third))

    @given(update=updates())
    def test_an_empty_patch_is_neutral(self, update: Update) -> None:
        """Composing an update with an empty patch, in either order, gives the update itself."""
        assert Patch({}).then(update) == update == update.then(Patch({}))

    @given(first=updates(), second=updates())
    def test_a_replace_absorbs_the_update_before_it(self, first: Update, second: Update) -> None:
        """An update followed by a replace composes to exactly this replace.

        A replace followed by any update composes to a replace.
        """
        assume(isinstance(second, Replace))
        assert first.then(second) == second
        assert isinstance(second.then(first), Replace)
