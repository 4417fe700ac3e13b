"""A project: a name, a type, and the versions of its params, of which none ever changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from attrs import field, frozen

from paramcore.errors import InvalidSetting, NoSuchVersion, WrongProject
from paramcore.model.assumptions import Assumptions
from paramcore.model.effective import EffectiveParams, effective
from paramcore.model.inheritance import Inheritance, Merge, inherited_version, version_by_number
from paramcore.model.tasks import TaskRequest, check_project_name
from paramcore.model.updates import Patch, Replace, Update
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value, format_value
from paramcore.values.frozen import JSONObject, freeze, wrap_frozen

__all__ = ["LAYOUT", "Project"]

#: The names of a project object that are no further fields, in the service's order.
LAYOUT = ("type", "name", "param_history")


@frozen(init=False)
class Project:
    """
    A project and its history.

    `versions` is oldest first, each one's `number` its place.  `fields` are the
    further fields of the project object as it was read, and `layout` the order
    of all its names, both kept for writing (P8).
    Every update returns a new project; the old one stays good.

    Raises:
        InvalidSetting: `project_name`, `task_type` or `assumption_value`.
        InvalidParams, NotJSON: for `params`, as `Replace` does.

    """

    # P1: a name, one type for all its tasks, and a history.
    # P10: nothing here deletes or retypes a project, since nothing in the API does.
    name: str
    type: str
    versions: tuple[ParamVersion, ...]
    assumptions: Assumptions
    fields: Mapping[str, Any]
    layout: tuple[str, ...] = field(eq=False, repr=False)
    # Most tasks inherit the latest version, so it is bound once for all of them.
    _latest: Inheritance = field(eq=False, repr=False)

    def __init__(
        self,
        name: str,
        *,
        type: str,
        params: Mapping[str, Any] | None = None,
        created_at: str | None = None,
        assumptions: Assumptions = Assumptions(),
    ) -> None:
        # P5: without params the history is empty, and its first update makes version 0.
        # P6: `{}` is params too: one empty version 0.
        versions = () if params is None else (ParamVersion(0, Replace(params).params, created_at),)
        self._set(name, type, versions, assumptions, wrap_frozen({}), LAYOUT)

    @classmethod
    def with_history(
        cls,
        name: str,
        *,
        type: str,
        versions: Iterable[ParamVersion],
        assumptions: Assumptions = Assumptions(),
        fields: Mapping[str, Any] = wrap_frozen({}),
    ) -> Project:
        """
        Return a project with these versions.

        Of `fields` the order is kept; `name`, `type` and `param_history` among
        them only hold their place.

        Raises:
            InvalidSetting: as the class does; `argument_type` for what is no version.
            NoSuchVersion: `version_unknown` where a number is not its place (P3).

        """
        history = tuple(versions)
        given: JSONObject = freeze(fields)
        kept = wrap_frozen({name: value for name, value in given.items() if name not in LAYOUT})
        for place, version in enumerate(history):
            if not isinstance(version, ParamVersion):
                raise InvalidSetting("argument_type", None, describe_value(version), "a `ParamVersion`")
            # P3: numbers start at 0 and are places; a number is never tested for truth, for 0 is one.
            if version.number != place:
                found = f"number {version.number} at place {place}"
                raise NoSuchVersion("version_unknown", None, found, "versions numbered by their place, from 0 on")
        return cls._made(name, type, history, assumptions, kept, tuple(given))

    @classmethod
    def _made(cls, *parts: Any) -> Project:
        project = cls.__new__(cls)
        cls._set(project, *parts)
        return project

    def __reduce__(self) -> tuple[Any, ...]:
        # What follows from the rest, like the latest version, bound, is not sent along.
        return _remade, (self.name, self.type, self.versions, self.assumptions, self.fields, self.layout)

    def _set(
        self,
        name: str,
        type: str,
        versions: tuple[ParamVersion, ...],
        assumptions: Assumptions,
        fields: JSONObject,
        layout: tuple[str, ...],
    ) -> None:
        check_project_name(name)
        if _kind(type) is not str or not type:
            raise InvalidSetting("task_type", None, describe_value(type), "a task type, as text")
        freeze(type)
        if not isinstance(assumptions, Assumptions):
            raise InvalidSetting("assumption_value", None, describe_value(assumptions), "an `Assumptions`")
        latest = Inheritance(inherited_version(versions, None), assumptions)
        self.__attrs_init__(name, type, versions, assumptions, fields, layout, latest)

    @property
    def latest(self) -> ParamVersion:
        """
        The current version (P4).

        Raises:
            NoSuchVersion: `version_unknown`, while there is none.

        """
        # P4: the last one is the current one.
        if not self.versions:
            raise NoSuchVersion(
                "version_unknown", None, "a project without versions", "one that has params, or an update"
            )
        return self.versions[-1]

    @property
    def params(self) -> Mapping[str, Any]:
        """The params of the latest version; `{}` while there is none."""
        return self.versions[-1].params if self.versions else wrap_frozen({})

    def version(self, number: int) -> ParamVersion:
        """
        Return a version by its number: -1 is none of them.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.

        """
        return version_by_number(self.versions, number)

    def update(self, update: Update, *, created_at: str | None = None) -> Project:
        """
        Return the project with one version more.

        Raises:
            InvalidSetting: `update_type` for what is no `Patch` or `Replace`;
                `created_at_type`.
            NotJSON: `too_large`, as a patch does.

        """
        if not isinstance(update, (Patch, Replace)):
            raise InvalidSetting("update_type", None, describe_value(update), "a `Patch` or a `Replace`")
        # U5: each update appends one version, also one that changes nothing.
        version = ParamVersion(len(self.versions), update.applied_to(self.params), created_at)
        return self._made(self.name, self.type, (*self.versions, version), self.assumptions, self.fields, self.layout)

    def patch_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return the project with these params laid over its latest ones; raises as `Patch` does."""
        return self.update(Patch(params), created_at=created_at)

    def replace_params(self, params: Mapping[str, Any], *, created_at: str | None = None) -> Project:
        """Return the project with just these params; raises as `Replace` does."""
        return self.update(Replace(params), created_at=created_at)

    def assuming(self, assumptions: Assumptions) -> Project:
        """Return the project under other assumptions."""
        return self._made(self.name, self.type, self.versions, assumptions, self.fields, self.layout)

    def inheritance(self, project_version: int | None = None) -> Merge:
        """
        Bind the version that a task with this `project_version` inherits from: a callable from params to effective params.

        The trusted door for hot loops: it takes params that passed the door
        already, never a request, and returns a plain dict that shares their
        values.  It checks only the type of `instruction`, against what JSON has:
        what only Python has and can be added to text goes through.  It pickles.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown`.

        """
        return self._bound(project_version).merge

    def _bound(self, project_version: object) -> Inheritance:
        if project_version is None:
            return self._latest
        return Inheritance(inherited_version(self.versions, project_version), self.assumptions)

    def resolve(self, task: TaskRequest | Mapping[str, Any]) -> EffectiveParams:
        """
        Say what a task will get.

        `task` is a `TaskRequest` or a mapping in the API's flat request form.

        Raises:
            NoSuchVersion: `version_type` or `version_unknown` (T7).
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidParams, InvalidSetting, NotJSON: for a mapping, as
                `TaskRequest.from_flat` does.

        """
        request = task if _kind(task) is TaskRequest else TaskRequest.from_flat(task)
        return effective(self, request, self._bound(request.project_version))

    def resolve_many(self, tasks: Iterable[TaskRequest | Mapping[str, Any]]) -> Iterator[EffectiveParams]:
        """
        Yield for each task, in order, what `resolve` returns; each version is bound once.

        Raises:
            ParamcoreError: as `resolve` does, when the task's turn comes.

        """
        bound: dict[int, Inheritance] = {}
        latest = self._latest
        for task in tasks:
            request = task if _kind(task) is TaskRequest else TaskRequest.from_flat(task)
            asked = request.project_version
            if asked is None:
                yield effective(self, request, latest)
                continue
            # Only a version's own number may be looked up: to a dict, `True` and `1.0` are 1.
            inheritance = bound.get(asked) if _kind(asked) is int else None
            if inheritance is None:
                inheritance = bound[asked] = self._bound(asked)
            yield effective(self, request, inheritance)

    def check(self, task: TaskRequest) -> None:
        """
        Check that a task request is for this project.

        Raises:
            WrongProject: `wrong_project` (T15) or `wrong_type` (T12).
            InvalidSetting: `argument_type` for what is no request.

        """
        if _kind(task) is not TaskRequest:
            raise InvalidSetting("argument_type", None, describe_value(task), "a `TaskRequest`")
        # T15: a request for another project is not for this one.
        # T11: one that names only a batch goes to the batch's project, which is for the caller to know.
        if task.project is not None and task.project != self.name:
            found = f"a task request for the project {format_value(task.project)}"
            raise WrongProject("wrong_project", "/project", found, f"one for {format_value(self.name)}")
        # T12: all tasks of a project are of its type.
        if task.type is not None and task.type != self.type:
            found = f"a task request of type {format_value(task.type)}"
            raise WrongProject(
                "wrong_type",
                None,
                found,
                f"one of type {format_value(self.type)}, as the project {format_value(self.name)} is",
            )


def _remade(*parts: Any) -> Project:
    return Project._made(*parts)  # noqa: SLF001


_kind = type
