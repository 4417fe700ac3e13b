"""The rules, said once more: on plain lists and dicts, as plainly as it can be said.

It shares no code with paramcore and imports nothing of it, so that the two can
be wrong together only where two people would be.  A project is a dict:

    {"name": "boxes", "type": "imageannotation", "history": [{...}, {...}], "settings": {...}}

`history` holds the params of each version, oldest first.  What is refused is
given as a set of reason codes, since a request may be wrong in several ways and
no rule says which of them comes first.
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
    """Something is wrong; `reasons` are the codes, any of which may be reported."""

    def __init__(self, *reasons: str) -> None:
        super().__init__(*reasons)
        self.reasons = frozenset(reasons)


# ---- Values ----------------------------------------------------------------


def equal(one: JSON, two: JSON) -> bool:
    """Whether two values are one JSON value: `true` is not 1, 1 is 1.0, the order of members is nothing."""
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


def value_faults(value: JSON) -> set[str]:
    """Say what makes a value no JSON."""
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
            found |= value_faults(element)
        return found
    if isinstance(value, dict):
        for name, member in value.items():
            found |= {"key_type"} if type(name) is not str else value_faults(name)
            found |= value_faults(member)
        return found
    return {"value_type"}


def plain(value: JSON) -> JSON:
    """Return a copy that shares nothing: dicts and lists all the way down, whatever they were made of."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(element) for element in value]
    return value


def spelled(value: JSON) -> str:
    """Return a value as it would be written: 1, 1.0 and true are three texts, 0.0 and -0.0 are two."""
    return json.dumps(value, sort_keys=True)


# ---- Params ----------------------------------------------------------------


def params_faults(params: JSON) -> set[str]:
    """Say what makes a value no params: U11, and what is no JSON."""
    if not isinstance(params, dict):
        return {"params_type"}
    found = value_faults(params)
    instruction = params.get("instruction")
    if instruction is not None and type(instruction) is not str:
        found |= {"instruction_type"}
    return found


def project_params_faults(params: JSON) -> set[str]:
    """Say what makes a value no params of a project: U9, U10."""
    found = params_faults(params)
    if isinstance(params, dict) and any(name in params for name in BOOKKEEPING + ROUTING):
        found |= {"param_name"}
    return found


def overlaid(below: Params, above: Params) -> Params:
    """Lay one params object over another, at the top level, the order of `below` first."""
    result = {}
    for name in below:
        result[name] = below[name]
    for name in above:
        result[name] = above[name]
    return result


# ---- Projects and updates --------------------------------------------------


def model(project: Any) -> dict[str, Any]:
    """Return what a real project holds, in the form of this module."""
    return {
        "name": project.name,
        "type": project.type,
        "history": [plain(version.params) for version in project.versions],
        "settings": {name: getattr(project.assumptions, name) for name in DEFAULTS},
    }


def created(params: JSON = None) -> History:
    """Return the history of a new project: P5, P6."""
    return [] if params is None else replaced([], params)


def replaced(history: History, params: JSON) -> History:
    """Return the history after a replace: U2."""
    _refuse(project_params_faults(params))
    return [*history, params]


def patched(history: History, params: JSON) -> History:
    """Return the history after a patch: U3, U7."""
    _refuse(project_params_faults(params))
    return [*history, overlaid(history[len(history) - 1] if len(history) > 0 else {}, params)]


def updated(history: History, verb: str, params: JSON) -> History:
    """Return the history after either."""
    return {"patch": patched, "replace": replaced}[verb](history, params)


def folded(updates: list[tuple[str, Params]]) -> Params:
    """Return what is left of many updates: all since the newest replace, one over the other (law B14)."""
    result: Params = {}
    for verb, params in updates:
        result = overlaid(result, params) if verb == "patch" else params
    return result


# ---- Task requests ---------------------------------------------------------


def request(flat: JSON, type: JSON = None) -> dict[str, Any]:
    """Take the API's flat form apart: T10.  A routing name that is null is not given: T7."""
    if not isinstance(flat, dict):
        raise Refused("params_type")
    parts: dict[str, Any] = {"params": {}, "type": type}
    for name in flat:
        if name in ROUTING:
            parts[name] = flat[name]
        else:
            parts["params"][name] = flat[name]
    _refuse(params_faults(flat) | routing_faults(parts))
    return parts


def routing_faults(parts: dict[str, Any]) -> set[str]:
    """Say what is wrong with where a task goes, as far as the request alone can tell."""
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
    """Whether a text can be the name of a project in a URL."""
    return name not in ("", ".", "..") and not any(ord(c) < 32 or ord(c) == 127 or c in _SURROGATES for c in name)


_SURROGATES: Final = {chr(code) for code in range(0xD800, 0xE000)}


# ---- Resolve ---------------------------------------------------------------


def inherited_version(history: History, asked: JSON) -> int | None:
    """Return the number of the version that a task inherits, None for none: T2, T3, T7."""
    if asked is None:
        return None if len(history) == 0 else len(history) - 1
    if type(asked) is not int:
        raise Refused("version_type")
    if asked == -1:
        return None
    if asked not in list(range(len(history))):
        raise Refused("version_unknown")
    return asked


