"""Apply an update: read the project, send the update, and classify the reply.

A flow is a generator that yields the requests to send and the seconds to wait, so it
does no I/O.  `Client.apply` and `Client.reconcile` run the flows of this module.
"""

from __future__ import annotations

from paramcore.analysis import Plan
from paramcore.errors import InvalidSetting, NotDone, OutcomeUnknown
from paramcore.model import Assumptions, Project
from paramcore.service.outcome import Outcome, digest_params, find_update, is_digest
from paramcore.service.replies import read_project_reply
from paramcore.service.requests import Response, get_project, update_project
from paramcore.service.retry import Clock, Flow, get_with_retry, post_once
from paramcore.text import describe_value, format_count, format_value


def apply_plan(plan: Plan, clock: Clock) -> Flow[Outcome]:
    """Apply a planned update unless the project has changed since the plan.

    If the POST fails, the flow does not raise the error, but returns an outcome that contains the error.
    """
    if plan.update is None:
        problem = "the plan has no update, because the project already has these params"
        raise InvalidSetting("update_type", None, problem, "plan a `Patch` or a `Replace`")
    base_project = plan.project
    response = yield from get_with_retry(get_project(base_project.name), clock)
    now = read_project_reply(response, base_project.name, base_project.assumptions)
    if (now.type, now.versions) != (base_project.type, base_project.versions):
        problem = f"the project has changed since the plan ({_describe_change(base_project, now)})"
        error = NotDone("history_moved", None, problem, "plan the update again")
        return Outcome.of(plan, "not done", now=now, error=error)
    reply: Response | NotDone | OutcomeUnknown
    try:
        reply = yield from post_once(update_project(base_project.name, plan.update), clock)
    except (NotDone, OutcomeUnknown) as error:
        reply = error
    return classify_reply(plan, reply)


def _describe_change(before: Project, after: Project) -> str:
    if before.type != after.type:
        return f"the type {format_value(before.type)} then, {format_value(after.type)} now"
    counts = [format_count(len(project.versions), "version") for project in (before, after)]
    if counts[0] != counts[1]:
        return f"{counts[0]} then, {counts[1]} now"
    old, new = next(pair for pair in zip(before.versions, after.versions, strict=True) if pair[0] != pair[1])
    if old.params != new.params:
        return f"version {old.number} has other params now"
    # A project that was built in Python usually lacks the times of the service.
    return f"version {old.number} has another `created_at` or other reserved names now"


def classify_reply(plan: Plan, reply: Response | NotDone | OutcomeUnknown) -> Outcome:
    """Derive the outcome of an update from the reply to its POST, or from the POST's error."""
    if isinstance(reply, Response):
        try:
            now = read_project_reply(reply, plan.project.name, plan.project.assumptions)
        except (NotDone, OutcomeUnknown) as error:
            reply = error
        else:
            return find_update(plan, now)
    return Outcome.of(plan, "not done" if isinstance(reply, NotDone) else "unknown", error=reply)


def reconcile_outcome(outcome: Outcome, clock: Clock, assumptions: Assumptions = Assumptions()) -> Flow[Outcome]:
    """Read the project of an outcome, and look for the update in the project's history.

    A *not done* outcome is returned unchanged.  The flow searches the versions whose number is at least `base`.
    Without `outcome.plan`, it can only compare the digest of each version's params with `outcome.digest`.  This
    comparison misses a patch if another writer changed other params between the plan and the patch.
    If the outcome has a plan, the flow ignores `assumptions` and uses the assumptions of the plan's project.
    """
    name, base, plan = outcome.project, outcome.base, outcome.plan
    if type(base) is not int or base < 0:
        problem = f"`base` must be a whole number of at least 0, got {describe_value(base)}"
        remedy = "pass the number of versions that the project had when the update was planned"
        raise InvalidSetting("base_type", None, problem, remedy)
    # An incomplete digest would match no version, so the outcome would stay unknown.
    if plan is None and not is_digest(outcome.digest):
        problem = f"`digest` must be 32 lower-case hexadecimal digits, got {describe_value(outcome.digest)}"
        raise InvalidSetting("argument_type", None, problem, "pass the `digest` of the unknown outcome")
    if outcome.state == "not done":
        # The service did not apply the update, so a version that seems to contain it is from another writer.
        return outcome
    response = yield from get_with_retry(get_project(name), clock)
    if plan is not None:
        return find_update(plan, read_project_reply(response, name, plan.project.assumptions))
    now = read_project_reply(response, name, assumptions)
    holding = tuple(
        version.number for version in now.versions[base:] if digest_params(version.params) == outcome.digest
    )
    return outcome.with_history(now, holding)
