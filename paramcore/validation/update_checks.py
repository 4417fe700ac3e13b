"""Checks of an update itself, as opposed to the params that it leads to: its mode, its form and its effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from paramcore.model import Project, Replace, Update
from paramcore.text import format_name
from paramcore.validation.finding import Finding
from paramcore.validation.update_names import Mistake, UpdateNames, find_call_field, list_contents
from paramcore.values import join_pointer, same

#: Characters of a name that a message shows.
_SHOWN_NAME = 64
#: Names inside a wrapper that a message shows.
_SHOWN_CONTENTS = 3


def check_update(project: Project, update: Update, params: Iterable[str]) -> Iterator[Finding]:
    """Yield the findings on an update, for a type with these params; `version` is the one that it would append."""
    number = len(project.versions)
    if same(update.applied_to(project.params), project.params):
        found = "an update that changes nothing"
        # U5 appends a version for each update.
        wanted = f"no update, or one with a change: this one only appends version {number}, with the same params"
        yield Finding("update_noop", "warning", "", found, wanted, version=number)
    names = UpdateNames.of(project.name, params)
    mode = "replaces" if isinstance(update, Replace) else "patches"
    for name, value in update.params.items():
        yield from _check_param(name, value, names.classify(name, value), mode, number)


def _check_param(name: str, value: Any, mistake: Mistake | None, mode: str, version: int) -> Iterator[Finding]:
    shown, pointer = f"`{format_name(name, limit=_SHOWN_NAME)}`", join_pointer(name)
    if mistake == "update_mode":
        found = f"{shown} in place of `patch`: this update {mode}, and sets a param of that name"
        wanted = '`"patch": true` to keep the other params, or `"patch": false` to replace them'
        if mode == "patches":
            found, wanted = f"{shown} beside `patch`: it becomes a param", f"no {shown}: this update patches already"
        yield Finding(mistake, "error", pointer, found, wanted, "patch" if mode == "replaces" else None, version)
    elif mistake == "update_wrapper":
        yield _explain_wrapper(shown, pointer, value, mode, version)
    elif mistake == "update_argument" and (call_field := find_call_field(name)):
        right_name, field = call_field
        near = "" if name == right_name else f"a near miss of `{right_name}`, "
        found = f"{shown}, {near}{field.meaning}: it becomes a param"
        yield Finding(mistake, "error", pointer, found, field.remedy, field.replacement, version)
    elif value is None:
        found = f"null as {shown}, which is then set to null and not removed (assumed: U6)"
        wanted = f"a value, or a replace without {shown} to remove it"
        yield Finding("update_null", "warning", pointer, found, wanted, version=version)


def _explain_wrapper(shown: str, pointer: str, value: Any, mode: str, version: int) -> Finding:
    contents = [name for name in list_contents(value) if name != "patch"]
    names = ", ".join(f"`{format_name(name, limit=_SHOWN_NAME)}`" for name in contents[:_SHOWN_CONTENTS])
    more = ", ..." if len(contents) > _SHOWN_CONTENTS else ""
    inner = ", and the `patch` inside it has no effect" if "patch" in list_contents(value) else ""
    found = f"params inside {shown}: the body is flat, so {shown} becomes a param, and this update {mode}{inner}"
    wanted = f"the params themselves beside `patch`, without {shown} around them"
    return Finding(
        "update_wrapper",
        "error",
        pointer,
        found,
        f"{names}{more} beside `patch`, without {shown} around them" if names else wanted,
        version=version,
        problem_without_value=found,
        remedy_without_value=wanted,
    )
