"""The page of a project in a stand-in: its versions, and its tasks with the reason for each param."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from attrs import frozen

from paramcore.analysis import History
from paramcore.model import EffectiveParams
from paramcore.report.lifeline_views import LifelinesView, view_lifelines
from paramcore.report.project_views import MAX_VERSIONS, VersionView, view_step
from paramcore.report.task_views import ExplanationView, view_explanation
from paramcore.report.value_views import TimeView, view_time
from paramcore.service.standin.home_view import KEY_NAMES, build_link, find_last_change
from paramcore.service.standin.state import StoredProject, StoredTask, resolve_stored_task
from paramcore.text import ROW_LIMIT, format_count, format_name, format_value, quote_for_shell

#: How much a page shows: everything, everything except values, or neither versions nor tasks.
Detail: TypeAlias = Literal["values", "names", "facts"]
DETAILS: tuple[Detail, ...] = ("values", "names", "facts")
#: The maximum number of different param names; with more names, a page shows neither versions nor tasks.
MAX_NAMES = 1_000
#: The maximum number of params in all versions together; with more, a page shows neither versions nor tasks.
MAX_PARAMS = 1_000_000
#: The maximum number of characters of the JSON of a version; with a longer version, a page shows no values.
MAX_ENTRY = 200_000
#: The maximum number of tasks on a page.
MAX_TASKS = 50
#: The approximate maximum number of characters of all tasks on a page.  The page shows the latest task even if this
#: task is longer.
MAX_TASK_TEXT = 300_000
#: The approximate number of characters of the markup around a task or a param.
_MARKUP = 600

_CURL_USERS = {"live": "any:", "test": "test_any:"}


@frozen
class TaskView:
    """A task, with the reason for each of its params."""

    task_id: str
    status: str
    time: TimeView | None
    #: What the task inherits, in words.
    headline: str
    #: Fields of the task, such as `batch`, each with its value as JSON text.
    facts: tuple[tuple[str, str], ...]
    params: tuple[ExplanationView, ...]
    #: Why the params cannot be explained; empty if they can.
    problem: str

    @property
    def size(self) -> int:
        """The approximate number of characters of the task on a page."""
        views = [param.value for param in self.params]
        views += [candidate.value for param in self.params for candidate in param.candidates]
        return _MARKUP * (1 + len(self.params)) + 2 * sum(value.size for value in views if value)


@frozen
class ProjectPageView:
    """The page of a project."""

    name: str
    type: str
    #: The path of the page.
    path: str
    #: `live keys` or `test keys`.
    key_name: str
    version_count: int
    #: The time of the last change; `None` if it is unknown.
    changed: TimeView | None
    task_count: int
    detail: Detail
    #: When each value of a param applied; `None` if the page leaves out versions and tasks.
    lifelines: LifelinesView | None
    #: The latest versions, newest first.
    versions: tuple[VersionView, ...]
    #: The number of older versions that the page leaves out; 0 if it shows no versions.
    omitted_versions: int
    #: The latest tasks, newest first.
    tasks: tuple[TaskView, ...]
    #: The number of older tasks that the page leaves out.
    omitted_tasks: int
    #: The command that prints the project.
    project_command: str
    #: The command that prints the whole history.
    log_command: str
    #: The command that prints the latest tasks, at most 100.
    tasks_command: str

    @property
    def title(self) -> str:
        """The title of the page."""
        versions, tasks = format_count(self.version_count, "version"), format_count(self.task_count, "task")
        return f"{self.name}: {versions}, {tasks}"

    @property
    def values(self) -> bool:
        """Whether the page shows values."""
        return self.detail == "values"


def choose_detail(stored: StoredProject) -> Detail:
    """Return the most detail to try for the page of a project."""
    versions = stored.project.versions
    if sum(len(version.params) for version in versions) > MAX_PARAMS:
        return "facts"
    if len({name for version in versions for name in version.params}) > MAX_NAMES:
        return "facts"
    return "names" if max(map(len, stored.entries), default=0) > MAX_ENTRY else "values"


def view_project_page(
    world: str, stored: StoredProject, tasks: Sequence[StoredTask], host: str, detail: Detail
) -> ProjectPageView:
    """Return the view of the page of a project; `tasks` must be all tasks of the state, oldest first."""
    project = stored.project
    path = build_link(world, project.name)
    own = [task for task in tasks if task.fields.get("project") == project.name]
    history = None if detail == "facts" else History.of(project)
    steps = () if history is None else history.steps[::-1]
    task_views = () if detail == "facts" else _view_tasks(stored, own, values=detail == "values")
    fetch_project = _build_command(world, host, f"projects/{path.rpartition('/')[2]}")
    return ProjectPageView(
        name=format_name(project.name, limit=ROW_LIMIT),
        type=format_name(project.type, limit=ROW_LIMIT),
        path=path,
        key_name=KEY_NAMES[world],
        version_count=len(project.versions),
        changed=view_time(find_last_change(stored)),
        task_count=len(own),
        detail=detail,
        lifelines=None if history is None else view_lifelines(history, prefix="param-", values=detail == "values"),
        versions=tuple(map(view_step, steps[:MAX_VERSIONS])),
        omitted_versions=len(steps[MAX_VERSIONS:]),
        tasks=task_views,
        omitted_tasks=len(own) - len(task_views),
        project_command=fetch_project,
        log_command=f"{fetch_project} | paramcore log -",
        tasks_command=_build_command(world, host, f"tasks?project={path.rpartition('/')[2]}"),
    )


def _build_command(world: str, host: str, call: str) -> str:
    """Return the command that prints the reply to a call."""
    return f"curl -su {_CURL_USERS[world]} {quote_for_shell(f'http://{host}/v1/{call}')}"


def _view_tasks(stored: StoredProject, tasks: Sequence[StoredTask], *, values: bool) -> tuple[TaskView, ...]:
    """Return the views of the latest tasks, newest first, within `MAX_TASKS` and `MAX_TASK_TEXT`."""
    views: list[TaskView] = []
    budget = MAX_TASK_TEXT
    for task in tasks[: -MAX_TASKS - 1 : -1]:
        view = _view_task(stored, task, values=values)
        budget -= view.size
        if views and budget < 0:
            break
        views.append(view)
    return tuple(views)


def _describe_inherited(stored: StoredProject, task: StoredTask, effective: EffectiveParams) -> str:
    # The page already names the project, so keep only the text after the project's name.
    headline = effective.headline.rpartition(": ")[2]
    is_current = task.version_count == len(stored.project.versions)
    return headline if is_current else f"{headline}, when the project had {format_count(task.version_count, 'version')}"


def _view_task(stored: StoredProject, task: StoredTask, *, values: bool) -> TaskView:
    assert task.request is not None, "a task of a project has a request"
    fields, problem, headline = task.fields, "", ""
    params: tuple[ExplanationView, ...] = ()
    try:
        effective = resolve_stored_task(stored.project, task, task.request)
    except LookupError as error:
        problem = str(error)
    else:
        headline = _describe_inherited(stored, task, effective)
        params = tuple(view_explanation(explanation, values=values) for explanation in effective.explain_all())
    facts = {name: fields[name] for name in ("unique_id", "batch", "tags") if fields.get(name)} if values else {}
    return TaskView(
        fields["task_id"],
        format_name(fields["status"]),
        view_time(fields.get("created_at")),
        headline,
        tuple((name, format_value(value, limit=ROW_LIMIT)) for name, value in facts.items()),
        params,
        problem,
    )
