"""The pages of a stand-in as plain text.

The HTML pages also show the changes inside values.
"""

from __future__ import annotations

from collections.abc import Iterator

from paramcore.report.lifeline_views import LifelineView, RunView
from paramcore.report.project_views import VersionView
from paramcore.report.task_views import ExplanationView
from paramcore.report.value_views import TimeView, ValueView
from paramcore.service.standin.home_view import HomeView, ProjectRow, RequestRow, WorldView
from paramcore.service.standin.project_view import ProjectPageView, TaskView
from paramcore.text import format_count


def format_home(page: HomeView) -> str:
    """Format the home page."""
    return _join(_iter_home(page))


def format_project(page: ProjectPageView) -> str:
    """Format the page of a project."""
    return _join(_iter_project(page))


def _join(lines: Iterator[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _iter_home(page: HomeView) -> Iterator[str]:
    yield page.title
    yield ""
    yield f"URL for clients: {page.api_url} (any key works)"
    for world in page.worlds:
        yield ""
        yield f"Projects of {world.key_name}"
        yield from _iter_world(world, page.base_url)
    yield ""
    yield "Requests, newest first" if page.requests else "No requests yet"
    for request in page.requests:
        yield from _iter_request(request)
    yield ""
    yield "To see these pages as HTML, run `pip install 'paramcore[cli]'`."


def _iter_world(world: WorldView, base_url: str) -> Iterator[str]:
    for project in world.projects:
        yield f"  {_format_row(project)}"
        if project.href:
            yield f"    {base_url}{project.href}"
    if world.omitted:
        yield f"  {format_count(world.omitted, 'more project')} left out"
    if not world.projects:
        yield "  no projects yet"
    if world.unassigned:
        yield f"  {format_count(world.unassigned, 'task')} without a project"


def _format_row(project: ProjectRow) -> str:
    counts = f"{format_count(project.version_count, 'version')}, {format_count(project.task_count, 'task')}"
    return f"{project.name} ({project.type}): {counts}, last change {_format_time(project.changed)}"


def _iter_request(request: RequestRow) -> Iterator[str]:
    yield f"  {_format_time(request.time)}  {request.method} {request.target} ({request.key})  {request.status}"
    yield f"    {request.reason}"
    for body in request.bodies:
        yield f"    {body.name} ({body.size}):"
        yield from (f"      {line}" for line in body.lines)
    if request.omits_bodies:
        yield "    The bodies are left out."


def _iter_project(page: ProjectPageView) -> Iterator[str]:
    yield page.title
    yield ""
    yield f"{page.name}, {page.type}, for {page.key_name}, last change {_format_time(page.changed)}"
    if not page.values:
        left_out = "Versions and tasks" if page.lifelines is None else "Values"
        yield f"{left_out} are left out, because the page would be too long."
    if page.lifelines is not None:
        yield from _iter_details(page)
    yield ""
    yield "The project and its tasks (at most the latest 100) as JSON"
    yield f"  {page.project_command}"
    yield f"  {page.tasks_command}"


def _iter_details(page: ProjectPageView) -> Iterator[str]:
    yield from ("", "When each value applied")
    for line in () if page.lifelines is None else page.lifelines.lines:
        yield from _iter_lifeline(line, page.log_command)
    yield from ("", "What each version did, newest first")
    for version in page.versions:
        yield from _iter_version(version)
    if page.omitted_versions:
        yield f"  {format_count(page.omitted_versions, 'older version')} left out: {page.log_command}"
    yield from ("", "Tasks, newest first" if page.tasks else "No tasks yet")
    for task in page.tasks:
        yield from _iter_task(task)
    if page.omitted_tasks:
        yield f"  {format_count(page.omitted_tasks, 'older task')} left out"


def _iter_lifeline(line: LifelineView, command: str) -> Iterator[str]:
    yield f"  {line.param}"
    for run in line.runs:
        yield from _iter_run(run)
    if line.omitted:
        yield f"    {format_count(line.omitted, 'older value')} left out: {command} {line.quoted_param}"


def _iter_run(run: RunView) -> Iterator[str]:
    now = "now, " if run.is_latest else ""
    state = "set" if run.is_set else "DROPPED" if run.is_dropped else "not set"
    since = "since " if run.time else ""
    label = f"    {now}{since}{_format_time(run.time)} ({run.versions}): "
    yield from _iter_labelled(label, run.value, state)


def _iter_version(version: VersionView) -> Iterator[str]:
    yield f"  version {version.number}, {_format_time(version.time)}: {version.how}"
    words = (("DROPPED", version.dropped), ("CHANGED", version.changed), ("ADDED", version.added))
    yield from (f"    {word} {', '.join(names)}" for word, names in words if names)
    yield from (f"    {name} is back to its value from version {number}" for name, number in version.returns)


def _iter_task(task: TaskView) -> Iterator[str]:
    yield f"  task {task.task_id}, {task.status}, {_format_time(task.time)}: {task.headline or task.problem}"
    yield from (f"    {name}: {value}" for name, value in task.facts)
    for param in task.params:
        yield from _iter_param(param)


def _iter_param(param: ExplanationView) -> Iterator[str]:
    yield from _iter_labelled(f"    {param.param}: ", param.value, "set")
    yield f"      {param.reason}"
    for candidate in param.candidates:
        note = f" ({candidate.note})" if candidate.note else ""
        yield from _iter_labelled(f"      {candidate.status} {candidate.layer}{note}", candidate.value, "", ": ")


def _iter_labelled(label: str, value: ValueView | None, otherwise: str, separator: str = "") -> Iterator[str]:
    """Yield a label with the first line of a value, and then the other lines of the value, indented.

    Without a value, yield the label with `otherwise`.
    """
    if value is None:
        yield f"{label}{otherwise}"
        return
    first, *others = ("" if value.is_text else "\n").join(line for run in value.runs for line in run.lines).split("\n")
    yield f"{label}{separator}{first}"
    indent = " " * (len(label) - len(label.lstrip()) + 2)
    yield from (f"{indent}{line}" for line in others)


def _format_time(time: TimeView | None) -> str:
    return "at an unknown time" if time is None else time.long
