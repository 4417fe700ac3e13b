"""Hypothesis strategies for the values of paramcore.

The strategies often draw values that break careless code.  Examples are values that look
alike (`LOOKALIKES`), names that look like a path or an attribute (`ODD_NAMES`), empty
strings and whitespace.  Most other names come from a short list (`NAMES`), so that
tasks, updates and histories share names.

`updates`, `projects`, `task_requests` and `assumptions` draw objects of
paramcore.  The other strategies draw plain JSON.  Each draw gives a new
value, so a test may change it.

Example:
    >>> from hypothesis import given
    >>> @given(projects(), params())
    ... def test_a_replace_keeps_nothing(project, new):
    ...     assert project.replace_params(new).params == new
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, partial, reduce
from typing import Any

from hypothesis import strategies as st

from paramcore.model import Assumptions, Patch, Project, Replace, TaskRequest, Update
from paramcore.testing.samples import (
    HUGE_INTEGERS,
    LOOKALIKES,
    NAMES,
    ODD_NAMES,
    RESERVED_PROJECT_NAMES,
    RESERVED_TASK_NAMES,
)

# Hypothesis checks a new strategy before the first draw, which takes longer than the draw.  So cache the strategies that
# are parts of `task_requests`, because a test may call `task_requests(project)` for each example.

_LETTERS = st.characters(exclude_categories=["Cs"])
_ODD_TEXTS = (
    *("", "a", "0", " ", "\n", "a\n", "\r\n", "\u2028", "\x85", "\u00e9", "e\u0301"),
    *("null", "%s", "{0}", "\\1", "\x00"),
)


def texts(*, max_size: int = 6) -> st.SearchStrategy[str]:
    """Draw a string, often a string that careless code trims, normalizes, splits or converts.

    Example:
        >>> from hypothesis import find
        >>> find(texts(), lambda text: text == "null")
        'null'
    """
    odd_texts = [text for text in _ODD_TEXTS if len(text) <= max_size]
    return st.sampled_from(odd_texts) | st.text(_LETTERS, max_size=max_size)


@cache
def json_values() -> st.SearchStrategy[Any]:
    """Draw a JSON value of up to four levels, often one of `LOOKALIKES`.

    Example:
        >>> from hypothesis import find
        >>> find(json_values(), lambda value: value == [[]])
        [[]]
    """
    lookalikes = st.sampled_from(LOOKALIKES).map(deepcopy)
    floats = st.floats(allow_nan=False, allow_infinity=False)
    # Draw an index.  With `sampled_from`, each failure report would print every digit of these integers.
    huge = st.integers(0, len(HUGE_INTEGERS) - 1).map(HUGE_INTEGERS.__getitem__)
    leaves = lookalikes | lookalikes | st.integers() | huge | floats | texts()
    names = st.sampled_from((*NAMES, *ODD_NAMES, "instruction", *sorted(RESERVED_PROJECT_NAMES)))

    def build_containers(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        return st.lists(values, max_size=2) | st.dictionaries(names, values, max_size=2)

    return leaves | leaves | leaves | build_containers(leaves) | build_containers(build_containers(leaves))


@cache
def param_names() -> st.SearchStrategy[str]:
    """Draw a name for a param of a project or a task, other than `instruction`.

    Example:
        >>> from hypothesis import find
        >>> find(param_names(), lambda name: name == "a.b")
        'a.b'
    """
    listed = st.sampled_from((*NAMES * 8, *ODD_NAMES))
    return listed | listed | listed | st.text(_LETTERS, max_size=3)


@cache
def task_param_names() -> st.SearchStrategy[str]:
    """Draw a name for a param of a task, other than `instruction`.

    Example:
        >>> from hypothesis import find
        >>> find(task_param_names(), lambda name: name == "patch")
        'patch'
    """
    return param_names() | st.sampled_from(sorted(RESERVED_PROJECT_NAMES - RESERVED_TASK_NAMES))


@cache
def instructions() -> st.SearchStrategy[str | None]:
    """Draw a value of `instruction`: a string or null, often an empty string.

    Example:
        >>> from hypothesis import find
        >>> find(instructions(), lambda text: text == "Box it.")
        'Box it.'
    """
    listed = st.sampled_from(("Box it.", "Box it.\n", "", " "))
    return listed | listed | listed | st.none() | texts()


def params(*, names: st.SearchStrategy[str] | None = None, max_size: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Draw params of a project, with an `instruction` first, last or absent.

    `names` draws the other names, and `max_size` is their maximum number.

    Example:
        >>> from hypothesis import find
        >>> list(find(params(), lambda params: "padding" in params and len(params) == 1))
        ['padding']
    """
    members = st.dictionaries(param_names() if names is None else names, json_values(), max_size=max_size)
    instruction = st.fixed_dictionaries({"instruction": instructions()})
    return members | st.builds(_join, members, instruction) | st.builds(_join, instruction, members)


