"""A second implementation of the rules, on plain lists and dicts: the reference model.

It imports nothing from paramcore, so a mistake in the engine is not repeated here.
A project is a dict:

    {"name": "boxes", "type": "imageannotation", "history": [{...}, {...}], "settings": {...}}

`history` contains the params of each version, oldest first.

An input may have several faults.  The model reports the error code of each fault.  The engine
reports one of these codes.
"""

from __future__ import annotations

import json
import math
from typing import Any, Final

JSON = Any
Params = dict[str, Any]
History = list[Params]

DEFAULTS: Final[dict[str, str]] = {
    "instruction_separator": "\n",
    "empty_instruction": "leave out",
    "instruction_rule": "append",
    "pinned_param_version": "used",
}

BOOKKEEPING: Final = ("version", "created_at", "patch")
ROUTING: Final = ("project", "project_version", "batch", "unique_id", "clear_unique_id_on_error")


class Refused(Exception):  # noqa: N818
    """An input is rejected. The engine may report any code in `reasons`."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = frozenset(reasons)


# ---- Values ----------------------------------------------------------------


def equal(one: JSON, two: JSON) -> bool:
    """Return whether two values are equal JSON: `true` is not 1, 1 is 1.0, and the order of members is ignored."""
    if one is None or two is None:
        return one is None and two is None
    if isinstance(one, bool) or isinstance(two, bool):
        return one is two
    if isinstance(one, (int, float)) and isinstance(two, (int, float)):
        return one == two
    if isinstance(one, str) and isinstance(two, str):
        return one == two
    if isinstance(one, (list, tuple)) and isinstance(two, (list, tuple)):
        return len(one) == len(two) and all(equal(one[place], two[place]) for place in range(len(one)))
    if isinstance(one, dict) and isinstance(two, dict):
        return set(one) == set(two) and all(equal(one[name], two[name]) for name in one)
    return False


def find_value_faults(value: JSON) -> set[str]:
    """Return the error codes of all parts of a value that are not JSON."""
    if value is None or type(value) is bool:
        return set()
    if type(value) is int:
        return set() if abs(value) < 10**4300 else {"value_number"}
    if type(value) is float:
        return set() if math.isfinite(value) else {"value_number"}
    if type(value) is str:
        return {"value_text"} if any("\ud800" <= letter <= "\udfff" for letter in value) else set()
    found: set[str] = set()
    if type(value) in (list, tuple):
        for element in value:
            found |= find_value_faults(element)
        return found
    if isinstance(value, dict):
        for name, member in value.items():
            found |= {"key_type"} if type(name) is not str else find_value_faults(name)
            found |= find_value_faults(member)
        return found
    return {"value_type"}


def plain(value: JSON) -> JSON:
    """Return a deep copy that consists of plain dicts and lists."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return value


def spell(value: JSON) -> str:
    """Return the JSON text of a value with sorted names. The texts of 1, 1.0 and true differ."""
    return json.dumps(value, sort_keys=True)


# ---- Params ----------------------------------------------------------------


def find_params_faults(params: JSON) -> set[str]:
    """Return the error codes of params that are not JSON, or whose instruction is neither text nor null (U11)."""
    if not isinstance(params, dict):
        return {"params_type"}
    found = find_value_faults(params)
    instruction = params.get("instruction")
    if instruction is not None and type(instruction) is not str:
        found |= {"instruction_type"}
    return found


def find_project_params_faults(params: JSON) -> set[str]:
    """Return the error codes of params that a project cannot have: U9, U10."""
    found = find_params_faults(params)
    if isinstance(params, dict) and any(name in params for name in BOOKKEEPING + ROUTING):
        found |= {"param_name"}
    return found


def overlay(below: Params, above: Params) -> Params:
    """Return the members of both dicts. The values of `above` override, and the names of `below` come first."""
    result = {}
    for name in below:
        result[name] = below[name]
    for name in above:
        result[name] = above[name]
    return result


# ---- Projects and updates --------------------------------------------------


def model(project: Any) -> dict[str, Any]:
    """Convert a `Project` to the dict that this module uses."""
    return {
        "name": project.name,
        "type": project.type,
        "history": [plain(version.params) for version in project.versions],
        "settings": {name: getattr(project.assumptions, name) for name in DEFAULTS},
    }


def create(params: JSON = None) -> History:
    """Return the history of a new project: P5, P6."""
    return [] if params is None else replace([], params)


def replace(history: History, params: JSON) -> History:
    """Return the history after a replace: U2."""
    _refuse(find_project_params_faults(params))
    return [*history, params]


def patch(history: History, params: JSON) -> History:
    """Return the history after a patch: U3, U7."""
    _refuse(find_project_params_faults(params))
    return [*history, overlay(history[len(history) - 1] if len(history) > 0 else {}, params)]


