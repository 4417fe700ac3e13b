"""Find the version that a task inherits, and merge the params of the version and of the task.

This module contains all rules about the inherited version, the precedence of params
and the joined instruction.  Only `Inheritance.merge` merges a task's params with inherited
params.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from attrs import evolve, field, frozen

from paramcore.errors import NoSuchVersion
from paramcore.model.assumptions import Assumptions
from paramcore.model.tasks import is_opt_out
from paramcore.model.versions import ParamVersion
from paramcore.text import describe_value
from paramcore.values import check_instruction, encode_compact, same_checked, wrap_frozen

#: Matches text with the number of a version, such as "2" or "2.0".
_VERSION_TEXT = re.compile(r"(-1|0|[1-9][0-9]{0,8})(?:[.]0)?")


def find_inherited_version(versions: tuple[ParamVersion, ...], project_version: int | None) -> ParamVersion | None:
    """Return the version that a task with this `project_version` inherits, or `None`.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.
    """
    # T2: a task that names no version inherits the latest version, or nothing if the history is empty.
    if project_version is None:
        return versions[-1] if versions else None
    # T3: -1 inherits nothing.
    if is_opt_out(project_version):
        return None
    try:
        return get_version(versions, project_version)
    except NoSuchVersion as error:
        remedy = "leave out `project_version`"
        if versions:
            remedy = f"choose an existing version, write -1 to inherit nothing, or {remedy} to inherit the latest"
        # pandas turns the whole numbers of a column with a missing value into floats, so suggest the whole number.
        if type(project_version) is float and project_version in range(-1, len(versions)):
            remedy = f"write {project_version:.0f} instead of {project_version}"
        # In an export of a spreadsheet or a database, all values may be text.
        text = _VERSION_TEXT.fullmatch(project_version) if isinstance(project_version, str) else None
        if text is not None and int(text[1]) < len(versions):
            remedy = f"write {text[1]} without quotes"
        raise evolve(error, path="/project_version", remedy=remedy) from None


def get_version(versions: tuple[ParamVersion, ...], number: int) -> ParamVersion:
    """Return the version with this number; negative numbers do not count from the end.

    Raises:
        NoSuchVersion: `version_type` or `version_unknown`.
    """
    # T7: the number must be an `int`, not `True`, and in range; there is no fallback to another version.
    if type(number) is not int:
        problem = f"a version must be a whole number, got {describe_value(number)} ({_describe_versions(versions)})"
        raise NoSuchVersion("version_type", None, problem, "")
    if not 0 <= number < len(versions):
        version = describe_value(number).replace("the number", "version")
        raise NoSuchVersion("version_unknown", None, f"{version} does not exist: {_describe_versions(versions)}", "")
    return versions[number]


def _describe_versions(versions: tuple[ParamVersion, ...]) -> str:
    if len(versions) > 1:
        return f"the project has versions 0 to {len(versions) - 1}"
    return "the project has only version 0" if versions else "the project has no versions yet"


#: Why a version cannot give the wanted params: it has an unwanted param, or appends unwanted text.
BlockCode: TypeAlias = Literal["would_be_inherited", "instruction_would_be_appended"]


class OwnParams(NamedTuple):
    """What a task must send to get the wanted params from a version, and what the version adds."""

    #: The params to send, with the wanted values; only `instruction` may be shortened.
    params: dict[str, Any]
    #: The params that the task leaves out, because it inherits equal values, in the order of the version.
    dropped: list[str]
    #: The params in `dropped` whose inherited and wanted values have different JSON text, such as 5 and 5.0.
    respelled: list[str]
    #: The text that was cut from the end of the instruction, because the version appends it; `None` if nothing was cut.
    cut: str | None
    #: The params that make the version unusable, each with the reason.
    blocked: list[tuple[str, BlockCode]]


#: A function from a task's params to its effective params.
Merge: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]


@frozen(init=False, repr=False)
class Inheritance:
    """A version that is prepared for merging with the params of many tasks.

    Instances can be pickled.
    """

    #: The version; `None` if tasks inherit nothing (T2, T3).
    version: ParamVersion | None
    #: The settings of the assumed rules for the merge.
    assumptions: Assumptions
    _inherited: Mapping[str, Any] = field(eq=False)
    # The text to append to a task's instruction; `None` if nothing is appended.
    _suffix: str | None = field(eq=False)
    # The effective instruction of a task whose own instruction is missing, null or ""; `None` if nothing is appended.
    _instruction_if_none: str | None = field(eq=False)
    _inherited_sources: Mapping[str, str] = field(eq=False)

    def __init__(self, version: ParamVersion | None, assumptions: Assumptions) -> None:
        inherited: Mapping[str, Any] = version.params if version else wrap_frozen({})
        text, suffix, instruction_if_none = inherited.get("instruction"), None, None
        # T6: the instruction is appended under `append`.  Under `override`, it is a param like any other.
        if text and assumptions.instruction_rule == "append":
            # T5: one separator joins the two instructions.
            # A task without an instruction gets the separator only if `empty_instruction` is `join`.
            suffix = assumptions.instruction_separator + text
            instruction_if_none = suffix if assumptions.empty_instruction == "join" else text
            inherited = {**inherited, "instruction": instruction_if_none}
        sources = dict.fromkeys(inherited, "project")
        self.__attrs_init__(version, assumptions, inherited, suffix, instruction_if_none, sources)

    @property
    def appends(self) -> bool:
        """Whether the version's instruction is appended to a task's instruction."""
        return self._suffix is not None

    def merge(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the effective params of a task: a new dict whose values are not copied.

        Pass checked params without routing names, such as `TaskRequest.params`.

        Raises:
            InvalidParams: `instruction_type`, if `instruction` is neither text nor
                null.  The other params are not checked.
        """
        # T1: a param of the task overrides the whole inherited value, even if the task sets null.
        # `instruction` is the exception (T4 to T6).
        effective = {**self._inherited, **params}
        if "instruction" not in params:
            return effective
        own = params["instruction"]
        # Most instructions are text, which is always valid, so skip the call for text.
        if type(own) is not str:
            check_instruction(own)
        if self._suffix is not None:
            # T4: the project's instruction is appended to the task's instruction.
            effective["instruction"] = own + self._suffix if own else self._instruction_if_none
        return effective

    def find_own_params(self, wanted: Mapping[str, Any]) -> OwnParams:
        """Return the smallest set of params that `merge` turns into `wanted`.

        Pass checked params, as for `merge`.  If `blocked` is not empty, a task cannot get
        `wanted` from this version.
        """
        # The merge treats each param independently, so exactly one set is the smallest.
        dropped: dict[str, bool] = {}
        blocked: list[tuple[str, BlockCode]] = []
        for name, inherited in self._inherited.items():
            if name not in wanted:
                # A task cannot remove an inherited param.
                blocked.append((name, "would_be_inherited"))
            elif same_checked(wanted[name], inherited):
                dropped[name] = _is_spelled_alike(wanted[name], inherited)
        own = {name: value for name, value in wanted.items() if name not in dropped}
        cut = None
        if self._suffix is not None and "instruction" in own:
            text = own["instruction"]
            if type(text) is str and text.endswith(self._suffix) and text != self._suffix:
                # The merge appends the text once, so cut it once, and trim no spaces.
                own["instruction"], cut = text.removesuffix(self._suffix), self._suffix
            else:
                blocked.append(("instruction", "instruction_would_be_appended"))
        respelled = [name for name, is_alike in dropped.items() if not is_alike]
        return OwnParams(own, list(dropped), respelled, cut, blocked)

    def find_sources(self, params: Mapping[str, Any]) -> dict[str, str]:
        """Return the source of each effective param: `task`, `project` or `both`.

        `both` is the source of a joined instruction.
        """
        sources = {**self._inherited_sources}
        for name in params:
            sources[name] = "task"
        if self._suffix is not None:
            sources["instruction"] = self.find_source(params, "instruction")
        return sources

    def find_source(self, params: Mapping[str, Any], name: str) -> str:
        """Return the source of one effective param: `task`, `project` or `both`."""
        if name == "instruction" and self._suffix is not None:
            return "both" if params.get(name) else "project"
        return "task" if name in params else "project"

    def __repr__(self) -> str:
        return "<Inheritance from nothing>" if self.version is None else f"<Inheritance from {self.version!r}>"

    def __reduce__(self) -> tuple[Any, ...]:
        # Do not pickle the raw entry, which is needed only to write a project.
        version = None if self.version is None else evolve(self.version, raw_entry=None)
        return Inheritance, (version, self.assumptions)


def _is_spelled_alike(value: Any, inherited: Any) -> bool:
    """Return whether two equal values have the same JSON text."""
    return value is inherited or type(value) is str or encode_compact(value) == encode_compact(inherited)
