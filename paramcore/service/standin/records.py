"""The lines of a journal.

A line is a JSON array of records that were written together.  A record is an array.
For example, `["live", "tasks", ID, TASK]` sets a value in a table of the state `live`.
`["live", "versions", NAME, ENTRY]` appends a version to a project; an earlier record
contains the project without this version.  `["live", "saved", NAME, COUNT]` notes how many versions the file
of a project contains.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from paramcore.errors import DocumentError, ParamcoreError
from paramcore.files.document import PROJECT_DEPTH, decode_document
from paramcore.model import Assumptions, ParamVersion, Project
from paramcore.service.standin.state import Change, State, StoredProject, StoredTask, Table, rebuild_project
from paramcore.text import MESSAGE_LIMIT, describe_value, format_value
from paramcore.values import JSONObject, freeze, wrap_frozen
from paramcore.wire import read_project

#: The maximum depth of a line, which is an array of records.  A record is an array that may contain a project.
_LINE_DEPTH = PROJECT_DEPTH + 2
#: For each table except `projects`, the names of the members that each value must have as text.
_TEXTS: Mapping[Table, tuple[str, ...]] = {
    "settings": (),
    "batches": ("name", "project", "status"),
    "tasks": ("task_id", "type", "status"),
    "files": (),
}
#: The names of other members that must be text if a value has them.
_OPTIONAL_TEXTS = ("project", "batch", "unique_id", "created_at", "updated_at", "completed_at")
_REMEDY = "restore the file, or remove it"


@define
class RecoveredState:
    """What a journal contains about a state."""

    projects: dict[str, Project] = field(factory=dict)
    #: The number of versions in the file of each project, as the journal notes it.
    saved: dict[str, int] = field(factory=dict)
    #: The values of all tables except `projects`, by table and key.
    tables: dict[Table, dict[str, Any]] = field(factory=dict)

    def restore(self, state: State) -> None:
        """Set the projects and the values of the other tables in a state."""
        for name, project in self.projects.items():
            state.apply(Change.of("projects", name, StoredProject.of(project)))
        for table, values in self.tables.items():
            for key, value in values.items():
                state.apply(Change.of(table, key, value))


def encode_line(records: Iterable[str]) -> bytes:
    """Return a line of the journal."""
    return f"[{', '.join(records)}]\n".encode()


def encode_change(world: str, change: Change, *, is_new: bool) -> str:
    """Return the record of a change.

    If the journal already contains the project (`is_new` is false), the record contains only
    the latest version.  So the change must not append more than one version.
    """
    if not isinstance(change.value, StoredProject):
        return _encode_record(world, change.table, change.key, change.text)
    if is_new:
        return _encode_record(world, "projects", change.key, change.value.text)
    return _encode_record(world, "versions", change.key, change.value.entries[-1])


def encode_mark(world: str, stored: StoredProject) -> str:
    """Return the record that notes how many versions the file of a project contains."""
    return _encode_record(world, "saved", stored.project.name, str(len(stored.entries)))


def encode_state(world: str, state: State) -> Iterator[tuple[str | None, str]]:
    """Yield the records of a state, without the projects whose files contain all their versions.

    Each item is a pair of a name and a record.  If the record contains a whole project, the name is the name of
    this project, otherwise `None`.
    """
    for name, stored in state.projects.items():
        saved = state.saved.get(name)
        if saved is not stored:
            yield name, _encode_record(world, "projects", name, stored.text)
            if saved is not None:
                yield None, encode_mark(world, saved)
    for table in _TEXTS:
        values: Mapping[str, Any] = getattr(state, table)
        for key, value in values.items():
            change = Change.of(table, key, value)
            yield None, _encode_record(world, table, key, change.text)


def _encode_record(world: str, table: str, key: str, text: str) -> str:
    return f'["{world}", "{table}", {json.dumps(key)}, {text}]'


def replay_lines(
    lines: Iterable[tuple[bytes, int]], source: str, worlds: Iterable[str], assumptions: Assumptions
) -> dict[str, RecoveredState]:
    """Return what a journal contains about each state.

    `lines` are pairs of a line and its number.

    Raises:
        DocumentError: if a line is not JSON or is not an array of valid records, or if the versions of a
            project are not numbered 0, 1, 2, ...
    """
    replay = _Replay({world: RecoveredState() for world in worlds}, assumptions)
    for data, number in lines:
        records = decode_document(data, source, _LINE_DEPTH, first_line=number).value
        try:
            for world, table, key, value in records:
                replay.add(world, table, key, value)
        except (ParamcoreError, AttributeError, LookupError, TypeError, ValueError) as error:
            # A `KeyError` contains only the key.
            is_key = isinstance(error, KeyError)
            cause = f"{format_value(error.args[0], limit=MESSAGE_LIMIT)} is missing or unknown" if is_key else error
            problem = f"the line is not part of a journal: {cause}"
            raise DocumentError("unreadable", None, problem, _REMEDY, source, number, None) from None
    try:
        return replay.finish()
    except ParamcoreError as error:
        problem = f"a line is missing or repeated: {error.problem}"
        raise DocumentError("unreadable", None, problem, _REMEDY, source, None, None) from None


class _Replay:
    def __init__(self, recovered: dict[str, RecoveredState], assumptions: Assumptions) -> None:
        self._recovered = recovered
        self._assumptions = assumptions
        # Append all versions of a project at once, because each append copies the project's history.
        self._appended: dict[tuple[str, str], list[ParamVersion]] = {}

    def add(self, world: str, table: Any, key: str, value: Any) -> None:
        state = self._recovered[world]
        if table == "projects":
            state.projects[key] = read_project(value, assumptions=self._assumptions)
            self._appended[world, key] = []
        elif table == "versions":
            self._appended[world, key].append(ParamVersion.from_entry(value["version"], freeze(value)))
        elif table == "saved":
            _check_count(value)
            state.saved[key] = value
        elif table not in _TEXTS:
            raise ValueError(f"the table {format_value(table)} is unknown")
        else:
            decoded = _read_task(value) if table == "tasks" else value
            _check_texts(table, decoded.fields if isinstance(decoded, StoredTask) else decoded)
            state.tables.setdefault(table, {})[key] = decoded

    def finish(self) -> dict[str, RecoveredState]:
        for (world, name), versions in self._appended.items():
            projects = self._recovered[world].projects
            projects[name] = rebuild_project(projects[name], (*projects[name].versions, *versions))
        return self._recovered


def _read_task(value: Any) -> StoredTask:
    _check_object("the value", value)
    _check_object("`fields`", value["fields"])
    # Freeze each value alone, because a whole record may exceed the limits although each of its values is within them.
    fields = {
        freeze(name): _freeze_params(member) if name == "params" else freeze(member)
        for name, member in value["fields"].items()
    }
    task = StoredTask.from_record({**value, "fields": wrap_frozen(fields)})
    _check_count(task.version_count)
    if not isinstance(task.key, str | None):
        raise TypeError(f"`key` must be text or null, got {describe_value(task.key)}")
    if (task.request is None) == ("project" in task.fields):
        raise ValueError("a task must have both a `request` and a `project`, or neither")
    return task


def _freeze_params(params: Any) -> JSONObject:
    _check_object("`params`", params)
    return wrap_frozen({freeze(name): freeze(param) for name, param in params.items()})


def _check_object(description: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"{description} must be an object, got {describe_value(value)}")


def _check_texts(table: Table, value: Any) -> None:
    _check_object("the value", value)
    for name in (*_TEXTS[table], *(name for name in _OPTIONAL_TEXTS if name in value)):
        if not isinstance(value[name], str):
            raise TypeError(f"`{name}` must be text, got {describe_value(value[name])}")


def _check_count(value: Any) -> None:
    if type(value) is not int or value < 0:
        raise TypeError(f"the number of versions must be a whole number of at least 0, got {describe_value(value)}")
