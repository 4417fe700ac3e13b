"""Stored values can be read again, and do not change."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st
from hypothesis.strategies import SearchStrategy

from paramcore import Assumptions, Plan, Project, TaskRequest
from paramcore.analysis.diff import Diff
from paramcore.errors import ParamcoreError
from paramcore.files.reader import read_lines
from paramcore.model.tasks import read_task_request
from paramcore.model.updates import Update
from paramcore.testing import (
    RESERVED_PROJECT_NAMES,
    assumptions,
    flat_requests,
    json_values,
    params,
    project_names,
    projects,
    task_params,
    task_requests,
    task_types,
    texts,
    updates,
)
from paramcore.values import freeze, thaw
from paramcore.wire import (
    read_project,
    read_projects,
    read_update,
    write_project,
    write_task_request,
    write_update,
)
from tests.reference import plain, spell

#: Names that an entry of a history may have, and that are not inherited.
KEPT_APART = sorted(RESERVED_PROJECT_NAMES - {"version", "created_at"})
TIMES = st.sampled_from(("2024-03-04T09:12:41.769Z", "1999-01-01T00:00:00.000Z", "", None))


ENTRIES = st.builds(
    lambda own, time, kept, turn: turned({**own, **time, **kept}, turn),
    params(),
    st.fixed_dictionaries({}, optional={"created_at": TIMES}),
    st.dictionaries(st.sampled_from(KEPT_APART), json_values(), max_size=1),
    st.integers(0, 5),
)


def turned(members: dict[str, Any], turn: int) -> dict[str, Any]:
    """Return an object with its members rotated by `turn`, and reversed if `turn` is odd."""
    names = list(members)[:: -1 if turn % 2 else 1]
    return {name: members[name] for name in [*names[turn:], *names[:turn]]}


def payloads() -> SearchStrategy[dict[str, Any]]:
    """Draw a project object with unknown fields, with reserved names in entries, and with its names in any order."""

    def payload(
        entries: list[dict[str, Any]], known: tuple[str, str], unknown: dict[str, Any], turn: int
    ) -> dict[str, Any]:
        history = [turned({"version": number, **entry}, turn) for number, entry in enumerate(entries)]
        more = {f"_{name}": value for name, value in unknown.items()}
        return turned({"name": known[0], "type": known[1], "param_history": history, **more}, turn)

    names_and_types = st.tuples(project_names(), task_types())
    return st.builds(payload, st.lists(ENTRIES, max_size=2), names_and_types, params(max_size=2), st.integers(0, 5))


def sent(value: Any) -> Any:
    """Encode a value as JSON text and decode it."""
    return json.loads(json.dumps(value))


class TestProjects:
    """A project that is written and read is equal to the original, and is written as the same text again."""

    @given(project=projects())
    def test_a_project_read_back_has_the_same_versions(self, project: Project) -> None:
        """After writing and reading, each version has the same number, time and params."""
        again = read_project(sent(write_project(project)), assumptions=project.assumptions)
        assert again.versions == project.versions
        assert (again.name, again.type) == (project.name, project.type)
        assert spell([version.params for version in again.versions]) == spell(
            [version.params for version in project.versions]
        )

    @given(project=projects())
    def test_a_project_read_back_is_equal(self, project: Project) -> None:
        assert read_project(sent(write_project(project)), assumptions=project.assumptions) == project

    @given(project=projects(), later=st.lists(updates(), max_size=2))
    def test_a_project_is_written_the_same_again(self, project: Project, later: list[Update]) -> None:
        """Writing, reading and writing again gives the same bytes, even after updates."""
        for update in later:
            project = project.update(update)
        text = json.dumps(write_project(project))
        assert json.dumps(write_project(read_project(json.loads(text)))) == text

    @given(payload=payloads())
    def test_the_object_of_the_service_is_written_unchanged(self, payload: dict[str, Any]) -> None:
        """Unknown fields, their order, missing times and reserved names are kept."""
        assert json.dumps(write_project(read_project(payload))) == json.dumps(payload)

    @given(payload=payloads(), update=updates())
    def test_an_update_only_appends_an_entry(self, payload: dict[str, Any], update: Update) -> None:
        """An update appends one entry to the history and changes nothing else."""
        written = write_project(read_project(payload).update(update))
        *before, last = written["param_history"]
        assert json.dumps({**written, "param_history": before}) == json.dumps(payload)
        assert last["version"] == len(before)

    @given(payload=payloads(), own=task_params())
    def test_reserved_names_are_not_inherited(self, payload: dict[str, Any], own: dict[str, Any]) -> None:
        """A reserved name in a history is not inherited by tasks, and not copied to later versions."""
        project = read_project(payload)
        assert set(project.resolve(TaskRequest(own)).params) <= set(own) | {
            name for entry in payload["param_history"] for name in entry if name not in RESERVED_PROJECT_NAMES
        }
        assert not RESERVED_PROJECT_NAMES & set(project.patch_params({}).params)

    @given(payload=payloads())
    def test_the_order_of_names_does_not_matter(self, payload: dict[str, Any]) -> None:
        """The order of names in a project object does not change the project that is read."""
        other = dict(reversed(payload.items()))
        other["param_history"] = [dict(reversed(entry.items())) for entry in payload["param_history"]]
        assert read_project(other) == read_project(payload)

    @given(several=st.lists(payloads(), max_size=2))
    def test_a_list_of_projects_is_read_one_by_one(self, several: list[dict[str, Any]]) -> None:
        """`read_projects` reads an array in order."""
        assert read_projects(several) == tuple(read_project(one) for one in several)

    @pytest.mark.parametrize(
        "fields", [{"archived": False}, {"name": "other"}, {"type": "t"}, {"param_history": None}], ids=repr
    )
    def test_other_fields_override_nothing(self, fields: dict[str, Any]) -> None:
        """`fields` cannot override the name, the type or the history in the written object."""
        made = Project("boxes", type="imageannotation", params={"a": 1})
        project = Project("boxes", type="imageannotation", versions=made.versions, fields=fields)
        again = read_project(sent(write_project(project)))
        assert (again.name, again.type, again.versions) == ("boxes", "imageannotation", made.versions)

    @pytest.mark.parametrize("place", ["name", "type", "created_at"])
    @given(text=texts() | st.sampled_from(("\ud800", "a\udfffb")))
    def test_an_accepted_project_can_be_written_and_read(self, place: str, text: str) -> None:
        """A name, type or time is either rejected on creation, or can be written and read."""
        arguments = {"name": "boxes", "type": "imageannotation", "created_at": None, place: text}
        try:
            project = Project(arguments.pop("name"), params={}, **arguments)
        except ParamcoreError:
            return
        written = json.dumps(write_project(project), ensure_ascii=False).encode()
        again = read_project(json.loads(written))
        assert (again.name, again.type, again.versions) == (project.name, project.type, project.versions)


class TestRequestsAndUpdates:
    """Requests and updates stay equal when they are written and read again."""

    @given(task=task_requests())
    def test_a_request_read_back_is_equal(self, task: TaskRequest) -> None:
        """Writing a request, and reading the JSON with the same task type, gives an equal request."""
        assert read_task_request(sent(write_task_request(task)), type=task.type) == task

    @given(flat=flat_requests())
    def test_a_flat_request_is_written_without_null_routing_names(self, flat: dict[str, Any]) -> None:
        """All fields are written, except routing names with null."""
        routing = {"project", "project_version", "batch", "unique_id", "clear_unique_id_on_error"}
        given_ = {name: value for name, value in flat.items() if name not in routing or value is not None}
        assert spell(write_task_request(read_task_request(flat))) == spell(given_)

    @given(update=updates())
    def test_an_update_read_back_is_equal(self, update: Update) -> None:
        assert read_update(sent(write_update(update))) == update


class TestLines:
    """Only a line feed ends a line, whatever text a request contains."""

    @given(tasks=st.lists(task_requests(), min_size=1, max_size=3))
    def test_each_line_is_one_request(self, tasks: list[TaskRequest], tmp_path_factory: pytest.TempPathFactory) -> None:
        """A request whose text has an unescaped U+2028 or U+0085 is read as one line."""
        file: Path = tmp_path_factory.getbasetemp() / "tasks.jsonl"
        lines = [json.dumps(write_task_request(task), ensure_ascii=False) for task in tasks]
        file.write_bytes("".join(f"{line}\n" for line in lines).encode())
        read = [line.document().value for line in read_lines(str(file))]
        assert [spell(one) for one in read] == [spell(write_task_request(task)) for task in tasks]


def everything(project: Project, task: TaskRequest, update: Update) -> list[Any]:
    """Return the arguments, the parts of the project, and the results computed from them."""
    answer = project.resolve(task)
    plan = Plan.of(project, update)
    return [
        *(project, project.assumptions, task, update, plan, plan.diff, Diff.between(project.params, {})),
        *(answer, answer.inheritance, answer.inherited_from, answer.explain("a"), *answer.explain_all()),
        *(answer.params, answer.sources, answer.as_task(), answer.as_request(), project.versions, project.fields),
    ]


class TestCopies:
    """A pickled or copied object equals the original, and is still frozen."""

    @given(project=projects(), own=task_params(), update=updates(), opts_out=st.booleans())
    def test_a_copy_of_anything_is_equal(
        self, project: Project, own: dict[str, Any], update: Update, opts_out: bool
    ) -> None:
        """Pickled and copied objects equal the originals, and have the same types."""
        for value in everything(project, TaskRequest(own, project_version=-1 if opts_out else None), update):
            copies = [copy.copy(value), copy.deepcopy(value)]
            copies += [
                pickle.loads(pickle.dumps(value, protocol)) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)
            ]
            for one in copies:
                assert type(one) is type(value)
                assert one == value
                assert str(one) == str(value)

    @given(value=json_values())
    def test_copies_of_frozen_json_are_frozen(self, value: Any) -> None:
        """Pickled frozen JSON is frozen. Pickled and copied JSON has the same order and text."""
        frozen = freeze({"x": value, "y": [value, (value,)]})
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(frozen, protocol))
            assert (type(again), type(again["y"])) == (type(frozen), type(frozen["y"]))
            assert json.dumps(again) == json.dumps(frozen)
        assert json.dumps(copy.deepcopy([frozen])) == json.dumps([frozen])

    @given(value=json_values())
    def test_thawing_and_freezing_undo_each_other(self, value: Any) -> None:
        """Freezing a thawed value gives an equal frozen value. A thawed value consists of plain dicts and lists."""
        frozen = freeze({"x": value})
        thawed = thaw(frozen)
        assert freeze(thawed) == frozen
        assert spell(thawed) == spell({"x": value})
        assert plain_types(thawed)

    @pytest.mark.parametrize("levels", [1, 50, 99, 100])
    def test_a_value_of_the_maximum_depth_can_be_copied(self, levels: int) -> None:
        """Values of up to the maximum depth can be pickled, compared and written."""
        deep: Any = "bottom"
        for _ in range(levels - 1):
            deep = [deep]
        project = Project("boxes", type="imageannotation", params={"x": deep})
        task = TaskRequest({"y": deep})
        for value in everything(project, task, Plan.of(project, project_update(deep)).update):
            assert pickle.loads(pickle.dumps(value)) == value
            assert copy.deepcopy(value) == value
        assert read_project(write_project(project)).versions == project.versions


def project_update(deep: Any) -> Update:
    return read_update({"patch": True, "z": deep})


class TestErrors:
    """A pickled error equals the original."""

    @given(
        project=projects(), own=params(), bad=st.sampled_from(({1, 2}, float("nan"), b"", {1: 2}, 10**5000, "\ud800"))
    )
    def test_an_error_pickled_is_the_same_error(self, project: Project, own: dict[str, Any], bad: Any) -> None:
        """A pickled error keeps its type, fields and message."""
        for wrong in ({**own, "x": bad}, {**own, "instruction": 5}, {**own, "version": 1}):
            with pytest.raises(ParamcoreError) as refused:
                project.patch_params(wrong)
            error = refused.value
            for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
                assert again == error
                assert hash(again) == hash(error)
                assert str(again) == str(error)


def plain_types(value: Any) -> bool:
    if isinstance(value, dict):
        return type(value) is dict and all(map(plain_types, value.values()))
    if isinstance(value, list):
        return type(value) is list and all(map(plain_types, value))
    return value == plain(value)


@given(update=updates(), assumptions=assumptions())
def test_a_plan_for_a_stored_project_is_the_same(update: Update, assumptions: Assumptions) -> None:
    """Plans for a project and for its stored copy have the same body, diff and dropped params."""
    project = Project("boxes", type="imageannotation", params={"a": 1, "b": [1]}, assumptions=assumptions)
    one, two = Plan.of(project, update), Plan.of(read_project(write_project(project)), update)
    assert (one.dropped, one.diff, one.request) == (two.dropped, two.diff, two.request)
