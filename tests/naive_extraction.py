"""Find the smallest total of an extraction by brute force, with no code of the package.

The total is the number of bytes of all requests, and of a patch that sets the project's params. `find_smallest` tries
each set of two or more tasks as the inheriting tasks:

- For each param, it tries every value that a task has, and keeps the value with the smallest total.
- With this value, all tasks of the set must be able to inherit, and at least two of their requests must be shorter.
- If instructions are appended, the project's instruction can be a text of `list_ends`, null or "".
"""

from __future__ import annotations

import json
from itertools import combinations, product
from typing import Any

#: The params that stay in the requests by default. `version`, `created_at` and `patch` always stay.
STAYING = {
    *("attachment", "attachments", "context_attachments", "hypothesis", "base_annotations", "lidar_task"),
    *("lidar_task_frames", "text", "phone_number", "entity_name", "metadata", "tags", "priority"),
    *("project_param_version", "version", "created_at", "patch"),
}


def dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def size(text: str) -> int:
    return len(text.encode())


def equal(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return (
        type(left) in (int, float)
        and type(right) in (int, float)
        and left == right
        or (type(left) is type(right) and left == right)
    )


def merge(project: dict, task: dict, settings: dict) -> dict:
    merged = {**project, **task}
    inherited = project.get("instruction")
    if settings["instruction_rule"] == "append" and isinstance(inherited, str) and inherited:
        own, separator = task.get("instruction"), settings["instruction_separator"]
        alone = separator + inherited if settings["empty_instruction"] == "join" else inherited
        merged["instruction"] = own + separator + inherited if own else alone
    return merged


def shorten(project: dict, wanted: dict, settings: dict) -> dict | None:
    """Return the shortest request with which a task gets `wanted`, or `None` if the task must opt out."""
    if any(name not in wanted for name in project):
        return None
    own = {name: value for name, value in wanted.items() if name not in project or not equal(value, project[name])}
    own.pop("instruction", None)
    choices: list[dict] = [own]
    text = wanted.get("instruction")
    if "instruction" in wanted:
        choices += [{**own, "instruction": text}]
    if isinstance(text, str):
        choices += [{**own, "instruction": text[:end]} for end in range(len(text))]
    fitting = [choice for choice in choices if equal(merge(project, choice, settings), wanted)]
    return min(fitting, key=lambda choice: size(dump(choice)), default=None)


def total(project: dict, tasks: list[dict], settings: dict, name: str) -> int:
    sent = size(dump({"patch": True, **project}))
    for task in tasks:
        short = shorten(project, task, settings)
        routing = {"project": name} if short is not None else {"project": name, "project_version": -1}
        sent += size(dump({**routing, **(task if short is None else short)}))
    return sent


def list_ends(text: str, settings: dict) -> set[str]:
    """Return the instructions that a project can have if a task must get the instruction `text`.

    If the separator is "", return only the whole text, and its ends after a newline.
    """
    separator = settings["instruction_separator"]
    ends = {text[place:] for place in range(len(text)) if place and text[:place].endswith(separator or "\n")}
    if separator:
        ends = {end for end in ends if len(text) > len(separator) + len(end)}
    if settings["empty_instruction"] == "join":
        return ends | ({text[len(separator) :]} if text.startswith(separator) else set())
    return ends | {text}


def list_values(name: str, tasks: list[dict], settings: dict) -> list[Any]:
    values = [task[name] for task in tasks if name in task]
    if name == "instruction" and settings["instruction_rule"] == "append":
        ends = {end for value in values if isinstance(value, str) for end in list_ends(value, settings)} - {""}
        return [*sorted(ends), *([None] if None in values else []), *([""] if "" in values else [])]
    return values


def find_smallest(tasks: list[dict], settings: dict, name: str) -> int:
    """Return the smallest total in bytes. Each param of the project must shorten at least two requests."""
    best = total({}, tasks, settings, name)
    names = {param for task in tasks for param in task} - STAYING
    for count in range(2, len(tasks) + 1):
        for inheritors in combinations(tasks, count):
            project = {}
            for param in names:
                if any(param not in task for task in inheritors):
                    continue
                base = total(project, list(inheritors), settings, name)
                for value in list_values(param, tasks, settings):
                    with_value = {**project, param: value}
                    if any(shorten(with_value, task, settings) is None for task in inheritors):
                        continue
                    if count_sharing(with_value, inheritors, settings, param) < 2:
                        continue
                    if (found := total(with_value, list(inheritors), settings, name)) < base:
                        base, best_project = found, with_value
                        chosen = best_project
                if base < total(project, list(inheritors), settings, name):
                    project = chosen
            best = min(best, total(project, tasks, settings, name))
    return best


def find_best(tasks: list[dict], settings: dict, name: str) -> dict:
    """Return the best params of a project. Try all combinations in which each param has one value or is missing."""
    names = sorted({param for task in tasks for param in task} - STAYING)
    choices = [[(), *((param, value) for value in list_values(param, tasks, settings))] for param in names]
    projects = [dict(filter(None, chosen)) for chosen in product(*choices)]

    def rank(project: dict) -> tuple[int, int, int, str]:
        opt_outs = sum(shorten(project, task, settings) is None for task in tasks)
        return total(project, tasks, settings, name), opt_outs, len(project), dump(project)

    return min(projects, key=rank)


def count_sharing(project: dict, tasks, settings: dict, param: str) -> int:
    """Return the number of task requests that are shorter because the project has this param."""
    return sum(
        size(dump(shorten(project, task, settings).get(param, ""))) < size(dump(task[param]))
        or param not in shorten(project, task, settings)
        for task in tasks
    )
