"""Lint: what the service accepts, and probably not meant.  Every finding is a warning."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from paramcore.analysis import TWIN_SECONDS, History
from paramcore.model import EffectiveParams, Inheritance, ParamVersion, Project
from paramcore.text import format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import suggest_name
from paramcore.validation.schema import Schemas
from paramcore.values import join_pointer, same


def lint_history(project: Project) -> Iterator[Finding]:
    """Yield the findings on a project's versions: versions that change nothing, names that are not params."""
    for step in History.of(project).steps:
        number = step.version.number
        if step.is_probable_twin:
            found = f"the params of version {number - 1} again, at most {TWIN_SECONDS} seconds later"
            wanted = "one version: a request was probably sent twice"
            yield _make_warning("lint_retry_twin", "", found, wanted, number)
        elif step.is_noop:
            found, wanted = f"the params of version {number - 1} again", "a version that changes something"
            yield _make_warning("lint_noop_version", "", found, wanted, number)
        for name in step.version.not_inherited:
            found, wanted = f"`{name}` among the params", "params only: it is no param, and no task inherits it"
            yield _make_warning("lint_stored_name", join_pointer(name), found, wanted, number)


def lint_params(own: Mapping[str, Any], inheritance: Inheritance) -> Iterator[Finding]:
    """Yield the findings on a task's own params, which may be plain JSON."""
    version = inheritance.version
    if version is None:
        return
    for name, value in own.items():
        inherited = version.params.get(name)
        # `==` is fast and never false where `same` is true; `same` also distinguishes `true` from `1`.
        if name != "instruction" and value == inherited and name in version.params and same(value, inherited):
            found = f"the value of `{name}` that the task inherits"
            wanted = f"nothing: version {version.number} has the same"
            yield _make_warning("lint_equal_override", join_pointer(name), found, wanted)
    if inheritance.appends and _contains_lines(own.get("instruction"), version.params["instruction"]):
        found = "the project's instruction inside the task's"
        wanted = f"the task's own text only: that of version {version.number} is appended, and would stand there twice"
        yield _make_warning("lint_repeated_instruction", "/instruction", found, wanted)


def lint_task(effective: EffectiveParams, required: Collection[str] = ()) -> Iterator[Finding]:
    """Yield the findings on a task: on its `project_version`, then on its own params.  Its type needs `required`."""
    versions = effective.versions
    inherited = effective.inherited_from
    if inherited is None:
        if effective.task.inherits_nothing and versions:
            yield from _lint_opt_out(effective.params, versions[-1], required)
        return
    latest = versions[-1].number
    if effective.task.project_version is not None and inherited.number < latest:
        found, wanted = f"a pin to version {inherited.number}", f"the latest, {latest}, or a reason for the older one"
        yield _make_warning("lint_old_pin", "/project_version", found, wanted)
    yield from lint_params(effective.task.params, effective.inheritance)


def _lint_opt_out(params: Mapping[str, Any], latest: ParamVersion, required: Collection[str]) -> Iterator[Finding]:
    missing = [name for name in required if name not in params and name in latest.params]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        found = f"-1, which leaves {names} of version {latest.number} out"
        yield _make_warning("lint_bare_opt_out", "/project_version", found, f"{names} in the task, or no -1")


def _contains_lines(own: str | None, inherited: str | None) -> bool:
    """Return whether the task's text contains the project's, on lines of its own."""
    text = _normalize_inherited(inherited or "")
    # The last condition needs no copy of the text, and is true of most tasks.
    if not own or not text or len(text) > len(own):
        return False
    return f"\n{text}\n" in f"\n{_normalize_lines(own)}\n"


def _normalize_lines(text: str) -> str:
    """Return text as workers see it: each way to end a line is one, without blanks and blank lines around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.strip() for line in lines).strip("\n")


# A version's text is the same for all its tasks.
_normalize_inherited = lru_cache(maxsize=64)(_normalize_lines)


def lint_type(project: Project, schemas: Schemas) -> Iterator[Finding]:
    """Yield the finding that a project's task type has no schema; its `pointer` is `/type`."""
    if project.type not in schemas.types:
        found = f"the task type {format_value(project.type)}"
        wanted = "one that `paramcore schema` lists, or a schema of your own"
        suggestion = suggest_name(project.type, schemas.types)
        yield Finding("type_unknown", "warning", "/type", found, wanted, suggestion)


class UnusedDefaults:
    """Finds the params of a project that every task of a file overrides."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tasks = 0
        self._overridden = {*project.params} - {"instruction"}

    def add(self, own: Mapping[str, Any], version: ParamVersion | None) -> None:
        """Add a task by its own params and the version that it inherits; only tasks of the latest version count."""
        if version is not None and version is self._project.latest:
            self._tasks += 1
            self._overridden.intersection_update(own)

    def list_findings(self) -> Iterator[Finding]:
        """Yield a finding for each param that two tasks or more have all overridden."""
        if self._tasks < 2:
            return
        latest = self._project.latest
        for name in latest.params:
            if name in self._overridden:
                found, wanted = f"a value that all of {self._tasks:,} tasks override", "no value, or tasks that use it"
                yield _make_warning("lint_unused_default", join_pointer(name), found, wanted, latest.number)


def _make_warning(code: str, pointer: str, found: str, wanted: str, version: int | None = None) -> Finding:
    return Finding(code, "warning", pointer, found, wanted, version=version)
