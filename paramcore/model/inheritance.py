"""Inheritance: which version a task gets its params from, and what comes out.

Everything that decides which version a task inherits, who wins, and how the two
instructions meet is in this module.  `Inheritance.merge` is the one merge of the
whole package.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from attrs import evolve, field, frozen

from paramcore.errors import NoSuchVersion
from paramcore.model.assumptions import Assumptions
from paramcore.model.tasks import inherits_nothing
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value
from paramcore.values import check_instruction, wrap_frozen


def inherited_version(versions: tuple[ParamVersion, ...], project_version: int | None) -> ParamVersion | None:
    """Return the version that a task with this `project_version` inherits; `None` where it inherits nothing.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.
    """
    # T2: the latest version unless the task names another; an empty history has none to give.
    if project_version is None:
        return versions[-1] if versions else None
    # T3: -1 inherits nothing.
    if inherits_nothing(project_version):
        return None
    try:
        return version_by_number(versions, project_version)
    except NoSuchVersion as error:
        others = "or -1 to inherit nothing, or no `project_version` for the latest"
        raise evolve(error, path="/project_version", wanted=f"{error.wanted}, {others}") from None


def version_by_number(versions: tuple[ParamVersion, ...], number: int) -> ParamVersion:
    """Return the version of this number, which is never counted from the end.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.
    """
    # T7: by exact type and within range: `True` is not 1, and no other version is a fallback.
    existing = f"a version from 0 to {len(versions) - 1}" if versions else "no version: the project has none yet"
    if type(number) is not int:
        raise NoSuchVersion("version_type", None, describe_value(number), f"{existing}, as a whole number")
    if not 0 <= number < len(versions):
        raise NoSuchVersion("version_unknown", None, describe_value(number), existing)
    return versions[number]


#: From a task's params to its effective params.
Merge: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


@frozen(repr=False)
class Inheritance:
    """A version bound once, to be merged with the params of many tasks.  It pickles."""

    #: The version; `None` where nothing is inherited (T3).
    version: ParamVersion | None
    #: The assumed rules that the merge uses.
    assumptions: Assumptions
    #: Whether the version has an instruction that is appended to a task's.
    appends: bool = field(init=False, eq=False)
    # Bound once for all tasks: the params inherited, the text appended to a task's instruction, and the
    # instruction of a task without text.
    _inherited: Mapping[str, Any] = field(init=False, eq=False)
    _appended: str | None = field(init=False, eq=False)
    _alone: str | None = field(init=False, eq=False)
    _inherited_sources: Mapping[str, str] = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        inherited: Mapping[str, Any] = self.version.params if self.version else wrap_frozen({})
        text, appended, alone = inherited.get("instruction"), None, None
        # T6: where the task's instruction overrides, it is a param like any other, and nothing is appended.
        if text and self.assumptions.instruction_rule == "append":
            # T5: one separator stands between the two texts; a task without text gets none, unless it is to be joined.
            appended = self.assumptions.instruction_separator + text
            alone = appended if self.assumptions.empty_instruction == "join" else text
            # The name keeps its place, and a missing instruction is merged like a null one.
            inherited = {**inherited, "instruction": None}
        set_field = object.__setattr__
        set_field(self, "appends", appended is not None)
        set_field(self, "_inherited", inherited)
        set_field(self, "_appended", appended)
        set_field(self, "_alone", alone)
        set_field(self, "_inherited_sources", dict.fromkeys(inherited, "project"))

    def merge(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the effective params of a task with these params: a new dict that shares their values.

        It takes params that were checked before (`TaskRequest.params`, or decoded
        JSON that you trust), never a request.

        Raises:
            InvalidParams: `instruction_type`, where `instruction` is neither text
                nor null.  Nothing else is checked.
        """
        # T1: what the task sets wins, whole, null included; what it does not set it inherits.
        effective = {**self._inherited, **params}
        appended = self._appended
        if appended is None:
            if "instruction" in params:
                check_instruction(params["instruction"])
            return effective
        own = effective["instruction"]
        if own:
            try:
                # T4: the project's instruction is appended after the task's.
                effective["instruction"] = own + appended
            except TypeError:
                # Of all JSON only text can be joined; `check_instruction` rejects the rest.
                pass
            else:
                return effective
        check_instruction(own)
        effective["instruction"] = self._alone
        return effective

    def sources(self, params: Mapping[str, Any]) -> dict[str, str]:
        """Return where each param that `merge` returns comes from: `task`, `project`, or `both` for a joined text."""
        sources = {**self._inherited_sources}
        for name in params:
            sources[name] = "task"
        if self._appended is not None:
            sources["instruction"] = self.source(params, "instruction")
        return sources

    def source(self, params: Mapping[str, Any], name: str) -> str:
        """Return where one param that `merge` returns comes from."""
        if name == "instruction" and self._appended is not None:
            return "both" if params.get(name) else "project"
        return "task" if name in params else "project"

    def __repr__(self) -> str:
        return "<Inheritance from nothing>" if self.version is None else f"<Inheritance from {self.version!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # The raw entry is needed only to write a project.
        version = None if self.version is None else evolve(self.version, raw_entry=None)
        return Inheritance, (version, self.assumptions)