def effective(own: Params, inherited: Params | None, settings: dict[str, str]) -> Params:
    """Return the params that a task gets: T1, T4, T5, T6."""
    if inherited is None:
        return dict(own)
    result = overlaid(inherited, own)
    if settings["instruction_rule"] == "append" and ("instruction" in own or "instruction" in inherited):
        result["instruction"] = joined(own, inherited, settings)
    return result


def joined(own: Params, inherited: Params, settings: dict[str, str]) -> JSON:
    """Return the instruction of a task and that of its project as one: T5."""
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


def recorded_version(history: History, asked: JSON, settings: dict[str, str]) -> int | None:
    """Return the `project_param_version` of the created task: T8."""
    if asked == -1:
        return -1
    if len(history) == 0:
        return None
    if asked is None or settings["pinned_param_version"] == "latest":
        return len(history) - 1
    used: int = asked
    return used


def resolved(project: dict[str, Any], parts: dict[str, Any]) -> dict[str, Any]:
    """Return all that a resolve answers, or raise with every reason why not: T7, T12, T15."""
    reasons = set()
    if parts.get("project") is not None and parts["project"] != project["name"]:
        reasons.add("wrong_project")
    if parts.get("type") is not None and parts["type"] != project["type"]:
        reasons.add("wrong_type")
    history, settings, asked = project["history"], project["settings"], parts.get("project_version")
    try:
        number = inherited_version(history, asked)
    except Refused as refused:
        reasons |= refused.reasons
    _refuse(reasons)
    inherited = None if number is None else history[number]
    own = parts["params"]
    return {
        "params": effective(own, inherited, settings),
        "inherited_version": number,
        "project_param_version": recorded_version(history, asked, settings),
    }


# ---- Slim: the inverse of resolve -------------------------------------------


def own_params_for(wanted: Params, inherited: Params | None, settings: dict[str, str]) -> list[Params]:
    """Return all params of a task that give the wanted params: try each subset, and each cut of the instruction.

    What a task sets is in what it gets, with the task's value; so no other params can give them.
    """
    names = [name for name in wanted if name != "instruction"]
    found = []
    for chosen in range(2 ** len(names)):
        some = {name: wanted[name] for place, name in enumerate(names) if chosen >> place & 1}
        for own in [some, *({**some, "instruction": text} for text in _possible_instructions(wanted))]:
            if equal(effective(own, inherited, settings), wanted):
                found.append(own)
    return found


def _possible_instructions(wanted: Params) -> list[JSON]:
    text = wanted.get("instruction")
    if text is None:
        return [None, ""]
    return [None, *(text[:end] for end in range(len(text) + 1))]


def least(solutions: list[Params]) -> list[Params]:
    """Return the solutions with the fewest params."""
    fewest = min(map(len, solutions))
    return [own for own in solutions if len(own) == fewest]


def blocked(wanted: Params, inherited: Params | None, settings: dict[str, str]) -> dict[str, str]:
    """Return each name that alone has no solution, with why: a task cannot remove it, or its text is appended to."""
    found = {}
    for name in {**(inherited or {}), **wanted}:
        some = None if inherited is None else {name: inherited[name]} if name in inherited else {}
        alone = {name: wanted[name]} if name in wanted else {}
        if not own_params_for(alone, some, settings):
            found[name] = "instruction_would_be_appended" if name in wanted else "would_be_inherited"
    return found


def slimmed(history: History, wanted: Params, asked: JSON, settings: dict[str, str]) -> dict[str, Any]:
    """Return the version and the params to send: for `any`, those of the shortest request."""
    possible = []
    for version in [None, *range(len(history) - 1)] if asked == "any" else [asked]:
        number = inherited_version(history, version)
        solutions = own_params_for(wanted, None if number is None else history[number], settings)
        if solutions:
            own = least(solutions)[0]
            flat = own if version is None else {"project_version": version, **own}
            newest_first = -1 if number is None else len(history) - number
            order = (size(flat), len(flat), version is not None, newest_first)
            possible.append((order, {"project_version": version, "inherits": number, "params": own}))
    if not possible:
        return {"project_version": -1, "inherits": None, "params": wanted}
    return min(possible, key=lambda found: found[0])[1]


def size(value: JSON) -> int:
    """Return how many bytes a value takes, written without spaces."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


# ---- Explain ---------------------------------------------------------------


def reason(project: dict[str, Any], parts: dict[str, Any], name: str) -> str:
    """Return the code of why a param has its value."""
    asked, own = parts.get("project_version"), parts["params"]
    number = inherited_version(project["history"], asked)
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
    """Return whose value a param has: `task`, `project`, or `both` for a joined instruction."""
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
    """Return the first of the versions that have held the value of version `number` without a break."""
    first = number
    for earlier in reversed(range(number)):
        if name not in history[earlier] or not equal(history[earlier][name], history[number][name]):
            break
        first = earlier
    return first


def _refuse(reasons: set[str]) -> None:
    if reasons:
        raise Refused(*sorted(reasons))
