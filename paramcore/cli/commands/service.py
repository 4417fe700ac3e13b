"""The commands that talk to the service: fetch, apply, reconcile, status."""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from typing import Any
from urllib.parse import quote

from paramcore.analysis.drift import Drift
from paramcore.analysis.plan import Plan
from paramcore.cli.exit_codes import FINDINGS, FINE, NOT_DONE, OUTCOME_UNKNOWN
from paramcore.cli.output import Pieces, flush, format_document, say
from paramcore.cli.params import read_params, read_update_file
from paramcore.cli.projects import ProjectFiles
from paramcore.errors import DocumentError, InvalidSetting, NotDone
from paramcore.files.writer import write_atomically
from paramcore.model.project import Project
from paramcore.service.apply import Outcome, digest_of
from paramcore.service.client import Client
from paramcore.service.requests import Request, Response, Transport
from paramcore.text import format_name, format_value
from paramcore.transport.key import ApiKey
from paramcore.wire import write_project

__all__ = ["apply", "fetch", "file_name", "make_directory", "reconcile", "status"]

#: Characters of a project's name in the name of its file: file systems take some 250.
_LONGEST = 180

_STATUS = {"done": FINE, "not done": NOT_DONE, "unknown": OUTCOME_UNKNOWN, "repeated": OUTCOME_UNKNOWN}


def fetch(options: Namespace) -> Pieces:
    """Fetch a project, or all of them into a directory, as files that every command takes."""
    if (options.name is None) == (options.all is None):
        raise InvalidSetting("project_name", None, "both or neither of NAME and --all DIR", "one of the two")
    client = _client(options)
    if options.name is not None:
        yield format_document(write_project(client.get_project(options.name)))
        return FINE
    projects = client.list_projects()
    make_directory(options.all)
    for project in projects:
        path = os.path.join(options.all, file_name(project))
        write_atomically(path, [format_document(write_project(project))])
        yield f"{path}\n"
    return FINE


def make_directory(path: str) -> None:
    """
    Make a directory, unless it is there.

    Raises:
        DocumentError: `unwritable`.

    """
    try:
        os.makedirs(path, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DocumentError("unwritable", None, reason.lower(), "a directory", format_name(path), None, None) from None


def file_name(project: Project) -> str:
    """Return the name of the file that a project is kept in."""
    # Readable, and no two names the same: what a file name may not hold is encoded as in the service's paths.
    name = quote(project.name, safe=" ()+,=@")
    if len(name) > _LONGEST:
        # Long names may begin alike, so that what is cut off is told apart by its digest.
        name = f"{name[:_LONGEST]}~{digest_of({'name': project.name})}"
    return f"{name}.json"


def apply(options: Namespace) -> Pieces:
    """Apply an update to the real project: show the plan, send it once, and say what became of it."""
    if (options.update is None) == (options.wanted is None):
        raise InvalidSetting("update_type", None, "both or neither of UPDATE and --wanted FILE[@N]", "one of the two")
    update = None if options.update is None else read_update_file(options.update)
    wanted = None if options.wanted is None else read_params(options.wanted).params
    client = _client(options)
    project = client.get_project(options.name)
    plan = Plan.to(project, wanted or {}) if update is None else Plan.of(project, update)
    as_json = options.format == "json"
    yield "" if as_json else f"{plan}\n"
    # The plan is seen before anything is asked or sent.
    flush()
    if plan.update is None or not _agreed(plan, options):
        if as_json:
            yield format_document({"plan": plan.to_json(), "outcome": None})
        return FINE if plan.update is None else FINDINGS
    watched = _Watched(client.transport, plan)
    try:
        outcome = Client(watched, deadline=client.deadline, assumptions=client.assumptions).apply(plan)
    except KeyboardInterrupt:
        if not watched.has_sent:
            raise
        say("interrupted after it was sent: what became of it is unknown")
        return OUTCOME_UNKNOWN
    yield format_document({"plan": plan.to_json(), "outcome": outcome.to_json()}) if as_json else f"{outcome}\n"
    return _STATUS[outcome.state]


def _agreed(plan: Plan, options: Namespace) -> bool:
    """Whether somebody said yes: to the update, and to what it would drop."""
    if plan.needs_consent and not options.allow_drop:
        say("not sent: it would drop params; say --allow-drop if it shall")
        return False
    if options.yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty() or sys.stderr is None:
        say("not sent: say --yes")
        return False
    sys.stderr.write("send it? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    say("not sent")
    return False


class _Watched:
    """A transport that says what it takes to look again, before anything that changes something goes out."""

    def __init__(self, transport: Transport, plan: Plan) -> None:
        self._transport = transport
        self._plan = plan
        self.has_sent = False

    def send(self, request: Request) -> Response:
        if request.method == "POST" and not self.has_sent:
            base, digest = len(self._plan.project.versions), digest_of(self._plan.after)
            say(
                f"sending; to look again: paramcore reconcile {format_value(self._plan.project.name)} --base {base} --digest {digest}"
            )
            self.has_sent = True
        return self._transport.send(request)


def reconcile(options: Namespace) -> Pieces:
    """Look again what became of an update, by the base and the digest that were told before it was sent."""
    outcome = _client(options).reconcile(Outcome("unknown", options.name, options.base, options.digest))
    yield format_document(outcome.to_json()) if options.format == "json" else f"{outcome}\n"
    return _STATUS[outcome.state]


def status(options: Namespace) -> Pieces:
    """Compare project files with the service: in sync, ahead, behind, or both moved."""
    projects = ProjectFiles(options.project, options.assumptions, quiet=True)
    client = _client(options)
    documents: list[dict[str, Any]] = []
    fine = True
    for project in projects:
        try:
            drift = Drift.between(project, client.get_project(project.name))
        except NotDone as error:
            if error.code != "not_found":
                raise
            told, document = f"{format_value(project.name)}: not there", {"project": project.name, "state": "not there"}
            fine = False
        else:
            told, document = str(drift), drift.to_json()
            fine = fine and drift.state == "in sync"
        documents.append(document)
        yield "" if options.format == "json" else f"{told}\n"
    if options.format == "json":
        yield format_document(documents if projects.many else documents[0])
    return FINE if fine else FINDINGS


def _client(options: Namespace) -> Client:
    try:
        from paramcore.transport.http import BASE_URL, HttpTransport  # noqa: PLC0415  (an extra, and slow to import)
    except ImportError:
        found, wanted = "no `httpx`, which talks to the service", "`pip install httpx`"
        raise NotDone("not_sent", None, found, wanted) from None
    transport = HttpTransport(_key(options), base_url=options.base_url or BASE_URL)
    return Client(transport, deadline=options.deadline, assumptions=options.assumptions)


def _key(options: Namespace) -> ApiKey:
    if not options.key_from_stdin:
        return ApiKey.from_environment()
    return ApiKey(None if sys.stdin is None else sys.stdin.readline().rstrip("\r\n"))
