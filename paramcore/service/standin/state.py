"""The state of a service: projects, tasks, batches and files, in memory.

A `State` has tables: `projects`, `settings`, `tasks`, `batches` and `files`.  A `Change`
sets a value in a table.  `State.apply` makes a change and returns a function that takes
the change back.  The ledger calls this function if it cannot save the change.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from attrs import evolve, field, frozen

from paramcore.errors import InvalidSetting, ParamcoreError
from paramcore.model import EffectiveParams, Project, TaskRequest, Update
from paramcore.text import MESSAGE_LIMIT, format_repr, format_value
from paramcore.values import check_argument, check_iterable, same_member
from paramcore.wire import write_project, write_version

#: The maximum size of a state in bytes of JSON, where each object counts as at least 1 KiB.
MAX_STATE_SIZE = 256 * 2**20
_MIN_OBJECT_SIZE = 1024

#: The tables of a state.
Table = Literal["projects", "settings", "tasks", "batches", "files"]


@frozen
class StoredProject:
    """A project, and the JSON text of each of its versions."""

    project: Project
    #: The JSON text of each entry of `param_history`.
    entries: tuple[str, ...] = field(repr=False)
    #: The JSON text before and after the entries.
    _frame: tuple[str, str] = field(repr=False)
    size: int

    @classmethod
    def of(cls, project: Project) -> StoredProject:
        """Encode each version of a project."""
        entries = tuple(json.dumps(write_version(version)) for version in project.versions)
        frame = _encode_frame(project)
        return cls(project, entries, frame, sum(map(len, (*entries, *frame))))

    def update(self, update: Update, created_at: str | None) -> StoredProject:
        """Return the project with one more version."""
        project = self.project.update(update, created_at=created_at)
        # Encode only the new version, because a history may have thousands of versions.
        entry = json.dumps(write_version(project.latest))
        return evolve(self, project=project, entries=(*self.entries, entry), size=self.size + len(entry))

    @property
    def text(self) -> str:
        """The JSON text of the project object."""
        before, after = self._frame
        return f"{before}{', '.join(self.entries)}{after}"


@frozen
class StoredTask:
    """A created task."""

    #: The task object, as the API returns it.
    fields: Mapping[str, Any]
    #: The request; `None` if the task has no project.
    request: TaskRequest | None = None
    #: The number of versions that the project had when the task was created.
    version_count: int = 0
    #: The `Idempotency-Key` of the request.
    key: str | None = None

    def as_record(self) -> dict[str, Any]:
        """Return a JSON object for the journal."""
        request = None if self.request is None else self.request.flat
        return {"fields": self.fields, "request": request, "version_count": self.version_count, "key": self.key}

    @classmethod
    def from_record(cls, value: Mapping[str, Any]) -> StoredTask:
        """Read the JSON object that `as_record` returns."""
        fields, flat = value["fields"], value["request"]
        request = None if flat is None else TaskRequest.from_flat(flat, type=fields["type"])
        return cls(fields, request, value["version_count"], value["key"])


@frozen
class Change:
    """A new value in a table of a state."""

    table: Table
    key: str
    #: A `StoredProject`, a `StoredTask` or a JSON value.
    value: Any
    #: The JSON text of the value; empty for a project, which has its own text.
    text: str = field(repr=False)

    @classmethod
    def of(cls, table: Table, key: str, value: Any) -> Change:
        """Return the change that sets a value."""
        if isinstance(value, StoredProject):
            return cls(table, key, value, "")
        return cls(table, key, value, json.dumps(value.as_record() if isinstance(value, StoredTask) else value))

    @property
    def size(self) -> int:
        """The size of the value, which counts towards `MAX_STATE_SIZE`."""
        size = self.value.size if isinstance(self.value, StoredProject) else len(self.text)
        return max(_MIN_OBJECT_SIZE, size)


@frozen
class Snapshot:
    """The projects and tasks of a state at one moment."""

    #: The projects, by name.
    projects: Mapping[str, StoredProject]
    #: The tasks, oldest first.
    tasks: Sequence[StoredTask]


class State:
    """Projects, tasks, batches and files."""

    def __init__(self, projects: Iterable[Project] = ()) -> None:
        #: The projects, by name.
        self.projects: dict[str, StoredProject] = {}
        #: The settings that the project object does not contain, such as `rapid`, by project name.
        self.settings: dict[str, Mapping[str, Any]] = {}
        #: The tasks by id, oldest first.
        self.tasks: dict[str, StoredTask] = {}
        #: The batches by name, oldest first.
        self.batches: dict[str, Mapping[str, Any]] = {}
        #: The files by id, oldest first.
        self.files: dict[str, Mapping[str, Any]] = {}
        #: The projects as their files in the directory of `serve --save` contain them, by name.
        self.saved: dict[str, StoredProject] = {}
        #: The names of the projects whose project files may lack a version.
        self.unsaved: set[str] = set()
        #: The task id of each `unique_id`.
        self.unique_ids: dict[str, str] = {}
        #: The task id of each `Idempotency-Key`.
        self.keys: dict[str, str] = {}
        #: The number of changes; a cached result with an earlier number is outdated.
        self.revision: int = 0
        #: The size of all values.
        self.size: int = 0
        #: The last list query, and the keys of the matching objects, newest first.
        self.selection: tuple[object, list[str]] = (None, [])
        self._sizes: dict[tuple[str, str], int] = {}
        check_iterable("projects", projects)
        for index, project in enumerate(projects):
            check_argument(f"projects[{index}]", project, Project)
            if project.name in self.projects:
                problem = (
                    f"`projects` contains two projects with the name {format_value(project.name, limit=MESSAGE_LIMIT)}"
                )
                raise InvalidSetting("argument_type", None, problem, "leave out one of them")
            self.apply(Change.of("projects", project.name, StoredProject.of(project)))

    def apply(self, change: Change) -> Callable[[], None]:
        """Make a change, and return the function that takes it back."""
        table: dict[str, Any] = getattr(self, change.table)
        place = change.table, change.key
        previous, size = table.get(change.key), self._sizes.get(place, 0)
        self._set(place, change.value, change.size)
        return lambda: self._set(place, previous, size)

    def take_snapshot(self) -> Snapshot:
        """Return a copy of the projects and tasks; later changes do not affect the copy."""
        return Snapshot(dict(self.projects), tuple(self.tasks.values()))

    def mark_saved(self, projects: Iterable[StoredProject]) -> None:
        """Record that files contain these projects with exactly these versions."""
        for stored in projects:
            name = stored.project.name
            self.saved[name] = stored
            if self.projects.get(name) is stored:
                self.unsaved.discard(name)

    def measure_growth(self, changes: Iterable[Change]) -> int:
        """Return by how much the changes would increase the size."""
        return sum(change.size - self._sizes.get((change.table, change.key), 0) for change in changes)

    def _set(self, place: tuple[str, str], value: Any, size: int) -> None:
        table, key = place
        values: dict[str, Any] = getattr(self, table)
        if table == "tasks":
            self._index_task(key, values.get(key), value)
        elif table == "projects":
            self.unsaved.add(key)
        if value is None:
            del values[key]
        else:
            values[key] = value
        self.size += size - self._sizes.pop(place, 0)
        self._sizes[place] = size
        self.revision += 1

    def _index_task(self, task_id: str, before: StoredTask | None, after: StoredTask | None) -> None:
        if before is not None:
            if "unique_id" in before.fields:
                self.unique_ids.pop(before.fields["unique_id"], None)
            if before.key is not None:
                self.keys.pop(before.key, None)
        if after is not None:
            if "unique_id" in after.fields:
                self.unique_ids[after.fields["unique_id"]] = task_id
            if after.key is not None:
                self.keys[after.key] = task_id

    def resolve_task(self, task_id: str) -> EffectiveParams:
        """Return the effective params of a task, as they were when it was created.

        Raises:
            LookupError: if the task does not exist, has no project, or no longer gets these params.
        """
        task = self.tasks.get(task_id) if isinstance(task_id, str) else None
        if task is None:
            raise LookupError(
                f"there is no task with the id {format_repr(task_id)}; pass the `task_id` of a created task"
            )
        if task.request is None:
            raise LookupError(f"the task {task_id} has no project")
        return resolve_stored_task(self.projects[task.fields["project"]].project, task, task.request)


def resolve_stored_task(project: Project, task: StoredTask, request: TaskRequest) -> EffectiveParams:
    """Return the effective params of a task, as they were when it was created.

    Raises:
        LookupError: if the project no longer gives the task these params, because the project file was edited, or
            because the assumptions are different.
    """
    try:
        effective = truncate_history(project, task.version_count).resolve(request)
        created = effective.as_task()
        # No call can change these fields of a task.
        names = ("params", "instruction", "callback_url", "priority")
        is_unchanged = all(same_member(task.fields, created, name) for name in names)
    except ParamcoreError:
        # The edited project has another type, or lacks the version that the request names.
        is_unchanged = False
    if not is_unchanged:
        task_id = task.fields["task_id"]
        cause = "the file of the project was edited, or `serve` has other assumptions"
        raise LookupError(f"the params of the task {task_id} can no longer be derived, because {cause}")
    return effective


def truncate_history(project: Project, version_count: int) -> Project:
    """Return the project as it was when it had this number of versions."""
    if version_count == len(project.versions):
        return project
    return rebuild_project(project, project.versions[:version_count])


def rebuild_project(project: Project, versions: Iterable[Any]) -> Project:
    """Return a copy of the project with these versions instead of its own."""
    return Project(
        project.name,
        type=project.type,
        versions=versions,
        assumptions=project.assumptions,
        fields=project.fields,
        field_order=project.field_order,
    )


def _encode_frame(project: Project) -> tuple[str, str]:
    """Return the JSON text of a project before and after the entries of its history."""
    members = write_project(rebuild_project(project, ()))
    texts = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in members.items() if name != "param_history"]
    index = list(members).index("param_history")
    before, after = ", ".join([*texts[:index], '"param_history": [']), ", ".join(["]", *texts[index:]])
    return f"{{{before}", f"{after}}}"