def update(history: History, verb: str, params: JSON) -> History:
    """Return the history after a patch or a replace."""
    return {"patch": patch, "replace": replace}[verb](history, params)


def fold(updates: list[tuple[str, Params]]) -> Params:
    """Return the latest params after updates: the params of the last replace, overridden by the patches after it."""
    result: Params = {}
    for verb, params in updates:
        result = overlay(result, params) if verb == "patch" else params
    return result


# ---- Task requests ---------------------------------------------------------


def request(flat: JSON, type: JSON = None) -> dict[str, Any]:
    """Split a flat request into params and routing names: T10.  A null routing name counts as absent: T7, T10, T15."""
    if not isinstance(flat, dict):
        raise Refused("params_type")
    parts: dict[str, Any] = {"params": {}, "type": type}
    for name in flat:
        if name in ROUTING:
            parts[name] = flat[name]
        else:
            parts["params"][name] = flat[name]
    _refuse(find_params_faults(flat) | find_routing_faults(parts))
    return parts


def find_routing_faults(parts: dict[str, Any]) -> set[str]:
    """Return the error codes of routing names whose values are invalid for every project."""
    found = set()
    name = parts.get("project")
    if name is not None and (type(name) is not str or not is_project_name(name)):
        found.add("project_name")
    for text in ("batch", "unique_id", "type"):
        if parts.get(text) is not None and type(parts[text]) is not str:
            found.add("routing_type")
    flag = parts.get("clear_unique_id_on_error")
    if flag is not None and type(flag) is not bool:
        found.add("flag_type")
    return found


def is_project_name(name: str) -> bool:
    """Return whether a project can have this name. The percent-encoded name must be one segment of a URL path."""
    return name not in ("", ".", "..") and not any(ord(c) < 32 or ord(c) == 127 or c in _SURROGATES for c in name)


_SURROGATES: Final = {chr(code) for code in range(0xD800, 0xE000)}


# ---- Resolve ---------------------------------------------------------------


def find_inherited_version(history: History, asked: JSON) -> int | None:
    """Return the number of the version that a task inherits, or None if it inherits nothing: T2, T3, T7."""
    if asked is None:
        return None if len(history) == 0 else len(history) - 1
    if type(asked) is not int:
        raise Refused("version_type")
    if asked == -1:
        return None
    if asked not in list(range(len(history))):
        raise Refused("version_unknown")
    return asked


def merge(own: Params, inherited: Params | None, settings: dict[str, str]) -> Params:
    """Return the params that a task gets: T1, T4, T5, T6."""
    if inherited is None:
        return dict(own)
    result = overlay(inherited, own)
    if settings["instruction_rule"] == "append" and ("instruction" in own or "instruction" in inherited):
        result["instruction"] = join_instructions(own, inherited, settings)
    return result


def join_instructions(own: Params, inherited: Params, settings: dict[str, str]) -> JSON:
    """Join the instructions of a task and of its project: T5."""
    task_has_text = own.get("instruction") not in (None, "")
    project_has_text = inherited.get("instruction") not in (None, "")
    separator = settings["instruction_separator"]
    if task_has_text and project_has_text:
        return own["instruction"] + separator + inherited["instruction"]
    if project_has_text and settings["empty_instruction"] == "join":
        return separator + inherited["instruction"]
    if project_has_text:
        return inherited["instruction"]
    if "instruction" in own:
        return own["instruction"]
    return inherited["instruction"]


def find_recorded_version(history: History, asked: JSON, settings: dict[str, str]) -> int | None:
    """Return the `project_param_version` of the created task: T8."""
    if asked == -1:
        return -1
    if len(history) == 0:
        return None
    if asked is None or settings["pinned_param_version"] == "latest":
        return len(history) - 1
    used: int = asked
    return used


