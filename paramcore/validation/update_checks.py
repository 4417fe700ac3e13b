"""Check the mode, form and effect of an update."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from paramcore.model import Project, Replace, Update
from paramcore.text import format_name
from paramcore.validation.finding import Finding
from paramcore.validation.update_names import Mistake, UpdateNames, find_call_field, list_contents
from paramcore.values import join_pointer, same

#: The maximum number of characters of a name in a message.
_SHOWN_NAME = 64
#: The maximum number of names that a message lists if an update has its params inside another object.
_SHOWN_CONTENTS = 3


def check_update(project: Project, update: Update, params: Iterable[str]) -> Iterator[Finding]:
    """Yield the findings on an update; `params` are the params of the project's type."""
    number = len(project.versions)
    if same(update.applied_to(project.params), project.params):
        # The update appends a version even if it changes nothing (U5).
        problem = f"the update changes nothing, and only appends version {number} with the same params"
        remedy = "do not send it, or change a param; if it was already sent, `paramcore log` shows what it dropped"
        yield Finding("update_noop", "warning", "", problem, remedy, version=number)
    names = UpdateNames.of(project.name, params)
    mode = "replace" if isinstance(update, Replace) else "patch"
    for name, value in update.params.items():
        yield from _check_param(name, value, names.classify(name, value), mode, number)


def _check_param(name: str, value: Any, mistake: Mistake | None, mode: str, version: int) -> Iterator[Finding]:
    shown, pointer = f"`{format_name(name, limit=_SHOWN_NAME)}`", join_pointer(name)
    if mistake == "update_mode" and mode == "patch":
        problem = f"{shown} is not `patch`, so the API would store it as a param"
        remedy = f"remove {shown}, because this update is already a patch"
        yield Finding(mistake, "error", pointer, problem, remedy, version=version)
    elif mistake == "update_mode":
        problem = f"{shown} is not `patch`, so the update would drop the params that it does not name, and add {shown} as a param"
        remedy = f'remove {shown}, and write `"patch": true` to keep the other params, or `"patch": false` to drop them'
        yield Finding(mistake, "error", pointer, problem, remedy, "patch", version)
    elif mistake == "update_wrapper":
        yield _explain_wrapper(shown, pointer, value, mode, version)
    elif mistake == "update_argument" and (call_field := find_call_field(name)):
        right_name, field = call_field
        meaning = field.meaning if name == right_name else f"probably `{right_name}`, {field.meaning}"
        problem, remedy = (
            f"{shown} is {meaning}, but the API would store it as a param",
            field.remedy.format(name=right_name),
        )
        yield Finding(mistake, "error", pointer, problem, remedy, field.replacement, version)
    elif value is None:
        problem = f"null does not remove {shown}, but sets it to null (assumed: U6)"
        remedy = f"write a value, or send a replace without {shown} to remove it"
        yield Finding("update_null", "warning", pointer, problem, remedy, version=version)


def _explain_wrapper(shown: str, pointer: str, value: Any, mode: str, version: int) -> Finding:
    contents = list_contents(value)
    names = ", ".join(f"`{format_name(name, limit=_SHOWN_NAME)}`" for name in contents[:_SHOWN_CONTENTS])
    more = ", ..." if len(contents) > _SHOWN_CONTENTS else ""
    effect = f"this {mode} sets a single param named {shown}"
    what = f"the params are inside {shown}" if contents else f"{shown} is an empty wrapper around params"
    problem = f"{what}, so {effect}"
    if "patch" in contents:
        problem = f"`patch` is inside {shown}, so it has no effect, and {effect}"
    rest = f" at the top level of the body, not inside {shown}"
    hidden = f"write the params{rest}"
    return Finding(
        "update_wrapper",
        "error",
        pointer,
        problem,
        f"write {names}{more}{rest}" if names else hidden,
        version=version,
        problem_without_value=problem,
        remedy_without_value=hidden,
    )