@cache
def task_params(*, max_size: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Draw params of a task, sometimes with names that params of a project cannot have.

    `max_size` does not count the `instruction`.

    Example:
        >>> from hypothesis import find
        >>> list(find(task_params(), lambda params: "version" in params and len(params) == 1))
        ['version']
    """
    return params(names=task_param_names(), max_size=max_size)


def updates() -> st.SearchStrategy[Update]:
    """Draw a patch or a replace.

    Example:
        >>> from hypothesis import find
        >>> find(updates(), lambda update: isinstance(update, Replace) and not update.params)
        <Replace by 0 params>
    """
    return st.builds(Patch, params()) | st.builds(Replace, params())


def histories(*, min_size: int = 0, max_size: int = 3) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Draw the params of each version of a project, oldest first, as plain dicts.

    Example:
        >>> from hypothesis import find
        >>> find(histories(), lambda history: history == [{}])
        [{}]
    """
    return st.lists(params(), min_size=min_size, max_size=max_size)


def assumptions() -> st.SearchStrategy[Assumptions]:
    """Draw assumptions, often with an unusual separator.

    Example:
        >>> from hypothesis import find
        >>> find(assumptions(), lambda settings: settings.instruction_separator == "{}")
        Assumptions(instruction_separator='{}', ...)
    """
    separators = st.sampled_from(("\n", "\n\n", "", " ", "%s", "\\1", "{}", "\\n", "\u2028")) | texts(max_size=3)
    return st.builds(
        Assumptions,
        instruction_separator=separators,
        empty_instruction=st.sampled_from(("leave out", "join")),
        instruction_rule=st.sampled_from(("append", "append", "override")),
        pinned_param_version=st.sampled_from(("used", "latest")),
    )


def project_names() -> st.SearchStrategy[str]:
    """Draw a project name, often a name that a URL must encode.

    Example:
        >>> from hypothesis import find
        >>> find(project_names(), lambda name: name == "%2F")
        '%2F'
    """
    odd = ("boxes", "a b/c?#\u00e9", "...", "%2F", "\u00e9", "e\u0301", "0", " ")
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    return st.sampled_from(odd) | st.text(letters, min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))


def task_types() -> st.SearchStrategy[str]:
    """Draw a task type, sometimes an unknown type.

    Example:
        >>> from hypothesis import find
        >>> find(task_types(), lambda task_type: task_type == "textcollection")
        'textcollection'
    """
    return st.sampled_from(("imageannotation", "textcollection", "no such type yet"))


def projects(*, min_versions: int = 0, max_versions: int = 3) -> st.SearchStrategy[Project]:
    """Draw a project with `min_versions` to `max_versions` versions, often with the default assumptions.

    Example:
        >>> from hypothesis import find
        >>> find(projects(), lambda project: not project.versions)
        <Project '...': ..., 0 versions>
    """
    settings = st.just(Assumptions()) | assumptions()
    new_projects = st.builds(Project, project_names(), type=task_types(), assumptions=settings)
    several_updates = st.lists(updates(), min_size=min_versions, max_size=max_versions)
    return st.builds(partial(reduce, Project.update), several_updates, new_projects)


def task_requests(project: Project | None = None) -> st.SearchStrategy[TaskRequest]:
    """Draw a task request that inherits the latest version, a pinned version or nothing.

    If `project` is given, it can resolve the request.  Otherwise, the request may name a
    version that does not exist.

    Example:
        >>> from hypothesis import find
        >>> find(task_requests(), lambda task: task.inherits_nothing)
        <TaskRequest: ...project_version -1...>
    """
    types = [] if project is None else [project.type]
    return st.builds(TaskRequest.from_flat, flat_requests(project), type=st.sampled_from([None, *types]))


def flat_requests(project: Project | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Draw a flat task request as a plain dict, with its routing names first or last.

    Example:
        >>> from hypothesis import find
        >>> find(flat_requests(), lambda request: request.get("project_version") == -1)["project_version"]
        -1
    """
    return st.builds(_join, task_params(), _routing(project)) | st.builds(_join, _routing(project), task_params())


def _routing(project: Project | None) -> st.SearchStrategy[dict[str, Any]]:
    versions = range(3) if project is None else range(len(project.versions))
    names = [] if project is None else [project.name]
    optional: dict[str, st.SearchStrategy[Any]] = {
        "project_version": st.sampled_from([None, -1, *versions, *versions]),
        "project": st.sampled_from([None, *names]),
        "batch": st.sampled_from([None, "", "monday"]),
        "unique_id": st.sampled_from([None, "u-1"]),
        "clear_unique_id_on_error": st.sampled_from([None, False, True]),
    }
    return st.fixed_dictionaries({}, optional=optional)


def _join(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second}
