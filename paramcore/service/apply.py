"""Apply an update safely: read the project, send one POST, classify the reply.

These are flows without I/O; `Client.apply` and `Client.reconcile` run them.
"""

from __future__ import annotations

from paramcore.analysis import Plan
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.service.outcome import Outcome, digest_params, find_update
from paramcore.service.replies import read_project_reply
from paramcore.service.requests import Response, get_project, update_project
from paramcore.service.retry import Clock, Flow, get_with_retry, post_once
from paramcore.text import describe_value, format_count


def apply_plan(plan: Plan, clock: Clock) -> Flow[Outcome]:
    """Apply a planned update if the project is still as the plan found it.

    Once the POST is sent, this raises nothing: the outcome holds the error.
    """
    if plan.update is None:
        problem = "the plan has no update: the project already has these params"
        raise InvalidSetting("update_type", None, problem, "plan a `Patch` or a `Replace`")
    planned_on = plan.project
    response = yield from get_with_retry(get_project(planned_on.name), clock)
    now = read_project_reply(response, planned_on.name, planned_on.assumptions)
    if now.versions != planned_on.versions:
        before, after = (format_count(len(project.versions), "version") for project in (planned_on, now))
        problem = f"the project has changed since the plan: it had {before} then and has {after} now"
        error = NotDone("history_moved", None, problem, "plan the update again")
        return Outcome.of(plan, "not done", now=now, error=error)
    reply: Response | NotDone | OutcomeUnknown
    try:
        reply = yield from post_once(update_project(planned_on.name, plan.update), clock)
    except (NotDone, OutcomeUnknown) as error:
        reply = error
    return classify_reply(plan, reply)


def classify_reply(plan: Plan, reply: Response | NotDone | OutcomeUnknown) -> Outcome:
    """Return the outcome of an update, from the reply or error of its POST.

    It is *done* only if the reply shows the update exactly once, *repeated* if
    more than once, and *not done* only if the service certainly did nothing.
    Everything else is *unknown*.
    """
    if isinstance(reply, Response):
        try:
            now = read_project_reply(reply, plan.project.name, plan.project.assumptions)
        except (NotDone, OutcomeUnknown) as error:
            reply = error
        else:
            return find_update(plan, now)
    return Outcome.of(plan, "not done" if isinstance(reply, NotDone) else "unknown", error=reply)


def reconcile_outcome(outcome: Outcome, clock: Clock) -> Flow[Outcome]:
    """Read a project and look for an update again.

    With its plan, an update is found wherever it is in the history.  With base
    and digest alone, it is found only if no other writer added a version before
    it.
    """
    name, base, plan = outcome.project, outcome.base, outcome.plan
    if type(base) is not int or base < 0:
        problem = f"`base` must be a whole number of at least 0, got {describe_value(base)}"
        remedy = "pass the number of versions that the project had before the update"
        raise InvalidSetting("base_type", None, problem, remedy)
    response = yield from get_with_retry(get_project(name), clock)
    if plan is not None:
        return find_update(plan, read_project_reply(response, name, plan.project.assumptions))
    now = read_project_reply(response, name)
    holding = tuple(
        version.number for version in now.versions[base:] if digest_params(version.params) == outcome.digest
    )
    return outcome.with_history(now, holding)
