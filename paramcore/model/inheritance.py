"""
Inheritance: which version a task gets its params from, and what comes out.

Everything that decides which version a task inherits, who wins, and how the two
instructions meet is in this file.  `Inheritance.merge` is the one merge of the
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
from paramcore.values.frozen import wrap_frozen
from paramcore.values.params import check_instruction

__all__ = ["Inheritance", "Merge", "inherited_version", "version_by_number"]


def inherited_version(versions: tuple[ParamVersion, ...], asked: object) -> ParamVersion | None:
    """
    Return the version that a task inherits from; `None` where it inherits nothing.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.

    """
    # T2: the latest version unless the task asks for another; an empty history has none to give.
    if asked is None:
        return versions[-1] if versions else None
    # T3: -1 opts out altogether.
    if inherits_nothing(asked):
        return None
    try:
        return version_by_number(versions, asked)
    except NoSuchVersion as error:
        others = "or -1 to inherit nothing, or no `project_version` for the latest"
        raise evolve(error, path="/project_version", wanted=f"{error.wanted}, {others}") from None


def version_by_number(versions: tuple[ParamVersion, ...], asked: object) -> ParamVersion:
    """
    Return the version of this number, which is never counted from the end.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.

    """
    # T7: by exact type and within range, or not at all: `True` is not 1, and no other version stands in.
    there_are = f"a version from 0 to {len(versions) - 1}" if versions else "no version: the project has none yet"
    if type(asked) is not int:
        raise NoSuchVersion("version_type", None, describe_value(asked), f"{there_are}, as a whole number")
    if not 0 <= asked < len(versions):
        raise NoSuchVersion("version_unknown", None, describe_value(asked), there_are)
    return versions[asked]


Merge: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


@frozen
class Inheritance:
    """
    A version bound once, to be merged with the params of many tasks.  It pickles.

    `version` is `None` where nothing is inherited (T3).
    """

    version: ParamVersion | None
    assumptions: Assumptions
    #: Whether the version has an instruction that is appended to a task's.
    appends: bool = field(init=False, repr=False, eq=False)
    # What the merge needs, made once: the params inherited, what is appended to a task's instruction, and what
    # stands for one without text.
    _inherited: Mapping[str, Any] = field(init=False, repr=False, eq=False)
    _appended: str | None = field(init=False, repr=False, eq=False)
    _alone: str | None = field(init=False, repr=False, eq=False)
    _sources: dict[str, str] | None = field(default=None, init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        inherited: Mapping[str, Any] = self.version.params if self.version else wrap_frozen({})
        text, appended, alone = inherited.get("instruction"), None, None
        # T6: where the task's instruction overrides, it is a param like any other, and nothing is appended.
        if text and self.assumptions.instruction_rule == "append":
            # T5: one separator between the two texts, and none where the task has no text, unless it is to be joined
            # anyway.
            appended = self.assumptions.instruction_separator + text
            alone = appended if self.assumptions.empty_instruction == "join" else text
            # Its place is kept, and a task without an instruction has the same as one that sets it to null.
            inherited = {**inherited, "instruction": None}
        fill = object.__setattr__
        fill(self, "appends", appended is not None)
        fill(self, "_inherited", inherited)
        fill(self, "_appended", appended)
        fill(self, "_alone", alone)

    def merge(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """
        Return what a task with these params gets: a new plain dict that shares their values.

        It takes params that passed the door already (a `TaskRequest.params`, or
        decoded JSON that you trust), never a request.

        Raises:
            InvalidParams: `instruction_type`, for what JSON has that is neither
                text nor null: the only thing that it asks.

        """
        # The one merge.  It runs for each task, as a bound method: that costs the least of all that pickles.
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
                # Of all that JSON has only text can be: told below, since asking before would take a twentieth of the merge.
                pass
            else:
                return effective
        check_instruction(own)
        effective["instruction"] = self._alone
        return effective

    def sources(self, params: Mapping[str, Any]) -> dict[str, str]:
        """Return where each param that `merge` returns comes from: `task`, `project`, or `both` for a joined instruction."""
        if self._sources is None:
            # Those of the version are made once, when somebody asks: then it is asked of every task's answer.
            object.__setattr__(self, "_sources", dict.fromkeys(self._inherited, "project"))
        # The task's laid over the version's, as their values are: one by one, since `dict.fromkeys` is slow on frozen JSON.
        sources = {**self._sources}  # type: ignore[dict-item]
        for name in params:
            sources[name] = "task"
        if self._appended is not None:
            sources["instruction"] = self.source(params, "instruction")
        return sources

    def source(self, params: Mapping[str, Any], name: str) -> str:
        """Return where one param that `merge` returns comes from."""
        # The only param that two places can make together.
        if name == "instruction" and self._appended is not None:
            return "both" if params.get(name) else "project"
        return "task" if name in params else "project"

    def __reduce__(self) -> tuple[Any, ...]:
        # What was made from a version is not sent along, nor what it was read from.
        version = None if self.version is None else evolve(self.version, entry=None)
        return Inheritance, (version, self.assumptions)
