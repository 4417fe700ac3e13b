"""The lines of a journal.

A line is a JSON array of records, which were written together.  A record is an array:
`["live", "tasks", ID, TASK]` sets a value in a table of the state `live`.
`["live", "versions", NAME, ENTRY]` appends a version to a project that an earlier record
contains as a whole.  `["live", "saved", NAME, COUNT]` notes how many versions of a project
its file contains.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from paramcore.files.document import PROJECT_DEPTH, decode_document
from paramcore.model import Assumptions, ParamVersion, Project
from paramcore.service.standin.state import Change, State, StoredProject, StoredTask, rebuild_project
from paramcore.values import freeze
from paramcore.wire import read_project

#: A record is inside a line, and the value of a record may be a project.
_LINE_DEPTH = PROJECT_DEPTH + 2


@define
class RecoveredState:
    """What a journal contains about a state."""

    projects: dict[str, Project] = field(factory=dict)
    #: The number of versions in the file of each project, as far as the journal knows.
    saved: dict[str, int] = field(factory=dict)
    #: The values of the other tables.
    tables: dict[str, dict[str, Any]] = field(factory=dict)

    def restore(self, state: State) -> None:
        """Set the projects and the values of the other tables in a state."""
        for name, project in self.projects.items():
            state.apply(Change.of("projects", name, StoredProject.of(project)))
        for table, values in self.tables.items():
            for key, value in values.items():
                state.apply(Change.of(table, key, value))  # type: ignore[arg-type]


def encode_line(records: Iterable[str]) -> bytes:
    """Return a line of the journal."""
    return f"[{', '.join(records)}]\n".encode()


def encode_change(world: str, change: Change, *, is_new: bool) -> str:
    """Return the record of a change; a project that is not new has one more version."""
    if not isinstance(change.value, StoredProject):
        return _encode_record(world, change.table, change.key, change.text)
    if is_new:
        return _encode_record(world, "projects", change.key, change.value.text)
    return _encode_record(world, "versions", change.key, change.value.entries[-1])


def encode_mark(world: str, stored: StoredProject) -> str:
    """Return the record that the file of a project contains its versions."""
    return _encode_record(world, "saved", stored.project.name, str(len(stored.entries)))


def encode_state(world: str, state: State) -> Iterator[tuple[str | None, str]]:
    """Yield all records of a state; the record of a whole project comes with its name."""
    for name, stored in state.projects.items():
        saved = state.saved.get(name)
        if saved is not stored:
            yield name, _encode_record(world, "projects", name, stored.text)
            if saved is not None:
                yield None, encode_mark(world, saved)
    for table in ("settings", "batches", "tasks", "files"):
        values: Mapping[str, Any] = getattr(state, table)
        for key, value in values.items():
            change = Change.of(table, key, value)
            yield None, _encode_record(world, table, key, change.text)


def _encode_record(world: str, table: str, key: str, text: str) -> str:
    return f'["{world}", "{table}", {json.dumps(key)}, {text}]'


def replay_lines(
    lines: Iterable[tuple[bytes, str]], worlds: Iterable[str], assumptions: Assumptions
) -> dict[str, RecoveredState]:
    """Return what a journal contains about each state; each line comes with its location.

    Raises:
        DocumentError: if a line is not JSON.
        ParamcoreError: if a value is invalid.
    """
    recovered = {world: RecoveredState() for world in worlds}
    # Append all versions of a project at once, because each append copies its history.
    appended: dict[tuple[str, str], list[ParamVersion]] = {}
    for data, location in lines:
        for world, table, key, value in decode_document(data, location, _LINE_DEPTH).value:
            state = recovered[world]
            if table == "projects":
                state.projects[key] = read_project(value, assumptions=assumptions)
                appended[world, key] = []
            elif table == "versions":
                appended[world, key].append(ParamVersion.from_entry(value["version"], freeze(value)))
            elif table == "saved":
                state.saved[key] = value
            else:
                decoded = StoredTask.from_json(freeze(value)) if table == "tasks" else value
                state.tables.setdefault(table, {})[key] = decoded
    for (world, name), versions in appended.items():
        project = recovered[world].projects[name]
        recovered[world].projects[name] = rebuild_project(project, (*project.versions, *versions))
    return recovered
