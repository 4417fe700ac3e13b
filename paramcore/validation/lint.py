"""Lint: what the service takes as it is, and what nobody meant."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from paramcore.analysis.history import TWIN_SECONDS, History
from paramcore.model.effective import EffectiveParams
from paramcore.model.inheritance import Inheritance
from paramcore.model.project import Project
from paramcore.model.versions import ParamVersion
from paramcore.text import format_value
from paramcore.validation.finding import Finding
from paramcore.validation.names import nearest
from paramcore.validation.schema import Schemas
from paramcore.values.frozen import same
from paramcore.values.pointer import join_pointer

__all__ = ["Overrides", "lint_history", "lint_params", "lint_task", "lint_type"]


def lint_history(project: Project) -> Iterator[Finding]:
    """Yield what stands in a history and does nothing: each at its version."""
    for step in History.of(project).steps:
        number = step.version.number
        if step.is_probable_twin:
            found = f"the params of version {number - 1} again, at most {TWIN_SECONDS} seconds later"
            yield _lint("retry_twin", "", found, "one version: a request was probably sent twice", number)
        elif step.is_noop:
            found = f"the params of version {number - 1} again"
            yield _lint("noop_version", "", found, "a version that changes something", number)
        for name in step.version.not_inherited:
            wanted = "params only: it is no param, and no task inherits it"
            yield _lint("stored_name", join_pointer(name), f"`{name}` among the params", wanted, number)


def lint_params(own: Mapping[str, Any], inheritance: Inheritance) -> Iterator[Finding]:
    """Yield what a task sets and probably does not mean to; its params may be plain JSON."""
    version = inheritance.version
    if version is None:
        return
    for name, value in own.items():
        # What differs to Python differs in JSON, and Python finds it out faster.
        inherited = version.params.get(name)
        if name != "instruction" and value == inherited and name in version.params and same(value, inherited):
            wanted = f"nothing: version {version.number} has the same"
            yield _lint("equal_override", join_pointer(name), f"the value of `{name}` that the task inherits", wanted)
    if inheritance.appends and _repeats(own.get("instruction"), version.params["instruction"]):
        wanted = f"the task's own text only: that of version {version.number} is appended, and would stand there twice"
        yield _lint("repeated_instruction", "/instruction", "the project's instruction inside the task's", wanted)


def lint_task(effective: EffectiveParams, required: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what a task asks for and probably does not mean; `required` names the params that its type needs."""
    version = effective.inherited_from
    if version is None:
        if effective.task.inherits_nothing and effective.versions:
            yield from _opted_out(effective, required)
        return
    latest = effective.versions[-1].number
    if effective.task.project_version is not None and version.number < latest:
        found = f"a pin to version {version.number}"
        yield _lint("old_pin", "/project_version", found, f"the latest, {latest}, or a reason for the older one")
    yield from lint_params(effective.task.params, effective.inheritance)


def _opted_out(effective: EffectiveParams, required: Collection[str]) -> Iterator[Finding]:
    latest = effective.versions[-1]
    missed = [name for name in required if name not in effective.params and name in latest.params]
    if missed:
        names = ", ".join(f"`{name}`" for name in missed)
        found = f"-1, which leaves {names} of version {latest.number} out"
        yield _lint("bare_opt_out", "/project_version", found, f"{names} in the task, or no -1")


def _repeats(own: str | None, inherited: str | None) -> bool:
    """Whether the project's text stands in the task's, on lines of its own."""
    text = (inherited or "").strip()
    # Most tasks say little, and a shorter text cannot hold a longer one.
    if not own or not text or len(text) > len(own):
        return False
    return f"\n{text}\n" in "\n".join(["", *(line.strip() for line in own.split("\n")), ""])


def lint_type(project: Project, schemas: Schemas) -> Iterator[Finding]:
    """Yield that nobody knows a project's task type, so that only what every type takes is judged; at its `/type`."""
    if project.type not in schemas.types:
        found, wanted = (
            f"the task type {format_value(project.type)}",
            "one that `paramcore schema` lists, or a schema of your own",
        )
        yield Finding(
            "type_unknown", "warning", "/type", found, wanted, nearest(project.type, schemas.types, surely=True)
        )


class Overrides:
    """Finds over the tasks of a file which params of the project are never used."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tasks = 0
        #: Those that no task so far has left to the project.
        self._overridden = {*project.params} - {"instruction"}

    def add(self, own: Mapping[str, Any], version: ParamVersion | None) -> None:
        """Take in the params of a task, if it inherits the latest version, which is the one that would be told of."""
        if version is not None and version is self._project.latest:
            self._tasks += 1
            self._overridden.intersection_update(own)

    def found(self) -> Iterator[Finding]:
        """Yield the params that every one of several tasks overrides."""
        if self._tasks < 2 or not self._project.versions:
            return
        latest = self._project.latest
        for name in latest.params:
            if name in self._overridden:
                found = f"a value that all of {self._tasks:,} tasks override"
                wanted = "no value, or tasks that use it"
                yield _lint("unused_default", join_pointer(name), found, wanted, latest.number)


def _lint(code: str, path: str, found: str, wanted: str, version: int | None = None) -> Finding:
    return Finding(f"lint_{code}", "warning", path, found, wanted, None, version)
