"""Projects, which have a name, a type and an append-only history of params."""

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
from paramcore.model.tasks import TaskRequest, as_task_request
from paramcore.model.updates import Patch, Replace, Update, check_update
from paramcore.model.versions import ParamChanges, ParamVersion
from paramcore.text import (
    MESSAGE_LIMIT,
    ROW_LIMIT,
    NotebookReprs,
    describe_value,
    format_count,
    format_name,
    format_repr,
    format_value,
    truncate,
)
from paramcore.values import check_argument, check_iterable, freeze_object, join_pointer, wrap_frozen

#: The fields that `Project.fields` does not contain, in the order of the service's project objects.
FIELD_ORDER = ("type", "name", "param_history")


@frozen(init=False, repr=False)
class Project(NotebookReprs):
    """An immutable project with its history.

    Each update method returns a new project with one more version.  Pass `params` for a
    project with one version, `versions` for a whole history, or neither for a
    project without versions.  `fields` contains the fields of a project object
    other than `type`, `name` and `param_history` (P8).

    Raises:
        InvalidSetting: `project_name`, `task_type`, `assumption_value` or
            `created_at_type` for an invalid argument; `argument_type` for `versions`,
            `fields` or `field_order` of the wrong type, for `versions` with `params` or
            `created_at`, and for `created_at` without `params`.
        InvalidParams: for invalid `params`; the errors of `Replace`.
        NotJSON: for values in `params` or `fields` that are not JSON, or for a lone surrogate
            in `type` or `created_at`.
        NoSuchVersion: `version_unknown` if the number of a version is not its index (P3).

    Example:
        >>> project = Project("docks", type="imageannotation", params={"padding": 3})
        >>> project = project.patch_params({"with_labels": True})
        >>> project.params, project.latest.number
        ({'padding': 3, 'with_labels': True}, 1)
    """

    # P1: a project has a name, one type for all its tasks, and a history.
    # P10: no method deletes a project or changes its type, because the API has no such call.
    #: The name, which is unique in an account.
    name: str
    #: The type of all tasks of the project.
    type: str
    #: The history, oldest first; the `number` of each version is its index.
    versions: tuple[ParamVersion, ...]
    #: The settings of the assumed rules.
    assumptions: Assumptions
    #: The other fields of the project object, including fields that paramcore does not know.
    fields: Mapping[str, Any]
    #: The order of the fields in the written project object; fields that it does not name come last.
    field_order: tuple[str, ...] = field(eq=False)
    # Cached, because most tasks inherit the latest version.
    _latest: Inheritance = field(init=False, eq=False)
    # Shared by all results, because comparing the versions takes long.
    _changes: ParamChanges = field(init=False, eq=False)

    @_latest.default
    def _bind_latest(self) -> Inheritance:
        return self._bind(None)

    @_changes.default
    def _make_changes(self) -> ParamChanges:
        return ParamChanges(self.versions)

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
            remedy = "pass `Assumptions(...)`, or convert a Mapping with `Assumptions.from_settings`"
            raise InvalidSetting("assumption_value", None, problem, remedy)
        if versions is None:
            if params is None and created_at is not None:
                problem = "`created_at` is the time of version 0, which a project without `params` does not have"
                raise InvalidSetting("argument_type", None, problem, "pass `params`, or omit `created_at`")
            # P5: without params the history is empty, and the first update appends version 0.
            # P6: with `{}` as params, the history has an empty version 0.
            history: tuple[ParamVersion, ...] = (
                () if params is None else (ParamVersion(0, Replace(params).params, created_at),)
            )
        elif params is not None or created_at is not None:
            problem = "`versions` cannot be combined with `params` or `created_at`"
            raise InvalidSetting("argument_type", None, problem, "pass either `versions` or `params`")
        else:
            check_iterable("versions", versions)
            history = _check_history(tuple(versions))
        check_argument("fields", fields, Mapping)
        check_iterable("field_order", field_order)
        order = tuple(field_order)
        for index, field_name in enumerate(order):
            check_argument(f"field_order[{index}]", field_name, str)
        other_fields = {name: value for name, value in freeze_object(fields).items() if name not in FIELD_ORDER}
        self.__attrs_init__(name, type, history, assumptions, wrap_frozen(other_fields), order)

    @property
    def latest(self) -> ParamVersion:
        """The current version (P4).

        Raises:
            NoSuchVersion: `version_unknown`, if the project has no versions.
        """
        # P4: the last version is the current version.
        if not self.versions:
            remedy = "append a version first, with `patch_params` or `replace_params`"
            raise NoSuchVersion("version_unknown", None, "the project has no versions yet", remedy)
        return self.versions[-1]

    @property
    def params(self) -> Mapping[str, Any]:
        """The params of the latest version; `{}` if the project has no versions."""
        return self.versions[-1].params if self.versions else wrap_frozen({})

    def version(self, number: int) -> ParamVersion:
        """Return the version with this number; a negative number is an error.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.
        """
        return get_version(self.versions, number)

    def update(self, update: Update, *, created_at: str | None = None) -> Project:
        """Return a new project with one more version.

        Raises:
            InvalidSetting: `update_type` if `update` is neither a `Patch` nor a
                `Replace`; `created_at_type` if `created_at` is not a string.
            NotJSON: `too_large`, if the new params exceed the limits; `value_text`, if
                `created_at` contains a lone surrogate.
        """
        check_update(update)
        # U5: each update appends one version, even if it changes nothing.
        version = ParamVersion(len(self.versions), update.applied_to(self.params), created_at)
        return self._rebuild(versions=(*self.versions, version))

    def patch_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return a new project, updated by `Patch(params)`; see `Patch` and `update` for the errors."""
        return self.update(Patch(params), created_at=created_at)

    def replace_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return a new project, updated by `Replace(params)`; see `Replace` and `update` for the errors."""
        return self.update(Replace(params), created_at=created_at)

    def with_assumptions(self, assumptions: Assumptions) -> Project:
        """Return a copy of the project with other assumptions."""
        return self._rebuild(assumptions=assumptions)

    def inheritance(self, project_version: int | None = None) -> Merge:
        """Return a fast function that computes effective params from a task's params.

        `project_version` selects the inherited version, as in a task request.  The function
        can be pickled.  It returns a plain dict whose values are not copied.

        Pass checked params without routing names to the function.  It checks only that
        `instruction` is text or null.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.
        """
        return self._bind(project_version).merge

    def resolve(self, task: TaskRequest | Mapping[str, Any]) -> EffectiveParams:
        """Return the effective params of a task.

        A mapping must have the API's flat form, which `read_task_request` reads.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` (T7).
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidParams, InvalidSetting, MalformedPayload, NotJSON: for an invalid mapping.
        """
        request = as_task_request(task)
        inheritance = self._latest if request.project_version is None else self._bind(request.project_version)
        return self._resolve(request, inheritance)

    def resolve_many(self, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[EffectiveParams]:
        """Yield the result of `resolve` for each task, in order.

        Raises:
            ParamcoreError: the errors of `resolve`, when the iteration reaches the
                invalid task; `path` begins with the index of the task.
            InvalidSetting: `argument_type`, if `tasks` is not a list or another iterable.
        """
        inheritances: dict[int, Inheritance] = {}
        check_iterable("tasks", tasks)
        # Do not use `read_each` here, because its additional call for each task takes a measurable time.
        for index, task in enumerate(tasks):
            try:
                request = as_task_request(task)
                version = request.project_version
                if version is None:
                    inheritance = self._latest
                # Look up only an `int`.  `True` and `1.0` equal the key 1, but `_bind` must reject them.
                elif type(version) is int and version in inheritances:
                    inheritance = inheritances[version]
                else:
                    inheritance = inheritances[version] = self._bind(version)
                effective = self._resolve(request, inheritance)
            except ParamcoreError as error:
                raise error.within(join_pointer(index)) from None
            yield effective

    def check_request(self, task: TaskRequest) -> None:
        """Check that a task request names no other project and no other task type.

        Raises:
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidSetting: `argument_type` if `task` is not a `TaskRequest`.
        """
        check_argument("task", task, TaskRequest)
        # T15: a request that names another project is an error.
        # T11: a request that names only a batch belongs to the project of the batch.  Only the service knows that project,
        # so such a request is not rejected.
        if task.project is not None and task.project != self.name:
            wrong, own = (format_value(name, limit=MESSAGE_LIMIT) for name in (task.project, self.name))
            problem = f"the task request is for the project {wrong}, not for {own}"
            raise WrongProject("wrong_project", "/project", problem, "use that project, or correct `project`")
        # T12: all tasks of a project have its type.
        if task.type is not None and task.type != self.type:
            names = (self.name, self.type, task.type)
            project, own, wrong = (format_value(name, limit=MESSAGE_LIMIT) for name in names)
            problem = f"the task request has the type {wrong}, but the project {project} has the type {own}"
            raise WrongProject("wrong_type", None, problem, "")

    def _resolve(self, request: TaskRequest, inheritance: Inheritance) -> EffectiveParams:
        if request.project is not None or request.type is not None:
            self.check_request(request)
        return EffectiveParams(self.name, self.type, self._changes, request, inheritance)

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
        task_type = format_name(self.type, limit=MESSAGE_LIMIT)
        return f"<Project {format_repr(self.name)}: {task_type}, {format_count(len(self.versions), 'version')}>"

    def __str__(self) -> str:
        count = format_count(len(self.versions), "version")
        names = truncate(", ".join(map(format_name, self.params)), ROW_LIMIT) or "no params"
        latest = f"; the latest, {self.latest.number}, has {names}" if self.versions else ""
        return f"project {format_value(self.name)} ({format_name(self.type)}): {count}{latest}"


def _check_history(versions: tuple[ParamVersion, ...]) -> tuple[ParamVersion, ...]:
    for index, version in enumerate(versions):
        if not isinstance(version, ParamVersion):
            problem = f"`versions` must contain `ParamVersion` objects, got {describe_value(version)}"
            raise InvalidSetting("argument_type", None, problem, "")
        # P3: the number of a version is its index, from 0.
        if type(version.number) is not int or version.number != index:
            problem = f"the version at index {index} must have the number {index}, got {describe_value(version.number)}"
            raise NoSuchVersion("version_unknown", None, problem, "number the versions 0, 1, 2, ...")
    return versions
