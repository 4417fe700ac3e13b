"""Merge a task's own params with the inherited params, and explain the result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from paramcore.errors import InvalidParams
from paramcore.model.explanation import TASK_LAYER, Explanation, explain_param, find_assumed_rules
from paramcore.model.inheritance import Inheritance
from paramcore.model.tasks import INHERIT_NOTHING, TASK_FIELD_NAMES, TaskRequest
from paramcore.model.versions import ParamChanges, ParamVersion
from paramcore.text import NotebookReprs, describe_value, format_count, format_name, format_repr, format_value
from paramcore.text.rows import Line, Piece, Row, Table, format_pieces
from paramcore.values import JSONObject, wrap_frozen


class EffectiveParams(NotebookReprs):
    """The params that a task will get, as `Project.resolve` returns them.

    `params` is read-only, but compares equal to a plain `dict`.  `json` and HTTP clients accept it.
    `paramcore.thaw` returns an editable copy.

    Example:
        >>> project = Project("boxes", type="imageannotation", params={"padding": 3})
        >>> project.resolve({"attachment": "https://example.com/a.jpg"}).params["padding"]
        3
    """

    # Not an attrs class, because setting frozen slots is slower, and callers create millions of results.
    __slots__ = ("_changes", "_inheritance", "_params", "_project", "_task", "_type")

    def __init__(
        self, project: str, type: str, changes: ParamChanges, task: TaskRequest, inheritance: Inheritance
    ) -> None:
        self._project = project
        self._type = type
        self._changes = changes
        self._task = task
        self._inheritance = inheritance
        self._params: Mapping[str, Any] = inheritance.merge(task.params)

    @property
    def project(self) -> str:
        """The name of the project that the task was resolved against."""
        return self._project

    @property
    def type(self) -> str:
        """The task type of the project."""
        return self._type

    @property
    def versions(self) -> tuple[ParamVersion, ...]:
        """The versions of the project, oldest first."""
        return self._changes.versions

    @property
    def task(self) -> TaskRequest:
        """The task request that was resolved."""
        return self._task

    @property
    def inheritance(self) -> Inheritance:
        """The `Inheritance` that merged the version with the task's params."""
        return self._inheritance

    @property
    def params(self) -> Mapping[str, Any]:
        """The effective params, frozen."""
        # Wrap on first access, because wrapping is slower than the merge.
        params = self._params
        if not isinstance(params, JSONObject):
            params = self._params = wrap_frozen(params)  # type: ignore[arg-type]
        return params

    @property
    def inherited_from(self) -> ParamVersion | None:
        """The version that the task inherits; `None` if it inherits nothing."""
        return self._inheritance.version

    @property
    def project_param_version(self) -> int | None:
        """The `project_param_version` of the created task (T8).

        It is -1 if the task opts out.  For other tasks, it is `None` if the project has no
        versions.
        """
        # T8: the inherited version, or the latest if `pinned_param_version` is `latest`; -1 for an opt-out.
        if self._task.inherits_nothing:
            return INHERIT_NOTHING
        if self.inherited_from is None:
            return None
        if self._inheritance.assumptions.pinned_param_version == "latest":
            return self.versions[-1].number
        return self.inherited_from.number

    @property
    def rests_on(self) -> tuple[str, ...]:
        """The sorted ids of the assumed rules that the result depends on, such as `T5`."""
        version, own = self.inherited_from, self._task.params
        # Only two kinds of params can depend on an assumed rule: the instruction, and a param that the task sets to null.
        names = {name for name, value in own.items() if value is None} | {"instruction"}
        rules = {rule for name in names for rule in find_assumed_rules(name, self._task, self._inheritance)}
        if self._task.inherits_nothing or (version is not None and version.number != self.versions[-1].number):
            rules.add("T8")
        if version is not None and version.not_inherited:
            rules.add("U10")
        return tuple(sorted(rules))

    @property
    def sources(self) -> Mapping[str, str]:
        """The source of each param: `task`, `project`, or `both` for a joined instruction."""
        return self._inheritance.find_sources(self._task.params)

    @property
    def unset_params(self) -> tuple[str, ...]:
        """The params that the task does not get, although some version of the project sets them.

        The params of the latest version come first.
        """
        return tuple(name for name in self._changes.names if name not in self.params)

    def explain(self, param: str) -> Explanation:
        """Explain why a param has its value, or is not set.

        Raises:
            InvalidParams: `param_name`, if `param` is not a string.
        """
        if type(param) is not str:
            problem = f"the name of a param must be a string, got {describe_value(param)}"
            raise InvalidParams("param_name", None, problem, "")
        return explain_param(param, self._task, self._inheritance, self._changes)

    def explain_all(self, *, unset: bool = False) -> tuple[Explanation, ...]:
        """Return an explanation of each effective param, in the order of `params`.

        With `unset`, also explain why the task does not get the `unset_params`.
        """
        names = (*self.params, *self.unset_params) if unset else self.params
        return tuple(map(self.explain, names))

    def as_request(self) -> TaskRequest:
        """Return a request that has the same effective params and inherits nothing.

        The request sets all params.  Its `project_version` is -1, because the service
        would otherwise append the project's instruction again.
        """
        return evolve(self._task, params=self.params, project=self._project, project_version=INHERIT_NOTHING)

    def as_task(self) -> Mapping[str, Any]:
        """Return the created task as frozen JSON, without fields that only the service knows, such as `task_id`.

        The keys are `type`, `params`, and the other fields that are set, such as `instruction`.
        """
        # T9: in a task object, `instruction` and some other params are beside `params`, not inside.
        fields = {name: self.params[name] for name in TASK_FIELD_NAMES if name in self.params}
        others = {name: value for name, value in self.params.items() if name not in fields}
        routing = {
            "project": self._project,
            "batch": self._task.batch,
            "unique_id": self._task.unique_id,
            "project_param_version": self.project_param_version,
        }
        given = {name: value for name, value in routing.items() if value is not None}
        return wrap_frozen({"type": self._type, "params": wrap_frozen(others), **fields, **given})

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object, whose params are frozen.

        The keys are `project`, `params`, `inherited_version`,
        `project_param_version` and `rests_on`.
        """
        version = self.inherited_from
        return {
            "project": self._project,
            "params": self.params,
            "inherited_version": None if version is None else version.number,
            "project_param_version": self.project_param_version,
            "rests_on": list(self.rests_on),
        }

    @property
    def headline(self) -> str:
        """The first line of `str()`: the project and the version that the task inherits."""
        name, version = format_value(self._project), self.inherited_from
        if version is None:
            why = "project_version -1" if self._task.inherits_nothing else "the project has no versions yet"
            return f"task for {name}: inherits nothing ({why})"
        latest = self.versions[-1].number
        which = "the latest" if version.number == latest else f"the latest is {latest}"
        return f"task for {name}: inherits version {version.number} ({which})"

    def list_pieces(self) -> list[Piece]:
        """Return the text of `str()` as pieces."""
        version = "" if self.inherited_from is None else f"version {self.inherited_from.number}"
        labels = {"task": TASK_LAYER, "project": version, "both": f"{TASK_LAYER} + {version}"}
        sources = self.sources
        rows = (Row((format_name(name), labels[sources[name]]), (value,)) for name, value in self.params.items())
        return [Line(self.headline), Table.of(rows)]

    def __str__(self) -> str:
        return format_pieces(self.list_pieces())

    def __repr__(self) -> str:
        version = "nothing" if self.inherited_from is None else f"version {self.inherited_from.number}"
        params = format_count(len(self.params), "param")
        return f"<EffectiveParams for {format_repr(self._project)}: {params}, inherits {version}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EffectiveParams):
            return NotImplemented
        return self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        return hash((self._project, self._task))

    def __reduce__(self) -> tuple[Any, ...]:
        return EffectiveParams, (self._project, self._type, self._changes, self._task, self._inheritance)