def resolve(project: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return the result that `Project.resolve` must have, or raise `Refused` with all error codes: T7, T12, T15."""
    reasons = set()
    if parts.get("project") is not None and parts["project"] != project["name"]:
        reasons.add("wrong_project")
    if parts.get("type") is not None and parts["type"] != project["type"]:
        reasons.add("wrong_type")
    history, settings, asked = project["history"], project["settings"], parts.get("project_version")
    try:
        number = find_inherited_version(history, asked)
    except Refused as refused:
        reasons |= refused.reasons
    _refuse(reasons)
    inherited = None if number is None else history[number]
    own = parts["params"]
    return {
        "params": merge(own, inherited, settings),
        "inherited_version": number,
        "project_param_version": find_recorded_version(history, asked, settings),
    }


# ---- Slim: the inverse of resolve -------------------------------------------


def find_own_params(wanted: Params, inherited: Params | None, settings: dict[str, str]) -> list[Params]:
    """Return every dict of own params with which a task gets the wanted params.

    A task gets each value that it sets, so it can set only values of `wanted`. The exception is
    `instruction`, to which the project's text may be appended. So the task can also set
    null, an empty text or the beginning of the wanted text.
    """
    names = [name for name in wanted if name != "instruction"]
    found = []
    for chosen in range(2 ** len(names)):
        some = {name: wanted[name] for place, name in enumerate(names) if chosen >> place & 1}
        for own in [some, *({**some, "instruction": text} for text in _possible_instructions(wanted))]:
            if equal(merge(own, inherited, settings), wanted):
                found.append(own)
    return found


def _possible_instructions(wanted: Params) -> list[JSON]:
    text = wanted.get("instruction")
    if text is None:
        return [None, ""]
    return [None, *(text[:end] for end in range(len(text) + 1))]


def keep_smallest(solutions: list[Params]) -> list[Params]:
    """Return the solutions with the fewest params."""
    fewest = min(map(len, solutions))
    return [own for own in solutions if len(own) == fewest]


def find_blocked(wanted: Params, inherited: Params | None, settings: dict[str, str]) -> dict[str, str]:
    """Return each param that a task cannot get as wanted, with its code in `SlimRequest.blocked`."""
    found = {}
    for name in {**(inherited or {}), **wanted}:
        some = None if inherited is None else {name: inherited[name]} if name in inherited else {}
        alone = {name: wanted[name]} if name in wanted else {}
        if not find_own_params(alone, some, settings):
            found[name] = "instruction_would_be_appended" if name in wanted else "would_be_inherited"
    return found


def shorten(history: History, wanted: Params, asked: JSON, settings: dict[str, str]) -> dict[str, Any]:
    """Return the version and the params of the slim request.

    If `asked` is "any", choose the version whose request is shortest. If no version gives
    the wanted params, the request opts out and sends all wanted params.
    """
    possible = []
    for version in [None, *range(len(history) - 1)] if asked == "any" else [asked]:
        number = find_inherited_version(history, version)
        solutions = find_own_params(wanted, None if number is None else history[number], settings)
        if solutions:
            own = keep_smallest(solutions)[0]
            flat = own if version is None else {"project_version": version, **own}
            newest_first = -1 if number is None else len(history) - number
            order = (size(flat), len(flat), version is not None, newest_first)
            possible.append((order, {"project_version": version, "inherits": number, "params": own}))
    if not possible:
        return {"project_version": -1, "inherits": None, "params": wanted}
    return min(possible, key=lambda found: found[0])[1]


def size(value: JSON) -> int:
    """Return the number of bytes of a value as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


# ---- Explain ---------------------------------------------------------------


def reason(project: dict[str, Any], parts: dict[str, Any], name: str) -> str:
    """Return the reason code of a param."""
    asked, own = parts.get("project_version"), parts["params"]
    number = find_inherited_version(project["history"], asked)
    if number is None:
        return "INHERITANCE_OFF" if asked == -1 else "NO_HISTORY"
    inherited = project["history"][number]
    if name not in own and name not in inherited:
        return "ABSENT"
    if name == "instruction":
        return _reason_of_instruction(own, inherited, project["settings"])
    if name in own:
        return "TASK_OVERRIDE"
    return "INHERITED_HEAD" if asked is None else "INHERITED_PINNED"


def _reason_of_instruction(own: Params, inherited: Params, settings: dict[str, str]) -> str:
    if settings["instruction_rule"] == "override":
        return "INSTRUCTION_TASK_ONLY" if "instruction" in own else "INSTRUCTION_PROJECT_ONLY"
    if inherited.get("instruction") in (None, ""):
        return "INSTRUCTION_TASK_ONLY" if "instruction" in own else "INSTRUCTION_PROJECT_ONLY"
    if own.get("instruction") in (None, ""):
        return "INSTRUCTION_PROJECT_ONLY"
    return "INSTRUCTION_APPENDED"


def source(project: dict[str, Any], parts: dict[str, Any], name: str) -> str:
    """Return the source of a value: `task`, `project`, or `both` for a joined instruction."""
    by_reason = {
        "TASK_OVERRIDE": "task",
        "INHERITANCE_OFF": "task",
        "NO_HISTORY": "task",
        "INSTRUCTION_TASK_ONLY": "task",
        "INHERITED_HEAD": "project",
        "INHERITED_PINNED": "project",
        "INSTRUCTION_PROJECT_ONLY": "project",
        "INSTRUCTION_APPENDED": "both",
    }
    return by_reason[reason(project, parts, name)]


def first_set_in(history: History, number: int, name: str) -> int:
    """Return the version in which a param got the value that it has in version `number`."""
    first = number
    for earlier in reversed(range(number)):
        if name not in history[earlier] or not equal(history[earlier][name], history[number][name]):
            break
        first = earlier
    return first


def _refuse(reasons: set[str]) -> None:
    if reasons:
        raise Refused(*sorted(reasons))
