"""Warn about probable mistakes that cause no error."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from attrs import define

from paramcore.analysis import TWIN_SECONDS, History
from paramcore.model import EffectiveParams, Inheritance, ParamVersion, Project
from paramcore.text import MESSAGE_LIMIT, format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.validation.schema import Schemas
from paramcore.values import join_pointer, same


def lint_history(project: Project) -> Iterator[Finding]:
    """Yield the findings on versions that change nothing or contain names that are not params."""
    for step in History.of(project).steps:
        number = step.version.number
        repeated = f"version {number} has the same params as version {number - 1}"
        if step.is_probable_twin:
            problem = (
                f"{repeated} and was created within {TWIN_SECONDS} seconds of it; the request was probably sent twice"
            )
            yield _make_warning("lint_retry_twin", "", problem, "", number)
        elif step.is_noop:
            yield _make_warning("lint_noop_version", "", repeated, "", number)
        for name in step.version.not_inherited:
            problem, remedy = f"`{name}` is not a param, so no task inherits it", "store only params in a project"
            yield _make_warning("lint_stored_name", join_pointer(name), problem, remedy, number)


def lint_params(own: Mapping[str, Any], inheritance: Inheritance) -> Iterator[Finding]:
    """Yield the findings on `own`, which contains a task's own params, frozen or as plain JSON."""
    version = inheritance.version
    if version is None:
        return
    for name, value in own.items():
        inherited = version.params.get(name)
        # `same` is slow, but distinguishes `true` from `1`.  `==` is fast, and true whenever `same` returns true, so
        # compare with `==` first.
        overrides = name != "instruction" or not inheritance.appends
        if overrides and value == inherited and name in version.params and same(value, inherited):
            problem = f"`{name}` has the value that the task would inherit from version {version.number}"
            yield _make_warning(
                "lint_equal_override", join_pointer(name), problem, "remove it from the task, as `paramcore slim` does"
            )
    if repeats_instruction(own, inheritance):
        problem = f"the task's instruction already contains the text that version {version.number} appends to it"
        remedy = "remove this text from the task's instruction"
        yield _make_warning("lint_repeated_instruction", "/instruction", problem, remedy)


def lint_task(
    effective: EffectiveParams, required: Collection[str] = (), *, is_planned: bool = False
) -> Iterator[Finding]:
    """Yield the findings on a task's `project_version`, then on its own params.

    `required` are the params that the task's type requires.  `is_planned` means that the
    latest version is the result of an update that has not been sent.
    """
    versions = effective.versions
    inherited = effective.inherited_from
    if inherited is None:
        if effective.task.inherits_nothing and versions:
            yield from _lint_opt_out(effective.params, versions[-1], required, is_planned=is_planned)
        return
    latest = versions[-1].number
    if effective.task.project_version is not None and inherited.number < latest:
        pinned = f"the task is pinned to version {inherited.number}"
        problem, remedy = f"{pinned}, but the latest version is {latest}", f"write {latest}"
        if is_planned:
            problem = f"{pinned}, but the latest version would be {latest} after this update"
            remedy = f"after the update, {remedy}"
        remedy += ", unless the task needs the older version"
        yield _make_warning("lint_old_pin", "/project_version", problem, remedy)
    yield from lint_params(effective.task.params, effective.inheritance)


def _lint_opt_out(
    params: Mapping[str, Any], latest: ParamVersion, required: Collection[str], *, is_planned: bool
) -> Iterator[Finding]:
    missing = [name for name in required if name not in params and name in latest.params]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        owner = f"version {latest.number} {'would have after this update' if is_planned else 'has'}"
        problem = f"the task inherits nothing, so it will lack {names}, which {owner}"
        remedy = f"set {names} in the task, or remove `project_version`"
        yield _make_warning("lint_bare_opt_out", "/project_version", problem, remedy)


def repeats_instruction(own: Mapping[str, Any], inheritance: Inheritance) -> bool:
    """Return whether a task's own instruction already contains the instruction that it inherits."""
    version = inheritance.version
    if version is None or not inheritance.appends:
        return False
    return _contains_lines(own.get("instruction"), version.params["instruction"])


def _contains_lines(own: str | None, inherited: str | None) -> bool:
    """Return whether the task's text contains the project's text as whole lines."""
    text = _normalize_inherited(inherited or "")
    # Normalizing never makes a text longer. So if the task's text is shorter than `text`, its normalized form cannot
    # contain `text`. Compare the lengths first, because this is faster than normalizing.
    if not own or not text or len(text) > len(own):
        return False
    return f"\n{text}\n" in f"\n{_normalize_lines(own)}\n"


def _normalize_lines(text: str) -> str:
    """Return text with uniform line endings.

    Whitespace around each line, and empty lines at both ends of the text, are removed.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines).strip("\n")


# Many tasks inherit the same version, so cache the normalized form of its instruction.
_normalize_inherited = lru_cache(maxsize=64)(_normalize_lines)


def lint_type(project: Project, schemas: Schemas) -> Iterator[Finding]:
    """Yield a finding at `/type` if the project's task type has no schema."""
    if project.type not in schemas.types:
        problem = f"the task type {format_value(project.type, limit=MESSAGE_LIMIT)} has no schema"
        suggestion = suggest_name(project.type, schemas.types)
        known = "a type that `paramcore schema` lists" if suggestion is None else f"`{suggestion}`"
        remedy = f"write {known}, or add your own schema"
        yield Finding("type_unknown", "warning", "/type", problem, remedy, suggestion)


@define
class UnusedDefaults:
    """Collects the number of tasks that inherit the latest version, and the params that all these tasks override."""

    tasks: int
    overridden: set[str]

    @classmethod
    def of(cls, project: Project) -> UnusedDefaults:
        """Return a counter for a project, before any task is added."""
        # By default, a task does not override the project's instruction, because the two instructions are joined (T4).
        return cls(0, {*project.params} - {"instruction"})

    def add(self, own: Collection[str]) -> None:
        """Add a task that inherits the latest version; `own` contains the names of its own params."""
        self.tasks += 1
        self.overridden.intersection_update(own)

    def combine(self, other: UnusedDefaults) -> None:
        """Add the tasks of another counter."""
        self.tasks += other.tasks
        self.overridden &= other.overridden

    def list_findings(self, project: Project) -> Iterator[Finding]:
        """Yield a finding for each param that all tasks override, if there are at least two tasks."""
        if self.tasks < 2:
            return
        for name in project.params:
            if name in self.overridden:
                problem = f"all {self.tasks:,} tasks that inherit this version set this param themselves"
                remedy = "remove it from the project, unless other tasks inherit it"
                yield _make_warning("lint_unused_default", join_pointer(name), problem, remedy, project.latest.number)


def _make_warning(code: str, pointer: str, problem: str, remedy: str, version: int | None = None) -> Finding:
    return Finding(code, "warning", pointer, problem, remedy, version=version)
