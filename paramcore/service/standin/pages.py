"""The pages that a stand-in shows in a browser.

A page is HTML; without the package `jinja2`, it is plain text with fewer details.  A
request for a page needs no key and changes nothing.  The request log omits each request that got a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from attrs import frozen

from paramcore import __version__
from paramcore.service.requests import Response
from paramcore.service.standin.account import Result
from paramcore.service.standin.home_view import HomeView, view_home
from paramcore.service.standin.ledger import Ledger, NotSaved
from paramcore.service.standin.page_text import format_home, format_project
from paramcore.service.standin.project_view import DETAILS, ProjectPageView, choose_detail, view_project_page
from paramcore.service.standin.request_log import LoggedRequest
from paramcore.service.standin.state import Snapshot, State

#: The maximum number of bytes of the page of a project.  A longer page is built again with less detail, if possible.
MAX_PAGE_SIZE = 1_000_000
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


@frozen
class Pages:
    """The pages of a stand-in."""

    states: Mapping[str, State]
    ledger: Ledger
    list_requests: Callable[[], Sequence[LoggedRequest]]

    def answer(self, method: str, target: str, headers: Mapping[str, str]) -> Response | None:
        """Return the reply to a request for a page; `None` for any other request."""
        place = _find_page(target) if method in ("GET", "HEAD") else None
        if place is None:
            return None
        world, name = place
        try:
            snapshots = self._read_snapshots()
        except NotSaved as error:
            return Result.refuse(500, f"the stand-in cannot save a change: {error}").response
        host = headers.get("host") or "127.0.0.1"
        stored = None if name is None else snapshots[world].projects.get(name)
        if stored is not None:
            details = DETAILS[DETAILS.index(choose_detail(stored)) :]
            views = (view_project_page(world, stored, snapshots[world].tasks, host, detail) for detail in details)
            return _find_short_page(views, "standin_project.html", format_project)
        home = view_home(snapshots, self.list_requests(), host, missing=name)
        return _find_short_page(iter([home]), "standin.html", format_home, 200 if name is None else 404)

    def _read_snapshots(self) -> dict[str, Snapshot]:
        """Take a snapshot of each state, and return the snapshots when all their changes are saved.

        Raises:
            NotSaved: if a change cannot be saved.
        """
        with self.ledger.lock:
            snapshots = {world: state.take_snapshot() for world, state in self.states.items()}
            entry = self.ledger.record("live", ())
        self.ledger.wait(entry)
        return snapshots


def _find_page(target: str) -> tuple[str, str | None] | None:
    """Return the names of a page's state and project; `None` if the target is not the address of a page.

    For the home page, the name of the project is `None`.
    """
    # Add a host, because `urlsplit` would otherwise parse `//projects` as a host.
    path = urlsplit(f"//host{target}" if target.startswith("/") else target).path or "/"
    if path == "/":
        return "live", None
    match path.split("/")[1:]:
        case ["projects", name] if name:
            return "live", unquote(name)
        case ["test", "projects", name] if name:
            return "test", unquote(name)
    return None


def _find_short_page(
    views: Iterator[Any], template: str, format_view: Callable[[Any], str], status: int = 200
) -> Response:
    """Return the first page that is short enough, or the last page if all are too long."""
    for view in views:
        response = _build_page(view, template, format_view, status)
        if len(response.body) <= MAX_PAGE_SIZE:
            break
    return response


def _build_page(
    view: HomeView | ProjectPageView, template: str, format_view: Callable[[Any], str], status: int
) -> Response:
    # Import `jinja2` late, because it is in an extra and slow to import.
    try:
        html = import_module("paramcore.report.html")
    except ImportError:
        policy, media_type, text = "default-src 'none'", "text/plain", format_view(view)
    else:
        policy, media_type = html.get_content_security_policy(), "text/html"
        text = html.render_page(template, page=view, title=view.title, version=__version__)
    headers = {
        "content-type": f"{media_type}; charset=utf-8",
        # A `meta` element cannot forbid frames, so this header is necessary.
        "content-security-policy": f"{policy}; frame-ancestors 'none'",
        **_HEADERS,
    }
    return Response(status, text.encode(), headers)
