"""
Hypothesis strategies for the values of paramcore.

They draw what breaks careless code more often than chance would: values that
some comparison takes for one another (`LOOKALIKES`), names that look like a
path or an attribute (`ODD_NAMES`), texts that are empty or nothing but white
space.  The usual names are few (`NAMES`), so that a task's params, a patch and
the versions before it keep meeting under the same names.

Strategies with a plural noun of the model (`updates`, `projects`,
`task_requests`, `assumptions`) draw values of paramcore; the others draw plain
JSON, fresh each time, to hand in or to scribble on.

Example:
    >>> from hypothesis import given
    >>> @given(projects(), params())
    ... def test_a_replace_keeps_nothing(project, new):
    ...     assert project.replace_params(new).params == new

"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from paramcore import Assumptions, Patch, Project, Replace, TaskRequest
from paramcore.model.updates import Update

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = [
    "HUGE",
    "LOOKALIKES",
    "NAMES",
    "NOT_OF_A_PROJECT",
    "NOT_OF_A_TASK",
    "ODD_NAMES",
    "assumptions",
    "flat_requests",
    "histories",
    "instructions",
    "json_values",
    "param_names",
    "params",
    "project_names",
    "projects",
    "task_param_names",
    "task_params",
    "task_requests",
    "task_types",
    "texts",
    "updates",
]

#: JSON values that some comparison, some language or some writer takes for one another.
LOOKALIKES: tuple[Any, ...] = (
    0,
    False,
    0.0,
    -0.0,
    1,
    True,
    1.0,
    -1,
    None,
    "",
    "0",
    "null",
    [],
    {},
    [0],
    [False],
    [None],
    [[]],
    {"x": 1},
    {"x": True},
    {"x": 1.0},
    {"x": None},
    2**53,
    float(2**53),
    2**53 + 1,
    "\u00e9",
    "e\u0301",
    "\u2028",
    {"": 0},
    {"instruction": "inner"},
)

#: Integers that no float holds, up to the longest that Python still writes.
HUGE: tuple[int, ...] = (2**63, -(2**64), 10**40, 10**4299, -(10**4300 - 1))

#: The names drawn most of the time: few, so that they meet.
NAMES: tuple[str, ...] = ("a", "b", "c", "padding")

#: Names that look like a path, an attribute, an index, a flag or each other.
ODD_NAMES: tuple[str, ...] = (
    "",
    " ",
    "0",
    "-1",
    "a.b",
    "a/b",
    "/",
    "~",
    "~0",
    "~1",
    "a[0]",
    "*",
    "{}",
    "%s",
    "__class__",
    "__dict__",
    "__proto__",
    "items",
    "self",
    "Instruction",
    "instruction ",
    "instructions",
    "params",
    "name",
    "type",
    "project_param_version",
    "\u00e9",
    "e\u0301",
    "\u2028",
    "\x00",
    "\U0001f69c",
)

#: Names that a project's params cannot have: they would clobber bookkeeping, or say where a task goes.
NOT_OF_A_PROJECT: frozenset[str] = frozenset(
    {
        "version",
        "created_at",
        "patch",
        "project",
        "project_version",
        "batch",
        "unique_id",
        "clear_unique_id_on_error",
    }
)

#: Names that a task's own params cannot have: they say where the task goes.
NOT_OF_A_TASK: frozenset[str] = NOT_OF_A_PROJECT - {"version", "created_at", "patch"}

_LETTERS = st.characters(exclude_categories=["Cs"])


def texts(*, max_size: int = 6) -> SearchStrategy[str]:
    """Draw text without lone surrogates, often one that something trims, normalises, splits or takes for a value."""
    odd = (
        "",
        "a",
        "0",
        " ",
        "\n",
        "a\n",
        "\r\n",
        "\u2028",
        "\x85",
        "\u00e9",
        "e\u0301",
        "null",
        "%s",
        "{0}",
        "\\1",
        "\x00",
    )
    return st.sampled_from(odd) | st.text(_LETTERS, max_size=max_size)


def json_values() -> SearchStrategy[Any]:
    """Draw any JSON value up to three levels deep, plain and fresh: often one of `LOOKALIKES`, now and then one of `HUGE`."""
    lookalikes = st.sampled_from(LOOKALIKES).map(deepcopy)
    floats = st.floats(allow_nan=False, allow_infinity=False)
    # Not `sampled_from`, whose repr, and with it each report, would hold every digit.
    huge = st.integers(0, len(HUGE) - 1).map(HUGE.__getitem__)
    leaves = lookalikes | lookalikes | st.integers() | huge | floats | texts()
    names = st.sampled_from((*NAMES, *ODD_NAMES, "instruction", *sorted(NOT_OF_A_PROJECT)))

    def holding(inner: SearchStrategy[Any]) -> SearchStrategy[Any]:
        return st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=2)

    return leaves | leaves | leaves | holding(leaves) | holding(holding(leaves))


def param_names() -> SearchStrategy[str]:
    """Draw a name that both a project's and a task's params can have, `instruction` apart."""
    few = st.sampled_from((*NAMES * 8, *ODD_NAMES))
    return few | few | few | st.text(_LETTERS, max_size=3)


def task_param_names() -> SearchStrategy[str]:
    """Draw a name that a task's own params can have, `instruction` apart: also those that only a project cannot have."""
    return param_names() | st.sampled_from(sorted(NOT_OF_A_PROJECT - NOT_OF_A_TASK))


