"""The home page of a stand-in: its projects, and the last requests with the reason for each reply."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from attrs import frozen

from paramcore.report.value_views import TimeView, view_time
from paramcore.service.standin.query import parse_time
from paramcore.service.standin.request_log import MAX_BODY_EXCERPT, LoggedRequest
from paramcore.service.standin.state import Snapshot, StoredProject
from paramcore.text import ROW_LIMIT, escape_unprintable, format_count, format_name, truncate

#: The maximum number of projects that the page shows for each kind of key.
MAX_PROJECTS = 200
#: The maximum number of characters of a link to a project; a longer link is left out.
MAX_LINK = 500
#: The number of characters to which the page truncates a long target.
MAX_TARGET = 200
#: The number of characters to which the page truncates a long reason.
MAX_REASON = 400
#: The maximum number of bytes of all bodies together, as HTML or text.
MAX_BODIES = 300_000
#: The maximum number of bytes that a page adds to a line of a body: the line feed and an indent.
MAX_INDENT = 8

#: The names of the two kinds of keys on the pages, by world: `live` or `test`.
KEY_NAMES = {"live": "live keys", "test": "test keys"}
_PREFIXES = {"live": "", "test": "/test"}


@frozen
class ProjectRow:
    """A row for a project in a table of the home page."""

    name: str
    #: The path of the project's page; empty if the link would be too long.
    href: str
    type: str
    version_count: int
    #: The time of the last change; `None` if it is unknown.
    changed: TimeView | None
    task_count: int


@frozen
class WorldView:
    """The projects that all live keys see, or those that all test keys see."""

    #: `live` or `test`.
    world: str
    key_name: str
    #: The projects, most recently changed first.
    projects: tuple[ProjectRow, ...]
    #: The number of projects that the page leaves out.
    omitted: int
    task_count: int
    #: The number of tasks without a project.
    unassigned: int

    @property
    def project_count(self) -> int:
        """The number of all projects."""
        return len(self.projects) + self.omitted


@frozen
class BodyView:
    """The beginning of the body of a request or of a reply."""

    #: `request` or `reply`.
    name: str
    #: The size of the body: `59 bytes`, or `first 4,096 bytes` if the log may have cut the body.
    size: str
    lines: tuple[str, ...]


@frozen
class RequestRow:
    """A request, with the reason for its reply."""

    time: TimeView | None
    method: str
    target: str
    #: `live key`, `test key` or `no key`.
    key: str
    status: str
    is_error: bool
    reason: str
    bodies: tuple[BodyView, ...]
    #: Whether the page leaves out the bodies of this request and its reply.
    omits_bodies: bool

    @property
    def bodies_title(self) -> str:
        """The names and the sizes of `bodies`: `Request (2 bytes) and reply (59 bytes)`."""
        title = " and ".join(f"{body.name} ({body.size})" for body in self.bodies)
        return f"{title[:1].upper()}{title[1:]}"


@frozen
class HomeView:
    """The home page."""

    #: The beginning of the URL of each page.
    base_url: str
    #: The projects of live keys, then the projects of test keys.
    worlds: tuple[WorldView, ...]
    #: The last requests, newest first.
    requests: tuple[RequestRow, ...]
    #: The name of the requested project, which does not exist; `None` if the request was for the home page.
    missing: str | None

    @property
    def title(self) -> str:
        """The title of the page."""
        if self.missing is not None:
            return f"No such project: {self.missing}"
        projects = format_count(sum(world.project_count for world in self.worlds), "project")
        tasks = format_count(sum(world.task_count for world in self.worlds), "task")
        return f"Stand-in: {projects}, {tasks}, {format_count(len(self.requests), 'request')}"

    @property
    def api_url(self) -> str:
        """The base URL for clients."""
        return f"{self.base_url}/v1"

    @property
    def omits_bodies(self) -> bool:
        """Whether the page leaves out bodies."""
        return any(request.omits_bodies for request in self.requests)


def view_home(
    snapshots: Mapping[str, Snapshot], requests: Sequence[LoggedRequest], host: str, missing: str | None
) -> HomeView:
    """Return the view of the home page; `requests` are oldest first."""
    return HomeView(
        f"http://{host}",
        tuple(_view_world(world, snapshot) for world, snapshot in snapshots.items()),
        _view_requests(reversed(requests)),
        None if missing is None else format_name(missing, limit=ROW_LIMIT),
    )


def build_link(world: str, name: str) -> str:
    """Return the path of the page of a project."""
    return f"{_PREFIXES[world]}/projects/{quote(name, safe='')}"


def find_last_change(stored: StoredProject) -> str | None:
    """Return the time of the last change of a project, if it is known."""
    project = stored.project
    time = project.latest.created_at if project.versions else project.fields.get("created_at")
    return time if isinstance(time, str) else None


def _find_change_time(stored: StoredProject) -> tuple[bool, datetime | None]:
    """Return a key that sorts projects by their last change; an unknown time is earlier than any other."""
    # Compare times, not texts, because the same time can be written in different ways.
    time = parse_time(find_last_change(stored))
    return time is not None, time


def _view_world(world: str, snapshot: Snapshot) -> WorldView:
    counts = Counter(task.fields.get("project") for task in snapshot.tasks)
    stored = sorted(snapshot.projects.values(), key=_find_change_time, reverse=True)
    rows = tuple(_view_row(world, project, counts[project.project.name]) for project in stored[:MAX_PROJECTS])
    omitted = len(stored[MAX_PROJECTS:])
    return WorldView(world, KEY_NAMES[world], rows, omitted, len(snapshot.tasks), counts[None])


def _view_row(world: str, stored: StoredProject, task_count: int) -> ProjectRow:
    project, href = stored.project, build_link(world, stored.project.name)
    return ProjectRow(
        format_name(project.name, limit=ROW_LIMIT),
        href if len(href) <= MAX_LINK else "",
        format_name(project.type, limit=ROW_LIMIT),
        len(project.versions),
        view_time(find_last_change(stored)),
        task_count,
    )


def _view_requests(requests: Iterable[LoggedRequest]) -> tuple[RequestRow, ...]:
    rows: list[RequestRow] = []
    budget = MAX_BODIES
    for request in requests:
        bodies = (*_view_body("request", request.request_body), *_view_body("reply", request.reply_body))
        budget -= sum(_measure(line) for body in bodies for line in body.lines)
        rows.append(_view_request(request, bodies if budget >= 0 else (), omits_bodies=bool(bodies) and budget < 0))
    return tuple(rows)


def _measure(text: str) -> int:
    """Return an upper bound for the number of bytes of a line of a body, as HTML or indented text."""
    return len(escape(text).encode()) + MAX_INDENT


def _view_request(request: LoggedRequest, bodies: tuple[BodyView, ...], *, omits_bodies: bool) -> RequestRow:
    return RequestRow(
        view_time(request.time),
        escape_unprintable(truncate(request.method, ROW_LIMIT)),
        escape_unprintable(truncate(request.target, MAX_TARGET)),
        f"{request.world or 'no'} key",
        request.outcome,
        request.status is None or request.status >= 400,
        escape_unprintable(truncate(request.reason, MAX_REASON)),
        bodies,
        omits_bodies,
    )


def _view_body(name: str, body: bytes) -> tuple[BodyView, ...]:
    if not body:
        return ()
    size = f"first {MAX_BODY_EXCERPT:,} bytes" if len(body) == MAX_BODY_EXCERPT else format_count(len(body), "byte")
    # The log cuts a long body, perhaps inside a character, so replace an incomplete character.
    lines = tuple(map(escape_unprintable, body.decode("utf-8", "replace").split("\n")))
    return (BodyView(name, size, lines),)
