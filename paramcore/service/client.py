"""A client for projects and tasks, over any transport."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal, TypeVar

from attrs import Attribute, evolve, field, frozen

from paramcore.analysis import Plan
from paramcore.errors import InvalidSetting
from paramcore.model import Assumptions, EffectiveParams, Project, TaskRequest
from paramcore.service import requests
from paramcore.service.apply import apply_plan, reconcile_outcome
from paramcore.service.outcome import Outcome
from paramcore.service.replies import read_project_reply, read_projects_reply, read_task_reply
from paramcore.service.requests import Transport
from paramcore.service.retry import Clock, Flow, get_with_retry, post_once, run_flow
from paramcore.text import describe_value
from paramcore.values import check_argument, check_method

_T = TypeVar("_T")
_Subject = TypeVar("_Subject")


def _check_transport(_client: object, _attribute: Attribute[Any], value: object) -> None:
    remedy = "pass a transport, such as `ScaleApiTransport(scale_client)` or `stand_in.live`"
    check_method("transport", value, "send", remedy)


def _check_deadline(_client: object, _attribute: Attribute[Any], value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124  (NaN)
        problem = f"`deadline` must be a number of seconds, got {describe_value(value)}"
        raise InvalidSetting("argument_type", None, problem, "")


def _check_assumptions(_client: object, _attribute: Attribute[Any], value: object) -> None:
    check_argument("assumptions", value, Assumptions)


@frozen
class Client:
    """Reads, creates and updates projects, and creates tasks.

    A method raises `NotDone` if the service certainly did not act on the request, and
    `OutcomeUnknown` if the service may have acted.  After `apply` has read the project, it
    returns these errors in its `Outcome` instead of raising them.

    Raises:
        InvalidSetting: `argument_type` for a `transport`, `deadline` or `assumptions` of the wrong type.

    Example:
        >>> from paramcore.service import MemoryService
        >>> Client(MemoryService(), deadline=10).list_projects()
        ()
    """

    #: The object that sends the requests.
    transport: Transport = field(validator=_check_transport)
    #: The maximum number of seconds of each method call, including retries.
    deadline: float = field(default=30.0, validator=_check_deadline, kw_only=True)
    #: The assumptions of each project that the client returns.  If an `Outcome` has a plan, its `now` has the
    #: assumptions of the plan's project instead.
    assumptions: Assumptions = field(default=Assumptions(), validator=_check_assumptions, kw_only=True)
    #: A function that returns a time in seconds, like `time.monotonic`.  The time must never decrease.
    now: Callable[[], float] = field(default=time.monotonic, kw_only=True, repr=False)
    #: A function that waits for a number of seconds.
    sleep: Callable[[float], None] = field(default=time.sleep, kw_only=True, repr=False)
    #: A function that returns a random number from 0 to 1, to vary the waits between retries.
    jitter: Callable[[], float] = field(default=random.random, kw_only=True, repr=False)

    def get_project(self, name: str) -> Project:
        """Read one project.

        Raises:
            InvalidSetting: `project_name`.
        """
        return read_project_reply(self._run(get_with_retry, requests.get_project(name)), name, self.assumptions)

    def list_projects(self, *, archived: bool | None = None) -> tuple[Project, ...]:
        """Read all projects; `archived=True` selects the archived projects, and `archived=False` the others."""
        request = requests.list_projects(archived=archived)
        return read_projects_reply(self._run(get_with_retry, request), self.assumptions)

    def create_project(
        self,
        name: str,
        *,
        type: str,
        params: Mapping[str, Any] | None = None,
        rapid: bool = False,
        studio: bool = False,
        dataset_id: str | None = None,
        pipeline: Literal["standard_task", "consensus_task"] | None = None,
        consensus_attempts: int | None = None,
    ) -> Project:
        """Create a project.

        `pipeline` requires `studio`.  `consensus_attempts` requires the pipeline
        `consensus_task`.  After `OutcomeUnknown`, `get_project` shows whether the
        project exists.

        Raises:
            InvalidSetting: `project_name`, `task_type`, `flag_type`,
                `routing_type`, `pipeline`.
            InvalidParams: if `params` has names or values that a project cannot have.
            NotJSON: for values in `params` that are not JSON, or for a lone surrogate in `type` or `dataset_id`.
        """
        request = requests.create_project(
            name,
            type=type,
            params=params,
            rapid=rapid,
            studio=studio,
            dataset_id=dataset_id,
            pipeline=pipeline,
            consensus_attempts=consensus_attempts,
        )
        return read_project_reply(self._run(post_once, request), name, self.assumptions)

    def create_task(self, effective: EffectiveParams, *, send: TaskRequest | None = None) -> Mapping[str, Any]:
        """Create a previewed task and return the task object of the service.

        The service may bill the task.  By default, the client sends the request that
        was previewed.  If the request names neither a project nor a batch, the client adds
        the project of the preview.  If the project has changed since the preview, the task may
        inherit params that the preview did not show.  Pass `send=effective.as_request()` to send exactly the
        previewed params.

        Raises:
            InvalidSetting: `task_type`; `argument_type`, if `effective` is not the result of
                `Project.resolve`, or `send` is not a `TaskRequest`.
        """
        check_argument("effective", effective, EffectiveParams)
        if send is not None:
            check_argument("send", send, TaskRequest)
        task = effective.task if send is None else send
        if task.project is None and task.batch is None:
            # Otherwise, the service would create a task without a project.
            task = evolve(task, project=effective.project)
        return read_task_reply(self._run(post_once, requests.create_task(task, type=effective.type)))

    def apply(self, plan: Plan) -> Outcome:
        """Apply a planned update: read the project, send the update, classify the reply.

        If the project has changed since the plan, the client does not send the update,
        and the outcome is `not done`.

        Raises:
            InvalidSetting: `update_type` if the plan has no update; `argument_type`, if `plan` is not a `Plan`.
            NotDone, OutcomeUnknown: if the project could not be read, so the update was not sent.
        """
        check_argument("plan", plan, Plan)
        return self._run(apply_plan, plan)

    def reconcile(self, outcome: Outcome) -> Outcome:
        """Read the project and look for the update of an outcome; return a *not done* outcome unchanged.

        Raises:
            InvalidSetting: `base_type`, `project_name`; `argument_type`, if `outcome` is not an `Outcome`, or if it has
                neither a plan nor a `digest` of 32 lower-case hexadecimal digits.
            NotDone, OutcomeUnknown: if the project cannot be read.
        """
        check_argument("outcome", outcome, Outcome)
        return self._run(partial(reconcile_outcome, assumptions=self.assumptions), outcome)

    def _run(self, start: Callable[[_Subject, Clock], Flow[_T]], subject: _Subject) -> _T:
        return run_flow(start(subject, Clock(self.deadline, self.now, self.jitter)), self.transport, self.sleep)
