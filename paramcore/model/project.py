"""A project: a name, a type, and the versions of its params, which never change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from attrs import field, frozen

from paramcore.errors import InvalidSetting, NoSuchVersion, ParamcoreError, WrongProject
from paramcore.model.assumptions import Assumptions
from paramcore.model.effective import EffectiveParams
from paramcore.model.inheritance import Inheritance, Merge, find_inherited_version, get_version
from paramcore.model.names import check_project_name, check_task_type
from paramcore.model.tasks import TaskRequest
from paramcore.model.updates import Patch, Replace, Update
from paramcore.model.versions import ParamVersion
from paramcore.text import ROW_LIMIT, describe_value, format_count, format_name, format_repr, format_value, truncate
from paramcore.values import freeze_object, join_pointer, wrap_frozen

#: The fields of a project object that the model knows, in the service's order.
FIELD_ORDER = ("type", "name", "param_history")


@frozen(init=False, repr=False)
class Project:
    """A project and its history: `Project("docks", type="imageannotation", params={"padding": 3})`.

    Every update returns a new project with one version more; the old one stays
    as it is.  Give `params` for a project with one version, `versions` for a
    whole history, or neither for a project without versions.  `fields` are the
    further fields of a project object (P8); `type`, `name` and `param_history`
    among them are ignored.  `field_order` is the order in which all are written.

    Raises:
        InvalidSetting: `project_name`, `task_type`, `assumption_value`,
            `created_at_type`, or `argument_type` for `params` beside `versions`.
        InvalidParams, NotJSON: for `params`, as `Replace` does.
        NoSuchVersion: `version_unknown` where a version's number is not its place (P3).
    """

    # P1: a name, one type for all its tasks, and a history.
    # P10: nothing here deletes or retypes a project, since nothing in the API does.
    #: Its name, unique among the projects of an account.
    name: str
    #: The task type of all its tasks.
    type: str
    #: The history, oldest first; each version's `number` is its place.
    versions: tuple[ParamVersion, ...]
    #: The assumed rules that its answers use.
    assumptions: Assumptions
    #: The further fields of the project object, as it was read.
    fields: Mapping[str, Any]
    #: The order of all names of the project object, for writing.
    field_order: tuple[str, ...] = field(eq=False)
    # Bound once, since most tasks inherit the latest version.
    _latest: Inheritance = field(eq=False)

    def __init__(
        self,
        name: str,
        *,
        type: str,
        params: Mapping[str, Any] | None = None,
        created_at: str | None = None,
        versions: Iterable[ParamVersion] | None = None,
        assumptions: Assumptions = Assumptions(),
        fields: Mapping[str, Any] = wrap_frozen({}),
        field_order: Iterable[str] = FIELD_ORDER,
    ) -> None:
        check_project_name(name)
        check_task_type(type)
        if not isinstance(assumptions, Assumptions):
            problem = f"`assumptions` must be an `Assumptions`, got {describe_value(assumptions)}"
            raise InvalidSetting("assumption_value", None, problem, "convert it with `Assumptions.from_settings`")
        if versions is None:
            # P5: without params the history is empty, and its first update makes version 0.
            # P6: `{}` is params too, and makes one empty version 0.
            history: tuple[ParamVersion, ...] = (
                () if params is None else (ParamVersion(0, Replace(params).params, created_at),)
            )
        elif params is not None or created_at is not None:
            problem = "`versions` cannot be combined with `params` or `created_at`"
            raise InvalidSetting("argument_type", None, problem, "pass either `versions` or `params`")
        else:
            history = _check_history(tuple(versions))
        further = {name: value for name, value in freeze_object(fields).items() if name not in FIELD_ORDER}
        latest = Inheritance(find_inherited_version(history, None), assumptions)
        self.__attrs_init__(name, type, history, assumptions, wrap_frozen(further), tuple(field_order), latest)

    @property
    def latest(self) -> ParamVersion:
        """The current version (P4).

        Raises:
            NoSuchVersion: `version_unknown`, while there is none.
        """
        # P4: the last version is the current one.
        if not self.versions:
            remedy = "append a version first, with `patch_params` or `replace_params`"
            raise NoSuchVersion("version_unknown", None, "the project has no versions yet", remedy)
        return self.versions[-1]

    @property
    def params(self) -> Mapping[str, Any]:
        """The params of the latest version; `{}` while there is none."""
        return self.versions[-1].params if self.versions else wrap_frozen({})

    def version(self, number: int) -> ParamVersion:
        """Return a version by its number; -1 is none of them.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.
        """
        return get_version(self.versions, number)

    def update(self, update: Update, *, created_at: str | None = None) -> Project:
        """Return the project with one version more.

        Raises:
            InvalidSetting: `update_type` for anything but a `Patch` or a
                `Replace`; `created_at_type`.
            NotJSON: `too_large`, as a patch does.
        """
        if not isinstance(update, (Patch, Replace)):
            problem = f"an update must be a `Patch` or a `Replace`, got {describe_value(update)}"
            remedy = "pass `Patch(params)` to keep the other params, or `Replace(params)` to drop them"
            raise InvalidSetting("update_type", None, problem, remedy)
        # U5: each update appends one version, also one that changes nothing.
        version = ParamVersion(len(self.versions), update.applied_to(self.params), created_at)
        return self._rebuild(versions=(*self.versions, version))

    def patch_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return the project with these params laid over its latest ones; raises as `Patch` does."""
        return self.update(Patch(params), created_at=created_at)

    def replace_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return the project with just these params; raises as `Replace` does."""
        return self.update(Replace(params), created_at=created_at)

    def with_assumptions(self, assumptions: Assumptions) -> Project:
        """Return the project under other assumptions."""
        return self._rebuild(assumptions=assumptions)

    def inheritance(self, project_version: int | None = None) -> Merge:
        """Return a callable from a task's params to its effective params, for hot loops.

        The callable merges with the version that a task with this `project_version`
        inherits.  Its params must be checked already, without routing names.  It
        checks only that `instruction` is text or null.  It returns a plain dict that
        shares the values, and it pickles.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.
        """
        return self._bind(project_version).merge

    def resolve(self, task: TaskRequest | Mapping[str, Any]) -> EffectiveParams:
        """Return what a task will get; a mapping is read as the API's flat form.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` (T7).
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidParams, InvalidSetting, NotJSON: for a mapping, as
                `TaskRequest.from_flat` does.
        """
        request = task if isinstance(task, TaskRequest) else TaskRequest.from_flat(task)
        inheritance = self._latest if request.project_version is None else self._bind(request.project_version)
        return self._resolve(request, inheritance)

    def resolve_many(self, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[EffectiveParams]:
        """Yield for each task, in order, what `resolve` returns; each version is bound once.

        Raises:
            ParamcoreError: as `resolve` does, when the task's turn comes; `path`
                begins with the index of the task.
        """
        inheritances: dict[int, Inheritance] = {}
        for index, task in enumerate(tasks):
            try:
                request = task if isinstance(task, TaskRequest) else TaskRequest.from_flat(task)
                version = request.project_version
                if version is None:
                    inheritance = self._latest
                # To a dict, `True` and `1.0` are 1; `_bind` rejects them.
                elif type(version) is int and version in inheritances:
                    inheritance = inheritances[version]
                else:
                    inheritance = inheritances[version] = self._bind(version)
                effective = self._resolve(request, inheritance)
            except ParamcoreError as error:
                raise error.within(join_pointer(index)) from None
            yield effective

    def check_request(self, task: TaskRequest) -> None:
        """Check that a task request is for this project.

        Raises:
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidSetting: `argument_type` for anything but a `TaskRequest`.
        """
        if not isinstance(task, TaskRequest):
            problem = f"a task request must be a `TaskRequest`, got {describe_value(task)}"
            raise InvalidSetting("argument_type", None, problem, "convert it with `TaskRequest.from_flat`")
        # T15: a request that names another project is an error.
        # T11: a request that names only a batch goes to the batch's project, which the caller knows.
        if task.project is not None and task.project != self.name:
            names = f"{format_value(task.project)}, not for {format_value(self.name)}"
            problem = f"the task request is for the project {names}"
            raise WrongProject("wrong_project", "/project", problem, "use that project, or correct `project`")
        # T12: all tasks of a project have its type.
        if task.type is not None and task.type != self.type:
            project = f"the project {format_value(self.name)} has the type {format_value(self.type)}"
            problem = f"the task request has the type {format_value(task.type)}, but {project}"
            raise WrongProject("wrong_type", None, problem, "")

    def _resolve(self, request: TaskRequest, inheritance: Inheritance) -> EffectiveParams:
        if request.project is not None or request.type is not None:
            self.check_request(request)
        return EffectiveParams(self.name, self.type, self.versions, request, inheritance)

    def _bind(self, project_version: int | None) -> Inheritance:
        return Inheritance(find_inherited_version(self.versions, project_version), self.assumptions)

    def _rebuild(self, **changes: Any) -> Project:
        return Project(self.name, **{**self._keywords, **changes})

    @property
    def _keywords(self) -> dict[str, Any]:
        names = ("type", "versions", "assumptions", "fields", "field_order")
        return {name: getattr(self, name) for name in names}

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Project, **self._keywords), (self.name,)

    def __repr__(self) -> str:
        return f"<Project {format_repr(self.name)}: {self.type}, {format_count(len(self.versions), 'version')}>"

    def __str__(self) -> str:
        counted = format_count(len(self.versions), "version")
        names = truncate(", ".join(map(format_name, self.params)), ROW_LIMIT) or "no params"
        holds = f"; the latest, {self.latest.number}, holds {names}" if self.versions else ""
        return f"project {format_value(self.name)} ({format_name(self.type)}): {counted}{holds}"


def _check_history(versions: tuple[ParamVersion, ...]) -> tuple[ParamVersion, ...]:
    for place, version in enumerate(versions):
        if not isinstance(version, ParamVersion):
            problem = f"`versions` must hold `ParamVersion` objects, got {describe_value(version)}"
            raise InvalidSetting("argument_type", None, problem, "")
        # P3: numbers start at 0 and are places; 0 is a version like any other.
        if version.number != place:
            problem = f"the version at index {place} has the number {version.number}"
            raise NoSuchVersion("version_unknown", None, problem, "number versions by their index, from 0 on")
    return versions