def instructions() -> SearchStrategy[str | None]:
    """Draw a value that `instruction` can have: text or null, often without text."""
    few = st.sampled_from(("Box it.", "Box it.\n", "", " "))
    return few | few | few | st.none() | texts()


def params(*, names: SearchStrategy[str] | None = None, max_size: int = 3) -> SearchStrategy[dict[str, Any]]:
    """Draw params of a project or a task as a plain dict: the instruction text, null or absent, at either end."""
    members = st.dictionaries(param_names() if names is None else names, json_values(), max_size=max_size)
    instruction = st.fixed_dictionaries({"instruction": instructions()})
    return members | st.builds(_joined, members, instruction) | st.builds(_joined, instruction, members)


def task_params(*, max_size: int = 3) -> SearchStrategy[dict[str, Any]]:
    """Draw params that a task can have and a project perhaps not."""
    return params(names=task_param_names(), max_size=max_size)


def updates() -> SearchStrategy[Update]:
    """Draw a patch or a replace."""
    return st.builds(Patch, params()) | st.builds(Replace, params())


def histories(*, min_size: int = 0, max_size: int = 3) -> SearchStrategy[list[dict[str, Any]]]:
    """Draw what the versions of a project hold, oldest first, as plain dicts."""
    return st.lists(params(), min_size=min_size, max_size=max_size)


def assumptions() -> SearchStrategy[Assumptions]:
    """Draw every combination of the settings, with separators that something might escape, format or collapse."""
    separators = st.sampled_from(("\n", "\n\n", "", " ", "%s", "\\1", "{}", "\\n", "\u2028")) | texts(max_size=3)
    return st.builds(
        Assumptions,
        instruction_separator=separators,
        empty_instruction=st.sampled_from(("leave out", "join")),
        instruction_rule=st.sampled_from(("append", "append", "override")),
        pinned_param_version=st.sampled_from(("used", "latest")),
    )


def project_names() -> SearchStrategy[str]:
    """Draw a name that can stand in the API's URLs."""
    odd = ("boxes", "a b/c?#\u00e9", "...", "%2F", "\u00e9", "e\u0301", "0", " ")
    letters = st.characters(exclude_categories=["Cs", "Cc"])
    return st.sampled_from(odd) | st.text(letters, min_size=1, max_size=4).filter(lambda name: name not in (".", ".."))


def task_types() -> SearchStrategy[str]:
    """Draw a task type."""
    return st.sampled_from(("imageannotation", "textcollection", "no such type yet"))


def projects(*, min_versions: int = 0, max_versions: int = 3) -> SearchStrategy[Project]:
    """Draw a project with this many versions, made by patches and replaces, mostly under the default assumptions."""
    return st.builds(
        _project,
        project_names(),
        task_types(),
        st.lists(updates(), min_size=min_versions, max_size=max_versions),
        st.just(Assumptions()) | assumptions(),
    )


def task_requests(project: Project | None = None) -> SearchStrategy[TaskRequest]:
    """
    Draw a task request: pinned, opted out, or for the latest version.

    With a `project` it is one that the project can resolve, else its version
    may be one that a given project does not have.
    """
    types = [] if project is None else [project.type]
    return st.builds(_task_request, task_params(), _routing(project), st.sampled_from([None, *types]))


def flat_requests(project: Project | None = None) -> SearchStrategy[dict[str, Any]]:
    """Draw the same in the API's flat form, a plain dict: routing names first, last or null."""
    return st.builds(_joined, task_params(), _routing(project)) | st.builds(_joined, _routing(project), task_params())


def _routing(project: Project | None) -> SearchStrategy[dict[str, Any]]:
    versions = range(3) if project is None else range(len(project.versions))
    names = [] if project is None else [project.name]
    optional: dict[str, SearchStrategy[Any]] = {
        "project_version": st.sampled_from([None, -1, *versions, *versions]),
        "project": st.sampled_from([None, *names]),
        "batch": st.sampled_from([None, "", "monday"]),
        "unique_id": st.sampled_from([None, "u-1"]),
        "clear_unique_id_on_error": st.sampled_from([None, False, True]),
    }
    return st.fixed_dictionaries({}, optional=optional)


def _joined(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    return {**first, **second}


def _project(name: str, type: str, made_by: list[Update], under: Assumptions) -> Project:
    project = Project(name, type=type, assumptions=under)
    for update in made_by:
        project = project.update(update)
    return project


def _task_request(own: dict[str, Any], routing: dict[str, Any], type: str | None) -> TaskRequest:
    return TaskRequest(own, type=type, **routing)
