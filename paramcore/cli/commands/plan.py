"""The commands that look at updates and histories: plan, diff, log, impact and audit."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any, Protocol

from paramcore.analysis.audit import Auditor
from paramcore.analysis.contradictions import Contradiction
from paramcore.analysis.diff import Diff
from paramcore.analysis.history import History
from paramcore.analysis.impact import Effect, Impact, ImpactCounter
from paramcore.analysis.plan import Plan
from paramcore.cli.exit_codes import FINDINGS, FINE
from paramcore.cli.output import Pieces, format_document, say
from paramcore.cli.progress import shown_progress
from paramcore.cli.reading import (
    BadLines,
    BadTask,
    Projects,
    Task,
    blaming,
    read_params,
    read_task_objects,
    read_tasks,
    read_update_file,
    request_overrides,
)
from paramcore.errors import DocumentError, ParamcoreError
from paramcore.text import format_name, format_value

__all__ = ["audit", "diff", "impact", "log", "plan"]


class _HasJSON(Protocol):
    """A result that every command can print."""

    def to_json(self) -> dict[str, Any]: ...


def plan(options: Namespace) -> Pieces:
    """Show what an update would do to a project, drops first."""
    if (options.update is None) == (options.wanted is None):
        raise SystemExit(_usage("plan", "either UPDATE or --wanted FILE[@N]"))
    projects = Projects(options.project, options.assumptions)
    plans = list(_plans(projects, options))
    losing = [one for one in plans if one.needs_consent]
    if options.format == "json":
        yield _documents(plans, projects)
        return FINDINGS if losing else FINE
    if projects.many:
        names = ", ".join(format_value(one.project.name) for one in losing)
        yield f"{len(losing)} of {len(plans)} projects would lose params{': ' if names else ''}{names}\n\n"
    yield "\n\n".join(str(one) for one in [*losing, *(one for one in plans if not one.needs_consent)]) + "\n"
    return FINDINGS if losing else FINE


def _plans(projects: Projects, options: Namespace) -> Iterator[Plan]:
    if options.wanted is not None:
        wanted = read_params(options.wanted)
        for project in projects:
            with blaming(wanted.document):
                yield Plan.to(project, wanted.params)
        return
    update = read_update_file(options.update)
    for project in projects:
        yield Plan.of(project, update)


def diff(options: Namespace) -> Pieces:
    """Show what differs between two states of params, what is lost inside included."""
    between = Diff.between(read_params(options.before).params, read_params(options.after).params)
    yield format_document(between.to_json()) if options.format == "json" else f"{between}\n"
    return FINDINGS if between and options.exit_code else FINE


def log(options: Namespace) -> Pieces:
    """Show what each version of a project changed, or since when a param has had which value."""
    projects = Projects(options.project, options.assumptions)
    histories = [History.of(project) for project in projects]
    if options.format == "json":
        lives = [_lives_as_json(history, options.params) for history in histories]
        documents = lives if options.params else [history.to_json() for history in histories]
        yield format_document(documents if projects.many else documents[0])
        return FINE
    for number, history in enumerate(histories):
        yield "\n" if number else ""
        yield _log_as_text(history, options.params)
    return FINE


def _log_as_text(history: History, params: list[str]) -> str:
    if not params:
        return f"{history}\n"
    return f"{format_value(history.project.name)}\n\n" + "\n\n".join(map(history.format_lifetimes, params)) + "\n"


def _lives_as_json(history: History, params: list[str]) -> dict[str, Any]:
    lives = {param: [life.to_json() for life in history.lifetimes(param)] for param in params}
    return {"project": history.project.name, "lifetimes": lives}


def impact(options: Namespace) -> Pieces:
    """Show which requests would come out differently after an update, and why the others would not."""
    projects = Projects(options.project, options.assumptions)
    update = read_update_file(options.update)
    counters = {project.name: ImpactCounter(Plan.of(project, update)) for project in projects}
    bad = BadLines(keep_going=options.keep_going)
    read = partial(read_tasks, options.tasks, lines=options.lines, settings=request_overrides(options))
    prints = options.list and not options.output
    for task in shown_progress(lambda on_read: read(on_read=on_read), options.tasks, prints=prints):
        try:
            if isinstance(task, BadTask):
                raise task.error
            effect = counters[projects.of(task.request).name].add_task(task.request)
        except ParamcoreError as error:
            bad.tell(task.error if isinstance(task, BadTask) else task.blamed(error))
            continue
        if options.list and effect.params:
            yield _listed(task, effect, options.format)
    impacts = [counter.build_impact() for counter in counters.values()]
    if options.format == "json":
        document: Any = [one.to_json() for one in impacts] if projects.many else impacts[0].to_json()
        yield json.dumps(document) + "\n" if options.list else format_document(document)
    else:
        yield "\n\n".join(_titled(one, projects) for one in impacts) + "\n"
    bad.tell_count()
    affected = any(one.affected for one in impacts)
    return FINDINGS if bad.count or (affected and options.exit_code) else FINE


def _listed(task: Task, effect: Effect, form: str) -> str:
    if form == "json":
        return json.dumps(effect.to_json()) + "\n"
    which = task.request.unique_id
    return f"{task.document.format_location('')}{'' if which is None else f' {format_name(which)}'}: {effect}\n"


def _titled(one: Impact, projects: Projects) -> str:
    return f"{format_value(one.plan.project.name)}: {one}" if projects.many else str(one)


def audit(options: Namespace) -> Pieces:
    """Check whether finished tasks can come from the version that they name, and what they teach."""
    projects = Projects(options.project, options.assumptions)
    auditors = {project.name: Auditor(project) for project in projects}
    findings: dict[str, list[Contradiction]] = {name: [] for name in auditors}
    elsewhere = 0
    bad = BadLines(keep_going=options.keep_going)
    read = partial(read_task_objects, options.tasks, lines=options.lines)
    for task in shown_progress(lambda on_read: read(on_read=on_read), options.tasks, prints=False):
        if isinstance(task, BadTask):
            bad.tell(task.error)
            continue
        document, path, obj = task
        name = obj.get("project") if isinstance(obj, dict) else None
        name = name if isinstance(name, str) else None
        if len(auditors) > 1 and name not in auditors and isinstance(obj, dict):
            elsewhere += 1
            continue
        own = name if name in auditors else next(iter(auditors))
        try:
            with blaming(document, path):
                findings[own].extend(auditors[own].check_task(obj))
        except DocumentError as error:
            bad.tell(error)
    audits = [auditor.build_audit(findings[name]) for name, auditor in auditors.items()]
    if options.format == "json":
        yield _documents(audits, projects)
    else:
        yield "\n\n".join(map(str, audits)) + "\n"
    if elsewhere:
        say(f"warning: {elsewhere:,} tasks name none of these projects")
    bad.tell_count()
    return FINDINGS if bad.count or any(one.impossible for one in audits) else FINE


def _documents(answers: Iterable[_HasJSON], projects: Projects) -> str:
    documents = [one.to_json() for one in answers]
    return format_document(documents if projects.many else documents[0])


def _usage(verb: str, wanted: str) -> int:
    say(f"usage: paramcore {verb}: wanted {wanted}")
    return 2
